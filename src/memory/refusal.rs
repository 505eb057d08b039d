//! What is not remembered, and why.

use jiff::Timestamp;

use super::{Draft, StoreError};

/// The most bytes of one entry.
pub const MOST_BYTES: usize = 1 << 20;
/// The mark that what was recalled carries where a model reads it. Text with it is never stored as new: it would be
/// recalled again, and stored again.
pub const RECALL_MARK: &str = "<recalled-memory";
/// The most characters of a key or a tag.
const LONGEST_NAME: usize = 200;
/// The most tags of an entry.
const MOST_TAGS: usize = 64;

/// Why something is not remembered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No text.
    #[error("there is nothing to remember: the text is empty")]
    Empty,
    /// Too much text: its bytes.
    #[error("the text has {0} bytes; an entry holds at most {MOST_BYTES} (1 MiB)")]
    TooLarge(usize),
    /// It was recalled and is not new.
    #[error(
        "the text holds what was recalled from this memory (it says `{RECALL_MARK}`); that is never stored again"
    )]
    Recalled,
    /// A key that cannot be typed.
    #[error("a key is one line of 1 to {LONGEST_NAME} characters")]
    BadKey,
    /// Tags that cannot be typed, or too many.
    #[error("tags are at most {MOST_TAGS}, each one line of at most {LONGEST_NAME} characters")]
    BadTags,
}

/// Something could not be remembered.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// It should not be.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Draft {
    /// What is kept of a draft: tags once each and without blanks around them, times to the millisecond. Refuses what
    /// should not be kept.
    pub(super) fn checked(mut self) -> Result<Self, Refusal> {
        if self.content.trim().is_empty() {
            return Err(Refusal::Empty);
        }
        if self.content.len() > MOST_BYTES {
            return Err(Refusal::TooLarge(self.content.len()));
        }
        if self.content.contains(RECALL_MARK) {
            return Err(Refusal::Recalled);
        }
        let is_name = |name: &str| {
            (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control)
        };
        if self.key.as_ref().is_some_and(|key| !is_name(key) || key.trim() != key) {
            return Err(Refusal::BadKey);
        }
        self.tags = united(&[], std::mem::take(&mut self.tags));
        if self.tags.len() > MOST_TAGS || !self.tags.iter().all(|tag| is_name(tag)) {
            return Err(Refusal::BadTags);
        }
        self.happened = self.happened.map(as_kept);
        self.expires = self.expires.map(as_kept);
        Ok(self)
    }
}

/// A time as it is kept: to the millisecond.
pub(super) fn as_kept(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

/// Tags and further ones, each once.
pub(super) fn united(tags: &[String], more: Vec<String>) -> Vec<String> {
    let mut all = tags.to_vec();
    for tag in more {
        let tag = tag.trim();
        if !tag.is_empty() && !all.iter().any(|known| known == tag) {
            all.push(tag.to_owned());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_should_not_be_kept_is_refused() {
        let refused = |draft: Draft| draft.checked().unwrap_err();
        assert_eq!(refused(Draft::note(" \n\t")), Refusal::Empty);
        assert_eq!(refused(Draft::note("x".repeat(MOST_BYTES + 1))), Refusal::TooLarge(MOST_BYTES + 1));
        assert_eq!(refused(Draft::note(format!("a {RECALL_MARK}>b"))), Refusal::Recalled);
        for key in ["", " a", "a\nb", &"x".repeat(201)] {
            let draft = Draft { key: Some(key.into()), ..Draft::note("x") };
            assert_eq!(refused(draft), Refusal::BadKey, "{key:?}");
        }
        let tagged = |tags: Vec<String>| Draft { tags, ..Draft::note("x") };
        assert_eq!(refused(tagged(vec!["a\u{1b}b".into()])), Refusal::BadTags);
        assert_eq!(refused(tagged((0..65).map(|n| n.to_string()).collect())), Refusal::BadTags);
        let kept = tagged([" a ", "b", "a", " "].map(str::to_owned).into()).checked().unwrap();
        assert_eq!(kept.tags, ["a", "b"]);
        assert!(Draft::note("x".repeat(MOST_BYTES)).checked().is_ok());
    }
}
