//! Answers as streams of responses, without any terminal marker: the one that says why it ended is the
//! last.

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::dialect::Dialect;
use super::super::model::{self, Answer, Tokens};
use super::super::template::Values;
use super::super::wire::{Chat, Frame, Part};
use super::answer::{call_parts, candidate, response, sign_text};

/// All frames of the answer, in order.
pub(super) fn frames(dialect: &Dialect, chat: &Chat, answer: &Answer, facts: &Values) -> Vec<Frame> {
    let mut tokens = Tokens { output: 0, ..answer.tokens };
    let mut frames = Vec::new();
    if chat.thoughts {
        for thought in &answer.reasoning {
            let part = json!({"text": thought, "thought": true});
            frames.push(frame(Part::Thought, &response(dialect, candidate(&[part], None), tokens, facts)));
        }
    }
    for text in &answer.chunks {
        tokens.output = tokens.output.saturating_add(model::count(text));
        let part = json!({"text": text});
        frames.push(frame(Part::Content, &response(dialect, candidate(&[part], None), tokens, facts)));
    }
    for part in call_parts(chat, answer) {
        tokens.output = answer.tokens.output;
        frames.push(frame(Part::Content, &response(dialect, candidate(&[part], None), tokens, facts)));
    }
    let mut last = json!({"text": ""});
    if answer.calls.is_empty() {
        sign_text(chat, &mut last);
    }
    let last = candidate(&[last], Some(answer));
    frames.push(frame(Part::Finish, &response(dialect, last, answer.tokens, facts)));
    frames
}

/// The error that a broken stream ends with.
pub(super) fn error_frames(dialect: &Dialect, facts: &Values) -> Vec<Frame> {
    vec![frame(Part::Error, &facts.fill(dialect.shape("stream_error").unwrap_or(&Value::Null)))]
}

/// A response, and a stream of nothing but it.
pub(super) fn lone(body: Value) -> (Value, Vec<Frame>) {
    let frames = vec![frame(Part::Opening, &body)];
    (body, frames)
}

fn frame(part: Part, body: &Value) -> Frame {
    Frame { part, bytes: Bytes::from(format!("data: {body}\r\n\r\n")) }
}
