//! Several things that are under way, a line each.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::safe;

/// The most lines at once: more would run out of the screen.
const MOST: usize = 12;

/// Lines on stderr, by name. Gone when dropped.
#[derive(Debug)]
pub struct Lines {
    all: MultiProgress,
    by_name: Mutex<HashMap<String, ProgressBar>>,
    visible: bool,
}

impl Lines {
    pub(super) fn start(visible: bool) -> Self {
        let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { all: MultiProgress::with_draw_target(target), by_name: Mutex::default(), visible }
    }

    /// Whether anybody sees them.
    pub fn visible(&self) -> bool {
        self.visible
    }

    /// Something begins.
    pub fn begin(&self, name: &str, text: &str) {
        let mut lines = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.visible || (lines.len() >= MOST && !lines.contains_key(name)) {
            return;
        }
        let line = lines.entry(name.to_owned()).or_insert_with(|| {
            let line = self.all.add(ProgressBar::new_spinner());
            let style = ProgressStyle::with_template("{spinner} {msg}  {elapsed}");
            line.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            line.enable_steady_tick(Duration::from_millis(100));
            line
        });
        line.set_message(safe(text));
    }

    /// What is under way says something else.
    pub fn says(&self, name: &str, text: impl FnOnce() -> String) {
        if !self.visible {
            return;
        }
        let lines = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get(name) {
            line.set_message(safe(&text()));
        }
    }

    /// Something is over.
    pub fn end(&self, name: &str) {
        let line = self.by_name.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        if let Some(line) = line {
            line.finish_and_clear();
            self.all.remove(&line);
        }
    }

    /// Writes something above the lines.
    pub fn above(&self, print: impl FnOnce()) {
        self.all.suspend(print);
    }

    /// Clears them while somebody else has the terminal.
    pub fn pause(&self) {
        if self.visible {
            let _cleared = self.all.clear();
            self.all.set_draw_target(ProgressDrawTarget::hidden());
        }
    }

    /// Shows them again.
    pub fn go_on(&self) {
        if self.visible {
            self.all.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        for line in self.by_name.lock().unwrap_or_else(PoisonError::into_inner).values() {
            line.finish_and_clear();
        }
    }
}
