//! Anthropic's messages.
//!
//! Like the other wires it reads plain JSON, and it refuses what the real one refuses: fields that it
//! does not know, calls without results, thoughts that are not its own.

mod answer;
mod conversation;
mod fields;
mod request;
mod schema;
mod stream;

use axum::http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::dialect::{Dialect, Kind};
use super::model::{self, Answer};
use super::reply::Refusal;
use super::template::Values;
use super::wire::{Chat, Frame, Operation, Reading, Wire, bearer, decoded, in_query};

/// The wire itself; it has no state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Messages;

impl Wire for Messages {
    fn operation(&self, dialect: &Dialect, method: &Method, path: &str) -> Option<Operation> {
        let rest = path.strip_prefix(dialect.base.as_str())?;
        match (method.as_str(), rest) {
            ("POST", "/messages") => Some(Operation::Chat { model: None }),
            ("POST", "/messages/count_tokens") => Some(Operation::Count { model: None }),
            ("GET", "/models") => Some(Operation::Models),
            ("GET", _) => {
                let id = rest.strip_prefix("/models/").filter(|id| !id.is_empty())?;
                Some(Operation::Model(decoded(id)))
            }
            _ => None,
        }
    }

    fn key(&self, headers: &HeaderMap, _query: &str) -> Option<String> {
        let own = headers.get("x-api-key").and_then(|value| value.to_str().ok());
        own.filter(|key| !key.is_empty()).map(str::to_owned).or_else(|| bearer(headers))
    }

    fn model(&self, body: &Value) -> Option<String> {
        body.get("model").and_then(Value::as_str).map(str::to_owned)
    }

    fn read(&self, reading: Reading<'_>, body: &Value) -> Result<Chat, Refusal> {
        request::read(reading, body, request::Purpose::Answer)
    }

    fn whole(&self, dialect: &Dialect, _chat: &Chat, answer: &Answer, facts: &Values) -> Value {
        answer::whole(dialect, answer, facts)
    }

    fn frames(&self, dialect: &Dialect, _chat: &Chat, answer: &Answer, facts: &Values) -> Vec<Frame> {
        stream::frames(dialect, answer, facts)
    }

    fn error_frames(&self, dialect: &Dialect, facts: &Values) -> Vec<Frame> {
        stream::error_frames(dialect, facts)
    }

    fn no_choices(&self, dialect: &Dialect, _stream: bool, facts: &Values) -> (Value, Vec<Frame>) {
        let body = facts.fill(dialect.shape("no_content").unwrap_or(&Value::Null));
        let frames = stream::bare(&body);
        (body, frames)
    }

    /// What the model will not answer is an answer that says so.
    fn in_band(&self, dialect: &Dialect, kind: Kind, facts: &Values) -> Option<(Value, Vec<Frame>)> {
        if kind != Kind::Filter {
            return None;
        }
        let body = facts.fill(dialect.shape("refusal")?);
        let frames = stream::bare(&body);
        Some((body, frames))
    }

    fn unreadable(&self) -> &'static [u8] {
        b"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"text\":\n\n"
    }

    fn keepalive(&self) -> &'static [u8] {
        b"event: ping\ndata: {\"type\":\"ping\"}\n\n"
    }

    fn count(&self, reading: Reading<'_>, body: &Value) -> Result<Value, Refusal> {
        let chat = request::read(reading, body, request::Purpose::Count)?;
        Ok(json!({"input_tokens": model::prompt_tokens(&chat.ask)}))
    }

    fn embeddings(&self, _reading: Reading<'_>, _batch: bool, _body: &Value) -> Result<Value, Refusal> {
        Err(Refusal::new(Kind::NoPath))
    }

    fn models(&self, dialect: &Dialect, one: Option<&str>, query: &str) -> Value {
        let entry = |model: &str| {
            let shape = dialect.shape("model").unwrap_or(&Value::Null);
            Values::default().with("model", model).with("display", display_name(model)).fill(shape)
        };
        if let Some(model) = one {
            return entry(model);
        }
        let limit = in_query(query, "limit").and_then(|limit| limit.parse().ok()).unwrap_or(20);
        let after = in_query(query, "after_id");
        let place = |id: String| dialect.models.iter().position(|model| *model == id);
        let from = after.and_then(place).map_or(0, |at| at + 1);
        let rest = &dialect.models[from..];
        let page = &rest[..rest.len().min(limit)];
        let values = Values::default()
            .with("models", page.iter().map(|model| entry(model)).collect::<Vec<_>>())
            .with("first", page.first().cloned())
            .with("last", page.last().cloned())
            .with("more", rest.len() > page.len());
        values.fill(dialect.shape("models").unwrap_or(&Value::Null))
    }
}

/// `claude-haiku-4-5` as people call it.
fn display_name(model: &str) -> String {
    let words = model.split('-').map(|word| {
        let (head, tail) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        head.to_uppercase() + tail
    });
    words.collect::<Vec<_>>().join(" ")
}
