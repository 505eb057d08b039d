//! From a definition to a file that says the same, with a comment for whatever it leaves open.

use std::fmt::Write as _;

use super::{Definition, MemoryUse};
use crate::memory::Scope;

/// The file's text.
pub fn write(agent: &Definition) -> String {
    let usual = Definition::new(&agent.name);
    let mut text = String::from("---\n");
    let mut line = |set: bool, key: &str, value: &str, comment: &str| {
        let entry = format!("{}{key}: {value}", if set { "" } else { "# " });
        // Writing to a String cannot fail.
        let _infallible = match comment {
            "" => writeln!(text, "{entry}"),
            _ => writeln!(text, "{entry:<28} # {comment}"),
        };
    };
    line(true, "name", &scalar(&agent.name), "");
    let purpose = if agent.description.is_empty() { "What it is for." } else { &agent.description };
    line(!agent.description.is_empty(), "description", &quoted(purpose), "");
    let model = agent.model.as_deref().map_or_else(|| "auto".to_owned(), scalar);
    line(agent.model.is_some(), "model", &model, "a model, a provider or a route");
    let (has_tools, examples) = (!agent.tools.is_empty(), ["calculator", "datetime"].map(str::to_owned));
    line(has_tools, "tools", &list(if has_tools { &agent.tools } else { &examples }), "what it may call");
    let hands_over = !agent.handoffs.is_empty();
    let writer = ["writer".to_owned()];
    line(
        hands_over,
        "handoffs",
        &list(if hands_over { &agent.handoffs } else { &writer }),
        "agents who may go on in its place",
    );
    let turns = agent.max_turns.to_string();
    line(agent.max_turns != usual.max_turns, "max_turns", &turns, "how often its model is asked in a turn");
    let tokens = agent.max_tokens.unwrap_or(20_000).to_string();
    line(agent.max_tokens.is_some(), "max_tokens", &tokens, "in a turn, with the agents that it asks");
    let cost = agent.max_cost_usd.unwrap_or(0.05).to_string();
    line(agent.max_cost_usd.is_some(), "max_cost_usd", &cost, "the same in dollars");
    let temperature = agent.temperature.unwrap_or(0.2).to_string();
    line(agent.temperature.is_some(), "temperature", &temperature, "0 is as repeatable as can be");
    line(agent.memory != usual.memory, "memory", &memory(&agent.memory), "");
    line(agent.agents_md, "agents_md", "true", "reads the AGENTS.md of a trusted project");
    text.push_str("# Below stands what the agent is told first.\n---\n\n");
    if !agent.instructions.is_empty() {
        text.push_str(&agent.instructions);
        text.push('\n');
    }
    text
}

fn memory(memory: &MemoryUse) -> String {
    let read: Vec<String> = memory.read.iter().map(Scope::to_string).collect();
    let write = memory.write.as_ref().map_or_else(|| "none".to_owned(), |scope| scalar(&scope.to_string()));
    format!("{{ read: {}, write: {write}, recall_tokens: {} }}", list(&read), memory.recall_tokens)
}

fn list(words: &[String]) -> String {
    format!("[{}]", words.iter().map(|word| scalar(word)).collect::<Vec<_>>().join(", "))
}

/// A word as it is, if nothing can be mistaken in it.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c))
        && !["true", "false", "null", "yes", "no", "on", "off", "none"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word));
    if plain { text.to_owned() } else { quoted(text) }
}

/// What JSON puts in quotes YAML reads as the same.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
