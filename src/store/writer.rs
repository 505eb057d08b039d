//! The thread that writes one file.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::aside::set_aside;
use super::open::{explain, lock, open};
use super::{File, Migrations};

/// The most writes that go into one transaction.
const MAX_BATCH: usize = 512;

pub(super) type Job = Box<dyn FnOnce(&Connection) -> rusqlite::Result<()> + Send>;

enum Message {
    Write(Job),
    /// Answered when everything before it is on disk, with what went wrong since the last one.
    Flush(Sender<Result<(), String>>),
}

/// A handle to the thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Mutex<Sender<Message>>,
}

impl Writer {
    /// Starts the thread; it opens the file itself, so that nobody waits for that either.
    pub(super) fn start(path: PathBuf, file: File, migrations: Migrations) -> Self {
        let (queue, jobs) = channel();
        // Without a thread the queue is closed, and `flush` says so.
        let _started = std::thread::Builder::new()
            .name(format!("store {}", file.name()))
            .spawn(move || run(&path, file, migrations, &jobs));
        Self { queue: Mutex::new(queue) }
    }

    pub(super) fn queue(&self, job: Job) {
        self.send(Message::Write(job));
    }

    pub(super) fn flush(&self, patience: Duration) -> Result<(), String> {
        let (done, result) = channel();
        self.send(Message::Flush(done));
        match result.recv_timeout(patience) {
            Ok(result) => result,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                Err(format!("it is still locked or slow after {} s", patience.as_secs()))
            }
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => {
                Err("its writer thread could not be started".into())
            }
        }
    }

    fn send(&self, message: Message) {
        let queue = self.queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // A closed queue shows at the next flush.
        let _closed = queue.send(message);
    }
}

fn run(path: &Path, file: File, migrations: Migrations, jobs: &Receiver<Message>) {
    let mut desk = Desk { path, file, migrations, opened: None };
    let mut problem: Option<String> = None;
    while let Ok(first) = jobs.recv() {
        let mut batch = Vec::new();
        let mut flushes = Vec::new();
        for message in std::iter::once(first).chain(jobs.try_iter().take(MAX_BATCH)) {
            match message {
                Message::Write(job) => batch.push(job),
                Message::Flush(done) => flushes.push(done),
            }
        }
        if !batch.is_empty()
            && let Err(error) = desk.write(batch)
        {
            problem.get_or_insert(error);
        }
        for done in flushes {
            // Whoever asked may have lost patience.
            let _gone = done.send(problem.take().map_or(Ok(()), Err));
        }
    }
}

/// The file as the thread has it open.
struct Desk<'a> {
    path: &'a Path,
    file: File,
    migrations: Migrations,
    opened: Option<(Connection, Identity)>,
}

impl Desk<'_> {
    /// Writes a batch as one transaction. A job that fails is undone alone.
    fn write(&mut self, batch: Vec<Job>) -> Result<(), String> {
        let written = self.connection().and_then(|(connection, path)| transact(connection, path, batch));
        if written.is_err() && self.file == File::State {
            self.opened = None;
            set_aside(self.path);
        }
        written
    }

    /// The connection; a new one where the file is not the one that was opened any more.
    fn connection(&mut self) -> Result<(&Connection, &Path), String> {
        let identity = identity(self.path);
        let opened = match self.opened.take().filter(|(_, opened)| *opened == identity) {
            Some(opened) => opened,
            None => {
                let open = || open(self.path, self.file, self.migrations);
                let connection = open().or_else(|error| {
                    let again = self.file == File::State && set_aside(self.path);
                    if again { open() } else { Err(error) }
                })?;
                (connection, self::identity(self.path))
            }
        };
        let (connection, _) = self.opened.insert(opened);
        Ok((connection, self.path))
    }
}

fn transact(connection: &Connection, path: &Path, batch: Vec<Job>) -> Result<(), String> {
    let _queue = lock(path)?;
    let mut problem = Ok(());
    let apply = || -> rusqlite::Result<()> {
        let mut transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        for job in batch {
            let savepoint = transaction.savepoint()?;
            match job(&savepoint) {
                Ok(()) => savepoint.commit()?,
                Err(error) => problem = Err(explain(&error)),
            }
        }
        transaction.commit()
    };
    apply().map_err(|error| explain(&error))?;
    problem
}

/// What tells a file from another one of the same name.
type Identity = Option<(u64, u64)>;

#[cfg(unix)]
fn identity(path: &Path) -> Identity {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// Elsewhere a file that is open cannot be replaced.
#[cfg(not(unix))]
fn identity(_path: &Path) -> Identity {
    None
}
