//! The SQL of the entries' table.

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::{Draft, Entry};

/// The columns of an entry, as [`entry`] reads them.
pub(super) const COLUMNS: &str = "id, scope, key, kind, content, tags, origin, agent, session, run, source, place, \
     happened_ms, expires_ms, created_ms, updated_ms, used_ms, uses";

/// Writes a new entry and gives its row. The caller has seen to duplicates and keys.
pub(super) fn insert(db: &Connection, id: &str, draft: &Draft, now: Timestamp) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO entries (id, scope, key, kind, content, tags, origin, agent, session, run, source, place, \
         digest, happened_ms, expires_ms, created_ms, updated_ms) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?16)";
    db.prepare_cached(sql)?.execute(params![
        id,
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
        digest(&draft.content),
        draft.happened.map(Timestamp::as_millisecond),
        draft.expires.map(Timestamp::as_millisecond),
        now.as_millisecond(),
    ])?;
    Ok(db.last_insert_rowid())
}

/// The entry with an id.
pub(super) fn by_id(db: &Connection, id: &str) -> rusqlite::Result<Option<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM entries WHERE id = ?1");
    db.prepare_cached(&sql)?.query_row([id], entry).optional()
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
            tags: serde_json::from_str(&row.get::<_, String>(5)?).map_err(|error| strange(5, error))?,
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

fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The words in the table are those of JSON.
fn from_word<T: DeserializeOwned>(column: usize, word: &str) -> rusqlite::Result<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).map_err(|error| strange(column, error))
}

fn strange(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}
