//! Thoughts that stand inside the text as `<think>…</think>`.
//!
//! Some servers pass on what the model wrote without parsing it. Only a block at the very beginning counts, so that an
//! answer about the tag itself is left alone.

use crate::chat::Event;

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Splits a leading thought from the text, however the text is cut into pieces.
#[derive(Debug, Default)]
pub(super) struct ThinkSplitter {
    state: State,
    /// Text that may turn out to be a tag.
    held: String,
}

#[derive(Debug, Default, PartialEq)]
enum State {
    /// Nothing but white space has come.
    #[default]
    Before,
    /// Inside the thought.
    Inside,
    /// Right after it: white space that separates it from the answer is skipped.
    After,
    /// The rest is text.
    Text,
}

impl ThinkSplitter {
    /// Takes more text and adds what is certain by now.
    pub(super) fn push(&mut self, text: &str, out: &mut Vec<Event>) {
        if self.state == State::Text {
            out.push(Event::Text(text.to_owned()));
            return;
        }
        self.held.push_str(text);
        while self.step(out) {}
    }

    /// Nothing more comes: what was held back is what it looks like.
    pub(super) fn end(&mut self, out: &mut Vec<Event>) {
        let rest = std::mem::take(&mut self.held);
        match self.state {
            State::Inside => emit(out, Event::Reasoning, rest),
            State::Before | State::After | State::Text => emit(out, Event::Text, rest),
        }
    }

    /// One transition; false when more text is needed.
    fn step(&mut self, out: &mut Vec<Event>) -> bool {
        match self.state {
            State::Before => {
                let start = self.held.trim_start();
                if let Some(thought) = start.strip_prefix(OPEN) {
                    self.held = thought.to_owned();
                    self.state = State::Inside;
                    return !self.held.is_empty();
                }
                if OPEN.starts_with(start) {
                    return false;
                }
                self.pass_on(out)
            }
            State::Inside => {
                if let Some((thought, rest)) = self.held.split_once(CLOSE) {
                    emit(out, Event::Reasoning, thought.to_owned());
                    self.held = rest.to_owned();
                    self.state = State::After;
                    return true;
                }
                let keep = overlap(&self.held, CLOSE);
                let certain = self.held.len() - keep;
                let rest = self.held.split_off(certain);
                emit(out, Event::Reasoning, std::mem::replace(&mut self.held, rest));
                false
            }
            State::After => {
                self.held = self.held.trim_start().to_owned();
                !self.held.is_empty() && self.pass_on(out)
            }
            State::Text => false,
        }
    }

    fn pass_on(&mut self, out: &mut Vec<Event>) -> bool {
        self.state = State::Text;
        emit(out, Event::Text, std::mem::take(&mut self.held));
        false
    }
}

fn emit(out: &mut Vec<Event>, kind: fn(String) -> Event, text: String) {
    if !text.is_empty() {
        out.push(kind(text));
    }
}

/// How many bytes at the end of `text` may be the beginning of `tag`.
fn overlap(text: &str, tag: &str) -> usize {
    (1..tag.len().min(text.len() + 1)).rev().find(|&length| text.ends_with(&tag[..length])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(pieces: &[&str]) -> (String, String) {
        let mut splitter = ThinkSplitter::default();
        let mut events = Vec::new();
        for piece in pieces {
            splitter.push(piece, &mut events);
        }
        splitter.end(&mut events);
        let mut answer = crate::chat::Answer::default();
        for event in &events {
            answer.push(event);
        }
        (answer.reasoning(), answer.text())
    }

    #[test]
    fn only_a_leading_thought_counts() {
        assert_eq!(split(&["<think>hm</think>\n\nYes."]), ("hm".into(), "Yes.".into()));
        assert_eq!(split(&["\n<think>", "hm", "</th", "ink>", "\n", "Yes."]), ("hm".into(), "Yes.".into()));
        assert_eq!(split(&["A <think> tag"]), (String::new(), "A <think> tag".into()));
        assert_eq!(split(&["<thin"]), (String::new(), "<thin".into()));
        assert_eq!(split(&["<think>cut"]), ("cut".into(), String::new()));
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(text in "( |<think>|</think>|<|th|é|x|\n){0,12}", cut in 0usize..40) {
            let cut = (0..=cut.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap();
            let (left, right) = text.split_at(cut);
            prop_assert_eq!(split(&[left, right]), split(&[&text]));
        }
    }
}
