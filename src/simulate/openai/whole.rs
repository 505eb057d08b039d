//! Answers in one piece.

use serde_json::{Value, json};

use super::super::dialect::Dialect;
use super::super::ids;
use super::super::model::{Answer, Call, Finish, Tokens};
use super::super::template::Values;
use super::super::wire::Chat;

/// The whole body.
pub(super) fn body(dialect: &Dialect, chat: &Chat, answer: &Answer, facts: &Values) -> Value {
    let reasoning = (!answer.reasoning.is_empty()).then(|| answer.reasoning.concat());
    let values = Values::default().with_some("reasoning", reasoning.clone());
    let message = if answer.calls.is_empty() {
        let values = values.with("content", content(chat, reasoning.as_deref(), answer.text())).with_some(
            "reasoning_details",
            reasoning.map(|text| json!([{"type": "reasoning.text", "text": text}])),
        );
        values.fill(shape(dialect, "message"))
    } else {
        let calls: Vec<_> =
            answer.calls.iter().enumerate().map(|(at, call)| whole_call(dialect, at, call)).collect();
        values.with("calls", calls).fill(shape(dialect, "message_calls"))
    };
    let values = Values::default()
        .with("message", message)
        .with("usage", usage(dialect, answer.tokens))
        .with("timings", timings(answer.tokens))
        .with("finish", finish(dialect, answer.finish));
    values.or(facts).fill(shape(dialect, "whole"))
}

/// The text, or the blocks of thinking and text.
fn content(chat: &Chat, reasoning: Option<&str>, text: String) -> Value {
    match reasoning.filter(|_| chat.blocks) {
        Some(reasoning) => json!([
            {"type": "thinking", "thinking": [{"type": "text", "text": reasoning}]},
            {"type": "text", "text": text}
        ]),
        None => Value::String(text),
    }
}

fn whole_call(dialect: &Dialect, index: usize, call: &Call) -> Value {
    call_values(dialect, index, call)
        .with("arguments", call.arguments.to_string())
        .fill(shape(dialect, "call"))
}

/// What identifies a call; its arguments are added in one piece or in several.
pub(super) fn call_values(dialect: &Dialect, index: usize, call: &Call) -> Values {
    Values::default()
        .with("index", index)
        .with("call", ids::mint(&dialect.call_id))
        .with("name", call.name.clone())
}

/// The template of this name; nothing where there is none.
pub(super) fn shape<'a>(dialect: &'a Dialect, name: &str) -> &'a Value {
    dialect.shape(name).unwrap_or(&Value::Null)
}

/// The word for the end of an answer.
pub(super) fn finish(dialect: &Dialect, finish: Finish) -> String {
    match finish {
        Finish::Stop => dialect.stop_reason.as_deref().unwrap_or("stop"),
        Finish::Length => "length",
        Finish::ToolCalls => "tool_calls",
    }
    .to_owned()
}

/// The count of tokens in the dialect's terms.
pub(super) fn usage(dialect: &Dialect, tokens: Tokens) -> Value {
    let completion = tokens.output.saturating_add(tokens.reasoning);
    let total = tokens.prompt.saturating_add(completion);
    // Prompts are cached in blocks of this many tokens where caching is reported.
    let cached = tokens.prompt / 64 * 64;
    let values = Values::default()
        .with("prompt", tokens.prompt)
        .with("completion", completion)
        .with("visible", tokens.output)
        .with("thought", tokens.reasoning)
        .with("total", total)
        .with("cached", cached)
        .with("uncached", tokens.prompt - cached)
        .with("cost", f64::from(tokens.prompt) * 1e-7 + f64::from(completion) * 4e-7)
        .with("ticks", u64::from(tokens.prompt) * 12_500 + u64::from(completion) * 25_000);
    values.fill(shape(dialect, "usage"))
}

/// The speed that a local server reports.
pub(super) fn timings(tokens: Tokens) -> Value {
    let predicted = tokens.output.saturating_add(tokens.reasoning);
    json!({
        "cache_n": 0, "prompt_n": tokens.prompt, "prompt_ms": f64::from(tokens.prompt) * 1.5,
        "prompt_per_token_ms": 1.5, "prompt_per_second": 666.6, "predicted_n": predicted,
        "predicted_ms": f64::from(predicted) * 8.0, "predicted_per_token_ms": 8.0, "predicted_per_second": 125.0
    })
}
