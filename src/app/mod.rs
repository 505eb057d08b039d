//! The composition root: takes the configuration apart and puts the program together. The only place that sees all.

mod account;
mod agents;
mod alone;
mod ask_agent;
pub mod attachment;
pub mod chains;
pub mod checkup;
mod commands;
pub mod consent;
pub mod desk;
mod embedders;
mod gate;
pub mod key_advice;
mod local;
pub mod mcp;
mod observer;
pub mod outcome;

pub mod probe;
mod project;
pub mod recall;
pub mod record;
pub mod refresh;
mod resolve;
mod service_settings;
mod services;
mod settings;
mod sound;
pub mod text_editor;
pub mod tools;
pub mod transcript;
pub mod trial;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

pub use account::Account;
pub use observer::Owners;
pub use project::{Nearby, Redirect, Standing, redirects};
pub use resolve::{AUTO, ResolveError, Way, crossing};

use crate::agents::{Agents, Shelf};
use crate::config::{Config, ConfigError, Env, NoHome, Paths};
use crate::health::{Day, Health, Limits};
use crate::ledger::Ledger;
use crate::memory::Memory;
use crate::providers::Catalog;
use crate::router::{Observer, Router, Upstream};
use crate::tools::Tool;
use crate::tools::kept::Kept;
use crate::tools::mcp::Servers;

/// The program, put together.
pub struct App {
    /// Where things are on disk.
    pub paths: Paths,
    /// What the user has set.
    pub config: Config,
    /// What is known without being configured.
    pub catalog: &'static Catalog,
    /// Upstream accounts, the catalogue's in its order, then the user's own.
    pub accounts: Vec<Account>,
    /// Every attempt is written here.
    pub ledger: Arc<Ledger>,
    /// Whose requests are under way.
    pub owners: Arc<Owners>,
    /// What is remembered.
    pub memory: Arc<Memory>,
    /// The project that the program was started in, trusted or not.
    pub project: Option<Nearby>,
    agents: Agents,
    health: Arc<Health>,
    tools: OnceLock<Vec<Arc<dyn Tool>>>,
    mcp: OnceLock<Servers>,
    kept: Arc<Kept>,
    /// Things to tell the user that are no errors.
    pub warnings: Vec<String>,
}

/// The program cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// No place for files.
    #[error(transparent)]
    NoHome(#[from] NoHome),
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl App {
    /// Reads the configuration and puts the program together. Nothing is connected, opened or run yet.
    pub fn new(env: Env, config_flag: Option<PathBuf>) -> Result<Self, AppError> {
        let paths = Paths::find(&env, config_flag)?;
        let project = Nearby::of(&paths);
        let config = Config::read(&paths, project.as_ref().and_then(Nearby::trusted), env)?;
        Ok(Self::of(paths, config)?.in_project(project))
    }

    /// The same in a project. Its configuration is in use already, if it is trusted.
    fn in_project(mut self, project: Option<Nearby>) -> Self {
        let trusted = project.as_ref().and_then(Nearby::trusted);
        let ours = trusted.map(project::agents);
        let agents = Agents::new(ours.into_iter().chain([Shelf::of_user(self.paths.agents_dir())]).collect());
        self.agents = match trusted {
            Some(project) => agents.in_project(&project.root),
            None => agents,
        };
        self.warnings.extend(project.as_ref().and_then(Nearby::warning));
        let broken = self.agents.problems_of_assistant().iter().filter(|problem| problem.fatal);
        self.warnings.extend(broken.map(|problem| format!("{problem}; it is left out")));
        self.project = project;
        self
    }

    /// Puts the program together from what was read.
    pub fn of(paths: Paths, config: Config) -> Result<Self, ConfigError> {
        let catalog = Catalog::built_in();
        let mut warnings = Vec::new();
        let mut accounts = account::accounts(catalog, &config, &mut warnings)?;
        let ledger = Arc::new(Ledger::new(&paths.data_dir));
        match ledger.disabled() {
            Ok(disabled) => accounts.iter_mut().for_each(|account| account.switch(&disabled)),
            Err(error) => warnings.push(format!("which providers are disabled cannot be read: {error}")),
        }
        let health = Arc::new(health(&paths, &accounts));
        let memory = Arc::new(Memory::new(&paths.data_dir));
        let kept = Arc::new(Kept::new(Arc::new(Timestamp::now)).shared(&paths.data_dir));
        let agents = Agents::new(vec![Shelf::of_user(paths.agents_dir())]);
        let (project, tools, mcp) = (None, OnceLock::new(), OnceLock::new());
        let mut app = Self {
            paths,
            config,
            catalog,
            accounts,
            ledger,
            owners: Arc::default(),
            memory,
            project,
            agents,
            health,
            tools,
            mcp,
            kept,
            warnings,
        };
        app.check_names()?;
        app.warnings.extend(service_settings::check(&app.config)?);
        Ok(app)
    }

    /// A router that writes to the ledger.
    pub fn router<U: Upstream>(&self, client: U) -> Router<U> {
        self.router_seen_by(client, Arc::new(self.observer()))
    }

    /// A router that tells somebody else, who is to write to the ledger.
    pub fn router_seen_by<U: Upstream>(&self, client: U, observer: Arc<dyn Observer>) -> Router<U> {
        Router::new(client, self.health(), observer)
    }

    /// What writes attempts to the ledger.
    pub fn observer(&self) -> impl Observer + use<> {
        observer::LedgerObserver { ledger: Arc::clone(&self.ledger), owners: Arc::clone(&self.owners) }
    }

    /// What is known about the state of upstreams.
    pub fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health)
    }

    /// The agents that there are. Their files are read when somebody asks for more than the assistant.
    pub fn agents(&self) -> Agents {
        self.agents.clone()
    }

    /// The accounts that requests may go to as things are. A server on this machine is one only if somebody has said so.
    pub fn ready_accounts(&self) -> impl Iterator<Item = &Account> {
        let said = |account: &&Account| !account.is_local() || account.configured;
        self.accounts.iter().filter(|account| account.is_on()).filter(said)
    }

    /// An account by its id.
    pub fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.provider.id == id)
    }
}

/// What this and other processes know about the state of upstreams, and what the user allows.
fn health(paths: &Paths, accounts: &[Account]) -> Health {
    let health = Health::load(&paths.data_dir);
    for account in accounts {
        let set = account.limits;
        let limits =
            Limits { rpm: set.rpm, rpd: set.rpd, tpm: set.tpm, tpd: set.tpd, concurrency: set.concurrency };
        let resets = account.row.and_then(|row| row.free_tier.as_ref()?.resets.as_deref());
        health.allow(&account.provider.id, limits, Day::of(resets));
    }
    health
}
