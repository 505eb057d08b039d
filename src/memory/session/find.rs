//! Finding sessions.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Session, row};
use crate::memory::Found;

/// The newest ones.
pub(super) fn newest(db: &Connection, most: usize) -> rusqlite::Result<Vec<Session>> {
    let sql = format!("SELECT {} FROM sessions ORDER BY updated_ms DESC, row DESC LIMIT ?1", row::SESSION);
    db.prepare_cached(&sql)?.query_map([i64::try_from(most).unwrap_or(i64::MAX)], row::session)?.collect()
}

/// The one of that name; else the one of that id; else those whose ids begin so.
pub(super) fn by_name(db: &Connection, name: &str) -> rusqlite::Result<Found<Session>> {
    let one = |column: &str| {
        let sql = format!("SELECT {} FROM sessions WHERE {column} = ?1", row::SESSION);
        db.prepare_cached(&sql)?.query_row([name], row::session).optional()
    };
    if let Some(session) = one("name")?.map_or_else(|| one("id"), |session| Ok(Some(session)))? {
        return Ok(Found::One(session));
    }
    // The end of the range is the prefix and a character that no id has.
    let sql = format!(
        "SELECT {} FROM sessions WHERE id >= ?1 AND id < ?1 || '~' ORDER BY updated_ms DESC LIMIT ?2",
        row::SESSION
    );
    let some: rusqlite::Result<Vec<_>> =
        db.prepare_cached(&sql)?.query_map(params![name, Found::<()>::SHOWN], row::session)?.collect();
    Ok(if name.is_empty() { Found::None } else { Found::of(some?) })
}
