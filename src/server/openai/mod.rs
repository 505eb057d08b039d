//! OpenAI's format: `POST /v1/chat/completions` and `/v1/embeddings`.

mod answer;
mod chunk;
mod content;
mod embed;
mod message;
mod request;

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::http::{HeaderMap, Response};
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use chunk::Chunks;
pub(super) use embed::embeddings;

use super::dialect::{Stream, Voice, frame};
use super::refusal::Refusal;
use super::visit::Visit;
use super::{Gateway, asking, body};
use crate::router::Completion;

/// A comment, which readers of events skip.
pub(super) const ALIVE: Bytes = Bytes::from_static(b": the answer is on its way\n\n");
pub(super) const EVENTS: &str = "text/event-stream; charset=utf-8";

/// What every answer to one request calls itself.
#[derive(Debug, Clone)]
struct Identity {
    id: String,
    created: i64,
}

/// Answers one request.
struct Chat {
    identity: Identity,
    model: String,
    /// Whether a stream ends with the count of tokens.
    usage: bool,
}

impl Voice for Chat {
    fn whole(&self, completion: &Completion) -> Value {
        answer::whole(&self.identity, completion)
    }

    fn stream(self: Box<Self>) -> Stream {
        Stream {
            frames: Box::new(Chunks::new(self.identity, &self.model, self.usage)),
            broken: Box::new(|refusal| frame(&error(refusal))),
            alive: ALIVE,
            content_type: EVENTS,
        }
    }
}

/// Answers a request, in one piece or as a stream.
pub(super) async fn chat(
    Extension(gateway): Extension<Arc<Gateway>>,
    Extension(visit): Extension<Arc<Visit>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response<Body>, Refusal> {
    let (asked, usage) = request::read(&body::read(body).await?)?;
    let id = format!("chatcmpl-{}", visit.id().replace('-', ""));
    let identity = Identity { id, created: Timestamp::now().as_second() };
    let voice = Chat { identity, model: asked.model.clone(), usage };
    asking::answer(gateway, visit, &headers, asked, Box::new(voice)).await
}

/// An error as a body, and as the data of an event.
pub(super) fn error(refusal: &Refusal) -> Value {
    let mut error = json!({
        "message": refusal.message, "type": refusal.kind, "param": refusal.param, "code": refusal.code
    });
    if !refusal.attempts.is_empty() {
        error["attempts"] = json!(refusal.attempts);
    }
    json!({"error": error})
}
