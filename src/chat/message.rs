//! Messages and their parts. Their JSON is how conversations are kept: it may grow, and old forms stay readable.

use serde::{Deserialize, Serialize};

use super::ToolCall;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Instructions that stand above the conversation.
    System,
    /// The person or the program that asks.
    User,
    /// The model.
    Assistant,
    /// The result of a tool call.
    Tool,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub parts: Vec<Part>,
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Plain text.
    Text(String),
    /// An image or a document.
    Media(Media),
    /// What the model thought before it spoke; sent back only where the provider wants it.
    Reasoning {
        /// The thought as text; may be empty when only the signature is given.
        text: String,
        /// The provider's proof that the thought is its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signature: Option<Signature>,
    },
    /// The model asks for a tool.
    ToolCall(ToolCall),
    /// What a tool returned.
    ToolResult {
        /// The call that this answers.
        call_id: String,
        /// The tool's name.
        name: String,
        /// The result as text.
        content: String,
        /// Whether the tool failed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_error: bool,
    },
}

/// A provider's proof that a thought is its own. It goes back unchanged, in its place among the parts, and only to
/// those who speak the same wire format: anybody else would refuse the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The name of the wire format, such as `anthropic`.
    pub wire: String,
    /// The proof, opaque.
    pub data: String,
    /// The thought itself was withheld, and this stands for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
}

/// An image or a document inside a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Media {
    /// Such as `image/png` or `application/pdf`.
    pub mime: String,
    /// The file's name, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where the bytes are.
    pub source: Source,
}

/// Where the bytes of a [`Media`] are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Here, in base64.
    Base64(String),
    /// At an address that the provider fetches.
    Url(String),
}

impl Media {
    /// Whether this is an image (anything else is a document).
    pub fn is_image(&self) -> bool {
        self.mime.starts_with("image/")
    }

    /// The address of the media: its URL, or a `data:` URI.
    pub fn uri(&self) -> String {
        match &self.source {
            Source::Base64(data) => format!("data:{};base64,{data}", self.mime),
            Source::Url(url) => url.clone(),
        }
    }
}

impl Message {
    /// A message of one text part.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, parts: vec![Part::Text(text.into())] }
    }

    /// The text of all text parts, joined.
    pub fn joined_text(&self) -> String {
        self.parts
            .iter()
            .filter_map(|part| if let Part::Text(text) = part { Some(text.as_str()) } else { None })
            .collect()
    }
}
