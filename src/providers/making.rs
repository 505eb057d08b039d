//! An answer that is being made at the provider: its events while they come, its state when they do not.
//!
//! The answer exists apart from our connections. A stream that breaks loses nothing of it: what is missing is read from
//! the state. Whoever stops listening has to say so, or it goes on being made, and paid for.

use std::time::Duration;

use serde::de::IgnoredAny;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::debug;

use super::access::{Access, EVENT_STREAM, JSON};
use super::reading::{Stream, Timers, Watch};
use super::response::{MAX_BODY, bounded, refusal, unreachable};
use super::wire::{Pending, Progress, StateDecoder};
use crate::chat::{Event, Failure, FailureClass};

/// From one look at the state to the next: what the official clients wait.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);
/// So many failed looks in a row mean that the provider is gone, and the answer with it.
const MOST_FAILED_LOOKS: u32 = 6;
/// How long looks may take once the stream has told everything, or nothing more.
const LAST_LOOKS: Duration = Duration::from_secs(1);
/// From one of these to the next.
const BETWEEN_LAST_LOOKS: Duration = Duration::from_millis(200);
/// How long a cancellation may take.
const FAREWELL: Duration = Duration::from_secs(5);

/// Cancellations under way.
pub(super) type Farewells = std::sync::Arc<std::sync::Mutex<tokio::task::JoinSet<()>>>;

/// An answer that is being made.
pub(super) struct Making {
    access: Access,
    farewells: Farewells,
    stage: Stage,
    state: String,
    cancel: String,
    decoder: Box<dyn StateDecoder>,
    timers: Timers,
    watch: Watch,
    /// What went wrong on the way here since the state was last read: the reason if nothing more comes.
    trouble: Option<Failure>,
    /// Looks that failed since then.
    failed_looks: u32,
    over: bool,
}

/// What is read next.
enum Stage {
    /// The stream, which is still to be opened.
    Open(String),
    Stream(Box<Stream>),
    /// The state, over and over.
    State,
}

impl Making {
    /// Follows an answer; its stream is read if it has one that may be trusted with the key.
    pub(super) fn new(access: Access, farewells: Farewells, pending: Pending, timers: Timers) -> Self {
        let Pending { stream, state, cancel, decoder, events } = pending;
        let stage = match stream.filter(|stream| access.may_be_shown_to(stream)) {
            Some(stream) => Stage::Open(stream),
            None => Stage::State,
        };
        let mut watch = Watch::new(timers);
        watch.event(&events);
        Self {
            state: format!("{}{state}", access.base_url),
            cancel: format!("{}{cancel}", access.base_url),
            access,
            farewells,
            stage,
            decoder,
            timers,
            watch,
            trouble: None,
            failed_looks: 0,
            over: false,
        }
    }

    /// Reads what there is. False when the answer has ended well.
    pub(super) async fn read(&mut self, out: &mut Vec<Event>) -> Result<bool, Failure> {
        let (limit, what) = self.watch.limit();
        match self.read_on(out).await {
            // It was told to end when our time is over. If that is heard first, it is our time that was over all the same.
            Err(failure) if failure.class == FailureClass::Server && Instant::now() >= limit => {
                Err(silence(what))
            }
            read => read,
        }
    }

    async fn read_on(&mut self, out: &mut Vec<Event>) -> Result<bool, Failure> {
        let more = match &mut self.stage {
            Stage::Open(url) => {
                let url = std::mem::take(url);
                self.open(&url).await
            }
            Stage::Stream(stream) => {
                let read = stream.read(self.decoder.as_mut(), out).await;
                self.watch.event(out);
                match read {
                    Ok(true) => Ok(true),
                    Ok(false) => self.conclude(out).await,
                    // A stream may fall silent while the answer goes on; if that is silent too, somebody else is asked.
                    Err(failure) if failure.class == FailureClass::Timeout => {
                        self.last_look(failure, out).await
                    }
                    Err(failure) => {
                        debug!(?failure, "the stream broke: the state is read instead");
                        self.trouble = Some(failure);
                        self.stage = Stage::State;
                        let (limit, _) = self.watch.limit();
                        self.look(limit, out).await.map(|seen| seen != Seen::Whole)
                    }
                }
            }
            Stage::State => {
                let (limit, what) = self.watch.limit();
                if timeout_at(limit, sleep(BETWEEN_LOOKS)).await.is_err() {
                    return Err(self.trouble.take().unwrap_or_else(|| silence(what)));
                }
                self.look(limit, out).await.map(|seen| seen != Seen::Whole)
            }
        };
        self.over |= matches!(more, Ok(false)) || self.decoder.is_over();
        more
    }

    /// Opens the stream. Where there is none after all, the state is read.
    async fn open(&mut self, url: &str) -> Result<bool, Failure> {
        let (limit, what) = self.watch.limit();
        self.stage = match timeout_at(limit, self.access.get(url, EVENT_STREAM).send()).await {
            Err(_) => return Err(silence(what)),
            Ok(Ok(response)) if response.status().is_success() => {
                Stage::Stream(Box::new(Stream::new(response, self.timers)))
            }
            Ok(answer) => {
                debug!(?answer, "no stream: the state is read instead");
                Stage::State
            }
        };
        Ok(true)
    }

    /// Looks at the state. The answer is being made, and paid for: a look that fails is no reason to give it up, as
    /// long as there is time for another one.
    async fn look(&mut self, limit: Instant, out: &mut Vec<Event>) -> Result<Seen, Failure> {
        let first_new = out.len();
        let body = match self.fetch(limit).await {
            Ok(body) => body,
            Err(failure) if is_passing(failure.class) && self.failed_looks < MOST_FAILED_LOOKS => {
                debug!(?failure, "the state could not be read");
                self.failed_looks += 1;
                self.trouble = Some(failure);
                return Ok(Seen::Nothing);
            }
            Err(failure) => return Err(self.trouble.take().unwrap_or(failure)),
        };
        let progress = self.decoder.state(&body, out)?;
        (self.trouble, self.failed_looks) = (None, 0);
        if progress == Progress::More {
            self.watch.event(&out[first_new..]);
        }
        Ok(match progress {
            Progress::Nothing => Seen::Nothing,
            Progress::More | Progress::Whole => Seen::More,
            Progress::Closed => Seen::Whole,
        })
    }

    async fn fetch(&mut self, limit: Instant) -> Result<Vec<u8>, Failure> {
        let timers = Timers { first_token: limit, total: limit, ..self.timers };
        let body = match timeout_at(limit, self.access.get(&self.state, JSON).send()).await {
            Err(_) => return Err(silence(self.watch.limit().1)),
            Ok(Err(error)) => return Err(unreachable(error)),
            Ok(Ok(response)) if !response.status().is_success() => return Err(refusal(response).await),
            Ok(Ok(response)) => bounded(response, MAX_BODY, timers).await?,
        };
        match serde_json::from_slice::<IgnoredAny>(&body) {
            Ok(_) => Ok(body),
            Err(error) => {
                Err(Failure::new(FailureClass::Malformed, format!("the state is not JSON: {error}")))
            }
        }
    }

    /// The stream has told everything. The state adds the figures, or what the stream of a model that has none did not
    /// tell; without them the answer is whole all the same.
    async fn conclude(&mut self, out: &mut Vec<Event>) -> Result<bool, Failure> {
        let limit = Instant::now() + LAST_LOOKS;
        let failure = loop {
            match self.look(limit, out).await {
                Ok(Seen::Whole) => return Ok(false),
                Ok(_) if timeout_at(limit, sleep(BETWEEN_LAST_LOOKS)).await.is_ok() => {}
                Ok(_) => break None,
                Err(failure) => break Some(failure),
            }
        };
        if self.decoder.end(out).is_ok() {
            return Ok(false);
        }
        self.stage = Stage::State;
        failure.map_or(Ok(true), Err)
    }

    /// The stream has gone silent.
    async fn last_look(&mut self, failure: Failure, out: &mut Vec<Event>) -> Result<bool, Failure> {
        let limit = (Instant::now() + LAST_LOOKS).min(self.timers.total);
        self.stage = Stage::State;
        match self.look(limit, out).await {
            Ok(Seen::Whole) => Ok(false),
            Ok(Seen::More) => Ok(true),
            Ok(Seen::Nothing) | Err(_) => Err(failure),
        }
    }
}

/// What a look at the state showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Nothing,
    More,
    Whole,
}

/// Whether a look that failed so may succeed later.
fn is_passing(class: FailureClass) -> bool {
    matches!(
        class,
        FailureClass::Server
            | FailureClass::RateLimited
            | FailureClass::Unreachable
            | FailureClass::Malformed
            | FailureClass::NotFound // a prediction that was made a moment ago may not be known everywhere
    )
}

impl Drop for Making {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let request = self.access.post(&self.cancel, JSON);
        let farewell = async move {
            let answer = tokio::time::timeout(FAREWELL, request.send()).await;
            debug!(?answer, "cancelled");
        };
        let mut farewells = self.farewells.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        while farewells.try_join_next().is_some() {}
        farewells.spawn_on(farewell, &runtime);
    }
}

fn silence(what: String) -> Failure {
    Failure::new(FailureClass::Timeout, what)
}
