//! `aigw drill`: a rehearsal of outages, with the user's own route.

use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::{CommandError, Context, Exit, Output, json};
use crate::drill::{
    Cast, Drill, DrillError, Report, Scenario, ScenarioReport, Summary, Through, Timing, UnknownScenario,
    Verdict,
};
use crate::ui::Table;

/// Rehearse outages with your own route, and see how it comes through.
///
/// Sixteen ways in which providers fail are played by stand-ins on this machine, which take the place of the route's
/// providers; its settings are your own. No provider is asked, no key is used, and nothing is written into the ledger.
/// What came of it is compared word for word and scored as a public benchmark of gateways does.
#[derive(Debug, Args)]
#[command(
    after_help = "pass     full marks: the whole answer, in time, by whom and with as many attempts as is right
partial  the whole answer, but not within the marks
safe     no whole answer, and an error that says so
fail     a hang, or a cut or mixed answer that looks whole
skip     needs something that the route does not have

Exits 0 if all that were played pass (or as many as --min says), else 1.

Examples:
  aigw drill
  aigw drill smart --timing full --through serve
  aigw drill --only S08,S09,S14 --json"
)]
pub struct DrillArgs {
    /// The route, or anything that -m takes; the default one if none is named
    #[arg(value_name = "ROUTE")]
    route: Option<String>,

    /// The benchmark's own times, or a fifth of them with a fifth of your timeouts
    #[arg(long, value_name = "TIMING", value_enum, default_value_t = Pace::Fast)]
    timing: Pace,

    /// How requests are made: as `aigw chat` makes them into a pipe, through the HTTP gateway, or both; through the gateway
    /// by OpenAI's responses, Anthropic's messages or Gemini's format; or all of these
    #[arg(long, value_name = "WAY", value_enum, default_value_t = Ways::Both)]
    through: Ways,

    /// Only these scenarios (may be repeated, or with commas)
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,

    /// How many must pass; all that are played if not set
    #[arg(long, value_name = "N")]
    min: Option<usize>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Pace {
    Fast,
    Full,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Ways {
    Cli,
    Serve,
    Both,
    Responses,
    Messages,
    Gemini,
    All,
}

impl DrillArgs {
    fn scenarios(&self) -> Result<Vec<Scenario>, CommandError> {
        if self.only.is_empty() {
            return Ok(Scenario::ALL.to_vec());
        }
        let read = |id: &String| {
            id.parse().map_err(|error: UnknownScenario| CommandError::new(Exit::NotFound, error.to_string()))
        };
        let mut scenarios: Vec<Scenario> = self.only.iter().map(read).collect::<Result<_, _>>()?;
        scenarios.sort();
        scenarios.dedup();
        Ok(scenarios)
    }

    fn drill(&self, cast: Cast) -> Result<Drill, CommandError> {
        let timing = match self.timing {
            Pace::Fast => Timing::Fast,
            Pace::Full => Timing::Full,
        };
        let through = match self.through {
            Ways::Cli => vec![Through::Cli],
            Ways::Serve => vec![Through::Serve],
            Ways::Both => vec![Through::Cli, Through::Serve],
            Ways::Responses => vec![Through::Responses],
            Ways::Messages => vec![Through::Messages],
            Ways::Gemini => vec![Through::Gemini],
            Ways::All => {
                vec![Through::Cli, Through::Serve, Through::Responses, Through::Messages, Through::Gemini]
            }
        };
        Ok(Drill { cast: Arc::new(cast), timing, through, scenarios: self.scenarios()? })
    }
}

/// Runs the command.
pub async fn run(args: &DrillArgs, context: &Context) -> Result<(), CommandError> {
    args.scenarios()?;
    let app = context.app()?;
    let name = args.route.as_deref().unwrap_or(app.default_route());
    let ui = &context.ui;
    let cast = Cast::of(&app, name).await?;
    if cast.ordered {
        ui.note(&format!(
            "asked in this order for the drill, as its strategy had it: {}",
            cast.models.join(", ")
        ));
    }
    let drill = args.drill(cast)?;
    let (all, mut over) = (drill.runs(), 0);
    let spinner = ui.spinner(&format!("rehearsing {all} scenarios"));
    let running = async {
        let told = |report: &ScenarioReport| {
            over += 1;
            spinner.text(&format!(
                "rehearsing: {over} of {all}, {} {}",
                report.scenario,
                report.verdict.as_str()
            ));
        };
        Ok(drill.run(told).await?)
    };
    let report = context.interrupt.unless(running).await;
    drop(spinner);
    conclude(&report?, args, context)
}

fn conclude(report: &Report, args: &DrillArgs, context: &Context) -> Result<(), CommandError> {
    let summary = report.summary;
    let due = args.min.unwrap_or(summary.played);
    let output = context.global.output();
    if output == Output::Text {
        show(report, context)?;
    }
    if summary.pass >= due {
        return if output == Output::Text { Ok(()) } else { json::object(&context.ui, output, report) };
    }
    // Then the error carries the report: one value, not two.
    let fields = serde_json::to_value(report).unwrap_or_default();
    let message = format!("{} of {} passed, {due} are due", summary.pass, summary.played);
    Err(CommandError::failed(message).with_json(fields))
}

fn show(report: &Report, context: &Context) -> Result<(), CommandError> {
    let mut table =
        Table::new(["id", "by", "the provider", "verdict", "the caller saw", "the providers saw"]);
    for scenario in &report.scores {
        table.row([
            scenario.scenario.to_string(),
            scenario.through.as_str().to_owned(),
            scenario.fault.to_owned(),
            scenario.verdict.as_str().to_owned(),
            caller(scenario),
            providers(scenario),
        ]);
    }
    context.ui.table(&table, "nothing was rehearsed")?;
    for scenario in report.scores.iter().filter(|scenario| scenario.verdict != Verdict::Pass) {
        let (id, by, verdict) = (scenario.scenario, scenario.through.as_str(), scenario.verdict.as_str());
        context.ui.line(&format!("{id} {by} {verdict}: {}", scenario.why.join("; ")))?;
    }
    Ok(context.ui.heading(&sums(&report.summary))?)
}

fn sums(summary: &Summary) -> String {
    let Summary { pass, partial, safe, fail, skip, ms, .. } = *summary;
    let seconds = std::time::Duration::from_millis(ms).as_secs_f64();
    format!("{pass} pass, {partial} partial, {safe} safe, {fail} fail, {skip} skip in {seconds:.0} s")
}

/// What callers saw, in a few words.
fn caller(scenario: &ScenarioReport) -> String {
    let seconds = |ms: u64| std::time::Duration::from_millis(ms).as_secs_f64();
    let one = |request: &crate::drill::Request| {
        let class = request.class.as_ref().map(|class| format!(", {class}")).unwrap_or_default();
        format!("{}{class}, {:.1} s", request.text, seconds(request.took_ms))
    };
    match scenario.requests.as_slice() {
        [] => "-".to_owned(),
        [request] => one(request),
        several => {
            let whole = several.iter().filter(|one| one.text == "whole" && one.class.is_none()).count();
            let longest = several.iter().map(|one| one.took_ms).max().unwrap_or_default();
            format!("{whole} of {} whole, {:.1} s at most", several.len(), seconds(longest))
        }
    }
}

/// Who was asked how often, and when first and last.
fn providers(scenario: &ScenarioReport) -> String {
    let seconds =
        |ms: Option<&u64>| std::time::Duration::from_millis(ms.copied().unwrap_or_default()).as_secs_f64();
    let one = |attempts: &crate::drill::Attempts| {
        let (first, last) = (seconds(attempts.at_ms.first()), seconds(attempts.at_ms.last()));
        match attempts.at_ms.len() {
            1 => format!("{} at {first:.1} s", attempts.model),
            times => format!("{} {times} times, {first:.1}–{last:.1} s", attempts.model),
        }
    };
    match scenario.attempts.as_slice() {
        [] => "-".to_owned(),
        attempts => attempts.iter().map(one).collect::<Vec<_>>().join("; "),
    }
}

impl From<DrillError> for CommandError {
    fn from(error: DrillError) -> Self {
        match error {
            DrillError::Route(error) => error.into(),
            DrillError::Config(error) => error.into(),
            DrillError::Nobody(_) => Self::new(Exit::Config, error.to_string())
                .hint("`aigw route explain` says why each of its models is left out"),
            _ => Self::failed(format!("the drill cannot take place: {error}")),
        }
    }
}
