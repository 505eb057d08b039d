//! Answers as streams of server-sent events.

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::dialect::{Dialect, ToolPieces, UsageAt};
use super::super::model::{Answer, Call, Finish};
use super::super::template::Values;
use super::super::wire::{Chat, Frame, Part};
use super::whole::{call_values, finish, shape, timings, usage};

/// All frames of the answer, in order.
pub(super) fn frames(dialect: &Dialect, chat: &Chat, answer: &Answer, facts: &Values) -> Vec<Frame> {
    let mut stream = Stream { dialect, chat, facts, frames: Vec::new(), role_due: dialect.role_first };
    for comment in &dialect.preamble {
        stream.frames.push(frame(Part::Comment, format!(": {comment}\n\n")));
    }
    stream.opening(answer);
    for thought in &answer.reasoning {
        if let Some(delta) = dialect.shape("think") {
            let delta = Values::default().with("text", thought.as_str()).fill(delta);
            stream.delta(Part::Thought, "chunk", delta, &Values::default());
        }
    }
    stream.text(answer);
    let last = stream.calls(&answer.calls);
    stream.ending(answer, last);
    stream.frames.push(done());
    stream.frames
}

/// The error that a broken stream ends with.
pub(super) fn error_frames(dialect: &Dialect, facts: &Values) -> Vec<Frame> {
    let event = if dialect.error_event { "event: error\n" } else { "" };
    let body = facts.fill(shape(dialect, "stream_error"));
    let mut frames = vec![frame(Part::Error, format!("{event}data: {body}\n\n"))];
    if dialect.done_after_error {
        frames.push(done());
    }
    frames
}

/// A stream of this one body.
pub(super) fn lone(body: &Value) -> Vec<Frame> {
    vec![frame(Part::Opening, format!("data: {body}\n\n")), done()]
}

fn frame(part: Part, text: String) -> Frame {
    Frame { part, bytes: Bytes::from(text) }
}

fn done() -> Frame {
    frame(Part::Done, "data: [DONE]\n\n".to_owned())
}

/// A stream in the making.
struct Stream<'a> {
    dialect: &'a Dialect,
    chat: &'a Chat,
    facts: &'a Values,
    frames: Vec<Frame>,
    /// The next delta is the first and names the role.
    role_due: bool,
}

impl Stream<'_> {
    /// Adds a chunk with this delta.
    fn delta(&mut self, part: Part, template: &str, mut delta: Value, more: &Values) {
        if std::mem::take(&mut self.role_due)
            && let Value::Object(fields) = &mut delta
        {
            fields.insert("role".to_owned(), json!("assistant"));
        }
        let mut values = more.clone().with("delta", delta).or(self.facts);
        if self.chat.usage {
            // Who reports usage on a chunk of its own says null on the others, if the field is there.
            values = values.or(&Values::default().with("usage", Value::Null));
        }
        values.set("noise", noise());
        let template = self.dialect.shape(template).or(self.dialect.shape("chunk")).unwrap_or(&Value::Null);
        self.frames.push(frame(part, format!("data: {}\n\n", values.fill(template))));
    }

    fn opening(&mut self, answer: &Answer) {
        let with_calls = if answer.calls.is_empty() { None } else { self.dialect.shape("first_calls") };
        // With blocks the role comes with the first of them.
        self.role_due |= self.chat.blocks;
        let first = with_calls.or(self.dialect.shape("first")).filter(|_| !self.chat.blocks);
        if let Some(first) = first {
            self.delta(Part::Opening, "first_chunk", first.clone(), &Values::default());
        }
    }

    fn text(&mut self, answer: &Answer) {
        let block = self.dialect.shape("text_block").filter(|_| self.chat.blocks);
        let template = block.or(self.dialect.shape("text")).unwrap_or(&Value::Null);
        for text in &answer.chunks {
            let values = Values::default().with("text", text.as_str());
            self.delta(Part::Content, "chunk", values.fill(template), &values);
        }
    }

    /// Adds the calls; those that belong on the last chunk are given back as its delta.
    fn calls(&mut self, calls: &[Call]) -> Option<Value> {
        let wrapped =
            |calls: Vec<Value>| Values::default().with("calls", calls).fill(shape(self.dialect, "calls"));
        let pieces: Vec<Vec<Value>> =
            calls.iter().enumerate().map(|(index, call)| self.pieces(index, call)).collect();
        if pieces.is_empty() {
            return None;
        }
        let deltas: Vec<Value> = match self.dialect.tool_pieces {
            ToolPieces::Finish => return Some(wrapped(pieces.concat())),
            ToolPieces::Together => vec![wrapped(pieces.concat())],
            ToolPieces::Whole | ToolPieces::Parts => {
                pieces.into_iter().flatten().map(|piece| wrapped(vec![piece])).collect()
            }
        };
        for delta in deltas {
            self.delta(Part::Content, "chunk", delta, &Values::default());
        }
        None
    }

    /// One call in as many pieces as the dialect makes of it.
    fn pieces(&self, index: usize, call: &Call) -> Vec<Value> {
        let arguments = call.arguments.to_string();
        let head = shape(self.dialect, "call_head");
        let values = call_values(self.dialect, index, call);
        if self.dialect.tool_pieces != ToolPieces::Parts {
            return vec![values.with("arguments", arguments).fill(head)];
        }
        let middle = arguments.char_indices().nth(arguments.chars().count() / 2).map_or(0, |(at, _)| at);
        let (left, right) = arguments.split_at(middle);
        let mut pieces = vec![values.clone().with("arguments", "").fill(head)];
        for part in [left, right].into_iter().filter(|part| !part.is_empty()) {
            pieces.push(values.clone().with("arguments", part).fill(shape(self.dialect, "call_more")));
        }
        pieces
    }

    fn ending(&mut self, answer: &Answer, last_delta: Option<Value>) {
        let wanted = self.chat.usage || !self.dialect.usage_asked;
        let usage = usage(self.dialect, answer.tokens);
        let finish = finish(self.dialect, answer.finish);
        let mut values = Values::default().with("finish", finish).with("text", "");
        let at = self.dialect.usage_at;
        if wanted && at == UsageAt::Finish {
            values.set("usage", usage.clone());
        }
        let part = if answer.finish == Finish::ToolCalls && last_delta.is_some() {
            Part::Content
        } else {
            Part::Finish
        };
        let delta = last_delta.unwrap_or_else(|| self.end());
        self.delta(part, "finish_chunk", delta, &values);
        if wanted && at == UsageAt::Own {
            values.set("usage", usage);
            values.set("timings", timings(answer.tokens));
            values.set("noise", noise());
            let body = values.or(self.facts).fill(shape(self.dialect, "usage_chunk"));
            self.frames.push(frame(Part::Usage, format!("data: {body}\n\n")));
        }
    }

    fn end(&self) -> Value {
        Values::default().fill(shape(self.dialect, "end"))
    }
}

/// Padding of random length, against guesses from the size of chunks.
fn noise() -> String {
    "xK3vQ9mZ7b".chars().take(fastrand::usize(0..=10)).collect()
}
