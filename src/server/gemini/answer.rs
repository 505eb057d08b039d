//! Answers in one piece, and what they share with streams.

use serde_json::{Value, json};

use super::WIRE;
use crate::chat::{FinishReason, Part, Usage};
use crate::router::Completion;

/// A `GenerateContentResponse`.
pub(super) fn whole(id: &str, asked: &str, completion: &Completion) -> Value {
    let answer = &completion.answer;
    let model = completion.attempts.last().map_or_else(|| asked.to_owned(), |last| last.model.to_string());
    let mut parts = Vec::new();
    for one in &answer.parts {
        part(one, &mut parts);
    }
    response(id, &model, &parts, answer.finish.or(Some(FinishReason::Stop)), Some(&completion.usage))
}

/// A response with one candidate.
pub(super) fn response(
    id: &str,
    model: &str,
    parts: &[Value],
    finish: Option<FinishReason>,
    usage: Option<&Usage>,
) -> Value {
    let mut candidate = json!({"content": {"parts": parts, "role": "model"}, "index": 0});
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(reason(finish));
    }
    let mut response = json!({"candidates": [candidate], "modelVersion": model, "responseId": id});
    if let Some(usage) = usage {
        response["usageMetadata"] = self::usage(usage);
    }
    response
}

/// Adds what a part is in Google's words. A signature belongs to the part behind it, or stands alone.
pub(super) fn part(part: &Part, parts: &mut Vec<Value>) {
    match part {
        Part::Text(text) if !text.is_empty() => parts.push(json!({"text": text})),
        Part::Reasoning { text, signature } => {
            if !text.is_empty() {
                parts.push(json!({"text": text, "thought": true}));
            }
            if let Some(signature) = signature.as_ref().filter(|signature| signature.wire == WIRE) {
                parts.push(json!({"text": "", "thoughtSignature": signature.data}));
            }
        }
        Part::ToolCall(call) => {
            let arguments: Value = serde_json::from_str(&call.arguments).unwrap_or_else(|_| json!({}));
            let mut part = json!({"functionCall": {"id": call.id, "name": call.name, "args": arguments}});
            if let Some(signature) = &call.signature {
                part["thoughtSignature"] = json!(signature);
            }
            parts.push(part);
        }
        Part::Text(_) | Part::Media(_) | Part::ToolResult { .. } => {}
    }
}

fn reason(finish: FinishReason) -> &'static str {
    match finish {
        FinishReason::Stop | FinishReason::ToolCalls => "STOP",
        FinishReason::Length => "MAX_TOKENS",
        FinishReason::ContentFilter => "SAFETY",
    }
}

/// Tokens. Thoughts are not among those of the answer here.
fn usage(usage: &Usage) -> Value {
    let (input, output) = (usage.input_tokens.unwrap_or(0), usage.output_tokens.unwrap_or(0));
    let thought = usage.reasoning_tokens.unwrap_or(0);
    let mut value = json!({
        "promptTokenCount": input,
        "candidatesTokenCount": output.saturating_sub(thought),
        "totalTokenCount": input.saturating_add(output),
    });
    if let Some(cached) = usage.cached_tokens {
        value["cachedContentTokenCount"] = json!(cached);
    }
    if thought > 0 {
        value["thoughtsTokenCount"] = json!(thought);
    }
    value
}
