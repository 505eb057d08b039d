//! Forgetting: what is removed is overwritten, with its history.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::{Filter, Memory, PATIENCE, StoreError, search, table};

/// How long is waited for whoever still reads the log that holds what was removed.
const LOG_PATIENCE: Duration = Duration::from_millis(500);
/// With so many entries their index is written anew in a moment. In a larger one single words of what was removed stay
/// until [`Memory::tidy`] does that.
const SMALL: i64 = 10_000;

impl Memory {
    /// Forgets entries by their ids; those that are not there any more do not count.
    pub fn forget(&self, ids: Vec<String>) -> Result<u64, StoreError> {
        self.erase(move |db| {
            let mut find = db.prepare_cached("SELECT row FROM entries WHERE id = ?1")?;
            let mut rows = Vec::new();
            for id in &ids {
                rows.extend(find.query_row([id], |row| row.get::<_, i64>(0)).optional()?);
            }
            Ok(rows)
        })
    }

    /// Forgets all entries that a filter lets through.
    pub fn forget_all(&self, filter: Filter) -> Result<u64, StoreError> {
        self.erase(move |db| {
            let sql = format!("SELECT row FROM entries WHERE {}", Filter::CONDITION);
            let values = filter.values(Timestamp::now());
            db.prepare(&sql)?.query_map(params_from_iter(values), |row| row.get(0))?.collect()
        })
    }

    /// Removes rows, so that the file does not hold what they said any more.
    pub(super) fn erase(
        &self,
        rows: impl FnOnce(&Connection) -> rusqlite::Result<Vec<i64>> + Send + 'static,
    ) -> Result<u64, StoreError> {
        let count = self.database.commit(PATIENCE, move |db| {
            db.pragma_update(None, "secure_delete", true)?;
            let rows = rows(db)?;
            rows.iter().try_for_each(|row| table::remove(db, *row))?;
            let newest: i64 =
                db.query_row("SELECT coalesce(max(row), 0) FROM entries", [], |row| row.get(0))?;
            if !rows.is_empty() && newest <= SMALL {
                search::tidy(db)?;
            }
            Ok(rows.len() as u64)
        })?;
        // The log holds it until it is merged. Where somebody reads it now, the next one who has the time does that.
        self.database.read(|db| {
            db.busy_timeout(LOG_PATIENCE)?;
            db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        })?;
        Ok(count)
    }
}
