//! From a definition to a plan. All that can be known to be wrong before the first request is found here, everything at
//! once.

mod graph;
mod names;
mod sources;
mod types;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::definition::{By, Definition, Kind, Step};
use super::plan::{Node, Plan};
use super::problem::{Problem, meant};
use names::Names;

/// How deep chains may run chains.
const DEEPEST: usize = 4;

/// What there is to be used by chains.
pub trait World {
    /// The agents.
    fn agents(&self) -> Vec<String>;

    /// The tools with the schemas of their arguments; none where that cannot be known.
    fn tools(&self) -> Option<Vec<(String, Value)>>;

    /// The names of the chains.
    fn chains(&self) -> Vec<String>;

    /// A chain, as far as it can be read.
    fn chain(&self, name: &str) -> Option<Arc<Definition>>;
}

/// Checks a chain and makes a plan of it.
pub fn check(definition: Definition, world: &dyn World) -> Result<Plan, Vec<Problem>> {
    let tools = world.tools();
    Check { world, agents: world.agents(), tools }.plan(Arc::new(definition), &mut Vec::new())
}

/// Whom a chain names and who is not there. Unlike all else that a check finds, this is so whatever else of the chain
/// could not be read.
pub fn strangers(definition: &Definition, world: &dyn World) -> Vec<Problem> {
    let check = Check { world, agents: world.agents(), tools: world.tools() };
    let mut found = Findings { definition, problems: Vec::new() };
    for step in &definition.steps {
        check.is_there(step, &mut found);
    }
    found.problems
}

/// What there is, looked up once.
struct Check<'a> {
    world: &'a dyn World,
    agents: Vec<String>,
    tools: Option<Vec<(String, Value)>>,
}

/// What is wrong with one definition.
struct Findings<'a> {
    definition: &'a Definition,
    problems: Vec<Problem>,
}

impl Findings<'_> {
    fn add(&mut self, at: usize, message: impl Into<String>) {
        let position = Some(self.definition.position(at));
        self.problems.push(Problem { file: self.definition.place(), position, message: message.into() });
    }
}

impl Check<'_> {
    /// A plan, where the chains above are being planned.
    fn plan(&self, definition: Arc<Definition>, above: &mut Vec<String>) -> Result<Plan, Vec<Problem>> {
        let mut found = Findings { definition: &definition, problems: Vec::new() };
        let ids = ids(&mut found);
        let mut chains = HashMap::new();
        for step in &definition.steps {
            self.who(step, &mut found);
            self.chain(step, above, &mut chains, &mut found);
        }
        let mut nodes: Vec<Node> = definition.steps.iter().map(|_| Node::default()).collect();
        let mut names = Names::new(&definition, &ids);
        for (index, step) in definition.steps.iter().enumerate() {
            nodes[index].needs = names.needs(index, step, &mut found);
        }
        graph::ways(&definition, &ids, &mut nodes, &mut found);
        let order = graph::order(&definition, &mut nodes, &ids, &mut found);
        names.in_loops(&nodes, &mut found);
        let output = output(&definition, &ids, &mut found);
        let (inputs, memory) = names.used();
        let mut problems = found.problems;
        problems.sort_by(|a, b| (&a.file, a.position).cmp(&(&b.file, b.position)));
        problems.dedup();
        match order {
            Some(order) if problems.is_empty() => {
                Ok(Plan { definition, nodes, order, output, inputs, memory, chains })
            }
            _ => Err(problems),
        }
    }

    /// Whether there is whoever a step names, and takes what it gives.
    fn who(&self, step: &Step, found: &mut Findings<'_>) {
        self.is_there(step, found);
        if let Kind::Tool { tool, args } = &step.kind
            && let Some(schema) = self.tool(&tool.value)
        {
            types::arguments(&tool.value, schema, args, found);
        }
        if let Kind::Branch { ways, default: Some(default), .. } = &step.kind
            && !ways.iter().any(|(way, _)| way.value == default.value)
        {
            let near = meant(&default.value, ways.iter().map(|(way, _)| way.value.as_str()));
            found.add(default.at, format!("there is no way `{}`{near}", default.value));
        }
    }

    /// The schema of a tool's arguments, if the tool is known.
    fn tool(&self, name: &str) -> Option<&Value> {
        self.tools.iter().flatten().find(|(known, _)| known == name).map(|(_, schema)| schema)
    }

    fn is_there(&self, step: &Step, found: &mut Findings<'_>) {
        match &step.kind {
            Kind::Agent { agent, .. } | Kind::Branch { by: By::Agent(agent, _), .. } => {
                if !self.agents.contains(&agent.value) {
                    let near = meant(&agent.value, self.agents.iter().map(String::as_str));
                    found.add(agent.at, format!("there is no agent `{}`{near}", agent.value));
                }
            }
            Kind::Tool { tool, .. } => {
                let Some(tools) = &self.tools else { return };
                // Servers are asked for their tools when the chain is run.
                if self.tool(&tool.value).is_none() && !tool.value.starts_with("mcp__") {
                    let near = meant(&tool.value, tools.iter().map(|(name, _)| name.as_str()));
                    found.add(tool.at, format!("there is no tool `{}`{near}", tool.value));
                }
            }
            Kind::Chain { chain, .. } => {
                let is_itself = chain.value == found.definition.name;
                if !is_itself && self.world.chain(&chain.value).is_none() {
                    let known = self.world.chains();
                    let near = meant(&chain.value, known.iter().map(String::as_str));
                    found.add(chain.at, format!("there is no chain `{}`{near}", chain.value));
                }
            }
            Kind::Branch { .. } | Kind::Human { .. } => {}
        }
    }

    /// The plan of the chain that a step runs.
    fn chain(
        &self,
        step: &Step,
        above: &mut Vec<String>,
        chains: &mut HashMap<String, Arc<Plan>>,
        found: &mut Findings<'_>,
    ) {
        let Kind::Chain { chain, inputs } = &step.kind else { return };
        let name = &chain.value;
        let here = found.definition.name.clone();
        if *name == here || above.contains(name) {
            let way: Vec<&str> = above.iter().map(String::as_str).chain([here.as_str(), name]).collect();
            found.add(chain.at, format!("chains run each other for ever: {}", way.join(" → ")));
            return;
        }
        // One that is not there was told already.
        let Some(definition) = self.world.chain(name) else { return };
        if above.len() >= DEEPEST {
            found.add(chain.at, format!("chains run chains at most {DEEPEST} deep"));
            return;
        }
        above.push(here);
        let planned = self.plan(definition, above);
        above.pop();
        match planned {
            Ok(plan) => {
                types::inputs(&plan, inputs, found);
                chains.insert(name.clone(), Arc::new(plan));
            }
            Err(problems) => found.problems.extend(problems),
        }
    }
}

/// The steps by their ids.
fn ids(found: &mut Findings<'_>) -> HashMap<String, usize> {
    let mut ids: HashMap<String, usize> = HashMap::new();
    let definition = found.definition;
    for (index, step) in definition.steps.iter().enumerate() {
        if let Some(before) = ids.get(&step.id.value) {
            let (line, _) = definition.position(definition.steps[*before].id.at);
            found.add(
                step.id.at,
                format!("there are two steps `{}`; the other one is in line {line}", step.id.value),
            );
        } else {
            ids.insert(step.id.value.clone(), index);
        }
    }
    ids
}

/// The step whose result is that of the chain.
fn output(definition: &Definition, ids: &HashMap<String, usize>, found: &mut Findings<'_>) -> usize {
    let last = definition.steps.len().saturating_sub(1);
    let Some(output) = &definition.output else { return last };
    ids.get(&output.value).copied().unwrap_or_else(|| {
        let near = meant(&output.value, ids.keys().map(String::as_str));
        found.add(output.at, format!("there is no step `{}`{near}", output.value));
        last
    })
}

#[cfg(test)]
pub(super) mod tests;
