//! SciFact: abstracts, and claims each of which some of them speak about.

use std::fs::read_to_string;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The collection.
pub(crate) struct SciFact {
    /// The file that the memory imports.
    pub(crate) corpus: PathBuf,
    /// What is asked.
    pub(crate) questions: Vec<Question>,
}

/// A question and the sources of what should be found.
#[derive(Deserialize)]
pub(crate) struct Question {
    pub(crate) text: String,
    pub(crate) relevant: Vec<String>,
}

pub(crate) fn read(folder: &Path) -> SciFact {
    let lines = read_to_string(folder.join("questions.jsonl")).unwrap();
    let questions = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    SciFact { corpus: folder.join("corpus.jsonl"), questions }
}

/// How good an order is: 1 where all that should be found stands first, less the later it comes.
pub(crate) fn ndcg(found: &[String], relevant: &[String]) -> f64 {
    let gain = |rank: usize| 1.0 / (rank as f64 + 2.0).log2();
    let got = found.iter().take(10).enumerate().filter(|(_, key)| relevant.contains(key));
    let got: f64 = got.map(|(rank, _)| gain(rank)).sum();
    let best: f64 = (0..relevant.len().min(10)).map(gain).sum();
    got / best
}
