//! Tidying: what has expired goes, what nobody needs goes where the user says so, and the room is given back.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Filter, Memory, StoreError};

/// Room within the file that is worth the time to give it back: an eighth of it.
const WORTH_IT: i64 = 8;

/// What was tidied, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Entries that had expired.
    pub expired: u64,
    /// Entries that the filter let through.
    pub retired: u64,
    /// Bytes of the file that were given back.
    pub freed: u64,
}

impl Memory {
    /// What [`Memory::tidy`] would remove.
    pub fn untidy(&self, retire: Option<&Filter>) -> Result<Tidied, StoreError> {
        if !self.path().exists() {
            return Ok(Tidied::default());
        }
        let retired = retire.map_or(Ok(0), |filter| self.count(filter))?;
        let expired = self.database.read(|db| expired(db, Timestamp::now()))?;
        Ok(Tidied { expired: expired.len() as u64, retired, freed: 0 })
    }

    /// Removes what has expired and what a filter lets through, and gives room back where there is much of it.
    pub fn tidy(&self, retire: Option<Filter>) -> Result<Tidied, StoreError> {
        if !self.path().exists() {
            return Ok(Tidied::default());
        }
        let expired = self.erase(|db| expired(db, Timestamp::now()))?;
        let retired = retire.map_or(Ok(0), |filter| self.forget_all(filter))?;
        let size = || std::fs::metadata(self.path()).map_or(0, |metadata| metadata.len());
        let before = size();
        self.database.alone(compact)?;
        Ok(Tidied { expired, retired, freed: before.saturating_sub(size()) })
    }
}

fn expired(db: &Connection, now: Timestamp) -> rusqlite::Result<Vec<i64>> {
    let mut statement = db.prepare("SELECT row FROM entries WHERE expires_ms <= ?1")?;
    statement.query_map([now.as_millisecond()], |row| row.get(0))?.collect()
}

fn compact(db: &Connection) -> rusqlite::Result<()> {
    db.pragma_update(None, "secure_delete", true)?;
    super::search::tidy(db)?;
    let pages = |pragma: &str| db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    if pages("freelist_count")? * WORTH_IT >= pages("page_count")? {
        db.execute_batch("VACUUM")?;
    }
    db.execute_batch("PRAGMA optimize")?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}
