//! The conversation: its blocks, and how calls, results and thoughts must follow each other.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::super::model::{Call, Message, Role};
use super::super::reply::Refusal;
use super::super::seal;
use super::fields;

const IMAGES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/// The messages, the system's text first; `thinking` when the model is asked to think.
pub(super) fn read(body: &Value, thinking: bool) -> Result<Vec<Message>, Refusal> {
    let mut read = system(body)?;
    let turns = body.get("messages").and_then(Value::as_array);
    let turns = turns.ok_or_else(|| fields::required("messages"))?;
    if turns.is_empty() {
        return Err(Refusal::bad("messages: at least one message is required"));
    }
    let mut open: Vec<String> = Vec::new();
    for (at, turn) in turns.iter().enumerate() {
        let mut gathered = Turn { at, open, ..Turn::default() };
        gathered.take(turn, at + 1 == turns.len())?;
        gathered.settle()?;
        open = gathered.calls_made;
        read.extend(gathered.messages);
    }
    if let Some(id) = open.first() {
        return Err(unanswered(turns.len() - 1, id));
    }
    if thinking {
        begins_with_a_thought(turns)?;
    }
    Ok(read)
}

fn system(body: &Value) -> Result<Vec<Message>, Refusal> {
    let text = match body.get("system") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(blocks)) => {
            let mut whole = String::new();
            for (at, block) in blocks.iter().enumerate() {
                let path = format!("system.{at}");
                if fields::check_block(block, &path)? != "text" {
                    return Err(Refusal::bad(format!("{path}.type: Input should be 'text'")));
                }
                whole.push_str(text(block, "text", &path)?);
            }
            whole
        }
        Some(_) => return Err(Refusal::bad("system: Input should be a valid string")),
    };
    Ok(vec![said(Role::System, text)])
}

fn said(role: Role, text: String) -> Message {
    Message { role, text, images: 0, calls: Vec::new() }
}

/// A field of a block that is text.
fn text<'a>(block: &'a Value, field: &str, path: &str) -> Result<&'a str, Refusal> {
    let kind = block.get("type").and_then(Value::as_str).unwrap_or_default();
    let value = block.get(field).and_then(Value::as_str);
    value.ok_or_else(|| fields::required(&format!("{path}.{kind}.{field}")))
}

/// One message of the wire, which may be several of the model's: each result is one of its own.
#[derive(Default)]
struct Turn {
    at: usize,
    /// Calls of the message before that wait for their results.
    open: Vec<String>,
    calls_made: Vec<String>,
    messages: Vec<Message>,
}

impl Turn {
    fn take(&mut self, turn: &Value, last: bool) -> Result<(), Refusal> {
        let path = format!("messages.{}", self.at);
        fields::check_message(turn, &path)?;
        let role = match turn.get("role").and_then(Value::as_str) {
            Some("user") => Role::User,
            Some("assistant") => Role::Assistant,
            Some("system") => {
                return Err(Refusal::bad(
                    "messages: Unexpected role \"system\". The Messages API accepts a top-level `system` \
                     parameter, not \"system\" as an input message role.",
                ));
            }
            _ => return Err(Refusal::bad(format!("{path}.role: Input should be 'user' or 'assistant'"))),
        };
        let mut own = said(role, String::new());
        match turn.get("content") {
            None => return Err(fields::required(&format!("{path}.content"))),
            Some(Value::String(content)) => own.text.clone_from(content),
            Some(Value::Array(blocks)) => {
                for (at, block) in blocks.iter().enumerate() {
                    self.block(block, &format!("{path}.content.{at}"), &mut own)?;
                }
            }
            Some(_) => return Err(Refusal::bad(format!("{path}.content: Input should be a valid list"))),
        }
        let ends = last && role == Role::Assistant;
        if ends && own.calls.is_empty() && own.text.ends_with(char::is_whitespace) {
            return Err(Refusal::bad(
                "messages: final assistant content cannot end with trailing whitespace",
            ));
        }
        let silent = own.text.is_empty() && own.images == 0 && own.calls.is_empty();
        let blank = silent
            && self.messages.is_empty()
            && turn.get("content").is_some_and(|content| content == "" || content == &Value::Array(vec![]));
        if blank && !ends {
            return Err(Refusal::bad(
                "messages: all messages must have non-empty content except for the optional final assistant \
                 message",
            ));
        }
        // A turn of nothing but results says nothing of its own.
        if !silent || self.messages.is_empty() {
            self.messages.push(own);
        }
        Ok(())
    }

    fn block(&mut self, block: &Value, path: &str, own: &mut Message) -> Result<(), Refusal> {
        let kind = fields::check_block(block, path)?;
        // Results come first: what stands before them leaves their calls without.
        if kind != "tool_result" {
            self.settle()?;
        }
        let users = matches!(kind, "image" | "document" | "tool_result" | "search_result");
        if users != (own.role == Role::User) && kind != "text" {
            let role = if own.role == Role::User { "user" } else { "assistant" };
            return Err(Refusal::bad(format!(
                "{path}: `{kind}` blocks are not permitted in `{role}` messages"
            )));
        }
        match kind {
            "text" => {
                let piece = text(block, "text", path)?;
                if piece.is_empty() {
                    return Err(Refusal::bad("messages: text content blocks must be non-empty"));
                }
                own.text.push_str(piece);
            }
            "image" => {
                check_source(block, path, &IMAGES)?;
                own.images += 1;
            }
            "document" => check_source(block, path, &["application/pdf", "text/plain"])?,
            "tool_use" => self.call(block, path, own)?,
            "tool_result" => self.result(block, path)?,
            "thinking" => check_thought(block, path)?,
            "redacted_thinking" if !seal::is_genuine("", text(block, "data", path)?) => {
                return Err(Refusal::bad(format!("{path}: Invalid `data` in `redacted_thinking` block")));
            }
            _ => {}
        }
        Ok(())
    }

    fn call(&mut self, block: &Value, path: &str, own: &mut Message) -> Result<(), Refusal> {
        let (id, name) = (text(block, "id", path)?, text(block, "name", path)?);
        if !is_identifier(id) {
            return Err(Refusal::bad(format!(
                "{path}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"
            )));
        }
        let input = block.get("input").filter(|input| input.is_object());
        let input = input.ok_or_else(|| {
            Refusal::bad(format!("{path}.tool_use.input: Input should be a valid dictionary"))
        })?;
        if self.calls_made.iter().any(|made| made == id) {
            return Err(Refusal::bad("messages: `tool_use` ids must be unique"));
        }
        self.calls_made.push(id.to_owned());
        own.calls.push(Call { name: name.to_owned(), arguments: input.clone() });
        Ok(())
    }

    fn result(&mut self, block: &Value, path: &str) -> Result<(), Refusal> {
        let id = text(block, "tool_use_id", path)?;
        let Some(at) = self.open.iter().position(|open| open == id) else {
            return Err(Refusal::bad(format!(
                "{path}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each `tool_result` \
                 block must have a corresponding `tool_use` block in the previous message."
            )));
        };
        self.open.remove(at);
        let mut result = said(Role::Tool, String::new());
        match block.get("content") {
            None | Some(Value::Null) => {}
            Some(Value::String(content)) => result.text.clone_from(content),
            Some(Value::Array(blocks)) => {
                for (at, block) in blocks.iter().enumerate() {
                    let path = format!("{path}.tool_result.content.{at}");
                    match fields::check_block(block, &path)? {
                        "text" => result.text.push_str(text(block, "text", &path)?),
                        "image" => check_source(block, &path, &IMAGES)?,
                        _ => {}
                    }
                }
            }
            Some(_) => {
                return Err(Refusal::bad(format!(
                    "{path}.tool_result.content: Input should be a valid list"
                )));
            }
        }
        self.messages.push(result);
        Ok(())
    }

    /// Every call must be answered in the message after it.
    fn settle(&self) -> Result<(), Refusal> {
        match self.open.first() {
            Some(id) => Err(unanswered(self.at - 1, id)),
            None => Ok(()),
        }
    }
}

fn unanswered(at: usize, id: &str) -> Refusal {
    Refusal::bad(format!(
        "messages.{at}: `tool_use` ids were found without `tool_result` blocks immediately after: {id}. Each \
         `tool_use` block must have a corresponding `tool_result` block in the next message."
    ))
}

/// Letters, digits, underscores and hyphens: what names and ids are made of.
pub(super) fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn check_thought(block: &Value, path: &str) -> Result<(), Refusal> {
    let (thought, signature) = (text(block, "thinking", path)?, text(block, "signature", path)?);
    if seal::is_genuine(thought, signature) {
        Ok(())
    } else {
        Err(Refusal::bad(format!("{path}: Invalid `signature` in `thinking` block")))
    }
}

fn check_source(block: &Value, path: &str, types: &[&str]) -> Result<(), Refusal> {
    let kind = block.get("type").and_then(Value::as_str).unwrap_or_default();
    let path = format!("{path}.{kind}.source");
    let source = block.get("source").ok_or_else(|| fields::required(&path))?;
    let part = |name: &str| source.get(name).and_then(Value::as_str);
    match part("type") {
        Some("base64") => {
            if !part("media_type").is_some_and(|found| types.contains(&found)) {
                let expected: Vec<_> = types.iter().map(|kind| format!("'{kind}'")).collect();
                let expected = expected.join(", ");
                return Err(Refusal::bad(format!("{path}.base64.media_type: Input should be {expected}")));
            }
            let data = part("data").filter(|data| !data.is_empty() && STANDARD.decode(data).is_ok());
            data.map(|_| ()).ok_or_else(|| Refusal::bad(format!("{path}.base64.data: invalid base64 data")))
        }
        Some("url") if part("url").is_some_and(|url| url.starts_with("https://")) => Ok(()),
        Some("url") => Err(Refusal::bad("Only HTTPS URLs are supported.")),
        Some("file" | "text" | "content") => Ok(()),
        _ => Err(fields::required(&format!("{path}.type"))),
    }
}

/// While the model thinks, a turn of tools that is still under way must show the thought that began it.
fn begins_with_a_thought(turns: &[Value]) -> Result<(), Refusal> {
    let kinds = |turn: &Value| -> Vec<String> {
        let blocks = turn.get("content").and_then(Value::as_array).into_iter().flatten();
        blocks.filter_map(|block| block.get("type")?.as_str().map(str::to_owned)).collect()
    };
    let results = |turn: &Value| kinds(turn).iter().any(|kind| kind == "tool_result");
    let [.., (at, called), (_, last)] = &turns.iter().enumerate().collect::<Vec<_>>()[..] else {
        return Ok(());
    };
    let first = kinds(called).into_iter().next();
    match first.filter(|kind| results(last) && !kind.ends_with("thinking")) {
        Some(kind) => Err(Refusal::bad(format!(
            "messages.{at}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{kind}`. \
             When `thinking` is enabled, a final `assistant` message must start with a thinking block \
             (preceeding the lastmost set of `tool_use` and `tool_result` blocks)."
        ))),
        None => Ok(()),
    }
}
