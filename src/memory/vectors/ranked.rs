//! A search by meaning beside one by words: who may be found, and in which order.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::fusion::fuse;
use super::nearest::nearest;
use super::{Meaning, table};
use crate::memory::Scope;

/// Which entries may be found at all.
#[derive(Debug)]
pub(in crate::memory) struct Wanted {
    rows: HashSet<i64>,
    /// Whether these are the only ones, or the only ones not.
    only: bool,
}

impl Wanted {
    /// What has not expired, and is of one of these scopes if there are any.
    pub(in crate::memory) fn of(db: &Connection, scopes: &[Scope], now: Timestamp) -> rusqlite::Result<Self> {
        let only = !scopes.is_empty();
        let sql = if only {
            "SELECT row FROM entries WHERE scope IN (SELECT value FROM json_each(?2)) \
             AND (expires_ms IS NULL OR expires_ms > ?1)"
        } else {
            // Mostly there are few of these.
            "SELECT row FROM entries WHERE expires_ms <= ?1 AND ?2 IS NOT NULL"
        };
        let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
        let scopes = serde_json::to_string(&scopes).unwrap_or_default();
        let mut statement = db.prepare_cached(sql)?;
        let rows = statement.query_map(params![now.as_millisecond(), scopes], |row| row.get(0))?;
        Ok(Self { rows: rows.collect::<rusqlite::Result<_>>()?, only })
    }

    fn has(&self, row: i64) -> bool {
        self.rows.contains(&row) == self.only
    }
}

/// The ranking of words merged with that of what a question means: as good as what is known about the model that says so,
/// and nothing at all by one that is worth nothing.
pub(in crate::memory) fn ranked(
    db: &Connection,
    words: Vec<(i64, f64)>,
    meaning: &Meaning,
    depth: usize,
    wanted: &Wanted,
) -> rusqlite::Result<Vec<(i64, f64)>> {
    let weight = table::by_name(db, &meaning.embedder)?.map_or(0.0, |standing| standing.worth());
    if weight <= 0.0 {
        return Ok(words);
    }
    let near = nearest(db, meaning, depth, |row| wanted.has(row))?;
    Ok(fuse(&words, &near, weight))
}
