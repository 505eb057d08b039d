//! Gemini's format: `/v1beta/models/{model}:generateContent`, `:streamGenerateContent`, `:embedContent`,
//! `:batchEmbedContents` and `:countTokens`, all of them under `/v1` as well.

mod answer;
mod content;
mod embed;
mod request;
mod stream;

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, Response, StatusCode, Uri};
use axum::response::{IntoResponse, Json};
use bytes::Bytes;
use serde_json::{Value, json};

use super::dialect::{Asked, Stream, Voice, frame};
use super::openai::{ALIVE, EVENTS};
use super::refusal::Refusal;
use super::visit::Visit;
use super::{Gateway, asking, body};
use crate::router::Completion;
use stream::Responses;

/// The name of the wire whose signatures of thoughts clients of this format send back.
const WIRE: &str = "gemini";

/// Answers one request.
struct Generate {
    id: String,
    model: String,
    /// Whether a stream is one JSON array, as it is where `alt=sse` is not asked for.
    array: bool,
}

impl Voice for Generate {
    fn whole(&self, completion: &Completion) -> Value {
        answer::whole(&self.id, &self.model, completion)
    }

    fn stream(self: Box<Self>) -> Stream {
        let frames = Box::new(Responses::new(self.id, &self.model, self.array));
        if !self.array {
            let broken = Box::new(|refusal: &Refusal| frame(&error(refusal)));
            return Stream { frames, broken, alive: ALIVE, content_type: EVENTS };
        }
        // An array that is not closed is no JSON: nobody takes it for whole.
        let comma = frames.comma();
        let broken =
            Box::new(move |refusal: &Refusal| Bytes::from(format!("{}{}", comma.next(), error(refusal))));
        Stream { frames, broken, alive: Bytes::from_static(b"\n"), content_type: "application/json" }
    }
}

/// Does to a model what stands behind its name.
pub(super) async fn call(
    Extension(gateway): Extension<Arc<Gateway>>,
    Extension(visit): Extension<Arc<Visit>>,
    Path(path): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response<Body>, Refusal> {
    let (model, method) = path.rsplit_once(':').unwrap_or((path.as_str(), ""));
    let model = model.to_owned();
    let bytes = body::read(body).await?;
    let stream = match method {
        "generateContent" => false,
        "streamGenerateContent" => true,
        "countTokens" => {
            let count = asking::tokens(&request::to_be_counted(&bytes)?);
            return Ok(Json(json!({"totalTokens": count})).into_response());
        }
        "embedContent" => return embed::one(&gateway, &visit, &headers, &model, &bytes).await,
        "batchEmbedContents" => return embed::several(&gateway, &visit, &headers, &model, &bytes).await,
        _ => {
            let message = format!("models know no method `{method}` here");
            return Err(Refusal::new(StatusCode::NOT_FOUND, message));
        }
    };
    let asked = Asked { model: model.clone(), request: request::read(&bytes)?, stream };
    let sse = uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "alt=sse"));
    let voice = Generate { id: visit.id().replace('-', ""), model, array: !sse };
    asking::answer(gateway, visit, &headers, asked, Box::new(voice)).await
}

/// An error as a body, and as an element of a stream.
pub(super) fn error(refusal: &Refusal) -> Value {
    let status = match refusal.status.as_u16() {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 | 405 => "NOT_FOUND",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        500 => "INTERNAL",
        502 | 503 => "UNAVAILABLE",
        408 | 504 => "DEADLINE_EXCEEDED",
        _ => "INVALID_ARGUMENT",
    };
    let mut details = Vec::new();
    if let Some(code) = refusal.code {
        let reason = code.to_ascii_uppercase();
        details.push(
            json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "aigw"}),
        );
    }
    if let Some(param) = &refusal.param {
        let violation = json!({"field": param, "description": refusal.message});
        details.push(
            json!({"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}),
        );
    }
    if let Some(seconds) = refusal.wait() {
        details.push(
            json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{seconds}s")}),
        );
    }
    let mut error = json!({"code": refusal.status.as_u16(), "message": refusal.message, "status": status});
    if !details.is_empty() {
        error["details"] = json!(details);
    }
    if !refusal.attempts.is_empty() {
        error["attempts"] = json!(refusal.attempts);
    }
    json!({"error": error})
}
