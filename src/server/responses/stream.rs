//! Answers as streams: numbered events of items that are added, grow and are done.

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::dialect::{Frames, Kept, restarted};
use super::{Identity, Numbers, output};
use crate::chat::{Event, ToolCall};
use crate::router::Completion;

/// Turns an answer into the events of one stream.
#[derive(Debug)]
pub(super) struct Items {
    identity: Identity,
    numbers: Numbers,
    /// Who answers, as far as is known.
    model: String,
    begun: bool,
    /// The item that is open, and its text so far.
    open: Option<(Kind, String)>,
    /// Whether what is open is of somebody who gave no answer then.
    stale: bool,
    done: Vec<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Reasoning,
}

impl Items {
    pub(super) fn new(identity: Identity, numbers: Numbers) -> Self {
        let model = identity.asked.clone();
        Self { identity, numbers, model, begun: false, open: None, stale: false, done: Vec::new() }
    }

    fn begin(&mut self, out: &mut String) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        let response = output::response(&self.identity, &self.model, "in_progress", &[]);
        for name in ["response.created", "response.in_progress"] {
            *out += &self.numbers.event(name, json!({"response": response}));
        }
    }

    fn id(&self, kind: &str) -> String {
        output::id(&self.identity, kind, self.done.len())
    }

    /// An event about the item that is open.
    fn of_item(&self, name: &str, id: &str, mut more: Value, out: &mut String) {
        more["item_id"] = json!(id);
        more["output_index"] = json!(self.done.len());
        *out += &self.numbers.event(name, more);
    }

    fn added(&self, item: &Value, out: &mut String) {
        let event = json!({"output_index": self.done.len(), "item": item});
        *out += &self.numbers.event("response.output_item.added", event);
    }

    fn finished(&mut self, item: Value, out: &mut String) {
        let event = json!({"output_index": self.done.len(), "item": item});
        *out += &self.numbers.event("response.output_item.done", event);
        self.done.push(item);
    }

    fn start(&mut self, kind: Kind, out: &mut String) {
        match kind {
            Kind::Text => {
                let id = self.id("msg");
                self.added(&output::message(&id, "in_progress", ""), out);
                let part = json!({"content_index": 0, "part": output::text_part("")});
                self.of_item("response.content_part.added", &id, part, out);
            }
            Kind::Reasoning => {
                let id = self.id("rs");
                self.added(&output::reasoning(&id, ""), out);
                let part = json!({"summary_index": 0, "part": {"type": "summary_text", "text": ""}});
                self.of_item("response.reasoning_summary_part.added", &id, part, out);
            }
        }
        self.open = Some((kind, String::new()));
        self.stale = false;
    }

    fn close(&mut self, out: &mut String) {
        let Some((kind, text)) = self.open.take() else { return };
        match kind {
            Kind::Text => {
                let id = self.id("msg");
                let done = json!({"content_index": 0, "text": text, "logprobs": []});
                self.of_item("response.output_text.done", &id, done, out);
                let part = json!({"content_index": 0, "part": output::text_part(&text)});
                self.of_item("response.content_part.done", &id, part, out);
                self.finished(output::message(&id, "completed", &text), out);
            }
            Kind::Reasoning => {
                let id = self.id("rs");
                let done = json!({"summary_index": 0, "text": text});
                self.of_item("response.reasoning_summary_text.done", &id, done, out);
                let part = json!({"summary_index": 0, "part": {"type": "summary_text", "text": text}});
                self.of_item("response.reasoning_summary_part.done", &id, part, out);
                self.finished(output::reasoning(&id, &text), out);
            }
        }
    }

    fn piece(&mut self, kind: Kind, delta: &str) -> String {
        let mut out = String::new();
        self.begin(&mut out);
        if self.stale || self.open.as_ref().is_none_or(|(open, _)| *open != kind) {
            self.close(&mut out);
            self.start(kind, &mut out);
        }
        if let Some((_, text)) = &mut self.open {
            text.push_str(delta);
        }
        match kind {
            Kind::Text => {
                let more = json!({"content_index": 0, "delta": delta, "logprobs": []});
                self.of_item("response.output_text.delta", &self.id("msg"), more, &mut out);
            }
            Kind::Reasoning => {
                let more = json!({"summary_index": 0, "delta": delta});
                self.of_item("response.reasoning_summary_text.delta", &self.id("rs"), more, &mut out);
            }
        }
        out
    }

    fn call(&mut self, call: &ToolCall) -> String {
        let mut out = String::new();
        self.begin(&mut out);
        self.close(&mut out);
        let id = self.id("fc");
        self.added(&output::function_call(&id, "in_progress", call), &mut out);
        let delta = json!({"delta": call.arguments});
        self.of_item("response.function_call_arguments.delta", &id, delta, &mut out);
        let done = json!({"arguments": call.arguments, "name": call.name});
        self.of_item("response.function_call_arguments.done", &id, done, &mut out);
        self.finished(output::function_call(&id, "completed", call), &mut out);
        out
    }
}

impl Frames for Items {
    fn trying(&mut self, model: &str) {
        if !self.begun {
            model.clone_into(&mut self.model);
        }
        // Somebody else's thoughts are an item of their own.
        self.stale = self.open.as_ref().is_some_and(|(kind, _)| *kind == Kind::Reasoning);
    }

    fn event(&mut self, event: &Event) -> Option<(Bytes, bool)> {
        let (frames, answer) = match event {
            Event::Text(text) if !text.is_empty() => (self.piece(Kind::Text, text), true),
            Event::Reasoning(text) if !text.is_empty() => (self.piece(Kind::Reasoning, text), false),
            Event::ToolCall(call) => (self.call(call), true),
            _ => return None,
        };
        Some((Bytes::from(frames), answer))
    }

    fn restart(&mut self, model: &str) -> Bytes {
        let mut out = String::new();
        self.close(&mut out);
        Bytes::from(out + &restarted(model))
    }

    fn kept(&self, completion: &Completion) -> Option<Kept> {
        super::kept(&self.identity, completion)
    }

    fn end(&mut self, completion: &Completion) -> Bytes {
        let mut out = String::new();
        self.begin(&mut out);
        self.close(&mut out);
        let items = std::mem::take(&mut self.done);
        let response = output::ended(&self.identity, &self.model, &items, completion);
        let name =
            if response["status"] == "completed" { "response.completed" } else { "response.incomplete" };
        out += &self.numbers.event(name, json!({"response": response}));
        Bytes::from(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_numbered_and_items_in_order() {
        let identity = Identity {
            id: "resp_7".into(),
            created: 7,
            asked: "auto".into(),
            terms: json!({}),
            store: false,
        };
        let mut items = Items::new(identity, Numbers::default());
        items.trying("a/m");
        let call = ToolCall { id: "1".into(), name: "f".into(), arguments: "{}".into(), signature: None };
        let mut text = String::new();
        for event in [
            Event::Reasoning("hm".into()),
            Event::Text("a".into()),
            Event::Text("b".into()),
            Event::ToolCall(call),
        ] {
            text += std::str::from_utf8(&items.event(&event).unwrap().0).unwrap();
        }
        let events: Vec<Value> =
            text.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok()).collect();
        for (number, event) in events.iter().enumerate() {
            assert_eq!(event["sequence_number"], number);
        }
        let done: Vec<&Value> =
            events.iter().filter(|event| event["type"] == "response.output_item.done").collect();
        let kinds: Vec<&str> = done.iter().map(|event| event["item"]["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["reasoning", "message", "function_call"]);
        assert_eq!(done[1]["item"]["content"][0]["text"], "ab");
        assert_eq!(
            (done[2]["output_index"].as_u64(), done[2]["item"]["id"].as_str()),
            (Some(2), Some("fc_702"))
        );
    }
}
