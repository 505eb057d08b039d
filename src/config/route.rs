//! The part of `config.toml` that says where requests go: routes and aliases.

use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer};
use serde::{Deserialize as DeriveDeserialize, Serialize};

use super::Span;

/// A named, ordered set of models.
#[derive(Debug, Clone, Default, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RouteSection {
    /// How the models are ordered.
    pub strategy: Strategy,
    /// What it may go to: `provider/model`, a provider for its default model, or `{ model = "…", weight = 3 }`.
    pub models: Vec<RouteModel>,
    /// Models that are known to be less capable than this are left out.
    pub min_tier: Option<TierName>,
    /// How many attempts a request may take in all; 5 where nothing is set.
    pub max_attempts: Option<u32>,
    /// How long to wait for a preferred candidate rather than to move on; 2s where nothing is set.
    pub patience: Option<Span>,
    /// Ask a second candidate as well when no token has come after this long; off where nothing is set.
    pub hedge_after: Option<Span>,
    /// What to do about an answer that breaks after some of it was delivered.
    pub on_broken_stream: OnBrokenStream,
    /// What to do about an answer that the provider's filter holds back.
    pub content_filter: OnContentFilter,
}

/// How the models of a route are ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
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
    /// The cheapest for the request.
    Cost,
    /// The one with the fewest requests under way.
    LeastBusy,
    /// The one with most of its limits left.
    Quota,
}

/// What to do about an answer that breaks after some of it was delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnBrokenStream {
    /// Complete it.
    #[default]
    Resume,
    /// Begin again where that can be shown.
    Restart,
    /// End honestly.
    Fail,
}

/// What to do about an answer that the provider's filter holds back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnContentFilter {
    /// Say so.
    #[default]
    Fail,
    /// Ask the next model.
    Next,
}

/// How capable a model is, roughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TierName {
    /// Quick and cheap.
    Small,
    /// In between.
    Medium,
    /// For hard questions.
    Large,
    /// The best there is.
    Frontier,
}

/// A model of a route: its name, or a table with its name and weight.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[serde(untagged)]
pub enum RouteModel {
    /// Its name.
    Named(String),
    /// Its name and what else the route says about it.
    Weighted(WeightedModel),
}

/// A model of a route with its weight.
#[derive(Debug, Clone, PartialEq, Eq, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WeightedModel {
    /// `provider/model`, or a provider for its default model.
    pub model: String,
    /// Its share of the requests where the strategy is `weighted`, beside the weights of the others; 1 where nothing
    /// is set.
    pub weight: Option<u32>,
}

impl RouteModel {
    /// What it is called.
    pub fn name(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::Weighted(weighted) => &weighted.model,
        }
    }

    /// Its weight.
    pub fn weight(&self) -> u32 {
        match self {
            Self::Named(_) => 1,
            Self::Weighted(weighted) => weighted.weight.unwrap_or(1),
        }
    }
}

/// By hand, because an untagged enum says only that nothing fits.
impl<'de> Deserialize<'de> for RouteModel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = RouteModel;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a model such as \"groq\" or { model = \"groq\", weight = 3 }")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<RouteModel, E> {
                Ok(RouteModel::Named(text.to_owned()))
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<RouteModel, A::Error> {
                WeightedModel::deserialize(MapAccessDeserializer::new(map)).map(RouteModel::Weighted)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// What an alias stands for: one name, or several to be asked in this order.
#[derive(Debug, Clone, PartialEq, Eq, DeriveDeserialize, JsonSchema)]
#[serde(untagged)]
pub enum AliasTarget {
    /// One name.
    One(String),
    /// Several, in order.
    Several(Vec<String>),
}

impl AliasTarget {
    /// The names, in order.
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}
