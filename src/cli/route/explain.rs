//! `aigw route explain`: the plan of a request that is not sent, by the code that plans those that are.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::provider::unknown_provider;
use super::super::{CommandError, Context, Output, json};
use crate::app::App;
use crate::chat::{FailureClass, Need, Tokens};
use crate::health::{Cooling, Subject};
use crate::providers::client::Client;
use crate::router::people;
use crate::router::plan::{Plan, SkipReason, Skipped, plan};
use crate::router::{Candidate, Demand, Route, Strategy, Weighed};
use crate::ui::Table;

/// How long a provider that is taken for down is so: longer than anybody looks at the plan.
const DOWN: Duration = Duration::from_hours(1);
/// What a request may need and not every model can do.
const NEEDS: [Need; 4] = [Need::Tools, Need::Schema, Need::Vision, Need::Pdf];

/// Show whom a request would be sent to, in which order and why
///
/// Nothing is sent. The plan is made by the code that makes it for requests, from what is known about the providers now.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The route, or anything that -m takes; the default one if none is named
    #[arg(value_name = "ROUTE")]
    name: Option<String>,

    /// As if this provider were down (may be repeated)
    #[arg(long, value_name = "PROVIDER")]
    down: Vec<String>,

    /// As if the request needed this (may be repeated)
    #[arg(long, value_name = "NEED", value_parser = NEEDS.map(Need::as_str))]
    need: Vec<String>,

    /// How many tokens the request has
    #[arg(long, value_name = "N", default_value_t = 1000)]
    tokens: u64,
}

/// Prints the plan.
pub(super) async fn run(args: &ExplainArgs, app: &App, context: &Context) -> Result<(), CommandError> {
    if let Some(unknown) = args.down.iter().find(|id| app.account(id).is_none()) {
        return Err(unknown_provider(app, unknown));
    }
    let client = Client::new()?;
    let targets: Vec<String> = args.name.iter().cloned().collect();
    let route = app.route(&client, &targets).await?;
    let input = Tokens { most: args.tokens, least: args.tokens };
    let needs = NEEDS.into_iter().filter(|need| args.need.iter().any(|word| word == need.as_str()));
    let demand = Demand::tokens(needs.collect(), input, None);
    let now = Instant::now();
    let mut health = app.health().snapshot(now);
    for id in &args.down {
        let cooling = Cooling { until: now + DOWN, class: FailureClass::Unreachable };
        health.pretend(Subject::Provider(id.clone()), cooling);
    }
    let plan = plan(&route, &demand, &health, now, &mut fastrand::Rng::new());
    let explained = Explained { route: &route, demand: &demand, plan: &plan, down: &args.down };
    match context.global.output() {
        Output::Text => explained.show(context),
        output => json::object(&context.ui, output, &explained.report()),
    }
}

/// A plan with all that it was made from.
struct Explained<'a> {
    route: &'a Route,
    demand: &'a Demand,
    plan: &'a Plan,
    down: &'a [String],
}

impl Explained<'_> {
    fn show(&self, context: &Context) -> Result<(), CommandError> {
        let Demand { input, output, .. } = self.demand;
        let ui = &context.ui;
        let strategy = self.route.strategy;
        ui.heading(&format!(
            "{}: {}, for {input} tokens and an answer of {output}",
            self.route.name,
            strategy.as_str()
        ))?;
        let mut table = Table::new(["#", "model", "key", "state", "weighed"]).right([0]);
        let row = |place: String, candidate: &Candidate, state: String| {
            let weighed = self.weighed(&candidate.weighed);
            let key = candidate.fingerprint().unwrap_or_default();
            [place, candidate.model_id().to_string(), key, state, weighed]
        };
        for (index, candidate) in self.plan.candidates.iter().enumerate() {
            let state = if candidate.weighed.probe { "ready, as a probe" } else { "ready" };
            table.row(row((index + 1).to_string(), candidate, state.to_owned()));
        }
        for skipped in &self.plan.skipped {
            table.row(row("-".to_owned(), &skipped.candidate, format!("left out: {}", self.why(skipped))));
        }
        ui.table(&table, "")?;
        if self.plan.candidates.is_empty() {
            ui.note("nobody could be asked");
        } else if matches!(strategy, Strategy::Weighted | Strategy::Latency) {
            ui.note("each request draws anew");
        }
        Ok(())
    }

    /// The number that the strategy looks at, in words.
    fn weighed(&self, weighed: &Weighed) -> String {
        let known = |text: Option<String>, otherwise: &str| text.unwrap_or_else(|| otherwise.to_owned());
        let mut words = match self.route.strategy {
            Strategy::Priority => "as listed".to_owned(),
            Strategy::RoundRobin => "in turn".to_owned(),
            Strategy::Weighted => format!("weight {}", weighed.weight),
            Strategy::Latency => known(
                weighed.first_token.map(|span| format!("{:.2} s to the first token", span.as_secs_f64())),
                "not known yet, so it is tried",
            ),
            Strategy::Cost => {
                known(weighed.cost_usd.map(|cost| format!("${cost:.6}")), "its price is not known")
            }
            Strategy::LeastBusy => format!("{} under way", weighed.busy),
            Strategy::Quota => {
                known(weighed.free.map(|free| format!("{:.0} % left", free * 100.0)), "no limit is known")
            }
        };
        if weighed.tight {
            words += "; it may be too long";
        }
        if weighed.spoken {
            words += "; it calls tools in words";
        }
        words
    }

    fn is_pretended(&self, skipped: &Skipped) -> bool {
        self.down.contains(&skipped.candidate.provider.id)
            && matches!(skipped.reason, SkipReason::Cooling { .. })
    }

    fn why(&self, skipped: &Skipped) -> String {
        if self.is_pretended(skipped) { "taken for down".to_owned() } else { skipped.reason.words() }
    }

    fn report(&self) -> Value {
        let candidates = self.plan.candidates.iter().enumerate().map(|(index, candidate)| {
            let mut value = report(candidate);
            value["position"] = json!(index + 1);
            value["state"] = json!(if candidate.weighed.probe { "probe" } else { "ready" });
            value
        });
        let skipped = self.plan.skipped.iter().map(|skipped| {
            let mut value = report(&skipped.candidate);
            let state = if self.is_pretended(skipped) { "down" } else { state(&skipped.reason) };
            let wait = skipped.reason.until().map(|until| until.saturating_duration_since(Instant::now()));
            value["state"] = json!(state);
            value["reason"] = json!(self.why(skipped));
            value["again_in"] = json!(wait.filter(|_| state != "down").map(people));
            value
        });
        json!({
            "route": self.route.name, "strategy": self.route.strategy.as_str(),
            "input_tokens": self.demand.input, "output_tokens": self.demand.output,
            "candidates": candidates.collect::<Vec<_>>(), "skipped": skipped.collect::<Vec<_>>(),
        })
    }
}

fn state(reason: &SkipReason) -> &'static str {
    match reason {
        SkipReason::Unable { .. } => "unable",
        SkipReason::Lesser { .. } => "lesser",
        SkipReason::TooLong { .. } => "too_long",
        SkipReason::Cooling { .. } => "cooling",
        SkipReason::Open { .. } => "open",
        SkipReason::Out { .. } => "out",
    }
}

fn report(candidate: &Candidate) -> Value {
    let weighed = candidate.weighed;
    let ms = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    json!({
        "provider": candidate.provider.id, "model": candidate.model.id, "key": candidate.fingerprint(),
        "weighed": {
            "weight": weighed.weight, "first_token_ms": weighed.first_token.map(ms), "cost_usd": weighed.cost_usd,
            "busy": weighed.busy, "free": weighed.free, "tight": weighed.tight,
            "spoken_tools": weighed.spoken,
        },
    })
}
