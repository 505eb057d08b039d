//! What is asked of a model.

use serde::{Deserialize, Serialize};

use super::{Message, Part, Schema, ToolChoice, ToolSpec};

/// A request in our own words; each wire encodes it in its provider's.
#[derive(Debug, Clone, Default)]
pub struct ChatRequest {
    /// The conversation so far, the question last.
    pub messages: Vec<Message>,
    /// What the model may call.
    pub tools: Vec<ToolSpec>,
    /// Whether it may, must or must not.
    pub tool_choice: ToolChoice,
    /// Whether several calls at once are welcome; the provider's default when absent.
    pub parallel_tool_calls: Option<bool>,
    /// What form the answer has.
    pub format: Format,
    /// How the answer is drawn.
    pub sampling: Sampling,
    /// How hard the model shall think; the model's default when absent.
    pub effort: Option<Effort>,
    /// Whether the provider shall stream.
    pub stream: bool,
    /// The trace that it is a part of, as a W3C `traceparent`.
    pub trace: Option<String>,
}

/// The form of an answer.
#[derive(Debug, Clone, Default)]
pub enum Format {
    /// Text.
    #[default]
    Text,
    /// Any JSON object.
    Json,
    /// JSON that a schema describes.
    Schema(Schema),
}

/// How an answer is drawn from the model. Absent means the provider's default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sampling {
    /// 0 is as repeatable as the model can be.
    pub temperature: Option<f64>,
    /// Nucleus sampling.
    pub top_p: Option<f64>,
    /// The longest answer, in tokens.
    pub max_tokens: Option<u32>,
    /// Texts at which the answer ends.
    pub stop: Vec<String>,
    /// For repeatable draws where the provider supports it.
    pub seed: Option<i64>,
}

/// How hard a reasoning model thinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// Not at all.
    None,
    /// As little as it can.
    Minimal,
    /// A little.
    Low,
    /// Its usual amount.
    Medium,
    /// Much.
    High,
}

impl Effort {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Something that a request needs and not every model can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Tool calls.
    Tools,
    /// Images.
    Vision,
    /// PDF documents.
    Pdf,
    /// Answers held to a schema.
    Schema,
}

impl Need {
    /// The word used in the catalogue and in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Vision => "vision",
            Self::Pdf => "pdf",
            Self::Schema => "schema",
        }
    }
}

impl ChatRequest {
    /// What a model must be able to do to answer this.
    pub fn needs(&self) -> Vec<Need> {
        let mut needs = Vec::new();
        if !self.tools.is_empty() && !matches!(self.tool_choice, ToolChoice::None | ToolChoice::Offered) {
            needs.push(Need::Tools);
        }
        let media = || {
            self.messages.iter().flat_map(|message| &message.parts).filter_map(|part| match part {
                Part::Media(media) => Some(media),
                _ => None,
            })
        };
        if media().any(super::Media::is_image) {
            needs.push(Need::Vision);
        }
        if media().any(|media| media.mime == "application/pdf") {
            needs.push(Need::Pdf);
        }
        if matches!(self.format, Format::Schema(_)) {
            needs.push(Need::Schema);
        }
        needs
    }
}
