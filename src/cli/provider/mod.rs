//! `aigw provider`: upstream accounts.

pub(super) mod test;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{CommandError, Context, Output, json};
use crate::app::{Account, App};
use crate::config::Span;
use crate::ui::Table;

/// List, show and test providers.
#[derive(Debug, Args)]
pub struct ProviderArgs {
    #[command(subcommand)]
    command: ProviderCommand,
}

#[derive(Debug, Subcommand)]
enum ProviderCommand {
    /// List the providers that can be used now
    Ls {
        /// List all that are known
        #[arg(short, long)]
        all: bool,
    },
    /// Show one provider: address, keys, timers, what its free tier allows
    Show {
        /// The provider's id
        #[arg(value_name = "PROVIDER")]
        id: String,
    },
    Test(test::TestArgs),
}

/// A provider as JSON. The shape is an interface.
#[derive(Debug, Serialize)]
struct ProviderReport<'a> {
    id: &'a str,
    name: &'a str,
    state: &'static str,
    wire: crate::providers::WireFormat,
    base_url: &'a str,
    billing: &'static str,
    trains_on_inputs: bool,
    default_model: Option<&'a str>,
    priority: i64,
    keys: Vec<KeyReport>,
    key_env: &'a [String],
    keys_page: Option<&'a str>,
    timeout: TimeoutReport,
    limits: crate::config::LimitsSection,
    free_tier: Option<&'a crate::providers::catalog::FreeTier>,
}

#[derive(Debug, Serialize)]
struct KeyReport {
    origin: String,
    fingerprint: Option<String>,
}

#[derive(Debug, Serialize)]
struct TimeoutReport {
    connect: String,
    first_token: String,
    idle: String,
    total: String,
}

/// Runs the command.
pub async fn run(args: &ProviderArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    match &args.command {
        ProviderCommand::Ls { all } => {
            let accounts: Vec<&Account> =
                app.accounts.iter().filter(|account| *all || is_listed(account)).collect();
            list(context, &accounts)
        }
        ProviderCommand::Show { id } => match app.account(id) {
            Some(account) => show(context, account),
            None => Err(unknown_provider(&app, id)),
        },
        ProviderCommand::Test(args) => test::run(args, &app, context).await,
    }
}

/// There is no such provider.
pub(super) fn unknown_provider(app: &App, id: &str) -> CommandError {
    let known = app.accounts.iter().map(|account| account.provider.id.as_str());
    CommandError::unknown(
        "provider",
        id,
        known,
        "`aigw provider ls --all` lists them; your own go into the configuration",
    )
}

fn is_listed(account: &Account) -> bool {
    account.configured || (account.is_on() && !account.is_local())
}

/// Whether a provider is used, in a word or two.
pub(super) fn state(account: &Account) -> &'static str {
    match account {
        Account { enabled: false, .. } => "off",
        account if !account.is_on() => "no key",
        account if account.is_local() => "local",
        Account { incidental: true, .. } => "on request", // its key was found in a variable that serves other purposes
        _ => "on",
    }
}

fn list(context: &Context, accounts: &[&Account]) -> Result<(), CommandError> {
    let output = context.global.output();
    if output != Output::Text {
        let reports: Vec<_> = accounts.iter().map(|account| report(account)).collect();
        return json::list(&context.ui, output, &reports);
    }
    let mut table = Table::new(["provider", "state", "billing", "keys", "default model"]).right([3]);
    for account in accounts {
        table.row([
            account.provider.id.clone(),
            state(account).to_owned(),
            account.provider.billing.as_str().to_owned(),
            account.keys.len().to_string(),
            account
                .default_model
                .as_ref()
                .map(|model| format!("{}/{model}", account.provider.id))
                .unwrap_or_default(),
        ]);
    }
    context.ui.table(&table, "no provider is set up yet; `aigw provider ls --all` shows which are known")?;
    Ok(())
}

fn report(account: &Account) -> ProviderReport<'_> {
    let timeouts = account.provider.timeouts;
    let span = |span| Span(span).to_string();
    ProviderReport {
        id: &account.provider.id,
        name: &account.name,
        state: state(account),
        wire: account.provider.wire,
        base_url: &account.provider.base_url,
        billing: account.provider.billing.as_str(),
        trains_on_inputs: account.row.is_some_and(|row| row.trains_on_inputs),
        default_model: account.default_model.as_deref(),
        priority: account.priority,
        keys: account
            .keys
            .iter()
            .map(|key| KeyReport {
                origin: key.origin.clone(),
                fingerprint: key.ready().map(crate::secret::Secret::fingerprint),
            })
            .collect(),
        key_env: &account.key_env,
        keys_page: account.row.and_then(|row| row.keys_page.as_deref()),
        timeout: TimeoutReport {
            connect: span(timeouts.connect),
            first_token: span(timeouts.first_token),
            idle: span(timeouts.idle),
            total: span(timeouts.total),
        },
        limits: account.limits,
        free_tier: account.row.and_then(|row| row.free_tier.as_ref()),
    }
}

fn show(context: &Context, account: &Account) -> Result<(), CommandError> {
    let report = report(account);
    if context.global.output() != Output::Text {
        return json::object(&context.ui, context.global.output(), &report);
    }
    let ui = &context.ui;
    ui.heading(&format!("{} ({})", report.id, report.name))?;
    let row = |name: &str, value: &str| ui.line(&format!("{name:<14} {value}"));
    row("state", report.state)?;
    row("address", report.base_url)?;
    row("billing", report.billing)?;
    if report.trains_on_inputs {
        row("privacy", "its terms allow training on what you send")?;
    }
    row("default model", report.default_model.unwrap_or("-"))?;
    for key in &report.keys {
        let fingerprint = key.fingerprint.as_deref().map(|print| format!("  ({print})")).unwrap_or_default();
        row("key", &format!("{}{fingerprint}", key.origin))?;
    }
    if report.keys.is_empty() && account.needs_key() {
        row(
            "key",
            &format!("none; set {} or run `aigw auth login {}`", report.key_env.join(" or "), report.id),
        )?;
    }
    if let Some(page) = report.keys_page {
        row("keys page", page)?;
    }
    let timeout = &report.timeout;
    row(
        "timers",
        &format!(
            "connect {}, first token {}, idle {}, total {}",
            timeout.connect, timeout.first_token, timeout.idle, timeout.total
        ),
    )?;
    let limits: Vec<String> = report
        .limits
        .each()
        .iter()
        .filter_map(|(name, limit)| Some(format!("{name} {}", (*limit)?)))
        .collect();
    if !limits.is_empty() {
        row("limits", &format!("{} for each key", limits.join(", ")))?;
    }
    if let Some(tier) = report.free_tier {
        let figures = [
            ("requests/min", tier.rpm),
            ("requests/day", tier.rpd),
            ("tokens/min", tier.tpm),
            ("tokens/day", tier.tpd),
        ];
        let figures: Vec<String> =
            figures.iter().filter_map(|(name, figure)| Some(format!("{} {name}", (*figure)?))).collect();
        let note = tier.note.iter().cloned();
        row(
            "free tier",
            &format!(
                "{} ({}, {})",
                figures.into_iter().chain(note).collect::<Vec<_>>().join(", "),
                tier.source,
                tier.date
            ),
        )?;
    }
    Ok(())
}
