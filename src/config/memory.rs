//! The part of `config.toml` that says how what was remembered is found.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize as DeriveDeserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserialize, Deserializer};

/// What is remembered.
#[derive(Debug, Clone, Default, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MemorySection {
    /// The model by which entries are found by what they mean and not by their words alone: `provider/model`, the name
    /// of a route, or a list to be asked in this order. Off where nothing is set.
    pub embed: Option<EmbedTarget>,
}

/// Where texts go to become vectors: one name, or several models in order.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[serde(untagged)]
pub enum EmbedTarget {
    /// One model, or a route.
    One(String),
    /// Several models. Those that are called the same stand in for each other; of the others the first is used.
    Several(Vec<EmbedModel>),
}

/// A model that makes vectors: its name, or a table with its name and what it is called elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[serde(untagged)]
pub enum EmbedModel {
    /// Its name.
    Named(String),
    /// Its name and which model it is.
    Known(KnownModel),
}

/// A model that makes vectors, and which one it is.
#[derive(Debug, Clone, PartialEq, Eq, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KnownModel {
    /// `provider/model`.
    pub model: String,
    /// The model that it is, by any name: models of one name make the same vectors and stand in for each other. The
    /// last part of its own name where nothing is set.
    pub same_as: Option<String>,
}

impl EmbedTarget {
    /// The models in order, each with the name of the model that it is said to be.
    pub fn models(&self) -> Vec<(&str, Option<&str>)> {
        match self {
            Self::One(name) => vec![(name, None)],
            Self::Several(models) => models.iter().map(EmbedModel::parts).collect(),
        }
    }
}

impl EmbedModel {
    fn parts(&self) -> (&str, Option<&str>) {
        match self {
            Self::Named(name) => (name, None),
            Self::Known(known) => (&known.model, known.same_as.as_deref()),
        }
    }
}

/// By hand, because an untagged enum says only that nothing fits.
impl<'de> Deserialize<'de> for EmbedTarget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = EmbedTarget;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a model or route such as \"openai/text-embedding-3-small\", or a list of models")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<EmbedTarget, E> {
                Ok(EmbedTarget::One(text.to_owned()))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, list: A) -> Result<EmbedTarget, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(EmbedTarget::Several)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// By hand, for the same reason.
impl<'de> Deserialize<'de> for EmbedModel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = EmbedModel;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a model such as \"openai/text-embedding-3-small\" or { model = \"…\", same_as = \"…\" }",
                )
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<EmbedModel, E> {
                Ok(EmbedModel::Named(text.to_owned()))
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<EmbedModel, A::Error> {
                KnownModel::deserialize(MapAccessDeserializer::new(map)).map(EmbedModel::Known)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Document;

    fn error(text: &str) -> String {
        let error = Document::parse(Path::new("config.toml"), text).unwrap_err();
        format!("{error} / {}", error.hint.clone().unwrap_or_default())
    }

    #[test]
    fn a_model_a_route_or_a_list() {
        let read = |text: &str| Document::parse(Path::new("config.toml"), text).unwrap().values.memory.embed;
        assert_eq!(read("[memory]"), None);
        assert_eq!(read("[memory]\nembed = \"a/b\"").unwrap().models(), [("a/b", None)]);
        let list = "[memory]\nembed = [\"a/b\", { model = \"c/d\", same_as = \"b\" }]";
        assert_eq!(read(list).unwrap().models(), [("a/b", None), ("c/d", Some("b"))]);
    }

    #[test]
    fn errors_name_the_place() {
        assert!(error("[memory]\nembd = 1").ends_with("unknown key `memory.embd` / did you mean `embed`?"));
        assert!(error("[memory]\nembed = 3").contains("`memory.embed`: expected text in quotes or a list"));
        let nested = error("[memory]\nembed = [{ modle = \"a/b\" }]");
        assert!(nested.contains("unknown key `memory.embed[0].modle` / did you mean `model`?"), "{nested}");
        assert!(error("[memory]\nembed = [3]").contains("`memory.embed[0]`"));
    }
}
