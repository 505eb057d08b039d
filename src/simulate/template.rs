//! JSON with holes: how a dialect says what its bodies look like.
//!
//! A text that is `$name` becomes the value itself (null when there is none), `$name?` disappears when
//! there is none, `$name[]` becomes an empty list. Inside a longer text `$name` is written out. So the
//! shapes of bodies stay data, and a new provider needs no code.

use std::collections::BTreeMap;

use serde_json::Value;

/// The values that fill a template.
#[derive(Clone, Debug, Default)]
pub(super) struct Values(BTreeMap<&'static str, Value>);

impl Values {
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    pub(super) fn with_some(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(super) fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        self.0.insert(name, value.into());
    }

    /// Adds what is not yet there.
    pub(super) fn or(mut self, others: &Self) -> Self {
        for (name, value) in &others.0 {
            self.0.entry(name).or_insert_with(|| value.clone());
        }
        self
    }

    /// Fills every hole of the template.
    pub(super) fn fill(&self, template: &Value) -> Value {
        match template {
            Value::String(text) => self.leaf(text).unwrap_or(Value::Null),
            Value::Array(items) => {
                let filled = items.iter().filter_map(|item| match item {
                    Value::String(text) => self.leaf(text),
                    _ => Some(self.fill(item)),
                });
                Value::Array(filled.collect())
            }
            Value::Object(fields) => {
                let filled = fields.iter().filter_map(|(name, field)| {
                    let value = match field {
                        Value::String(text) => self.leaf(text)?,
                        _ => self.fill(field),
                    };
                    Some((name.clone(), value))
                });
                Value::Object(filled.collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => template.clone(),
        }
    }

    /// The text with the values written into it.
    pub(super) fn write(&self, text: &str) -> String {
        let mut written = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            written.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            let end = after.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(after.len());
            match self.0.get(&after[..end]) {
                Some(Value::String(value)) => written.push_str(value),
                Some(Value::Null) | None => {}
                Some(value) => written.push_str(&value.to_string()),
            }
            rest = &after[end..];
        }
        written.push_str(rest);
        written
    }

    /// The value of a text in a template; `None` when it is to disappear.
    fn leaf(&self, text: &str) -> Option<Value> {
        let Some(name) = text.strip_prefix('$') else { return Some(self.written(text)) };
        if let Some(name) = name.strip_suffix('?') {
            return self.0.get(name).cloned();
        }
        if let Some(name) = name.strip_suffix("[]") {
            return Some(self.0.get(name).cloned().unwrap_or_else(|| Value::Array(Vec::new())));
        }
        let single = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        Some(if single { self.0.get(name).cloned().unwrap_or(Value::Null) } else { self.written(text) })
    }

    fn written(&self, text: &str) -> Value {
        Value::String(if text.contains('$') { self.write(text) } else { text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn holes_are_filled_by_kind() {
        let template = json!({
            "a": "$number", "b": "$missing", "c": "$missing?", "d": "$missing[]", "e": "n=$number, m=$missing.",
            "f": ["$number", "$missing?", "$missing"], "g": 1, "h": "$number items"
        });
        let filled = Values::default().with("number", 7).fill(&template);
        let expected =
            json!({"a": 7, "b": null, "d": [], "e": "n=7, m=.", "f": [7, null], "g": 1, "h": "7 items"});
        assert_eq!(filled, expected);
    }

    #[test]
    fn a_null_that_is_set_is_kept() {
        let values = Values::default().with("usage", Value::Null);
        assert_eq!(values.fill(&json!({"usage": "$usage?"})), json!({"usage": null}));
    }
}
