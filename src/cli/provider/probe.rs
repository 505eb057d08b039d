//! `aigw provider probe`: what models really can do, by asking them.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{findings, test};
use crate::app::App;
use crate::app::probe::{Probe, Verdict};
use crate::app::trial::Trial;
use crate::chat::Failure;
use crate::cli::chat::{FAREWELL_PATIENCE, settle_ledger};
use crate::cli::{CommandError, Context, Exit, Output, json};
use crate::config::Span;
use crate::health::Aspect;
use crate::providers::client::Client;
use crate::ui::Table;

/// How long the file may take that the findings are kept in.
const PATIENCE: Duration = Duration::from_secs(3);

/// Ask models what they really can do: tool calls, several at once, schemas, prefill, usage in streams.
///
/// Each model is asked four short questions, at most six where it does not do at once what it is asked to; each may be
/// repeated without a parameter that the provider refuses, and none may be answered with more than 4096 tokens, so that a
/// model has room to think. Of several keys the first that works is enough. The requests are in the ledger like any other.
///
/// What is found out is kept for 30 days and counts more than what is listed: a model that calls no tools is not sent any,
/// and a broken answer is handed over as a prefill only to who goes on with one. What a limit, the key or the network keeps
/// from showing is `unclear`; what was known of it before then holds. `aigw provider show` shows it. Exits 0 when all is
/// clear, 4 when a provider gave no answer to something, 3 when all that is missing is a key.
#[derive(Debug, Args)]
pub(super) struct ProbeArgs {
    /// Which providers; every one that is on if none is named
    #[arg(value_name = "PROVIDER")]
    providers: Vec<String>,

    /// Probe this model instead of the provider's default one
    #[arg(short, long, value_name = "MODEL")]
    model: Option<String>,

    /// How long one answer may take
    #[arg(long, value_name = "DUR", value_parser = Span::read_some, default_value = "30s")]
    timeout: Span,
}

/// One probe as JSON: the test that it began with, and what it found out. The shape is an interface.
#[derive(Debug, Serialize)]
struct Row {
    #[serde(flatten)]
    test: test::Row,
    /// By aspect, `able` and how it showed; `able` is null where it is unclear. Null where the test failed.
    findings: Option<Value>,
}

/// Runs the command.
pub(super) async fn run(args: &ProbeArgs, app: &App, context: &Context) -> Result<(), CommandError> {
    if let Some(id) = args.providers.iter().find(|id| app.account(id).is_none()) {
        return Err(super::unknown_provider(app, id));
    }
    if args.providers.is_empty() && args.model.is_none() {
        test::mention_incidental(app, context, "probed");
    }
    let client = Arc::new(Client::new()?);
    let work = async {
        let subjects = app.trial_subjects(&client, &args.providers, args.model.as_deref()).await?;
        let count = subjects.len();
        let spinner =
            context.ui.spinner(&format!("probing {count} model{}", if count == 1 { "" } else { "s" }));
        let probes = app.probes(&client, &subjects, args.timeout.0).await;
        drop(spinner);
        Ok(probes)
    };
    let probes = context.interrupt.unless(work).await;
    client.settle(FAREWELL_PATIENCE).await;
    keep(app).await;
    settle_ledger(app, context).await;
    let probes: Vec<Probe> = probes?;
    let rows: Vec<Row> = probes.iter().map(|probe| row(app, probe)).collect();
    let exit = exit(&probes);
    let output = context.global.output();
    if output != Output::Text {
        json::list(&context.ui, output, &rows)?;
        // The array says it all: an error would be a second value on stdout.
        return exit.map_or(Ok(()), |exit| Err(CommandError::new(exit, "")));
    }
    show(context, &probes)?;
    for row in rows.iter().map(|row| &row.test).filter(|row| row.has_no_chat_model()) {
        context.ui.note(&row.note());
    }
    exit.map_or(Ok(()), |exit| Err(complaint(exit, &probes, &rows)))
}

/// What was found out is the whole point: it is waited for until others can know it.
async fn keep(app: &App) {
    let health = app.health();
    // A thread that is gone has told the log why.
    let _gone = tokio::task::spawn_blocking(move || health.flush(PATIENCE)).await;
}

fn row(app: &App, probe: &Probe) -> Row {
    let finding = |verdict: &Verdict| match verdict {
        Verdict::Able => json!({"able": true, "reason": null}),
        Verdict::Unable(how) => json!({"able": false, "reason": how}),
        Verdict::Unclear(failure) => json!({"able": null, "reason": test::words(failure)}),
    };
    let findings: Map<String, Value> = probe
        .verdicts
        .iter()
        .map(|(aspect, verdict)| (aspect.as_str().to_owned(), finding(verdict)))
        .collect();
    Row {
        test: test::row(app, &probe.trial),
        findings: (!findings.is_empty()).then_some(Value::Object(findings)),
    }
}

/// What stays unclear and why; a reason that several have in common is told once.
fn unclear(probe: &Probe) -> Vec<String> {
    let mut reasons: Vec<(&Failure, Vec<&str>)> = Vec::new();
    for (aspect, verdict) in &probe.verdicts {
        let Verdict::Unclear(failure) = verdict else { continue };
        match reasons.iter_mut().find(|(known, _)| *known == failure) {
            Some((_, aspects)) => aspects.push(findings::name(*aspect)),
            None => reasons.push((failure, vec![findings::name(*aspect)])),
        }
    }
    let line = |(failure, aspects): &(&Failure, Vec<&str>)| {
        format!("{}  {}: unclear, {}", place(probe), aspects.join(", "), test::words(failure))
    };
    reasons.iter().map(line).collect()
}

/// As after a test; what stays unclear got no answer.
fn exit(probes: &[Probe]) -> Option<Exit> {
    let trials: Vec<&Trial> = probes.iter().map(|probe| &probe.trial).collect();
    let is_unclear = probes.iter().any(|probe| !unclear(probe).is_empty());
    if is_unclear { Some(Exit::NoAnswer) } else { test::exit(&trials) }
}

/// How users write the model, or the provider where there is none.
fn place(probe: &Probe) -> String {
    let trial = &probe.trial;
    trial.model.as_ref().map_or_else(|| trial.provider.clone(), ToString::to_string)
}

/// The words under each aspect. Of what could not be probed, why not.
fn cells(probe: &Probe) -> [String; 5] {
    if probe.verdicts.is_empty() {
        let result = test::result(&probe.trial.outcome).to_owned();
        return [result, String::new(), String::new(), String::new(), String::new()];
    }
    Aspect::ALL.map(|wanted| {
        let found = probe.verdicts.iter().find(|(aspect, _)| *aspect == wanted);
        let word = found.map_or("", |(_, verdict)| match verdict {
            Verdict::Able => "yes",
            Verdict::Unable(_) => "no",
            Verdict::Unclear(_) => "unclear",
        });
        word.to_owned()
    })
}

/// A table where it fits; else a list for each model, as words that are broken can hardly be read.
fn show(context: &Context, probes: &[Probe]) -> Result<(), CommandError> {
    let rows: Vec<(String, [String; 5])> = probes.iter().map(|probe| (place(probe), cells(probe))).collect();
    if context.ui.width().is_some_and(|columns| width(&rows) >= usize::from(columns)) {
        for (place, cells) in &rows {
            context.ui.heading(place)?;
            for (aspect, cell) in Aspect::ALL.into_iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                context.ui.line(&format!("  {:<16}  {cell}", findings::name(aspect)))?;
            }
        }
        return Ok(());
    }
    let mut table =
        Table::new(["provider/model", "tools", "parallel", "schema", "prefill", "usage in streams"]);
    for (place, cells) in rows {
        table.row(std::iter::once(place).chain(cells));
    }
    Ok(context.ui.table(&table, "")?)
}

/// How many columns a table of these rows takes.
fn width(rows: &[(String, [String; 5])]) -> usize {
    const GAP: usize = 2;
    let length = |text: &str| text.chars().count();
    let column = |index: usize, aspect: Aspect| {
        let cells = rows.iter().map(|(_, cells)| length(&cells[index]));
        GAP + cells.chain([length(findings::name(aspect))]).max().unwrap_or(0)
    };
    let places = rows.iter().map(|(place, _)| length(place)).chain([length("provider/model")]);
    let aspects = Aspect::ALL.into_iter().enumerate().map(|(index, aspect)| column(index, aspect));
    places.max().unwrap_or(0) + aspects.sum::<usize>()
}

fn complaint(exit: Exit, probes: &[Probe], rows: &[Row]) -> CommandError {
    let failed: Vec<&test::Row> = rows.iter().map(|row| &row.test).filter(|row| row.has_failed()).collect();
    let unclear_lines: Vec<String> = probes.iter().flat_map(unclear).collect();
    let left = probes.iter().filter(|probe| !unclear(probe).is_empty()).count();
    let message = match (probes.len(), failed.len(), left) {
        (1, 0, _) => "the probe left something unclear".to_owned(),
        (1, _, _) => "the probe failed".to_owned(),
        (all, 0, left) => format!("{left} of {all} probes left something unclear"),
        (all, failed, 0) => format!("{failed} of {all} probes failed"),
        (all, failed, left) => format!("{failed} of {all} probes failed, {left} left something unclear"),
    };
    let details = failed.iter().map(|row| row.line()).chain(unclear_lines);
    let error = CommandError::new(exit, message).details(details);
    failed.iter().filter_map(|row| row.hint()).fold(error, CommandError::hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::FINDINGS_LAST;

    #[test]
    fn the_help_says_how_long_findings_last_and_a_table_how_wide_it_is() {
        assert_eq!(FINDINGS_LAST, Duration::from_hours(30 * 24));
        let cells = ["yes", "no", "unclear", "yes", "no"].map(str::to_owned);
        // provider/model  tools  parallel  schema   prefill  usage in streams
        assert_eq!(width(&[("a/b".to_owned(), cells)]), 14 + 7 + 10 + 9 + 9 + 18);
    }
}
