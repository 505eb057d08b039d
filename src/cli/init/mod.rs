//! `aigw init`: the first configuration, by questions and answers.

mod answers;
mod from;
mod key;
mod talk;

use std::io::{IsTerminal, stdin};
use std::sync::Arc;

use clap::Args;

pub use talk::{Dialogue, Done, Ended, Setup, Unfinished};

use super::chat::{FAREWELL_PATIENCE, settle_ledger};
use super::{CommandError, Context, Exit};
use crate::app::{App, AppError};
use crate::config::{Config, Credentials, Document, Paths};
use crate::providers::client::Client;
use crate::providers::{Billing, Catalog};
use crate::ui::{Ui, ask};

/// Set up providers, step by step: find keys, try them, write a configuration.
///
/// Keys are read without being shown, tried, and kept in a file that only you can read. Nothing is written over. With
/// `--from aichat`, `llm` or `mods` their providers, model and aliases are taken over; keys only with `--with-keys`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Set up this one, without asking which
    #[arg(long, value_name = "PROVIDER")]
    provider: Option<String>,

    /// Replace a configuration that is there; it is kept under another name
    #[arg(long)]
    force: bool,

    /// Take over what another tool's configuration says, without questions
    #[arg(long, value_name = "TOOL", conflicts_with = "provider")]
    from: Option<from::Tool>,

    /// Keep the keys that stand in that configuration as well, as `aigw auth login` does
    #[arg(long, requires = "from")]
    with_keys: bool,
}

/// Runs the command.
pub async fn run(args: &InitArgs, context: &Context) -> Result<(), CommandError> {
    if let Some(id) = &args.provider {
        check_provider(id)?;
    }
    let paths = Paths::find(&context.env, context.global.config.clone()).map_err(AppError::from)?;
    // First, because what is done by hand would write over it too.
    // A link to nowhere is a configuration too, one on a disk that is not there.
    if paths.config_file.symlink_metadata().is_ok() && !args.force {
        return Err(exists(&paths));
    }
    if let Some(tool) = args.from {
        let terms = from::Terms { with_keys: args.with_keys, replace: args.force };
        return from::run(tool, &terms, &paths, context);
    }
    if !stdin().is_terminal() || !context.ui.stderr_is_terminal {
        return Err(by_hand(args, &paths));
    }
    // What the file says is about to be replaced, so it does not count; it may even be wrong.
    let credentials = Credentials::read(&paths.credentials_file())?;
    let config = Config { document: Document::default(), credentials, env: context.env.clone() };
    let app = App::of(paths, config)?;
    let setup = Setup { app: &app, client: Arc::new(Client::new()?), replace: args.force };
    let mut terminal = Terminal(&context.ui);
    let talk = async { Ok(setup.hold(&mut terminal, args.provider.as_deref()).await?) };
    let done = context.interrupt.unless(talk).await;
    setup.client.settle(FAREWELL_PATIENCE).await;
    settle_ledger(&app, context).await;
    let done = done?;
    if let Some(backup) = &done.backup {
        context.ui.status(&format!("The old one is kept as {}.", backup.display()));
    }
    context.ui.status(&format!("Wrote {}.\n\nNow try:  aigw chat why is the sky blue", done.file.display()));
    Ok(())
}

/// A person at the terminal.
struct Terminal<'a>(&'a Ui);

impl Dialogue for Terminal<'_> {
    fn say(&mut self, text: &str) {
        self.0.status(text);
    }

    async fn line(&mut self, question: &str) -> Result<String, Ended> {
        ask::line(question).await.map_err(Ended::Terminal)?.ok_or(Ended::NoInput)
    }

    async fn secret(&mut self, question: &str) -> Result<String, Ended> {
        ask::secret(question).await.map_err(Ended::Terminal)?.ok_or(Ended::NoInput)
    }
}

impl From<Unfinished> for CommandError {
    fn from(error: Unfinished) -> Self {
        let message = error.to_string();
        match error {
            Unfinished::Ended | Unfinished::Terminal(_) | Unfinished::NoAnswer => Self::failed(message),
            Unfinished::NothingUsable => Self::new(Exit::Config, message)
                .hint("run it again when you have a key, or start a local server (Ollama, LM Studio, llama.cpp, vLLM)")
                .hint("or just look around: `aigw demo`"),
            Unfinished::Config(error) => error.into(),
        }
    }
}

fn check_provider(id: &str) -> Result<(), CommandError> {
    let catalog = Catalog::built_in();
    let Some(row) = catalog.provider(id) else {
        let known = catalog.providers().iter().map(|row| row.id.as_str());
        let otherwise = "`aigw provider ls --all` lists them; others go into the configuration by hand";
        return Err(CommandError::unknown("built-in provider", id, known, otherwise));
    };
    if row.default_model.is_none() && row.billing != Billing::Local {
        let error = CommandError::usage(format!("{id} has no model that one could talk to"));
        return Err(error.hint(format!("`aigw auth login {id}` stores a key for it")));
    }
    Ok(())
}

fn exists(paths: &Paths) -> CommandError {
    CommandError::failed(format!("there is a configuration already: {}", paths.config_file.display()))
        .hint("`aigw init --force` replaces it and keeps the old one")
        .hint("to add a key only: `aigw auth login PROVIDER`; to see what is set: `aigw config show`")
}

/// The lines that do the same where nobody can be asked.
fn by_hand(args: &InitArgs, paths: &Paths) -> CommandError {
    let id = args.provider.as_deref().unwrap_or("groq");
    let row = Catalog::built_in().provider(id);
    let variable = row.and_then(|row| row.key_env.first());
    let page = row.and_then(|row| row.keys_page.as_deref());
    let page = page.map(|page| format!("   # a key from {page}")).unwrap_or_default();
    let quoted = |path: &std::path::Path| {
        let text = path.display().to_string();
        shlex::try_quote(&text).map(std::borrow::Cow::into_owned).unwrap_or(text)
    };
    let mut lines = Vec::new();
    if let Some(variable) = variable {
        lines.push(format!("export {variable}=…{page}"));
        lines.push(format!("printf %s \"${variable}\" | aigw auth login {id}   # keeps it, for you only"));
    }
    if let Some(directory) = paths.config_file.parent() {
        lines.push(format!("mkdir -p {}", quoted(directory)));
    }
    lines.push(format!("printf '[providers.{id}]\\npriority = 10\\n' > {}", quoted(&paths.config_file)));
    lines.push(format!("aigw provider test {id}"));
    CommandError::usage(
        "`aigw init` asks questions, so stdin and stderr must be a terminal; by hand it goes so:",
    )
    .details(lines)
    .hint("the configuration is optional: a provider whose key is found is on")
}
