//! `aigw drill`: outages of one's own route, rehearsed.

use std::path::Path;

use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::{CommandError, Context, Exit, Output, json};
use crate::app::App;
use crate::drill::scenario::{SCENARIOS, Timing, Verdict};
use crate::drill::{Drill, Ending, Score, Seen, Way};
use crate::ui::Table;

/// Rehearse outages of your own route against stand-ins, and see a scorecard.
///
/// Sixteen faults, those of a public failover benchmark, are played to the route with its own settings: refusals, silence,
/// broken streams, an outage of a minute. A stand-in on this machine takes the place of every provider, and a made-up key
/// that of every key: nothing is sent, nothing is paid, and nothing of yours is written.
///
/// pass: all that can be asked for; partial: a whole answer, but late or with too many attempts; safe: an honest error;
/// fail: a cut or blended answer that looked whole, or no end. Exits 1 if fewer pass than --min says.
#[derive(Debug, Args)]
pub struct DrillArgs {
    /// The route, provider or model; the default route if none is named
    #[arg(value_name = "ROUTE")]
    target: Option<String>,

    /// Real spans (several minutes), or a tenth of them for the route's timers and the faults alike
    #[arg(long, value_enum, default_value = "fast")]
    timing: Timing,

    /// Ask as `aigw chat` does, or through `aigw serve`; both if it is not named
    #[arg(long, value_enum, value_name = "WAY")]
    through: Option<Way>,

    /// Play only these (S01, S08 …)
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,

    /// How many of those that were played must pass; all of them if it is not named
    #[arg(long, value_name = "N")]
    min: Option<usize>,
}

/// One score as JSON. The shape is an interface.
#[derive(Debug, Serialize)]
struct Row<'a> {
    id: &'a str,
    through: Way,
    /// What the first provider did.
    fault: &'a str,
    wanted: &'a str,
    /// `pass`, `partial`, `safe`, `fail`, `skip`.
    verdict: &'a str,
    /// Why it was not played.
    skipped: Option<&'a str>,
    /// What the caller saw.
    ending: Option<String>,
    words: Option<usize>,
    model: Option<&'a str>,
    seconds: Option<f64>,
    /// What the providers saw.
    first_asked: Option<usize>,
    others_asked: Option<usize>,
}

/// Runs the command.
pub async fn run(args: &DrillArgs, context: &Context) -> Result<(), CommandError> {
    if let Some(unknown) =
        args.only.iter().find(|id| !SCENARIOS.iter().any(|it| it.id.eq_ignore_ascii_case(id)))
    {
        let known = SCENARIOS.iter().map(|scenario| scenario.id);
        return Err(CommandError::unknown("scenario", unknown, known, "they go from S01 to S16"));
    }
    let drill = Drill {
        target: args.target.clone(),
        timing: args.timing,
        ways: args.through.map_or_else(|| vec![Way::Cli, Way::Serve], |way| vec![way]),
        only: args.only.clone(),
    };
    // The configuration is what it would be, and the data is in a place of its own.
    let make = |data: &Path| {
        let names = context.env.names().filter(|name| *name != "AIGW_DATA_DIR");
        let kept = names.filter_map(|name| Some((name.to_owned(), context.env.get(name)?.to_owned())));
        let data = ("AIGW_DATA_DIR".to_owned(), data.display().to_string());
        App::new(kept.chain([data]).collect(), context.global.config.clone())
            .map_err(|error| error.to_string())
    };
    // What is wrong with the configuration or the route is told as everywhere.
    context.app()?;
    let spinner = context.ui.spinner("rehearsing outages");
    let work = async {
        let told = |score: &Score| spinner.text(&format!("{} {}", score.scenario.id, word(score)));
        let held = drill.hold(&make, told).await;
        held.map_err(|error| CommandError::new(Exit::Config, error.0))
    };
    let scores = context.interrupt.unless(work).await;
    drop(spinner);
    conclude(args, context, &scores?)
}

fn word(score: &Score) -> &'static str {
    score.verdict.map_or("skip", Verdict::as_str)
}

fn conclude(args: &DrillArgs, context: &Context, scores: &[Score]) -> Result<(), CommandError> {
    let played = scores.iter().filter(|score| score.verdict.is_some()).count();
    let count = |verdict| scores.iter().filter(|score| score.verdict == Some(verdict)).count();
    let [pass, partial, safe, fail] =
        [Verdict::Pass, Verdict::Partial, Verdict::Safe, Verdict::Fail].map(count);
    let rows: Vec<Row<'_>> = scores.iter().map(row).collect();
    match context.global.output() {
        Output::Text => table(context, &rows)?,
        Output::Json => {
            let summary =
                json!({"played": played, "pass": pass, "partial": partial, "safe": safe, "fail": fail});
            let value = json!({"timing": args.timing, "scores": rows, "summary": summary});
            json::object(&context.ui, Output::Json, &value)?;
        }
        Output::Jsonl => json::list(&context.ui, Output::Jsonl, &rows)?,
    }
    let sum = format!("{pass} of {played} passed, {partial} partial, {safe} safe, {fail} failed");
    let wanted = args.min.unwrap_or(played);
    if pass >= wanted {
        context.ui.status(&sum);
        return Ok(());
    }
    let message = format!("{sum}; {wanted} should pass");
    if context.global.output() == Output::Text {
        return Err(CommandError::failed(message));
    }
    // The value on stdout says it all.
    Err(CommandError::new(Exit::Failed, ""))
}

fn row(score: &Score) -> Row<'_> {
    let seen = score.seen.as_ref();
    let words = |seen: &Seen| seen.text.split_whitespace().count();
    Row {
        id: score.scenario.id,
        through: score.way,
        fault: score.scenario.does,
        wanted: score.scenario.wanted,
        verdict: word(score),
        skipped: score.skipped,
        ending: seen.map(|seen| match &seen.ending {
            Ending::Whole => "whole".to_owned(),
            Ending::Error(class) => class.clone(),
            Ending::Hung => "hung".to_owned(),
        }),
        words: seen.map(words),
        model: seen.and_then(|seen| seen.model.as_deref()),
        seconds: seen.map(|seen| (seen.took.as_secs_f64() * 100.0).round() / 100.0),
        first_asked: seen.map(|seen| seen.series.as_ref().map_or(seen.first(), |series| series.meanwhile)),
        others_asked: seen.map(|seen| seen.others_asked),
    }
}

fn table(context: &Context, rows: &[Row<'_>]) -> Result<(), CommandError> {
    let mut table =
        Table::new(["id", "through", "verdict", "the provider", "the caller saw", "s", "attempts"])
            .right([5]);
    for row in rows {
        let way = match row.through {
            Way::Cli => "cli",
            Way::Serve => "serve",
        };
        let saw = match (&row.ending, row.skipped) {
            (_, Some(skipped)) => skipped.to_owned(),
            (Some(ending), _) => format!("{ending}, {} words", row.words.unwrap_or(0)),
            (None, None) => String::new(),
        };
        let attempts = row.first_asked.zip(row.others_asked);
        table.row([
            row.id.to_owned(),
            way.to_owned(),
            row.verdict.to_owned(),
            row.fault.to_owned(),
            saw,
            row.seconds.map(|seconds| format!("{seconds:.1}")).unwrap_or_default(),
            attempts.map(|(first, others)| format!("{first} + {others}")).unwrap_or_default(),
        ]);
    }
    Ok(context.ui.table(&table, "nothing was played")?)
}
