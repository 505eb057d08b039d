//! What clients speak. A dialect reads a request into our own words and writes the answer, its stream and its errors in
//! the client's; what lies between is the same for all of them.

use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use serde_json::Value;

use super::refusal::Refusal;
use super::{anthropic, gemini, openai};
use crate::chat::{ChatRequest, Event};
use crate::router::Completion;

/// A vendor's format, by whose paths it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    OpenAi,
    Anthropic,
    Gemini,
}

/// A request, read.
#[derive(Debug)]
pub(super) struct Asked {
    /// What the client calls the model.
    pub(super) model: String,
    pub(super) request: ChatRequest,
    /// Whether the answer is to come as a stream.
    pub(super) stream: bool,
}

/// Writes the answer to one request.
pub(super) trait Voice: Send + Sync {
    /// The answer in one piece.
    fn whole(&self, completion: &Completion) -> Value;

    /// What the client may come back to.
    fn kept(&self, _completion: &Completion) -> Option<Kept> {
        None
    }

    /// The answer as a stream.
    fn stream(self: Box<Self>) -> Stream;
}

/// An answer that is told as it comes.
pub(super) struct Stream {
    pub(super) frames: Box<dyn Frames>,
    /// The end of an answer that is not whole: an error in the dialect's own shape, and no terminal marker.
    pub(super) broken: Box<dyn Fn(&Refusal) -> Bytes + Send + Sync>,
    /// What says that the stream lives, and is no part of the answer.
    pub(super) alive: Bytes,
    pub(super) content_type: &'static str,
}

/// An answer that is kept for the client to come back to.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) id: String,
    /// As the client is told.
    pub(super) response: Value,
}

/// Turns an answer into the frames of one stream, which has one identity whoever tells it.
pub(super) trait Frames: Send {
    /// Somebody is asked.
    fn trying(&mut self, model: &str);

    /// The frames of an event, and whether they hold a part of the answer; none if it is not shown. The end is not:
    /// whether it is one, the router has to say.
    fn event(&mut self, event: &Event) -> Option<(Bytes, bool)>;

    /// What was told so far is void: another answer begins.
    fn restart(&mut self, model: &str) -> Bytes;

    /// What the client may come back to.
    fn kept(&self, _completion: &Completion) -> Option<Kept> {
        None
    }

    /// The end of a whole answer.
    fn end(&mut self, completion: &Completion) -> Bytes;
}

impl Dialect {
    /// The dialect of a request. Errors are told in it even where the path leads nowhere.
    pub(super) fn of(method: &Method, path: &str, headers: &HeaderMap) -> Self {
        let gemini =
            path.starts_with("/v1beta") || (method == Method::POST && path.starts_with("/v1/models/"));
        match path {
            _ if gemini => Self::Gemini,
            _ if path.starts_with("/v1/messages") => Self::Anthropic,
            _ if path.starts_with("/v1/models") => Self::by_headers(headers),
            _ => Self::OpenAi,
        }
    }

    /// The dialect of who asks for models: the lists of all vendors stand at one path.
    pub(super) fn by_headers(headers: &HeaderMap) -> Self {
        if headers.contains_key("anthropic-version") {
            Self::Anthropic
        } else if headers.contains_key("x-goog-api-key") {
            Self::Gemini
        } else {
            Self::OpenAi
        }
    }

    /// Its word in logs.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
        }
    }

    /// An error as a body.
    pub(super) fn error(self, refusal: &Refusal, request_id: &str) -> Value {
        match self {
            Self::OpenAi => openai::error(refusal),
            Self::Anthropic => anthropic::error(refusal, request_id),
            Self::Gemini => gemini::error(refusal),
        }
    }
}

/// An event of a stream without a name.
pub(super) fn frame(value: &Value) -> Bytes {
    Bytes::from(format!("data: {value}\n\n"))
}

/// An event of a stream with a name.
pub(super) fn named(name: &str, value: &Value) -> String {
    format!("event: {name}\ndata: {value}\n\n")
}

/// The news that what was told is void, for clients that have said that they understand it. It is ours in every dialect.
pub(super) fn restarted(model: &str) -> String {
    named("aigw.restart", &serde_json::json!({"type": "aigw.restart", "model": model}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_the_dialect() {
        for (method, path, dialect) in [
            (Method::POST, "/v1/chat/completions", Dialect::OpenAi),
            (Method::GET, "/v1/models/gemini/flash", Dialect::OpenAi),
            (Method::POST, "/v1/models/flash:generateContent", Dialect::Gemini),
            (Method::GET, "/v1beta/models", Dialect::Gemini),
            (Method::POST, "/v1/messages/count_tokens", Dialect::Anthropic),
            (Method::GET, "/nowhere", Dialect::OpenAi),
        ] {
            assert_eq!(Dialect::of(&method, path, &HeaderMap::new()), dialect, "{path}");
        }
    }
}
