//! One request's way through its plan: whose turn it is, what was tried, how much patience is left. Pure.

use std::collections::VecDeque;
use std::time::Duration;

use super::verdict::{History, Scope, TOOLS, Verdict};
use super::{Attempt, Candidate, OnContentFilter, Route};
use crate::chat::{Failure, FailureClass, ModelId};

/// The state of one request between attempts.
#[derive(Debug)]
pub(super) struct Walk {
    waiting: VecDeque<Candidate>,
    /// Candidates that are well and cannot complete what was told; they could begin again.
    aside: Vec<Candidate>,
    /// Candidates that broke off once and had their second chance.
    broke_off: Vec<Candidate>,
    /// The largest window that turned out to be too small; nobody with a smaller one is asked, whoever is well again.
    too_small: Option<u64>,
    /// Nobody would do better: nobody is asked any more.
    closed: bool,
    /// Parameters that the candidate whose turn it is has refused.
    pub(super) without: Vec<String>,
    /// Everything that was tried.
    pub(super) attempts: Vec<Attempt>,
    repeats: u32,
    bad_requests: u32,
    patience: Duration,
    max_attempts: usize,
    on_content_filter: OnContentFilter,
    spoken_tools: bool,
}

impl Walk {
    pub(super) fn new(route: &Route, candidates: Vec<Candidate>) -> Self {
        Self {
            waiting: candidates.into(),
            aside: Vec::new(),
            broke_off: Vec::new(),
            too_small: None,
            closed: false,
            without: Vec::new(),
            attempts: Vec::new(),
            repeats: 0,
            bad_requests: 0,
            patience: route.patience,
            max_attempts: route.max_attempts.max(1),
            on_content_filter: route.on_content_filter,
            spoken_tools: route.spoken_tools,
        }
    }

    /// Whether the candidate whose turn it is has refused tools.
    pub(super) fn refused_tools(&self) -> bool {
        self.without.iter().any(|param| param == TOOLS[0])
    }

    /// Whose turn it is; none when everybody was asked or enough was tried.
    pub(super) fn candidate(&self) -> Option<&Candidate> {
        self.waiting.front().filter(|_| self.has_attempts())
    }

    /// Who could be asked at the same time: the next one at another place.
    pub(super) fn second(&self) -> Option<&Candidate> {
        let first = self.waiting.front()?;
        let elsewhere = |other: &&Candidate| other.model_id() != first.model_id();
        self.waiting.iter().find(elsewhere).filter(|_| self.attempts.len() + 1 < self.max_attempts)
    }

    /// Whether a candidate has broken off before and is asked once more.
    pub(super) fn is_second_chance(&self, candidate: &Candidate) -> bool {
        self.repeats == 0 && self.broke_off.iter().any(|before| before.is(candidate))
    }

    /// Whether anything more may be tried.
    pub(super) fn has_attempts(&self) -> bool {
        !self.closed && self.attempts.len() < self.max_attempts
    }

    /// Whose turn never came.
    pub(super) fn unasked(&self) -> Vec<ModelId> {
        let asked = |model: &ModelId| self.attempts.iter().any(|attempt| attempt.model == *model);
        let mut models: Vec<ModelId> = self.waiting.iter().map(Candidate::model_id).collect();
        models.dedup();
        models.retain(|model| !asked(model));
        models
    }

    /// Whether a candidate's model was asked in this request.
    pub(super) fn has_asked(&self, candidate: &Candidate) -> bool {
        self.attempts.iter().any(|attempt| attempt.model == candidate.model_id())
    }

    /// How many attempts were made.
    pub(super) fn tried(&self) -> u32 {
        u32::try_from(self.attempts.len()).unwrap_or(u32::MAX)
    }

    /// What a verdict needs to know.
    pub(super) fn history(&self, throttled: u32) -> History {
        History {
            repeats: self.repeats,
            dropped: self.without.len(),
            patience: self.patience,
            throttled,
            bad_requests: self.bad_requests,
            window: self.waiting.front().and_then(|candidate| candidate.model.window),
            on_content_filter: self.on_content_filter,
            may_speak: self.spoken_tools && !self.refused_tools(),
            jitter: fastrand::f64(),
        }
    }

    /// Moves on as a verdict says; returns how long to wait before the next attempt.
    pub(super) fn advance(&mut self, verdict: &Verdict, failure: &Failure) -> Duration {
        match verdict {
            Verdict::Again(wait) => {
                self.repeats += 1;
                self.patience = self.patience.saturating_sub(*wait);
                return *wait;
            }
            Verdict::Without(param) => {
                self.without.push(param.clone());
                return Duration::ZERO;
            }
            Verdict::Next { scope, .. } => self.leave(*scope, failure.class == FailureClass::BrokenStream),
            Verdict::Larger { than } => {
                self.leave(Scope::Model, false);
                self.too_small = self.too_small.max(Some(*than));
                self.leave_out_the_small();
                // An estimate that was too low once is not trusted twice: who has room for more goes first.
                self.waiting.make_contiguous().sort_by_key(|candidate| candidate.weighed.tight);
            }
            // Whoever is left would do no better, so they are not unasked either.
            Verdict::Fail => {
                self.waiting.clear();
                self.closed = true;
            }
        }
        self.bad_requests += u32::from(failure.class == FailureClass::BadRequest);
        self.repeats = 0;
        self.without.clear();
        Duration::ZERO
    }

    /// The candidate whose turn it was can do nothing for the answer as it stands.
    pub(super) fn set_aside(&mut self) {
        self.aside.extend(self.waiting.pop_front());
        self.repeats = 0;
        self.without.clear();
    }

    /// Those that were set aside have their turn. False if there is nobody.
    pub(super) fn begin_again(&mut self) -> bool {
        self.waiting = std::mem::take(&mut self.aside).into();
        !self.waiting.is_empty()
    }

    /// Others have their turn.
    pub(super) fn go_on_with(&mut self, candidates: Vec<Candidate>) {
        self.waiting = candidates.into();
        self.leave_out_the_small();
        self.repeats = 0;
        self.without.clear();
    }

    fn leave_out_the_small(&mut self) {
        let Some(than) = self.too_small else { return };
        self.waiting.retain(|candidate| candidate.model.window.is_none_or(|window| window > than));
    }

    /// Another candidate has its turn now; the one whose turn it was comes after all others.
    pub(super) fn promote(&mut self, candidate: &Candidate) {
        if self.waiting.front().is_some_and(|first| first.is(candidate)) {
            return;
        }
        self.remove(candidate);
        if let Some(slow) = self.waiting.pop_front() {
            self.waiting.push_back(slow);
        }
        self.waiting.push_front(candidate.clone());
        self.repeats = 0;
        self.without.clear();
    }

    /// A candidate is not asked any more.
    pub(super) fn remove(&mut self, candidate: &Candidate) {
        self.waiting.retain(|other| !other.is(candidate));
    }

    /// Removes the candidate whose turn it was, and all that the scope reaches. One that broke off half-way may be asked
    /// once more when nobody else is left.
    fn leave(&mut self, scope: Scope, broke_off: bool) {
        let Some(left) = self.waiting.pop_front() else { return };
        let provider = left.provider.id.as_str();
        self.waiting.retain(|other| match scope {
            Scope::KeyModel => true,
            Scope::Key => other.provider.id != provider || other.key_subject() != left.key_subject(),
            Scope::Model => other.provider.id != provider || other.model.id != left.model.id,
            Scope::Provider => other.provider.id != provider,
        });
        if broke_off && !self.broke_off.iter().any(|before| before.is(&left)) {
            self.broke_off.push(left.clone());
            self.waiting.push_back(left);
        }
    }
}
