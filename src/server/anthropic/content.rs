//! Turns: from the client's blocks to messages.
//!
//! What a tool gave stands in a turn of the user's here; with us it is a message of its own, before what else was said.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::super::media::{self, by_address};
use super::super::refusal::Refusal;
use super::WIRE;
use crate::chat::{Media, Message, Part, Role, Signature, Source, ToolCall};

/// The content of a turn as clients send it.
#[derive(Debug, Default, Deserialize)]
#[serde(untagged, expecting = "content is a text or an array of blocks")]
pub(super) enum Content {
    #[default]
    Nothing,
    Text(String),
    Blocks(Vec<Block>),
}

/// One block; which fields it has depends on its type.
#[derive(Debug, Deserialize)]
pub(super) struct Block {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    source: Option<SourceBody>,
    title: Option<String>,
    id: Option<String>,
    name: Option<String>,
    input: Option<Value>,
    tool_use_id: Option<String>,
    content: Option<Box<Content>>,
    is_error: Option<bool>,
    thinking: Option<String>,
    signature: Option<String>,
    data: Option<String>,
    extra_content: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct SourceBody {
    #[serde(rename = "type")]
    kind: String,
    media_type: Option<String>,
    data: Option<String>,
    url: Option<String>,
}

impl Content {
    /// Text, where nothing else may stand.
    pub(super) fn into_text(self, place: &str) -> Result<String, Refusal> {
        let blocks = match self {
            Self::Nothing => return Ok(String::new()),
            Self::Text(text) => return Ok(text),
            Self::Blocks(blocks) => blocks,
        };
        let text = |(at, block): (usize, Block)| match (block.kind.as_str(), block.text) {
            ("text", Some(text)) => Ok(text),
            _ => Err(Refusal::of(format!("{place}.{at}"), "only text can stand here")),
        };
        blocks.into_iter().enumerate().map(text).collect()
    }
}

/// Reads one turn and adds its messages. `called` are the tools' names by the ids of their calls.
pub(super) fn turn(
    role: Role,
    content: Content,
    place: &str,
    called: &mut HashMap<String, String>,
    messages: &mut Vec<Message>,
) -> Result<(), Refusal> {
    let blocks = match content {
        Content::Nothing => return Err(Refusal::of(place, "the message has no content")),
        Content::Text(text) => {
            messages.push(Message::text(role, text));
            return Ok(());
        }
        Content::Blocks(blocks) => blocks,
    };
    let (mut results, mut parts) = (Vec::new(), Vec::new());
    for (at, block) in blocks.into_iter().enumerate() {
        let place = format!("{place}.{at}");
        match (role, block.kind.as_str()) {
            (Role::User, "tool_result") => block.result(&place, called, &mut results, &mut parts)?,
            (Role::Assistant, "tool_use") => parts.push(Part::ToolCall(block.call(&place, called)?)),
            (Role::Assistant, "thinking" | "redacted_thinking") => parts.push(block.thought()),
            _ => parts.push(block.said(&place)?),
        }
    }
    if !results.is_empty() {
        messages.push(Message { role: Role::Tool, parts: results });
    } else if parts.is_empty() {
        // A turn that was nothing stays one: leaving it out would join its neighbours.
        parts.push(Part::Text(String::new()));
    }
    if !parts.is_empty() {
        messages.push(Message { role, parts });
    }
    Ok(())
}

impl Block {
    fn missing(&self, place: &str, field: &str) -> Refusal {
        Refusal::of(place, format!("a block of type `{}` needs `{field}`", self.kind))
    }

    fn said(self, place: &str) -> Result<Part, Refusal> {
        match self.kind.as_str() {
            "text" => {
                let text = self.text.clone();
                text.map(Part::Text).ok_or_else(|| self.missing(place, "text"))
            }
            "image" | "document" => {
                let Some(source) = &self.source else { return Err(self.missing(place, "source")) };
                source
                    .read(self.kind == "image", self.title.clone())
                    .map_err(|problem| Refusal::of(format!("{place}.source"), problem))
            }
            other => Err(Refusal::of(place, format!("blocks of type `{other}` are not supported here"))),
        }
    }

    fn thought(self) -> Part {
        let redacted = self.kind == "redacted_thinking";
        let data = if redacted { self.data } else { self.signature }.filter(|data| !data.is_empty());
        let signature = data.map(|data| Signature { wire: WIRE.to_owned(), data, redacted });
        Part::Reasoning { text: self.thinking.unwrap_or_default(), signature }
    }

    fn call(self, place: &str, called: &mut HashMap<String, String>) -> Result<ToolCall, Refusal> {
        let (Some(id), Some(name)) = (self.id.clone(), self.name.clone()) else {
            return Err(self.missing(place, "id` and `name"));
        };
        called.insert(id.clone(), name.clone());
        let arguments = match self.input {
            None | Some(Value::Null) => "{}".to_owned(),
            Some(input) => input.to_string(),
        };
        let signature =
            self.extra_content.as_ref().and_then(|extra| extra.pointer("/google/thought_signature"));
        let signature = signature.and_then(Value::as_str).map(str::to_owned);
        Ok(ToolCall { id, name, arguments, signature })
    }

    /// What a tool gave. Pictures in it go along with what the user says: elsewhere results are text.
    fn result(
        self,
        place: &str,
        called: &HashMap<String, String>,
        results: &mut Vec<Part>,
        parts: &mut Vec<Part>,
    ) -> Result<(), Refusal> {
        let at = format!("{place}.tool_use_id");
        let id =
            self.tool_use_id.clone().ok_or_else(|| Refusal::of(at.as_str(), "the result of which call?"))?;
        let name = called.get(&id).cloned();
        let name = name.ok_or_else(|| Refusal::of(at, format!("no call before this has the id `{id}`")))?;
        let mut text = String::new();
        match self.content.map_or(Content::Nothing, |content| *content) {
            Content::Nothing => {}
            Content::Text(all) => text = all,
            Content::Blocks(blocks) => {
                for (at, block) in blocks.into_iter().enumerate() {
                    match block.said(&format!("{place}.content.{at}"))? {
                        Part::Text(piece) => text.push_str(&piece),
                        part => parts.push(part),
                    }
                }
            }
        }
        results.push(Part::ToolResult {
            call_id: id,
            name,
            content: text,
            is_error: self.is_error.unwrap_or(false),
        });
        Ok(())
    }
}

impl SourceBody {
    fn read(&self, is_image: bool, name: Option<String>) -> Result<Part, String> {
        let usual = if is_image { "image/jpeg" } else { "application/pdf" };
        let media = match (self.kind.as_str(), &self.data, &self.url) {
            ("base64", Some(data), _) => {
                let mime = self.media_type.clone().ok_or("`base64` needs its `media_type`")?;
                if is_image != mime.starts_with("image/") {
                    return Err(format!("`{mime}` is not what the block says that it is"));
                }
                Media { mime, name, source: Source::Base64(data.clone()) }
            }
            ("url", _, Some(url)) => {
                let media = by_address(url, usual)?;
                Media { name, ..media }
            }
            ("text", Some(text), _) => return Ok(Part::Text(media::document(name.as_deref(), text))),
            ("base64" | "text", None, _) => return Err(format!("`{}` needs its `data`", self.kind)),
            ("url", _, None) => return Err("`url` needs its `url`".to_owned()),
            (other, _, _) => return Err(format!("sources of type `{other}` are not supported")),
        };
        Ok(Part::Media(media))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(turns: &[(Role, Value)]) -> Result<Vec<Message>, String> {
        let (mut called, mut messages) = (HashMap::new(), Vec::new());
        for (role, content) in turns {
            let content = serde_json::from_value(content.clone()).unwrap();
            turn(*role, content, "c", &mut called, &mut messages)
                .map_err(|refusal| refusal.param.unwrap_or_default().into_string())?;
        }
        Ok(messages)
    }

    #[test]
    fn a_conversation_with_calls_and_thoughts() {
        let read = read(&[
            (Role::User, json!("weather?")),
            (
                Role::Assistant,
                json!([
                    {"type": "thinking", "thinking": "hm", "signature": "s"},
                    {"type": "redacted_thinking", "data": "d"},
                    {"type": "text", "text": "let me see"},
                    {"type": "tool_use", "id": "1", "name": "f", "input": {"a": 1}},
                ]),
            ),
            (
                Role::User,
                json!([
                    {"type": "text", "text": "here"},
                    {"type": "tool_result", "tool_use_id": "1", "is_error": true, "content": [
                        {"type": "text", "text": "sunny"},
                        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJD"}}]},
                ]),
            ),
        ])
        .unwrap();
        let signed =
            |data: &str, redacted| Some(Signature { wire: "anthropic".into(), data: data.into(), redacted });
        let call =
            ToolCall { id: "1".into(), name: "f".into(), arguments: "{\"a\":1}".into(), signature: None };
        assert_eq!(
            read[1].parts,
            [
                Part::Reasoning { text: "hm".into(), signature: signed("s", false) },
                Part::Reasoning { text: String::new(), signature: signed("d", true) },
                Part::Text("let me see".into()),
                Part::ToolCall(call),
            ]
        );
        let result = Part::ToolResult {
            call_id: "1".into(),
            name: "f".into(),
            content: "sunny".into(),
            is_error: true,
        };
        assert_eq!(read[2], Message { role: Role::Tool, parts: vec![result] });
        assert_eq!((read[3].role, read[3].parts.len()), (Role::User, 2));
    }

    #[test]
    fn wrong_blocks_are_named() {
        for (role, content, place) in [
            (Role::User, json!([{"type": "text"}]), "c.0"),
            (Role::User, json!([{"type": "tool_use", "id": "1", "name": "f"}]), "c.0"),
            (Role::Assistant, json!([{"type": "tool_use", "id": "1"}]), "c.0"),
            (Role::User, json!([{"type": "tool_result", "content": "x"}]), "c.0.tool_use_id"),
            (Role::User, json!([{"type": "tool_result", "tool_use_id": "9"}]), "c.0.tool_use_id"),
            (Role::User, json!([{"type": "image"}]), "c.0"),
            (
                Role::User,
                json!([{"type": "image", "source": {"type": "file", "file_id": "f"}}]),
                "c.0.source",
            ),
            (
                Role::User,
                json!([{"type": "image", "source": {"type": "url", "url": "file:///etc/passwd"}}]),
                "c.0.source",
            ),
            (Role::User, json!([{"type": "video"}]), "c.0"),
        ] {
            assert_eq!(read(&[(role, content.clone())]).unwrap_err(), place, "{content}");
        }
    }
}
