//! What the templates of a step see: the steps that it needs, the item, the round.

use minijinja::Value;

use super::Machine;
use super::cell::State;
use crate::chains::definition::Each;
use crate::chains::template::{as_json, as_value};

impl Machine {
    /// What the templates of a step see.
    pub(super) fn values(&self, step: usize, item: Option<usize>) -> Value {
        let mut values = self.common(step);
        if let Some(item) = item {
            let items = self.cells[step].items.as_deref().unwrap_or_default();
            values.push(("item", items.get(item).cloned().unwrap_or_default()));
            values.push(("index", Value::from(item)));
        }
        Value::from_pairs(values)
    }

    /// What is seen when the step is over.
    pub(super) fn values_after(&self, step: usize) -> Value {
        let mut values = self.common(step);
        values.push(("output", self.cells[step].output.clone()));
        Value::from_pairs(values)
    }

    fn common(&self, step: usize) -> Vec<(&'static str, Value)> {
        let (plan, cell) = (&self.plan, &self.cells[step]);
        let node = &plan.nodes[step];
        let one = |step: usize| {
            let cell = &self.cells[step];
            let problem = cell.problem.clone().map_or(Value::from(()), Value::from);
            let skipped = Value::from(cell.state == State::Skipped);
            Value::from_pairs([("output", cell.output.clone()), ("skipped", skipped), ("problem", problem)])
        };
        let mut seen: Vec<(String, Value)> =
            node.needs.iter().map(|&need| (plan.id(need).to_owned(), one(need))).collect();
        if cell.state == State::Done {
            seen.push((plan.id(step).to_owned(), one(step)));
        }
        let mut values = self.given.clone();
        values.push(("steps", Value::from_pairs(seen)));
        if let Some(end) = node.end_of_loop {
            let before = |&step: &usize| {
                let output = self.cells[step].previous.clone();
                let value = output.map_or(Value::from(()), |output| Value::from_pairs([("output", output)]));
                (plan.id(step).to_owned(), value)
            };
            values.push(("round", Value::from(cell.round)));
            values.push(("previous", Value::from_pairs(plan.nodes[end].body.iter().map(before))));
        }
        values
    }

    /// For what a step is done.
    pub(super) fn items(&self, step: usize, each: &Each) -> Result<Vec<Value>, String> {
        let list = match each {
            Each::List(items) => return Ok(items.iter().map(as_value).collect()),
            Each::Expression(expression) => self.templates.value(expression, &self.values(step, None)),
        };
        let list = list.map_err(|problem| format!("`for_each`: {problem}"))?;
        if list.as_str().is_some() {
            return Err("`for_each` wants a list, and this is text".into());
        }
        let items =
            list.try_iter().map_err(|_| format!("`for_each` wants a list, and this is {}", list.kind()))?;
        Ok(items.collect())
    }

    /// A value with the templates in it filled in. A text that is nothing but one expression becomes its value.
    pub(super) fn filled(
        &self,
        value: &serde_json::Value,
        values: &Value,
    ) -> Result<serde_json::Value, String> {
        use serde_json::Value as Json;
        Ok(match value {
            Json::String(text) => match alone(text) {
                Some(expression) => as_json(&self.templates.value(expression, values)?),
                None => Json::String(self.templates.render(text, values)?),
            },
            Json::Array(items) => {
                Json::Array(items.iter().map(|item| self.filled(item, values)).collect::<Result<_, _>>()?)
            }
            Json::Object(fields) => {
                let field = |(name, value): (&String, _)| {
                    Ok::<_, String>((name.clone(), self.filled(value, values)?))
                };
                Json::Object(fields.iter().map(field).collect::<Result<_, _>>()?)
            }
            other => other.clone(),
        })
    }
}

/// The expression that a text is, if it is `{{ … }}` and nothing else.
fn alone(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    (!inner.contains("{{") && !inner.contains("}}")).then_some(inner.trim())
}
