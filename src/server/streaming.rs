//! An answer on its way to a client as it comes.
//!
//! The router's work is part of the connection's task: when the client goes away, the response is dropped, the work with
//! it, and the provider's connection with that. Frames pass through a queue of a few, so that a client who reads slowly
//! slows the provider down.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, header};
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

use super::asking::{Begun, Question};
use super::dialect::{Frames, Stream};
use super::paths::Streaming;
use super::refusal::Refusal;
use super::visit::{Ending, Visit};
use super::{Gateway, Phase, outcome, reached};
use crate::agents::{Audience, TurnEvent};
use crate::chat::Event;
use crate::router::{Delivery, Gone, Notice, Written};

/// How long the status waits for the first content. What fails sooner, fails with a status that clients understand;
/// what takes longer has its head sent, so that nobody in between takes us for dead.
const HOLD: Duration = Duration::from_secs(3);
/// How often a stream says that it lives.
const ALIVE: Duration = Duration::from_secs(10);
/// Frames that wait for a client.
const FRAMES: usize = 16;

/// The answer as it comes. Fails if it fails before there was anything to send.
pub(super) async fn streamed(
    gateway: Arc<Gateway>,
    question: Question,
    stream: Stream,
) -> Result<Response<Body>, Refusal> {
    let phase = gateway.phase.subscribe();
    let visit = Arc::clone(&question.visit);
    let Stream { frames, broken, alive: comment, content_type } = stream;
    let begun = Arc::new(OnceLock::new());
    let mut telling = Telling::new(gateway, question, frames, Arc::clone(&begun));
    let (first, over) = match timeout(HOLD, telling.next()).await {
        Err(_) => (comment.clone(), false),
        Ok(Told::Frame(frame)) => (frame, false),
        Ok(Told::Last(frame)) => (frame, true),
        Ok(Told::Failed(refusal)) => return Err(*refusal),
    };
    let mut alive = interval_at(Instant::now() + ALIVE, ALIVE);
    alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let sending = Sending { first: Some(first), over, telling, alive, comment, broken, phase, visit };
    if sending.over {
        sending.visit.ended(Ending::Whole);
    }
    let mut response = Response::new(Body::from_stream(stream::unfold(sending, Sending::step)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // A proxy in front of us must not gather what is meant to be seen as it comes.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    if let Some(begun) = begun.get() {
        begun.tell(headers);
    }
    response.extensions_mut().insert(Streaming);
    Ok(response)
}

/// Takes an answer as it comes, and turns it into frames.
struct Framing {
    dialect: Box<dyn Frames>,
    frames: mpsc::Sender<Bytes>,
    /// Whether the client understands that what it was told is void.
    restarts: bool,
    /// Goes before the next frame.
    notes: Vec<Bytes>,
    trying: Begun,
    visit: Arc<Visit>,
    begun: Arc<OnceLock<Begun>>,
}

impl Delivery for Framing {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        let Some((frame, answer)) = self.dialect.event(event) else { return Ok(Written::No) };
        if self.begun.get().is_none() {
            self.visit.begins();
            // Nobody else sets it.
            let _first = self.begun.set(self.trying.clone());
        }
        for frame in self.notes.drain(..).chain([frame]) {
            self.frames.send(frame).await.map_err(|_| Gone)?;
        }
        // Thoughts are sent as they come, and somebody else's may follow them: the answer is what must not be mixed.
        Ok(if answer { Written::Yes } else { Written::No })
    }

    fn restarts(&self) -> bool {
        self.restarts
    }

    fn notice(&mut self, notice: &Notice<'_>) -> Result<(), Gone> {
        match notice {
            Notice::Trying { model } => {
                self.trying = Begun { model: model.clone(), attempts: self.trying.attempts + 1 };
                self.dialect.trying(model);
            }
            Notice::Restarting { model } => self.notes.push(self.dialect.restart(model)),
            _ => {}
        }
        Ok(())
    }
}

impl Audience for Framing {
    /// What agents do on the way to an answer is their own affair.
    fn hears(&mut self, _event: &TurnEvent<'_>) {}
}

/// What comes next in a stream.
enum Told {
    /// A piece of the answer.
    Frame(Bytes),
    /// The end of a whole answer.
    Last(Bytes),
    /// There is no whole answer.
    Failed(Box<Refusal>),
}

/// The router's work, and the frames that it gives.
struct Telling {
    work: Pin<Box<dyn Future<Output = Told> + Send>>,
    frames: mpsc::Receiver<Bytes>,
    /// What the work ended with, until all frames before it are sent.
    ended: Option<Told>,
}

impl Telling {
    fn new(
        gateway: Arc<Gateway>,
        question: Question,
        dialect: Box<dyn Frames>,
        begun: Arc<OnceLock<Begun>>,
    ) -> Self {
        let (sender, frames) = mpsc::channel(FRAMES);
        let restarts = question.controls.restarts;
        let visit = Arc::clone(&question.visit);
        let trying = Begun { model: String::new(), attempts: 0 };
        let work = async move {
            let mut framing =
                Framing { dialect, frames: sender, restarts, notes: Vec::new(), trying, visit, begun };
            match question.work(&gateway, false, &mut framing).await {
                Err(refusal) => Told::Failed(Box::new(refusal)),
                Ok(completion) => {
                    if let Some(kept) = framing.dialect.kept(&completion) {
                        question.keep(&gateway, &completion, kept).await;
                    }
                    Told::Last(framing.dialect.end(&completion))
                }
            }
        };
        Self { work: Box::pin(work), frames, ended: None }
    }

    /// Not to be asked again after the end. May be dropped half-way.
    async fn next(&mut self) -> Told {
        while self.ended.is_none() {
            tokio::select! {
                biased;
                Some(frame) = self.frames.recv() => return Told::Frame(frame),
                told = &mut self.work => self.ended = Some(told),
            }
        }
        match (self.frames.try_recv(), self.ended.take()) {
            (Ok(frame), ended) => {
                self.ended = ended;
                Told::Frame(frame)
            }
            (Err(_), Some(told)) => told,
            // The loop above has seen to it that there is one.
            (Err(_), None) => Told::Last(Bytes::new()),
        }
    }
}

/// A stream on its way to the client.
struct Sending {
    first: Option<Bytes>,
    over: bool,
    telling: Telling,
    alive: Interval,
    /// What is said when nothing else is.
    comment: Bytes,
    broken: Box<dyn Fn(&Refusal) -> Bytes + Send + Sync>,
    phase: watch::Receiver<Phase>,
    visit: Arc<Visit>,
}

/// What a stream waits for.
enum Came {
    Told(Told),
    /// The server ends.
    Stop,
    /// Nothing has come for a while.
    Nothing,
}

impl Sending {
    async fn step(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if let Some(first) = self.first.take() {
            return Some((Ok(first), self));
        }
        if self.over {
            return None;
        }
        let came = tokio::select! {
            biased;
            told = self.telling.next() => Came::Told(told),
            () = reached(&mut self.phase, Phase::Ending) => Came::Stop,
            _ = self.alive.tick() => Came::Nothing,
        };
        let bytes = match came {
            Came::Told(Told::Frame(frame)) => frame,
            Came::Told(Told::Last(frame)) => self.end(Ending::Whole, frame),
            Came::Told(Told::Failed(refusal)) => self.broken(&refusal),
            Came::Stop => self.broken(&outcome::stopping()),
            Came::Nothing => self.comment.clone(),
        };
        Some((Ok(bytes), self))
    }

    fn end(&mut self, ending: Ending, last: Bytes) -> Bytes {
        self.over = true;
        self.visit.ended(ending);
        last
    }

    fn broken(&mut self, refusal: &Refusal) -> Bytes {
        let frame = (self.broken)(refusal);
        self.end(Ending::Broken, frame)
    }
}
