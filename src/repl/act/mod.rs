//! Doing what a command says.

mod asked;
mod memories;
mod sessions;
mod tools;

use std::path::PathBuf;

use super::command::{Command, ROWS};
use super::room::Room;
use super::turn::Asking;
use crate::agents::ASSISTANT;
use crate::app::attachment;
use crate::ui::Table;

/// What comes after a command.
pub(super) enum Next {
    /// The next line.
    Line,
    /// A question.
    Ask(Asking),
    /// A question that is changed in the user's editor first.
    Edit(Asking),
    /// The end.
    Leave,
}

type Done = Result<(), String>;

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Does it.
pub(super) async fn act(room: &mut Room, command: Command, rest: &str) -> Result<Next, String> {
    match command {
        Command::Quit => return Ok(Next::Leave),
        Command::Help => help(room),
        Command::Clear => room.ui.clear().map_err(told),
        Command::Agents => agents(room),
        Command::Agent => agent(room, rest),
        Command::Room => invite(room, rest),
        Command::Model => asked::model(room, rest).await,
        Command::Route => asked::route(room, rest).await,
        Command::System => {
            system(room, rest);
            Ok(())
        }
        Command::File => attach(room, rest).await,
        Command::Sessions => sessions::sessions(room),
        Command::Session => sessions::session(room, rest),
        Command::New => sessions::begin(room, rest),
        Command::Fork => sessions::fork(room, rest, room.turns.len()),
        Command::Undo => sessions::undo(room).map(drop),
        Command::Retry => {
            let question = sessions::undo(room)?;
            return Ok(question.map_or(Next::Line, |question| Next::Ask(Asking::one(room.host(), question))));
        }
        Command::Edit => {
            let question = room.turns.last().and_then(|turn| turn.messages.first().cloned());
            let question =
                question.ok_or("nothing was asked yet; Ctrl-X Ctrl-E edits the line that is typed")?;
            return Ok(Next::Edit(Asking::one(room.host(), question)));
        }
        Command::Compact => room.shorten().await,
        Command::Memory => memories::memory(room),
        Command::Remember => memories::remember(room, rest),
        Command::Forget => memories::forget(room, rest),
        Command::Search => memories::search(room, rest),
        Command::Usage => asked::usage(room),
        Command::Explain => asked::explain(room).await,
        Command::Tools => tools::list(room),
        Command::Tool => tools::call(room, rest).await,
        Command::Copy => sessions::copy(room),
        Command::Save => match &paths(room, rest)[..] {
            [file] => sessions::save(room, file),
            _ => Err("say where: /save FILE".to_owned()),
        },
    }?;
    Ok(Next::Line)
}

/// Goes back before the last question: it is asked in other words.
pub(super) fn instead(room: &mut Room) -> Done {
    sessions::undo(room).map(drop)
}

/// The files that were named; names with spaces stand in quotes.
fn paths(room: &Room, words: &str) -> Vec<PathBuf> {
    let words = shlex::split(words).unwrap_or_else(|| vec![words.to_owned()]);
    let home = room.env.get("HOME").map(PathBuf::from);
    let path = |word: String| match (word.strip_prefix("~/"), &home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(word),
    };
    words.into_iter().map(path).collect()
}

async fn attach(room: &mut Room, words: &str) -> Done {
    for path in paths(room, words) {
        let part = attachment::of_file(&path).await.map_err(told)?;
        room.attach(path.display().to_string(), part);
    }
    if room.attached.is_empty() {
        return Err("say which: /file PATH".to_owned());
    }
    let names: Vec<&str> = room.attached.iter().map(|(name, _)| name.as_str()).collect();
    room.ui.note(&format!("with the next question: {}", names.join(", ")));
    Ok(())
}

fn help(room: &Room) -> Done {
    let mut table = Table::new(["command", "does"]);
    for row in ROWS {
        table.row([format!("/{} {}", row.name, row.takes).trim_end().to_owned(), row.about.to_owned()]);
    }
    table.row(["@NAME TEXT".to_owned(), "ask one agent".to_owned()]);
    table.row(["@all TEXT".to_owned(), "ask everybody in the room at once".to_owned()]);
    table.row([
        "\"\"\" … \"\"\"".to_owned(),
        "several lines; Alt-Enter and Ctrl-J begin one as well".to_owned(),
    ]);
    table.row(["Ctrl-X Ctrl-E".to_owned(), "finish the line in your editor".to_owned()]);
    table.row(["Ctrl-R".to_owned(), "look for a line that was typed before".to_owned()]);
    table.row(["Ctrl-C".to_owned(), "stop the answer; what came is kept".to_owned()]);
    room.ui.table(&table, "").map_err(told)
}

fn agents(room: &Room) -> Done {
    let mut table = Table::new(["", "name", "description"]);
    let host = room.host().name;
    for agent in room.agents.definitions() {
        let mark = if agent.name == host { "*" } else { "" };
        table.row([mark.to_owned(), agent.name.clone(), agent.description.clone()]);
    }
    room.ui.table(&table, "").map_err(told)
}

fn agent(room: &mut Room, name: &str) -> Done {
    if name.is_empty() {
        let host = room.host();
        room.ui.note(&format!("{} answers: {}", host.name, host.description));
        return Ok(());
    }
    match room.find(name) {
        Some(agent) => room.session.agent = Some(agent.name).filter(|name| name != ASSISTANT),
        None => return Err(room.unknown_agent(name)),
    }
    Ok(())
}

fn invite(room: &mut Room, names: &str) -> Done {
    for name in names.split_whitespace() {
        match room.find(name.trim_start_matches('@')) {
            Some(agent) => room.guests.push(agent.name),
            None => return Err(room.unknown_agent(name)),
        }
    }
    let names: Vec<String> = room.everybody().into_iter().map(|agent| agent.name).collect();
    room.ui.note(&format!("in the room: {}", names.join(", ")));
    Ok(())
}

fn system(room: &mut Room, text: &str) {
    match text {
        "" => room
            .ui
            .note(room.session.system.as_deref().unwrap_or("there are no instructions for this session")),
        "-" => room.session.system = None,
        text => room.session.system = Some(text.to_owned()),
    }
}
