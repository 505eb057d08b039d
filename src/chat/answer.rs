//! An answer, gathered from its events.

use super::{Event, FinishReason, Message, Part, Role, Signature, ToolCall, Usage};

/// What a model said, as far as it came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// Text, thoughts and tool calls, in the order in which they came: some providers demand their own turns back
    /// exactly so.
    pub parts: Vec<Part>,
    /// Tokens used.
    pub usage: Usage,
    /// Why it ended; absent while it is not whole.
    pub finish: Option<FinishReason>,
}

impl Answer {
    /// Adds an event.
    pub fn push(&mut self, event: &Event) {
        match event {
            Event::Text(text) => self.text_piece(text),
            Event::Reasoning(text) => self.reasoning_piece(text),
            Event::Signature(signature) => self.signed(signature),
            Event::ToolCall(call) => self.parts.push(Part::ToolCall(call.clone())),
            Event::Usage(usage) => self.usage.update(*usage),
            Event::Start { .. } | Event::Skipped(_) => {}
            Event::Finish(reason) => self.finish = Some(*reason),
        }
    }

    /// The text of all parts.
    pub fn text(&self) -> String {
        let text = |part: &Part| if let Part::Text(text) = part { Some(text.clone()) } else { None };
        self.parts.iter().filter_map(text).collect()
    }

    /// What was thought, all of it.
    pub fn reasoning(&self) -> String {
        let text =
            |part: &Part| if let Part::Reasoning { text, .. } = part { Some(text.clone()) } else { None };
        self.parts.iter().filter_map(text).collect()
    }

    /// The tools that are to be called.
    pub fn tool_calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.parts.iter().filter_map(|part| if let Part::ToolCall(call) = part { Some(call) } else { None })
    }

    /// Whether nothing has come yet.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether there is something to read or to do: text, or a tool to call.
    pub fn says_something(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Text(_) | Part::ToolCall(_)))
    }

    /// The answer as the model's turn in a conversation that goes on.
    pub fn into_message(self) -> Message {
        Message { role: Role::Assistant, parts: self.parts }
    }

    fn text_piece(&mut self, piece: &str) {
        match self.parts.last_mut() {
            Some(Part::Text(text)) => text.push_str(piece),
            _ if piece.is_empty() => {}
            _ => self.parts.push(Part::Text(piece.to_owned())),
        }
    }

    /// A thought that was signed is complete: what follows it is another one.
    fn reasoning_piece(&mut self, piece: &str) {
        match self.parts.last_mut() {
            Some(Part::Reasoning { text, signature: None }) => text.push_str(piece),
            _ if piece.is_empty() => {}
            _ => self.parts.push(Part::Reasoning { text: piece.to_owned(), signature: None }),
        }
    }

    /// The signature of the thought that was just told; of one that was not told where there is none before it.
    fn signed(&mut self, new: &Signature) {
        match self.parts.last_mut() {
            Some(Part::Reasoning { signature: signature @ None, .. }) if !new.redacted => {
                *signature = Some(new.clone());
            }
            _ => self.parts.push(Part::Reasoning { text: String::new(), signature: Some(new.clone()) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(data: &str, redacted: bool) -> Signature {
        Signature { wire: "anthropic".into(), data: data.into(), redacted }
    }

    #[test]
    fn thoughts_text_and_calls_keep_their_order_and_their_signatures() {
        let call = ToolCall { id: "1".into(), name: "n".into(), arguments: "{}".into(), signature: None };
        let mut answer = Answer::default();
        for event in [
            Event::Reasoning("a".into()),
            Event::Reasoning("b".into()),
            Event::Signature(signature("s1", false)),
            Event::Signature(signature("hidden", true)),
            Event::Text("x".into()),
            Event::Reasoning("c".into()),
            Event::Signature(signature("s2", false)),
            Event::Signature(signature("untold", false)),
            Event::ToolCall(call.clone()),
            Event::Text("y".into()),
            Event::Text("z".into()),
        ] {
            answer.push(&event);
        }
        let thought = |text: &str, data, redacted| Part::Reasoning {
            text: text.into(),
            signature: Some(signature(data, redacted)),
        };
        assert_eq!(
            answer.parts,
            [
                thought("ab", "s1", false),
                thought("", "hidden", true),
                Part::Text("x".into()),
                thought("c", "s2", false),
                thought("", "untold", false),
                Part::ToolCall(call),
                Part::Text("yz".into()),
            ]
        );
        assert_eq!((answer.text().as_str(), answer.reasoning().as_str()), ("xyz", "abc"));
    }

    #[test]
    fn empty_pieces_are_nothing() {
        let mut answer = Answer::default();
        answer.push(&Event::Text(String::new()));
        answer.push(&Event::Reasoning(String::new()));
        assert!(answer.is_empty() && !answer.says_something());
    }
}
