//! Answers in one piece, and what they share with streams: a response and its items.

use serde_json::{Value, json};

use super::Identity;
use crate::chat::{FinishReason, Part, ToolCall, Usage};
use crate::router::Completion;

/// A `response` that is whole.
pub(super) fn whole(identity: &Identity, completion: &Completion) -> Value {
    let mut items = Vec::new();
    for part in &completion.answer.parts {
        if let Some(item) = item(identity, items.len(), part) {
            items.push(item);
        }
    }
    let model = completion.attempts.last();
    let model = model.map_or_else(|| identity.asked.clone(), |last| last.model.to_string());
    ended(identity, &model, &items, completion)
}

/// The response with these items, as its end is told.
pub(super) fn ended(identity: &Identity, model: &str, items: &[Value], completion: &Completion) -> Value {
    let incomplete = match completion.answer.finish {
        Some(FinishReason::Length) => Some("max_output_tokens"),
        Some(FinishReason::ContentFilter) => Some("content_filter"),
        _ => None,
    };
    let status = if incomplete.is_some() { "incomplete" } else { "completed" };
    let mut response = response(identity, model, status, items);
    response["incomplete_details"] = incomplete.map_or(Value::Null, |reason| json!({"reason": reason}));
    response["usage"] = usage(&completion.usage);
    response
}

/// A `response`, as far as it has come.
pub(super) fn response(identity: &Identity, model: &str, status: &str, items: &[Value]) -> Value {
    let mut response = json!({
        "id": identity.id,
        "object": "response",
        "created_at": identity.created,
        "status": status,
        "background": false,
        "error": null,
        "incomplete_details": null,
        "model": model,
        "output": items,
        "usage": null,
        "user": null,
    });
    if let (Some(fields), Some(terms)) = (response.as_object_mut(), identity.terms.as_object()) {
        fields.extend(terms.clone());
    }
    response
}

fn item(identity: &Identity, place: usize, part: &Part) -> Option<Value> {
    Some(match part {
        Part::Text(text) if !text.is_empty() => message(&id(identity, "msg", place), "completed", text),
        Part::Reasoning { text, .. } if !text.is_empty() => reasoning(&id(identity, "rs", place), text),
        Part::ToolCall(call) => function_call(&id(identity, "fc", place), "completed", call),
        _ => return None,
    })
}

/// The id of the item at a place: the same in the stream and in what is kept.
pub(super) fn id(identity: &Identity, kind: &str, place: usize) -> String {
    let stem = identity.id.strip_prefix("resp_").unwrap_or(&identity.id);
    format!("{kind}_{stem}{place:02}")
}

pub(super) fn message(id: &str, status: &str, text: &str) -> Value {
    let content = if status == "completed" { json!([text_part(text)]) } else { json!([]) };
    json!({"id": id, "type": "message", "status": status, "role": "assistant", "content": content})
}

pub(super) fn text_part(text: &str) -> Value {
    json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
}

pub(super) fn reasoning(id: &str, text: &str) -> Value {
    let summary = if text.is_empty() { json!([]) } else { json!([{"type": "summary_text", "text": text}]) };
    json!({"id": id, "type": "reasoning", "summary": summary})
}

pub(super) fn function_call(id: &str, status: &str, call: &ToolCall) -> Value {
    let arguments = if status == "completed" { call.arguments.as_str() } else { "" };
    let mut item = json!({
        "id": id, "type": "function_call", "status": status, "call_id": call.id, "name": call.name,
        "arguments": arguments,
    });
    if let Some(signature) = &call.signature {
        // OpenAI's format has no place for it, and it must come back with the call.
        item["extra_content"] = json!({"google": {"thought_signature": signature}});
    }
    item
}

fn usage(usage: &Usage) -> Value {
    let (input, output) = (usage.input_tokens.unwrap_or(0), usage.output_tokens.unwrap_or(0));
    json!({
        "input_tokens": input,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens.unwrap_or(0)},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens.unwrap_or(0)},
        "total_tokens": input.saturating_add(output),
    })
}
