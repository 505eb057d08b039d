//! Runs as they are kept: a list of them, and what happened in one.

use serde_json::{Value, json};

use crate::app::App;
use crate::chains::text_of;
use crate::cli::{CommandError, Context, Exit, Output, json, when};
use crate::memory::Found;
use crate::memory::run::{Run, RunState, Step};
use crate::ui::Table;

/// The longest result in a table, in characters.
const LONGEST: usize = 40;

/// The run of an id, or of the beginning of one.
pub(super) fn one(app: &App, name: &str) -> Result<Run, CommandError> {
    let found = if app.memory.path().exists() { app.memory.run(name)? } else { Found::None };
    match found {
        Found::One(run) => Ok(run),
        Found::None => Err(CommandError::new(Exit::NotFound, format!("there is no run `{name}`"))
            .hint("`aigw chain runs` lists them")),
        Found::Several(runs) => {
            let ids: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
            Err(CommandError::new(
                Exit::NotFound,
                format!("`{name}` is the beginning of several runs: {}", ids.join(", ")),
            ))
        }
    }
}

/// How a run stands, in a word.
fn state(app: &App, run: &Run) -> &'static str {
    match run.state {
        RunState::Running if !app.memory.is_run_locked(&run.id) => "killed",
        state => state.as_str(),
    }
}

/// Lists the newest runs.
pub(super) fn runs(context: &Context, chain: Option<&str>, limit: usize) -> Result<(), CommandError> {
    let app = context.app()?;
    let runs = if app.memory.path().exists() { app.memory.runs(chain, limit)? } else { Vec::new() };
    if context.global.output() != Output::Text {
        let reports: Vec<Value> = runs.iter().map(|run| report(&app, run)).collect();
        return json::list(&context.ui, context.global.output(), &reports);
    }
    let mut table = Table::new(["run", "chain", "state", "age", "result"]);
    let now = jiff::Timestamp::now();
    for run in &runs {
        let result = run.output.as_deref().or(run.problem.as_deref()).unwrap_or_default();
        table.row([
            run.id.clone(),
            run.chain.clone(),
            state(&app, run).to_owned(),
            when::age(run.began, now),
            shortened(result),
        ]);
    }
    Ok(context.ui.table(&table, "nothing was run yet")?)
}

fn report(app: &App, run: &Run) -> Value {
    json!({
        "run": run.id, "chain": run.chain, "state": state(app, run), "began": run.began.to_string(),
        "ended": run.ended.map(|at| at.to_string()), "output": run.output, "problem": run.problem,
        "inputs": run.definition["inputs"],
    })
}

/// Shows what happened in a run.
pub(super) fn show(context: &Context, name: &str, full: bool) -> Result<(), CommandError> {
    let app = context.app()?;
    let run = one(&app, name)?;
    let steps = app.memory.steps(&run.id)?;
    if context.global.output() != Output::Text {
        let mut report = report(&app, &run);
        report["steps"] = json!(steps);
        return json::object(&context.ui, context.global.output(), &report);
    }
    let ui = &context.ui;
    ui.heading(&format!("{} {}", run.chain, run.id))?;
    let took = run.ended.map(|ended| ended.as_millisecond() - run.began.as_millisecond());
    let took = took.map(|ms| format!(", {}", seconds(ms.unsigned_abs()))).unwrap_or_default();
    ui.line(&format!("{}, began {}{took}", state(&app, &run), run.began.strftime("%Y-%m-%d %H:%M:%S UTC")))?;
    if let Some(problem) = &run.problem {
        ui.line(problem)?;
    }
    ui.line("")?;
    let mut table =
        Table::new(["step", "by", "answered", "tries", "at", "time", "in", "out", "cost $", "result"])
            .right([3, 4, 5, 6, 7, 8]);
    for step in &steps {
        table.row(row(&run, step));
    }
    ui.table(&table, "no step has come to an end yet")?;
    for step in &steps {
        for line in failures(step) {
            ui.line(&format!("{}: {line}", step.path))?;
        }
    }
    if full {
        for step in &steps {
            ui.heading(&format!("\n{} by {}", step.path, step.who))?;
            ui.line(&format!("{}\n", step.asked.trim()))?;
            ui.line(text_of(&step.result).trim())?;
        }
    }
    if run.state != RunState::Done {
        ui.hint(&format!("aigw chain resume {}", run.id));
    }
    Ok(())
}

fn row(run: &Run, step: &Step) -> [String; 10] {
    let attempts = step.attempts.as_array().map_or(0, Vec::len);
    let answered = match (&step.model, step.kept) {
        (_, true) => "(was there)".to_owned(),
        (Some(model), false) => model.clone(),
        (None, false) => "-".to_owned(),
    };
    let at = step.began.as_millisecond() - run.began.as_millisecond();
    let result = step.problem.clone().unwrap_or_else(|| text_of(&step.result));
    [
        step.path.clone(),
        step.who.clone(),
        answered,
        attempts.max(step.tries as usize).to_string(),
        format!("+{}", seconds(at.unsigned_abs())),
        seconds(step.took_ms),
        step.input_tokens.to_string(),
        step.output_tokens.to_string(),
        step.cost_usd.map_or_else(|| "-".to_owned(), |cost| format!("{cost:.6}")),
        if step.problem.is_some() {
            format!("{}: {}", step.state.as_str(), shortened(&result))
        } else {
            shortened(&result)
        },
    ]
}

/// The attempts of a step that gave no answer, a line each.
fn failures(step: &Step) -> Vec<String> {
    let attempts =
        step.attempts.as_array().into_iter().flatten().filter(|attempt| !attempt["class"].is_null());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    attempts
        .map(|attempt| {
            let who = format!("{}/{}", text(&attempt["provider"]), text(&attempt["model"]));
            format!("{who}  {}: {}", text(&attempt["class"]), text(&attempt["message"]))
        })
        .collect()
}

/// A time in seconds.
pub(super) fn seconds(ms: u64) -> String {
    match ms {
        0..10_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        10_000..120_000 => format!("{} s", ms / 1000),
        _ => format!("{} min", ms / 60_000),
    }
}

fn shortened(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let start: String = line.chars().take(LONGEST - 1).collect();
    format!("{}…", start.trim_end())
}
