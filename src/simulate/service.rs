//! The way of a request through a stand-in.
//!
//! Fault, key, strictness, limits, model, delivery: in this order, because a provider that is down does
//! not look at keys, and one that refuses a request does not count it.

mod faults;
mod predictions;

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use super::delivery::{self, Mishaps, ended, listed, play, stream_script, whole_script};
use super::dialect::{Kind, Protocol};
use super::fault::Fault;
use super::ids;
use super::journal::{Recorded, ending};
use super::limit::Excess;
use super::model::{self, Answer};
use super::reply::{Content, Refusal, Reply, gauge_values};
use super::shared::{Shared, Visit, now};
use super::stand::Line;
use super::template::Values;
use super::wire::{Chat, Operation, Reading, Sending};

/// Larger bodies are refused.
const LARGEST_BODY: usize = 70 << 20;

/// A request that has arrived in full.
struct Arrival {
    operation: Operation,
    /// The model that it names, if it does.
    model: String,
    headers: HeaderMap,
    body: Result<Value, Refusal>,
    facts: Values,
    key: Option<String>,
    query: String,
    sending: Sending,
}

impl Arrival {
    fn streams(&self) -> bool {
        self.sending != Sending::Whole
    }
}

/// Serves a request at any path that is not the stand-in's own.
pub(super) async fn serve(
    State(shared): State<Arc<Shared>>,
    Extension(line): Extension<Arc<Line>>,
    request: Request<Body>,
) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let operation = shared.wire.operation(shared.dialect, request.method(), &path);
    let Some(operation) = operation else {
        let facts = facts(&shared, "", None).with("path", path);
        return plain(shared.refuse(Refusal::new(Kind::NoPath), &facts));
    };
    if let Operation::Page(page) = &operation {
        let text = shared.dialect.pages.get(page).cloned().unwrap_or_default();
        let mime = if text.starts_with('{') { "application/json" } else { "text/plain" };
        return plain(Reply::text(200, mime, text));
    }
    let (arrival, mut visit) = arrive(&shared, operation, request).await;
    // What happens to a prediction was decided when it was created.
    if let Operation::Prediction(errand) = &arrival.operation {
        let (reply, fault) = predictions::run(&shared, errand, &arrival)
            .unwrap_or_else(|refusal| (shared.refuse(refusal, &arrival.facts), None));
        return deliver(&shared, reply, fault.as_ref(), &arrival, line, visit);
    }
    let fault = faults::meeting(&shared, &arrival);
    let chats = matches!(arrival.operation, Operation::Chat { .. });
    let creates = chats && shared.dialect.wire == Protocol::Predictions;
    match &fault {
        Some(Fault::Hang) => std::future::pending::<()>().await,
        Some(Fault::Reset) => {
            visit.over();
            line.reset();
            std::future::pending::<()>().await;
        }
        Some(Fault::Slow(time)) if !arrival.streams() && (!creates || predictions::waits(&arrival)) => {
            tokio::time::sleep(*time).await;
        }
        _ => {}
    }
    if creates {
        return predictions::create(&shared, fault.as_ref(), &arrival, line, visit).await;
    }
    let reply = match fault.as_ref().and_then(|fault| faults::instead(&shared, fault, &arrival)) {
        Some(reply) => reply,
        None => answer(&shared, &arrival, &mut visit)
            .unwrap_or_else(|refusal| shared.refuse(refusal, &arrival.facts)),
    };
    deliver(&shared, reply, fault.as_ref(), &arrival, line, visit)
}

/// Takes the request in and writes it down.
async fn arrive(shared: &Arc<Shared>, operation: Operation, request: Request<Body>) -> (Arrival, Visit) {
    let (head, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, LARGEST_BODY).await;
    let size = bytes.as_ref().map_or(0, bytes::Bytes::len);
    let body = match &bytes {
        Err(_) => Err(Refusal::new(Kind::TooLarge)),
        Ok(bytes) if bytes.is_empty() && !matches!(operation, Operation::Chat { .. }) => Ok(Value::Null),
        Ok(bytes) => {
            serde_json::from_slice(bytes).map_err(|error| Refusal::bad(format!("invalid JSON: {error}")))
        }
    };
    let shown = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let named = match (&operation, &body) {
        (
            Operation::Chat { model: Some(model) }
            | Operation::Embeddings { model: Some(model), .. }
            | Operation::Count { model: Some(model) },
            _,
        ) => Some(model.clone()),
        (_, Ok(body)) => shared.wire.model(body),
        (_, Err(_)) => None,
    };
    let model = named.unwrap_or_default();
    let recorded = Recorded {
        at: now(),
        model: matches!(operation, Operation::Chat { .. }).then(|| model.clone()),
        method: head.method.to_string(),
        path: head.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), shown(value))).collect(),
        body: body.clone().unwrap_or_default(),
        body_bytes: size,
        disconnected: false,
    };
    let number = shared.journal().add(recorded);
    let visit = Visit::new(Arc::clone(shared), number);
    let query = head.uri.query().unwrap_or_default().to_owned();
    let key = shared.wire.key(&head.headers, &query);
    let facts = facts(shared, &model, key.as_deref());
    let target = head.uri.path_and_query().map_or("", |target| target.as_str());
    let sending = match (&operation, &body) {
        (Operation::Chat { .. }, Ok(body)) => shared.wire.sending(target, body),
        _ => Sending::Whole,
    };
    (Arrival { operation, model, headers: head.headers, body, facts, key, query, sending }, visit)
}

/// What every template may want to know.
fn facts(shared: &Shared, model: &str, key: Option<&str>) -> Values {
    let dialect = shared.dialect;
    let key = key.unwrap_or_default();
    let start: String = key.chars().take(if key.len() < 12 { 0 } else { 4 }).collect();
    let tail = ending(key);
    Values::default()
        .with("id", ids::mint(&dialect.id))
        .with("request", ids::mint(&dialect.request))
        .with("fingerprint", ids::mint(&dialect.fingerprint))
        .with("created", ids::now())
        .with("micros", jiff::Timestamp::now().as_microsecond())
        .with("seed", fastrand::u32(..))
        // Larger than what a double holds exactly, as real ones are.
        .with("big_seed", fastrand::u64(1 << 60..1 << 62))
        .with("model", model)
        .with("key", format!("{start}********{}", tail.trim_start_matches('…')))
        .with("tail", tail.trim_start_matches('…'))
}

/// The answer, or why there is none.
fn answer(shared: &Shared, arrival: &Arrival, visit: &mut Visit) -> Result<Reply, Refusal> {
    let listing = matches!(arrival.operation, Operation::Models | Operation::Model(_));
    if !(listing && shared.dialect.open_models) {
        admit_key(shared, arrival)?;
    }
    let body = arrival.body.as_ref().map_err(Clone::clone)?;
    let reading = |model| reading(shared, arrival, model);
    let (tokens, mut reply) = match &arrival.operation {
        Operation::Chat { model } => chat(shared, reading(model.as_deref()), body, arrival, visit)?,
        Operation::Embeddings { model, batch } => {
            let vectors = shared.wire.embeddings(reading(model.as_deref()), *batch, body)?;
            let tokens = model::count(&body.to_string());
            meter(shared, tokens, visit)?;
            (tokens, Reply::json(200, &vectors))
        }
        Operation::Count { model } => {
            (0, Reply::json(200, &shared.wire.count(reading(model.as_deref()), body)?))
        }
        Operation::Models | Operation::Page(_) | Operation::Prediction(_) => {
            (0, Reply::json(200, &shared.wire.models(shared.dialect, None, &arrival.query)))
        }
        Operation::Model(model) if model.contains("nope") || model.contains("does-not-exist") => {
            return Err(Refusal::new(Kind::NoModel).with("model", model.as_str()));
        }
        Operation::Model(model) => {
            (0, Reply::json(200, &shared.wire.models(shared.dialect, Some(model), &arrival.query)))
        }
    };
    dress(shared, arrival, tokens, &mut reply);
    Ok(reply)
}

/// What a wire has to know to read this request.
fn reading<'a>(shared: &'a Shared, arrival: &'a Arrival, model: Option<&'a str>) -> Reading<'a> {
    Reading {
        dialect: shared.dialect,
        model,
        headers: &arrival.headers,
        name: shared.settings.name.as_deref(),
        manner: shared.settings.manner,
    }
}

fn chat(
    shared: &Shared,
    reading: Reading<'_>,
    body: &Value,
    arrival: &Arrival,
    visit: &mut Visit,
) -> Result<(u32, Reply), Refusal> {
    let (chat, answer, tokens) = asked(shared, reading, body, visit)?;
    let mut reply = Reply::json(200, &json!(null));
    reply.content = if arrival.streams() {
        Content::Stream(shared.wire.frames(shared.dialect, &chat, &answer, &arrival.facts))
    } else {
        let whole = shared.wire.whole(shared.dialect, &chat, &answer, &arrival.facts);
        Content::Whole { mime: "application/json", text: whole.to_string() }
    };
    Ok((tokens, reply))
}

/// What is asked, what the model says to it, and the tokens that this counts for.
fn asked(
    shared: &Shared,
    reading: Reading<'_>,
    body: &Value,
    visit: &mut Visit,
) -> Result<(Chat, Answer, u32), Refusal> {
    let chat = shared.wire.read(reading, body)?;
    let answer = model::answer(&chat.ask).map_err(|_| Refusal::new(Kind::Prefill))?;
    let used = answer.tokens.output.saturating_add(answer.tokens.reasoning);
    let reserved = used.max(chat.ask.max_tokens.unwrap_or(0));
    let tokens = answer.tokens.prompt.saturating_add(reserved);
    meter(shared, tokens, visit)?;
    Ok((chat, answer, tokens))
}

/// Lets a request through that shows a good key.
fn admit_key(shared: &Shared, arrival: &Arrival) -> Result<(), Refusal> {
    if !shared.dialect.auth {
        return Ok(());
    }
    match &arrival.key {
        None => Err(Refusal::new(Kind::NoKey)),
        Some(key) if key.contains("bad") || key.contains("invalid") => Err(Refusal::new(Kind::BadKey)),
        Some(_) => Ok(()),
    }
}

/// Counts a request, or refuses it with the limit that it ran into.
fn meter(shared: &Shared, tokens: u32, visit: &mut Visit) -> Result<(), Refusal> {
    let mut meter = shared.meter();
    let limits = shared.settings.limits;
    let refusal = match meter.admit(now(), tokens) {
        Ok(()) => {
            visit.metered();
            return Ok(());
        }
        Err(Excess::Requests(wait)) => {
            let limit = limits.rpm.unwrap_or_default();
            Refusal::new(Kind::RateRequests).with("limit", limit).with("used", limit).wait(wait)
        }
        Err(Excess::Tokens(wait)) => {
            let limit = limits.tpm.unwrap_or_default();
            Refusal::new(Kind::RateTokens).with("limit", limit).with("used", meter.tokens()).wait(wait)
        }
        Err(Excess::TooLarge) => {
            Refusal::new(Kind::RequestTooLarge).with("limit", limits.tpm.unwrap_or_default())
        }
        Err(Excess::Concurrency) => Refusal::new(Kind::Concurrency),
    };
    Err(refusal.with("requested", tokens))
}

/// Gives a success the provider's headers.
fn dress(shared: &Shared, arrival: &Arrival, tokens: u32, reply: &mut Reply) {
    let dialect = shared.dialect;
    reply.set(&dialect.headers, &arrival.facts);
    if !dialect.gauges_on_excess {
        let standing = shared.meter().standing(now(), (dialect.shown.rpm, dialect.shown.tpm));
        reply.set(&dialect.gauges, &gauge_values(dialect, &standing).with("cost_tokens", tokens));
    }
    if dialect.retry_on_success > 0 {
        reply.headers.push(("retry-after".to_owned(), dialect.retry_on_success.to_string()));
    }
}

/// Sends the reply, with what a fault does to it on the way.
fn deliver(
    shared: &Shared,
    reply: Reply,
    fault: Option<&Fault>,
    arrival: &Arrival,
    line: Arc<Line>,
    mut visit: Visit,
) -> Response<Body> {
    // A refusal is sent in one piece; faults are for answers.
    let fault = fault.filter(|_| reply.status < 400);
    let mut response = head(&reply);
    let (mime, length, steps) = match reply.content {
        Content::Stream(frames) => {
            let errors = shared.wire.error_frames(shared.dialect, &arrival.facts);
            let mishaps = Mishaps {
                errors: &errors,
                unreadable: shared.wire.unreadable(),
                keepalive: shared.wire.keepalive(),
            };
            let mut steps = stream_script(frames, fault, mishaps, shared.settings.pace);
            if let Some((within, last)) = reply.ended {
                steps = ended(steps, within, last.bytes);
            }
            match arrival.sending {
                Sending::List => ("application/json", None, listed(steps, fault)),
                Sending::Events | Sending::Whole => ("text/event-stream", None, steps),
            }
        }
        Content::Whole { mime, text } => {
            let (length, steps) = whole_script(&text, fault);
            (mime, length, steps)
        }
    };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    if let Some(length) = length {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    *response.body_mut() = match steps.as_slice() {
        [delivery::Step::Send(bytes)] if length == Some(bytes.len()) => {
            visit.over();
            Body::from(bytes.clone())
        }
        _ => play(steps, line, visit),
    };
    response
}

/// A reply that nothing happens to.
pub(super) fn plain(reply: Reply) -> Response<Body> {
    let mut response = head(&reply);
    if let Content::Whole { mime, text } = reply.content {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
        *response.body_mut() = Body::from(text);
    }
    response
}

fn head(reply: &Reply) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
