//! Answers as streams: responses of which each has a piece, as events or as one array that grows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::dialect::{Frames, frame, restarted};
use super::{WIRE, answer};
use crate::chat::{Event, FinishReason, Part};
use crate::router::Completion;

/// What stands before the next element of an array. Whoever ends a stream that is not whole shares it.
#[derive(Debug, Clone, Default)]
pub(super) struct Comma(Arc<AtomicBool>);

impl Comma {
    pub(super) fn next(&self) -> &'static str {
        if self.0.swap(true, Ordering::Relaxed) { ",\n" } else { "[" }
    }
}

/// Turns an answer into the frames of one stream.
#[derive(Debug)]
pub(super) struct Responses {
    id: String,
    /// Who answers, as far as is known.
    model: String,
    /// Whether there is a part of the answer: then its name does not change any more.
    begun: bool,
    array: bool,
    comma: Comma,
}

impl Responses {
    pub(super) fn new(id: String, model: &str, array: bool) -> Self {
        Self { id, model: model.to_owned(), begun: false, array, comma: Comma::default() }
    }

    pub(super) fn comma(&self) -> Comma {
        self.comma.clone()
    }

    fn framed(&self, response: &Value) -> Bytes {
        if self.array { Bytes::from(format!("{}{response}", self.comma.next())) } else { frame(response) }
    }

    fn parts(&self, parts: &[Value]) -> Bytes {
        self.framed(&answer::response(&self.id, &self.model, parts, None, None))
    }
}

impl Frames for Responses {
    fn trying(&mut self, model: &str) {
        if !self.begun {
            model.clone_into(&mut self.model);
        }
    }

    fn event(&mut self, event: &Event) -> Option<(Bytes, bool)> {
        let (part, is_answer) = match event {
            Event::Text(text) => (Part::Text(text.clone()), true),
            Event::Reasoning(text) => (Part::Reasoning { text: text.clone(), signature: None }, false),
            Event::Signature(signature) if signature.wire == WIRE => {
                (Part::Reasoning { text: String::new(), signature: Some(signature.clone()) }, false)
            }
            Event::ToolCall(call) => (Part::ToolCall(call.clone()), true),
            _ => return None,
        };
        let mut parts = Vec::new();
        answer::part(&part, &mut parts);
        if parts.is_empty() {
            return None;
        }
        self.begun |= is_answer;
        Some((self.parts(&parts), is_answer))
    }

    fn restart(&mut self, model: &str) -> Bytes {
        if self.array {
            return self.framed(&json!({"aigwRestart": {"model": model}}));
        }
        Bytes::from(restarted(model))
    }

    fn end(&mut self, completion: &Completion) -> Bytes {
        let finish = completion.answer.finish.or(Some(FinishReason::Stop));
        let text = [json!({"text": ""})];
        let last = answer::response(&self.id, &self.model, &text, finish, Some(&completion.usage));
        let last = self.framed(&last);
        if self.array { Bytes::from([&last[..], b"]\n"].concat()) } else { last }
    }
}
