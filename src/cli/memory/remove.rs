//! `aigw memory rm`: forgetting for good.

use std::io::{IsTerminal, stdin};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::super::{CommandError, Context, Exit, Output, json};
use super::filter::whole;
use super::{FilterArgs, counted, find};
use crate::app::App;
use crate::memory::Filter;
use crate::ui::ask;

/// Forget entries for good, with their history.
///
/// Entries are named, or meant by what they have in common. On a terminal you are asked first; elsewhere only what is
/// named goes without --yes. In a memory of more than 10,000 entries single words of them stay in the search index until
/// `aigw memory gc`.
#[derive(Debug, Args)]
pub(super) struct RemoveArgs {
    #[arg(value_name = "KEY|ID")]
    names: Vec<String>,

    #[command(flatten)]
    filter: FilterArgs,

    /// All pieces of this document
    #[arg(long, value_name = "PATH", conflicts_with = "names")]
    source: Option<PathBuf>,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

pub(super) async fn remove(args: &RemoveArgs, context: &Context, app: &App) -> Result<(), CommandError> {
    let filter = args.filter.filter(app)?;
    if args.names.is_empty() {
        return by_filter(args, filter, context, app).await;
    }
    if args.filter.is_more_than_scope() {
        return Err(CommandError::usage("either name entries, or say what they have in common"));
    }
    // All of them are known before the first one goes.
    let mut ids = Vec::new();
    for name in &args.names {
        ids.push(find(app, name, filter.scope.as_ref())?.id);
    }
    ids.sort();
    ids.dedup();
    if !args.yes && asks(context) {
        agreed(&question(ids.len() as u64), context).await?;
    }
    say(context, app.memory.forget(ids)?)
}

async fn by_filter(
    args: &RemoveArgs,
    mut filter: Filter,
    context: &Context,
    app: &App,
) -> Result<(), CommandError> {
    if let Some(path) = &args.source {
        filter.source = Some(source(path, app)?);
    } else if !args.filter.is_some() {
        return Err(CommandError::usage("say which entries: by name, or by --scope, --tag, --kind, …")
            .hint("`aigw memory ls` lists them"));
    }
    let count = app.memory.count(&filter)?;
    if count > 0 && !args.yes {
        let is_named = args.source.is_some();
        if asks(context) {
            agreed(&question(count), context).await?;
        } else if !is_named {
            return Err(not_without_yes(count));
        }
    }
    say(context, if count > 0 { app.memory.forget_all(filter)? } else { 0 })
}

/// A document as it was remembered: its file may be gone, with the folder that it was in.
fn source(path: &std::path::Path, app: &App) -> Result<String, CommandError> {
    let (known, typed) = (app.memory.sources(usize::MAX)?, path.to_string_lossy().into_owned());
    for name in [whole(path)?, std::path::absolute(path)?.to_string_lossy().into_owned(), typed.clone()] {
        if known.contains(&name) {
            return Ok(name);
        }
    }
    let known = known.iter().map(String::as_str);
    Err(CommandError::unknown(
        "document",
        &typed,
        known,
        "`aigw memory ls --kind document --json` shows them",
    ))
}

fn question(count: u64) -> String {
    format!("Forget {} for good? [y/N] ", counted(count, "entry", "entries"))
}

/// Whether there is somebody to ask.
pub(super) fn asks(context: &Context) -> bool {
    stdin().is_terminal() && context.ui.stderr_is_terminal
}

pub(super) fn not_without_yes(count: u64) -> CommandError {
    let what = counted(count, "entry is not forgotten", "entries are not forgotten");
    CommandError::new(Exit::Refused, format!("{what} without --yes")).hint("`aigw memory ls` shows which")
}

/// Goes on only if whoever is at the terminal says yes.
pub(super) async fn agreed(question: &str, context: &Context) -> Result<(), CommandError> {
    let asked = async {
        let answer = ask::line(question).await;
        answer.map_err(|error| CommandError::failed(format!("cannot read the answer: {error}")))
    };
    let answer = context.interrupt.unless(asked).await?.unwrap_or_default();
    if ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
        return Ok(());
    }
    Err(CommandError::new(Exit::Refused, "nothing was forgotten"))
}

fn say(context: &Context, count: u64) -> Result<(), CommandError> {
    let output = context.global.output();
    if output != Output::Text {
        return json::object(&context.ui, output, &json!({"forgotten": count}));
    }
    context.ui.note(&match count {
        0 => "there is no such entry".to_owned(),
        _ => format!("{} forgotten", counted(count, "entry is", "entries are")),
    });
    Ok(())
}
