//! Flags that every command takes.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use crate::config::Env;
use crate::ui::{ColorChoice, UiSettings};

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// Read this configuration file instead of the usual one
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// How results are printed
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t)]
    pub output: Output,

    /// The same as `--output json`
    #[arg(long, global = true)]
    pub json: bool,

    /// Print no notes and no warnings
    #[arg(short, long, global = true)]
    pub quiet: bool,

    /// Say more about what happens; twice for still more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,

    /// When to use colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub color: ColorChoice,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    #[default]
    Text,
    /// One JSON value
    Json,
    /// One JSON value a line, as things happen
    Jsonl,
}

impl GlobalArgs {
    /// How results are printed, `--json` included.
    pub fn output(&self) -> Output {
        if self.json { Output::Json } else { self.output }
    }

    pub(super) fn ui(&self, env: &Env) -> UiSettings {
        UiSettings {
            color: self.color,
            plain: env.get("NO_COLOR").is_some() || env.get("TERM") == Some("dumb"),
            ascii: is_ascii(env),
            dumb: env.get("TERM") == Some("dumb"),
            quiet: self.quiet,
            verbosity: self.verbose,
        }
    }
}

/// Whether the terminal is said to show ASCII only. Where nothing is said, most show everything.
fn is_ascii(env: &Env) -> bool {
    let said = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| env.get(name)).unwrap_or_default();
    let said = said.to_lowercase();
    env.get("TERM") == Some("dumb") || !(said.is_empty() || said.contains("utf-8") || said.contains("utf8"))
}
