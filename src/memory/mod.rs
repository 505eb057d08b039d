//! The memory that all agents share: what was remembered, by whom, and how it is found again.
//!
//! It is one SQLite file, written by any number of processes. No model is asked when something is written; what was
//! recalled is never stored again as new.

pub mod document;
mod entry;
mod found;
mod scope;
pub mod session;
mod table;
pub mod vectors;

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

pub use entry::{Draft, Entry, Kind, Origin};
pub use found::Found;
pub use scope::{NoScope, Scope};

pub use crate::store::StoreError;
use crate::store::{Database, File, Migrations};

/// The memory's tables, version by version.
const MIGRATIONS: Migrations =
    &[include_str!("001_entries.sql"), include_str!("003_sessions.sql"), include_str!("005_vectors.sql")];
/// How long a write may take: longer than any other process should hold the file.
const PATIENCE: Duration = Duration::from_secs(20);
/// Letters and digits of ids; those that look alike are left out.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of an id: 50 bits.
const ID_LENGTH: usize = 10;

/// A handle to the memory.
#[derive(Debug)]
pub struct Memory {
    database: Database,
}

impl Memory {
    /// The version of its tables that this program writes.
    pub const VERSION: usize = MIGRATIONS.len();

    /// The memory in a data directory. Nothing is opened or created yet.
    pub fn new(data_dir: &Path) -> Self {
        Self { database: Database::new(data_dir, File::Memory, MIGRATIONS) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.database.path()
    }

    /// Waits until everything is on disk, for at most `patience`; tells what could not be written.
    pub fn flush(&self, patience: Duration) -> Result<(), StoreError> {
        self.database.flush(patience)
    }

    /// Remembers something and gives its id, once it is on disk.
    pub fn add(&self, draft: Draft) -> Result<String, StoreError> {
        let (id, now) = (new_id(), Timestamp::now());
        self.database.commit(PATIENCE, move |db| {
            table::insert(db, &id, &draft, now)?;
            Ok(id)
        })
    }

    /// The entry with an id.
    pub fn entry(&self, id: &str) -> Result<Option<Entry>, StoreError> {
        self.database.read(|db| table::by_id(db, id))
    }
}

/// A random id.
fn new_id() -> String {
    (0..ID_LENGTH).map(|_| char::from(ALPHABET[fastrand::usize(..ALPHABET.len())])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_remembered_comes_back() {
        let directory = tempfile::tempdir().unwrap();
        let memory = Memory::new(directory.path());
        let draft = Draft {
            scope: Scope::Agent("researcher".into()),
            key: Some("capital".into()),
            kind: Kind::Fact,
            tags: vec!["geo".into(), "fr".into()],
            origin: Origin::Agent,
            agent: Some("researcher".into()),
            session: Some("s".into()),
            source: Some("https://example.org".into()),
            place: Some("line 3".into()),
            happened: Some("2020-01-01T00:00:00Z".parse().unwrap()),
            expires: Some("2030-01-01T00:00:00Z".parse().unwrap()),
            ..Draft::note("Paris is the capital of France.\0\u{202e}")
        };
        let id = memory.add(draft.clone()).unwrap();
        let entry = memory.entry(&id).unwrap().unwrap();
        assert_eq!((entry.draft, entry.uses, entry.created), (draft, 0, entry.updated));
        assert_eq!(memory.entry("nobody").unwrap(), None);
    }
}
