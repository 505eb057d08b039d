//! Answers in one piece, and what they share with streams.

use serde_json::{Value, json};

use super::Identity;
use crate::chat::{ToolCall, Usage};
use crate::router::Completion;

/// A `chat.completion`.
pub(super) fn whole(identity: &Identity, completion: &Completion) -> Value {
    let answer = &completion.answer;
    let (text, reasoning) = (answer.text(), answer.reasoning());
    let calls: Vec<Value> = answer.tool_calls().map(call).collect();
    // No text beside calls is null: clients show what is empty.
    let content = if text.is_empty() && !calls.is_empty() { Value::Null } else { json!(text) };
    let mut message = json!({"role": "assistant", "content": content, "refusal": null});
    if !reasoning.is_empty() {
        message["reasoning_content"] = json!(reasoning);
    }
    if !calls.is_empty() {
        message["tool_calls"] = Value::Array(calls);
    }
    let model = completion.attempts.last().map(|attempt| attempt.model.to_string());
    json!({
        "id": identity.id,
        "object": "chat.completion",
        "created": identity.created,
        "model": model,
        "choices": [{
            "index": 0,
            "message": message,
            "logprobs": null,
            "finish_reason": answer.finish.map(crate::chat::FinishReason::as_str),
        }],
        "usage": usage(&completion.usage),
    })
}

/// A tool call, whole.
pub(super) fn call(call: &ToolCall) -> Value {
    let function = json!({"name": call.name, "arguments": call.arguments});
    let mut value = json!({"id": call.id, "type": "function", "function": function});
    if let Some(signature) = &call.signature {
        // Where Google's own compatibility layer has it: it must come back with the call.
        value["extra_content"] = json!({"google": {"thought_signature": signature}});
    }
    value
}

/// Tokens, as numbers even where nobody counted them: clients add them up.
pub(super) fn usage(usage: &Usage) -> Value {
    let (input, output) = (usage.input_tokens.unwrap_or(0), usage.output_tokens.unwrap_or(0));
    let mut value = json!({
        "prompt_tokens": input, "completion_tokens": output, "total_tokens": input.saturating_add(output)
    });
    if let Some(cached) = usage.cached_tokens {
        value["prompt_tokens_details"] = json!({"cached_tokens": cached});
    }
    if let Some(thought) = usage.reasoning_tokens {
        value["completion_tokens_details"] = json!({"reasoning_tokens": thought});
    }
    value
}
