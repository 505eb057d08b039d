//! An answer on its way in: bytes to events, under the timers.
//!
//! Three timers rule a stream. Until the first content the first-token limit counts; then the idle limit, from event to
//! event: bytes that make no event (comments that keep a connection alive) do not count; and the total always. Once
//! the answer is whole, what may still follow (figures, a terminal marker) gets a moment and nothing more.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::stream::{self, Stream};
use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use super::client::{broken, seconds};
use super::sse::SseDecoder;
use super::wire::{EventDecoder, Progress};
use crate::chat::{Event, Failure, FailureClass};

/// How long the figures may lag behind a whole answer.
const LATE_USAGE: Duration = Duration::from_secs(1);
/// How long a terminal marker may lag, so that the connection can be used again.
const LATE_MARKER: Duration = Duration::from_millis(50);
/// The most bytes of one streamed answer.
const MAX_STREAM: usize = 256 << 20;

/// The timers of one answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timers {
    /// When the request was sent.
    pub(super) started: Instant,
    /// From event to event.
    pub(super) idle: Duration,
    /// When the first content must be there.
    pub(super) first_token: Instant,
    /// When all of it must be over.
    pub(super) total: Instant,
}

/// The state of an answer that is being read.
pub(super) struct Reading {
    /// What was decoded and not yet handed out.
    ready: VecDeque<Event>,
    /// Comes after all that is ready; nothing comes after it.
    failure: Option<Failure>,
    /// The rest of the stream; none when there is nothing more to read.
    source: Option<Source>,
}

struct Source {
    response: Response,
    sse: SseDecoder,
    decoder: Box<dyn EventDecoder>,
    idle: Duration,
    first_token: Instant,
    total: Instant,
    started: Instant,
    last_event: Instant,
    content: bool,
    usage: bool,
    whole: bool,
    bytes: usize,
}

impl Reading {
    /// An answer that has come whole.
    pub(super) fn whole(events: Vec<Event>) -> Self {
        Self { ready: events.into(), failure: None, source: None }
    }

    /// An answer that comes as server-sent events.
    pub(super) fn stream(response: Response, decoder: Box<dyn EventDecoder>, timers: Timers) -> Self {
        let Timers { started, idle, first_token, total } = timers;
        let source = Source {
            response,
            sse: SseDecoder::default(),
            decoder,
            idle,
            first_token,
            total,
            started,
            last_event: Instant::now(),
            content: false,
            usage: false,
            whole: false,
            bytes: 0,
        };
        Self { ready: VecDeque::new(), failure: None, source: Some(source) }
    }

    /// The events, ending after the first error.
    pub(super) fn into_stream(self) -> impl Stream<Item = Result<Event, Failure>> {
        stream::unfold(self, |mut reading| async move {
            let item = reading.next().await?;
            Some((item, reading))
        })
    }

    async fn next(&mut self) -> Option<Result<Event, Failure>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(Ok(event));
            }
            if let Some(failure) = self.failure.take() {
                return Some(Err(failure));
            }
            let source = self.source.as_mut()?;
            let mut events = Vec::new();
            let more = source.read(&mut events).await;
            self.ready.extend(events);
            match more {
                Ok(true) => {}
                Ok(false) => self.source = None,
                Err(failure) => {
                    self.failure = Some(failure);
                    self.source = None;
                }
            }
        }
    }
}

impl Source {
    /// Reads what the network has and decodes it. False when the answer has ended well.
    async fn read(&mut self, out: &mut Vec<Event>) -> Result<bool, Failure> {
        let (limit, what) = self.limit();
        match timeout_at(limit, self.response.chunk()).await {
            Ok(Ok(Some(bytes))) => {
                self.bytes += bytes.len();
                if self.bytes > MAX_STREAM {
                    return Err(Failure::new(FailureClass::Malformed, "the stream has no end"));
                }
                self.sse.push(&bytes);
                self.decode(out)
            }
            // Whole is whole, however the connection ends.
            _ if self.whole => Ok(false),
            Ok(Ok(None)) => self.decoder.end(out).map(|()| false),
            Ok(Err(error)) => Err(broken(error)),
            Err(_) => Err(Failure::new(FailureClass::Timeout, what)),
        }
    }

    fn decode(&mut self, out: &mut Vec<Event>) -> Result<bool, Failure> {
        loop {
            let event = match self.sse.next_event() {
                Ok(Some(event)) => event,
                Ok(None) => return Ok(true),
                Err(error) => return Err(Failure::new(FailureClass::Malformed, error.to_string())),
            };
            let first_new = out.len();
            let progress = match self.decoder.event(&event, out) {
                Ok(progress) => progress,
                Err(_) if self.whole => return Ok(false),
                Err(failure) => return Err(failure),
            };
            // A ping that says nothing keeps nothing alive, and what comes after the end does not prolong it.
            if progress != Progress::Nothing && !self.whole {
                self.last_event = Instant::now();
            }
            self.content |= out[first_new..].iter().any(Event::is_content);
            self.usage |= out[first_new..].iter().any(|event| matches!(event, Event::Usage(_)));
            self.whole |= matches!(progress, Progress::Whole | Progress::Closed);
            if progress == Progress::Closed {
                return Ok(false);
            }
        }
    }

    /// The timer that runs now, and what it means when it runs out.
    fn limit(&self) -> (Instant, String) {
        if self.whole {
            let late = if self.usage { LATE_MARKER } else { LATE_USAGE };
            return ((self.last_event + late).min(self.total), String::new());
        }
        let limit = if self.content { self.last_event + self.idle } else { self.first_token };
        if self.total <= limit {
            let spent = seconds(self.total.saturating_duration_since(self.started));
            return (self.total, format!("the answer took longer than {spent}"));
        }
        let what = if self.content {
            format!("nothing came for {}", seconds(self.idle))
        } else {
            format!("no token within {}", seconds(self.first_token.saturating_duration_since(self.started)))
        };
        (limit, what)
    }
}
