//! Answers in one piece, and what their streams share with them.

use serde_json::{Value, json};

use super::super::dialect::Dialect;
use super::super::ids;
use super::super::model::{Answer, Call, Finish, Tokens};
use super::super::seal::seal;
use super::super::template::Values;

/// The whole message.
pub(super) fn whole(dialect: &Dialect, answer: &Answer, facts: &Values) -> Value {
    let mut blocks = Vec::new();
    if !answer.reasoning.is_empty() {
        let thought = answer.reasoning.concat();
        blocks.push(json!({"type": "thinking", "thinking": thought, "signature": seal(&thought)}));
    }
    if !answer.chunks.is_empty() {
        blocks.push(json!({"type": "text", "text": answer.text()}));
    }
    for call in &answer.calls {
        let mut block = call_block(dialect, call);
        block["input"] = call.arguments.clone();
        blocks.push(block);
    }
    let values = ending(answer).with("content", blocks).with("usage", usage(dialect, "usage", answer.tokens));
    values.or(facts).fill(dialect.shape("whole").unwrap_or(&Value::Null))
}

/// A call before its arguments.
pub(super) fn call_block(dialect: &Dialect, call: &Call) -> Value {
    json!({"type": "tool_use", "id": ids::mint(&dialect.call_id), "name": call.name, "input": {}})
}

/// Why an answer ended.
pub(super) fn ending(answer: &Answer) -> Values {
    let reason = match answer.finish {
        Finish::Stop if answer.stopped_at.is_some() => "stop_sequence",
        Finish::Stop => "end_turn",
        Finish::Length => "max_tokens",
        Finish::ToolCalls => "tool_use",
    };
    Values::default().with("stop", reason).with("stopped_at", answer.stopped_at.clone())
}

/// The tokens in the shape of this name.
pub(super) fn usage(dialect: &Dialect, shape: &str, tokens: Tokens) -> Value {
    let values = Values::default()
        .with("prompt", tokens.prompt)
        .with("completion", tokens.output.saturating_add(tokens.reasoning))
        .with("thought", tokens.reasoning);
    values.fill(dialect.shape(shape).unwrap_or(&Value::Null))
}
