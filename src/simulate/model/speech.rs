//! What the simulated model says in plain words.
//!
//! A few requests are answered sensibly, because people rehearse with them and tests need text of a
//! known shape and length; anything else gets a short paragraph about its key words.

use serde_json::json;

use super::{Ask, Form, Message, NO_SCHEMA, Role, prompt, schema};

/// How every invented text begins.
pub(super) const MARK: &str = "[simulated]";

/// The longest list that is counted out.
const LONGEST_LIST: u32 = 20_000;

/// The last thing that the user said.
pub(super) fn question(messages: &[Message]) -> &str {
    messages.iter().rfind(|message| message.role == Role::User).map_or("", |message| asked(&message.text))
}

/// What is asked in a text: what others have said stands before it.
pub(super) fn asked(text: &str) -> &str {
    text.rsplit_once("</said>").map_or(text, |(_, asked)| asked.trim_start())
}

/// The whole text of the answer.
pub(super) fn text(ask: &Ask) -> String {
    let results: Vec<_> = results(&ask.messages).collect();
    let question = question(&ask.messages);
    match &ask.form {
        Form::Schema(schema) if !ask.model.contains(NO_SCHEMA) => {
            schema::instance(schema, question).to_string()
        }
        Form::Json => json!({"answer": body(ask, question, &results)}).to_string(),
        Form::Prose | Form::Schema(_) => match verbatim(question) {
            Some(text) if results.is_empty() => text.to_owned(),
            Some(_) | None => format!("{} {}", opening(ask), body(ask, question, &results)),
        },
    }
}

/// The text that is to be said word for word.
fn verbatim(question: &str) -> Option<&str> {
    after(question, "say exactly:").map(str::trim).filter(|text| !text.is_empty())
}

/// The mark, with the stand-in's name when it has one.
pub(super) fn opening(ask: &Ask) -> String {
    match &ask.tag {
        Some(tag) => format!("{MARK} ({tag})"),
        None => MARK.to_owned(),
    }
}

fn body(ask: &Ask, question: &str, results: &[&Message]) -> String {
    if !results.is_empty() {
        return told(results);
    }
    counted(question)
        .or_else(|| repeated(question))
        .or_else(|| calculated(question))
        .or_else(|| week(question))
        .unwrap_or_else(|| paragraph(ask, question))
}

/// What the model thinks before it answers.
pub(super) fn reasoning(ask: &Ask) -> String {
    let subject = prompt::key_words(question(&ask.messages), 3).join(", ");
    format!("The user asks about {subject}. A simulated answer will do.")
}

/// The results of tools that nobody has spoken about yet.
pub(super) fn results(messages: &[Message]) -> impl Iterator<Item = &Message> {
    let from = messages.iter().rposition(|message| message.role != Role::Tool).map_or(0, |at| at + 1);
    messages[from..].iter()
}

fn told(results: &[&Message]) -> String {
    let contents: Vec<_> = results.iter().map(|result| prompt::excerpt(&result.text, 1000)).collect();
    format!("The tools say: {}", contents.join("; "))
}

fn counted(question: &str) -> Option<String> {
    let last = leading_number(after(question, "count to ")?)?;
    Some((1..=last).map(|number| number.to_string()).collect::<Vec<_>>().join(" "))
}

fn repeated(question: &str) -> Option<String> {
    let rest = after(question, "repeat ")?;
    let count = leading_number(rest)?;
    rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start().strip_prefix("word")?;
    Some((1..=count).map(|number| format!("word{number}")).collect::<Vec<_>>().join(" "))
}

fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse::<u32>().ok().map(|number| number.min(LONGEST_LIST))
}

/// Answers `what is 2 + 3` and the like.
fn calculated(question: &str) -> Option<String> {
    let sum: String = after(question, "what is ")?.split_whitespace().collect();
    let sum = sum.trim_end_matches(['?', '.', '!', '=']);
    let at = sum.char_indices().skip(1).find(|(_, c)| matches!(c, '+' | '-' | '*' | '×' | '/'))?;
    let left: i64 = sum[..at.0].parse().ok()?;
    let right: i64 = sum[at.0 + at.1.len_utf8()..].parse().ok()?;
    let result = match at.1 {
        '+' => left.checked_add(right)?,
        '-' => left.checked_sub(right)?,
        '/' => left.checked_div(right)?,
        _ => left.checked_mul(right)?,
    };
    Some(format!("{left} {} {right} = {result}", at.1))
}

/// The days of the week where somebody asks for them.
fn week(question: &str) -> Option<String> {
    after(question, "days of the week")?;
    Some("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".to_owned())
}

fn paragraph(ask: &Ask, question: &str) -> String {
    let images: usize = ask.messages.iter().map(|message| message.images).sum();
    let seen = match images {
        0 => String::new(),
        1 => " There is 1 image with it.".to_owned(),
        more => format!(" There are {more} images with it."),
    };
    let words = prompt::key_words(question, 6);
    let subject = if words.is_empty() { "nothing in particular".to_owned() } else { words.join(", ") };
    format!(
        "You asked: {}.{seen} This answer was made up on your own machine without any model. It would speak \
         of {subject}, first in general and then in detail, and it is long enough to arrive in many pieces. \
         The same question always gets the same answer.",
        prompt::excerpt(question, 200).trim_end_matches(['.', '?', '!'])
    )
}

/// What follows a phrase, whatever its case.
fn after<'a>(text: &'a str, phrase: &str) -> Option<&'a str> {
    let at = text.to_ascii_lowercase().find(phrase)?;
    Some(text[at + phrase.len()..].trim_start())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{asked, said};
    use super::*;

    fn reply(question: &str) -> String {
        text(&asked(question))
    }

    #[test]
    fn known_requests_are_answered() {
        assert_eq!(reply("Please count to 4."), "[simulated] 1 2 3 4");
        assert_eq!(reply("repeat 3 words"), "[simulated] word1 word2 word3");
        assert_eq!(reply("Say exactly: pong, PONG"), "pong, PONG");
        assert_eq!(reply("What is 2+3?"), "[simulated] 2 + 3 = 5");
        assert_eq!(reply("what is 7 * 6"), "[simulated] 7 * 6 = 42");
        assert!(reply("Name the days of the week").starts_with("[simulated] Monday Tuesday"));
        assert!(reply("what is 1/0").starts_with("[simulated] You asked"));
    }

    #[test]
    fn other_requests_get_a_paragraph_about_themselves() {
        let text = reply("Tell me about the lighthouse at Cape Horn");
        assert!(text.starts_with("[simulated] You asked: Tell me about the lighthouse"));
        assert!(text.contains("lighthouse, cape, horn"));
        assert!(reply("").starts_with(MARK));
    }

    #[test]
    fn the_tag_is_shown_only_when_there_is_one() {
        let tagged = Ask { tag: Some("left".into()), ..asked("count to 2") };
        assert_eq!(text(&tagged), "[simulated] (left) 1 2");
    }

    #[test]
    fn results_of_tools_are_told() {
        let mut ask = asked("Weather in Paris?");
        ask.messages.push(said(Role::Assistant, ""));
        ask.messages.push(said(Role::Tool, "18 degrees"));
        ask.messages.push(said(Role::Tool, "rain"));
        assert_eq!(text(&ask), "[simulated] The tools say: 18 degrees; rain");
    }
}
