//! The file that the processes of a user share, seen from one of them.
//!
//! Nobody waits for it: it is read when something is first asked (for at most a moment if somebody keeps it locked), and
//! written by the store's thread, as one transaction of all that has gathered. Whatever goes wrong with it, the process
//! goes on with what it knows.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tracing::{debug, warn};

use super::Subject;
use super::findings::{Aspect, Finding, Place};
use super::known::MOST;
use super::limits::{Slot, Used};
use super::table::{self, Changes, Contents, Kind, MIGRATIONS, Mark};
use crate::store::{Database, File, StoreError};

/// How long a locked file may hold a process up when it reads it.
const PATIENCE: Duration = Duration::from_millis(50);
/// A write-ahead log that grew beyond this is held up by somebody: nothing is added to it.
const LARGEST_LOG: u64 = 4 << 20;
/// Files that were changed so recently may have been changed again at what is the same time to the file system.
const SAME_TIME: Duration = Duration::from_millis(100);

/// The file and what is still to be written to it.
#[derive(Debug)]
pub(super) struct Shared {
    database: Database,
    changes: Arc<Mutex<Changes>>,
    /// Whether a write waits for its turn.
    queued: Arc<AtomicBool>,
    /// Whether trouble was told.
    told: AtomicBool,
    seen: Mutex<Option<Stamp>>,
}

/// How the files looked when they were last read.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl Shared {
    /// The file in a data directory. Nothing is opened, read or created yet.
    pub(super) fn new(data_dir: &Path) -> Self {
        Self {
            database: Database::new(data_dir, File::State, MIGRATIONS),
            changes: Arc::default(),
            queued: Arc::default(),
            told: AtomicBool::new(false),
            seen: Mutex::default(),
        }
    }

    /// Reads all of it; none if there is nothing, or if it cannot be read now.
    pub(super) fn read(&self, now: i64) -> Option<Contents> {
        // Taken before: what is written meanwhile shows next time.
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = self.stamp();
        match self.database.peek(PATIENCE, |db| table::read(db, now)) {
            Ok(contents) => contents,
            Err(error) => {
                self.tell(&error);
                None
            }
        }
    }

    /// Whether it may have been written since it was last read.
    pub(super) fn has_changed(&self) -> bool {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.is_none() || seen != self.stamp()
    }

    /// What is still to be written.
    pub(super) fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something has changed: it is written soon.
    pub(super) fn mark(&self, kind: Kind, subject: Subject, mark: Option<Mark>, now: i64) {
        self.note(kind, subject, mark, now);
        self.write();
    }

    /// The same for what has time: it is written with what comes next, or at the end.
    pub(super) fn note(&self, kind: Kind, subject: Subject, mark: Option<Mark>, now: i64) {
        let mut changes = self.changes();
        changes.at = now;
        if changes.marks.len() < MOST {
            changes.marks.insert((kind, subject), mark);
        }
    }

    /// A limit was used.
    pub(super) fn used(&self, subject: &Subject, used: Vec<(Slot, Used)>, now: i64) {
        let mut changes = self.changes();
        changes.at = now;
        for (slot, used) in used {
            if changes.used.len() < MOST {
                let sum = changes.used.entry((subject.clone(), slot)).or_default();
                sum.requests += used.requests;
                sum.tokens += used.tokens;
            }
        }
    }

    /// A route has taken a request.
    pub(super) fn took_turn(&self, route: &str, now: i64) {
        let mut changes = self.changes();
        changes.at = now;
        if changes.turns.len() < MOST {
            *changes.turns.entry(route.to_owned()).or_default() += 1;
        }
    }

    /// A probe found something out.
    pub(super) fn found(&self, place: Place, aspect: Aspect, finding: Finding) {
        let mut changes = self.changes();
        changes.at = finding.at;
        if changes.findings.len() < MOST {
            changes.findings.insert((place, aspect), finding);
        }
    }

    /// Has everything written that has gathered. Returns at once.
    pub(super) fn write(&self) {
        if self.changes().is_empty() || self.queued.swap(true, Ordering::AcqRel) {
            return;
        }
        let (changes, queued) = (Arc::clone(&self.changes), Arc::clone(&self.queued));
        let mut log = self.database.path().as_os_str().to_owned();
        log.push("-wal");
        self.database.write(move |db| {
            queued.store(false, Ordering::Release);
            let changes = std::mem::take(&mut *changes.lock().unwrap_or_else(PoisonError::into_inner));
            let held_up = std::fs::metadata(&log).is_ok_and(|log| log.len() > LARGEST_LOG);
            if held_up { Ok(()) } else { changes.write(db) }
        });
    }

    /// Waits until everything is written, but not for long.
    pub(super) fn flush(&self, patience: Duration) {
        self.write();
        if let Err(error) = self.database.flush(patience) {
            self.tell(&error);
        }
    }

    fn tell(&self, error: &StoreError) {
        if self.told.swap(true, Ordering::Relaxed) {
            debug!(%error, "the state of providers is not shared");
        } else {
            warn!(%error, "the state of providers cannot be shared with other processes for now");
        }
    }

    /// None where it may look the same after the next write.
    fn stamp(&self) -> Option<Stamp> {
        let path = self.database.path();
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let of = |path: &Path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        let stamp = [of(path), of(Path::new(&log))];
        let recent = |(at, _): &(SystemTime, u64)| at.elapsed().is_ok_and(|since| since < SAME_TIME);
        (!stamp.iter().flatten().any(recent)).then_some(stamp)
    }
}
