//! The protocols: one codec per wire format, and nothing but translation in it.
//!
//! A codec is synchronous and does no I/O, so that a request can be checked against a snapshot and a recorded answer
//! against its events, without a runtime or a socket.

pub mod anthropic;
mod encode;
mod finish;
pub mod gemini;
mod json_schema;
pub mod openai;
pub mod replicate;
mod think;
mod vectors;

use std::time::Duration;

use serde_json::Value;

use super::error_body::{ErrorBody, looks_like_html, one_line};
use super::sse::SseEvent;
use super::{Model, Provider, WireFormat};
use crate::chat::{ChatRequest, EmbedRequest, Embeddings, Event, Failure, FailureClass};

/// A codec for one wire format.
pub trait Wire: Send + Sync {
    /// The path under which a model says what it takes, where a request cannot be written without knowing that.
    fn description(&self, _model: &Model) -> Option<String> {
        None
    }

    /// What of such a description [`encode`](Self::encode) needs.
    fn describe(&self, _body: &[u8]) -> Result<Value, Failure> {
        Ok(Value::Null)
    }

    /// The header that carries the bare key, where it is not `authorization: Bearer`.
    fn key_header(&self) -> Option<&'static str> {
        None
    }

    /// Headers that every request has.
    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Writes a request as this provider takes it. The error is a failure of class `unsupported`: something in the
    /// request cannot be said on this wire and must not be dropped silently.
    fn encode(&self, target: &Target<'_>, request: &ChatRequest) -> Result<Encoded, Failure>;

    /// Reads a body that came with a good status.
    fn decode(&self, target: &Target<'_>, body: &[u8]) -> Result<Reply, Failure>;

    /// Begins to read an answer that comes as events.
    fn decoder(&self, target: &Target<'_>) -> Box<dyn EventDecoder>;

    /// Writes a request for vectors, in the ways in which it may be put, best first: the next one is for a provider that
    /// does not know the one before.
    fn encode_embed(&self, _target: &Target<'_>, _request: &EmbedRequest) -> Result<Vec<Encoded>, Failure> {
        Err(encode::unsupported("input", "this wire format has no embeddings"))
    }

    /// The most texts that one request may have.
    fn most_texts(&self) -> usize {
        2048
    }

    /// Reads the vectors of so many texts.
    fn decode_embed(&self, _body: &[u8], _texts: usize) -> Result<Embeddings, Failure> {
        Err(malformed("this wire format has no embeddings"))
    }
}

/// Reads an answer event by event.
pub trait EventDecoder: Send {
    /// Takes one server-sent event and adds what it means to `out`. After an error nothing more is asked.
    fn event(&mut self, event: &SseEvent<'_>, out: &mut Vec<Event>) -> Result<Progress, Failure>;

    /// The upstream closed the stream. An error means that the answer is not whole.
    fn end(&mut self, out: &mut Vec<Event>) -> Result<(), Failure>;
}

/// What a body with a good status is.
pub enum Reply {
    /// The answer.
    Whole(Vec<Event>),
    /// The word that an answer is being made.
    Pending(Pending),
}

/// An answer that is being made, and where it is.
pub struct Pending {
    /// What is known of it so far.
    pub events: Vec<Event>,
    /// The address of its events, if it has one.
    pub stream: Option<String>,
    /// The path of its state.
    pub state: String,
    /// The path at which it is cancelled.
    pub cancel: String,
    /// Reads the rest of it.
    pub decoder: Box<dyn StateDecoder>,
}

/// Reads an answer that has a state of its own at the provider.
pub trait StateDecoder: EventDecoder {
    /// Takes the state and adds what nobody has told yet. [`Progress::Closed`] when the answer is whole.
    fn state(&mut self, body: &[u8], out: &mut Vec<Event>) -> Result<Progress, Failure>;

    /// Whether nothing is being made any more, well or not.
    fn is_over(&self) -> bool;
}

/// How far an answer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The event said nothing: a ping.
    Nothing,
    /// More is to come.
    More,
    /// The answer is whole; figures and a terminal marker may still follow.
    Whole,
    /// The terminal marker came: nothing follows.
    Closed,
}

/// What a request is written for.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The provider.
    pub provider: &'a Provider,
    /// The model.
    pub model: &'a Model,
    /// Parameters that this provider has already refused in this request.
    pub without: &'a [String],
    /// What the model says that it takes, on wires where it does.
    pub description: Option<&'a Value>,
    /// How much time there is.
    pub within: Duration,
}

/// A request, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// What follows the provider's base URL.
    pub path: String,
    /// Headers of this request alone, with their names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON body.
    pub body: Vec<u8>,
    /// What was asked for and left out, because this provider or model refuses it and the answer does not hang on it.
    pub dropped: Vec<String>,
}

/// The codec of a wire format.
pub fn codec(format: WireFormat) -> &'static dyn Wire {
    match format {
        WireFormat::Openai => &openai::OpenAi,
        WireFormat::Anthropic => &anthropic::Anthropic,
        WireFormat::Gemini => &gemini::Gemini,
        WireFormat::Replicate => &replicate::Replicate,
    }
}

/// Something that is not the protocol.
fn malformed(message: impl Into<String>) -> Failure {
    Failure::new(FailureClass::Malformed, message)
}

/// The news that an event of a stream could not be read.
fn unreadable(data: &[u8]) -> Event {
    let shown = one_line(&String::from_utf8_lossy(&data[..data.len().min(60)]));
    Event::Skipped(format!("an event of the stream could not be read: {shown}"))
}

/// A body that should be JSON, without the blank lines that some send before it to keep a connection alive.
fn trimmed(body: &[u8]) -> Result<&[u8], Failure> {
    let body = body.trim_ascii();
    if body.is_empty() {
        return Err(malformed("an empty body"));
    }
    if looks_like_html(body) {
        return Err(malformed(ErrorBody::read(body).message));
    }
    Ok(body)
}
