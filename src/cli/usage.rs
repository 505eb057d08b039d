//! `aigw usage`: what was used and what it cost.

use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use super::{CommandError, Context, Exit, Output, json};
use crate::config::Span;
use crate::ledger::{By, Entry, Ledger, Sum};
use crate::ui::Table;

/// Show what was used and what it cost.
///
/// Every attempt counts, failed ones too. Costs are those of known prices: a `+` after one says that more was used, at
/// prices that are not known.
#[derive(Debug, Args)]
pub struct UsageArgs {
    /// What to sum by
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = Group::Day)]
    by: Group,

    /// Only since then: a span such as 24h, or a date such as 2026-11-01 (UTC)
    #[arg(long, value_name = "WHEN", value_parser = since)]
    since: Option<Timestamp>,

    /// Every attempt of one request instead; the first characters of its id are enough
    #[arg(long, value_name = "ID", conflicts_with_all = ["by", "since"])]
    request: Option<String>,
}

impl UsageArgs {
    /// Sums by provider over all time.
    pub(super) fn by_provider() -> Self {
        Self { by: Group::Provider, since: None, request: None }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Group {
    Day,
    Provider,
    Model,
}

fn since(text: &str) -> Result<Timestamp, String> {
    if let Ok(date) = text.parse::<Date>() {
        return date
            .to_zoned(TimeZone::UTC)
            .map(|zoned| zoned.timestamp())
            .map_err(|error| error.to_string());
    }
    let span: Span = text
        .parse()
        .map_err(|_| "expected a span such as `24h` or a date such as `2026-11-01`".to_owned())?;
    Timestamp::now().checked_sub(span.0).map_err(|error| error.to_string())
}

/// Runs the command.
pub fn run(args: &UsageArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    if !app.ledger.path().exists() && args.request.is_none() {
        return sums(context, args.by, &[]);
    }
    match &args.request {
        Some(id) => request(context, &app.ledger, id),
        None => {
            let by = match args.by {
                Group::Day => By::Day,
                Group::Provider => By::Provider,
                Group::Model => By::Model,
            };
            sums(context, args.by, &app.ledger.sums(by, args.since)?)
        }
    }
}

fn sums(context: &Context, group: Group, sums: &[Sum]) -> Result<(), CommandError> {
    let output = context.global.output();
    if output != Output::Text {
        return json::list(&context.ui, output, sums);
    }
    let name = match group {
        Group::Day => "day",
        Group::Provider => "provider",
        Group::Model => "model",
    };
    let mut table = Table::new([name, "requests", "attempts", "failed", "tokens in", "tokens out", "cost $"])
        .right([1, 2, 3, 4, 5, 6]);
    for sum in sums {
        let plus = if sum.unpriced > 0 { "+" } else { "" };
        table.row([
            sum.group.clone(),
            sum.requests.to_string(),
            sum.attempts.to_string(),
            sum.failed.to_string(),
            sum.input_tokens.to_string(),
            sum.output_tokens.to_string(),
            format!("{:.6}{plus}", sum.cost_usd),
        ]);
    }
    context.ui.table(&table, "nothing was used yet")?;
    if sums.iter().any(|sum| sum.unpriced > 0) {
        context.ui.note("+ at least so much: the price of some attempts is not known");
    }
    Ok(())
}

fn request(context: &Context, ledger: &Ledger, id: &str) -> Result<(), CommandError> {
    let entries = ledger.attempts(id)?;
    if entries.is_empty() {
        return Err(CommandError::new(
            Exit::NotFound,
            format!("there is no request `{id}`, or more than one begins so"),
        ));
    }
    let output = context.global.output();
    if output != Output::Text {
        let reports: Vec<_> = entries.iter().map(report).collect();
        return json::list(&context.ui, output, &reports);
    }
    let mut table = Table::new(["at", "model", "key", "result", "ms", "in", "out", "cost $", "message"])
        .right([4, 5, 6, 7]);
    let figure = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    for entry in &entries {
        table.row([
            entry.at.to_string(),
            entry.model.to_string(),
            entry.key.clone().unwrap_or_default(),
            entry.class.map_or("answered", crate::chat::FailureClass::as_str).to_owned(),
            entry.latency.as_millis().to_string(),
            figure(entry.usage.input_tokens),
            figure(entry.usage.output_tokens),
            entry.cost_usd.map(|cost| format!("{cost:.6}")).unwrap_or_default(),
            entry.message.clone().unwrap_or_default(),
        ]);
    }
    context.ui.table(&table, "")?;
    Ok(())
}

fn report(entry: &Entry) -> serde_json::Value {
    let ms = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    json!({
        "request_id": entry.request_id, "ordinal": entry.ordinal, "at": entry.at.to_string(), "route": entry.route,
        "provider": entry.model.provider, "model": entry.model.model, "key": entry.key, "class": entry.class,
        "status": entry.status, "message": entry.message, "latency_ms": ms(entry.latency),
        "ttft_ms": entry.first_token.map(ms),
        "usage": {
            "input_tokens": entry.usage.input_tokens, "output_tokens": entry.usage.output_tokens,
            "cached_tokens": entry.usage.cached_tokens, "reasoning_tokens": entry.usage.reasoning_tokens,
            "source": entry.usage_source,
        },
        "cost_usd": entry.cost_usd,
    })
}
