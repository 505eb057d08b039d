//! `aigw chain`: agents, tools and people wired into a graph.

mod check;
mod draw;
mod execute;
mod forecast;
mod given;
mod person;
mod resume;
mod run;
mod show;
mod watch;

use std::path::Path;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::{CommandError, Context, Exit};
use crate::app::App;
use crate::app::chains::Known;
use crate::chains::{self, Chains, Definition, Found, Plan, Problem};
use crate::config::Span;
use crate::providers::client::Client;

/// Run agents, tools and people as a graph, and go on with runs that were stopped.
///
/// A chain is a TOML file with steps; `aigw chain ls` lists those that there are, your own stand in the directory `chains`
/// beside the configuration file. What can run at once does. A run that was killed goes on with `aigw chain resume` and
/// does nothing twice.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  aigw chain ls
  aigw chain run research-brief the history of tea
  git diff main | aigw chain run code-review
  aigw chain run summarize-files notes/*.md --input question='what was decided?'
  aigw chain run -a researcher -a writer -a critic the history of tea
  aigw chain run debate 'should cities ban cars?' --plan
  aigw chain show RUN
  aigw chain resume RUN

Exit codes: 0 done, 1 failed, 2 wrong command line, 3 wrong chain or configuration, 4 nobody answered,
5 not allowed, out of budget, or somebody has to answer first, 6 no such chain or run, 130 interrupted.")]
pub struct ChainArgs {
    #[command(subcommand)]
    command: ChainCommand,
}

#[derive(Debug, Subcommand)]
enum ChainCommand {
    /// List all chains, and where they come from
    Ls,
    /// Check chains: every mistake with its file and line, before anything is asked
    Validate {
        /// Chains or files; all of your own if none is named
        #[arg(value_name = "CHAIN|FILE")]
        names: Vec<String>,
    },
    /// Draw a chain: what comes after what
    Graph {
        /// The chain or its file
        #[arg(value_name = "CHAIN|FILE")]
        name: String,
        /// As a Mermaid flowchart
        #[arg(long)]
        mermaid: bool,
    },
    Run(Box<run::RunArgs>),
    Resume(Box<resume::ResumeArgs>),
    /// List the newest runs
    Runs {
        /// Only those of this chain
        #[arg(value_name = "CHAIN")]
        chain: Option<String>,
        /// How many at most
        #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
        limit: usize,
    },
    /// Show a run: who did what, how long it took, what it cost
    Show {
        /// The run; the first characters of its id are enough
        #[arg(value_name = "RUN")]
        run: String,
        /// Show what each step was asked and what it gave as well
        #[arg(long)]
        full: bool,
    },
}

/// What both a run and its resumption can be told.
#[derive(Debug, Args)]
struct Terms {
    /// Answer nothing from results that are there
    #[arg(long)]
    no_cache: bool,

    /// How long all of it may take, such as 30s or 10m
    #[arg(long, value_name = "DUR", value_parser = Span::read_some)]
    timeout: Option<Span>,

    /// The tokens that all of it may use
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_tokens: Option<u64>,

    /// What all of it may cost in USD
    #[arg(long, value_name = "USD", value_parser = money)]
    max_cost: Option<f64>,

    /// Let this tool be called, which would have to be asked for
    #[arg(long, value_name = "NAME")]
    allow_tool: Vec<String>,

    /// Let the tools that steps of the chain name be called without asking
    #[arg(short, long)]
    yes: bool,

    /// What a step that asks a person is answered
    #[arg(long, value_name = "STEP=TEXT", value_parser = pair)]
    answer: Vec<(String, String)>,
}

fn money(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|money: &f64| money.is_finite() && *money > 0.0)
        .ok_or("expected a sum above 0".into())
}

/// `NAME=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("`{text}` has no `=`"))?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

/// Runs the command.
pub async fn run(args: ChainArgs, context: &Context) -> Result<(), CommandError> {
    match args.command {
        ChainCommand::Ls => check::list(context),
        ChainCommand::Validate { names } => check::validate(context, &names),
        ChainCommand::Graph { name, mermaid } => draw::graph(context, &name, mermaid),
        ChainCommand::Run(args) => Box::pin(run::run(*args, context)).await,
        ChainCommand::Resume(args) => Box::pin(resume::run(*args, context)).await,
        ChainCommand::Runs { chain, limit } => show::runs(context, chain.as_deref(), limit),
        ChainCommand::Show { run, full } => show::show(context, &run, full),
    }
}

/// A chain by its name or its file.
fn find(chains: &Chains, name: &str) -> Result<Found, CommandError> {
    let is_file =
        Path::new(name).extension().is_some_and(|extension| extension == "toml") || name.contains('/');
    if is_file {
        let path = Path::new(name);
        if !path.exists() {
            return Err(CommandError::new(Exit::NotFound, format!("there is no file {name}")));
        }
        return Ok(chains::read_file(path));
    }
    chains.find(name).ok_or_else(|| {
        let names = chains.names();
        CommandError::unknown("chain", name, names.iter().map(String::as_str), "`aigw chain ls` lists them")
    })
}

/// The plan of a chain.
fn plan(
    app: &App,
    client: &Arc<Client>,
    found: Found,
    before: &[(String, Arc<Definition>)],
) -> Result<Plan, Vec<Problem>> {
    let (agents, chains) = (app.agents(), app.chains());
    let world = Known { app, agents: &agents, chains: &chains, before, client };
    if found.problems.is_empty() {
        return chains::check(found.definition, &world);
    }
    // The rest of what a check finds may follow from what could not be read.
    let mut problems = found.problems;
    problems.extend(chains::strangers(&found.definition, &world));
    problems.sort_by_key(|problem| problem.position);
    Err(problems)
}

/// A chain that is wrong, as a failure of the command: a line for each mistake.
fn wrong(name: &str, problems: &[Problem]) -> CommandError {
    match problems {
        [one] => CommandError::new(Exit::Config, one.to_string()),
        all => {
            CommandError::new(Exit::Config, format!("the chain `{name}` is wrong in {} places", all.len()))
                .details(all.iter().map(Problem::to_string))
        }
    }
}
