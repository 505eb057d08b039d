//! Lines as they are typed, also while an answer comes.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use rustyline::error::ReadlineError;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, spawn_blocking};

use super::ReplError;
use super::above::Above;
use super::completion::Names;
use super::editor::{Editor, Entered};
use super::quiet::Quiet;
use crate::ui::Ui;

/// Pasting is not marked any more, and what is written next stands on a line of its own.
const END_OF_TYPING: &str = "\u{1b}[?2004l\r\n";
/// Lines that may wait for an answer to end.
const MOST_WAITING: usize = 100;

type Read = (Editor, Result<Entered, ReadlineError>);

/// Where lines come from.
pub(super) struct Keys {
    /// The line editor, where it is not reading.
    editor: Option<Editor>,
    reading: Option<JoinHandle<Read>>,
    waiting: VecDeque<Entered>,
    prompt: String,
    above: Option<Arc<Above>>,
    quiet: Option<Quiet>,
}

impl Keys {
    /// Takes the terminal over.
    pub(super) fn new(history: Option<PathBuf>, ui: &mut Ui, stop: &Arc<Notify>) -> Result<Self, ReplError> {
        let editor = Editor::new(history, ui.colors(), stop)?;
        let above = editor.above().cloned();
        if let Some(above) = &above {
            ui.turn_to(Arc::clone(above) as _);
        }
        // On a terminal without control sequences the system itself reads the line.
        let quiet = above.is_some().then(Quiet::new);
        let (waiting, prompt) = (VecDeque::new(), String::new());
        Ok(Self { editor: Some(editor), reading: None, waiting, prompt, above, quiet })
    }

    /// The next line. What is known to completion and the prompt are those of now, unless it is being typed already.
    pub(super) async fn next(
        &mut self,
        prompt: String,
        names: impl FnOnce() -> Names,
        begun: &str,
    ) -> Result<Entered, ReplError> {
        if let Some(entered) = self.waiting.pop_front() {
            return Ok(entered);
        }
        self.prompt = prompt;
        if let Some(editor) = &mut self.editor {
            editor.knows(names());
        }
        self.entered(begun).await
    }

    /// Waits for a line. Whoever stops waiting loses nothing of it.
    async fn entered(&mut self, begun: &str) -> Result<Entered, ReplError> {
        if let Some(mut editor) = self.editor.take() {
            let (prompt, begun) = (self.prompt.clone(), begun.to_owned());
            self.reading = Some(spawn_blocking(move || {
                let entered = editor.read(&prompt, &begun);
                (editor, entered)
            }));
        }
        let Some(reading) = &mut self.reading else { return Err(ReplError::Thread) };
        let (editor, entered) = reading.await.map_err(|_| ReplError::Thread)?;
        (self.editor, self.reading) = (Some(editor), None);
        Ok(entered?)
    }

    /// Does the work; lines that are typed meanwhile wait for their turn.
    pub(super) async fn meanwhile<T>(
        &mut self,
        ui: &Ui,
        work: impl Future<Output = T>,
    ) -> Result<T, ReplError> {
        let Some(above) = self.above.clone() else { return Ok(work.await) };
        above.set_busy(true);
        let mut work = std::pin::pin!(work);
        let done = loop {
            tokio::select! {
                done = &mut work => break done,
                entered = self.entered(""), if self.waiting.len() < MOST_WAITING => match entered? {
                    Entered::Text(text) if text.trim().is_empty() => {}
                    Entered::Dropped => {}
                    entered => {
                        let leaves = matches!(entered, Entered::End);
                        ui.note(if leaves { "(left after this answer; Ctrl-C stops it)" } else { "(asked after this answer)" });
                        self.waiting.push_back(entered);
                    }
                },
            }
        };
        above.settle().await;
        above.set_busy(false);
        Ok(done)
    }

    /// Gives the terminal to another program until the work is done; not while a line is being typed.
    pub(super) async fn lend<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        if self.reading.is_some() {
            return None;
        }
        let quiet = self.quiet.take();
        let had = quiet.is_some();
        drop(quiet);
        let done = work.await;
        self.quiet = had.then(Quiet::new);
        Some(done)
    }

    /// Leaves the terminal as it was found, also where a line is still being typed.
    pub(super) fn leave(self, ui: &Ui) {
        let Some(above) = &self.above else { return };
        let left = above.end();
        let end = if self.reading.is_some() { END_OF_TYPING } else { "" };
        // A terminal that is gone needs nothing any more.
        let _gone = ui.lines(None, &format!("{end}{left}"));
    }
}
