//! `aigw agent`: who may answer.

mod file;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{CommandError, Context, Output, json};
use crate::agents::{Agents, Definition, Origin};
use crate::app::App;
use crate::memory::Scope;
use crate::ui::Table;

/// The longest description in a list.
const DESCRIPTION: usize = 60;
/// The longest list of tools in a list.
const TOOLS: usize = 40;

/// List, show, write and change agents.
///
/// An agent is a Markdown file with front matter, as other coding agents have them; such files can be put into the
/// directory that `aigw agent path` names as they are. A file named as a built-in agent takes its place.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  aigw agent new reviewer --from critic --description 'Reviews changes' --edit
  aigw agent edit writer           a copy of the built-in one, to change it
  aigw chat -a reviewer -f change.diff")]
pub struct AgentArgs {
    #[command(subcommand)]
    command: AgentCommand,
}

#[derive(Debug, Subcommand)]
enum AgentCommand {
    /// List all agents, and where they come from
    Ls,
    /// Show an agent as it is understood
    Show {
        /// The agent's name
        #[arg(value_name = "AGENT")]
        name: String,
    },
    New(file::NewArgs),
    /// Change an agent in your editor; a built-in one is copied first
    Edit {
        /// The agent's name
        #[arg(value_name = "AGENT")]
        name: String,
    },
    /// Remove an agent of yours
    Rm {
        /// The agent's name
        #[arg(value_name = "AGENT")]
        name: String,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Print where your agents are, or the file of one
    Path {
        /// The agent's name
        #[arg(value_name = "AGENT")]
        name: Option<String>,
    },
}

/// An agent as JSON. The shape is an interface.
#[derive(Debug, Serialize)]
struct AgentReport<'a> {
    name: &'a str,
    description: &'a str,
    model: Option<&'a str>,
    tools: &'a [String],
    max_turns: u32,
    max_tokens: Option<u64>,
    max_cost_usd: Option<f64>,
    memory: MemoryReport,
    handoffs: &'a [String],
    temperature: Option<f64>,
    agents_md: bool,
    origin: &'static str,
    file: Option<String>,
    replaces: Option<&'static str>,
    ignored: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    instructions: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct MemoryReport {
    read: Vec<String>,
    write: Option<String>,
    recall_tokens: u32,
}

/// Runs the command.
pub async fn run(args: &AgentArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    let agents = app.agents();
    match &args.command {
        AgentCommand::Ls => list(context, &app, &agents),
        AgentCommand::Show { name } => show(context, &app, &agents, name),
        AgentCommand::New(args) => file::new(args, context, &app, &agents).await,
        AgentCommand::Edit { name } => file::edit(context, &app, &agents, name).await,
        AgentCommand::Rm { name, yes } => file::remove(context, &app, &agents, name, *yes).await,
        AgentCommand::Path { name } => path(context, &app, &agents, name.as_deref()),
    }
}

fn list(context: &Context, app: &App, agents: &Agents) -> Result<(), CommandError> {
    tell(context, app, agents);
    let output = context.global.output();
    if output != Output::Text {
        let reports: Vec<_> = agents.definitions().iter().map(report).collect();
        return json::list(&context.ui, output, &reports);
    }
    let mut table = Table::new(["name", "description", "model", "tools", "origin"]);
    for agent in agents.definitions() {
        table.row([
            agent.name.clone(),
            shortened(&agent.description, DESCRIPTION),
            agent.model.clone().unwrap_or_else(|| "-".into()),
            if agent.tools.is_empty() { "-".into() } else { shortened(&agent.tools.join(", "), TOOLS) },
            origin(agent),
        ]);
    }
    for agent in agents.definitions().iter().filter(|agent| agent.file.is_some()) {
        remark(context, app, agent);
    }
    Ok(context.ui.table(&table, "there are no agents")?)
}

fn show(context: &Context, app: &App, agents: &Agents, name: &str) -> Result<(), CommandError> {
    tell(context, app, agents);
    let agent = find(agents, name)?;
    if agent.file.is_some() {
        remark(context, app, agent);
    }
    let output = context.global.output();
    if output != Output::Text {
        let report = AgentReport { instructions: Some(&agent.instructions), ..report(agent) };
        return json::object(&context.ui, output, &report);
    }
    let ui = &context.ui;
    ui.heading(&agent.name)?;
    let row = |name: &str, value: &str| {
        if value.is_empty() { Ok(()) } else { ui.line(&format!("{name:<12} {value}")) }
    };
    let limit = |limit: Option<String>| limit.unwrap_or_default();
    row("description", &agent.description)?;
    row("origin", &origin(agent))?;
    row("file", &limit(agent.file.as_ref().map(|file| file.display().to_string())))?;
    row("model", agent.model.as_deref().unwrap_or("that of the conversation, else the default route"))?;
    row("tools", &agent.tools.join(", "))?;
    row("handoffs", &agent.handoffs.join(", "))?;
    row("max turns", &agent.max_turns.to_string())?;
    row("max tokens", &limit(agent.max_tokens.map(|tokens| tokens.to_string())))?;
    row("max cost", &limit(agent.max_cost_usd.map(|cost| format!("${cost}"))))?;
    row("temperature", &limit(agent.temperature.map(|number| number.to_string())))?;
    let memory = report(agent).memory;
    let (read, write) = (memory.read.join(", "), memory.write.unwrap_or_else(|| "nowhere".into()));
    row("memory", &format!("reads {read}, at most {} tokens; writes {write}", memory.recall_tokens))?;
    row("AGENTS.md", if agent.agents_md { "read, in a trusted project" } else { "" })?;
    row("ignored", &agent.ignored.join(", "))?;
    if agent.instructions.is_empty() {
        return Ok(());
    }
    Ok(ui.line(&format!("\n{}", agent.instructions))?)
}

fn path(context: &Context, app: &App, agents: &Agents, name: Option<&str>) -> Result<(), CommandError> {
    let path = match name {
        None => app.paths.agents_dir(),
        Some(name) => {
            let agent = find(agents, name)?;
            agent.file.clone().ok_or_else(|| {
                CommandError::failed(format!("`{}` is built in, so there is no file", agent.name))
                    .hint(format!("`aigw agent edit {}` makes one", agent.name))
            })?
        }
    };
    let output = context.global.output();
    if output != Output::Text {
        return json::object(&context.ui, output, &serde_json::json!({"path": path}));
    }
    Ok(context.ui.line(&path.display().to_string())?)
}

/// What is wrong with agents' files; what concerns the assistant was told when the program began.
fn tell(context: &Context, app: &App, agents: &Agents) {
    for problem in agents.problems() {
        let problem = problem.to_string();
        if !app.warnings.iter().any(|told| told.starts_with(&problem)) {
            context.ui.warn(&problem);
        }
    }
}

/// What an agent asks for that is not to be had here.
fn remark(context: &Context, app: &App, agent: &Definition) {
    let remarks = app.remarks(agent);
    if !remarks.is_empty() {
        context.ui.warn(&format!("{}: {}", agent.name, remarks.join("; ")));
    }
}

/// An agent by its name.
fn find<'a>(agents: &'a Agents, name: &str) -> Result<&'a Definition, CommandError> {
    let names = agents.names();
    agents.find(name).ok_or_else(|| {
        let names = names.iter().map(String::as_str);
        CommandError::unknown("agent", name, names, "`aigw agent ls` lists them")
    })
}

fn report(agent: &Definition) -> AgentReport<'_> {
    AgentReport {
        name: &agent.name,
        description: &agent.description,
        model: agent.model.as_deref(),
        tools: &agent.tools,
        max_turns: agent.max_turns,
        max_tokens: agent.max_tokens,
        max_cost_usd: agent.max_cost_usd,
        memory: MemoryReport {
            read: agent.memory.read.iter().map(Scope::to_string).collect(),
            write: agent.memory.write.as_ref().map(Scope::to_string),
            recall_tokens: agent.memory.recall_tokens,
        },
        handoffs: &agent.handoffs,
        temperature: agent.temperature,
        agents_md: agent.agents_md,
        origin: agent.origin.as_str(),
        file: agent.file.as_ref().map(|file| file.display().to_string()),
        replaces: agent.replaces.map(Origin::as_str),
        ignored: &agent.ignored,
        instructions: None,
    }
}

fn origin(agent: &Definition) -> String {
    let replaces = agent.replaces.map(|other| format!(", in place of {}", other.as_str()));
    agent.origin.as_str().to_owned() + &replaces.unwrap_or_default()
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most - 1).collect();
    format!("{}…", start.trim_end())
}
