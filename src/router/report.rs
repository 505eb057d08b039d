//! Attempts and what was left out, as programs and people read them. The shape is an interface.

use std::time::Duration;

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
            let rest = until.saturating_duration_since(Instant::now());
            format!("to be tried again in {}", people(rest))
        };
        match self {
            Self::Unable { need, probed } => {
                let how = if *probed { ", as a probe showed" } else { "" };
                format!("it cannot do {}{how}", need.as_str())
            }
            Self::Lesser { tier, least } => {
                format!("it is {}, and the route wants {} at least", tier.as_str(), least.as_str())
            }
            Self::TooLong { tokens, window } => {
                format!("at least {tokens} tokens do not fit into its window of {window}")
            }
            Self::Cooling { until, class } => format!("{}, {}", class.as_str(), rest(until)),
            Self::Open { until, .. } => format!("it kept failing, {}", rest(until)),
            Self::Out { until } => format!("its limits are used up, {}", rest(until)),
        }
    }
}

/// A span as people say it.
pub fn people(span: Duration) -> String {
    let seconds = span.as_secs() + u64::from(span.subsec_nanos() > 0);
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_for_people() {
        assert_eq!(people(Duration::from_millis(1500)), "2 s");
        assert_eq!(people(Duration::from_mins(30)), "30 min");
        assert_eq!(people(Duration::from_hours(20)), "20 h");
    }
}
