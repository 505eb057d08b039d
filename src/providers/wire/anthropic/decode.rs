//! Reading answers: whole messages and streams of blocks.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::super::finish::{Finish, finish};
use super::super::{EventDecoder, Progress, malformed, trimmed, unreadable};
use super::WIRE;
use crate::chat::{Event, Failure, FinishReason, Signature, ToolCall, Usage};
use crate::providers::classify::classify_in_band;
use crate::providers::error_body::ErrorBody;
use crate::providers::sse::SseEvent;

/// Reads a message that came whole.
pub(super) fn whole(body: &[u8]) -> Result<Vec<Event>, Failure> {
    let body = trimmed(body)?;
    let message: Value =
        serde_json::from_slice(body).map_err(|error| malformed(format!("not a message: {error}")))?;
    if message.get("error").is_some() {
        return Err(classify_in_band(&ErrorBody::from_json(message), Timestamp::now()));
    }
    let blocks = message.get("content").and_then(Value::as_array);
    let blocks = blocks.ok_or_else(|| malformed("a message without content"))?;
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    decoder.start(&message, &mut events);
    for (index, block) in (0..).zip(blocks) {
        decoder.open(index, block, &mut events);
        decoder.close(index, &mut events);
    }
    decoder.stop(&message, &mut events)?;
    decoder.end(&mut events)?;
    Ok(events)
}

/// Reads a stream of blocks.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    started: bool,
    content: bool,
    finished: bool,
    skipped: usize,
    /// Tool calls that are still growing, by the index of their block.
    growing: BTreeMap<u64, ToolCall>,
    called: bool,
    /// A call whose arguments are no JSON: the output limit may have cut it.
    broken_call: Option<String>,
}

impl EventDecoder for Decoder {
    fn event(&mut self, event: &SseEvent<'_>, out: &mut Vec<Event>) -> Result<Progress, Failure> {
        let Ok(data) = serde_json::from_slice::<Value>(event.data) else {
            return self.skip(event.data, out);
        };
        let index = data.get("index").and_then(Value::as_u64).unwrap_or(0);
        let part = |name: &str| data.get(name).unwrap_or(&Value::Null);
        match data.get("type").and_then(Value::as_str).unwrap_or(event.name) {
            "message_start" => self.start(part("message"), out),
            "content_block_start" => self.open(index, part("content_block"), out),
            "content_block_delta" => self.delta(index, part("delta"), out),
            "content_block_stop" => self.close(index, out),
            "message_delta" => {
                out.extend(usage(part("usage")).map(Event::Usage));
                self.stop(part("delta"), out)?;
            }
            "message_stop" => {
                self.end(out)?;
                return Ok(Progress::Closed);
            }
            "error" => return Err(classify_in_band(&ErrorBody::from_json(data), Timestamp::now())),
            // Pings, and whatever else there may be some day.
            _ => return Ok(if self.finished { Progress::Whole } else { Progress::Nothing }),
        }
        Ok(if self.finished { Progress::Whole } else { Progress::More })
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
    /// One unreadable event in a stream that goes on well is skipped and reported; a second one is no protocol.
    fn skip(&mut self, data: &[u8], out: &mut Vec<Event>) -> Result<Progress, Failure> {
        self.skipped += 1;
        if self.skipped > 1 {
            return Err(malformed("the stream is not one of messages"));
        }
        out.push(unreadable(data));
        Ok(Progress::Nothing)
    }

    /// Proxies splice a second beginning into a stream: only the first one counts.
    fn start(&mut self, message: &Value, out: &mut Vec<Event>) {
        if self.started {
            return;
        }
        self.started = true;
        let text = |name: &str| message.get(name).and_then(Value::as_str).map(str::to_owned);
        out.push(Event::Start { id: text("id"), model: text("model") });
        out.extend(message.get("usage").and_then(usage).map(Event::Usage));
    }

    fn open(&mut self, index: u64, block: &Value, out: &mut Vec<Event>) {
        let text = |name: &str| block.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        match block.get("type").and_then(Value::as_str) {
            Some("text") => self.say(Event::Text(text("text")), out),
            Some("thinking") => {
                self.say(Event::Reasoning(text("thinking")), out);
                self.sign(text("signature"), false, out);
            }
            Some("redacted_thinking") => self.sign(text("data"), true, out),
            Some("tool_use") => {
                // In a stream the input comes later, and stands here as an empty object.
                let arguments = match block.get("input") {
                    Some(Value::Object(input)) if !input.is_empty() => {
                        Value::Object(input.clone()).to_string()
                    }
                    _ => String::new(),
                };
                let call = ToolCall { id: text("id"), name: text("name"), arguments, signature: None };
                self.growing.insert(index, call);
            }
            // Blocks of the provider's own tools: nothing of ours.
            _ => {}
        }
    }

    fn delta(&mut self, index: u64, delta: &Value, out: &mut Vec<Event>) {
        let text = |name: &str| delta.get(name).and_then(Value::as_str).unwrap_or_default();
        match delta.get("type").and_then(Value::as_str) {
            Some("text_delta") => self.say(Event::Text(text("text").to_owned()), out),
            Some("thinking_delta") => self.say(Event::Reasoning(text("thinking").to_owned()), out),
            Some("signature_delta") => self.sign(text("signature").to_owned(), false, out),
            Some("input_json_delta") => {
                if let Some(call) = self.growing.get_mut(&index) {
                    call.arguments.push_str(text("partial_json"));
                }
            }
            _ => {}
        }
    }

    fn sign(&mut self, data: String, redacted: bool, out: &mut Vec<Event>) {
        if !data.is_empty() {
            self.content = true;
            out.push(Event::Signature(Signature { wire: WIRE.to_owned(), data, redacted }));
        }
    }

    fn say(&mut self, event: Event, out: &mut Vec<Event>) {
        let empty = matches!(&event, Event::Text(text) | Event::Reasoning(text) if text.is_empty());
        if !empty {
            self.content = true;
            out.push(event);
        }
    }

    /// A block is complete: a call in it is whole now.
    fn close(&mut self, index: u64, out: &mut Vec<Event>) {
        let Some(mut call) = self.growing.remove(&index) else { return };
        if call.arguments.trim().is_empty() {
            call.arguments.replace_range(.., "{}");
        }
        let is_object = serde_json::from_str::<Value>(&call.arguments).is_ok_and(|value| value.is_object());
        if !is_object {
            self.broken_call = Some(call.name);
            return;
        }
        self.called = true;
        self.say(Event::ToolCall(call), out);
    }

    /// Why it ended, if it says so here.
    fn stop(&mut self, delta: &Value, out: &mut Vec<Event>) -> Result<(), Failure> {
        let Some(word) = delta.get("stop_reason").and_then(Value::as_str).filter(|_| !self.finished) else {
            return Ok(());
        };
        let reason = match finish(word) {
            Finish::Ignore => return Ok(()),
            Finish::Failed(failure) => return Err(*failure),
            Finish::Whole(FinishReason::Stop) if self.called => FinishReason::ToolCalls,
            Finish::Whole(reason) => reason,
        };
        if let Some(name) = self.broken_call.take() {
            if reason != FinishReason::Length {
                return Err(malformed(format!(
                    "the model called `{name}` with arguments that are no JSON object"
                )));
            }
            out.push(Event::Skipped("a tool call was cut off by the output limit".into()));
        }
        self.finished = true;
        out.push(Event::Finish(reason));
        Ok(())
    }
}

/// Token counts. What came from or went into the cache is part of the prompt, and is counted apart from it here.
fn usage(wire: &Value) -> Option<Usage> {
    let count =
        |name: &str| wire.get(name).and_then(Value::as_u64).filter(|count| *count < 1_000_000_000_000);
    let (input, output) = (count("input_tokens"), count("output_tokens"));
    let (read, written) = (count("cache_read_input_tokens"), count("cache_creation_input_tokens"));
    let usage = Usage {
        input_tokens: input.map(|input| input + read.unwrap_or(0) + written.unwrap_or(0)),
        output_tokens: output,
        cached_tokens: read,
        ..Usage::default()
    };
    usage.is_reported().then_some(usage)
}
