//! Reading answers: whole bodies and streams of chunks.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::Value;

use super::super::finish::{Finish, finish};
use super::super::think::ThinkSplitter;
use super::super::{EventDecoder, Progress, Target, malformed, trimmed, unreadable};
use super::calls::Calls;
use super::chunk::{Choice, Chunk, Delta, Word};
use crate::chat::{Event, Failure, FailureClass, FinishReason, Usage};
use crate::providers::classify::classify_in_band;
use crate::providers::error_body::{ErrorBody, one_line};
use crate::providers::sse::SseEvent;

/// Reads a completion that came whole.
pub(super) fn whole(target: &Target<'_>, body: &[u8]) -> Result<Vec<Event>, Failure> {
    let body = trimmed(body)?;
    let mut decoder = Decoder::new(target.provider.quirks.inline_think);
    let mut events = Vec::new();
    match decoder.chunk(body, &mut events) {
        Ok(()) => {}
        Err(ChunkError::Failed(failure)) => return Err(*failure),
        Err(ChunkError::Unreadable(error)) => return Err(malformed(format!("not a completion: {error}"))),
    }
    if !decoder.saw_choice {
        return Err(malformed("an answer without choices"));
    }
    if decoder.finish.is_none() {
        return Err(malformed("the answer does not say how it ended"));
    }
    decoder.end(&mut events)?;
    Ok(events)
}

/// Reads a stream of chunks.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    started: bool,
    saw_choice: bool,
    content: bool,
    /// The last event said something.
    advanced: bool,
    finish: Option<FinishReason>,
    finished: bool,
    skipped: usize,
    /// The model said that it will not answer, in the field for that.
    refused: bool,
    calls: Calls,
    think: Option<ThinkSplitter>,
}

/// Why a chunk could not be taken.
enum ChunkError {
    Unreadable(String),
    Failed(Box<Failure>),
}

impl From<serde_json::Error> for ChunkError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<Failure> for ChunkError {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

impl EventDecoder for Decoder {
    fn event(&mut self, event: &SseEvent<'_>, out: &mut Vec<Event>) -> Result<Progress, Failure> {
        let data = event.data.trim_ascii();
        self.advanced = false;
        if data == b"[DONE]" {
            self.done(out)?;
            return Ok(Progress::Closed);
        }
        if data.is_empty() {
            return Ok(self.progress());
        }
        if event.name == "error" {
            return Err(classify_in_band(&ErrorBody::read(data), Timestamp::now()));
        }
        match self.chunk(data, out) {
            Ok(()) => {}
            Err(ChunkError::Failed(failure)) => return Err(*failure),
            Err(ChunkError::Unreadable(error)) => self.skip(data, &error, out)?,
        }
        Ok(self.progress())
    }

    fn end(&mut self, out: &mut Vec<Event>) -> Result<(), Failure> {
        if self.finish.is_none() {
            let what = if self.content {
                "the stream ended in the middle"
            } else {
                "the stream ended before an answer"
            };
            return Err(malformed(what));
        }
        self.conclude(out)
    }
}

impl Decoder {
    pub(super) fn new(inline_think: bool) -> Self {
        Self { think: inline_think.then(ThinkSplitter::default), ..Self::default() }
    }

    fn progress(&self) -> Progress {
        match (self.finished, self.advanced) {
            (true, _) => Progress::Whole,
            (false, true) => Progress::More,
            (false, false) => Progress::Nothing,
        }
    }

    /// The terminal marker came. Without a finish reason the answer is whole if there is one.
    fn done(&mut self, out: &mut Vec<Event>) -> Result<(), Failure> {
        if self.finish.is_none() {
            if !self.content && self.calls.is_empty() {
                return Err(malformed("the stream ended before an answer"));
            }
            self.finish = Some(FinishReason::Stop);
        }
        self.conclude(out)
    }

    /// One unreadable event in a stream that goes on well is skipped and reported; a second one is no protocol.
    fn skip(&mut self, data: &[u8], error: &str, out: &mut Vec<Event>) -> Result<(), Failure> {
        self.skipped += 1;
        if self.skipped > 1 {
            return Err(malformed(format!("the stream is not one of chunks: {error}")));
        }
        out.push(unreadable(data));
        Ok(())
    }

    fn chunk(&mut self, data: &[u8], out: &mut Vec<Event>) -> Result<(), ChunkError> {
        // Checking the encoding once is cheaper than string by string.
        let text = str::from_utf8(data).map_err(|error| ChunkError::Unreadable(error.to_string()))?;
        let chunk: Chunk<'_> = serde_json::from_str(text)?;
        let is_error = chunk.object.0.as_deref() == Some("error");
        let error = chunk.error.filter(|error| error.get() != "null");
        if error.is_some() || is_error || (chunk.choices.is_none() && chunk.usage.is_none()) {
            return Self::other(data, error.is_some() || is_error);
        }
        let groq: Value =
            chunk.x_groq.and_then(|extra| serde_json::from_str(extra.get()).ok()).unwrap_or_default();
        if let Some(message) = groq.get("error").and_then(Value::as_str) {
            return Err(Failure::new(FailureClass::Server, one_line(message)).into());
        }
        if !self.started {
            self.started = true;
            let owned = |word: Word<'_>| word.0.map(Cow::into_owned);
            out.push(Event::Start { id: owned(chunk.id), model: owned(chunk.model) });
        }
        // We never ask for more than one choice; whoever sends others gets the first one read.
        for choice in chunk.choices.into_iter().flatten().filter(|choice| choice.index.unwrap_or(0) == 0) {
            self.choice(choice, out)?;
        }
        let usage = match chunk.usage.filter(|usage| usage.get() != "null") {
            Some(usage) => serde_json::from_str(usage.get()).ok(),
            None => groq.get("usage").cloned(),
        };
        if let Some(usage) = usage.as_ref().map(usage_of).filter(Usage::is_reported) {
            out.push(Event::Usage(usage));
        }
        Ok(())
    }

    /// JSON that is no chunk: an error in any of its shapes, or something to be passed over (Cerebras' and others'
    /// extra events).
    fn other(data: &[u8], is_error: bool) -> Result<(), ChunkError> {
        let json: Value = serde_json::from_slice(data)?;
        let flat =
            json.get("message").is_some() && (json.get("code").is_some() || json.get("type").is_some());
        if is_error || flat || json.get("detail").is_some() {
            return Err(classify_in_band(&ErrorBody::from_json(json), Timestamp::now()).into());
        }
        Ok(())
    }

    fn choice(&mut self, choice: Choice<'_>, out: &mut Vec<Event>) -> Result<(), ChunkError> {
        self.saw_choice = true;
        self.advanced |= choice.finish_reason.is_some();
        if let Some(delta) = choice.delta.or(choice.message) {
            self.delta(delta, out);
        }
        // The first finish reason holds: OpenRouter repeats it and then takes it back with null.
        let Some(word) = choice.finish_reason.filter(|_| self.finish.is_none()) else { return Ok(()) };
        match finish(&word.0.to_ascii_lowercase()) {
            Finish::Ignore => {}
            Finish::Failed(failure) => return Err(ChunkError::Failed(failure)),
            Finish::Whole(reason) => {
                self.finish = Some(reason);
                self.conclude(out)?;
            }
        }
        Ok(())
    }

    fn delta(&mut self, delta: Delta<'_>, out: &mut Vec<Event>) {
        let reasoning = delta.reasoning.or(delta.reasoning_content).map(|text| text.0).unwrap_or_default();
        if !reasoning.is_empty() {
            self.advance();
            out.push(Event::Reasoning(reasoning.into_owned()));
        }
        if let Some(content) = delta.content {
            if !content.thinking.is_empty() {
                self.advance();
                out.push(Event::Reasoning(content.thinking));
            }
            self.text(&content.text, out);
        }
        if let Some(refusal) = delta.refusal.filter(|refusal| !refusal.0.is_empty()) {
            self.refused = true;
            self.text(&refusal.0, out);
        }
        for piece in delta.tool_calls.into_iter().flatten() {
            self.advanced = true;
            self.calls.push(piece);
        }
    }

    fn advance(&mut self) {
        self.content = true;
        self.advanced = true;
    }

    fn text(&mut self, text: &str, out: &mut Vec<Event>) {
        if text.is_empty() {
            return;
        }
        self.advance();
        match &mut self.think {
            Some(splitter) => splitter.push(text, out),
            None => out.push(Event::Text(text.to_owned())),
        }
    }

    /// Hands out what was held back and the end, once.
    fn conclude(&mut self, out: &mut Vec<Event>) -> Result<(), Failure> {
        let Some(reason) = self.finish.filter(|_| !self.finished) else { return Ok(()) };
        if let Some(splitter) = &mut self.think {
            splitter.end(out);
        }
        let reason = match (self.calls.finish(), reason) {
            // The output limit fell into a call: half a call is none.
            (Err(_), FinishReason::Length) => {
                out.push(Event::Skipped("a tool call was cut off by the output limit".into()));
                FinishReason::Length
            }
            (Err(failure), _) => return Err(failure),
            (Ok(calls), FinishReason::Stop) if !calls.is_empty() => {
                out.extend(calls.into_iter().map(Event::ToolCall));
                FinishReason::ToolCalls
            }
            (Ok(_), FinishReason::Stop) if self.refused => FinishReason::ContentFilter,
            (Ok(calls), reason) => {
                out.extend(calls.into_iter().map(Event::ToolCall));
                reason
            }
        };
        self.finished = true;
        out.push(Event::Finish(reason));
        Ok(())
    }
}

/// More than this no request has; a larger count is nonsense.
const MAX_TOKENS: f64 = 1e12;

/// Token counts, wherever they stand. What is missing, null or absurd is not counted.
fn usage_of(wire: &Value) -> Usage {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be small and positive"
    )]
    let count = |path: &str| {
        let number = wire.pointer(path)?.as_f64()?;
        (0.0..=MAX_TOKENS).contains(&number).then_some(number as u64)
    };
    let price = |path: &str| wire.pointer(path)?.as_f64().filter(|price| price.is_finite() && *price >= 0.0);
    let input = count("/prompt_tokens");
    // Some leave reasoning out of the completion's tokens: then only the total tells what was produced.
    let output = match (input, count("/completion_tokens"), count("/total_tokens")) {
        (Some(prompt), Some(completion), Some(total)) if prompt + completion < total => Some(total - prompt),
        (_, completion, _) => completion,
    };
    // OpenAI's place, DeepSeek's, Together's.
    let cached = ["/prompt_tokens_details/cached_tokens", "/prompt_cache_hit_tokens", "/cached_tokens"];
    Usage {
        input_tokens: input,
        output_tokens: output,
        cached_tokens: cached.iter().find_map(|path| count(path)),
        reasoning_tokens: count("/completion_tokens_details/reasoning_tokens"),
        // OpenRouter's price in USD, or xAI's in ten-billionths of one.
        cost_usd: price("/cost").or_else(|| price("/cost_in_usd_ticks").map(|ticks| ticks / 1e10)),
    }
}
