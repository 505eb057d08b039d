//! A damaged file of which nothing is worth keeping makes room for a new one.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::inspect::beside;
use super::open::try_lock;

/// How long somebody may keep it locked before it is left as it is.
const PATIENCE: Duration = Duration::from_millis(50);

/// Moves a file aside if it is damaged and nobody writes it now; says whether it did.
pub(super) fn set_aside(path: &Path) -> bool {
    // Another process may be about to do the same, or has made a new one already.
    let Some(_alone) = try_lock(path) else { return false };
    if !is_damaged(path) {
        return false;
    }
    for ending in ["-wal", "-shm"] {
        // Mostly there is none.
        let _gone = fs::remove_file(beside(path, ending));
    }
    fs::rename(path, path.with_extension("damaged")).is_ok()
}

fn is_damaged(path: &Path) -> bool {
    let check = || -> rusqlite::Result<bool> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        Ok(found != "ok")
    };
    check().unwrap_or_else(|error| {
        matches!(error.sqlite_error_code(), Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt))
    })
}
