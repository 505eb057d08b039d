//! From the router's attempts to the ledger's entries. The two do not know each other.

use std::sync::Arc;

use crate::ledger::{Entry, Ledger};
use crate::router::{Attempt, Observer, RequestTag};

/// Writes every attempt into the ledger.
pub(super) struct LedgerObserver(pub(super) Arc<Ledger>);

impl Observer for LedgerObserver {
    fn attempt(&self, request: &RequestTag, attempt: &Attempt) {
        self.0.record(Entry {
            request_id: request.id.clone(),
            ordinal: attempt.ordinal,
            at: attempt.at,
            route: request.route.clone(),
            agent: request.agent.clone(),
            session: request.session.clone(),
            model: attempt.model.clone(),
            key: attempt.key.clone(),
            class: attempt.failure.as_ref().map(|failure| failure.class),
            status: attempt.status,
            message: attempt.failure.as_ref().map(|failure| failure.message.clone()),
            latency: attempt.latency,
            first_token: attempt.first_token,
            usage: attempt.usage,
            usage_source: attempt.usage_source,
            cost_usd: attempt.cost_usd,
        });
    }
}
