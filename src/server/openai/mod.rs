//! OpenAI's format: `POST /v1/chat/completions`.

mod answer;
mod chunk;
mod content;
mod message;
mod request;

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Response, header};
use jiff::Timestamp;

pub(super) use chunk::Chunks;

use super::asking::{self, Question};
use super::paths::Streaming;
use super::refusal::Refusal;
use super::visit::Visit;
use super::{Gateway, body, outcome};
use crate::router::Completion;

const PROVIDER: HeaderName = HeaderName::from_static("x-aigw-provider");
const MODEL: HeaderName = HeaderName::from_static("x-aigw-model");
const ATTEMPTS: HeaderName = HeaderName::from_static("x-aigw-attempts");

/// What every answer to one request calls itself.
#[derive(Debug, Clone)]
struct Identity {
    id: String,
    created: i64,
}

impl Identity {
    fn of(visit: &Visit) -> Self {
        let id = format!("chatcmpl-{}", visit.id().replace('-', ""));
        Self { id, created: Timestamp::now().as_second() }
    }
}

/// Answers a request, in one piece or as a stream.
pub(super) async fn chat(
    State(gateway): State<Arc<Gateway>>,
    Extension(visit): Extension<Arc<Visit>>,
    body: Body,
) -> Result<Response<Body>, Refusal> {
    let asked = request::read(&body::read(body).await?)?;
    visit.model(asked.model.clone());
    let route = asking::resolve(&gateway, &asked.model).await.map_err(outcome::unresolved)?;
    let identity = Identity::of(&visit);
    let question = Question { request: asked.request, route, visit };
    if asked.stream {
        let chunks = Chunks::new(identity, &asked.model, asked.usage);
        return Ok(event_stream(asking::streamed(gateway, question, chunks).await?));
    }
    let completion = asking::whole(&gateway, &question).await?;
    Ok(whole(&identity, &completion))
}

fn event_stream(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // A proxy in front of us must not gather what is meant to be seen as it comes.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response.extensions_mut().insert(Streaming);
    response
}

fn whole(identity: &Identity, completion: &Completion) -> Response<Body> {
    let mut response = Response::new(Body::from(answer::whole(identity, completion).to_string()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ATTEMPTS, HeaderValue::from(completion.attempts.len()));
    if let Some(last) = completion.attempts.last() {
        for (name, text) in [(PROVIDER, &last.model.provider), (MODEL, &last.model.model)] {
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(name, value);
            }
        }
    }
    response
}
