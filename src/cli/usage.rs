//! `aigw usage`: what was used and what it cost.

mod requests;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::{CommandError, Context, Output, json, when};
use crate::ledger::{By, Sum};
use crate::memory::Memory;
use crate::ui::Table;

/// Show what was used and what it cost.
///
/// Every attempt counts, failed ones too. Costs are those of known prices: a `+` after one says that more was used, at
/// prices that are not known.
#[derive(Debug, Args)]
pub struct UsageArgs {
    /// What to sum by; `request` lists the newest requests with their ids, `chain` says
    /// how many steps were answered from results that were there
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
    Chain,
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
        Group::Chain => return chains(context, &app.memory, args.since),
        Group::Request => return requests::newest(context, &app.ledger, args.since),
    };
    let known = if app.ledger.path().exists() { app.ledger.sums(by, args.since)? } else { Vec::new() };
    sums(context, by, args.since.is_some(), &known)
}

/// What chains have used, and what they did not have to use because it was there.
fn chains(context: &Context, memory: &Memory, since: Option<Timestamp>) -> Result<(), CommandError> {
    let sums = if memory.path().exists() { memory.run_sums(since)? } else { Vec::new() };
    if context.global.output() != Output::Text {
        return json::list(&context.ui, context.global.output(), &sums);
    }
    let mut table = Table::new(["chain", "runs", "steps", "were there", "tokens in", "tokens out", "cost $"])
        .right([1, 2, 3, 4, 5, 6]);
    for sum in sums {
        table.row([
            sum.chain,
            sum.runs.to_string(),
            sum.steps.to_string(),
            sum.kept.to_string(),
            sum.input_tokens.to_string(),
            sum.output_tokens.to_string(),
            format!("{:.6}", sum.cost_usd),
        ]);
    }
    Ok(context.ui.table(&table, "no chain was run")?)
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
