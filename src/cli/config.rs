//! `aigw config`: what is set, and where.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use super::{CommandError, Context, Output, json};
use crate::app::{Account, App, AppError};
use crate::chains;
use crate::config::{Paths, Span, schema};
use crate::providers::client::Client;
use crate::router::Route;
use crate::ui::Table;

/// Show and check the configuration.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Show every setting that is in force and where it comes from
    Show,
    /// Print where the configuration file is
    Path,
    /// Print the JSON Schema of the configuration file
    Schema {
        /// That of a chain's file instead
        #[arg(long)]
        chain: bool,
    },
    /// Check a configuration file
    Validate {
        /// The file; the one in use if none is named
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// One setting and where it comes from.
#[derive(Debug, Serialize)]
pub(super) struct Setting {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) origin: String,
}

/// Runs the command.
pub fn run(args: &ConfigArgs, context: &Context) -> Result<(), CommandError> {
    match &args.command {
        ConfigCommand::Show => show(context, &context.app()?),
        ConfigCommand::Path => path(context),
        ConfigCommand::Schema { chain: false } => json::object(&context.ui, Output::Json, &schema()),
        ConfigCommand::Schema { chain: true } => json::object(&context.ui, Output::Json, &chains::schema()),
        ConfigCommand::Validate { file } => {
            let file = file.clone().or_else(|| context.global.config.clone());
            let app = App::new(context.env.clone(), file)?;
            app.warnings.iter().for_each(|warning| context.ui.warn(warning));
            // Tools are put together when they are first needed; what is wrong with them is to be said here.
            app.tools(&Client::new()?)?;
            context.ui.note(&match &app.config.document.file {
                Some(file) => format!("{} is well-formed", file.display()),
                None => format!("there is no {}: everything is as built in", app.paths.config_file.display()),
            });
            Ok(())
        }
    }
}

fn path(context: &Context) -> Result<(), CommandError> {
    // This must work while the file is wrong: it is how one finds it.
    let paths = Paths::find(&context.env, context.global.config.clone()).map_err(AppError::from)?;
    if context.global.output() == Output::Text {
        return Ok(context.ui.line(&paths.config_file.display().to_string())?);
    }
    let paths = json!({"config_file": paths.config_file, "config_dir": paths.config_dir, "credentials_file": paths.credentials_file(), "data_dir": paths.data_dir});
    json::object(&context.ui, context.global.output(), &paths)
}

fn show(context: &Context, app: &App) -> Result<(), CommandError> {
    let mut settings = Vec::new();
    let mut set = |key: String, value: String, origin: String| settings.push(Setting { key, value, origin });
    let document = &app.config.document;
    if document.position("default_route").is_none() {
        set("default_route".into(), format!("\"{}\"", app.default_route()), "default".into());
    }
    // Keys are listed below, by where they come from: the file may hold one itself.
    for (key, value) in document.leaves().filter(|(key, _)| !key.ends_with(".api_keys")) {
        set(key.to_owned(), value.to_owned(), place(app, key));
    }
    for account in
        app.accounts.iter().filter(|account| account.configured || (account.is_on() && !account.is_local()))
    {
        let id = &account.provider.id;
        for key in &account.keys {
            let shown = key.ready().map_or_else(
                || "(run when needed)".to_owned(),
                |key| format!("(fingerprint {})", key.fingerprint()),
            );
            set(format!("providers.{id}.api_keys"), shown, key.origin.clone());
        }
        for (name, value, origin) in effective(account) {
            let key = format!("providers.{id}.{name}");
            if document.position(&key).is_none() {
                set(key, value, origin);
            }
        }
    }
    for name in document.values.routes.keys() {
        settings.extend(route_settings(app, name).into_iter().filter(|setting| setting.origin == "default"));
    }
    settings.sort_by(|a, b| a.key.cmp(&b.key));
    if context.global.output() != Output::Text {
        return json::list(&context.ui, context.global.output(), &settings);
    }
    let mut table = Table::new(["key", "value", "origin"]);
    for setting in settings {
        table.row([setting.key, setting.value, setting.origin]);
    }
    context.ui.table(&table, "nothing is set")?;
    Ok(())
}

/// What is in force for a route, by key, except its models.
pub(super) fn route_settings(app: &App, name: &str) -> Vec<Setting> {
    let document = &app.config.document;
    let usual = Route::new("", Vec::new());
    let word = |word: &str| format!("\"{word}\"");
    let defaults = [
        ("content_filter", word(usual.on_content_filter.as_str())),
        ("hedge_after", String::new()),
        ("max_attempts", usual.max_attempts.to_string()),
        ("min_tier", String::new()),
        ("on_broken_stream", word(usual.on_broken_stream.as_str())),
        ("patience", word(&Span(usual.patience).to_string())),
        ("strategy", word(usual.strategy.as_str())),
    ];
    let setting = |(key, default): (&str, String)| {
        let key = format!("routes.{name}.{key}");
        let set = document.leaves().find(|(path, _)| *path == key).map(|(_, value)| value.to_owned());
        let origin = if set.is_some() { place(app, &key) } else { "default".to_owned() };
        let value = set.unwrap_or(default);
        (!value.is_empty()).then_some(Setting { key, value, origin })
    };
    defaults.into_iter().filter_map(setting).collect()
}

/// What is in force for a provider where the file says nothing: name, value, origin.
fn effective(account: &Account) -> Vec<(String, String, String)> {
    let built_in = |known: bool| if known { "built in" } else { "default" }.to_owned();
    let (row, timeouts) = (account.row, account.provider.timeouts);
    let set = row.map(|row| row.timeout).unwrap_or_default();
    let address = account.host_env.as_ref().map_or_else(|| built_in(true), |name| format!("env {name}"));
    let mut settings = vec![
        ("base_url".to_owned(), format!("\"{}\"", account.provider.base_url), address),
        ("enabled".to_owned(), account.enabled.to_string(), built_in(false)),
        ("priority".to_owned(), account.priority.to_string(), built_in(false)),
    ];
    if let Some(model) = &account.default_model {
        settings.push(("default_model".to_owned(), format!("\"{model}\""), built_in(true)));
    }
    let spans = [
        ("connect", timeouts.connect, set.connect),
        ("first_token", timeouts.first_token, set.first_token),
        ("idle", timeouts.idle, set.idle),
        ("total", timeouts.total, set.total),
    ];
    for (name, span, known) in spans {
        settings.push((format!("timeout.{name}"), format!("\"{}\"", Span(span)), built_in(known.is_some())));
    }
    settings
}

fn place(app: &App, key: &str) -> String {
    let Some(place) = app.config.document.place(key) else { return String::new() };
    match place.position {
        Some((line, _)) => format!("{}:{line}", place.file.display()),
        None => place.file.display().to_string(),
    }
}
