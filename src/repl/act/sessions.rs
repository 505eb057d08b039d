//! Commands about sessions: which one it is, other ones, copies, going back.

use std::io::{ErrorKind, Write};
use std::path::Path;

use super::{Done, told};
use crate::app::transcript;
use crate::chat::{Message, Role};
use crate::memory::Found;
use crate::memory::session::{Session, Turn};
use crate::repl::room::Room;
use crate::ui::Table;

/// Sessions that are listed.
const LISTED: usize = 10;

pub(super) fn sessions(room: &Room) -> Done {
    let sessions = if room.app.memory.path().exists() {
        room.app.memory.sessions(LISTED).map_err(told)?
    } else {
        Vec::new()
    };
    let mut table = Table::new(["", "session", "turns", "title"]).right([2]);
    for session in sessions {
        let mark = if session.id == room.session.id { "*" } else { "" };
        table.row([
            mark.to_owned(),
            session.label().to_owned(),
            session.turns.to_string(),
            session.title.clone(),
        ]);
    }
    room.ui.table(&table, "there are no sessions yet").map_err(told)
}

pub(super) fn session(room: &mut Room, name: &str) -> Done {
    if name.is_empty() {
        let name = room.session.label().to_owned();
        room.ui.note(&format!("session {name}, {}", count(room)));
        return Ok(());
    }
    if !room.app.memory.path().exists() {
        return Err(format!("there is no session `{name}`; /new {name} begins one"));
    }
    match room.app.memory.session(name).map_err(told)? {
        Found::One(session) => {
            room.session = session;
            room.enter();
            room.ui.note(&format!("session {}, {}", room.session.label(), count(room)));
            Ok(())
        }
        Found::Several(_) => Err(format!("`{name}` is the beginning of several sessions")),
        Found::None => Err(format!("there is no session `{name}`; /new {name} begins one")),
    }
}

pub(super) fn begin(room: &mut Room, name: &str) -> Done {
    let name = Some(name.to_owned()).filter(|name| !name.is_empty());
    if let Some(name) = &name
        && room.app.memory.path().exists()
        && let Found::One(session) = room.app.memory.session(name).map_err(told)?
        && session.name.as_ref() == Some(name)
    {
        return Err(format!("there is a session `{name}` already; /session {name} goes to it"));
    }
    let before = std::mem::replace(&mut room.session, Session::new(name));
    (room.session.agent, room.session.models) = (before.agent, before.models);
    room.turns.clear();
    Ok(())
}

/// Goes on in a copy with the first turns.
pub(super) fn fork(room: &mut Room, name: &str, turns: usize) -> Done {
    if !room.is_kept() {
        room.turns.truncate(turns);
        return Ok(());
    }
    if turns == 0 {
        return begin(room, name);
    }
    let name = Some(name.to_owned()).filter(|name| !name.is_empty());
    let copy = room.app.memory.fork_session(&room.session, name, Some(turns)).map_err(told)?;
    room.session = copy;
    room.enter();
    room.ui.note(&format!("session {}, a copy with {}", room.session.label(), count(room)));
    Ok(())
}

/// Goes back before the last question, and gives it.
pub(super) fn undo(room: &mut Room) -> Result<Option<Message>, String> {
    let Some(last) = room.turns.last() else {
        room.ui.note("nothing was said yet");
        return Ok(None);
    };
    let question = last.messages.first().cloned();
    fork(room, "", room.turns.len() - 1)?;
    Ok(question)
}

fn count(room: &Room) -> String {
    match room.turns.len() {
        1 => "1 turn".to_owned(),
        count => format!("{count} turns"),
    }
}

/// Writes the session to a new file.
pub(super) fn save(room: &Room, file: &Path) -> Done {
    if room.turns.is_empty() {
        return Err("there is nothing to save yet".to_owned());
    }
    let text = transcript::markdown(&room.session, &room.turns);
    let new = std::fs::OpenOptions::new().write(true).create_new(true).open(file);
    let written = new.and_then(|mut new| new.write_all(text.as_bytes()).and_then(|()| new.sync_all()));
    match written {
        Ok(()) => {
            room.ui.note(&format!("saved: {}", file.display()));
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(format!("{} is there already: name another file", file.display()))
        }
        Err(error) => Err(format!("{} cannot be written: {error}", file.display())),
    }
}

/// Puts the last answer into the clipboard.
pub(super) fn copy(room: &Room) -> Done {
    let answered =
        |turn: &Turn| turn.messages.iter().rfind(|message| message.role == Role::Assistant).cloned();
    let Some(answer) = room.turns.iter().rev().find_map(answered) else {
        return Err("there is no answer yet".to_owned());
    };
    room.ui.copy(&answer.joined_text()).map_err(told)?;
    room.ui.note("the terminal was asked to put the last answer into the clipboard; not every terminal does");
    Ok(())
}
