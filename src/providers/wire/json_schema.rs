//! JSON Schemas as trees: which keywords hold schemas, and which hold values that may only look like some.

use serde_json::{Map, Value};

/// Keywords with schemas of what is in the answer, one or a list. `not` and `if` are not among them: they only set a
/// condition on what others describe.
pub(super) const WITH_SCHEMAS: &[&str] = &[
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
pub(super) const WITH_NAMES: &[&str] =
    &["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];

/// What a keyword holds.
pub(super) enum Held<'a> {
    /// A schema: an object, `true` or `false`.
    Schema(&'a Value),
    /// Several of them.
    List(&'a [Value]),
    /// Several of them by name.
    Named(&'a Map<String, Value>),
    /// A value that is no schema of the answer, whatever it looks like (`default`, `enum` and the like).
    Literal(&'a Value),
}

/// What a keyword holds with this value.
pub(super) fn held<'a>(keyword: &str, value: &'a Value) -> Held<'a> {
    match value {
        Value::Array(schemas) if WITH_SCHEMAS.contains(&keyword) => Held::List(schemas),
        schema if WITH_SCHEMAS.contains(&keyword) => Held::Schema(schema),
        Value::Object(schemas) if WITH_NAMES.contains(&keyword) => Held::Named(schemas),
        literal => Held::Literal(literal),
    }
}

/// Whether a schema's type, or one of several, is that of objects.
pub(super) fn is_of_objects(schema: &Map<String, Value>) -> bool {
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        kind => kind.is_some_and(|kind| kind == "object"),
    }
}
