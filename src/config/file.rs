//! The shape of `config.toml`. Doc comments here are what `aigw config schema` says.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Span;

/// The configuration of aigw. Every key is optional: a known provider needs only its key, which may come from the
/// environment.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConfigFile {
    /// Where requests go when neither `-m` nor anything else says: a route, a provider or `provider/model`.
    pub default_route: Option<String>,
    /// Upstream accounts by id. A known id brings its settings with it; a new one needs `wire` and `base_url`.
    pub providers: BTreeMap<String, ProviderSection>,
    /// Named, ordered sets of models.
    pub routes: BTreeMap<String, RouteSection>,
}

/// An upstream account.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProviderSection {
    /// Whether it is used at all.
    pub enabled: Option<bool>,
    /// Where keys come from: `env:NAME`, `cmd:COMMAND`, `file:PATH`. Several make a pool.
    pub api_keys: Vec<String>,
    /// The wire format that it speaks.
    pub wire: Option<WireName>,
    /// All that stands before `/chat/completions`.
    pub base_url: Option<String>,
    /// The model that is meant when only the provider is named.
    pub default_model: Option<String>,
    /// Its place in `auto`: the highest number goes first; 0 where nothing is set.
    pub priority: Option<i64>,
    /// How long it may take.
    pub timeout: TimeoutSection,
}

/// The wire formats that can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WireName {
    /// OpenAI's chat completions.
    Openai,
    /// Anthropic's messages.
    Anthropic,
    /// Google's native generateContent.
    Gemini,
    /// Replicate's predictions.
    Replicate,
}

/// How long a provider may take.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TimeoutSection {
    /// To connect.
    pub connect: Option<Span>,
    /// From the request to the first token.
    pub first_token: Option<Span>,
    /// From one event to the next.
    pub idle: Option<Span>,
    /// For all of it.
    pub total: Option<Span>,
}

/// A named, ordered set of models.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RouteSection {
    /// How the models are ordered.
    pub strategy: Strategy,
    /// What it may go to: `provider/model`, or a provider for its default model.
    pub models: Vec<String>,
    /// How many attempts a request may take in all; 5 where nothing is set.
    pub max_attempts: Option<u32>,
    /// How long to wait for a preferred candidate rather than to move on; 2s where nothing is set.
    pub patience: Option<Span>,
}

/// How the models of a route are ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// As they are listed.
    #[default]
    Priority,
}
