//! What agents' files ask for that is not to be had here.

use super::{App, ResolveError};
use crate::agents::Definition;

/// The tools that agents may have.
const TOOLS: &[&str] = &[
    "ask_agent",
    "calculator",
    "datetime",
    "fetch_url",
    "memory_forget",
    "memory_search",
    "memory_write",
    "news",
    "read_file",
    "stocks",
    "weather",
    "web_search",
    "wikipedia",
];

impl App {
    /// What an agent asks for that is not to be had here. It goes on without.
    pub fn remarks(&self, agent: &Definition) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some(model) = &agent.model
            && matches!(self.everywhere(model), Err(ResolveError::Unknown { .. }))
        {
            remarks.push(format!("there is no model `{model}` here, so the default route is asked"));
        }
        let unknown = |tool: &&String| *tool != "*" && !TOOLS.contains(&tool.as_str());
        remarks.extend(missing("tools", agent.tools.iter().filter(unknown)));
        let agents = self.agents();
        let stranger = |name: &&String| agents.find(name).is_none();
        remarks.extend(missing("agents to hand over to", agent.handoffs.iter().filter(stranger)));
        remarks
    }
}

fn missing<'a>(what: &str, names: impl Iterator<Item = &'a String>) -> Option<String> {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| format!("there are no {what} {}", names.join(", ")))
}
