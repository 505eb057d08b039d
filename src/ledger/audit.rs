//! Who was given which right, and when: keys, permissions of tools, trust. The file itself refuses to have it changed.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::Serialize;

use super::Ledger;
use crate::store::StoreError;

/// Something that was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// What: `key.create`, `key.rotate`, `key.revoke`, `tool.allow`, `trust.add` …
    pub event: String,
    /// About which key, tool or project.
    pub about: String,
    /// What else there is to say, for people. Never a secret.
    pub detail: String,
}

/// Adds an entry, in the transaction of what it is about.
pub(super) fn add(db: &Connection, event: &str, about: &str, detail: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO audit (at_ms, event, about, detail) VALUES (?1, ?2, ?3, ?4)";
    db.execute(sql, params![Timestamp::now().as_millisecond(), event, about, detail]).map(drop)
}

impl Ledger {
    /// The newest entries of the audit log, at most so many, the oldest of them first.
    pub fn audit(&self, most: usize) -> Result<Vec<AuditEntry>, StoreError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let mut entries = self.database.read(|db| {
            db.prepare("SELECT at_ms, event, about, detail FROM audit ORDER BY id DESC LIMIT ?1")?
                .query_map([most], |row| {
                    Ok(AuditEntry {
                        at: Timestamp::from_millisecond(row.get(0)?).unwrap_or_default(),
                        event: row.get(1)?,
                        about: row.get(2)?,
                        detail: row.get(3)?,
                    })
                })?
                .collect::<rusqlite::Result<Vec<_>>>()
        })?;
        entries.reverse();
        Ok(entries)
    }
}
