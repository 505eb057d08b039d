//! `aigw session`: conversations, as they are kept.

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use serde_json::{Value, json};

use super::chat::check_name;
use super::{CommandError, Context, Exit, Output, json};
use crate::app::{App, transcript};
use crate::memory::Found;
use crate::memory::session::{Session, Turn};
use crate::ui::Table;

/// List, show and change conversations.
///
/// Every `aigw chat` is kept as a session. A session is named by its name, its id, or the beginning of its id.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  aigw chat -s tea why is tea green      a session called tea
  aigw chat -s tea and why black         goes on in it
  aigw session fork tea --turns 1        a copy of it, as it was after the first answer
  aigw session export tea > tea.md")]
pub struct SessionArgs {
    #[command(subcommand)]
    command: SessionCommand,
}

#[derive(Debug, Subcommand)]
enum SessionCommand {
    /// List the newest sessions
    Ls {
        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
    /// Show what was said in a session, and who answered
    Show {
        #[arg(value_name = "SESSION")]
        session: String,
    },
    /// Give a session a name, or another one
    Rename {
        #[arg(value_name = "SESSION")]
        session: String,
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Copy a session, to go on in two ways; the copy takes no room
    Fork {
        #[arg(value_name = "SESSION")]
        session: String,
        /// What the copy is called
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// Only the first turns
        #[arg(long, value_name = "N")]
        turns: Option<usize>,
    },
    /// Print a session whole, as Markdown or JSON
    Export {
        #[arg(value_name = "SESSION")]
        session: String,
        /// In which form; --json is JSON as well
        #[arg(long, value_enum, default_value_t = Form::Markdown)]
        format: Form,
    },
    /// Forget sessions: what was said only there is gone
    Rm {
        #[arg(value_name = "SESSION", required = true)]
        sessions: Vec<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Markdown,
    Json,
}

/// A session as JSON. The shape is an interface.
#[derive(Debug, Serialize)]
struct SessionReport<'a> {
    id: &'a str,
    name: Option<&'a str>,
    title: &'a str,
    agent: Option<&'a str>,
    models: &'a [String],
    system: Option<&'a str>,
    forked_from: Option<&'a str>,
    turns: u64,
    created: String,
    updated: String,
}

/// Runs the command.
pub fn run(args: &SessionArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    match &args.command {
        SessionCommand::Ls { limit } => list(context, &app, *limit),
        SessionCommand::Show { session } => show(context, &app, session),
        SessionCommand::Rename { session, name } => rename(context, &app, session, name),
        SessionCommand::Fork { session, name, turns } => fork(context, &app, session, name.clone(), *turns),
        SessionCommand::Export { session, format } => export(context, &app, session, *format),
        SessionCommand::Rm { sessions } => remove(context, &app, sessions),
    }
}

fn list(context: &Context, app: &App, limit: usize) -> Result<(), CommandError> {
    let sessions = if app.memory.path().exists() { app.memory.sessions(limit)? } else { Vec::new() };
    if context.global.output() != Output::Text {
        let reports: Vec<_> = sessions.iter().map(report).collect();
        return json::list(&context.ui, context.global.output(), &reports);
    }
    let mut table = Table::new(["id", "name", "turns", "updated", "agent", "title"]).right([2]);
    for session in &sessions {
        table.row([
            session.id.clone(),
            session.name.clone().unwrap_or_default(),
            session.turns.to_string(),
            session.updated.strftime("%Y-%m-%d %H:%M").to_string(),
            session.agent.clone().unwrap_or_default(),
            session.title.clone(),
        ]);
    }
    Ok(context.ui.table(&table, "there are no sessions yet: `aigw chat` begins one")?)
}

fn report(session: &Session) -> SessionReport<'_> {
    SessionReport {
        id: &session.id,
        name: session.name.as_deref(),
        title: &session.title,
        agent: session.agent.as_deref(),
        models: &session.models,
        system: session.system.as_deref(),
        forked_from: session.forked_from.as_deref(),
        turns: session.turns,
        created: session.created.to_string(),
        updated: session.updated.to_string(),
    }
}

fn show(context: &Context, app: &App, name: &str) -> Result<(), CommandError> {
    let session = find(app, name)?;
    let turns = app.memory.turns(&session)?;
    let output = context.global.output();
    if output != Output::Text {
        return json::object(&context.ui, output, &whole(&session, &turns));
    }
    Ok(context.ui.data(&transcript::plain(&session, &turns))?)
}

/// A session with its turns as JSON. The shape is an interface.
fn whole(session: &Session, turns: &[Turn]) -> Value {
    let mut value = serde_json::to_value(report(session)).unwrap_or_else(|_| json!({}));
    value["turns"] = turns.iter().map(transcript::turn_json).collect();
    value
}

fn export(context: &Context, app: &App, name: &str, form: Form) -> Result<(), CommandError> {
    let session = find(app, name)?;
    let turns = app.memory.turns(&session)?;
    let output = context.global.output();
    if output != Output::Text || form == Form::Json {
        return json::object(&context.ui, output, &whole(&session, &turns));
    }
    Ok(context.ui.data(&transcript::markdown(&session, &turns))?)
}

fn rename(context: &Context, app: &App, of: &str, name: &str) -> Result<(), CommandError> {
    check_name(name)?;
    let session = find(app, of)?;
    if !app.memory.rename_session(&session, name)? {
        return Err(taken(name));
    }
    context.ui.note(&format!("the session {} is called {name} now", session.id));
    Ok(())
}

fn taken(name: &str) -> CommandError {
    CommandError::failed(format!("another session is called `{name}`"))
        .hint(format!("`aigw session rename {name} OTHER` gives that one another name"))
}

fn fork(
    context: &Context,
    app: &App,
    of: &str,
    name: Option<String>,
    turns: Option<usize>,
) -> Result<(), CommandError> {
    let session = find(app, of)?;
    if let Some(name) = &name {
        check_name(name)?;
        if let Found::One(other) = app.memory.session(name)?
            && other.name.as_ref() == Some(name)
        {
            return Err(taken(name));
        }
    }
    let fork = app.memory.fork_session(&session, name, turns)?;
    let output = context.global.output();
    if output != Output::Text {
        return json::object(&context.ui, output, &serde_json::to_value(report(&fork)).unwrap_or_default());
    }
    Ok(context.ui.line(fork.label())?)
}

fn remove(context: &Context, app: &App, names: &[String]) -> Result<(), CommandError> {
    // All of them are known before the first one goes.
    let sessions: Result<Vec<_>, _> = names.iter().map(|name| find(app, name)).collect();
    for session in sessions? {
        app.memory.remove_session(&session)?;
        context.ui.note(&format!("the session {} is forgotten", session.label()));
    }
    Ok(())
}

/// A session by its name, its id or the beginning of its id.
fn find(app: &App, name: &str) -> Result<Session, CommandError> {
    let found = if app.memory.path().exists() { app.memory.session(name)? } else { Found::None };
    match found {
        Found::One(session) => Ok(session),
        Found::Several(some) => {
            let some = some.iter().map(|session| format!("{}  {}", session.id, session.title));
            Err(CommandError::new(Exit::NotFound, format!("several sessions begin with `{name}`"))
                .details(some))
        }
        Found::None => {
            let known = if app.memory.path().exists() { app.memory.sessions(500)? } else { Vec::new() };
            let names = known.iter().filter_map(|session| session.name.as_deref());
            Err(CommandError::unknown("session", name, names, "`aigw session ls` lists them"))
        }
    }
}
