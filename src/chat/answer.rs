//! An answer, gathered from its events.

use super::{Event, FinishReason, ToolCall, Usage};

/// What a model said, as far as it came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// The text.
    pub text: String,
    /// What it thought.
    pub reasoning: String,
    /// The provider's proof that the thought is its own.
    pub signature: Option<String>,
    /// The tools it wants called.
    pub tool_calls: Vec<ToolCall>,
    /// Tokens used.
    pub usage: Usage,
    /// Why it ended; absent while it is not whole.
    pub finish: Option<FinishReason>,
}

impl Answer {
    /// Adds an event.
    pub fn push(&mut self, event: &Event) {
        match event {
            Event::Text(text) => self.text.push_str(text),
            Event::Reasoning(text) => self.reasoning.push_str(text),
            Event::Signature(signature) => self.signature = Some(signature.clone()),
            Event::ToolCall(call) => self.tool_calls.push(call.clone()),
            Event::Usage(usage) => self.usage.update(*usage),
            Event::Start { .. } | Event::Skipped(_) => {}
            Event::Finish(reason) => self.finish = Some(*reason),
        }
    }

    /// Whether nothing that was asked for has come yet.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.reasoning.is_empty() && self.tool_calls.is_empty()
    }
}
