//! Requests: what a model is given, held to the fields of its published schema and nothing else.

use serde_json::{Map, Value, json};

use super::super::dialect::{Dialect, Kind};
use super::super::model::{Ask, Message, Role};
use super::super::reply::Refusal;
use super::super::wire::{Chat, Reading};
use super::models;

/// Names of the output limit.
const LIMITS: [&str; 4] = ["max_completion_tokens", "max_tokens", "max_new_tokens", "max_output_tokens"];

/// A refusal that names the field.
pub(super) fn invalid(field: &str, reason: &str) -> Refusal {
    let message = format!("- {field}: {reason}\n");
    let invalid = json!([{"type": "invalid", "field": field, "description": reason}]);
    Refusal::bad(message).with("invalid", invalid)
}

/// Reads a request, refusing fields that the model does not have and values of the wrong type.
pub(super) fn read(reading: Reading<'_>, model: &str, body: &Value) -> Result<Chat, Refusal> {
    if model.contains("nope") || model.contains("does-not-exist") {
        return Err(Refusal::new(Kind::NoModel));
    }
    let input = body.get("input").and_then(Value::as_object);
    let input = input.ok_or_else(|| invalid("input", "input is required"))?;
    for (name, value) in input {
        check(reading.dialect, model, name, value)?;
    }
    let messages = messages(input)?;
    let images = ["image_input", "images", "image"].iter().filter_map(|name| input.get(*name));
    let images: usize = images.map(|value| value.as_array().map_or(1, Vec::len)).sum();
    let mut ask = Ask {
        model: model.to_owned(),
        messages,
        max_tokens: LIMITS.iter().find_map(|name| u32::try_from(input.get(*name)?.as_u64()?).ok()),
        stop: stops(input),
        tag: reading.name.map(|name| format!("{name}, {}/{model}", reading.dialect.name)),
        manner: reading.manner,
        ..Ask::default()
    };
    if let Some(question) = ask.messages.iter_mut().rev().find(|message| message.role == Role::User) {
        question.images = images;
    }
    Ok(Chat { ask, usage: true, blocks: false, thoughts: false })
}

fn check(dialect: &Dialect, model: &str, name: &str, value: &Value) -> Result<(), Refusal> {
    let place = format!("input.{name}");
    let Some(kind) = models::fields(dialect, model).and_then(|fields| fields.get(name)) else {
        return Err(invalid(&place, "Additional property is not allowed"));
    };
    let (fits, given) = match value {
        Value::String(_) => (kind == "string", "string"),
        Value::Number(number) => (kind == "number" || (kind == "integer" && !number.is_f64()), "number"),
        Value::Array(_) => (kind == "array", "array"),
        Value::Bool(_) => (kind == "boolean", "boolean"),
        Value::Null => (true, "null"),
        Value::Object(_) => (kind == "object", "object"),
    };
    if fits {
        Ok(())
    } else {
        Err(invalid(&place, &format!("Invalid type. Expected: {kind}, given: {given}")))
    }
}

/// The messages, or a prompt with what stands above it.
fn messages(input: &Map<String, Value>) -> Result<Vec<Message>, Refusal> {
    let message = |role, text: &str| Message { role, text: text.to_owned(), images: 0, calls: Vec::new() };
    let text = |name: &str| input.get(name).and_then(Value::as_str);
    if let Some(list) =
        input.get("messages").filter(|list| list.as_array().is_some_and(|list| !list.is_empty()))
    {
        return list.as_array().into_iter().flatten().map(one_message).collect();
    }
    let prompt = text("prompt").ok_or_else(|| invalid("input", "prompt is required"))?;
    let system = ["system_prompt", "system_instruction"].into_iter().find_map(text);
    let system = system.map(|system| message(Role::System, system));
    Ok(system.into_iter().chain([message(Role::User, prompt)]).collect())
}

fn one_message(entry: &Value) -> Result<Message, Refusal> {
    let role = match entry.get("role").and_then(Value::as_str) {
        Some("system") => Role::System,
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        _ => return Err(invalid("input.messages", "Invalid role")),
    };
    let text = entry.get("content").and_then(Value::as_str);
    let text = text.ok_or_else(|| invalid("input.messages", "Invalid content"))?.to_owned();
    Ok(Message { role, text, images: 0, calls: Vec::new() })
}

/// A list, or a text with commas.
fn stops(input: &Map<String, Value>) -> Vec<String> {
    match input.get("stop_sequences").or_else(|| input.get("stop")) {
        Some(Value::String(text)) => {
            text.split(',').filter(|stop| !stop.is_empty()).map(str::to_owned).collect()
        }
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}
