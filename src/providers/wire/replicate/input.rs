//! Where a model is, and what it takes: the input fields of its published schema.

use serde_json::{Map, Value, json};

use super::super::encode::in_path;
use super::super::malformed;
use crate::chat::Failure;

/// Where predictions of a model are made: the path, and the version where the request must name one. Only models that
/// the provider itself keeps running go by their name.
pub(super) fn place<'a>(model: &'a str, description: Option<&'a Value>) -> (String, Option<&'a str>) {
    if let Some(deployment) = model.strip_prefix("deployments/") {
        return (format!("/deployments/{}/predictions", in_path(deployment)), None);
    }
    let described = || description?.get("version")?.as_str();
    match version(model).or_else(described) {
        Some(version) => ("/predictions".to_owned(), Some(version)),
        None => (format!("/models/{}/predictions", in_path(model)), None),
    }
}

/// Where a model is described. A bare version and a deployment do not say whose they are.
pub(super) fn description(model: &str) -> Option<String> {
    if model.starts_with("deployments/") || is_version(model) {
        return None;
    }
    Some(match model.split_once(':') {
        Some((model, version)) => format!("/models/{}/versions/{}", in_path(model), in_path(version)),
        None => format!("/models/{}", in_path(model)),
    })
}

fn version(model: &str) -> Option<&str> {
    if is_version(model) { Some(model) } else { model.split_once(':').map(|(_, version)| version) }
}

fn is_version(model: &str) -> bool {
    model.len() == 64 && model.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// From a model's description (or a version's): `fields`, each with its JSON type and its default, null if it has no
/// schema; and the `version` that a request must name, null if none.
pub(super) fn describe(body: &[u8]) -> Result<Value, Failure> {
    let model: Value = serde_json::from_slice(body)
        .map_err(|error| malformed(format!("the model's description is not JSON: {error}")))?;
    let fields = "openapi_schema/components/schemas/Input/properties";
    let fields =
        model.pointer(&format!("/latest_version/{fields}")).or_else(|| model.pointer(&format!("/{fields}")));
    let community = model.get("is_official") == Some(&Value::Bool(false));
    let version = model.pointer("/latest_version/id").filter(|_| community).cloned();
    let kept = |field: &Value| {
        let kind = field.get("type").cloned().unwrap_or_else(|| json!("string"));
        json!({"type": kind, "default": field.get("default")})
    };
    let fields = fields.and_then(Value::as_object);
    let fields: Option<Map<String, Value>> =
        fields.map(|fields| fields.iter().map(|(name, field)| (name.clone(), kept(field))).collect());
    Ok(json!({"fields": fields, "version": version}))
}

/// The input fields of a model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inputs<'a>(Option<&'a Map<String, Value>>);

impl<'a> Inputs<'a> {
    /// Of a description that may be missing: then only a prompt is sure to be taken.
    pub(super) fn new(description: Option<&'a Value>) -> Self {
        Self(description.and_then(|description| description.get("fields")?.as_object()))
    }

    pub(super) fn has(self, name: &str) -> bool {
        self.0.map_or(name == "prompt", |fields| fields.contains_key(name))
    }

    /// The first of these names that the model has.
    pub(super) fn first(self, names: &[&'static str]) -> Option<&'static str> {
        names.iter().copied().find(|name| self.has(name))
    }

    pub(super) fn is_list(self, name: &str) -> bool {
        self.0.and_then(|fields| fields.get(name)).is_some_and(|field| field["type"] == "array")
    }

    /// What the model takes where nothing is said.
    pub(super) fn default(self, name: &str) -> Option<&'a Value> {
        self.0?.get(name)?.get("default").filter(|default| !default.is_null())
    }

    pub(super) fn are_known(self) -> bool {
        self.0.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn models_are_found_where_they_are() {
        let place = |model| super::place(model, None);
        assert_eq!(place("meta/llama"), ("/models/meta/llama/predictions".into(), None));
        assert_eq!(place(VERSION), ("/predictions".into(), Some(VERSION)));
        assert_eq!(place("me/mine:abc"), ("/predictions".into(), Some("abc")));
        assert_eq!(place("deployments/me/mine"), ("/deployments/me/mine/predictions".into(), None));
        let community = describe(br#"{"is_official":false,"latest_version":{"id":"v1"}}"#).unwrap();
        assert_eq!(super::place("me/mine", Some(&community)), ("/predictions".into(), Some("v1")));
        let official = describe(br#"{"is_official":true,"latest_version":{"id":"v1"}}"#).unwrap();
        assert_eq!(super::place("me/mine", Some(&official)).1, None);
        assert_eq!(description("meta/llama").as_deref(), Some("/models/meta/llama"));
        assert_eq!(description("me/mine:abc").as_deref(), Some("/models/me/mine/versions/abc"));
        assert_eq!((description(VERSION), description("deployments/me/mine")), (None, None));
        assert!(!place("../../secrets").0.contains(".."));
    }

    #[test]
    fn fields_are_read_from_either_place() {
        let schema = r#"{"openapi_schema":{"components":{"schemas":{"Input":{"properties":{"prompt":{"type":"string"},"stop":{"type":"array"},"effort":{"allOf":[]},"max_tokens":{"type":"integer","default":512}}}}}}}"#;
        let expected = json!({"version": null, "fields": {
            "prompt": {"type": "string", "default": null}, "stop": {"type": "array", "default": null},
            "effort": {"type": "string", "default": null}, "max_tokens": {"type": "integer", "default": 512}
        }});
        assert_eq!(describe(schema.as_bytes()).unwrap(), expected);
        assert_eq!(describe(format!(r#"{{"latest_version":{schema}}}"#).as_bytes()).unwrap(), expected);
        assert_eq!(describe(br#"{"latest_version":null}"#).unwrap()["fields"], Value::Null);
        assert!(describe(b"<html>").is_err());
    }
}
