//! A session as a text: plain, Markdown, JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::chat::{Message, Part, Role};
use crate::memory::session::{Provenance, Session, Turn, TurnState};

/// For reading at a terminal.
pub fn plain(session: &Session, turns: &[Turn]) -> String {
    let mut out = format!("session {}", session.id);
    for (label, value) in
        [("", &session.name), ("agent ", &session.agent), ("forked from ", &session.forked_from)]
    {
        if let Some(value) = value {
            let _infallible = write!(out, ", {label}{value}");
        }
    }
    out.push('\n');
    for turn in turns {
        for message in &turn.messages {
            let said = text(message);
            let _infallible = write!(out, "\n{}:\n{}\n", who(message.role, turn), said.trim_end());
        }
        if let Some(line) = about(turn) {
            let _infallible = writeln!(out, "({line})");
        }
    }
    out
}

/// For keeping and passing on.
pub fn markdown(session: &Session, turns: &[Turn]) -> String {
    let title = session.name.as_deref().unwrap_or(&session.title);
    let mut out = format!("# {}\n", if title.is_empty() { &session.id } else { title });
    if let Some(system) = &session.system {
        let _infallible = write!(out, "\n## system\n\n{}\n", system.trim_end());
    }
    for turn in turns {
        for message in turn.messages.iter().filter(|message| !text(message).is_empty()) {
            let _infallible =
                write!(out, "\n## {}\n\n{}\n", who(message.role, turn), text(message).trim_end());
        }
        if let Some(line) = about(turn) {
            let _infallible = write!(out, "\n_{line}_\n");
        }
    }
    out
}

/// A turn as JSON. The shape is an interface.
pub fn turn_json(turn: &Turn) -> Value {
    let from = &turn.provenance;
    json!({
        "id": turn.id,
        "state": turn.state.as_str(),
        "agent": from.agent,
        "route": from.route,
        "provider": from.model.as_ref().map(|model| &model.provider),
        "model": from.model.as_ref().map(|model| &model.model),
        "attempts": from.attempts,
        "failed": from.failed,
        "resumed": from.resumed,
        "recalled": from.recalled,
        "input_tokens": from.input_tokens,
        "output_tokens": from.output_tokens,
        "cost_usd": from.cost_usd,
        "problem": from.problem,
        "began": from.began.to_string(),
        "ended": from.ended.map(|at| at.to_string()),
        "ttft_ms": from.first_token.map(|span| u64::try_from(span.as_millis()).unwrap_or(u64::MAX)),
        "messages": turn.messages,
        "summary": turn.summary,
    })
}

fn who(role: Role, turn: &Turn) -> &str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => &turn.provenance.agent,
        Role::Tool => "tools",
    }
}

/// Who answered and what it took, and what is wrong with the turn.
fn about(turn: &Turn) -> Option<String> {
    let Provenance { model, input_tokens, output_tokens, cost_usd, problem, failed, .. } = &turn.provenance;
    let mut words = Vec::new();
    match turn.state {
        TurnState::Whole => {}
        TurnState::Open => words.push("under way".to_owned()),
        state => words.push(match problem {
            Some(problem) => format!("{}: {problem}", state.as_str()),
            None => state.as_str().to_owned(),
        }),
    }
    words.extend(model.as_ref().map(ToString::to_string));
    if let (Some(input), Some(output)) = (input_tokens, output_tokens)
        && input + output > 0
    {
        words.push(format!("{input} tokens in, {output} out"));
    }
    words.extend(cost_usd.map(|cost| format!("${cost:.6}")));
    if *failed > 0 && turn.state == TurnState::Whole {
        words.push(format!("after {failed} failed attempt{}", if *failed == 1 { "" } else { "s" }));
    }
    (!words.is_empty()).then(|| words.join(", "))
}

/// What can be read of a message: its text, and what else is in it in a few words.
fn text(message: &Message) -> String {
    let words = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Media(media) => format!("[{}]", media.name.as_deref().unwrap_or(&media.mime)),
        Part::Reasoning { .. } => String::new(),
        Part::ToolCall(call) => format!("[calls {} {}]", call.name, call.arguments),
        Part::ToolResult { name, content, is_error, .. } => {
            format!("[{name} {}: {content}]", if *is_error { "failed" } else { "gave" })
        }
    };
    let parts = message.parts.iter().map(words).filter(|text| !text.trim().is_empty());
    parts.collect::<Vec<_>>().join("\n")
}
