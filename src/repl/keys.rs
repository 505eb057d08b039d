//! Lines as they are typed, also while an answer comes.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use rustyline::error::ReadlineError;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::{JoinHandle, spawn_blocking};

use super::ReplError;
use super::above::Above;
use super::command::{Command, Typed, read};
use super::completion::Names;
use super::consent::Question;
use super::editor::{Editor, Entered};
use super::quiet::Quiet;
use crate::app::consent;
use crate::tools::Reply;
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

    /// Does the work; lines that are typed meanwhile wait for their turn, or answer a question that came of it.
    pub(super) async fn meanwhile<T>(
        &mut self,
        ui: &Ui,
        questions: &mut mpsc::Receiver<Question>,
        work: impl Future<Output = T>,
    ) -> Result<T, ReplError> {
        let above = self.above.clone();
        if let Some(above) = &above {
            above.set_busy(true);
        }
        let mut asked: Option<oneshot::Sender<Reply>> = None;
        let mut work = std::pin::pin!(work);
        let done = loop {
            // A terminal without control sequences has one thing on it at a time.
            let may_wait = self.waiting.len() < MOST_WAITING && !self.waiting.iter().any(needs_terminal);
            let reads = asked.is_some() || (above.is_some() && may_wait);
            tokio::select! {
                done = &mut work => break done,
                // Of an answer that was stopped a question may be left that nobody waits for.
                Some(question) = questions.recv(), if asked.is_none() => if !question.reply.is_closed() {
                    ui.status(&question.text);
                    asked = Some(question.reply);
                },
                entered = self.entered(""), if reads => {
                    let entered = entered?;
                    asked = asked.filter(|reply| !reply.is_closed());
                    match answer(&entered, asked.is_some()) {
                        Some(said) => {
                            // Whoever does not wait for it any more needs no answer.
                            let _stopped = asked.take().map(|reply| reply.send(said));
                        }
                        None => self.wait(entered, ui, asked.is_some()),
                    }
                }
            }
        };
        if let Some(above) = &above {
            above.settle().await;
            above.set_busy(false);
        }
        Ok(done)
    }

    /// Has a line wait for its turn.
    fn wait(&mut self, entered: Entered, ui: &Ui, is_asked: bool) {
        match &entered {
            Entered::Dropped => return,
            Entered::Text(text) if text.trim().is_empty() => return,
            Entered::End => ui.note("(left after this answer; Ctrl-C stops it)"),
            Entered::Text(_) | Entered::Elsewhere(_) => ui.note("(asked after this answer)"),
        }
        if is_asked {
            ui.note("the question above still waits: y, s, a or n");
        }
        self.waiting.push_back(entered);
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

/// What was entered as an answer to a question; none if it is none.
fn answer(entered: &Entered, is_asked: bool) -> Option<Reply> {
    match entered {
        _ if !is_asked => None,
        Entered::Text(text) => consent::reply(text),
        Entered::Dropped => Some(Reply::No),
        Entered::End | Entered::Elsewhere(_) => None,
    }
}

/// Whether a line that waits will need the terminal for itself: then no other one is begun.
fn needs_terminal(entered: &Entered) -> bool {
    match entered {
        Entered::Text(text) => matches!(read(text), Typed::Command(Command::Edit, _)),
        Entered::Elsewhere(_) => true,
        Entered::Dropped | Entered::End => false,
    }
}
