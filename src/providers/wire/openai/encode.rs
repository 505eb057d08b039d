//! Writing requests.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::encode::{in_path, unsupported};
use super::super::{Encoded, Target};
use super::strict::is_strict;
use crate::chat::{
    ChatRequest, Failure, Format, Media, Message, Part, Role, Schema, Source, ToolChoice, ToolSpec,
};
use crate::providers::Ability;
use crate::providers::quirks::{JsonManner, Quirks, SchemaManner, ToolIds};

/// Writes a request as the target takes it.
pub(super) fn encode(target: &Target<'_>, request: &ChatRequest) -> Result<Encoded, Failure> {
    let quirks = &target.provider.quirks;
    let mut body = Map::new();
    body.insert("model".into(), json!(target.model.id));
    body.insert("messages".into(), messages(quirks, request)?);
    tools(&mut body, quirks, request)?;
    format(&mut body, quirks, &request.format);
    let mut dropped = Vec::new();
    sampling(&mut body, target, request, &mut dropped);
    if request.stream {
        body.insert("stream".into(), json!(true));
        if quirks.stream_usage != Some(false) {
            body.insert("stream_options".into(), json!({"include_usage": true}));
        }
    }
    for field in quirks.drop.iter().chain(target.without) {
        if body.remove(field).is_some() {
            dropped.push(field.clone());
        }
    }
    let path =
        quirks.path.as_deref().unwrap_or("/chat/completions").replace("{model}", &in_path(&target.model.id));
    let body = serde_json::to_vec(&body).map_err(|error| unsupported("messages", &error.to_string()))?;
    Ok(Encoded { path, headers: Vec::new(), body, dropped })
}

fn messages(quirks: &Quirks, request: &ChatRequest) -> Result<Value, Failure> {
    let mut list = Vec::with_capacity(request.messages.len() + 1);
    if let (Format::Schema(schema), SchemaManner::JsonObject) = (&request.format, quirks.schema) {
        let text = format!("Answer with one JSON object that matches this JSON Schema: {}", schema.value());
        list.push(json!({"role": "system", "content": text}));
    }
    for message in &request.messages {
        match message.role {
            Role::System => list.push(json!({"role": "system", "content": message.joined_text()})),
            Role::User => list.push(json!({"role": "user", "content": user_content(quirks, message)?})),
            Role::Assistant => list.push(assistant(quirks, message)),
            Role::Tool => list.extend(message.parts.iter().filter_map(|part| tool_result(quirks, part))),
        }
    }
    Ok(Value::Array(list))
}

/// Plain text stays a string, which every server takes; only what has more in it becomes an array.
fn user_content(quirks: &Quirks, message: &Message) -> Result<Value, Failure> {
    if message.parts.iter().all(|part| matches!(part, Part::Text(_))) {
        return Ok(json!(message.joined_text()));
    }
    let mut parts = Vec::with_capacity(message.parts.len());
    for part in &message.parts {
        match part {
            Part::Text(text) => parts.push(json!({"type": "text", "text": text})),
            Part::Media(media) => parts.push(media_part(quirks, media)?),
            // What only a model or a tool says has no place in a user's message.
            Part::Reasoning { .. } | Part::ToolCall(_) | Part::ToolResult { .. } => {}
        }
    }
    Ok(Value::Array(parts))
}

fn media_part(quirks: &Quirks, media: &Media) -> Result<Value, Failure> {
    let by_url = matches!(media.source, Source::Url(_));
    if media.is_image() {
        if quirks.inline_images && by_url {
            return Err(unsupported("image_url", "this provider takes images only inline, not by address"));
        }
        return Ok(json!({"type": "image_url", "image_url": {"url": media.uri()}}));
    }
    if by_url {
        return Err(unsupported("file", "documents cannot be sent by address on this wire"));
    }
    let name = media.name.as_deref().unwrap_or("document.pdf");
    Ok(json!({"type": "file", "file": {"filename": name, "file_data": media.uri()}}))
}

fn assistant(quirks: &Quirks, message: &Message) -> Value {
    let text = message.joined_text();
    let calls: Vec<Value> = message
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::ToolCall(call) => Some(json!({
                "id": call_id(quirks, &call.id),
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            })),
            _ => None,
        })
        .collect();
    let mut object = Map::new();
    object.insert("role".into(), json!("assistant"));
    object.insert(
        "content".into(),
        if text.is_empty() && !calls.is_empty() { Value::Null } else { json!(text) },
    );
    if let Some(field) = &quirks.reasoning_history {
        let thoughts: String = message
            .parts
            .iter()
            .filter_map(
                |part| if let Part::Reasoning { text, .. } = part { Some(text.as_str()) } else { None },
            )
            .collect();
        if !thoughts.is_empty() {
            object.insert(field.clone(), json!(thoughts));
        }
    }
    if !calls.is_empty() {
        object.insert("tool_calls".into(), Value::Array(calls));
    }
    Value::Object(object)
}

fn tool_result(quirks: &Quirks, part: &Part) -> Option<Value> {
    let Part::ToolResult { call_id: id, content, is_error, .. } = part else { return None };
    let content = if *is_error { format!("Error: {content}") } else { content.clone() };
    Some(json!({"role": "tool", "tool_call_id": call_id(quirks, id), "content": content}))
}

/// A conversation may have begun elsewhere: ids that this provider would refuse are mapped, the same one always to
/// the same.
fn call_id(quirks: &Quirks, id: &str) -> String {
    match quirks.tool_ids {
        Some(ToolIds::NineAlphanumeric)
            if id.len() != 9 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
        {
            const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
            Sha256::digest(id.as_bytes())
                .iter()
                .take(9)
                .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
                .collect()
        }
        _ => id.to_owned(),
    }
}

fn tools(body: &mut Map<String, Value>, quirks: &Quirks, request: &ChatRequest) -> Result<(), Failure> {
    if request.tools.is_empty() {
        return Ok(());
    }
    let choice = match &request.tool_choice {
        ToolChoice::Auto | ToolChoice::Offered => None,
        ToolChoice::None => Some(json!("none")),
        ToolChoice::Required | ToolChoice::Named(_) if quirks.forced_tools == Some(false) => {
            return Err(unsupported("tool_choice", "this provider cannot be made to call a tool"));
        }
        ToolChoice::Required => Some(json!(quirks.required.as_deref().unwrap_or("required"))),
        ToolChoice::Named(name) => Some(json!({"type": "function", "function": {"name": name}})),
    };
    body.insert("tools".into(), request.tools.iter().map(tool).collect());
    if let Some(choice) = choice {
        body.insert("tool_choice".into(), choice);
    }
    if let Some(parallel) = request.parallel_tool_calls {
        body.insert("parallel_tool_calls".into(), json!(parallel));
    }
    Ok(())
}

fn tool(spec: &ToolSpec) -> Value {
    let mut function =
        json!({"name": spec.name, "description": spec.description, "parameters": spec.parameters});
    if spec.strict {
        function["strict"] = json!(true);
    }
    json!({"type": "function", "function": function})
}

fn format(body: &mut Map<String, Value>, quirks: &Quirks, format: &Format) {
    let object = || json!({"type": "json_object"});
    let any_object =
        || json!({"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}});
    let response_format = match (format, quirks.schema, quirks.json) {
        (Format::Text, _, _) => return,
        (Format::Json, _, JsonManner::JsonObject) => object(),
        (Format::Json, _, JsonManner::JsonSchema) => any_object(),
        (Format::Schema(schema), SchemaManner::JsonSchema, _) => json_schema(schema),
        (Format::Schema(_), SchemaManner::JsonObject, _) => object(),
        (Format::Schema(schema), SchemaManner::JsonObjectValue, _) => {
            json!({"type": "json_object", "value": schema.value()})
        }
    };
    body.insert("response_format".into(), response_format);
}

fn json_schema(schema: &Schema) -> Value {
    json!({
        "type": "json_schema",
        "json_schema": {"name": schema.name(), "strict": is_strict(schema.value()), "schema": schema.value()},
    })
}

fn sampling(
    body: &mut Map<String, Value>,
    target: &Target<'_>,
    request: &ChatRequest,
    dropped: &mut Vec<String>,
) {
    let (quirks, model, sampling) = (&target.provider.quirks, target.model, &request.sampling);
    if let Some(mut limit) = sampling.max_tokens {
        let most = model.max_output.and_then(|most| u32::try_from(most).ok()).or(quirks.max_requested);
        if let Some(most) = most.filter(|most| limit > *most) {
            limit = most;
            dropped.push(format!("max_tokens above {most}"));
        }
        // A target that has refused `max_tokens` in this request takes the newer name.
        let newer = model.has(Ability::MaxCompletionTokens)
            || target.without.iter().any(|field| field == "max_tokens");
        let field = if newer {
            "max_completion_tokens"
        } else {
            quirks.max_tokens.as_deref().unwrap_or("max_tokens")
        };
        body.insert(field.into(), json!(limit));
    }
    let drawn = [("temperature", sampling.temperature), ("top_p", sampling.top_p)];
    for (field, value) in drawn.into_iter().filter_map(|(field, value)| Some((field, value?))) {
        if model.has(Ability::NoSampling) {
            dropped.push(field.to_owned());
        } else {
            body.insert(field.into(), json!(value));
        }
    }
    if !sampling.stop.is_empty() {
        body.insert("stop".into(), json!(sampling.stop));
    }
    if let Some(seed) = sampling.seed {
        body.insert(quirks.seed.as_deref().unwrap_or("seed").into(), json!(seed));
    }
    if let Some(effort) = request.effort {
        body.insert("reasoning_effort".into(), json!(effort.as_str()));
    }
}
