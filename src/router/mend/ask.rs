//! Asking for the rest of an answer.

use super::overlap::{LEAST, lengths};
use crate::chat::{ChatRequest, Message, Part, Role};

/// The longest anchor that is looked for, in characters; where even that many last words stand twice in an answer,
/// the answer repeats itself and has to be told again from the beginning.
const MOST: usize = 400;
/// How far back the beginning of a word is looked for, in bytes.
const FAR: usize = 120;

/// The last words of what was told: at least [`LEAST`] characters from the beginning of a word on, and as many as it
/// takes to stand nowhere else in it; all of it if it is shorter or repeats itself.
pub(super) fn anchor(told: &str) -> &str {
    let words = told.trim_end();
    let starts = || lengths(words).filter(|(_, length)| *length >= LEAST).map(|(start, _)| start).take(MOST);
    let mut before = starts().filter(|start| {
        let blank = words[..*start].chars().next_back().is_none_or(char::is_whitespace);
        blank && !words[*start..].starts_with(char::is_whitespace)
    });
    let unique = |start: &usize| words.find(&words[*start..]) == Some(*start);
    let by_words = before.by_ref().take_while(|start| words.len() - start <= FAR).find(unique);
    // Where words have no spaces between them, any character will do.
    &told[by_words.or_else(|| starts().find(unique)).unwrap_or(0)..]
}

/// The same conversation with the broken answer as its last turn, for a model that goes on where that stops.
pub(super) fn prefilled(request: &ChatRequest, told: &str) -> ChatRequest {
    let mut request = request.clone();
    // Some refuse a turn that ends in white space.
    request.messages.push(Message::text(Role::Assistant, told.trim_end()));
    request
}

/// The same conversation with the broken answer and a request for its rest.
pub(super) fn continued(request: &ChatRequest, told: &str) -> ChatRequest {
    let mut request = request.clone();
    let anchor = anchor(told).trim_end();
    request.messages.push(Message::text(Role::Assistant, told.trim_end()));
    let text = format!(
        "The connection was lost in the middle of your answer; what stands above is all that arrived. Send the rest of \
         that same answer. Begin by repeating its last words exactly, which are:\n\n{anchor}\n\nThen go straight on \
         from there to the end. Keep the answer's language, style and format, and say nothing about the interruption."
    );
    request.messages.push(Message { role: Role::User, parts: vec![Part::Text(text)] });
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_begin_with_a_word_and_stand_once() {
        assert_eq!(anchor("The quick brown fox jumps over the lazy dog"), "over the lazy dog");
        assert_eq!(anchor("short"), "short");
        assert_eq!(anchor("a b c d e f g h i j k l m n "), "f g h i j k l m n ");
        let twice = "over the lazy dog, and over the lazy dog";
        assert_eq!(anchor(twice), "and over the lazy dog");
        let again = "ha ha ha ha ha ha ha ha ha";
        assert_eq!(anchor(again), again);
        let dense = "これは空白のない長い文章であり途中で切れてしまったので、残りをもう一度送ってもらう必要があるのです";
        assert!(dense.ends_with(anchor(dense)) && anchor(dense).chars().count() == LEAST);
    }
}
