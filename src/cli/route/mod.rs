//! `aigw route`: where requests go, and why there.

mod explain;

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use super::config::{Setting, route_settings};
use super::provider::state;
use super::{CommandError, Context, Output, json};
use crate::app::{AUTO, App, Way};
use crate::ui::Table;

/// List, show and explain routes.
#[derive(Debug, Args)]
pub struct RouteArgs {
    #[command(subcommand)]
    command: RouteCommand,
}

#[derive(Debug, Subcommand)]
enum RouteCommand {
    /// List the routes and aliases
    Ls,
    /// Show one route: its settings with where they come from, and its models
    Show {
        /// The route, or anything that -m takes; the default one if none is named
        #[arg(value_name = "ROUTE")]
        name: Option<String>,
    },
    Explain(explain::ExplainArgs),
}

/// A route as JSON. The shape is an interface.
#[derive(Debug, Serialize)]
struct RouteReport<'a> {
    name: &'a str,
    kind: &'static str,
    strategy: Option<&'static str>,
    models: Vec<String>,
    default: bool,
}

/// Runs the command.
pub async fn run(args: &RouteArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    match &args.command {
        RouteCommand::Ls => list(context, &app),
        RouteCommand::Show { name } => show(context, &app, name.as_deref().unwrap_or(app.default_route())),
        RouteCommand::Explain(args) => explain::run(args, &app, context).await,
    }
}

fn list(context: &Context, app: &App) -> Result<(), CommandError> {
    let values = &app.config.document.values;
    let is_default = |name: &str| name == app.default_route();
    let mut routes = Vec::new();
    if !values.routes.contains_key(AUTO) {
        let models = app.everywhere(AUTO)?.iter().map(Way::name).collect();
        let strategy = Some(app.strategy(AUTO).as_str());
        routes.push(RouteReport {
            name: AUTO,
            kind: "built in",
            strategy,
            models,
            default: is_default(AUTO),
        });
    }
    for (name, section) in &values.routes {
        routes.push(RouteReport {
            name,
            kind: "configured",
            strategy: Some(app.strategy(name).as_str()),
            models: section.models.iter().map(|model| model.name().to_owned()).collect(),
            default: is_default(name),
        });
    }
    for (name, target) in &values.aliases {
        let models = target.names().to_vec();
        routes.push(RouteReport { name, kind: "alias", strategy: None, models, default: is_default(name) });
    }
    if context.global.output() != Output::Text {
        return json::list(&context.ui, context.global.output(), &routes);
    }
    let mut table = Table::new(["route", "kind", "strategy", "default", "models"]);
    for route in &routes {
        table.row([
            route.name.to_owned(),
            route.kind.to_owned(),
            route.strategy.unwrap_or_default().to_owned(),
            if route.default { "yes" } else { "" }.to_owned(),
            if route.models.is_empty() { "local servers".to_owned() } else { route.models.join(", ") },
        ]);
    }
    context.ui.table(&table, "")?;
    Ok(())
}

fn show(context: &Context, app: &App, name: &str) -> Result<(), CommandError> {
    let settings = route_settings(app, app.meant(name));
    let ways = app.everywhere(app.meant(name))?;
    let ui = &context.ui;
    if context.global.output() != Output::Text {
        let models: Vec<_> = ways.iter().map(|way| report(app, way)).collect();
        let route = json!({"name": name, "settings": settings, "models": models});
        return json::object(ui, context.global.output(), &route);
    }
    ui.heading(name)?;
    for Setting { key, value, origin } in &settings {
        let key = key.rsplit('.').next().unwrap_or(key);
        ui.line(&format!("{key:<18} {value}  ({origin})"))?;
    }
    ui.line("")?;
    let mut table = Table::new(["model", "state", "keys", "weight", "tier", "window", "$/M in", "$/M out"])
        .right([2, 3, 5, 6, 7]);
    let shown = |value: &serde_json::Value| match value {
        serde_json::Value::Null => "?".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    for way in &ways {
        let report = report(app, way);
        let columns = [
            "model",
            "state",
            "keys",
            "weight",
            "tier",
            "window",
            "input_usd_per_million",
            "output_usd_per_million",
        ];
        table.row(columns.map(|column| shown(&report[column])));
    }
    ui.table(&table, "it goes to whatever server answers on this machine")?;
    Ok(())
}

fn report(app: &App, way: &Way<'_>) -> serde_json::Value {
    let model = way.model_id().map(|id| app.catalog.model(&id));
    let model = model.as_ref();
    json!({
        "model": way.name(), "state": state(way.account), "keys": way.account.keys.len(), "weight": way.weight,
        "tier": model.and_then(|model| model.tier), "window": model.and_then(|model| model.window),
        "input_usd_per_million": model.and_then(|model| model.input_price),
        "output_usd_per_million": model.and_then(|model| model.output_price),
    })
}
