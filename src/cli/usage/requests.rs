//! Requests one by one: the newest ones, and every attempt of one.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::{CommandError, Context, Exit, Output, json};
use crate::chat::FailureClass;
use crate::ledger::{Entry, Ledger};
use crate::ui::Table;

/// How many requests are listed. Older ones are found by day, or by an id that was written down.
const MOST: usize = 100;

/// Lists the newest requests.
pub(super) fn newest(
    context: &Context,
    ledger: &Ledger,
    since: Option<Timestamp>,
) -> Result<(), CommandError> {
    let requests = if ledger.path().exists() { ledger.requests(since, MOST)? } else { Vec::new() };
    let output = context.global.output();
    if output != Output::Text {
        return json::list(&context.ui, output, &requests);
    }
    let mut table = Table::new([
        "request",
        "at",
        "route",
        "answered by",
        "attempts",
        "tokens in",
        "tokens out",
        "cost $",
    ])
    .right([4, 5, 6, 7]);
    for request in &requests {
        let plus = if request.unpriced > 0 { "+" } else { "" };
        table.row([
            request.request_id.clone(),
            request.at.clone(),
            request.route.clone(),
            request.answered_by.clone().unwrap_or_else(|| "nobody".to_owned()),
            request.attempts.to_string(),
            request.input_tokens.to_string(),
            request.output_tokens.to_string(),
            format!("{:.6}{plus}", request.cost_usd),
        ]);
    }
    let empty = if since.is_some() { "nothing was used since then" } else { "nothing was used yet" };
    context.ui.table(&table, empty)?;
    if requests.len() == MOST {
        context.ui.note(&format!("only the newest {MOST} are listed"));
    }
    Ok(())
}

/// Shows every attempt of one request.
pub(super) fn attempts(context: &Context, ledger: &Ledger, id: &str) -> Result<(), CommandError> {
    let entries = ledger.attempts(id)?;
    if entries.is_empty() {
        return Err(CommandError::new(
            Exit::NotFound,
            format!("there is no request `{id}`, or more than one begins so"),
        )
        .hint(
            "ids begin with the time: a recent one needs a dozen signs; `aigw usage --by request` lists them",
        ));
    }
    let output = context.global.output();
    if output != Output::Text {
        let reports: Vec<_> = entries.iter().map(report).collect();
        return json::list(&context.ui, output, &reports);
    }
    let header = [
        "at",
        "model",
        "key",
        "result",
        "status",
        "ms",
        "first ms",
        "in",
        "out",
        "cost $",
        "counted by",
        "message",
    ];
    let mut table = Table::new(header).right([4, 5, 6, 7, 8, 9]);
    let figure = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    for entry in &entries {
        table.row([
            entry.at.to_string(),
            entry.model.to_string(),
            entry.key.clone().unwrap_or_default(),
            entry.class.map_or("answered", FailureClass::as_str).to_owned(),
            figure(entry.status.map(u64::from)),
            entry.latency.as_millis().to_string(),
            figure(entry.first_token.map(ms)),
            figure(entry.usage.input_tokens),
            figure(entry.usage.output_tokens),
            entry.cost_usd.map(|cost| format!("{cost:.6}")).unwrap_or_default(),
            entry.usage_source.as_str().to_owned(),
            entry.message.clone().unwrap_or_default(),
        ]);
    }
    context.ui.table(&table, "")?;
    Ok(())
}

fn ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn report(entry: &Entry) -> Value {
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
