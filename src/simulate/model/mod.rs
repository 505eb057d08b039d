//! The simulated model: pure, deterministic, and ignorant of every wire.
//!
//! A wire turns its request into an [`Ask`] and an [`Answer`] back into its own shape, so the same
//! prompt gets the same words from every stand-in. That is what makes failover between them visible:
//! whatever differs in an answer comes from the way it was carried.

mod call;
mod prompt;
mod resume;
mod schema;
mod speech;
mod vector;
mod words;

use serde_json::Value;

pub use resume::{Manner, ParseMannerError};
pub(super) use vector::vector;

/// What a model cannot do shows in its name, as it does of one that thinks: it calls no tool but in words, makes one call
/// at a time, or answers in prose whatever schema it is given.
const NO_TOOLS: &str = "no-tools";
const ONE_CALL: &str = "one-call";
const NO_SCHEMA: &str = "no-schema";
/// The name of a model that does what it reads says so, too.
const GULLIBLE: &str = "gullible";

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    System,
    User,
    Assistant,
    Tool,
}

/// One message of the conversation.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    pub(super) role: Role,
    pub(super) text: String,
    pub(super) images: usize,
    pub(super) calls: Vec<Call>,
}

/// A call of a tool; its identifier is the wire's affair.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    pub(super) name: String,
    pub(super) arguments: Value,
}

/// A tool on offer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) parameters: Value,
}

/// Whether tools may or must be called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Choice {
    #[default]
    Auto,
    Forbidden,
    Required,
    Named(String),
}

/// The form that the answer is to have.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Form {
    #[default]
    Prose,
    /// Any JSON object.
    Json,
    /// JSON that is valid under this schema.
    Schema(Value),
}

/// What the model is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ask {
    pub(super) model: String,
    pub(super) messages: Vec<Message>,
    pub(super) tools: Vec<Tool>,
    pub(super) choice: Choice,
    /// Forbids more than one call at a time.
    pub(super) single_call: bool,
    pub(super) form: Form,
    pub(super) reasoning: bool,
    pub(super) max_tokens: Option<u32>,
    pub(super) stop: Vec<String>,
    /// Shown in the answer, so that stand-ins can be told apart.
    pub(super) tag: Option<String>,
    pub(super) manner: Manner,
}

/// Why the model stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finish {
    Stop,
    Length,
    ToolCalls,
}

/// How many tokens an answer took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tokens {
    pub(super) prompt: u32,
    pub(super) reasoning: u32,
    /// The visible output, without reasoning.
    pub(super) output: u32,
}

/// What the model says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) reasoning: Vec<String>,
    /// The text in pieces of about a word.
    pub(super) chunks: Vec<String>,
    pub(super) calls: Vec<Call>,
    pub(super) finish: Finish,
    /// The stop text that ended it.
    pub(super) stopped_at: Option<String>,
    pub(super) tokens: Tokens,
}

impl Answer {
    pub(super) fn text(&self) -> String {
        self.chunks.concat()
    }
}

/// The model does not go on from a text that was put into its mouth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PrefillRefused;

/// Answers the question.
pub(super) fn answer(ask: &Ask) -> Result<Answer, PrefillRefused> {
    let resumed = resume::detect(ask);
    if resumed.as_ref().is_some_and(|resume| resume.prefill) && ask.manner == Manner::RefusePrefill {
        return Err(PrefillRefused);
    }
    let prompt_tokens = prompt_tokens(ask);
    let in_words = words::heard(ask);
    let ask = in_words.as_ref().unwrap_or(ask);
    let reasoning = if ask.reasoning { pieces(&speech::reasoning(ask)) } else { Vec::new() };
    let mut calls = if resumed.is_none() { call::calls(ask, in_words.is_some()) } else { Vec::new() };
    let mut stopped_at = None;
    let (chunks, finish) = if in_words.is_some() && !calls.is_empty() {
        shortened(pieces(&words::written(&std::mem::take(&mut calls))), ask.max_tokens)
    } else if calls.is_empty() {
        let mut text = match &resumed {
            Some(resume) => resume::text(ask, resume),
            None => speech::text(ask),
        };
        stopped_at = stop(&mut text, &ask.stop);
        shortened(pieces(&text), ask.max_tokens)
    } else {
        (Vec::new(), Finish::ToolCalls)
    };
    let stopped_at = stopped_at.filter(|_| finish == Finish::Stop);
    let called = calls.iter().map(|call| count(&call.arguments.to_string()) + count(&call.name));
    let output = called.chain(chunks.iter().map(|chunk| count(chunk))).sum();
    let tokens = Tokens { prompt: prompt_tokens, reasoning: total(&reasoning), output };
    Ok(Answer { reasoning, chunks, calls, finish, stopped_at, tokens })
}

/// About how many tokens a text is: one for four bytes or one for a word, whichever is more.
pub(super) fn count(text: &str) -> u32 {
    let tokens = text.len().div_ceil(4).max(text.split_whitespace().count());
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

/// The tokens of everything that was sent.
pub(super) fn prompt_tokens(ask: &Ask) -> u32 {
    const PER_MESSAGE: u32 = 3;
    const PER_IMAGE: u32 = 85;
    let messages = ask.messages.iter().map(|message| {
        let images = u32::try_from(message.images).unwrap_or(u32::MAX).saturating_mul(PER_IMAGE);
        let calls: u32 = message.calls.iter().map(|call| count(&call.arguments.to_string())).sum();
        count(&message.text).saturating_add(images).saturating_add(calls).saturating_add(PER_MESSAGE)
    });
    let tools = ask.tools.iter().map(|tool| count(&tool.description) + count(&tool.parameters.to_string()));
    messages.chain(tools).fold(0, u32::saturating_add)
}

fn total(chunks: &[String]) -> u32 {
    chunks.iter().map(|chunk| count(chunk)).sum()
}

/// Cuts at the first of the stop texts, and says which it was.
fn stop(text: &mut String, stops: &[String]) -> Option<String> {
    let found = stops.iter().filter(|stop| !stop.is_empty());
    let found = found.filter_map(|stop| Some((text.find(stop.as_str())?, stop)));
    let (at, stop) = found.min_by_key(|(at, _)| *at)?;
    text.truncate(at);
    Some(stop.clone())
}

/// Splits a text into pieces of about a word; their concatenation is the text.
fn pieces(text: &str) -> Vec<String> {
    const LONGEST: usize = 24;
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for c in text.chars() {
        let starts_word = c.is_whitespace() && !piece.chars().all(char::is_whitespace);
        if starts_word || piece.len() >= LONGEST {
            pieces.push(std::mem::take(&mut piece));
        }
        piece.push(c);
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

/// Keeps as many pieces as the token limit allows.
fn shortened(mut chunks: Vec<String>, max_tokens: Option<u32>) -> (Vec<String>, Finish) {
    let Some(limit) = max_tokens else { return (chunks, Finish::Stop) };
    let mut used = 0;
    let fits = chunks.iter().take_while(|chunk| {
        used += count(chunk);
        used <= limit
    });
    let kept = fits.count();
    if kept == chunks.len() {
        return (chunks, Finish::Stop);
    }
    chunks.truncate(kept);
    (chunks, Finish::Length)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::simulate) fn said(role: Role, text: &str) -> Message {
        Message { role, text: text.to_owned(), images: 0, calls: Vec::new() }
    }

    pub(in crate::simulate) fn asked(prompt: &str) -> Ask {
        Ask { model: "m".into(), messages: vec![said(Role::User, prompt)], ..Ask::default() }
    }

    #[test]
    fn pieces_are_the_text() {
        for text in ["", "one", " a  b\nc", "日本語のとても長い文が空白なしで続くとき", "{\"a\":\"b\"}"]
        {
            assert_eq!(pieces(text).concat(), text);
        }
        assert_eq!(pieces("one two three"), ["one", " two", " three"]);
    }

    #[test]
    fn the_token_limit_cuts_the_answer() {
        let whole = answer(&asked("count to 50")).unwrap();
        let cut = answer(&Ask { max_tokens: Some(6), ..asked("count to 50") }).unwrap();
        assert_eq!((whole.finish, cut.finish), (Finish::Stop, Finish::Length));
        assert!(cut.tokens.output <= 6 && whole.text().starts_with(&cut.text()));
    }

    #[test]
    fn a_stop_text_ends_the_answer_before_itself() {
        let ask = Ask { stop: vec![" 4".into()], ..asked("count to 9") };
        let answer = answer(&ask).unwrap();
        assert_eq!(answer.text(), "[simulated] 1 2 3");
        assert_eq!((answer.finish, answer.stopped_at.as_deref()), (Finish::Stop, Some(" 4")));
    }

    #[test]
    fn reasoning_comes_only_when_asked_for() {
        let silent = answer(&asked("hello")).unwrap();
        let aloud = answer(&Ask { reasoning: true, ..asked("hello") }).unwrap();
        assert!(silent.reasoning.is_empty() && silent.tokens.reasoning == 0);
        assert!(!aloud.reasoning.is_empty() && aloud.tokens.reasoning > 0);
        assert_eq!(silent.text(), aloud.text());
    }

    #[test]
    fn the_name_of_a_model_says_what_it_cannot_do() {
        let weather = Tool {
            name: "get_weather".into(),
            description: String::new(),
            parameters: serde_json::json!({"required": ["city"], "properties": {"city": {"type": "string"}}}),
        };
        let said = |model: &str, form| {
            let question = "Use the tool for the weather in Paris and Rome";
            let ask = Ask { model: model.into(), tools: vec![weather.clone()], form, ..asked(question) };
            answer(&ask).unwrap()
        };
        let calls = |model| said(model, Form::Prose).calls.len();
        assert_eq!(["m", "m-one-call", "m-no-tools"].map(calls), [2, 1, 0]);
        let schema = || Form::Schema(serde_json::json!({"type": "object"}));
        let begins = |model| said(model, schema()).text().starts_with('{');
        assert_eq!(["m-no-tools", "m-no-tools-no-schema"].map(begins), [true, false]);
    }

    #[test]
    fn the_same_question_gets_the_same_answer() {
        assert_eq!(answer(&asked("Tell me of the sea")), answer(&asked("Tell me of the sea")));
        assert_ne!(answer(&asked("Tell me of the sea")), answer(&asked("Tell me of the hills")));
    }
}
