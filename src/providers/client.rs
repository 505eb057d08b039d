//! The one HTTP client: where a request leaves the machine.
//!
//! It knows connections, timers and bounds. What a body means is the codec's business ([`super::wire`]); what follows
//! from a failure is the router's. Connections are kept and shared; dropping a stream closes its request upstream.

mod list;
mod look;

use std::collections::{HashMap, HashSet};
use std::error::Error as _;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Response, redirect};
use tokio::time::{Instant, timeout_at};
use tracing::debug;

pub use look::{Look, Obstacle};

use super::reading::{Reading, Timers};
use super::wire::{Target, codec};
use super::{Model, Provider, classify, tls};
use crate::chat::{ChatRequest, Event, Failure, FailureClass};
use crate::secret::Secret;

/// The most that is read of an error's body.
const MAX_ERROR_BODY: usize = 256 << 10;
/// The most that is read of an answer that comes whole.
const MAX_BODY: usize = 64 << 20;
/// The slowest upload that is not taken for silence, in bytes per second.
const SLOWEST_UPLOAD: usize = 64 << 10;
/// How long an error's body may take once its status is known.
const ERROR_BODY_PATIENCE: Duration = Duration::from_secs(3);

/// An answer as it comes. It ends after the first error.
pub type EventStream = BoxStream<'static, Result<Event, Failure>>;

/// One request to one provider.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Where to.
    pub provider: &'a Provider,
    /// The model there.
    pub model: &'a Model,
    /// The key; local servers need none.
    pub key: Option<&'a Secret>,
    /// What is asked.
    pub request: &'a ChatRequest,
    /// Parameters that this provider has already refused.
    pub without: &'a [String],
    /// When the whole of it must be over.
    pub deadline: Instant,
}

/// An answer that has begun.
pub struct Opened {
    /// What comes.
    pub events: EventStream,
    /// What was asked for and not sent.
    pub dropped: Vec<String>,
}

/// Sends requests. One per process.
#[derive(Debug)]
pub struct Client {
    tls: rustls::ClientConfig,
    /// One pool per connect timeout and way out (loopback never goes through a proxy); mostly there is just one.
    pools: Mutex<HashMap<(Duration, bool), reqwest::Client>>,
    /// Origins that have answered: a connection to one of these may be a pooled one that went stale.
    answered: Mutex<HashSet<String>>,
}

/// The client cannot be built: TLS or the system's resolver is out of order.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the HTTP client: {0}")]
pub struct ClientError(String);

impl Client {
    /// Sets up the client; nothing is connected yet.
    pub fn new() -> Result<Self, ClientError> {
        let tls = tls::config().map_err(|error| ClientError(error.to_string()))?;
        Ok(Self { tls, pools: Mutex::default(), answered: Mutex::default() })
    }

    /// Sends a request and waits until the answer begins (its headers came, with a good status). Whatever the provider
    /// says when it fails, the key is taken out of it: this is the one door through which its words come in.
    pub async fn open(&self, call: Call<'_>) -> Result<Opened, Failure> {
        let key = call.key.cloned();
        let mut opened = self.send(call).await.map_err(|failure| redacted(failure, key.as_ref()))?;
        if let Some(key) = key {
            let clean = move |event| match event {
                Ok(Event::Skipped(what)) => Ok(Event::Skipped(key.redact(&what))),
                Ok(event) => Ok(event),
                Err(failure) => Err(redacted(failure, Some(&key))),
            };
            opened.events = opened.events.map(clean).boxed();
        }
        Ok(opened)
    }

    async fn send(&self, call: Call<'_>) -> Result<Opened, Failure> {
        let target = Target { provider: call.provider, model: call.model, without: call.without };
        let wire = codec(call.provider.wire);
        let encoded = wire.encode(&target, call.request)?;
        let started = Instant::now();
        let limits = call.provider.timeouts_for(call.model);
        let total = (started + limits.total).min(call.deadline);
        // Sending a photograph takes its time, and that is not the provider's silence.
        let upload = Duration::from_secs((encoded.body.len() / SLOWEST_UPLOAD) as u64);
        // Without streaming nothing can be told before the end, so only the total counts.
        let first_token =
            if call.request.stream { (started + limits.first_token + upload).min(total) } else { total };
        let timers = Timers { started, idle: limits.idle, first_token, total };

        let url = format!("{}{}", call.provider.base_url, encoded.path);
        let request = self
            .pool(call.provider)?
            .post(&url)
            .headers(headers(call.provider, call.key, call.request.stream)?)
            .body(encoded.body);
        debug!(provider = call.provider.id, model = call.model.id, url, "sending");
        let response = match timeout_at(first_token, request.send()).await {
            Err(_) => return Err(silent(started, "no answer")),
            Ok(Err(error)) => return Err(self.network_failure(error, &call.provider.base_url)),
            Ok(Ok(response)) => response,
        };
        debug!(provider = call.provider.id, status = response.status().as_u16(), after = ?started.elapsed(), "headers");
        self.answered().insert(call.provider.base_url.clone());
        if !response.status().is_success() {
            return Err(refusal(response).await);
        }
        let reading = if is_event_stream(&response, call.request.stream) {
            Reading::stream(response, wire.decoder(&target), timers)
        } else {
            Reading::whole(wire.decode(&target, &bounded(response, MAX_BODY, timers).await?)?)
        };
        Ok(Opened { events: reading.into_stream().boxed(), dropped: encoded.dropped })
    }

    fn answered(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pool(&self, provider: &Provider) -> Result<reqwest::Client, Failure> {
        let loopback = is_loopback(&provider.base_url);
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = (provider.timeouts.connect, loopback);
        if let Some(pool) = pools.get(&kind) {
            return Ok(pool.clone());
        }
        #[expect(clippy::disallowed_methods, reason = "this is the one place")]
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .connect_timeout(provider.timeouts.connect)
            .redirect(redirect::Policy::none()) // a redirect would carry the key elsewhere
            .tcp_nodelay(true)
            .pool_idle_timeout(Duration::from_secs(90))
            .http2_adaptive_window(true)
            .user_agent(concat!("aigw/", env!("CARGO_PKG_VERSION")));
        if loopback {
            builder = builder.no_proxy();
        }
        let pool = builder.build().map_err(|error| Failure::new(FailureClass::Unreachable, chain(&error)))?;
        pools.insert(kind, pool.clone());
        Ok(pool)
    }

    /// Why a request got no answer at all.
    fn network_failure(&self, error: reqwest::Error, base_url: &str) -> Failure {
        let class = if error.is_timeout() { FailureClass::Timeout } else { FailureClass::Unreachable };
        // Only a connection that was made earlier can have gone stale.
        let stale_connection = !error.is_connect() && self.answered().contains(base_url);
        Failure { stale_connection, ..Failure::new(class, chain(&error.without_url())) }
    }
}

fn headers(provider: &Provider, key: Option<&Secret>, stream: bool) -> Result<HeaderMap, Failure> {
    let invalid = |what: &str| {
        Failure::new(FailureClass::Auth, format!("{what} has characters that no header can carry"))
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(
        ACCEPT,
        HeaderValue::from_static(if stream { "text/event-stream" } else { "application/json" }),
    );
    for (name, value) in &provider.headers {
        let name: HeaderName = name.parse().map_err(|_| invalid("the name of a configured header"))?;
        headers.insert(name, value.parse().map_err(|_| invalid("a configured header"))?);
    }
    if let Some(key) = key {
        let (name, text) = match &provider.quirks.key_header {
            Some(name) => {
                (name.parse().map_err(|_| invalid("the name of the key's header"))?, key.expose().to_owned())
            }
            None => (AUTHORIZATION, format!("Bearer {}", key.expose())),
        };
        let mut value = HeaderValue::try_from(text).map_err(|_| invalid("the key"))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

fn is_event_stream(response: &Response, asked: bool) -> bool {
    match response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) {
        Some(kind) => kind.starts_with("text/event-stream"),
        None => asked,
    }
}

/// A failure without the key in its words.
fn redacted(mut failure: Failure, key: Option<&Secret>) -> Failure {
    if let Some(key) = key {
        failure.message = key.redact(&failure.message);
    }
    failure
}

/// Reads a refusal and classifies it.
async fn refusal(response: Response) -> Failure {
    let (status, headers) = (response.status(), response.headers().clone());
    let (started, patience) = (Instant::now(), ERROR_BODY_PATIENCE);
    let timers =
        Timers { started, idle: patience, first_token: started + patience, total: started + patience };
    // Without its body the status alone says enough.
    let body = bounded(response, MAX_ERROR_BODY, timers).await.unwrap_or_default();
    let mut failure = classify(status.as_u16(), &headers, &body, Timestamp::now());
    if status.is_redirection() {
        let place = headers.get(LOCATION).and_then(|place| reqwest::Url::parse(place.to_str().ok()?).ok());
        let host = place.as_ref().and_then(reqwest::Url::host_str).unwrap_or("another address");
        failure.message = format!("it redirects to {host}, and a key is not sent on: check base_url");
    }
    failure
}

/// Reads a body to its end, up to `most` bytes: the first of them must come by the first-token limit, the next ones
/// within the idle limit of each other.
async fn bounded(mut response: Response, most: usize, timers: Timers) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    let mut limit = timers.first_token;
    loop {
        match timeout_at(limit, response.chunk()).await {
            Err(_) => return Err(silent(timers.started, "no whole answer")),
            Ok(Ok(Some(bytes))) if body.len() + bytes.len() > most => {
                return Err(Failure::new(
                    FailureClass::Malformed,
                    format!("the answer is larger than {} MiB", most >> 20),
                ));
            }
            Ok(Ok(Some(bytes))) => body.extend_from_slice(&bytes),
            Ok(Ok(None)) => return Ok(body),
            Ok(Err(error)) => return Err(broken(error)),
        }
        limit = (Instant::now() + timers.idle).min(timers.total);
    }
}

/// Why a body broke off: a reset is the network's doing, an early end is the provider's.
pub(super) fn broken(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>()
            && matches!(io.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
        {
            return Failure::new(FailureClass::Unreachable, "the connection was reset");
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        return Failure::new(FailureClass::Timeout, chain(&error));
    }
    Failure::new(FailureClass::Malformed, format!("the answer broke off: {}", chain(&error)))
}

/// A timer ran out.
pub(super) fn silent(started: Instant, what: &str) -> Failure {
    Failure::new(FailureClass::Timeout, format!("{what} within {}", seconds(started.elapsed())))
}

/// `10s`, `0.5s`.
pub(super) fn seconds(span: Duration) -> String {
    let tenths = (span.as_millis() + 50) / 100;
    if tenths.is_multiple_of(10) {
        format!("{}s", tenths / 10)
    } else {
        format!("{}.{}s", tenths / 10, tenths % 10)
    }
}

/// The innermost cause says most; the layers of the client above it say nothing to a user.
fn chain(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let text = super::one_line(&innermost.to_string());
    if error.is_connect() { format!("cannot connect: {text}") } else { text }
}

/// Whether an address is on this machine.
pub fn is_loopback(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_recognised() {
        for url in
            ["http://127.0.0.1:1/v1", "http://localhost:11434", "http://[::1]:8000/v1", "http://127.9.9.9"]
        {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "https://api.groq.com/v1",
            "http://10.0.0.1:8000",
            "http://localhost.evil.com",
            "http://127.evil.com",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[test]
    fn spans_read_well() {
        assert_eq!(seconds(Duration::from_millis(10_003)), "10s");
        assert_eq!(seconds(Duration::from_millis(480)), "0.5s");
    }
}
