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
        let rest = |until: &Instant| {
            let rest = until.saturating_duration_since(Instant::now()).as_secs();
            format!("to be tried again in {rest} s")
        };
        match self {
            Self::Unable(need) => format!("it cannot do {}", need.as_str()),
            Self::Lesser { tier, least } => {
                format!("it is {}, and the route wants {} at least", tier.as_str(), least.as_str())
            }
            Self::TooLong { tokens, window } => {
                format!("at least {tokens} tokens do not fit into its window of {window}")
            }
            Self::Cooling { until, class } => format!("{}, {}", class.as_str(), rest(until)),
            Self::Open { until } => format!("it kept failing, {}", rest(until)),
            Self::Out { until } => format!("its limits have no room, {}", rest(until)),
        }
    }
}
