//! One request on its way through the server, told about when it is over.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use axum::http::request::Parts;
use jiff::Timestamp;

use super::Gateway;
use super::dialect::Dialect;
use super::keys::{Holder, Pass};
use super::metrics::Metrics;
use crate::app::Owners;
use crate::router::{Completion, Resumed};

/// A request that is over. Nothing of what was asked or answered is in it.
#[derive(Debug, Clone)]
pub struct Served {
    /// The request's id, the ledger's too.
    pub id: String,
    /// The HTTP method.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The status; none if the client was gone before it.
    pub status: Option<u16>,
    /// Who answered, else what was asked for.
    pub model: Option<String>,
    /// The name of the client's key.
    pub key: Option<String>,
    /// The format that the client speaks: `openai`, `anthropic` or `gemini`.
    pub dialect: &'static str,
    /// Attempts that were made.
    pub attempts: usize,
    /// How a broken answer was completed.
    pub resumed: Option<&'static str>,
    /// Until the first of the answer was sent.
    pub first: Option<Duration>,
    /// Tokens of the prompt and of the answer.
    pub tokens: (Option<u64>, Option<u64>),
    /// What it cost in USD, as far as prices are known.
    pub cost_usd: Option<f64>,
    /// The trace that the client's request is a part of, as its `traceparent` says.
    pub trace: Option<String>,
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// How it ended.
    pub ending: Ending,
}

/// How the answer to a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As it was meant to.
    Whole,
    /// The stream broke, and the client was told.
    Broken,
    /// The client went away.
    Left,
}

/// Told about every request when it is over.
pub type Log = Arc<dyn Fn(&Served) + Send + Sync>;

/// A request under way. The last who lets go of it ends it.
pub(super) struct Visit {
    id: String,
    started: Instant,
    log: Option<Log>,
    served: Mutex<Served>,
    /// Who asks, where that has to be said.
    holder: Option<Arc<Holder>>,
    /// What counts it among those under way.
    pass: Mutex<Option<(Pass, Arc<Owners>)>>,
    metrics: Arc<Metrics>,
}

impl Visit {
    pub(super) fn new(id: String, head: &Parts, gateway: &Gateway, holder: Option<Arc<Holder>>) -> Self {
        let served = Served {
            id: id.clone(),
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            status: None,
            model: None,
            key: holder.as_ref().map(|holder| holder.key.name.clone()),
            dialect: Dialect::of(&head.method, head.uri.path(), &head.headers).as_str(),
            attempts: 0,
            resumed: None,
            first: None,
            tokens: (None, None),
            cost_usd: None,
            trace: trace(&head.headers),
            at: Timestamp::now(),
            took: Duration::ZERO,
            ending: Ending::Left,
        };
        let metrics = Arc::clone(&gateway.metrics);
        metrics.begins();
        Self {
            id,
            started: Instant::now(),
            log: gateway.log.clone(),
            served: Mutex::new(served),
            holder,
            pass: Mutex::default(),
            metrics,
        }
    }

    /// The request's id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Who asks; none where nobody needs to say.
    pub(super) fn holder(&self) -> Option<&Arc<Holder>> {
        self.holder.as_ref()
    }

    /// Whose it is, as what is kept is told apart: nobody's in particular where no key is needed.
    pub(super) fn owner(&self) -> String {
        self.holder.as_ref().map(|holder| holder.key.id.clone()).unwrap_or_default()
    }

    /// Counts it among those under way, until it is over.
    pub(super) fn passes(&self, pass: Pass, owners: Arc<Owners>) {
        *self.pass.lock().unwrap_or_else(PoisonError::into_inner) = Some((pass, owners));
    }

    /// What it used.
    pub(super) fn used(&self, tokens: u64) {
        if let Some((pass, _)) = &*self.pass.lock().unwrap_or_else(PoisonError::into_inner) {
            pass.used(tokens);
        }
    }

    pub(super) fn status(&self, status: u16) {
        self.served().status = Some(status);
    }

    pub(super) fn model(&self, model: String) {
        self.served().model = Some(model);
    }

    /// The trace that it is a part of.
    pub(super) fn trace(&self) -> Option<String> {
        self.served().trace.clone()
    }

    /// The first of the answer is sent.
    pub(super) fn begins(&self) {
        let first = self.started.elapsed();
        self.served().first.get_or_insert(first);
    }

    /// How the answer came about.
    pub(super) fn answered(&self, completion: &Completion) {
        let mut served = self.served();
        if let Some(last) = completion.attempts.last() {
            served.model = Some(last.model.to_string());
        }
        served.attempts = completion.attempts.len();
        served.resumed = completion.resumed.map(Resumed::as_str);
        served.tokens = (completion.usage.input_tokens, completion.usage.output_tokens);
        served.cost_usd =
            completion.attempts.iter().filter_map(|attempt| attempt.cost_usd).reduce(|a, b| a + b);
    }

    pub(super) fn ended(&self, ending: Ending) {
        self.served().ending = ending;
    }

    /// Only this request's own parts ever hold it, and never for long.
    fn served(&self) -> MutexGuard<'_, Served> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if let Some((_, owners)) = self.pass.get_mut().unwrap_or_else(PoisonError::into_inner) {
            owners.end(&self.id);
        }
        let log = self.log.take();
        let mut served = self.served();
        served.took = self.started.elapsed();
        self.metrics.served(&served);
        if let Some(log) = log {
            log(&served);
        }
    }
}

/// The client's `traceparent`, if it is one (W3C Trace Context, level 1): anything else is passed on to nobody.
fn trace(headers: &HeaderMap) -> Option<String> {
    let text = headers.get("traceparent")?.to_str().ok()?;
    let parts: Vec<&str> = text.split('-').collect();
    let is_hex = |part: &str, length| {
        part.len() == length
            && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let lengths = [2, 32, 16, 2];
    let whole = parts.len() == 4 && parts.iter().zip(lengths).all(|(part, length)| is_hex(part, length));
    whole.then(|| text.to_owned())
}
