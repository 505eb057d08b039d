//! Requests: from the client's JSON to our own words.
//!
//! Names come in camelCase, and from some clients in snake_case: Google's servers take both. What would change the answer
//! and cannot be carried is refused by name; what the answer does not hang on (`labels`, `safetySettings`) is let go.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::refusal::Refusal;
use super::super::request::{parse, within};
use super::content::{ContentBody, turns};
use crate::chat::{ChatRequest, Effort, Format, Message, Role, Sampling, Schema, ToolChoice, ToolSpec};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    #[serde(default)]
    contents: Vec<ContentBody>,
    #[serde(alias = "system_instruction")]
    system_instruction: Option<ContentBody>,
    #[serde(default)]
    tools: Vec<ToolBody>,
    #[serde(alias = "tool_config")]
    tool_config: Option<ToolConfigBody>,
    #[serde(alias = "generation_config")]
    generation_config: Option<ConfigBody>,
    #[serde(alias = "cached_content")]
    cached_content: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolBody {
    #[serde(alias = "function_declarations")]
    function_declarations: Option<Vec<FunctionBody>>,
    #[serde(flatten)]
    others: serde_json::Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionBody {
    name: String,
    #[serde(default)]
    description: String,
    parameters: Option<Value>,
    #[serde(alias = "parameters_json_schema")]
    parameters_json_schema: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolConfigBody {
    #[serde(alias = "function_calling_config")]
    function_calling_config: Option<CallingBody>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallingBody {
    mode: Option<String>,
    #[serde(default, alias = "allowed_function_names")]
    allowed_function_names: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConfigBody {
    temperature: Option<f64>,
    #[serde(alias = "top_p")]
    top_p: Option<f64>,
    #[serde(alias = "top_k")]
    top_k: Option<f64>,
    seed: Option<i64>,
    #[serde(alias = "max_output_tokens")]
    max_output_tokens: Option<u32>,
    #[serde(default, alias = "stop_sequences")]
    stop_sequences: Vec<String>,
    #[serde(alias = "response_mime_type")]
    response_mime_type: Option<String>,
    #[serde(alias = "response_schema")]
    response_schema: Option<Value>,
    #[serde(alias = "response_json_schema")]
    response_json_schema: Option<Value>,
    #[serde(alias = "thinking_config")]
    thinking_config: Option<ThinkingBody>,
    // What changes the answer and cannot be carried.
    #[serde(alias = "candidate_count")]
    candidate_count: Option<u32>,
    #[serde(alias = "presence_penalty")]
    presence_penalty: Option<f64>,
    #[serde(alias = "frequency_penalty")]
    frequency_penalty: Option<f64>,
    #[serde(alias = "response_logprobs")]
    response_logprobs: Option<bool>,
    #[serde(default, alias = "response_modalities")]
    response_modalities: Vec<String>,
    #[serde(alias = "speech_config")]
    speech_config: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThinkingBody {
    #[serde(alias = "thinking_budget")]
    thinking_budget: Option<i64>,
    #[serde(alias = "thinking_level")]
    thinking_level: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CountBody {
    #[serde(alias = "generate_content_request")]
    generate_content_request: Option<Body>,
    #[serde(flatten)]
    plain: Body,
}

/// Reads a request.
pub(super) fn read(bytes: &[u8]) -> Result<ChatRequest, Refusal> {
    request(parse(bytes)?)
}

/// Reads a request whose tokens are counted: it stands there itself, or inside.
pub(super) fn to_be_counted(bytes: &[u8]) -> Result<ChatRequest, Refusal> {
    let body: CountBody = parse(bytes)?;
    request(body.generate_content_request.unwrap_or(body.plain))
}

fn request(body: Body) -> Result<ChatRequest, Refusal> {
    let config = body.generation_config.unwrap_or_default();
    refuse_foreign(&config, body.cached_content.as_ref())?;
    let mut messages = Vec::with_capacity(body.contents.len() + 1);
    if let Some(system) = body.system_instruction {
        let text = system.into_text("systemInstruction")?;
        if !text.is_empty() {
            messages.push(Message::text(Role::System, text));
        }
    }
    if body.contents.is_empty() {
        return Err(Refusal::of("contents", "there is no message to answer"));
    }
    turns(body.contents, &mut messages)?;
    let tools = tools(body.tools)?;
    Ok(ChatRequest {
        messages,
        tool_choice: tool_choice(body.tool_config.and_then(|config| config.function_calling_config), &tools)?,
        tools,
        parallel_tool_calls: None,
        effort: config.thinking_config.as_ref().map_or(Ok(None), effort)?,
        sampling: Sampling {
            temperature: within("generationConfig.temperature", config.temperature, 2.0)?,
            top_p: within("generationConfig.topP", config.top_p, 1.0)?,
            max_tokens: limit(config.max_output_tokens)?,
            stop: config.stop_sequences,
            seed: config.seed,
        },
        format: format(
            config.response_mime_type.as_deref(),
            config.response_json_schema,
            config.response_schema,
        )?,
        stream: true,
        trace: None,
    })
}

fn refuse_foreign(config: &ConfigBody, cached: Option<&Value>) -> Result<(), Refusal> {
    let other_than =
        |value: Option<f64>, usual: f64| value.is_some_and(|value| (value - usual).abs() > f64::EPSILON);
    let other_modality = |modality: &String| !modality.eq_ignore_ascii_case("text");
    let foreign = [
        ("generationConfig.candidateCount", config.candidate_count.is_some_and(|count| count != 1)),
        ("generationConfig.topK", config.top_k.is_some()),
        ("generationConfig.presencePenalty", other_than(config.presence_penalty, 0.0)),
        ("generationConfig.frequencyPenalty", other_than(config.frequency_penalty, 0.0)),
        ("generationConfig.responseLogprobs", config.response_logprobs == Some(true)),
        ("generationConfig.responseModalities", config.response_modalities.iter().any(other_modality)),
        ("generationConfig.speechConfig", config.speech_config.as_ref().is_some_and(|it| !it.is_null())),
        ("cachedContent", cached.is_some_and(|it| !it.is_null())),
    ];
    match foreign.into_iter().find(|(_, is_there)| *is_there) {
        None => Ok(()),
        Some((name, _)) => {
            Err(Refusal::of(name, format!("`{name}` is not supported")).code("unsupported_parameter"))
        }
    }
}

fn limit(most: Option<u32>) -> Result<Option<u32>, Refusal> {
    if most == Some(0) {
        return Err(Refusal::of("generationConfig.maxOutputTokens", "`maxOutputTokens` is at least 1"));
    }
    Ok(most)
}

fn tools(bodies: Vec<ToolBody>) -> Result<Vec<ToolSpec>, Refusal> {
    let mut tools = Vec::new();
    for (at, body) in bodies.into_iter().enumerate() {
        if let Some((name, _)) = body.others.iter().find(|(_, value)| !value.is_null()) {
            let message = format!("the tool `{name}` runs at one provider only and is not supported");
            return Err(Refusal::of(format!("tools[{at}].{name}"), message));
        }
        tools.extend(body.function_declarations.unwrap_or_default().into_iter().map(|function| {
            ToolSpec {
                name: function.name,
                description: function.description,
                parameters: function
                    .parameters_json_schema
                    .or_else(|| function.parameters.map(lowered))
                    .unwrap_or_else(|| json!({"type": "object", "properties": {}})),
                strict: false,
            }
        }));
    }
    Ok(tools)
}

fn tool_choice(calling: Option<CallingBody>, tools: &[ToolSpec]) -> Result<ToolChoice, Refusal> {
    let wrong = |message: String| Err(Refusal::of("toolConfig.functionCallingConfig", message));
    let Some(calling) = calling else { return Ok(ToolChoice::Auto) };
    match (calling.mode.as_deref().unwrap_or("AUTO"), &calling.allowed_function_names[..]) {
        ("AUTO" | "MODE_UNSPECIFIED" | "VALIDATED", _) => Ok(ToolChoice::Auto),
        ("NONE", _) => Ok(ToolChoice::None),
        ("ANY", _) if tools.is_empty() => wrong("there is no function to call".into()),
        ("ANY", [name]) if tools.iter().any(|tool| tool.name == *name) => Ok(ToolChoice::Named(name.clone())),
        ("ANY", []) => Ok(ToolChoice::Required),
        ("ANY", names) if names.len() == tools.len() => Ok(ToolChoice::Required),
        ("ANY", [name]) => wrong(format!("there is no function `{name}`")),
        ("ANY", _) => wrong("only one of the functions, or all of them, can be allowed".into()),
        (mode, _) => wrong(format!("there is no mode `{mode}`")),
    }
}

fn format(mime: Option<&str>, json_schema: Option<Value>, schema: Option<Value>) -> Result<Format, Refusal> {
    const PLACE: &str = "generationConfig.responseSchema";
    match (mime, json_schema.or_else(|| schema.map(lowered))) {
        (None | Some("text/plain"), None) => Ok(Format::Text),
        (Some("application/json"), None) => Ok(Format::Json),
        (Some("application/json" | "text/x.enum"), Some(schema)) => {
            Schema::new(schema).map(Format::Schema).map_err(|error| Refusal::of(PLACE, error.to_string()))
        }
        (None | Some("text/plain"), Some(_)) => {
            Err(Refusal::of(PLACE, "a schema needs `responseMimeType: application/json`"))
        }
        (Some(mime), _) => Err(Refusal::of(
            "generationConfig.responseMimeType",
            format!("answers of type `{mime}` are not supported"),
        )),
    }
}

/// Google's own schemas, an OpenAPI kind, as JSON Schema: types in lower case, `nullable` as a type.
fn lowered(schema: Value) -> Value {
    let Value::Object(fields) = schema else { return schema };
    let nullable = fields.get("nullable") == Some(&Value::Bool(true));
    let mut lower = serde_json::Map::new();
    for (name, value) in fields {
        let value = match (name.as_str(), value) {
            ("nullable" | "propertyOrdering" | "property_ordering", _) => continue,
            ("type", Value::String(kind)) if nullable => json!([kind.to_ascii_lowercase(), "null"]),
            ("type", Value::String(kind)) => json!(kind.to_ascii_lowercase()),
            // Whole numbers come as texts there.
            (
                "minItems" | "maxItems" | "minLength" | "maxLength" | "minProperties" | "maxProperties",
                Value::String(text),
            ) => text.parse::<u64>().map_or(Value::String(text), Value::from),
            ("properties" | "$defs" | "defs", Value::Object(named)) => {
                Value::Object(named.into_iter().map(|(name, schema)| (name, lowered(schema))).collect())
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(schemas)) => {
                Value::Array(schemas.into_iter().map(lowered).collect())
            }
            ("items" | "additionalProperties", value) => lowered(value),
            (_, value) => value,
        };
        let name = if name == "any_of" { "anyOf".to_owned() } else { name };
        lower.insert(name, value);
    }
    Value::Object(lower)
}

/// How hard the model shall think: a level, or a budget of tokens, which is told in the same few steps.
fn effort(thinking: &ThinkingBody) -> Result<Option<Effort>, Refusal> {
    if let Some(level) = &thinking.thinking_level {
        return match level.to_ascii_uppercase().as_str() {
            "MINIMAL" => Ok(Some(Effort::Minimal)),
            "LOW" => Ok(Some(Effort::Low)),
            "MEDIUM" => Ok(Some(Effort::Medium)),
            "HIGH" => Ok(Some(Effort::High)),
            "THINKING_LEVEL_UNSPECIFIED" => Ok(None),
            _ => {
                let message = format!("there is no level `{level}`; there are MINIMAL, LOW, MEDIUM, HIGH");
                Err(Refusal::of("generationConfig.thinkingConfig.thinkingLevel", message))
            }
        };
    }
    Ok(match thinking.thinking_budget {
        // The model decides.
        None | Some(i64::MIN..=-1) => None,
        Some(0) => Some(Effort::None),
        Some(1..=512) => Some(Effort::Minimal),
        Some(513..=4096) => Some(Effort::Low),
        Some(4097..=16_384) => Some(Effort::Medium),
        Some(_) => Some(Effort::High),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(more: &Value) -> Result<ChatRequest, Refusal> {
        let mut body = json!({"contents": [{"parts": [{"text": "hi"}]}]});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        super::read(body.to_string().as_bytes())
    }

    #[test]
    fn settings_are_carried_in_both_spellings() {
        let request = read(&json!({
            "systemInstruction": {"parts": [{"text": "be brief"}]},
            "tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "OBJECT", "properties": {"n": {"type": "INTEGER", "nullable": true}}}}]}],
            "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
            "generationConfig": {"temperature": 0.5, "topP": 0.9, "maxOutputTokens": 7, "stopSequences": ["x"], "seed": 3,
                "thinkingConfig": {"thinkingBudget": 0}, "responseMimeType": "application/json",
                "responseSchema": {"type": "ARRAY", "minItems": "1", "items": {"type": "STRING"}}},
        }))
        .unwrap();
        assert_eq!(request.messages[0], Message::text(Role::System, "be brief"));
        assert_eq!(request.tools[0].parameters["properties"]["n"]["type"], json!(["integer", "null"]));
        assert_eq!(request.tool_choice, ToolChoice::Named("f".into()));
        assert_eq!((request.effort, request.sampling.seed), (Some(Effort::None), Some(3)));
        let Format::Schema(schema) = request.format else { panic!("no schema") };
        assert_eq!(*schema.value(), json!({"type": "array", "minItems": 1, "items": {"type": "string"}}));
        let snake = read(
            &json!({"generation_config": {"max_output_tokens": 5}, "system_instruction": {"parts": {"text": "x"}}}),
        );
        let snake = snake.unwrap();
        assert_eq!((snake.sampling.max_tokens, snake.messages.len()), (Some(5), 2));
    }

    #[test]
    fn wrong_values_are_named() {
        for (more, place) in [
            (json!({"contents": []}), "contents"),
            (json!({"contents": [{"role": "system", "parts": [{"text": "x"}]}]}), "contents[0].role"),
            (json!({"contents": [{"parts": [{}]}]}), "contents[0].parts[0]"),
            (json!({"generationConfig": {"temperature": 3}}), "generationConfig.temperature"),
            (json!({"generationConfig": {"candidateCount": 2}}), "generationConfig.candidateCount"),
            (json!({"generationConfig": {"maxOutputTokens": 0}}), "generationConfig.maxOutputTokens"),
            (
                json!({"generationConfig": {"responseModalities": ["AUDIO"]}}),
                "generationConfig.responseModalities",
            ),
            (
                json!({"generationConfig": {"responseMimeType": "text/csv"}}),
                "generationConfig.responseMimeType",
            ),
            (json!({"generationConfig": {"responseSchema": {}}}), "generationConfig.responseSchema"),
            (
                json!({"generationConfig": {"thinkingConfig": {"thinkingLevel": "HUGE"}}}),
                "generationConfig.thinkingConfig.thinkingLevel",
            ),
            (json!({"tools": [{"googleSearch": {}}]}), "tools[0].googleSearch"),
            (
                json!({"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}}),
                "toolConfig.functionCallingConfig",
            ),
            (json!({"cachedContent": "x"}), "cachedContent"),
        ] {
            let refusal = read(&more).unwrap_err();
            assert_eq!((refusal.status.as_u16(), refusal.param.as_deref()), (400, Some(place)), "{more}");
        }
    }
}
