//! What is said in a drill.

use std::sync::LazyLock;

use crate::chat::{ChatRequest, Message, Role};

/// The whole answer: sixty words, each of which comes once, so that no place in it can be taken for another.
pub const SIXTY: &str = "Before dawn the harbour pilot climbs down a ladder into his small grey launch, counts \
    eleven lamps along that breakwater, and steers towards an anchored freighter whose crew has been waiting since \
    midnight for water, mail, fresh bread, news from home, plus one signature without which nothing may move \
    through these locks today because yesterday's storm closed all bridges north";

/// The question that every stand-in answers with exactly that.
pub(super) static QUESTION: LazyLock<String> = LazyLock::new(|| format!("Say exactly: {SIXTY}"));

/// The same as a request.
pub(super) fn request() -> ChatRequest {
    ChatRequest {
        messages: vec![Message::text(Role::User, QUESTION.as_str())],
        stream: true,
        ..ChatRequest::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_words_and_none_of_them_twice() {
        let mut words: Vec<_> = SIXTY.split(' ').collect();
        assert_eq!(words.len(), 60, "{words:?}");
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), 60);
    }
}
