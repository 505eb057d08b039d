//! The command line: one file per subcommand, with its arguments and one function.

pub mod agent;
pub mod audit;
pub mod auth;
pub mod chain;
pub mod chat;
pub mod completions;
pub mod config;
mod confirm;
pub mod demo;
pub mod doctor;
pub mod drill;
mod failure;
pub mod global;
pub mod init;
mod interrupt;
mod json;
pub mod key;
pub mod man;
pub mod mcp;
pub mod memory;
pub mod model;
pub mod provider;
pub mod repl;
pub mod route;
pub mod serve;
pub mod session;
pub mod simulate;
mod stdin;
pub mod tool;
pub mod trust;
pub mod usage;
mod when;

use std::io::{IsTerminal, stdin};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use failure::{CommandError, Exit};
pub use global::{GlobalArgs, Output};
pub use interrupt::Interrupt;

use crate::app::App;
use crate::config::Env;
use crate::document;
use crate::telemetry;
use crate::ui::Ui;

/// Answers from language models that survive their providers.
///
/// aigw asks the providers that you have keys for, in order, and moves on when one is down, throttled or out of quota.
/// stdout carries the answer and nothing else.
#[derive(Debug, Parser)]
#[command(name = "aigw", version, args_override_self = true, max_term_width = 100)]
#[command(after_help = "Environment:
  AIGW_CONFIG       the configuration file; `aigw config path` says which one is read
  AIGW_CONFIG_DIR   where config.toml, credentials.toml, agents/ and chains/ are
  AIGW_DATA_DIR     where the ledger and what is known about providers are
  AIGW_LOG          what is logged to stderr, such as debug or aigw=debug
  NO_COLOR          no colours
  GROQ_API_KEY, …   keys; `aigw provider show PROVIDER` names the variables

To begin:         aigw init
To ask something: aigw chat why is the sky blue")]
pub struct Cli {
    /// Flags that every command takes.
    #[command(flatten)]
    pub global: GlobalArgs,

    /// What to do. Without a command, what stdin holds is answered.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The subcommands. Their help is that of their arguments: words of their own here would take its place.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "clap would show them in place of the help")]
pub enum Command {
    Init(init::InitArgs),
    Chat(Box<chat::ChatArgs>),
    Repl(Box<repl::ReplArgs>),
    Session(session::SessionArgs),
    Agent(agent::AgentArgs),
    Chain(chain::ChainArgs),
    Memory(Box<memory::MemoryArgs>),
    Provider(provider::ProviderArgs),
    Model(model::ModelArgs),
    Route(route::RouteArgs),
    Mcp(mcp::McpArgs),
    Usage(usage::UsageArgs),
    Auth(auth::AuthArgs),
    Doctor(doctor::DoctorArgs),
    Config(config::ConfigArgs),
    Trust(trust::TrustArgs),
    Tool(tool::ToolArgs),
    Serve(serve::ServeArgs),
    Key(key::KeyArgs),
    Audit(audit::AuditArgs),
    Drill(drill::DrillArgs),
    Simulate(simulate::SimulateArgs),
    Demo(demo::DemoArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// What a command works with.
pub struct Context {
    /// Flags that every command takes.
    pub global: GlobalArgs,
    /// The terminal.
    pub ui: Ui,
    /// The environment.
    pub env: Env,
    /// Whether the program was asked to end.
    pub interrupt: Interrupt,
}

impl Context {
    /// Reads the configuration and puts the program together.
    pub fn app(&self) -> Result<App, CommandError> {
        let app = App::new(self.env.clone(), self.global.config.clone())?;
        app.warnings.iter().for_each(|warning| self.ui.warn(warning));
        Ok(app)
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    let env = Env::of_process();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; a closed pipe is not one either.
            let _closed = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Usage as u8));
        }
    };
    let ui = Ui::new(cli.global.ui(&env));
    let output = cli.global.output();
    telemetry::start(&env, cli.global.verbose);
    keep_readers_quiet();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    // One request keeps no more than two busy; a server takes what there is.
    if !matches!(cli.command, Some(Command::Serve(_))) {
        runtime.worker_threads(2);
    }
    let runtime = match runtime.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return CommandError::failed(format!("cannot start: {error}")).report(&ui, output),
    };
    let is_terminal = stdin().is_terminal() && ui.stdout_is_terminal;
    let reads_keys = is_terminal && matches!(cli.command, None | Some(Command::Repl(_)));
    let result = runtime.block_on(async {
        let interrupt = if reads_keys { Interrupt::left_alone() } else { Interrupt::listen() };
        Box::pin(run(cli.command, Context { global: cli.global, ui: ui.clone(), env, interrupt })).await
    });
    // A thread that still waits for stdin must not keep the program from ending.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&ui, output),
    }
}

async fn run(command: Option<Command>, context: Context) -> Result<(), CommandError> {
    match command {
        None if stdin().is_terminal() && context.ui.stdout_is_terminal => {
            Box::pin(repl::run(repl::ReplArgs::default(), &context)).await
        }
        None if stdin().is_terminal() => Ok(context.ui.data(&Cli::command().render_help().to_string())?),
        None => Box::pin(chat::run(chat::ChatArgs::default(), context)).await,
        Some(Command::Init(args)) => init::run(&args, &context).await,
        Some(Command::Chat(args)) => Box::pin(chat::run(*args, context)).await,
        Some(Command::Repl(args)) => Box::pin(repl::run(*args, &context)).await,
        Some(Command::Session(args)) => session::run(&args, &context),
        Some(Command::Agent(args)) => agent::run(&args, &context).await,
        Some(Command::Chain(args)) => Box::pin(chain::run(args, &context)).await,
        Some(Command::Memory(args)) => memory::run(*args, &context).await,
        Some(Command::Provider(args)) => provider::run(&args, &context).await,
        Some(Command::Model(args)) => model::run(&args, &context).await,
        Some(Command::Route(args)) => route::run(&args, &context).await,
        Some(Command::Mcp(args)) => Box::pin(mcp::run(&args, &context)).await,
        Some(Command::Usage(args)) => usage::run(&args, &context),
        Some(Command::Auth(args)) => auth::run(&args, &context).await,
        Some(Command::Doctor(args)) => doctor::run(&args, &context).await,
        Some(Command::Config(args)) => config::run(&args, &context),
        Some(Command::Trust(args)) => trust::run(&args, &context).await,
        Some(Command::Tool(args)) => Box::pin(tool::run(args, &context)).await,
        Some(Command::Serve(args)) => serve::run(&args, &context).await,
        Some(Command::Key(args)) => key::run(args, &context).await,
        Some(Command::Audit(args)) => audit::run(&args, &context),
        Some(Command::Drill(args)) => drill::run(&args, &context).await,
        Some(Command::Simulate(args)) => simulate::run(args, &context).await,
        Some(Command::Demo(args)) => demo::run(&args, context).await,
        Some(Command::Completions(args)) => completions::run(&args, &context),
        Some(Command::Man(args)) => man::run(&args, &context),
    }
}

/// A reader of somebody else's file that breaks on it is told as an error of that file, and not as one of the program.
fn keep_readers_quiet() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() != Some(document::THREAD) {
            usual(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
