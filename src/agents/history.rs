//! From the turns of a session to the messages that a model is sent. Pure.

use crate::chat::{Message, Part, Role, Tokens};
use crate::memory::session::{Turn, TurnState};

/// What was said, oldest first, as an agent is told of it. Turns without an answer are left out, and those for which a
/// summary stands. What others have answered goes along under their names, and not as the agent's own words.
pub fn messages(turns: &[Turn], agent: &str) -> Vec<Message> {
    let summarised = turns.iter().rposition(|turn| turn.summary.is_some());
    let mut messages: Vec<Message> = Vec::new();
    let mut asked: Option<&Message> = None;
    for turn in turns.iter().skip(summarised.map_or(0, |place| place + 1)).filter(|turn| is_told(turn)) {
        let who = turn.provenance.agent.as_str();
        let told =
            if who == agent || who.is_empty() { whole(&turn.messages) } else { others(turn, who, asked) };
        for message in told {
            join(&mut messages, message);
        }
        asked = turn.messages.first();
    }
    if let Some(summary) = summarised.and_then(|place| turns[place].summary.as_deref()) {
        put_before(&mut messages, summary);
    }
    messages
}

/// A turn of somebody else: the question, unless it was just asked of another one, and what was answered in the end.
fn others(turn: &Turn, who: &str, asked: Option<&Message>) -> Vec<Message> {
    let is_question = |message: &&Message| message.role == Role::User;
    let questions = turn.messages.iter().take_while(is_question);
    let mut told: Vec<Message> = questions.filter(|&question| asked != Some(question)).cloned().collect();
    let answer = turn.messages.iter().rev().find(|message| message.role == Role::Assistant);
    let text = answer.map(Message::joined_text).unwrap_or_default();
    let text = format!("<said by=\"{who}\">\n{}\n</said>", text.trim());
    told.push(Message::text(Role::User, text));
    told
}

/// Puts a message behind the others. Two of the user's in a row are one: providers want questions and answers to take turns.
fn join(messages: &mut Vec<Message>, message: Message) {
    match messages.last_mut().filter(|last| last.role == Role::User && message.role == Role::User) {
        Some(last) => {
            last.parts.push(Part::Text("\n\n".into()));
            last.parts.extend(message.parts);
        }
        None => messages.push(message),
    }
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
        None => messages.insert(0, Message::text(Role::User, text.trim_end())),
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
        messages(turns, "writer").iter().map(Message::joined_text).collect()
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
        assert_eq!(messages(&turns, "writer").len(), 1);
    }

    #[test]
    fn what_others_said_goes_along_under_their_names() {
        let by = |who: &str, question: &str, answer: &str| {
            let provenance = Provenance { agent: who.into(), ..Provenance::default() };
            Turn { provenance, ..turn(TurnState::Whole, question, answer) }
        };
        let turns = [
            by("writer", "1", "mine"),
            by("critic", "1", "no"),
            by("coder", "1", "yes"),
            by("critic", "2", "so"),
        ];
        let told = texts(&turns);
        assert_eq!(told[..2], ["1", "mine"]);
        assert_eq!(
            told[2..],
            [
                "<said by=\"critic\">\nno\n</said>\n\n<said by=\"coder\">\nyes\n</said>\n\n2\n\n<said by=\"critic\">\nso\n</said>"
            ]
        );
    }

    #[test]
    fn calls_that_nothing_came_of_are_not_told() {
        let call = ToolCall { id: "1".into(), name: "n".into(), arguments: "{}".into(), signature: None };
        let mut cut = turn(TurnState::Interrupted, "q", "wait");
        cut.messages[1].parts.push(Part::ToolCall(call));
        assert_eq!(messages(&[cut], "writer")[1].parts, [Part::Text("wait".into())]);
    }
}
