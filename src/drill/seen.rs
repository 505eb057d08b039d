//! What was seen of one scenario, by the one who asked and by the providers.

use std::time::Duration;

/// How an answer ended for the one who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It said that it was whole.
    Whole,
    /// It broke off and said so, or there was none and that was said: the class of failure.
    Error(String),
    /// Nothing ended it in time.
    Hung,
}

/// What was seen.
#[derive(Debug, Clone)]
pub struct Seen {
    /// How it ended.
    pub ending: Ending,
    /// The text that was delivered.
    pub text: String,
    /// How long it took.
    pub took: Duration,
    /// The model that answered, as users write it.
    pub model: Option<String>,
    /// Tokens of the answer, if anybody said.
    pub output_tokens: Option<u64>,
    /// When the first provider was asked, from the beginning.
    pub first_asked: Vec<Duration>,
    /// How often the others were asked.
    pub others_asked: usize,
    /// Failed attempts that are on record with tokens of an answer.
    pub billed_failures: usize,
    /// What came of a further question, where one was asked: whether it was answered.
    pub afterwards: Option<bool>,
    /// What came of many questions in a row, where they were asked.
    pub series: Option<Series>,
}

/// Many questions in a row, while the first provider is down and after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Series {
    /// How many were asked.
    pub asked: usize,
    /// How many got the whole answer.
    pub whole: usize,
    /// How often the first provider was asked while it was down.
    pub meanwhile: usize,
    /// How long after its recovery it answered again; none if it did not.
    pub back_after: Option<Duration>,
}

impl Seen {
    /// How often the first provider was asked.
    pub fn first(&self) -> usize {
        self.first_asked.len()
    }
}
