//! Answers as streams: a message that opens, blocks that open and close, a message that ends.

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::dialect::{Frames, named, restarted};
use super::{WIRE, answer};
use crate::chat::{Event, Signature, ToolCall, Usage};
use crate::router::Completion;

/// Turns an answer into the frames of one stream.
#[derive(Debug)]
pub(super) struct Blocks {
    id: String,
    /// Who answers, as far as is known.
    model: String,
    /// Whether the message was opened: then its name does not change any more.
    begun: bool,
    /// The block that is open.
    open: Option<Kind>,
    /// Whether what is open is of somebody who gave no answer then.
    stale: bool,
    /// The next block's index.
    next: usize,
    usage: Usage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
}

impl Kind {
    fn empty(self) -> Value {
        match self {
            Self::Text => json!({"type": "text", "text": ""}),
            Self::Thinking => json!({"type": "thinking", "thinking": "", "signature": ""}),
        }
    }
}

impl Blocks {
    pub(super) fn new(id: String, model: &str) -> Self {
        Self {
            id,
            model: model.to_owned(),
            begun: false,
            open: None,
            stale: false,
            next: 0,
            usage: Usage::default(),
        }
    }

    fn begin(&mut self, out: &mut String) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        let message = json!({
            "id": self.id, "type": "message", "role": "assistant", "model": self.model, "content": [],
            "stop_reason": null, "stop_sequence": null, "usage": answer::usage(&self.usage),
        });
        *out += &named("message_start", &json!({"type": "message_start", "message": message}));
    }

    /// The index of the block that is open.
    fn index(&self) -> usize {
        self.next.saturating_sub(1)
    }

    fn close(&mut self, out: &mut String) {
        if self.open.take().is_some() {
            self.stop(out);
        }
    }

    fn stop(&self, out: &mut String) {
        let event = json!({"type": "content_block_stop", "index": self.index()});
        *out += &named("content_block_stop", &event);
    }

    fn start(&mut self, block: &Value, out: &mut String) {
        let event = json!({"type": "content_block_start", "index": self.next, "content_block": block});
        *out += &named("content_block_start", &event);
        self.next += 1;
        self.stale = false;
    }

    fn delta(&self, delta: &Value, out: &mut String) {
        let event = json!({"type": "content_block_delta", "index": self.index(), "delta": delta});
        *out += &named("content_block_delta", &event);
    }

    /// More of a block of text or thoughts, which is opened where none of its kind is.
    fn piece(&mut self, kind: Kind, delta: &Value) -> String {
        let mut out = String::new();
        self.begin(&mut out);
        if self.open != Some(kind) || self.stale {
            self.close(&mut out);
            self.start(&kind.empty(), &mut out);
            self.open = Some(kind);
        }
        self.delta(delta, &mut out);
        out
    }

    fn call(&mut self, call: &ToolCall) -> String {
        let mut out = String::new();
        self.begin(&mut out);
        self.close(&mut out);
        self.start(&answer::opened(call), &mut out);
        self.delta(&json!({"type": "input_json_delta", "partial_json": call.arguments}), &mut out);
        self.stop(&mut out);
        out
    }

    fn signed(&mut self, signature: &Signature) -> Option<String> {
        if signature.wire != WIRE {
            return None;
        }
        if !signature.redacted {
            let out =
                self.piece(Kind::Thinking, &json!({"type": "signature_delta", "signature": signature.data}));
            // What is thought after it is another thought.
            return Some(self.closed(out));
        }
        let mut out = String::new();
        self.begin(&mut out);
        self.close(&mut out);
        self.start(&json!({"type": "redacted_thinking", "data": signature.data}), &mut out);
        self.open = Some(Kind::Thinking);
        Some(self.closed(out))
    }

    fn closed(&mut self, mut out: String) -> String {
        self.close(&mut out);
        out
    }
}

impl Frames for Blocks {
    fn trying(&mut self, model: &str) {
        if !self.begun {
            model.clone_into(&mut self.model);
        }
        // Somebody else's thoughts are a block of their own.
        self.stale = self.open == Some(Kind::Thinking);
    }

    fn event(&mut self, event: &Event) -> Option<(Bytes, bool)> {
        let (frames, answer) = match event {
            Event::Text(text) if !text.is_empty() => {
                (self.piece(Kind::Text, &json!({"type": "text_delta", "text": text})), true)
            }
            Event::Reasoning(text) if !text.is_empty() => {
                (self.piece(Kind::Thinking, &json!({"type": "thinking_delta", "thinking": text})), false)
            }
            Event::Signature(signature) => (self.signed(signature)?, false),
            Event::ToolCall(call) => (self.call(call), true),
            Event::Usage(usage) => {
                self.usage.update(*usage);
                return None;
            }
            _ => return None,
        };
        Some((Bytes::from(frames), answer))
    }

    fn restart(&mut self, model: &str) -> Bytes {
        let mut out = String::new();
        self.close(&mut out);
        Bytes::from(out + &restarted(model))
    }

    fn end(&mut self, completion: &Completion) -> Bytes {
        let mut out = String::new();
        self.begin(&mut out);
        self.close(&mut out);
        let delta =
            json!({"stop_reason": answer::stop_reason(completion.answer.finish), "stop_sequence": null});
        let usage = answer::usage(&completion.usage);
        out += &named("message_delta", &json!({"type": "message_delta", "delta": delta, "usage": usage}));
        out += &named("message_stop", &json!({"type": "message_stop"}));
        Bytes::from(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(blocks: &mut Blocks, event: &Event) -> Vec<String> {
        let frames = blocks.event(event).map(|(frames, _)| frames).unwrap_or_default();
        String::from_utf8(frames.to_vec())
            .unwrap()
            .lines()
            .filter_map(|line| line.strip_prefix("event: ").map(str::to_owned))
            .collect()
    }

    #[test]
    fn blocks_open_and_close_in_order() {
        let mut blocks = Blocks::new("msg_1".into(), "auto");
        blocks.trying("a/m");
        assert!(told(&mut blocks, &Event::Usage(Usage::default())).is_empty());
        let thought = Event::Reasoning("hm".into());
        assert_eq!(
            told(&mut blocks, &thought),
            ["message_start", "content_block_start", "content_block_delta"]
        );
        assert_eq!(told(&mut blocks, &thought), ["content_block_delta"]);
        // Somebody else begins: the thought of the first is over.
        blocks.trying("b/m");
        assert_eq!(
            told(&mut blocks, &thought),
            ["content_block_stop", "content_block_start", "content_block_delta"]
        );
        let signature = Signature { wire: WIRE.into(), data: "s".into(), redacted: false };
        assert_eq!(
            told(&mut blocks, &Event::Signature(signature)),
            ["content_block_delta", "content_block_stop"]
        );
        assert_eq!(
            told(&mut blocks, &Event::Text("so".into())),
            ["content_block_start", "content_block_delta"]
        );
        // The rest of a text that broke belongs to it.
        blocks.trying("c/m");
        assert_eq!(told(&mut blocks, &Event::Text("on".into())), ["content_block_delta"]);
        let call = ToolCall { id: "1".into(), name: "f".into(), arguments: "{}".into(), signature: None };
        let whole =
            ["content_block_stop", "content_block_start", "content_block_delta", "content_block_stop"];
        assert_eq!(told(&mut blocks, &Event::ToolCall(call)), whole);
        assert_eq!((blocks.next, blocks.model.as_str()), (4, "a/m"));
    }
}
