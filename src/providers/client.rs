//! The one HTTP client: where a request leaves the machine.
//!
//! It knows connections, timers and bounds. What a body means is the codec's business ([`super::wire`]); what follows
//! from a failure is the router's. Connections are kept and shared; dropping a stream closes its request upstream.

mod list;
mod look;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, redirect};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use tracing::debug;

pub use list::Listing;
pub use look::{Look, Obstacle};

use super::access::{Access, EVENT_STREAM, JSON};
use super::buckets::buckets;
use super::making::{Farewells, Making};
use super::reading::{Reading, Timers};
use super::response::{MAX_BODY, bounded, reason, refusal, silent, unreachable};
use super::wire::{Encoded, Reply, Target, Wire, codec};
use super::{Model, Provider, tls};
use crate::chat::{Bucket, ChatRequest, EmbedRequest, Embeddings, Event, Failure, FailureClass};
use crate::secret::Secret;

/// The most models whose descriptions are remembered.
const MAX_DESCRIPTIONS: usize = 256;
/// How long connecting to whatever is no provider may take.
const PLAIN_CONNECT: Duration = Duration::from_secs(10);
/// How soon a pooled connection that went stale shows.
const STALE_SHOWS: Duration = Duration::from_secs(1);
/// The slowest upload that is not taken for silence, in bytes per second.
const SLOWEST_UPLOAD: usize = 64 << 10;

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

/// One request for vectors to one provider.
#[derive(Debug, Clone, Copy)]
pub struct EmbedCall<'a> {
    /// Where to.
    pub provider: &'a Provider,
    /// The model there.
    pub model: &'a Model,
    /// The key; local servers need none.
    pub key: Option<&'a Secret>,
    /// What is asked.
    pub request: &'a EmbedRequest,
    /// When it must be over.
    pub deadline: Instant,
}

/// An answer that has begun.
pub struct Opened {
    /// What comes.
    pub events: EventStream,
    /// What was asked for and not sent.
    pub dropped: Vec<String>,
    /// How the limits of the key stand, as far as the provider says.
    pub buckets: Vec<Bucket>,
}

/// Sends requests. One per process.
#[derive(Debug)]
pub struct Client {
    tls: rustls::ClientConfig,
    /// One pool per connect timeout and way out (loopback never goes through a proxy); mostly there is just one.
    pools: Mutex<HashMap<(Duration, bool), reqwest::Client>>,
    /// Origins that have answered: a connection to one of these may be a pooled one that went stale.
    answered: Mutex<HashSet<String>>,
    /// What models say that they take, by address.
    descriptions: Mutex<HashMap<String, Arc<Value>>>,
    farewells: Farewells,
}

/// The client cannot be built: TLS or the system's resolver is out of order.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the HTTP client: {0}")]
pub struct ClientError(String);

impl Client {
    /// Sets up the client; nothing is connected yet.
    pub fn new() -> Result<Self, ClientError> {
        let tls = tls::config().map_err(|error| ClientError(error.to_string()))?;
        Ok(Self {
            tls,
            pools: Mutex::default(),
            answered: Mutex::default(),
            descriptions: Mutex::default(),
            farewells: Farewells::default(),
        })
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
        let wire = codec(call.provider.wire);
        let access = self.access(call.provider, call.key)?;
        let started = Instant::now();
        let limits = call.provider.timeouts_for(call.model);
        let total = (started + limits.total).min(call.deadline);
        let description =
            self.description(wire, &access, call.model, total.min(started + limits.first_token));
        let description = description.await?;
        let target = Target {
            provider: call.provider,
            model: call.model,
            without: call.without,
            description: description.as_deref(),
            within: total.saturating_duration_since(Instant::now()),
        };
        let mut encoded = wire.encode(&target, call.request)?;
        if let Some(trace) = &call.request.trace {
            encoded.headers.push(("traceparent", trace.clone()));
        }
        // Sending a photograph takes its time, and that is not the provider's silence.
        let upload = Duration::from_secs((encoded.body.len() / SLOWEST_UPLOAD) as u64);
        // Without streaming nothing can be told before the end, so only the total counts.
        let first_token =
            if call.request.stream { (started + limits.first_token + upload).min(total) } else { total };
        let idle = if call.request.stream { limits.idle } else { limits.total };
        let timers = Timers { started, idle, first_token, total };

        let accepted = if call.request.stream { EVENT_STREAM } else { JSON };
        let dropped = std::mem::take(&mut encoded.dropped);
        let response = self.post(&access, encoded, accepted, started, first_token).await;
        if response.as_ref().is_err_and(|failure| is_unknown(failure.class)) {
            self.forget_description(wire, &access, call.model);
        }
        let response = response?;
        let buckets = buckets(response.headers(), Timestamp::now());
        let reading = if is_event_stream(&response, call.request.stream) {
            Reading::stream(response, wire.decoder(&target), timers)
        } else {
            match wire.decode(&target, &bounded(response, MAX_BODY, timers).await?)? {
                Reply::Whole(events) => Reading::whole(events),
                Reply::Pending(mut pending) => {
                    let events = std::mem::take(&mut pending.events);
                    pending.stream = pending.stream.filter(|_| call.request.stream);
                    let farewells = Arc::clone(&self.farewells);
                    Reading::making(events, Making::new(access, farewells, pending, timers))
                }
            }
        };
        Ok(Opened { events: reading.into_stream().boxed(), dropped, buckets })
    }

    /// Asks for the vectors of texts.
    pub async fn embed(&self, call: EmbedCall<'_>) -> Result<Embeddings, Failure> {
        self.vectors(call).await.map_err(|failure| redacted(failure, call.key))
    }

    async fn vectors(&self, call: EmbedCall<'_>) -> Result<Embeddings, Failure> {
        let most = codec(call.provider.wire).most_texts();
        let mut all = Embeddings::default();
        for texts in call.request.texts.chunks(most) {
            let request = EmbedRequest { texts: texts.to_vec(), ..call.request.clone() };
            let some = self.some_vectors(EmbedCall { request: &request, ..call }).await?;
            all.vectors.extend(some.vectors);
            all.model = some.model;
            let sum = |tokens: u64| tokens + all.usage.input_tokens.unwrap_or(0);
            all.usage.input_tokens = some.usage.input_tokens.map(sum);
        }
        Ok(all)
    }

    /// Asks for as many vectors as one request may have.
    async fn some_vectors(&self, call: EmbedCall<'_>) -> Result<Embeddings, Failure> {
        let wire = codec(call.provider.wire);
        let access = self.access(call.provider, call.key)?;
        let started = Instant::now();
        let total = (started + call.provider.timeouts.total).min(call.deadline);
        let timers = Timers { started, idle: call.provider.timeouts.total, first_token: total, total };
        let target = Target {
            provider: call.provider,
            model: call.model,
            without: &[],
            description: None,
            within: total.saturating_duration_since(started),
        };
        let mut refused = None;
        for encoded in wire.encode_embed(&target, call.request)? {
            match self.post(&access, encoded, JSON, started, total).await {
                Ok(response) => {
                    let body = bounded(response, MAX_BODY, timers).await?;
                    return wire.decode_embed(&body, call.request.texts.len());
                }
                Err(failure) if is_unknown(failure.class) => refused = refused.or(Some(failure)),
                Err(failure) => return Err(failure),
            }
        }
        Err(refused
            .unwrap_or_else(|| Failure::new(FailureClass::Unsupported, "there is no way to ask for it")))
    }

    /// Sends a request and waits for the head of a good answer.
    async fn post(
        &self,
        access: &Access,
        encoded: Encoded,
        accepted: &'static str,
        started: Instant,
        limit: Instant,
    ) -> Result<Response, Failure> {
        let url = format!("{}{}", access.base_url, encoded.path);
        let mut request = access.post(&url, accepted).body(encoded.body);
        for (name, value) in encoded.headers {
            request = request.header(name, value);
        }
        debug!(url, "sending");
        let response = match timeout_at(limit, request.send()).await {
            Err(_) => return Err(silent(started, "no answer")),
            Ok(Err(error)) => return Err(self.network_failure(error, &access.base_url, started)),
            Ok(Ok(response)) => response,
        };
        debug!(url, status = response.status().as_u16(), after = ?started.elapsed(), "headers");
        self.answered().insert(access.base_url.clone());
        if response.status().is_success() { Ok(response) } else { Err(refusal(response).await) }
    }

    /// What a model says that it takes, where the wire needs to know: asked once, then remembered.
    async fn description(
        &self,
        wire: &dyn Wire,
        access: &Access,
        model: &Model,
        limit: Instant,
    ) -> Result<Option<Arc<Value>>, Failure> {
        let Some(path) = wire.description(model) else { return Ok(None) };
        let url = format!("{}{path}", access.base_url);
        let known = || self.descriptions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(description) = known().get(&url).cloned() {
            return Ok(Some(description));
        }
        let started = Instant::now();
        let response = match timeout_at(limit, access.get(&url, JSON).send()).await {
            Err(_) => return Err(silent(started, "no answer")),
            Ok(Err(error)) => return Err(self.network_failure(error, &access.base_url, started)),
            Ok(Ok(response)) if !response.status().is_success() => return Err(refusal(response).await),
            Ok(Ok(response)) => response,
        };
        let timers = Timers { started, idle: limit - started, first_token: limit, total: limit };
        let description = Arc::new(wire.describe(&bounded(response, MAX_BODY, timers).await?)?);
        let mut known = known();
        if known.len() >= MAX_DESCRIPTIONS {
            known.clear();
        }
        known.insert(url, Arc::clone(&description));
        Ok(Some(description))
    }

    /// The model may take something else by now.
    fn forget_description(&self, wire: &dyn Wire, access: &Access, model: &Model) {
        if let Some(path) = wire.description(model) {
            let mut known = self.descriptions.lock().unwrap_or_else(PoisonError::into_inner);
            known.remove(&format!("{}{path}", access.base_url));
        }
    }

    /// Waits until providers have heard that nobody listens any more, but not for long.
    pub async fn settle(&self, limit: Duration) {
        let farewells = std::mem::take(&mut *self.farewells.lock().unwrap_or_else(PoisonError::into_inner));
        // Whoever has not heard it by then finds out by itself.
        let _late = tokio::time::timeout(limit, farewells.join_all()).await;
    }

    fn access(&self, provider: &Provider, key: Option<&Secret>) -> Result<Access, Failure> {
        Access::new(self.pool(provider)?, provider, key)
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
        let pool =
            builder.build().map_err(|error| Failure::new(FailureClass::Unreachable, reason(&error)))?;
        pools.insert(kind, pool.clone());
        Ok(pool)
    }

    /// A client for whatever is no provider: it follows nobody elsewhere. `here` is this machine, which no proxy stands before.
    pub fn plain(&self, here: bool) -> Result<reqwest::Client, ClientError> {
        #[expect(clippy::disallowed_methods, reason = "the same as for providers, and nowhere else")]
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .connect_timeout(PLAIN_CONNECT)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("aigw/", env!("CARGO_PKG_VERSION")));
        let builder = if here { builder.no_proxy() } else { builder };
        builder.build().map_err(|error| ClientError(reason(&error)))
    }

    /// Why a request got no answer at all.
    fn network_failure(&self, error: reqwest::Error, base_url: &str, sent: Instant) -> Failure {
        // Only a connection that was made earlier can have gone stale, and that shows at once: whatever breaks later may
        // have been heard.
        let at_once = sent.elapsed() < STALE_SHOWS;
        let stale_connection = !error.is_connect() && at_once && self.answered().contains(base_url);
        Failure { stale_connection, ..unreachable(error) }
    }
}

fn is_event_stream(response: &Response, asked: bool) -> bool {
    match response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) {
        Some(kind) => kind.starts_with(EVENT_STREAM),
        None => asked,
    }
}

/// Whether a provider refused the way in which something was asked, and might take it when it is put otherwise.
fn is_unknown(class: FailureClass) -> bool {
    matches!(class, FailureClass::BadRequest | FailureClass::NotFound | FailureClass::Unsupported)
}

/// A failure without the key in its words.
fn redacted(mut failure: Failure, key: Option<&Secret>) -> Failure {
    if let Some(key) = key {
        failure.message = key.redact(&failure.message);
    }
    failure
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
}
