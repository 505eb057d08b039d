//! A checkup of the installation: files, variables, keys, databases, the network. It changes nothing, creates nothing,
//! and goes on whatever one of its checks finds.

mod databases;
mod files;
mod keys;
mod network;
mod variables;

use std::path::PathBuf;

use super::{App, Nearby};
use crate::config::{Config, ConfigError, Credentials, Document, Env, Paths};

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// How it is.
    pub state: State,
    /// What was found, in one line.
    pub finding: String,
    /// What to do about it.
    pub todo: Option<String>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Ok,
    /// It works, and is not as it should be.
    Warning,
    /// It does not work.
    Problem,
}

impl State {
    /// The word in lists and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

impl Check {
    /// All is well.
    pub fn ok(name: impl Into<String>, finding: impl Into<String>) -> Self {
        Self { name: name.into(), state: State::Ok, finding: finding.into(), todo: None }
    }

    fn warning(name: impl Into<String>, finding: impl Into<String>) -> Self {
        Self { state: State::Warning, ..Self::ok(name, finding) }
    }

    fn problem(name: impl Into<String>, finding: impl Into<String>) -> Self {
        Self { state: State::Problem, ..Self::ok(name, finding) }
    }

    fn todo(self, todo: impl Into<String>) -> Self {
        Self { todo: Some(todo.into()), ..self }
    }

    fn of_error(name: &str, error: &ConfigError) -> Self {
        Self { todo: error.hint.clone(), ..Self::problem(name, error.to_string()) }
    }
}

/// Checks everything; `offline` asks nobody beyond this machine.
pub async fn checkup(env: &Env, config_flag: Option<PathBuf>, offline: bool) -> Vec<Check> {
    let platform = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let mut checks = vec![Check::ok("version", format!("aigw {}, {platform}", env!("CARGO_PKG_VERSION")))];
    let paths = match Paths::find(env, config_flag) {
        Ok(paths) => paths,
        Err(error) => {
            let check = Check::problem("home", error.to_string());
            checks.push(check.todo("set HOME, or AIGW_CONFIG_DIR and AIGW_DATA_DIR"));
            return checks;
        }
    };
    let Some(app) = configuration(&paths, env, &mut checks) else { return checks };
    variables::check(&app, &mut checks);
    files::directories(&paths, &mut checks);
    files::agents(&app, &mut checks);
    databases::check(&paths, &mut checks).await;
    network::check(&app, offline, &mut checks).await;
    checks
}

/// Reads the files one by one, so that what is wrong with one hides nothing about the others. What cannot be read
/// counts as empty from then on.
fn configuration(paths: &Paths, env: &Env, checks: &mut Vec<Check>) -> Option<App> {
    let project = Nearby::of(paths);
    let read = || {
        let document = Document::read(&paths.config_file, paths.file_is_named)?;
        match project.as_ref().and_then(Nearby::trusted) {
            Some(project) => document.under(project.document()?),
            None => Ok(document),
        }
    };
    let document = read();
    let credentials = Credentials::read(&paths.credentials_file());
    checks.push(files::credentials(paths, &credentials));
    let credentials = || Credentials::read(&paths.credentials_file()).unwrap_or_default();
    let config = |document| Config { document, credentials: credentials(), env: env.clone() };
    let problem = match document {
        Err(error) => error,
        Ok(document) => match App::of(paths.clone(), config(document)) {
            Ok(app) => {
                checks.insert(1, files::configuration(&app));
                checks.extend(project.as_ref().map(files::project));
                checks.extend(app.warnings.iter().map(|text| Check::warning("configuration", text)));
                return Some(app.in_project(project));
            }
            Err(error) => error,
        },
    };
    checks.insert(1, Check::of_error("configuration", &problem));
    App::of(paths.clone(), config(Document::default()))
        .or_else(|_| App::of(paths.clone(), Config::default()))
        .ok()
}
