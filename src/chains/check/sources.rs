//! The texts of a step that are rendered or evaluated.

use serde_json::Value;

use crate::chains::definition::{At, By, Each, Kind, Step};

/// A text that is rendered or evaluated.
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    /// Where it begins.
    pub(super) at: usize,
    pub(super) is_expression: bool,
    /// Whether it is read when the step is over: it may speak of `output`.
    pub(super) is_after: bool,
    /// Whether it is read once for each item: it may speak of `item`.
    pub(super) is_of_item: bool,
}

/// All of them.
pub(super) fn sources(step: &Step) -> Vec<Source<'_>> {
    let source =
        |text, at, is_expression| Source { text, at, is_expression, is_after: false, is_of_item: true };
    let mut all: Vec<Source<'_>> = match &step.kind {
        Kind::Agent { prompt: text, .. }
        | Kind::Human { question: text, .. }
        | Kind::Branch { by: By::Agent(_, text), .. } => vec![source(text.value.as_str(), text.at, false)],
        Kind::Branch { by: By::Expression(on), .. } => vec![source(on.value.as_str(), on.at, true)],
        Kind::Tool { args: values, .. } | Kind::Chain { inputs: values, .. } => {
            texts(&values.value).into_iter().map(|text| source(text, values.at, false)).collect()
        }
    };
    if let Some(when) = &step.when {
        all.push(Source { is_of_item: false, ..source(when.value.as_str(), when.at, true) });
    }
    if let Some(At { value: Each::Expression(each), at }) = &step.for_each {
        all.push(Source { is_of_item: false, ..source(each.as_str(), *at, true) });
    }
    if let Some(until) = &step.until {
        all.push(Source {
            is_after: true,
            is_of_item: false,
            ..source(until.value.as_str(), until.at, true)
        });
    }
    all
}

/// All texts in a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text.as_str()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
