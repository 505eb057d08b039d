//! Doing what the machine says: the rim between a run and the world.
//!
//! What can run at once does. A step's result is on disk before anything begins that needs it. Whoever drops the run
//! loses what was under way and nothing else.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::hands::{Hands, Progress, Trouble, TroubleKind};
use super::journal::RunJournal;
use super::machine::{Given, Happening, Machine, Outcome, Standing, Start};
use super::plan::Plan;
use super::step::{Slots, id_of};
use crate::agents::{Budget, Purse, Spent};
use crate::memory::run::Step;

/// The part of a budget at which it is said that it comes to its end.
const WARN_AT: f64 = 0.8;

/// Sees what happens in a run.
pub trait Watch: Sync {
    /// Something happens.
    fn sees(&self, event: &Seen<'_>);
}

/// What happens in a run.
#[derive(Debug)]
pub enum Seen<'a> {
    /// A unit begins.
    Began {
        /// Its path.
        path: &'a str,
        /// The agent or the tool.
        who: &'a str,
        /// The how many-th try.
        attempt: u32,
    },
    /// More of an answer has come.
    Saying {
        /// The path of the unit.
        path: &'a str,
        /// The agent.
        who: &'a str,
        /// How far it has come.
        progress: Progress<'a>,
    },
    /// A unit has come to a result.
    Ended(&'a Step),
    /// A unit has failed.
    Failed {
        /// Its path.
        path: &'a str,
        /// Why.
        problem: &'a str,
    },
    /// Something has happened without anything being begun, under a prefix.
    Happened(&'a str, &'a Happening),
    /// Something that is not as it should be.
    Warned(&'a str),
}

/// What a run may use, and how it is done.
#[derive(Debug, Default)]
pub struct Limits {
    /// Tokens and money.
    pub budget: Budget,
    /// How long it may take.
    pub time: Option<Duration>,
    /// Nothing is answered from results that were there, and none are kept.
    pub no_cache: bool,
    /// What people have said, by path.
    pub said: HashMap<String, String>,
}

/// Runs a chain.
pub struct Driver<'a, H> {
    pub(super) hands: &'a H,
    pub(super) journal: Arc<RunJournal>,
    pub(super) watch: &'a dyn Watch,
    pub(super) limits: Limits,
    pub(super) purse: Purse,
    pub(super) began: Instant,
    pub(super) slots: Slots,
    /// What steps were asked and said, for those who are told of it.
    pub(super) told: Mutex<HashMap<String, Vec<Step>>>,
    pub(super) any_foreign: AtomicBool,
    /// The steps that wait for somebody's answer.
    pub(super) waiting: Mutex<Vec<String>>,
    warned: AtomicBool,
    trouble: Mutex<Option<Trouble>>,
}

/// Where a unit is.
pub(super) struct Place {
    pub(super) plan: Arc<Plan>,
    pub(super) given: Given,
    pub(super) path: String,
    /// Whether somebody else's words are in what it is given.
    pub(super) is_foreign: bool,
}

/// How a run ended, for now.
#[derive(Debug)]
pub struct Ended {
    /// How it stands.
    pub standing: Standing,
    /// The results of all steps that have one.
    pub results: serde_json::Map<String, Value>,
    /// What was used.
    pub spent: Spent,
    /// The paths of the steps that wait for somebody's answer.
    pub waiting: Vec<String>,
    /// What went wrong last.
    pub trouble: Option<Trouble>,
}

impl<'a, H: Hands> Driver<'a, H> {
    /// For a run, by its journal.
    pub fn new(hands: &'a H, journal: RunJournal, watch: &'a dyn Watch, limits: Limits) -> Self {
        let purse = Purse::new(limits.budget);
        let mut told: HashMap<String, Vec<Step>> = HashMap::new();
        let mut any_foreign = false;
        let slots = Slots::default();
        for step in journal.steps() {
            purse.pay(step.input_tokens, step.output_tokens, step.cost_usd);
            slots.put(&step);
            any_foreign |= step.outside;
            told.entry(id_of(&step.path)).or_default().push(step);
        }
        Self {
            hands,
            journal: Arc::new(journal),
            watch,
            limits,
            purse,
            began: Instant::now(),
            slots,
            told: Mutex::new(told),
            any_foreign: AtomicBool::new(any_foreign),
            waiting: Mutex::default(),
            warned: AtomicBool::new(false),
            trouble: Mutex::new(None),
        }
    }

    /// Runs a chain to its end, or as far as it goes.
    pub async fn run(&self, plan: Arc<Plan>, inputs: Value, memory: Value) -> Ended {
        let run = json!({"id": self.journal.run, "chain": self.journal.chain});
        let given = Given { inputs, memory, run };
        let (standing, results) = self.drive(plan, given, String::new(), false).await;
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        Ended { standing, results, spent: self.purse.spent(), waiting, trouble }
    }

    /// When all of it must be over.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.limits.time.map(|time| self.began + time)
    }

    /// Runs a chain whose results are kept under a prefix; whether somebody else's words are in what it is given.
    pub(super) fn drive(
        &self,
        plan: Arc<Plan>,
        given: Given,
        prefix: String,
        is_foreign: bool,
    ) -> BoxFuture<'_, (Standing, serde_json::Map<String, Value>)> {
        Box::pin(async move {
            let mut machine = Machine::new(Arc::clone(&plan), &given, self.journal.kept(&prefix));
            let mut under_way = FuturesUnordered::new();
            loop {
                if self.is_used_up() {
                    machine.stop();
                }
                let starts = machine.starts();
                for happening in machine.happenings() {
                    self.watch.sees(&Seen::Happened(&prefix, &happening));
                }
                for start in starts {
                    let path = format!("{prefix}{}", machine.path(start.unit));
                    let foreign = is_foreign || self.reads_foreign(&plan, &prefix, start.unit.step);
                    let place =
                        Place { plan: Arc::clone(&plan), given: given.clone(), path, is_foreign: foreign };
                    under_way.push(self.unit(place, start));
                }
                let ended = tokio::select! {
                    ended = under_way.next() => ended,
                    () = self.nearly_late() => {
                        self.warn();
                        under_way.next().await
                    }
                };
                let Some((start, outcome)) = ended else { break };
                machine.ended(&start, outcome);
                self.warn();
            }
            let results = machine.results().map(|(id, value)| (id.to_owned(), value)).collect();
            (machine.standing(), results)
        })
    }

    /// One unit from its beginning to its end.
    async fn unit(&self, place: Place, start: Start) -> (Start, Outcome) {
        let (step, path) = (&place.plan.definition.steps[start.unit.step], &place.path);
        if !start.after.is_zero() {
            tokio::time::sleep(start.after).await;
        }
        self.watch.sees(&Seen::Began { path, who: step.kind.who(), attempt: start.attempt });
        let limit = step.timeout.map(|limit| Instant::now() + limit);
        let deadline = [limit, self.deadline()].into_iter().flatten().min();
        let work = self.work(&place, &start, deadline);
        let outcome = match deadline {
            None => work.await,
            Some(deadline) => match tokio::time::timeout_at(deadline, work).await {
                Ok(outcome) => outcome,
                Err(_) if self.deadline() == Some(deadline) => Outcome::Dropped,
                Err(_) => self.failed(path, Trouble::new(TroubleKind::Late, "it took too long")),
            },
        };
        (start, outcome)
    }

    /// Whether somebody else's words are in what comes before a step.
    fn reads_foreign(&self, plan: &Plan, prefix: &str, step: usize) -> bool {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let is_foreign = |id: &str| {
            told.get(&format!("{prefix}{id}")).is_some_and(|all| all.iter().any(|step| step.outside))
        };
        // Nothing from outside was read at all: so it mostly is.
        self.any_foreign.load(Ordering::Relaxed)
            && plan.before(step).into_iter().chain([step]).any(|step| is_foreign(plan.id(step)))
    }

    /// What follows from trouble.
    pub(super) fn failed(&self, path: &str, trouble: Trouble) -> Outcome {
        self.watch.sees(&Seen::Failed { path, problem: &trouble.message });
        let message = trouble.message.clone();
        let outcome =
            if trouble.is_hopeless() { Outcome::Hopeless(message) } else { Outcome::Failed(message) };
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
        outcome
    }

    fn is_used_up(&self) -> bool {
        let late = self.deadline().is_some_and(|deadline| Instant::now() >= deadline);
        if let Some(limit) = self.purse.met() {
            let trouble = Trouble::new(TroubleKind::Refused, limit.to_string());
            *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
            return true;
        }
        if late {
            let trouble = Trouble::new(TroubleKind::Late, "the time of the run is over");
            *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
        }
        late
    }

    /// Waits until most of the time is over; for ever where that was said, or there is no limit.
    async fn nearly_late(&self) {
        match self.limits.time.filter(|_| !self.warned.load(Ordering::Relaxed)) {
            Some(time) => tokio::time::sleep_until(self.began + time.mul_f64(WARN_AT)).await,
            None => std::future::pending().await,
        }
    }

    /// Says once that a budget comes to its end.
    #[expect(clippy::cast_precision_loss, reason = "tokens are far below what an f64 counts exactly")]
    fn warn(&self) {
        let (budget, spent) = (self.limits.budget, self.purse.spent());
        let tokens = (spent.input_tokens + spent.output_tokens) as f64;
        let part = |used: f64, most: Option<f64>| most.is_some_and(|most| used >= most * WARN_AT);
        let what = if part(tokens, budget.tokens.map(|most| most as f64)) {
            "tokens"
        } else if part(spent.cost_usd.unwrap_or(0.0), budget.cost_usd) {
            "money"
        } else if part(self.began.elapsed().as_secs_f64(), self.limits.time.map(|time| time.as_secs_f64())) {
            "time"
        } else {
            return;
        };
        if !self.warned.swap(true, Ordering::Relaxed) {
            self.watch.sees(&Seen::Warned(&format!("the run has used 80 % of its {what}")));
        }
    }
}
