//! What was said in a session, turn by turn.

use rusqlite::{Connection, OptionalExtension};

use super::{Turn, row};
use crate::chat::Message;

/// The turns of a session, the first one first.
pub(super) fn of(db: &Connection, session: &str) -> rusqlite::Result<Vec<Turn>> {
    let columns = row::TURN.split(", ").map(|column| format!("turns.{}", column.trim()));
    let columns = columns.collect::<Vec<_>>().join(", ");
    let sql = format!(
        "WITH RECURSIVE way (turn, depth) AS (SELECT head, 0 FROM sessions WHERE id = ?1 AND head IS NOT NULL \
         UNION ALL SELECT turns.parent, depth + 1 FROM way JOIN turns ON turns.row = way.turn \
         WHERE turns.parent IS NOT NULL) \
         SELECT {columns}, turns.row FROM way JOIN turns ON turns.row = way.turn ORDER BY depth DESC"
    );
    let mut turns = Vec::new();
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([session])?;
    while let Some(found) = rows.next()? {
        let mut turn = row::turn(found)?;
        let number: i64 = found.get(18)?;
        turn.messages = messages(db, number)?;
        turn.summary = summary(db, number)?;
        turns.push(turn);
    }
    Ok(turns)
}

fn messages(db: &Connection, turn: i64) -> rusqlite::Result<Vec<Message>> {
    let sql = "SELECT messages.role, messages.parts FROM turn_messages JOIN messages ON messages.row = message \
         WHERE turn = ?1 ORDER BY place";
    let mut statement = db.prepare_cached(sql)?;
    let messages = statement.query_map([turn], |found| {
        let role: String = found.get(0)?;
        let role = serde_json::from_value(role.into()).map_err(|_| rusqlite::Error::InvalidQuery)?;
        Ok(Message { role, parts: row::json(found, 1)? })
    })?;
    messages.collect()
}

fn summary(db: &Connection, turn: i64) -> rusqlite::Result<Option<String>> {
    db.prepare_cached("SELECT content FROM summaries WHERE turn = ?1")?
        .query_row([turn], |found| found.get(0))
        .optional()
}
