//! What templates speak of: whether there is such a thing, and which steps have to come before.

use std::collections::{BTreeSet, HashMap};

use super::sources::{Source, sources};
use super::{Findings, types};
use crate::chains::definition::{Definition, Each, Step};
use crate::chains::plan::Node;
use crate::chains::problem::meant;
use crate::chains::template::Templates;

/// What templates may speak of.
const ROOTS: &[&str] = &["inputs", "steps", "memory", "item", "index", "round", "previous", "output", "run"];
/// What there is of a step.
pub(super) const OF_STEP: &[&str] = &["output", "skipped", "problem"];

/// What was found in the templates of a chain.
pub(super) struct Names<'a> {
    definition: &'a Definition,
    ids: &'a HashMap<String, usize>,
    templates: Templates,
    inputs: Vec<String>,
    memory: BTreeSet<String>,
    /// Where a step speaks of the round before, and of whom; and where it speaks of its round.
    previous: Vec<(usize, usize, Option<String>)>,
}

impl<'a> Names<'a> {
    pub(super) fn new(definition: &'a Definition, ids: &'a HashMap<String, usize>) -> Self {
        let declared = definition.inputs.iter().flatten().map(|input| input.name.clone());
        Self {
            definition,
            ids,
            templates: Templates::default(),
            inputs: declared.collect(),
            memory: BTreeSet::new(),
            previous: Vec::new(),
        }
    }

    /// The inputs and the keys of the memory that are spoken of.
    pub(super) fn used(self) -> (Vec<String>, BTreeSet<String>) {
        (self.inputs, self.memory)
    }

    /// The steps that a step needs: those that it names, and those that it speaks of.
    pub(super) fn needs(&mut self, index: usize, step: &Step, found: &mut Findings<'_>) -> Vec<usize> {
        let mut needs = BTreeSet::new();
        for need in &step.needs {
            match self.ids.get(&need.value) {
                Some(&other) if other == index => {
                    found.add(need.at, format!("the step `{}` needs itself", need.value));
                }
                Some(&other) => drop(needs.insert(other)),
                None => found.add(need.at, self.no_step(&need.value)),
            }
        }
        for source in sources(step) {
            match self.templates.names(source.text, source.is_expression) {
                Ok(names) => {
                    for name in names {
                        needs.extend(self.name(index, step, &source, &name, found));
                    }
                }
                Err(trouble) => {
                    let at = self.place(&source, trouble.at);
                    let what = if source.is_expression { "expression" } else { "template" };
                    found.add(at, format!("the {what} is wrong: {}", trouble.message));
                }
            }
        }
        if let Some(crate::chains::definition::At { value: Each::Expression(each), at }) = &step.for_each {
            types::list(each, *at, self.definition, self.ids, found);
        }
        needs.into_iter().collect()
    }

    fn no_step(&self, id: &str) -> String {
        format!("there is no step `{id}`{}", meant(id, self.ids.keys().map(String::as_str)))
    }

    /// Where a byte of a source stands in the file, if it stands there as it is.
    fn place(&self, source: &Source<'_>, offset: usize) -> usize {
        let is_there =
            self.definition.text.get(source.at..).is_some_and(|text| text.starts_with(source.text));
        if is_there { source.at + offset } else { source.at }
    }

    /// Looks at one name; gives the step that it speaks of.
    fn name(
        &mut self,
        index: usize,
        step: &Step,
        source: &Source<'_>,
        name: &str,
        found: &mut Findings<'_>,
    ) -> Option<usize> {
        let at = self.place(source, source.text.find(name).unwrap_or(0));
        let parts: Vec<&str> = name.split('.').collect();
        let second = parts.get(1).copied();
        match (parts[0], second) {
            ("inputs", Some(input)) => self.input(input, at, found),
            ("steps", Some(_)) => return self.step(index, source, &parts, at, found),
            ("memory", Some(key)) => drop(self.memory.insert(key.to_owned())),
            ("item" | "index", _) if source.is_of_item && step.for_each.is_some() => {}
            ("item" | "index", _) => {
                found.add(at, format!("there is no `{}` here: it is for steps with `for_each`", parts[0]));
            }
            ("output", _) if source.is_after => {}
            ("output", _) => {
                found.add(at, "there is no `output` here: it is for `until`; say `steps.ID.output`");
            }
            ("previous", other) => {
                self.previous.push((index, at, Some(other.unwrap_or_default().to_owned())));
            }
            ("round", _) => self.previous.push((index, at, None)),
            ("run", Some("id" | "chain") | None) | ("inputs" | "steps" | "memory", None) => {}
            (root, _) => {
                let message = format!(
                    "there is no `{root}`{}; there are {}",
                    meant(root, ROOTS.iter().copied()),
                    ROOTS.join(", ")
                );
                found.add(at, message);
            }
        }
        None
    }

    fn input(&mut self, input: &str, at: usize, found: &mut Findings<'_>) {
        if self.inputs.iter().any(|known| known == input) {
            return;
        }
        if self.definition.inputs.is_some() {
            let near = meant(input, self.inputs.iter().map(String::as_str));
            found.add(at, format!("`[inputs]` has no `{input}`{near}"));
        } else {
            self.inputs.push(input.to_owned());
        }
    }

    fn step(
        &self,
        index: usize,
        source: &Source<'_>,
        parts: &[&str],
        at: usize,
        found: &mut Findings<'_>,
    ) -> Option<usize> {
        let id = parts[1];
        let Some(&other) = self.ids.get(id) else {
            found.add(at, self.no_step(id));
            return None;
        };
        if let Some(part) = parts.get(2).filter(|part| !OF_STEP.contains(part)) {
            let near = meant(part, OF_STEP.iter().copied());
            found.add(at, format!("a step has no `{part}`{near}; it has {}", OF_STEP.join(", ")));
        } else if parts.get(2) == Some(&"output") {
            types::field(&self.definition.steps[other], &parts[3..], at, found);
        }
        if other == index {
            if !source.is_after {
                found.add(
                    at,
                    format!("the step `{id}` speaks of its own output; in a loop say `previous.{id}.output`"),
                );
            }
            return None;
        }
        // What follows a step is read when it is over, and so are those that it needs.
        Some(other)
    }

    /// Whether those who speak of rounds are in loops.
    pub(super) fn in_loops(&self, nodes: &[Node], found: &mut Findings<'_>) {
        for (index, at, of) in &self.previous {
            let word = if of.is_some() { "previous" } else { "round" };
            let Some(end) = nodes[*index].end_of_loop else {
                found.add(*at, format!("there is no `{word}` here: it is for steps of a loop, with `until`"));
                continue;
            };
            let Some(id) = of.as_deref().filter(|id| !id.is_empty()) else { continue };
            let body = nodes[end].body.iter().map(|&step| self.definition.steps[step].id.value.as_str());
            if !body.clone().any(|known| known == id) {
                found.add(*at, format!("there is no step `{id}` in this loop{}", meant(id, body)));
            }
        }
    }
}
