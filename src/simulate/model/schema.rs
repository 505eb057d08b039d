//! Minimal instances of a JSON schema, with the prompt's own words for content.
//!
//! Only what a provider's structured output knows is looked at. An instance is valid wherever the
//! schema's keywords allow one to be found without search; patterns are not solved.

use std::collections::VecDeque;

use serde_json::{Map, Number, Value, json};

use super::prompt;

/// Below this depth only what must be there is made, so that schemas may refer to themselves.
const SHALLOW: usize = 6;

/// Below this depth nothing is made any more.
const DEEPEST: usize = 24;

/// A minimal instance for this schema.
pub(super) fn instance(schema: &Value, question: &str) -> Value {
    Filling::new(schema, question).make(schema, 0)
}

/// What instances are filled from.
pub(super) struct Filling<'a> {
    root: &'a Value,
    prompt: String,
    texts: VecDeque<String>,
    numbers: VecDeque<f64>,
}

impl<'a> Filling<'a> {
    pub(super) fn new(root: &'a Value, question: &str) -> Self {
        let mut texts = prompt::quotations(question);
        texts.extend(prompt::names(question));
        let rest = prompt::key_words(question, 8).join(" ");
        texts.push(if rest.is_empty() { "simulated".to_owned() } else { rest });
        let numbers = prompt::numbers(question).into();
        Self { root, prompt: question.to_lowercase(), texts: texts.into(), numbers }
    }

    /// The same with one text put first.
    pub(super) fn starting_with(mut self, text: String) -> Self {
        self.texts.push_front(text);
        self
    }

    pub(super) fn make(&mut self, schema: &Value, depth: usize) -> Value {
        if depth > DEEPEST {
            return Value::Null;
        }
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(options) = schema.get("enum").and_then(Value::as_array) {
            return self.choose(options);
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let found = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            return found.map_or(Value::Null, |found| self.make(found, depth + 1));
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            return self.merged(schema, parts, depth);
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(options) = schema.get(keyword).and_then(Value::as_array) {
                return self.option(options, depth);
            }
        }
        match kind(schema) {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, depth),
            "string" => Value::String(self.string(schema)),
            "integer" => self.integer(schema),
            "number" => self.number(schema),
            "boolean" => Value::Bool(true),
            _ => Value::Null,
        }
    }

    /// The option that the prompt names, or the first.
    fn choose(&self, options: &[Value]) -> Value {
        let named = options.iter().find(|option| {
            option.as_str().is_some_and(|text| !text.is_empty() && self.prompt.contains(&text.to_lowercase()))
        });
        named.or(options.first()).cloned().unwrap_or_default()
    }

    /// The first option that is not null, or null when the instance is deep enough already.
    fn option(&mut self, options: &[Value], depth: usize) -> Value {
        let is_null = |option: &&Value| option.get("type").is_some_and(|kind| kind == "null");
        let nullable = options.iter().any(|option| is_null(&option));
        let first = options.iter().find(|option| !is_null(option));
        match first {
            Some(option) if depth < SHALLOW || !nullable => self.make(option, depth + 1),
            Some(_) | None => Value::Null,
        }
    }

    fn merged(&mut self, schema: &Value, parts: &[Value], depth: usize) -> Value {
        let mut merged = Map::new();
        let mut single = None;
        for part in parts {
            match self.make(part, depth + 1) {
                Value::Object(fields) => merged.extend(fields),
                other => single = Some(other),
            }
        }
        if schema.get("properties").is_some()
            && let Value::Object(fields) = self.object(schema, depth)
        {
            merged.extend(fields);
        }
        single.filter(|_| merged.is_empty()).unwrap_or(Value::Object(merged))
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let mut fields = Map::new();
        let required = required(schema);
        let known = schema.get("properties").and_then(Value::as_object);
        for (name, property) in known.into_iter().flatten() {
            let optional = schema.get("required").is_none() && depth < SHALLOW;
            if optional || required.contains(&name.as_str()) {
                fields.insert(name.clone(), self.make(property, depth + 1));
            }
        }
        for name in required {
            if !fields.contains_key(name) {
                fields.insert(name.to_owned(), json!("simulated"));
            }
        }
        Value::Object(fields)
    }

    fn array(&mut self, schema: &Value, depth: usize) -> Value {
        let at_least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
        let at_most = schema.get("maxItems").and_then(Value::as_u64).unwrap_or(u64::MAX);
        let wanted = if depth < SHALLOW { at_least.max(1) } else { at_least };
        let fixed = schema.get("prefixItems").and_then(Value::as_array);
        let mut items: Vec<_> = fixed.into_iter().flatten().map(|item| self.make(item, depth + 1)).collect();
        let any = json!({"type": "string"});
        let each = schema.get("items").filter(|items| items.is_object()).unwrap_or(&any);
        // A schema may ask for any number of items; more than these teach nobody anything.
        let length = usize::try_from(wanted.min(at_most).min(1000)).unwrap_or(0);
        while items.len() < length {
            items.push(self.make(each, depth + 1));
        }
        Value::Array(items)
    }

    fn string(&mut self, schema: &Value) -> String {
        let fixed = match schema.get("format").and_then(Value::as_str) {
            Some("date") => Some("2026-01-31"),
            Some("date-time") => Some("2026-01-31T12:00:00Z"),
            Some("time") => Some("12:00:00Z"),
            Some("email") => Some("someone@example.com"),
            Some("uri" | "url") => Some("https://example.com/"),
            Some("uuid") => Some("00000000-0000-4000-8000-000000000000"),
            Some("ipv4") => Some("127.0.0.1"),
            Some(_) | None => None,
        };
        if let Some(text) = fixed {
            return text.to_owned();
        }
        let limit =
            |name: &str| schema.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        let text = self.next_text();
        let mut text: String = text.chars().take(limit("maxLength").unwrap_or(usize::MAX)).collect();
        // The same bound as for lists: no schema makes an answer of unlimited size.
        let missing = limit("minLength").unwrap_or(0).min(100_000).saturating_sub(text.chars().count());
        text.extend(std::iter::repeat_n('x', missing));
        text
    }

    /// The next text of the prompt; the last one serves for all that follow.
    fn next_text(&mut self) -> String {
        let last = self.texts.len() <= 1;
        let text = if last { self.texts.front().cloned() } else { self.texts.pop_front() };
        text.unwrap_or_else(|| "simulated".to_owned())
    }

    fn integer(&mut self, schema: &Value) -> Value {
        let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
        let low = bound("minimum").map(f64::ceil).or(bound("exclusiveMinimum").map(|low| low.floor() + 1.0));
        let high =
            bound("maximum").map(f64::floor).or(bound("exclusiveMaximum").map(|high| high.ceil() - 1.0));
        let wish = self.numbers.pop_front().map(f64::round);
        let step = bound("multipleOf").filter(|step| *step > 0.0);
        let value = within(wish.unwrap_or(1.0), low, high, step);
        #[expect(clippy::cast_possible_truncation, reason = "rounded above; an integer beyond i64 is cut")]
        let whole = value as i64;
        json!(whole)
    }

    fn number(&mut self, schema: &Value) -> Value {
        let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
        let between = bound("exclusiveMinimum").zip(bound("exclusiveMaximum"));
        let wish = self.numbers.pop_front();
        let middle = between.map(|(low, high)| f64::midpoint(low, high));
        let low = bound("minimum").or(bound("exclusiveMinimum").map(|low| middle.unwrap_or(low + 1.0)));
        let high = bound("maximum").or(bound("exclusiveMaximum").map(|high| middle.unwrap_or(high - 1.0)));
        let value = within(wish.unwrap_or(1.0), low, high, bound("multipleOf").filter(|step| *step > 0.0));
        Number::from_f64(value).map_or(Value::Null, Value::Number)
    }
}

/// The names of the fields that must be there.
pub(super) fn required(schema: &Value) -> Vec<&str> {
    let names = schema.get("required").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The type to make, guessed from other keywords when it is not said.
pub(super) fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null")
        }
        _ if schema.get("properties").is_some() => "object",
        _ if schema.get("items").is_some() || schema.get("prefixItems").is_some() => "array",
        _ if schema.get("minimum").is_some() || schema.get("maximum").is_some() => "number",
        _ => "string",
    }
}

fn within(wish: f64, low: Option<f64>, high: Option<f64>, step: Option<f64>) -> f64 {
    let value = wish.max(low.unwrap_or(f64::MIN)).min(high.unwrap_or(f64::MAX));
    let Some(step) = step else { return value };
    let down = (value / step).floor() * step;
    if low.is_some_and(|low| down < low) { (value / step).ceil() * step } else { down }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_have_what_is_required_and_no_more() {
        let schema = json!({
            "type": "object", "required": ["city", "unit", "days"], "additionalProperties": false,
            "properties": {
                "city": {"type": "string"}, "unit": {"enum": ["celsius", "kelvin"]},
                "days": {"type": "integer", "minimum": 2, "maximum": 9}, "note": {"type": "string"}
            }
        });
        let made = instance(&schema, "The weather in Lima for 20 days in kelvin");
        assert_eq!(made, json!({"city": "Lima", "unit": "kelvin", "days": 9}));
    }

    #[test]
    fn references_and_lists_are_followed() {
        let schema = json!({
            "type": "object", "required": ["nodes"],
            "properties": {"nodes": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/node"}}},
            "$defs": {"node": {"type": "object", "required": ["name", "next"], "properties": {
                "name": {"type": "string", "maxLength": 3},
                "next": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/node"}]}
            }}}
        });
        let made = instance(&schema, "hello");
        let nodes = made["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 2);
        assert!(nodes[0]["name"].as_str().unwrap().chars().count() <= 3);
        assert!(made.to_string().ends_with("}]}"), "the recursion ends");
    }

    #[test]
    fn bounds_and_formats_are_respected() {
        let cases = [
            (json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}), json!(0.5)),
            (json!({"type": "integer", "multipleOf": 5, "minimum": 7}), json!(10)),
            (json!({"type": "string", "minLength": 12}), json!("simulatedxxx")),
            (json!({"type": "string", "format": "date"}), json!("2026-01-31")),
            (json!({"type": ["null", "boolean"]}), json!(true)),
            (json!({"const": 3}), json!(3)),
            (json!({"type": "array", "maxItems": 0}), json!([])),
            (
                json!({"allOf": [{"type": "object", "properties": {"a": {"type": "boolean"}}}]}),
                json!({"a": true}),
            ),
        ];
        for (schema, expected) in cases {
            assert_eq!(instance(&schema, ""), expected, "{schema}");
        }
    }
}
