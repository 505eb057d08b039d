//! The fields that Google knows, by message: any other name is an error that says where it stands.
//!
//! Names may be written in either way; from here on they are in camel case. What is free-form (the
//! arguments of calls, JSON schemas) stays as it is.

use serde_json::{Map, Value, json};

use super::super::reply::Refusal;
use super::super::schedule::camel_case;

/// Messages with their fields. After the colon stands the message that the field holds, if it is one;
/// `{}` before it when it is a map of them.
const MESSAGES: &[(&str, &str)] = &[
    (
        "request",
        "contents:content systemInstruction:content tools:tool toolConfig:tool_config safetySettings:safety \
         generationConfig:config cachedContent model serviceTier store",
    ),
    ("content", "parts:part role"),
    (
        "part",
        "text inlineData:blob fileData:file functionCall:call functionResponse:response executableCode \
         codeExecutionResult thought thoughtSignature videoMetadata mediaResolution partMetadata",
    ),
    ("blob", "mimeType data displayName"),
    ("file", "mimeType fileUri displayName"),
    ("call", "id name args"),
    ("response", "id name response parts willContinue scheduling"),
    (
        "tool",
        "functionDeclarations:declaration googleSearch googleSearchRetrieval codeExecution urlContext \
         computerUse fileSearch googleMaps",
    ),
    (
        "declaration",
        "name description parameters:schema parametersJsonSchema response:schema responseJsonSchema behavior",
    ),
    ("tool_config", "functionCallingConfig:calling retrievalConfig includeServerSideToolInvocations"),
    ("calling", "mode allowedFunctionNames streamFunctionCallArguments"),
    ("safety", "category threshold method"),
    (
        "config",
        "temperature topP topK candidateCount maxOutputTokens stopSequences seed responseMimeType \
         responseSchema:schema responseJsonSchema responseModalities responseLogprobs logprobs \
         presencePenalty frequencyPenalty speechConfig thinkingConfig:thinking imageConfig mediaResolution \
         enableEnhancedCivicAnswers",
    ),
    ("thinking", "includeThoughts thinkingBudget thinkingLevel"),
    (
        "schema",
        "type format title description nullable enum items:schema maxItems minItems properties:{}schema \
         required minProperties maxProperties minLength maxLength pattern example anyOf:schema \
         propertyOrdering default minimum maximum",
    ),
    ("embed", "model content:content taskType title outputDimensionality embedContentConfig:embed_config"),
    ("embed_config", "taskType title outputDimensionality mimeType autoTruncate documentOcr"),
    ("batch", "requests:embed"),
];

/// The message with every name in camel case, or the refusal of a name that is unknown.
pub(super) fn normal(message: &str, value: &Value, path: &str) -> Result<Value, Refusal> {
    match value {
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.map(|(at, item)| normal(message, item, &format!("{path}[{at}]"))).collect()
        }
        Value::Object(fields) => {
            let mut known = Map::new();
            for (name, field) in fields {
                let camel = camel_case(name);
                let holds = holds(message, &camel).ok_or_else(|| unknown(name, path))?;
                let place = snake_case(&camel);
                let place = if path.is_empty() { place } else { format!("{path}.{place}") };
                let field = match (holds.strip_prefix("{}"), field) {
                    (Some(inner), Value::Object(entries)) => {
                        let entries = entries.iter().map(|(key, entry)| {
                            let place = format!("{place}[{}].value", entries.len());
                            Ok((key.clone(), normal(inner, entry, &place)?))
                        });
                        Value::Object(entries.collect::<Result<_, Refusal>>()?)
                    }
                    _ if holds.is_empty() => field.clone(),
                    _ => normal(holds, field, &place)?,
                };
                known.insert(camel, field);
            }
            Ok(Value::Object(known))
        }
        other => Ok(other.clone()),
    }
}

/// What a field holds: a message, or nothing in particular.
fn holds(message: &str, field: &str) -> Option<&'static str> {
    let (_, fields) = MESSAGES.iter().find(|(name, _)| *name == message)?;
    fields.split_whitespace().find_map(|known| {
        let (name, holds) = known.split_once(':').unwrap_or((known, ""));
        (name == field).then_some(holds)
    })
}

fn unknown(name: &str, path: &str) -> Refusal {
    let place = if path.is_empty() { String::new() } else { format!(" at '{path}'") };
    let reason = format!("Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field.");
    let violation = json!({"field": path, "description": reason});
    let details = json!([{
        "@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]
    }]);
    Refusal::bad(reason).with("metadata", details)
}

/// `generationConfig` as errors write it.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// A schema of theirs as a JSON schema: its types are written in capitals.
pub(super) fn json_schema(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| match (name.as_str(), field) {
                ("type", Value::String(kind)) => (name.clone(), Value::String(kind.to_lowercase())),
                ("enum" | "required" | "default" | "example", _) => (name.clone(), field.clone()),
                // These names are the author's own, whatever they are.
                ("properties", Value::Object(properties)) => {
                    let properties =
                        properties.iter().map(|(name, inner)| (name.clone(), json_schema(inner)));
                    (name.clone(), Value::Object(properties.collect()))
                }
                _ => (name.clone(), json_schema(field)),
            });
            Value::Object(fields.collect())
        }
        Value::Array(items) => items.iter().map(json_schema).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_read_and_free_forms_are_left_alone() {
        let body = json!({
            "system_instruction": {"parts": [{"text": "x"}]},
            "contents": [{"parts": [{"function_call": {"name": "f", "args": {"some_key": 1}}}]}]
        });
        let read = normal("request", &body, "").unwrap();
        assert_eq!(read["systemInstruction"]["parts"][0]["text"], "x");
        assert_eq!(read["contents"][0]["parts"][0]["functionCall"]["args"], json!({"some_key": 1}));
    }

    #[test]
    fn schemas_lose_their_capitals() {
        for name in ["type", "default", "enum", "properties"] {
            let schema = json!({"type": "OBJECT", "properties": {name: {"type": "STRING", "enum": ["A"]}}});
            let expected = json!({"type": "object", "properties": {name: {"type": "string", "enum": ["A"]}}});
            assert_eq!(json_schema(&schema), expected);
        }
    }
}
