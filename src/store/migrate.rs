//! Bringing a file to the newest version. Two rules: a migration is never changed once it was released, and the list
//! only grows.

use std::fs::File;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::Migrations;
use super::open::explain;

/// Applies what is missing, in one transaction, while no other process does the same.
pub(super) fn migrate(
    connection: &Connection,
    migrations: Migrations,
    lock: impl FnOnce() -> Result<File, String>,
) -> Result<(), String> {
    if version(connection)? == migrations.len() {
        return Ok(());
    }
    let _queue = lock()?;
    // Another process may have done it while we waited.
    let applied = version(connection)?;
    if applied > migrations.len() {
        return Err(
            "it was written by a newer version of aigw; update aigw, or name another AIGW_DATA_DIR".into()
        );
    }
    let apply = || -> rusqlite::Result<()> {
        let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        for migration in &migrations[applied..] {
            transaction.execute_batch(migration)?;
        }
        transaction.pragma_update(
            None,
            "user_version",
            i64::try_from(migrations.len()).unwrap_or(i64::MAX),
        )?;
        transaction.commit()
    };
    apply().map_err(|error| explain(&error))
}

fn version(connection: &Connection) -> Result<usize, String> {
    let version: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| explain(&error))?;
    usize::try_from(version).map_err(|_| format!("it has the version {version}, which no aigw writes"))
}
