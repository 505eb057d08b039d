//! Whether values are of the types that are wanted, as far as that is known beforehand.

use std::collections::HashMap;

use serde_json::Value;

use super::Findings;
use crate::chains::definition::{At, Definition, InputKind, Kind, Step};
use crate::chains::plan::Plan;
use crate::chains::problem::meant;

/// What is known of a value.
enum Known<'a> {
    Text,
    List,
    Schema(&'a Value),
    Nothing,
}

/// What is known of a step's output.
fn of_step(step: &Step) -> Known<'_> {
    match (&step.kind, &step.for_each) {
        (_, Some(_)) => Known::List,
        (Kind::Agent { schema: Some(schema), .. }, None) => Known::Schema(&schema.value),
        (Kind::Agent { .. } | Kind::Human { .. } | Kind::Branch { .. }, None) => Known::Text,
        (Kind::Tool { .. } | Kind::Chain { .. }, None) => Known::Nothing,
    }
}

/// The type that a schema wants, if it wants one.
fn type_of(schema: &Value) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

/// Whether the output of a step has a field.
pub(super) fn field(step: &Step, path: &[&str], at: usize, found: &mut Findings<'_>) {
    let id = &step.id.value;
    match of_step(step) {
        Known::Text if !path.is_empty() => {
            found.add(
                at,
                format!("the output of `{id}` is text and has no `{}`; give the step a `schema`", path[0]),
            );
        }
        Known::Schema(schema) => {
            let mut schema = schema;
            for part in path {
                let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
                let Some(next) = properties.get(*part) else {
                    let near = meant(part, properties.keys().map(String::as_str));
                    found.add(at, format!("the schema of `{id}` has no `{part}`{near}"));
                    return;
                };
                schema = next;
            }
        }
        Known::Text | Known::List | Known::Nothing => {}
    }
}

/// Whether what a `for_each` names is a list.
pub(super) fn list(
    expression: &str,
    at: usize,
    definition: &Definition,
    ids: &HashMap<String, usize>,
    found: &mut Findings<'_>,
) {
    let parts: Vec<&str> = expression.trim().split('.').collect();
    let is_plain = parts.iter().all(|part| part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    if !is_plain {
        return;
    }
    let not = match parts[..] {
        ["steps", id, "output", ref path @ ..] => {
            let Some(step) = ids.get(id).map(|&index| &definition.steps[index]) else { return };
            match of_step(step) {
                Known::Text => "text".to_owned(),
                Known::Schema(schema) => {
                    let target =
                        path.iter().try_fold(schema, |schema, part| schema.get("properties")?.get(part));
                    match target.and_then(type_of) {
                        Some(kind) if kind != "array" => kind.to_owned(),
                        _ => return,
                    }
                }
                Known::List | Known::Nothing => return,
            }
        }
        ["inputs", name] => {
            let input = definition.inputs.iter().flatten().find(|input| input.name == name);
            match input.map(|input| input.kind) {
                Some(kind @ (InputKind::Text | InputKind::Number | InputKind::Boolean)) => {
                    kind.as_str().to_owned()
                }
                _ => return,
            }
        }
        _ => return,
    };
    found.add(at, format!("`for_each` wants a list, and `{}` is {not}", expression.trim()));
}

/// Whether the arguments of a call are such as the tool takes, as far as they are no templates.
pub(super) fn arguments(tool: &str, schema: &Value, args: &At<Value>, found: &mut Findings<'_>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    let Some(given) = args.value.as_object() else { return };
    let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    for (name, value) in given {
        match properties.get(name) {
            None if is_closed => {
                let near = meant(name, properties.keys().map(String::as_str));
                found.add(args.at, format!("{tool} takes no `{name}`{near}"));
            }
            Some(property) => {
                if let Some(wanted) = type_of(property).filter(|wanted| !is(value, wanted)) {
                    found.add(args.at, format!("`{name}` of {tool} has to be of the type {wanted}"));
                }
            }
            None => {}
        }
    }
    let required =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for name in required.filter(|name| !given.contains_key(*name)) {
        found.add(args.at, format!("{tool} needs `{name}`"));
    }
}

/// Whether a value is of a type. A text with a template in it may come to be anything.
fn is(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => wanted == "string" || text.contains("{{"),
        Value::Number(number) => wanted == "number" || (wanted == "integer" && !number.is_f64()),
        Value::Bool(_) => wanted == "boolean",
        Value::Array(_) => wanted == "array",
        Value::Object(_) => wanted == "object",
        Value::Null => true,
    }
}

/// Whether a chain is given what it takes.
pub(super) fn inputs(plan: &Plan, given: &At<Value>, found: &mut Findings<'_>) {
    let Some(fields) = given.value.as_object() else { return };
    let name = &plan.definition.name;
    for field in fields.keys().filter(|field| !plan.inputs.contains(field)) {
        let near = meant(field, plan.inputs.iter().map(String::as_str));
        found.add(given.at, format!("the chain `{name}` has no input `{field}`{near}"));
    }
    for input in plan.required().filter(|input| !fields.contains_key(*input)) {
        found.add(given.at, format!("the chain `{name}` needs the input `{input}`"));
    }
}
