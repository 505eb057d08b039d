//! Requests: from the client's JSON to our own words. The policy is that of chat completions.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::dialect::Asked;
use super::super::refusal::Refusal;
use super::super::request::{parse, required, tool_choice, within};
use super::input::{Input, messages};
use crate::chat::{ChatRequest, Effort, Format, Message, Role, Sampling, Schema, ToolSpec};

#[derive(Debug, Deserialize)]
struct Body {
    model: Option<String>,
    #[serde(default)]
    input: Input,
    instructions: Option<String>,
    previous_response_id: Option<String>,
    stream: Option<bool>,
    store: Option<bool>,
    #[serde(default)]
    tools: Vec<ToolBody>,
    tool_choice: Option<Value>,
    parallel_tool_calls: Option<bool>,
    text: Option<TextBody>,
    reasoning: Option<ReasoningBody>,
    max_output_tokens: Option<u32>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    metadata: Option<Value>,
    // What changes the answer and cannot be carried.
    background: Option<bool>,
    conversation: Option<Value>,
    prompt: Option<Value>,
    top_logprobs: Option<u32>,
    max_tool_calls: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct ToolBody {
    #[serde(rename = "type")]
    kind: String,
    name: Option<String>,
    description: Option<String>,
    parameters: Option<Value>,
    strict: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct TextBody {
    format: Option<FormatBody>,
    verbosity: Option<String>,
}

#[derive(Debug, Deserialize)]
struct FormatBody {
    #[serde(rename = "type")]
    kind: String,
    name: Option<String>,
    schema: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct ReasoningBody {
    effort: Option<Effort>,
}

/// A request, read.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) asked: Asked,
    /// The response that it goes on from.
    pub(super) previous: Option<String>,
    /// Whether the answer is to be kept.
    pub(super) store: bool,
    /// What of it the response repeats.
    pub(super) terms: Value,
}

/// Reads a request.
pub(super) fn read(bytes: &[u8]) -> Result<Read, Refusal> {
    let body: Body = parse(bytes)?;
    refuse_foreign(&body)?;
    let model = required(body.model.clone())?;
    let terms = terms(&body);
    let (previous, stream) = (body.previous_response_id.clone(), body.stream.unwrap_or(false));
    let store = body.store.unwrap_or(true);
    Ok(Read { asked: Asked { model, request: request(body)?, stream }, previous, store, terms })
}

fn request(body: Body) -> Result<ChatRequest, Refusal> {
    let mut all = Vec::new();
    if let Some(instructions) = body.instructions.filter(|text| !text.is_empty()) {
        all.push(Message::text(Role::System, instructions));
    }
    messages(body.input, body.previous_response_id.is_some(), &mut all)?;
    let tools = tools(body.tools)?;
    if body.max_output_tokens == Some(0) {
        return Err(Refusal::of("max_output_tokens", "`max_output_tokens` is at least 1"));
    }
    Ok(ChatRequest {
        messages: all,
        tool_choice: tool_choice(body.tool_choice.as_ref(), "/name", &tools)?,
        tools,
        parallel_tool_calls: body.parallel_tool_calls,
        format: body.text.and_then(|text| text.format).map_or(Ok(Format::Text), format)?,
        sampling: Sampling {
            temperature: within("temperature", body.temperature, 2.0)?,
            top_p: within("top_p", body.top_p, 1.0)?,
            max_tokens: body.max_output_tokens,
            ..Sampling::default()
        },
        effort: body.reasoning.and_then(|reasoning| reasoning.effort),
        stream: true,
        trace: None,
    })
}

fn refuse_foreign(body: &Body) -> Result<(), Refusal> {
    let given = |value: &Option<Value>| value.as_ref().is_some_and(|value| !value.is_null());
    let verbosity = body.text.as_ref().and_then(|text| text.verbosity.as_deref());
    let foreign = [
        ("background", body.background == Some(true)),
        ("conversation", given(&body.conversation)),
        ("prompt", given(&body.prompt)),
        ("top_logprobs", body.top_logprobs.is_some_and(|count| count > 0)),
        ("max_tool_calls", body.max_tool_calls.is_some()),
        ("text.verbosity", verbosity.is_some_and(|word| word != "medium")),
    ];
    match foreign.into_iter().find(|(_, is_there)| *is_there) {
        None => Ok(()),
        Some((name, _)) => {
            Err(Refusal::of(name, format!("`{name}` is not supported")).code("unsupported_parameter"))
        }
    }
}

fn tools(bodies: Vec<ToolBody>) -> Result<Vec<ToolSpec>, Refusal> {
    let read = |(at, tool): (usize, ToolBody)| match (tool.kind.as_str(), tool.name) {
        ("function", Some(name)) => Ok(ToolSpec {
            name,
            description: tool.description.unwrap_or_default(),
            parameters: tool
                .parameters
                .filter(|parameters| !parameters.is_null())
                .unwrap_or_else(|| json!({"type": "object", "properties": {}})),
            strict: tool.strict.unwrap_or(false),
        }),
        ("function", None) => Err(Refusal::of(format!("tools[{at}].name"), "a function needs its name")),
        (kind, _) => {
            let message = format!("tools of type `{kind}` run at one provider only and are not supported");
            Err(Refusal::of(format!("tools[{at}].type"), message))
        }
    };
    bodies.into_iter().enumerate().map(read).collect()
}

fn format(body: FormatBody) -> Result<Format, Refusal> {
    match (body.kind.as_str(), body.schema) {
        ("text", _) => Ok(Format::Text),
        ("json_object", _) => Ok(Format::Json),
        ("json_schema", Some(mut schema)) => {
            if let (Some(object), Some(name)) = (schema.as_object_mut(), body.name) {
                object.entry("title").or_insert_with(|| json!(name));
            }
            let schema = Schema::new(schema);
            schema.map(Format::Schema).map_err(|error| Refusal::of("text.format.schema", error.to_string()))
        }
        ("json_schema", None) => Err(Refusal::of("text.format", "`json_schema` needs its `schema`")),
        (kind, _) => Err(Refusal::of("text.format", format!("answers of type `{kind}` are not supported"))),
    }
}

/// What was asked, as OpenAI repeats it.
fn terms(body: &Body) -> Value {
    let format = body.text.as_ref().and_then(|text| text.format.as_ref());
    let format = match format {
        None => json!({"type": "text"}),
        Some(format) => json!({"type": format.kind, "name": format.name, "schema": format.schema}),
    };
    let tools: Vec<Value> = body
        .tools
        .iter()
        .map(|tool| {
            json!({"type": tool.kind, "name": tool.name, "description": tool.description,
            "parameters": tool.parameters, "strict": tool.strict})
        })
        .collect();
    let effort = body.reasoning.as_ref().and_then(|reasoning| reasoning.effort);
    json!({
        "instructions": body.instructions,
        "max_output_tokens": body.max_output_tokens,
        "metadata": body.metadata.clone().unwrap_or_else(|| json!({})),
        "parallel_tool_calls": body.parallel_tool_calls.unwrap_or(true),
        "previous_response_id": body.previous_response_id,
        "reasoning": {"effort": effort.map(Effort::as_str), "summary": null},
        "store": body.store.unwrap_or(true),
        "temperature": body.temperature,
        "text": {"format": format},
        "tool_choice": body.tool_choice.clone().unwrap_or_else(|| json!("auto")),
        "tools": tools,
        "top_p": body.top_p,
        "truncation": "disabled",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_values_are_named() {
        for (more, place) in [
            (json!({"model": null}), "model"),
            (json!({"input": null}), "input"),
            (json!({"input": []}), "input"),
            (json!({"input": [{"role": "robot", "content": "x"}]}), "input[0].role"),
            (json!({"input": [{"type": "item_reference", "id": "x"}]}), "input[0].type"),
            (
                json!({"input": [{"type": "function_call_output", "call_id": "1", "output": "x"}]}),
                "input[0].call_id",
            ),
            (json!({"background": true}), "background"),
            (json!({"conversation": "c"}), "conversation"),
            (json!({"tools": [{"type": "web_search"}]}), "tools[0].type"),
            (json!({"tools": [{"type": "function"}]}), "tools[0].name"),
            (json!({"tool_choice": "required"}), "tool_choice"),
            (json!({"text": {"format": {"type": "json_schema"}}}), "text.format"),
            (json!({"text": {"verbosity": "high"}}), "text.verbosity"),
            (json!({"max_output_tokens": 0}), "max_output_tokens"),
            (json!({"temperature": 9}), "temperature"),
        ] {
            let mut body = json!({"model": "m", "input": "hi"});
            for (name, value) in more.as_object().unwrap() {
                body[name] = value.clone();
            }
            let refusal = read(body.to_string().as_bytes()).unwrap_err();
            assert_eq!((refusal.status.as_u16(), refusal.param.as_deref()), (400, Some(place)), "{more}");
        }
    }
}
