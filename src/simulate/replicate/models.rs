//! Which models there are, what each takes, and by what it is asked for.
//!
//! Official models go by their name, though the id of their version does as well. All others are asked for by the id of
//! a version, without which there is nothing to run.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::dialect::Dialect;
use super::super::reply::Refusal;
use super::input::invalid;

/// The fields of a model, each with its JSON type. Models that the table does not list take what most do.
pub(super) fn fields<'a>(dialect: &'a Dialect, model: &str) -> Option<&'a BTreeMap<String, String>> {
    dialect.inputs.get(model).or_else(|| dialect.inputs.get("*"))
}

/// The version of a model that has to be named; `None` for official ones.
pub(super) fn version<'a>(dialect: &'a Dialect, model: &str) -> Option<&'a str> {
    dialect.community.get(model).map(String::as_str)
}

/// The model that is meant: an official one's name, a name with a version, or the id of a version alone.
pub(super) fn meant(dialect: &Dialect, named: &str) -> Result<String, Refusal> {
    let unknown = || invalid("version", "The version does not exist, or you may not use it");
    let (model, id) = match named.split_once(':') {
        Some((model, id)) => (model, Some(id)),
        None if named.contains('/') => (named, None),
        None => {
            let community = dialect.community.iter().find(|(_, id)| *id == named).map(|(model, _)| model);
            let official = || dialect.models.iter().find(|model| latest(model) == named);
            return community.or_else(official).cloned().ok_or_else(unknown);
        }
    };
    let needed = version(dialect, model);
    if needed.is_some() && id != needed { Err(unknown()) } else { Ok(model.to_owned()) }
}

/// The id of the version of an official model.
fn latest(model: &str) -> String {
    let digest = Sha256::digest(model.as_bytes());
    digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|half| char::from_digit(half.into(), 16))
        .collect()
}

/// A model as the list of models shows it, or one of its versions where one is named.
pub(super) fn description(dialect: &Dialect, model: &str) -> Value {
    if let Some((model, id)) = model.split_once(':') {
        return described(dialect, model, id);
    }
    let (owner, name) = model.split_once('/').unwrap_or(("", model));
    let version = version(dialect, model);
    json!({
        "url": format!("https://replicate.com/{model}"), "owner": owner, "name": name,
        "description": "A simulated model", "visibility": "public", "github_url": null, "paper_url": null,
        "license_url": null, "run_count": 1, "is_official": version.is_none(), "cover_image_url": null,
        "default_example": null, "latest_version": described(dialect, model, &version.map_or_else(|| latest(model), str::to_owned))
    })
}

fn described(dialect: &Dialect, model: &str, id: &str) -> Value {
    let properties: Map<String, Value> = fields(dialect, model)
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(at, (field, kind))| {
            (field.clone(), json!({"type": kind, "title": field, "x-order": at, "description": field}))
        })
        .collect();
    let output = json!({"type": "array", "items": {"type": "string"}, "title": "Output",
        "x-cog-array-type": "iterator", "x-cog-array-display": "concatenate"});
    let schemas = json!({
        "Input": {"type": "object", "title": "Input", "properties": properties}, "Output": output
    });
    json!({
        "id": id, "created_at": "2026-01-01T00:00:00.000000Z", "cog_version": "0.11.3",
        "openapi_schema": {"openapi": "3.0.2", "components": {"schemas": schemas}}
    })
}
