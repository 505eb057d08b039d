//! Colours, by role.

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;

/// When colours are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Ordinary text.
    Plain,
    /// Less important than what is around it.
    Dim,
    /// A heading or a name.
    Strong,
    /// Something to look at.
    Warning,
    /// Something failed.
    Error,
    /// Something to do.
    Hint,
}

pub(super) fn paint(role: Role, text: &str, color: bool) -> String {
    let style = match role {
        Role::Plain => Style::new(),
        Role::Dim => Style::new().dimmed(),
        Role::Strong => Style::new().bold(),
        Role::Warning => AnsiColor::Yellow.on_default().bold(),
        Role::Error => AnsiColor::Red.on_default().bold(),
        Role::Hint => AnsiColor::Cyan.on_default(),
    };
    if !color || role == Role::Plain || text.is_empty() {
        return text.to_owned();
    }
    format!("{style}{text}{style:#}")
}

/// Colours of those who speak at once.
const NAMES: [AnsiColor; 6] = [
    AnsiColor::Cyan,
    AnsiColor::Green,
    AnsiColor::Yellow,
    AnsiColor::Magenta,
    AnsiColor::Blue,
    AnsiColor::Red,
];

/// A name in so many columns and in a colour of its own, always the same one.
pub(super) fn name(name: &str, columns: usize, color: bool) -> String {
    let padded = console::pad_str(name, columns, console::Alignment::Left, Some("…")).into_owned();
    if !color {
        return padded;
    }
    let place = name.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let style = NAMES[place % NAMES.len()].on_default();
    format!("{style}{padded}{style:#}")
}
