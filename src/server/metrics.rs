//! Figures for Prometheus: `GET /metrics`. Their names stand here and nowhere else.
//!
//! Labels are bounded: a client may name any model, and each name would be a series for ever.

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use super::paths;
use super::visit::Served;
use crate::router::{Attempt, Observer, RequestTag};

/// The most models that have figures of their own.
const MOST_MODELS: usize = 200;
/// What stands for all others.
const OTHER: &str = "other";
/// The paths that have figures of their own.
const PATHS: [&str; 9] = [
    "/v1/chat/completions",
    "/v1/responses",
    "/v1/embeddings",
    "/v1/messages",
    "/v1/messages/count_tokens",
    "/v1/models",
    "/v1beta/models",
    "/health/live",
    "/health/ready",
];
/// Seconds, from a refusal to an answer of a thinking model.
const SECONDS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    path: &'static str,
    method: &'static str,
    code: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfPath {
    path: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOutcome {
    provider: String,
    model: String,
    /// `answered`, or the class of the failure.
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfModel {
    provider: String,
    model: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Tokens {
    provider: String,
    model: String,
    r#type: &'static str,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// All figures of a server.
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    durations: Histograms<OfPath>,
    in_flight: Gauge<i64, AtomicI64>,
    attempts: Family<OfOutcome, Counter>,
    attempt_durations: Histograms<OfModel>,
    first_tokens: Histograms<OfModel>,
    tokens: Family<Tokens, Counter>,
    cost: Family<OfModel, Counter<f64, AtomicU64>>,
    models: Mutex<HashSet<String>>,
}

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            durations: Family::new_with_constructor(seconds as fn() -> Histogram),
            in_flight: Gauge::default(),
            attempts: Family::default(),
            attempt_durations: Family::new_with_constructor(seconds as fn() -> Histogram),
            first_tokens: Family::new_with_constructor(seconds as fn() -> Histogram),
            tokens: Family::default(),
            cost: Family::default(),
            models: Mutex::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let all = &mut self.registry;
        all.register("aigw_http_requests", "Requests of clients", self.requests.clone());
        all.register(
            "aigw_http_request_duration_seconds",
            "How long they took, to the end of the answer",
            self.durations.clone(),
        );
        all.register("aigw_inflight_requests", "Requests under way", self.in_flight.clone());
        all.register(
            "aigw_upstream_requests",
            "Attempts at providers, by what came of them",
            self.attempts.clone(),
        );
        all.register(
            "aigw_upstream_request_duration_seconds",
            "How long they took",
            self.attempt_durations.clone(),
        );
        all.register(
            "aigw_time_to_first_token_seconds",
            "How long the first token took",
            self.first_tokens.clone(),
        );
        all.register("aigw_tokens", "Tokens, of failed attempts too", self.tokens.clone());
        all.register("aigw_cost_usd", "What they cost, as far as prices are known", self.cost.clone());
        all.register("aigw_build", "The program", Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]));
    }

    /// The figures as Prometheus reads them.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // A string takes everything.
        let _infallible = encode(&mut text, &self.registry);
        text
    }

    /// A request begins.
    pub(super) fn begins(&self) {
        self.in_flight.inc();
    }

    /// A request is over.
    pub(super) fn served(&self, served: &Served) {
        self.in_flight.dec();
        let path = path(&served.path);
        let method = match served.method.as_str() {
            "GET" => "GET",
            "POST" => "POST",
            "DELETE" => "DELETE",
            _ => OTHER,
        };
        // 499: the client was gone before there was a status.
        let code = served.status.unwrap_or(499);
        self.requests.get_or_create(&Request { path, method, code }).inc();
        self.durations.get_or_create(&OfPath { path }).observe(served.took.as_secs_f64());
    }

    fn model(&self, model: &str) -> String {
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        if models.contains(model) {
            return model.to_owned();
        }
        if models.len() >= MOST_MODELS {
            return OTHER.to_owned();
        }
        models.insert(model.to_owned());
        model.to_owned()
    }
}

impl Observer for Metrics {
    fn attempt(&self, _request: &RequestTag, attempt: &Attempt) {
        let (provider, model) = (attempt.model.provider.clone(), self.model(&attempt.model.model));
        let outcome = attempt.failure.as_ref().map_or("answered", |failure| failure.class.as_str());
        let of_model = OfModel { provider: provider.clone(), model: model.clone() };
        self.attempts
            .get_or_create(&OfOutcome { provider: provider.clone(), model: model.clone(), outcome })
            .inc();
        let observe = |histograms: &Histograms<OfModel>, span: Duration| {
            histograms.get_or_create(&of_model).observe(span.as_secs_f64());
        };
        observe(&self.attempt_durations, attempt.latency);
        if let Some(span) = attempt.first_token {
            observe(&self.first_tokens, span);
        }
        for (r#type, count) in
            [("input", attempt.usage.input_tokens), ("output", attempt.usage.output_tokens)]
        {
            if let Some(count) = count {
                let tokens = Tokens { provider: provider.clone(), model: model.clone(), r#type };
                self.tokens.get_or_create(&tokens).inc_by(count);
            }
        }
        if let Some(cost) = attempt.cost_usd {
            self.cost.get_or_create(&of_model).inc_by(cost);
        }
    }
}

/// The path of a request as its figures call it.
fn path(path: &str) -> &'static str {
    let path = path.strip_prefix(paths::OPENAI).unwrap_or(path);
    if let Some(known) = PATHS.iter().find(|known| **known == path) {
        return known;
    }
    let methods = [
        ":generateContent",
        ":streamGenerateContent",
        ":embedContent",
        ":batchEmbedContents",
        ":countTokens",
    ];
    methods.into_iter().find(|method| path.ends_with(method)).unwrap_or(OTHER)
}

/// Has several hear of attempts.
pub(super) struct Both(pub(super) Arc<dyn Observer>, pub(super) Arc<Metrics>);

impl Observer for Both {
    fn attempt(&self, request: &RequestTag, attempt: &Attempt) {
        self.0.attempt(request, attempt);
        self.1.attempt(request, attempt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_bounded() {
        let metrics = Metrics::new();
        for number in 0..MOST_MODELS + 50 {
            metrics.model(&number.to_string());
        }
        assert_eq!((metrics.model("7"), metrics.model("new")), ("7".to_owned(), OTHER.to_owned()));
        assert_eq!(path("/v1beta/models/any/thing:generateContent"), ":generateContent");
        assert_eq!((path("/v1/messages"), path("/etc/passwd")), ("/v1/messages", OTHER));
        assert_eq!(path("/openai/v1/models"), "/v1/models");
    }
}
