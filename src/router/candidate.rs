//! Routes and the candidates that they expand to.

use std::sync::Arc;
use std::time::Duration;

use crate::chat::ModelId;
use crate::health::Subject;
use crate::providers::catalog::Tier;
use crate::providers::{Model, Provider};
use crate::secret::KeySource;

/// A named, ordered set of models, resolved: what a request may go to and how.
#[derive(Debug, Clone)]
pub struct Route {
    /// Its name, or the model's where one was asked for.
    pub name: String,
    /// What it may go to, the preferred first.
    pub stops: Vec<Stop>,
    /// How many attempts a request may take in all.
    pub max_attempts: usize,
    /// How long to wait for a preferred candidate rather than to move on.
    pub patience: Duration,
    /// How the stops are ordered.
    pub strategy: Strategy,
    /// Ask a second candidate as well when no token has come after this long.
    pub hedge_after: Option<Duration>,
    /// What to do about an answer that breaks after some of it was delivered.
    pub on_broken_stream: OnBrokenStream,
    /// What to do about an answer that the provider's filter holds back.
    pub on_content_filter: OnContentFilter,
    /// Models that are known to be less capable are left out.
    pub min_tier: Option<Tier>,
    /// Tool calls are asked for in words where a model knows no others.
    pub spoken_tools: bool,
}

/// How the stops of a route are ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strategy {
    /// As they are listed.
    #[default]
    Priority,
    /// By chance, in proportion to their weights.
    Weighted,
    /// In turn.
    RoundRobin,
    /// The one with the shorter time to the first token, of two that are drawn.
    Latency,
    /// The cheapest for this request.
    Cost,
    /// The one with the fewest requests under way.
    LeastBusy,
    /// The one with most of its limits left.
    Quota,
}

/// What to do about an answer that breaks after some of it was delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnBrokenStream {
    /// Complete it; begin again where that can be shown; else end honestly.
    #[default]
    Resume,
    /// Begin again where that can be shown; else end honestly.
    Restart,
    /// End honestly.
    Fail,
}

/// What to do about an answer that the provider's filter holds back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnContentFilter {
    /// Say so.
    #[default]
    Fail,
    /// Ask the next model.
    Next,
}

impl Route {
    /// How many attempts a request may take where nothing is set.
    pub const MAX_ATTEMPTS: usize = 5;
    /// How long a preferred candidate is waited for where nothing is set.
    pub const PATIENCE: Duration = Duration::from_secs(2);

    /// A route with nothing set but where it goes.
    pub fn new(name: impl Into<String>, stops: Vec<Stop>) -> Self {
        Self {
            name: name.into(),
            stops,
            max_attempts: Self::MAX_ATTEMPTS,
            patience: Self::PATIENCE,
            strategy: Strategy::default(),
            hedge_after: None,
            on_broken_stream: OnBrokenStream::default(),
            on_content_filter: OnContentFilter::default(),
            min_tier: None,
            spoken_tools: true,
        }
    }
}

impl Strategy {
    /// The word in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Priority => "priority",
            Self::Weighted => "weighted",
            Self::RoundRobin => "round_robin",
            Self::Latency => "latency",
            Self::Cost => "cost",
            Self::LeastBusy => "least_busy",
            Self::Quota => "quota",
        }
    }
}

impl OnBrokenStream {
    /// The word in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resume => "resume",
            Self::Restart => "restart",
            Self::Fail => "fail",
        }
    }
}

impl OnContentFilter {
    /// The word in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Next => "next",
        }
    }
}

/// One model of a route with the keys that open it.
#[derive(Debug, Clone)]
pub struct Stop {
    /// The provider.
    pub provider: Arc<Provider>,
    /// The model there.
    pub model: Arc<Model>,
    /// The keys; empty for servers that need none.
    pub keys: Vec<Arc<KeySource>>,
    /// Its share of the requests where chance decides, beside the weights of the others.
    pub weight: u32,
}

/// Model and key that a request may go to.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The provider.
    pub provider: Arc<Provider>,
    /// The model there.
    pub model: Arc<Model>,
    /// The key.
    pub key: Option<Arc<KeySource>>,
    /// What was known of it when the plan was made.
    pub weighed: Weighed,
}

/// The numbers by which strategies order candidates.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Weighed {
    /// Its share where chance decides.
    pub weight: u32,
    /// How long its model takes to the first token, on average.
    pub first_token: Option<Duration>,
    /// What the request is likely to cost there, in USD.
    pub cost_usd: Option<f64>,
    /// Requests under way with this key.
    pub busy: u32,
    /// The share of the key's limits that is left, from 0 to 1.
    pub free: Option<f64>,
    /// The model kept failing, and this request would show whether it is well again.
    pub probe: bool,
    /// The request fits into the model's window only if it has fewer tokens than estimated.
    pub tight: bool,
    /// The request needs tools, and its model calls them in words only.
    pub spoken: bool,
}

impl Candidate {
    /// How users write the model.
    pub fn model_id(&self) -> ModelId {
        self.model.model_id()
    }

    /// Whether it is the same model with the same key.
    pub fn is(&self, other: &Self) -> bool {
        self.provider.id == other.provider.id
            && self.model.id == other.model.id
            && self.key.as_ref().map(|key| key.id()) == other.key.as_ref().map(|key| key.id())
    }

    /// The key's fingerprint, if the key is known by now.
    pub fn fingerprint(&self) -> Option<String> {
        self.key.as_ref()?.ready().map(crate::secret::Secret::fingerprint)
    }

    /// What tells this key from others.
    fn key_id(&self) -> String {
        self.key.as_ref().map(|key| key.id().to_owned()).unwrap_or_default()
    }

    /// The provider's subject.
    pub fn provider_subject(&self) -> Subject {
        Subject::Provider(self.provider.id.clone())
    }

    /// The model's subject.
    pub fn model_subject(&self) -> Subject {
        Subject::Model { provider: self.provider.id.clone(), model: self.model.id.clone() }
    }

    /// The key's subject.
    pub fn key_subject(&self) -> Subject {
        Subject::Key { provider: self.provider.id.clone(), key: self.key_id() }
    }

    /// The subject of this key for this model.
    pub fn key_model_subject(&self) -> Subject {
        Subject::KeyModel {
            provider: self.provider.id.clone(),
            key: self.key_id(),
            model: self.model.id.clone(),
        }
    }

    /// All that may be resting and keep a request from going here.
    pub fn subjects(&self) -> [Subject; 4] {
        [self.provider_subject(), self.model_subject(), self.key_subject(), self.key_model_subject()]
    }
}
