//! A plan as a drawing: levels as text, or Mermaid.

use std::fmt::Write as _;

use super::definition::{Cache, Each, Kind, OnError, Step, Told};
use super::plan::Plan;

/// The plan as levels: what stands on one can run at once.
pub fn text(plan: &Plan) -> String {
    let levels = plan.levels();
    let steps = &plan.definition.steps;
    let width = steps.iter().map(|step| step.id.value.len()).max().unwrap_or(0);
    let last = levels.iter().max().copied().unwrap_or(0);
    let mut out = String::new();
    for level in 0..=last {
        let on_it = (0..steps.len()).filter(|&step| levels[step] == level);
        for (place, step) in on_it.enumerate() {
            let number = if place == 0 { (level + 1).to_string() } else { String::new() };
            let written = &steps[step];
            let (id, what) = (&written.id.value, what(written));
            let _infallible = write!(out, "{number:>3}  {id:<width$}  {what}");
            let waits: Vec<&str> = plan.nodes[step].waits.iter().map(|&wait| plan.id(wait)).collect();
            if !waits.is_empty() {
                let _infallible = write!(out, "  after {}", waits.join(", "));
            }
            for (branch, way) in &plan.nodes[step].ways {
                let _infallible = write!(out, "  if {} is {way}", plan.id(*branch));
            }
            for note in notes(written) {
                let _infallible = write!(out, "  {note}");
            }
            if step == plan.output {
                out += "  ← the result";
            }
            out.push('\n');
        }
    }
    out
}

/// What is done in a step, in words.
pub fn what(step: &Step) -> String {
    match &step.kind {
        Kind::Agent { agent, .. } => agent.value.clone(),
        Kind::Tool { tool, .. } => format!("tool {}", tool.value),
        Kind::Branch { .. } if step.kind.who().is_empty() => "branch".to_owned(),
        Kind::Branch { .. } => format!("branch by {}", step.kind.who()),
        Kind::Human { .. } => "you are asked".to_owned(),
        Kind::Chain { chain, .. } => format!("chain {}", chain.value),
    }
}

/// What else is to be said of a step.
fn notes(step: &Step) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(when) = &step.when {
        notes.push(format!("when {}", when.value));
    }
    if let Some(each) = &step.for_each {
        notes.push(match &each.value {
            Each::Expression(expression) => format!("for each of {expression}"),
            Each::List(items) => format!("for each of {} items", items.len()),
        });
    }
    if let Some(until) = &step.until {
        let from =
            step.back_to.as_ref().map(|back_to| format!("back to {} ", back_to.value)).unwrap_or_default();
        notes.push(format!("{from}until {}, at most {} rounds", until.value, step.max_rounds));
    }
    if let Kind::Agent { context, .. } = &step.kind
        && context.value != Told::None
    {
        notes.push("told of the steps before".to_owned());
    }
    match step.on_error {
        OnError::Fail => {}
        OnError::Skip => notes.push("left out when it fails".to_owned()),
        OnError::Default(_) => notes.push("has a result when it fails".to_owned()),
    }
    if step.cache() == Cache::Shared {
        notes.push("kept for other runs".to_owned());
    }
    notes
}

/// The plan as a Mermaid flowchart.
pub fn mermaid(plan: &Plan) -> String {
    let mut out = "flowchart TD\n".to_owned();
    for step in &plan.definition.steps {
        let (id, label) = (&step.id.value, quoted(&format!("{}<br/>{}", step.id.value, what(step))));
        let _infallible = match step.kind {
            Kind::Branch { .. } => writeln!(out, "    {id}{{{label}}}"),
            Kind::Human { .. } => writeln!(out, "    {id}([{label}])"),
            _ => writeln!(out, "    {id}[{label}]"),
        };
    }
    for (step, node) in plan.nodes.iter().enumerate() {
        let id = plan.id(step);
        for &wait in &node.waits {
            let way = node.ways.iter().find(|(branch, _)| *branch == wait);
            let label = way.map(|(_, way)| format!("|{}|", quoted(way))).unwrap_or_default();
            let _infallible = writeln!(out, "    {} -->{label} {id}", plan.id(wait));
        }
        let written = &plan.definition.steps[step];
        if let Some(until) = &written.until {
            let begin = written.back_to.as_ref().map_or(id, |back_to| back_to.value.as_str());
            let _infallible =
                writeln!(out, "    {id} -.->|{}| {begin}", quoted(&format!("until {}", until.value)));
        }
    }
    out
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "#quot;"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chains::check::tests::plan;

    const TEXT: &str = r#"
[[step]]
id = "way"
ways = { one = ["a"] }
on = "'one'"
[[step]]
id = "a"
agent = "writer"
prompt = "x"
until = "output == \"x\""
max_rounds = 2
[[step]]
id = "ask"
human = "well? {{ steps.a.output }}"
"#;

    #[test]
    fn a_plan_is_drawn() {
        let plan = plan(TEXT).unwrap();
        insta::assert_snapshot!(text(&plan), @r#"
        1  way  branch
        2  a    writer  after way  if way is one  until output == "x", at most 2 rounds
        3  ask  you are asked  after a  ← the result
        "#);
        insta::assert_snapshot!(mermaid(&plan), @r##"
        flowchart TD
            way{"way<br/>branch"}
            a["a<br/>writer"]
            ask(["ask<br/>you are asked"])
            way -->|"one"| a
            a -.->|"until output == #quot;x#quot;"| a
            a --> ask
        "##);
    }
}
