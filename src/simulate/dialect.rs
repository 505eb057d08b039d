//! How each provider speaks, read once from `dialects.toml`.
//!
//! Every stand-in runs the same code on its row of this table: what differs between providers is shape
//! and wording, and those are easier to read, compare and correct as data.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

/// The table itself.
const TABLE: &str = include_str!("dialects.toml");

/// Keys whose tables are completed from the row below, where other keys replace it.
const LAYERED: [&str; 2] = ["shape", "errors"];

/// One provider's row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dialect {
    pub(super) name: String,
    /// The protocol that it speaks.
    #[serde(default)]
    pub(super) wire: Protocol,
    /// The path before those of its protocol, such as `/chat/completions`.
    pub(super) base: String,
    /// Other paths that serve as well.
    #[serde(default)]
    pub(super) also: Vec<String>,
    /// The model's name is part of the path.
    #[serde(default)]
    pub(super) model_in_path: bool,
    /// A key is needed.
    pub(super) auth: bool,
    /// The list of models is open to everybody all the same.
    #[serde(default)]
    pub(super) open_models: bool,
    pub(super) id: String,
    pub(super) call_id: String,
    pub(super) request: String,
    pub(super) fingerprint: String,
    /// Headers that carry the time to wait.
    pub(super) retry: Vec<String>,
    /// Sends no such header of its own accord.
    #[serde(default)]
    pub(super) quiet: bool,
    /// Seconds in a `retry-after` that means nothing, on successes.
    #[serde(default)]
    pub(super) retry_on_success: u32,
    /// How the message says how long to wait.
    #[serde(default)]
    pub(super) hint: String,
    pub(super) reset: Reset,
    pub(super) shown: Shown,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) gauges: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) gauges_on_excess: bool,
    pub(super) models: Vec<String>,
    /// The input fields of models that say what they take, by model, each with its JSON type; `*` is for all others.
    #[serde(default)]
    pub(super) inputs: BTreeMap<String, BTreeMap<String, String>>,
    /// Models that are asked for by the id of a version and not by name, with that id.
    #[serde(default)]
    pub(super) community: BTreeMap<String, String>,
    model: String,
    #[serde(default = "list_shape")]
    models_shape: String,
    pub(super) usage_at: UsageAt,
    /// Usage comes in streams only when it is asked for.
    pub(super) usage_asked: bool,
    pub(super) tool_pieces: ToolPieces,
    /// The first delta of a stream has the role with its content.
    #[serde(default)]
    pub(super) role_first: bool,
    /// What a natural end is called, where it is not `stop`.
    #[serde(default)]
    pub(super) stop_reason: Option<String>,
    /// Comment lines before a stream.
    #[serde(default)]
    pub(super) preamble: Vec<String>,
    /// Errors in streams are named events.
    #[serde(default)]
    pub(super) error_event: bool,
    #[serde(default)]
    pub(super) done_after_error: bool,
    /// Error 400 is labelled as bytes.
    #[serde(default)]
    pub(super) octet_stream_errors: bool,
    #[serde(default)]
    pub(super) rules: Vec<Rule>,
    /// Pages for `GET`, with their text.
    #[serde(default)]
    pub(super) pages: BTreeMap<String, String>,
    shape: BTreeMap<String, String>,
    pub(super) errors: BTreeMap<Kind, Row>,
    #[serde(skip)]
    shapes: BTreeMap<String, Value>,
}

fn list_shape() -> String {
    r#"{"object":"list","data":"$models"}"#.to_owned()
}

/// The protocols that exist as code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Protocol {
    #[default]
    ChatCompletions,
    Anthropic,
    Gemini,
    Predictions,
}

/// The form of times in rate-limit headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reset {
    /// `1m26.4s`
    Go,
    /// `11.382`
    Seconds,
    /// `12`
    WholeSeconds,
    /// Milliseconds since 1970.
    EpochMs,
    /// `2026-11-22T12:00:00Z`
    Rfc3339,
}

/// The limits that headers show while none are set.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Shown {
    pub(super) rpm: u32,
    pub(super) tpm: u32,
}

/// Where a stream carries usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum UsageAt {
    Own,
    Finish,
}

/// How a stream carries tool calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ToolPieces {
    Parts,
    Whole,
    Together,
    Finish,
}

/// What a provider is strict about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Rule {
    NoLogprobs,
    Whitelist,
    NineLetterCalls,
    MessageOrder,
    ThinkingBlocks,
    ReasoningLimits,
    AnsweredCalls,
    NoJsonSchema,
    NoJsonObject,
    ValueSchema,
    InlineImages,
    ToolChoiceIgnored,
}

/// The kinds of error that every provider has a body for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    NoKey,
    BadKey,
    Forbidden,
    NoModel,
    NoPath,
    BadRequest,
    Unsupported,
    Prefill,
    Context,
    RateRequests,
    RateTokens,
    Concurrency,
    Quota,
    Daily,
    Busy,
    Filter,
    ToolFault,
    Timeout,
    TooLarge,
    RequestTooLarge,
    Server,
    BadGateway,
    Unavailable,
    GatewayTimeout,
    Overloaded,
    Other,
}

/// One provider's wording of one kind of error.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) status: u16,
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) code: Option<Value>,
    #[serde(default)]
    pub(super) param: Option<String>,
    pub(super) message: String,
    /// The context window that the message names.
    #[serde(default)]
    pub(super) limit: Option<u32>,
    /// Seconds to wait, when nothing else says so.
    #[serde(default)]
    pub(super) wait: Option<u32>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// The body's shape where it is not the dialect's usual one.
    #[serde(default)]
    pub(super) shape: Option<String>,
    /// The message is the whole body: a page, or plain text.
    #[serde(default)]
    pub(super) html: bool,
    #[serde(default)]
    pub(super) text: bool,
    #[serde(default)]
    pub(super) failed: Option<String>,
    #[serde(default)]
    pub(super) metadata: Option<Value>,
    #[serde(default)]
    pub(super) user: Option<String>,
}

impl Dialect {
    /// The template of this name; `None` where the dialect has no such thing.
    pub(super) fn shape(&self, name: &str) -> Option<&Value> {
        self.shapes.get(name)
    }

    pub(super) fn has(&self, rule: Rule) -> bool {
        self.rules.contains(&rule)
    }

    /// The kind of error that stands for a status.
    pub(super) fn kind_of(&self, status: u16) -> Kind {
        let usual = match status {
            400 => Kind::BadRequest,
            401 => Kind::BadKey,
            403 => Kind::Forbidden,
            404 => Kind::NoModel,
            408 => Kind::Timeout,
            413 => Kind::TooLarge,
            429 => Kind::RateRequests,
            500 => Kind::Server,
            502 => Kind::BadGateway,
            503 => Kind::Unavailable,
            504 => Kind::GatewayTimeout,
            529 => Kind::Overloaded,
            _ => Kind::Other,
        };
        let has_status = |kind: &Kind| self.errors.get(kind).is_some_and(|row| row.status == status);
        let special = [Kind::Quota, Kind::Busy, Kind::Unsupported];
        match usual {
            Kind::Other => special.into_iter().find(has_status).unwrap_or(Kind::Other),
            usual => usual,
        }
    }

    fn with_shapes(mut self) -> Result<Self, String> {
        self.shape.insert("model".into(), self.model.clone());
        self.shape.insert("models".into(), self.models_shape.clone());
        for (name, text) in self.shape.iter().filter(|(_, text)| !text.is_empty()) {
            let shape = json(text).map_err(|error| format!("{}, shape {name}: {error}", self.name))?;
            self.shapes.insert(name.clone(), shape);
        }
        Ok(self)
    }
}

/// Reads a template.
pub(super) fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// All dialects, in the order of the catalogue.
pub(super) fn all() -> Result<&'static [Dialect], String> {
    static DIALECTS: OnceLock<Result<Vec<Dialect>, String>> = OnceLock::new();
    DIALECTS.get_or_init(read).as_deref().map_err(Clone::clone)
}

fn read() -> Result<Vec<Dialect>, String> {
    let table: toml::Table = TABLE.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let common = table.get("common").and_then(toml::Value::as_table).cloned().unwrap_or_default();
    let rows: Vec<_> = table.get("dialect").and_then(toml::Value::as_array).into_iter().flatten().collect();
    let rows: Vec<_> = rows.into_iter().filter_map(toml::Value::as_table).collect();
    let dialect = |row: &&toml::Table| {
        let whole: Dialect =
            completed(row, &rows, &common)?.try_into().map_err(|error: toml::de::Error| error.to_string())?;
        whole.with_shapes()
    };
    rows.iter().map(dialect).collect()
}

/// The row laid over those that it is like, and over what is common to all.
fn completed(row: &toml::Table, rows: &[&toml::Table], common: &toml::Table) -> Result<toml::Table, String> {
    let mut layers = vec![row];
    while let Some(like) = layers.last().and_then(|layer| layer.get("like")).and_then(toml::Value::as_str) {
        let found = rows.iter().find(|row| row.get("name").and_then(toml::Value::as_str) == Some(like));
        layers.push(found.copied().filter(|_| layers.len() <= rows.len()).ok_or(format!("like {like}"))?);
    }
    let mut whole = common.clone();
    for layer in layers.into_iter().rev() {
        for (key, value) in layer.iter().filter(|(key, _)| *key != "like") {
            let below = whole.get_mut(key).and_then(toml::Value::as_table_mut);
            match (below, value) {
                (Some(below), toml::Value::Table(above)) if LAYERED.contains(&key.as_str()) => {
                    below.extend(above.clone());
                }
                _ => drop(whole.insert(key.clone(), value.clone())),
            }
        }
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_whole_and_in_order() {
        let names: Vec<_> = all().unwrap().iter().map(|dialect| dialect.name.as_str()).collect();
        let expected = "groq openrouter gemini huggingface hf-inference inference novita cerebras replicate openai \
                        anthropic mistral deepseek together fireworks xai ollama lmstudio llamacpp vllm";
        assert_eq!(names, expected.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn every_provider_has_every_kind_of_error() {
        let kinds = all().unwrap()[0].errors.len();
        assert_eq!(kinds, 26);
        for dialect in all().unwrap() {
            assert_eq!(dialect.errors.len(), kinds, "{}", dialect.name);
            for (kind, row) in &dialect.errors {
                assert!((200..600).contains(&row.status), "{} {kind:?}", dialect.name);
                assert!(
                    row.shape.as_deref().is_none_or(|shape| json(shape).is_ok()),
                    "{} {kind:?}",
                    dialect.name
                );
            }
            for kind in [Kind::Context, Kind::Daily, Kind::Quota, Kind::Busy, Kind::RateRequests] {
                assert!(!dialect.errors[&kind].message.is_empty());
            }
            assert!(dialect.errors[&Kind::Context].limit.is_some(), "{}", dialect.name);
        }
    }

    #[test]
    fn every_provider_has_every_shape() {
        for dialect in all().unwrap() {
            let own = match dialect.wire {
                Protocol::ChatCompletions => "message message_calls chunk no_choices",
                Protocol::Anthropic => "first_usage last_usage message_delta no_content refusal",
                Protocol::Gemini => "retry no_content blocked bad_call",
                Protocol::Predictions => "succeeded",
            };
            let all = "error whole usage stream_error model models";
            for name in all.split(' ').chain(own.split(' ')) {
                assert!(dialect.shape(name).is_some(), "{} {name}", dialect.name);
            }
        }
    }

    #[test]
    fn unusual_statuses_find_their_kind() {
        let all = all().unwrap();
        let groq = all.iter().find(|dialect| dialect.name == "groq").unwrap();
        let deepseek = all.iter().find(|dialect| dialect.name == "deepseek").unwrap();
        assert_eq!((groq.kind_of(498), groq.kind_of(418)), (Kind::Busy, Kind::Other));
        assert_eq!(deepseek.kind_of(402), Kind::Quota);
    }
}
