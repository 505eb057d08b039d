//! Entries leave, one by one, with what they said before.

use jiff::Timestamp;
use rusqlite::{Connection, params_from_iter};

use super::{Filter, Memory, Record, StoreError, history, table};

/// So many are read at once. Between them nothing is held: whoever takes them may be slow.
const BATCH: i64 = 200;

impl Memory {
    /// Hands out the entries that a filter lets through in batches, in the order in which they were first written, until
    /// there are no more or `take` has had enough.
    pub fn export<E: From<StoreError>>(
        &self,
        filter: &Filter,
        mut take: impl FnMut(&[Record]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut after = 0;
        while self.path().exists() {
            let batch = self.database.read(|db| batch(db, filter, after))?;
            let Some((last, _)) = batch.last() else { break };
            after = *last;
            let records: Vec<Record> = batch.into_iter().map(|(_, record)| record).collect();
            take(&records)?;
        }
        Ok(())
    }
}

fn batch(db: &Connection, filter: &Filter, after: i64) -> rusqlite::Result<Vec<(i64, Record)>> {
    let db = db.unchecked_transaction()?;
    let sql = format!(
        "SELECT {}, row FROM entries WHERE row > ?{} AND {} ORDER BY row LIMIT ?{}",
        table::COLUMNS,
        Filter::NEXT,
        Filter::CONDITION,
        Filter::NEXT + 1
    );
    let mut values = filter.values(Timestamp::now());
    values.extend([after.into(), BATCH.into()]);
    let mut statement = db.prepare(&sql)?;
    let mut records = Vec::new();
    for kept in statement.query_map(params_from_iter(values), table::kept)? {
        let (row, entry) = kept?;
        let history = history::of(&db, row)?;
        records.push((row, Record::new(&entry, Some(&history))));
    }
    Ok(records)
}
