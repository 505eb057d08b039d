//! What of an attempt's events is passed on when something was told already.

use std::collections::VecDeque;

use serde_json::Value;

use super::Manner;
use super::overlap::{Join, Overlap};
use crate::chat::{Answer, Event, ToolCall};

/// The attempt's answer does not go with what was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::router) struct Misfit;

/// Passes events on, less what was told already.
#[derive(Debug)]
pub(in crate::router) enum Splice {
    /// All of them.
    All,
    /// What comes after a repetition of what was told.
    Replay(Replay),
    /// What comes after the seam.
    Rest(Rest),
}

/// What is still to be repeated, of each kind.
#[derive(Debug)]
pub(in crate::router) struct Replay {
    text: String,
    reasoning: String,
    calls: VecDeque<ToolCall>,
}

/// Looks for the seam, then passes on.
#[derive(Debug)]
pub(in crate::router) struct Rest {
    overlap: Overlap,
    joined: bool,
    /// Whether the model was to go straight on, so that nothing more is an answer too.
    direct: bool,
}

impl Splice {
    /// For an attempt that is made in this manner after this was told.
    pub(in crate::router) fn new(manner: Manner, told: &Answer) -> Self {
        match manner {
            Manner::Plain | Manner::Restart => Self::All,
            Manner::Replay => Self::Replay(Replay {
                text: told.text(),
                reasoning: told.reasoning(),
                calls: told.tool_calls().cloned().collect(),
            }),
            Manner::Continue { prefill } => Self::Rest(Rest {
                overlap: Overlap::new(&told.text(), prefill),
                joined: false,
                direct: prefill,
            }),
        }
    }

    /// Takes an event and adds what is to be passed on.
    pub(in crate::router) fn take(&mut self, event: Event, out: &mut Vec<Event>) -> Result<(), Misfit> {
        match self {
            Self::All => out.push(event),
            Self::Replay(replay) => out.extend(replay.take(event)?),
            Self::Rest(rest) => rest.take(event, out)?,
        }
        Ok(())
    }

    /// Whether it is still looking for the place where news begin.
    pub(in crate::router) fn is_seeking(&self) -> bool {
        match self {
            Self::All => false,
            Self::Replay(replay) => !replay.is_over(),
            Self::Rest(rest) => !rest.joined,
        }
    }
}

impl Replay {
    fn take(&mut self, event: Event) -> Result<Option<Event>, Misfit> {
        match event {
            // Who answers was told.
            Event::Start { .. } => Ok(None),
            Event::Text(piece) => {
                let news = repeated(&mut self.text, piece)?;
                Ok(news.map(Event::Text))
            }
            Event::Reasoning(piece) if self.reasoning.is_empty() && !self.is_over() => {
                // Thoughts that were not told before; what was told comes after them.
                drop(piece);
                Ok(None)
            }
            Event::Reasoning(piece) => Ok(repeated(&mut self.reasoning, piece)?.map(Event::Reasoning)),
            Event::ToolCall(call) => match self.calls.pop_front() {
                Some(told) if is_same(&told, &call) => Ok(None),
                Some(_) => Err(Misfit),
                None if self.text.is_empty() => Ok(Some(Event::ToolCall(call))),
                None => Err(Misfit),
            },
            Event::Signature(signature) => Ok(self.is_over().then_some(Event::Signature(signature))),
            Event::Finish(_) if !self.is_over() => Err(Misfit),
            Event::Usage(_) | Event::Skipped(_) | Event::Finish(_) => Ok(Some(event)),
        }
    }

    fn is_over(&self) -> bool {
        self.text.is_empty() && self.reasoning.is_empty() && self.calls.is_empty()
    }
}

/// What a piece says beyond what is still to be repeated.
fn repeated(told: &mut String, piece: String) -> Result<Option<String>, Misfit> {
    if told.is_empty() {
        return Ok(Some(piece));
    }
    if let Some(rest) = told.strip_prefix(piece.as_str()) {
        *told = rest.to_owned();
        return Ok(None);
    }
    let news = piece.strip_prefix(told.as_str()).ok_or(Misfit)?.to_owned();
    told.clear();
    Ok(Some(news))
}

/// The same call, whatever its id and the order and spacing of its arguments.
fn is_same(one: &ToolCall, other: &ToolCall) -> bool {
    let arguments = |call: &ToolCall| serde_json::from_str::<Value>(&call.arguments).ok();
    one.name == other.name
        && (one.arguments == other.arguments
            || arguments(one).is_some_and(|value| Some(value) == arguments(other)))
}

impl Rest {
    fn take(&mut self, event: Event, out: &mut Vec<Event>) -> Result<(), Misfit> {
        if self.joined {
            // It thought again about what it had said; nobody needs that.
            if !matches!(event, Event::Start { .. } | Event::Reasoning(_) | Event::Signature(_)) {
                out.push(event);
            }
            return Ok(());
        }
        match event {
            Event::Start { .. } | Event::Reasoning(_) | Event::Signature(_) => {}
            Event::Text(piece) => {
                let join = self.overlap.push(&piece);
                self.join(join, out)?;
            }
            // The text was over and the call was lost.
            Event::ToolCall(_) if self.overlap.output().trim().is_empty() => {
                self.joined = true;
                out.push(event);
            }
            Event::ToolCall(_) => {
                let join = self.overlap.end();
                self.join(join, out)?;
                out.push(event);
            }
            Event::Finish(_) => {
                let silent = self.overlap.output().trim().is_empty();
                if !(self.direct && silent) {
                    let join = self.overlap.end();
                    self.join(join, out)?;
                }
                self.joined = true;
                out.push(event);
            }
            Event::Usage(_) | Event::Skipped(_) => out.push(event),
        }
        Ok(())
    }

    fn join(&mut self, join: Join, out: &mut Vec<Event>) -> Result<(), Misfit> {
        match join {
            Join::Open => Ok(()),
            Join::Never => Err(Misfit),
            Join::At(place) => {
                self.joined = true;
                let news = &self.overlap.output()[place..];
                if !news.is_empty() {
                    out.push(Event::Text(news.to_owned()));
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::FinishReason;

    fn told(events: &[Event]) -> Answer {
        let mut answer = Answer::default();
        for event in events {
            answer.push(event);
        }
        answer
    }

    fn text(text: &str) -> Event {
        Event::Text(text.into())
    }

    fn call(name: &str, arguments: &str) -> Event {
        let arguments = arguments.into();
        Event::ToolCall(ToolCall { id: name.into(), name: name.into(), arguments, signature: None })
    }

    fn passed(manner: Manner, told: &Answer, events: &[Event]) -> Result<Vec<Event>, Misfit> {
        let (mut splice, mut out) = (Splice::new(manner, told), Vec::new());
        for event in events {
            splice.take(event.clone(), &mut out)?;
        }
        Ok(out)
    }

    const DONE: Event = Event::Finish(FinishReason::Stop);

    #[test]
    fn a_replay_passes_on_what_is_new() {
        let half = told(&[Event::Reasoning("hm".into()), text("one two")]);
        let again = [
            Event::Reasoning("h".into()),
            Event::Reasoning("m".into()),
            text("one"),
            text(" two three"),
            DONE,
        ];
        assert_eq!(passed(Manner::Replay, &half, &again), Ok(vec![text(" three"), DONE]));
        let other = [Event::Reasoning("hm".into()), text("one or two")];
        assert_eq!(passed(Manner::Replay, &half, &other), Err(Misfit));
        let shorter = [Event::Reasoning("hm".into()), text("one"), DONE];
        assert_eq!(passed(Manner::Replay, &half, &shorter), Err(Misfit));
        // Thoughts that were kept from the reader are no news.
        let shown = told(&[text("one")]);
        assert_eq!(passed(Manner::Replay, &shown, &again), Ok(vec![text(" two three"), DONE]));
    }

    #[test]
    fn a_call_that_was_told_is_not_told_again() {
        let half = told(&[call("a", r#"{"x":1,"y":2}"#)]);
        let again = [call("a", r#"{ "y": 2, "x": 1 }"#), call("b", "{}"), DONE];
        assert_eq!(passed(Manner::Replay, &half, &again), Ok(vec![call("b", "{}"), DONE]));
        assert_eq!(passed(Manner::Replay, &half, &[call("a", r#"{"x":3,"y":2}"#)]), Err(Misfit));
        assert_eq!(passed(Manner::Replay, &half, &[DONE]), Err(Misfit));
    }

    #[test]
    fn the_rest_begins_at_the_seam() {
        let half = told(&[text("The quick brown fox jumps over")]);
        let manner = Manner::Continue { prefill: false };
        let rest = [
            Event::Reasoning("again?".into()),
            text("brown fox"),
            text(" jumps over the dog"),
            text("."),
            DONE,
        ];
        assert_eq!(passed(manner, &half, &rest), Ok(vec![text(" the dog"), text("."), DONE]));
        assert_eq!(passed(manner, &half, &[text("Sure! "), text("Here it is")]), Err(Misfit));
        assert_eq!(passed(manner, &half, &[DONE]), Err(Misfit));
        let prefilled = Manner::Continue { prefill: true };
        assert_eq!(passed(prefilled, &half, &[DONE]), Ok(vec![DONE]));
        assert_eq!(passed(manner, &half, &[call("a", "{}"), DONE]), Ok(vec![call("a", "{}"), DONE]));
        assert_eq!(passed(manner, &half, &[text("Let me see"), call("a", "{}")]), Err(Misfit));
    }
}
