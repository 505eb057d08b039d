//! Schemas of answers: any object that does not say that it is closed is refused.

use serde_json::{Map, Value, json};

use super::super::json_schema::{Held, held, is_of_objects};

/// The schema with every object that says nothing of further properties closed against them. What sets a condition is
/// left alone: it would be another one if its objects were closed.
pub(super) fn closed(schema: &Value) -> Value {
    // Besides objects there are `true` and `false`.
    let Value::Object(keywords) = schema else { return schema.clone() };
    let inner = keywords.iter().map(|(keyword, value)| (keyword.clone(), inside(keyword, value)));
    let mut object: Map<String, Value> = inner.collect();
    if is_of_objects(keywords) {
        object.entry("additionalProperties").or_insert(json!(false));
    }
    Value::Object(object)
}

fn inside(keyword: &str, value: &Value) -> Value {
    match held(keyword, value) {
        Held::Schema(schema) => closed(schema),
        Held::List(schemas) => schemas.iter().map(closed).collect(),
        Held::Named(schemas) => {
            Value::Object(schemas.iter().map(|(name, schema)| (name.clone(), closed(schema))).collect())
        }
        Held::Literal(literal) => literal.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::json_schema::{WITH_NAMES, WITH_SCHEMAS};
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
