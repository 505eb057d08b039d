//! The line that is being typed: what keys do, several lines, what is kept of it.
//!
//! It waits for keys, so it runs on a thread of its own; it is handed there and back for every line.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{
    Cmd, ConditionalEventHandler, Config, Event, EventContext, EventHandler, KeyCode, KeyEvent, Modifiers,
    RepeatCount,
};
use tokio::sync::Notify;

use super::above::Above;
use super::completion::{Assistance, Names};

/// Lines that are kept.
const MOST_HISTORY: usize = 5_000;
/// What keys of providers begin with.
const SECRETS: [&str; 10] =
    ["sk-", "gsk_", "hf_", "AIza", "csk-", "xai-", "r8_", "ghp_", "github_pat_", "tvly-"];
/// No key is shorter.
const SHORTEST_SECRET: usize = 20;

/// What came of reading a line.
#[derive(Debug)]
pub(super) enum Entered {
    /// A line, or several.
    Text(String),
    /// Ctrl-C: what was typed is dropped.
    Dropped,
    /// Ctrl-D.
    End,
    /// Ctrl-X Ctrl-E: what was typed is to be finished in the user's editor.
    Elsewhere(String),
}

/// Reads lines.
pub(super) struct Editor {
    inner: rustyline::Editor<Assistance, FileHistory>,
    /// Where lines are kept; nowhere if they are not.
    history: Option<PathBuf>,
    /// What is to be finished elsewhere.
    elsewhere: Arc<Mutex<Option<String>>>,
    above: Option<Arc<Above>>,
}

impl Editor {
    /// With the lines that were typed before; a history that cannot be read is an empty one. Ctrl-C tells `stop` while an
    /// answer is under way.
    pub(super) fn new(
        history: Option<PathBuf>,
        color: bool,
        stop: &Arc<Notify>,
    ) -> Result<Self, ReadlineError> {
        let config = Config::builder()
            .max_history_size(MOST_HISTORY)?
            .history_ignore_space(true)
            .completion_type(rustyline::CompletionType::List)
            .build();
        let past = FileHistory::with_config(&config);
        let mut inner = rustyline::Editor::with_history(config, past)?;
        // A terminal without control sequences has no line above another one.
        let above = inner.create_external_printer().ok().map(Above::new);
        inner.set_helper(Some(Assistance::new(color, above.clone())));
        inner.bind_sequence(KeyEvent::ctrl('J'), Cmd::Newline);
        inner.bind_sequence(KeyEvent(KeyCode::Enter, Modifiers::ALT), Cmd::Newline);
        let elsewhere = Arc::new(Mutex::new(None));
        let handler = |key: Key| EventHandler::Conditional(Box::new(key));
        let keys = [KeyEvent::ctrl('X'), KeyEvent::ctrl('E')];
        let (to, with) = (Arc::clone(&elsewhere), above.clone());
        inner.bind_sequence(Event::KeySeq(keys.into()), handler(Key::Elsewhere { to, above: with }));
        if let Some(above) = &above {
            let (above, stop) = (Arc::clone(above), Arc::clone(stop));
            inner.bind_sequence(KeyEvent::ctrl('C'), handler(Key::Stop { above: Arc::clone(&above), stop }));
            inner.bind_sequence(KeyEvent::ctrl('D'), handler(Key::End { above }));
        }
        if let Some(file) = &history {
            let _first_time = inner.load_history(file);
        }
        Ok(Self { inner, history, elsewhere, above })
    }

    /// Where lines go while one is typed; none on a terminal that cannot do that.
    pub(super) fn above(&self) -> Option<&Arc<Above>> {
        self.above.as_ref()
    }

    /// Says what there is to complete.
    pub(super) fn knows(&mut self, names: Names) {
        if let Some(assistance) = self.inner.helper_mut() {
            assistance.names = names;
        }
    }

    /// Reads a line, of which something may be there already.
    pub(super) fn read(&mut self, prompt: &str, begun: &str) -> Result<Entered, ReadlineError> {
        if let Some(above) = &self.above {
            above.opens();
        }
        let typed = self.inner.readline_with_initial(prompt, (begun, ""));
        if let Some(above) = &self.above {
            above.closes();
        }
        match typed {
            Ok(text) => {
                if !text.trim().is_empty() && !holds_secret(&text) {
                    self.inner.add_history_entry(text.as_str())?;
                    // Whoever cannot keep it can still go on.
                    let _kept = self.keep();
                }
                Ok(Entered::Text(unquoted(&text).to_owned()))
            }
            Err(ReadlineError::Interrupted) => {
                let elsewhere = self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner).take();
                Ok(elsewhere.map_or(Entered::Dropped, Entered::Elsewhere))
            }
            Err(ReadlineError::Eof) => Ok(Entered::End),
            Err(error) => Err(error),
        }
    }

    /// Writes what was typed to its file, which only its owner reads.
    fn keep(&mut self) -> Result<(), ReadlineError> {
        let Some(file) = &self.history else { return Ok(()) };
        if let Some(directory) = file.parent().filter(|directory| !directory.exists()) {
            let mut builder = std::fs::DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(directory)?;
        }
        self.inner.append_history(file)
    }
}

/// Whether there is something in a line that must not be kept.
fn holds_secret(line: &str) -> bool {
    let words = line.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ':' | ','));
    let is_one =
        |word: &str| word.len() >= SHORTEST_SECRET && SECRETS.iter().any(|begin| word.starts_with(begin));
    words.into_iter().any(is_one)
}

/// A text of several lines without the marks that it was typed between.
fn unquoted(text: &str) -> &str {
    let inner = text.trim().strip_prefix("\"\"\"").and_then(|text| text.strip_suffix("\"\"\""));
    inner.unwrap_or(text).trim_matches('\n')
}

/// Keys that mean something else here than at other prompts.
enum Key {
    /// Stops an answer that is under way, and leaves alone what is typed.
    Stop { above: Arc<Above>, stop: Arc<Notify> },
    /// Ends the conversation where nothing is typed.
    End { above: Arc<Above> },
    /// Goes on in the user's editor.
    Elsewhere { to: Arc<Mutex<Option<String>>>, above: Option<Arc<Above>> },
}

impl ConditionalEventHandler for Key {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        match self {
            Self::Stop { above, stop } if above.is_busy() => {
                stop.notify_waiters();
                Some(Cmd::Noop)
            }
            Self::Stop { above, .. } => {
                above.closes();
                None
            }
            Self::End { above } => {
                if context.line().is_empty() {
                    above.closes();
                }
                None
            }
            Self::Elsewhere { above: Some(above), .. } if above.is_busy() => Some(Cmd::Noop),
            Self::Elsewhere { to, above } => {
                *to.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.line().to_owned());
                if let Some(above) = above {
                    above.closes();
                }
                Some(Cmd::Interrupt)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_around_several_lines_are_taken_off() {
        assert_eq!(unquoted("\"\"\"\none\n\ntwo\n\"\"\""), "one\n\ntwo");
    }

    #[test]
    fn secrets_are_not_kept() {
        assert!(holds_secret("use OPENAI_API_KEY=sk-0123456789abcdefghij please"));
        assert!(!holds_secret("the sk-learn package is not a key") && !holds_secret("sk-"));
    }
}
