//! `aigw mcp tools`: what a server offers, and whether that is what was approved.

use clap::Args;

use super::add::Consent;
use super::{server, unkept, view};
use crate::cli::{CommandError, Context, Exit, Output, json};
use crate::tools::mcp::Approval;

/// Show the tools of a server, and whether they are those that you have approved
///
/// A server whose command you have not approved is not started without --approve.
#[derive(Debug, Args)]
pub(super) struct ToolsArgs {
    /// The server
    #[arg(value_name = "NAME")]
    name: String,

    /// Approve the server as it is now: its command and its tools
    #[arg(long)]
    approve: bool,

    /// Do not ask
    #[arg(short, long, requires = "approve")]
    yes: bool,
}

pub(super) async fn run(args: &ToolsArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    let set_up = server(context, &app, &args.name)?;
    let server =
        set_up.server.map_err(|what| CommandError::new(Exit::Config, format!("{}: {what}", args.name)))?;
    let approvals = app.mcp_approvals();
    let kept = approvals.find(&args.name).map_err(|error| unkept(&error))?;
    let known = kept.as_ref().filter(|approval| approval.is_for(&server));
    if known.is_none() && !args.approve {
        let text = context.global.output() == Output::Text;
        if text {
            context.ui.data(&view::target(&server))?;
        }
        let why =
            if kept.is_some() { "its command or address has changed" } else { "you have not approved it" };
        let refused = CommandError::new(Exit::Refused, format!("{} was not started: {why}", args.name))
            .hint(format!("`aigw mcp tools {} --approve` starts it, shows its tools and asks", args.name));
        return Err(refused.with_json(view::to_json(&server, None, None, &[])));
    }
    let consent = Consent { context, yes: args.yes, typed: known.is_some() };
    let look = consent.to_start(&server).await?;
    let changes = known.map(|approval| approval.changes(&server, &look.listing.tools)).unwrap_or_default();
    let approval = if args.approve {
        consent.to_use(&server, &look, &changes).await?;
        let approval = Approval::of(&server, &look.listing.tools, &look.protocol);
        approvals.approve(&args.name, approval.clone()).map_err(|error| unkept(&error))?;
        context.ui.note(&format!("{} is approved as it is", args.name));
        return show(context, &view::to_json(&server, Some(&look), Some(&approval), &[]), None);
    } else {
        kept
    };
    look.listing.left_out.iter().for_each(|line| context.ui.warn(line));
    for change in &changes {
        context.ui.warn(&format!("{change} since you approved it"));
    }
    if !changes.is_empty() {
        context.ui.hint(&format!("`aigw mcp tools {} --approve` approves it as it is now", args.name));
    }
    show(
        context,
        &view::to_json(&server, Some(&look), approval.as_ref(), &changes),
        Some(&view::offers(&server, &look)),
    )
}

fn show(context: &Context, report: &serde_json::Value, text: Option<&str>) -> Result<(), CommandError> {
    match context.global.output() {
        Output::Text => Ok(context.ui.data(text.unwrap_or_default())?),
        output => json::object(&context.ui, output, report),
    }
}
