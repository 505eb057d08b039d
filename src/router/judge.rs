//! What an attempt says about the health of its candidate, and what follows from it.

use tokio::time::Instant;

use super::course::Course;
use super::verdict::{History, Scope, Verdict, verdict};
use super::{Attempt, Candidate, Demand, Upstream};
use crate::chat::{Failure, FailureClass, UsageSource};
use crate::health::{Aspect, Subject};

impl<U: Upstream, D> Course<'_, U, D> {
    /// A candidate answered, whatever came of it.
    pub(super) fn well(&self, candidate: &Candidate, attempt: &Attempt) {
        let health = &self.router.health;
        health.answered(&candidate.subjects());
        if let Some(span) = attempt.first_token {
            health.first_token(&candidate.model_subject(), span);
        }
    }

    /// A candidate has counted the tokens of the caller's own request.
    pub(super) fn learn(&self, candidate: &Candidate, attempt: &Attempt) {
        if let (UsageSource::Provider, Some(reported)) = (attempt.usage_source, attempt.usage.input_tokens) {
            let estimated = Demand::of(self.setting.ask.request).input;
            self.router.health.learned(&candidate.model_subject(), reported, estimated);
        }
    }

    /// Whether a candidate was found to know no tools since its route was made.
    pub(super) fn has_refused_tools(&self, candidate: &Candidate) -> bool {
        let (provider, model) = (&candidate.provider.id, &candidate.model.id);
        self.setting.ask.request.speaks_of_tools()
            && self
                .router
                .health
                .findings(provider, model, Instant::now())
                .get(Aspect::Tools)
                .is_some_and(|finding| !finding.able)
    }

    /// It refused tools and answered where they were put into words: others need not find that out again.
    pub(super) fn knows_no_tools(&self, candidate: &Candidate) {
        let (provider, model) = (&candidate.provider.id, &candidate.model.id);
        self.router.health.found(provider, model, Aspect::Tools, false, Instant::now());
    }

    /// What follows from a failure, and what it means for the health of the candidate.
    pub(super) fn decide(&self, candidate: &Candidate, failure: &Failure, spoilt: bool) -> Verdict {
        let (health, now) = (&self.router.health, Instant::now());
        // What a model makes of a schema says nothing about whether it is well.
        let weight = match failure.class {
            FailureClass::Malformed if spoilt => 0.0,
            FailureClass::Server
            | FailureClass::Malformed
            | FailureClass::Timeout
            | FailureClass::Unreachable => 1.0,
            FailureClass::BrokenStream => 0.5,
            _ => 0.0,
        };
        if weight > 0.0 {
            health.failed(&candidate.model_subject(), weight, now);
        }
        let throttled = match (failure.class, failure.reset) {
            (FailureClass::RateLimited, None) => health.throttled_again(&candidate.key_model_subject()),
            _ => 0,
        };
        let history = self.walk.history(throttled);
        let verdict = match verdict(failure, history) {
            // Where much fails at once, and with who is known to fail, asking again would only make it worse; others may
            // still be asked.
            Verdict::Again(_) if self.insists || !self.router.may_repeat() => {
                verdict(failure, History { repeats: 1, ..history })
            }
            verdict => verdict,
        };
        let (subject, rest) = match (&verdict, failure.class) {
            (Verdict::Next { scope, rest }, _) => (subject(candidate, *scope), *rest),
            (Verdict::Again(rest), FailureClass::RateLimited) => (candidate.key_model_subject(), *rest),
            _ => return verdict,
        };
        if !rest.is_zero() {
            health.cool(subject, rest, failure.class, now);
        }
        verdict
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
