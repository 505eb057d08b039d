//! Schemas of answers: every object in them must say that nothing else may be in it.

use serde_json::Value;

/// Keywords that hold a schema or a list of schemas for a part of the answer.
const SCHEMAS: [&str; 10] = [
    "items",
    "prefixItems",
    "additionalItems",
    "contains",
    "additionalProperties",
    "anyOf",
    "allOf",
    "oneOf",
    "then",
    "else",
];

/// Keywords that hold schemas, each under a name of its own.
const NAMED: [&str; 5] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];

/// Whether an object in the schema leaves open what else may be in it.
pub(super) fn is_open(schema: &Value) -> bool {
    let Some(keywords) = schema.as_object() else { return false };
    let object = keywords.get("type").is_some_and(|kind| match kind {
        Value::Array(kinds) => kinds.iter().any(|kind| kind == "object"),
        kind => kind == "object",
    });
    let closed = keywords.get("additionalProperties") == Some(&Value::Bool(false));
    (object && !closed) || keywords.iter().any(|(keyword, value)| holds_open(keyword, value))
}

fn holds_open(keyword: &str, value: &Value) -> bool {
    match value {
        Value::Array(schemas) => SCHEMAS.contains(&keyword) && schemas.iter().any(is_open),
        Value::Object(schemas) if NAMED.contains(&keyword) => schemas.values().any(is_open),
        schema => SCHEMAS.contains(&keyword) && is_open(schema),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn open_objects_are_found_wherever_a_schema_may_be() {
        let open = || json!({"type": "object"});
        for found in [
            open(),
            json!({"type": ["null", "object"]}),
            json!({"type": "object", "additionalProperties": true}),
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            json!({"properties": {"default": open()}}),
            json!({"properties": {"enum": {"items": open()}}}),
            json!({"$defs": {"const": {"anyOf": [{"type": "null"}, open()]}}}),
            json!({"definitions": {"examples": {"prefixItems": [open()]}}}),
            json!({"patternProperties": {"^x": {"allOf": [open()]}}}),
        ] {
            assert!(is_open(&found), "{found}");
        }
    }

    #[test]
    fn what_only_looks_like_an_object_is_none() {
        let literal = json!({"type": "object", "properties": {"a": {"type": "object"}}});
        for fine in [
            json!({"type": ["object", "null"], "additionalProperties": false}),
            json!({"const": literal}),
            json!({"default": literal, "examples": [literal], "enum": [literal]}),
            json!({"properties": {"type": {"enum": ["object"]}, "properties": {"const": literal}}}),
            json!(true),
        ] {
            assert!(!is_open(&fine), "{fine}");
        }
    }
}
