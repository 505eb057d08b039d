//! Input: a text, or items that were said, called and given before.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::super::media;
use super::super::refusal::Refusal;
use crate::chat::{Message, Part, Role, ToolCall};

/// Input as clients send it.
#[derive(Debug, Default, Deserialize)]
#[serde(untagged, expecting = "`input` is a text or an array of items")]
pub(super) enum Input {
    #[default]
    Nothing,
    Text(String),
    Items(Vec<ItemBody>),
}

/// One item; which fields it has depends on its type.
#[derive(Debug, Deserialize)]
pub(super) struct ItemBody {
    #[serde(rename = "type")]
    kind: Option<String>,
    role: Option<String>,
    content: Option<Content>,
    call_id: Option<String>,
    name: Option<String>,
    arguments: Option<String>,
    output: Option<Content>,
    #[serde(default)]
    summary: Vec<PartBody>,
    extra_content: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "content is a text or an array of parts")]
enum Content {
    Text(String),
    Parts(Vec<PartBody>),
}

#[derive(Debug, Deserialize)]
struct PartBody {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    refusal: Option<String>,
    image_url: Option<String>,
    filename: Option<String>,
    file_data: Option<String>,
    file_url: Option<String>,
}

/// Reads the input and adds its messages. Where something was said before, results may be of calls that were made then.
pub(super) fn messages(input: Input, goes_on: bool, messages: &mut Vec<Message>) -> Result<(), Refusal> {
    let items = match input {
        Input::Text(text) => {
            messages.push(Message::text(Role::User, text));
            return Ok(());
        }
        Input::Items(items) if !items.is_empty() => items,
        Input::Nothing | Input::Items(_) => return Err(Refusal::of("input", "there is nothing to answer")),
    };
    let mut called = HashMap::new();
    for (at, item) in items.into_iter().enumerate() {
        let place = format!("input[{at}]");
        let kind = item.kind.clone();
        match kind.as_deref() {
            None | Some("message") => messages.push(item.message(&place)?),
            Some("function_call") => {
                let call = item.call(&place)?;
                called.insert(call.id.clone(), call.name.clone());
                said(messages, Part::ToolCall(call));
            }
            Some("function_call_output") => messages.push(item.result(&place, &called, goes_on)?),
            Some("reasoning") => {
                let text: String = item.summary.into_iter().filter_map(|part| part.text).collect();
                if !text.is_empty() {
                    said(messages, Part::Reasoning { text, signature: None });
                }
            }
            Some(other) => {
                let message = format!("items of type `{other}` are not supported");
                return Err(Refusal::of(format!("{place}.type"), message));
            }
        }
    }
    Ok(())
}

/// Adds to the model's turn, which here is in several items.
fn said(messages: &mut Vec<Message>, part: Part) {
    match messages.last_mut() {
        Some(last) if last.role == Role::Assistant => last.parts.push(part),
        _ => messages.push(Message { role: Role::Assistant, parts: vec![part] }),
    }
}

impl ItemBody {
    fn message(self, place: &str) -> Result<Message, Refusal> {
        let role = match self.role.as_deref() {
            Some("user") => Role::User,
            Some("assistant") => Role::Assistant,
            Some("system" | "developer") => Role::System,
            other => {
                let message = format!("there is no role `{}`", other.unwrap_or_default());
                return Err(Refusal::of(format!("{place}.role"), message));
            }
        };
        let place = format!("{place}.content");
        let content =
            self.content.ok_or_else(|| Refusal::of(place.as_str(), "the message has no content"))?;
        let parts = content.read(&place)?;
        if role != Role::User && parts.iter().any(|part| !matches!(part, Part::Text(_))) {
            return Err(Refusal::of(place, "only text can stand here"));
        }
        Ok(Message { role, parts })
    }

    fn call(self, place: &str) -> Result<ToolCall, Refusal> {
        let (Some(id), Some(name)) = (self.call_id, self.name) else {
            return Err(Refusal::of(place, "a call needs `call_id` and `name`"));
        };
        let arguments = self.arguments.filter(|text| !text.trim().is_empty());
        let signature =
            self.extra_content.as_ref().and_then(|extra| extra.pointer("/google/thought_signature"));
        let signature = signature.and_then(Value::as_str).map(str::to_owned);
        Ok(ToolCall { id, name, arguments: arguments.unwrap_or_else(|| "{}".to_owned()), signature })
    }

    fn result(
        self,
        place: &str,
        called: &HashMap<String, String>,
        goes_on: bool,
    ) -> Result<Message, Refusal> {
        let at = format!("{place}.call_id");
        let id = self.call_id.ok_or_else(|| Refusal::of(at.as_str(), "the result of which call?"))?;
        let name = match called.get(&id) {
            Some(name) => name.clone(),
            // The caller looks for it in what was said before.
            None if goes_on => String::new(),
            None => return Err(Refusal::of(at, format!("no call before this has the id `{id}`"))),
        };
        let place = format!("{place}.output");
        let output = self.output.ok_or_else(|| Refusal::of(place.as_str(), "the result has no `output`"))?;
        let mut content = String::new();
        for part in output.read(&place)? {
            match part {
                Part::Text(text) => content.push_str(&text),
                _ => return Err(Refusal::of(place, "only text can stand here")),
            }
        }
        let result = Part::ToolResult { call_id: id, name, content, is_error: false };
        Ok(Message { role: Role::Tool, parts: vec![result] })
    }
}

impl Content {
    fn read(self, place: &str) -> Result<Vec<Part>, Refusal> {
        let parts = match self {
            Self::Text(text) => return Ok(vec![Part::Text(text)]),
            Self::Parts(parts) => parts,
        };
        let read = |(at, part): (usize, PartBody)| part.read(&format!("{place}[{at}]"));
        parts.into_iter().enumerate().map(read).collect()
    }
}

impl PartBody {
    fn read(self, place: &str) -> Result<Part, Refusal> {
        let missing =
            |field: &str| Refusal::of(place, format!("a part of type `{}` needs `{field}`", self.kind));
        let wrong = |problem: &str| Refusal::of(place, problem);
        match self.kind.as_str() {
            "input_text" | "output_text" | "text" => {
                Ok(Part::Text(self.text.ok_or_else(|| missing("text"))?))
            }
            "refusal" => Ok(Part::Text(self.refusal.ok_or_else(|| missing("refusal"))?)),
            "input_image" => {
                let url = self.image_url.as_ref().ok_or_else(|| missing("image_url"))?;
                media::image(url).map(Part::Media).map_err(wrong)
            }
            "input_file" => match (&self.file_data, &self.file_url) {
                (Some(data), _) => media::file(self.filename.clone(), data).map(Part::Media).map_err(wrong),
                (None, Some(url)) => {
                    media::by_address(url, "application/pdf").map(Part::Media).map_err(wrong)
                }
                (None, None) => Err(wrong("files are taken only with their data, not by an id")),
            },
            other => Err(Refusal::of(place, format!("parts of type `{other}` are not supported"))),
        }
    }
}

/// Gives results the names of the calls that they are of, where those were made before.
pub(super) fn name_results(messages: &mut [Message]) -> Result<(), Refusal> {
    let mut called: HashMap<String, String> = HashMap::new();
    for message in messages {
        for part in &mut message.parts {
            match part {
                Part::ToolCall(call) => drop(called.insert(call.id.clone(), call.name.clone())),
                Part::ToolResult { call_id, name, .. } if name.is_empty() => {
                    let found = called.get(call_id).ok_or_else(|| {
                        Refusal::of("input", format!("no call before this has the id `{call_id}`"))
                    })?;
                    name.clone_from(found);
                }
                _ => {}
            }
        }
    }
    Ok(())
}
