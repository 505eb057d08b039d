//! The seam between a stand-in and the protocol that it speaks.
//!
//! A wire turns requests into the model's terms and answers back into bytes. Whatever happens on the
//! way to the client (pacing, faults, limits) is done elsewhere and for every wire alike, which is why
//! a stream is handed over as frames that say what they are.

use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use serde_json::Value;

use super::dialect::{Dialect, Protocol};
use super::model::{Answer, Ask, Manner};
use super::openai::ChatCompletions;
use super::reply::Refusal;
use super::template::Values;

/// What a request wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// An answer; the model's name when the path has it.
    Chat { model: Option<String> },
    /// Vectors; the model's name when the path has it.
    Embeddings { model: Option<String> },
    /// The list of models.
    Models,
    /// One model.
    Model(String),
    /// A fixed page.
    Page(String),
}

/// A request for an answer, read from the wire.
#[derive(Clone, Debug)]
pub(super) struct Chat {
    pub(super) ask: Ask,
    pub(super) stream: bool,
    /// Usage was asked for in the stream.
    pub(super) usage: bool,
    /// The texts are to be wrapped in blocks, as some do for models that reason.
    pub(super) blocks: bool,
}

/// What a part of a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Comment,
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
    pub(super) name: Option<&'a str>,
    pub(super) manner: Manner,
}

/// A protocol.
pub(super) trait Wire: Send + Sync {
    /// What a request wants; `None` when there is nothing at this path.
    fn operation(&self, dialect: &Dialect, method: &Method, path: &str) -> Option<Operation>;

    /// The key that a request shows.
    fn key(&self, headers: &HeaderMap) -> Option<String>;

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

    /// Vectors for texts.
    fn embeddings(&self, reading: Reading<'_>, body: &Value) -> Result<Value, Refusal>;

    /// The list of models, or one of them.
    fn models(&self, dialect: &Dialect, one: Option<&str>) -> Value;
}

/// The code of a protocol.
pub(super) fn of(protocol: Protocol) -> &'static dyn Wire {
    match protocol {
        Protocol::ChatCompletions => &ChatCompletions,
    }
}
