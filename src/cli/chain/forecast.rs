//! `aigw chain run --plan`: what would run, whom it would ask, what it would cost. Nothing is sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::app::App;
use crate::chains::definition::{By, Each, Kind, Step};
use crate::chains::{Plan, graph};
use crate::cli::{CommandError, Context, Output, json};
use crate::ledger::By as SumBy;
use crate::providers::client::Client;
use crate::router::Route;
use crate::ui::Table;

/// Tokens that a step's answer is taken to have.
const ANSWER: u64 = 700;
/// Bytes of text in a token, about.
const BYTES: usize = 4;
/// Items of a list that is not known yet.
const ITEMS: u64 = 5;

/// What a step would be.
struct Line {
    id: String,
    what: String,
    asks: Option<String>,
    provider: Option<String>,
    /// How often a model is asked, at least and at most, tool calls aside.
    calls: (u64, u64),
    input: u64,
    output: u64,
    cost: Option<f64>,
    /// Whether models are asked at prices that are not known.
    unpriced: bool,
}

/// Shows the plan.
pub(super) async fn show(
    context: &Context,
    app: &App,
    client: &Arc<Client>,
    plan: &Plan,
    inputs: &Value,
    models: &[String],
) -> Result<(), CommandError> {
    let mut lines = Vec::new();
    for &step in &plan.order {
        lines.push(line(app, client, plan, step, inputs, models).await?);
    }
    let quotas = quotas(app, &lines)?;
    if context.global.output() != Output::Text {
        let steps: Vec<Value> = lines.iter().map(report).collect();
        let costs: f64 = lines.iter().filter_map(|line| line.cost).sum();
        let whole =
            json!({"chain": plan.definition.name, "steps": steps, "cost_usd": costs, "quota": quotas});
        return json::object(&context.ui, context.global.output(), &whole);
    }
    let ui = &context.ui;
    let mut table =
        Table::new(["step", "what", "asks first", "calls", "tokens in", "out", "cost $"]).right([3, 4, 5, 6]);
    for line in &lines {
        let (least, most) = line.calls;
        table.row([
            line.id.clone(),
            line.what.clone(),
            line.asks.clone().unwrap_or_else(|| "-".into()),
            if least == most { least.to_string() } else { format!("{least}–{most}") },
            line.input.to_string(),
            line.output.to_string(),
            line.cost.map_or_else(|| "-".to_owned(), |cost| format!("{cost:.6}")),
        ]);
    }
    ui.table(&table, "nothing would run")?;
    let (least, most) = lines.iter().fold((0, 0), |sum, line| (sum.0 + line.calls.0, sum.1 + line.calls.1));
    let cost: f64 = lines.iter().filter_map(|line| line.cost).sum();
    let plus = if lines.iter().any(|line| line.unpriced) {
        " and what is used at prices that are not known"
    } else {
        ""
    };
    ui.line(&format!(
        "\n{least} to {most} questions, besides those that follow tool calls; about ${cost:.4} at most{plus}"
    ))?;
    for quota in quotas {
        ui.line(quota["says"].as_str().unwrap_or_default())?;
    }
    ui.note("an estimate: answers are taken to have 700 tokens, lists that are not known yet 5 items");
    Ok(())
}

async fn line(
    app: &App,
    client: &Arc<Client>,
    plan: &Plan,
    step: usize,
    inputs: &Value,
    models: &[String],
) -> Result<Line, CommandError> {
    let written = &plan.definition.steps[step];
    let (id, what) = (written.id.value.clone(), graph::what(written));
    let nothing = Line {
        id,
        what,
        asks: None,
        provider: None,
        calls: (0, 0),
        input: 0,
        output: 0,
        cost: None,
        unpriced: false,
    };
    let prompt = match &written.kind {
        Kind::Agent { prompt, .. } | Kind::Branch { by: By::Agent(_, prompt), .. } => prompt.value.len(),
        _ => return Ok(nothing),
    };
    let agents = app.agents();
    let Some(agent) = agents.find(written.kind.who()) else { return Ok(nothing) };
    let named: Vec<String> =
        if models.is_empty() { agent.model.iter().cloned().collect() } else { models.to_vec() };
    let route: Route = match app.route(client, &named).await {
        Ok(route) => route,
        // A file made for another tool names models that only that tool has.
        Err(crate::app::ResolveError::Unknown { .. }) if models.is_empty() => app.route(client, &[]).await?,
        Err(error) => return Err(error.into()),
    };
    let (least, most) = times(plan, step, written, inputs);
    let given =
        u64::try_from((prompt + agent.instructions.len() + inputs.to_string().len()) / BYTES).unwrap_or(0);
    let needs = u64::try_from(plan.nodes[step].needs.len()).unwrap_or(0);
    let (input, output) = (given + needs * ANSWER, ANSWER);
    let first = route.stops.first().map(|stop| &stop.model);
    let is_free = first.and_then(|model| free_tier(app, &model.provider)).is_some();
    let price = first.and_then(|model| Some((model.input_price?, model.output_price?)));
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let cost = price.map(|(of_input, of_output)| {
        (input as f64 * of_input + output as f64 * of_output) * most as f64 / 1_000_000.0
    });
    Ok(Line {
        asks: first.map(|model| model.model_id().to_string()),
        provider: first.map(|model| model.provider.clone()),
        calls: (least, most),
        input: input * most,
        output: output * most,
        unpriced: cost.is_none() && !is_free,
        cost,
        ..nothing
    })
}

/// How often a step is done, at least and at most.
fn times(plan: &Plan, step: usize, written: &Step, inputs: &Value) -> (u64, u64) {
    let node = &plan.nodes[step];
    let may_not = written.when.is_some() || !node.ways.is_empty();
    let rounds = node.end_of_loop.map_or(1, |end| u64::from(plan.definition.steps[end].max_rounds));
    let items = match written.for_each.as_ref().map(|each| &each.value) {
        None => (1, 1),
        Some(Each::List(items)) => (items.len() as u64, items.len() as u64),
        Some(Each::Expression(expression)) => {
            let name = expression.trim().strip_prefix("inputs.");
            let known = name.and_then(|name| inputs.get(name)?.as_array()).map(|items| items.len() as u64);
            known.map_or((0, ITEMS), |count| (count, count))
        }
    };
    (if may_not { 0 } else { items.0 }, items.1 * rounds)
}

fn free_tier<'a>(app: &'a App, provider: &str) -> Option<&'a crate::providers::catalog::FreeTier> {
    app.account(provider)?.row?.free_tier.as_ref()
}

/// What today's free quotas have left, where they are known.
fn quotas(app: &App, lines: &[Line]) -> Result<Vec<Value>, CommandError> {
    let mut calls: BTreeMap<&str, u64> = BTreeMap::new();
    for line in lines {
        if let Some(provider) = &line.provider {
            *calls.entry(provider).or_default() += line.calls.1;
        }
    }
    let midnight = Timestamp::now().to_zoned(TimeZone::UTC).start_of_day().map(|it| it.timestamp()).ok();
    let used =
        if app.ledger.path().exists() { app.ledger.sums(SumBy::Provider, midnight)? } else { Vec::new() };
    let mut quotas = Vec::new();
    for (provider, most) in calls {
        let Some(limit) = free_tier(app, provider).and_then(|tier| tier.rpd) else { continue };
        let used = used.iter().find(|sum| sum.group == provider).map_or(0, |sum| sum.attempts);
        let left = limit.saturating_sub(used);
        let suffices = left >= most;
        let word = if suffices { "suffices" } else { "does not suffice" };
        let says = format!(
            "{provider}: {left} of {limit} free requests are left today; that {word} for up to {most}"
        );
        quotas.push(json!({"provider": provider, "left": left, "limit": limit, "needed": most, "suffices": suffices, "says": says}));
    }
    Ok(quotas)
}

fn report(line: &Line) -> Value {
    json!({
        "id": line.id, "what": line.what, "asks": line.asks, "calls_least": line.calls.0, "calls_most": line.calls.1,
        "input_tokens": line.input, "output_tokens": line.output, "cost_usd": line.cost,
    })
}
