//! What a model's vectors are worth for this memory, without anybody to judge. Pure.
//!
//! Of some entries a few words in a row are taken out and become a question; what is left of the entry is the answer to
//! be found among what is left of the others. Words find it through other mentions of the same things; a good model
//! finds it about as often, a bad one hardly ever, however many words its vectors remember. The ratio of the two says
//! what its ranks are worth beside those of the words.

use std::collections::{HashMap, HashSet};

/// The most words of a question.
const QUESTION: usize = 12;
/// The most words of what is left of an entry.
const ANSWER: usize = 100;
/// Entries of fewer words have nothing to spare.
const SHORTEST: usize = 8;
/// How many entries a trial needs at least.
pub(super) const FEWEST: usize = 24;
/// How many it takes.
pub(super) const ENOUGH: usize = 64;
/// Where words find less than this, what is compared with it says nothing: short entries share few words.
const LEAST_FOUND: f64 = 0.25;
/// A model that finds less than this share of what words find is worth nothing.
const WORTHLESS: f64 = 0.5;
/// What a model is worth before it could be tried: so little that a bad one does little harm.
pub(super) const UNTRIED: f64 = 0.2;

/// Questions, and what is to be found by each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trial {
    /// The questions.
    pub questions: Vec<String>,
    /// What is to be found, in the same order.
    pub answers: Vec<String>,
}

impl Trial {
    /// A trial with some of these texts; none if too few of them are long enough.
    pub(super) fn new(texts: &[String]) -> Option<Self> {
        let mut trial = Self::default();
        for (place, text) in texts.iter().enumerate() {
            if let Some((question, answer)) = split(text, place).filter(|_| trial.questions.len() < ENOUGH) {
                trial.questions.push(question);
                trial.answers.push(answer);
            }
        }
        (trial.questions.len() >= FEWEST).then_some(trial)
    }

    /// What a model is worth that makes these vectors of the questions and the answers.
    pub fn weight(&self, questions: &[Vec<f32>], answers: &[Vec<f32>]) -> f64 {
        let meanings = questions.iter().map(|question| {
            answers.iter().map(|answer| f64::from(cosine(question, answer))).collect::<Vec<f64>>()
        });
        let ratio = found(meanings) / found(by_words(&self.questions, &self.answers)).max(LEAST_FOUND);
        // From nothing for a worthless one to a half or more for one that is as good as the words.
        ((ratio - WORTHLESS) * 1.25).clamp(0.0, 1.0)
    }
}

/// A text in two: some units in a row, and the others.
fn split(text: &str, seed: usize) -> Option<(String, String)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (units, between) = if words.len() >= SHORTEST {
        (words, " ")
    } else {
        // Scripts without spaces.
        (text.split("").filter(|unit| !unit.trim().is_empty()).collect(), "")
    };
    if units.len() < if between.is_empty() { 2 * SHORTEST } else { SHORTEST } {
        return None;
    }
    let asked = (units.len() / 3).min(QUESTION);
    // Anywhere, but always at the same place.
    let start = seed.wrapping_mul(7919) % (units.len() - asked + 1);
    let rest: Vec<&str> =
        units[..start].iter().chain(&units[start + asked..]).copied().take(ANSWER).collect();
    Some((units[start..start + asked].join(between), rest.join(between)))
}

/// How well what belongs to each question is found: the mean of one by its rank. Ties count half.
fn found(scores: impl IntoIterator<Item = Vec<f64>>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for (place, scores) in scores.into_iter().enumerate() {
        let Some(own) = scores.get(place).copied() else { continue };
        let share = |score: &f64| if *score > own { 1.0 } else { f64::from(u8::from(*score >= own)) / 2.0 };
        // Itself is no tie.
        sum += 1.0 / (0.5 + scores.iter().map(share).sum::<f64>());
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

fn cosine(one: &[f32], other: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let lengths = (dot(one, one) * dot(other, other)).sqrt();
    if lengths > 0.0 { dot(one, other) / lengths } else { 0.0 }
}

/// The scores of answers by their words: BM25 over so few that it is counted on the spot.
#[expect(clippy::cast_precision_loss, reason = "a few dozen texts of a hundred words")]
fn by_words(questions: &[String], answers: &[String]) -> Vec<Vec<f64>> {
    let counted: Vec<HashMap<String, f64>> = answers.iter().map(|answer| counts(answer)).collect();
    let lengths: Vec<f64> = counted.iter().map(|counts| counts.values().sum()).collect();
    let mean = (lengths.iter().sum::<f64>() / lengths.len() as f64).max(1.0);
    let mut holders: HashMap<&str, f64> = HashMap::new();
    for word in counted.iter().flat_map(HashMap::keys) {
        *holders.entry(word).or_insert(0.0) += 1.0;
    }
    let weigh = |word: &str, counts: &HashMap<String, f64>, length: f64| {
        let (Some(times), Some(holders)) = (counts.get(word), holders.get(word)) else { return 0.0 };
        let rarity = (1.0 + (answers.len() as f64 - holders + 0.5) / (holders + 0.5)).ln();
        rarity * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / mean))
    };
    let ask = |question: &String| {
        let words: HashSet<String> = counts(question).into_keys().collect();
        let score = |(counts, length): (_, &f64)| words.iter().map(|word| weigh(word, counts, *length)).sum();
        counted.iter().zip(&lengths).map(score).collect()
    };
    questions.iter().map(ask).collect()
}

/// The words of a text and how often they are in it; scripts without spaces in pairs.
fn counts(text: &str) -> HashMap<String, f64> {
    let mut counts = HashMap::new();
    for word in
        text.to_lowercase().split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty())
    {
        let chars: Vec<char> = word.chars().collect();
        let alone = chars.iter().all(char::is_ascii) || chars.len() < 3;
        let pieces: Vec<String> = if alone {
            vec![word.to_owned()]
        } else {
            chars.windows(2).map(|pair| pair.iter().collect()).collect()
        };
        for piece in pieces {
            *counts.entry(piece).or_insert(0.0) += 1.0;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert, proptest};

    /// Entries about one thing each, of which both halves speak.
    fn texts() -> Vec<String> {
        let entry = |number: usize| {
            let own = |word: usize| format!("thing{number}x{}", word % 3);
            let word = |place: usize| {
                if place.is_multiple_of(2) { own(place) } else { format!("common{}", place % 7) }
            };
            (0..30).map(word).collect::<Vec<_>>().join(" ")
        };
        (0..40).map(entry).collect()
    }

    /// Vectors of texts by a model that knows what a share of them is about.
    fn vectors(texts: &[String], knows: usize) -> Vec<Vec<f32>> {
        texts
            .iter()
            .enumerate()
            .map(|(place, _)| {
                let own = if place % 10 < knows { place } else { (place * 7 + 3) % texts.len() };
                (0..texts.len()).map(|number| f32::from(u8::from(number == own))).collect()
            })
            .collect()
    }

    #[test]
    fn the_better_the_model_the_more_it_is_worth() {
        let trial = Trial::new(&texts()).unwrap();
        let answers: Vec<Vec<f32>> = vectors(&trial.answers, 10);
        let weights: Vec<f64> = [0, 5, 8, 10]
            .iter()
            .map(|knows| trial.weight(&vectors(&trial.questions, *knows), &answers))
            .collect();
        assert!(weights.windows(2).all(|pair| pair[0] <= pair[1]), "{weights:?}");
        assert!(weights[0] <= 0.0 && weights[3] > 0.5, "{weights:?}");
        // One that says the same of everything, and one that says nothing.
        for vector in [vec![1.0; 8], vec![0.0; 8], Vec::new()] {
            let same = vec![vector; trial.questions.len()];
            assert!(trial.weight(&same, &same) <= 0.0);
        }
    }

    #[test]
    fn a_trial_needs_something_to_try() {
        assert_eq!(Trial::new(&[]), None);
        assert_eq!(Trial::new(&vec!["too short for that".to_owned(); 100]), None);
        let trial =
            Trial::new(&vec!["one two three four five six seven eight nine".to_owned(); 100]).unwrap();
        assert_eq!((trial.questions.len(), trial.answers.len()), (ENOUGH, ENOUGH));
        // A script without spaces.
        let (question, answer) = split("東京は日本の首都であり人口が最も多い都市である", 1).unwrap();
        assert_eq!((question.chars().count(), answer.chars().count()), (7, 16));
    }

    proptest! {
        #[test]
        fn any_text_is_split_or_left(text in ".{0,300}", seed: usize) {
            if let Some((question, answer)) = split(&text, seed) {
                prop_assert!(!question.trim().is_empty() && !answer.trim().is_empty());
            }
        }

        #[test]
        fn a_weight_is_one(numbers in proptest::collection::vec(-1.0f32..1.0, FEWEST)) {
            let trial = Trial::new(&texts()[..FEWEST]).unwrap();
            let vectors: Vec<Vec<f32>> = numbers.iter().map(|number| vec![*number, 1.0 - number]).collect();
            prop_assert!((0.0..=1.0).contains(&trial.weight(&vectors, &vectors)));
        }
    }
}
