//! Reading predictions: their state, and the events of their making.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::{EventDecoder, Pending, Progress, Reply, StateDecoder, malformed, trimmed, unreadable};
use crate::chat::{Event, Failure, FailureClass, FinishReason, Usage};
use crate::providers::classify::classify_wording;
use crate::providers::error_body::ErrorBody;
use crate::providers::sse::SseEvent;

/// Reads the reply to a request: a prediction that is made, or where it is being made.
pub(super) fn created(body: &[u8]) -> Result<Reply, Failure> {
    let mut prediction = Prediction::default();
    let mut events = Vec::new();
    let created = parsed(body)?;
    if is_under_way(&created) {
        // What there may be of its output already is told again by its stream.
        prediction.start(&created, &mut events);
    } else {
        prediction.state(body, &mut events)?;
        return Ok(Reply::Whole(events));
    }
    let body = created;
    let id = body.get("id").and_then(Value::as_str).unwrap_or_default();
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(malformed("a prediction without an id"));
    }
    Ok(Reply::Pending(Pending {
        events,
        stream: body.pointer("/urls/stream").and_then(Value::as_str).map(str::to_owned),
        state: format!("/predictions/{id}"),
        cancel: format!("/predictions/{id}/cancel"),
        decoder: Box::new(prediction),
    }))
}

/// A prediction as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Prediction {
    started: bool,
    /// All text so far, from wherever it came.
    said: String,
    /// The stream has said that it was all.
    complete: bool,
    finished: bool,
    /// It failed, was cancelled, or has no output.
    ended: bool,
    skipped: usize,
}

impl EventDecoder for Prediction {
    fn event(&mut self, event: &SseEvent<'_>, out: &mut Vec<Event>) -> Result<Progress, Failure> {
        match event.name {
            "output" => {
                let text = str::from_utf8(event.data)
                    .map_err(|_| malformed("an event of the stream is not text"))?;
                self.say(text, out);
                Ok(Progress::More)
            }
            "error" => Err(classify_wording(&ErrorBody::read(event.data), Timestamp::now())),
            "done" => {
                let reason: Value = serde_json::from_slice(event.data).unwrap_or_default();
                match reason.get("reason").and_then(Value::as_str) {
                    Some("canceled") => Err(canceled("canceled")),
                    Some("error") => Err(Failure::new(FailureClass::Server, "the prediction failed")),
                    _ => {
                        self.complete = true;
                        Ok(Progress::Closed)
                    }
                }
            }
            "" if self.skipped > 0 => Err(malformed("the stream is not that of a prediction")),
            "" => {
                self.skipped += 1;
                out.push(unreadable(event.data));
                Ok(Progress::Nothing)
            }
            // Logs, and whatever else there may be some day.
            _ => Ok(Progress::Nothing),
        }
    }

    fn end(&mut self, out: &mut Vec<Event>) -> Result<(), Failure> {
        match (self.finished, self.complete, self.said.is_empty()) {
            (true, _, _) => Ok(()),
            (false, true, false) => {
                self.finish(FinishReason::Stop, out);
                Ok(())
            }
            (false, false, false) => Err(malformed("the stream ended in the middle")),
            (false, _, true) => Err(malformed("the stream ended before an answer")),
        }
    }
}

impl StateDecoder for Prediction {
    fn state(&mut self, body: &[u8], out: &mut Vec<Event>) -> Result<Progress, Failure> {
        let state = parsed(body)?;
        let Some(status) = state.get("status").and_then(Value::as_str) else {
            // An error with a good status has none, or a number.
            return Err(match state.get("detail").or_else(|| state.get("error")) {
                Some(_) => classify_wording(&ErrorBody::from_json(state), Timestamp::now()),
                None => malformed("not a prediction: it has no status"),
            });
        };
        self.start(&state, out);
        self.ended |= !is_under_way(&state);
        match status {
            "succeeded" => self.succeeded(&state, out).map(|()| Progress::Closed),
            "failed" => {
                let error = state.get("error").filter(|error| !error.is_null());
                let error = error.cloned().unwrap_or_else(|| json!("the prediction failed"));
                Err(classify_wording(&ErrorBody::from_json(json!({"error": error})), Timestamp::now()))
            }
            "canceled" | "aborted" => Err(canceled(status)),
            _ => self.grown(&state, out),
        }
    }

    fn is_over(&self) -> bool {
        self.ended
    }
}

fn parsed(body: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(trimmed(body)?).map_err(|error| malformed(format!("not a prediction: {error}")))
}

/// Whether a prediction is still being made. A status that is new to us is no end.
fn is_under_way(state: &Value) -> bool {
    let status = state.get("status").and_then(Value::as_str);
    status.is_some_and(|status| !["succeeded", "failed", "canceled", "aborted"].contains(&status))
}

impl Prediction {
    fn start(&mut self, state: &Value, out: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.started, true) {
            let text = |name: &str| state.get(name).and_then(Value::as_str).map(str::to_owned);
            out.push(Event::Start { id: text("id"), model: text("model") });
        }
    }

    fn say(&mut self, text: &str, out: &mut Vec<Event>) {
        if !text.is_empty() {
            self.said.push_str(text);
            out.push(Event::Text(text.to_owned()));
        }
    }

    /// Adds what the state knows and nobody has said yet.
    fn grown(&mut self, state: &Value, out: &mut Vec<Event>) -> Result<Progress, Failure> {
        let output = output(state)?;
        match output.strip_prefix(self.said.as_str()) {
            Some("") => Ok(Progress::Nothing),
            Some(more) => {
                self.say(more, out);
                Ok(Progress::More)
            }
            // The state lags behind the stream.
            None if self.said.starts_with(&output) => Ok(Progress::Nothing),
            None => Err(malformed("the prediction is another one than its stream told")),
        }
    }

    fn succeeded(&mut self, state: &Value, out: &mut Vec<Event>) -> Result<(), Failure> {
        // What was streamed to its end needs no second telling.
        if !self.complete || self.said.is_empty() {
            self.grown(state, out)?;
        }
        if self.said.is_empty() {
            return Err(malformed("the prediction succeeded and has no output"));
        }
        let usage = usage(state);
        if usage.is_reported() {
            out.push(Event::Usage(usage));
        }
        // Nothing says why it ended; an answer that is as long as it may be was cut.
        let limit = ["max_completion_tokens", "max_tokens", "max_new_tokens", "max_output_tokens"]
            .iter()
            .find_map(|field| state.get("input")?.get(*field)?.as_u64());
        let is_cut = usage.output_tokens.zip(limit).is_some_and(|(used, limit)| used >= limit);
        self.finish(if is_cut { FinishReason::Length } else { FinishReason::Stop }, out);
        Ok(())
    }

    fn finish(&mut self, reason: FinishReason, out: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.finished, true) {
            out.push(Event::Finish(reason));
        }
    }
}

fn canceled(how: &str) -> Failure {
    Failure::new(FailureClass::Server, format!("the provider ended the prediction ({how})"))
}

/// The text so far: an array of pieces, or one string. Its line ends are those of a stream, which knows only one.
fn output(state: &Value) -> Result<String, Failure> {
    Ok(pieces(state)?.replace("\r\n", "\n").replace('\r', "\n"))
}

fn pieces(state: &Value) -> Result<String, Failure> {
    let not_text = || malformed("the prediction's output is not text");
    match state.get("output") {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Array(pieces)) => {
            pieces.iter().map(|piece| piece.as_str().ok_or_else(not_text)).collect()
        }
        Some(_) => Err(not_text()),
    }
}

/// Only some models count, and the names differ.
fn usage(state: &Value) -> Usage {
    let count = |names: [&str; 2]| {
        let metrics = state.get("metrics")?;
        names.iter().find_map(|name| metrics.get(*name)?.as_u64()).filter(|count| *count < 1_000_000_000_000)
    };
    Usage {
        input_tokens: count(["input_token_count", "token_input_count"]),
        output_tokens: count(["output_token_count", "token_output_count"]),
        ..Usage::default()
    }
}
