//! What helps whoever types: what a word could become, what a command takes, whether more has to come.

use std::borrow::Cow;
use std::sync::Arc;

use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use super::above::Above;
use super::command::{Completes, ROWS, Row};

/// What there is to complete.
#[derive(Debug, Default, Clone)]
pub(super) struct Names {
    /// Agents and what they are for.
    pub(super) agents: Vec<(String, String)>,
    pub(super) models: Vec<(String, String)>,
    pub(super) routes: Vec<(String, String)>,
    pub(super) sessions: Vec<(String, String)>,
}

/// Helps whoever types.
pub(super) struct Assistance {
    pub(super) names: Names,
    color: bool,
    above: Option<Arc<Above>>,
    files: FilenameCompleter,
}

impl Helper for Assistance {}

impl Completer for Assistance {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let typed = &line[..at];
        if row(typed).is_some_and(|row| row.completes == Completes::Files) {
            return self.files.complete_path(line, at);
        }
        Ok(self.candidates(typed))
    }
}

/// The command that a line begins with, once something stands behind it.
fn row(typed: &str) -> Option<&'static Row> {
    let (name, _) = typed.strip_prefix('/')?.split_once(char::is_whitespace)?;
    ROWS.iter().find(|row| row.name == name)
}

impl Assistance {
    pub(super) fn new(color: bool, above: Option<Arc<Above>>) -> Self {
        Self { names: Names::default(), color, above, files: FilenameCompleter::new() }
    }

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
        let found = match row(typed).map_or(Completes::Nothing, |row| row.completes) {
            Completes::Agents => of(&self.names.agents, ""),
            Completes::Models => [of(&self.names.routes, ""), of(&self.names.models, "")].concat(),
            Completes::Routes => of(&self.names.routes, ""),
            Completes::Sessions => of(&self.names.sessions, ""),
            Completes::Nothing | Completes::Files => Vec::new(),
        };
        (start, found)
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
        // This is where the line is drawn: from now on there is something to write above.
        if let Some(above) = &self.above {
            above.drawn();
        }
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
        if is_open(context.input()) {
            return Ok(ValidationResult::Incomplete);
        }
        if let Some(above) = &self.above {
            above.closes();
        }
        Ok(ValidationResult::Valid(None))
    }
}

/// Whether more has to come: a mark or a fence that is open.
fn is_open(text: &str) -> bool {
    if let Some(inner) = text.trim_start().strip_prefix("\"\"\"") {
        return !inner.trim_end().ends_with("\"\"\"");
    }
    let fences = text.lines().filter(|line| line.trim_start().starts_with("```")).count();
    !fences.is_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_several_lines_is_waited_for() {
        assert!(is_open("\"\"\"one\n") && !is_open("\"\"\"one\ntwo\"\"\""));
        assert!(is_open("look:\n```rust\nfn") && !is_open("```\na\n```") && !is_open("plain"));
    }

    #[test]
    fn names_are_completed() {
        let agents = vec![("writer".to_owned(), "Writes.".to_owned())];
        let assistance =
            Assistance { names: Names { agents, ..Names::default() }, ..Assistance::new(false, None) };
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
