//! What entries mean: vectors beside them, made by a model that somebody else asks.
//!
//! Vectors of different models have nothing in common, so each is kept with its model's name, and a question is only
//! ever compared with vectors of the model that made its own. They are made after an entry was written, never while it
//! is: an entry without one is found by its words as ever. An entry's vectors go when it goes or changes.

mod fusion;
mod nearest;
mod pack;
mod ranked;
mod table;
mod trial;

use jiff::Timestamp;
use rusqlite::Connection;

pub use trial::Trial;

use super::{Memory, PATIENCE, Scope, StoreError};
use ranked::{Wanted, ranked};

/// How many of the nearest are looked at.
pub(super) const DEPTH: usize = 100;

/// How many times as many vectors there must be before a model is tried again.
const GROWN: u64 = 4;

/// How a model stands that has made vectors for this memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The model, whoever serves it.
    pub name: String,
    /// The length of its vectors.
    pub length: usize,
    /// How many entries have one.
    pub vectors: u64,
    /// What its ranks are worth beside those of words, from 0 to 1; none until it was tried.
    pub weight: Option<f64>,
    /// How many vectors there were when it was tried last.
    pub tried_with: u64,
}

/// An entry without a vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unembedded {
    /// The entry.
    row: i64,
    /// What it says, in short.
    digest: i64,
    /// What is to be made a vector of.
    pub text: String,
}

/// What a question means.
#[derive(Debug, Clone, PartialEq)]
pub struct Meaning {
    /// The model that says so.
    pub embedder: String,
    /// Its vector.
    pub vector: Vec<f32>,
}

impl Standing {
    /// What its ranks are worth beside those of words.
    pub fn worth(&self) -> f64 {
        self.weight.unwrap_or(trial::UNTRIED)
    }
}

impl Memory {
    /// Every model that has made vectors.
    pub fn embedders(&self) -> Result<Vec<Standing>, StoreError> {
        self.database.read(table::embedders)
    }

    /// How many entries have no vector of a model.
    pub fn waiting_for_vectors(&self, embedder: &str) -> Result<u64, StoreError> {
        self.database.read(|db| table::waiting(db, embedder))
    }

    /// Entries that have no vector of a model, the newest first.
    pub fn unembedded(&self, embedder: &str, most: usize) -> Result<Vec<Unembedded>, StoreError> {
        self.database.read(|db| match table::waiting(db, embedder)? {
            0 => Ok(Vec::new()),
            _ => table::unembedded(db, embedder, most),
        })
    }

    /// Keeps what a model made of these entries, in their order. False if it has made vectors of another length before:
    /// then it is another model of the same name, and nothing is kept.
    pub fn keep_vectors(
        &self,
        embedder: &str,
        entries: Vec<Unembedded>,
        vectors: &[Vec<f32>],
    ) -> Result<bool, StoreError> {
        let Some(length) = vectors.first().map(Vec::len).filter(|length| *length <= pack::LONGEST) else {
            return Ok(vectors.is_empty());
        };
        let packed: Vec<Vec<u8>> = vectors.iter().map(|vector| pack::pack(vector)).collect();
        let name = embedder.to_owned();
        self.database.commit(PATIENCE, move |db| {
            let Some(number) = table::number(db, &name, length)? else { return Ok(false) };
            for (entry, packed) in entries.iter().zip(&packed) {
                table::keep(db, number, entry, packed)?;
            }
            Ok(true)
        })
    }

    /// Notes that nobody makes a vector of an entry, so that it is not asked for again until the entry changes. False if
    /// the model has never made one: then it is hardly the entry's fault, and nothing is noted.
    pub fn keep_no_vector(&self, embedder: &str, entry: Unembedded) -> Result<bool, StoreError> {
        let name = embedder.to_owned();
        self.database.commit(PATIENCE, move |db| {
            let Some(standing) = table::by_name(db, &name)? else { return Ok(false) };
            let Some(number) = table::number(db, &name, standing.length)? else { return Ok(false) };
            table::keep(db, number, &entry, &[])?;
            Ok(true)
        })
    }

    /// How a model is tried, if it is time to: when it has made enough vectors, and again when the memory has grown
    /// four times as large. Where entries are too few or too short for a trial, that is noted as well.
    pub fn trial(&self, embedder: &str) -> Result<Option<Trial>, StoreError> {
        let sampled = self.database.read(|db| {
            let due = trial::FEWEST as u64;
            let standing = table::by_name(db, embedder)?;
            let standing = standing.filter(|it| it.vectors >= due.max(it.tried_with * GROWN));
            // More than enough, for many may be too short.
            standing.map(|it| table::sample(db, &it.name, trial::ENOUGH * 8)).transpose()
        })?;
        let Some(texts) = sampled else { return Ok(None) };
        let trial = Trial::new(&texts);
        if trial.is_none() {
            self.weigh_embedder(embedder, None)?;
        }
        Ok(trial)
    }

    /// Notes what a trial said about a model.
    pub fn weigh_embedder(&self, embedder: &str, weight: Option<f64>) -> Result<(), StoreError> {
        let name = embedder.to_owned();
        self.database.commit(PATIENCE, move |db| table::weigh(db, &name, weight))
    }

    /// Forgets a model and all that it made. False if there was none.
    pub fn forget_embedder(&self, embedder: &str) -> Result<bool, StoreError> {
        let name = embedder.to_owned();
        self.database.commit(PATIENCE, move |db| table::forget(db, &name))
    }
}

/// Merges what was found by words (rows with their scores, best first) with what is near to what the question means, of
/// these scopes; of all where none is named.
pub(super) fn with_meaning(
    db: &Connection,
    words: Vec<(i64, f64)>,
    meaning: &Meaning,
    scopes: &[Scope],
) -> rusqlite::Result<Vec<(i64, f64)>> {
    let wanted = Wanted::of(db, scopes, Timestamp::now())?;
    ranked(db, words, meaning, DEPTH, &wanted)
}

#[cfg(test)]
mod tests;
