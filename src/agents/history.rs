//! From the turns of a session to the messages that a model is sent. Pure.

use crate::chat::{Message, Part, Role, Tokens};
use crate::memory::session::{Turn, TurnState};

/// What was said, oldest first. Turns without an answer are left out, and those for which a summary stands.
pub fn messages(turns: &[Turn]) -> Vec<Message> {
    let summarised = turns.iter().rposition(|turn| turn.summary.is_some());
    let mut messages = Vec::new();
    for turn in turns.iter().skip(summarised.map_or(0, |place| place + 1)).filter(|turn| is_told(turn)) {
        messages.extend(whole(&turn.messages));
    }
    if let Some(summary) = summarised.and_then(|place| turns[place].summary.as_deref()) {
        put_before(&mut messages, summary);
    }
    messages
}

/// Whether a turn is part of the conversation: somebody answered, if only the beginning.
pub fn is_told(turn: &Turn) -> bool {
    let answered =
        || turn.messages.iter().any(|message| message.role == Role::Assistant && !message.parts.is_empty());
    turn.state != TurnState::Open && turn.state != TurnState::Failed && answered()
}

/// What tokens a turn has, estimated on the high side.
pub fn tokens(turn: &Turn) -> u64 {
    turn.messages.iter().map(|message| Tokens::of_message(message).most).sum()
}

/// The messages of a turn, without calls that nothing came of: providers refuse those.
fn whole(messages: &[Message]) -> Vec<Message> {
    let answered = |id: &str| {
        let is_its = |part: &Part| matches!(part, Part::ToolResult { call_id, .. } if call_id == id);
        messages.iter().flat_map(|message| &message.parts).any(is_its)
    };
    let kept = |message: &Message| {
        let keep = |part: &&Part| !matches!(part, Part::ToolCall(call) if !answered(&call.id));
        Message { role: message.role, parts: message.parts.iter().filter(keep).cloned().collect() }
    };
    messages.iter().map(kept).filter(|message| !message.parts.is_empty()).collect()
}

/// A summary stands before the first question that is still told, so that questions and answers keep taking turns.
fn put_before(messages: &mut Vec<Message>, summary: &str) {
    let text = format!("<summary of=\"the conversation so far\">\n{}\n</summary>\n\n", summary.trim());
    match messages.first_mut().filter(|message| message.role == Role::User) {
        Some(question) => question.parts.insert(0, Part::Text(text)),
        None => messages.insert(0, Message::text(Role::User, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::ToolCall;
    use crate::memory::session::Provenance;

    fn turn(state: TurnState, question: &str, answer: &str) -> Turn {
        let answer = (!answer.is_empty()).then(|| Message::text(Role::Assistant, answer));
        let messages = std::iter::once(Message::text(Role::User, question)).chain(answer).collect();
        Turn { id: question.into(), state, messages, provenance: Provenance::default(), summary: None }
    }

    fn texts(turns: &[Turn]) -> Vec<String> {
        messages(turns).iter().map(Message::joined_text).collect()
    }

    #[test]
    fn what_nobody_answered_is_not_told() {
        let turns = [
            turn(TurnState::Whole, "1", "one"),
            turn(TurnState::Failed, "2", ""),
            turn(TurnState::Cut, "3", "half"),
            turn(TurnState::Interrupted, "4", ""),
            turn(TurnState::Open, "5", "fi"),
        ];
        assert_eq!(texts(&turns), ["1", "one", "3", "half"]);
    }

    #[test]
    fn a_summary_stands_for_what_was_before_it() {
        let mut turns: Vec<_> = ["1", "2", "3"].map(|text| turn(TurnState::Whole, text, "so")).into();
        turns[0].summary = Some("old".into());
        turns[1].summary = Some("They counted to 2.".into());
        let texts = texts(&turns);
        assert_eq!(texts.len(), 2);
        assert!(texts[0].contains("They counted to 2.") && texts[0].ends_with("\n\n3"), "{texts:?}");
        turns.pop();
        assert_eq!(messages(&turns).len(), 1);
    }

    #[test]
    fn calls_that_nothing_came_of_are_not_told() {
        let call = ToolCall { id: "1".into(), name: "n".into(), arguments: "{}".into(), signature: None };
        let mut cut = turn(TurnState::Interrupted, "q", "wait");
        cut.messages[1].parts.push(Part::ToolCall(call));
        assert_eq!(messages(&[cut])[1].parts, [Part::Text("wait".into())]);
    }
}
