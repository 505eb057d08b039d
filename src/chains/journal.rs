//! What is kept of a run while it goes on: answers on the way, results at the end of each step.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;

use super::definition::Remember;
use super::machine::Outcome;
use crate::agents::{Answered, Journal};
use crate::memory::run::{Step, StepState};
use crate::memory::{Draft, Kind, Memory, Origin, Scope, StoreError};

/// How long the results of a run can be found in the memory of the run. They stay in its journal.
const REMEMBERED: Duration = Duration::from_hours(24 * 30);

/// The journal of one run.
#[derive(Debug)]
pub struct RunJournal {
    memory: Arc<Memory>,
    /// The run's id.
    pub run: String,
    /// The chain.
    pub chain: String,
    /// What was there when the run went on: results by path.
    steps: Mutex<HashMap<String, Step>>,
    /// What was answered on the way to results that are not there yet.
    answers: Mutex<HashMap<String, BTreeMap<u32, Answered>>>,
}

impl RunJournal {
    /// The journal of a run, with all that is in it already.
    pub fn open(memory: Arc<Memory>, run: &str, chain: &str) -> Result<Self, StoreError> {
        let steps = memory.steps(run)?.into_iter().map(|step| (step.path.clone(), step)).collect();
        let mut answers: HashMap<String, BTreeMap<u32, Answered>> = HashMap::new();
        for (path, ordinal, text) in memory.open_answers(run)? {
            // What cannot be read is asked again.
            if let Ok(answered) = serde_json::from_str(&text) {
                answers.entry(path).or_default().insert(ordinal, answered);
            }
        }
        let (run, chain) = (run.to_owned(), chain.to_owned());
        Ok(Self { memory, run, chain, steps: Mutex::new(steps), answers: Mutex::new(answers) })
    }

    /// The memory that it is a part of.
    pub(super) fn memory(&self) -> &Arc<Memory> {
        &self.memory
    }

    /// The results that are there, of the steps under a prefix.
    pub(super) fn kept(&self, prefix: &str) -> HashMap<String, Outcome> {
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept = HashMap::new();
        for (path, step) in steps.iter() {
            let Some(path) = path.strip_prefix(prefix).filter(|path| !path.contains(['/', '~'])) else {
                continue;
            };
            let outcome = match step.state {
                StepState::Done => Outcome::Done(step.result.clone()),
                StepState::Skipped => Outcome::Hopeless(step.problem.clone().unwrap_or_default()),
                StepState::Failed => continue,
            };
            kept.insert(path.to_owned(), outcome);
        }
        kept
    }

    /// The results that are there.
    pub(super) fn steps(&self) -> Vec<Step> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Writes what a step has come to. When it is over, that is on disk.
    pub(super) async fn end(&self, step: Step, remember: Remember) -> Result<(), StoreError> {
        let draft = self.draft(&step, remember);
        let (memory, run) = (Arc::clone(&self.memory), self.run.clone());
        off_thread(move || memory.end_step(&run, step, draft)).await
    }

    /// What is remembered of a step.
    fn draft(&self, step: &Step, remember: Remember) -> Option<Draft> {
        let (scope, key) = match remember {
            Remember::Run => (Scope::Run(self.run.clone()), Some(step.path.clone())),
            Remember::Shared => (Scope::Shared, None),
            Remember::Off => return None,
        };
        let content = text_of(&step.result);
        (step.state == StepState::Done).then(|| Draft {
            scope,
            key,
            kind: Kind::Result,
            tags: vec![self.chain.clone()],
            origin: Origin::Agent,
            agent: Some(step.who.clone()).filter(|who| !who.is_empty()),
            run: Some(self.run.clone()),
            expires: (remember == Remember::Run).then(|| Timestamp::now() + REMEMBERED),
            ..Draft::note(content)
        })
    }

    /// The answers on the way to the result of a path.
    pub(super) fn answers(self: &Arc<Self>, path: &str) -> Arc<Answers> {
        let kept = self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        Arc::new(Answers {
            journal: Arc::clone(self),
            path: path.to_owned(),
            all: Mutex::new(kept.unwrap_or_default()),
        })
    }
}

/// A result as a text: what is no text is JSON.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

/// What models answered on the way to one result.
#[derive(Debug)]
pub(super) struct Answers {
    journal: Arc<RunJournal>,
    path: String,
    all: Mutex<BTreeMap<u32, Answered>>,
}

impl Answers {
    /// All of them, in their order.
    pub(super) fn all(&self) -> Vec<Answered> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

impl Journal for Answers {
    fn answered(&self, ordinal: u32) -> Option<Answered> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).get(&ordinal).cloned()
    }

    fn keep(&self, ordinal: u32, answered: Answered) -> BoxFuture<'_, ()> {
        let text = serde_json::to_string(&answered).unwrap_or_default();
        self.all.lock().unwrap_or_else(PoisonError::into_inner).insert(ordinal, answered);
        let (memory, run, path) =
            (Arc::clone(&self.journal.memory), self.journal.run.clone(), self.path.clone());
        Box::pin(async move {
            // Whoever cannot keep it goes on: after a kill the model would be asked again.
            if let Err(error) = off_thread(move || memory.keep_answer(&run, &path, ordinal, text)).await {
                tracing::warn!(%error, "an answer could not be kept");
            }
        })
    }
}

/// Work that waits for a disk, where nobody else waits for it.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(StoreError { path: std::path::PathBuf::new(), message: error.to_string() }),
    }
}
