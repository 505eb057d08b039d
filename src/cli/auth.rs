//! `aigw auth`: provider keys in the credentials file.

use std::io::{IsTerminal, Read, stdin};

use clap::{Args, Subcommand};
use serde::Serialize;

use super::provider::unknown_provider;
use super::{CommandError, Context, Output, json};
use crate::app::App;
use crate::config::Credentials;
use crate::secret::Secret;
use crate::ui::{Table, ask};

/// Longer than any key.
const MAX_KEY: u64 = 16 << 10;

/// Store and remove provider keys.
///
/// Keys are kept in a file that only you can read. A key never stands on a command line, where others could see it.
#[derive(Debug, Args)]
pub struct AuthArgs {
    #[command(subcommand)]
    command: AuthCommand,
}

#[derive(Debug, Subcommand)]
enum AuthCommand {
    /// Store a key: typed without being shown, or piped in
    Login {
        /// The provider's id
        #[arg(value_name = "PROVIDER")]
        provider: String,
        /// Keep the keys that are stored already, so that they make a pool
        #[arg(long)]
        add: bool,
    },
    /// Remove a provider's stored keys
    Logout {
        /// The provider's id
        #[arg(value_name = "PROVIDER")]
        provider: String,
    },
    /// List where keys come from; keys themselves are never shown
    Ls,
}

#[derive(Debug, Serialize)]
struct KeyRow {
    provider: String,
    origin: String,
    fingerprint: Option<String>,
}

/// Runs the command.
pub async fn run(args: &AuthArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    match &args.command {
        AuthCommand::Login { provider, add } => login(context, &app, provider, *add).await,
        AuthCommand::Logout { provider } => logout(context, &app, provider),
        AuthCommand::Ls => list(context, &app),
    }
}

async fn login(context: &Context, app: &App, id: &str, add: bool) -> Result<(), CommandError> {
    let account = app.account(id).ok_or_else(|| unknown_provider(app, id))?;
    let page = account.row.and_then(|row| row.keys_page.as_deref());
    let key = context.interrupt.unless(read_key(&account.name, page)).await?;
    let fingerprint = key.fingerprint();
    Credentials::change(&app.paths.credentials_file(), |credentials| {
        if !add {
            credentials.remove(id);
        }
        credentials.add(id, key);
    })?;
    context.ui.note(&format!(
        "stored the key {fingerprint} for {id} in {}",
        app.paths.credentials_file().display()
    ));
    if let Some(other) = account.keys.iter().find(|key| key.origin != "credentials") {
        context.ui.warn(&format!("{} comes first and is used instead, as long as it is set", other.origin));
    }
    Ok(())
}

async fn read_key(name: &str, page: Option<&str>) -> Result<Secret, CommandError> {
    let text = if stdin().is_terminal() {
        let where_from = page.map(|page| format!(" (from {page})")).unwrap_or_default();
        let answer = ask::secret(&format!("Key for {name}{where_from}, not shown: ")).await;
        answer
            .map_err(|error| CommandError::failed(format!("cannot read the key: {error}")))?
            .unwrap_or_default()
    } else {
        let mut text = String::new();
        let read = stdin().take(MAX_KEY).read_to_string(&mut text);
        read.map_err(|error| CommandError::failed(format!("cannot read the key from stdin: {error}")))?;
        text
    };
    let key = Secret::new(&text);
    let usable = !key.is_empty() && key.expose().chars().all(|c| c.is_ascii_graphic());
    if !usable {
        return Err(CommandError::usage(
            "that is no key: expected one word of letters, digits and signs on stdin",
        ));
    }
    Ok(key)
}

fn logout(context: &Context, app: &App, id: &str) -> Result<(), CommandError> {
    let stored = app.config.credentials.keys(id).len();
    // One that is not known any more may still have keys.
    if stored == 0 && app.account(id).is_none() {
        return Err(unknown_provider(app, id));
    }
    if stored == 0 {
        context.ui.note(&format!("no key was stored for {id}"));
    } else {
        let count = Credentials::change(&app.paths.credentials_file(), |credentials| credentials.remove(id))?;
        context.ui.note(&format!("removed {count} key{} of {id}", if count == 1 { "" } else { "s" }));
    }
    if let Some(account) = app.account(id)
        && let Some(other) = account.keys.iter().find(|key| key.origin != "credentials")
    {
        context.ui.note(&format!("{} is still set", other.origin));
    }
    Ok(())
}

fn list(context: &Context, app: &App) -> Result<(), CommandError> {
    // Keys that are stored for a provider which this configuration does not know.
    let stored = &app.config.credentials;
    let strays = stored.providers().filter(|id| app.account(id).is_none()).flat_map(|id| {
        stored.keys(id).iter().map(move |key| KeyRow {
            provider: id.to_owned(),
            origin: "credentials, not in use".to_owned(),
            fingerprint: Some(key.fingerprint()),
        })
    });
    let rows: Vec<KeyRow> = app
        .accounts
        .iter()
        .flat_map(|account| account.keys.iter().map(move |key| (account, key)))
        .map(|(account, key)| KeyRow {
            provider: account.provider.id.clone(),
            origin: key.origin.clone(),
            fingerprint: key.ready().map(Secret::fingerprint),
        })
        .chain(strays)
        .collect();
    if context.global.output() != Output::Text {
        return json::list(&context.ui, context.global.output(), &rows);
    }
    let mut table = Table::new(["provider", "comes from", "fingerprint"]);
    for row in rows {
        table.row([row.provider, row.origin, row.fingerprint.unwrap_or_else(|| "run when needed".into())]);
    }
    context.ui.table(&table, "no keys yet; `aigw auth login PROVIDER` stores one")?;
    Ok(())
}
