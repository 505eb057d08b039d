//! What a provider says about the limits of a key: what is left of one of them, and until when.

use std::time::Duration;

/// One limit as it stands after an answer began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// What it counts.
    pub unit: Unit,
    /// For how long it counts, where its name says so.
    pub window: Option<Duration>,
    /// How much it holds when it is full.
    pub limit: Option<u64>,
    /// How much is left.
    pub remaining: u64,
    /// How long until it is full again.
    pub reset: Option<Duration>,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Requests.
    Requests,
    /// Tokens, in and out.
    Tokens,
}
