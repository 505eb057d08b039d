//! What the requests to one stand-in share, and what each of them holds of it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::Settings;
use super::dialect::Dialect;
use super::journal::Journal;
use super::limit::Meter;
use super::replicate::Predictions;
use super::reply::{Refusal, Reply};
use super::schedule::Schedule;
use super::template::Values;
use super::wire::{self, Wire};

/// What all requests to one stand-in share.
pub(super) struct Shared {
    pub(super) dialect: &'static Dialect,
    pub(super) addr: SocketAddr,
    pub(super) settings: Settings,
    pub(super) wire: &'static dyn Wire,
    schedule: Mutex<Schedule>,
    meter: Mutex<Meter>,
    journal: Mutex<Journal>,
    predictions: Mutex<Predictions>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("provider", &self.dialect.name)
            .field("addr", &self.addr)
            .finish_non_exhaustive()
    }
}

/// A lock that a panic elsewhere does not take away: every state behind it is valid at any time.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(super) fn new(dialect: &'static Dialect, addr: SocketAddr, settings: Settings) -> Self {
        let schedule = Mutex::new(Schedule::new(&settings.faults));
        let meter = Mutex::new(Meter::new(settings.limits));
        let journal = Mutex::new(Journal::default());
        let predictions = Mutex::new(Predictions::default());
        Self { dialect, addr, settings, wire: wire::of(dialect.wire), schedule, meter, journal, predictions }
    }

    pub(super) fn base_url(&self) -> String {
        format!("http://{}{}", self.addr, self.dialect.base)
    }

    pub(super) fn schedule(&self) -> MutexGuard<'_, Schedule> {
        locked(&self.schedule)
    }

    pub(super) fn meter(&self) -> MutexGuard<'_, Meter> {
        locked(&self.meter)
    }

    pub(super) fn journal(&self) -> MutexGuard<'_, Journal> {
        locked(&self.journal)
    }

    pub(super) fn predictions(&self) -> MutexGuard<'_, Predictions> {
        locked(&self.predictions)
    }

    /// A refusal in this provider's words.
    pub(super) fn refuse(&self, refusal: Refusal, facts: &Values) -> Reply {
        let shown = (self.dialect.shown.rpm, self.dialect.shown.tpm);
        let standing = self.meter().standing(now(), shown);
        refusal.reply(self.dialect, facts, &standing)
    }
}

/// The time of the runtime's clock, which tests can move.
pub(super) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// One request on its way; when it is dropped before it is over, the client has gone.
#[derive(Debug)]
pub(super) struct Visit {
    shared: Arc<Shared>,
    number: usize,
    metered: bool,
    over: bool,
}

impl Visit {
    pub(super) fn new(shared: Arc<Shared>, number: usize) -> Self {
        Self { shared, number, metered: false, over: false }
    }

    /// The request has been counted as running.
    pub(super) fn metered(&mut self) {
        self.metered = true;
    }

    /// The answer has ended, well or as it was meant to.
    pub(super) fn over(&mut self) {
        self.over = true;
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if self.metered {
            self.shared.meter().leave();
        }
        if !self.over {
            self.shared.journal().disconnected(self.number);
        }
    }
}
