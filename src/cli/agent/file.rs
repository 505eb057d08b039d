//! `aigw agent new`, `edit` and `rm`: agents' files.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::super::confirm::confirm;
use super::{AgentReport, CommandError, Context, find, report};
use crate::agents::{Agents, Definition, Origin, is_name, normal_name, read_file, write};
use crate::app::App;
use crate::app::text_editor::TextEditor;
use crate::cli::{Exit, Output, json};
use crate::config::{draft, project};
use crate::memory::Scope;

/// What somebody writes may take its time; Ctrl-C is the editor's own until then.
const EDITING: Duration = Duration::from_hours(24 * 7);

/// Write a file for a new agent, with a comment for everything that can be set
#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// What it is called: letters a-z, digits, `-` and `_`
    #[arg(value_name = "NAME")]
    name: String,

    /// What it is for; other agents go by it
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// A model, a provider or a route; the default route if none is named
    #[arg(long, value_name = "MODEL|ROUTE")]
    model: Option<String>,

    /// Begin with what this agent is
    #[arg(long, value_name = "AGENT")]
    from: Option<String>,

    /// Put it into the project's .aigw instead of your own directory
    #[arg(long)]
    project: bool,

    /// Open it in your editor
    #[arg(long)]
    edit: bool,
}

/// Writes a new agent.
pub(super) async fn new(
    args: &NewArgs,
    context: &Context,
    app: &App,
    agents: &Agents,
) -> Result<(), CommandError> {
    check_name(&args.name)?;
    let editor = if args.edit { Some(TextEditor::of(&context.env)?) } else { None };
    let (directory, origin) = if args.project {
        (in_project(app)?, Origin::Project)
    } else {
        (app.paths.agents_dir(), Origin::User)
    };
    let other = agents.definitions().iter().find(|agent| agent.name == args.name);
    if let Some(Definition { file: Some(file), .. }) = other.filter(|agent| agent.origin == origin) {
        return Err(exists(&args.name, file));
    }
    let file = directory.join(format!("{}.md", args.name));
    put(&args.name, &file, &write(&draft_of(args, agents)?))?;
    if let Some(other) = other {
        let (wins, loses) = if origin == Origin::User && other.origin == Origin::Project {
            ("the project's", "this one")
        } else {
            ("this one", other.origin.as_str())
        };
        context.ui.note(&format!("of two agents `{}`, {wins} counts, not {loses}", args.name));
    }
    if let Some(editor) = editor {
        open(context, &editor, &file).await?;
    }
    told_of_project(context, origin);
    match context.global.output() {
        Output::Text => Ok(context.ui.line(&file.display().to_string())?),
        output => {
            let (agent, _) = read_file(&file);
            let agent = agent.map(|agent| Definition { origin, ..agent });
            let report = agent
                .as_ref()
                .map(|agent| AgentReport { instructions: Some(&agent.instructions), ..report(agent) });
            json::object(&context.ui, output, &report)
        }
    }
}

/// What a new agent begins with.
fn draft_of(args: &NewArgs, agents: &Agents) -> Result<Definition, CommandError> {
    let mut agent = match &args.from {
        None => Definition {
            instructions: "Be brief and exact. Say what you do not know.".into(),
            ..Definition::new(&args.name)
        },
        Some(name) => {
            let from = find(agents, name)?;
            let mut agent = Definition { name: args.name.clone(), ..from.clone() };
            // What was its own becomes the new one's own.
            let own = |scope: &mut Scope| {
                if *scope == Scope::Agent(from.name.clone()) {
                    *scope = Scope::Agent(args.name.clone());
                }
            };
            agent.memory.read.iter_mut().for_each(own);
            agent.memory.write.iter_mut().for_each(own);
            agent
        }
    };
    if let Some(text) = &args.description {
        agent.description = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    if args.model.is_some() {
        agent.model.clone_from(&args.model);
    }
    Ok(agent)
}

fn check_name(name: &str) -> Result<(), CommandError> {
    if is_name(name) {
        return Ok(());
    }
    let message =
        format!("an agent cannot be called `{name}`: expected 1 to 64 of a-z, 0-9, `-`, `_`, first no sign");
    let error = CommandError::usage(message);
    Err(match normal_name(name) {
        Some(normal) => error.hint(format!("`{normal}` would do")),
        None => error,
    })
}

/// Where the agents of the project are that one is in; it is begun here if there is none.
fn in_project(app: &App) -> Result<PathBuf, CommandError> {
    let root = match &app.project {
        Some(project) => project.root.clone(),
        None => std::env::current_dir()
            .map_err(|error| CommandError::failed(format!("cannot tell where this is: {error}")))?,
    };
    let directory = root.join(project::DIRECTORY);
    if directory.is_symlink() {
        let message = format!("{}: it is a symbolic link, so it is never used", directory.display());
        return Err(CommandError::failed(message));
    }
    Ok(directory.join("agents"))
}

fn told_of_project(context: &Context, origin: Origin) {
    if origin == Origin::Project {
        context.ui.note("`aigw trust` has to be run before it is used");
    }
}

/// Puts a file where there is none.
fn put(name: &str, file: &Path, text: &str) -> Result<(), CommandError> {
    draft::put(file, text, false).map(drop).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(name, file),
        _ => CommandError::failed(format!("{}: cannot write it: {error}", file.display())),
    })
}

fn exists(name: &str, file: &Path) -> CommandError {
    CommandError::failed(format!("there is an agent `{name}` already: {}", file.display()))
        .hint(format!("`aigw agent edit {name}` changes it"))
}

/// Opens an agent's file in the editor.
pub(super) async fn edit(
    context: &Context,
    app: &App,
    agents: &Agents,
    name: &str,
) -> Result<(), CommandError> {
    let editor = TextEditor::of(&context.env)?;
    if let Some(file) = broken(app, name) {
        return open(context, &editor, &file).await;
    }
    let agent = find(agents, name)?;
    let Some(file) = &agent.file else {
        let text = Agents::built_in_text(&agent.name).unwrap_or_default();
        let file = app.paths.agents_dir().join(format!("{}.md", agent.name));
        put(&agent.name, &file, text)?;
        context.ui.note(&format!("`{}` is built in: {} is a copy of it", agent.name, file.display()));
        let opened = open(context, &editor, &file).await;
        // One that is as before would only keep newer ones of the program away.
        if std::fs::read_to_string(&file).is_ok_and(|now| now == text) && std::fs::remove_file(&file).is_ok()
        {
            context.ui.note("nothing was changed, so the copy is removed");
        }
        return opened;
    };
    open(context, &editor, file).await?;
    told_of_project(context, agent.origin);
    Ok(())
}

/// The user's file of that name, if it is there and no agent could be made of it.
fn broken(app: &App, name: &str) -> Option<PathBuf> {
    let file = app.paths.agents_dir().join(format!("{}.md", normal_name(name)?));
    (file.is_file() && read_file(&file).0.is_none()).then_some(file)
}

/// Opens a file in the editor, and looks at what came of it.
async fn open(context: &Context, editor: &TextEditor, file: &Path) -> Result<(), CommandError> {
    context.interrupt.allow(EDITING);
    editor.open(file).await?;
    let (_, problems) = read_file(file);
    let (wrong, warnings): (Vec<_>, Vec<_>) = problems.iter().partition(|problem| problem.fatal);
    for problem in warnings {
        context.ui.warn(&problem.to_string());
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(CommandError::new(Exit::Config, "the agent cannot be used as it is")
        .details(wrong.iter().map(ToString::to_string)))
}

/// Removes an agent's file.
pub(super) async fn remove(
    context: &Context,
    app: &App,
    agents: &Agents,
    name: &str,
    yes: bool,
) -> Result<(), CommandError> {
    let file = match broken(app, name) {
        Some(file) => file,
        None => {
            let agent = find(agents, name)?;
            match (&agent.file, agent.origin) {
                (Some(file), Origin::User) => file.clone(),
                (Some(file), _) => {
                    return Err(CommandError::failed(format!(
                        "`{}` is the project's, not yours: {}",
                        agent.name,
                        file.display()
                    )));
                }
                (None, _) => {
                    let message = format!("`{}` is built in and cannot be removed", agent.name);
                    return Err(CommandError::failed(message));
                }
            }
        }
    };
    confirm(context, &format!("Remove {}?", file.display()), yes).await?;
    std::fs::remove_file(&file)
        .map_err(|error| CommandError::failed(format!("{}: cannot remove it: {error}", file.display())))?;
    context.ui.note(&format!("removed {}", file.display()));
    Ok(())
}
