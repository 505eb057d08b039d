//! Answers as streams of named events: blocks that open, grow and close.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::super::dialect::Dialect;
use super::super::model::{Answer, Call};
use super::super::seal::seal;
use super::super::template::Values;
use super::super::wire::{Frame, Part};
use super::answer::{call_block, ending, usage};

/// All frames of the answer, in order.
pub(super) fn frames(dialect: &Dialect, answer: &Answer, facts: &Values) -> Vec<Frame> {
    let mut stream = Stream { frames: Vec::new(), blocks: 0, pinged: false };
    let start = Values::default().with("usage", usage(dialect, "first_usage", answer.tokens)).or(facts);
    stream.start(&start.fill(dialect.shape("whole").unwrap_or(&Value::Null)));
    if !answer.reasoning.is_empty() {
        stream.thoughts(&answer.reasoning);
    }
    if !answer.chunks.is_empty() {
        stream.open(&json!({"type": "text", "text": ""}));
        for text in &answer.chunks {
            stream.delta(Part::Content, &json!({"type": "text_delta", "text": text}));
        }
        stream.close();
    }
    for call in &answer.calls {
        stream.call(&call_block(dialect, call), call);
    }
    let values = ending(answer).with("usage", usage(dialect, "last_usage", answer.tokens));
    stream.finish(&values.fill(dialect.shape("message_delta").unwrap_or(&Value::Null)));
    stream.frames
}

/// The events of a message without any block.
pub(super) fn bare(message: &Value) -> Vec<Frame> {
    let mut stream = Stream { frames: Vec::new(), blocks: 0, pinged: true };
    // What is known at the end only does not stand at the beginning.
    let mut first = message.clone();
    let mut delta = Map::new();
    for name in ["stop_reason", "stop_details"] {
        if let Some(field) = first.get_mut(name) {
            delta.insert(name.to_owned(), field.take());
        }
    }
    stream.start(&first);
    if delta.get("stop_reason").is_none_or(Value::is_null) {
        stream.end();
    } else {
        let usage = json!({"output_tokens": 0});
        stream.finish(&json!({"type": "message_delta", "delta": delta, "usage": usage}));
    }
    stream.frames
}

/// The error that a broken stream ends with.
pub(super) fn error_frames(dialect: &Dialect, facts: &Values) -> Vec<Frame> {
    let body = facts.fill(dialect.shape("stream_error").unwrap_or(&Value::Null));
    vec![frame(Part::Error, &body)]
}

/// An event that is called what its body says it is.
fn frame(part: Part, body: &Value) -> Frame {
    let name = body.get("type").and_then(Value::as_str).unwrap_or_default();
    Frame { part, bytes: Bytes::from(format!("event: {name}\ndata: {body}\n\n")) }
}

/// A stream in the making.
struct Stream {
    frames: Vec<Frame>,
    /// Blocks that have been closed: the index of the one that is open.
    blocks: usize,
    pinged: bool,
}

impl Stream {
    fn send(&mut self, part: Part, body: &Value) {
        self.frames.push(frame(part, body));
    }

    fn start(&mut self, message: &Value) {
        self.send(Part::Opening, &json!({"type": "message_start", "message": message}));
    }

    fn open(&mut self, block: &Value) {
        let index = self.blocks;
        self.send(
            Part::Opening,
            &json!({"type": "content_block_start", "index": index, "content_block": block}),
        );
        // The real one sends its first sign of life here.
        if !std::mem::replace(&mut self.pinged, true) {
            self.send(Part::Comment, &json!({"type": "ping"}));
        }
    }

    fn delta(&mut self, part: Part, delta: &Value) {
        self.send(part, &json!({"type": "content_block_delta", "index": self.blocks, "delta": delta}));
    }

    fn close(&mut self) {
        self.send(Part::Opening, &json!({"type": "content_block_stop", "index": self.blocks}));
        self.blocks += 1;
    }

    fn thoughts(&mut self, thoughts: &[String]) {
        self.open(&json!({"type": "thinking", "thinking": "", "signature": ""}));
        for thought in thoughts {
            self.delta(Part::Thought, &json!({"type": "thinking_delta", "thinking": thought}));
        }
        let signature = seal(&thoughts.concat());
        self.delta(Part::Thought, &json!({"type": "signature_delta", "signature": signature}));
        self.close();
    }

    fn call(&mut self, block: &Value, call: &Call) {
        self.open(block);
        let arguments = call.arguments.to_string();
        let middle = arguments.char_indices().nth(arguments.chars().count() / 2).map_or(0, |(at, _)| at);
        let (left, right) = arguments.split_at(middle);
        for piece in ["", left, right] {
            self.delta(Part::Content, &json!({"type": "input_json_delta", "partial_json": piece}));
        }
        self.close();
    }

    fn finish(&mut self, delta: &Value) {
        self.send(Part::Finish, delta);
        self.end();
    }

    fn end(&mut self) {
        self.send(Part::Done, &json!({"type": "message_stop"}));
    }
}
