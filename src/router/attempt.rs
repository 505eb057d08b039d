//! One request to one candidate, as it is remembered and shown.

use std::time::Duration;

use jiff::Timestamp;

use super::Candidate;
use crate::chat::{Failure, FinishReason, ModelId, Usage, UsageSource};

/// What became of one request to one candidate.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Its place in the request, from zero.
    pub ordinal: u32,
    /// When it began.
    pub at: Timestamp,
    /// Where it went.
    pub model: ModelId,
    /// The key's fingerprint.
    pub key: Option<String>,
    /// Why it failed; none when it gave the answer.
    pub failure: Option<Failure>,
    /// The HTTP status, where one is known.
    pub status: Option<u16>,
    /// How long it took.
    pub latency: Duration,
    /// Until the first content.
    pub first_token: Option<Duration>,
    /// Tokens used.
    pub usage: Usage,
    /// Who counted them.
    pub usage_source: UsageSource,
    /// Why the model stopped, where it said that it had: what is wrong with its answer is then its own doing.
    pub finish: Option<FinishReason>,
    /// What it cost in USD, as far as prices are known.
    pub cost_usd: Option<f64>,
    /// Until when the candidate is left alone, from the end of the attempt.
    pub rest: Option<Duration>,
}

impl Attempt {
    /// An attempt that has just begun.
    pub(super) fn begin(ordinal: u32, candidate: &Candidate) -> Self {
        Self {
            ordinal,
            at: Timestamp::now(),
            model: candidate.model_id(),
            key: candidate.fingerprint(),
            failure: None,
            status: None,
            latency: Duration::ZERO,
            first_token: None,
            usage: Usage::default(),
            usage_source: UsageSource::None,
            finish: None,
            cost_usd: None,
            rest: None,
        }
    }
}

/// What every attempt of a request has in common.
#[derive(Debug, Clone)]
pub struct RequestTag {
    /// The request's id.
    pub id: String,
    /// The route that it went by.
    pub route: String,
    /// The agent that asked.
    pub agent: Option<String>,
    /// The session that it belongs to.
    pub session: Option<String>,
}

/// Told about every attempt when it is over, successful or not. Must not block.
pub trait Observer: Send + Sync {
    /// One attempt is over.
    fn attempt(&self, request: &RequestTag, attempt: &Attempt);
}
