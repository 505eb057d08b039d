//! `provider/model-id`, the one way a model is written.

use std::fmt;
use std::str::FromStr;

/// A model of a provider, written `provider/model-id`.
///
/// The text is split at the first `/` only, so that `openrouter/openai/gpt-oss-20b:free` is the model
/// `openai/gpt-oss-20b:free` of `openrouter`; a colon never splits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelId {
    /// The provider's id: a row of the catalogue or of the configuration.
    pub provider: String,
    /// The model's id in the provider's own words.
    pub model: String,
}

impl ModelId {
    /// Joins a provider and a model id.
    pub fn new(provider: impl Into<String>, model: impl Into<String>) -> Self {
        Self { provider: provider.into(), model: model.into() }
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.provider, self.model)
    }
}

/// The text has no `/`, or nothing on one side of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not written provider/model-id")]
pub struct ParseModelIdError(String);

impl FromStr for ModelId {
    type Err = ParseModelIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((provider, model)) if !provider.is_empty() && !model.is_empty() => {
                Ok(Self::new(provider, model))
            }
            _ => Err(ParseModelIdError(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn splits_at_the_first_slash_only() {
        let id: ModelId = "openrouter/openai/gpt-oss-20b:free".parse().unwrap();
        assert_eq!(id, ModelId::new("openrouter", "openai/gpt-oss-20b:free"));
        assert!("groq".parse::<ModelId>().is_err());
        assert!("groq/".parse::<ModelId>().is_err());
        assert!("/x".parse::<ModelId>().is_err());
    }

    proptest! {
        #[test]
        fn reads_back_what_it_writes(provider in "[a-z][a-z0-9-]{0,12}", model in "[A-Za-z0-9:._/-]{1,40}") {
            let id = ModelId::new(provider, model);
            prop_assert_eq!(id.to_string().parse::<ModelId>().unwrap(), id);
        }
    }
}
