//! One attempt from its request to its end.

use futures_util::StreamExt;
use tokio::time::Instant;

use super::mend::{Approach, Manner, Mend, Misfit, Splice};
use super::{Ask, Attempt, Candidate, Delivery, Gone, Notice, Observer, RequestTag, Upstream, Written};
use crate::chat::{
    Answer, Bucket, ChatRequest, Event, Failure, FailureClass, FinishReason, Format, SpokenCalls,
    UsageSource, estimate_message_tokens, estimate_part_tokens,
};
use crate::health::Lease;
use crate::providers::client::{Call, EventStream};
use crate::providers::one_line;

/// How an attempt ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// With a whole answer, together with what was told before.
    Whole(Answer),
    /// Without one.
    Failed {
        /// Why.
        failure: Failure,
        /// Whether something of it was delivered.
        told: bool,
        /// Whether it came to its end and cannot be used all the same: going on with it leads nowhere.
        spoilt: bool,
    },
    /// What it says does not go with what was told before.
    Misfit,
    /// Nobody is there to take the answer.
    Gone,
}

/// An answer that has begun: its first content is here, or all of it.
pub(super) struct Begun {
    events: EventStream,
    /// What came so far and is to be delivered.
    held: Vec<Event>,
    dropped: Vec<String>,
    over: bool,
}

/// An attempt under way. If it is dropped half-way it reports itself as cancelled, with what was used by then.
pub(super) struct Attempting<'a> {
    pub(super) candidate: Candidate,
    ask: &'a Ask<'a>,
    tag: &'a RequestTag,
    observer: &'a dyn Observer,
    /// The request, where it is not the caller's own.
    request: Option<ChatRequest>,
    approach: Approach,
    /// Takes calls out of the text, where they are asked for in words.
    spoken: Option<SpokenCalls>,
    splice: Splice,
    /// What was told before and what is passed on of this answer, where it is only the rest of one.
    joined: Option<Answer>,
    lease: Option<Lease<'a>>,
    started: Instant,
    attempt: Attempt,
    answer: Answer,
    /// How the limits of the key stand, as the answer's headers say.
    pub(super) buckets: Vec<Bucket>,
    asked: bool,
    answered: bool,
    reported: bool,
}

/// What all attempts of a request have in common.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub(super) ask: &'a Ask<'a>,
    pub(super) tag: &'a RequestTag,
    pub(super) observer: &'a dyn Observer,
    pub(super) deadline: Instant,
}

impl<'a> Attempting<'a> {
    pub(super) fn begin(
        setting: Setting<'a>,
        candidate: Candidate,
        ordinal: u32,
        lease: Lease<'a>,
        (approach, told): (Approach, &Answer),
    ) -> Self {
        let Approach { manner, spoken } = approach;
        let names = || setting.ask.request.tools.iter().map(|tool| tool.name.clone()).collect();
        let spoken = spoken.then(|| SpokenCalls::new(names()));
        Self {
            attempt: Attempt::begin(ordinal, &candidate),
            candidate,
            ask: setting.ask,
            tag: setting.tag,
            observer: setting.observer,
            request: request(setting.ask.request, approach, told),
            approach,
            spoken,
            splice: Splice::new(manner, told),
            joined: matches!(manner, Manner::Continue { .. }).then(|| told.clone()),
            lease: Some(lease),
            started: Instant::now(),
            answer: Answer::default(),
            buckets: Vec::new(),
            asked: false,
            answered: false,
            reported: false,
        }
    }

    /// Sends the request and waits for the first content.
    pub(super) async fn first<U: Upstream>(
        &mut self,
        upstream: &U,
        without: &[String],
        deadline: Instant,
    ) -> Result<Begun, Ended> {
        let failed = |failure| Ended::Failed { failure, told: false, spoilt: false };
        let key = match &self.candidate.key {
            None => None,
            Some(source) => {
                let key = source
                    .get_by(deadline)
                    .await
                    .map_err(|error| failed(Failure::new(FailureClass::Auth, error)))?;
                self.attempt.key = Some(key.fingerprint());
                Some(key)
            }
        };
        let call = Call {
            provider: &self.candidate.provider,
            model: &self.candidate.model,
            key: key.as_ref(),
            request: self.request.as_ref().unwrap_or(self.ask.request),
            without,
            deadline,
        };
        self.asked = true;
        let opened = upstream.open(call).await.map_err(failed)?;
        self.answered = true;
        self.buckets = opened.buckets;
        let mut begun =
            Begun { events: opened.events, held: Vec::new(), dropped: opened.dropped, over: false };
        while self.attempt.first_token.is_none() && !begun.over {
            self.next(&mut begun, false).await?;
        }
        Ok(begun)
    }

    /// Delivers what has begun, to its end: as it comes, or when it is whole if the ask is buffered. Until there is
    /// content nothing is delivered in either case, so that an answer that fails before it leaves no trace.
    pub(super) async fn tell<D: Delivery>(
        &mut self,
        mut begun: Begun,
        delivery: &mut D,
        mend: &mut Mend,
    ) -> Ended {
        if !begun.dropped.is_empty() {
            let model = self.candidate.model_id().to_string();
            // Whoever is gone shows at the first event.
            let _heard = delivery.notice(&Notice::Dropped { model, params: &begun.dropped });
        }
        let (mut content, mut told) = (false, false);
        loop {
            content |= begun.held.iter().any(Event::is_content);
            if content && !self.ask.buffered && !begun.over {
                match self.deliver(&mut begun.held, delivery, mend).await {
                    Ok(written) => told |= written,
                    Err(Gone) => return Ended::Gone,
                }
            }
            if begun.over {
                break;
            }
            if let Err(ended) = self.next(&mut begun, told).await {
                return ended;
            }
        }
        if let Err(failure) = self.check() {
            return Ended::Failed { failure, told, spoilt: true };
        }
        if self.splice.is_seeking() {
            return Ended::Misfit;
        }
        let whole = self.joined.take().unwrap_or_else(|| self.answer.clone());
        match self.deliver(&mut begun.held, delivery, mend).await {
            Ok(_) => Ended::Whole(whole),
            Err(Gone) => Ended::Gone,
        }
    }

    /// Waits for one more event.
    async fn next(&mut self, begun: &mut Begun, told: bool) -> Result<(), Ended> {
        let event = match begun.events.next().await {
            None => {
                begun.over = true;
                return Ok(());
            }
            Some(Ok(event)) => event,
            Some(Err(failure)) => return Err(self.broken(failure, told)),
        };
        if event.is_content() && self.attempt.first_token.is_none() {
            self.attempt.first_token = Some(self.started.elapsed());
        }
        let Some(spoken) = &mut self.spoken else { return self.take(event, &mut begun.held) };
        let mut events = Vec::new();
        spoken.take(event, &mut events);
        events.into_iter().try_for_each(|event| self.take(event, &mut begun.held))
    }

    fn take(&mut self, event: Event, held: &mut Vec<Event>) -> Result<(), Ended> {
        self.answer.push(&event);
        let known = held.len();
        self.splice.take(event, held).map_err(|Misfit| Ended::Misfit)?;
        if let Some(joined) = &mut self.joined {
            held[known..].iter().for_each(|event| joined.push(event));
        }
        Ok(())
    }

    async fn deliver<D: Delivery>(
        &mut self,
        held: &mut Vec<Event>,
        delivery: &mut D,
        mend: &mut Mend,
    ) -> Result<bool, Gone> {
        if self.approach.manner == Manner::Restart && mend.restarting {
            delivery.notice(&Notice::Restarting { model: self.candidate.model_id().to_string() })?;
            mend.begin_again();
        }
        let mut told = false;
        for event in held.drain(..) {
            if delivery.event(&event).await? == Written::Yes {
                told = true;
                mend.push(&event);
            }
        }
        Ok(told)
    }

    /// Whether the answer that ended is one.
    fn check(&self) -> Result<(), Failure> {
        let reason = self.answer.finish.ok_or_else(|| {
            let message = "the stream ended without saying that the answer is whole";
            Failure::new(FailureClass::Malformed, message)
        })?;
        check(self.joined.as_ref().unwrap_or(&self.answer), reason, &self.ask.request.format)
    }

    /// A failure while the answer was being read. Once content has come, whatever ends it is a broken stream; only a
    /// whole answer that turns out to be unusable keeps its own class.
    fn broken(&self, mut failure: Failure, told: bool) -> Ended {
        if self.attempt.first_token.is_some() && self.answer.finish.is_none() {
            failure.class = FailureClass::BrokenStream;
            failure.reset = None;
        }
        Ended::Failed { failure, told, spoilt: self.answer.finish.is_some() }
    }

    /// Settles what the attempt took, and reports it.
    pub(super) fn conclude(mut self, ended: &Ended) -> Attempt {
        self.attempt.failure = match ended {
            Ended::Whole(_) => None,
            Ended::Failed { failure, .. } => Some(failure.clone()),
            Ended::Misfit => {
                let message = "what it said does not go with what was told before";
                Some(Failure::new(FailureClass::Cancelled, message))
            }
            Ended::Gone => Some(Failure::new(FailureClass::Cancelled, "nobody was there to take the answer")),
        };
        if let Some(failure) =
            self.attempt.failure.as_mut().filter(|failure| failure.class == FailureClass::ContextLength)
        {
            let tokens: u64 = self.ask.request.messages.iter().map(estimate_message_tokens).sum();
            let window = failure.window.or(self.candidate.model.window);
            let window = window.map(|window| format!(", its window is {window}")).unwrap_or_default();
            failure.message = format!("{} (about {tokens} tokens were sent{window})", failure.message);
        }
        self.attempt.status = match &self.attempt.failure {
            None => Some(200),
            Some(failure) => failure.status.or(self.answered.then_some(200)),
        };
        self.report();
        self.attempt.clone()
    }

    /// Another one was faster.
    pub(super) fn outrun(mut self) -> Attempt {
        self.attempt.failure = Some(Failure::new(FailureClass::Cancelled, "another one answered first"));
        self.report();
        self.attempt.clone()
    }

    fn report(&mut self) {
        self.reported = true;
        let request = self.request.as_ref().unwrap_or(self.ask.request);
        let attempt = &mut self.attempt;
        attempt.latency = self.started.elapsed();
        attempt.usage = self.answer.usage;
        attempt.finish = self.answer.finish;
        let cancelled = attempt.failure.as_ref().is_some_and(|it| it.class == FailureClass::Cancelled);
        if attempt.usage.is_reported() {
            attempt.usage_source = UsageSource::Provider;
        } else if !self.answer.is_empty() || (cancelled && self.asked) {
            // Whoever is asked and then not listened to has read the question all the same.
            attempt.usage.input_tokens = Some(request.messages.iter().map(estimate_message_tokens).sum());
            attempt.usage.output_tokens = Some(self.answer.parts.iter().map(estimate_part_tokens).sum());
            attempt.usage_source = UsageSource::Estimated;
        }
        if attempt.usage_source != UsageSource::None {
            attempt.cost_usd = self.candidate.model.cost(&attempt.usage);
        }
        if let Some(lease) = self.lease.take() {
            let tokens = |count: Option<u64>| count.unwrap_or(0);
            lease.settle(tokens(attempt.usage.input_tokens) + tokens(attempt.usage.output_tokens));
        }
        self.observer.attempt(self.tag, attempt);
    }
}

impl Drop for Attempting<'_> {
    fn drop(&mut self) {
        if !self.reported {
            self.attempt.failure = Some(Failure::new(FailureClass::Cancelled, "interrupted"));
            self.report();
        }
    }
}

/// What is asked of a candidate, where it is not the caller's own request: the rest of an answer, or the same with its
/// tools in words.
fn request(asked: &ChatRequest, approach: Approach, told: &Answer) -> Option<ChatRequest> {
    let request = approach.manner.request(asked, told);
    if !approach.spoken {
        return request;
    }
    Some(request.as_ref().unwrap_or(asked).with_spoken_tools())
}

/// Whether an answer that ended well is one.
fn check(answer: &Answer, reason: FinishReason, format: &Format) -> Result<(), Failure> {
    if !answer.says_something() {
        let (class, message) = match reason {
            FinishReason::ContentFilter => {
                (FailureClass::ContentFilter, "the provider's filter held the answer back")
            }
            FinishReason::Length => {
                (FailureClass::Malformed, "the output limit was reached before any answer")
            }
            _ if answer.reasoning().is_empty() => (FailureClass::Malformed, "an empty answer"),
            _ => (FailureClass::Malformed, "the model thought and then gave no answer"),
        };
        return Err(Failure::new(class, message));
    }
    let called = answer.tool_calls().next().is_some();
    if let (Format::Schema(schema), false) = (format, called) {
        if reason == FinishReason::ContentFilter {
            let said = one_line(&answer.text());
            return Err(Failure::new(FailureClass::ContentFilter, format!("the model refuses: {said}")));
        }
        schema.check(&answer.text()).map_err(|error| {
            let cut = if reason == FinishReason::Length { " (it was cut at the output limit)" } else { "" };
            Failure::new(FailureClass::Malformed, format!("{error}{cut}"))
        })?;
    }
    Ok(())
}
