//! `aigw memory`: what all agents remember.

mod documents;
mod embed;
mod filter;
mod remove;
mod search;
mod show;
mod snippet;
mod stats;
mod transfer;
mod write;

use clap::{Args, Subcommand};

use self::filter::{FilterArgs, ScopeArg};
use super::{CommandError, Context, Exit};
use crate::app::App;
use crate::memory::{Entry, Found, Scope};

/// Show and change what all agents remember.
///
/// An entry is named by its id, the beginning of its id, or its key. What is written is for everybody unless --scope says
/// otherwise; you see what is in all scopes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  aigw memory add the staging server is down on Sundays --tag ops
  git log -5 | aigw memory add what was done last week: -
  aigw memory add --file docs/ --file notes.pdf --tag manual
  aigw memory set editor helix
  aigw memory get editor
  aigw memory ls --kind fact --since 7d
  aigw memory search staging server
  aigw memory rm --tag ops --yes
  aigw memory export > memory.jsonl

Exit codes: 0 done, 1 failed, 2 wrong command line, 4 no provider made vectors, 5 not done without --yes, 6 no such entry.")]
pub struct MemoryArgs {
    #[command(subcommand)]
    command: MemoryCommand,
}

impl MemoryArgs {
    /// Those that list the newest entries.
    pub(super) fn list() -> Self {
        Self { command: MemoryCommand::Ls(show::ListArgs::newest()) }
    }
}

#[derive(Debug, Subcommand)]
enum MemoryCommand {
    /// List the newest entries
    Ls(show::ListArgs),
    /// Print what an entry says
    Get(show::GetArgs),
    Set(write::SetArgs),
    Add(write::AddArgs),
    Rm(remove::RemoveArgs),
    Search(search::SearchArgs),
    Embed(embed::EmbedArgs),
    /// Show how much is remembered, and of what
    Stats,
    Export(transfer::ExportArgs),
    Import(transfer::ImportArgs),
    Gc(stats::TidyArgs),
}

/// Runs the command.
pub async fn run(args: MemoryArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    match args.command {
        MemoryCommand::Ls(args) => show::list(&args, context, &app),
        MemoryCommand::Get(args) => show::get(&args, context, &app),
        MemoryCommand::Set(args) => write::set(args, context, &app).await,
        MemoryCommand::Add(args) => write::add(args, context, &app).await,
        MemoryCommand::Rm(args) => remove::remove(&args, context, &app).await,
        MemoryCommand::Search(args) => search::search(&args, context, &app).await,
        MemoryCommand::Embed(args) => embed::embed(&args, context, &app).await,
        MemoryCommand::Stats => stats::show(context, &app),
        MemoryCommand::Export(args) => transfer::export(&args, context, &app),
        MemoryCommand::Import(args) => transfer::import(&args, context, &app).await,
        MemoryCommand::Gc(args) => stats::tidy(&args, context, &app).await,
    }
}

/// An entry by its id, the beginning of it, or its key.
fn find(app: &App, name: &str, scope: Option<&Scope>) -> Result<Entry, CommandError> {
    match app.memory.get(name, scope)? {
        Found::One(entry) => Ok(entry),
        Found::Several(some) => {
            let lines = some.iter().map(|entry| {
                let text = shortened(&entry.draft.content, 50);
                format!("{}  {}  {text}", entry.id, entry.draft.scope)
            });
            Err(CommandError::new(Exit::NotFound, format!("`{name}` is the name of several entries"))
                .details(lines)
                .hint("name one by its id, or the scope of a key by --scope"))
        }
        Found::None => {
            let keys = app.memory.keys(1000)?;
            let keys = keys.iter().map(String::as_str);
            Err(CommandError::unknown("entry", name, keys, "`aigw memory ls` lists the newest"))
        }
    }
}

/// A text as one line of so many columns.
fn shortened(text: &str, columns: usize) -> String {
    // Far more than any line shows; the rest need not be looked at.
    let head: String = text.chars().take(columns * 4).collect();
    let line = crate::ui::safe(&head).split_whitespace().collect::<Vec<_>>().join(" ");
    console::truncate_str(&line, columns, "…").into_owned()
}

fn counted(count: u64, one: &str, several: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {several}") }
}
