//! What models may call: one trait for every tool, and one gate that all calls pass, whoever makes them.
//!
//! A call that cannot be made is told to the model as data, with what to do about it; it never ends a turn. What a tool
//! gives is data too: it is bounded, and nothing in it is followed.

mod asks;
pub mod calculator;
pub mod command;
pub mod datetime;
mod feed;
pub mod fetch;
pub mod finding;
mod gate;
pub mod http;
pub mod kept;
pub mod mcp;
pub mod news;
pub mod read_file;
mod reading;
pub mod record;
mod rule;
pub mod service;
pub mod services;
pub mod stocks;
mod toolbox;
pub mod trouble;
mod turn_calls;
pub mod weather;
pub mod web_search;
pub mod wikipedia;

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::asks::{Asks, Proposed, Reply};
pub use self::gate::{Gate, Grants};
pub use self::rule::{ALL, Pattern, Rule, decide, is_named};
pub use self::toolbox::Toolbox;
pub use self::turn_calls::TurnCalls;
use crate::chat::ToolSpec;

/// The longest result that a model is given, in bytes: about 16,000 tokens of English.
const MAX_RESULT: usize = 64 << 10;

/// How long a call may take where a tool says nothing else.
const TIME_LIMIT: Duration = Duration::from_mins(1);

/// A function that models may call.
pub trait Tool: Send + Sync {
    /// Its name, what it is for, and its arguments.
    fn spec(&self) -> ToolSpec;

    /// Whether it may be called where nobody has said anything about it.
    fn permission(&self) -> Permission {
        Permission::Allow
    }

    /// Whether it could carry data out, or leave behind what others take for true: once somebody else's words were read in
    /// a turn, it is asked for even where it is allowed.
    fn carries_out(&self) -> bool {
        false
    }

    /// Whether a call that was begun may be made again where nobody knows how it ended: it has no effect, or none that
    /// happens twice.
    fn is_repeatable(&self) -> bool {
        self.permission() == Permission::Allow && !self.carries_out() && !self.is_foreign()
    }

    /// Whether somebody else says what it is for: models read that too, and it may be meant to lead them.
    fn is_foreign(&self) -> bool {
        false
    }

    /// The address that a call goes to, where it goes to one: once somebody else's words were read, only those are gone to
    /// unasked that stood in what was read.
    fn leads_to(&self, _arguments: &Value) -> Option<String> {
        None
    }

    /// How long a call may take.
    fn time_limit(&self) -> Duration {
        TIME_LIMIT
    }

    /// Which calls are meant where somebody allows one like this for longer; none for all calls of the tool.
    fn scope(&self, _arguments: &Value) -> Option<Pattern> {
        None
    }

    /// Calls it with arguments that its schema allows. The error is for the model: what was wrong and what to do.
    fn call<'a>(&'a self, arguments: &'a Value) -> BoxFuture<'a, Result<Answer, ToolError>>;
}

/// Whether a tool may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// It may.
    Allow,
    /// Somebody has to be asked.
    Ask,
    /// It may not, and models do not hear of it.
    Deny,
}

/// What a call gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What the model reads.
    pub text: String,
    /// The same as data, for programs and for showing it to a person. A text alone has none.
    pub data: Option<Value>,
    /// Whether it came from outside: somebody else wrote it, and may have meant the model to do something.
    pub foreign: bool,
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self { text, data: None, foreign: false }
    }
}

/// Why a call gave nothing, for the model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ToolError(pub String);

impl Permission {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }
}

/// A result as long as a model is given it, cut at a character.
fn bounded(result: &str) -> String {
    if result.len() <= MAX_RESULT {
        return result.to_owned();
    }
    let end = (0..=MAX_RESULT).rev().find(|end| result.is_char_boundary(*end)).unwrap_or(0);
    format!("{}\n[cut: {} of {} bytes are shown]", &result[..end], end, result.len())
}

#[cfg(test)]
mod tests;
