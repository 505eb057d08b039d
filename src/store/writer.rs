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

type Work = Box<dyn FnOnce(&Connection) -> rusqlite::Result<()> + Send>;
/// Who hears that a write is on disk, or why it is not.
type Done = Sender<Result<(), String>>;

/// A write, and who waits for it.
struct Job {
    work: Work,
    done: Option<Done>,
}

enum Message {
    Write(Job),
    /// Answered when everything before it is on disk, with what went wrong since the last one.
    Flush(Done),
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

    pub(super) fn queue(&self, work: Work) {
        self.send(Message::Write(Job { work, done: None }));
    }

    /// Queues a write and waits until it is on disk. Whoever loses patience does not know whether it will be.
    pub(super) fn commit(&self, work: Work, patience: Duration) -> Result<(), String> {
        let (done, result) = channel();
        self.send(Message::Write(Job { work, done: Some(done) }));
        wait(&result, patience)
    }

    pub(super) fn flush(&self, patience: Duration) -> Result<(), String> {
        let (done, result) = channel();
        self.send(Message::Flush(done));
        wait(&result, patience)
    }

    fn send(&self, message: Message) {
        let queue = self.queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // A closed queue shows at the next flush.
        let _closed = queue.send(message);
    }
}

fn wait(result: &Receiver<Result<(), String>>, patience: Duration) -> Result<(), String> {
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
    /// Writes a batch as one transaction. A job that fails is undone alone; the error is that of a job for which nobody
    /// waits.
    fn write(&mut self, batch: Vec<Job>) -> Result<(), String> {
        let (work, waiting): (Vec<_>, Vec<_>) = batch.into_iter().map(|job| (job.work, job.done)).unzip();
        let written = self.connection().and_then(|(connection, path)| transact(connection, path, work));
        if written.is_err() && self.file.may_be_lost() {
            self.opened = None;
            set_aside(self.path);
        }
        let mut problem = Ok(());
        for (place, done) in waiting.into_iter().enumerate() {
            let outcome = match &written {
                Ok(outcomes) => outcomes.get(place).cloned().unwrap_or(Ok(())),
                Err(error) => Err(error.clone()),
            };
            match done {
                // Whoever waits for it hears it; the next flush need not.
                Some(done) => drop(done.send(outcome)),
                None => problem = problem.and(outcome),
            }
        }
        problem
    }

    /// The connection; a new one where the file is not the one that was opened any more.
    fn connection(&mut self) -> Result<(&Connection, &Path), String> {
        let identity = identity(self.path);
        let opened = match self.opened.take().filter(|(_, opened)| *opened == identity) {
            Some(opened) => opened,
            None => {
                let open = || open(self.path, self.file, self.migrations);
                let connection = open().or_else(|error| {
                    let again = self.file.may_be_lost() && set_aside(self.path);
                    if again { open() } else { Err(error) }
                })?;
                (connection, self::identity(self.path))
            }
        };
        let (connection, _) = self.opened.insert(opened);
        Ok((connection, self.path))
    }
}

/// The outcome of each piece of work, once all of it is on disk; an error if none of it is.
fn transact(
    connection: &Connection,
    path: &Path,
    batch: Vec<Work>,
) -> Result<Vec<Result<(), String>>, String> {
    let _queue = lock(path)?;
    let apply = || -> rusqlite::Result<Vec<Result<(), String>>> {
        let mut transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        let mut outcomes = Vec::with_capacity(batch.len());
        for work in batch {
            let savepoint = transaction.savepoint()?;
            outcomes.push(match work(&savepoint) {
                Ok(()) => savepoint.commit().map(Ok)?,
                Err(error) => Err(explain(&error)),
            });
        }
        transaction.commit()?;
        Ok(outcomes)
    };
    apply().map_err(|error| explain(&error))
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
