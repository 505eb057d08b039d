//! The router: one request in, one whole answer out, whoever gives it.
//!
//! [`plan`] says who may be asked in which order, [`verdict`] what follows from a failure, [`walk`] keeps the place of
//! one request between the two; all of them are pure. The loop in [`Router::chat`] is the only place in the program
//! where anything is tried again. A failure before anything was delivered is nobody's business but the ledger's; after
//! that an answer is either completed or ended honestly, never shown as whole.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use tracing::debug;

mod attempt;
mod candidate;
mod delivery;
mod demand;
mod error;
mod order;
pub mod plan;
mod run;
#[cfg(test)]
mod tests;
mod verdict;
mod walk;

pub use attempt::{Attempt, Observer, RequestTag};
pub use candidate::{Candidate, OnBrokenStream, OnContentFilter, Route, Stop, Strategy, Weighed};
pub use delivery::{Delivery, Gone, Notice, Upstream, Written};
pub use demand::Demand;
pub use error::{RouteError, RouteErrorKind};

use crate::chat::{Answer, ChatRequest, Failure, FailureClass, Usage, UsageSource};
use crate::health::{Health, Subject};
use run::{Attempting, Ended};
use verdict::{Scope, Verdict};
use walk::Walk;

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
}

/// Longer than any request may take.
const FOREVER: Duration = Duration::from_hours(24);

/// Sends requests where they are answered.
pub struct Router<U> {
    upstream: U,
    health: Arc<Health>,
    observer: Arc<dyn Observer>,
}

impl<U: Upstream> Router<U> {
    /// A router over an upstream, with what is known about its state, reporting to an observer.
    pub fn new(upstream: U, health: Arc<Health>, observer: Arc<dyn Observer>) -> Self {
        Self { upstream, health, observer }
    }

    /// Where requests go.
    pub fn upstream(&self) -> &U {
        &self.upstream
    }

    /// Asks until somebody answers. Dropping the future drops the upstream at once; what was used by then is still
    /// reported to the observer.
    pub async fn chat<D: Delivery>(&self, ask: &Ask<'_>, delivery: &mut D) -> Result<Completion, RouteError> {
        let now = Instant::now();
        let demand = Demand::of(ask.request);
        let plan = plan::plan(ask.route, &demand, &self.health.snapshot(now), now, &mut fastrand::Rng::new());
        let deadline = Instant::now() + ask.deadline.unwrap_or(FOREVER);
        let tag = RequestTag { id: ask.id.clone(), route: ask.route.name.clone() };
        let fail = |kind, walk: Walk| RouteError {
            kind,
            route: tag.route.clone(),
            request_id: tag.id.clone(),
            unasked: walk.unasked(),
            attempts: walk.attempts,
            skipped: plan.skipped.clone(),
        };
        let mut walk = Walk::new(ask.route, plan.candidates.clone());
        if plan.candidates.is_empty() {
            return Err(fail(RouteErrorKind::NoCandidate, walk));
        }
        while let Some(candidate) = walk.candidate() {
            if delivery.notice(&Notice::Trying { model: candidate.model_id().to_string() }).is_err() {
                return Err(fail(RouteErrorKind::Gone, walk));
            }
            let attempting = Attempting::begin(&candidate, ask, &tag, walk.tried(), self.observer.as_ref());
            let (ended, attempt) = attempting.run(&self.upstream, &walk.without, deadline, delivery).await;
            debug!(model = %attempt.model, class = ?attempt.failure.as_ref().map(|failure| failure.class), after = ?attempt.latency, "attempt");
            let failure = match ended {
                Ended::Whole(answer) => {
                    self.health.answered(&candidate.subjects());
                    let (usage, usage_source) = (attempt.usage, attempt.usage_source);
                    walk.attempts.push(attempt);
                    return Ok(Completion { answer, attempts: walk.attempts, usage, usage_source });
                }
                Ended::Gone => {
                    walk.attempts.push(attempt);
                    return Err(fail(RouteErrorKind::Gone, walk));
                }
                Ended::Broken(partial, failure) => {
                    self.decide(&candidate, &walk, &failure);
                    walk.attempts.push(attempt);
                    return Err(fail(RouteErrorKind::Broken(Box::new(partial)), walk));
                }
                Ended::Failed(failure) => failure,
            };
            let Ok(wait) = self.settle(&candidate, &mut walk, attempt, &failure, delivery) else {
                return Err(fail(RouteErrorKind::Gone, walk));
            };
            // The deadline may come first; then nobody is asked any more.
            if timeout_at(deadline, sleep(wait)).await.is_err() || Instant::now() >= deadline {
                break;
            }
        }
        Err(fail(RouteErrorKind::Exhausted, walk))
    }

    /// What follows from a failure, and what it means for the health of the candidate.
    fn decide(&self, candidate: &Candidate, walk: &Walk, failure: &Failure) -> Verdict {
        let throttled = match (failure.class, failure.reset) {
            (FailureClass::RateLimited, None) => self.health.throttled_again(&candidate.key_model_subject()),
            _ => 0,
        };
        let verdict = verdict::verdict(failure, walk.history(throttled));
        let (subject, rest) = match (&verdict, failure.class) {
            (Verdict::Next { scope, rest }, _) => (subject(candidate, *scope), *rest),
            (Verdict::Again(rest), FailureClass::RateLimited) => (candidate.key_model_subject(), *rest),
            _ => return verdict,
        };
        if !rest.is_zero() {
            self.health.cool(subject, rest, failure.class, Instant::now());
        }
        verdict
    }

    /// Draws the consequences of a failed attempt, and says how long to wait before the next one.
    fn settle<D: Delivery>(
        &self,
        candidate: &Candidate,
        walk: &mut Walk,
        mut attempt: Attempt,
        failure: &Failure,
        delivery: &mut D,
    ) -> Result<Duration, Gone> {
        let verdict = self.decide(candidate, walk, failure);
        debug!(?verdict, "verdict");
        if let Verdict::Next { rest, .. } = verdict {
            attempt.rest = Some(rest).filter(|rest| !rest.is_zero());
        }
        let heard = delivery.notice(&Notice::Failed(&attempt));
        walk.attempts.push(attempt);
        let wait = walk.advance(&verdict, failure);
        heard?;
        if wait.is_zero() || walk.candidate().is_none() {
            return Ok(Duration::ZERO);
        }
        delivery.notice(&Notice::Waiting { model: candidate.model_id().to_string(), span: wait })?;
        Ok(wait)
    }
}

fn subject(candidate: &Candidate, scope: Scope) -> Subject {
    match scope {
        Scope::KeyModel => candidate.key_model_subject(),
        Scope::Key => candidate.key_subject(),
        Scope::Model => candidate.model_subject(),
        Scope::Provider => candidate.provider_subject(),
    }
}
