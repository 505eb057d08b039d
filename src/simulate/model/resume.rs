//! Going on from a text that is already there.
//!
//! A client whose stream broke may hand the next model what has arrived so far. Real models take that
//! in different ways, and a client has to live with all of them: hence [`Manner`].

use std::fmt;
use std::str::FromStr;

use super::speech::{self, MARK};
use super::{Ask, Form, Role};

/// How a stand-in takes up an answer that was begun elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// Goes on exactly where the text ends; where it is asked in words that name the last ones, it begins with those.
    #[default]
    Continue,
    /// Says the last words again, then goes on.
    RepeatTail,
    /// Gives the whole answer again.
    StartOver,
    /// Refuses a last message that is the assistant's; goes on when it is asked to in words.
    RefusePrefill,
    /// Says something else.
    Different,
}

/// A text that is no manner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown manner `{0}`; known are {known}", known = Manner::WORDS.map(|(word, _)| word).join(", "))]
pub struct ParseMannerError(String);

impl Manner {
    /// The manners with the words for them.
    const WORDS: [(&'static str, Self); 5] = [
        ("prefill", Self::Continue),
        ("tail", Self::RepeatTail),
        ("over", Self::StartOver),
        ("refuse", Self::RefusePrefill),
        ("other", Self::Different),
    ];
}

impl FromStr for Manner {
    type Err = ParseMannerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::WORDS.iter().find(|(word, _)| *word == text.trim());
        found.map(|(_, manner)| *manner).ok_or_else(|| ParseMannerError(text.to_owned()))
    }
}

impl fmt::Display for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = Self::WORDS.iter().find(|(_, manner)| manner == self);
        f.write_str(found.map_or("prefill", |(word, _)| word))
    }
}

/// How many words [`Manner::RepeatTail`] says again, at least, and how many characters.
const TAIL: usize = 5;
const TAIL_LENGTH: usize = 24;
/// A shorter ending that stands in a request may stand there by chance.
const QUOTE: usize = 8;

/// An answer that is to be taken up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resume {
    /// What has been said already.
    said: String,
    /// What would have been said from the start.
    whole: String,
    /// The text was put into the model's mouth, as against a request in words.
    pub(super) prefill: bool,
    /// The request in words.
    request: String,
}

/// Finds out whether the conversation ends in an unfinished answer.
pub(super) fn detect(ask: &Ask) -> Option<Resume> {
    let messages = &ask.messages;
    let last = messages.last()?;
    let (said, prefill) = match last.role {
        Role::Assistant if last.calls.is_empty() => (messages.len() - 1, true),
        // Whatever the words: after half an answer they can only be about its rest.
        Role::User => (messages.len().checked_sub(2)?, false),
        Role::System | Role::Assistant | Role::Tool => return None,
    };
    let unfinished = messages.get(said).filter(|message| message.role == Role::Assistant)?;
    let before = Ask { messages: messages[..said].to_vec(), ..ask.clone() };
    let whole = match detect_within(&before) {
        Some(earlier) => text(&before, &earlier),
        None => speech::text(&before),
    };
    let request = if prefill { String::new() } else { speech::asked(&last.text).to_owned() };
    let resume = Resume { said: unfinished.text.clone(), whole, prefill, request };
    let asks = asks_to_go_on(&resume.request) || resume.quoted().is_some();
    let is_half = || resume.rest().is_some_and(|rest| !rest.trim().is_empty() || asks);
    (prefill || (!resume.said.is_empty() && asks && is_half())).then_some(resume)
}

/// An answer may have been taken up more than once; the bound keeps the recursion shallow.
fn detect_within(before: &Ask) -> Option<Resume> {
    const LONGEST: usize = 64;
    if before.messages.len() <= LONGEST { detect(before) } else { None }
}

fn asks_to_go_on(text: &str) -> bool {
    let text = text.to_lowercase();
    ["continue", "go on", "carry on", "left off", "cut off"].iter().any(|phrase| text.contains(phrase))
}

impl Resume {
    /// What remains to be said, if what was said is the beginning of it.
    fn rest(&self) -> Option<&str> {
        let said = self.said.trim_end();
        let whole = self.whole.as_str();
        // The other stand-in may have put its own name first; the words after it are the same.
        let rest = whole.strip_prefix(said).or_else(|| unmarked(whole).strip_prefix(unmarked(said)))?;
        Some(if said.len() < self.said.len() { rest.trim_start() } else { rest })
    }

    /// The last words of what was said, as the request names them.
    fn quoted(&self) -> Option<&str> {
        let said = self.said.trim_end();
        let starts = said.char_indices().map(|(start, _)| start);
        let long_enough = |start: &usize| *start == 0 || said[*start..].chars().count() >= QUOTE;
        let start = starts.take_while(long_enough).find(|start| self.request.contains(&said[*start..]))?;
        Some(&self.said[start..])
    }

    /// The last words of what was said.
    fn tail(&self) -> &str {
        let starts = self.said.split_whitespace().map(|word| word.as_ptr() as usize);
        let starts: Vec<_> = starts.map(|start| start - self.said.as_ptr() as usize).collect();
        let long_enough = |from: &&usize| self.said[**from..].chars().count() >= TAIL_LENGTH;
        let from = starts.iter().rev().skip(TAIL - 1).find(long_enough).copied().unwrap_or(0);
        &self.said[from..]
    }
}

/// A text without the mark and the tag of its stand-in.
fn unmarked(text: &str) -> &str {
    let Some(rest) = text.strip_prefix(MARK).map(str::trim_start) else { return text };
    match rest.strip_prefix('(').and_then(|tag| tag.split_once(')')) {
        Some((_, rest)) => rest.trim_start(),
        None => rest,
    }
}

/// What the model says then.
pub(super) fn text(ask: &Ask, resume: &Resume) -> String {
    let whole = || resume.whole.clone();
    match (ask.manner, resume.rest()) {
        (Manner::Continue | Manner::RefusePrefill, Some(rest)) => {
            format!("{}{rest}", resume.quoted().unwrap_or_default())
        }
        (Manner::RepeatTail, Some(rest)) => format!("{}{rest}", resume.tail()),
        (Manner::Different, _) if ask.form == Form::Prose => {
            format!(
                "{} On reflection, here is another answer: the matter has two sides.",
                speech::opening(ask)
            )
        }
        _ => whole(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{asked, said};
    use super::super::{PrefillRefused, answer};
    use super::*;

    const WHOLE: &str = "[simulated] 1 2 3 4 5 6 7 8 9";

    fn prefilled(text: &str, manner: Manner) -> Ask {
        let mut ask = Ask { manner, ..asked("count to 9") };
        ask.messages.push(said(Role::Assistant, text));
        ask
    }

    fn reply(ask: &Ask) -> String {
        answer(ask).unwrap().text()
    }

    #[test]
    fn every_manner_takes_up_a_prefill_in_its_way() {
        let begun = "[simulated] 1 2 3 4 5 6";
        assert_eq!(reply(&prefilled(begun, Manner::Continue)), " 7 8 9");
        assert_eq!(reply(&prefilled("[simulated] 1 2 ", Manner::Continue)), "3 4 5 6 7 8 9");
        assert_eq!(reply(&prefilled(begun, Manner::RepeatTail)), WHOLE);
        let long = prefilled("[simulated] 1 2 3 4 5 6 7 8 9 10 11 12 13 14", Manner::RepeatTail);
        let long =
            Ask { messages: [asked("count to 15").messages, long.messages[1..].to_vec()].concat(), ..long };
        assert_eq!(reply(&long), "5 6 7 8 9 10 11 12 13 14 15");
        assert_eq!(reply(&prefilled(begun, Manner::StartOver)), WHOLE);
        assert!(reply(&prefilled(begun, Manner::Different)).contains("another answer"));
        assert_eq!(answer(&prefilled(begun, Manner::RefusePrefill)), Err(PrefillRefused));
    }

    #[test]
    fn every_manner_has_its_word() {
        for (word, manner) in Manner::WORDS {
            assert_eq!((word.parse(), manner.to_string().as_str()), (Ok(manner), word));
        }
        let error = "onward".parse::<Manner>().unwrap_err().to_string();
        assert!(
            error.contains("`onward`") && error.contains("prefill, tail, over, refuse, other"),
            "{error}"
        );
    }

    #[test]
    fn a_text_of_others_is_not_gone_on_from() {
        assert_eq!(reply(&prefilled("Certainly!", Manner::Continue)), WHOLE);
        assert_eq!(reply(&prefilled(WHOLE, Manner::Continue)), "");
    }

    #[test]
    fn the_name_of_another_stand_in_does_not_matter() {
        let mut ask = prefilled("[simulated] (left) 1 2 3", Manner::Continue);
        ask.tag = Some("right".into());
        assert_eq!(reply(&ask), " 4 5 6 7 8 9");
    }

    #[test]
    fn a_request_in_words_is_understood() {
        let mut ask = prefilled("[simulated] 1 2 3", Manner::RefusePrefill);
        ask.messages.push(said(Role::User, "Please continue."));
        assert_eq!(reply(&ask), " 4 5 6 7 8 9");
        ask.messages.pop();
        // In whatever language: the last words say what it is about.
        ask.messages.push(said(Role::User, "Bitte weiter ab \"[simulated] 1 2 3\"."));
        assert_eq!(reply(&ask), WHOLE);
        ask.manner = Manner::StartOver;
        assert_eq!(reply(&ask), WHOLE);
    }

    #[test]
    fn an_answer_can_be_taken_up_twice() {
        let mut ask = prefilled("[simulated] 1 2 3", Manner::Continue);
        ask.messages.push(said(Role::User, "continue"));
        ask.messages.push(said(Role::Assistant, " 4 5"));
        assert_eq!(reply(&ask), " 6 7 8 9");
        ask.messages.push(said(Role::User, "continue"));
        assert_eq!(reply(&ask), " 6 7 8 9");
    }
}
