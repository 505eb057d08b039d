//! What lies nearest to a question: every vector is looked at, which up to some hundred thousand of them costs less than
//! keeping an index would.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use rusqlite::Connection;

use super::Meaning;
use super::pack::Asked;

/// An entry and how near it is. The heap's greatest is the farthest, so that it is the first to go.
#[derive(Debug, PartialEq)]
struct Near {
    cosine: f32,
    row: i64,
}

impl Eq for Near {}

impl Ord for Near {
    fn cmp(&self, other: &Self) -> Ordering {
        // Of equals the newer one is nearer.
        other.cosine.total_cmp(&self.cosine).then(other.row.cmp(&self.row))
    }
}

impl PartialOrd for Near {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The entries nearest to a question, best first, of those that are wanted: what may not be seen takes nobody's place.
pub(in crate::memory) fn nearest(
    db: &Connection,
    meaning: &Meaning,
    depth: usize,
    wanted: impl Fn(i64) -> bool,
) -> rusqlite::Result<Vec<(i64, f64)>> {
    let Some(asked) = Asked::new(&meaning.vector) else { return Ok(Vec::new()) };
    let mut best = BinaryHeap::with_capacity(depth + 1);
    let sql = "SELECT entry, vector FROM vectors NOT INDEXED \
         WHERE embedder = (SELECT number FROM embedders WHERE name = ?1)";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([&meaning.embedder])?;
    while let Some(found) = rows.next()? {
        let Ok(packed) = found.get_ref(1)?.as_blob() else { continue };
        let Some(cosine) = asked.cosine(packed) else { continue };
        if best.len() >= depth && best.peek().is_none_or(|farthest: &Near| cosine < farthest.cosine) {
            continue;
        }
        let row = found.get(0)?;
        if !wanted(row) {
            continue;
        }
        best.push(Near { cosine, row });
        if best.len() > depth {
            best.pop();
        }
    }
    Ok(best.into_sorted_vec().into_iter().map(|near| (near.row, f64::from(near.cosine))).collect())
}
