//! Requests: from the wire's JSON to what the model is asked.

use std::collections::HashSet;

use serde_json::Value;

use super::super::dialect::{Dialect, Kind, Rule};
use super::super::model::{Ask, Call, Choice, Form, Message, Role, Tool};
use super::super::reply::Refusal;
use super::super::wire::{Chat, Reading};
use super::rules;

/// Models of these names reason without being asked to.
const REASONERS: [&str; 6] = ["gpt-oss", "magistral", "reason", "-r1", "think", "o3"];

pub(super) fn read(reading: Reading<'_>, body: &Value) -> Result<Chat, Refusal> {
    let dialect = reading.dialect;
    let model = reading.model.or(body.get("model").and_then(Value::as_str));
    let model = model
        .filter(|model| !model.is_empty())
        .ok_or_else(|| Refusal::bad("you must provide a model parameter"))?;
    if model.contains("nope") || model.contains("does-not-exist") {
        return Err(Refusal::new(Kind::NoModel));
    }
    rules::check(dialect, model, body)?;
    let messages = messages(dialect, body)?;
    let tools = tools(body)?;
    let choice = if dialect.has(Rule::ToolChoiceIgnored) { Choice::Auto } else { choice(body, &tools)? };
    let reasoning = reasons(model, body);
    let ask = Ask {
        model: model.to_owned(),
        messages,
        tools,
        choice,
        single_call: body.get("parallel_tool_calls") == Some(&Value::Bool(false)),
        form: form(dialect, body)?,
        reasoning,
        max_tokens: max_tokens(body)?,
        stop: stop(body),
        tag: reading.name.map(|name| format!("{name}, {}/{model}", dialect.name)),
        manner: reading.manner,
    };
    let usage = body.pointer("/stream_options/include_usage") == Some(&Value::Bool(true));
    Ok(Chat { ask, usage, blocks: reasoning && dialect.has(Rule::ThinkingBlocks), thoughts: true })
}

fn messages(dialect: &Dialect, body: &Value) -> Result<Vec<Message>, Refusal> {
    let messages = body.get("messages").and_then(Value::as_array);
    let messages = messages.ok_or_else(|| Refusal::bad("'messages' : property 'messages' is missing"))?;
    if messages.is_empty() {
        return Err(Refusal::bad("'messages' : minimum number of items is 1").with("param", "messages"));
    }
    let mut open: HashSet<&str> = HashSet::new();
    let mut read = Vec::with_capacity(messages.len());
    for message in messages {
        let next = one_message(dialect, message)?;
        if next.role == Role::Tool {
            let id = message.get("tool_call_id").and_then(Value::as_str).unwrap_or_default();
            if !open.remove(id) {
                let reason =
                    "messages with role 'tool' must be a response to a preceding message with 'tool_calls'";
                return Err(Refusal::bad(format!("{reason}: no call `{id}`")).with("param", "messages"));
            }
        } else if dialect.has(Rule::AnsweredCalls) && !open.is_empty() {
            let reason = "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'";
            return Err(Refusal::bad(reason).with("param", "messages"));
        } else {
            let calls = message.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
            open = calls.filter_map(|call| call.get("id").and_then(Value::as_str)).collect();
        }
        read.push(next);
    }
    Ok(read)
}

fn one_message(dialect: &Dialect, message: &Value) -> Result<Message, Refusal> {
    let role = match message.get("role").and_then(Value::as_str) {
        Some("system" | "developer") => Role::System,
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some("tool") => Role::Tool,
        other => return Err(Refusal::bad(format!("invalid role {other:?}")).with("param", "messages")),
    };
    let calls = message.get("tool_calls").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let calls = calls.iter().map(one_call).collect::<Result<Vec<_>, _>>()?;
    let (text, images) = match message.get("content") {
        Some(Value::String(text)) => (text.clone(), 0),
        Some(Value::Array(parts)) => parts_of(dialect, parts)?,
        None | Some(Value::Null) if role == Role::Assistant && !calls.is_empty() => (String::new(), 0),
        _ => {
            return Err(
                Refusal::bad("message content must be a string or a list of parts").with("param", "messages")
            );
        }
    };
    Ok(Message { role, text, images, calls })
}

fn parts_of(dialect: &Dialect, parts: &[Value]) -> Result<(String, usize), Refusal> {
    let mut text = String::new();
    let mut images = 0;
    for part in parts {
        match part.get("type").and_then(Value::as_str) {
            Some("text") => {
                let piece = part.get("text").and_then(Value::as_str);
                text.push_str(piece.ok_or_else(|| Refusal::bad("a text part needs `text`"))?);
            }
            Some("image_url") => {
                let url = part.pointer("/image_url/url").or(part.get("image_url")).and_then(Value::as_str);
                let url = url.ok_or_else(|| Refusal::bad("an image part needs `image_url.url`"))?;
                check_image(dialect, url)?;
                images += 1;
            }
            Some("file" | "input_audio" | "video_url" | "document_url" | "thinking") => {}
            other => return Err(Refusal::bad(format!("invalid content part type {other:?}"))),
        }
    }
    Ok((text, images))
}

fn check_image(dialect: &Dialect, url: &str) -> Result<(), Refusal> {
    let Some(inline) = url.strip_prefix("data:") else {
        let remote = url.starts_with("https://") || url.starts_with("http://");
        let accepted = remote && !dialect.has(Rule::InlineImages);
        return if accepted { Ok(()) } else { Err(Refusal::bad("invalid image input")) };
    };
    let payload = inline.split_once(";base64,").map(|(_, payload)| payload);
    let valid = payload.is_some_and(rules::is_base64);
    if valid { Ok(()) } else { Err(Refusal::bad("invalid image input: not base64")) }
}

fn one_call(call: &Value) -> Result<Call, Refusal> {
    let name = call.pointer("/function/name").and_then(Value::as_str);
    let arguments = call.pointer("/function/arguments").and_then(Value::as_str);
    let (Some(name), Some(arguments)) = (name, arguments) else {
        return Err(Refusal::bad("a tool call needs `function.name` and `function.arguments` as a string"));
    };
    let arguments = serde_json::from_str(arguments).unwrap_or_else(|_| Value::String(arguments.to_owned()));
    Ok(Call { name: name.to_owned(), arguments })
}

fn tools(body: &Value) -> Result<Vec<Tool>, Refusal> {
    let tools = body.get("tools").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let tool = |tool: &Value| {
        let function =
            tool.get("function").filter(|_| tool.get("type").is_some_and(|kind| kind == "function"));
        let name = function.and_then(|function| function.get("name")).and_then(Value::as_str);
        let (Some(function), Some(name)) = (function, name) else {
            return Err(
                Refusal::bad("a tool needs `type: function` and `function.name`").with("param", "tools")
            );
        };
        let description = function.get("description").and_then(Value::as_str).unwrap_or_default();
        let parameters = function.get("parameters").cloned().unwrap_or_default();
        Ok(Tool { name: name.to_owned(), description: description.to_owned(), parameters })
    };
    tools.iter().map(tool).collect()
}

fn choice(body: &Value, tools: &[Tool]) -> Result<Choice, Refusal> {
    let choice = match body.get("tool_choice") {
        None | Some(Value::Null) => Choice::Auto,
        Some(Value::String(word)) => match word.as_str() {
            "auto" => Choice::Auto,
            "none" => Choice::Forbidden,
            "required" | "any" => Choice::Required,
            _ => {
                return Err(
                    Refusal::bad(format!("invalid tool_choice `{word}`")).with("param", "tool_choice")
                );
            }
        },
        Some(named) => match named.pointer("/function/name").and_then(Value::as_str) {
            Some(name) => Choice::Named(name.to_owned()),
            None => return Err(Refusal::bad("invalid tool_choice").with("param", "tool_choice")),
        },
    };
    let known = match &choice {
        Choice::Named(name) => tools.iter().any(|tool| tool.name == *name),
        Choice::Required => !tools.is_empty(),
        Choice::Auto | Choice::Forbidden => true,
    };
    if known {
        Ok(choice)
    } else {
        Err(Refusal::bad("tool_choice names no tool").with("param", "tool_choice"))
    }
}

fn form(dialect: &Dialect, body: &Value) -> Result<Form, Refusal> {
    let Some(format) = body.get("response_format").filter(|format| !format.is_null()) else {
        return Ok(Form::Prose);
    };
    let value = format.get("value").filter(|_| dialect.has(Rule::ValueSchema));
    match (format.get("type").and_then(Value::as_str), value) {
        (Some("text"), _) => Ok(Form::Prose),
        (Some("json_object" | "json"), Some(schema)) => Ok(Form::Schema(schema.clone())),
        (Some("json_object"), None) => Ok(Form::Json),
        (Some("json_schema"), _) => {
            match format.pointer("/json_schema/schema") {
                Some(schema) => Ok(Form::Schema(schema.clone())),
                None => Err(Refusal::bad("missing `response_format.json_schema.schema`")
                    .with("param", "response_format")),
            }
        }
        _ => Err(Refusal::bad("invalid `response_format.type`").with("param", "response_format")),
    }
}

fn max_tokens(body: &Value) -> Result<Option<u32>, Refusal> {
    for name in ["max_completion_tokens", "max_tokens"] {
        match body.get(name) {
            None | Some(Value::Null) => {}
            Some(value) => {
                let limit = value.as_u64().filter(|limit| *limit > 0);
                let limit = limit.ok_or_else(|| {
                    Refusal::bad(format!("'{name}' must be at least 1")).with("param", name)
                })?;
                return Ok(Some(u32::try_from(limit).unwrap_or(u32::MAX)));
            }
        }
    }
    Ok(None)
}

fn stop(body: &Value) -> Vec<String> {
    match body.get("stop") {
        Some(Value::String(stop)) => vec![stop.clone()],
        Some(Value::Array(stops)) => stops.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Whether the model reasons: because it is asked to, or because it is of that kind.
fn reasons(model: &str, body: &Value) -> bool {
    let effort = body.get("reasoning_effort").or(body.pointer("/reasoning/effort")).and_then(Value::as_str);
    if let Some(effort) = effort {
        return effort != "none";
    }
    let switch =
        body.pointer("/reasoning/enabled").or(body.get("include_reasoning")).and_then(Value::as_bool);
    let thinking = body.pointer("/thinking/type").and_then(Value::as_str).map(|kind| kind == "enabled");
    let prompted = body.get("prompt_mode").and_then(Value::as_str).map(|mode| mode == "reasoning");
    let usual = || REASONERS.iter().any(|name| model.contains(name));
    switch.or(thinking).or(prompted).unwrap_or_else(usual)
}
