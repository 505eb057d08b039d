//! `aigw provider test`: one tiny question to each provider with each of its keys.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use crate::app::key_advice;
use crate::app::trial::{Outcome, Trial};
use crate::app::{Account, App};
use crate::chat::{Failure, FailureClass};
use crate::cli::chat::{FAREWELL_PATIENCE, settle_ledger};
use crate::cli::{CommandError, Context, Exit, Output, json};
use crate::config::Span;
use crate::providers::client::{Client, is_loopback};
use crate::router::people;
use crate::ui::Table;

/// Ask each provider one tiny question with each of its keys: does it work, and if not, why.
///
/// Each request goes to one provider only and is in the ledger like any other. What answers is taken for well again,
/// whatever was known against it. Exits 0 when all work, 4 when one gives no answer, 3 when all that is missing is a key.
#[derive(Debug, Args)]
pub(super) struct TestArgs {
    /// Which providers; every one that is on if none is named
    #[arg(value_name = "PROVIDER")]
    providers: Vec<String>,

    /// Ask this model instead of the provider's default one
    #[arg(short, long, value_name = "MODEL")]
    model: Option<String>,

    /// How long one answer may take
    #[arg(long, value_name = "DUR", value_parser = Span::read_some, default_value = "30s")]
    timeout: Span,
}

/// One test as JSON. The shape is an interface.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    provider: String,
    model: Option<String>,
    /// A fingerprint.
    key: Option<String>,
    key_origin: Option<String>,
    works: bool,
    /// `works`, `no_chat_model`, `no_key`, `off`, or a failure class.
    result: &'static str,
    status: Option<u16>,
    message: Option<String>,
    todo: Option<String>,
    latency_ms: Option<u64>,
    ttft_ms: Option<u64>,
    answered_by: Option<String>,
}

/// Runs the command.
pub(super) async fn run(args: &TestArgs, app: &App, context: &Context) -> Result<(), CommandError> {
    if let Some(id) = args.providers.iter().find(|id| app.account(id).is_none()) {
        return Err(super::unknown_provider(app, id));
    }
    if args.providers.is_empty() && args.model.is_none() {
        mention_incidental(app, context, "tested");
    }
    let client = Arc::new(Client::new()?);
    let work = async {
        let subjects = app.trial_subjects(&client, &args.providers, args.model.as_deref()).await?;
        let count = subjects.len();
        let spinner =
            context.ui.spinner(&format!("asking {count} provider{}", if count == 1 { "" } else { "s" }));
        let trials = app.trials(&client, &subjects, args.timeout.0).await;
        drop(spinner);
        Ok(trials)
    };
    let trials = context.interrupt.unless(work).await;
    client.settle(FAREWELL_PATIENCE).await;
    settle_ledger(app, context).await;
    let trials = trials?;
    let rows: Vec<Row> = trials.iter().map(|trial| row(app, trial)).collect();
    let exit = exit(&trials.iter().collect::<Vec<_>>());
    let output = context.global.output();
    if output != Output::Text {
        json::list(&context.ui, output, &rows)?;
        // The array says it all: an error would be a second value on stdout.
        return exit.map_or(Ok(()), |exit| Err(CommandError::new(exit, "")));
    }
    table(context, &rows)?;
    for row in rows.iter().filter(|row| row.has_no_chat_model()) {
        context.ui.note(&row.note());
    }
    exit.map_or(Ok(()), |exit| Err(complaint(exit, &rows)))
}

pub(super) fn row(app: &App, trial: &Trial) -> Row {
    let account = app.account(&trial.provider);
    let mut row = Row {
        provider: trial.provider.clone(),
        model: trial.model.as_ref().map(ToString::to_string),
        key: trial.key.clone(),
        key_origin: trial.key_origin.clone(),
        works: false,
        result: result(&trial.outcome),
        status: None,
        message: None,
        todo: account.and_then(|account| todo(account, trial)),
        latency_ms: None,
        ttft_ms: None,
        answered_by: None,
    };
    match &trial.outcome {
        Outcome::Works { latency, first_token, answered_by, .. } => {
            row.works = true;
            row.latency_ms = Some(ms(*latency));
            row.ttft_ms = first_token.map(ms);
            row.answered_by.clone_from(answered_by);
        }
        Outcome::Failed(failure) => {
            row.status = failure.status;
            row.message = Some(failure.message.clone());
        }
        Outcome::NoKey => {
            row.message = Some("there is no key for it".to_owned());
        }
        Outcome::Disabled => {
            let by_command = account.is_some_and(|account| account.disabled);
            let how = if by_command { "disabled" } else { "switched off in the configuration" };
            row.message = Some(format!("it is {how}"));
        }
        Outcome::NoChatModel => {
            row.message = Some("it has no default model to talk to; -m names one".to_owned());
        }
    }
    row
}

/// The word for an outcome.
pub(super) fn result(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Works { .. } => "works",
        Outcome::Failed(failure) => failure.class.as_str(),
        Outcome::NoKey => "no_key",
        Outcome::Disabled => "off",
        Outcome::NoChatModel => "no_chat_model",
    }
}

/// `rate_limited (429): slow down`.
pub(super) fn words(failure: &Failure) -> String {
    let status = failure.status.map(|status| format!(" ({status})")).unwrap_or_default();
    format!("{}{status}: {}", failure.class.as_str(), failure.message)
}

/// What to do about a test that failed.
pub(in crate::cli) fn todo(account: &Account, trial: &Trial) -> Option<String> {
    let id = &account.provider.id;
    let page = account.row.and_then(|row| row.keys_page.as_deref());
    let at_page = page.map(|page| format!(" ({page})")).unwrap_or_default();
    let another = format!("try another model: `aigw provider test {id} -m MODEL`");
    let failure = match &trial.outcome {
        Outcome::Works { .. } | Outcome::NoChatModel => return None,
        Outcome::NoKey => {
            let variable = account.key_env.first().map(|name| format!("set {name}, or ")).unwrap_or_default();
            return Some(format!("{variable}run `aigw auth login {id}`{at_page}"));
        }
        Outcome::Disabled if account.disabled => {
            return Some(format!("`aigw provider enable {id}` enables it"));
        }
        Outcome::Disabled => return Some(format!("take `enabled = false` out of `[providers.{id}]`")),
        Outcome::Failed(failure) => failure,
    };
    Some(match failure.class {
        FailureClass::Auth if trial.key.is_none() => {
            format!("mend where the key comes from ({})", trial.key_origin.as_deref().unwrap_or("?"))
        }
        FailureClass::Auth => key_advice::another(account, trial.key_origin.as_deref()),
        FailureClass::Forbidden => {
            format!("the key may not use this model: look at the account{at_page}, or {another}")
        }
        FailureClass::NotFound => format!("`aigw model ls {id} --refresh` shows what it serves"),
        FailureClass::QuotaExhausted => format!("{}, or add credit{at_page}", wait(failure)),
        FailureClass::RateLimited => wait(failure),
        FailureClass::Server => "it is out of order for now: try again later".to_owned(),
        FailureClass::Timeout => {
            format!("try again later, or give it more time: `timeout` of `[providers.{id}]`, and --timeout")
        }
        FailureClass::Unreachable if is_loopback(&account.provider.base_url) => {
            format!("start the server at {}, or correct its address", account.provider.base_url)
        }
        FailureClass::Unreachable => "check the network; `aigw doctor` looks closer".to_owned(),
        FailureClass::Malformed | FailureClass::BrokenStream => {
            format!("check that {} is the provider and not something before it", account.provider.base_url)
        }
        _ => another,
    })
}

fn wait(failure: &Failure) -> String {
    match failure.reset {
        Some(reset) => format!("wait {}", people(reset)),
        None => "wait a while".to_owned(),
    }
}

/// Nothing when all is well; a request that failed weighs more than a key that is missing.
pub(super) fn exit(trials: &[&Trial]) -> Option<Exit> {
    let exit_of = |trial: &&Trial| match &trial.outcome {
        Outcome::Works { .. } | Outcome::NoChatModel => None,
        Outcome::NoKey | Outcome::Disabled => Some(Exit::Config),
        // Nothing left the machine: the key could not be had.
        Outcome::Failed(failure) if failure.class == FailureClass::Auth && trial.key.is_none() => {
            Some(Exit::Config)
        }
        Outcome::Failed(_) => Some(Exit::NoAnswer),
    };
    let exits: Vec<Exit> = trials.iter().filter_map(exit_of).collect();
    exits.iter().find(|exit| **exit == Exit::NoAnswer).or(exits.first()).copied()
}

fn table(context: &Context, rows: &[Row]) -> Result<(), CommandError> {
    let mut table =
        Table::new(["provider", "key", "result", "ms", "first token", "answered by"]).right([3, 4]);
    let figure = |figure: Option<u64>| figure.map(|figure| figure.to_string()).unwrap_or_default();
    for row in rows {
        table.row([
            row.provider.clone(),
            row.key.clone().unwrap_or_default(),
            row.result.to_owned(),
            figure(row.latency_ms),
            figure(row.ttft_ms),
            row.answered_by.clone().unwrap_or_default(),
        ]);
    }
    Ok(context.ui.table(&table, "")?)
}

fn complaint(exit: Exit, rows: &[Row]) -> CommandError {
    let failed: Vec<&Row> = rows.iter().filter(|row| row.has_failed()).collect();
    let message = match rows.len() {
        1 => "the test failed".to_owned(),
        all => format!("{} of {all} tests failed", failed.len()),
    };
    let error = CommandError::new(exit, message).details(failed.iter().map(|row| row.line()));
    failed.iter().filter_map(|row| row.hint()).fold(error, CommandError::hint)
}

impl Row {
    pub(super) fn has_no_chat_model(&self) -> bool {
        self.result == "no_chat_model"
    }

    pub(super) fn has_failed(&self) -> bool {
        !self.works && !self.has_no_chat_model()
    }

    /// What is worth knowing about it, though nothing failed.
    pub(super) fn note(&self) -> String {
        format!("{}: {}", self.provider, self.message.as_deref().unwrap_or_default())
    }

    /// Why it failed.
    pub(super) fn line(&self) -> String {
        let print = self.key.as_ref().map(|print| format!("{print} ")).unwrap_or_default();
        let key = self.key_origin.as_ref().map(|origin| format!(" (key {print}from {origin})"));
        let key = key.unwrap_or_default();
        let status = self.status.map(|status| format!(" ({status})")).unwrap_or_default();
        let what = self.model.as_ref().unwrap_or(&self.provider);
        let message = self.message.as_deref().unwrap_or_default();
        format!("{what}{key}  {}{status}: {message}", self.result)
    }

    /// What to do about it.
    pub(super) fn hint(&self) -> Option<String> {
        Some(format!("{}: {}", self.provider, self.todo.as_ref()?))
    }
}

/// Providers whose key was found in a variable that serves other purposes are not asked unless they are named.
pub(super) fn mention_incidental(app: &App, context: &Context, done: &str) {
    let usable = app.accounts.iter().filter(|account| account.incidental && account.is_on());
    for account in usable.filter(|account| account.default_model.is_some()) {
        let id = &account.provider.id;
        context.ui.note(&format!("{id} is used on request only, so it is {done} when it is named"));
    }
}

fn ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
