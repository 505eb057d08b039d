//! What is known about the state of upstreams: which key, model or provider is left alone, until when and why.
//!
//! Health only records and answers; what follows from a failure is the router's verdict. Times are passed in, so that
//! everything here can be tested without waiting.

mod ratio;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

pub use ratio::Ratios;

use crate::chat::FailureClass;

/// What is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A provider as a whole.
    Provider(String),
    /// A model there, with whatever key.
    Model {
        /// The provider.
        provider: String,
        /// The model.
        model: String,
    },
    /// A key, for every model.
    Key {
        /// The provider.
        provider: String,
        /// The key's fingerprint.
        key: String,
    },
    /// A key for one model.
    KeyModel {
        /// The provider.
        provider: String,
        /// The key's fingerprint.
        key: String,
        /// The model.
        model: String,
    },
}

/// Why and until when something is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cooling {
    /// Until when.
    pub until: Instant,
    /// Why.
    pub class: FailureClass,
}

/// Whether a model's breaker lets requests through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// It does.
    Closed,
    /// It lets one through, to see whether the model is well again.
    Probe,
    /// It does not: the model kept failing.
    Open {
        /// Until when.
        until: Instant,
    },
}

/// The state of upstreams in this process.
#[derive(Debug, Default)]
pub struct Health {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    cooling: HashMap<Subject, Cooling>,
    /// How often in a row each subject was throttled without saying for how long.
    throttled: HashMap<Subject, u32>,
    /// Requests under way, by key and model.
    busy: HashMap<Subject, u32>,
    /// The moving average of the time to the first token, by model.
    first_token: HashMap<Subject, Duration>,
}

/// What is known at one moment, for a plan to read.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    cooling: HashMap<Subject, Cooling>,
    busy: HashMap<Subject, u32>,
    first_token: HashMap<Subject, Duration>,
}

/// A request under way to a key and model: its share of the limits is reserved until it is settled or dropped.
#[derive(Debug)]
pub struct Lease<'a> {
    health: &'a Health,
    subject: Subject,
}

impl Lease<'_> {
    /// The request is over and took so many tokens, in and out.
    pub fn settle(self, _tokens: u64) {}
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(busy) = self.health.lock().busy.get_mut(&self.subject) {
            *busy = busy.saturating_sub(1);
        }
    }
}

impl Health {
    /// What is known now.
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        let state = self.lock();
        let cooling = state.cooling.iter().filter(|(_, cooling)| cooling.until > now);
        Snapshot {
            cooling: cooling.map(|(subject, cooling)| (subject.clone(), *cooling)).collect(),
            busy: state.busy.clone(),
            first_token: state.first_token.clone(),
        }
    }

    /// A request to a key and model begins, of about so many tokens. None if it may not begin: another one is the
    /// breaker's probe already, or the limits have no room.
    pub fn begin(
        &self,
        key_model: &Subject,
        _model: &Subject,
        _tokens: u64,
        _now: Instant,
    ) -> Option<Lease<'_>> {
        *self.lock().busy.entry(key_model.clone()).or_insert(0) += 1;
        Some(Lease { health: self, subject: key_model.clone() })
    }

    /// A model failed in a way that counts for its breaker; a broken stream counts half.
    pub fn failed(&self, _model: &Subject, _weight: f64, _now: Instant) {}

    /// A model's first token took this long.
    pub fn first_token(&self, model: &Subject, span: Duration) {
        let mut state = self.lock();
        let average = state.first_token.entry(model.clone()).or_insert(span);
        *average = average.mul_f64(0.8) + span.mul_f64(0.2);
    }

    /// Leaves something alone for a while; a longer rest that was decided before holds.
    pub fn cool(&self, subject: Subject, rest: Duration, class: FailureClass, now: Instant) {
        let mut state = self.lock();
        state.cooling.retain(|_, cooling| cooling.until > now);
        let until = now + rest;
        let cooling = state.cooling.entry(subject).or_insert(Cooling { until, class });
        if cooling.until < until {
            *cooling = Cooling { until, class };
        }
    }

    /// Counts a refusal that named no reset, and says which in a row it is, from zero.
    pub fn throttled_again(&self, subject: &Subject) -> u32 {
        let mut state = self.lock();
        let count = state.throttled.entry(subject.clone()).or_insert(0);
        *count += 1;
        *count - 1
    }

    /// It answered: it is well.
    pub fn answered(&self, subjects: &[Subject]) {
        let mut state = self.lock();
        for subject in subjects {
            state.cooling.remove(subject);
            state.throttled.remove(subject);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Snapshot {
    /// Whether one of these is cooling; of several the one that takes longest.
    pub fn cooling(&self, subjects: &[Subject]) -> Option<Cooling> {
        let cooling = subjects.iter().filter_map(|subject| self.cooling.get(subject));
        cooling.max_by_key(|cooling| cooling.until).copied()
    }

    /// Whether a model's breaker lets a request through.
    pub fn gate(&self, _model: &Subject) -> Gate {
        Gate::Closed
    }

    /// How many requests are under way to a key and model.
    pub fn busy(&self, key_model: &Subject) -> u32 {
        self.busy.get(key_model).copied().unwrap_or(0)
    }

    /// How long a model takes to its first token, on average.
    pub fn first_token(&self, model: &Subject) -> Option<Duration> {
        self.first_token.get(model).copied()
    }

    /// The share of a key's limits that is still free, from 0 to 1, if any limit is known.
    pub fn free(&self, _key_model: &Subject) -> Option<f64> {
        None
    }

    /// How many requests a route has taken.
    pub fn turn(&self, _route: &str) -> u64 {
        0
    }

    /// Takes something for resting, whatever is known of it: for a rehearsal of what would happen then.
    pub fn pretend(&mut self, subject: Subject, cooling: Cooling) {
        self.cooling.insert(subject, cooling);
    }

    /// Until when a key's known limits have no room for so many tokens.
    pub fn out(&self, _key_model: &Subject, _tokens: u64) -> Option<Instant> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_end_and_the_longer_one_holds() {
        let (health, now) = (Health::default(), Instant::now());
        let subject = Subject::Provider("p".into());
        let seconds = Duration::from_secs;
        health.cool(subject.clone(), seconds(10), FailureClass::RateLimited, now);
        health.cool(subject.clone(), seconds(5), FailureClass::Server, now);
        let cooling = |at| health.snapshot(at).cooling(std::slice::from_ref(&subject));
        assert_eq!(
            cooling(now),
            Some(Cooling { until: now + seconds(10), class: FailureClass::RateLimited })
        );
        assert_eq!(cooling(now + seconds(10)), None);
        health.answered(std::slice::from_ref(&subject));
        assert_eq!(cooling(now), None);
    }
}
