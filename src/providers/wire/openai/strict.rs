//! Schemas of answers: which of them may be asked for in strict mode.

use serde_json::{Map, Value, json};

use super::super::json_schema::{Held, held, is_of_objects};

/// Keywords that strict mode does not know.
const UNKNOWN: &[&str] = &["allOf", "dependentRequired", "dependentSchemas", "if", "not"];

/// Strict mode is refused unless every object is closed and requires all that it lists. A schema that leaves something
/// open is sent without it, and we check the answer ourselves in either case.
pub(super) fn is_strict(schema: &Value) -> bool {
    // Besides objects there are `true` and `false`.
    let Value::Object(keywords) = schema else { return true };
    let known = !UNKNOWN.iter().any(|keyword| keywords.contains_key(*keyword));
    known && is_closed(keywords) && keywords.iter().all(|(keyword, value)| inside(keyword, value))
}

fn inside(keyword: &str, value: &Value) -> bool {
    match held(keyword, value) {
        Held::Schema(schema) => is_strict(schema),
        Held::List(schemas) => schemas.iter().all(is_strict),
        Held::Named(schemas) => schemas.values().all(is_strict),
        Held::Literal(_) => true,
    }
}

/// Whether a schema, if it is one of objects, leaves nothing open.
fn is_closed(schema: &Map<String, Value>) -> bool {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return !is_of_objects(schema);
    };
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |key: &str| required.is_some_and(|names| names.iter().any(|name| name == key));
    schema.get("additionalProperties") == Some(&json!(false)) && properties.keys().all(|key| is_required(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An object with one property, closed.
    fn with(name: &str, schema: &Value) -> Value {
        json!({
            "type": "object", "properties": {name: schema}, "required": [name], "additionalProperties": false
        })
    }

    #[test]
    fn closed_objects_that_require_all_are_strict() {
        assert!(is_strict(&with("a", &json!({"type": "string"}))));
        assert!(is_strict(&with("a", &with("b", &json!({"type": ["string", "null"]})))));
        assert!(is_strict(&json!({"type": "object", "properties": {}, "additionalProperties": false})));
    }

    #[test]
    fn what_leaves_something_open_is_not() {
        let (string, open) = (json!({"type": "string"}), json!({"type": "object"}));
        for schema in [
            open.clone(),
            json!({"type": ["object", "null"]}),
            json!({"type": "object", "properties": {"a": string}, "required": ["a"]}),
            json!({"type": "object", "properties": {"a": string}, "additionalProperties": false}),
            json!({"properties": {"a": string}}),
            json!({"type": "string", "not": {"const": "a"}}),
            json!({"allOf": [string]}),
        ] {
            assert!(!is_strict(&schema), "{schema}");
            assert!(!is_strict(&with("a", &schema)), "{schema}");
            assert!(!is_strict(&json!({"anyOf": [string, schema]})), "{schema}");
            assert!(!is_strict(&json!({"$ref": "#/$defs/a", "$defs": {"a": schema}})), "{schema}");
        }
    }

    #[test]
    fn names_and_values_are_no_keywords() {
        for name in ["properties", "type", "not", "items", "default"] {
            assert!(is_strict(&with(name, &json!({"type": "string"}))), "{name}");
            assert!(!is_strict(&with(name, &json!({"type": "object"}))), "{name}");
        }
        let open = json!({"type": "object", "properties": {"a": {}}});
        for keyword in ["default", "const"] {
            assert!(is_strict(&with("a", &json!({"type": "string", keyword: open}))), "{keyword}");
        }
        for keyword in ["enum", "examples"] {
            assert!(is_strict(&with("a", &json!({"type": "string", keyword: [open]}))), "{keyword}");
        }
    }
}
