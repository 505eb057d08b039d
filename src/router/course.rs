//! One request on its course: whose turn it is, what became of it, what follows. The only loop in the program in which
//! anything is tried again.

use std::time::Duration;

use tokio::time::Instant;
use tracing::debug;

use super::mend::{Approach, Manner, Mend, Resumed};
use super::plan::{Plan, Skipped};
use super::race::{Raced, race};
use super::run::{Attempting, Ended, Setting};
use super::verdict::Verdict;
use super::walk::Walk;
use super::{
    Ask, Attempt, Candidate, Completion, Delivery, Demand, Gone, Notice, OnBrokenStream, RouteError,
    RouteErrorKind, Router, Upstream,
};
use crate::chat::{Answer, Failure, FailureClass, Usage, UsageSource};

/// The state of one request.
pub(super) struct Course<'a, U, D> {
    pub(super) router: &'a Router<U>,
    pub(super) delivery: &'a mut D,
    pub(super) setting: Setting<'a>,
    pub(super) walk: Walk,
    pub(super) mend: Mend,
    skipped: Vec<Skipped>,
    /// Nobody else is left: those that kept failing are asked all the same.
    pub(super) insists: bool,
    /// Tokens of broken attempts that were told.
    told_tokens: u64,
    /// How much longer candidates may be waited for that are out for now.
    pub(super) max_wait: Duration,
}

/// What comes next.
enum Turn {
    /// This candidate is asked in this manner.
    Ask(Candidate, Manner),
    /// Somebody may be well again by now.
    Look,
    /// Nothing.
    End,
}

impl<'a, U: Upstream, D: Delivery> Course<'a, U, D> {
    pub(super) fn new(router: &'a Router<U>, setting: Setting<'a>, delivery: &'a mut D) -> Self {
        let Plan { candidates, skipped } = router.plan(setting.ask);
        let walk = Walk::new(setting.ask.route, candidates);
        let max_wait = setting.ask.max_wait;
        Self {
            router,
            delivery,
            setting,
            walk,
            mend: Mend::default(),
            skipped,
            insists: false,
            told_tokens: 0,
            max_wait,
        }
    }

    /// Asks until somebody answers, or nobody is left.
    pub(super) async fn run(mut self) -> Result<Completion, RouteError> {
        loop {
            let step = match self.turn() {
                Turn::Ask(candidate, manner) => self.ask(candidate, manner).await,
                Turn::Look => {
                    self.wait_for_the_next().await.map(|()| None).map_err(|Gone| RouteErrorKind::Gone)
                }
                Turn::End => Err(self.end()),
            };
            match step {
                Ok(None) => {}
                Ok(Some((answer, resumed))) => return Ok(self.completed(answer, resumed)),
                Err(kind) => return Err(self.fail(kind)),
            }
            if Instant::now() >= self.setting.deadline {
                let kind = self.end();
                return Err(self.fail(kind));
            }
        }
    }

    /// Whose turn it is and how.
    fn turn(&mut self) -> Turn {
        let Ask { request, route, .. } = self.setting.ask;
        while let Some(candidate) = self.walk.candidate() {
            if self.walk.is_second_chance(candidate) && !self.router.may_repeat() {
                self.walk.set_aside();
                self.mend.next();
                continue;
            }
            match self.mend.manner(candidate, request, route.on_broken_stream) {
                Some(manner) => return Turn::Ask(candidate.clone(), manner),
                None => {
                    self.walk.set_aside();
                    self.mend.next();
                }
            }
        }
        if !self.walk.has_attempts() {
            return Turn::End;
        }
        if self.mend.told.is_empty() && self.next_well().is_some() {
            return Turn::Look;
        }
        if !self.insists {
            let shut = self.shut();
            if !shut.is_empty() {
                self.insists = true;
                self.walk.go_on_with(shut);
                return self.turn();
            }
        }
        if self.mend.told.is_empty() {
            return Turn::End;
        }
        let may = route.on_broken_stream != OnBrokenStream::Fail
            && self.delivery.restarts()
            && self.mend.may_restart()
            && !self.mend.restarting;
        if may && self.walk.begin_again() {
            self.mend.restarting = true;
            return self.turn();
        }
        Turn::End
    }

    /// Asks one candidate, or two if the first one is slow and the route says so. A whole answer ends it.
    async fn ask(
        &mut self,
        candidate: Candidate,
        manner: Manner,
    ) -> Result<Option<(Answer, Option<Resumed>)>, RouteErrorKind> {
        let refused_tools = self.walk.refused_tools() || self.has_refused_tools(&candidate);
        let approach = Approach::new(manner, &candidate, self.setting.ask, refused_tools);
        let asked = (approach, &self.mend.told);
        let Some(attempting) =
            begin(self.router, self.setting, candidate.clone(), (self.walk.tried(), self.insists), asked)
        else {
            // Another request was faster to take what was left there.
            self.walk.remove(&candidate);
            return Ok(None);
        };
        self.tell_of(&candidate, manner).map_err(|Gone| RouteErrorKind::Gone)?;
        let (router, setting) = (self.router, self.setting);
        let second = self.walk.second().filter(|_| manner == Manner::Plain).cloned();
        let ordinal = self.walk.tried() + 1;
        let hedge = setting.ask.route.hedge_after.zip(second).map(|(after, second)| {
            (after, move || {
                let approach = Approach::new(Manner::Plain, &second, setting.ask, false);
                begin(router, setting, second, (ordinal, false), (approach, &Answer::default()))
            })
        });
        let without = (&self.walk.without[..], setting.deadline);
        let Raced { mut winner, begun, lost } = race(&router.upstream, attempting, without, hedge).await;
        for (candidate, failure, attempt) in lost {
            self.lost(&candidate, failure.as_ref(), attempt).map_err(|Gone| RouteErrorKind::Gone)?;
        }
        let first = candidate;
        let candidate = winner.candidate.clone();
        if !candidate.is(&first) {
            // Whoever was raced against was not told of: now it is the one.
            self.tell_of(&candidate, manner).map_err(|Gone| RouteErrorKind::Gone)?;
        }
        self.walk.promote(&candidate);
        router.health.reported(&candidate.key_model_subject(), &winner.buckets, Instant::now());
        let ended = match begun {
            Err(ended) => ended,
            Ok(begun) => winner.tell(begun, self.delivery, &mut self.mend).await,
        };
        let attempt = winner.conclude(&ended);
        self.conclude(&candidate, manner, ended, attempt).await
    }

    fn tell_of(&mut self, candidate: &Candidate, manner: Manner) -> Result<(), Gone> {
        let model = candidate.model_id().to_string();
        match manner.resumed().filter(|how| *how != Resumed::Restart) {
            Some(how) => self.delivery.notice(&Notice::Resuming { model, how }),
            None => self.delivery.notice(&Notice::Trying { model }),
        }
    }

    /// A candidate that was asked at the same time gave no answer, or a later one.
    fn lost(
        &mut self,
        candidate: &Candidate,
        failure: Option<&Failure>,
        attempt: Attempt,
    ) -> Result<(), Gone> {
        if let Some(failure) = failure {
            self.decide(candidate, failure, false);
            self.walk.remove(candidate);
        }
        let heard = self.delivery.notice(&Notice::Failed(&attempt));
        self.walk.attempts.push(attempt);
        heard
    }

    /// Draws the consequences of how an attempt ended.
    async fn conclude(
        &mut self,
        candidate: &Candidate,
        manner: Manner,
        ended: Ended,
        attempt: Attempt,
    ) -> Result<Option<(Answer, Option<Resumed>)>, RouteErrorKind> {
        debug!(model = %attempt.model, class = ?attempt.failure.as_ref().map(|failure| failure.class), after = ?attempt.latency, "attempt");
        match ended {
            Ended::Whole(answer) => {
                self.well(candidate, &attempt);
                if !matches!(manner, Manner::Continue { .. }) {
                    self.learn(candidate, &attempt);
                }
                if self.walk.refused_tools() {
                    self.knows_no_tools(candidate);
                }
                self.walk.attempts.push(attempt);
                Ok(Some((answer, manner.resumed())))
            }
            Ended::Gone => {
                self.walk.attempts.push(attempt);
                Err(RouteErrorKind::Gone)
            }
            Ended::Misfit => {
                self.well(candidate, &attempt);
                self.mend.in_vain(manner);
                self.note(attempt)?;
                Ok(None)
            }
            Ended::Failed { failure, told, spoilt } => {
                self.told_tokens += if told { attempt.usage.output_tokens.unwrap_or(0) } else { 0 };
                let refused = matches!(failure.class, FailureClass::BadRequest | FailureClass::Unsupported);
                if manner == (Manner::Continue { prefill: true }) && refused {
                    // It does not take that from anybody: the request itself is not at fault.
                    self.mend.in_vain(manner);
                    self.note(attempt)?;
                    return Ok(None);
                }
                self.failed(candidate, failure, attempt, (told, spoilt)).await?;
                Ok(None)
            }
        }
    }

    async fn failed(
        &mut self,
        candidate: &Candidate,
        failure: Failure,
        mut attempt: Attempt,
        (told, spoilt): (bool, bool),
    ) -> Result<(), RouteErrorKind> {
        let verdict = self.decide(candidate, &failure, spoilt);
        debug!(?verdict, "verdict");
        if let Verdict::Next { rest, .. } = verdict {
            attempt.rest = Some(rest).filter(|rest| !rest.is_zero());
        }
        self.note(attempt)?;
        if told {
            self.mend.broke(candidate);
            if self.setting.ask.route.on_broken_stream == OnBrokenStream::Fail {
                return Err(self.end());
            }
        }
        if spoilt && !self.mend.told.is_empty() {
            self.walk.set_aside();
            self.mend.next();
            return Ok(());
        }
        let wait = self.walk.advance(&verdict, &failure);
        if !matches!(verdict, Verdict::Again(_) | Verdict::Without(_)) {
            self.mend.next();
        }
        if wait.is_zero() || self.walk.candidate().is_none() {
            return Ok(());
        }
        let until = Instant::now() + wait;
        self.wait(until, &candidate.model_id().to_string()).await.map_err(|Gone| RouteErrorKind::Gone)
    }

    fn note(&mut self, attempt: Attempt) -> Result<(), RouteErrorKind> {
        let heard = self.delivery.notice(&Notice::Failed(&attempt));
        self.walk.attempts.push(attempt);
        heard.map_err(|Gone| RouteErrorKind::Gone)
    }

    /// How it ends without a whole answer.
    fn end(&mut self) -> RouteErrorKind {
        if !self.mend.told.is_empty() {
            return RouteErrorKind::Broken(Box::new(std::mem::take(&mut self.mend.told)));
        }
        if self.walk.attempts.is_empty() { RouteErrorKind::NoCandidate } else { RouteErrorKind::Exhausted }
    }

    fn fail(mut self, kind: RouteErrorKind) -> RouteError {
        if matches!(kind, RouteErrorKind::NoCandidate) {
            // Others may have taken since what was left in the beginning.
            self.skipped = self.router.plan(self.setting.ask).skipped;
        }
        RouteError {
            kind,
            route: self.setting.tag.route.clone(),
            request_id: self.setting.tag.id.clone(),
            unasked: self.walk.unasked(),
            attempts: self.walk.attempts,
            skipped: self.skipped,
        }
    }

    fn completed(self, mut answer: Answer, resumed: Option<Resumed>) -> Completion {
        let last = self.walk.attempts.last();
        let mut usage = last.map_or_else(Usage::default, |attempt| attempt.usage);
        let mut usage_source = last.map_or(UsageSource::None, |attempt| attempt.usage_source);
        if resumed == Some(Resumed::Continuation) {
            // The answer is of several attempts, and so are its tokens.
            usage.output_tokens = Some(usage.output_tokens.unwrap_or(0) + self.told_tokens);
            usage_source = UsageSource::Estimated;
        }
        answer.usage = usage;
        let (attempts, skipped) = (self.walk.attempts, self.skipped);
        Completion { answer, attempts, usage, usage_source, resumed, skipped }
    }
}

fn begin<'a, U: Upstream>(
    router: &'a Router<U>,
    setting: Setting<'a>,
    candidate: Candidate,
    (ordinal, insists): (u32, bool),
    asked: (Approach, &Answer),
) -> Option<Attempting<'a>> {
    let tokens = Demand::of(setting.ask.request).total();
    let (key_model, model) = (candidate.key_model_subject(), candidate.model_subject());
    let (health, now) = (&router.health, Instant::now());
    let lease = if insists {
        health.insist(&key_model, &model, tokens, now)?
    } else {
        health.begin(&key_model, &model, tokens, now)?
    };
    let ordinal = setting.ask.conversation.attempts + ordinal;
    Some(Attempting::begin(setting, candidate, ordinal, lease, asked))
}
