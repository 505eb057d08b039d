//! Finding entries by their words: BM25 over SQLite's full-text index.
//!
//! The index holds the words that [`mod@terms`] makes of an entry, and beside them its scope, so that what nobody may see is
//! left out before anything is ranked. Its cost is the number of entries that have one of the words: in a large memory
//! words that very many have are left out of a question, the rarest first kept, so that a search takes a moment whatever
//! is asked. In a small one nothing is left out.

mod terms;

use jiff::Timestamp;
use rusqlite::{Connection, params, params_from_iter, types::Value};

use super::vectors::{self, Meaning};
use super::{Draft, Entry, Filter, Kind, Memory, Scope, StoreError, table};
use terms::{is_pair, is_single, terms};

/// Words of a question that are looked up, the rarest first.
const MOST_TERMS: usize = 16;
/// Bytes of a question that are read: nobody asks more.
const LONGEST_QUESTION: usize = 16 << 10;
/// From so many entries on, frequent words are left out of questions.
const LARGE: i64 = 10_000;
/// Entries of a large memory that may have one of the words of a question, about.
const MOST_ROWS: i64 = 6_000;
/// Entries among which the frequency of a word is counted, the newest ones.
const SAMPLE: i64 = 4_096;
/// Entries that are looked through where a question has no words.
const MOST_LOOKED_THROUGH: i64 = 20_000;

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// The question. Nothing in it is syntax.
    pub text: String,
    /// In these scopes; all of them where none is named.
    pub scopes: Vec<Scope>,
    /// Of these kinds; all of them where none is named.
    pub kinds: Vec<Kind>,
    /// With all of these tags.
    pub tags: Vec<String>,
    /// Written in the turn of this agent.
    pub agent: Option<String>,
    /// Changed since then.
    pub since: Option<Timestamp>,
    /// How many at most.
    pub limit: usize,
}

impl Query {
    /// Whether it is narrowed by more than scopes.
    pub fn is_narrow(&self) -> bool {
        !(self.kinds.is_empty() && self.tags.is_empty() && self.agent.is_none() && self.since.is_none())
    }
}

/// An entry that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The entry.
    pub entry: Entry,
    /// How well it fits, the larger the better; to be compared within one search only.
    pub score: f64,
}

impl Memory {
    /// The entries that fit a question best by their words, the best one first.
    pub fn search(&self, query: &Query) -> Result<Vec<Hit>, StoreError> {
        self.search_by(query, None)
    }

    /// The same by what the question means as well, where that is known. What is narrowed by more than scopes is looked
    /// for by words only.
    pub fn search_by(&self, query: &Query, meaning: Option<&Meaning>) -> Result<Vec<Hit>, StoreError> {
        if !self.path().exists() {
            return Ok(Vec::new());
        }
        self.database.read(|db| {
            let found = match meaning.filter(|_| !query.is_narrow()) {
                None => lexical(db, query, query.limit)?,
                Some(meaning) => {
                    let words = lexical(db, query, query.limit.max(vectors::DEPTH))?;
                    let mut found = vectors::with_meaning(db, words, meaning, &query.scopes)?;
                    found.truncate(query.limit);
                    found
                }
            };
            let mut hits = Vec::with_capacity(found.len());
            for (row, score) in found {
                hits.extend(table::by_row(db, row)?.map(|entry| Hit { entry, score }));
            }
            Ok(hits)
        })
    }
}

/// The rows that fit a question best by their words, with their scores, the best one first.
pub(super) fn lexical(db: &Connection, query: &Query, depth: usize) -> rusqlite::Result<Vec<(i64, f64)>> {
    let mut asked = terms(bounded(&query.text));
    // The last character of a run says nothing beside the pairs before it.
    if asked.iter().any(|term| is_pair(term)) {
        asked.retain(|term| !is_single(term));
    }
    let chosen = choose(db, asked)?;
    let depth = i64::try_from(depth).unwrap_or(i64::MAX);
    if chosen.is_empty() {
        return literally(db, query, depth);
    }
    let narrow = if query.is_narrow() {
        format!("AND EXISTS (SELECT 1 FROM entries WHERE row = words.rowid {})", condition(query))
    } else {
        String::new()
    };
    let sql = format!(
        "SELECT rowid, -bm25(words, 1.0, 0.0) FROM words WHERE words MATCH ?{} \
         AND rowid NOT IN (SELECT row FROM entries WHERE expires_ms <= ?1) {narrow} \
         ORDER BY bm25(words, 1.0, 0.0) LIMIT ?{}",
        Filter::NEXT,
        Filter::NEXT + 1,
    );
    let mut values = filter(query).values(Timestamp::now());
    values.extend([Value::from(expression(&chosen, &query.scopes)), depth.into()]);
    let mut statement = db.prepare_cached(&sql)?;
    statement.query_map(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn filter(query: &Query) -> Filter {
    Filter { agent: query.agent.clone(), tags: query.tags.clone(), since: query.since, ..Filter::default() }
}

fn condition(query: &Query) -> String {
    let kinds: Vec<String> = query.kinds.iter().map(|kind| format!("'{}'", kind.as_str())).collect();
    let of_kind =
        if kinds.is_empty() { String::new() } else { format!(" AND kind IN ({})", kinds.join(", ")) };
    format!("AND {}{of_kind}", Filter::CONDITION)
}

/// A question in the index's language: every word quoted, any of them, within the scopes.
fn expression(terms: &[String], scopes: &[Scope]) -> String {
    let quoted = |words: &mut dyn Iterator<Item = String>| {
        // A single character begins pairs.
        let quoted = words.map(|word| format!("\"{word}\"{}", if is_single(&word) { " *" } else { "" }));
        quoted.collect::<Vec<_>>().join(" OR ")
    };
    let words = quoted(&mut terms.iter().cloned());
    if scopes.is_empty() {
        return format!("text : ({words})");
    }
    format!("text : ({words}) AND scope : ({})", quoted(&mut scopes.iter().map(scope_word)))
}

/// A scope as one word of the index.
fn scope_word(scope: &Scope) -> String {
    format!("s{:x}", table::digest(&scope.to_string()))
}

/// The words that are looked up: each once, the rarest ones, and in a large memory only as many as it bears.
fn choose(db: &Connection, mut asked: Vec<String>) -> rusqlite::Result<Vec<String>> {
    asked.sort_unstable();
    asked.dedup();
    let newest: i64 = db.query_row("SELECT coalesce(max(row), 0) FROM entries", [], |row| row.get(0))?;
    if newest < LARGE {
        // By length: long words are rare.
        asked.sort_by_key(|term| std::cmp::Reverse(term.chars().count()));
        asked.truncate(MOST_TERMS);
        return Ok(asked);
    }
    let sql = "SELECT count(*) FROM words WHERE words MATCH ?1 AND rowid > ?2";
    let mut count = db.prepare_cached(sql)?;
    let mut counted = Vec::with_capacity(asked.len());
    for term in asked.into_iter().take(4 * MOST_TERMS) {
        let seen: i64 = count
            .query_row(params![expression(std::slice::from_ref(&term), &[]), newest - SAMPLE], |row| {
                row.get(0)
            })?;
        counted.push((seen * (newest / SAMPLE).max(1), term));
    }
    counted.sort_by_key(|(rows, _)| *rows);
    let mut sum = 0;
    let chosen = counted.into_iter().take(MOST_TERMS).enumerate().take_while(|(place, (rows, _))| {
        sum += rows;
        *place == 0 || sum <= MOST_ROWS
    });
    Ok(chosen.map(|(_, (_, term))| term).collect())
}

/// Entries that say it literally, the newest first: for questions without a word.
fn literally(db: &Connection, query: &Query, depth: i64) -> rusqlite::Result<Vec<(i64, f64)>> {
    let text = bounded(query.text.trim());
    if text.is_empty() || text.contains('\0') {
        return Ok(Vec::new());
    }
    let scopes: Vec<String> = query.scopes.iter().map(ToString::to_string).collect();
    let sql = format!(
        "SELECT row FROM entries WHERE row > (SELECT coalesce(max(row), 0) FROM entries) - {MOST_LOOKED_THROUGH} {} \
         AND instr(lower(content), lower(?{})) > 0 \
         AND (?{} = '[]' OR scope IN (SELECT value FROM json_each(?{2}))) ORDER BY row DESC LIMIT ?{}",
        condition(query),
        Filter::NEXT,
        Filter::NEXT + 1,
        Filter::NEXT + 2,
    );
    let mut values = filter(query).values(Timestamp::now());
    let scopes = serde_json::to_string(&scopes).unwrap_or_default();
    values.extend([Value::from(text.to_owned()), scopes.into(), depth.into()]);
    let mut statement = db.prepare_cached(&sql)?;
    statement.query_map(params_from_iter(values), |row| Ok((row.get(0)?, 0.0)))?.collect()
}

/// As much of a question as is read.
fn bounded(text: &str) -> &str {
    let end = (0..=LONGEST_QUESTION.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// The words that an entry is found by, with spaces between them.
pub(super) fn words(draft: &Draft) -> String {
    let mut words = terms(&draft.content);
    for more in draft.tags.iter().chain(&draft.key).chain(&draft.place).chain(&draft.agent) {
        words.extend(terms(more));
    }
    words.join(" ")
}

/// Puts an entry's words into the index, or anew.
pub(super) fn index(db: &Connection, row: i64, scope: &Scope, words: &str) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO words (rowid, text, scope) VALUES (?1, ?2, ?3)";
    db.prepare_cached(sql)?.execute(params![row, words, scope_word(scope)]).map(drop)
}

/// Takes an entry out of the index.
pub(super) fn forget(db: &Connection, row: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM words WHERE rowid = ?1")?.execute([row]).map(drop)
}

/// Writes the index anew without what was taken out of it, and in one piece.
pub(super) fn tidy(db: &Connection) -> rusqlite::Result<()> {
    db.execute("INSERT INTO words (words) VALUES ('optimize')", []).map(drop)
}

#[cfg(test)]
mod tests;
