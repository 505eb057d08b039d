//! Tool calls in words, for models that know no others.
//!
//! The tools stand in the instructions as JSON, a call is a `<tool_call>` block in the text and its result a
//! `<tool_response>` block: the form that many open models were trained on. Whoever reads the events sees the same calls
//! as those of any other model, however the text is cut into pieces.

use serde_json::{Value, json};

use super::{ChatRequest, Event, FinishReason, Message, Part, Role, ToolCall, ToolChoice, ToolSpec};

const OPEN: &str = "<tool_call>";
const CLOSE: &str = "</tool_call>";
const RESPONSE: &str = "<tool_response";
/// What a call without its tags begins with.
const NAME: &str = "\"name\"";
/// The longest name of a language behind the beginning of a code block.
const LONGEST_FENCE: usize = 16;

impl ChatRequest {
    /// The same with its tools, calls and results in words; without tools where none may be called.
    #[must_use]
    pub fn with_spoken_tools(&self) -> Self {
        if self.tools.is_empty() || self.tool_choice == ToolChoice::None {
            return self.without_tools();
        }
        let mut messages: Vec<Message> = Vec::with_capacity(self.messages.len() + 1);
        for message in &self.messages {
            let of_tool = message.role == Role::Tool;
            let role = if of_tool { Role::User } else { message.role };
            let parts = message.parts.iter().map(spoken);
            // Many templates want questions and answers to take turns.
            match messages.last_mut() {
                Some(last) if of_tool && last.role == role => last.parts.extend(parts),
                _ => messages.push(Message { role, parts: parts.collect() }),
            }
        }
        let instructions = self.instructions();
        match messages.first_mut().filter(|first| first.role == Role::System) {
            Some(system) => system.parts.push(Part::Text(format!("\n\n{instructions}"))),
            None => messages.insert(0, Message::text(Role::System, instructions)),
        }
        Self {
            messages,
            tools: Vec::new(),
            tool_choice: ToolChoice::default(),
            parallel_tool_calls: None,
            ..self.clone()
        }
    }

    fn instructions(&self) -> String {
        let line = |tool: &ToolSpec| {
            let about =
                json!({"name": tool.name, "description": tool.description, "parameters": tool.parameters});
            format!("{about}\n")
        };
        let tools: String = self.tools.iter().map(line).collect();
        let several = match self.parallel_tool_calls {
            Some(false) => "Make one call at a time.",
            _ => "Calls that do not depend on each other may stand one after the other.",
        };
        let must = match &self.tool_choice {
            ToolChoice::Required => " You must make at least one call now.".to_owned(),
            ToolChoice::Named(name) => format!(" You must call {name} now."),
            ToolChoice::Auto | ToolChoice::Offered | ToolChoice::None => {
                " Where no call is needed, just answer.".to_owned()
            }
        };
        format!(
            "You can call these functions:\n<tools>\n{tools}</tools>\nTo call one, write its name and its arguments as JSON in \
             a block like this, and end there:\n{OPEN}\n{{\"name\": \"NAME\", \"arguments\": {{}}}}\n{CLOSE}\n{several} What a \
             call gives is told to you in a {RESPONSE}> block; never write one yourself.{must}"
        )
    }
}

fn spoken(part: &Part) -> Part {
    match part {
        Part::ToolCall(call) => {
            let name = json!(call.name);
            Part::Text(format!("{OPEN}\n{{\"name\": {name}, \"arguments\": {}}}\n{CLOSE}\n", call.arguments))
        }
        Part::ToolResult { name, content, is_error, .. } => {
            let failed = if *is_error { " error=\"true\"" } else { "" };
            // What came from a tool cannot end its block.
            let content = content.replace("</tool_response", "< /tool_response");
            Part::Text(format!("{RESPONSE} name=\"{name}\"{failed}>\n{content}\n</tool_response>\n"))
        }
        Part::Text(_) | Part::Media(_) | Part::Reasoning { .. } => part.clone(),
    }
}

/// Takes the calls out of the text of an answer.
#[derive(Debug)]
pub struct SpokenCalls {
    names: Vec<String>,
    state: State,
    /// Text that may turn out to be part of a call.
    held: String,
    /// White space after what was passed on.
    space: String,
    called: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing but white space has come.
    Before,
    /// All of it looks like a call without its tags.
    Bare,
    /// Between calls.
    Text,
    /// Inside a call.
    Call,
    /// The model goes on with results that it makes up: nothing of that counts.
    MadeUp,
}

impl SpokenCalls {
    /// For the answer to a request with tools of these names.
    pub fn new(names: Vec<String>) -> Self {
        Self { names, state: State::Before, held: String::new(), space: String::new(), called: false }
    }

    /// Takes an event and adds what is certain by now.
    pub fn take(&mut self, event: Event, out: &mut Vec<Event>) {
        match event {
            Event::Text(text) => {
                self.held.push_str(&text);
                while self.step(out) {}
            }
            Event::Finish(reason) => {
                self.end(reason, out);
                let stopped = self.called && reason == FinishReason::Stop;
                out.push(Event::Finish(if stopped { FinishReason::ToolCalls } else { reason }));
            }
            other => out.push(other),
        }
    }

    /// One transition; false when more text is needed.
    fn step(&mut self, out: &mut Vec<Event>) -> bool {
        match self.state {
            State::Before if self.held.trim_start().is_empty() => false,
            State::Before => {
                self.state = if may_be_bare(&self.held) { State::Bare } else { State::Text };
                true
            }
            State::Bare if may_be_bare(&self.held) => false,
            State::Bare => {
                self.state = State::Text;
                true
            }
            State::Text => self.text(out),
            State::Call => {
                let Some((end, tag)) = first_of(&self.held, &[CLOSE, OPEN]) else { return false };
                let inside: String = self.held.drain(..end).collect();
                if tag == CLOSE {
                    self.held.drain(..CLOSE.len());
                }
                self.state = State::Text;
                self.call(&inside, if tag == CLOSE { CLOSE } else { "" }, out);
                true
            }
            State::MadeUp => {
                self.held.clear();
                false
            }
        }
    }

    /// Passes on what is no call; true at the beginning of one.
    fn text(&mut self, out: &mut Vec<Event>) -> bool {
        let tags: &[&str] = if self.called { &[OPEN, RESPONSE] } else { &[OPEN] };
        if let Some((start, tag)) = first_of(&self.held, tags) {
            let before: String = self.held.drain(..start).collect();
            self.pass_on(&before, out);
            if tag == OPEN {
                self.held.drain(..OPEN.len());
            }
            self.state = if tag == OPEN { State::Call } else { State::MadeUp };
            return true;
        }
        let certain = self.held.len() - open_end(&self.held);
        let certain: String = self.held.drain(..certain).collect();
        self.pass_on(&certain, out);
        false
    }

    /// White space at the end is held back: before a call nobody wants it.
    fn pass_on(&mut self, text: &str, out: &mut Vec<Event>) {
        let (said, space) = text.split_at(text.trim_end().len());
        if !said.is_empty() {
            out.push(Event::Text(std::mem::take(&mut self.space) + said));
        }
        self.space.push_str(space);
    }

    /// Nothing more comes: what was held back is what it looks like.
    fn end(&mut self, reason: FinishReason, out: &mut Vec<Event>) {
        let held = std::mem::take(&mut self.held);
        match self.state {
            State::Bare => {
                if !self.bare(&held, out) {
                    self.pass_on(&held, out);
                }
            }
            // A block that was not closed is a call if it is whole; what was cut off is none.
            State::Call if reason == FinishReason::Length && calls(&held).is_none() => {
                self.pass_on(&format!("{OPEN}{held}"), out);
            }
            State::Call => self.call(&held, "", out),
            State::MadeUp => return,
            State::Before | State::Text => self.pass_on(&held, out),
        }
        let space = std::mem::take(&mut self.space);
        if !self.called && !space.is_empty() {
            out.push(Event::Text(space));
        }
    }

    /// An answer that is nothing but calls of known tools, without their tags.
    fn bare(&mut self, text: &str, out: &mut Vec<Event>) -> bool {
        let Some(found) = calls(text) else { return false };
        let known = !found.is_empty() && found.iter().all(|(name, _)| self.names.contains(name));
        if known {
            self.made(found, out);
        }
        known
    }

    /// What stands in a block. Where it cannot be read and still names a tool, whoever makes the call says what is wrong
    /// with it, and the model may mend it.
    fn call(&mut self, inside: &str, close: &str, out: &mut Vec<Event>) {
        if let Some(found) = calls(inside) {
            return self.made(found, out);
        }
        let named = self.names.iter().find(|name| inside.contains(&json!(name).to_string()));
        match named.cloned() {
            Some(name) => self.made(vec![(name, inside.trim().to_owned())], out),
            None => self.pass_on(&format!("{OPEN}{inside}{close}"), out),
        }
    }

    fn made(&mut self, calls: Vec<(String, String)>, out: &mut Vec<Event>) {
        self.space.clear();
        self.called |= !calls.is_empty();
        out.extend(calls.into_iter().map(|(name, arguments)| {
            let id = format!("call_{:016x}", fastrand::u64(..));
            Event::ToolCall(ToolCall { id, name, arguments, signature: None })
        }));
    }
}

/// Calls as JSON: one, or a list of them. None if it is something else.
fn calls(text: &str) -> Option<Vec<(String, String)>> {
    let value: Value = serde_json::from_str(unfenced(text)).ok()?;
    match value {
        Value::Array(all) => all.iter().map(call).collect(),
        one => Some(vec![call(&one)?]),
    }
}

fn call(value: &Value) -> Option<(String, String)> {
    let function = value.get("function").filter(|function| function.is_object()).unwrap_or(value);
    let name = function.get("name")?.as_str()?.to_owned();
    let arguments = match function.get("arguments").or_else(|| function.get("parameters")) {
        None | Some(Value::Null) => "{}".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(object) => object.to_string(),
    };
    Some((name, arguments))
}

/// The inside of a code block, if the text is one.
fn unfenced(text: &str) -> &str {
    let text = text.trim();
    let inside = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    inside.and_then(|inside| inside.split_once('\n')).map_or(text, |(_, inside)| inside.trim())
}

/// Whether an answer that begins so may be a call without its tags.
fn may_be_bare(text: &str) -> bool {
    let text = text.trim_start();
    let inside = match text.strip_prefix("```") {
        None if "```".starts_with(text) => return true,
        None => text,
        Some(fence) => match fence.split_once('\n') {
            None => return fence.len() < LONGEST_FENCE,
            Some((language, _)) if language.len() >= LONGEST_FENCE => return false,
            Some((_, inside)) => inside.trim_start(),
        },
    };
    let object = inside.strip_prefix('[').unwrap_or(inside).trim_start();
    let Some(fields) = object.strip_prefix('{') else { return object.is_empty() };
    let fields = fields.trim_start();
    fields.starts_with(NAME) || NAME.starts_with(fields)
}

/// Which of the tags comes first, and where.
fn first_of<'a>(text: &str, tags: &[&'a str]) -> Option<(usize, &'a str)> {
    tags.iter().filter_map(|tag| Some((text.find(tag)?, *tag))).min()
}

/// How many bytes at the end of a text may be the beginning of a tag.
fn open_end(text: &str) -> usize {
    let of = |tag: &str| (1..tag.len()).rev().find(|&length| text.ends_with(&tag[..length])).unwrap_or(0);
    of(OPEN).max(of(RESPONSE))
}

#[cfg(test)]
mod tests;
