//! `aigw repl`, and `aigw` alone at a terminal.

use std::io::{IsTerminal, stdin};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::chat::{self, ChatArgs, temperature};
use super::{CommandError, Context};
use crate::app::attachment;
use crate::app::desk::Wishes;
use crate::chat::Sampling;
use crate::config::Span;
use crate::providers::client::Client;
use crate::repl::{self, Asked, ReplError, Room, Seat};
use crate::tools::Grants;

/// Talk with one agent or several at the keyboard.
///
/// What you type is asked; `/help` lists what else can be done. `@NAME TEXT` asks one agent and `@all TEXT` everybody in the
/// room at once; they see what the others have said. The next line can be typed while an answer comes. Every turn is kept as
/// with `aigw chat`. Ctrl-C stops an answer, Ctrl-D leaves. `aigw` alone does the same.
#[derive(Debug, Default, Args)]
#[command(after_help = "Examples:
  aigw repl -s tea
  aigw repl -a researcher -m groq")]
pub struct ReplArgs {
    /// Who answers; `aigw agent ls` lists them
    #[arg(short, long, value_name = "NAME")]
    agent: Option<String>,

    /// Ask this model or route; may be repeated, the first one goes first
    #[arg(short, long, value_name = "MODEL|ROUTE")]
    model: Vec<String>,

    /// Go on in this session, or begin it
    #[arg(short, long, value_name = "NAME", conflicts_with = "continue_last")]
    session: Option<String>,

    /// Go on in the last session
    #[arg(short, long = "continue")]
    continue_last: bool,

    /// Instructions for the session
    #[arg(long, value_name = "TEXT")]
    system: Option<String>,

    /// Have this file go along with the first question: text, an image, a PDF; may be repeated
    #[arg(short, long, value_name = "PATH")]
    file: Vec<PathBuf>,

    /// How freely to choose words: 0 is as repeatable as the model can be
    #[arg(long, value_name = "NUMBER", value_parser = temperature)]
    temperature: Option<f64>,

    /// The longest answer, in tokens
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_tokens: Option<u32>,

    /// How long an answer may take, such as 30s or 2m
    #[arg(long, value_name = "DUR", value_parser = Span::read_some)]
    timeout: Option<Span>,

    /// Let every agent call this tool
    #[arg(short, long, value_name = "NAME", conflicts_with = "no_tools")]
    tool: Vec<String>,

    /// Call no tools
    #[arg(long)]
    no_tools: bool,

    /// Let this tool be called, which would have to be asked for
    #[arg(long, value_name = "NAME", conflicts_with = "no_tools")]
    allow_tool: Vec<String>,

    /// Recall nothing, and keep nothing of this
    #[arg(long)]
    no_memory: bool,
}

/// Runs the command.
pub async fn run(args: ReplArgs, context: &Context) -> Result<(), CommandError> {
    if !stdin().is_terminal() || !context.ui.stdout_is_terminal {
        return Err(CommandError::usage("there is no terminal to type at")
            .hint("`aigw chat` answers what comes through a pipe"));
    }
    let app = context.app()?;
    let wishes = Wishes {
        tools: args.tool,
        allowed: args.allow_tool,
        no_tools: args.no_tools,
        no_memory: args.no_memory,
        hint: "with --allow-tool NAME when the REPL is started",
        asks: None,
        granted: Grants::default(),
    };
    let asked = ChatArgs {
        agent: args.agent,
        model: args.model,
        session: args.session,
        continue_last: args.continue_last,
        system: args.system,
        no_memory: args.no_memory,
        ..ChatArgs::default()
    };
    let session = chat::choose(&asked, &app)?;
    if let Some(name) = &session.agent {
        chat::agent(&app.agents(), name)?;
    }
    let client = Arc::new(Client::new()?);
    let meanings = chat::meanings(&asked, context, &app, &client).await;
    let seat = Seat { ui: context.ui.clone(), env: context.env.clone() };
    let mut room = Room::new(app, seat, client, meanings, wishes, session);
    let sampling =
        Sampling { temperature: args.temperature, max_tokens: args.max_tokens, ..Sampling::default() };
    room.ask_as(Asked { sampling, timeout: args.timeout.map(|span| span.0) });
    for path in &args.file {
        room.attach(path.display().to_string(), attachment::of_file(path).await?);
    }
    room.check().await?;
    room.enter();
    repl::run(room).await.map_err(|error| match error {
        ReplError::AskedToEnd => CommandError::interrupted(),
        error => CommandError::failed(error.to_string()),
    })
}
