//! Writing requests.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::encode::{system_text, turns, unsupported};
use super::super::{Encoded, Target};
use super::WIRE;
use super::schema::closed;
use crate::chat::{ChatRequest, Effort, Failure, Format, Media, Message, Part, Source, ToolChoice};
use crate::providers::Ability;

/// The output limit where the caller states none: one must be stated.
const USUAL_MAX_TOKENS: u64 = 16_384;

/// Writes a request as the target takes it.
pub(super) fn encode(target: &Target<'_>, request: &ChatRequest) -> Result<Encoded, Failure> {
    let mut body = Map::new();
    let mut dropped = Vec::new();
    body.insert("model".into(), json!(target.model.id));
    body.insert("max_tokens".into(), json!(max_tokens(target, request, &mut dropped)));
    if let Some(system) = system_text(request) {
        body.insert("system".into(), json!(system));
    }
    let messages = turns(request, "assistant", blocks)?.into_iter();
    let messages = messages.map(|(role, mut content)| {
        // The results of calls must come before whatever else the user says.
        content.sort_by_key(|block| block["type"] != "tool_result");
        json!({"role": role, "content": content})
    });
    body.insert("messages".into(), messages.collect());
    tools(&mut body, request);
    output(&mut body, target, request, &mut dropped)?;
    sampling(&mut body, target, request, &mut dropped);
    if request.stream {
        body.insert("stream".into(), json!(true));
    }
    for field in target.without {
        if body.remove(field).is_some() {
            dropped.push(field.clone());
        }
    }
    let body = serde_json::to_vec(&body).map_err(|error| unsupported("messages", &error.to_string()))?;
    Ok(Encoded { path: "/messages".into(), headers: Vec::new(), body, dropped })
}

fn max_tokens(target: &Target<'_>, request: &ChatRequest, dropped: &mut Vec<String>) -> u64 {
    let most = target.model.max_output;
    match request.sampling.max_tokens.map(u64::from) {
        None => most.unwrap_or(USUAL_MAX_TOKENS).min(USUAL_MAX_TOKENS),
        Some(asked) if most.is_some_and(|most| asked > most) => {
            let most = most.unwrap_or(asked);
            dropped.push(format!("max_tokens above {most}"));
            most
        }
        Some(asked) => asked,
    }
}

fn blocks(message: &Message) -> Result<Vec<Value>, Failure> {
    let mut blocks = Vec::with_capacity(message.parts.len());
    for part in &message.parts {
        match part {
            // An empty block is refused.
            Part::Text(text) if text.trim().is_empty() => {}
            Part::Text(text) => blocks.push(json!({"type": "text", "text": text})),
            Part::Media(media) => blocks.push(media_block(media)?),
            Part::Reasoning { text, signature: Some(signature) } if signature.wire == WIRE => {
                blocks.push(if signature.redacted {
                    json!({"type": "redacted_thinking", "data": signature.data})
                } else {
                    json!({"type": "thinking", "thinking": text, "signature": signature.data})
                });
            }
            // A thought without its signature is nobody's, and one with another's would be refused.
            Part::Reasoning { .. } => {}
            Part::ToolCall(call) => {
                let input: Value = serde_json::from_str(&call.arguments).unwrap_or_else(|_| json!({}));
                blocks.push(
                    json!({"type": "tool_use", "id": call_id(&call.id), "name": call.name, "input": input}),
                );
            }
            Part::ToolResult { call_id, content, is_error, .. } => {
                let mut block =
                    json!({"type": "tool_result", "tool_use_id": self::call_id(call_id), "content": content});
                if *is_error {
                    block["is_error"] = json!(true);
                }
                blocks.push(block);
            }
        }
    }
    Ok(blocks)
}

/// Letters, digits, `_` and `-` are taken. A conversation may have begun elsewhere: other ids are mapped, the same one
/// always to the same.
fn call_id(id: &str) -> String {
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
        return id.to_owned();
    }
    let digest = Sha256::digest(id.as_bytes());
    digest.iter().take(12).fold("toolu_".to_owned(), |id, byte| format!("{id}{byte:02x}"))
}

fn media_block(media: &Media) -> Result<Value, Failure> {
    let kind = match media.mime.as_str() {
        _ if media.is_image() => "image",
        "application/pdf" => "document",
        mime => return Err(unsupported("messages", &format!("this provider does not take {mime}"))),
    };
    let source = match &media.source {
        Source::Base64(data) => json!({"type": "base64", "media_type": media.mime, "data": data}),
        Source::Url(url) => json!({"type": "url", "url": url}),
    };
    let mut block = json!({"type": kind, "source": source});
    if let (false, Some(name)) = (media.is_image(), &media.name) {
        block["title"] = json!(name);
    }
    Ok(block)
}

fn tools(body: &mut Map<String, Value>, request: &ChatRequest) {
    if request.tools.is_empty() {
        return;
    }
    let tool = |spec: &crate::chat::ToolSpec| {
        let mut tool =
            json!({"name": spec.name, "description": spec.description, "input_schema": spec.parameters});
        if spec.strict {
            tool["strict"] = json!(true);
        }
        tool
    };
    body.insert("tools".into(), request.tools.iter().map(tool).collect());
    let mut choice = match &request.tool_choice {
        ToolChoice::Auto | ToolChoice::Offered => json!({"type": "auto"}),
        ToolChoice::None => json!({"type": "none"}),
        ToolChoice::Required => json!({"type": "any"}),
        ToolChoice::Named(name) => json!({"type": "tool", "name": name}),
    };
    if request.parallel_tool_calls == Some(false) && request.tool_choice != ToolChoice::None {
        choice["disable_parallel_tool_use"] = json!(true);
    }
    if choice != json!({"type": "auto"}) {
        body.insert("tool_choice".into(), choice);
    }
}

/// The form of the answer and the depth of thought share a field.
fn output(
    body: &mut Map<String, Value>,
    target: &Target<'_>,
    request: &ChatRequest,
    dropped: &mut Vec<String>,
) -> Result<(), Failure> {
    let mut config = Map::new();
    match &request.format {
        Format::Text => {}
        Format::Json => {
            return Err(unsupported("response_format", "this provider has no JSON mode without a schema"));
        }
        Format::Schema(schema) => {
            config.insert("format".into(), json!({"type": "json_schema", "schema": closed(schema.value())}));
        }
    }
    let refused = target.without.iter().any(|param| param == "reasoning_effort");
    match request.effort {
        None => {}
        Some(_) if refused => dropped.push("reasoning_effort".into()),
        Some(Effort::None) => {
            body.insert("thinking".into(), json!({"type": "disabled"}));
        }
        Some(Effort::Minimal | Effort::Low) => {
            config.insert("effort".into(), json!("low"));
        }
        Some(Effort::Medium) => {
            config.insert("effort".into(), json!("medium"));
        }
        Some(Effort::High) => {
            config.insert("effort".into(), json!("high"));
        }
    }
    if !config.is_empty() {
        body.insert("output_config".into(), Value::Object(config));
    }
    Ok(())
}

fn sampling(
    body: &mut Map<String, Value>,
    target: &Target<'_>,
    request: &ChatRequest,
    dropped: &mut Vec<String>,
) {
    let sampling = &request.sampling;
    // Its scale ends at one.
    let drawn = [("temperature", sampling.temperature.map(|heat| heat.min(1.0))), ("top_p", sampling.top_p)];
    for (field, value) in drawn.into_iter().filter_map(|(field, value)| Some((field, value?))) {
        if target.model.has(Ability::NoSampling) {
            dropped.push(field.to_owned());
        } else {
            body.insert(field.into(), json!(value));
        }
    }
    if !sampling.stop.is_empty() {
        body.insert("stop_sequences".into(), json!(sampling.stop));
    }
    if sampling.seed.is_some() {
        dropped.push("seed".into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_ids_are_mapped_alike() {
        assert_eq!(call_id("toolu_01-x"), "toolu_01-x");
        let mapped = call_id("functions.f:0");
        assert!(mapped.starts_with("toolu_") && mapped.len() == 30);
        assert_eq!(mapped, call_id("functions.f:0"));
        assert_ne!(mapped, call_id("functions.f:1"));
    }
}
