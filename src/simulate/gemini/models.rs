//! The list of models, and what their names say of them.

use serde_json::{Value, json};

use super::super::dialect::{Dialect, Kind};
use super::super::reply::Refusal;
use super::super::template::Values;
use super::super::wire::in_query;

/// One model.
pub(super) fn entry(dialect: &Dialect, model: &str) -> Value {
    let methods = if embeds(model) {
        json!(["embedContent", "countTextTokens", "countTokens", "asyncBatchEmbedContent"])
    } else {
        json!(["generateContent", "countTokens", "createCachedContent", "batchGenerateContent"])
    };
    let thinking = thinks(model).then_some(true);
    let values = Values::default()
        .with("model", model)
        .with("display", model.replace('-', " "))
        .with("methods", methods)
        .with_some("thinking", thinking);
    values.fill(dialect.shape("model").unwrap_or(&Value::Null))
}

/// A page of the list; its token is the place of the next one.
pub(super) fn page(dialect: &Dialect, query: &str) -> Value {
    let number = |name| in_query(query, name).and_then(|text| text.parse::<usize>().ok());
    let from = number("pageToken").unwrap_or(0).min(dialect.models.len());
    let size = number("pageSize").filter(|size| *size > 0).unwrap_or(50);
    let page = dialect.models.iter().skip(from).take(size);
    let models: Vec<_> = page.map(|model| entry(dialect, model)).collect();
    let next = from + models.len();
    let next = (next < dialect.models.len()).then(|| next.to_string());
    let values = Values::default().with("models", models).with_some("next", next);
    values.fill(dialect.shape("models").unwrap_or(&Value::Null))
}

/// Refuses what is no model, or not one of this kind.
pub(super) fn check(model: &str, embedding: bool) -> Result<(), Refusal> {
    if model.is_empty() || model.contains("nope") || model.contains("does-not-exist") {
        return Err(Refusal::new(Kind::NoModel));
    }
    let method = if embedding { "embedContent" } else { "generateContent" };
    if embeds(model) == embedding {
        return Ok(());
    }
    Err(Refusal::new(Kind::NoModel).with(
        "message",
        format!(
            "models/{model} is not found for API version v1beta, or is not supported for {method}. Call \
             ListModels to see the list of available models and their supported methods."
        ),
    ))
}

fn embeds(model: &str) -> bool {
    model.contains("embedding")
}

/// Whether a model thinks when nobody says anything about it.
pub(super) fn thinks(model: &str) -> bool {
    signs_calls(model) || (model.starts_with("gemini-2.5") && !model.contains("lite"))
}

/// From the third generation on, calls are signed and must come back so.
pub(super) fn signs_calls(model: &str) -> bool {
    let version = model.strip_prefix("gemini-").unwrap_or_default();
    version.starts_with(|c: char| ('3'..='9').contains(&c))
}
