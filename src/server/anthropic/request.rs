//! Requests: from the client's JSON to our own words.
//!
//! What would change the answer and cannot be carried is refused by name. What the answer does not hang on (`metadata`,
//! `service_tier`, `cache_control` …) is let go.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::dialect::Asked;
use super::super::refusal::Refusal;
use super::super::request::{parse, required, within};
use super::content::{Content, turn};
use crate::chat::{ChatRequest, Effort, Format, Message, Role, Sampling, Schema, ToolChoice, ToolSpec};

#[derive(Debug, Deserialize)]
struct Body {
    model: Option<String>,
    #[serde(default)]
    messages: Vec<MessageBody>,
    max_tokens: Option<u32>,
    #[serde(default)]
    system: Content,
    stream: Option<bool>,
    #[serde(default)]
    tools: Vec<ToolBody>,
    tool_choice: Option<ChoiceBody>,
    stop_sequences: Option<Vec<String>>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    top_k: Option<Value>,
    thinking: Option<ThinkingBody>,
    output_config: Option<OutputBody>,
    output_format: Option<FormatBody>,
    // What changes the answer and cannot be carried.
    container: Option<Value>,
    mcp_servers: Option<Vec<Value>>,
}

#[derive(Debug, Deserialize)]
struct MessageBody {
    role: String,
    content: Content,
}

#[derive(Debug, Deserialize)]
struct ToolBody {
    #[serde(rename = "type")]
    kind: Option<String>,
    name: String,
    description: Option<String>,
    input_schema: Option<Value>,
    strict: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct ChoiceBody {
    #[serde(rename = "type")]
    kind: String,
    name: Option<String>,
    disable_parallel_tool_use: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct ThinkingBody {
    #[serde(rename = "type")]
    kind: String,
    budget_tokens: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct OutputBody {
    effort: Option<String>,
    format: Option<FormatBody>,
}

#[derive(Debug, Deserialize)]
struct FormatBody {
    #[serde(rename = "type")]
    kind: String,
    schema: Option<Value>,
}

/// Reads a request.
pub(super) fn read(bytes: &[u8]) -> Result<Asked, Refusal> {
    let body: Body = parse(bytes)?;
    if body.max_tokens.is_none_or(|most| most == 0) {
        return Err(Refusal::of("max_tokens", "`max_tokens` is needed, and at least 1"));
    }
    let (model, stream) = (required(body.model.clone())?, body.stream.unwrap_or(false));
    Ok(Asked { model, request: request(body)?, stream })
}

/// Reads a request whose tokens are counted: it needs no limit.
pub(super) fn to_be_counted(bytes: &[u8]) -> Result<ChatRequest, Refusal> {
    let body: Body = parse(bytes)?;
    required(body.model.clone())?;
    request(body)
}

fn request(body: Body) -> Result<ChatRequest, Refusal> {
    let foreign = [
        ("top_k", body.top_k.is_some_and(|top_k| !top_k.is_null())),
        ("container", body.container.is_some_and(|container| !container.is_null())),
        ("mcp_servers", body.mcp_servers.is_some_and(|servers| !servers.is_empty())),
    ];
    if let Some((name, _)) = foreign.into_iter().find(|(_, is_there)| *is_there) {
        return Err(Refusal::of(name, format!("`{name}` is not supported")).code("unsupported_parameter"));
    }
    let tools = tools(body.tools)?;
    let parallel = body.tool_choice.as_ref().and_then(|choice| choice.disable_parallel_tool_use);
    let output = body.output_config.unwrap_or(OutputBody { effort: None, format: None });
    Ok(ChatRequest {
        messages: messages(body.system, body.messages)?,
        tool_choice: tool_choice(body.tool_choice, &tools)?,
        tools,
        parallel_tool_calls: parallel.map(|disabled| !disabled),
        format: output.format.or(body.output_format).map_or(Ok(Format::Text), format)?,
        sampling: Sampling {
            temperature: within("temperature", body.temperature, 1.0)?,
            top_p: within("top_p", body.top_p, 1.0)?,
            max_tokens: body.max_tokens,
            stop: body.stop_sequences.unwrap_or_default(),
            seed: None,
        },
        effort: effort(body.thinking.as_ref(), output.effort.as_deref())?,
        stream: true,
        trace: None,
    })
}

fn messages(system: Content, bodies: Vec<MessageBody>) -> Result<Vec<Message>, Refusal> {
    if bodies.is_empty() {
        return Err(Refusal::of("messages", "there is no message to answer"));
    }
    let mut messages = Vec::with_capacity(bodies.len() + 1);
    let system = system.into_text("system")?;
    if !system.is_empty() {
        messages.push(Message::text(Role::System, system));
    }
    let mut called = std::collections::HashMap::new();
    for (at, body) in bodies.into_iter().enumerate() {
        let role = match body.role.as_str() {
            "user" => Role::User,
            "assistant" => Role::Assistant,
            other => {
                let message = format!("there is no role `{other}`; instructions stand in `system`");
                return Err(Refusal::of(format!("messages.{at}.role"), message));
            }
        };
        turn(role, body.content, &format!("messages.{at}.content"), &mut called, &mut messages)?;
    }
    Ok(messages)
}

fn tools(bodies: Vec<ToolBody>) -> Result<Vec<ToolSpec>, Refusal> {
    let read = |(at, tool): (usize, ToolBody)| match tool.kind.as_deref() {
        None | Some("custom") => Ok(ToolSpec {
            name: tool.name,
            description: tool.description.unwrap_or_default(),
            parameters: tool.input_schema.unwrap_or_else(|| json!({"type": "object", "properties": {}})),
            strict: tool.strict.unwrap_or(false),
        }),
        Some(kind) => {
            let message = format!("tools of type `{kind}` run at one provider only and are not supported");
            Err(Refusal::of(format!("tools.{at}.type"), message))
        }
    };
    bodies.into_iter().enumerate().map(read).collect()
}

fn tool_choice(choice: Option<ChoiceBody>, tools: &[ToolSpec]) -> Result<ToolChoice, Refusal> {
    let wrong = |message: String| Err(Refusal::of("tool_choice", message));
    let Some(choice) = choice else { return Ok(ToolChoice::Auto) };
    match (choice.kind.as_str(), choice.name) {
        ("auto", _) => Ok(ToolChoice::Auto),
        ("none", _) => Ok(ToolChoice::None),
        ("any", _) if tools.is_empty() => wrong("there is no tool to call".into()),
        ("any", _) => Ok(ToolChoice::Required),
        ("tool", Some(name)) if tools.iter().any(|tool| tool.name == name) => Ok(ToolChoice::Named(name)),
        ("tool", Some(name)) => wrong(format!("there is no tool `{name}`")),
        _ => wrong("expected the type `auto`, `any`, `none`, or `tool` with a name".into()),
    }
}

fn format(body: FormatBody) -> Result<Format, Refusal> {
    const PLACE: &str = "output_config.format";
    match (body.kind.as_str(), body.schema) {
        ("json_schema", Some(schema)) => {
            let schema = Schema::new(schema);
            schema.map(Format::Schema).map_err(|error| Refusal::of(PLACE, error.to_string()))
        }
        ("json_schema", None) => Err(Refusal::of(PLACE, "`json_schema` needs its `schema`")),
        (kind, _) => Err(Refusal::of(PLACE, format!("answers of type `{kind}` are not supported"))),
    }
}

/// How hard the model shall think: a word, or a budget of tokens, which is told in the same few steps.
fn effort(thinking: Option<&ThinkingBody>, word: Option<&str>) -> Result<Option<Effort>, Refusal> {
    let word = match word {
        None => None,
        Some("low") => Some(Effort::Low),
        Some("medium") => Some(Effort::Medium),
        Some("high" | "xhigh" | "max") => Some(Effort::High),
        Some(other) => {
            let message = format!("there is no effort `{other}`; there are low, medium, high, max");
            return Err(Refusal::of("output_config.effort", message));
        }
    };
    let Some(thinking) = thinking else { return Ok(word) };
    let budget = thinking.budget_tokens.unwrap_or(0);
    match thinking.kind.as_str() {
        "disabled" => Ok(Some(Effort::None)),
        "adaptive" => Ok(word),
        "enabled" => Ok(word.or(Some(match budget {
            0..=4096 => Effort::Low,
            4097..=16_384 => Effort::Medium,
            _ => Effort::High,
        }))),
        other => Err(Refusal::of("thinking.type", format!("there is no thinking of type `{other}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(more: &Value) -> Result<Asked, Refusal> {
        let mut body =
            json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        read(body.to_string().as_bytes())
    }

    #[test]
    fn settings_are_carried() {
        let asked = asked(&json!({
            "system": [{"type": "text", "text": "be ", "cache_control": {"type": "ephemeral"}}, {"type": "text", "text": "brief"}],
            "stream": true, "temperature": 0.5, "top_p": 0.9, "stop_sequences": ["x"], "metadata": {"user_id": "u"},
            "thinking": {"type": "enabled", "budget_tokens": 8000},
            "tools": [{"name": "f", "input_schema": {"type": "object"}}],
            "tool_choice": {"type": "any", "disable_parallel_tool_use": true},
            "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}},
        }))
        .unwrap();
        let request = asked.request;
        assert_eq!(request.messages[0], Message::text(Role::System, "be brief"));
        assert_eq!((request.tool_choice, request.parallel_tool_calls), (ToolChoice::Required, Some(false)));
        assert_eq!((request.effort, request.sampling.max_tokens), (Some(Effort::Medium), Some(9)));
        assert!(asked.stream && matches!(request.format, Format::Schema(_)));
    }

    #[test]
    fn wrong_values_are_named() {
        for (more, place) in [
            (json!({"model": ""}), "model"),
            (json!({"max_tokens": null}), "max_tokens"),
            (json!({"max_tokens": 0}), "max_tokens"),
            (json!({"messages": []}), "messages"),
            (json!({"messages": [{"role": "system", "content": "x"}]}), "messages.0.role"),
            (json!({"temperature": 1.5}), "temperature"),
            (json!({"top_k": 5}), "top_k"),
            (json!({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}), "tools.0.type"),
            (json!({"tool_choice": {"type": "any"}}), "tool_choice"),
            (json!({"tool_choice": {"type": "tool", "name": "f"}}), "tool_choice"),
            (json!({"thinking": {"type": "much"}}), "thinking.type"),
            (json!({"output_config": {"effort": "huge"}}), "output_config.effort"),
            (json!({"output_format": {"type": "json_schema"}}), "output_config.format"),
        ] {
            let refusal = asked(&more).unwrap_err();
            assert_eq!((refusal.status.as_u16(), refusal.param.as_deref()), (400, Some(place)), "{more}");
        }
    }
}
