//! `aigw key ls|show`.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::app::App;
use crate::cli::{CommandError, Context, Output, json};
use crate::ledger::keys::{PREFIX, Terms, VirtualKey};
use crate::ui::Table;

/// A key by its name.
pub(super) fn find(app: &App, name: &str) -> Result<VirtualKey, CommandError> {
    let keys = app.ledger.keys()?;
    let names: Vec<String> = keys.iter().map(|key| key.name.clone()).collect();
    keys.into_iter().find(|key| key.name == name).ok_or_else(|| {
        CommandError::unknown("key", name, names.iter().map(String::as_str), "`aigw key ls` lists them")
    })
}

/// Whether it is good, in a word.
fn state(key: &VirtualKey) -> &'static str {
    match (key.revoked, key.expires) {
        (Some(_), _) => "revoked",
        (None, Some(expires)) if expires <= Timestamp::now() => "expired",
        _ => "good",
    }
}

/// The key as JSON. The shape is an interface.
fn report(key: &VirtualKey) -> Value {
    let mut report = json!(key);
    report["state"] = json!(state(key));
    report
}

/// What it is good for, in words.
fn words(terms: &Terms) -> Vec<String> {
    let count = |most: Option<u64>, what: &str| most.map(|most| format!("{most} {what}"));
    let money = |most: Option<f64>, what: &str| most.map(|most| format!("${most} {what}"));
    let limits = [
        count(terms.rpm.map(u64::from), "requests a minute"),
        count(terms.tpm, "tokens a minute"),
        count(terms.concurrency.map(u64::from), "at a time"),
        count(terms.tokens_per_day, "tokens a day"),
        count(terms.tokens_per_month, "tokens a month"),
        money(terms.usd_per_day, "a day"),
        money(terms.usd_per_month, "a month"),
    ];
    limits.into_iter().flatten().collect()
}

/// Lists the keys.
pub(super) fn list(context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    let keys = app.ledger.keys()?;
    if context.global.output() != Output::Text {
        let reports: Vec<Value> = keys.iter().map(report).collect();
        return json::list(&context.ui, context.global.output(), &reports);
    }
    let mut table = Table::new(["name", "key", "state", "models", "limits", "made"]);
    for key in keys {
        let models = if key.terms.models.is_empty() { "all".to_owned() } else { key.terms.models.join(", ") };
        table.row([
            key.name.clone(),
            format!("{PREFIX}…{}", key.hint),
            state(&key).to_owned(),
            models,
            words(&key.terms).join(", "),
            key.created.strftime("%Y-%m-%d").to_string(),
        ]);
    }
    Ok(context.ui.table(&table, "there are no keys: programs of this machine need none")?)
}

/// Shows a key.
pub(super) fn show(context: &Context, name: &str) -> Result<(), CommandError> {
    let app = context.app()?;
    let key = find(&app, name)?;
    let (today, month) = app.ledger.spending(&key.id)?;
    if context.global.output() != Output::Text {
        let mut report = report(&key);
        report["used"] = json!({"day": today, "month": month});
        return json::object(&context.ui, context.global.output(), &report);
    }
    let terms = &key.terms;
    let or = |list: &[String], usual: &str| if list.is_empty() { usual.to_owned() } else { list.join(", ") };
    let mut lines = vec![
        format!("name     {}", key.name),
        format!("key      {PREFIX}…{}", key.hint),
        format!("state    {}", state(&key)),
        format!("models   {}", or(&terms.models, "all")),
        format!("scopes   {}", or(&terms.scopes, &Terms::USUAL_SCOPES.join(", "))),
        format!("limits   {}", or(&words(terms), "none")),
        format!("today    {} tokens, ${:.6}", today.tokens, today.cost_usd),
        format!("month    {} tokens, ${:.6}", month.tokens, month.cost_usd),
    ];
    if !terms.tags.is_empty() {
        lines.push(format!("tags     {}", terms.tags.join(", ")));
    }
    if let Some(expires) = key.expires {
        lines.push(format!("expires  {}", expires.strftime("%Y-%m-%d %H:%M UTC")));
    }
    for line in lines {
        context.ui.line(&line)?;
    }
    Ok(())
}
