//! The seam between a stand-in and the protocol that it speaks.
//!
//! A wire turns requests into the model's terms and answers back into bytes. Whatever happens on the
//! way to the client (pacing, faults, limits) is done elsewhere and for every wire alike, which is why
//! a stream is handed over as frames that say what they are.

use axum::http::{HeaderMap, Method, header};
use bytes::Bytes;
use serde_json::Value;

use super::anthropic::Messages;
use super::dialect::{Dialect, Kind, Protocol};
use super::gemini::GenerateContent;
use super::model::{Answer, Ask, Manner};
use super::openai::ChatCompletions;
use super::replicate::{Errand, Predict};
use super::reply::Refusal;
use super::template::Values;

/// What a request wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// An answer; the model's name when the path has it.
    Chat { model: Option<String> },
    /// Vectors; the model's name when the path has it, and whether the path is one for several texts only.
    Embeddings { model: Option<String>, batch: bool },
    /// How many tokens a prompt has; the model's name when the path has it.
    Count { model: Option<String> },
    /// The list of models.
    Models,
    /// One model.
    Model(String),
    /// A fixed page.
    Page(String),
    /// Something about a prediction that exists.
    Prediction(Errand),
}

/// How an answer is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sending {
    Whole,
    /// As server-sent events.
    Events,
    /// Piece by piece all the same, but as the items of one JSON list.
    List,
}

/// A request for an answer, read from the wire.
#[derive(Clone, Debug)]
pub(super) struct Chat {
    pub(super) ask: Ask,
    /// Usage was asked for in the stream.
    pub(super) usage: bool,
    /// The texts are to be wrapped in blocks, as some do for models that reason.
    pub(super) blocks: bool,
    /// Thoughts are to be seen and not only counted.
    pub(super) thoughts: bool,
}

/// What a part of a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Comment,
    /// Opens the answer, or opens or closes a part of it.
    Opening,
    Thought,
    /// A piece of text or of a tool call: what faults count.
    Content,
    Finish,
    Usage,
    /// The terminator.
    Done,
    /// An error in the stream.
    Error,
}

/// One event or comment of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) part: Part,
    pub(super) bytes: Bytes,
}

/// What a wire has to know of its stand-in to read a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'a> {
    pub(super) dialect: &'a Dialect,
    /// The model's name from the path.
    pub(super) model: Option<&'a str>,
    pub(super) headers: &'a HeaderMap,
    pub(super) name: Option<&'a str>,
    pub(super) manner: Manner,
}

/// A protocol.
pub(super) trait Wire: Send + Sync {
    /// What a request wants; `None` when there is nothing at this path.
    fn operation(&self, dialect: &Dialect, method: &Method, path: &str) -> Option<Operation>;

    /// How the answer to a request at this path (with its query) is to be sent.
    fn sending(&self, _target: &str, body: &Value) -> Sending {
        if body.get("stream") == Some(&Value::Bool(true)) { Sending::Events } else { Sending::Whole }
    }

    /// The key that a request shows.
    fn key(&self, headers: &HeaderMap, query: &str) -> Option<String>;

    /// The model that a request names in its body.
    fn model(&self, body: &Value) -> Option<String>;

    /// Reads a request, refusing what the provider refuses.
    fn read(&self, reading: Reading<'_>, body: &Value) -> Result<Chat, Refusal>;

    /// An answer in one piece.
    fn whole(&self, dialect: &Dialect, chat: &Chat, answer: &Answer, facts: &Values) -> Value;

    /// An answer as a stream.
    fn frames(&self, dialect: &Dialect, chat: &Chat, answer: &Answer, facts: &Values) -> Vec<Frame>;

    /// An error in a stream that has begun.
    fn error_frames(&self, dialect: &Dialect, facts: &Values) -> Vec<Frame>;

    /// A 2xx answer without any content.
    fn no_choices(&self, dialect: &Dialect, stream: bool, facts: &Values) -> (Value, Vec<Frame>);

    /// A refusal that this protocol gives with a good status, where it does.
    fn in_band(&self, _dialect: &Dialect, _kind: Kind, _facts: &Values) -> Option<(Value, Vec<Frame>)> {
        None
    }

    /// An event that cannot be read.
    fn unreadable(&self) -> &'static [u8] {
        b"data: {\"id\":\"chatcmpl-broken\",\"choices\":[{\"delta\":{\"content\":\n\n"
    }

    /// What keeps a stream alive without saying anything.
    fn keepalive(&self) -> &'static [u8] {
        b": keep-alive\n\n"
    }

    /// The number of tokens in a prompt.
    fn count(&self, _reading: Reading<'_>, _body: &Value) -> Result<Value, Refusal> {
        Err(Refusal::new(Kind::NoPath))
    }

    /// Vectors for texts; `batch` when the path is one for several texts only.
    fn embeddings(&self, reading: Reading<'_>, batch: bool, body: &Value) -> Result<Value, Refusal>;

    /// The list of models as far as the query wants it, or one of them.
    fn models(&self, dialect: &Dialect, one: Option<&str>, query: &str) -> Value;
}

/// The code of a protocol.
pub(super) fn of(protocol: Protocol) -> &'static dyn Wire {
    match protocol {
        Protocol::ChatCompletions => &ChatCompletions,
        Protocol::Anthropic => &Messages,
        Protocol::Gemini => &GenerateContent,
        Protocol::Predictions => &Predict,
    }
}

/// The value of a field of a query, decoded.
pub(super) fn in_query(query: &str, name: &str) -> Option<String> {
    let fields = query.split('&').filter_map(|field| field.split_once('='));
    let value = fields.into_iter().find(|(found, _)| *found == name)?.1;
    Some(decoded(value))
}

/// A text as it stands in a URL: clients encode what would mean something there.
pub(super) fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The key of an `Authorization: Bearer` header.
pub(super) fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let key = value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer "))?.trim();
    (!key.is_empty()).then(|| key.to_owned())
}
