//! What is known about the state of upstreams: which key, model or provider is left alone, until when and why; how much
//! of their limits keys have used; how fast models answer; what probes found out about them.
//!
//! Health only records and answers; what follows from a failure is the router's verdict. Times are passed in, so that
//! everything here can be tested without waiting.
//!
//! The processes of a user share what they know through `state.db` ([`shared`]), which may be deleted at any time. In it
//! are times of the clock on the wall, of both the decision and its end: a rest never lasts longer than it was meant to,
//! however the clock is set. What is counted is approximate between processes; so is the one probe of a breaker. The
//! share of failures among the last results is each process's own, the failures in a row are everybody's.

mod breaker;
mod clock;
mod findings;
mod gauge;
mod known;
mod lease;
mod limits;
mod ratio;
mod shared;
mod snapshot;
mod state;
mod subject;
mod table;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::chat::{Bucket, FailureClass};
pub use findings::{Aspect, FINDINGS_LAST, Finding, Findings};
use gauge::Gauge;
use known::Found;
pub use lease::Lease;
pub use limits::{Day, Limits};
use shared::Shared;
pub use snapshot::{Ailing, Snapshot};
use state::{Average, State};
pub use subject::Subject;
use table::{Kind, Mark, What};

/// Refusals further apart than this are not in a row.
const THROTTLE_MEMORY: Duration = Duration::from_mins(10);
/// An average that is older says nothing about now.
const AVERAGE_MEMORY: Duration = Duration::from_hours(24);
/// An average or a share that has moved so far since others heard of it is told again.
const WORTH_TELLING: f64 = 0.25;
/// What little is left of limits is told at once.
const SCARCE: f64 = 0.1;
/// How often a process that lives long looks what the others wrote.
const LOOK_EVERY: Duration = Duration::from_millis(250);

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
        /// Whether it was tried since and failed again.
        again: bool,
    },
}

/// The state of upstreams.
#[derive(Debug, Default)]
pub struct Health {
    state: Mutex<State>,
    shared: Option<Shared>,
}

impl Health {
    /// What the processes of this data directory know together. It is read when something is first asked.
    pub fn load(data_dir: &Path) -> Self {
        Self { shared: Some(Shared::new(data_dir)), ..Self::default() }
    }

    /// What each key of a provider may be asked, as the user has set it. To be said before anything is asked.
    pub fn allow(&self, provider: &str, limits: Limits, day: Day) {
        if !limits.is_empty() {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.allowed.insert(provider.to_owned(), (limits, day));
        }
    }

    /// What is known now.
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        Snapshot::of(&self.lock(), now)
    }

    /// A request to a key and model begins, of about so many tokens. None if it may not begin: the breaker is open,
    /// another one is its probe already, or the limits have no room.
    pub fn begin(
        &self,
        key_model: &Subject,
        model: &Subject,
        tokens: u64,
        now: Instant,
    ) -> Option<Lease<'_>> {
        Lease::begin(self, key_model, model, tokens, (now, false))
    }

    /// The same where nobody else is left to be asked: an open breaker does not count.
    pub fn insist(
        &self,
        key_model: &Subject,
        model: &Subject,
        tokens: u64,
        now: Instant,
    ) -> Option<Lease<'_>> {
        Lease::begin(self, key_model, model, tokens, (now, true))
    }

    /// The provider has said how a key's limits stand.
    pub fn reported(&self, key_model: &Subject, buckets: &[Bucket], now: Instant) {
        let mut state = self.lock();
        let at = state.clock.wall(now);
        let gauges: Vec<Gauge> = buckets.iter().filter_map(|bucket| Gauge::new(bucket, at)).collect();
        if gauges.is_empty() {
            return;
        }
        let Some(told) = state.told(key_model) else { return };
        let until = gauges.iter().map(Gauge::ends).max().unwrap_or(at);
        told.at = at;
        told.meter.gauges.clone_from(&gauges);
        let free = gauges.iter().filter_map(|gauge| gauge.free(at)).reduce(f64::min);
        let moved = free.unwrap_or(0.0) - told.free.unwrap_or(1.0);
        let is_scarce =
            free.is_some_and(|free| free < SCARCE) || gauges.iter().any(|gauge| gauge.out(1, at).is_some());
        if let Some(shared) = self.shared.as_ref().filter(|_| is_scarce || moved.abs() > WORTH_TELLING) {
            told.free = free;
            let mark = Mark { subject: key_model.clone(), at, until, what: What::Gauges { gauges } };
            shared.note(Kind::Gauges, key_model.clone(), Some(mark), at);
        }
    }

    /// A model failed in a way that counts for its breaker; a broken stream counts half.
    pub fn failed(&self, model: &Subject, weight: f64, now: Instant) {
        let mut state = self.lock();
        if let Some(breaker) = state.breaker(model, now) {
            breaker.failed(weight, now, fastrand::f64());
        }
        if let Some(shared) = &self.shared {
            let mark = state.breaker_mark(model, now);
            shared.mark(Kind::Breaker, model.clone(), mark, state.clock.wall(now));
        }
    }

    /// A model's first token took this long.
    pub fn first_token(&self, model: &Subject, span: Duration) {
        let now = Instant::now();
        let mut state = self.lock();
        let (at, until) = (state.clock.wall(now), now + AVERAGE_MEMORY);
        let known = state.first_token.get(model, now).map(|entry| entry.value);
        let average = known.map_or(span, |known| known.span.mul_f64(0.8) + span.mul_f64(0.2));
        let told = known.map(|known| known.told);
        let moved = told.is_none_or(|told| {
            (average.as_secs_f64() - told.as_secs_f64()).abs() > WORTH_TELLING * told.as_secs_f64()
        });
        let value = Average { span: average, told: told.filter(|_| !moved).unwrap_or(average) };
        state.first_token.put(Found { subject: model.clone(), value, at, until }, now);
        if let Some(shared) = self.shared.as_ref().filter(|_| moved) {
            let what = What::FirstToken { ms: clock::ms(average) };
            let mark = Mark { subject: model.clone(), at, until: state.clock.wall(until), what };
            shared.note(Kind::FirstToken, model.clone(), Some(mark), at);
        }
    }

    /// Leaves something alone for a while; a longer rest that was decided before holds.
    pub fn cool(&self, subject: Subject, rest: Duration, class: FailureClass, now: Instant) {
        let mut state = self.lock();
        let until = now + rest;
        if rest.is_zero() || state.rests.get(&subject, now).is_some_and(|known| known.until >= until) {
            return;
        }
        let (at, wall) = (state.clock.wall(now), state.clock.wall(until));
        state.rests.put(Found { subject: subject.clone(), value: class, at, until }, now);
        if let Some(shared) = &self.shared {
            let mark = Mark { subject: subject.clone(), at, until: wall, what: What::Rest { class } };
            shared.mark(Kind::Rest, subject, Some(mark), at);
        }
    }

    /// Counts a refusal that named no reset, and says which in a row it is, from zero.
    pub fn throttled_again(&self, subject: &Subject) -> u32 {
        let now = Instant::now();
        let mut state = self.lock();
        let before = state.throttled.get(subject, now).map_or(0, |entry| entry.value);
        let (at, until) = (state.clock.wall(now), now + THROTTLE_MEMORY);
        let count = before.saturating_add(1);
        state.throttled.put(Found { subject: subject.clone(), value: count, at, until }, now);
        if let Some(shared) = &self.shared {
            let until = state.clock.wall(until);
            let mark = Mark { subject: subject.clone(), at, until, what: What::Throttle { count } };
            shared.mark(Kind::Throttle, subject.clone(), Some(mark), at);
        }
        before
    }

    /// It answered: it is well. A limit that another request ran into meanwhile is not disproved by that.
    pub fn answered(&self, subjects: &[Subject]) {
        let now = Instant::now();
        let mut state = self.lock();
        for subject in subjects {
            let limited = |class| matches!(class, FailureClass::RateLimited | FailureClass::QuotaExhausted);
            let rest = state.rests.get(subject, now).is_some_and(|entry| !limited(entry.value));
            let throttled = state.throttled.get(subject, now).is_some();
            let suspect = state.breakers.get(subject, now).is_some_and(|entry| entry.value.is_suspect());
            if rest {
                state.rests.remove(subject);
            }
            state.throttled.remove(subject);
            if matches!(subject, Subject::Model { .. })
                && let Some(breaker) = state.breaker(subject, now)
            {
                breaker.answered(now);
            }
            let gone = [(Kind::Rest, rest), (Kind::Throttle, throttled), (Kind::Breaker, suspect)];
            for (kind, _) in gone.into_iter().filter(|(_, gone)| *gone) {
                self.not_any_more(kind, subject, state.clock.wall(now));
            }
        }
    }

    /// Somebody looked, and these are well: whatever is known against them is forgotten, limits too.
    pub fn heal(&self, subjects: &[Subject], now: Instant) {
        let mut state = self.lock();
        for subject in subjects {
            for kind in state.forget(subject) {
                self.not_any_more(kind, subject, state.clock.wall(now));
            }
        }
    }

    /// Forgets whatever is known against a provider, or against all; says against how many things something was.
    pub fn forget(&self, provider: Option<&str>, now: Instant) -> usize {
        let suspects = self.lock().suspects(provider, now);
        self.heal(&suspects, now);
        suspects.len()
    }

    /// A model's provider counted so many tokens in a request that was estimated at so many.
    pub fn learned(&self, model: &Subject, reported: u64, estimated: u64) {
        self.lock().ratios.learn(model, reported, estimated);
    }

    /// A route that takes turns has taken one.
    pub fn took_turn(&self, route: &str) {
        let mut state = self.lock();
        let now = state.clock.wall(Instant::now());
        if state.turns.len() >= known::MOST {
            state.turns.clear();
        }
        *state.turns.entry(route.to_owned()).or_default() += 1;
        if let Some(shared) = &self.shared {
            shared.took_turn(route, now);
        }
    }

    /// In a process that lives long: takes over what others write, and writes what has gathered, until this is dropped.
    pub fn watch(self: &Arc<Self>) {
        let health = Arc::downgrade(self);
        let look = move || {
            while let Some(health) = health.upgrade() {
                health.look();
                drop(health);
                std::thread::sleep(LOOK_EVERY);
            }
        };
        // Without the thread this process goes on with what it knows.
        let _started = std::thread::Builder::new().name("health".to_owned()).spawn(look);
    }

    /// Takes over what others wrote, if they did, and has written what has gathered.
    pub fn look(&self) {
        let Some(shared) = &self.shared else { return };
        if shared.has_changed() {
            self.take_over(shared);
        }
        // Afterwards: what is on its way to the file is known neither as written nor as unwritten.
        shared.write();
    }

    fn take_over(&self, shared: &Shared) {
        let now = {
            let mut state = self.lock();
            state.clock.follow();
            state.clock.wall(Instant::now())
        };
        // Whoever asks meanwhile does not wait for the file.
        if let Some(contents) = shared.read(now) {
            let mut state = self.lock();
            state.take_over(contents, &shared.changes(), Instant::now());
        }
    }

    /// Waits until others can know what this process knows, but not for long.
    pub fn flush(&self, patience: Duration) {
        if let Some(shared) = &self.shared {
            shared.flush(patience);
        }
    }

    fn not_any_more(&self, kind: Kind, subject: &Subject, now: i64) {
        if let Some(shared) = &self.shared {
            shared.mark(kind, subject.clone(), None, now);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = self.shared.as_ref().filter(|_| !state.is_read) {
            state.is_read = true;
            let now = Instant::now();
            if let Some(contents) = shared.read(state.clock.wall(now)) {
                state.take_over(contents, &shared.changes(), now);
            }
        }
        state
    }
}

#[cfg(test)]
mod tests;
