//! `aigw mcp add`: a server is looked at, shown whole, and kept once the user has approved it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{servers, unkept, view};
use crate::app::App;
use crate::cli::confirm::confirm;
use crate::cli::{CommandError, Context, Exit, Output, json};
use crate::config::{McpServerSection, mcp, mcp_file};
use crate::tools::mcp::{Approval, Look, Server};

/// How long a server may take the first time: its program may have to be fetched.
pub(super) const FIRST_TIME: Duration = Duration::from_mins(1);

/// Add a server, once you have seen its command and its tools
///
/// It is started to ask it for its tools. What is shown is what models would read. It is kept in mcp.json beside the
/// configuration, in the form that other programs read, too.
#[derive(Debug, Args)]
#[command(
    after_help = "A secret need not stand on the command line: `--env TOKEN=env:MY_TOKEN` takes it from a variable of yours
whenever the server is started; `--header 'Authorization=Bearer env:MY_TOKEN'` does the same for an address."
)]
pub(super) struct AddArgs {
    /// What the server is to be called; with --from the one that is taken, else all are
    #[arg(value_name = "NAME", required_unless_present = "from")]
    name: Option<String>,

    /// The address of a server that speaks streamable HTTP
    #[arg(long, value_name = "URL", conflicts_with_all = ["command", "from"])]
    url: Option<String>,

    /// A variable for its environment; PATH and HOME it has anyway
    #[arg(long, value_name = "NAME=VALUE", conflicts_with_all = ["url", "from"])]
    env: Vec<String>,

    /// A header for its address
    #[arg(long, value_name = "NAME=VALUE", conflicts_with_all = ["command", "from"])]
    header: Vec<String>,

    /// The directory that it is started in
    #[arg(long, value_name = "DIR", conflicts_with_all = ["url", "from"])]
    cwd: Option<String>,

    /// Take servers from a file of another program, which lists them under mcpServers
    #[arg(long, value_name = "FILE", conflicts_with = "command")]
    from: Option<PathBuf>,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,

    /// The program and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(super) async fn run(args: &AddArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    let wanted = wanted(args)?;
    let typed = args.from.is_none();
    let mut reports = Vec::new();
    for (name, section) in &wanted {
        check_name(context, &app, name)?;
        let server = app.mcp_server(name, section).map_err(|what| {
            let failure = CommandError::usage(format!("{name}: {what}"));
            if what.contains("not set") {
                failure.hint("set the variable, or write the value itself")
            } else {
                failure
            }
        })?;
        let consent = Consent { context, yes: args.yes, typed };
        let look = consent.to_start(&server).await?;
        consent.to_use(&server, &look, &[]).await?;
        mcp_file::put(&app.paths.mcp_file(), name, section)?;
        let approval = Approval::of(&server, &look.listing.tools, &look.protocol);
        app.mcp_approvals().approve(name, approval.clone()).map_err(|error| unkept(&error))?;
        context.ui.note(&format!(
            "added {name}; an agent has a tool of it with `tools:` in its file, or with -t NAME"
        ));
        reports.push(view::to_json(&server, Some(&look), Some(&approval), &[]));
    }
    match context.global.output() {
        Output::Text => Ok(()),
        output => json::list(&context.ui, output, &reports),
    }
}

/// The servers that are to be added.
fn wanted(args: &AddArgs) -> Result<BTreeMap<String, McpServerSection>, CommandError> {
    if let Some(file) = &args.from {
        let mut found = mcp_file::read(file)?;
        if !file.exists() || found.is_empty() {
            return Err(CommandError::failed(format!("{}: it lists no MCP servers", file.display())));
        }
        if let Some(name) = &args.name {
            let names: Vec<String> = found.keys().cloned().collect();
            found.retain(|other, _| other == name);
            if found.is_empty() {
                let names = names.iter().map(String::as_str);
                return Err(CommandError::unknown("MCP server", name, names, "the file does not list it"));
            }
        }
        found.retain(|_, section| section.enabled != Some(false));
        return Ok(found);
    }
    let name = args.name.clone().unwrap_or_default();
    let section = McpServerSection {
        command: args.command.clone(),
        env: pairs("--env", &args.env)?,
        cwd: args.cwd.clone(),
        url: args.url.clone(),
        headers: pairs("--header", &args.header)?,
        ..McpServerSection::default()
    };
    if section.command.is_empty() && section.url.is_none() {
        return Err(CommandError::usage("what is to be added? A command after `--`, or --url URL"));
    }
    if let Some((key, what)) = section.fault() {
        return Err(CommandError::usage(format!("{key}: {what}")));
    }
    Ok([(name, section)].into())
}

fn pairs(flag: &str, given: &[String]) -> Result<BTreeMap<String, String>, CommandError> {
    let pair = |text: &String| {
        let (name, value) = text.split_once('=')?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    };
    // What was typed may be a secret: it is not repeated.
    let wrong = || CommandError::usage(format!("{flag}: expected NAME=VALUE"));
    given.iter().map(|text| pair(text).ok_or_else(wrong)).collect()
}

fn check_name(context: &Context, app: &App, name: &str) -> Result<(), CommandError> {
    if let Some(what) = mcp::wrong_name(name) {
        return Err(CommandError::usage(format!("`{name}`: {what}")));
    }
    let ours = app.paths.mcp_file();
    match servers(context, app).into_iter().find(|server| server.name == name) {
        Some(server) if server.file == ours => {
            context.ui.note(&format!("{name} is there already, and is replaced"));
            Ok(())
        }
        // One that another program has set up is taken over.
        Some(server) if server.file != app.paths.config_file => Ok(()),
        Some(server) => Err(CommandError::new(
            Exit::Usage,
            format!("{name} is there already: it stands in {}, which goes before", server.file.display()),
        )
        .hint(format!("`aigw mcp tools {name} --approve` approves that one; or choose another name"))),
        None => Ok(()),
    }
}

/// Whoever is asked before a server is started and used.
pub(super) struct Consent<'a> {
    pub(super) context: &'a Context,
    /// They have said yes beforehand.
    pub(super) yes: bool,
    /// They have typed the command themselves just now.
    pub(super) typed: bool,
}

impl Consent<'_> {
    /// Shows what would be run, and looks at what it offers.
    pub(super) async fn to_start(&self, server: &Server) -> Result<Look, CommandError> {
        let context = self.context;
        if context.global.output() == Output::Text {
            context.ui.data(&view::target(server))?;
        }
        let what = if server.transport() == "stdio" { "Start it" } else { "Ask it" };
        let question = format!("{what} to see its tools?");
        confirm(context, &question, self.yes || self.typed).await?;
        let limit = server.start_timeout.max(FIRST_TIME);
        let spinner = context.ui.spinner("waiting for its tools");
        let looking = async { Look::at(server, limit).await.map_err(|why| unreachable(server, &why)) };
        let look = context.interrupt.unless(looking).await;
        drop(spinner);
        look
    }

    /// Shows what it offers, and asks whether it is to be used like that.
    pub(super) async fn to_use(
        &self,
        server: &Server,
        look: &Look,
        changes: &[String],
    ) -> Result<(), CommandError> {
        let ui = &self.context.ui;
        if self.context.global.output() == Output::Text {
            ui.data(&view::offers(server, look))?;
        }
        look.listing.left_out.iter().for_each(|line| ui.warn(line));
        for change in changes {
            ui.warn(change);
        }
        let count = look.listing.tools.len();
        let question = format!(
            "Let agents ask to use {count} tool{} of {}?",
            if count == 1 { "" } else { "s" },
            server.name
        );
        let asked = confirm(self.context, &question, self.yes).await;
        asked.map_err(|refused| refused.with_json(view::to_json(server, Some(look), None, changes)))
    }
}

fn unreachable(server: &Server, why: &str) -> CommandError {
    CommandError::failed(format!("{} cannot be used: {why}", server.name)).hint("nothing was kept of it")
}
