//! The stage of one scenario: the user's route with a stand-in in the place of every provider.

use std::collections::BTreeMap;
use std::sync::Arc;

use tempfile::TempDir;

use super::scenario::Scenario;
use super::{Drill, DrillError, Make, scaled};
use crate::app::{Account, App};
use crate::providers::client::Client;
use crate::providers::{Timeouts, WireFormat};
use crate::router::{Route, Strategy};
use crate::secret::{KeySource, Secret};
use crate::simulate::{Manner, Settings, Stand, providers};

/// The stage. What is on it goes away with it.
pub(super) struct Stage {
    pub(super) app: Arc<App>,
    pub(super) route: Route,
    /// What the route is called by whoever asks.
    pub(super) target: String,
    stands: BTreeMap<String, Stand>,
    first: String,
    _home: TempDir,
}

impl Stage {
    /// Sets the stage: reads the configuration, puts the stand-ins up and lets the first one fail.
    pub(super) async fn set(drill: &Drill, make: Make<'_>, scenario: &Scenario) -> Result<Self, DrillError> {
        let fail = |error: &dyn std::fmt::Display| DrillError(error.to_string());
        let home = tempfile::Builder::new().prefix("aigw-drill-").tempdir().map_err(|error| fail(&error))?;
        let mut app = make(home.path()).map_err(|error| fail(&error))?;
        let mut stands = BTreeMap::new();
        let set_up = |account: &&mut Account| account.is_on() && (!account.is_local() || account.configured);
        for account in app.accounts.iter_mut().filter(set_up) {
            let stand = Stand::start(settings(account, scenario)).await.map_err(|error| fail(&error))?;
            recast(account, &stand, drill);
            stands.insert(account.provider.id.clone(), stand);
        }
        // Servers of this machine that nobody has set up are not in the play.
        app.accounts
            .iter_mut()
            .filter(|account| !stands.contains_key(&account.provider.id))
            .for_each(|account| account.enabled = false);
        let client = Client::new().map_err(|error| fail(&error))?;
        let target = drill.target.clone().unwrap_or_else(|| app.default_route().to_owned());
        let mut route =
            app.route(&client, std::slice::from_ref(&target)).await.map_err(|error| fail(&error))?;
        // The play needs to know whom a question meets first.
        route.strategy = Strategy::Priority;
        let first = route.stops.first().map(|stop| stop.provider.id.clone()).unwrap_or_default();
        stands.retain(|id, _| route.stops.iter().any(|stop| stop.provider.id == *id));
        let fault = scenario.fault(drill.timing).parse().map_err(|error| fail(&error))?;
        if let Some(stand) = stands.get(&first) {
            stand.inject(fault);
        }
        Ok(Self { app: Arc::new(app), route, target, stands, first, _home: home })
    }

    /// Whether there is somebody else to ask.
    pub(super) fn has_fallback(&self) -> bool {
        self.stands.len() > 1
    }

    /// The provider that fails.
    pub(super) fn first(&self) -> &str {
        &self.first
    }

    /// How often the first provider was asked to talk, and how often the others were.
    pub(super) fn asked(&self) -> (usize, usize) {
        let talks =
            |stand: &Stand| stand.requests().iter().filter(|request| request.method == "POST").count();
        let first = self.stands.get(&self.first).map_or(0, talks);
        (first, self.stands.values().map(talks).sum::<usize>() - first)
    }
}

/// Who stands in for a provider: its own double, or one that speaks the same wire.
fn settings(account: &Account, scenario: &Scenario) -> Settings {
    let id = account.provider.id.as_str();
    let double = if providers().contains(&id) {
        id
    } else {
        match account.provider.wire {
            WireFormat::Openai => "vllm",
            WireFormat::Anthropic => "anthropic",
            WireFormat::Gemini => "gemini",
            WireFormat::Replicate => "replicate",
        }
    };
    let manner = if scenario.refuses_prefill { Manner::RefusePrefill } else { Manner::default() };
    Settings { manner, ..Settings::new(double) }
}

/// Leads an account to its double. The user's keys are gone with this, and no command that gives one is run.
fn recast(account: &mut Account, stand: &Stand, drill: &Drill) {
    let provider = Arc::make_mut(&mut account.provider);
    provider.base_url = stand.base_url();
    let usual = provider.timeouts;
    provider.timeouts = Timeouts {
        first_token: scaled(usual.first_token, drill.timing),
        idle: scaled(usual.idle, drill.timing),
        total: scaled(usual.total, drill.timing),
        ..usual
    };
    let key = |number: usize| {
        let secret = Secret::new(&format!("drill-key-{number}-of-{}", stand.provider()));
        Arc::new(KeySource::key("drill", secret))
    };
    account.keys = (1..=account.keys.len()).map(key).collect();
}
