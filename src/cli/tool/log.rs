//! `aigw tool log`.

use super::super::{CommandError, Context, Output, json};
use super::list::short;
use crate::app::App;
use crate::ui::Table;

/// Lists calls, the newest first.
pub(super) fn log(
    context: &Context,
    app: &App,
    name: Option<&str>,
    limit: usize,
) -> Result<(), CommandError> {
    let calls = app.ledger.calls(name, limit)?;
    let output = context.global.output();
    if output != Output::Text {
        return json::list(&context.ui, output, &calls);
    }
    let mut table = Table::new(["at (UTC)", "tool", "agent", "arguments", "state", "ms", "what"]).right([5]);
    for call in &calls {
        let at = call.at.strftime("%Y-%m-%d %H:%M:%S").to_string();
        let took = call.took_ms.map(|took| took.to_string()).unwrap_or_default();
        let what = call.text.as_deref().filter(|_| call.state != "done").unwrap_or_default();
        let what: String = what.lines().next().unwrap_or_default().chars().take(80).collect();
        let agent = call.agent.clone().unwrap_or_else(|| "-".to_owned());
        table.row([at, call.tool.clone(), agent, short(&call.arguments), call.state.clone(), took, what]);
    }
    Ok(context.ui.table(&table, "no tool was called yet")?)
}
