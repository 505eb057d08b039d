//! Schemas of answers: any object that does not say that it is closed is refused.

use serde_json::{Map, Value, json};

/// Keywords with schemas of what is in the answer, one or a list. `not` and `if` are not among them: they only set a
/// condition, and it would be another one if its objects were closed.
const WITH_SCHEMAS: &[&str] = &[
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "contains",
    "else",
    "items",
    "oneOf",
    "prefixItems",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords with schemas by name. The names are the author's own, and may look like keywords.
const WITH_NAMES: &[&str] = &["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];

/// The schema with every object that says nothing of further properties closed against them.
pub(super) fn closed(schema: &Value) -> Value {
    // Besides objects there are `true` and `false`.
    let Value::Object(keywords) = schema else { return schema.clone() };
    let inner = keywords.iter().map(|(keyword, value)| (keyword.clone(), inside(keyword, value)));
    let mut object: Map<String, Value> = inner.collect();
    if keywords.get("type").is_some_and(is_object) {
        object.entry("additionalProperties").or_insert(json!(false));
    }
    Value::Object(object)
}

/// What a keyword holds; values that are no schemas (`default`, `enum` and the like) stay what they are.
fn inside(keyword: &str, value: &Value) -> Value {
    match value {
        Value::Array(schemas) if WITH_SCHEMAS.contains(&keyword) => schemas.iter().map(closed).collect(),
        schema if WITH_SCHEMAS.contains(&keyword) => closed(schema),
        Value::Object(schemas) if WITH_NAMES.contains(&keyword) => {
            Value::Object(schemas.iter().map(|(name, schema)| (name.clone(), closed(schema))).collect())
        }
        literal => literal.clone(),
    }
}

/// Whether a type, or one of several, is that of objects.
fn is_object(kind: &Value) -> bool {
    match kind {
        Value::Array(kinds) => kinds.iter().any(|kind| kind == "object"),
        kind => kind == "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> Value {
        json!({"type": "object"})
    }

    fn shut() -> Value {
        json!({"type": "object", "additionalProperties": false})
    }

    #[test]
    fn objects_are_closed_unless_they_say_something() {
        let list = json!({"type": ["object", "null"]});
        let expected = json!({"type": ["object", "null"], "additionalProperties": false});
        assert_eq!(closed(&list), expected);
        assert_eq!(closed(&open()), shut());
        for stays in [
            shut(),
            json!({"type": "object", "additionalProperties": true}),
            json!({"type": ["string", "null"]}),
            json!({"$ref": "#/$defs/a"}),
            json!(true),
        ] {
            assert_eq!(closed(&stays), stays);
        }
        let typed = json!({"type": "object", "additionalProperties": open()});
        assert_eq!(closed(&typed), json!({"type": "object", "additionalProperties": shut()}));
    }

    #[test]
    fn schemas_are_found_wherever_they_are() {
        for keyword in WITH_SCHEMAS {
            assert_eq!(closed(&json!({*keyword: open()})), json!({*keyword: shut()}));
            assert_eq!(closed(&json!({*keyword: [true, open()]})), json!({*keyword: [true, shut()]}));
        }
        for keyword in WITH_NAMES {
            // A property may be called whatever it likes.
            for name in ["a", "default", "enum", "const", "examples", "type", "items", "properties", "not"] {
                let named = |schema: Value| json!({*keyword: {name: {"items": schema}}});
                assert_eq!(closed(&named(open())), named(shut()), "{keyword}.{name}");
            }
        }
    }

    #[test]
    fn what_is_no_schema_of_the_answer_is_left_alone() {
        let literal = json!({"type": "object", "properties": {"a": {"type": "object"}}});
        for stays in [
            json!({"const": literal}),
            json!({"default": literal}),
            json!({"enum": [literal, {"properties": {"a": open()}}]}),
            json!({"examples": [literal]}),
            json!({"not": open(), "if": open()}),
            json!({"required": ["object"], "properties": {"a": {"default": {"items": literal}}}}),
        ] {
            assert_eq!(closed(&stays), stays);
        }
    }
}
