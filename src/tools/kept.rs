//! What is kept for a while: results that need not be asked for twice, and services that are left alone.
//!
//! The processes of a user share it through a file that may be deleted at any time. Nobody waits for the file: whatever is
//! wrong with it, a process goes on with what it knows itself.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::store::{Database, File, Migrations};

/// The most entries that are kept.
const MOST: usize = 2000;
/// The most bytes that are kept.
const MOST_BYTES: usize = 16 << 20;
/// How long whoever keeps the file locked is waited for.
const PATIENCE: Duration = Duration::from_millis(50);

/// The tables of the file. Keys are hashes: what was asked stands in the answers only.
const MIGRATIONS: Migrations = &["CREATE TABLE kept (
    key BLOB PRIMARY KEY,
    value TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_until ON kept (until_ms);"];

/// What tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Texts by key, each until a time. The lock is held for a look and never while anything is waited for.
pub struct Kept {
    clock: Clock,
    entries: Mutex<HashMap<String, Entry>>,
    shared: Option<Database>,
    /// Results of before do not count.
    anew: AtomicBool,
}

#[derive(Clone)]
struct Entry {
    value: String,
    from: Timestamp,
    until: Timestamp,
}

impl Kept {
    /// Keeps nothing yet, and what comes for this process only.
    pub fn new(clock: Clock) -> Self {
        Self { clock, entries: Mutex::default(), shared: None, anew: AtomicBool::new(false) }
    }

    /// The same, shared with other processes through a file in a directory. Nothing is opened or created yet.
    #[must_use]
    pub fn shared(self, directory: &Path) -> Self {
        Self { shared: Some(Database::new(directory, File::Cache, MIGRATIONS)), ..self }
    }

    /// The time, as this sees it.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// From now on results are asked for again. Who is left alone stays so.
    pub fn ask_anew(&self) {
        self.anew.store(true, Ordering::Relaxed);
    }

    /// A result that is kept under a key.
    pub fn result(&self, key: &str) -> Option<String> {
        if self.anew.load(Ordering::Relaxed) {
            return None;
        }
        self.get(key).map(|(value, _)| value)
    }

    /// What is kept under a key, and until when.
    pub fn get(&self, key: &str) -> Option<(String, Timestamp)> {
        let now = self.now();
        let mine = self.lock().get(key).filter(|entry| entry.is_alive(now)).cloned();
        let entry = mine.or_else(|| {
            let entry = self.look(key).filter(|entry| entry.is_alive(now))?;
            self.remember(key, entry.clone());
            Some(entry)
        })?;
        Some((entry.value, entry.until))
    }

    /// Keeps something under a key until a time.
    pub fn put(&self, key: &str, value: String, until: Timestamp) {
        let entry = Entry { value, from: self.now(), until };
        if let Some(shared) = &self.shared {
            let (key, entry) = (hashed(key), entry.clone());
            shared.write(move |db| entry.write(&key, db));
        }
        self.remember(key, entry);
    }

    /// Waits until other processes can see it, for at most `patience`. What cannot be shared is no loss.
    pub fn flush(&self, patience: Duration) {
        if let Some(Err(error)) = self.shared.as_ref().map(|shared| shared.flush(patience)) {
            tracing::debug!(%error, "what tools have found is not shared");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What others keep under a key.
    fn look(&self, key: &str) -> Option<Entry> {
        let key = hashed(key);
        let found = self.shared.as_ref()?.peek(PATIENCE, |db| Entry::read(&key, db));
        found.inspect_err(|error| tracing::debug!(%error, "what tools have found is not read")).ok()??
    }

    fn remember(&self, key: &str, entry: Entry) {
        let now = self.now();
        let mut entries = self.lock();
        entries.insert(key.to_owned(), entry);
        if is_full(&entries) {
            entries.retain(|_, entry| entry.is_alive(now));
        }
        while is_full(&entries) {
            let Some(key) = entries.iter().min_by_key(|(_, entry)| entry.until).map(|(key, _)| key.clone())
            else {
                return;
            };
            entries.remove(&key);
        }
    }
}

impl Entry {
    /// A clock that was set back makes nothing live longer.
    fn is_alive(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }

    fn read(key: &str, db: &Connection) -> rusqlite::Result<Option<Self>> {
        let sql = "SELECT value, from_ms, until_ms FROM kept WHERE key = ?1";
        let row = db.query_row(sql, [key.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        let time = |ms| Timestamp::from_millisecond(ms).unwrap_or_default();
        Ok(row.optional()?.map(|(value, from, until)| Self { value, from: time(from), until: time(until) }))
    }

    /// Of two about the same the one that lasts longer stays: somebody may have been told to wait longer.
    fn write(&self, key: &str, db: &Connection) -> rusqlite::Result<()> {
        let (from, until) = (self.from.as_millisecond(), self.until.as_millisecond());
        db.execute(
            "INSERT INTO kept (key, value, from_ms, until_ms) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO UPDATE \
             SET value = ?2, from_ms = ?3, until_ms = ?4 WHERE ?4 >= until_ms OR until_ms <= ?3 OR from_ms > ?3",
            params![key.as_bytes(), self.value, from, until],
        )?;
        sweep(db, from)
    }
}

/// Takes out what is over, and what is over first where there is too much.
fn sweep(db: &Connection, now: i64) -> rusqlite::Result<()> {
    db.execute("DELETE FROM kept WHERE until_ms <= ?1 OR from_ms > ?1", [now])?;
    let (count, bytes): (i64, i64) =
        db.query_row("SELECT count(*), coalesce(sum(length(value)), 0) FROM kept", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let over = |number: i64, most: usize| usize::try_from(number).is_ok_and(|number| number > most);
    if over(count, MOST) || over(bytes, MOST_BYTES) {
        let half = "DELETE FROM kept WHERE key IN (SELECT key FROM kept ORDER BY until_ms LIMIT ?1)";
        db.execute(half, [count / 2 + 1])?;
    }
    Ok(())
}

/// A key as it stands in the file.
fn hashed(key: &str) -> String {
    Sha256::digest(key.as_bytes()).0.iter().fold(String::new(), |mut hex, byte| {
        // A string takes everything.
        let _written = write!(hex, "{byte:02x}");
        hex
    })
}

fn is_full(entries: &HashMap<String, Entry>) -> bool {
    let bytes = || entries.iter().map(|(key, entry)| key.len() + entry.value.len()).sum::<usize>();
    entries.len() > MOST || bytes() > MOST_BYTES
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    /// A clock that is moved by hand.
    #[derive(Clone)]
    pub(in crate::tools) struct Hands(Arc<AtomicI64>);

    impl Hands {
        pub(in crate::tools) fn new() -> Self {
            let start: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
            Self(Arc::new(AtomicI64::new(start.as_second())))
        }

        pub(in crate::tools) fn clock(&self) -> Clock {
            let hands = self.clone();
            Arc::new(move || Timestamp::from_second(hands.0.load(Ordering::Relaxed)).unwrap())
        }

        pub(in crate::tools) fn forward(&self, seconds: i64) {
            self.0.fetch_add(seconds, Ordering::Relaxed);
        }
    }

    #[test]
    fn things_are_kept_until_their_time() {
        let hands = Hands::new();
        let kept = Kept::new(hands.clock());
        let until = kept.now() + jiff::SignedDuration::from_secs(10);
        kept.put("a", "1".into(), until);
        assert_eq!(kept.get("a"), Some(("1".into(), until)));
        hands.forward(9);
        assert!(kept.get("a").is_some() && kept.get("b").is_none());
        hands.forward(1);
        assert_eq!(kept.get("a"), None);
        hands.forward(-60);
        assert_eq!(kept.get("a"), None);
    }

    /// Two processes, as far as the file can tell.
    #[test]
    fn others_see_what_is_kept() {
        let (hands, directory) = (Hands::new(), tempfile::tempdir().unwrap());
        let process = || Kept::new(hands.clock()).shared(directory.path());
        let (one, other) = (process(), process());
        assert_eq!(other.get("a"), None);
        assert!(!directory.path().join("cache.db").exists(), "a look creates nothing");
        let until = |seconds| hands.clock()() + jiff::SignedDuration::from_secs(seconds);
        one.put("a", "1".into(), until(60));
        // What lasts less long changes nothing for others.
        one.put("rest", "long".into(), until(60));
        let third = process();
        third.put("rest", "short".into(), until(10));
        for writer in [&one, &third] {
            writer.flush(Duration::from_secs(20));
        }
        assert_eq!(other.get("a"), Some(("1".into(), until(60))));
        assert_eq!(process().get("rest"), Some(("long".into(), until(60))));
        let fresh = process();
        fresh.ask_anew();
        assert!(fresh.result("a").is_none() && fresh.get("a").is_some());
        let file = std::fs::read(directory.path().join("cache.db")).unwrap();
        assert!(!String::from_utf8_lossy(&file).contains("rest"), "keys stand nowhere");
        hands.forward(60);
        assert_eq!(process().get("a"), None);
    }

    /// A file that is damaged, or none at all, costs only what was in it.
    #[test]
    fn a_file_that_is_no_good_is_no_loss() {
        let (hands, directory) = (Hands::new(), tempfile::tempdir().unwrap());
        let process = || Kept::new(hands.clock()).shared(directory.path());
        let until = |seconds| hands.clock()() + jiff::SignedDuration::from_secs(seconds);
        std::fs::write(directory.path().join("cache.db"), [7; 9000]).unwrap();
        let damaged = process();
        assert_eq!(damaged.get("a"), None);
        damaged.put("a", "2".into(), until(60));
        damaged.flush(Duration::from_secs(20));
        assert_eq!(process().get("a").map(|(value, _)| value).as_deref(), Some("2"));
        let nowhere = Kept::new(hands.clock()).shared(Path::new("/proc/no/such"));
        nowhere.put("a", "3".into(), until(60));
        nowhere.flush(Duration::from_secs(20));
        assert_eq!(nowhere.get("a").map(|(value, _)| value).as_deref(), Some("3"));
    }

    #[test]
    fn room_is_bounded() {
        let hands = Hands::new();
        let kept = Kept::new(hands.clock());
        let until = |seconds| kept.now() + jiff::SignedDuration::from_secs(seconds);
        for number in 0..i64::try_from(MOST).unwrap() + 50 {
            kept.put(&number.to_string(), String::new(), until(100 + number));
        }
        assert!(kept.get("0").is_none() && kept.get("49").is_none() && kept.get("50").is_some());
        kept.put("large", "x".repeat(MOST_BYTES), until(10));
        kept.put("last", String::new(), until(20));
        assert!(kept.get("large").is_none());
        let directory = tempfile::tempdir().unwrap();
        let kept = Kept::new(hands.clock()).shared(directory.path());
        for number in 0..40 {
            kept.put(&number.to_string(), "x".repeat(MOST_BYTES / 10), until(100 + number));
        }
        kept.flush(Duration::from_mins(1));
        let size = std::fs::metadata(directory.path().join("cache.db")).unwrap().len();
        assert!(size < 3 * MOST_BYTES as u64, "{size}");
        let other = Kept::new(hands.clock()).shared(directory.path());
        assert!(other.get("39").is_some() && other.get("0").is_none());
    }
}
