//! Attempts and what was left out, as programs and people read them. The shape is an interface.

use serde::Serialize;
use tokio::time::Instant;

use super::Attempt;
use super::plan::SkipReason;
use crate::chat::FailureClass;

/// One attempt as JSON.
#[derive(Debug, Clone, Serialize)]
pub struct AttemptReport {
    provider: String,
    model: String,
    /// A fingerprint.
    key: Option<String>,
    /// Null on success.
    class: Option<FailureClass>,
    status: Option<u16>,
    latency_ms: u64,
    message: Option<String>,
}

impl AttemptReport {
    /// What is told about an attempt.
    pub fn new(attempt: &Attempt) -> Self {
        Self {
            provider: attempt.model.provider.clone(),
            model: attempt.model.model.clone(),
            key: attempt.key.clone(),
            class: attempt.failure.as_ref().map(|failure| failure.class),
            status: attempt.status,
            latency_ms: u64::try_from(attempt.latency.as_millis()).unwrap_or(u64::MAX),
            message: attempt.failure.as_ref().map(|failure| failure.message.clone()),
        }
    }
}

impl SkipReason {
    /// Why a candidate was left out, in words.
    pub fn words(&self) -> String {
        match self {
            Self::Unable(need) => format!("it cannot do {}", need.as_str()),
            Self::TooLong { tokens, window } => {
                format!("about {tokens} tokens do not fit into its window of {window}")
            }
            Self::Cooling { until, class } => {
                let rest = until.saturating_duration_since(Instant::now()).as_secs();
                format!("{}, to be tried again in {rest} s", class.as_str())
            }
        }
    }
}
