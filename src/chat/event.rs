//! What happens while a model answers, as the wires report it.

use super::{FinishReason, Signature, ToolCall, Usage};

/// One event of an answer. Streaming is the primitive: an answer that came whole is a few of these.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Who answers, as the provider names it. At most once, before everything else.
    Start {
        /// The provider's id of the answer.
        id: Option<String>,
        /// The model that answers, which may be a dated name of the one that was asked.
        model: Option<String>,
    },
    /// More of the answer.
    Text(String),
    /// More of what the model thinks.
    Reasoning(String),
    /// The provider's proof that what it has just thought is its own.
    Signature(Signature),
    /// A tool call, whole.
    ToolCall(ToolCall),
    /// Tokens used; a later report replaces an earlier one, field by field.
    Usage(Usage),
    /// Something in the stream was skipped because it could not be read; the text says what.
    Skipped(String),
    /// The answer is whole. Exactly once, last but for `Usage`.
    Finish(FinishReason),
}

impl Event {
    /// Whether this is part of what was asked for (text, reasoning, a call), not news about it.
    pub fn is_content(&self) -> bool {
        match self {
            Self::Text(text) | Self::Reasoning(text) => !text.is_empty(),
            Self::ToolCall(_) => true,
            Self::Start { .. } | Self::Signature(_) | Self::Usage(_) | Self::Skipped(_) | Self::Finish(_) => {
                false
            }
        }
    }
}
