//! Anthropic's format: `POST /v1/messages` and `/v1/messages/count_tokens`.

mod answer;
mod content;
mod request;
mod stream;

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::http::{HeaderMap, Response};
use axum::response::Json;
use bytes::Bytes;
use serde_json::{Value, json};

use super::dialect::{Stream, Voice, named};
use super::openai::EVENTS;
use super::refusal::Refusal;
use super::visit::Visit;
use super::{Gateway, asking, body};
use crate::router::Completion;
use stream::Blocks;

/// The name of the wire whose signatures of thoughts clients of this format send back.
const WIRE: &str = "anthropic";
/// An event that says nothing, as Anthropic itself sends it.
const PING: Bytes = Bytes::from_static(b"event: ping\ndata: {\"type\":\"ping\"}\n\n");

/// Answers one request.
struct Messages {
    id: String,
    model: String,
}

impl Voice for Messages {
    fn whole(&self, completion: &Completion) -> Value {
        answer::whole(&self.id, &self.model, completion)
    }

    fn stream(self: Box<Self>) -> Stream {
        Stream {
            frames: Box::new(Blocks::new(self.id.clone(), &self.model)),
            broken: Box::new(move |refusal| Bytes::from(named("error", &error(refusal, &self.id)))),
            alive: PING,
            content_type: EVENTS,
        }
    }
}

/// Answers a request, in one piece or as a stream.
pub(super) async fn messages(
    Extension(gateway): Extension<Arc<Gateway>>,
    Extension(visit): Extension<Arc<Visit>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response<Body>, Refusal> {
    let asked = request::read(&body::read(body).await?)?;
    let id = format!("msg_{}", visit.id().replace('-', ""));
    let voice = Messages { id, model: asked.model.clone() };
    asking::answer(gateway, visit, &headers, asked, Box::new(voice)).await
}

/// How many tokens a request has, as far as that can be known before it is sent: on the high side.
pub(super) async fn count_tokens(body: Body) -> Result<Json<Value>, Refusal> {
    let request = request::to_be_counted(&body::read(body).await?)?;
    Ok(Json(json!({"input_tokens": asking::tokens(&request)})))
}

/// An error as a body, and as the data of an event.
pub(super) fn error(refusal: &Refusal, request_id: &str) -> Value {
    let kind = match refusal.status.as_u16() {
        401 => "authentication_error",
        403 => "permission_error",
        404 | 405 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 => "overloaded_error",
        504 => "timeout_error",
        400..=499 => "invalid_request_error",
        _ => "api_error",
    };
    let place = refusal.param.as_ref().filter(|place| !refusal.message.contains(place.as_ref()));
    let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
    let mut error = json!({"type": kind, "message": format!("{place}{}", refusal.message)});
    // Anthropic has few types, and several reasons share one.
    if let Some(code) = refusal.code {
        error["code"] = json!(code);
    }
    if !refusal.attempts.is_empty() {
        error["attempts"] = json!(refusal.attempts);
    }
    json!({"type": "error", "error": error, "request_id": request_id})
}
