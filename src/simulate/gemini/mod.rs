//! Google's native `generateContent`.
//!
//! Like the other wires it reads plain JSON. The path says which model is asked, and whether the answer
//! is to come in pieces; the body is strict about what it may hold, in either spelling of names.

mod answer;
mod conversation;
mod embeddings;
mod fields;
mod models;
mod request;
mod stream;

use axum::http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::dialect::{Dialect, Kind};
use super::model::{self, Answer};
use super::reply::Refusal;
use super::template::Values;
use super::wire::{Chat, Frame, Operation, Reading, Sending, Wire, decoded, in_query};

/// The wire itself; it has no state.
#[derive(Clone, Copy, Debug)]
pub(super) struct GenerateContent;

impl Wire for GenerateContent {
    fn operation(&self, dialect: &Dialect, method: &Method, path: &str) -> Option<Operation> {
        let mut bases = std::iter::once(&dialect.base).chain(&dialect.also);
        let rest = bases.find_map(|base| path.strip_prefix(base.as_str())?.strip_prefix("/models"))?;
        if method == Method::GET {
            return match rest.strip_prefix('/') {
                None => rest.is_empty().then_some(Operation::Models),
                Some(model) => (!model.is_empty()).then(|| Operation::Model(decoded(model))),
            };
        }
        let (model, action) = rest.strip_prefix('/')?.rsplit_once(':').filter(|_| method == Method::POST)?;
        let model = Some(decoded(model));
        match action {
            "generateContent" | "streamGenerateContent" => Some(Operation::Chat { model }),
            "countTokens" => Some(Operation::Count { model }),
            "embedContent" => Some(Operation::Embeddings { model, batch: false }),
            "batchEmbedContents" => Some(Operation::Embeddings { model, batch: true }),
            _ => None,
        }
    }

    fn sending(&self, target: &str, _body: &Value) -> Sending {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        match in_query(query, "alt").as_deref() {
            _ if !path.ends_with(":streamGenerateContent") => Sending::Whole,
            Some("sse") => Sending::Events,
            _ => Sending::List,
        }
    }

    fn key(&self, headers: &HeaderMap, query: &str) -> Option<String> {
        let header = headers.get("x-goog-api-key").and_then(|value| value.to_str().ok());
        header.map(str::to_owned).or_else(|| in_query(query, "key")).filter(|key| !key.is_empty())
    }

    /// The path has it.
    fn model(&self, _body: &Value) -> Option<String> {
        None
    }

    fn read(&self, reading: Reading<'_>, body: &Value) -> Result<Chat, Refusal> {
        request::read(reading, body)
    }

    fn whole(&self, dialect: &Dialect, chat: &Chat, answer: &Answer, facts: &Values) -> Value {
        answer::whole(dialect, chat, answer, facts)
    }

    fn frames(&self, dialect: &Dialect, chat: &Chat, answer: &Answer, facts: &Values) -> Vec<Frame> {
        stream::frames(dialect, chat, answer, facts)
    }

    fn error_frames(&self, dialect: &Dialect, facts: &Values) -> Vec<Frame> {
        stream::error_frames(dialect, facts)
    }

    fn no_choices(&self, dialect: &Dialect, _stream: bool, facts: &Values) -> (Value, Vec<Frame>) {
        stream::lone(facts.fill(dialect.shape("no_content").unwrap_or(&Value::Null)))
    }

    /// What it will not answer, and what its model got wrong, it says in an answer.
    fn in_band(&self, dialect: &Dialect, kind: Kind, facts: &Values) -> Option<(Value, Vec<Frame>)> {
        let shape = match kind {
            Kind::Filter => "blocked",
            Kind::ToolFault => "bad_call",
            _ => return None,
        };
        Some(stream::lone(facts.fill(dialect.shape(shape)?)))
    }

    fn unreadable(&self) -> &'static [u8] {
        b"data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \r\n\r\n"
    }

    fn keepalive(&self) -> &'static [u8] {
        b": keep-alive\r\n\r\n"
    }

    fn count(&self, reading: Reading<'_>, body: &Value) -> Result<Value, Refusal> {
        let whole = body.get("generateContentRequest").or(body.get("generate_content_request"));
        let chat = request::read(reading, whole.unwrap_or(body))?;
        let tokens = model::prompt_tokens(&chat.ask);
        Ok(json!({
            "totalTokens": tokens, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens}]
        }))
    }

    fn embeddings(&self, reading: Reading<'_>, batch: bool, body: &Value) -> Result<Value, Refusal> {
        let model = reading.model.unwrap_or_default();
        if batch { embeddings::several(model, body) } else { embeddings::one(model, body) }
    }

    fn models(&self, dialect: &Dialect, one: Option<&str>, query: &str) -> Value {
        one.map_or_else(|| models::page(dialect, query), |model| models::entry(dialect, model))
    }
}
