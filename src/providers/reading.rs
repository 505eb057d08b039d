//! An answer on its way in: bytes to events, under the timers.
//!
//! It comes whole, as a stream, or it is [`Making`]: fetched from where it is being made.
//!
//! Three timers rule a stream. Until the first content the first-token limit counts; then the idle limit, from event to
//! event: bytes that make no event (comments that keep a connection alive) do not count; and the total always. Once
//! the answer is whole, what may still follow (figures, a terminal marker) gets a moment and nothing more.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::stream;
use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use super::making::Making;
use super::response::{broken, seconds};
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
    /// Where the rest comes from; none when there is nothing more to read.
    feed: Option<Feed>,
}

/// Where an answer comes from.
enum Feed {
    Stream(Box<Stream>, Box<dyn EventDecoder>),
    Making(Box<Making>),
}

/// The timers of an answer as they run.
#[derive(Debug)]
pub(super) struct Watch {
    timers: Timers,
    last_event: Instant,
    content: bool,
}

/// A response of server-sent events.
pub(super) struct Stream {
    response: Response,
    sse: SseDecoder,
    usage: bool,
    whole: bool,
    bytes: usize,
    watch: Watch,
}

impl Reading {
    /// An answer that has come whole.
    pub(super) fn whole(events: Vec<Event>) -> Self {
        Self { ready: events.into(), failure: None, feed: None }
    }

    /// An answer that is being made; what is known of it already comes first.
    pub(super) fn making(events: Vec<Event>, making: Making) -> Self {
        Self { ready: events.into(), failure: None, feed: Some(Feed::Making(Box::new(making))) }
    }

    /// An answer that comes as server-sent events.
    pub(super) fn stream(response: Response, decoder: Box<dyn EventDecoder>, timers: Timers) -> Self {
        let feed = Feed::Stream(Box::new(Stream::new(response, timers)), decoder);
        Self { ready: VecDeque::new(), failure: None, feed: Some(feed) }
    }

    /// The events, ending after the first error.
    pub(super) fn into_stream(self) -> impl stream::Stream<Item = Result<Event, Failure>> {
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
            let mut events = Vec::new();
            let more = match self.feed.as_mut()? {
                Feed::Stream(stream, decoder) => stream.read(decoder.as_mut(), &mut events).await,
                Feed::Making(making) => making.read(&mut events).await,
            };
            self.ready.extend(events);
            match more {
                Ok(true) => {}
                Ok(false) => self.feed = None,
                Err(failure) => {
                    self.failure = Some(failure);
                    self.feed = None;
                }
            }
        }
    }
}

impl Watch {
    pub(super) fn new(timers: Timers) -> Self {
        Self { timers, last_event: Instant::now(), content: false }
    }

    /// Something came.
    pub(super) fn event(&mut self, events: &[Event]) {
        self.last_event = Instant::now();
        self.content |= events.iter().any(Event::is_content);
    }

    /// The timer that runs now, and what it means when it runs out.
    pub(super) fn limit(&self) -> (Instant, String) {
        let Timers { started, idle, first_token, total } = self.timers;
        let limit = if self.content { self.last_event + idle } else { first_token };
        if total <= limit {
            let spent = seconds(total.saturating_duration_since(started));
            return (total, format!("the answer took longer than {spent}"));
        }
        let what = if self.content {
            format!("nothing came for {}", seconds(idle))
        } else {
            format!("no token within {}", seconds(first_token.saturating_duration_since(started)))
        };
        (limit, what)
    }
}

impl Stream {
    pub(super) fn new(response: Response, timers: Timers) -> Self {
        let watch = Watch::new(timers);
        Self { response, sse: SseDecoder::default(), usage: false, whole: false, bytes: 0, watch }
    }

    /// Reads what the network has and decodes it. False when the answer has ended well.
    pub(super) async fn read(
        &mut self,
        decoder: &mut dyn EventDecoder,
        out: &mut Vec<Event>,
    ) -> Result<bool, Failure> {
        let (limit, what) = self.limit();
        match timeout_at(limit, self.response.chunk()).await {
            Ok(Ok(Some(bytes))) => {
                self.bytes += bytes.len();
                if self.bytes > MAX_STREAM {
                    return Err(Failure::new(FailureClass::Malformed, "the stream has no end"));
                }
                self.sse.push(&bytes);
                self.decode(decoder, out)
            }
            // Whole is whole, however the connection ends.
            _ if self.whole => Ok(false),
            Ok(Ok(None)) => decoder.end(out).map(|()| false),
            Ok(Err(error)) => Err(broken(error)),
            Err(_) => Err(Failure::new(FailureClass::Timeout, what)),
        }
    }

    fn decode(&mut self, decoder: &mut dyn EventDecoder, out: &mut Vec<Event>) -> Result<bool, Failure> {
        loop {
            let event = match self.sse.next_event() {
                Ok(Some(event)) => event,
                Ok(None) => return Ok(true),
                Err(error) => return Err(Failure::new(FailureClass::Malformed, error.to_string())),
            };
            let first_new = out.len();
            let progress = match decoder.event(&event, out) {
                Ok(progress) => progress,
                Err(_) if self.whole => return Ok(false),
                Err(failure) => return Err(failure),
            };
            // A ping that says nothing keeps nothing alive, and what comes after the end does not prolong it.
            if progress != Progress::Nothing && !self.whole {
                self.watch.event(&out[first_new..]);
            }
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
            return ((self.watch.last_event + late).min(self.watch.timers.total), String::new());
        }
        self.watch.limit()
    }
}
