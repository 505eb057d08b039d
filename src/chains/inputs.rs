//! What a chain is given: from what was typed to values of the kinds that it wants.

use serde_json::{Map, Value, json};

use super::definition::InputKind;
use super::plan::Plan;
use super::problem::meant;

/// Something that was typed.
#[derive(Debug, Clone, PartialEq)]
pub enum Typed {
    /// A text.
    Text(String),
    /// What is in a file, and its name.
    File(String, String),
}

/// An object with the defaults of what it lacks.
pub fn with_defaults(plan: &Plan, given: &Value) -> Value {
    let mut values = given.as_object().cloned().unwrap_or_default();
    for input in plan.definition.inputs.iter().flatten() {
        if let (Some(default), false) = (&input.default, values.contains_key(&input.name)) {
            values.insert(input.name.clone(), default.clone());
        }
    }
    Value::Object(values)
}

/// The kind of an input.
pub fn kind_of(plan: &Plan, name: &str) -> InputKind {
    let declared = plan.definition.inputs.iter().flatten().find(|input| input.name == name);
    declared.map_or(InputKind::Text, |input| input.kind)
}

/// The input that words without a name are meant for: the first one that nobody has named.
pub fn unnamed<'a>(plan: &'a Plan, named: &[(String, Typed)]) -> Option<&'a str> {
    let is_free = |name: &&String| !named.iter().any(|(other, _)| other == *name);
    let required = plan.required().find(is_free);
    required.or_else(|| plan.inputs.iter().find(is_free)).map(String::as_str)
}

/// The inputs of a run. The error is one line for a person.
pub fn inputs(plan: &Plan, typed: Vec<(String, Typed)>) -> Result<Value, String> {
    let mut values = Map::new();
    for (name, typed) in typed {
        if !plan.inputs.contains(&name) {
            let near = meant(&name, plan.inputs.iter().map(String::as_str));
            let there = if plan.inputs.is_empty() { "none".to_owned() } else { plan.inputs.join(", ") };
            return Err(format!(
                "the chain `{}` has no input `{name}`{near}; there are: {there}",
                plan.definition.name
            ));
        }
        let kind = kind_of(plan, &name);
        let value = value(kind, typed).map_err(|wanted| format!("the input `{name}` has to be {wanted}"))?;
        match (values.get_mut(&name), value) {
            (Some(Value::Array(all)), Value::Array(more)) => all.extend(more),
            (_, value) => drop(values.insert(name, value)),
        }
    }
    let values = with_defaults(plan, &Value::Object(values));
    let missing: Vec<&str> =
        plan.required().filter(|name| values.get(name.as_str()).is_none()).map(String::as_str).collect();
    if missing.is_empty() {
        return Ok(values);
    }
    Err(format!("the chain `{}` needs the input {}", plan.definition.name, missing.join(", ")))
}

/// A value of a kind; else what was wanted.
fn value(kind: InputKind, typed: Typed) -> Result<Value, &'static str> {
    let (name, text) = match typed {
        Typed::Text(text) => (None, text),
        Typed::File(name, text) => (Some(name), text),
    };
    match kind {
        InputKind::Text => Ok(Value::String(text)),
        InputKind::Number => {
            let number = serde_json::from_str(text.trim()).ok().filter(Value::is_number);
            number.ok_or("a number")
        }
        InputKind::Boolean => match text.trim() {
            "true" | "yes" => Ok(Value::Bool(true)),
            "false" | "no" => Ok(Value::Bool(false)),
            _ => Err("true or false"),
        },
        InputKind::List => match serde_json::from_str(&text) {
            Ok(list @ Value::Array(_)) => Ok(list),
            _ => Ok(Value::Array(vec![Value::String(text)])),
        },
        InputKind::Files => Ok(json!([{"name": name.unwrap_or_else(|| "stdin".into()), "text": text}])),
    }
}
