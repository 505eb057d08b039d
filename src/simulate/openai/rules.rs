//! What each provider is strict about, and how it says so.
//!
//! The stand-ins refuse what the real ones refuse, because a request that only works here is worth
//! nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::super::dialect::{Dialect, Kind, Rule};
use super::super::reply::Refusal;

/// The fields that Mistral knows; any other is an error.
const MISTRAL_FIELDS: [&str; 25] = [
    "model",
    "messages",
    "temperature",
    "top_p",
    "max_tokens",
    "stream",
    "stream_options",
    "stop",
    "random_seed",
    "response_format",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "presence_penalty",
    "frequency_penalty",
    "n",
    "prediction",
    "safe_prompt",
    "prompt_mode",
    "metadata",
    "guardrails",
    "prompt_cache_key",
    "reasoning_effort",
    "service_tier_hint",
    "document_image_limit",
];

/// What the name of a model says that takes no request with tools.
const REFUSES_TOOLS: &str = "refuses-tools";

/// Refuses what the provider refuses in a request for this model.
pub(super) fn check(dialect: &Dialect, model: &str, body: &Value) -> Result<(), Refusal> {
    if model.contains(REFUSES_TOOLS) && present(body, "tools").is_some() {
        return Err(unsupported("tools").with("message", format!("{model} does not support tools")));
    }
    dialect.rules.iter().try_for_each(|rule| match rule {
        Rule::NoLogprobs => no_logprobs(body),
        Rule::Whitelist => whitelist(body),
        Rule::NineLetterCalls => nine_letter_calls(body),
        Rule::MessageOrder => message_order(body),
        Rule::ReasoningLimits => reasoning_limits(model, body),
        Rule::NoJsonSchema => no_format(body, "json_schema"),
        Rule::NoJsonObject => no_json_object(body),
        Rule::ValueSchema => value_schema(body),
        Rule::ThinkingBlocks | Rule::AnsweredCalls | Rule::InlineImages | Rule::ToolChoiceIgnored => Ok(()),
    })
}

fn unsupported(param: &str) -> Refusal {
    Refusal::new(Kind::Unsupported).with("param", param)
}

fn present<'a>(body: &'a Value, field: &str) -> Option<&'a Value> {
    body.get(field).filter(|value| !value.is_null())
}

fn messages(body: &Value) -> &[Value] {
    body.get("messages").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn role(message: &Value) -> &str {
    message.get("role").and_then(Value::as_str).unwrap_or_default()
}

fn no_logprobs(body: &Value) -> Result<(), Refusal> {
    for field in ["logprobs", "logit_bias", "top_logprobs"] {
        if present(body, field).is_some() {
            return Err(unsupported(field));
        }
    }
    if present(body, "n").is_some_and(|n| n.as_u64() != Some(1)) {
        return Err(Refusal::bad("'n' : number must be at most 1").with("param", "n"));
    }
    match messages(body).iter().position(|message| present(message, "name").is_some()) {
        Some(at) => Err(unsupported(&format!("messages.{at}.name"))),
        None => Ok(()),
    }
}

fn whitelist(body: &Value) -> Result<(), Refusal> {
    let mut fields = body.as_object().into_iter().flatten();
    let unknown = fields.find(|(field, _)| !MISTRAL_FIELDS.contains(&field.as_str()));
    match unknown {
        Some((field, value)) => Err(unsupported(field).with("input", value.clone())),
        None => Ok(()),
    }
}

fn nine_letter_calls(body: &Value) -> Result<(), Refusal> {
    let ids = messages(body).iter().flat_map(|message| {
        let calls = message.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
        calls.filter_map(|call| call.get("id")).chain(message.get("tool_call_id"))
    });
    let valid = |id: &str| id.len() == 9 && id.chars().all(|c| c.is_ascii_alphanumeric());
    let mut wrong = ids.filter_map(Value::as_str).filter(|id| !valid(id));
    match wrong.next() {
        Some(id) => {
            Err(Refusal::bad(format!("Tool call id was {id} but must be a-z, A-Z, 0-9, with a length of 9."))
                .with("code", "3280"))
        }
        None => Ok(()),
    }
}

fn message_order(body: &Value) -> Result<(), Refusal> {
    let messages = messages(body);
    for pair in messages.windows(2) {
        let (before, after) = (role(&pair[0]), role(&pair[1]));
        let called =
            present(&pair[0], "tool_calls").and_then(Value::as_array).is_some_and(|calls| !calls.is_empty());
        let wrong = match (before, after) {
            ("tool", "user" | "system") | ("user" | "system", "tool") | ("assistant", "assistant") => true,
            ("assistant", "user" | "system") => called,
            ("assistant", "tool") => !called,
            _ => false,
        };
        if wrong {
            return Err(Refusal::bad(format!("Unexpected role '{after}' after role '{before}'")));
        }
    }
    let Some(last) = messages.last() else { return Ok(()) };
    let prefix = last.get("prefix") == Some(&Value::Bool(true));
    match role(last) {
        "user" | "tool" => Ok(()),
        "assistant" if prefix => Ok(()),
        other => Err(Refusal::bad(format!(
            "Expected last role User or Tool (or Assistant with prefix True) for serving but got {other}"
        ))),
    }
}

fn reasoning_limits(model: &str, body: &Value) -> Result<(), Refusal> {
    let numbered = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let reasons = ["gpt-5", "gpt-6"].iter().any(|family| model.starts_with(family))
        || model.strip_prefix('o').is_some_and(numbered);
    if !reasons {
        return Ok(());
    }
    if present(body, "max_tokens").is_some() {
        let message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
        return Err(unsupported("max_tokens").with("message", message));
    }
    if present(body, "temperature")
        .and_then(Value::as_f64)
        .is_some_and(|heat| (heat - 1.0).abs() > f64::EPSILON)
    {
        return Err(unsupported("temperature"));
    }
    Ok(())
}

fn format_kind(body: &Value) -> Option<&str> {
    body.pointer("/response_format/type").and_then(Value::as_str)
}

fn no_format(body: &Value, kind: &str) -> Result<(), Refusal> {
    if format_kind(body) == Some(kind) { Err(unsupported("response_format")) } else { Ok(()) }
}

fn no_json_object(body: &Value) -> Result<(), Refusal> {
    if format_kind(body) == Some("json_object") {
        return Err(Refusal::bad("'response_format.type' must be 'json_schema' or 'text'"));
    }
    Ok(())
}

/// The schema is wanted as `value` of a JSON object; the usual shape is unknown there.
fn value_schema(body: &Value) -> Result<(), Refusal> {
    if format_kind(body) == Some("json_schema") {
        return Err(Refusal::bad(
            "Failed to deserialize the JSON body into the target type: response_format: missing field `value`",
        ));
    }
    Ok(())
}

/// Whether a text is base64 with padding.
pub(super) fn is_base64(text: &str) -> bool {
    !text.is_empty() && STANDARD.decode(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::super::dialect;
    use super::*;
    use serde_json::json;

    fn checked(provider: &str, body: &Value) -> Option<Kind> {
        let dialect = dialect::all().unwrap().iter().find(|dialect| dialect.name == provider).unwrap();
        let model = body.get("model").and_then(Value::as_str).unwrap_or("m");
        check(dialect, model, body).err().map(|refusal| refusal.kind)
    }

    #[test]
    fn each_provider_refuses_its_own() {
        let user = json!([{"role": "user", "content": "hi"}]);
        let cases = [
            (
                "groq",
                json!({"messages": [{"role": "user", "content": "hi", "name": "me"}]}),
                Kind::Unsupported,
            ),
            ("groq", json!({"messages": user, "logprobs": false}), Kind::Unsupported),
            ("groq", json!({"messages": user, "n": 2}), Kind::BadRequest),
            ("mistral", json!({"messages": user, "seed": 1}), Kind::Unsupported),
            ("mistral", json!({"messages": [{"role": "assistant", "content": "x"}]}), Kind::BadRequest),
            (
                "openai",
                json!({"model": "gpt-5.4-nano", "messages": user, "max_tokens": 5}),
                Kind::Unsupported,
            ),
            ("openai", json!({"model": "o3-mini", "messages": user, "temperature": 0}), Kind::Unsupported),
            (
                "deepseek",
                json!({"messages": user, "response_format": {"type": "json_schema"}}),
                Kind::Unsupported,
            ),
            (
                "hf-inference",
                json!({"messages": user, "response_format": {"type": "json_schema"}}),
                Kind::BadRequest,
            ),
            (
                "lmstudio",
                json!({"messages": user, "response_format": {"type": "json_object"}}),
                Kind::BadRequest,
            ),
        ];
        for (provider, body, kind) in cases {
            assert_eq!(checked(provider, &body), Some(kind), "{provider} {body}");
        }
        for provider in ["groq", "mistral", "openai", "deepseek", "together"] {
            let body = json!({"model": "gpt-4o-mini", "messages": user, "temperature": 0.5, "max_tokens": 5, "n": 1});
            assert_eq!(checked(provider, &body), None, "{provider}");
        }
    }

    #[test]
    fn mistral_wants_nine_letters_and_order() {
        let round = |id: &str, last: &str| {
            json!({"messages": [
                {"role": "user", "content": "hi"},
                {"role": "assistant", "tool_calls": [{"id": id, "function": {"name": "f", "arguments": "{}"}}]},
                {"role": "tool", "tool_call_id": id, "content": "1"},
                {"role": last, "content": "and?"}
            ]})
        };
        assert_eq!(checked("mistral", &round("call_12345", "user")), Some(Kind::BadRequest));
        assert_eq!(checked("mistral", &round("abcDEF123", "user")), Some(Kind::BadRequest));
        let mut good = round("abcDEF123", "assistant");
        good["messages"][3]["prefix"] = json!(true);
        assert_eq!(checked("mistral", &good), None);
    }
}
