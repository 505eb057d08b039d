//! Asking somebody whether a call may be made: the question in words, and what an answer means.

use std::fmt::Write as _;

use crate::tools::{Proposed, Reply};

/// The longest that arguments are shown, in characters. Nobody reads more, and what is not read is not consented to.
const LONGEST: usize = 2_000;

/// The question: who wants to do what exactly, and what can be answered.
pub fn question(call: &Proposed<'_>) -> String {
    let who = call.agent.unwrap_or("somebody");
    let arguments = call.arguments.to_string();
    let mut text =
        format!("{who} wants to call {} {}\n", escaped(call.tool), escaped(&shortened(&arguments)));
    if call.after_foreign {
        text += "It has read text from outside in this turn, which may be why.\n";
    }
    let always = match call.pattern {
        Some(pattern) => format!("always for {}", escaped(&pattern.to_string())),
        None => format!("always for {}", escaped(call.tool)),
    };
    let _infallible = write!(text, "[y] this time  [s] while this runs  [a] {always}  [n] no");
    text
}

/// What an answer means; none where it is no answer to this question.
pub fn reply(text: &str) -> Option<Reply> {
    match text.trim().to_lowercase().as_str() {
        "y" | "yes" | "once" => Some(Reply::Once),
        "s" | "session" => Some(Reply::Session),
        "a" | "always" => Some(Reply::Always),
        "n" | "no" | "" => Some(Reply::No),
        _ => None,
    }
}

/// That an "always" is none.
pub fn unkept(problem: &str) -> String {
    format!("this could not be kept, so it holds only while the program runs: {problem}")
}

fn shortened(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(LONGEST) else { return text.to_owned() };
    format!("{} … ({} more characters)", &text[..end], text[end..].chars().count())
}

/// A text in which nothing is hidden: what moves the cursor, turns the direction of reading or has no width is spelt out.
fn escaped(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            let _infallible = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::Pattern;
    use serde_json::json;

    #[test]
    fn nothing_is_hidden() {
        let arguments = json!({"url": "https://a.b/\u{202e}moc\u{1b}[2J"});
        let pattern = Pattern { argument: "url".into(), glob: "https://a.b/*".into() };
        let call = Proposed {
            agent: Some("writer"),
            tool: "fetch_url",
            arguments: &arguments,
            pattern: Some(&pattern),
            after_foreign: true,
        };
        insta::assert_snapshot!(question(&call), @r#"
        writer wants to call fetch_url {"url":"https://a.b/\u{202e}moc\u001b[2J"}
        It has read text from outside in this turn, which may be why.
        [y] this time  [s] while this runs  [a] always for url=https://a.b/*  [n] no
        "#);
        let long = json!({"command": "x".repeat(5_000)});
        let call = Proposed { arguments: &long, pattern: None, after_foreign: false, ..call };
        assert!(question(&call).contains("x … (3014 more characters)"), "{}", question(&call));
    }

    #[test]
    fn only_a_yes_is_a_yes() {
        for (text, expected) in [
            ("y\n", Some(Reply::Once)),
            ("S", Some(Reply::Session)),
            ("always", Some(Reply::Always)),
            ("", Some(Reply::No)),
            ("n", Some(Reply::No)),
            ("yes please", None),
        ] {
            assert_eq!(reply(text), expected, "{text}");
        }
    }
}
