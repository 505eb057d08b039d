//! A look into a file that changes nothing: no directory, no lock, no migration.

use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::StoreError;
use super::open::explain;

/// What would end a path in a URI.
const SPECIAL: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#');
/// How long another process may keep the file locked.
const BUSY_PATIENCE: Duration = Duration::from_secs(2);

/// What a look into a file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// How many migrations were applied to it.
    pub version: i64,
    /// Its size in bytes.
    pub size: u64,
    /// The size of its write-ahead log.
    pub log_size: u64,
    /// Whether it is sound; unknown when the check took too long.
    pub sound: Option<bool>,
}

/// Looks into a file that exists. The check of its pages takes at most `patience`.
pub fn inspect(path: &Path, patience: Duration) -> Result<Inspection, StoreError> {
    let fail = |message: String| StoreError { path: path.to_owned(), message };
    let of_sqlite = |error: rusqlite::Error| fail(explain(&error));
    let size = |path: &Path| std::fs::metadata(path).map(|metadata| metadata.len());
    let state =
        || std::fs::metadata(path).and_then(|metadata| Ok((metadata.len(), metadata.modified()?))).ok();
    let before = state();
    let log = beside(path, "-wal");
    let (connection, shared) = look(path, BUSY_PATIENCE).map_err(of_sqlite)?;
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(of_sqlite)?;
    let mut sound = quick_check(&connection, patience).map_err(of_sqlite)?;
    // Nobody was kept from writing meanwhile, and a log that was not read may complete the file: what looks wrong then
    // need not be.
    if !shared && (log.exists() || state() != before) {
        sound = sound.filter(|sound| *sound);
    }
    Ok(Inspection {
        version,
        size: size(path).map_err(|error| fail(format!("cannot read it: {error}")))?,
        log_size: size(&log).unwrap_or(0),
        sound,
    })
}

/// A connection that can change nothing, and whether it sees what others write.
pub(super) fn look(path: &Path, patience: Duration) -> rusqlite::Result<(Connection, bool)> {
    // Only a file that somebody has open has both side files. Reading another one needs none, and must not create any.
    let shared = beside(path, "-wal").exists() && beside(path, "-shm").exists();
    let manner = if shared { "mode=ro" } else { "immutable=1" };
    let uri = format!("file:{}?{manner}", percent_encode(path.as_os_str().as_encoded_bytes(), SPECIAL));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(uri, flags)?;
    connection.busy_timeout(patience)?;
    Ok((connection, shared))
}

/// A file beside another one.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    [path.as_os_str(), ending.as_ref()].into_iter().collect::<std::ffi::OsString>().into()
}

fn quick_check(connection: &Connection, patience: Duration) -> rusqlite::Result<Option<bool>> {
    let handle = connection.get_interrupt_handle();
    let (done, waiting) = channel::<()>();
    let timer = std::thread::spawn(move || {
        if waiting.recv_timeout(patience).is_err() {
            handle.interrupt();
        }
    });
    let found = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    // The timer may have run out, or never have started.
    let _gone = done.send(());
    let _ended = timer.join();
    match found {
        Ok(text) => Ok(Some(text == "ok")),
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Ok(None),
            Some(ErrorCode::DatabaseCorrupt) => Ok(Some(false)),
            _ => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Database, File};
    use super::*;

    #[test]
    fn a_look_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::new(directory.path(), File::Ledger, &["CREATE TABLE t (x INTEGER) STRICT"]);
        database.write(|db| db.execute("INSERT INTO t VALUES (1)", []).map(drop));
        let names = || {
            let entries = std::fs::read_dir(directory.path()).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        database.flush(Duration::from_secs(20)).unwrap();
        // While somebody has it open.
        let before = names();
        let found = inspect(database.path(), Duration::from_secs(5)).unwrap();
        assert_eq!((found.version, found.sound), (1, Some(true)));
        assert_eq!(names(), before);
        // And when nobody has.
        let alone = directory.path().join("alone 100%.db");
        let copied = Connection::open(&alone).unwrap();
        copied
            .execute_batch("CREATE TABLE t (x); PRAGMA journal_mode = WAL; INSERT INTO t VALUES (1);")
            .unwrap();
        drop(copied);
        let before = names();
        assert_eq!(inspect(&alone, Duration::from_secs(5)).unwrap().sound, Some(true));
        assert_eq!(names(), before);
    }

    /// A backup that was made while somebody wrote: the log without its index, or neither of them.
    #[test]
    fn a_copy_is_looked_into_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::new(directory.path(), File::Ledger, &["CREATE TABLE t (x INTEGER) STRICT"]);
        database.write(|db| db.execute("INSERT INTO t VALUES (1)", []).map(drop));
        database.flush(Duration::from_secs(20)).unwrap();
        let copies = tempfile::tempdir().unwrap();
        let copy = copies.path().join("ledger.db");
        for log in [false, true] {
            std::fs::copy(database.path(), &copy).unwrap();
            if log {
                let name = |path: &Path| path.with_extension("db-wal");
                std::fs::copy(name(database.path()), name(&copy)).unwrap();
            }
            let found = inspect(&copy, Duration::from_secs(5)).unwrap();
            assert_ne!(found.sound, Some(false), "log {log}");
            assert_eq!(std::fs::read_dir(copies.path()).unwrap().count(), 1 + usize::from(log));
        }
    }

    #[test]
    fn nothing_is_called_damaged_while_it_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::new(directory.path(), File::Ledger, &["CREATE TABLE t (x INTEGER) STRICT"]);
        database.write(|db| db.execute("INSERT INTO t VALUES (1)", []).map(drop));
        database.flush(Duration::from_secs(20)).unwrap();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for x in 0..400 {
                    database.write(move |db| db.execute("INSERT INTO t VALUES (?1)", [x]).map(drop));
                }
                database.flush(Duration::from_secs(20)).unwrap();
            });
            while !writer.is_finished() {
                assert_ne!(inspect(database.path(), Duration::from_secs(5)).unwrap().sound, Some(false));
            }
        });
    }

    #[test]
    fn what_is_no_database_is_said_to_be_none() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.db");
        std::fs::write(&path, [b'x'; 4096]).unwrap();
        let error = inspect(&path, Duration::from_secs(5)).unwrap_err();
        assert!(error.to_string().contains("not a database"), "{error}");
    }
}
