//! `aigw usage`: what was used and what it cost.

mod requests;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::{CommandError, Context, Output, json, when};
use crate::ledger::{By, Sum};
use crate::ui::Table;

/// Show what was used and what it cost.
///
/// Every attempt counts, failed ones too. Costs are those of known prices: a `+` after one says that more was used, at
/// prices that are not known.
#[derive(Debug, Args)]
pub struct UsageArgs {
    /// What to sum by; `request` lists the newest requests with their ids
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = Group::Day)]
    by: Group,

    /// Only since then: a span such as 24h, or a date such as 2026-11-01 (UTC)
    #[arg(long, value_name = "WHEN", value_parser = when::since)]
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
    Agent,
    Session,
    Request,
}

/// Runs the command.
pub fn run(args: &UsageArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    if let Some(id) = &args.request {
        return requests::attempts(context, &app.ledger, id);
    }
    let by = match args.by {
        Group::Day => By::Day,
        Group::Provider => By::Provider,
        Group::Model => By::Model,
        Group::Agent => By::Agent,
        Group::Session => By::Session,
        Group::Request => return requests::newest(context, &app.ledger, args.since),
    };
    let known = if app.ledger.path().exists() { app.ledger.sums(by, args.since)? } else { Vec::new() };
    sums(context, by, args.since.is_some(), &known)
}

fn sums(context: &Context, by: By, narrowed: bool, sums: &[Sum]) -> Result<(), CommandError> {
    let output = context.global.output();
    if output != Output::Text {
        return json::list(&context.ui, output, sums);
    }
    let name = match by {
        By::Day => "day",
        By::Provider => "provider",
        By::Model => "model",
        By::Agent => "agent",
        By::Session => "session",
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
    context
        .ui
        .table(&table, if narrowed { "nothing was used since then" } else { "nothing was used yet" })?;
    if sums.iter().any(|sum| sum.unpriced > 0) {
        context.ui.note("+ at least so much: the price of some attempts is not known");
    }
    Ok(())
}
