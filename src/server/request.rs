//! What requests of all dialects have in common.

use serde::de::DeserializeOwned;

use super::refusal::Refusal;

/// No model has a longer name.
const LONGEST_NAME: usize = 256;

/// Reads a body.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| {
        let what = if error.is_data() { "the request is wrong" } else { "the body is not valid JSON" };
        Refusal::bad(format!("{what}: {error}"))
    })
}

/// The model that is named.
pub(super) fn required(model: Option<String>) -> Result<String, Refusal> {
    let model = model.filter(|model| !model.is_empty());
    let model = model.ok_or_else(|| Refusal::of("model", "name a model, or a route such as `auto`"))?;
    if model.len() > LONGEST_NAME {
        return Err(Refusal::of("model", "no model has so long a name").code("model_not_found"));
    }
    Ok(model)
}

/// A number from zero up to a bound.
pub(super) fn within(name: &str, value: Option<f64>, most: f64) -> Result<Option<f64>, Refusal> {
    match value {
        Some(value) if !(0.0..=most).contains(&value) => {
            Err(Refusal::of(name, format!("`{name}` is a number from 0 to {most}")))
        }
        _ => Ok(value),
    }
}
