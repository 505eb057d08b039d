//! Forgetting a conversation: its turns and messages go with it, save those that another one shares.

use rusqlite::Connection;

/// Removes a session and what only it led to.
pub(super) fn session(db: &Connection, id: &str) -> rusqlite::Result<()> {
    db.execute(
        "DELETE FROM turns WHERE state = 'open' AND session = (SELECT row FROM sessions WHERE id = ?1)",
        [id],
    )?;
    let mut turn: Option<i64> =
        db.query_row("SELECT head FROM sessions WHERE id = ?1", [id], |row| row.get(0))?;
    db.execute("UPDATE sessions SET head = NULL WHERE id = ?1", [id])?;
    db.execute("DELETE FROM sessions WHERE id = ?1", [id])?;
    // From the last turn backwards, until one is somebody else's too.
    while let Some(row) = turn {
        let shared = "SELECT EXISTS (SELECT 1 FROM turns WHERE parent = ?1) OR EXISTS (SELECT 1 FROM sessions WHERE head = ?1)";
        if db.query_row(shared, [row], |found| found.get(0))? {
            break;
        }
        turn = db.query_row("SELECT parent FROM turns WHERE row = ?1", [row], |found| found.get(0))?;
        let mut statement = db.prepare_cached("SELECT message FROM turn_messages WHERE turn = ?1")?;
        let messages: rusqlite::Result<Vec<i64>> =
            statement.query_map([row], |found| found.get(0))?.collect();
        db.prepare_cached("DELETE FROM turns WHERE row = ?1")?.execute([row])?;
        for message in messages? {
            let sql = "DELETE FROM messages WHERE row = ?1 AND NOT EXISTS (SELECT 1 FROM turn_messages WHERE message = ?1)";
            db.prepare_cached(sql)?.execute([message])?;
        }
    }
    Ok(())
}
