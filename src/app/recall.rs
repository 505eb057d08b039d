//! What goes along with a question, and in words what kept more from going along.

use super::outcome::words_only;
use crate::agents::talk::Talk;
use crate::agents::{Definition, Meanings, Routes, Understood};
use crate::chat::Message;
use crate::memory::recall::Recall;
use crate::router::Upstream;

/// What an agent recalls for a question, by its words and by what it means; and what went wrong, which keeps nobody from
/// asking.
pub async fn recall<U: Upstream, R: Routes, V: Upstream>(
    talk: &Talk<'_, U, R>,
    meanings: &Meanings<V>,
    agent: &Definition,
    question: &Message,
) -> (Recall, Option<String>) {
    let (meaning, problem) = match meanings.of(&question.joined_text()).await {
        Ok(Understood::Yes(meaning)) => (Some(meaning), None),
        Ok(Understood::Unasked) => (None, None),
        Ok(Understood::No(error)) => (None, Some(words_only(&error))),
        Err(error) => (None, Some(format!("the memory is searched by words only: {error}"))),
    };
    match talk.recall(agent, question, meaning).await {
        Ok(recalled) => (recalled, problem),
        Err(error) => (Recall::default(), Some(format!("nothing can be recalled: {error}"))),
    }
}
