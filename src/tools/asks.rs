//! Asking somebody whether a call may be made.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::rule::Pattern;

/// Whoever can be asked whether a call may be made.
pub trait Asks: Send + Sync {
    /// Shows the call and waits for an answer.
    fn ask<'a>(&'a self, call: &'a Proposed<'a>) -> BoxFuture<'a, Reply>;

    /// Says that what was decided for good holds only while the program runs, and why.
    fn unkept(&self, _problem: &str) {}
}

/// A call that somebody is asked about.
#[derive(Debug)]
pub struct Proposed<'a> {
    /// The agent that wants to make it.
    pub agent: Option<&'a str>,
    /// The tool.
    pub tool: &'a str,
    /// The arguments.
    pub arguments: &'a Value,
    /// What "always" would hold for, where that is not the whole tool.
    pub pattern: Option<&'a Pattern>,
    /// Somebody else's words were read in this turn: they may be why it is made.
    pub after_foreign: bool,
}

/// What somebody says to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// This time.
    Once,
    /// As long as this program runs.
    Session,
    /// From now on.
    Always,
    /// No.
    No,
}
