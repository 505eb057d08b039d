//! A chain as a drawing.

use std::sync::Arc;

use serde_json::json;

use super::{find, plan, wrong};
use crate::chains::graph;
use crate::cli::{CommandError, Context, Output, json};
use crate::providers::client::Client;

/// Draws a chain.
pub(super) fn graph(context: &Context, name: &str, mermaid: bool) -> Result<(), CommandError> {
    let app = context.app()?;
    let client = Arc::new(Client::new()?);
    let plan =
        plan(&app, &client, find(&app.chains(), name)?, &[]).map_err(|problems| wrong(name, &problems))?;
    if context.global.output() != Output::Text {
        let levels = plan.levels();
        let steps: Vec<_> = plan
            .definition
            .steps
            .iter()
            .enumerate()
            .map(|(step, written)| {
                let waits: Vec<&str> = plan.nodes[step].waits.iter().map(|&wait| plan.id(wait)).collect();
                json!({"id": written.id.value, "kind": written.kind.as_str(), "who": written.kind.who(), "after": waits, "level": levels[step] + 1})
            })
            .collect();
        return json::list(&context.ui, context.global.output(), &steps);
    }
    let text = if mermaid { graph::mermaid(&plan) } else { graph::text(&plan) };
    Ok(context.ui.data(&text)?)
}
