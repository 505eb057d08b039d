//! The stage: a stand-in for each provider of the route, and the user's own settings in a home that goes away.
//!
//! Of the user's configuration everything is kept but where requests go, what opens the door there, and who else there
//! is: addresses are those of the stand-ins, keys are made up, timers go as fast as the drill. The strategy gives way to
//! the order that it would lead to, for a drill must know who is asked first.

use std::collections::BTreeMap;
use std::path::Path;

use tempfile::TempDir;
use tokio::time::Instant;

use super::script::request;
use super::{Scenario, Seen, Timing};
use crate::app::{Account, App, ResolveError, Way};
use crate::config::{
    Config, ConfigError, ConfigFile, Credentials, Document, Env, Paths, ProviderSection, RouteModel,
    RouteSection, Span, Strategy,
};
use crate::health::Snapshot;
use crate::providers::client::{Client, ClientError};
use crate::providers::{Timeouts, WireFormat};
use crate::router::Demand;
use crate::router::plan::plan;
use crate::simulate::{FaultSpec, Settings, Stand, StartError, providers};
use crate::store::StoreError;

/// The route's name on the stage.
pub(super) const ROUTE: &str = "drill";

/// The drill could not take place. What a rehearsed outage leads to is never one of these.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    /// The route leads nowhere.
    #[error(transparent)]
    Route(#[from] ResolveError),
    /// None of its models can answer a plain question.
    #[error("no model of the route `{0}` can be asked")]
    Nobody(String),
    /// A stand-in did not start.
    #[error(transparent)]
    Stand(#[from] StartError),
    /// What became of the user's settings is not taken.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The HTTP client cannot be built.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// No home, or no port.
    #[error("the machine refuses: {0}")]
    Machine(#[from] std::io::Error),
    /// The ledger of the stage cannot be read.
    #[error("the attempts cannot be counted: {0}")]
    Ledger(#[from] StoreError),
}

/// Who plays: the models of a route in the order in which they would be asked, and what is set about them.
#[derive(Debug)]
pub struct Cast {
    /// The route, as the user calls it.
    pub route: String,
    /// `provider/model`, each once.
    pub models: Vec<String>,
    /// Whether the route's strategy gave way to an order.
    pub ordered: bool,
    pub(super) section: RouteSection,
    players: Vec<Player>,
}

/// A provider with its stand-in's dialect and its settings.
#[derive(Debug, Clone)]
struct Player {
    id: String,
    dialect: &'static str,
    keys: usize,
    timeouts: Timeouts,
    section: ProviderSection,
}

impl Cast {
    /// Finds out who is asked by a name, in which order. Nobody is asked for that but stand-ins.
    pub async fn of(app: &App, name: &str) -> Result<Self, DrillError> {
        let name = app.meant(name);
        let values = &app.config.document.values;
        let section = values.routes.get(name).cloned().unwrap_or_default();
        let ways = app.ways(name)?;
        if ways.is_empty() {
            return Err(ResolveError::NoProvider.into());
        }
        let mut players: Vec<Player> = Vec::new();
        for way in &ways {
            if !players.iter().any(|player| player.id == way.account.provider.id) {
                let section = values.providers.get(&way.account.provider.id);
                players.push(Player::new(way.account, section.cloned().unwrap_or_default()));
            }
        }
        let models = ways.iter().map(Way::name).collect();
        let ordered = section.strategy != Strategy::Priority;
        let cast = Self { route: name.to_owned(), models, ordered, section, players };
        let models = cast.order().await?;
        if models.is_empty() {
            return Err(DrillError::Nobody(name.to_owned()));
        }
        Ok(Self { models, ..cast })
    }

    /// The models in the order of the live path's own plan; those that it leaves out are not asked here either.
    async fn order(&self) -> Result<Vec<String>, DrillError> {
        let stage = Stage::with(self, None, Timing::Full).await?;
        let route = stage.app(self.section.strategy)?.route(&Client::new()?, &[]).await?;
        let draw = &mut fastrand::Rng::with_seed(0);
        let demand = Demand::of(&request());
        let plan = plan(&route, &demand, &Snapshot::default(), Instant::now(), draw);
        let mut models: Vec<String> = Vec::new();
        for candidate in plan.candidates {
            let model = candidate.model_id().to_string();
            if !models.contains(&model) {
                models.push(model);
            }
        }
        Ok(models)
    }
}

impl Player {
    fn new(account: &Account, section: ProviderSection) -> Self {
        let id = account.provider.id.clone();
        Self {
            dialect: dialect(account),
            keys: account.keys.len(),
            timeouts: account.provider.timeouts,
            section,
            id,
        }
    }

    /// The section of the configuration for a provider that is its stand-in.
    fn section(&self, stand: &Stand, timing: Timing) -> ProviderSection {
        ProviderSection {
            enabled: Some(true),
            base_url: Some(stand.base_url()),
            api_keys: (1..=self.keys).map(|number| format!("drill-key-{number}")).collect(),
            timeout: timing.timers(self.timeouts),
            ..self.section.clone()
        }
    }
}

/// Who stands in: the provider's own double, or that of the protocol's inventor.
fn dialect(account: &Account) -> &'static str {
    let its_own = account.row.is_some_and(|row| row.wire == account.provider.wire);
    let double = providers().into_iter().find(|name| its_own && *name == account.provider.id);
    double.unwrap_or(match account.provider.wire {
        WireFormat::Openai => "openai",
        WireFormat::Anthropic => "anthropic",
        WireFormat::Gemini => "gemini",
        WireFormat::Replicate => "replicate",
    })
}

/// Stand-ins and a home for one scenario.
pub(super) struct Stage<'a> {
    cast: &'a Cast,
    stands: Vec<Stand>,
    providers: BTreeMap<String, ProviderSection>,
    timing: Timing,
    home: TempDir,
}

impl<'a> Stage<'a> {
    /// Raises the stage for a scenario.
    pub(super) async fn raise(
        cast: &'a Cast,
        scenario: Scenario,
        timing: Timing,
    ) -> Result<Self, DrillError> {
        Self::with(cast, Some(scenario), timing).await
    }

    async fn with(cast: &'a Cast, scenario: Option<Scenario>, timing: Timing) -> Result<Self, DrillError> {
        let home = tempfile::Builder::new().prefix("aigw-drill-").tempdir()?;
        let first = cast.models.first().and_then(|model| model.split_once('/'));
        let (mut stands, mut sections) = (Vec::new(), BTreeMap::new());
        for player in &cast.players {
            let mut settings = Settings::new(player.dialect);
            if let (Some(scenario), Some((provider, model))) = (scenario, first) {
                // Of the first model only: another one of the same provider may be its fallback.
                if provider == player.id {
                    let model = Some(model.to_owned());
                    settings.faults = vec![FaultSpec { model, ..scenario.faults(timing) }];
                }
                settings.manner = scenario.manner();
            }
            let stand = Stand::start(settings).await?;
            sections.insert(player.id.clone(), player.section(&stand, timing));
            stands.push(stand);
        }
        Ok(Self { cast, stands, providers: sections, timing, home })
    }

    /// The program as it would be, on this stage.
    fn app(&self, strategy: Strategy) -> Result<App, ConfigError> {
        let models = self.cast.models.iter().map(|model| RouteModel::Named(model.clone())).collect();
        let hedge_after = self.cast.section.hedge_after;
        let hedge_after = hedge_after.map(|span| Span(self.timing.scaled(span.0)));
        let section = RouteSection { strategy, models, hedge_after, ..self.cast.section.clone() };
        let values = ConfigFile {
            default_route: Some(ROUTE.to_owned()),
            providers: self.providers.clone(),
            routes: BTreeMap::from([(ROUTE.to_owned(), section)]),
            ..ConfigFile::default()
        };
        let mut document = Document::default();
        document.values = values;
        let config = Config { document, credentials: Credentials::default(), env: Env::default() };
        App::of(paths(self.home.path()), config)
    }

    /// The program as it is in the drill: asked in the order of the cast.
    pub(super) fn in_order(&self) -> Result<App, ConfigError> {
        self.app(Strategy::Priority)
    }

    /// Everybody is well from now on.
    pub(super) fn recover(&self) {
        self.stands.iter().for_each(Stand::clear);
    }

    /// What the providers have been asked since.
    pub(super) fn seen(&self, began: Instant) -> Vec<Seen> {
        let began = began.into_std();
        let mut seen = Vec::new();
        for (player, stand) in self.cast.players.iter().zip(&self.stands) {
            for request in stand.requests() {
                let Some(model) = request.model else { continue };
                let name = format!("{}/{model}", player.id);
                if let Some(candidate) = self.cast.models.iter().position(|one| *one == name) {
                    seen.push(Seen { candidate, at: request.at.saturating_duration_since(began) });
                }
            }
        }
        seen.sort_by_key(|seen| seen.at);
        seen
    }
}

fn paths(home: &Path) -> Paths {
    Paths {
        config_dir: home.join("config"),
        data_dir: home.join("data"),
        config_file: home.join("config").join("config.toml"),
        file_is_named: false,
        project: None,
    }
}
