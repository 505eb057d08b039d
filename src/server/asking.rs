//! Putting a request to the router: the only file of the server that knows it.
//!
//! The router's work is part of the connection's task: when the client goes away, the response is dropped, the work with
//! it, and the provider's connection with that. Frames pass through a queue of a few, so that a client who reads slowly
//! slows the provider down.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

use super::openai::Chunks;
use super::refusal::Refusal;
use super::visit::{Ending, Visit};
use super::{Gateway, Phase, outcome, reached};
use crate::app::ResolveError;
use crate::chat::{ChatRequest, Event};
use crate::router::{Ask, Completion, Conversation, Delivery, Gone, Notice, Route, RouteError, Written};

/// How long the status waits for the first content. What fails sooner, fails with a status that clients understand;
/// what takes longer has its head sent, so that nobody in between takes us for dead.
const HOLD: Duration = Duration::from_secs(3);
/// How often a stream says that it lives.
const ALIVE: Duration = Duration::from_secs(10);
/// What it says: a comment, which readers of events skip.
const COMMENT: Bytes = Bytes::from_static(b": the answer is on its way\n\n");
/// Frames that wait for a client.
const FRAMES: usize = 16;

/// What is asked, and where it may go.
pub(super) struct Question {
    pub(super) request: ChatRequest,
    pub(super) route: Route,
    pub(super) visit: Arc<Visit>,
}

/// Where a name leads.
pub(super) async fn resolve(gateway: &Gateway, name: &str) -> Result<Route, ResolveError> {
    gateway.app.route(gateway.router.upstream(), &[name.to_owned()]).await
}

/// The answer, when it is whole.
pub(super) async fn whole(gateway: &Gateway, question: &Question) -> Result<Completion, Refusal> {
    let asked = gateway.router.chat(&ask(question, true), &mut Unseen).await;
    let completion = asked.map_err(|error| outcome::unanswered(&error))?;
    name_model(question, &completion);
    Ok(completion)
}

/// The answer as it comes: the body of a stream. Fails if it fails before there was anything to send.
pub(super) async fn streamed(
    gateway: Arc<Gateway>,
    question: Question,
    chunks: Chunks,
) -> Result<Body, Refusal> {
    let phase = gateway.phase.subscribe();
    let visit = Arc::clone(&question.visit);
    let mut telling = Telling::new(gateway, question, chunks);
    let (first, over) = match timeout(HOLD, telling.next()).await {
        Err(_) => (COMMENT, false),
        Ok(Told::Frame(frame)) => (frame, false),
        Ok(Told::Last(frame)) => (frame, true),
        Ok(Told::Failed(error)) => return Err(outcome::unanswered(&error)),
    };
    let mut alive = interval_at(Instant::now() + ALIVE, ALIVE);
    alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let sending = Sending { first: Some(first), over, telling, alive, phase, visit };
    if sending.over {
        sending.visit.ended(Ending::Whole);
    }
    Ok(Body::from_stream(stream::unfold(sending, Sending::step)))
}

fn ask(question: &Question, buffered: bool) -> Ask<'_> {
    Ask {
        id: question.visit.id().to_owned(),
        request: &question.request,
        route: &question.route,
        buffered,
        deadline: None,
        // Clients wait better than we do: they are told for how long.
        max_wait: Duration::ZERO,
        conversation: Conversation::default(),
    }
}

fn name_model(question: &Question, completion: &Completion) {
    if let Some(last) = completion.attempts.last() {
        question.visit.model(last.model.to_string());
    }
}

/// Takes an answer of which only the whole is sent.
struct Unseen;

impl Delivery for Unseen {
    async fn event(&mut self, _: &Event) -> Result<Written, Gone> {
        Ok(Written::No)
    }

    fn notice(&mut self, _: &Notice<'_>) -> Result<(), Gone> {
        Ok(())
    }
}

/// Takes an answer as it comes, and turns it into frames.
struct Framing {
    chunks: Chunks,
    frames: mpsc::Sender<Bytes>,
}

impl Delivery for Framing {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        let Some((frame, answer)) = self.chunks.event(event) else { return Ok(Written::No) };
        self.frames.send(frame).await.map_err(|_| Gone)?;
        // Thoughts are sent as they come, and somebody else's may follow them: the answer is what must not be mixed.
        Ok(if answer { Written::Yes } else { Written::No })
    }

    fn notice(&mut self, notice: &Notice<'_>) -> Result<(), Gone> {
        if let Notice::Trying { model } = notice {
            self.chunks.trying(model);
        }
        Ok(())
    }
}

/// What comes next in a stream.
enum Told {
    /// A piece of the answer.
    Frame(Bytes),
    /// The end of a whole answer.
    Last(Bytes),
    /// There is no whole answer.
    Failed(RouteError),
}

/// The router's work, and the frames that it gives.
struct Telling {
    work: Pin<Box<dyn Future<Output = Told> + Send>>,
    frames: mpsc::Receiver<Bytes>,
    /// What the work ended with, until all frames before it are sent.
    ended: Option<Told>,
}

impl Telling {
    fn new(gateway: Arc<Gateway>, question: Question, chunks: Chunks) -> Self {
        let (sender, frames) = mpsc::channel(FRAMES);
        let work = async move {
            let mut framing = Framing { chunks, frames: sender };
            match gateway.router.chat(&ask(&question, false), &mut framing).await {
                Err(error) => Told::Failed(error),
                Ok(completion) => {
                    name_model(&question, &completion);
                    Told::Last(framing.chunks.end(&completion))
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
            Came::Told(Told::Failed(error)) => self.broken(&outcome::unanswered(&error)),
            Came::Stop => self.broken(&outcome::stopping()),
            Came::Nothing => COMMENT,
        };
        Some((Ok(bytes), self))
    }

    fn end(&mut self, ending: Ending, last: Bytes) -> Bytes {
        self.over = true;
        self.visit.ended(ending);
        last
    }

    fn broken(&mut self, refusal: &Refusal) -> Bytes {
        self.end(Ending::Broken, Chunks::error(refusal))
    }
}
