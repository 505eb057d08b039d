//! Writing entries: what is there already is not written twice.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::history::{self, Version, Why};
use super::likeness::{NEARLY, Runs};
use super::refusal::united;
use super::table::{self, Kept, Traces};
use super::{Draft, Entry, Kind, Memory, MemoryError, PATIENCE, Refusal, new_id};

/// So many entries that may say nearly the same are looked at.
const CANDIDATES: i64 = 8;

/// What became of something that was to be remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The entry's id.
    pub id: String,
    /// Whether the entry was there already: what it said is its history now.
    pub merged: bool,
}

impl Memory {
    /// Remembers something, once it is on disk. What says the same or nearly the same in the same scope becomes one entry
    /// with it: the tags are united, the newer text is kept, the older one is its history.
    ///
    /// A draft with a key is set, as [`Memory::set`] does.
    pub fn add(&self, draft: Draft) -> Result<Added, MemoryError> {
        let draft = draft.checked()?;
        if draft.key.is_some() {
            return self.set(draft);
        }
        let (runs, traces) = (Runs::of(&draft.content), Traces::of(&draft));
        Ok(self.database.commit(PATIENCE, move |db| append(db, draft, &runs, &traces, Timestamp::now()))?)
    }

    /// Gives a key in a scope another value, once it is on disk. What it was is its history.
    pub fn set(&self, draft: Draft) -> Result<Added, MemoryError> {
        let draft = draft.checked()?;
        let Some(key) = draft.key.clone() else { return Err(Refusal::BadKey.into()) };
        let traces = Traces::of(&draft);
        Ok(self.database.commit(PATIENCE, move |db| put(db, &key, draft, &traces, Timestamp::now()))?)
    }
}

/// Writes a draft within what is being written anyway: under its key, where it has one.
pub(super) fn put_or_add(db: &Connection, draft: Draft, traces: &Traces) -> rusqlite::Result<Added> {
    match draft.key.clone() {
        Some(key) => put(db, &key, draft, traces, Timestamp::now()),
        None => append(db, draft.clone(), &Runs::of(&draft.content), traces, Timestamp::now()),
    }
}

fn append(
    db: &Connection,
    draft: Draft,
    runs: &Runs,
    traces: &Traces,
    now: Timestamp,
) -> rusqlite::Result<Added> {
    let known = match equal(db, &draft, traces, now)? {
        Some(known) => Some(known),
        None => nearly_equal(db, &draft, runs, now)?,
    };
    let Some((row, old)) = known else { return new(db, draft, traces, now) };
    let merged = Draft {
        key: old.draft.key.clone(),
        kind: old.draft.kind,
        tags: united(&old.draft.tags, draft.tags),
        happened: draft.happened.or(old.draft.happened),
        // What is kept for ever in one of them is kept for ever.
        expires: draft.expires.zip(old.draft.expires).map(|(one, other)| one.max(other)),
        ..draft
    };
    replace(db, row, old, merged, now, Why::Merged)
}

fn put(db: &Connection, key: &str, draft: Draft, traces: &Traces, now: Timestamp) -> rusqlite::Result<Added> {
    match table::by_key(db, &draft.scope, key)? {
        Some((row, old)) if old.is_expired(now) => {
            table::remove(db, row)?;
            new(db, draft, traces, now)
        }
        Some((row, old)) => {
            let tags = if draft.tags.is_empty() { old.draft.tags.clone() } else { draft.tags };
            replace(db, row, old, Draft { tags, ..draft }, now, Why::Set)
        }
        None => new(db, draft, traces, now),
    }
}

fn new(db: &Connection, draft: Draft, traces: &Traces, now: Timestamp) -> rusqlite::Result<Added> {
    let id = free_id(db)?;
    table::insert(db, &Entry::new(id.clone(), draft, now), traces)?;
    Ok(Added { id, merged: false })
}

fn replace(
    db: &Connection,
    row: i64,
    old: Entry,
    draft: Draft,
    now: Timestamp,
    why: Why,
) -> rusqlite::Result<Added> {
    // Clocks go back now and then; the newer text stays the newer one.
    let updated = now.max(old.updated);
    if old.draft.content != draft.content || old.draft.tags != draft.tags {
        history::keep(db, row, &Version::of(&old, updated, why))?;
    }
    let traces = Traces::of(&draft);
    let entry = Entry { draft, updated, ..old };
    table::update(db, &entry, &traces)?;
    Ok(Added { id: entry.id, merged: true })
}

/// An id that nobody has.
pub(super) fn free_id(db: &Connection) -> rusqlite::Result<String> {
    let mut taken = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM entries WHERE id = ?1)")?;
    loop {
        let id = new_id();
        if !taken.query_row([&id], |row| row.get(0))? {
            return Ok(id);
        }
    }
}

/// The entry of the same scope that says the same. Pieces of documents belong to their documents.
fn equal(db: &Connection, draft: &Draft, traces: &Traces, now: Timestamp) -> rusqlite::Result<Option<Kept>> {
    let (same, [one, two]) = traces.same();
    let sql = format!(
        "SELECT {}, row FROM entries WHERE {same} AND scope = ?3 AND kind <> ?4 \
         AND (expires_ms IS NULL OR expires_ms > ?5) ORDER BY key IS NOT NULL, row LIMIT 1",
        table::COLUMNS
    );
    let values = params![one, two, draft.scope.to_string(), Kind::Document.as_str(), now.as_millisecond()];
    if draft.kind == Kind::Document {
        return Ok(None);
    }
    db.prepare_cached(&sql)?.query_row(values, table::kept).optional()
}

/// The entry of the same scope and kind that says nearly the same. The value of a key changes by `set` only.
fn nearly_equal(
    db: &Connection,
    draft: &Draft,
    runs: &Runs,
    now: Timestamp,
) -> rusqlite::Result<Option<Kept>> {
    let Some([one, two]) = runs.sketch().filter(|_| draft.kind != Kind::Document) else { return Ok(None) };
    let sql = format!(
        "SELECT {}, row FROM entries WHERE (sketch_a = ?1 OR sketch_b = ?2) AND scope = ?3 AND kind = ?4 \
         AND key IS NULL AND (expires_ms IS NULL OR expires_ms > ?5) ORDER BY row DESC LIMIT ?6",
        table::COLUMNS
    );
    let values =
        params![one, two, draft.scope.to_string(), draft.kind.as_str(), now.as_millisecond(), CANDIDATES];
    let mut statement = db.prepare_cached(&sql)?;
    let candidates: rusqlite::Result<Vec<Kept>> = statement.query_map(values, table::kept)?.collect();
    let like = |(_, entry): &Kept| Runs::of(&entry.draft.content).likeness(runs);
    let mut best: Option<(f64, Kept)> = None;
    for candidate in candidates? {
        let likeness = like(&candidate);
        if likeness >= NEARLY && best.as_ref().is_none_or(|(most, _)| likeness > *most) {
            best = Some((likeness, candidate));
        }
    }
    Ok(best.map(|(_, kept)| kept))
}
