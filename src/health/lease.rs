//! A request under way.

use tokio::time::Instant;

use super::limits::Used;
use super::state::State;
use super::{Gate, Health, Subject};

/// A request under way to a key and model: its share of the limits is reserved until it is settled or dropped.
#[derive(Debug)]
pub struct Lease<'a> {
    health: &'a Health,
    key_model: Subject,
    model: Subject,
    tokens: u64,
    began: Instant,
    took: Option<u64>,
}

impl<'a> Lease<'a> {
    pub(super) fn begin(
        health: &'a Health,
        key_model: &Subject,
        model: &Subject,
        tokens: u64,
        (now, insists): (Instant, bool),
    ) -> Option<Self> {
        let mut state = health.lock();
        let gate = state.breakers.get(model, now).map_or(Gate::Closed, |entry| entry.value.gate(now));
        let wall = state.clock.wall(now);
        let has_room = |subject: &Subject| {
            state.meters.get(subject).is_none_or(|told| told.meter.out(tokens, wall).is_none())
        };
        let key = key_model.key();
        let is_shut = matches!(gate, Gate::Open { .. }) && !insists;
        if is_shut || !has_room(key_model) || !key.as_ref().is_none_or(has_room) {
            return None;
        }
        if gate == Gate::Probe
            && let Some(breaker) = state.breakers.get_mut(model, now)
        {
            breaker.value.probing(now);
        }
        *state.busy.entry(key_model.clone()).or_insert(0) += 1;
        let lease = Self {
            health,
            key_model: key_model.clone(),
            model: model.clone(),
            tokens,
            began: now,
            took: None,
        };
        for subject in lease.metered(&mut state) {
            if let Some(told) = state.told(&subject) {
                let used = told.meter.reserve(tokens, wall);
                health.used(&subject, used, wall);
            }
        }
        Some(lease)
    }

    /// The request is over and took so many tokens, in and out; none if it failed before it took any. One that was never
    /// made is dropped instead.
    pub fn settle(mut self, tokens: u64) {
        self.took = Some(tokens);
    }

    /// Those whose limits are known.
    fn metered(&self, state: &mut State) -> Vec<Subject> {
        let limited = |subject: &Subject| state.allowed.contains_key(subject.provider());
        let key = self.key_model.key().filter(limited);
        let told = state.meters.contains_key(&self.key_model).then(|| self.key_model.clone());
        key.into_iter().chain(told).collect()
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut state = self.health.lock();
        if let Some(busy) = state.busy.get_mut(&self.key_model) {
            *busy = busy.saturating_sub(1);
            if *busy == 0 {
                state.busy.remove(&self.key_model);
            }
        }
        let now = Instant::now();
        if let Some(breaker) = state.breakers.get_mut(&self.model, now) {
            breaker.value.unproved(self.began);
        }
        let (began, wall) = (state.clock.wall(self.began), state.clock.wall(now));
        for subject in self.metered(&mut state) {
            if let Some(told) = state.told(&subject) {
                let used = told.meter.settle(self.tokens, self.took, began, wall);
                self.health.used(&subject, used, wall);
            }
        }
    }
}

impl Health {
    fn used(&self, subject: &Subject, used: Vec<(super::limits::Slot, Used)>, now: i64) {
        if let Some(shared) = self.shared.as_ref().filter(|_| !used.is_empty()) {
            shared.used(subject, used, now);
        }
    }
}
