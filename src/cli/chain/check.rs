//! Which chains there are, and whether they are sound.

use std::sync::Arc;

use serde::Serialize;

use super::{find, plan, wrong};
use crate::chains::Problem;
use crate::cli::{CommandError, Context, Exit, Output, json};
use crate::providers::client::Client;
use crate::ui::Table;

/// A chain in a list, as JSON. The shape is an interface.
#[derive(Debug, Serialize)]
struct ChainReport {
    name: String,
    description: String,
    inputs: Vec<String>,
    steps: usize,
    origin: &'static str,
    file: Option<String>,
    problems: usize,
}

/// Lists all chains.
pub(super) fn list(context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    let chains = app.chains();
    let report = |name: String| {
        let found = chains.find(&name)?;
        let definition = found.definition;
        let inputs = definition.inputs.iter().flatten().map(|input| input.name.clone()).collect();
        Some(ChainReport {
            name,
            inputs,
            steps: definition.steps.len(),
            origin: found.origin.as_str(),
            file: definition.file.as_ref().map(|file| file.display().to_string()),
            description: definition.description,
            problems: found.problems.len(),
        })
    };
    let reports: Vec<ChainReport> = chains.names().into_iter().filter_map(report).collect();
    if context.global.output() != Output::Text {
        return json::list(&context.ui, context.global.output(), &reports);
    }
    let mut table = Table::new(["name", "description", "inputs", "steps", "origin"]).right([3]);
    for report in reports {
        let origin =
            if report.problems > 0 { format!("{}, broken", report.origin) } else { report.origin.to_owned() };
        table.row([
            report.name,
            report.description,
            report.inputs.join(", "),
            report.steps.to_string(),
            origin,
        ]);
    }
    Ok(context.ui.table(&table, "there are no chains")?)
}

/// Checks chains.
pub(super) fn validate(context: &Context, names: &[String]) -> Result<(), CommandError> {
    let app = context.app()?;
    let client = Arc::new(Client::new()?);
    let chains = app.chains();
    let names = if names.is_empty() { chains.names() } else { names.to_vec() };
    let mut problems: Vec<Problem> = Vec::new();
    let mut broken = 0;
    for name in &names {
        match plan(&app, &client, find(&chains, name)?, &[]) {
            Ok(plan) => {
                let steps = plan.nodes.len();
                let inputs: Vec<&str> = plan.inputs.iter().map(String::as_str).collect();
                let inputs = if inputs.is_empty() {
                    String::new()
                } else {
                    format!(", inputs: {}", inputs.join(", "))
                };
                context.ui.note(&format!("{name} is well-formed: {steps} steps{inputs}"));
            }
            Err(found) => {
                broken += 1;
                problems.extend(found);
            }
        }
    }
    match (broken, &names[..]) {
        (0, _) => Ok(()),
        (1, [name]) => Err(wrong(name, &problems)),
        _ => Err(CommandError::new(Exit::Config, format!("{broken} chains are wrong"))
            .details(problems.iter().map(Problem::to_string))),
    }
}
