//! What a model may call, and its calls.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A function that the model may ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSpec {
    /// The function's name: at most 64 letters, digits, `_` or `-`.
    pub name: String,
    /// What it does and when to use it, for the model.
    pub description: String,
    /// JSON Schema of its arguments, an object.
    pub parameters: Value,
    /// Whether the provider shall hold the model to the schema.
    pub strict: bool,
}

/// A call that the model asks for. Always whole: half a call is never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The call's id; made up where the provider gives none.
    pub id: String,
    /// The function's name.
    pub name: String,
    /// The arguments as JSON text, an object; `{}` when the model sent none.
    pub arguments: String,
    /// A provider's opaque proof that must travel back with the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// Whether the model may, must or must not call a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ToolChoice {
    /// As the model sees fit.
    #[default]
    Auto,
    /// As the model sees fit; a model that cannot call any answers without.
    Offered,
    /// No call.
    None,
    /// At least one call.
    Required,
    /// A call of this function.
    Named(String),
}
