//! A chain as a graph that can be run: who waits for whom, which steps are on which way, which go round together.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::definition::Definition;

/// A chain that can be run.
#[derive(Debug)]
pub struct Plan {
    /// What it was made of.
    pub definition: Arc<Definition>,
    /// The steps, in the order of the file.
    pub nodes: Vec<Node>,
    /// The steps so that each stands behind those it needs.
    pub order: Vec<usize>,
    /// The step whose result is that of the chain.
    pub output: usize,
    /// The inputs that are used, in the order in which they appear, or are declared.
    pub inputs: Vec<String>,
    /// The keys of the memory that templates speak of.
    pub memory: BTreeSet<String>,
    /// The chains that steps run, by name.
    pub chains: HashMap<String, Arc<Plan>>,
}

/// A step in the graph.
#[derive(Debug, Default)]
pub struct Node {
    /// The steps whose results it may speak of.
    pub needs: Vec<usize>,
    /// The steps that have to be over before it begins: those, with the end of the loop in place of what is in one, and
    /// the branches that it is on a way of.
    pub waits: Vec<usize>,
    /// The steps that wait for it.
    pub followers: Vec<usize>,
    /// The branches that it is on a way of, and the ways.
    pub ways: Vec<(usize, String)>,
    /// The last step of the loop that it is in.
    pub end_of_loop: Option<usize>,
    /// If it is the last step of a loop: all steps of it.
    pub body: Vec<usize>,
}

impl Plan {
    /// The step of an id.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.definition.steps.iter().position(|step| step.id.value == id)
    }

    /// The id of a step.
    pub fn id(&self, step: usize) -> &str {
        &self.definition.steps[step].id.value
    }

    /// The inputs that have to be given.
    pub fn required(&self) -> impl Iterator<Item = &String> {
        let declared = self.definition.inputs.as_deref().unwrap_or_default();
        let has_default =
            |name: &String| declared.iter().any(|input| input.name == *name && input.default.is_some());
        self.inputs.iter().filter(move |name| !has_default(name))
    }

    /// A step and all that come after it.
    pub fn from(&self, step: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::from([step]);
        let mut open = vec![step];
        while let Some(step) = open.pop() {
            for next in self.nodes[step].followers.iter().chain(&self.nodes[step].body) {
                if found.insert(*next) {
                    open.push(*next);
                }
            }
        }
        found
    }

    /// All that come before a step.
    pub fn before(&self, step: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut open = self.nodes[step].waits.clone();
        while let Some(step) = open.pop() {
            if found.insert(step) {
                open.extend(&self.nodes[step].waits);
            }
        }
        found
    }

    /// How far each step is from the beginning: what stands on one level can run at once.
    pub fn levels(&self) -> Vec<usize> {
        let mut levels = vec![0; self.nodes.len()];
        for &step in &self.order {
            let before = self.nodes[step].waits.iter().map(|&wait| levels[wait] + 1).max();
            levels[step] = before.unwrap_or(0);
        }
        levels
    }
}
