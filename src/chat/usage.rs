//! What an answer took, and why it ended.

use serde::{Deserialize, Serialize};

/// Tokens of one request. Absent means that nobody said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Usage {
    /// Tokens of the prompt, cached ones included.
    pub input_tokens: Option<u64>,
    /// Tokens of the answer, reasoning included.
    pub output_tokens: Option<u64>,
    /// Of the prompt, those that came from the provider's cache.
    pub cached_tokens: Option<u64>,
    /// Of the answer, those spent on thinking.
    pub reasoning_tokens: Option<u64>,
    /// What the provider itself says it cost, in USD.
    pub cost_usd: Option<f64>,
}

/// Who counted the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UsageSource {
    /// The provider reported them.
    Provider,
    /// We estimated them from the text.
    Estimated,
    /// Nothing was used, or nothing is known.
    #[default]
    None,
}

impl UsageSource {
    /// The word in JSON and in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Estimated => "estimated",
            Self::None => "none",
        }
    }
}

impl Usage {
    /// Takes over every figure that `newer` states: of several reports the last one holds, field by field.
    pub fn update(&mut self, newer: Usage) {
        self.input_tokens = newer.input_tokens.or(self.input_tokens);
        self.output_tokens = newer.output_tokens.or(self.output_tokens);
        self.cached_tokens = newer.cached_tokens.or(self.cached_tokens);
        self.reasoning_tokens = newer.reasoning_tokens.or(self.reasoning_tokens);
        self.cost_usd = newer.cost_usd.or(self.cost_usd);
    }

    /// Whether any tokens were reported.
    pub fn is_reported(&self) -> bool {
        self.input_tokens.is_some() || self.output_tokens.is_some()
    }
}

/// Why the model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// It had said everything.
    Stop,
    /// The output limit was reached.
    Length,
    /// It wants tools called.
    ToolCalls,
    /// The provider's filter ended the answer.
    ContentFilter,
}

impl FinishReason {
    /// The word in JSON and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCalls => "tool_calls",
            Self::ContentFilter => "content_filter",
        }
    }
}
