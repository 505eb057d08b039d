//! The memory in figures.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, Row};

use super::table::timestamp;
use super::{Memory, StoreError};

/// The memory in figures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stats {
    /// Entries, expired ones left out.
    pub entries: u64,
    /// Bytes of what they say.
    pub bytes: u64,
    /// Entries that have expired and are still in the file.
    pub expired: u64,
    /// Earlier versions of entries.
    pub versions: u64,
    /// Files that documents are from.
    pub documents: u64,
    /// Bytes of the file and its log.
    pub file: u64,
    /// When the oldest entry was written.
    pub oldest: Option<Timestamp>,
    /// When the newest one was changed.
    pub newest: Option<Timestamp>,
    /// By scope, the largest first.
    pub scopes: Vec<Share>,
    /// By kind.
    pub kinds: Vec<Share>,
    /// By agent; nobody where no agent wrote it.
    pub agents: Vec<Share>,
}

/// The entries that have something in common.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Share {
    /// What they have in common.
    pub name: Option<String>,
    /// How many.
    pub entries: u64,
    /// Bytes of what they say.
    pub bytes: u64,
}

impl Memory {
    /// The memory in figures.
    pub fn stats(&self) -> Result<Stats, StoreError> {
        if !self.path().exists() {
            return Ok(Stats::default());
        }
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        self.database.read(|db| {
            // What was written last may still stand in the log.
            let file = size(self.path()) + size(&self.path().with_extension("db-wal"));
            // One moment for all of it.
            let db = db.unchecked_transaction()?;
            Ok(Stats { file, ..figures(&db, Timestamp::now())? })
        })
    }
}

fn figures(db: &Connection, now: Timestamp) -> rusqlite::Result<Stats> {
    const ALIVE: &str = "(expires_ms IS NULL OR expires_ms > ?1)";
    let now = now.as_millisecond();
    let number = |sql: &str| db.query_row(sql, [now], |row| count(row, 0));
    let shares = |column: &str| -> rusqlite::Result<Vec<Share>> {
        let sql = format!(
            "SELECT {column}, count(*), sum(octet_length(content)) FROM entries WHERE {ALIVE} GROUP BY {column} \
             ORDER BY count(*) DESC, {column}"
        );
        let share =
            |row: &Row<'_>| Ok(Share { name: row.get(0)?, entries: count(row, 1)?, bytes: count(row, 2)? });
        db.prepare(&sql)?.query_map([now], share)?.collect()
    };
    let span = |sql: &str| -> rusqlite::Result<Option<Timestamp>> {
        let ms: Option<i64> = db.query_row(sql, [now], |row| row.get(0))?;
        Ok(ms.map(timestamp))
    };
    let kinds = shares("kind")?;
    Ok(Stats {
        entries: kinds.iter().map(|share| share.entries).sum(),
        bytes: kinds.iter().map(|share| share.bytes).sum(),
        expired: number("SELECT count(*) FROM entries WHERE expires_ms <= ?1")?,
        versions: db.query_row("SELECT count(*) FROM history", [], |row| count(row, 0))?,
        documents: number(&format!(
            "SELECT count(DISTINCT source) FROM entries WHERE kind = 'document' AND {ALIVE}"
        ))?,
        file: 0,
        oldest: span(&format!("SELECT min(created_ms) FROM entries WHERE {ALIVE}"))?,
        newest: span(&format!("SELECT max(updated_ms) FROM entries WHERE {ALIVE}"))?,
        scopes: shares("scope")?,
        agents: shares("agent")?,
        kinds,
    })
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}
