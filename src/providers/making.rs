//! An answer that is being made at the provider: its events while they come, its state when they do not.
//!
//! The answer exists apart from our connections. A stream that breaks loses nothing of it: what is missing is read from
//! the state. Whoever stops listening has to say so, or it goes on being made, and paid for.

use std::time::Duration;

use tokio::time::{sleep, timeout, timeout_at};
use tracing::debug;
use url::Url;

use super::access::{Access, EVENT_STREAM, JSON};
use super::reading::{Stream, Timers, Watch};
use super::response::{MAX_BODY, bounded, refusal, unreachable};
use super::wire::{Pending, Progress, StateDecoder};
use crate::chat::{Event, Failure, FailureClass};

/// From one look at the state to the next: what the official clients wait.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);
/// How long a look may take once the stream has told everything.
const LAST_LOOK: Duration = Duration::from_secs(1);
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
    /// Why the stream ended before the answer did.
    broken: Option<Failure>,
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
        let stage = match stream.filter(|stream| is_akin(&access.base_url, stream)) {
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
            broken: None,
            over: false,
        }
    }

    /// Reads what there is. False when the answer has ended well.
    pub(super) async fn read(&mut self, out: &mut Vec<Event>) -> Result<bool, Failure> {
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
                    // Silence is a reason to ask somebody else; a break is not.
                    Err(failure) if failure.class == FailureClass::Timeout => Err(failure),
                    Err(failure) => {
                        debug!(?failure, "the stream broke: the state is read instead");
                        self.broken = Some(failure);
                        self.stage = Stage::State;
                        self.look(out).await
                    }
                }
            }
            Stage::State => {
                let (limit, what) = self.watch.limit();
                if timeout_at(limit, sleep(BETWEEN_LOOKS)).await.is_err() {
                    return Err(self.broken.take().unwrap_or_else(|| silence(what)));
                }
                self.look(out).await
            }
        };
        self.over |= matches!(more, Ok(false));
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

    /// Looks at the state.
    async fn look(&mut self, out: &mut Vec<Event>) -> Result<bool, Failure> {
        let first_new = out.len();
        let body = match self.fetch().await {
            Ok(body) => body,
            Err(failure) => return Err(self.broken.take().unwrap_or(failure)),
        };
        let progress = self.decoder.state(&body, out)?;
        if progress == Progress::More {
            self.watch.event(&out[first_new..]);
        }
        Ok(progress != Progress::Closed)
    }

    async fn fetch(&mut self) -> Result<Vec<u8>, Failure> {
        let (limit, what) = self.watch.limit();
        match timeout_at(limit, self.access.get(&self.state, JSON).send()).await {
            Err(_) => Err(silence(what)),
            Ok(Err(error)) => Err(unreachable(error)),
            Ok(Ok(response)) if !response.status().is_success() => Err(refusal(response).await),
            Ok(Ok(response)) => bounded(response, MAX_BODY, self.timers).await,
        }
    }

    /// The stream has told everything. The state adds the figures, or what the stream of a model that has none did not
    /// tell; without them the answer is whole all the same.
    async fn conclude(&mut self, out: &mut Vec<Event>) -> Result<bool, Failure> {
        if let Ok(Ok(body)) = timeout(LAST_LOOK, self.fetch()).await
            && self.decoder.state(&body, out)? == Progress::Closed
        {
            return Ok(false);
        }
        if self.decoder.end(out).is_ok() {
            return Ok(false);
        }
        self.stage = Stage::State;
        Ok(true)
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let request = self.access.post(&self.cancel, JSON);
        let farewell = async move {
            let answer = timeout(FAREWELL, request.send()).await;
            debug!(?answer, "cancelled");
        };
        let mut farewells = self.farewells.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        farewells.spawn_on(farewell, &runtime);
    }
}

fn silence(what: String) -> Failure {
    Failure::new(FailureClass::Timeout, what)
}

/// Whether an address that the provider names belongs to it, so that the key may go there: the same origin, or over
/// TLS another host of the same domain.
fn is_akin(base_url: &str, url: &str) -> bool {
    let (Ok(base), Ok(url)) = (Url::parse(base_url), Url::parse(url)) else { return false };
    if base.origin() == url.origin() {
        return true;
    }
    let (Some(url::Host::Domain(ours)), Some(url::Host::Domain(theirs))) = (base.host(), url.host()) else {
        return false;
    };
    let both_tls = base.scheme() == "https" && url.scheme() == "https";
    let domain = ours.split_once('.').map(|(_, domain)| domain).filter(|domain| domain.contains('.'));
    both_tls
        && domain.is_some_and(|domain| {
            theirs.strip_suffix(domain).is_some_and(|host| host.is_empty() || host.ends_with('.'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_goes_to_hosts_of_the_same_domain_only() {
        let base = "https://api.replicate.com/v1";
        for url in [
            "https://stream.replicate.com/v1/files/x",
            "https://api.replicate.com/x",
            "https://replicate.com/",
        ] {
            assert!(is_akin(base, url), "{url}");
        }
        for url in [
            "http://stream.replicate.com/v1",
            "https://evilreplicate.com/",
            "https://replicate.com.evil.org/",
            "https://127.0.0.1/",
            "nonsense",
        ] {
            assert!(!is_akin(base, url), "{url}");
        }
        assert!(is_akin("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/files/x"));
        assert!(!is_akin("http://127.0.0.1:8000/v1", "http://127.0.0.1:8001/files/x"));
        assert!(!is_akin("https://example.com/v1", "https://other.com/"), "a top-level domain is nobody's");
    }
}
