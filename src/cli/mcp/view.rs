//! What a person sees of a server before approving it: all that the model would read, and all that would be run.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::tools::mcp::{Approval, Listing, Look, Offered, Server, Way, tool_name};

/// What would be run or asked.
pub(super) fn target(server: &Server) -> String {
    let mut text = String::new();
    // A string takes everything.
    let _written = match &server.way {
        Way::Child { env, inherited, cwd, .. } => {
            let names = inherited
                .iter()
                .map(|(name, _)| name.as_str())
                .chain(env.iter().map(|(name, _)| name.as_str()));
            let names = names.collect::<Vec<_>>().join(", ");
            let at =
                cwd.as_ref().map(|cwd| format!("  in            {}\n", cwd.display())).unwrap_or_default();
            writeln!(
                text,
                "{}\n  command       {}\n  environment   {names}\n{at}",
                server.name,
                server.target()
            )
        }
        Way::Http { headers, .. } => {
            let names = headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
            let names = if names.is_empty() { "-".to_owned() } else { names };
            writeln!(text, "{}\n  address       {}\n  headers       {names}\n", server.name, server.target())
        }
    };
    text.trim_end().to_owned() + "\n"
}

/// What it offers, whole.
pub(super) fn offers(server: &Server, look: &Look) -> String {
    let title =
        if look.title.is_empty() { "it".to_owned() } else { format!("it calls itself {}", look.title) };
    let mut text = format!(
        "  speaks        MCP {}; {title}\n  tools         {}\n",
        look.protocol,
        look.listing.tools.len()
    );
    for tool in &look.listing.tools {
        let _written = write!(text, "\n{}\n", said(server, tool));
    }
    text
}

fn said(server: &Server, tool: &Offered) -> String {
    let properties = tool.schema.get("properties").and_then(Value::as_object);
    let arguments: Vec<&str> = properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let description: Vec<String> = tool.description.lines().map(|line| format!("    {line}\n")).collect();
    let unused = match &server.only {
        Some(only) if !only.contains(&tool.name) => ", not used",
        _ => "",
    };
    let name = tool_name(&server.name, &tool.name);
    format!("  {name}({}){unused}\n{}", arguments.join(", "), description.concat()).trim_end().to_owned()
}

/// A server and what it offers, as JSON. The shape is an interface.
pub(super) fn to_json(
    server: &Server,
    seen: Option<&Look>,
    approval: Option<&Approval>,
    changes: &[String],
) -> Value {
    let listing = |listing: &Listing| tools(server, &listing.tools);
    let tools = seen.map(|look| listing(&look.listing)).or_else(|| Some(tools(server, &approval?.tools)));
    json!({
        "name": server.name,
        "transport": server.transport(),
        "target": server.target(),
        "protocol": seen.map(|look| look.protocol.as_str()).or_else(|| approval.map(|approval| approval.protocol.as_str())),
        "title": seen.map(|look| look.title.as_str()),
        "tools": tools.unwrap_or_default(),
        "left_out": seen.map(|look| look.listing.left_out.clone()).unwrap_or_default(),
        "changes": changes,
        "approved": approval.is_some() && changes.is_empty(),
        "pin": approval.map(|approval| approval.digest.as_str()),
        "approved_at": approval.map(|approval| approval.at.as_str()),
    })
}

fn tools(server: &Server, tools: &[Offered]) -> Vec<Value> {
    let row = |tool: &Offered| {
        json!({
            "name": tool_name(&server.name, &tool.name),
            "called": tool.name,
            "description": tool.description,
            "parameters": tool.schema,
        })
    };
    tools.iter().map(row).collect()
}
