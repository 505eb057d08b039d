//! `aigw model`: what can be asked.

mod refresh;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use tokio::time::Instant;

use super::provider::{findings, unknown_provider};
use super::{CommandError, Context, Exit, Output, json};
use crate::app::App;
use crate::chat::ModelId;
use crate::providers::catalog::Tier;
use crate::providers::{Ability, Model};
use crate::ui::Table;

/// List and show models.
#[derive(Debug, Args)]
pub struct ModelArgs {
    #[command(subcommand)]
    command: ModelCommand,
}

#[derive(Debug, Subcommand)]
enum ModelCommand {
    /// List the models of the providers that can be used now
    Ls {
        /// Only this provider's
        #[arg(value_name = "PROVIDER")]
        provider: Option<String>,
        /// List the models of all providers that are known
        #[arg(short, long)]
        all: bool,
        /// Only models that can do this
        #[arg(long, value_enum, value_name = "ABILITY")]
        can: Option<Can>,
        /// Ask the providers what they serve now; marks what is new and what is gone
        #[arg(short, long)]
        refresh: bool,
    },
    /// Show one model: window, prices, abilities, where the figures come from, and what a probe found out
    Show {
        /// The model, as provider/model
        #[arg(value_name = "MODEL")]
        id: String,
    },
}

/// What a model can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Can {
    Tools,
    Schema,
    Reasoning,
    Vision,
    Pdf,
    Embeddings,
}

impl Can {
    fn ability(self) -> Ability {
        match self {
            Self::Tools => Ability::Tools,
            Self::Schema => Ability::Schema,
            Self::Reasoning => Ability::Reasoning,
            Self::Vision => Ability::Vision,
            Self::Pdf => Ability::Pdf,
            Self::Embeddings => Ability::Embeddings,
        }
    }
}

/// A model as JSON. The shape is an interface.
#[derive(Debug, Serialize)]
struct ModelReport<'a> {
    id: String,
    provider: &'a str,
    model: &'a str,
    window: Option<u64>,
    max_output: Option<u64>,
    input_usd_per_million: Option<f64>,
    output_usd_per_million: Option<f64>,
    cached_usd_per_million: Option<f64>,
    abilities: Option<&'a [Ability]>,
    tier: Option<Tier>,
    dimensions: Option<u32>,
    source: Option<&'a str>,
    date: Option<&'a str>,
    /// Only where the providers were asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<&'static str>,
    /// Only where one model is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    probed: Option<findings::ProbedReport>,
}

impl<'a> ModelReport<'a> {
    fn new(model: &'a Model) -> Self {
        Self {
            id: model.model_id().to_string(),
            provider: &model.provider,
            model: &model.id,
            window: model.window,
            max_output: model.max_output,
            input_usd_per_million: model.input_price,
            output_usd_per_million: model.output_price,
            cached_usd_per_million: model.cached_price,
            abilities: model.abilities.as_deref(),
            tier: model.tier,
            dimensions: model.dimensions,
            source: model.source.as_deref(),
            date: model.date.as_deref(),
            standing: None,
            probed: None,
        }
    }
}

/// Runs the command.
pub async fn run(args: &ModelArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    match &args.command {
        ModelCommand::Ls { provider, all, can, refresh } => {
            if let Some(provider) = provider
                && app.account(provider).is_none()
            {
                return Err(unknown_provider(&app, provider));
            }
            if *refresh {
                let asked = |account: &&crate::app::Account| match provider {
                    Some(provider) => account.provider.id == *provider,
                    None => *all || account.is_on(),
                };
                let accounts = app.accounts.iter().filter(asked).collect();
                return refresh::run(context, &app, accounts, *can, provider.is_some()).await;
            }
            let on = |id: &str| app.account(id).is_some_and(crate::app::Account::is_on);
            let listed = |model: &&Model| match provider {
                Some(provider) => model.provider == *provider,
                None => *all || on(&model.provider),
            };
            let able = |model: &&Model| can.is_none_or(|can| model.has(can.ability()));
            let models: Vec<&Model> = app.catalog.models().iter().filter(listed).filter(able).collect();
            list(context, &models)
        }
        ModelCommand::Show { id } => show(context, &app, &find(&app, id)?),
    }
}

fn find(app: &App, name: &str) -> Result<Model, CommandError> {
    let known = |model: &&Model| model.model_id().to_string() == name || model.id == name;
    if let Some(model) = app.catalog.models().iter().find(known) {
        return Ok(model.clone());
    }
    if let Some(model) = app.ending_in(name) {
        let error =
            CommandError::new(Exit::NotFound, format!("there is no model in the catalogue called `{name}`"));
        return Err(error.hint(format!("did you mean `{}`?", model.model_id())));
    }
    let ids: Vec<String> = app.catalog.models().iter().map(|model| model.model_id().to_string()).collect();
    let ids = ids.iter().map(String::as_str);
    let error =
        CommandError::unknown("model in the catalogue called", name, ids, "`aigw model ls --all` lists them");
    let callable = name.parse::<ModelId>().is_ok_and(|id| app.account(&id.provider).is_some());
    Err(if callable { error.hint("it can be asked all the same: the provider decides") } else { error })
}

fn list(context: &Context, models: &[&Model]) -> Result<(), CommandError> {
    let output = context.global.output();
    if output != Output::Text {
        let reports: Vec<_> = models.iter().map(|model| ModelReport::new(model)).collect();
        return json::list(&context.ui, output, &reports);
    }
    let mut table =
        Table::new(["model", "window", "$/M in", "$/M out", "tier", "abilities"]).right([1, 2, 3]);
    for model in models {
        table.row([
            model.model_id().to_string(),
            number(model.window),
            price(model.input_price),
            price(model.output_price),
            word(model.tier.as_ref()),
            abilities(model),
        ]);
    }
    context
        .ui
        .table(&table, "no provider is set up yet; `aigw model ls --all` shows which models are known")?;
    Ok(())
}

fn show(context: &Context, app: &App, model: &Model) -> Result<(), CommandError> {
    let found = app.health().findings(&model.provider, &model.id, Instant::now());
    if context.global.output() != Output::Text {
        let probed = (!found.is_empty()).then(|| findings::report(&model.id, &found));
        return json::object(
            &context.ui,
            context.global.output(),
            &ModelReport { probed, ..ModelReport::new(model) },
        );
    }
    let ui = &context.ui;
    ui.heading(&model.model_id().to_string())?;
    let row = |name: &str, value: &str| ui.line(&format!("{name:<12} {value}"));
    row("window", &number(model.window))?;
    row("max output", &number(model.max_output))?;
    row(
        "price",
        &format!(
            "${} in, ${} out, ${} cached, per million tokens",
            price(model.input_price),
            price(model.output_price),
            price(model.cached_price)
        ),
    )?;
    row("tier", &word(model.tier.as_ref()))?;
    row("abilities", &abilities(model))?;
    if !found.is_empty() {
        row("probed", &findings::line(&found))?;
    }
    row(
        "source",
        &format!("{}, {}", model.source.as_deref().unwrap_or("?"), model.date.as_deref().unwrap_or("?")),
    )?;
    Ok(())
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(|| "?".to_owned(), |number| number.to_string())
}

fn price(price: Option<f64>) -> String {
    price.map_or_else(|| "?".to_owned(), |price| format!("{price}"))
}

fn abilities(model: &Model) -> String {
    // What it wants is between us and the provider.
    let inner = [Ability::NoSampling, Ability::MaxCompletionTokens, Ability::ThinkingBudget];
    let abilities = model.abilities.iter().flatten().filter(|ability| !inner.contains(ability));
    abilities.map(|ability| word(Some(ability))).collect::<Vec<_>>().join(" ")
}

/// The catalogue's word for a value.
fn word<T: Serialize>(value: Option<&T>) -> String {
    let json = value.and_then(|value| serde_json::to_value(value).ok());
    json.as_ref().and_then(serde_json::Value::as_str).unwrap_or("?").to_owned()
}
