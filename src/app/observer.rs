//! From the router's attempts to the ledger's entries. The two do not know each other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::ledger::{Entry, Ledger};
use crate::router::{Attempt, Observer, RequestTag};

/// Whose requests are under way: ids of virtual keys by ids of requests. Whoever has no key is not in it.
#[derive(Debug, Default)]
pub struct Owners(Mutex<HashMap<String, String>>);

impl Owners {
    /// A request of an owner's begins.
    pub fn begin(&self, request: &str, owner: &str) {
        let mut owners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        owners.insert(request.to_owned(), owner.to_owned());
    }

    /// It is over.
    pub fn end(&self, request: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(request);
    }

    fn of(&self, request: &str) -> Option<String> {
        let owners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if owners.is_empty() {
            return None;
        }
        // What agents ask each other stands under the id of the request and more.
        let id = request.get(..uuid::fmt::Hyphenated::LENGTH).unwrap_or(request);
        owners.get(id).cloned()
    }
}

/// Writes every attempt into the ledger.
pub(super) struct LedgerObserver {
    pub(super) ledger: Arc<Ledger>,
    pub(super) owners: Arc<Owners>,
}

impl Observer for LedgerObserver {
    fn attempt(&self, request: &RequestTag, attempt: &Attempt) {
        self.ledger.record(Entry {
            request_id: request.id.clone(),
            ordinal: attempt.ordinal,
            at: attempt.at,
            route: request.route.clone(),
            agent: request.agent.clone(),
            session: request.session.clone(),
            owner: self.owners.of(&request.id),
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
