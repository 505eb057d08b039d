//! `aigw init --from TOOL`: what people have set up elsewhere, taken over.
//!
//! The other tool's files are read and never changed. Providers, the usual model and aliases come along; a key only when
//! that is asked for, and then it goes where `aigw auth login` keeps keys, with a line that says so. What cannot be taken
//! over is listed.

mod aichat;
mod draft;
mod found;
mod llm;
mod mods;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use directories::BaseDirs;

use self::found::{Found, Trouble};
use super::{CommandError, Context, Exit};
use crate::app::{App, AppError};
use crate::config::draft::put;
use crate::config::{Config, Credentials, Document, Env, Paths, read_bounded};

/// The largest file that is read.
const MAX_FILE: u64 = 1 << 20;

/// A tool whose configuration can be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Tool {
    /// config.yaml of sigoden/aichat
    Aichat,
    /// keys.json, aliases.json and extra-openai-models.yaml of simonw/llm
    Llm,
    /// mods.yml of charmbracelet/mods
    Mods,
}

/// What may be done.
pub(super) struct Terms {
    /// Whether keys come along.
    pub(super) with_keys: bool,
    /// Whether a configuration that is there is replaced.
    pub(super) replace: bool,
}

/// Takes over what a tool has set.
pub(super) fn run(tool: Tool, terms: &Terms, paths: &Paths, context: &Context) -> Result<(), CommandError> {
    let place = tool.place(&context.env).ok_or(crate::config::NoHome).map_err(AppError::from)?;
    let found = tool.read(&place, &context.env)?;
    if found.providers.is_empty() {
        let error =
            CommandError::new(Exit::Config, format!("{} names no provider to take over", place.display()));
        return Err(error.details(found.left));
    }
    let date = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let text = draft::draft(&found, tool.name(), &date);
    check(&text, paths, context)?;
    let backup = put(&paths.config_file, &text, terms.replace).map_err(|error| {
        CommandError::failed(format!("{}: cannot write it: {error}", paths.config_file.display()))
    })?;
    let ui = &context.ui;
    if let Some(backup) = backup {
        ui.status(&format!("The old one is kept as {}.", backup.display()));
    }
    let ids: Vec<&str> = found.providers.iter().map(|provider| provider.id.as_str()).collect();
    ui.status(&format!("Took over from {}: {}.", place.display(), ids.join(", ")));
    for line in &found.left {
        ui.status(&format!("Not taken over: {line}"));
    }
    keys(&found, tool, terms, paths, context)?;
    ui.status(&format!("Wrote {}.\n\nNow try:  aigw provider test", paths.config_file.display()));
    Ok(())
}

/// Keeps the keys, or says that they were not kept.
fn keys(
    found: &Found,
    tool: Tool,
    terms: &Terms,
    paths: &Paths,
    context: &Context,
) -> Result<(), CommandError> {
    let file = paths.credentials_file();
    for provider in &found.providers {
        let Some(key) = &provider.key else { continue };
        let (id, print) = (&provider.id, key.fingerprint());
        if !terms.with_keys {
            let again = format!("`aigw init --force --from {} --with-keys`", tool.name());
            context.ui.status(&format!(
                "Not copied: the key {print} of {id}. {again} would keep it in {}; or `aigw auth login {id}`.",
                file.display()
            ));
            continue;
        }
        let new = Credentials::change(&file, |credentials| credentials.add(id, key.clone()))?;
        let done = if new { "Copied" } else { "Is there already:" };
        context.ui.status(&format!("{done} the key {print} of {id} to {}, for you only.", file.display()));
    }
    Ok(())
}

/// Whether what would be written is a configuration that works.
fn check(text: &str, paths: &Paths, context: &Context) -> Result<(), CommandError> {
    let document = Document::parse(&paths.config_file, text)?;
    let credentials = Credentials::read(&paths.credentials_file())?;
    App::of(paths.clone(), Config { document, credentials, env: context.env.clone() })?;
    Ok(())
}

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Self::Aichat => "aichat",
            Self::Llm => "llm",
            Self::Mods => "mods",
        }
    }

    /// Where its settings are: a file, or with `llm` a directory. None if no home is known.
    fn place(self, env: &Env) -> Option<PathBuf> {
        let usual = || BaseDirs::new().map(|dirs| dirs.config_dir().to_owned());
        let named = |variable: &str| env.get(variable).map(PathBuf::from);
        match self {
            // Source: aichat's wiki, "Environment Variables".
            Self::Aichat => named("AICHAT_CONFIG_FILE")
                .or_else(|| Some(named("AICHAT_CONFIG_DIR")?.join("config.yaml")))
                .or_else(|| Some(usual()?.join("aichat/config.yaml"))),
            // Source: llm's documentation, "Setup".
            Self::Llm => named("LLM_USER_PATH").or_else(|| Some(usual()?.join("io.datasette.llm"))),
            // Source: mods' README, "Configuration".
            Self::Mods => Some(usual()?.join("mods/mods.yml")),
        }
    }

    fn read(self, place: &Path, env: &Env) -> Result<Found, CommandError> {
        let set = |name: &str| env.get(name).is_some();
        match self {
            Self::Aichat => {
                let text = some(place)?;
                aichat::read(&text, &set).map_err(|trouble| wrong(place, &trouble))
            }
            Self::Mods => {
                let text = some(place)?;
                mods::read(&text, &set).map_err(|trouble| wrong(place, &trouble))
            }
            Self::Llm => {
                let file = |name: &str| read(&place.join(name));
                let (keys, extra) = (file("keys.json")?, file("extra-openai-models.yaml")?);
                if keys.is_none() && extra.is_none() {
                    // The first of them is named as what is missing.
                    some(&place.join("keys.json"))?;
                }
                let (aliases, usual) = (file("aliases.json")?, file("default_model.txt")?);
                let files = llm::Files {
                    keys: keys.as_deref().unwrap_or("{}"),
                    aliases: aliases.as_deref().unwrap_or("{}"),
                    extra: extra.as_deref().unwrap_or_default(),
                    usual: usual.as_deref().unwrap_or_default().trim(),
                };
                llm::read(&files).map_err(|(name, trouble)| wrong(&place.join(name), &trouble))
            }
        }
    }
}

fn wrong(file: &Path, trouble: &Trouble) -> CommandError {
    CommandError::new(Exit::Config, format!("{}:{}: {}", file.display(), trouble.line, trouble.message))
}

/// The text of a file that must be there.
fn some(file: &Path) -> Result<String, CommandError> {
    read(file)?.ok_or_else(|| {
        CommandError::new(Exit::NotFound, format!("there is no {}", file.display()))
            .hint("if it is elsewhere, AICHAT_CONFIG_DIR, AICHAT_CONFIG_FILE or LLM_USER_PATH say so")
    })
}

fn read(file: &Path) -> Result<Option<String>, CommandError> {
    match read_bounded(file, MAX_FILE) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CommandError::failed(format!("{}: cannot read it: {error}", file.display()))),
    }
}
