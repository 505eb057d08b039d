//! Edges, loops and the order of steps.

use std::collections::{BTreeSet, HashMap};

use super::Findings;
use crate::chains::definition::{Definition, Kind};
use crate::chains::plan::Node;
use crate::chains::problem::meant;

/// Which steps are on which way of which branch.
pub(super) fn ways(
    definition: &Definition,
    ids: &HashMap<String, usize>,
    nodes: &mut [Node],
    found: &mut Findings<'_>,
) {
    for (index, step) in definition.steps.iter().enumerate() {
        let Kind::Branch { ways, .. } = &step.kind else { continue };
        for (way, steps) in ways {
            for target in steps {
                match ids.get(&target.value) {
                    Some(&other) if other != index => nodes[other].ways.push((index, way.value.clone())),
                    Some(_) => found.add(target.at, "a branch cannot be on its own way"),
                    None => {
                        let near = meant(&target.value, ids.keys().map(String::as_str));
                        found.add(target.at, format!("there is no step `{}`{near}", target.value));
                    }
                }
            }
        }
    }
}

/// Says who waits for whom and which steps go round together; gives the steps so that each stands behind those that it
/// waits for. None where there is a cycle.
pub(super) fn order(
    definition: &Definition,
    nodes: &mut [Node],
    ids: &HashMap<String, usize>,
    found: &mut Findings<'_>,
) -> Option<Vec<usize>> {
    for node in nodes.iter_mut() {
        let waits: BTreeSet<usize> =
            node.needs.iter().copied().chain(node.ways.iter().map(|(branch, _)| *branch)).collect();
        node.waits = waits.into_iter().collect();
    }
    follow(nodes);
    sorted(definition, nodes, found)?;
    let before = found.problems.len();
    loops(definition, nodes, ids, found);
    if found.problems.len() > before {
        return None;
    }
    // Whoever stands outside of a loop waits until it has gone round for the last time.
    for index in 0..nodes.len() {
        let inside = nodes[index].end_of_loop;
        let waits: BTreeSet<usize> = nodes[index]
            .waits
            .iter()
            .map(|&wait| nodes[wait].end_of_loop.filter(|end| Some(*end) != inside).unwrap_or(wait))
            .collect();
        nodes[index].waits = waits.into_iter().collect();
    }
    follow(nodes);
    sorted(definition, nodes, found)
}

/// Writes down who follows whom.
fn follow(nodes: &mut [Node]) {
    for node in nodes.iter_mut() {
        node.followers.clear();
    }
    for index in 0..nodes.len() {
        for wait in nodes[index].waits.clone() {
            nodes[wait].followers.push(index);
        }
    }
}

/// The steps in an order in which they can be done: of those that can, the first of the file. A cycle is told as the way
/// round.
fn sorted(definition: &Definition, nodes: &[Node], found: &mut Findings<'_>) -> Option<Vec<usize>> {
    let mut missing: Vec<usize> = nodes.iter().map(|node| node.waits.len()).collect();
    let mut ready: BTreeSet<usize> = (0..nodes.len()).filter(|&index| missing[index] == 0).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(step) = ready.pop_first() {
        order.push(step);
        for &next in &nodes[step].followers {
            missing[next] -= 1;
            if missing[next] == 0 {
                ready.insert(next);
            }
        }
    }
    if order.len() == nodes.len() {
        return Some(order);
    }
    // Whoever is left waits for somebody who is left: going back leads round.
    let mut step = (0..nodes.len()).find(|&index| missing[index] > 0)?;
    let mut way = Vec::new();
    while !way.contains(&step) {
        way.push(step);
        step = nodes[step].waits.iter().copied().find(|&wait| missing[wait] > 0)?;
    }
    let begin = way.iter().position(|&other| other == step)?;
    let mut round: Vec<usize> = way.split_off(begin);
    round.reverse();
    // Begin with the one that stands first in the file.
    let first = round.iter().enumerate().min_by_key(|(_, step)| **step).map_or(0, |(place, _)| place);
    round.rotate_left(first);
    let first = round[0];
    let names: Vec<&str> =
        round.iter().chain([&first]).map(|&step| definition.steps[step].id.value.as_str()).collect();
    let id = &definition.steps[first].id;
    found
        .add(id.at, format!("steps wait for each other: {}; a loop is made with `until`", names.join(" → ")));
    None
}

/// Finds the steps of each loop.
fn loops(
    definition: &Definition,
    nodes: &mut [Node],
    ids: &HashMap<String, usize>,
    found: &mut Findings<'_>,
) {
    for (end, step) in definition.steps.iter().enumerate() {
        if step.until.is_none() {
            continue;
        }
        let begin = match &step.back_to {
            None => end,
            Some(back_to) => match ids.get(&back_to.value) {
                Some(&begin) => begin,
                None => {
                    let near = meant(&back_to.value, ids.keys().map(String::as_str));
                    found.add(back_to.at, format!("there is no step `{}`{near}", back_to.value));
                    continue;
                }
            },
        };
        let body: Vec<usize> = reach(nodes, begin, |node| &node.followers)
            .intersection(&reach(nodes, end, |node| &node.waits))
            .copied()
            .collect();
        if !body.contains(&end) {
            let at = step.back_to.as_ref().map_or(step.at, |back_to| back_to.at);
            let begin = &definition.steps[begin].id.value;
            found.add(
                at,
                format!("`{begin}` does not lead to `{}`, so there is no going back to it", step.id.value),
            );
            continue;
        }
        for &inner in &body {
            if let Some(other) = nodes[inner].end_of_loop {
                let (id, other) = (&definition.steps[inner].id.value, &definition.steps[other].id.value);
                found.add(step.id.at, format!("`{id}` is in the loops of `{other}` and of `{}`: put one of them into a chain of its own", step.id.value));
                break;
            }
            nodes[inner].end_of_loop = Some(end);
        }
        nodes[end].body = body;
    }
}

/// All that can be reached from a step, with itself.
fn reach(nodes: &[Node], from: usize, next: impl Fn(&Node) -> &Vec<usize>) -> BTreeSet<usize> {
    let mut found = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(step) = open.pop() {
        open.extend(next(&nodes[step]).iter().copied().filter(|next| found.insert(*next)));
    }
    found
}
