//! How one step stands.

use minijinja::Value;

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Others come first.
    Waiting,
    /// It is under way.
    Active,
    /// It has a result.
    Done,
    /// It was left out.
    Skipped,
}

/// A step of a run.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) state: State,
    /// How many it waits for.
    pub(super) missing: usize,
    pub(super) round: u32,
    /// For which it is done, where that is several.
    pub(super) items: Option<Vec<Value>>,
    pub(super) results: Vec<serde_json::Value>,
    pub(super) begun: usize,
    pub(super) ended: usize,
    pub(super) output: Value,
    /// Why it was left out, where that was a failure.
    pub(super) problem: Option<String>,
    /// What it gave in the round before.
    pub(super) previous: Option<Value>,
}

/// What happens without anything being begun.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// A result was there already: the path.
    Kept(String),
    /// A step is left out: its id.
    Skipped(String),
    /// A step has failed, and it goes on: the path, and why.
    Excused(String, String),
    /// A loop goes round again: its last step, and the round that begins.
    Again(String, u32),
    /// A loop ended without what it was to lead to: its last step, and its rounds.
    GaveUp(String, u32),
}

impl Cell {
    pub(super) fn new(missing: usize) -> Self {
        Self {
            state: State::Waiting,
            missing,
            round: 1,
            items: None,
            results: Vec::new(),
            begun: 0,
            ended: 0,
            output: Value::from(""),
            problem: None,
            previous: None,
        }
    }

    /// It begins.
    pub(super) fn enter(&mut self, items: Option<Vec<Value>>) {
        self.state = State::Active;
        self.results = vec![serde_json::Value::Null; items.as_ref().map_or(0, Vec::len)];
        self.items = items;
    }

    /// It begins once more, as soon as so many are over.
    pub(super) fn again(&mut self, missing: usize) {
        let previous = (self.state == State::Done).then(|| self.output.clone());
        *self = Self { round: self.round + 1, previous, ..Self::new(missing) };
    }
}
