//! The SQL of the entries' table. Every row is written and removed here, so that whatever is kept beside it follows.

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::likeness::Runs;
use super::{Draft, Entry, Kind, Scope, search};

/// The columns of an entry, as [`entry`] reads them.
pub(super) const COLUMNS: &str = "id, scope, key, kind, content, tags, origin, agent, session, run, source, place, \
     happened_ms, expires_ms, created_ms, updated_ms, used_ms, uses";

/// An entry and its row.
pub(super) type Kept = (i64, Entry);

/// What an entry is found by. Working it out takes longer than writing it: it is done before others are kept waiting.
#[derive(Debug)]
pub(super) struct Traces {
    digest: i64,
    sketch: Option<[i64; 2]>,
    words: String,
}

impl Traces {
    pub(super) fn of(draft: &Draft) -> Self {
        // Pieces of documents are replaced with their document, and with nothing else.
        let is_piece = draft.kind == Kind::Document;
        Self {
            digest: digest(&draft.content),
            sketch: if is_piece { None } else { Runs::of(&draft.content).sketch() },
            words: search::words(draft),
        }
    }

    /// The condition on entries that say the same, by one index or the other, with what `?1` and `?2` in it stand for.
    pub(super) fn same(&self) -> (&'static str, [i64; 2]) {
        match self.sketch {
            Some([one, _]) => ("digest = ?1 AND sketch_a = ?2", [self.digest, one]),
            None => ("digest = ?1 AND sketch_a IS NULL AND ?2 = 0", [self.digest, 0]),
        }
    }
}

/// Writes a new entry and gives its row. The caller has seen to duplicates and keys.
pub(super) fn insert(db: &Connection, entry: &Entry, traces: &Traces) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO entries (id, scope, key, kind, content, tags, origin, agent, session, run, source, place, \
         digest, sketch_a, sketch_b, happened_ms, expires_ms, created_ms, updated_ms, used_ms, uses) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)";
    write(db, sql, entry, traces)?;
    let row = db.last_insert_rowid();
    search::index(db, row, &entry.draft.scope, &traces.words)?;
    Ok(row)
}

/// Writes an entry over the one of its id. The caller has kept what it said before.
pub(super) fn update(db: &Connection, entry: &Entry, traces: &Traces) -> rusqlite::Result<()> {
    let sql = "UPDATE entries SET scope = ?2, key = ?3, kind = ?4, content = ?5, tags = ?6, origin = ?7, agent = ?8, \
         session = ?9, run = ?10, source = ?11, place = ?12, digest = ?13, sketch_a = ?14, sketch_b = ?15, \
         happened_ms = ?16, expires_ms = ?17, created_ms = ?18, updated_ms = ?19, used_ms = ?20, uses = ?21 \
         WHERE id = ?1";
    write(db, sql, entry, traces)?;
    let row = db
        .prepare_cached("SELECT row FROM entries WHERE id = ?1")?
        .query_row([&entry.id], |row| row.get(0))?;
    search::index(db, row, &entry.draft.scope, &traces.words)
}

fn write(db: &Connection, sql: &str, entry: &Entry, traces: &Traces) -> rusqlite::Result<()> {
    let draft = &entry.draft;
    let time = Timestamp::as_millisecond;
    db.prepare_cached(sql)?.execute(params![
        entry.id,
        draft.scope.to_string(),
        draft.key,
        draft.kind.as_str(),
        draft.content,
        serde_json::to_string(&draft.tags).unwrap_or_default(),
        draft.origin.as_str(),
        draft.agent,
        draft.session,
        draft.run,
        draft.source,
        draft.place,
        traces.digest,
        traces.sketch.map(|[one, _]| one),
        traces.sketch.map(|[_, two]| two),
        draft.happened.map(time),
        draft.expires.map(time),
        time(entry.created),
        time(entry.updated),
        entry.used.map(time),
        entry.uses.cast_signed(),
    ])?;
    Ok(())
}

/// Removes an entry with its history.
pub(super) fn remove(db: &Connection, row: i64) -> rusqlite::Result<()> {
    search::forget(db, row)?;
    db.prepare_cached("DELETE FROM entries WHERE row = ?1")?.execute([row]).map(drop)
}

/// The entry of a row.
pub(super) fn by_row(db: &Connection, row: i64) -> rusqlite::Result<Option<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM entries WHERE row = ?1");
    db.prepare_cached(&sql)?.query_row([row], entry).optional()
}

/// The entry with an id.
pub(super) fn by_id(db: &Connection, id: &str) -> rusqlite::Result<Option<Kept>> {
    let sql = format!("SELECT {COLUMNS}, row FROM entries WHERE id = ?1");
    db.prepare_cached(&sql)?.query_row([id], kept).optional()
}

/// The entry with a key.
pub(super) fn by_key(db: &Connection, scope: &Scope, key: &str) -> rusqlite::Result<Option<Kept>> {
    let sql = format!("SELECT {COLUMNS}, row FROM entries WHERE scope = ?1 AND key = ?2");
    db.prepare_cached(&sql)?.query_row([&scope.to_string(), key], kept).optional()
}

/// An entry with its row, from [`COLUMNS`] and `row` after them.
pub(super) fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    Ok((row.get(18)?, entry(row)?))
}

/// An entry from a row of [`COLUMNS`].
pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let time = |column: usize| row.get::<_, Option<i64>>(column).map(|ms| ms.map(timestamp));
    Ok(Entry {
        id: row.get(0)?,
        draft: Draft {
            scope: row.get::<_, String>(1)?.parse().map_err(|error| strange(1, error))?,
            key: row.get(2)?,
            kind: from_word(3, &row.get::<_, String>(3)?)?,
            content: row.get(4)?,
            tags: tags_of(row, 5)?,
            origin: from_word(6, &row.get::<_, String>(6)?)?,
            agent: row.get(7)?,
            session: row.get(8)?,
            run: row.get(9)?,
            source: row.get(10)?,
            place: row.get(11)?,
            happened: time(12)?,
            expires: time(13)?,
        },
        created: timestamp(row.get(14)?),
        updated: timestamp(row.get(15)?),
        used: time(16)?,
        uses: row.get::<_, i64>(17)?.cast_unsigned(),
    })
}

/// What equal contents have in common: case and white space do not count.
pub(super) fn digest(content: &str) -> i64 {
    let mut hash = Sha256::new();
    for word in content.split_whitespace() {
        hash.update(word.to_lowercase());
        hash.update(b" ");
    }
    let bytes: [u8; 32] = hash.finalize().into();
    bytes.iter().take(8).fold(0, |number, byte| number << 8 | i64::from(*byte))
}

/// Tags, as they are kept.
pub(super) fn tags_of(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<String>> {
    serde_json::from_str(&row.get::<_, String>(column)?).map_err(|error| strange(column, error))
}

pub(super) fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The words in the table are those of JSON.
pub(super) fn from_word<T: DeserializeOwned>(column: usize, word: &str) -> rusqlite::Result<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).map_err(|error| strange(column, error))
}

fn strange(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}
