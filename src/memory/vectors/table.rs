//! The SQL of vectors and of the models that made them.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Standing, Unembedded};

const EMBEDDER: &str = "SELECT name, length, weight, tried_with, \
     (SELECT count(*) FROM vectors WHERE embedder = number) FROM embedders";

/// Every model that has made vectors.
pub(super) fn embedders(db: &Connection) -> rusqlite::Result<Vec<Standing>> {
    db.prepare_cached(&format!("{EMBEDDER} ORDER BY number"))?.query_map([], embedder)?.collect()
}

pub(super) fn by_name(db: &Connection, name: &str) -> rusqlite::Result<Option<Standing>> {
    db.prepare_cached(&format!("{EMBEDDER} WHERE name = ?1"))?.query_row([name], embedder).optional()
}

fn embedder(row: &Row<'_>) -> rusqlite::Result<Standing> {
    let number = |column: usize| row.get::<_, i64>(column).map(|number| u64::try_from(number).unwrap_or(0));
    Ok(Standing {
        name: row.get(0)?,
        length: usize::try_from(number(1)?).unwrap_or(0),
        weight: row.get(2)?,
        tried_with: number(3)?,
        vectors: number(4)?,
    })
}

/// The number of a model whose vectors are so long; a new one if it has none yet, none if they are of another length.
pub(super) fn number(db: &Connection, name: &str, length: usize) -> rusqlite::Result<Option<i64>> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let sql = "INSERT INTO embedders (name, length) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    db.prepare_cached(sql)?.execute(params![name, length])?;
    let sql = "SELECT number FROM embedders WHERE name = ?1 AND length = ?2";
    db.prepare_cached(sql)?.query_row(params![name, length], |row| row.get(0)).optional()
}

/// Keeps a vector, if the entry still says what the vector is of.
pub(super) fn keep(db: &Connection, number: i64, of: &Unembedded, packed: &[u8]) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO vectors (entry, embedder, vector) \
         SELECT row, ?2, ?3 FROM entries WHERE row = ?1 AND digest = ?4";
    db.prepare_cached(sql)?.execute(params![of.row, number, packed, of.digest]).map(drop)
}

/// How many entries have no vector of a model.
pub(super) fn waiting(db: &Connection, name: &str) -> rusqlite::Result<u64> {
    let sql = "SELECT (SELECT count(*) FROM entries) - (SELECT count(*) FROM vectors \
         WHERE embedder = (SELECT number FROM embedders WHERE name = ?1))";
    let count: i64 = db.prepare_cached(sql)?.query_row([name], |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Entries that have no vector of a model, the newest first.
pub(super) fn unembedded(db: &Connection, name: &str, most: usize) -> rusqlite::Result<Vec<Unembedded>> {
    let sql = "SELECT row, digest, key, content FROM entries WHERE NOT EXISTS (SELECT 1 FROM vectors WHERE entry = row \
         AND embedder = (SELECT number FROM embedders WHERE name = ?1)) ORDER BY row DESC LIMIT ?2";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let read = |row: &Row<'_>| {
        let content: String = row.get(3)?;
        let text = match row.get::<_, Option<String>>(2)? {
            // A name often says what the value is about.
            Some(key) => format!("{key}: {content}"),
            None => content,
        };
        Ok(Unembedded { row: row.get(0)?, digest: row.get(1)?, text })
    };
    db.prepare_cached(sql)?.query_map(params![name, most], read)?.collect()
}

/// Texts to try a model with: some of those that have a vector of it, from all over the memory.
pub(super) fn sample(db: &Connection, name: &str, most: usize) -> rusqlite::Result<Vec<String>> {
    // In an order that has nothing to do with when they were written, and is always the same.
    let sql = "SELECT content FROM entries JOIN vectors ON entry = row \
         WHERE embedder = (SELECT number FROM embedders WHERE name = ?1) AND length(vector) > 0 \
         ORDER BY (row * 2654435761) % 4294967296 LIMIT ?2";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    db.prepare_cached(sql)?.query_map(params![name, most], |row| row.get(0))?.collect()
}

/// Notes what a model is worth.
pub(super) fn weigh(db: &Connection, name: &str, weight: Option<f64>) -> rusqlite::Result<()> {
    let sql = "UPDATE embedders SET weight = ?2, \
         tried_with = (SELECT count(*) FROM vectors WHERE embedder = number) WHERE name = ?1";
    db.prepare_cached(sql)?.execute(params![name, weight]).map(drop)
}

/// Forgets a model and all that it made.
pub(super) fn forget(db: &Connection, name: &str) -> rusqlite::Result<bool> {
    Ok(db.execute("DELETE FROM embedders WHERE name = ?1", [name])? > 0)
}
