//! Responses: an answer in one piece, and what every piece of a stream shares with it.

use serde_json::{Value, json};

use super::super::dialect::Dialect;
use super::super::model::{Answer, Finish, Tokens};
use super::super::seal::seal;
use super::super::template::Values;
use super::super::wire::Chat;
use super::conversation::{TEXT_SEAL, call_seal};
use super::models::signs_calls;

/// The whole response.
pub(super) fn whole(dialect: &Dialect, chat: &Chat, answer: &Answer, facts: &Values) -> Value {
    let mut parts = Vec::new();
    if chat.thoughts && !answer.reasoning.is_empty() {
        parts.push(json!({"text": answer.reasoning.concat(), "thought": true}));
    }
    if answer.calls.is_empty() {
        let mut part = json!({"text": answer.text()});
        sign_text(chat, &mut part);
        parts.push(part);
    }
    parts.extend(call_parts(chat, answer));
    response(dialect, candidate(&parts, Some(answer)), answer.tokens, facts)
}

/// The calls; of those made at once only the first one is signed.
pub(super) fn call_parts(chat: &Chat, answer: &Answer) -> Vec<Value> {
    let calls = answer.calls.iter().enumerate().map(|(at, call)| {
        let mut part = json!({"functionCall": {"name": call.name, "args": call.arguments}});
        if at == 0 && signs_calls(&chat.ask.model) {
            part["thoughtSignature"] = json!(seal(&call_seal(&call.name)));
        }
        part
    });
    calls.collect()
}

/// Signs a text, where the model thought before it.
pub(super) fn sign_text(chat: &Chat, part: &mut Value) {
    if chat.ask.reasoning {
        part["thoughtSignature"] = json!(seal(TEXT_SEAL));
    }
}

/// The candidate with these parts; `ended` when they are its last.
pub(super) fn candidate(parts: &[Value], ended: Option<&Answer>) -> Value {
    let mut candidate = json!({"content": {"parts": parts, "role": "model"}});
    if let Some(answer) = ended {
        let reason = if answer.finish == Finish::Length { "MAX_TOKENS" } else { "STOP" };
        candidate["finishReason"] = json!(reason);
    }
    candidate["index"] = json!(0);
    if ended.is_some_and(|answer| answer.finish == Finish::ToolCalls) {
        candidate["finishMessage"] = json!("Model generated function call(s).");
    }
    candidate
}

/// A response with this candidate; `tokens` as far as they have come.
pub(super) fn response(dialect: &Dialect, candidate: Value, tokens: Tokens, facts: &Values) -> Value {
    let some = |count: u32| (count > 0).then_some(count);
    let total = tokens.prompt.saturating_add(tokens.output).saturating_add(tokens.reasoning);
    let usage = Values::default()
        .with("prompt", tokens.prompt)
        .with_some("visible", some(tokens.output))
        .with_some("thought", some(tokens.reasoning))
        .with("total", total)
        .fill(dialect.shape("usage").unwrap_or(&Value::Null));
    let values = Values::default().with("candidates", vec![candidate]).with("usage", usage);
    values.or(facts).fill(dialect.shape("whole").unwrap_or(&Value::Null))
}
