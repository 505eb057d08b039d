//! `aigw mcp ls`: which servers there are, and how they stand.

use clap::Args;
use futures_util::future::join_all;
use serde_json::json;

use super::{servers, unkept};
use crate::app::mcp::McpServer;
use crate::cli::{CommandError, Context, Output, json};
use crate::tools::mcp::{Approval, Look, Server};
use crate::ui::Table;

/// Digits of a pin that tell it from others.
const SHOWN: usize = 12;

/// List all servers, and how they stand
///
/// Nothing is started, unless --check is given: then every approved server is reached, and says what it is.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Reach every approved server and say how it is
    #[arg(long)]
    check: bool,
}

/// A server and how it stands.
struct Row {
    server: McpServer,
    state: &'static str,
    why: Option<String>,
    approval: Option<Approval>,
}

pub(super) async fn run(args: &ListArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    let approved = app.mcp_approvals().read().map_err(|error| unkept(&error))?;
    let rows = servers(context, &app).into_iter().map(|server| {
        let approval = approved.get(&server.name).cloned();
        Row::of(server, approval)
    });
    let mut rows: Vec<Row> = rows.collect();
    if args.check {
        let _spinner = context.ui.spinner("reaching servers");
        let checking = async { Ok(join_all(rows.iter_mut().map(Row::check)).await) };
        context.interrupt.unless(checking).await?;
    }
    let output = context.global.output();
    if output != Output::Text {
        let rows: Vec<_> = rows.iter().map(Row::to_json).collect();
        return json::list(&context.ui, output, &rows);
    }
    let mut table = Table::new(["name", "state", "transport", "tools", "pin", "target"]).right([3]);
    for row in &rows {
        let server = row.server.server.as_ref().ok();
        table.row([
            row.server.name.clone(),
            row.state.to_owned(),
            server.map_or("-", Server::transport).to_owned(),
            row.approval.as_ref().map_or_else(|| "-".into(), |approval| approval.tools.len().to_string()),
            row.approval.as_ref().map_or("-", |approval| &approval.digest[..SHOWN]).to_owned(),
            server.map_or_else(|| "-".into(), Server::target),
        ]);
    }
    context.ui.table(&table, "no MCP server is set up; `aigw mcp add` adds one")?;
    for row in &rows {
        if let Some(why) = &row.why {
            context.ui.warn(&format!("{}: {why}", row.server.name));
        }
    }
    Ok(())
}

impl Row {
    fn of(server: McpServer, approval: Option<Approval>) -> Self {
        let (state, why) = match (&server.server, &approval) {
            _ if !server.is_on() => ("off", None),
            (Err(what), _) => ("unusable", Some(what.clone())),
            (Ok(_), None) => ("not approved", None),
            (Ok(reached), Some(approval)) if !approval.is_for(reached) => {
                ("changed", Some("its command or address is not the one that you approved".to_owned()))
            }
            (Ok(_), Some(_)) => ("approved", None),
        };
        Self { server, state, why, approval }
    }

    /// Reaches it, if it may be started.
    async fn check(&mut self) {
        let (Ok(server), Some(approval), "approved") = (&self.server.server, &self.approval, self.state)
        else {
            return;
        };
        (self.state, self.why) = match Look::at(server, server.start_timeout).await {
            Err(why) => ("down", Some(why)),
            Ok(look) => match approval.changes(server, &look.listing.tools) {
                changes if changes.is_empty() => ("up", None),
                changes => ("changed", Some(format!("its tools are others now: {}", changes.join(", ")))),
            },
        };
    }

    fn to_json(&self) -> serde_json::Value {
        let server = self.server.server.as_ref().ok();
        json!({
            "name": self.server.name,
            "state": self.state,
            "why": self.why,
            "transport": server.map(Server::transport),
            "target": server.map(Server::target),
            "tools": self.approval.as_ref().map(|approval| approval.tools.len()),
            "pin": self.approval.as_ref().map(|approval| approval.digest.as_str()),
            "file": self.server.file,
        })
    }
}
