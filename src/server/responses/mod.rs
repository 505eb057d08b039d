//! OpenAI's newer format: `POST /v1/responses`, and the answers that are kept: `GET` and `DELETE /v1/responses/{id}`.

mod input;
mod output;
mod reference;
mod request;
mod stream;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Extension;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::Json;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::dialect::{Kept, Stream, Voice, named};
use super::openai::{ALIVE, EVENTS};
use super::refusal::Refusal;
use super::visit::Visit;
use super::{Gateway, asking, body};
use crate::chat::{ChatRequest, Role};
use crate::memory::StoredResponse;
use crate::router::Completion;
use stream::Items;

/// What is the same in every account of one response: what was asked of it.
#[derive(Debug, Clone)]
struct Identity {
    id: String,
    created: i64,
    /// The model as the client called it.
    asked: String,
    /// What the request said, as it is repeated in the response.
    terms: Value,
    /// Whether the answer is kept.
    store: bool,
}

/// The events of one stream are numbered, also the one by which it breaks.
#[derive(Debug, Clone, Default)]
struct Numbers(Arc<AtomicU64>);

impl Numbers {
    fn event(&self, name: &str, mut value: Value) -> String {
        value["type"] = json!(name);
        value["sequence_number"] = json!(self.0.fetch_add(1, Ordering::Relaxed));
        named(name, &value)
    }
}

/// Answers one request.
struct Respond(Identity);

impl Voice for Respond {
    fn whole(&self, completion: &Completion) -> Value {
        output::whole(&self.0, completion)
    }

    fn kept(&self, completion: &Completion) -> Option<Kept> {
        kept(&self.0, completion)
    }

    fn stream(self: Box<Self>) -> Stream {
        let numbers = Numbers::default();
        let frames = Box::new(Items::new(self.0, numbers.clone()));
        let broken = move |refusal: &Refusal| {
            let (code, message, param) = (refusal.code, &refusal.message, &refusal.param);
            // OpenAI describes the first three fields and sends `error`: its own clients raise only when they see that.
            let error = json!({"code": code, "message": message, "param": param,
                "error": {"type": refusal.kind, "code": code, "message": message, "param": param},
                "attempts": refusal.attempts});
            Bytes::from(numbers.event("error", error))
        };
        Stream { frames, broken: Box::new(broken), alive: ALIVE, content_type: EVENTS }
    }
}

/// What is kept of an answer, if it is.
fn kept(identity: &Identity, completion: &Completion) -> Option<Kept> {
    identity.store.then(|| Kept { id: identity.id.clone(), response: output::whole(identity, completion) })
}

/// Answers a request, in one piece or as a stream.
pub(super) async fn create(
    Extension(gateway): Extension<Arc<Gateway>>,
    Extension(visit): Extension<Arc<Visit>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response<Body>, Refusal> {
    let body = reference::resolved(&gateway, &visit, body::read(body).await?).await?;
    let request::Read { mut asked, previous, store, terms } = request::read(&body)?;
    if let Some(previous) = previous {
        let before = find(&gateway, &visit, previous).await?.conversation;
        // Instructions are those of each request; what was said goes on.
        let instructions = asked.request.messages.iter().take_while(|message| message.role == Role::System);
        let at = instructions.count();
        let before = before.into_iter().filter(|message| message.role != Role::System);
        asked.request.messages.splice(at..at, before);
        input::name_results(&mut asked.request.messages)?;
    }
    let id = format!("resp_{}", visit.id().replace('-', ""));
    let created = Timestamp::now().as_second();
    let identity = Identity { id, created, asked: asked.model.clone(), terms, store };
    asking::answer(gateway, visit, &headers, asked, Box::new(Respond(identity))).await
}

/// A body in our own words.
pub(super) fn read(body: &[u8]) -> Result<ChatRequest, Refusal> {
    request::read(body).map(|read| read.asked.request)
}

/// An answer that was kept.
pub(super) async fn show(
    Extension(gateway): Extension<Arc<Gateway>>,
    Extension(visit): Extension<Arc<Visit>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    Ok(Json(find(&gateway, &visit, id).await?.response))
}

/// Forgets an answer.
pub(super) async fn forget(
    Extension(gateway): Extension<Arc<Gateway>>,
    Extension(visit): Extension<Arc<Visit>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let (memory, owner, wanted) = (Arc::clone(&gateway.app.memory), visit.owner(), id.clone());
    let forgotten = tokio::task::spawn_blocking(move || memory.forget_response(&owner, &wanted)).await;
    match forgotten {
        Ok(Ok(true)) => Ok(Json(json!({"id": id, "object": "response", "deleted": true}))),
        Ok(Ok(false)) => Err(missing(&id)),
        Ok(Err(_)) | Err(_) => Err(unreadable()),
    }
}

async fn find(gateway: &Gateway, visit: &Visit, id: String) -> Result<StoredResponse, Refusal> {
    let (memory, owner, wanted) = (Arc::clone(&gateway.app.memory), visit.owner(), id.clone());
    match tokio::task::spawn_blocking(move || memory.response(&owner, &wanted)).await {
        Ok(Ok(Some(stored))) => Ok(stored),
        Ok(Ok(None)) => Err(missing(&id)),
        Ok(Err(_)) | Err(_) => Err(unreadable()),
    }
}

fn missing(id: &str) -> Refusal {
    let shown: String = id.chars().take(80).collect();
    let refusal = Refusal::new(StatusCode::NOT_FOUND, format!("no response with the id `{shown}` is kept"));
    Refusal { param: Some("previous_response_id".into()), ..refusal }.code("previous_response_not_found")
}

fn unreadable() -> Refusal {
    let message = "what is kept of earlier answers cannot be read now; `aigw doctor` says why";
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message).code("storage")
}
