//! Answers as streams: `chat.completion.chunk`s, one identity for all of them.

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::dialect::{Frames, restarted};
use super::{Identity, answer};
use crate::chat::{Event, FinishReason, Usage};
use crate::router::Completion;

/// Turns an answer into the frames of one stream.
#[derive(Debug)]
pub(super) struct Chunks {
    identity: Identity,
    /// Who answers, as far as is known.
    model: String,
    /// Whether the client wants the tokens told.
    usage: bool,
    /// What stands before the delta in every frame.
    head: String,
    sent: Sent,
    calls: usize,
}

/// What the client has by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sent {
    Nothing,
    /// Thoughts, of somebody who gave no answer then.
    Abandoned,
    /// Thoughts at most. They are no part of the answer: somebody else may still give it.
    Thoughts,
    /// A part of the answer.
    Answer,
}

impl Chunks {
    pub(super) fn new(identity: Identity, model: &str, usage: bool) -> Self {
        let mut chunks = Self {
            identity,
            model: String::new(),
            usage,
            head: String::new(),
            sent: Sent::Nothing,
            calls: 0,
        };
        chunks.trying(model);
        chunks
    }
}

impl Frames for Chunks {
    /// Whoever begins the answer gives the stream its name: then it does not change any more.
    fn trying(&mut self, model: &str) {
        if self.sent == Sent::Answer {
            return;
        }
        if self.sent == Sent::Thoughts {
            self.sent = Sent::Abandoned;
        }
        model.clone_into(&mut self.model);
        self.head = format!(
            r#"data: {{"id":"{}","object":"chat.completion.chunk","created":{},"model":{},"choices":[{{"index":0,"delta":"#,
            self.identity.id,
            self.identity.created,
            json!(model),
        );
    }

    fn event(&mut self, event: &Event) -> Option<(Bytes, bool)> {
        let (delta, sent) = match event {
            Event::Text(text) if !text.is_empty() => (json!({"content": text}), Sent::Answer),
            Event::Reasoning(text) if !text.is_empty() => {
                let seam = if self.sent == Sent::Abandoned { "\n\n" } else { "" };
                (json!({"reasoning_content": format!("{seam}{text}")}), self.sent.max(Sent::Thoughts))
            }
            Event::ToolCall(call) => {
                let mut call = answer::call(call);
                call["index"] = json!(self.calls);
                self.calls += 1;
                (json!({"tool_calls": [call]}), Sent::Answer)
            }
            _ => return None,
        };
        let mut frames = self.opening();
        self.sent = sent;
        self.frame(&mut frames, &delta, None);
        Some((Bytes::from(frames), sent == Sent::Answer))
    }

    fn restart(&mut self, model: &str) -> Bytes {
        self.sent = Sent::Nothing;
        self.trying(model);
        self.calls = 0;
        Bytes::from(restarted(model))
    }

    fn end(&mut self, completion: &Completion) -> Bytes {
        let mut frames = self.opening();
        self.frame(&mut frames, &json!({}), completion.answer.finish.or(Some(FinishReason::Stop)));
        if self.usage {
            frames += &self.tokens(&completion.usage);
        }
        frames += "data: [DONE]\n\n";
        Bytes::from(frames)
    }
}

impl Chunks {
    /// The frame that names the role: before the first of the others, and with it.
    fn opening(&self) -> String {
        let mut frame = String::new();
        if self.sent == Sent::Nothing {
            self.frame(&mut frame, &json!({"role": "assistant", "content": ""}), None);
        }
        frame
    }

    fn frame(&self, out: &mut String, delta: &Value, finish: Option<FinishReason>) {
        let usage = if self.usage { r#","usage":null"# } else { "" };
        let finish = finish.map_or_else(|| "null".to_owned(), |finish| format!("\"{}\"", finish.as_str()));
        out.push_str(&self.head);
        out.push_str(&delta.to_string());
        out.push_str(r#","logprobs":null,"finish_reason":"#);
        out.push_str(&finish);
        out.push_str("}]");
        out.push_str(usage);
        out.push_str("}\n\n");
    }

    fn tokens(&self, usage: &Usage) -> String {
        let chunk = json!({
            "id": self.identity.id,
            "object": "chat.completion.chunk",
            "created": self.identity.created,
            "model": self.model,
            "choices": [],
            "usage": answer::usage(usage),
        });
        format!("data: {chunk}\n\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks() -> Chunks {
        Chunks::new(Identity { id: "chatcmpl-1".into(), created: 7 }, "auto", false)
    }

    fn told(chunks: &mut Chunks, event: &Event) -> (String, bool) {
        let (bytes, answer) = chunks.event(event).unwrap();
        (String::from_utf8(bytes.to_vec()).unwrap(), answer)
    }

    #[test]
    fn the_role_comes_first_and_once() {
        let mut chunks = chunks();
        chunks.trying("a/m");
        let (text, answer) = told(&mut chunks, &Event::Text("hi \"you\"".into()));
        let role = r#"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"a/m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}"#;
        let content = role.replace(r#"{"role":"assistant","content":""}"#, r#"{"content":"hi \"you\""}"#);
        assert_eq!(text, format!("{role}\n\n{content}\n\n"));
        assert!(answer && !told(&mut chunks, &Event::Text("x".into())).0.contains("role"));
        assert!(chunks.event(&Event::Text(String::new())).is_none());
    }

    #[test]
    fn thoughts_are_no_answer_and_whoever_begins_it_names_the_stream() {
        let mut chunks = chunks();
        chunks.trying("a/m");
        assert!(!told(&mut chunks, &Event::Reasoning("hm".into())).1);
        chunks.trying("b/m");
        let (text, _) = told(&mut chunks, &Event::Reasoning("well".into()));
        assert!(text.contains(r#""reasoning_content":"\n\nwell""#) && text.contains("b/m"), "{text}");
        assert!(told(&mut chunks, &Event::Text("so".into())).1);
        chunks.trying("c/m");
        assert!(told(&mut chunks, &Event::Text("on".into())).0.contains("b/m"));
    }
}
