//! The chat-completions wire, in the manner of each of the providers that share it.
//!
//! Requests are read from plain JSON and not with the project's own types: a stand-in that shared the
//! codec under test would agree with its mistakes.

mod embeddings;
mod request;
mod rules;
mod stream;
mod whole;

use axum::http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::dialect::Dialect;
use super::model::Answer;
use super::reply::Refusal;
use super::template::Values;
use super::wire::{Chat, Frame, Operation, Reading, Wire, bearer, decoded};

/// The wire itself; it has no state.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChatCompletions;

impl Wire for ChatCompletions {
    fn operation(&self, dialect: &Dialect, method: &Method, path: &str) -> Option<Operation> {
        if method == Method::GET && dialect.pages.contains_key(path) {
            return Some(Operation::Page(path.to_owned()));
        }
        let bases = std::iter::once(&dialect.base).chain(&dialect.also);
        // The longest base first, so that an empty one does not hide the others.
        let mut rests: Vec<_> = bases.filter_map(|base| path.strip_prefix(base.as_str())).collect();
        rests.sort_by_key(|rest| rest.len());
        rests
            .into_iter()
            .find_map(|rest| if dialect.model_in_path { in_path(method, rest) } else { plain(method, rest) })
    }

    fn key(&self, headers: &HeaderMap, _query: &str) -> Option<String> {
        bearer(headers)
    }

    fn model(&self, body: &Value) -> Option<String> {
        body.get("model").and_then(Value::as_str).map(str::to_owned)
    }

    fn read(&self, reading: Reading<'_>, body: &Value) -> Result<Chat, Refusal> {
        request::read(reading, body)
    }

    fn whole(&self, dialect: &Dialect, chat: &Chat, answer: &Answer, facts: &Values) -> Value {
        whole::body(dialect, chat, answer, facts)
    }

    fn frames(&self, dialect: &Dialect, chat: &Chat, answer: &Answer, facts: &Values) -> Vec<Frame> {
        stream::frames(dialect, chat, answer, facts)
    }

    fn error_frames(&self, dialect: &Dialect, facts: &Values) -> Vec<Frame> {
        stream::error_frames(dialect, facts)
    }

    fn no_choices(&self, dialect: &Dialect, stream: bool, facts: &Values) -> (Value, Vec<Frame>) {
        let mut body = facts.fill(dialect.shape("no_choices").unwrap_or(&Value::Null));
        if stream && let Some(object) = body.get_mut("object") {
            *object = json!("chat.completion.chunk");
        }
        let frames = stream::lone(&body);
        (body, frames)
    }

    fn embeddings(&self, reading: Reading<'_>, _batch: bool, body: &Value) -> Result<Value, Refusal> {
        embeddings::answer(reading, body)
    }

    fn models(&self, dialect: &Dialect, one: Option<&str>, _query: &str) -> Value {
        let entry = |model: &str| {
            let shape = dialect.shape("model").unwrap_or(&Value::Null);
            Values::default().with("model", model).fill(shape)
        };
        if let Some(model) = one {
            return entry(model);
        }
        let models: Vec<_> = dialect.models.iter().map(|model| entry(model)).collect();
        Values::default().with("models", models).fill(dialect.shape("models").unwrap_or(&Value::Null))
    }
}

fn plain(method: &Method, rest: &str) -> Option<Operation> {
    match (method.as_str(), rest) {
        ("POST", "/chat/completions") => Some(Operation::Chat { model: None }),
        ("POST", "/embeddings") => Some(Operation::Embeddings { model: None, batch: false }),
        ("GET", "/models") => Some(Operation::Models),
        ("GET", _) => {
            rest.strip_prefix("/models/").filter(|id| !id.is_empty()).map(|id| Operation::Model(decoded(id)))
        }
        _ => None,
    }
}

/// Paths that begin with the model's name.
fn in_path(method: &Method, rest: &str) -> Option<Operation> {
    let rest = rest.strip_prefix('/')?;
    if method == Method::GET {
        return Some(if rest == "models" { Operation::Models } else { Operation::Model(decoded(rest)) });
    }
    if method != Method::POST {
        return None;
    }
    let rest = rest.strip_prefix("models/").unwrap_or(rest);
    let named = |model: &str| (!model.is_empty()).then(|| decoded(model));
    if let Some(model) = rest.strip_suffix("/v1/chat/completions") {
        return Some(Operation::Chat { model: Some(named(model)?) });
    }
    let model = rest.strip_suffix("/pipeline/feature-extraction").unwrap_or(rest);
    Some(Operation::Embeddings { model: Some(named(model)?), batch: false })
}
