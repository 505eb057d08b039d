//! The router: one request in, one whole answer out, whoever gives it.
//!
//! [`mod@plan`] says who may be asked in which order, [`verdict`] what follows from a failure, [`walk`] keeps the place
//! of one request between the two, [`mend`] knows how a broken answer is completed; all of them are pure. The loop in
//! [`course`] is the only place in the program where anything is tried again, [`run`] is one attempt, [`race`] two at
//! once. A failure before anything was delivered is nobody's business but the ledger's; after that an answer is either
//! completed or ended honestly, never shown as whole.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

mod attempt;
mod budget;
mod candidate;
mod course;
mod delivery;
mod demand;
mod embed;
mod error;
mod judge;
mod mend;
mod order;
pub mod plan;
mod race;
mod report;
mod rest;
mod run;
#[cfg(test)]
mod tests;
mod verdict;
mod walk;

pub use attempt::{Attempt, Observer, RequestTag};
pub use budget::RetryBudget;
pub use candidate::{Candidate, OnBrokenStream, OnContentFilter, Route, Stop, Strategy, Weighed};
pub use delivery::{Delivery, Gone, Notice, Upstream, Written};
pub use demand::Demand;
pub use embed::{EmbedAsk, Embedded};
pub use error::{RouteError, RouteErrorKind};
pub use mend::Resumed;
pub use report::{AttemptReport, people};

use crate::chat::{Answer, ChatRequest, ModelId, Usage, UsageSource};
use crate::health::Health;
use course::Course;
use plan::{Plan, Skipped, plan};
use run::Setting;

/// What is asked of the router.
#[derive(Debug)]
pub struct Ask<'a> {
    /// The request's id, unique.
    pub id: String,
    /// The request.
    pub request: &'a ChatRequest,
    /// Where it may go.
    pub route: &'a Route,
    /// Deliver only what is whole: a break is then like any other failure.
    pub buffered: bool,
    /// How long all of it may take.
    pub deadline: Option<Duration>,
    /// How long candidates may be waited for when all are out.
    pub max_wait: Duration,
    /// What it is a part of.
    pub conversation: Conversation,
}

/// What a request is a part of: nothing where nothing is set.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    /// The agent that asks.
    pub agent: Option<String>,
    /// The session, by id.
    pub session: Option<String>,
    /// Attempts that were made under the same request id before.
    pub attempts: u32,
    /// Who answered last. It has what was said so far in its cache, so it is asked first while it is well.
    pub answered_by: Option<AnsweredBy>,
}

/// Who gave an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredBy {
    /// The model.
    pub model: ModelId,
    /// The key's fingerprint.
    pub key: Option<String>,
}

/// A whole answer and how it came about.
#[derive(Debug)]
pub struct Completion {
    /// The answer.
    pub answer: Answer,
    /// Every attempt, the successful one last.
    pub attempts: Vec<Attempt>,
    /// Tokens of the answer.
    pub usage: Usage,
    /// Who counted them.
    pub usage_source: UsageSource,
    /// How it was completed, if it had broken after some of it was delivered.
    pub resumed: Option<Resumed>,
    /// What was left out when it began.
    pub skipped: Vec<Skipped>,
}

/// Longer than any request may take.
const FOREVER: Duration = Duration::from_hours(24);

/// Sends requests where they are answered.
#[derive(Clone)]
pub struct Router<U> {
    upstream: U,
    health: Arc<Health>,
    observer: Arc<dyn Observer>,
    budget: Option<Arc<RetryBudget>>,
}

impl<U: Upstream> Router<U> {
    /// A router over an upstream, with what is known about its state, reporting to an observer.
    pub fn new(upstream: U, health: Arc<Health>, observer: Arc<dyn Observer>) -> Self {
        Self { upstream, health, observer, budget: None }
    }

    /// Where requests go.
    pub fn upstream(&self) -> &U {
        &self.upstream
    }

    /// With a budget for asking the same candidate again, for those who ask much.
    #[must_use]
    pub fn with_budget(self, budget: RetryBudget) -> Self {
        Self { budget: Some(Arc::new(budget)), ..self }
    }

    /// Asks until somebody answers. Dropping the future drops the upstream at once; what was used by then is still
    /// reported to the observer.
    pub async fn chat<D: Delivery>(&self, ask: &Ask<'_>, delivery: &mut D) -> Result<Completion, RouteError> {
        if let Some(budget) = &self.budget {
            budget.request();
        }
        let Conversation { agent, session, .. } = ask.conversation.clone();
        let tag = RequestTag { id: ask.id.clone(), route: ask.route.name.clone(), agent, session };
        let deadline = Instant::now() + ask.deadline.unwrap_or(FOREVER);
        let setting = Setting { ask, tag: &tag, observer: self.observer.as_ref(), deadline };
        let course = Course::new(self, setting, delivery);
        if ask.route.strategy == Strategy::RoundRobin {
            self.health.took_turn(&ask.route.name);
        }
        // On the heap: whoever waits for an answer should not have to carry all of it around.
        Box::pin(course.run()).await
    }

    /// Whom a request may go to now.
    fn plan(&self, ask: &Ask<'_>) -> Plan {
        let now = Instant::now();
        let (mut demand, health) = (Demand::of(ask.request), self.health.snapshot(now));
        demand.stays_with.clone_from(&ask.conversation.answered_by);
        plan(ask.route, &demand, &health, now, &mut fastrand::Rng::new())
    }

    /// Whether somebody may be asked again who has failed in the same request.
    fn may_repeat(&self) -> bool {
        self.budget.as_ref().is_none_or(|budget| budget.retry(Instant::now()))
    }
}
