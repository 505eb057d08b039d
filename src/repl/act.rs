//! Doing what a command says.

use super::command::{Command, ROWS};
use super::room::Room;
use crate::agents::ASSISTANT;
use crate::memory::recall::line;
use crate::memory::search::Query;
use crate::memory::session::Session;
use crate::memory::{Draft, Filter, Found, StoreError};
use crate::ui::Table;

/// Entries and sessions that are listed.
const LISTED: usize = 10;
/// The longest that one entry is shown, in tokens.
const LONGEST: u64 = 120;

/// Does it. False if that was to leave.
pub(super) async fn act(room: &mut Room, command: Command, rest: &str) -> bool {
    let done = match command {
        Command::Quit => return false,
        Command::Help => help(room),
        Command::Clear => room.ui.clear(),
        Command::Agents => agents(room),
        Command::Agent => agent(room, rest),
        Command::Room => invite(room, rest),
        Command::Model => model(room, rest).await,
        Command::System => {
            system(room, rest);
            Ok(())
        }
        Command::Sessions => sessions(room),
        Command::Session => session(room, rest),
        Command::New => begin(room, rest),
        Command::Fork => fork(room, rest, room.turns.len()),
        Command::Undo => undo(room).map(drop),
        Command::Retry => match undo(room) {
            Ok(Some(question)) => {
                room.ask(None, &question).await;
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        },
        Command::Memory => memory(room),
        Command::Remember => remember(room, rest),
        Command::Forget => forget(room, rest),
        Command::Search => search(room, rest),
    };
    if let Err(problem) = done {
        room.ui.error(&problem);
    }
    true
}

type Done = Result<(), String>;

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
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

async fn model(room: &mut Room, names: &str) -> Done {
    if names.is_empty() {
        let chosen = room.session.models.join(", ");
        room.ui.note(if chosen.is_empty() { "the default route is asked" } else { &chosen });
        return Ok(());
    }
    let before = room.session.models.clone();
    room.session.models = match names {
        "auto" | "-" => Vec::new(),
        names => names.split_whitespace().map(str::to_owned).collect(),
    };
    if let Err(error) = room.check().await {
        room.session.models = before;
        return Err(error.to_string());
    }
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

fn sessions(room: &Room) -> Done {
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

fn session(room: &mut Room, name: &str) -> Done {
    if name.is_empty() {
        let name = room.session.label().to_owned();
        room.ui.note(&format!("session {name}, {} turns", room.turns.len()));
        return Ok(());
    }
    if !room.app.memory.path().exists() {
        return Err(format!("there is no session `{name}`; /new {name} begins one"));
    }
    match room.app.memory.session(name).map_err(told)? {
        Found::One(session) => {
            room.session = session;
            room.enter();
            room.ui.note(&format!("session {}, {} turns", room.session.label(), room.turns.len()));
            Ok(())
        }
        Found::Several(_) => Err(format!("`{name}` is the beginning of several sessions")),
        Found::None => Err(format!("there is no session `{name}`; /new {name} begins one")),
    }
}

fn begin(room: &mut Room, name: &str) -> Done {
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
fn fork(room: &mut Room, name: &str, turns: usize) -> Done {
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
    room.ui.note(&format!("session {}, a copy with {} turns", room.session.label(), room.turns.len()));
    Ok(())
}

/// Goes back before the last question, and gives it.
fn undo(room: &mut Room) -> Result<Option<String>, String> {
    let Some(last) = room.turns.last() else {
        room.ui.note("nothing was said yet");
        return Ok(None);
    };
    let question = last.messages.first().map(crate::chat::Message::joined_text);
    fork(room, "", room.turns.len() - 1)?;
    Ok(question)
}

fn memory(room: &Room) -> Done {
    let entries = if room.app.memory.path().exists() {
        room.app.memory.list(&Filter::default(), LISTED).map_err(told)?
    } else {
        Vec::new()
    };
    if entries.is_empty() {
        room.ui.note("nothing is remembered yet: /remember TEXT remembers something");
    }
    entries.iter().try_for_each(|entry| room.ui.line(&line(entry, LONGEST))).map_err(told)
}

fn remember(room: &Room, text: &str) -> Done {
    let added = room.app.memory.add(Draft::note(text)).map_err(told)?;
    room.ui.note(&format!("{}: {}", if added.merged { "known already" } else { "remembered" }, added.id));
    Ok(())
}

fn forget(room: &Room, name: &str) -> Done {
    if name.is_empty() {
        return Err("say what: /forget ID".to_owned());
    }
    match room.app.memory.get(name, None).map_err(told)? {
        Found::One(entry) => {
            room.app.memory.forget(vec![entry.id.clone()]).map_err(told)?;
            room.ui.note(&format!("forgotten: {}", line(&entry, LONGEST)));
            Ok(())
        }
        Found::Several(_) => Err(format!("`{name}` is the name of several entries: name one by its id")),
        Found::None => Err(format!("there is no entry `{name}`")),
    }
}

fn search(room: &Room, words: &str) -> Done {
    let query = Query { text: words.to_owned(), limit: LISTED, ..Query::default() };
    let hits = room.app.memory.search(&query).map_err(|error: StoreError| told(error))?;
    if hits.is_empty() {
        room.ui.note("nothing that is remembered has these words");
    }
    hits.iter().try_for_each(|hit| room.ui.line(&line(&hit.entry, LONGEST))).map_err(told)
}
