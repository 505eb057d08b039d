//! The memory that all agents share: what was remembered, by whom, and how it is found again.
//!
//! It is one SQLite file, written by any number of processes. No model is asked when something is written; what was
//! recalled is never stored again as new.

mod entry;
mod export;
mod filter;
mod find;
mod found;
mod gc;
mod history;
mod import;
mod likeness;
pub mod recall;
mod record;
mod refusal;
mod remove;
mod response;
pub mod run;
mod scope;
pub mod search;
pub mod session;
mod shelf;
mod stats;
mod table;
pub mod vectors;
mod write;

use std::path::Path;
use std::time::Duration;

pub use entry::{Draft, Entry, Kind, Origin};
pub use filter::Filter;
pub use found::Found;
pub use gc::Tidied;
pub use history::{Version, Why};
pub use import::{BadLine, ImportError, Imported};
pub use record::Record;
pub use refusal::{MOST_BYTES, MemoryError, RECALL_MARK, Refusal};
pub use response::StoredResponse;
pub use scope::{NoScope, Scope};
pub use shelf::Shelved;
pub use stats::{Share, Stats};
pub use write::Added;

pub use crate::store::StoreError;
use crate::store::{Database, File, Migrations};

/// The memory's tables, version by version.
const MIGRATIONS: Migrations = &[
    include_str!("001_entries.sql"),
    include_str!("002_search.sql"),
    include_str!("003_sessions.sql"),
    include_str!("004_likeness.sql"),
    include_str!("005_vectors.sql"),
    include_str!("006_digest.sql"),
    include_str!("007_runs.sql"),
    include_str!("008_responses.sql"),
];
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

    /// The entry with an id.
    pub fn entry(&self, id: &str) -> Result<Option<Entry>, StoreError> {
        Ok(self.database.read(|db| table::by_id(db, id))?.map(|(_, entry)| entry))
    }
}

/// A random id.
fn new_id() -> String {
    (0..ID_LENGTH).map(|_| char::from(ALPHABET[fastrand::usize(..ALPHABET.len())])).collect()
}

#[cfg(test)]
mod tests;
