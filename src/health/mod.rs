//! What is known about the state of upstreams: which key, model or provider is left alone, until when and why.
//!
//! Health only records and answers; what follows from a failure is the router's verdict. Times are passed in, so that
//! everything here can be tested without waiting.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

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
}

/// What is cooling at one moment, for a plan to read.
#[derive(Debug, Clone, Default)]
pub struct Snapshot(HashMap<Subject, Cooling>);

impl Health {
    /// What is cooling now.
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        let state = self.lock();
        Snapshot(
            state
                .cooling
                .iter()
                .filter(|(_, cooling)| cooling.until > now)
                .map(|(s, c)| (s.clone(), *c))
                .collect(),
        )
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
        subjects.iter().filter_map(|subject| self.0.get(subject)).max_by_key(|cooling| cooling.until).copied()
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
