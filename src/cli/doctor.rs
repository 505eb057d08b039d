//! `aigw doctor`: is everything as it should be, and if not, what to do.

use clap::Args;
use serde::Serialize;

use super::{CommandError, Context, Exit, Output, json};
use crate::app::checkup::{Check, State, checkup};

/// Check the installation: files, keys, databases, the network.
///
/// Nothing is changed and nothing created. Keys are shown by fingerprint. Exits 0 when there is no problem (warnings are
/// fine), 1 otherwise.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Ask nobody beyond this machine
    #[arg(long)]
    offline: bool,
}

/// A check as JSON. The shape is an interface.
#[derive(Debug, Serialize)]
struct Row<'a> {
    check: &'a str,
    state: &'static str,
    finding: &'a str,
    todo: Option<&'a str>,
}

/// Runs the command.
pub async fn run(args: &DoctorArgs, context: &Context) -> Result<(), CommandError> {
    let spinner = context.ui.spinner("looking");
    let work = async { Ok(checkup(&context.env, context.global.config.clone(), args.offline).await) };
    let checks = context.interrupt.unless(work).await;
    drop(spinner);
    let mut checks = checks?;
    checks.insert(1, terminal(context));
    let count = |state: State| checks.iter().filter(|check| check.state == state).count();
    let (problems, warnings) = (count(State::Problem), count(State::Warning));
    let output = context.global.output();
    if output != Output::Text {
        let rows: Vec<Row<'_>> = checks.iter().map(row).collect();
        json::list(&context.ui, output, &rows)?;
        // The array says it all: an error would be a second value on stdout.
        return if problems == 0 { Ok(()) } else { Err(CommandError::new(Exit::Failed, "")) };
    }
    for check in &checks {
        context.ui.line(&format!("{:<8} {}: {}", check.state.as_str(), check.name, check.finding))?;
        if let Some(todo) = &check.todo {
            context.ui.line(&format!("         → {todo}"))?;
        }
    }
    let summary = format!("{}, {}", counted(problems, "problem"), counted(warnings, "warning"));
    if problems > 0 {
        return Err(CommandError::failed(summary));
    }
    context.ui.note(&summary);
    Ok(())
}

fn row(check: &Check) -> Row<'_> {
    Row {
        check: &check.name,
        state: check.state.as_str(),
        finding: &check.finding,
        todo: check.todo.as_deref(),
    }
}

fn terminal(context: &Context) -> Check {
    let colors = if context.ui.colors() { "with colours" } else { "without colours" };
    Check::ok(
        "terminal",
        match context.ui.width() {
            Some(columns) => format!("{columns} columns, {colors}"),
            None => format!("stdout is no terminal; {colors}"),
        },
    )
}

fn counted(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
