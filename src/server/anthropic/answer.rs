//! Answers in one piece, and what they share with streams.

use serde_json::{Value, json};

use super::WIRE;
use crate::chat::{FinishReason, Part, ToolCall, Usage};
use crate::router::Completion;

/// A `message`.
pub(super) fn whole(id: &str, asked: &str, completion: &Completion) -> Value {
    let answer = &completion.answer;
    let model = completion.attempts.last().map_or_else(|| asked.to_owned(), |last| last.model.to_string());
    let content: Vec<Value> = answer.parts.iter().filter_map(block).collect();
    json!({
        "id": id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": stop_reason(answer.finish),
        "stop_sequence": null,
        "usage": usage(&completion.usage),
    })
}

fn block(part: &Part) -> Option<Value> {
    Some(match part {
        Part::Text(text) if text.is_empty() => return None,
        Part::Text(text) => json!({"type": "text", "text": text}),
        Part::Reasoning { signature: Some(signature), .. }
            if signature.wire == WIRE && signature.redacted =>
        {
            json!({"type": "redacted_thinking", "data": signature.data})
        }
        // Whose thoughts are not signed for this wire has an empty signature, which is not taken for one when it returns.
        Part::Reasoning { text, signature } => {
            let signature = signature.as_ref().filter(|signature| signature.wire == WIRE);
            let data = signature.map_or("", |signature| signature.data.as_str());
            if text.is_empty() && data.is_empty() {
                return None;
            }
            json!({"type": "thinking", "thinking": text, "signature": data})
        }
        Part::ToolCall(call) => {
            let mut block = opened(call);
            block["input"] = serde_json::from_str(&call.arguments).unwrap_or_else(|_| json!({}));
            block
        }
        Part::Media(_) | Part::ToolResult { .. } => return None,
    })
}

/// The block of a call, without its arguments.
pub(super) fn opened(call: &ToolCall) -> Value {
    let mut block = json!({"type": "tool_use", "id": call.id, "name": call.name, "input": {}});
    if let Some(signature) = &call.signature {
        // Anthropic's format has no place for it, and it must come back with the call.
        block["extra_content"] = json!({"google": {"thought_signature": signature}});
    }
    block
}

pub(super) fn stop_reason(finish: Option<FinishReason>) -> &'static str {
    match finish {
        Some(FinishReason::Length) => "max_tokens",
        Some(FinishReason::ToolCalls) => "tool_use",
        Some(FinishReason::ContentFilter) => "refusal",
        Some(FinishReason::Stop) | None => "end_turn",
    }
}

/// Tokens. Those from a cache are not among those of the prompt here.
pub(super) fn usage(usage: &Usage) -> Value {
    let cached = usage.cached_tokens.unwrap_or(0);
    json!({
        "input_tokens": usage.input_tokens.unwrap_or(0).saturating_sub(cached),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached,
        "output_tokens": usage.output_tokens.unwrap_or(0),
    })
}
