//! What is known at one moment, for a plan to read.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::clock::Clock;
use super::limits::Meter;
use super::ratio::Ratios;
use super::state::State;
use super::{Cooling, Gate, Subject};
use crate::chat::FailureClass;

/// What is known at one moment.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    cooling: HashMap<Subject, Cooling>,
    gates: HashMap<Subject, Gate>,
    busy: HashMap<Subject, u32>,
    first_token: HashMap<Subject, Duration>,
    meters: HashMap<Subject, Meter>,
    turns: HashMap<String, u64>,
    ratios: Ratios,
    clock: Clock,
    /// The moment, in milliseconds since 1970.
    now: i64,
}

/// Something that is left alone, for people to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ailing {
    /// What.
    pub subject: Subject,
    /// Until when.
    pub until: Instant,
    /// Why; none if its breaker is open because it kept failing.
    pub class: Option<FailureClass>,
}

impl Snapshot {
    pub(super) fn of(state: &State, now: Instant) -> Self {
        let cooling = state.rests.iter(now);
        let cooling = cooling
            .map(|(subject, entry)| (subject.clone(), Cooling { until: entry.until, class: entry.value }));
        let gates = state.breakers.iter(now).map(|(subject, entry)| (subject, entry.value.gate(now)));
        let gates = gates.filter(|(_, gate)| *gate != Gate::Closed);
        let first_token = state.first_token.iter(now);
        Self {
            cooling: cooling.collect(),
            gates: gates.map(|(subject, gate)| (subject.clone(), gate)).collect(),
            busy: state.busy.clone(),
            first_token: first_token.map(|(subject, entry)| (subject.clone(), entry.value.span)).collect(),
            meters: state
                .meters
                .iter()
                .map(|(subject, told)| (subject.clone(), told.meter.clone()))
                .collect(),
            turns: state.turns.clone(),
            ratios: state.ratios.clone(),
            clock: state.clock,
            now: state.clock.wall(now),
        }
    }

    /// Whether one of these is cooling; of several the one that takes longest.
    pub fn cooling(&self, subjects: &[Subject]) -> Option<Cooling> {
        let cooling = subjects.iter().filter_map(|subject| self.cooling.get(subject));
        cooling.max_by_key(|cooling| cooling.until).copied()
    }

    /// Whether a model's breaker lets a request through.
    pub fn gate(&self, model: &Subject) -> Gate {
        self.gates.get(model).copied().unwrap_or(Gate::Closed)
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
    pub fn free(&self, key_model: &Subject) -> Option<f64> {
        self.meters_of(key_model).filter_map(|meter| meter.free(self.now)).reduce(f64::min)
    }

    /// Until when a key's known limits have no room for so many tokens.
    pub fn out(&self, key_model: &Subject, tokens: u64) -> Option<Instant> {
        let until = self.meters_of(key_model).filter_map(|meter| meter.out(tokens, self.now)).max()?;
        Some(self.clock.steady(until))
    }

    /// How many requests a route has taken.
    pub fn turn(&self, route: &str) -> u64 {
        self.turns.get(route).copied().unwrap_or(0)
    }

    /// What an estimate of tokens is multiplied by for a model.
    pub fn ratio(&self, model: &Subject) -> f64 {
        self.ratios.of(model)
    }

    /// Takes something for resting, whatever is known of it: for a rehearsal of what would happen then.
    pub fn pretend(&mut self, subject: Subject, cooling: Cooling) {
        self.cooling.insert(subject, cooling);
    }

    /// All of a provider that is left alone, what takes longest first.
    pub fn ailing(&self, provider: &str) -> Vec<Ailing> {
        let cooling =
            self.cooling.iter().map(|(subject, cooling)| (subject, cooling.until, Some(cooling.class)));
        let open = self.gates.iter().filter_map(|(subject, gate)| match gate {
            Gate::Open { until, .. } => Some((subject, *until, None)),
            Gate::Closed | Gate::Probe => None,
        });
        let of_provider = cooling.chain(open).filter(|(subject, ..)| subject.provider() == provider);
        let mut ailing: Vec<Ailing> = of_provider
            .map(|(subject, until, class)| Ailing { subject: subject.clone(), until, class })
            .collect();
        ailing.sort_by(|a, b| b.until.cmp(&a.until).then_with(|| a.subject.cmp(&b.subject)));
        ailing
    }

    fn meters_of(&self, key_model: &Subject) -> impl Iterator<Item = &Meter> {
        let of_key = key_model.key().and_then(|key| self.meters.get(&key));
        of_key.into_iter().chain(self.meters.get(key_model))
    }
}
