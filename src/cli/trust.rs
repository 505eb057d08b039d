//! `aigw trust`: which projects may bring settings and agents of their own.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::confirm::confirm;
use super::{CommandError, Context, Exit, Output, json};
use crate::agents::{Agents, Shelf};
use crate::app::{AppError, Redirect, Standing, redirects};
use crate::config::{Paths, Project, project};
use crate::ledger::{Ledger, Trust};
use crate::ui::Table;

/// Let a project's own settings, agents and chains be used.
///
/// A project may carry a directory .aigw with a config.toml, agents/*.md and chains/*.toml, which go before your own while you work in
/// it. They could send your requests elsewhere or run commands, so they are not used until you have said so here, and not
/// any more when something in them has changed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  aigw trust            shows what the project's .aigw would do, and asks
  aigw trust --list     all projects that you trust")]
pub struct TrustArgs {
    /// The project's directory; if none is named, the nearest one with an .aigw, from here upward
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,

    /// List the projects that you trust
    #[arg(long, conflicts_with_all = ["directory", "yes", "revoke"])]
    list: bool,

    /// Trust the project no more
    #[arg(long, conflicts_with = "yes")]
    revoke: bool,
}

/// Runs the command.
pub async fn run(args: &TrustArgs, context: &Context) -> Result<(), CommandError> {
    let paths = Paths::find(&context.env, context.global.config.clone()).map_err(AppError::from)?;
    let ledger = Ledger::new(&paths.data_dir);
    if args.list {
        return list(context, &ledger);
    }
    let root = root(args.directory.as_deref(), &paths)?;
    if args.revoke {
        return revoke(context, &ledger, &root);
    }
    let project = Project::read(&root).map_err(|error| {
        CommandError::failed(error.to_string()).hint("such a directory is never used, trusted or not")
    })?;
    let view = View::of(&project)?;
    let output = context.global.output();
    if matches!(Standing::of(&root, &ledger), Standing::Trusted(_)) {
        context.ui.note(&format!("{} is trusted as it is", root.display()));
    } else {
        if output == Output::Text {
            context.ui.data(&view.text())?;
        }
        view.problems.iter().for_each(|problem| context.ui.warn(problem));
        let question = format!("Trust {}?", root.display());
        let asked = confirm(context, &question, args.yes).await;
        asked.map_err(|refused| refused.with_json(view.json(false)))?;
        ledger.trust(&root.to_string_lossy(), &project.digest)?;
        context.ui.note(&format!("{} is trusted, until something in its .aigw changes", root.display()));
    }
    match output {
        Output::Text => Ok(()),
        _ => json::object(&context.ui, output, &view.json(true)),
    }
}

/// The project's directory. It may be gone already: then it is as it was named.
fn root(directory: Option<&Path>, paths: &Paths) -> Result<PathBuf, CommandError> {
    let Some(directory) = directory else {
        return paths.project.clone().ok_or_else(|| {
            CommandError::new(Exit::NotFound, "there is no .aigw here or in a directory above")
                .hint("`aigw agent new NAME --project` begins one")
        });
    };
    // Whoever names the .aigw means what it is in.
    let directory = match directory.file_name() {
        Some(name) if name == project::DIRECTORY => directory.parent().unwrap_or(Path::new("")),
        _ => directory,
    };
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    directory.canonicalize().or_else(|error| {
        let here = std::path::absolute(directory).ok().filter(|path| !path.exists());
        here.ok_or_else(|| CommandError::failed(format!("{}: cannot read it: {error}", directory.display())))
    })
}

fn revoke(context: &Context, ledger: &Ledger, root: &Path) -> Result<(), CommandError> {
    context.ui.note(&if ledger.distrust(&root.to_string_lossy())? {
        format!("{} is not trusted any more", root.display())
    } else {
        format!("{} was not trusted", root.display())
    });
    Ok(())
}

fn list(context: &Context, ledger: &Ledger) -> Result<(), CommandError> {
    let state = |trust: &Trust| match Standing::of(Path::new(&trust.project), ledger) {
        Standing::Trusted(_) => "trusted",
        Standing::Changed => "changed",
        Standing::Untrusted | Standing::Unreadable(_) | Standing::Unknown(_) => "unreadable",
    };
    let trusted = ledger.trusted()?;
    let output = context.global.output();
    if output != Output::Text {
        let row = |trust: &Trust| json!({"project": trust.project, "state": state(trust), "trusted_at": trust.at.to_string()});
        return json::list(&context.ui, output, &trusted.iter().map(row).collect::<Vec<_>>());
    }
    let mut table = Table::new(["project", "state", "trusted"]);
    for trust in &trusted {
        let at = trust.at.strftime("%Y-%m-%d %H:%M").to_string();
        table.row([trust.project.clone(), state(trust).to_owned(), at]);
    }
    Ok(context.ui.table(&table, "no project is trusted")?)
}

/// What a project would do.
struct View<'a> {
    project: &'a Project,
    redirects: Vec<Redirect>,
    sets: Vec<String>,
    agents: Vec<String>,
    chains: Vec<String>,
    problems: Vec<String>,
}

impl<'a> View<'a> {
    fn of(project: &'a Project) -> Result<Self, CommandError> {
        let (redirects, sets) = redirects(project)?;
        let directory = project.directory().join("agents");
        let agents = Agents::new(vec![Shelf::of_project(directory, project.files_in("agents"))]);
        let named = agents.definitions().iter().filter(|agent| agent.file.is_some());
        Ok(Self {
            project,
            redirects,
            sets,
            agents: named.map(|agent| agent.name.clone()).collect(),
            chains: project
                .files_in("chains")
                .into_iter()
                .filter_map(|(name, _)| Some(name.strip_suffix(".toml")?.to_owned()))
                .collect(),
            problems: agents.problems().iter().map(ToString::to_string).collect(),
        })
    }

    fn text(&self) -> String {
        let mut text = format!("{} holds:\n", self.project.directory().display());
        let mut line = |line: String| {
            // Writing to a String cannot fail.
            let _infallible = writeln!(text, "  {line}");
        };
        for (name, bytes) in &self.project.files {
            line(format!("{name}  ({} bytes)", bytes.len()));
        }
        if self.project.files.is_empty() {
            line("nothing".into());
        }
        for redirect in &self.redirects {
            let at = redirect.line.map(|line| format!("  (config.toml:{line})")).unwrap_or_default();
            line(format!("! {} = {}{at}", redirect.key, redirect.value));
        }
        if !self.redirects.is_empty() {
            text.push_str("Lines with ! say where requests and keys go, or what is run.\n");
        }
        if !self.sets.is_empty() {
            let _infallible = writeln!(text, "It also sets {}.", self.sets.join(", "));
        }
        if !self.agents.is_empty() {
            let _infallible = writeln!(text, "Its agents go before yours: {}.", self.agents.join(", "));
        }
        if !self.chains.is_empty() {
            let _infallible = writeln!(text, "So do its chains: {}.", self.chains.join(", "));
        }
        text
    }

    fn json(&self, trusted: bool) -> Value {
        let file = |(name, bytes): &(String, Vec<u8>)| json!({"name": name, "bytes": bytes.len()});
        let redirect = |it: &Redirect| json!({"key": it.key, "value": it.value, "line": it.line});
        json!({
            "project": self.project.root,
            "trusted": trusted,
            "files": self.project.files.iter().map(file).collect::<Vec<_>>(),
            "redirects": self.redirects.iter().map(redirect).collect::<Vec<_>>(),
            "sets": self.sets,
            "agents": self.agents,
            "chains": self.chains,
            "problems": self.problems,
        })
    }
}
