//! `aigw mcp serve`: tools, the memory and agents for programs that speak the Model Context Protocol.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use clap::Args;

use crate::app::desk::Wishes;
use crate::cli::chat::settle_ledger;
use crate::cli::{CommandError, Context, Exit};
use crate::providers::client::Client;
use crate::secret::Secret;
use crate::tools::mcp::serve::Counter;
use crate::tools::mcp::serve::http::{BindError, HttpServer, PATH};

/// Where the token is.
const TOKEN: &str = "AIGW_MCP_TOKEN";
/// The port where none is named.
const PORT: u16 = 8788;

/// Offer your tools, your memory and your agents to programs that speak MCP.
///
/// Without --http, whoever starts this speaks to it by stdin and stdout. What may not be done without asking is not offered,
/// unless it is allowed here.
#[derive(Debug, Args)]
#[command(after_help = "Such programs have a file with servers under mcpServers; ours is
  {\"mcpServers\": {\"aigw\": {\"command\": \"aigw\", \"args\": [\"mcp\", \"serve\"]}}}

Off this machine's own addresses a token is needed: whoever asks must send it as `Authorization: Bearer TOKEN`.
It is taken from AIGW_MCP_TOKEN, also where it is not needed.

Examples:
  aigw mcp serve --http 127.0.0.1:8788        the address is http://127.0.0.1:8788/mcp
  aigw mcp serve --allow-tool memory_forget")]
pub(super) struct ServeArgs {
    /// Listen here instead of on stdin; any free port if it is 0
    #[arg(long, value_name = "ADDR[:PORT]")]
    http: Option<String>,

    /// Offer a tool that is asked for otherwise
    #[arg(long, value_name = "NAME")]
    allow_tool: Vec<String>,

    /// Offer nothing of the memory
    #[arg(long)]
    no_memory: bool,
}

pub(super) async fn run(args: &ServeArgs, context: &Context) -> Result<(), CommandError> {
    let http = args.http.as_deref().map(address).transpose()?;
    let app = Arc::new(context.app()?);
    let client = Arc::new(Client::new()?);
    let meanings = if args.no_memory {
        app.no_meanings(&client)
    } else {
        app.meanings(&client).await.unwrap_or_else(|error| {
            context.ui.warn(&format!("the memory is searched by words only: {error}"));
            app.no_meanings(&client)
        })
    };
    let wishes = Wishes {
        allowed: args.allow_tool.clone(),
        no_memory: args.no_memory,
        hint: "with --allow-tool NAME",
        ..Wishes::default()
    };
    let (offered, held, problem) = app.mcp_offers(&client, &Arc::new(meanings), wishes)?;
    if let Some(problem) = problem {
        context.ui.warn(&problem);
    }
    for name in held {
        context.ui.detail(&format!("{name} is not offered: it has to be allowed, with --allow-tool {name}"));
    }
    let counter = Counter::new(Arc::new(offered));
    let served = match http {
        None => tokio::select! {
            served = counter.serve_stdio() => served.map_err(CommandError::failed),
            () = context.interrupt.wait() => Ok(()),
        },
        Some(addr) => over_http(context, counter, addr).await,
    };
    app.leave_tools().await;
    settle_ledger(&app, context).await;
    served
}

async fn over_http(context: &Context, counter: Counter, addr: SocketAddr) -> Result<(), CommandError> {
    let token = context.env.get(TOKEN).map(Secret::new);
    let server = HttpServer::bind(addr, token).await.map_err(|error| match error {
        BindError::Open(_) => CommandError::new(Exit::Refused, error.to_string())
            .hint(format!("set {TOKEN}, or listen on 127.0.0.1")),
        BindError::Io(..) => CommandError::failed(error.to_string()),
    })?;
    context.ui.status(&format!("listening on http://{}{PATH}", server.addr()));
    let interrupt = context.interrupt.clone();
    let stop = async move { interrupt.wait().await };
    server.run(counter, stop).await.map_err(|error| CommandError::failed(format!("serving ended: {error}")))
}

fn address(text: &str) -> Result<SocketAddr, CommandError> {
    let named = text.trim().strip_prefix("localhost").map(|rest| format!("127.0.0.1{rest}"));
    let plain = named.as_deref().unwrap_or(text.trim());
    let ip = || plain.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    let addr = plain.parse().ok().or_else(|| Some(SocketAddr::new(ip()?, PORT)));
    addr.ok_or_else(|| {
        CommandError::usage(format!("--http {text}: it is not an address such as 127.0.0.1:{PORT}"))
    })
}
