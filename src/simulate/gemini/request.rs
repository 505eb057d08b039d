//! Requests: from the wire's JSON to what the model is asked.

use serde_json::Value;

use super::super::model::{Ask, Choice, Form, Tool};
use super::super::reply::Refusal;
use super::super::wire::{Chat, Reading};
use super::{conversation, fields, models};

const LEVELS: [&str; 5] = ["MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH"];

/// The forms of answers other than plain text.
const FORMS: [&str; 4] = ["application/json", "application/xml", "application/yaml", "text/x.enum"];

/// More stop texts than this are refused.
const MOST_STOPS: usize = 5;

pub(super) fn read(reading: Reading<'_>, body: &Value) -> Result<Chat, Refusal> {
    let model = reading.model.unwrap_or_default();
    models::check(model, false)?;
    let body = fields::normal("request", body, "")?;
    let nothing = Value::Null;
    let config = body.get("generationConfig").unwrap_or(&nothing);
    check_config(config)?;
    let (thinks, shown) = thinking(model, config)?;
    let mut tools = tools(&body)?;
    let choice = choice(&body, &mut tools)?;
    let form = form(config)?;
    if form != Form::Prose && !tools.is_empty() && !models::signs_calls(model) {
        return Err(Refusal::bad(
            "Function calling with a response mime type: 'application/json' is unsupported",
        ));
    }
    let ask = Ask {
        model: model.to_owned(),
        messages: conversation::read(&body, models::signs_calls(model))?,
        tools,
        choice,
        single_call: false,
        form,
        reasoning: thinks,
        max_tokens: max_tokens(config)?,
        stop: stop(config)?,
        tag: reading.name.map(|name| format!("{name}, {}/{model}", reading.dialect.name)),
        manner: reading.manner,
    };
    Ok(Chat { ask, usage: true, blocks: false, thoughts: shown })
}

/// A refusal of a field of `generationConfig`.
fn bad(field: &str, reason: &str) -> Refusal {
    Refusal::bad(format!("* GenerateContentRequest.generation_config.{field}: {reason}\n"))
}

fn check_config(config: &Value) -> Result<(), Refusal> {
    let number = |name: &str| config.get(name).and_then(Value::as_f64);
    if number("temperature").is_some_and(|heat| !(0.0..=2.0).contains(&heat)) {
        return Err(bad("temperature", "temperature must be in the range [0.0, 2.0]."));
    }
    if number("topP").is_some_and(|share| !(0.0..=1.0).contains(&share)) {
        return Err(bad("top_p", "top_p must be in the range [0.0, 1.0]."));
    }
    if config.get("candidateCount").is_some_and(|count| count.as_u64() != Some(1)) {
        return Err(Refusal::bad("Multiple candidates is not enabled for this model"));
    }
    Ok(())
}

/// Whether the model thinks, and whether its thoughts are to be seen.
fn thinking(model: &str, config: &Value) -> Result<(bool, bool), Refusal> {
    let thinking = config.get("thinkingConfig").unwrap_or(&Value::Null);
    let shown = thinking.get("includeThoughts") == Some(&Value::Bool(true));
    let (budget, level) = (thinking.get("thinkingBudget"), thinking.get("thinkingLevel"));
    let thinks = match (budget, level) {
        (Some(_), Some(_)) => {
            return Err(Refusal::bad("You can only set only one of thinking budget and thinking level."));
        }
        (None, Some(level)) => {
            let word = level.as_str().map(str::to_ascii_uppercase).unwrap_or_default();
            if !LEVELS.contains(&word.as_str()) {
                return Err(Refusal::bad(format!(
                    "Invalid value at 'generation_config.thinking_config.thinking_level' \
                     (type.googleapis.com/google.ai.generativelanguage.v1beta.ThinkingConfig.ThinkingLevel), \
                     {level}"
                )));
            }
            if !models::signs_calls(model) {
                return Err(Refusal::bad("Thinking level is not supported for this model."));
            }
            word != "MINIMAL"
        }
        (Some(budget), None) => budget.as_i64() != Some(0),
        (None, None) => shown || models::thinks(model),
    };
    Ok((thinks, shown))
}

fn tools(body: &Value) -> Result<Vec<Tool>, Refusal> {
    let tools = body.get("tools").and_then(Value::as_array).into_iter().flatten();
    let declared = tools.filter_map(|tool| tool.get("functionDeclarations").and_then(Value::as_array));
    let mut read: Vec<Tool> = Vec::new();
    for declaration in declared.flatten() {
        let tool = one_tool(declaration)?;
        if read.iter().any(|known| known.name == tool.name) {
            return Err(Refusal::bad(format!("Duplicate function declaration found: {}", tool.name)));
        }
        read.push(tool);
    }
    Ok(read)
}

fn one_tool(declaration: &Value) -> Result<Tool, Refusal> {
    let name = declaration.get("name").and_then(Value::as_str).unwrap_or_default();
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '-');
    if !starts || !name.chars().all(fits) || name.len() > 64 {
        return Err(Refusal::bad(
            "* GenerateContentRequest.tools[0].function_declarations[0].name: Invalid function name. Must \
             start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), \
             dots (.), colons (:), or dashes (-), with a maximum length of 64.\n",
        ));
    }
    let parameters = match (declaration.get("parameters"), declaration.get("parametersJsonSchema")) {
        (Some(_), Some(_)) => {
            return Err(Refusal::bad(format!(
                "`parameters` and `parameters_json_schema` are mutually exclusive in `{name}`."
            )));
        }
        (Some(schema), None) => fields::json_schema(schema),
        (None, schema) => schema.cloned().unwrap_or_default(),
    };
    let description = declaration.get("description").and_then(Value::as_str).unwrap_or_default();
    Ok(Tool { name: name.to_owned(), description: description.to_owned(), parameters })
}

/// Whether tools may be called; only those that may be stay on offer.
fn choice(body: &Value, tools: &mut Vec<Tool>) -> Result<Choice, Refusal> {
    let Some(config) = body.pointer("/toolConfig/functionCallingConfig") else { return Ok(Choice::Auto) };
    let names = config.get("allowedFunctionNames").and_then(Value::as_array).into_iter().flatten();
    let names: Vec<_> = names.filter_map(Value::as_str).collect();
    let mode = config.get("mode").and_then(Value::as_str).unwrap_or("AUTO").to_ascii_uppercase();
    if tools.is_empty() {
        return Err(Refusal::bad("Function calling config is set without function_declarations."));
    }
    if !names.is_empty() && !matches!(mode.as_str(), "ANY" | "VALIDATED") {
        return Err(Refusal::bad(
            "Please set allowed_function_names only when function calling mode is ANY.",
        ));
    }
    if let Some(name) = names.iter().find(|name| !tools.iter().any(|tool| tool.name == **name)) {
        return Err(Refusal::bad(format!(
            "Function name `{name}` in allowed_function_names is not found in function_declarations."
        )));
    }
    if !names.is_empty() {
        tools.retain(|tool| names.contains(&tool.name.as_str()));
    }
    match (mode.as_str(), &names[..]) {
        ("AUTO" | "VALIDATED" | "MODE_UNSPECIFIED", _) => Ok(Choice::Auto),
        ("NONE", _) => Ok(Choice::Forbidden),
        ("ANY", [name]) => Ok(Choice::Named((*name).to_owned())),
        ("ANY", _) => Ok(Choice::Required),
        _ => Err(Refusal::bad(format!(
            "Invalid value at 'tool_config.function_calling_config.mode' \
             (type.googleapis.com/google.ai.generativelanguage.v1beta.FunctionCallingConfig.Mode), \"{mode}\""
        ))),
    }
}

fn form(config: &Value) -> Result<Form, Refusal> {
    let kind = config.get("responseMimeType").and_then(Value::as_str).unwrap_or("text/plain");
    let (own, free) = (config.get("responseSchema"), config.get("responseJsonSchema"));
    let json = kind == "application/json";
    if kind != "text/plain" && !FORMS.contains(&kind) {
        return Err(bad(
            "response_mime_type",
            "allowed mimetypes are `text/plain`, `application/json`, `application/xml`, `application/yaml` \
             and `text/x.enum`.",
        ));
    }
    match (own, free) {
        (Some(_), Some(_)) => {
            Err(bad("response_schema", "response_schema and response_json_schema are mutually exclusive"))
        }
        (Some(_), None) | (None, Some(_)) if !json && kind != "text/x.enum" => {
            Err(bad("response_schema", "only allowed when response_mime_type is `application/json`"))
        }
        (Some(schema), None) => Ok(Form::Schema(fields::json_schema(schema))),
        (None, Some(schema)) => Ok(Form::Schema(schema.clone())),
        (None, None) if json => Ok(Form::Json),
        (None, None) => Ok(Form::Prose),
    }
}

fn max_tokens(config: &Value) -> Result<Option<u32>, Refusal> {
    let Some(limit) = config.get("maxOutputTokens").filter(|limit| !limit.is_null()) else { return Ok(None) };
    let limit = limit.as_u64().filter(|limit| *limit > 0);
    let limit = limit.ok_or_else(|| bad("max_output_tokens", "max_output_tokens must be positive."))?;
    Ok(Some(u32::try_from(limit).unwrap_or(u32::MAX)))
}

fn stop(config: &Value) -> Result<Vec<String>, Refusal> {
    let stops = config.get("stopSequences").and_then(Value::as_array).into_iter().flatten();
    let stops: Vec<_> = stops.filter_map(Value::as_str).map(str::to_owned).collect();
    if stops.len() > MOST_STOPS {
        return Err(bad("stop_sequences", "at most 5 stop sequences are allowed"));
    }
    if stops.iter().any(String::is_empty) {
        return Err(bad("stop_sequences", "stop sequences must not be empty"));
    }
    Ok(stops)
}
