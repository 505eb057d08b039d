//! What is seen of a run while it goes on: a line for each step that is under way on a terminal, plain lines elsewhere, a
//! table at the end.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use super::show::seconds;
use crate::chains::machine::Happening;
use crate::chains::{Seen, Watch};
use crate::cli::{Context, Output, json};
use crate::memory::run::Step;
use crate::ui::{Lines, Table};

/// What is seen of a run.
pub(super) struct Screen<'a> {
    context: &'a Context,
    lines: Arc<Lines>,
    done: Mutex<Vec<Step>>,
}

/// Keeps the lines away while somebody else has the terminal.
pub(super) struct Pause(Arc<Lines>);

/// The lines are away until this is dropped.
pub(super) struct Paused<'a>(&'a Lines);

impl Pause {
    pub(super) fn begin(&self) -> Paused<'_> {
        self.0.pause();
        Paused(&self.0)
    }
}

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.0.go_on();
    }
}

impl<'a> Screen<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        let lines = Arc::new(context.ui.progress());
        Self { context, lines, done: Mutex::default() }
    }

    pub(super) fn pause(&self) -> Pause {
        Pause(Arc::clone(&self.lines))
    }

    /// Nothing is under way any more.
    pub(super) fn end(&self) {
        self.lines.pause();
    }

    /// Results that came now, and those of them that were there before.
    pub(super) fn counts(&self) -> (usize, usize) {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        (done.len(), done.iter().filter(|step| step.kept).count())
    }

    /// Shows what came now as a table, where somebody has watched the lines go by.
    pub(super) fn table(&self) {
        if !self.lines.visible() {
            return;
        }
        let mut table =
            Table::new(["step", "by", "answered", "time", "tokens in", "out", "cost $"]).right([3, 4, 5, 6]);
        for step in self.done.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            table.row([
                step.path.clone(),
                step.who.clone(),
                if step.kept {
                    "(was there)".to_owned()
                } else {
                    step.model.clone().unwrap_or_else(|| "-".into())
                },
                seconds(step.took_ms),
                step.input_tokens.to_string(),
                step.output_tokens.to_string(),
                step.cost_usd.map_or_else(|| "-".into(), |cost| format!("{cost:.6}")),
            ]);
        }
        self.context.ui.aside(&table);
    }

    fn say(&self, text: &str) {
        self.lines.above(|| self.context.ui.note(text));
    }

    fn event(&self, value: &serde_json::Value) {
        if self.context.global.output() == Output::Jsonl {
            // Whoever reads it may be gone; that shows at the end.
            let _gone = json::object(&self.context.ui, Output::Jsonl, value);
        }
    }

    fn ended(&self, step: &Step) {
        self.lines.end(&step.path);
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.push(step.clone());
        let place = done.len();
        drop(done);
        self.event(&json!({"type": "step", "path": step.path, "who": step.who, "model": step.model, "kept": step.kept,
            "took_ms": step.took_ms, "result": step.result}));
        if !self.lines.visible() {
            let by = if step.who.is_empty() { String::new() } else { format!(" by {}", step.who) };
            let who = step.model.as_ref().map(|model| format!(" ({model})")).unwrap_or_default();
            let how = if step.kept { " from an equal step" } else { "" };
            self.say(&format!("[{place}] {}{by}{who}{how}: {}", step.path, seconds(step.took_ms)));
        }
    }

    fn happened(&self, prefix: &str, happening: &Happening) {
        match happening {
            Happening::Kept(path) => self.context.ui.detail(&format!("{prefix}{path} was done before")),
            Happening::Skipped(id) => self.context.ui.detail(&format!("{prefix}{id} is left out")),
            Happening::Excused(path, problem) => {
                self.lines.above(|| {
                    self.context.ui.warn(&format!("{prefix}{path} failed, and the run goes on: {problem}"));
                });
            }
            Happening::Again(id, round) => self.say(&format!("{prefix}{id}: round {round}")),
            Happening::GaveUp(id, rounds) => {
                let text = format!("{prefix}{id}: after {rounds} rounds it is taken as it is");
                self.lines.above(|| self.context.ui.warn(&text));
            }
        }
    }
}

impl Watch for Screen<'_> {
    fn sees(&self, event: &Seen<'_>) {
        match event {
            Seen::Began { path, who, attempt } => {
                let again = if *attempt > 1 { format!(", try {attempt}") } else { String::new() };
                self.lines.begin(path, &format!("{path}  {who}{again}"));
                self.event(&json!({"type": "began", "path": path, "who": who, "attempt": attempt}));
            }
            Seen::Saying { path, who, progress } => {
                self.lines
                    .says(path, || format!("{path}  {who}  {}  {} tokens", progress.model, progress.tokens));
            }
            Seen::Ended(step) => self.ended(step),
            Seen::Failed { path, problem } => {
                self.lines.end(path);
                self.event(&json!({"type": "failed", "path": path, "problem": problem}));
                self.lines.above(|| self.context.ui.detail(&format!("{path} failed: {problem}")));
            }
            Seen::Happened(prefix, happening) => self.happened(prefix, happening),
            Seen::Warned(text) => self.lines.above(|| self.context.ui.warn(text)),
        }
    }
}
