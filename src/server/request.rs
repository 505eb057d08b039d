//! What requests of all dialects have in common.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refusal::Refusal;
use super::{anthropic, gemini, openai, responses};
use crate::chat::{ChatRequest, ToolChoice, ToolSpec};

/// A vendor's format of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestFormat {
    /// OpenAI's chat completions.
    Chat,
    /// OpenAI's responses.
    Responses,
    /// Anthropic's messages.
    Messages,
    /// Gemini's `generateContent`.
    Gemini,
}

impl RequestFormat {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Chat, Self::Responses, Self::Messages, Self::Gemini];

    /// Reads a body into our own words. The error is the HTTP status and why, for the client.
    pub fn read(self, body: &[u8]) -> Result<ChatRequest, (u16, String)> {
        let read = match self {
            Self::Chat => openai::read(body),
            Self::Responses => responses::read(body),
            Self::Messages => anthropic::read(body),
            Self::Gemini => gemini::read(body),
        };
        read.map_err(|refusal| (refusal.status.as_u16(), refusal.message.into_string()))
    }
}

/// No model has a longer name.
const LONGEST_NAME: usize = 256;

/// Reads a body.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| {
        let what = if error.is_data() { "the request is wrong" } else { "the body is not valid JSON" };
        Refusal::bad(format!("{what}: {error}"))
    })
}

/// The model that is named.
pub(super) fn required(model: Option<String>) -> Result<String, Refusal> {
    let model = model.filter(|model| !model.is_empty());
    let model = model.ok_or_else(|| Refusal::of("model", "name a model, or a route such as `auto`"))?;
    if model.len() > LONGEST_NAME {
        return Err(Refusal::of("model", "no model has so long a name").code("model_not_found"));
    }
    Ok(model)
}

/// A number from zero up to a bound.
pub(super) fn within(name: &str, value: Option<f64>, most: f64) -> Result<Option<f64>, Refusal> {
    match value {
        Some(value) if !(0.0..=most).contains(&value) => {
            Err(Refusal::of(name, format!("`{name}` is a number from 0 to {most}")))
        }
        _ => Ok(value),
    }
}

/// OpenAI's `tool_choice`: a word, or a function whose name stands at this place in it.
pub(super) fn tool_choice(
    choice: Option<&Value>,
    place: &str,
    tools: &[ToolSpec],
) -> Result<ToolChoice, Refusal> {
    let wrong = |message: String| Err(Refusal::of("tool_choice", message));
    let Some(choice) = choice.filter(|choice| !choice.is_null()) else { return Ok(ToolChoice::Auto) };
    match (choice.as_str(), choice.pointer(place).and_then(Value::as_str)) {
        (Some("auto"), _) => Ok(ToolChoice::Auto),
        (Some("none"), _) => Ok(ToolChoice::None),
        (Some("required"), _) if tools.is_empty() => wrong("there is no tool to call".into()),
        (Some("required"), _) => Ok(ToolChoice::Required),
        (_, Some(name)) if tools.iter().any(|tool| tool.name == name) => Ok(ToolChoice::Named(name.into())),
        (_, Some(name)) => wrong(format!("there is no tool `{name}`")),
        _ => wrong("expected `auto`, `none`, `required`, or a function by its name".into()),
    }
}
