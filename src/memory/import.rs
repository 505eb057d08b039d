//! Entries arrive. What is known already stays as it is, so that importing twice is importing once.

use std::io::{self, BufRead};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::history::{self, Version, Why};
use super::table::{self, Kept, Traces};
use super::write::free_id;
use super::{Entry, Kind, Memory, PATIENCE, Record, StoreError};

/// The longest line: an entry with all that may be kept of its history, every character escaped.
const LONGEST_LINE: usize = 32 << 20;
/// So many entries, or so many bytes of lines, are one transaction.
const BATCH: usize = 16_000;
const BATCH_BYTES: usize = 16 << 20;
/// So many lines that cannot be taken are told one by one.
const MOST_TOLD: usize = 100;

/// What became of the lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Entries that were not there.
    pub new: u64,
    /// Entries of which an older version was there.
    pub newer: u64,
    /// Entries that were there.
    pub known: u64,
    /// Entries whose time is over.
    pub expired: u64,
    /// Lines that could not be taken.
    pub bad: u64,
    /// The first of them, with why.
    pub told: Vec<BadLine>,
}

/// A line that could not be taken.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub message: String,
}

/// An import that ended early. What was taken before is kept.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The lines could not be read.
    #[error("cannot read: {0}")]
    Read(#[from] io::Error),
    /// The entries could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An entry on its way in.
struct Arrival {
    entry: Entry,
    traces: Traces,
    history: Vec<Version>,
}

/// What became of an entry: its place in the counts.
#[derive(Clone, Copy)]
enum Fate {
    New,
    Newer,
    Known,
}

impl Memory {
    /// Takes entries, one JSON object a line, as [`Memory::export`] gives them. The newer one of two versions of an entry
    /// wins; a line that cannot be taken is told and hides no other.
    pub fn import(&self, reader: &mut (dyn BufRead + Send)) -> Result<Imported, ImportError> {
        // What comes next is read and worked out while what came before is written.
        let (batches, arrived) = sync_channel(1);
        thread::scope(|scope| {
            let reading = scope.spawn(move || read(reader, &batches));
            let mut fates = [0; 3];
            for batch in arrived {
                self.take(batch, &mut fates)?;
            }
            let mut imported = reading.join().map_err(|_| io::Error::other("the reader gave up"))??;
            [imported.new, imported.newer, imported.known] = fates;
            Ok(imported)
        })
    }

    fn take(&self, batch: Vec<Arrival>, counts: &mut [u64; 3]) -> Result<(), StoreError> {
        let fates = self.database.commit(PATIENCE, move |db| {
            batch.into_iter().map(|arrival| settle(db, arrival)).collect::<Result<Vec<_>, _>>()
        })?;
        for fate in fates {
            counts[fate as usize] += 1;
        }
        Ok(())
    }
}

/// Reads all lines, and hands over what can be taken in batches. Whoever takes them may have given up.
fn read(reader: &mut dyn BufRead, batches: &SyncSender<Vec<Arrival>>) -> io::Result<Imported> {
    let mut imported = Imported::default();
    let (mut batch, mut bytes, mut number) = (Vec::new(), 0, 0);
    let mut line = Vec::new();
    while let Some(whole) = next_line(reader, &mut line)? {
        number += 1;
        let now = Timestamp::now();
        match if whole { parse(&line, now) } else { Err(too_long()) } {
            Ok(None) => {}
            Ok(Some(arrival)) if arrival.entry.is_expired(now) => imported.expired += 1,
            Ok(Some(arrival)) => {
                bytes += line.len();
                batch.push(arrival);
            }
            Err(message) => imported.refuse(number, message),
        }
        if batch.len() >= BATCH || bytes >= BATCH_BYTES {
            bytes = 0;
            if batches.send(std::mem::take(&mut batch)).is_err() {
                return Ok(imported);
            }
        }
    }
    if !batch.is_empty() {
        let _given_up = batches.send(batch);
    }
    Ok(imported)
}

impl Imported {
    fn refuse(&mut self, line: u64, message: String) {
        self.bad += 1;
        if self.told.len() < MOST_TOLD {
            self.told.push(BadLine { line, message });
        }
    }
}

fn too_long() -> String {
    format!("it is longer than {} MiB", LONGEST_LINE >> 20)
}

/// Reads a line without its end. None at the end of all; false if it is longer than a line may be: then it was passed
/// over.
fn next_line(reader: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    let (mut something, mut whole) = (false, true);
    loop {
        let bytes = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            bytes => bytes?,
        };
        if bytes.is_empty() {
            return Ok(something.then_some(whole));
        }
        something = true;
        let end = memchr::memchr(b'\n', bytes);
        let piece = &bytes[..end.unwrap_or(bytes.len())];
        whole = whole && line.len() + piece.len() <= LONGEST_LINE;
        if whole {
            line.extend_from_slice(piece);
        }
        let used = piece.len() + usize::from(end.is_some());
        reader.consume(used);
        if end.is_some() {
            return Ok(Some(whole));
        }
    }
}

/// An entry from a line; none from a blank one.
fn parse(line: &[u8], now: Timestamp) -> Result<Option<Arrival>, String> {
    let text = std::str::from_utf8(line)
        .map_err(|error| format!("it is not UTF-8 (byte {})", error.valid_up_to() + 1))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Ok(None);
    }
    let record: Record = serde_json::from_str(text).map_err(|error| {
        // There is but one line.
        let message = error.to_string();
        let place = format!(" at line 1 column {}", error.column());
        match message.strip_suffix(&place) {
            Some(message) => format!("{message} (column {})", error.column()),
            None => message,
        }
    })?;
    let (entry, history) = record.entry(now)?;
    Ok(Some(Arrival { traces: Traces::of(&entry.draft), entry, history }))
}

fn settle(db: &Connection, arrival: Arrival) -> rusqlite::Result<Fate> {
    let Arrival { entry, traces, history } = arrival;
    if !entry.id.is_empty()
        && let Some(known) = table::by_id(db, &entry.id)?
    {
        return renew(db, known, (entry, &traces), &history);
    }
    if let Some(key) = &entry.draft.key {
        if let Some(known) = table::by_key(db, &entry.draft.scope, key)? {
            return renew(db, known, (entry, &traces), &history);
        }
    } else if is_known(db, &entry, &traces)? {
        return Ok(Fate::Known);
    }
    let id = if entry.id.is_empty() { free_id(db)? } else { entry.id.clone() };
    let row = table::insert(db, &Entry { id, ..entry }, &traces)?;
    // The oldest first, as they came about.
    history.iter().rev().try_for_each(|version| history::keep(db, row, version))?;
    Ok(Fate::New)
}

/// The newer one wins; what both said before is kept.
fn renew(
    db: &Connection,
    (row, old): Kept,
    (entry, traces): (Entry, &Traces),
    history: &[Version],
) -> rusqlite::Result<Fate> {
    if entry.updated <= old.updated {
        return Ok(Fate::Known);
    }
    let mut before = vec![Version::of(&old, entry.updated, Why::Set)];
    if let Some(key) = &entry.draft.key
        && let Some((holder, other)) = table::by_key(db, &entry.draft.scope, key)?
        && holder != row
    {
        // Another entry has got this key here.
        if entry.updated <= other.updated {
            return Ok(Fate::Known);
        }
        before.push(Version::of(&other, entry.updated, Why::Set));
        table::remove(db, holder)?;
    }
    before.retain(|version| version.content != entry.draft.content || version.tags != entry.draft.tags);
    let mut versions = history::of(db, row)?;
    let same = |one: &Version, other: &Version| one.content == other.content && one.updated == other.updated;
    for version in history.iter().rev().chain(&before) {
        if !versions.iter().any(|known| same(known, version)) {
            history::keep(db, row, version)?;
            versions.push(version.clone());
        }
    }
    let uses = entry.uses.max(old.uses);
    let entry = Entry { id: old.id, used: entry.used.max(old.used), uses, ..entry };
    table::update(db, &entry, traces)?;
    Ok(Fate::Newer)
}

/// Whether the same is there without a key. A piece of a document is the same at the same place of it only.
fn is_known(db: &Connection, entry: &Entry, traces: &Traces) -> rusqlite::Result<bool> {
    let draft = &entry.draft;
    let (same, [one, two]) = traces.same();
    let sql = format!(
        "SELECT 1 FROM entries WHERE {same} AND scope = ?3 AND key IS NULL \
         AND (kind = 'document') = ?4 AND (NOT ?4 OR (source IS ?5 AND place IS ?6))"
    );
    let is_document = draft.kind == Kind::Document;
    let values = params![one, two, draft.scope.to_string(), is_document, draft.source, draft.place];
    Ok(db.prepare_cached(&sql)?.query_row(values, |_| Ok(())).optional()?.is_some())
}
