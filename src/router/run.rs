//! One attempt from its request to its end.

use futures_util::StreamExt;
use tokio::time::Instant;

use super::{Ask, Attempt, Candidate, Delivery, Gone, Notice, Observer, RequestTag, Upstream, Written};
use crate::chat::{
    Answer, Event, Failure, FailureClass, FinishReason, Format, UsageSource, estimate_message_tokens,
    estimate_part_tokens,
};
use crate::providers::client::{Call, EventStream};
use crate::providers::one_line;

/// How an attempt ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// With a whole answer.
    Whole(Answer),
    /// With nothing delivered: somebody else may answer instead.
    Failed(Failure),
    /// After something was delivered.
    Broken(Answer, Failure),
    /// Nobody is there to take the answer.
    Gone,
}

/// An attempt under way. If it is dropped half-way it reports itself as cancelled, with what was used by then.
pub(super) struct Attempting<'a> {
    candidate: &'a Candidate,
    ask: &'a Ask<'a>,
    tag: &'a RequestTag,
    observer: &'a dyn Observer,
    started: Instant,
    attempt: Attempt,
    answer: Answer,
    sent: bool,
    reported: bool,
}

impl<'a> Attempting<'a> {
    pub(super) fn begin(
        candidate: &'a Candidate,
        ask: &'a Ask<'a>,
        tag: &'a RequestTag,
        ordinal: u32,
        observer: &'a dyn Observer,
    ) -> Self {
        let attempt = Attempt::begin(ordinal, candidate);
        Self {
            candidate,
            ask,
            tag,
            observer,
            started: Instant::now(),
            attempt,
            answer: Answer::default(),
            sent: false,
            reported: false,
        }
    }

    /// Runs it and reports it.
    pub(super) async fn run<U: Upstream, D: Delivery>(
        mut self,
        upstream: &U,
        without: &[String],
        deadline: Instant,
        delivery: &mut D,
    ) -> (Ended, Attempt) {
        let key = match &self.candidate.key {
            None => None,
            Some(source) => match source.get_by(deadline).await {
                Ok(key) => {
                    self.attempt.key = Some(key.fingerprint());
                    Some(key)
                }
                Err(error) => {
                    let ended = self.conclude(Ended::Failed(Failure::new(FailureClass::Auth, error)));
                    return (ended, self.attempt.clone());
                }
            },
        };
        let call = Call {
            provider: &self.candidate.provider,
            model: &self.candidate.model,
            key: key.as_ref(),
            request: self.ask.request,
            without,
            deadline,
        };
        let ended = match upstream.open(call).await {
            Err(failure) => Ended::Failed(failure),
            Ok(opened) => {
                self.sent = true;
                if !opened.dropped.is_empty() {
                    let model = self.candidate.model_id().to_string();
                    // Whoever is gone shows at the first event.
                    let _heard = delivery.notice(&Notice::Dropped { model, params: &opened.dropped });
                }
                self.read(opened.events, delivery).await
            }
        };
        let ended = self.conclude(ended);
        (ended, self.attempt.clone())
    }

    /// Reads the answer and delivers it: as it comes, or when it is whole if the ask is buffered. Until the first
    /// content nothing is delivered in either case, so that an answer that fails before it leaves no trace.
    async fn read<D: Delivery>(&mut self, mut events: EventStream, delivery: &mut D) -> Ended {
        let mut held = Vec::new();
        let (mut content, mut delivered) = (false, false);
        while let Some(event) = events.next().await {
            let event = match event {
                Ok(event) => event,
                Err(failure) => return self.broken(failure, delivered),
            };
            self.note(&event);
            content |= event.is_content();
            held.push(event);
            if self.ask.buffered || !content {
                continue;
            }
            for event in held.drain(..) {
                match delivery.event(&event).await {
                    Ok(written) => delivered |= written == Written::Yes,
                    Err(Gone) => return Ended::Gone,
                }
            }
        }
        if let Err(failure) = self.check() {
            return self.broken(failure, delivered);
        }
        for event in held {
            if delivery.event(&event).await.is_err() {
                return Ended::Gone;
            }
        }
        Ended::Whole(self.answer.clone())
    }

    fn note(&mut self, event: &Event) {
        if event.is_content() && self.attempt.first_token.is_none() {
            self.attempt.first_token = Some(self.started.elapsed());
        }
        self.answer.push(event);
    }

    /// Whether the answer that ended well is one.
    fn check(&self) -> Result<(), Failure> {
        let Some(reason) = self.answer.finish else {
            return Err(Failure::new(
                FailureClass::Malformed,
                "the stream ended without saying that the answer is whole",
            ));
        };
        if !self.answer.says_something() {
            let (class, message) = match reason {
                FinishReason::ContentFilter => {
                    (FailureClass::ContentFilter, "the provider's filter held the answer back")
                }
                FinishReason::Length => {
                    (FailureClass::Malformed, "the output limit was reached before any answer")
                }
                _ if self.answer.reasoning().is_empty() => (FailureClass::Malformed, "an empty answer"),
                _ => (FailureClass::Malformed, "the model thought and then gave no answer"),
            };
            return Err(Failure::new(class, message));
        }
        let called = self.answer.tool_calls().next().is_some();
        if let (Format::Schema(schema), false) = (&self.ask.request.format, called) {
            if reason == FinishReason::ContentFilter {
                let said = one_line(&self.answer.text());
                return Err(Failure::new(FailureClass::ContentFilter, format!("the model refuses: {said}")));
            }
            schema.check(&self.answer.text()).map_err(|error| {
                let cut =
                    if reason == FinishReason::Length { " (it was cut at the output limit)" } else { "" };
                Failure::new(FailureClass::Malformed, format!("{error}{cut}"))
            })?;
        }
        Ok(())
    }

    /// A failure while the answer was being read. Once content has come, whatever ends it is a broken stream; only a
    /// whole answer that turns out to be unusable keeps its own class.
    fn broken(&mut self, mut failure: Failure, delivered: bool) -> Ended {
        if self.attempt.first_token.is_some() && self.answer.finish.is_none() {
            failure.class = FailureClass::BrokenStream;
            failure.reset = None;
        }
        if delivered {
            Ended::Broken(std::mem::take(&mut self.answer), failure)
        } else {
            Ended::Failed(failure)
        }
    }

    /// Settles what the attempt took, and reports it.
    fn conclude(&mut self, ended: Ended) -> Ended {
        self.attempt.failure = match &ended {
            Ended::Whole(_) => None,
            Ended::Failed(failure) | Ended::Broken(_, failure) => Some(failure.clone()),
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
            Some(failure) => failure.status.or(self.sent.then_some(200)),
        };
        if let Ended::Broken(partial, _) = &ended {
            self.answer.clone_from(partial);
        }
        self.report();
        ended
    }

    fn report(&mut self) {
        self.reported = true;
        let attempt = &mut self.attempt;
        attempt.latency = self.started.elapsed();
        attempt.usage = self.answer.usage;
        if attempt.usage.is_reported() {
            attempt.usage_source = UsageSource::Provider;
        } else if !self.answer.is_empty() {
            attempt.usage.input_tokens =
                Some(self.ask.request.messages.iter().map(estimate_message_tokens).sum());
            attempt.usage.output_tokens = Some(self.answer.parts.iter().map(estimate_part_tokens).sum());
            attempt.usage_source = UsageSource::Estimated;
        }
        if attempt.usage_source != UsageSource::None {
            attempt.cost_usd = self.candidate.model.cost(&attempt.usage);
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
