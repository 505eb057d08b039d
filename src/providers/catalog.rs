//! The providers and models that are known without being configured: rows of data in `catalog.toml`.
//!
//! To add a provider that speaks a known wire format, add a row there; no code knows a provider by name.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::quirks::Quirks;
use crate::chat::{ModelId, Need, Usage};

/// The built-in catalogue.
static BUILT_IN: LazyLock<Catalog> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
    toml::from_str(include_str!("catalog.toml")).expect("the built-in catalogue is well-formed")
});

/// Known providers and models, in the order in which they are preferred.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    #[serde(rename = "provider")]
    providers: Vec<ProviderRow>,
    #[serde(rename = "model")]
    models: Vec<Model>,
}

/// A provider as the catalogue knows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderRow {
    /// What users type.
    pub id: String,
    /// The provider's own name.
    pub name: String,
    /// The wire format that it speaks.
    pub wire: WireFormat,
    /// All that stands before the path of an endpoint.
    pub base_url: String,
    /// Variables that may hold a key; the first that is set counts.
    #[serde(default)]
    pub key_env: Vec<String>,
    /// Of these, variables that people set for other purposes: a key found only there makes the provider usable, but
    /// does not put it into `auto`.
    #[serde(default)]
    pub incidental_env: Vec<String>,
    /// A variable that says where the server listens.
    pub host_env: Option<String>,
    /// Where a person gets a key.
    pub keys_page: Option<String>,
    /// The model that is meant when none is named. Local servers are asked instead.
    pub default_model: Option<String>,
    /// Who pays.
    pub billing: Billing,
    /// Whether the terms of this tier let the provider train on what is sent.
    #[serde(default)]
    pub trains_on_inputs: bool,
    /// Where it departs from its wire format.
    #[serde(default)]
    pub quirks: Quirks,
    /// Constant headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Timers that must differ from the usual.
    #[serde(default)]
    pub timeout: TimeoutRow,
    /// What its free tier allows. This informs; it never holds a request back.
    pub free_tier: Option<FreeTier>,
}

/// The wire formats that exist as code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WireFormat {
    /// OpenAI's chat completions and whatever speaks them.
    Openai,
    /// Anthropic's messages.
    Anthropic,
    /// Google's native generateContent.
    Gemini,
    /// Replicate's predictions.
    Replicate,
}

/// Who pays for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Billing {
    /// Nobody, within limits.
    Free,
    /// A small credit that the provider gives.
    Trial,
    /// The user, per token.
    Paid,
    /// It runs on the user's own machine.
    Local,
}

impl Billing {
    /// The word in tables and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Trial => "trial",
            Self::Paid => "paid",
            Self::Local => "local",
        }
    }
}

/// Timers that a row sets.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TimeoutRow {
    #[serde(with = "span")]
    /// To connect.
    pub connect: Option<Duration>,
    #[serde(with = "span")]
    /// To the first token.
    pub first_token: Option<Duration>,
    #[serde(with = "span")]
    /// Between events.
    pub idle: Option<Duration>,
    #[serde(with = "span")]
    /// For all of it.
    pub total: Option<Duration>,
}

mod span {
    //! `10s`, `5m`, as they stand in the catalogue.
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, de::Error};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::super::reset::go_duration(&text)
            .map(Some)
            .ok_or_else(|| D::Error::custom("expected a span like `10s`"))
    }
}

/// What a free tier allows.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreeTier {
    /// Requests per minute.
    pub rpm: Option<u64>,
    /// Requests per day.
    pub rpd: Option<u64>,
    /// Tokens per minute.
    pub tpm: Option<u64>,
    /// Tokens per day.
    pub tpd: Option<u64>,
    /// When its day ends.
    pub resets: Option<String>,
    /// Anything that figures do not say.
    pub note: Option<String>,
    /// Who says so.
    pub source: String,
    /// When it was read.
    pub date: String,
}

/// A model of a provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The provider's id.
    pub provider: String,
    /// The model's id in the provider's words.
    pub id: String,
    /// Tokens that fit, input and output together.
    pub window: Option<u64>,
    /// The longest answer.
    pub max_output: Option<u64>,
    /// USD per million tokens of input.
    pub input_price: Option<f64>,
    /// USD per million tokens of output.
    pub output_price: Option<f64>,
    /// USD per million tokens of input that came from the provider's cache.
    pub cached_price: Option<f64>,
    /// What it can do; unknown when absent.
    pub abilities: Option<Vec<Ability>>,
    /// What it was found out to be able or unable to do, which counts more than what is listed.
    #[serde(skip)]
    pub probed: Vec<(Ability, bool)>,
    /// Who pays, where that differs from its provider.
    pub billing: Option<Billing>,
    /// How capable it is, roughly.
    pub tier: Option<Tier>,
    /// The length of its vectors, for an embedding model.
    pub dimensions: Option<u32>,
    /// Who says so.
    pub source: Option<String>,
    /// When it was read.
    pub date: Option<String>,
}

/// Something that a model can do or wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ability {
    /// Calls tools.
    Tools,
    /// Answers to a schema.
    Schema,
    /// Thinks before it speaks.
    Reasoning,
    /// Sees images.
    Vision,
    /// Reads PDF documents.
    Pdf,
    /// Gives vectors, not text.
    Embeddings,
    /// Refuses temperature and top_p.
    NoSampling,
    /// Is told how hard to think by a budget of tokens, not by a level.
    ThinkingBudget,
    /// Takes its output limit only as `max_completion_tokens`.
    MaxCompletionTokens,
    /// Goes straight on where an unfinished turn of its own stops.
    Prefill,
}

/// How capable a model is, roughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Quick and cheap.
    Small,
    /// In between.
    Medium,
    /// For hard questions.
    Large,
    /// The best there is.
    Frontier,
}

impl Ability {
    /// What a model must be able to do where a request needs this.
    pub fn of(need: Need) -> Self {
        match need {
            Need::Tools => Self::Tools,
            Need::Vision => Self::Vision,
            Need::Pdf => Self::Pdf,
            Need::Schema => Self::Schema,
        }
    }
}

impl Tier {
    /// The word in the catalogue and in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
            Self::Frontier => "frontier",
        }
    }
}

impl Catalog {
    /// The catalogue that comes with the program.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// All providers, in order.
    pub fn providers(&self) -> &[ProviderRow] {
        &self.providers
    }

    /// All models, in order.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// A provider by its id.
    pub fn provider(&self, id: &str) -> Option<&ProviderRow> {
        self.providers.iter().find(|row| row.id == id)
    }

    /// A model; one that is not listed gets a row that claims nothing.
    pub fn model(&self, id: &ModelId) -> Model {
        let known = self.models.iter().find(|model| model.provider == id.provider && model.id == id.model);
        known.cloned().unwrap_or_else(|| Model::unknown(id))
    }
}

impl Model {
    /// A model that the catalogue does not list: nothing is known, so nothing is ruled out.
    pub fn unknown(id: &ModelId) -> Self {
        Self {
            provider: id.provider.clone(),
            id: id.model.clone(),
            window: None,
            max_output: None,
            input_price: None,
            output_price: None,
            cached_price: None,
            abilities: None,
            probed: Vec::new(),
            billing: None,
            tier: None,
            dimensions: None,
            source: None,
            date: None,
        }
    }

    /// How users write it.
    pub fn model_id(&self) -> ModelId {
        ModelId::new(&self.provider, &self.id)
    }

    /// Whether it is known to have an ability.
    pub fn has(&self, ability: Ability) -> bool {
        let listed = || self.abilities.as_ref().is_some_and(|abilities| abilities.contains(&ability));
        self.probed(ability).unwrap_or_else(listed)
    }

    /// Whether it was found out to have an ability, or not to have it.
    pub fn probed(&self, ability: Ability) -> Option<bool> {
        self.probed.iter().find(|(known, _)| *known == ability).map(|(_, able)| *able)
    }

    /// Whether it may be able to do what a request needs: certain for listed models, assumed for others.
    pub fn can(&self, need: Need) -> bool {
        let ability = Ability::of(need);
        let listed = || self.abilities.as_ref().is_none_or(|abilities| abilities.contains(&ability));
        self.probed(ability).unwrap_or_else(listed)
    }

    /// What this usage costs in USD: what the provider says, else by the listed prices; unknown without either.
    pub fn cost(&self, usage: &Usage) -> Option<f64> {
        if usage.cost_usd.is_some() {
            return usage.cost_usd;
        }
        #[expect(clippy::cast_precision_loss, reason = "token counts are far below 2^52")]
        let millions = |tokens: u64| tokens as f64 / 1e6;
        let (input, output) = (usage.input_tokens.unwrap_or(0), usage.output_tokens.unwrap_or(0));
        let cached = usage.cached_tokens.unwrap_or(0).min(input);
        let (input_price, output_price) = (self.input_price?, self.output_price.unwrap_or(0.0));
        let cached_price = self.cached_price.unwrap_or(input_price);
        Some(
            millions(input - cached) * input_price
                + millions(cached) * cached_price
                + millions(output) * output_price,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_catalogue_is_sound() {
        let catalog = Catalog::built_in();
        for row in catalog.providers() {
            assert!(!row.base_url.ends_with('/'), "{}", row.id);
            assert!(row.base_url.starts_with("https://") || row.billing == Billing::Local, "{}", row.id);
            assert!(!row.id.contains('/'));
            if let Some(model) = &row.default_model {
                let model = ModelId::new(&row.id, model);
                assert!(
                    catalog.models().iter().any(|known| known.model_id() == model),
                    "{model} is not listed"
                );
            }
        }
        for (at, model) in catalog.models().iter().enumerate() {
            let id = model.model_id();
            assert!(catalog.provider(&model.provider).is_some(), "{id}");
            assert!(catalog.models()[..at].iter().all(|other| other.model_id() != id), "{id} twice");
            assert!(model.source.is_some() && model.date.is_some(), "{id} names no source");
        }
    }

    #[test]
    fn costs_count_cached_tokens_once() {
        let mut model = Model::unknown(&ModelId::new("p", "m"));
        let usage = Usage {
            input_tokens: Some(1_000_000),
            cached_tokens: Some(500_000),
            output_tokens: Some(1_000_000),
            ..Usage::default()
        };
        assert_eq!(model.cost(&usage), None);
        (model.input_price, model.output_price, model.cached_price) = (Some(1.0), Some(2.0), Some(0.5));
        assert_eq!(model.cost(&usage), Some(0.5 + 0.25 + 2.0));
        assert_eq!(model.cost(&Usage { cost_usd: Some(0.1), ..usage }), Some(0.1));
    }
}
