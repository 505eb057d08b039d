//! What the memory's search costs and what it is worth: `cargo bench --bench memory`.
//!
//! The cost is measured over generated text whose words are as unevenly common as those of any language, at 100,000 and at
//! a million entries, or at as many as are named behind `--`. The worth is measured on SciFact (BEIR's test split) where `AIGW_SCIFACT` names a folder that
//! `tests/embedders/scifact.py` has prepared; its questions are then asked of the generated text as well. Where
//! `AIGW_EMBEDDERS` is the address of `tests/embedders/serve.py`, searches by meaning are measured too: by a good model
//! and by bad ones.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::panic,
    missing_docs,
    reason = "a benchmark prints, and stops when it cannot go on"
)]

mod scale;
mod scifact;
mod worth;

use std::path::PathBuf;
use std::time::Duration;

fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let scifact = std::env::var_os("AIGW_SCIFACT").map(|folder| scifact::read(&PathBuf::from(folder)));
    match &scifact {
        Some(scifact) => worth::measure(scifact, std::env::var("AIGW_EMBEDDERS").ok().as_deref()),
        None => println!("AIGW_SCIFACT is not set: what a search is worth is not measured"),
    }
    let named: Vec<usize> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    for entries in if named.is_empty() { vec![100_000, 1_000_000] } else { named } {
        scale::measure(entries, scifact.as_ref());
    }
}

/// The middle one of some times.
fn median(mut spans: Vec<Duration>) -> Duration {
    spans.sort();
    spans[spans.len() / 2]
}

fn ms(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}
