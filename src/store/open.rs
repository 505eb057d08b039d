//! Opening a file: its directory, its mode, its settings, its version.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use super::migrate::migrate;
use super::{File, Migrations};

/// A net only: writers queue on the advisory lock, so they hardly ever meet.
const BUSY_PATIENCE: Duration = Duration::from_secs(15);
/// A write-ahead log that has grown beyond this is cut back.
const MAX_LOG: i64 = 16 << 20;
/// How much of what was remembered a writer may hold in memory, in KiB: entries go to many places of their indexes.
const CACHE: i64 = 64 << 10;
/// The log of what was remembered is merged after so many pages: what is written often is written once.
const PAGES_OF_LONG_LOG: i64 = 4000;
/// The most pages of files that may be deleted at any time: they must not grow, whatever is written to them.
const MOST_PAGES: i64 = 1024;
const MOST_PAGES_OF_CACHE: i64 = 16 << 10;
/// Its log is merged after so many pages: whoever opens the file reads all of the log.
const PAGES_OF_LOG: i64 = 100;

/// Opens a database and brings it to the newest version. The error is one line for a person.
pub(super) fn open(path: &Path, file: File, migrations: Migrations) -> Result<Connection, String> {
    prepare(path)
        .map_err(|error| format!("cannot create it: {error}; AIGW_DATA_DIR can name another directory"))?;
    let connection = Connection::open(path).map_err(|error| explain(&error))?;
    configure(&connection, file).map_err(|error| explain(&error))?;
    migrate(&connection, migrations, || lock(path))?;
    Ok(connection)
}

/// The lock on which writers of all processes queue.
pub(super) fn lock(path: &Path) -> Result<fs::File, String> {
    let file = lock_file(path).map_err(|error| format!("cannot create its lock: {error}"))?;
    file.lock().map_err(|error| format!("cannot lock it: {error}"))?;
    Ok(file)
}

/// The same lock, if nobody has it.
pub(super) fn try_lock(path: &Path) -> Option<fs::File> {
    let file = lock_file(path).ok()?;
    file.try_lock().is_ok().then_some(file)
}

fn lock_file(path: &Path) -> io::Result<fs::File> {
    private(OpenOptions::new().create(true).truncate(false).write(true)).open(path.with_extension("lock"))
}

fn configure(connection: &Connection, file: File) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", file.synchronous())?;
    connection.pragma_update(None, "journal_size_limit", MAX_LOG)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    if file == File::Memory {
        connection.pragma_update(None, "cache_size", -CACHE)?;
        connection.pragma_update(None, "wal_autocheckpoint", PAGES_OF_LONG_LOG)?;
    }
    if file.may_be_lost() {
        let most = if file == File::State { MOST_PAGES } else { MOST_PAGES_OF_CACHE };
        connection.pragma_update(None, "wal_autocheckpoint", PAGES_OF_LOG)?;
        connection.query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(()))?;
    }
    Ok(())
}

/// Creates the directory and the file for their owner only. SQLite gives its side files the mode of the file.
fn prepare(path: &Path) -> io::Result<()> {
    if path.exists() {
        return tighten(path);
    }
    if let Some(directory) = path.parent().filter(|directory| !directory.exists()) {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(directory)?;
    }
    private(OpenOptions::new().create(true).truncate(false).write(true)).open(path).map(drop)
}

/// What others could read so far they cannot read any more.
#[cfg(unix)]
fn tighten(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    let for_others = mode & 0o077;
    // It may be somebody else's file; then it is theirs to decide.
    if for_others != 0 && fs::set_permissions(path, fs::Permissions::from_mode(0o600)).is_err() {
        return Ok(());
    }
    Ok(())
}

#[cfg(not(unix))]
fn tighten(_path: &Path) -> io::Result<()> {
    Ok(())
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// SQLite's errors in words that say what to do.
pub(super) fn explain(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full".into(),
        Some(ErrorCode::SystemIoFailure) => "it cannot be read or written: is the disk full?".into(),
        Some(ErrorCode::ReadOnly) => "it cannot be written: the file or its directory is read-only".into(),
        Some(ErrorCode::CannotOpen) => "it cannot be opened: check the permissions of its directory".into(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another program keeps it locked".into(),
        Some(ErrorCode::NotADatabase) => "it is not a database; move it away to start afresh".into(),
        Some(ErrorCode::DatabaseCorrupt) => "it is damaged; move it away to start afresh".into(),
        _ => error.to_string(),
    }
}
