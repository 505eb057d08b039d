//! An answer, gathered from its events.

use super::{Event, FinishReason, Part, Role, ToolCall, Usage};

/// What a model said, as far as it came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// The text.
    pub text: String,
    /// What it thought.
    pub reasoning: String,
    /// The tools it wants called.
    pub tool_calls: Vec<ToolCall>,
    /// Tokens used.
    pub usage: Usage,
    /// Why it ended; absent while it is not whole.
    pub finish: Option<FinishReason>,
    /// The model that answered, in the provider's words.
    pub model: Option<String>,
    /// How many events could not be read and were skipped.
    pub skipped: usize,
}

impl Answer {
    /// Adds an event.
    pub fn push(&mut self, event: &Event) {
        match event {
            Event::Start { model, .. } => self.model.clone_from(model),
            Event::Text(text) => self.text.push_str(text),
            Event::Reasoning(text) => self.reasoning.push_str(text),
            Event::ToolCall(call) => self.tool_calls.push(call.clone()),
            Event::Usage(usage) => self.usage.update(*usage),
            Event::Skipped(_) => self.skipped += 1,
            Event::Finish(reason) => self.finish = Some(*reason),
        }
    }

    /// Whether nothing that was asked for has come yet.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.reasoning.is_empty() && self.tool_calls.is_empty()
    }

    /// The answer as the message that goes into the conversation.
    pub fn into_message(self) -> super::Message {
        let mut parts = Vec::new();
        if !self.reasoning.is_empty() {
            parts.push(Part::Reasoning { text: self.reasoning, signature: None });
        }
        if !self.text.is_empty() {
            parts.push(Part::Text(self.text));
        }
        parts.extend(self.tool_calls.into_iter().map(Part::ToolCall));
        super::Message { role: Role::Assistant, parts }
    }
}
