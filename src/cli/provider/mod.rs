//! `aigw provider`: upstream accounts.

mod ailing;
pub(super) mod findings;
mod probe;
mod switch;
pub(super) mod test;

use clap::{Args, Subcommand};
use serde::Serialize;
use tokio::time::Instant;

use super::{CommandError, Context, Output, json};
use crate::app::{Account, App};
use crate::config::Span;
use crate::health::Snapshot;
use crate::ui::Table;

/// List, show, test and probe providers, and switch them off and on.
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
    /// Show one provider: address, keys, timers, what its free tier allows, what probes found out
    Show {
        /// The provider's id
        #[arg(value_name = "PROVIDER")]
        id: String,
    },
    Test(test::TestArgs),
    Probe(probe::ProbeArgs),
    /// Switch a provider off, until it is enabled again; the configuration stays as it is
    Disable {
        /// The provider's id
        #[arg(value_name = "PROVIDER")]
        id: String,
    },
    /// Switch a provider on that was disabled
    Enable {
        /// The provider's id
        #[arg(value_name = "PROVIDER")]
        id: String,
    },
    /// Forget what is known against a provider: that it rests, that a key is bad, that its limits are used up
    Reset {
        /// The provider's id; all of them if none is named
        #[arg(value_name = "PROVIDER")]
        id: Option<String>,
    },
}

/// A provider as JSON. The shape is an interface.
#[derive(Debug, Serialize)]
struct ProviderReport<'a> {
    id: &'a str,
    name: &'a str,
    state: &'static str,
    /// What of it is left alone for now.
    health: Vec<ailing::AilingReport>,
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
    /// What probes found out about its models.
    probed: Vec<findings::ProbedReport>,
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
            list(context, &app, &accounts)
        }
        ProviderCommand::Show { id } => match app.account(id) {
            Some(account) => show(context, &app, account),
            None => Err(unknown_provider(&app, id)),
        },
        ProviderCommand::Test(args) => test::run(args, &app, context).await,
        ProviderCommand::Probe(args) => probe::run(args, &app, context).await,
        ProviderCommand::Disable { id } => switch::disable(&app, context, id),
        ProviderCommand::Enable { id } => switch::enable(&app, context, id),
        ProviderCommand::Reset { id } => switch::reset(&app, context, id.as_deref()),
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
    account.configured || account.disabled || (account.is_on() && !account.is_local())
}

/// Whether a provider is used, in a word or two.
pub(super) fn state(account: &Account) -> &'static str {
    match account {
        Account { disabled: true, .. } => "disabled",
        Account { enabled: false, .. } => "off",
        account if !account.is_on() => "no key",
        account if account.is_local() => "local",
        Account { incidental: true, .. } => "on request", // its key was found in a variable that serves other purposes
        _ => "on",
    }
}

fn list(context: &Context, app: &App, accounts: &[&Account]) -> Result<(), CommandError> {
    let output = context.global.output();
    let now = Instant::now();
    let health = app.health().snapshot(now);
    if output != Output::Text {
        let reports: Vec<_> = accounts.iter().map(|account| report(app, account, &health, now)).collect();
        return json::list(&context.ui, output, &reports);
    }
    let mut table =
        Table::new(["provider", "state", "health", "billing", "keys", "default model"]).right([4]);
    for account in accounts {
        table.row([
            account.provider.id.clone(),
            state(account).to_owned(),
            if account.is_on() {
                ailing::cell(&health.ailing(&account.provider.id), now)
            } else {
                String::new()
            },
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

fn report<'a>(app: &App, account: &'a Account, health: &Snapshot, now: Instant) -> ProviderReport<'a> {
    let probed = app.health().probed(&account.provider.id, now);
    let ailing = health.ailing(&account.provider.id);
    let timeouts = account.provider.timeouts;
    let span = |span| Span(span).to_string();
    ProviderReport {
        id: &account.provider.id,
        name: &account.name,
        state: state(account),
        health: ailing.iter().map(|ailing| ailing::report(ailing, now)).collect(),
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
        probed: probed.iter().map(|(model, found)| findings::report(model, found)).collect(),
    }
}

fn show(context: &Context, app: &App, account: &Account) -> Result<(), CommandError> {
    let now = Instant::now();
    let health = app.health().snapshot(now);
    let report = report(app, account, &health, now);
    if context.global.output() != Output::Text {
        return json::object(&context.ui, context.global.output(), &report);
    }
    let ui = &context.ui;
    ui.heading(&format!("{} ({})", report.id, report.name))?;
    let row = |name: &str, value: &str| ui.line(&format!("{name:<14} {value}"));
    row("state", report.state)?;
    for ailing in health.ailing(report.id) {
        row("health", &ailing::line(&ailing, now))?;
    }
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
    for (model, found) in app.health().probed(report.id, now) {
        row("probed", &format!("{model}: {}", findings::line(&found)))?;
    }
    Ok(())
}
