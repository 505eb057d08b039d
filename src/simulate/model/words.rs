//! Tools in words: what a model makes of instructions that tell it how to write calls, as open models are trained to.

use serde_json::{Value, json};

use super::{Ask, Call, Role, Tool};

/// The same as if the tools had been offered, where they stand in the instructions; none if they do not.
pub(super) fn heard(ask: &Ask) -> Option<Ask> {
    let system = ask.messages.iter().find(|message| message.role == Role::System && ask.tools.is_empty())?;
    let (_, list) = system.text.split_once("<tools>\n")?;
    let (list, rules) = list.split_once("</tools>")?;
    let tool = |line: &str| {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let parameters = value["parameters"].clone();
        Some(Tool { name: text("name"), description: text("description"), parameters })
    };
    let mut heard = Ask { tools: list.lines().filter_map(tool).collect(), ..ask.clone() };
    heard.single_call |= rules.contains("one call at a time");
    for message in &mut heard.messages {
        if message.role == Role::User && message.text.starts_with("<tool_response") {
            message.role = Role::Tool;
            let inside = |block: &str| block.split_once(">\n").map(|(_, inside)| inside.to_owned());
            let blocks = message.text.split("\n</tool_response>").filter_map(inside);
            message.text = blocks.collect::<Vec<_>>().join("; ");
        }
    }
    Some(heard)
}

/// Calls as they are written.
pub(super) fn written(calls: &[Call]) -> String {
    let block = |call: &Call| {
        let call = json!({"name": call.name, "arguments": call.arguments});
        format!("<tool_call>\n{call}\n</tool_call>\n")
    };
    calls.iter().map(block).collect()
}
