//! `aigw model ls --refresh`: what providers say they serve, beside the catalogue.

use super::{Can, ModelReport, abilities, number, price, word};
use crate::app::refresh::{Refreshed, Standing, Unread};
use crate::app::{Account, App};
use crate::chat::FailureClass;
use crate::cli::{CommandError, Context, Exit, Output, json};
use crate::providers::Model;
use crate::providers::client::Client;
use crate::ui::Table;

/// Asks these providers and shows what came.
pub(super) async fn run(
    context: &Context,
    app: &App,
    accounts: Vec<&Account>,
    can: Option<Can>,
    named: bool,
) -> Result<(), CommandError> {
    let client = Client::new()?;
    let spinner = context.ui.spinner("asking what they serve");
    let work = async { Ok(app.refresh(&client, accounts).await) };
    let refreshed = context.interrupt.unless(work).await;
    drop(spinner);
    let refreshed = refreshed?;
    if let Some(error) = nothing_to_show(&refreshed) {
        return Err(error);
    }
    for one in &refreshed {
        if let Some(what) = complaint(one, named) {
            context.ui.warn(&what);
        } else if matches!(one.unread, Some(Unread::NoList)) {
            let id = &one.account.provider.id;
            context.ui.note(&format!("{id} publishes no list of what it serves: these are the catalogue's"));
        } else if one.cut {
            let id = &one.account.provider.id;
            context
                .ui
                .warn(&format!("{id} lists more models than were read: some that it serves are not shown"));
        }
    }
    let able = |model: &Model| can.is_none_or(|can| model.has(can.ability()));
    let models: Vec<(&Model, Standing)> = refreshed
        .iter()
        .flat_map(|one| &one.models)
        .filter(|(model, _)| able(model))
        .map(|(model, standing)| (model, *standing))
        .collect();
    let empty = if refreshed.is_empty() {
        "no provider is set up yet; `aigw model ls --all` shows which models are known"
    } else {
        "no model can do that"
    };
    show(context, &models, empty)
}

fn show(context: &Context, models: &[(&Model, Standing)], empty: &str) -> Result<(), CommandError> {
    let output = context.global.output();
    if output != Output::Text {
        let reports: Vec<_> = models
            .iter()
            .map(|(model, standing)| ModelReport {
                standing: Some(standing.as_str()),
                ..ModelReport::new(model)
            })
            .collect();
        return json::list(&context.ui, output, &reports);
    }
    let mut table = Table::new(["model", "standing", "window", "$/M in", "$/M out", "tier", "abilities"])
        .right([2, 3, 4]);
    for (model, standing) in models {
        let mark = if *standing == Standing::Served { "" } else { standing.as_str() };
        table.row([
            model.model_id().to_string(),
            mark.to_owned(),
            number(model.window),
            price(model.input_price),
            price(model.output_price),
            word(model.tier.as_ref()),
            abilities(model),
        ]);
    }
    Ok(context.ui.table(&table, empty)?)
}

/// One line when a provider's list was not read and that is worth knowing.
fn complaint(refreshed: &Refreshed<'_>, named: bool) -> Option<String> {
    let account = refreshed.account;
    let id = &account.provider.id;
    let kept = "its models are the catalogue's";
    Some(match refreshed.unread.as_ref()? {
        Unread::NoList => return None,
        // Among all that are known most are not on, and that is no news.
        Unread::Off | Unread::NoKey(None) if !named => return None,
        Unread::Off => format!("{id} is switched off in the configuration: {kept}"),
        Unread::NoKey(Some(error)) => format!("{id} was not asked, {error}: {kept}"),
        Unread::NoKey(None) => {
            let name = account.key_env.first().map(|name| format!("set {name} or ")).unwrap_or_default();
            format!("{id} was not asked, there is no key ({name}run `aigw auth login {id}`): {kept}")
        }
        Unread::Failed(failure) => {
            let class = failure.class.as_str();
            let todo = match failure.class {
                FailureClass::Auth => format!("; `aigw provider show {id}` says where its key comes from"),
                _ => String::new(),
            };
            format!("{id} did not list its models, {class}: {}: {kept}{todo}", failure.message)
        }
    })
}

/// Somebody was asked and there is nothing of anybody's.
fn nothing_to_show(refreshed: &[Refreshed<'_>]) -> Option<CommandError> {
    let failed = |one: &&Refreshed<'_>| matches!(one.unread, Some(Unread::Failed(_)));
    if refreshed.iter().any(|one| !one.models.is_empty()) || !refreshed.iter().any(|one| failed(&one)) {
        return None;
    }
    let line = |one: &Refreshed<'_>| match &one.unread {
        Some(Unread::Failed(failure)) => {
            let id = &one.account.provider.id;
            Some(format!("{id}  {}: {}", failure.class.as_str(), failure.message))
        }
        _ => None,
    };
    let error =
        CommandError::new(Exit::NoAnswer, "nobody says what it serves, and the catalogue knows nothing");
    Some(
        error
            .details(refreshed.iter().filter_map(line))
            .hint("start the server, or check its address with `aigw provider show PROVIDER`"),
    )
}
