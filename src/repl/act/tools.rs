//! Commands about tools.

use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use super::{Done, told};
use crate::agents::memory_tools;
use crate::app::tools::from_pairs;
use crate::chat::ToolCall;
use crate::repl::room::Room;
use crate::tools::record::Caller;
use crate::tools::{Tool, Toolbox, TurnCalls, is_named};
use crate::ui::Table;

fn all(room: &Room) -> Result<Vec<Arc<dyn Tool>>, String> {
    let mut tools = room.app.tools(&room.client).map_err(told)?;
    tools.extend(memory_tools::all(&room.meanings, &room.host(), Some(&room.session.id)));
    tools.extend(room.app.mcp().all().0);
    Ok(tools)
}

/// Lists them, and which of them whoever answers may call.
pub(super) fn list(room: &Room) -> Done {
    let host = room.host();
    let rules = room.app.tool_rules()?;
    let mut table = Table::new(["", "tool", "permission", "for"]);
    for tool in all(room)? {
        let spec = tool.spec();
        let has = host.tools.iter().any(|entry| is_named(entry, &spec.name));
        let permission =
            crate::tools::decide(&rules, tool.permission(), &spec.name, Some(&host.name), &Value::Null);
        let about = spec.description.split(['.', ':']).next().unwrap_or_default().to_owned();
        table.row([if has { "*" } else { "" }.to_owned(), spec.name, permission.as_str().to_owned(), about]);
    }
    room.ui.table(&table, "there are no tools").map_err(told)?;
    room.ui.note(&format!("* {} has it; `aigw tool allow|deny|quota` decides who may call what", host.name));
    Ok(())
}

/// Calls one.
pub(super) async fn call(room: &Room, words: &str) -> Done {
    let (name, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let tools = all(room)?;
    let Some(tool) = tools.iter().find(|tool| tool.spec().name == name) else {
        return Err(format!("there is no tool `{name}`: /tools lists them"));
    };
    let rest = rest.trim();
    let arguments = if rest.starts_with('{') {
        rest.to_owned()
    } else {
        let pairs = shlex::split(rest).ok_or("a quote is not closed")?;
        from_pairs(&pairs, &tool.spec().parameters)?
    };
    let (gate, problem) = room.app.gate();
    if let Some(problem) = problem {
        room.ui.warn(&problem);
    }
    let toolbox =
        Toolbox::new(Arc::new(gate), Caller { agent: None, session: Some(room.session.id.clone()) }, tools);
    let turn = Uuid::now_v7().to_string();
    let call = ToolCall { id: turn.clone(), name: name.to_owned(), arguments, signature: None };
    let calls = TurnCalls::of(turn);
    match room.unless_stopped(toolbox.call(&call, &calls)).await {
        Some(made) => room.ui.line(made.map_err(told)?.text.trim_end()).map_err(told),
        None => Ok(()),
    }
}
