//! `aigw tool`: what models may call, who may call it, and calling it oneself.

mod decide;
mod list;
mod log;
mod run;
mod shown;

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::{CommandError, Context};
use crate::agents::{ASSISTANT, Definition, memory_tools};
use crate::app::App;
use crate::providers::client::Client;
use crate::tools::Tool;

/// List and call tools, and say who may call them.
///
/// Agents call the tools that their files name, as far as they are allowed: some without asking, some only after you were
/// asked. What you call yourself here needs no permission. Quotas hold for all calls, and every call is on record.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  aigw tool run weather '{\"city\": \"Paris\"}'
  aigw tool allow fetch_url --where 'url=https://docs.rs/*'
  aigw tool deny web_search --agent writer
  aigw tool quota news --per-day 50")]
pub struct ToolArgs {
    #[command(subcommand)]
    command: ToolCommand,
}

#[derive(Debug, Subcommand)]
enum ToolCommand {
    /// List the tools, and what may be done with them
    Ls,
    /// Show a tool: its arguments, what was decided about it, how often it was called
    Show {
        /// The tool
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Call a tool
    Run(run::RunArgs),
    /// Let a tool be called without asking
    Allow(decide::RuleArgs),
    /// Keep a tool from being called: models do not hear of it
    Deny(decide::RuleArgs),
    /// Be asked before a tool is called
    Ask(decide::RuleArgs),
    /// Forget what was decided about a tool
    Reset {
        /// The tool
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Say how often a tool may be called
    Quota(decide::QuotaArgs),
    /// List the newest calls, and those that were refused
    Log {
        /// Only of this tool
        #[arg(value_name = "NAME")]
        name: Option<String>,

        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
}

/// Runs the command.
pub async fn run(args: ToolArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    match args.command {
        ToolCommand::Ls => list::ls(context, &app, &all(context, &app)?),
        ToolCommand::Show { name } => list::show(context, &app, &all(context, &app)?, &name),
        ToolCommand::Run(args) => run::run(&args, context, &app).await,
        ToolCommand::Allow(args) => decide::rule(&args, crate::tools::Permission::Allow, context, &app),
        ToolCommand::Deny(args) => decide::rule(&args, crate::tools::Permission::Deny, context, &app),
        ToolCommand::Ask(args) => decide::rule(&args, crate::tools::Permission::Ask, context, &app),
        ToolCommand::Reset { name } => decide::reset(context, &app, &name),
        ToolCommand::Quota(args) => decide::quota(&args, context, &app),
        ToolCommand::Log { name, limit } => log::log(context, &app, name.as_deref(), limit),
    }
}

/// All tools.
fn all(context: &Context, app: &App) -> Result<Vec<Arc<dyn Tool>>, CommandError> {
    let client = Arc::new(Client::new()?);
    let mut tools = app.tools(&client)?;
    let meanings = Arc::new(app.no_meanings(&client));
    tools.extend(memory_tools::all(&meanings, &Definition::new(ASSISTANT), None));
    let (theirs, notes) = app.mcp().all();
    for note in notes {
        context.ui.warn(&note);
    }
    tools.extend(theirs);
    tools.sort_by_key(|tool| tool.spec().name);
    if tools.is_empty() {
        context.ui.note("there are no tools");
    }
    Ok(tools)
}

/// A tool by its name.
fn find<'a>(tools: &'a [Arc<dyn Tool>], name: &str) -> Result<&'a Arc<dyn Tool>, CommandError> {
    tools.iter().find(|tool| tool.spec().name == name).ok_or_else(|| {
        let names: Vec<String> = tools.iter().map(|tool| tool.spec().name).collect();
        CommandError::unknown("tool", name, names.iter().map(String::as_str), "`aigw tool ls` lists them")
    })
}

/// A file that was named instead of a text: `@FILE`.
fn file(text: &str) -> Option<PathBuf> {
    text.strip_prefix('@').map(PathBuf::from)
}
