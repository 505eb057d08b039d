//! From what was typed (`-m`, `default_route`) to a route with candidates and keys.

use std::sync::Arc;

use super::{Account, App, local, settings};
use crate::chat::{Failure, FailureClass, ModelId};
use crate::config::{AliasTarget, ConfigError, nearest};
use crate::providers::client::Client;
use crate::providers::{Billing, Model};
use crate::router::{Route, Stop, Strategy};
use crate::secret::KeySource;

/// The route that exists without being configured.
pub const AUTO: &str = "auto";

/// What was asked for leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// There is no such route, provider or model.
    #[error("there is no route, provider or model `{name}`")]
    Unknown {
        /// What was typed.
        name: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// The provider is known and there is no key for it.
    #[error("there is no key for {provider}")]
    NoKey {
        /// The provider's id.
        provider: String,
        /// The variables that may hold one.
        variables: Vec<String>,
        /// Where one gets a key.
        page: Option<String>,
    },
    /// The user has switched the provider off.
    #[error("the provider `{0}` is switched off in the configuration (`enabled = false`)")]
    Off(String),
    /// The user has switched the provider off by command.
    #[error("the provider `{0}` is disabled; `aigw provider enable {0}` enables it")]
    Disabled(String),
    /// No model was named and the provider has no default one.
    #[error("`{provider}` has no default model: name one, as `{provider}/MODEL`")]
    NoDefaultModel {
        /// The provider's id.
        provider: String,
    },
    /// A local server was asked for and no model of it can be found.
    #[error("the server of `{provider}` at {base_url} {}: {}", trouble(.failure), .failure.message)]
    LocalDown {
        /// The provider's id.
        provider: String,
        /// Where it should be.
        base_url: String,
        /// Why not.
        failure: Box<Failure>,
        /// The key that it was asked with, or that could not be had.
        key: Option<Arc<KeySource>>,
    },
    /// Nothing is configured, no key is found, no local server answers.
    #[error("no provider is set up")]
    NoProvider,
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// One thing that a route may go to, before keys are fetched.
#[derive(Debug, Clone)]
pub struct Way<'a> {
    /// The provider.
    pub account: &'a Account,
    /// The model; none where the server has to be asked.
    pub model: Option<String>,
    /// Its share where chance decides.
    pub weight: u32,
}

impl Way<'_> {
    /// The model, where it is known.
    pub fn model_id(&self) -> Option<ModelId> {
        Some(ModelId::new(&self.account.provider.id, self.model.as_ref()?))
    }

    /// How users write it: the model, else the provider.
    pub fn name(&self) -> String {
        self.model_id().map_or_else(|| self.account.provider.id.clone(), |id| id.to_string())
    }
}

impl App {
    /// Resolves what was typed, in order; nothing typed means the default route.
    pub async fn route(&self, client: &Client, targets: &[String]) -> Result<Route, ResolveError> {
        let default = [self.default_route().to_owned()];
        let targets = if targets.is_empty() { &default[..] } else { targets };
        let mut ways = Vec::new();
        let mut section = None;
        for target in targets.iter().map(|target| self.meant(target)) {
            section = section.or(self.config.document.values.routes.get(target));
            ways.extend(self.ways(target)?);
        }
        if ways.is_empty() {
            ways = local::running(self, client, |_| true)
                .await
                .into_iter()
                .map(|(account, model)| Way { account, model: Some(model), weight: 1 })
                .collect();
        }
        if ways.is_empty() {
            return Err(ResolveError::NoProvider);
        }
        let mut stops = Vec::new();
        let alone = ways.len() == 1;
        let mut down = None;
        for way in ways {
            match self.stop(client, way).await {
                Ok(stop) => stops.push(stop),
                // A local server that is down is no reason not to ask the others.
                Err(error @ ResolveError::LocalDown { .. }) if !alone => down = down.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        if stops.is_empty() {
            return Err(down.unwrap_or(ResolveError::NoProvider));
        }
        Ok(settings::route(targets.join(","), stops, &section.cloned().unwrap_or_default()))
    }

    /// Where requests go when nothing says otherwise.
    pub fn default_route(&self) -> &str {
        self.config.document.values.default_route.as_deref().unwrap_or(AUTO)
    }

    /// What is meant by a name: what an alias of one name stands for, or the name itself.
    pub fn meant<'a>(&'a self, name: &'a str) -> &'a str {
        match self.config.document.values.aliases.get(name).map(AliasTarget::names) {
            Some([one]) => one,
            _ => name,
        }
    }

    /// The models that a route or an alias lists, with their weights.
    fn listed(&self, name: &str) -> Option<Vec<(&str, u32)>> {
        let values = &self.config.document.values;
        if let Some(section) = values.routes.get(name) {
            return Some(section.models.iter().map(|model| (model.name(), model.weight())).collect());
        }
        let names = values.aliases.get(name)?.names();
        Some(names.iter().map(|name| (name.as_str(), 1)).collect())
    }

    /// What a name leads to, usable or not.
    pub fn everywhere(&self, target: &str) -> Result<Vec<Way<'_>>, ResolveError> {
        let Some(models) = self.listed(target) else {
            return if target == AUTO { Ok(self.auto()) } else { self.find(target) };
        };
        let mut ways = Vec::new();
        for (model, weight) in &models {
            ways.extend(self.find(model)?.into_iter().map(|way| Way { weight: *weight, ..way }));
        }
        Ok(ways)
    }

    /// How a route orders its models.
    pub fn strategy(&self, route: &str) -> Strategy {
        let section = self.config.document.values.routes.get(route);
        section.map(|section| settings::strategy(section.strategy)).unwrap_or_default()
    }

    /// What a name may go to. If nothing that it leads to is usable, the first one's reason stands for all.
    pub fn ways(&self, target: &str) -> Result<Vec<Way<'_>>, ResolveError> {
        let ways = self.everywhere(target)?;
        let usable: Vec<_> = ways.iter().filter(|way| way.account.is_on()).cloned().collect();
        match (usable.is_empty(), ways.first()) {
            (true, Some(way)) => Err(Self::problem(way.account)),
            _ => Ok(usable),
        }
    }

    fn problem(account: &Account) -> ResolveError {
        if account.disabled {
            return ResolveError::Disabled(account.provider.id.clone());
        }
        if !account.enabled {
            return ResolveError::Off(account.provider.id.clone());
        }
        ResolveError::NoKey {
            provider: account.provider.id.clone(),
            variables: account.key_env.clone(),
            page: account.row.and_then(|row| row.keys_page.clone()),
        }
    }

    /// Finds a provider, a model of it, what an alias stands for, or a bare model id with all that list it. Says
    /// nothing about keys.
    pub(super) fn find(&self, name: &str) -> Result<Vec<Way<'_>>, ResolveError> {
        let way = |account, model| Way { account, model, weight: 1 };
        if let Some(target) = self.config.document.values.aliases.get(name) {
            let ways: Result<Vec<_>, _> = target.names().iter().map(|name| self.find(name)).collect();
            return Ok(ways?.concat());
        }
        if let Some(account) = self.account(name) {
            return match (&account.default_model, account.is_local()) {
                (None, false) => Err(ResolveError::NoDefaultModel { provider: name.to_owned() }),
                (model, _) => Ok(vec![way(account, model.clone())]),
            };
        }
        if let Ok(ModelId { provider, model }) = name.parse::<ModelId>()
            && let Some(account) = self.account(&provider)
        {
            return Ok(vec![way(account, Some(model))]);
        }
        let listed: Vec<_> = self
            .catalog
            .models()
            .iter()
            .filter(|model| model.id == name)
            .filter_map(|model| Some(way(self.account(&model.provider)?, Some(model.id.clone()))))
            .collect();
        if listed.is_empty() {
            return Err(ResolveError::Unknown { name: name.to_owned(), nearest: self.nearest(name) });
        }
        Ok(listed)
    }

    /// Whether a route is called so.
    pub fn is_route(&self, name: &str) -> bool {
        name == AUTO || self.config.document.values.routes.contains_key(name)
    }

    /// A route, alias, provider or model that may have been meant.
    pub(super) fn nearest(&self, name: &str) -> Option<String> {
        let values = &self.config.document.values;
        self.nearest_of(name, values.routes.keys().chain(values.aliases.keys()).map(String::as_str))
    }

    /// A provider or model that may have been meant.
    pub(super) fn nearest_model(&self, name: &str) -> Option<String> {
        self.nearest_of(name, std::iter::empty())
    }

    /// A model that ends so; else a provider or one of these routes; else a model that looks so.
    fn nearest_of<'a>(&'a self, name: &str, routes: impl Iterator<Item = &'a str>) -> Option<String> {
        if let Some(model) = self.ending_in(name) {
            return Some(model.model_id().to_string());
        }
        let providers = self.accounts.iter().map(|account| account.provider.id.as_str());
        if let Some(near) = nearest(name, routes.chain(providers)) {
            return Some(near.to_owned());
        }
        let models: Vec<String> =
            self.catalog.models().iter().map(|model| model.model_id().to_string()).collect();
        let bare = self.catalog.models().iter().map(|model| model.id.as_str());
        nearest(name, models.iter().map(String::as_str).chain(bare)).map(str::to_owned)
    }

    /// A model of which only the last part was named; one that can be asked now goes before others.
    pub fn ending_in(&self, name: &str) -> Option<&Model> {
        let ends_so = |model: &&Model| {
            model.id.rsplit_once('/').is_some_and(|(_, last)| last.eq_ignore_ascii_case(name))
        };
        let is_on = |model: &&Model| self.account(&model.provider).is_some_and(Account::is_on);
        let models = || self.catalog.models().iter().filter(ends_so);
        models().find(is_on).or_else(|| models().next())
    }

    /// Each keyed provider's default model: by priority, then free before trial before paid, then in the catalogue's
    /// order; local servers last, and only those that are configured.
    fn auto(&self) -> Vec<Way<'_>> {
        let mut accounts: Vec<&Account> = self
            .accounts
            .iter()
            .filter(|account| account.is_on() && !account.incidental)
            .filter(
                |account| {
                    if account.is_local() { account.configured } else { account.default_model.is_some() }
                },
            )
            .collect();
        accounts.sort_by_key(|account| (std::cmp::Reverse(account.priority), self.billing(account)));
        accounts
            .into_iter()
            .map(|account| Way { account, model: account.default_model.clone(), weight: 1 })
            .collect()
    }

    /// Who pays where only the provider is named.
    pub fn billing(&self, account: &Account) -> Billing {
        let id = account.default_model.as_ref().map(|model| ModelId::new(&account.provider.id, model));
        let model = id.and_then(|id| self.catalog.model(&id).billing);
        model.unwrap_or(account.provider.billing)
    }

    /// Names the model: a local server is asked for it.
    pub(super) async fn stop(&self, client: &Client, way: Way<'_>) -> Result<Stop, ResolveError> {
        let keys = way.account.keys.clone();
        let model = match way.model {
            Some(model) => model,
            None => local::model_by_keys(way.account, client).await?,
        };
        let id = ModelId::new(&way.account.provider.id, model);
        Ok(Stop {
            provider: Arc::clone(&way.account.provider),
            model: Arc::new(self.model(&id)),
            keys,
            weight: way.weight,
        })
    }
}

/// What came instead of a model of a local server.
fn trouble(failure: &Failure) -> &'static str {
    match failure.class {
        FailureClass::Unreachable | FailureClass::Timeout => "does not answer",
        FailureClass::Auth if failure.status.is_none() => "cannot be asked without a key",
        FailureClass::Auth | FailureClass::Forbidden => "does not let us in",
        _ => "names no model",
    }
}

/// What it means for the user's purse or privacy to go from one stop to another; none if nothing changes.
pub fn crossing(app: &App, from: &Stop, to: &Stop) -> Option<&'static str> {
    let billing = |stop: &Stop| stop.model.billing.unwrap_or(stop.provider.billing);
    let row = |stop: &Stop| app.account(&stop.provider.id).and_then(|account| account.row);
    let trains = |stop: &Stop| row(stop).is_some_and(|row| row.trains_on_inputs);
    if billing(to) == Billing::Paid && billing(from) != Billing::Paid {
        Some("which is paid")
    } else if trains(to) && !trains(from) {
        Some("whose terms allow training on what you send")
    } else {
        None
    }
}
