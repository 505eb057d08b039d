//! What can be typed behind a `/`: one table, from which help, completion and the nearest name come.

use strsim::damerau_levenshtein;

/// A command of the conversation itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Agent,
    Agents,
    Clear,
    Compact,
    Copy,
    Edit,
    Explain,
    File,
    Forget,
    Fork,
    Help,
    Memory,
    Model,
    New,
    Quit,
    Remember,
    Retry,
    Room,
    Route,
    Save,
    Search,
    Session,
    Sessions,
    System,
    Tool,
    Tools,
    Undo,
    Usage,
}

/// What can be completed behind a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Completes {
    Nothing,
    Agents,
    Models,
    Routes,
    Sessions,
    Files,
}

/// How a command is written and what it does.
pub(super) struct Row {
    pub(super) command: Command,
    pub(super) name: &'static str,
    /// What stands behind it.
    pub(super) takes: &'static str,
    pub(super) completes: Completes,
    pub(super) about: &'static str,
}

const fn row(
    command: Command,
    name: &'static str,
    takes: &'static str,
    completes: Completes,
    about: &'static str,
) -> Row {
    Row { command, name, takes, completes, about }
}

/// All of them, as help lists them.
pub(super) const ROWS: &[Row] = &[
    row(Command::Agents, "agents", "", Completes::Nothing, "who there is"),
    row(Command::Agent, "agent", "[NAME]", Completes::Agents, "who answers from now on"),
    row(Command::Room, "room", "[NAME …]", Completes::Agents, "whom @all asks"),
    row(
        Command::Model,
        "model",
        "[MODEL|ROUTE …]",
        Completes::Models,
        "whom to ask from now on; `/model auto` goes back",
    ),
    row(
        Command::Route,
        "route",
        "[NAME]",
        Completes::Routes,
        "the routes there are, or the one to ask from now on",
    ),
    row(
        Command::System,
        "system",
        "[TEXT]",
        Completes::Nothing,
        "instructions for this session; `/system -` takes them back",
    ),
    row(Command::File, "file", "PATH …", Completes::Files, "files that go along with the next question"),
    row(Command::Sessions, "sessions", "", Completes::Nothing, "the newest sessions"),
    row(
        Command::Session,
        "session",
        "[NAME]",
        Completes::Sessions,
        "which session this is, or go to another one",
    ),
    row(Command::New, "new", "[NAME]", Completes::Nothing, "begin a session"),
    row(Command::Fork, "fork", "[NAME]", Completes::Nothing, "go on in a copy of this session"),
    row(
        Command::Retry,
        "retry",
        "",
        Completes::Nothing,
        "ask the last question again, in a copy without its answer",
    ),
    row(
        Command::Edit,
        "edit",
        "",
        Completes::Nothing,
        "change the last question in your editor and ask it, in a copy",
    ),
    row(
        Command::Undo,
        "undo",
        "",
        Completes::Nothing,
        "go back before the last question, in a copy of the session",
    ),
    row(
        Command::Compact,
        "compact",
        "",
        Completes::Nothing,
        "have the older turns summarised, so that less is sent",
    ),
    row(Command::Memory, "memory", "", Completes::Nothing, "what was remembered last"),
    row(Command::Remember, "remember", "TEXT", Completes::Nothing, "remember something for all agents"),
    row(Command::Forget, "forget", "ID|KEY", Completes::Nothing, "forget something"),
    row(Command::Search, "search", "WORDS", Completes::Nothing, "look something up in the memory"),
    row(
        Command::Tools,
        "tools",
        "",
        Completes::Nothing,
        "the tools there are, and what may be done with them",
    ),
    row(Command::Tool, "tool", "NAME [NAME=VALUE …]", Completes::Nothing, "call a tool yourself"),
    row(Command::Usage, "usage", "", Completes::Nothing, "the tokens and the cost of this session"),
    row(
        Command::Explain,
        "explain",
        "",
        Completes::Nothing,
        "how the last answer came about, and who would be asked next",
    ),
    row(Command::Copy, "copy", "", Completes::Nothing, "the last answer into the clipboard"),
    row(Command::Save, "save", "FILE", Completes::Files, "the session as Markdown into a new file"),
    row(Command::Clear, "clear", "", Completes::Nothing, "clear the screen"),
    row(Command::Help, "help", "", Completes::Nothing, "this list"),
    row(Command::Quit, "quit", "", Completes::Nothing, "leave; so does Ctrl-D"),
];

/// What was typed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed<'a> {
    /// A command and what stands behind it.
    Command(Command, &'a str),
    /// No command: what was typed, and the one that is meant, perhaps.
    Unknown(&'a str, Option<&'static str>),
    /// Something for one agent, by name.
    ToAgent(&'a str, &'a str),
    /// Something for everybody.
    ToAll(&'a str),
    /// Something for whoever answers.
    Text(&'a str),
}

/// Reads what was typed. Two slashes begin a text with one.
pub(super) fn read(text: &str) -> Typed<'_> {
    let text = text.trim();
    if let Some(text) = text.strip_prefix('/').filter(|rest| rest.starts_with('/')) {
        return Typed::Text(text);
    }
    let (word, rest) = (first_word(text), behind_first_word(text));
    if let Some(name) = word.strip_prefix('/') {
        return match ROWS.iter().find(|row| row.name == name) {
            Some(row) => Typed::Command(row.command, rest),
            None => Typed::Unknown(name, nearest(name)),
        };
    }
    match word.strip_prefix('@').filter(|name| !name.is_empty()) {
        Some("all") => Typed::ToAll(rest),
        Some(name) => Typed::ToAgent(name, rest),
        None => Typed::Text(text),
    }
}

fn first_word(text: &str) -> &str {
    text.split(char::is_whitespace).next().unwrap_or_default()
}

fn behind_first_word(text: &str) -> &str {
    text[first_word(text).len()..].trim_start()
}

/// The command that somebody meant, perhaps.
fn nearest(name: &str) -> Option<&'static str> {
    let distance = |row: &&Row| damerau_levenshtein(row.name, name);
    let begins = ROWS.iter().find(|row| name.len() >= 2 && row.name.starts_with(name));
    let close = ROWS.iter().min_by_key(distance).filter(|row| distance(row) <= 2 && name.len() > 2);
    begins.or(close).map(|row| row.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_told_apart() {
        for (text, expected) in [
            ("why is the sky blue", Typed::Text("why is the sky blue")),
            ("/agent writer ", Typed::Command(Command::Agent, "writer")),
            ("/help", Typed::Command(Command::Help, "")),
            ("//etc/passwd is a file", Typed::Text("/etc/passwd is a file")),
            ("/agnet writer", Typed::Unknown("agnet", Some("agent"))),
            ("/sess", Typed::Unknown("sess", Some("sessions"))),
            ("/nonsense", Typed::Unknown("nonsense", None)),
            ("@writer shorten it", Typed::ToAgent("writer", "shorten it")),
            ("@all what now?\nand then", Typed::ToAll("what now?\nand then")),
            ("@ home", Typed::Text("@ home")),
        ] {
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_command_has_one_row() {
        for (place, row) in ROWS.iter().enumerate() {
            assert!(ROWS[..place].iter().all(|other| other.name != row.name && other.command != row.command));
        }
    }
}
