//! Projects that the user trusts, with what their files were then: a decision, so it is kept where nothing is lost.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::{Ledger, audit};
use crate::store::StoreError;

/// How long whoever has decided waits until it is on disk.
const PATIENCE: Duration = Duration::from_secs(5);

/// That a project is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// The path of its directory.
    pub project: String,
    /// The digest of its files as they were then.
    pub digest: String,
    /// When that was decided.
    pub at: Timestamp,
}

impl Trust {
    fn of_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let at = Timestamp::from_millisecond(row.get(2)?).unwrap_or_default();
        Ok(Self { project: row.get(0)?, digest: row.get(1)?, at })
    }
}

impl Ledger {
    /// What was decided about a project. Nothing is created where there is no ledger yet.
    pub fn trust_in(&self, project: &str) -> Result<Option<Trust>, StoreError> {
        if !self.path().exists() {
            return Ok(None);
        }
        self.database.read(|db| {
            let sql = "SELECT project, digest, at_ms FROM trust WHERE project = ?1";
            db.query_row(sql, [project], Trust::of_row).optional()
        })
    }

    /// All projects that are trusted, the newest first.
    pub fn trusted(&self) -> Result<Vec<Trust>, StoreError> {
        if !self.path().exists() {
            return Ok(Vec::new());
        }
        self.database.read(|db| {
            db.prepare("SELECT project, digest, at_ms FROM trust ORDER BY at_ms DESC, project")?
                .query_map([], Trust::of_row)?
                .collect()
        })
    }

    /// Trusts a project as long as its files have this digest.
    pub fn trust(&self, project: &str, digest: &str) -> Result<(), StoreError> {
        let (project, digest) = (project.to_owned(), digest.to_owned());
        let at = Timestamp::now().as_millisecond();
        self.database.commit(PATIENCE, move |db| {
            let sql = "INSERT INTO trust (project, digest, at_ms) VALUES (?1, ?2, ?3)
                       ON CONFLICT DO UPDATE SET digest = excluded.digest, at_ms = excluded.at_ms";
            db.execute(sql, rusqlite::params![project, digest, at])?;
            audit::add(db, "trust.add", &project, &digest)
        })
    }

    /// Takes that back; says whether there was anything to take back.
    pub fn distrust(&self, project: &str) -> Result<bool, StoreError> {
        if !self.path().exists() {
            return Ok(false);
        }
        let project = project.to_owned();
        self.database.commit(PATIENCE, move |db| {
            let rows = db.execute("DELETE FROM trust WHERE project = ?1", [&project])?;
            if rows > 0 {
                audit::add(db, "trust.remove", &project, "")?;
            }
            Ok(rows > 0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_is_kept_changed_and_taken_back() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = || Ledger::new(directory.path());
        assert_eq!(ledger().trust_in("/p").unwrap(), None);
        assert!(!ledger().distrust("/p").unwrap() && ledger().trusted().unwrap().is_empty());
        assert!(!ledger().path().exists());
        ledger().trust("/p", "1").unwrap();
        ledger().trust("/q", "2").unwrap();
        ledger().trust("/p", "3").unwrap();
        assert_eq!(ledger().trust_in("/p").unwrap().unwrap().digest, "3");
        assert_eq!(ledger().trusted().unwrap().len(), 2);
        assert!(ledger().distrust("/p").unwrap() && !ledger().distrust("/p").unwrap());
        assert_eq!(ledger().trust_in("/p").unwrap(), None);
    }
}
