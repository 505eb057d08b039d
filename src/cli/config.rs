//! `aigw config`: what is set, and where.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use super::{CommandError, Context, Output, json};
use crate::app::{Account, App, AppError};
use crate::config::{Paths, Span, schema};
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
    Schema,
    /// Check a configuration file
    Validate {
        /// The file; the one in use if none is named
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// One setting and where it comes from.
#[derive(Debug, Serialize)]
struct Setting {
    key: String,
    value: String,
    origin: String,
}

/// Runs the command.
pub fn run(args: &ConfigArgs, context: &Context) -> Result<(), CommandError> {
    match &args.command {
        ConfigCommand::Show => show(context, &context.app()?),
        ConfigCommand::Path => path(context),
        ConfigCommand::Schema => json::object(&context.ui, Output::Json, &schema()),
        ConfigCommand::Validate { file } => {
            let file = file.clone().or_else(|| context.global.config.clone());
            let app = App::new(context.env.clone(), file)?;
            app.warnings.iter().for_each(|warning| context.ui.warn(warning));
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
    for (name, section) in &document.values.routes {
        let (attempts, patience) =
            (Route::MAX_ATTEMPTS.to_string(), format!("\"{}\"", Span(Route::PATIENCE)));
        let usual =
            [("strategy", "\"priority\"".to_owned()), ("max_attempts", attempts), ("patience", patience)];
        for (key, value) in usual.map(|(key, value)| (format!("routes.{name}.{key}"), value)) {
            if !section.models.is_empty() && document.position(&key).is_none() {
                set(key, value, "default".into());
            }
        }
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
    let file = app.config.document.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
    match app.config.document.position(key) {
        Some((line, _)) => format!("{file}:{line}"),
        None => file,
    }
}
