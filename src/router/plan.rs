//! Which candidates a request may go to, in which order. Pure: the same inputs always give the same plan, so that what
//! is shown to a user (`--dry-run`) is what would happen.

use tokio::time::Instant;

use super::{Candidate, Route};
use crate::chat::{ChatRequest, FailureClass, Need, estimate_message_tokens, estimate_tokens};
use crate::health::Snapshot;
use crate::providers::quirks::SchemaManner;

/// What a request may go to.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// In the order in which they are tried.
    pub candidates: Vec<Candidate>,
    /// What was left out.
    pub skipped: Vec<Skipped>,
}

/// A candidate that was left out.
#[derive(Debug, Clone)]
pub struct Skipped {
    /// Which.
    pub candidate: Candidate,
    /// Why.
    pub reason: SkipReason,
}

/// Why a candidate was left out.
#[derive(Debug, Clone, PartialEq)]
pub enum SkipReason {
    /// The model cannot do something that the request needs.
    Unable(Need),
    /// The request does not fit into its window.
    TooLong {
        /// What the request has, estimated, in tokens.
        tokens: u64,
        /// What fits.
        window: u64,
    },
    /// It is left alone for a while.
    Cooling {
        /// Until when.
        until: Instant,
        /// Why.
        class: FailureClass,
    },
}

impl SkipReason {
    /// When it may be asked again, where time heals it.
    pub fn until(&self) -> Option<Instant> {
        match self {
            Self::Cooling { until, .. } => Some(*until),
            Self::Unable(_) | Self::TooLong { .. } => None,
        }
    }
}

/// Expands a route into candidates: its models in order, each with its keys in order, less what is unable or resting.
pub fn plan(route: &Route, request: &ChatRequest, health: &Snapshot) -> Plan {
    let needs = request.needs();
    // Only what certainly does not fit is left out; the rest is for the provider to say.
    let tokens = request_tokens(request) * 3 / 4;
    let mut plan = Plan::default();
    for stop in &route.stops {
        let keys: Vec<_> =
            if stop.keys.is_empty() { vec![None] } else { stop.keys.iter().cloned().map(Some).collect() };
        for key in keys {
            let candidate = Candidate { provider: stop.provider.clone(), model: stop.model.clone(), key };
            match skip_reason(&candidate, &needs, tokens, health) {
                None => plan.candidates.push(candidate),
                Some(reason) => plan.skipped.push(Skipped { candidate, reason }),
            }
        }
    }
    plan
}

fn skip_reason(candidate: &Candidate, needs: &[Need], tokens: u64, health: &Snapshot) -> Option<SkipReason> {
    if let Some(need) = needs.iter().find(|need| !is_able(candidate, **need)) {
        return Some(SkipReason::Unable(*need));
    }
    if let Some(window) = candidate.model.window.filter(|window| tokens > *window) {
        return Some(SkipReason::TooLong { tokens, window });
    }
    let cooling = health.cooling(&candidate.subjects())?;
    Some(SkipReason::Cooling { until: cooling.until, class: cooling.class })
}

/// Whether a candidate can do what a request needs. Where a provider takes the schema as an instruction, any model can.
fn is_able(candidate: &Candidate, need: Need) -> bool {
    let by_instruction = candidate.provider.quirks.schema == SchemaManner::JsonObject;
    candidate.model.can(need) || (need == Need::Schema && by_instruction)
}

/// The tokens of a request, estimated on the high side.
pub(super) fn request_tokens(request: &ChatRequest) -> u64 {
    let messages: u64 = request.messages.iter().map(estimate_message_tokens).sum();
    let tools: u64 = request
        .tools
        .iter()
        .map(|tool| estimate_tokens(&tool.description) + estimate_tokens(&tool.parameters.to_string()))
        .sum();
    messages + tools
}
