//! What is left alone, counted and remembered.

use serde::{Deserialize, Serialize};

/// What something is known about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A provider as a whole.
    Provider(String),
    /// A model there, with whatever key.
    Model {
        /// The provider.
        provider: String,
        /// The model.
        model: String,
    },
    /// A key, for every model.
    Key {
        /// The provider.
        provider: String,
        /// The key's fingerprint.
        key: String,
    },
    /// A key for one model.
    KeyModel {
        /// The provider.
        provider: String,
        /// The key's fingerprint.
        key: String,
        /// The model.
        model: String,
    },
}

impl Subject {
    /// All that a request with this key to this model says something about.
    pub fn all_of(provider: &str, key: &str, model: &str) -> [Self; 4] {
        let (provider, key, model) = (provider.to_owned(), key.to_owned(), model.to_owned());
        [
            Self::Provider(provider.clone()),
            Self::Model { provider: provider.clone(), model: model.clone() },
            Self::Key { provider: provider.clone(), key: key.clone() },
            Self::KeyModel { provider, key, model },
        ]
    }

    /// The provider that it belongs to.
    pub fn provider(&self) -> &str {
        match self {
            Self::Provider(provider)
            | Self::Model { provider, .. }
            | Self::Key { provider, .. }
            | Self::KeyModel { provider, .. } => provider,
        }
    }

    /// The key alone, where it has one.
    pub(super) fn key(&self) -> Option<Self> {
        match self {
            Self::Key { provider, key } | Self::KeyModel { provider, key, .. } => {
                Some(Self::Key { provider: provider.clone(), key: key.clone() })
            }
            Self::Provider(_) | Self::Model { .. } => None,
        }
    }
}
