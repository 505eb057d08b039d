//! The fields that Anthropic knows: any other one is an error, and the error says where it stands.

use serde_json::Value;

use super::super::reply::Refusal;

const MESSAGE: &[&str] = &["role", "content"];

const REQUEST: &[&str] = &[
    "model",
    "messages",
    "max_tokens",
    "system",
    "metadata",
    "stop_sequences",
    "stream",
    "temperature",
    "top_k",
    "top_p",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "service_tier",
    "cache_control",
    "container",
    "diagnostics",
    "inference_geo",
    "speed",
];

/// Of a request that only wants its tokens counted.
const COUNTED: &[&str] = &[
    "model",
    "messages",
    "system",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "cache_control",
    "speed",
];

const TOOL: &[&str] = &[
    "type",
    "name",
    "description",
    "input_schema",
    "strict",
    "cache_control",
    "allowed_callers",
    "defer_loading",
    "eager_input_streaming",
    "input_examples",
];

/// The blocks of a message, each with its fields.
const BLOCKS: &[(&str, &[&str])] = &[
    ("text", &["text", "citations"]),
    ("image", &["source", "transformations"]),
    ("document", &["source", "title", "context", "citations"]),
    ("search_result", &["source", "title", "content", "citations"]),
    ("tool_use", &["id", "name", "input", "caller", "toolset_name"]),
    ("tool_result", &["tool_use_id", "content", "is_error", "toolset_name"]),
    ("thinking", &["thinking", "signature"]),
    ("redacted_thinking", &["data"]),
];

/// Thoughts are the only blocks that cannot be a point of the cache.
const UNCACHED: [&str; 2] = ["thinking", "redacted_thinking"];

fn refuse_others(value: &Value, path: &str, known: impl Fn(&str) -> bool) -> Result<(), Refusal> {
    let mut fields = value.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    match fields.find(|name| !known(name)) {
        None => Ok(()),
        Some(name) if path.is_empty() => Err(extra(name)),
        Some(name) => Err(extra(&format!("{path}.{name}"))),
    }
}

fn extra(path: &str) -> Refusal {
    Refusal::bad(format!("{path}: Extra inputs are not permitted"))
}

/// A field that must be there.
pub(super) fn required(path: &str) -> Refusal {
    Refusal::bad(format!("{path}: Field required"))
}

/// Checks the fields of a whole request; `counted` when it only wants its tokens counted.
pub(super) fn check_request(body: &Value, counted: bool) -> Result<(), Refusal> {
    let known = if counted { COUNTED } else { REQUEST };
    refuse_others(body, "", |name| known.contains(&name))?;
    for (name, inner) in [
        ("output_config", &["effort", "format"][..]),
        ("metadata", &["user_id"]),
        ("thinking", &["type", "budget_tokens", "display"]),
        ("tool_choice", &["type", "name", "disable_parallel_tool_use"]),
    ] {
        let value = body.get(name).unwrap_or(&Value::Null);
        refuse_others(value, name, |field| inner.contains(&field))?;
    }
    Ok(())
}

pub(super) fn check_tool(tool: &Value, path: &str) -> Result<(), Refusal> {
    refuse_others(tool, path, |name| TOOL.contains(&name))
}

pub(super) fn check_message(message: &Value, path: &str) -> Result<(), Refusal> {
    refuse_others(message, path, |name| MESSAGE.contains(&name))
}

/// Checks the fields of a block and gives its type.
pub(super) fn check_block<'a>(block: &'a Value, path: &str) -> Result<&'a str, Refusal> {
    let kind = block.get("type").and_then(Value::as_str).ok_or_else(|| required(&format!("{path}.type")))?;
    let Some((_, known)) = BLOCKS.iter().find(|(name, _)| *name == kind) else {
        let expected: Vec<_> = BLOCKS.iter().map(|(name, _)| format!("'{name}'")).collect();
        return Err(Refusal::bad(format!(
            "{path}: Input tag '{kind}' found using 'type' does not match any of the expected tags: {}",
            expected.join(", ")
        )));
    };
    let cached = !UNCACHED.contains(&kind);
    refuse_others(block, &format!("{path}.{kind}"), |name| {
        name == "type" || known.contains(&name) || (cached && name == "cache_control")
    })?;
    Ok(kind)
}
