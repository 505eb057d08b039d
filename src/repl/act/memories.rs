//! Commands about the memory.

use super::{Done, told};
use crate::memory::recall::line;
use crate::memory::search::Query;
use crate::memory::{Draft, Filter, Found};
use crate::repl::room::Room;

/// Entries that are listed.
const LISTED: usize = 10;
/// The longest that one entry is shown, in tokens.
const LONGEST: u64 = 120;

pub(super) fn memory(room: &Room) -> Done {
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

pub(super) fn remember(room: &Room, text: &str) -> Done {
    if text.is_empty() {
        return Err("say what: /remember TEXT".to_owned());
    }
    let added = room.app.memory.add(Draft::note(text)).map_err(told)?;
    room.ui.note(&format!("{}: {}", if added.merged { "known already" } else { "remembered" }, added.id));
    Ok(())
}

pub(super) fn forget(room: &Room, name: &str) -> Done {
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

pub(super) fn search(room: &Room, words: &str) -> Done {
    if words.is_empty() {
        return Err("say for what: /search WORDS".to_owned());
    }
    let query = Query { text: words.to_owned(), limit: LISTED, ..Query::default() };
    let hits = room.app.memory.search(&query).map_err(told)?;
    if hits.is_empty() {
        room.ui.note("nothing that is remembered has these words");
    }
    hits.iter().try_for_each(|hit| room.ui.line(&line(&hit.entry, LONGEST))).map_err(told)
}
