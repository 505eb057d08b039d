//! The integration tests: one binary, so that it links once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::needless_pass_by_value,
    missing_docs,
    unreachable_pub,
    reason = "a test that cannot go on fails, and its helpers are read beside it"
)]

mod agent;
mod auth;
mod bad_requests;
mod canary;
mod chain;
mod chain_docs;
mod chain_killed;
mod chain_wrong;
mod chat;
mod config;
mod crossing;
mod dialects;
mod doctor;
mod drill;
mod embeddings;
mod estimate;
mod fuzz;
mod generated;
mod health;
mod hostile;
mod init;
mod init_from;
mod injection;
mod keys;
mod killed;
mod layering;
mod matrix;
mod mcp;
mod mcp_cli;
mod meaning;
mod memory;
mod mend;
mod model_refresh;
mod observed;
mod once;
mod own_tools;
mod predictions;
mod probe;
mod provider_test;
mod reference;
mod repl;
mod route;
mod serve;
mod serve_check;
mod serve_life;
mod services;
mod session;
mod simulate;
mod soak;
mod support;
mod terminal;
mod tool;
mod trust;
mod turns;
mod usage;
mod wire;

/// A file that nobody lists is a test that nobody runs.
#[test]
fn no_test_file_is_forgotten() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let listed = include_str!("main.rs");
    for entry in std::fs::read_dir(directory).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.starts_with('.') {
            continue;
        }
        let stem = name.trim_end_matches(".rs");
        let listed = stem == "main" || stem == "snapshots" || listed.contains(&format!("mod {stem};"));
        assert!(listed, "tests/it/{name} is not listed in main.rs");
    }
}
