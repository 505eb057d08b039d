//! `aigw audit`: who was given which right, and when.

use clap::Args;

use super::{CommandError, Context, Output, json};
use crate::ui::Table;

/// Show who was given which right, and when
///
/// Keys of clients that were made, replaced and revoked, decisions about tools, projects that are trusted. The log is only
/// ever added to.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// The newest entries, at most so many
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

/// Runs the command.
pub fn run(args: &AuditArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    let entries = if app.ledger.path().exists() { app.ledger.audit(args.limit)? } else { Vec::new() };
    if context.global.output() != Output::Text {
        return json::list(&context.ui, context.global.output(), &entries);
    }
    let mut table = Table::new(["when", "what", "about", "detail"]);
    for entry in entries {
        table.row([
            entry.at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            entry.event,
            entry.about,
            entry.detail,
        ]);
    }
    Ok(context.ui.table(&table, "nothing was decided yet")?)
}
