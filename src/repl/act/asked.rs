//! Commands about whom is asked and what came of it.

use std::collections::BTreeMap;

use tokio::time::Instant;

use super::{Done, told};
use crate::app::outcome::attempt_line;
use crate::repl::room::Room;
use crate::router::Demand;
use crate::router::plan::plan;
use crate::ui::Table;

pub(super) async fn model(room: &mut Room, names: &str) -> Done {
    if names.is_empty() {
        let chosen = room.session.models.join(", ");
        room.ui.note(if chosen.is_empty() { "the default route is asked" } else { &chosen });
        return Ok(());
    }
    let names =
        if names == "auto" { Vec::new() } else { names.split_whitespace().map(str::to_owned).collect() };
    go_by(room, names).await
}

/// Shows the routes, or goes by one.
pub(super) async fn route(room: &mut Room, name: &str) -> Done {
    if !name.is_empty() {
        if !room.app.is_route(name) {
            return Err(format!("there is no route `{name}`: /route lists them, /model takes a model"));
        }
        return go_by(room, vec![name.to_owned()]).await;
    }
    let chosen = match room.session.models.first() {
        Some(first) => first.clone(),
        None => room.app.default_route().to_owned(),
    };
    let mut table = Table::new(["", "route", "models"]);
    for (name, models) in room.routes() {
        let mark = if name == chosen { "*" } else { "" };
        table.row([mark.to_owned(), name, models]);
    }
    room.ui.table(&table, "").map_err(told)
}

/// Asks these from now on, if they can be asked at all.
async fn go_by(room: &mut Room, names: Vec<String>) -> Done {
    let before = std::mem::replace(&mut room.session.models, names);
    if let Err(error) = room.check().await {
        room.session.models = before;
        return Err(error.to_string());
    }
    Ok(())
}

/// Sums over the turns of the session.
pub(super) fn usage(room: &Room) -> Done {
    #[derive(Default)]
    struct Sum {
        turns: u64,
        input: u64,
        output: u64,
        cost: f64,
    }
    let mut sums: BTreeMap<(String, String), Sum> = BTreeMap::new();
    for turn in &room.turns {
        let from = &turn.provenance;
        let model = from.model.as_ref().map_or_else(|| "nobody".to_owned(), ToString::to_string);
        let sum = sums.entry((from.agent.clone(), model)).or_default();
        sum.turns += 1;
        sum.input += from.input_tokens.unwrap_or(0);
        sum.output += from.output_tokens.unwrap_or(0);
        sum.cost += from.cost_usd.unwrap_or(0.0);
    }
    let mut table =
        Table::new(["agent", "model", "turns", "tokens in", "tokens out", "cost $"]).right([2, 3, 4, 5]);
    for ((agent, model), sum) in &sums {
        let counts = [sum.turns, sum.input, sum.output].map(|count| count.to_string());
        let [turns, input, output] = counts;
        table.row([agent.clone(), model.clone(), turns, input, output, format!("{:.6}", sum.cost)]);
    }
    room.ui.table(&table, "nothing was asked in this session yet").map_err(told)
}

/// How the last answer came about, and who would be asked next.
pub(super) async fn explain(room: &Room) -> Done {
    let ui = &room.ui;
    if let Some(last) = room.last.as_ref() {
        ui.heading(&format!("the last turn, {}", last.agent)).map_err(told)?;
        last.attempts.iter().try_for_each(|it| ui.line(&format!("  {}", attempt_line(it)))).map_err(told)?;
        for line in &last.recalled {
            ui.line(&format!("  recalled: {line}")).map_err(told)?;
        }
    }
    let route = room.resolve().await.map_err(told)?;
    let now = Instant::now();
    let health = room.app.health().snapshot(now);
    let plan = plan(&route, &Demand::default(), &health, now, &mut fastrand::Rng::new());
    ui.heading(&format!("next, by the route {}", route.name)).map_err(told)?;
    for (place, candidate) in plan.candidates.iter().enumerate() {
        ui.line(&format!("  {}. {}", place + 1, candidate.model_id())).map_err(told)?;
    }
    for skipped in &plan.skipped {
        let why = skipped.reason.words();
        ui.line(&format!("  left out: {}, {why}", skipped.candidate.model_id())).map_err(told)?;
    }
    Ok(())
}
