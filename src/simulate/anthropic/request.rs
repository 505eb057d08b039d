//! Requests: from the wire's JSON to what the model is asked.

use serde_json::Value;

use super::super::dialect::Kind;
use super::super::model::{Ask, Choice, Form, Tool};
use super::super::reply::Refusal;
use super::super::wire::{Chat, Reading};
use super::{conversation, fields, schema};

/// The least that a model may be given to think with.
const LEAST_BUDGET: u64 = 1024;

const EFFORTS: [&str; 5] = ["low", "medium", "high", "xhigh", "max"];

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Answer,
    /// Only its tokens are counted.
    Count,
}

pub(super) fn read(reading: Reading<'_>, body: &Value, purpose: Purpose) -> Result<Chat, Refusal> {
    if !reading.headers.contains_key("anthropic-version") {
        return Err(Refusal::bad("anthropic-version: header is required"));
    }
    fields::check_request(body, purpose == Purpose::Count)?;
    let model = body.get("model").and_then(Value::as_str).filter(|model| !model.is_empty());
    let model = model.ok_or_else(|| fields::required("model"))?;
    if model.contains("nope") || model.contains("does-not-exist") {
        return Err(Refusal::new(Kind::NoModel));
    }
    let max_tokens = match purpose {
        Purpose::Answer => Some(max_tokens(body)?),
        Purpose::Count => None,
    };
    let reasoning = thinks(body, max_tokens)?;
    let tools = tools(body)?;
    let (choice, single_call) = choice(body, &tools, reasoning)?;
    sampling(body, reasoning)?;
    let ask = Ask {
        model: model.to_owned(),
        messages: conversation::read(body, reasoning)?,
        tools,
        choice,
        single_call,
        form: form(body)?,
        reasoning,
        max_tokens,
        stop: stop(body)?,
        tag: reading.name.map(|name| format!("{name}, {}/{model}", reading.dialect.name)),
        manner: reading.manner,
    };
    Ok(Chat { ask, usage: true, blocks: false, thoughts: true })
}

fn max_tokens(body: &Value) -> Result<u32, Refusal> {
    let limit = body.get("max_tokens").ok_or_else(|| fields::required("max_tokens"))?;
    let limit = limit.as_u64().filter(|limit| *limit > 0);
    let limit =
        limit.ok_or_else(|| Refusal::bad("max_tokens: Input should be greater than or equal to 1"))?;
    Ok(u32::try_from(limit).unwrap_or(u32::MAX))
}

/// Whether the model thinks, and whether it may.
fn thinks(body: &Value, max_tokens: Option<u32>) -> Result<bool, Refusal> {
    let effort = body.pointer("/output_config/effort").and_then(Value::as_str);
    if let Some(effort) = effort.filter(|effort| !EFFORTS.contains(effort)) {
        return Err(Refusal::bad(format!(
            "This model does not support effort level '{effort}'. Supported levels: high, low, max, medium."
        )));
    }
    let Some(thinking) = body.get("thinking").filter(|thinking| !thinking.is_null()) else {
        return Ok(false);
    };
    match thinking.get("type").and_then(Value::as_str) {
        Some("disabled") => Ok(false),
        Some("adaptive") => Ok(true),
        Some("enabled") => {
            let path = "thinking.enabled.budget_tokens";
            let budget = thinking.get("budget_tokens").ok_or_else(|| fields::required(path))?;
            let budget = budget.as_u64().filter(|budget| *budget >= LEAST_BUDGET).ok_or_else(|| {
                Refusal::bad(format!("{path}: Input should be greater than or equal to {LEAST_BUDGET}"))
            })?;
            if max_tokens.is_some_and(|most| u64::from(most) <= budget) {
                return Err(Refusal::bad("`max_tokens` must be greater than `thinking.budget_tokens`."));
            }
            Ok(true)
        }
        _ => Err(Refusal::bad(
            "thinking: Input tag found using 'type' does not match any of the expected tags: 'adaptive', \
             'disabled', 'enabled'",
        )),
    }
}

fn sampling(body: &Value, reasoning: bool) -> Result<(), Refusal> {
    let Some(heat) = body.get("temperature").filter(|heat| !heat.is_null()) else { return Ok(()) };
    let heat = heat.as_f64().ok_or_else(|| Refusal::bad("temperature: Input should be a valid number"))?;
    if !(0.0..=1.0).contains(&heat) {
        return Err(Refusal::bad("temperature: Input should be less than or equal to 1"));
    }
    if reasoning && heat < 1.0 {
        return Err(Refusal::bad("`temperature` may only be set to 1 when thinking is enabled."));
    }
    Ok(())
}

fn tools(body: &Value) -> Result<Vec<Tool>, Refusal> {
    let tools = body.get("tools").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let own = |tool: &&Value| tool.get("type").is_none_or(|kind| kind.is_null() || kind == "custom");
    tools.iter().filter(own).enumerate().map(|(at, tool)| one_tool(at, tool)).collect()
}

fn one_tool(at: usize, tool: &Value) -> Result<Tool, Refusal> {
    let path = format!("tools.{at}.custom");
    fields::check_tool(tool, &path)?;
    let name = tool.get("name").and_then(Value::as_str);
    let name = name.ok_or_else(|| fields::required(&format!("{path}.name")))?;
    if name.is_empty() || name.len() > 128 || !conversation::is_identifier(name) {
        return Err(Refusal::bad(format!(
            "{path}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
        )));
    }
    let schema = tool.get("input_schema").ok_or_else(|| fields::required(&format!("{path}.input_schema")))?;
    if schema.get("type").is_none_or(|kind| kind != "object") {
        return Err(fields::required(&format!("{path}.input_schema.type")));
    }
    let description = tool.get("description").and_then(Value::as_str).unwrap_or_default();
    Ok(Tool { name: name.to_owned(), description: description.to_owned(), parameters: schema.clone() })
}

/// Whether tools may be called, and whether only one at a time.
fn choice(body: &Value, tools: &[Tool], reasoning: bool) -> Result<(Choice, bool), Refusal> {
    let Some(choice) = body.get("tool_choice").filter(|choice| !choice.is_null()) else {
        return Ok((Choice::Auto, false));
    };
    if tools.is_empty() {
        return Err(Refusal::bad("tool_choice: may only be specified while providing `tools`"));
    }
    let single = choice.get("disable_parallel_tool_use") == Some(&Value::Bool(true));
    let choice = match choice.get("type").and_then(Value::as_str) {
        Some("auto") => Choice::Auto,
        Some("none") => Choice::Forbidden,
        Some("any" | "tool") if reasoning => {
            return Err(Refusal::bad("Thinking may not be enabled when tool_choice forces tool use."));
        }
        Some("any") => Choice::Required,
        Some("tool") => {
            let name = choice.get("name").and_then(Value::as_str);
            let name = name.ok_or_else(|| fields::required("tool_choice.tool.name"))?;
            if !tools.iter().any(|tool| tool.name == name) {
                return Err(Refusal::bad(format!("Tool '{name}' not found in provided tools")));
            }
            Choice::Named(name.to_owned())
        }
        _ => return Err(Refusal::bad("tool_choice: Input tag does not match any of the expected tags")),
    };
    Ok((choice, single))
}

fn form(body: &Value) -> Result<Form, Refusal> {
    let Some(format) = body.pointer("/output_config/format").filter(|format| !format.is_null()) else {
        return Ok(Form::Prose);
    };
    if format.get("type").is_none_or(|kind| kind != "json_schema") {
        return Err(Refusal::bad("output_config.format.type: Input should be 'json_schema'"));
    }
    let form = format.get("schema").ok_or_else(|| fields::required("output_config.format.schema"))?;
    if schema::is_open(form) {
        return Err(Refusal::bad(
            "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set \
             to false",
        ));
    }
    Ok(Form::Schema(form.clone()))
}

fn stop(body: &Value) -> Result<Vec<String>, Refusal> {
    let stops = body.get("stop_sequences").and_then(Value::as_array).into_iter().flatten();
    let stops: Vec<_> = stops.filter_map(Value::as_str).map(str::to_owned).collect();
    if stops.iter().any(|stop| stop.trim().is_empty()) {
        return Err(Refusal::bad("stop_sequences: each stop sequence must contain non-whitespace"));
    }
    Ok(stops)
}
