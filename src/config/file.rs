//! The shape of `config.toml`. Doc comments here are what `aigw config schema` says.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AliasTarget, McpSection, MemorySection, RouteSection, Span, ToolsSection};

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
    /// Other names: each stands for a model, a provider or a route, or for a list of models in order.
    pub aliases: BTreeMap<String, AliasTarget>,
    /// What is remembered.
    pub memory: MemorySection,
    /// Servers of the Model Context Protocol, whose tools agents may have.
    pub mcp: McpSection,
    /// What tools may do, and which services they ask.
    pub tools: Box<ToolsSection>,
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
    /// What each of its keys may be asked; nothing is held back where nothing is set.
    pub limits: LimitsSection,
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

/// What a key of a provider may be asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsSection {
    /// Requests per minute.
    pub rpm: Option<u64>,
    /// Requests per day.
    pub rpd: Option<u64>,
    /// Tokens per minute, in and out.
    pub tpm: Option<u64>,
    /// Tokens per day, in and out.
    pub tpd: Option<u64>,
    /// Requests at once.
    pub concurrency: Option<u64>,
}

impl LimitsSection {
    /// Each limit with its name, set or not.
    pub fn each(&self) -> [(&'static str, Option<u64>); 5] {
        [
            ("rpm", self.rpm),
            ("rpd", self.rpd),
            ("tpm", self.tpm),
            ("tpd", self.tpd),
            ("concurrency", self.concurrency),
        ]
    }
}
