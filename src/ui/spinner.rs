//! Something that moves while nothing else does.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::safe;

/// A spinner on stderr. Gone when dropped.
#[derive(Debug)]
pub struct Spinner(ProgressBar);

impl Spinner {
    pub(super) fn start(text: &str, visible: bool) -> Self {
        let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(ProgressStyle::default_spinner());
        bar.set_message(safe(text));
        if visible {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self(bar)
    }

    /// Changes the text.
    pub fn text(&self, text: &str) {
        self.0.set_message(safe(text));
    }

    /// Clears the line, runs `print`, and goes on.
    pub fn suspend(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
