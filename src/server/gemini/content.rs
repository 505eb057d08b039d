//! Turns: from the client's parts to messages.
//!
//! Calls have no ids here unless the client gives some: results are told by the function's name, the first that is still
//! open first.

use serde::Deserialize;
use serde_json::Value;

use super::super::media::by_address;
use super::super::refusal::Refusal;
use super::WIRE;
use crate::chat::{Media, Message, Part, Role, Signature, Source, ToolCall};

/// The content of a turn as clients send it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ContentBody {
    role: Option<String>,
    #[serde(default, deserialize_with = "one_or_several")]
    parts: Vec<PartBody>,
}

/// One part; which field it has says what it is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PartBody {
    text: Option<String>,
    #[serde(default)]
    thought: bool,
    #[serde(alias = "thought_signature")]
    thought_signature: Option<String>,
    #[serde(alias = "inline_data")]
    inline_data: Option<InlineBody>,
    #[serde(alias = "file_data")]
    file_data: Option<FileBody>,
    #[serde(alias = "function_call")]
    function_call: Option<CallBody>,
    #[serde(alias = "function_response")]
    function_response: Option<ResultBody>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InlineBody {
    #[serde(alias = "mime_type")]
    mime_type: String,
    data: String,
    #[serde(alias = "display_name")]
    display_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileBody {
    #[serde(alias = "mime_type")]
    mime_type: Option<String>,
    #[serde(alias = "file_uri")]
    file_uri: String,
}

#[derive(Debug, Deserialize)]
struct CallBody {
    id: Option<String>,
    name: String,
    args: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct ResultBody {
    id: Option<String>,
    name: String,
    response: Option<Value>,
}

/// A list, or its only element.
fn one_or_several<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<PartBody>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "parts are a list")]
    enum Either {
        Several(Vec<PartBody>),
        One(Box<PartBody>),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Several(parts) => parts,
        Either::One(part) => vec![*part],
    })
}

/// Calls that have no result yet: id and name.
#[derive(Default)]
struct Open {
    calls: Vec<(String, String)>,
    made: usize,
}

impl Open {
    fn call(&mut self, body: CallBody, signature: Option<String>) -> ToolCall {
        self.made += 1;
        let id = body.id.unwrap_or_else(|| format!("call_{}", self.made));
        self.calls.push((id.clone(), body.name.clone()));
        let arguments = match body.args {
            None | Some(Value::Null) => "{}".to_owned(),
            Some(arguments) => arguments.to_string(),
        };
        ToolCall { id, name: body.name, arguments, signature }
    }

    fn result(&mut self, body: ResultBody, place: &str) -> Result<Part, Refusal> {
        let is_it = |(id, name): &(String, String)| match &body.id {
            Some(wanted) => id == wanted,
            None => *name == body.name,
        };
        let Some(at) = self.calls.iter().position(is_it) else {
            let message = format!("no call before this is one of `{}`", body.name);
            return Err(Refusal::of(format!("{place}.functionResponse"), message));
        };
        let (call_id, name) = self.calls.remove(at);
        let (content, is_error) = told(body.response);
        Ok(Part::ToolResult { call_id, name, content, is_error })
    }
}

/// What a function gave, as a text. Clients wrap it in a field of these names.
fn told(response: Option<Value>) -> (String, bool) {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match response {
        None | Some(Value::Null) => (String::new(), false),
        Some(Value::Object(fields)) if fields.len() == 1 => {
            let field = |name: &str| fields.get(name).map(text);
            match (field("error"), field("result").or_else(|| field("output"))) {
                (Some(error), _) => (error, true),
                (None, Some(result)) => (result, false),
                (None, None) => (Value::Object(fields).to_string(), false),
            }
        }
        Some(other) => (text(&other), false),
    }
}

impl ContentBody {
    /// Text, where nothing else may stand.
    pub(super) fn into_text(self, place: &str) -> Result<String, Refusal> {
        let text = |(at, part): (usize, PartBody)| {
            part.text.ok_or_else(|| Refusal::of(format!("{place}.parts[{at}]"), "only text can stand here"))
        };
        self.parts.into_iter().enumerate().map(text).collect()
    }
}

/// Reads the conversation and adds its messages.
pub(super) fn turns(contents: Vec<ContentBody>, messages: &mut Vec<Message>) -> Result<(), Refusal> {
    let mut open = Open::default();
    for (at, content) in contents.into_iter().enumerate() {
        let place = format!("contents[{at}]");
        let role = match content.role.as_deref() {
            None | Some("user" | "function" | "") => Role::User,
            Some("model") => Role::Assistant,
            Some(other) => {
                let message =
                    format!("there is no role `{other}`; instructions stand in `systemInstruction`");
                return Err(Refusal::of(format!("{place}.role"), message));
            }
        };
        if content.parts.is_empty() {
            return Err(Refusal::of(format!("{place}.parts"), "the message has no parts"));
        }
        let (mut results, mut parts) = (Vec::new(), Vec::new());
        for (at, part) in content.parts.into_iter().enumerate() {
            part.read(role, &format!("{place}.parts[{at}]"), &mut open, &mut results, &mut parts)?;
        }
        if !results.is_empty() {
            messages.push(Message { role: Role::Tool, parts: results });
        }
        if !parts.is_empty() {
            messages.push(Message { role, parts });
        }
    }
    Ok(())
}

impl PartBody {
    fn read(
        self,
        role: Role,
        place: &str,
        open: &mut Open,
        results: &mut Vec<Part>,
        parts: &mut Vec<Part>,
    ) -> Result<(), Refusal> {
        let signature = self.thought_signature.filter(|data| !data.is_empty());
        if let Some(call) = self.function_call {
            parts.push(Part::ToolCall(open.call(call, signature)));
            return Ok(());
        }
        let signature = signature.map(|data| Signature { wire: WIRE.to_owned(), data, redacted: false });
        if let Some(result) = self.function_response {
            results.push(open.result(result, place)?);
        } else if let Some(data) = self.inline_data {
            let source = Source::Base64(data.data);
            parts.push(Part::Media(Media { mime: data.mime_type, name: data.display_name, source }));
        } else if let Some(file) = self.file_data {
            let media = by_address(&file.file_uri, file.mime_type.as_deref().unwrap_or("image/jpeg"));
            let media = media.map_err(|problem| Refusal::of(format!("{place}.fileData.fileUri"), problem))?;
            let mime = file.mime_type.unwrap_or(media.mime);
            parts.push(Part::Media(Media { mime, name: None, source: media.source }));
        } else if let Some(text) = self.text {
            let thought = role == Role::Assistant && self.thought;
            if thought || signature.is_some() {
                let thought = if thought { text.clone() } else { String::new() };
                parts.push(Part::Reasoning { text: thought, signature });
            }
            if !(role == Role::Assistant && self.thought) {
                parts.push(Part::Text(text));
            }
        } else {
            return Err(Refusal::of(place, "this part is not supported, or there is nothing in it"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn results_find_their_calls() {
        let contents = json!([
            {"role": "user", "parts": [{"text": "weather?"}]},
            {"role": "model", "parts": [
                {"text": "hm", "thought": true},
                {"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "s"},
                {"functionCall": {"name": "f", "args": {"a": 2}}}]},
            {"role": "user", "parts": [
                {"functionResponse": {"name": "f", "response": {"result": "sunny"}}},
                {"functionResponse": {"name": "f", "response": {"error": "no"}}},
                {"inlineData": {"mimeType": "image/png", "data": "QUJD"}}]},
        ]);
        let mut messages = Vec::new();
        turns(serde_json::from_value(contents).unwrap(), &mut messages).unwrap();
        let result = |id: &str, content: &str, is_error| Part::ToolResult {
            call_id: id.into(),
            name: "f".into(),
            content: content.into(),
            is_error,
        };
        assert_eq!(messages[2].parts, [result("call_1", "sunny", false), result("call_2", "no", true)]);
        assert!(
            matches!(&messages[1].parts[1], Part::ToolCall(call) if call.signature.as_deref() == Some("s"))
        );
        assert_eq!((messages.len(), messages[3].role), (4, Role::User));
        let stray = json!([{"parts": [{"functionResponse": {"name": "g"}}]}]);
        let refusal = turns(serde_json::from_value(stray).unwrap(), &mut Vec::new()).unwrap_err();
        assert_eq!(refusal.param.as_deref(), Some("contents[0].parts[0].functionResponse"));
    }
}
