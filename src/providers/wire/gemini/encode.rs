//! Writing requests.

use serde_json::{Map, Value, json};

use super::super::encode::{in_path, system_text, turns, unsupported};
use super::super::{Encoded, Target};
use super::WIRE;
use crate::chat::{ChatRequest, Effort, Failure, Format, Media, Message, Part, Source, ToolCall, ToolChoice};
use crate::providers::Ability;

/// What stands for the signature of a call that another model made: Google's documented word for "there is none".
/// (ai.google.dev/gemini-api/docs/thought-signatures)
const FOREIGN_CALL: &str = "skip_thought_signature_validator";

/// Writes a request as the target takes it.
pub(super) fn encode(target: &Target<'_>, request: &ChatRequest) -> Result<Encoded, Failure> {
    let mut body = Map::new();
    let mut dropped = Vec::new();
    if let Some(system) = system_text(request) {
        body.insert("systemInstruction".into(), json!({"parts": [{"text": system}]}));
    }
    let contents = turns(request, "model", parts)?.into_iter();
    body.insert(
        "contents".into(),
        contents.map(|(role, parts)| json!({"role": role, "parts": parts})).collect(),
    );
    tools(&mut body, request, &mut dropped);
    let config = generation_config(target, request, &mut dropped);
    if !config.is_empty() {
        body.insert("generationConfig".into(), Value::Object(config));
    }
    let model = in_path(&target.model.id);
    let method = if request.stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
    let body = serde_json::to_vec(&body).map_err(|error| unsupported("contents", &error.to_string()))?;
    Ok(Encoded { path: format!("/models/{model}:{method}"), headers: Vec::new(), body, dropped })
}

fn parts(message: &Message) -> Result<Vec<Value>, Failure> {
    let mut parts = Vec::with_capacity(message.parts.len());
    let mut calls = 0;
    for part in &message.parts {
        match part {
            Part::Text(text) => parts.push(json!({"text": text})),
            Part::Media(media) => parts.push(media_part(media)),
            // Thoughts themselves do not go back; their signature does, on a part of its own.
            Part::Reasoning { signature: Some(signature), .. } if signature.wire == WIRE => {
                parts.push(json!({"text": "", "thoughtSignature": signature.data}));
            }
            Part::Reasoning { .. } => {}
            Part::ToolCall(call) => {
                parts.push(call_part(call, calls == 0)?);
                calls += 1;
            }
            Part::ToolResult { name, content, is_error, .. } => {
                let key = if *is_error { "error" } else { "result" };
                parts.push(json!({"functionResponse": {"name": name, "response": {key: content}}}));
            }
        }
    }
    Ok(parts)
}

fn media_part(media: &Media) -> Value {
    match &media.source {
        Source::Base64(data) => json!({"inlineData": {"mimeType": media.mime, "data": data}}),
        Source::Url(url) => json!({"fileData": {"mimeType": media.mime, "fileUri": url}}),
    }
}

/// Of calls made at once only the first one is signed.
fn call_part(call: &ToolCall, first: bool) -> Result<Value, Failure> {
    let arguments: Value = serde_json::from_str(&call.arguments)
        .map_err(|_| unsupported("contents", "a tool call in the history has arguments that are no JSON"))?;
    let mut part = json!({"functionCall": {"name": call.name, "args": arguments}});
    if let Some(signature) = call.signature.as_deref().or(first.then_some(FOREIGN_CALL)) {
        part["thoughtSignature"] = json!(signature);
    }
    Ok(part)
}

fn tools(body: &mut Map<String, Value>, request: &ChatRequest, dropped: &mut Vec<String>) {
    if request.tools.is_empty() {
        return;
    }
    let declarations: Vec<Value> = request
        .tools
        .iter()
        .map(|tool| json!({"name": tool.name, "description": tool.description, "parametersJsonSchema": tool.parameters}))
        .collect();
    body.insert("tools".into(), json!([{"functionDeclarations": declarations}]));
    let config = match &request.tool_choice {
        ToolChoice::Auto | ToolChoice::Offered => None,
        ToolChoice::None => Some(json!({"mode": "NONE"})),
        ToolChoice::Required => Some(json!({"mode": "ANY"})),
        ToolChoice::Named(name) => Some(json!({"mode": "ANY", "allowedFunctionNames": [name]})),
    };
    if let Some(config) = config {
        body.insert("toolConfig".into(), json!({"functionCallingConfig": config}));
    }
    if request.parallel_tool_calls == Some(false) {
        dropped.push("parallel_tool_calls".into());
    }
}

fn generation_config(
    target: &Target<'_>,
    request: &ChatRequest,
    dropped: &mut Vec<String>,
) -> Map<String, Value> {
    let mut config = Map::new();
    let mut set =
        |name: &str, value: Option<Value>| value.and_then(|value| config.insert(name.to_owned(), value));
    let sampling = &request.sampling;
    let keeps = |param: &str| !target.without.iter().any(|without| without == param);
    set("temperature", sampling.temperature.filter(|_| keeps("temperature")).map(|heat| json!(heat)));
    set("topP", sampling.top_p.filter(|_| keeps("top_p")).map(|top_p| json!(top_p)));
    set("maxOutputTokens", sampling.max_tokens.map(|limit| json!(limit)));
    set("stopSequences", (!sampling.stop.is_empty()).then(|| json!(sampling.stop)));
    set("seed", sampling.seed.filter(|_| keeps("seed")).map(|seed| json!(seed)));
    match &request.format {
        Format::Text => {}
        Format::Json => drop(set("responseMimeType", Some(json!("application/json")))),
        Format::Schema(schema) => {
            set("responseMimeType", Some(json!("application/json")));
            set("responseJsonSchema", Some(schema.value().clone()));
        }
    }
    if let Some(effort) = request.effort {
        match thinking(target, effort) {
            Some(thinking) if keeps("reasoning_effort") => drop(set("thinkingConfig", Some(thinking))),
            _ => dropped.push("reasoning_effort".into()),
        }
    }
    config
}

/// How hard to think: a budget of tokens for the 2.5 models, a level for those after them.
fn thinking(target: &Target<'_>, effort: Effort) -> Option<Value> {
    if !target.model.has(Ability::Reasoning) {
        return None;
    }
    if target.model.has(Ability::ThinkingBudget) {
        let budget = match effort {
            Effort::None => 0,
            Effort::Minimal => 512,
            Effort::Low => 1024,
            Effort::Medium => 8192,
            Effort::High => 24_576,
        };
        return Some(json!({"thinkingBudget": budget}));
    }
    let level = match effort {
        Effort::None | Effort::Minimal => "MINIMAL",
        Effort::Low => "LOW",
        Effort::Medium => "MEDIUM",
        Effort::High => "HIGH",
    };
    Some(json!({"thinkingLevel": level}))
}
