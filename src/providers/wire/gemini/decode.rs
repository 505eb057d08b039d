//! Reading answers: a response, or a stream of responses.

use jiff::Timestamp;
use serde_json::Value;

use super::super::finish::{Finish, finish};
use super::super::{EventDecoder, Progress, malformed, trimmed, unreadable};
use super::WIRE;
use crate::chat::{Event, Failure, FailureClass, FinishReason, Signature, ToolCall, Usage};
use crate::providers::classify::classify_in_band;
use crate::providers::error_body::ErrorBody;
use crate::providers::sse::SseEvent;

/// Reads a response that came whole.
pub(super) fn whole(body: &[u8]) -> Result<Vec<Event>, Failure> {
    let body = trimmed(body)?;
    let response: Value =
        serde_json::from_slice(body).map_err(|error| malformed(format!("not a response: {error}")))?;
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    decoder.response(response, &mut events)?;
    decoder.end(&mut events)?;
    Ok(events)
}

/// Reads a stream of responses.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    started: bool,
    content: bool,
    called: bool,
    finished: bool,
    skipped: usize,
}

impl EventDecoder for Decoder {
    fn event(&mut self, event: &SseEvent<'_>, out: &mut Vec<Event>) -> Result<Progress, Failure> {
        let before = out.len();
        match serde_json::from_slice::<Value>(event.data) {
            Ok(response) => self.response(response, out)?,
            // One unreadable event in a stream that goes on well is skipped and reported.
            Err(_) if self.skipped == 0 => {
                self.skipped = 1;
                out.push(unreadable(event.data));
            }
            Err(error) => return Err(malformed(format!("the stream is not one of responses: {error}"))),
        }
        Ok(match (self.finished, out.len() > before) {
            (true, _) => Progress::Whole,
            (false, true) => Progress::More,
            (false, false) => Progress::Nothing,
        })
    }

    fn end(&mut self, _out: &mut Vec<Event>) -> Result<(), Failure> {
        match (self.finished, self.content) {
            (true, _) => Ok(()),
            (false, true) => Err(malformed("the stream ended in the middle")),
            (false, false) => Err(malformed("the stream ended before an answer")),
        }
    }
}

impl Decoder {
    fn response(&mut self, response: Value, out: &mut Vec<Event>) -> Result<(), Failure> {
        if response.get("error").or_else(|| response.get(0)?.get("error")).is_some() {
            return Err(classify_in_band(&ErrorBody::from_json(response), Timestamp::now()));
        }
        let text = |path: &str| response.get(path).and_then(Value::as_str).map(str::to_owned);
        if !self.started {
            self.started = true;
            out.push(Event::Start { id: text("responseId"), model: text("modelVersion") });
        }
        if let Some(reason) = response.pointer("/promptFeedback/blockReason").and_then(Value::as_str) {
            let message = format!("the prompt was blocked ({})", reason.to_lowercase());
            return Err(Failure::new(FailureClass::ContentFilter, message));
        }
        out.extend(response.get("usageMetadata").and_then(usage).map(Event::Usage));
        let Some(candidate) = response.pointer("/candidates/0") else { return Ok(()) };
        for part in candidate.pointer("/content/parts").and_then(Value::as_array).into_iter().flatten() {
            self.part(part, out);
        }
        match candidate.get("finishReason").and_then(Value::as_str).filter(|_| !self.finished) {
            Some(word) => self.finish(word, out),
            None => Ok(()),
        }
    }

    fn part(&mut self, part: &Value, out: &mut Vec<Event>) {
        let signature = part.get("thoughtSignature").and_then(Value::as_str).map(str::to_owned);
        if let Some(call) = part.get("functionCall") {
            let text = |name: &str| call.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
            let id = text("id").map_or_else(|| format!("call_{:016x}", fastrand::u64(..)), str::to_owned);
            let name = text("name").unwrap_or_default().to_owned();
            let arguments = match call.get("args") {
                Some(arguments @ Value::Object(_)) => arguments.to_string(),
                _ => "{}".to_owned(),
            };
            (self.content, self.called) = (true, true);
            out.push(Event::ToolCall(ToolCall { id, name, arguments, signature }));
            return;
        }
        let text = part.get("text").and_then(Value::as_str).unwrap_or_default();
        if !text.is_empty() {
            self.content = true;
            let thought = part.get("thought") == Some(&Value::Bool(true));
            out.push(if thought { Event::Reasoning(text.to_owned()) } else { Event::Text(text.to_owned()) });
        }
        let signed = |data| Event::Signature(Signature { wire: WIRE.to_owned(), data, redacted: false });
        out.extend(signature.map(signed));
    }

    fn finish(&mut self, word: &str, out: &mut Vec<Event>) -> Result<(), Failure> {
        let reason = match finish(&word.to_ascii_lowercase()) {
            Finish::Ignore => return Ok(()),
            Finish::Failed(failure) => return Err(*failure),
            // It does not say why; with something said it is an end like any other.
            Finish::Whole(FinishReason::Stop) if word == "OTHER" && !self.content => {
                return Err(Failure::new(
                    FailureClass::Server,
                    "the provider gave up (finish reason `OTHER`)",
                ));
            }
            Finish::Whole(FinishReason::Stop) if self.called => FinishReason::ToolCalls,
            Finish::Whole(reason) => reason,
        };
        self.finished = true;
        out.push(Event::Finish(reason));
        Ok(())
    }
}

/// Token counts. Thoughts are output that the candidates' count leaves out.
fn usage(wire: &Value) -> Option<Usage> {
    let count =
        |name: &str| wire.get(name).and_then(Value::as_u64).filter(|count| *count < 1_000_000_000_000);
    let (prompt, tools) = (count("promptTokenCount"), count("toolUsePromptTokenCount"));
    let (candidates, thoughts) = (count("candidatesTokenCount"), count("thoughtsTokenCount"));
    let output = candidates.or(thoughts).map(|_| candidates.unwrap_or(0) + thoughts.unwrap_or(0));
    let usage = Usage {
        input_tokens: prompt.map(|prompt| prompt + tools.unwrap_or(0)),
        output_tokens: output,
        cached_tokens: count("cachedContentTokenCount"),
        reasoning_tokens: thoughts,
        cost_usd: None,
    };
    usage.is_reported().then_some(usage)
}
