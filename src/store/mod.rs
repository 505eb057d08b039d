//! SQLite: files that many processes write at once, and that survive being killed.
//!
//! * Files by worth ([`File`]): conversations and what was remembered, what was used and paid, and two that may be
//!   deleted at any time. All are in WAL mode and readable by their owner only. Their tables belong to the modules that
//!   use them, which bring the migrations.
//! * One writer thread per file and process. It takes whatever has gathered as one transaction, so that a burst costs
//!   one sync. Nobody on the way of an answer ever waits for a disk.
//! * Writers of different processes queue on an advisory lock beside the file before they begin a transaction. SQLite's
//!   own busy handler polls and is unfair: under load some waiters starve for seconds. The kernel's queue is fair, and
//!   it lets go when a process is killed.
//! * Migrations are an append-only list; `user_version` counts those that were applied.
//! * A file that may be deleted at any time may also be damaged at any time: it is set aside and made again, and nobody
//!   hears of it. A file that was deleted or replaced under a process that writes it is opened anew.
//!
//! The system's SQLite is never used: versions before 3.51.3 can corrupt a file that several processes write in WAL
//! mode.

mod aside;
mod inspect;
mod migrate;
mod open;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::mpsc::channel;
use std::time::Duration;

use rusqlite::Connection;

pub use inspect::{Inspection, inspect};
use writer::Writer;

/// The files of the data directory, by worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// Conversations and what was remembered. A commit survives the death of the process; a power cut may take the last
    /// few, and nothing else.
    Memory,
    /// What was used and paid, and who may do what. A commit that was reported survives a power cut.
    Ledger,
    /// What is known about upstreams for now. It may be deleted at any time.
    State,
    /// What need not be asked for twice. It may be deleted at any time.
    Cache,
}

impl File {
    /// Its name in the data directory.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory.db",
            Self::Ledger => "ledger.db",
            Self::State => "state.db",
            Self::Cache => "cache.db",
        }
    }

    /// SQLite's word for how much a commit waits for the disk.
    fn synchronous(self) -> &'static str {
        match self {
            Self::Ledger => "FULL",
            Self::Memory => "NORMAL",
            Self::State | Self::Cache => "OFF",
        }
    }

    /// Whether nothing in it is worth keeping.
    fn may_be_lost(self) -> bool {
        matches!(self, Self::State | Self::Cache)
    }
}

/// SQL that brings a file from each version to the next. Only ever added to.
pub type Migrations = &'static [&'static str];

/// A database in the data directory, opened when it is first needed.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
    file: File,
    migrations: Migrations,
    writer: OnceLock<Writer>,
}

/// The store cannot do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: {message}", path.display())]
pub struct StoreError {
    /// The file.
    pub path: PathBuf,
    /// What happened.
    pub message: String,
}

impl Database {
    /// A database in a directory. Nothing is opened or created yet.
    pub fn new(directory: &Path, file: File, migrations: Migrations) -> Self {
        Self { path: directory.join(file.name()), file, migrations, writer: OnceLock::new() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Queues a write and returns at once. Writes are done in the order in which they were queued; what goes wrong is
    /// told by the next [`Database::flush`].
    pub fn write(&self, job: impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static) {
        self.writer().queue(Box::new(job));
    }

    /// Writes, and waits until it is on disk; what the job gives comes back. Whoever loses patience does not know whether
    /// it will be written: such a write must bear being repeated.
    pub fn commit<T: Send + 'static>(
        &self,
        patience: Duration,
        job: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (give, taken) = channel();
        let work = move |db: &Connection| {
            // Taken below, once it is on disk.
            let _kept = give.send(job(db)?);
            Ok(())
        };
        self.writer().commit(Box::new(work), patience).map_err(|message| self.error(message))?;
        taken.try_recv().map_err(|_| self.error("the write gave nothing back".into()))
    }

    /// Waits until everything that was queued is on disk, for at most `patience`.
    pub fn flush(&self, patience: Duration) -> Result<(), StoreError> {
        match self.writer.get() {
            None => Ok(()),
            Some(writer) => writer.flush(patience).map_err(|message| self.error(message)),
        }
    }

    /// Reads, on a connection of its own. A file that does not exist yet is created empty.
    pub fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let connection =
            open::open(&self.path, self.file, self.migrations).map_err(|message| self.error(message))?;
        query(&connection).map_err(|error| self.error(open::explain(&error)))
    }

    /// Reads what is there, on a connection of its own that changes nothing and waits no longer than `patience` for
    /// whoever keeps the file locked. None if there is no file, or none of this version yet.
    pub fn peek<T>(
        &self,
        patience: Duration,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        if !self.path.exists() {
            return Ok(None);
        }
        let look = || -> rusqlite::Result<Option<T>> {
            let (connection, _) = inspect::look(&self.path, patience)?;
            let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
            let is_ours = usize::try_from(version) == Ok(self.migrations.len());
            if is_ours { query(&connection).map(Some) } else { Ok(None) }
        };
        look().or_else(|error| {
            if self.file.may_be_lost() && aside::set_aside(&self.path) {
                return Ok(None);
            }
            Err(self.error(open::explain(&error)))
        })
    }

    /// Works on the whole file, outside of a transaction and on a connection of its own, while no other process writes.
    pub fn alone<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let fail = |message: String| self.error(message);
        let connection = open::open(&self.path, self.file, self.migrations).map_err(fail)?;
        let _queue = open::lock(&self.path).map_err(fail)?;
        work(&connection).map_err(|error| fail(open::explain(&error)))
    }

    fn writer(&self) -> &Writer {
        self.writer.get_or_init(|| Writer::start(self.path.clone(), self.file, self.migrations))
    }

    fn error(&self, message: String) -> StoreError {
        StoreError { path: self.path.clone(), message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATIONS: Migrations = &["CREATE TABLE t (x INTEGER) STRICT", "ALTER TABLE t ADD COLUMN y TEXT"];
    const PATIENCE: Duration = Duration::from_secs(20);

    fn count(database: &Database) -> i64 {
        database.read(|db| db.query_row("SELECT count(*) FROM t", [], |row| row.get(0))).unwrap()
    }

    #[test]
    fn sqlite_is_ours_and_recent() {
        assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
    }

    #[test]
    fn each_file_is_as_durable_as_it_is_worth() {
        let directory = tempfile::tempdir().unwrap();
        for (file, synchronous) in [(File::Memory, 1), (File::Ledger, 2), (File::State, 0), (File::Cache, 0)]
        {
            let database = Database::new(directory.path(), file, MIGRATIONS);
            let pragma = |name: &str| {
                database.read(|db| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0)))
            };
            assert_eq!(pragma("synchronous").unwrap(), synchronous, "{file:?}");
            let mode = database
                .read(|db| db.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0)));
            assert_eq!(mode.unwrap(), "wal");
        }
    }

    #[test]
    fn writes_queue_and_a_bad_one_takes_no_other_with_it() {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::new(directory.path(), File::Ledger, MIGRATIONS);
        database.write(|db| db.execute("INSERT INTO t VALUES (1, 'a')", []).map(drop));
        database.write(|db| db.execute("INSERT INTO no_such_table VALUES (1)", []).map(drop));
        database.write(|db| db.execute("INSERT INTO t VALUES (2, 'b')", []).map(drop));
        assert!(database.flush(PATIENCE).unwrap_err().to_string().contains("no_such_table"));
        assert_eq!(count(&database), 2);
        // An error is told once.
        database.flush(PATIENCE).unwrap();
    }

    #[test]
    fn whoever_waits_for_a_write_hears_of_its_own() {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::new(directory.path(), File::Memory, MIGRATIONS);
        let insert = |sql: &'static str| {
            database
                .commit(PATIENCE, move |db| db.execute(sql, []).map(|rows| (rows, db.last_insert_rowid())))
        };
        assert_eq!(insert("INSERT INTO t (x) VALUES (7), (8)").unwrap(), (2, 2));
        let error = insert("INSERT INTO no_such_table VALUES (1)").unwrap_err();
        assert!(error.to_string().contains("no_such_table"), "{error}");
        database.flush(PATIENCE).unwrap();
        assert_eq!(count(&database), 2);
    }

    #[test]
    fn several_writers_queue_and_lose_nothing() {
        let directory = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    // Each has a lock and a connection of its own, as separate processes do.
                    let database = Database::new(directory.path(), File::Ledger, MIGRATIONS);
                    for x in 0..25 {
                        database.write(move |db| db.execute("INSERT INTO t (x) VALUES (?1)", [x]).map(drop));
                    }
                    database.flush(PATIENCE).unwrap();
                });
            }
        });
        assert_eq!(count(&Database::new(directory.path(), File::Ledger, MIGRATIONS)), 200);
    }

    #[test]
    fn migrations_are_applied_once_and_newer_files_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let old = || Database::new(directory.path(), File::Ledger, &MIGRATIONS[..1]);
        old().read(|_| Ok(())).unwrap();
        for _ in 0..2 {
            assert_eq!(count(&Database::new(directory.path(), File::Ledger, MIGRATIONS)), 0);
        }
        let error = old().read(|_| Ok(())).unwrap_err();
        assert!(error.to_string().contains("newer"), "{error}");
    }

    /// One migration more.
    const NEWER: Migrations = &[MIGRATIONS[0], MIGRATIONS[1], "CREATE TABLE u (x INTEGER)"];

    #[test]
    fn a_peek_creates_nothing_and_waits_for_nobody() {
        let directory = tempfile::tempdir().unwrap();
        let database = |migrations| Database::new(directory.path(), File::State, migrations);
        let peek = |database: &Database| {
            database.peek(Duration::from_millis(50), |db| {
                db.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0))
            })
        };
        assert_eq!(peek(&database(MIGRATIONS)).unwrap(), None);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
        let writer = database(MIGRATIONS);
        writer.write(|db| db.execute("INSERT INTO t (x) VALUES (1)", []).map(drop));
        writer.flush(PATIENCE).unwrap();
        assert_eq!(peek(&database(MIGRATIONS)).unwrap(), Some(1));
        // It has not been brought to this version yet.
        assert_eq!(peek(&database(NEWER)).unwrap(), None);
        let stranger = Connection::open(writer.path()).unwrap();
        stranger.execute_batch("BEGIN EXCLUSIVE; INSERT INTO t (x) VALUES (2)").unwrap();
        assert_eq!(peek(&database(MIGRATIONS)).unwrap(), Some(1));
    }

    #[test]
    fn what_may_be_deleted_may_be_damaged() {
        for damage in [&b"this is no database"[..], &[0x7f; 9000]] {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join(File::State.name());
            std::fs::write(&path, damage).unwrap();
            let database = Database::new(directory.path(), File::State, MIGRATIONS);
            let insert = || database.write(|db| db.execute("INSERT INTO t (x) VALUES (1)", []).map(drop));
            // Whoever reads or writes it first sets it aside.
            if damage.len() > 100 {
                assert_eq!(database.peek(PATIENCE, |_| Ok(())).unwrap(), None);
            }
            insert();
            database.flush(PATIENCE).unwrap();
            assert_eq!(count(&database), 1);
            assert_eq!(std::fs::read(path.with_extension("damaged")).unwrap(), damage);
            // Deleted under a process that has it open.
            for ending in ["", "-wal", "-shm"] {
                std::fs::remove_file(format!("{}{ending}", path.display())).unwrap();
            }
            insert();
            database.flush(PATIENCE).unwrap();
            assert_eq!(count(&database), 1);
        }
        let directory = tempfile::tempdir().unwrap();
        // What is worth keeping is never moved.
        let ledger = directory.path().join(File::Ledger.name());
        std::fs::write(&ledger, "damaged").unwrap();
        let database = Database::new(directory.path(), File::Ledger, MIGRATIONS);
        assert!(database.peek(PATIENCE, |_| Ok(())).is_err());
        database.write(|_| Ok(()));
        assert!(database.flush(PATIENCE).is_err());
        assert_eq!(std::fs::read(&ledger).unwrap(), b"damaged");
    }

    #[cfg(unix)]
    #[test]
    fn files_belong_to_their_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        Database::new(&data, File::Memory, MIGRATIONS).read(|_| Ok(())).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&data), 0o700);
        for entry in std::fs::read_dir(&data).unwrap() {
            assert_eq!(mode(&entry.unwrap().path()), 0o600);
        }
    }
}
