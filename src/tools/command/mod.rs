//! The user's own tools: a program that gets the arguments as JSON on its standard input and prints the result.
//!
//! No shell reads anything: the program and its arguments are as the user wrote them, and what a model writes comes only
//! through standard input. The program sees PATH and the variables that the user named, none of the keys that are in the
//! environment otherwise. Time and output are bounded ([`run`]).

mod run;

use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Answer, Permission, Tool, ToolError};
use crate::chat::ToolSpec;
use crate::safe_text::safe;
use run::{Ended, Ran};

/// How much of what went wrong is told, in characters.
const MOST_TOLD: usize = 2000;
/// What ending it and telling of it takes.
const TO_END: Duration = Duration::from_secs(5);

/// A command that models may call.
#[derive(Debug, Clone)]
pub struct Command {
    /// What models are told of it.
    pub spec: ToolSpec,
    /// The program and its arguments; at least the program.
    pub words: Vec<String>,
    /// All of its environment.
    pub environment: Vec<(String, String)>,
    /// Where it runs, if not here.
    pub directory: Option<PathBuf>,
    /// How long it may take.
    pub timeout: Duration,
    /// How much of what it prints is used, in bytes.
    pub most: usize,
    /// Whether it may be called where nobody has said anything about it.
    pub permission: Permission,
    /// Whether a call that was cut short may be made again.
    pub repeatable: bool,
}

/// What a command printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The text.
    pub output: String,
    /// Whether there was more.
    pub truncated: bool,
    /// What has to be said about it.
    pub notices: Vec<String>,
}

impl Command {
    /// Runs it. The error is for the model.
    pub async fn run(&self, arguments: &Value) -> Result<Output, String> {
        let name = &self.spec.name;
        let Ran { printed, truncated, complaint, end } =
            run::run(self, arguments).await.map_err(|error| self.cannot_run(&error))?;
        let why = match end {
            Ended::Well => {
                let mut notices = Vec::new();
                if std::str::from_utf8(&printed).is_err() || printed.contains(&0) {
                    notices.push("places that are not text stand as \u{fffd}".to_owned());
                }
                if truncated {
                    notices.push(format!("it printed more; only the first {} bytes are here", self.most));
                }
                return Ok(Output { output: text(&printed).trim_end().to_owned(), truncated, notices });
            }
            Ended::Badly(status) => format!("{name} failed ({status})"),
            Ended::Late => format!("{name} was ended: it took longer than {} s", self.timeout.as_secs_f32()),
            Ended::Flood => format!("{name} was ended: it printed without end"),
        };
        let complaint = text(&complaint);
        let told = if complaint.trim().is_empty() { text(&printed) } else { complaint };
        // What went wrong stands at the end.
        let told = told.trim();
        let skipped = told.chars().count().saturating_sub(MOST_TOLD);
        let told: String = told.chars().skip(skipped).collect();
        Err(if told.is_empty() {
            why
        } else {
            format!("{why}: {}{told}", if skipped > 0 { "…" } else { "" })
        })
    }

    fn cannot_run(&self, error: &std::io::Error) -> String {
        let program = self.words.first().map(String::as_str).unwrap_or_default();
        let reason = match (error.kind(), &self.directory) {
            (std::io::ErrorKind::NotFound, Some(directory)) if !directory.is_dir() => {
                format!("there is no directory {}", directory.display())
            }
            (std::io::ErrorKind::NotFound, _) => "there is no such program".into(),
            _ => error.to_string(),
        };
        format!("{} cannot be run: {program}: {reason}; the user has to mend it", self.spec.name)
    }
}

/// Bytes of a program as text without anything that moves cursors.
fn text(bytes: &[u8]) -> String {
    safe(&String::from_utf8_lossy(bytes).replace('\0', "\u{fffd}"))
}

impl Output {
    /// For a model.
    pub fn for_model(&self) -> String {
        let text = if self.output.is_empty() { "(it printed nothing)" } else { &self.output };
        let notes: Vec<_> = self.notices.iter().map(|notice| format!("\n[note: {notice}]")).collect();
        format!("{text}{}", notes.concat())
    }
}

impl Tool for Command {
    fn spec(&self) -> ToolSpec {
        self.spec.clone()
    }

    fn permission(&self) -> Permission {
        self.permission
    }

    /// Nobody knows what a program does with what it is given.
    fn carries_out(&self) -> bool {
        true
    }

    fn is_repeatable(&self) -> bool {
        self.repeatable
    }

    fn time_limit(&self) -> Duration {
        self.timeout + TO_END
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> BoxFuture<'a, Result<Answer, ToolError>> {
        Box::pin(async move {
            let output = self.run(arguments).await.map_err(ToolError)?;
            // Nobody knows where a program has it from.
            Ok(Answer { text: output.for_model(), data: serde_json::to_value(&output).ok(), foreign: true })
        })
    }
}

#[cfg(test)]
mod tests;
