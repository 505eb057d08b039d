//! The line that is being typed: history, completion, several lines.
//!
//! It waits for keys, so it runs on a thread of its own; it is handed there and back for every line.

use std::borrow::Cow;
use std::path::PathBuf;

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Cmd, Config, Context, Helper, KeyCode, KeyEvent, Modifiers};

use super::command::ROWS;

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
}

/// What there is to complete.
#[derive(Debug, Default, Clone)]
pub(super) struct Names {
    /// Agents and what they are for.
    pub(super) agents: Vec<(String, String)>,
    pub(super) models: Vec<(String, String)>,
    pub(super) sessions: Vec<(String, String)>,
}

/// Reads lines.
pub(super) struct Editor {
    inner: rustyline::Editor<Assistance, FileHistory>,
    /// Where lines are kept; nowhere if they are not.
    history: Option<PathBuf>,
}

impl Editor {
    /// With the lines that were typed before; a history that cannot be read is an empty one.
    pub(super) fn new(history: Option<PathBuf>, color: bool) -> Result<Self, ReadlineError> {
        let config = Config::builder()
            .max_history_size(MOST_HISTORY)?
            .history_ignore_space(true)
            .completion_type(rustyline::CompletionType::List)
            .build();
        let past = FileHistory::with_config(&config);
        let mut inner = rustyline::Editor::with_history(config, past)?;
        inner.set_helper(Some(Assistance { names: Names::default(), color }));
        inner.bind_sequence(KeyEvent::ctrl('J'), Cmd::Newline);
        inner.bind_sequence(KeyEvent(KeyCode::Enter, Modifiers::ALT), Cmd::Newline);
        if let Some(file) = &history {
            let _first_time = inner.load_history(file);
        }
        Ok(Self { inner, history })
    }

    /// Says what there is to complete.
    pub(super) fn knows(&mut self, names: Names) {
        if let Some(assistance) = self.inner.helper_mut() {
            assistance.names = names;
        }
    }

    /// Reads a line.
    pub(super) fn read(&mut self, prompt: &str) -> Result<Entered, ReadlineError> {
        match self.inner.readline(prompt) {
            Ok(text) => {
                if !text.trim().is_empty() && !holds_secret(&text) {
                    self.inner.add_history_entry(text.as_str())?;
                    // Whoever cannot keep it can still go on.
                    let _kept = self.keep();
                }
                Ok(Entered::Text(unquoted(&text).to_owned()))
            }
            Err(ReadlineError::Interrupted) => Ok(Entered::Dropped),
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

/// Whether more has to come: a mark or a fence that is open.
fn is_open(text: &str) -> bool {
    if let Some(inner) = text.trim_start().strip_prefix("\"\"\"") {
        return !inner.trim_end().ends_with("\"\"\"");
    }
    let fences = text.lines().filter(|line| line.trim_start().starts_with("```")).count();
    !fences.is_multiple_of(2)
}

/// Helps whoever types.
struct Assistance {
    names: Names,
    color: bool,
}

impl Helper for Assistance {}

impl Completer for Assistance {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        Ok(self.candidates(&line[..at]))
    }
}

impl Assistance {
    /// Where the word begins that is being typed, and what it could become.
    fn candidates(&self, typed: &str) -> (usize, Vec<Pair>) {
        let start = typed.rfind(char::is_whitespace).map_or(0, |space| space + 1);
        let word = &typed[start..];
        let of = |known: &[(String, String)], mark: &str| {
            let fits = known.iter().filter(|(name, _)| name.starts_with(word.trim_start_matches('@')));
            fits.map(|(name, about)| pair(&format!("{mark}{name}"), about)).collect::<Vec<_>>()
        };
        if start == 0 && word.starts_with('/') {
            let fits = ROWS.iter().filter(|row| row.name.starts_with(&word[1..]));
            return (0, fits.map(|row| pair(&format!("/{}", row.name), row.about)).collect());
        }
        if let Some(name) = word.strip_prefix('@') {
            let mut found = of(&self.names.agents, "@");
            if "all".starts_with(name) {
                found.push(pair("@all", "everybody in the room"));
            }
            return (start, found);
        }
        match typed.split_whitespace().next().unwrap_or_default() {
            "/agent" | "/room" => (start, of(&self.names.agents, "")),
            "/model" => (start, of(&self.names.models, "")),
            "/session" => (start, of(&self.names.sessions, "")),
            _ => (start, Vec::new()),
        }
    }
}

fn pair(name: &str, about: &str) -> Pair {
    let about = crate::ui::safe(about);
    let about: String = about.lines().next().unwrap_or_default().chars().take(60).collect();
    Pair { display: format!("{name:<14}  {about}"), replacement: format!("{name} ") }
}

impl Hinter for Assistance {
    type Hint = String;

    /// What a command takes, once it stands there.
    fn hint(&self, line: &str, at: usize, _: &Context<'_>) -> Option<String> {
        let name = line.strip_prefix('/').filter(|_| at == line.len())?;
        let row = ROWS.iter().find(|row| row.name == name.trim_end())?;
        let gap = if name.ends_with(' ') { "" } else { " " };
        (!row.takes.is_empty()).then(|| format!("{gap}{}", row.takes))
    }
}

impl Highlighter for Assistance {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        if self.color { Cow::Owned(format!("\u{1b}[1m{prompt}\u{1b}[0m")) } else { Cow::Borrowed(prompt) }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.color { Cow::Owned(format!("\u{1b}[2m{hint}\u{1b}[0m")) } else { Cow::Borrowed(hint) }
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        false
    }
}

impl Validator for Assistance {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_open(context.input()) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_several_lines_is_waited_for() {
        assert!(is_open("\"\"\"one\n") && !is_open("\"\"\"one\ntwo\"\"\""));
        assert!(is_open("look:\n```rust\nfn") && !is_open("```\na\n```") && !is_open("plain"));
        assert_eq!(unquoted("\"\"\"\none\n\ntwo\n\"\"\""), "one\n\ntwo");
    }

    #[test]
    fn secrets_are_not_kept() {
        assert!(holds_secret("use OPENAI_API_KEY=sk-0123456789abcdefghij please"));
        assert!(!holds_secret("the sk-learn package is not a key") && !holds_secret("sk-"));
    }

    #[test]
    fn names_are_completed() {
        let agents = vec![("writer".to_owned(), "Writes.".to_owned())];
        let assistance = Assistance { names: Names { agents, ..Names::default() }, color: false };
        let found = |typed: &str| {
            let (at, found) = assistance.candidates(typed);
            (at, found.into_iter().map(|pair| pair.replacement).collect::<Vec<_>>().concat())
        };
        assert_eq!(found("/ag"), (0, "/agents /agent ".to_owned()));
        assert_eq!(found("/agent w"), (7, "writer ".to_owned()));
        assert_eq!(found("ask @wr"), (4, "@writer ".to_owned()));
        assert_eq!(found("@"), (0, "@writer @all ".to_owned()));
        assert_eq!(found("why"), (0, String::new()));
    }
}
