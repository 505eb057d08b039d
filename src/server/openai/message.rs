//! Messages: from the client's JSON to a conversation.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::super::refusal::Refusal;
use super::content::Content;
use crate::chat::{Message, Part, Role, ToolCall};

#[derive(Debug, Deserialize)]
pub(super) struct MessageBody {
    role: String,
    #[serde(default)]
    content: Content,
    reasoning_content: Option<String>,
    tool_calls: Option<Vec<CallBody>>,
    tool_call_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct CallBody {
    id: String,
    function: CalledBody,
    extra_content: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct CalledBody {
    name: String,
    #[serde(default)]
    arguments: String,
}

/// Reads the conversation.
pub(super) fn messages(bodies: Vec<MessageBody>) -> Result<Vec<Message>, Refusal> {
    if bodies.is_empty() {
        return Err(Refusal::of("messages", "there is no message to answer"));
    }
    // Some wires tell results by the tool's name, and clients send only the call's id.
    let mut called = HashMap::new();
    let mut messages = Vec::with_capacity(bodies.len());
    for (at, body) in bodies.into_iter().enumerate() {
        let message = message(body, &format!("messages[{at}]"), &called)?;
        for part in &message.parts {
            if let Part::ToolCall(call) = part {
                called.insert(call.id.clone(), call.name.clone());
            }
        }
        messages.push(message);
    }
    Ok(messages)
}

fn message(body: MessageBody, place: &str, called: &HashMap<String, String>) -> Result<Message, Refusal> {
    let content = format!("{place}.content");
    let empty = matches!(body.content, Content::Nothing);
    match body.role.as_str() {
        "assistant" => assistant(body, place),
        _ if empty => Err(Refusal::of(content, "the message has no content")),
        "system" | "developer" => Ok(Message::text(Role::System, body.content.into_text(&content)?)),
        "user" => Ok(Message { role: Role::User, parts: body.content.into_parts(&content)? }),
        "tool" => {
            let at = format!("{place}.tool_call_id");
            let id =
                body.tool_call_id.ok_or_else(|| Refusal::of(at.as_str(), "the result of which call?"))?;
            let name = called.get(&id);
            let name = name
                .ok_or_else(|| Refusal::of(at.as_str(), format!("no call before this has the id `{id}`")))?;
            let result = Part::ToolResult {
                call_id: id,
                name: name.clone(),
                content: body.content.into_text(&content)?,
                is_error: false,
            };
            Ok(Message { role: Role::Tool, parts: vec![result] })
        }
        other => Err(Refusal::of(format!("{place}.role"), format!("there is no role `{other}`"))),
    }
}

fn assistant(body: MessageBody, place: &str) -> Result<Message, Refusal> {
    let mut parts = Vec::new();
    if let Some(text) = body.reasoning_content.filter(|text| !text.is_empty()) {
        parts.push(Part::Reasoning { text, signature: None });
    }
    let text = body.content.into_text(&format!("{place}.content"))?;
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    parts.extend(body.tool_calls.unwrap_or_default().into_iter().map(|call| Part::ToolCall(call.read())));
    // An answer that was nothing stays a turn: leaving it out would join two of the user's.
    if parts.is_empty() {
        parts.push(Part::Text(String::new()));
    }
    Ok(Message { role: Role::Assistant, parts })
}

impl CallBody {
    fn read(self) -> ToolCall {
        let signature =
            self.extra_content.as_ref().and_then(|extra| extra.pointer("/google/thought_signature"));
        let signature = signature.and_then(Value::as_str).map(str::to_owned);
        let arguments = self.function.arguments;
        let arguments = if arguments.trim().is_empty() { "{}".to_owned() } else { arguments };
        ToolCall { id: self.id, name: self.function.name, arguments, signature }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(list: &Value) -> Result<Vec<Message>, String> {
        let bodies = serde_json::from_value(list.clone()).unwrap();
        messages(bodies).map_err(|refusal| refusal.param.unwrap().into())
    }

    #[test]
    fn a_conversation_with_calls() {
        let read = read(&json!([
            {"role": "developer", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
            {"role": "user", "content": "weather?", "name": "me"},
            {"role": "assistant", "content": null, "reasoning_content": "hm", "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "f", "arguments": ""},
                 "extra_content": {"google": {"thought_signature": "s"}}}]},
            {"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "sunny"}]},
        ]))
        .unwrap();
        let call = ToolCall {
            id: "1".into(),
            name: "f".into(),
            arguments: "{}".into(),
            signature: Some("s".into()),
        };
        let result = Part::ToolResult {
            call_id: "1".into(),
            name: "f".into(),
            content: "sunny".into(),
            is_error: false,
        };
        let thought = Part::Reasoning { text: "hm".into(), signature: None };
        assert_eq!(read[0], Message::text(Role::System, "ab"));
        assert_eq!(read[2].parts, [thought, Part::ToolCall(call)]);
        assert_eq!(read[3], Message { role: Role::Tool, parts: vec![result] });
    }

    #[test]
    fn wrong_messages_are_named() {
        let image = json!([{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]);
        for (message, place) in [
            (json!({"role": "user"}), "messages[0].content"),
            (json!({"role": "function", "content": "x"}), "messages[0].role"),
            (json!({"role": "tool", "content": "x"}), "messages[0].tool_call_id"),
            (json!({"role": "tool", "content": "x", "tool_call_id": "1"}), "messages[0].tool_call_id"),
            (json!({"role": "system", "content": image}), "messages[0].content"),
            (json!({"role": "user", "content": [{"type": "video"}]}), "messages[0].content[0]"),
        ] {
            assert_eq!(read(&json!([message])).unwrap_err(), place, "{message}");
        }
    }
}
