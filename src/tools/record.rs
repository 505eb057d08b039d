//! What is kept of calls: that they were made, so that none is made twice; and how many, so that quotas hold.
//!
//! Whoever keeps it (the ledger) is wired by the program; here are its words.

use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Rule;

/// Keeps record of calls and of what was decided about them.
pub trait Record: Send + Sync {
    /// What was decided about tools.
    fn rules(&self) -> Result<Vec<Rule>, String>;

    /// Whether calls of a tool have a quota; also where that cannot be known.
    fn counts(&self, tool: &str) -> bool;

    /// Keeps a decision of the user.
    fn decide(&self, rule: Rule) -> BoxFuture<'_, Result<(), String>>;

    /// Begins a call: it counts from now on. Exact, however many processes do so at once.
    fn begin(&self, call: Opening) -> BoxFuture<'_, Result<Begun, String>>;

    /// A call has ended.
    fn end(&self, id: i64, ending: Ending) -> BoxFuture<'_, Result<(), String>>;

    /// A call was not made, and why.
    fn refuse(&self, call: Opening, why: String) -> BoxFuture<'_, Result<(), String>>;
}

/// A call that is about to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The turn that it belongs to.
    pub turn: String,
    /// How often the same call was made before in that turn.
    pub ordinal: u32,
    /// The tool.
    pub tool: String,
    /// The arguments, as JSON with its keys in order.
    pub arguments: String,
    /// On whose behalf.
    pub caller: Caller,
    /// Why it may be made.
    pub granted: Granted,
}

/// On whose behalf a call is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// The agent; none where a person calls.
    pub agent: Option<String>,
    /// The session, by id.
    pub session: Option<String>,
}

/// Why a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granted {
    /// A rule, or the tool itself, allows it.
    Rule,
    /// The command line allows it.
    Flag,
    /// Somebody was asked, and said yes.
    Asked,
    /// A person made the call.
    User,
    /// Nobody: it was not made.
    No,
}

/// What comes of a call that is to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It is to be made, and kept under this id.
    New(i64),
    /// It was made before: what it gave.
    Made(Ending),
    /// It was begun before, and nobody knows how it ended.
    Unclear,
    /// A quota is used up.
    Over {
        /// Which, in words.
        quota: String,
        /// When the next call may be made.
        until: Timestamp,
    },
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// What it gave, as the model reads it.
    pub text: String,
    /// Whether it failed.
    pub is_error: bool,
    /// Whether what it gave came from outside.
    pub foreign: bool,
    /// How long it took.
    pub took: Duration,
}

/// How often a tool may be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// The tool; `*` stands for all of them together.
    pub tool: String,
    /// The agent that it is about; none for all together.
    pub agent: Option<String>,
    /// Calls in any minute.
    pub per_minute: Option<u32>,
    /// Calls in any 24 hours.
    pub per_day: Option<u32>,
}
