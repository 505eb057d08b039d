//! `aigw mcp`: tools of other programs, and ours for them.

mod add;
mod list;
mod serve;
mod tools;
mod view;

use clap::{Args, Subcommand};

use super::{CommandError, Context};
use crate::app::App;
use crate::app::mcp::McpServer;
use crate::config::mcp_file;

/// Use tools of MCP servers, and offer yours.
///
/// A server of the Model Context Protocol is somebody else's program with tools that agents can call. None is started and
/// nothing of it is used before you have approved its command and its tools as they are; when they change, you are asked
/// again. Every call is asked for unless you have allowed it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  aigw mcp add files -- npx -y @modelcontextprotocol/server-filesystem ~/notes
  aigw mcp add issues --url https://example.org/mcp --header 'Authorization=Bearer env:TOKEN'
  aigw mcp add --from ~/.cursor/mcp.json
  aigw chat -t mcp__files__read_file --allow-tool mcp__files__read_file 'what is in todo.md?'

In config.toml the same is a table [mcp.NAME], with command or url; `aigw config schema` says what else.")]
pub struct McpArgs {
    #[command(subcommand)]
    command: McpCommand,
}

#[derive(Debug, Subcommand)]
enum McpCommand {
    Ls(list::ListArgs),
    Add(Box<add::AddArgs>),
    /// Remove a server, and forget that it was approved
    Rm {
        /// The server
        #[arg(value_name = "NAME")]
        name: String,
    },
    Tools(tools::ToolsArgs),
    Serve(serve::ServeArgs),
}

/// Runs the command.
pub async fn run(args: &McpArgs, context: &Context) -> Result<(), CommandError> {
    match &args.command {
        McpCommand::Ls(args) => list::run(args, context).await,
        McpCommand::Add(args) => Box::pin(add::run(args, context)).await,
        McpCommand::Rm { name } => remove(context, name),
        McpCommand::Tools(args) => Box::pin(tools::run(args, context)).await,
        McpCommand::Serve(args) => serve::run(args, context).await,
    }
}

/// The servers that are set up. What is wrong with files is said.
fn servers(context: &Context, app: &App) -> Vec<McpServer> {
    let (servers, problems) = app.mcp_servers();
    for problem in problems {
        context.ui.warn(&problem);
    }
    servers
}

/// One of them, by its name.
fn server(context: &Context, app: &App, name: &str) -> Result<McpServer, CommandError> {
    let mut servers = servers(context, app);
    match servers.iter().position(|server| server.name == name) {
        Some(index) => Ok(servers.swap_remove(index)),
        None => {
            let names = servers.iter().map(|server| server.name.as_str());
            Err(CommandError::unknown("MCP server", name, names, "`aigw mcp ls` lists them"))
        }
    }
}

fn remove(context: &Context, name: &str) -> Result<(), CommandError> {
    let app = context.app()?;
    let forgotten = app.mcp_approvals().withdraw(name).map_err(|error| unkept(&error))?;
    let ours = app.paths.mcp_file();
    if mcp_file::remove(&ours, name)? {
        context.ui.note(&format!("removed {name} from {}", ours.display()));
        return Ok(());
    }
    match server(context, &app, name) {
        Ok(server) => {
            let what =
                if forgotten { "its approval is withdrawn, but it" } else { "it was not approved, and it" };
            let message =
                format!("{name} cannot be removed here: {what} stands in {}", server.file.display());
            Err(CommandError::failed(message).hint("take it out of that file"))
        }
        Err(_) if forgotten => {
            context.ui.note(&format!("forgot the approval of {name}"));
            Ok(())
        }
        Err(unknown) => Err(unknown),
    }
}

fn unkept(error: &std::io::Error) -> CommandError {
    CommandError::failed(format!("what was approved cannot be read or kept: {error}"))
}
