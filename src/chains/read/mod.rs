//! From a file to a definition. Everything that is wrong is found at once, each with its place.

mod step;
mod table;

use std::path::Path;

use toml::de::DeTable;

use super::definition::{Definition, Input, InputKind, MAX_PARALLEL, position};
use super::problem::Problem;
#[cfg(test)]
pub(super) use step::keys as step_keys;
use step::step;
use table::{Reader, Table, is_id};

/// The largest chain.
const MOST_STEPS: usize = 10_000;
/// The keys of a chain.
pub(super) const KEYS: &[&str] = &[
    "name",
    "description",
    "inputs",
    "step",
    "output",
    "max_parallel",
    "timeout",
    "max_tokens",
    "max_cost_usd",
];
/// The keys of an input.
pub(super) const INPUT_KEYS: &[&str] = &["description", "type", "default"];

/// Reads a chain's text. What can be read is given though something is wrong with it.
pub fn read(name: &str, file: Option<&Path>, text: &str) -> (Definition, Vec<Problem>) {
    let mut definition = Definition {
        name: name.to_owned(),
        description: String::new(),
        inputs: None,
        steps: Vec::new(),
        output: None,
        max_parallel: MAX_PARALLEL,
        timeout: None,
        max_tokens: None,
        max_cost_usd: None,
        file: file.map(Path::to_owned),
        text: text.to_owned(),
    };
    let place = definition.place();
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => {
            let position = error.span().map(|span| position(text, span.start));
            return (
                definition,
                vec![Problem { file: place, position, message: error.message().to_owned() }],
            );
        }
    };
    let reader = Reader::new(text);
    let mut table = Table::new(&reader, table.get_ref(), 0, "the chain");
    fill(&mut table, &reader, &mut definition);
    table.only(KEYS);
    let mut problems: Vec<Problem> = reader
        .problems()
        .into_iter()
        .map(|(at, message)| Problem { file: place.clone(), position: Some(position(text, at)), message })
        .collect();
    if definition.steps.is_empty() && problems.is_empty() {
        problems.push(Problem {
            file: place,
            position: Some((1, 1)),
            message: "there is no `[[step]]`".into(),
        });
    }
    (definition, problems)
}

fn fill(table: &mut Table<'_>, reader: &Reader<'_>, definition: &mut Definition) {
    if let Some(name) = table.text("name") {
        definition.name = name.value;
    }
    definition.description = table.text("description").map(|it| it.value).unwrap_or_default();
    definition.output = table.text("output");
    definition.max_parallel = table.count("max_parallel", 1, 1000).unwrap_or(MAX_PARALLEL);
    definition.timeout = table.span("timeout");
    definition.max_tokens = table.count("max_tokens", 1, usize::MAX).map(|tokens| tokens as u64);
    definition.max_cost_usd = table.number("max_cost_usd");
    if let Some(inputs) = table.table("inputs", "the inputs") {
        definition.inputs = Some(
            inputs
                .entries()
                .into_iter()
                .filter_map(|(name, at, value)| input(reader, name, at, value))
                .collect(),
        );
    }
    let steps = table.tables("step");
    if steps.len() > MOST_STEPS {
        reader.problem(0, format!("there are {} steps; a chain has at most {MOST_STEPS}", steps.len()));
        return;
    }
    definition.steps = steps.into_iter().filter_map(|table| step(table, reader)).collect();
}

fn input(
    reader: &Reader<'_>,
    name: &str,
    at: usize,
    value: &toml::Spanned<toml::de::DeValue<'_>>,
) -> Option<Input> {
    if !is_id(name) {
        reader.problem(at, format!("`{name}` cannot be the name of an input: use a-z, 0-9 and _"));
        return None;
    }
    let Some(table) = value.get_ref().as_table() else {
        let message =
            format!("`inputs.{name}` has to be a table, as {{ description = \"…\", default = \"…\" }}");
        reader.problem(value.span().start, message);
        return None;
    };
    let mut table = Table::new(reader, table, at, &format!("the input `{name}`"));
    let description = table.text("description").map(|it| it.value).unwrap_or_default();
    let kind = table.word("type", &InputKind::WORDS).unwrap_or_default();
    let default = table.json("default");
    table.only(INPUT_KEYS);
    if let Some(default) = &default
        && !fits(kind, &default.value)
    {
        reader.problem(default.at, format!("the default of `{name}` is no {}", kind.as_str()));
    }
    Some(Input { name: name.to_owned(), description, kind, default: default.map(|it| it.value), at })
}

/// Whether a value is of a kind.
pub(super) fn fits(kind: InputKind, value: &serde_json::Value) -> bool {
    match kind {
        InputKind::Text => value.is_string(),
        InputKind::Number => value.is_number(),
        InputKind::Boolean => value.is_boolean(),
        InputKind::List | InputKind::Files => value.is_array(),
    }
}
