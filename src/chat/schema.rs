//! A JSON Schema that an answer is held to.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

/// A checked JSON Schema. Cheap to clone.
#[derive(Clone)]
pub struct Schema {
    name: String,
    value: Arc<Value>,
    validator: Arc<jsonschema::Validator>,
}

/// The text is not a usable JSON Schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON Schema: {0}")]
pub struct SchemaError(String);

impl Schema {
    /// Compiles a schema. Remote references are never fetched.
    pub fn new(value: Value) -> Result<Self, SchemaError> {
        if !value.is_object() {
            return Err(SchemaError("expected a JSON object".into()));
        }
        let validator = jsonschema::validator_for(&value).map_err(|error| SchemaError(error.to_string()))?;
        let name = value.get("title").and_then(Value::as_str).map_or_else(|| "answer".to_owned(), wire_name);
        Ok(Self { name, value: Arc::new(value), validator: Arc::new(validator) })
    }

    /// The schema's title as a name that every wire takes, else `answer`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The schema itself.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Reads an answer and holds it to the schema; the error says where it departs.
    pub fn check(&self, text: &str) -> Result<Value, String> {
        let text = unfenced(text);
        let value: Value =
            serde_json::from_str(text).map_err(|error| format!("the answer is not JSON: {error}"))?;
        match self.departure(&value) {
            Some(what) => Err(format!("the answer does not match the schema: {what}")),
            None => Ok(value),
        }
    }

    /// Where a value departs from the schema and how, in a line; none if it does not.
    pub fn departure(&self, value: &Value) -> Option<String> {
        let error = self.validator.iter_errors(value).next()?;
        let place = error.instance_path().to_string();
        Some(if place.is_empty() { error.to_string() } else { format!("at `{place}`: {error}") })
    }
}

/// Models like to wrap JSON into a code fence; what counts is inside.
fn unfenced(text: &str) -> &str {
    let text = text.trim();
    let Some(inner) = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```")) else { return text };
    inner.split_once('\n').map_or(text, |(_language, body)| body.trim())
}

/// Providers take letters, digits, `_` and `-`, at most 64 of them.
fn wire_name(title: &str) -> String {
    let name: String =
        title.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).take(64).collect();
    if name.is_empty() { "answer".to_owned() } else { name }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema").field("name", &self.name).field("value", &self.value).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Schema {
        Schema::new(json!({"title": "A city", "type": "object", "required": ["name"],
            "properties": {"name": {"type": "string"}, "size": {"type": "integer"}}}))
        .unwrap()
    }

    #[test]
    fn holds_an_answer_to_the_schema() {
        assert_eq!(schema().check(r#"{"name":"Rome"}"#).unwrap(), json!({"name": "Rome"}));
        assert_eq!(schema().check("```json\n{\"name\":\"Rome\"}\n```").unwrap(), json!({"name": "Rome"}));
        assert!(schema().check("Rome").unwrap_err().contains("not JSON"));
        assert!(schema().check(r#"{"name":"Rome","size":"big"}"#).unwrap_err().contains("/size"));
    }

    #[test]
    fn names_itself_for_the_wire() {
        assert_eq!(schema().name(), "A_city");
        assert_eq!(Schema::new(json!({})).unwrap().name(), "answer");
    }

    #[test]
    fn refuses_what_is_no_schema() {
        assert!(Schema::new(json!([1])).is_err());
        assert!(Schema::new(json!({"type": 7})).is_err());
        // A remote reference is refused, not fetched.
        assert!(Schema::new(json!({"$ref": "http://127.0.0.1:9/x.json"})).is_err());
    }
}
