//! What a terminal shows. stdout carries data, stderr carries talk; nobody else writes to either.

pub mod ask;
pub mod markdown;
mod progress;
mod spinner;
mod style;
mod table;

use std::fmt::Debug;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use markdown::Look;
pub use progress::Lines;
pub use spinner::Spinner;
pub use style::ColorChoice;
use style::Role;
pub use table::Table;

pub use crate::safe_text::{SafeText, safe};

/// Columns where nobody knows how many there are.
const COLUMNS: usize = 80;

/// What a terminal is wiped with: the cursor goes to its corner, and everything is cleared.
const WIPE: &str = "\u{1b}[H\u{1b}[2J";

/// A terminal on which somebody is typing: whole lines go above what is typed.
pub trait Page: Debug + Send + Sync {
    /// Takes lines. False if nobody is typing: then they are written as anywhere else.
    fn takes(&self, lines: &str) -> bool;
}

/// How the program talks to whoever started it.
#[derive(Debug, Clone)]
pub struct Ui {
    /// Whether stdout is a terminal.
    pub stdout_is_terminal: bool,
    /// Whether stderr is a terminal.
    pub stderr_is_terminal: bool,
    stdout_color: bool,
    stderr_color: bool,
    ascii: bool,
    dumb: bool,
    quiet: bool,
    page: Option<Arc<dyn Page>>,
    /// 0, 1 or 2.
    pub verbosity: u8,
}

/// What decides how the program talks.
#[derive(Debug, Clone, Copy, Default)]
pub struct UiSettings {
    /// `--color`.
    pub color: ColorChoice,
    /// `NO_COLOR` is set, or the terminal is dumb.
    pub plain: bool,
    /// The terminal shows ASCII only.
    pub ascii: bool,
    /// The terminal knows no control sequences.
    pub dumb: bool,
    /// `--quiet`.
    pub quiet: bool,
    /// How often `-v` was given.
    pub verbosity: u8,
}

impl Ui {
    /// Looks at the streams once.
    pub fn new(settings: UiSettings) -> Self {
        let (stdout_is_terminal, stderr_is_terminal) =
            (io::stdout().is_terminal(), io::stderr().is_terminal());
        let color = |is_terminal: bool| match settings.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_terminal && !settings.plain,
        };
        Self {
            stdout_is_terminal,
            stderr_is_terminal,
            stdout_color: color(stdout_is_terminal),
            stderr_color: color(stderr_is_terminal),
            ascii: settings.ascii,
            dumb: settings.dumb,
            quiet: settings.quiet,
            page: None,
            verbosity: settings.verbosity,
        }
    }

    /// Writes above what is typed from now on, where somebody types.
    pub fn turn_to(&mut self, page: Arc<dyn Page>) {
        self.page = Some(page);
    }

    /// Whether somebody may be typing while something is written.
    pub fn has_page(&self) -> bool {
        self.page.is_some()
    }

    /// Writes to stdout; above what is typed, if that is where stdout goes.
    fn out(&self, text: &str) -> io::Result<()> {
        if self.stdout_is_terminal && self.page.as_ref().is_some_and(|page| page.takes(text)) {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// Whether colours go to stdout.
    pub fn colors(&self) -> bool {
        self.stdout_color
    }

    /// What stdout can show.
    pub fn look(&self) -> Look {
        Look { color: self.stdout_color, unicode: !self.ascii }
    }

    /// How many columns the terminal has, if stdout is one.
    pub fn width(&self) -> Option<u16> {
        console::Term::stdout().size_checked().map(|(_, columns)| columns).filter(|_| self.stdout_is_terminal)
    }

    /// How many columns a text on stdout may have.
    pub fn columns(&self) -> usize {
        self.width().map_or(COLUMNS, usize::from)
    }

    /// Clears the screen.
    pub fn clear(&self) -> io::Result<()> {
        if self.dumb { Ok(()) } else { self.out(WIPE) }
    }

    /// Has the terminal put a text into the clipboard (OSC 52), wherever the program runs. Whether it does cannot be known.
    pub fn copy(&self, text: &str) -> io::Result<()> {
        self.out(&format!("\u{1b}]52;c;{}\u{7}", STANDARD.encode(text)))
    }

    /// Writes data to stdout as it is. On a terminal control sequences in it are taken out: they are not ours.
    pub fn data(&self, text: &str) -> io::Result<()> {
        if self.stdout_is_terminal { self.out(&safe(text)) } else { self.out(text) }
    }

    /// Writes a line of data that stands out on a terminal.
    pub fn heading(&self, text: &str) -> io::Result<()> {
        self.out(&format!("{}\n", style::paint(Role::Strong, &safe(text), self.stdout_color)))
    }

    /// Writes lines that are rendered already, at once; each behind whose it is, where several speak.
    pub fn lines(&self, name: Option<(&str, usize)>, lines: &str) -> io::Result<()> {
        let Some((name, columns)) = name else { return self.out(lines) };
        let bar = if self.ascii { "|" } else { "│" };
        let name = style::name(&safe(name), columns, self.stdout_color);
        let all: String = lines.lines().flat_map(|line| [&name, " ", bar, " ", line, "\n"]).collect();
        self.out(&all)
    }

    /// Writes a line of data.
    pub fn line(&self, text: &str) -> io::Result<()> {
        self.data(&format!("{text}\n"))
    }

    /// Writes a line of data of which some pieces stand out on a terminal.
    pub fn marked(&self, pieces: &[(String, bool)]) -> io::Result<()> {
        let mut line = String::new();
        for (piece, stands_out) in pieces {
            let role = if *stands_out { Role::Strong } else { Role::Plain };
            line += &style::paint(role, &safe(piece), self.stdout_color);
        }
        self.out(&format!("{line}\n"))
    }

    /// A table, or what is said when it is empty (that goes to stderr).
    pub fn table(&self, table: &Table, when_empty: &str) -> io::Result<()> {
        if table.is_empty() {
            self.note(when_empty);
            return Ok(());
        }
        self.data(&table.render(self.stdout_is_terminal))
    }

    /// Shows a table beside the answer.
    pub fn aside(&self, table: &Table) {
        if !self.quiet && !table.is_empty() {
            self.say(Role::Plain, "", table.render(self.stderr_is_terminal).trim_end());
        }
    }

    /// Says something that is not an answer and not a problem.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.say(Role::Dim, "", text);
        }
    }

    /// Says something that others wait for; `--quiet` does not keep it back.
    pub fn status(&self, text: &str) {
        self.say(Role::Plain, "", text);
    }

    /// Says something that only `-v` asks for.
    pub fn detail(&self, text: &str) {
        if self.verbosity > 0 {
            self.say(Role::Dim, "", text);
        }
    }

    /// Says that something is not as it should be, while the work goes on.
    pub fn warn(&self, text: &str) {
        if !self.quiet {
            self.say(Role::Warning, "warning: ", text);
        }
    }

    /// Says what went wrong.
    pub fn error(&self, text: &str) {
        self.say(Role::Error, "error: ", text);
    }

    /// More lines under an error.
    pub fn error_detail(&self, text: &str) {
        self.say(Role::Plain, "", text);
    }

    /// Says what to do.
    pub fn hint(&self, text: &str) {
        self.say(Role::Hint, "hint: ", text);
    }

    /// A spinner on stderr; nothing is drawn where nobody would see it.
    pub fn spinner(&self, text: &str) -> Spinner {
        let is_seen = self.stderr_is_terminal && !self.dumb && self.page.is_none();
        Spinner::start(text, is_seen && !self.quiet && self.verbosity == 0)
    }

    /// A line on stderr for each of several things that are under way; nothing is drawn where nobody would see it.
    pub fn progress(&self) -> Lines {
        let is_seen = self.stderr_is_terminal && !self.dumb && self.page.is_none();
        Lines::start(is_seen && !self.quiet)
    }

    /// One write, so that lines of several threads do not mix. A closed stderr is nobody's problem.
    fn say(&self, role: Role, label: &str, text: &str) {
        let label = style::paint(role, label, self.stderr_color && !label.is_empty());
        let text =
            if label.is_empty() { style::paint(role, &safe(text), self.stderr_color) } else { safe(text) };
        let line = format!("{label}{text}\n");
        if !(self.stderr_is_terminal && self.page.as_ref().is_some_and(|page| page.takes(&line))) {
            let _closed = io::stderr().lock().write_all(line.as_bytes());
        }
    }
}
