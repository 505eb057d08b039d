//! Documents in the memory: their chunks are entries, each with the file and the place that it is from.

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::table::{self, Kept, Traces};
use super::write::free_id;
use super::{Draft, Entry, Kind, Memory, MemoryError, Origin, PATIENCE, Refusal};
use crate::document::{Chunk, Document};

/// What became of a document's chunks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shelved {
    /// Chunks that were not there.
    pub new: usize,
    /// Chunks that were there; they keep their ids.
    pub kept: usize,
    /// Chunks that are not in the document any more; they are forgotten.
    pub gone: usize,
}

impl Memory {
    /// Puts a document in the place of what was known of it, once it is on disk. The draft says whose it is and what it
    /// is tagged with; its source names the document.
    pub fn shelve(&self, draft: &Draft, document: &Document) -> Result<Shelved, MemoryError> {
        let pieces: Result<Vec<Draft>, Refusal> =
            document.chunks().into_iter().map(|chunk| piece(draft, chunk).checked()).collect();
        let (pieces, scope) = (pieces?, draft.scope.to_string());
        let source = draft.source.clone().unwrap_or_else(|| document.source.to_string());
        Ok(self.database.commit(PATIENCE, move |db| {
            let sql = format!(
                "SELECT {}, row FROM entries WHERE source = ?1 AND scope = ?2 AND kind = 'document' ORDER BY row",
                table::COLUMNS
            );
            let known: rusqlite::Result<Vec<Kept>> =
                db.prepare_cached(&sql)?.query_map(params![source, scope], table::kept)?.collect();
            exchange(db, known?, pieces, Timestamp::now())
        })?)
    }
}

fn piece(draft: &Draft, chunk: Chunk) -> Draft {
    let place = match chunk.heading.as_str() {
        "" => chunk.place.to_string(),
        heading => format!("{heading}, {}", chunk.place),
    };
    Draft {
        kind: Kind::Document,
        origin: Origin::Document,
        key: None,
        source: Some(draft.source.clone().unwrap_or_else(|| chunk.source.to_string())),
        place: Some(place),
        content: chunk.text,
        ..draft.clone()
    }
}

/// Chunks that say the same keep their entries, wherever they stand now.
fn exchange(
    db: &Connection,
    known: Vec<Kept>,
    pieces: Vec<Draft>,
    now: Timestamp,
) -> rusqlite::Result<Shelved> {
    let mut shelved = Shelved::default();
    let mut by_content: HashMap<String, VecDeque<Kept>> = HashMap::new();
    for kept in known {
        by_content.entry(kept.1.draft.content.clone()).or_default().push_back(kept);
    }
    for piece in pieces {
        let Some((_, old)) = by_content.get_mut(&piece.content).and_then(VecDeque::pop_front) else {
            let traces = Traces::of(&piece);
            table::insert(db, &Entry::new(free_id(db)?, piece, now), &traces)?;
            shelved.new += 1;
            continue;
        };
        shelved.kept += 1;
        if old.draft != piece {
            let traces = Traces::of(&piece);
            table::update(db, &Entry { draft: piece, updated: now, ..old }, &traces)?;
        }
    }
    for (row, _) in by_content.into_values().flatten() {
        table::remove(db, row)?;
        shelved.gone += 1;
    }
    Ok(shelved)
}
