//! Entries by name and by what they have in common.

use jiff::Timestamp;
use rusqlite::{Connection, params, params_from_iter};

use super::table::{self, Kept};
use super::{Entry, Filter, Found, Memory, Scope, StoreError, Version, history};

impl Memory {
    /// The entry with an id; else the one with that key; else those whose ids begin so. Of several with the same key in
    /// different scopes it is the one that everybody sees.
    pub fn get(&self, name: &str, scope: Option<&Scope>) -> Result<Found<Entry>, StoreError> {
        if !self.path().exists() {
            return Ok(Found::None);
        }
        self.database.read(|db| by_name(db, name, scope, Timestamp::now()))
    }

    /// The newest entries, as far as the filter lets them through.
    pub fn list(&self, filter: &Filter, most: usize) -> Result<Vec<Entry>, StoreError> {
        if !self.path().exists() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT {} FROM entries WHERE {} ORDER BY updated_ms DESC, row DESC LIMIT ?{}",
            table::COLUMNS,
            Filter::CONDITION,
            Filter::NEXT
        );
        let mut values = filter.values(Timestamp::now());
        values.push(i64::try_from(most).unwrap_or(i64::MAX).into());
        self.database
            .read(|db| db.prepare(&sql)?.query_map(params_from_iter(values), table::entry)?.collect())
    }

    /// How many entries a filter lets through.
    pub fn count(&self, filter: &Filter) -> Result<u64, StoreError> {
        if !self.path().exists() {
            return Ok(0);
        }
        let sql = format!("SELECT count(*) FROM entries WHERE {}", Filter::CONDITION);
        let values = filter.values(Timestamp::now());
        let count: i64 =
            self.database.read(|db| db.query_row(&sql, params_from_iter(values), |row| row.get(0)))?;
        Ok(count.cast_unsigned())
    }

    /// What an entry said before, the newest first.
    pub fn history(&self, id: &str) -> Result<Vec<Version>, StoreError> {
        self.database.read(|db| match table::by_id(db, id)? {
            Some((row, _)) => history::of(db, row),
            None => Ok(Vec::new()),
        })
    }

    /// Keys, for whoever has mistyped one.
    pub fn keys(&self, most: usize) -> Result<Vec<String>, StoreError> {
        self.words("SELECT DISTINCT key FROM entries WHERE key IS NOT NULL AND run IS NULL LIMIT ?1", most)
    }

    /// The files that documents are from.
    pub fn sources(&self, most: usize) -> Result<Vec<String>, StoreError> {
        let sql =
            "SELECT DISTINCT source FROM entries WHERE source IS NOT NULL AND kind = 'document' LIMIT ?1";
        self.words(sql, most)
    }

    fn words(&self, sql: &str, most: usize) -> Result<Vec<String>, StoreError> {
        if !self.path().exists() {
            return Ok(Vec::new());
        }
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.database.read(|db| db.prepare(sql)?.query_map([most], |row| row.get(0))?.collect())
    }
}

fn by_name(
    db: &Connection,
    name: &str,
    scope: Option<&Scope>,
    now: Timestamp,
) -> rusqlite::Result<Found<Entry>> {
    let seen =
        |entry: &Entry| !entry.is_expired(now) && scope.is_none_or(|scope| entry.draft.scope == *scope);
    if let Some((_, entry)) = table::by_id(db, name)?.filter(|(_, entry)| seen(entry)) {
        return Ok(Found::One(entry));
    }
    let shared = scope.is_none().then_some(Scope::Shared);
    if let Some(scope) = scope.or(shared.as_ref())
        && let Some((_, entry)) = table::by_key(db, scope, name)?.filter(|(_, entry)| seen(entry))
    {
        return Ok(Found::One(entry));
    }
    let several = |condition: &str| -> rusqlite::Result<Vec<Kept>> {
        let sql = format!(
            "SELECT {}, row FROM entries WHERE {condition} AND (?2 IS NULL OR scope = ?2) \
             AND (expires_ms IS NULL OR expires_ms > ?3) ORDER BY updated_ms DESC LIMIT ?4",
            table::COLUMNS
        );
        let scope = scope.map(ToString::to_string);
        let values = params![name, scope, now.as_millisecond(), Found::<()>::SHOWN];
        db.prepare_cached(&sql)?.query_map(values, table::kept)?.collect()
    };
    let mut some = several("key = ?1")?;
    if some.is_empty() && !name.is_empty() {
        // The end of the range is the prefix and a character that no id has.
        some = several("id >= ?1 AND id < ?1 || '~'")?;
    }
    Ok(Found::of(some.into_iter().map(|(_, entry)| entry).collect()))
}
