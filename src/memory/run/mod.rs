//! Runs of chains: what they were begun with, what each step came to, what models answered on the way.
//!
//! A step's result and the entry by which agents find it are written in one transaction. Whoever is killed has lost the
//! steps in flight and nothing else. That is why runs are in the file of the memory and not in one of their own.

mod lock;
mod row;
mod sums;

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde_json::Value;

pub use lock::RunLock;
pub use sums::RunSum;

use super::table::Traces;
use super::{Draft, Found, Memory, PATIENCE, new_id, write};
use crate::store::StoreError;

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It is under way, or its process was killed.
    Running,
    /// All is done.
    Done,
    /// A step failed for good.
    Failed,
    /// It was stopped: by the user, by its deadline, by its budget.
    Stopped,
    /// Somebody has to say something.
    Waiting,
}

/// One execution of a chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its id, random; the beginning of it is enough where it is unique.
    pub id: String,
    /// The chain.
    pub chain: String,
    /// All that it was begun with, as JSON.
    pub definition: Value,
    /// How it stands.
    pub state: RunState,
    /// What came of it.
    pub output: Option<String>,
    /// Why it did not end well.
    pub problem: Option<String>,
    /// When it began.
    pub began: Timestamp,
    /// When it ended, for now.
    pub ended: Option<Timestamp>,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// It has a result.
    Done,
    /// It failed, and the run goes on without it.
    Skipped,
    /// It failed.
    Failed,
}

/// What a step has come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// The step, its round, its item.
    pub path: String,
    /// How it ended.
    pub state: StepState,
    /// Its result.
    pub result: Value,
    /// The prompt, the arguments, the question.
    pub asked: String,
    /// The agent or the tool.
    pub who: String,
    /// Who answered.
    pub model: Option<String>,
    /// What was tried at providers, as JSON.
    pub attempts: Value,
    /// How often the step was begun.
    pub tries: u32,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
    /// What it cost in USD, as far as prices are known.
    pub cost_usd: Option<f64>,
    /// Whether it was answered from a result that was there.
    pub kept: bool,
    /// Whether somebody else's words are in it.
    pub outside: bool,
    /// What makes it equal to another step.
    #[serde(skip)]
    pub key: Option<Vec<u8>>,
    /// Why it failed.
    pub problem: Option<String>,
    /// When it began.
    pub began: Timestamp,
    /// How long it took.
    pub took_ms: u64,
}

impl RunState {
    const ALL: [Self; 5] = [Self::Running, Self::Done, Self::Failed, Self::Stopped, Self::Waiting];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::Waiting => "waiting",
        }
    }
}

impl StepState {
    const ALL: [Self; 3] = [Self::Done, Self::Skipped, Self::Failed];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }
}

impl Run {
    /// One that begins now.
    pub fn new(chain: impl Into<String>, definition: Value) -> Self {
        Self {
            id: new_id(),
            chain: chain.into(),
            definition,
            state: RunState::Running,
            output: None,
            problem: None,
            began: Timestamp::now(),
            ended: None,
        }
    }
}

impl Memory {
    /// Begins a run, once it is on disk. Very old ones go.
    pub fn begin_run(&self, run: Run) -> Result<(), StoreError> {
        self.database.commit(PATIENCE, move |db| {
            row::insert_run(db, &run)?;
            row::forget_old(db)
        })
    }

    /// Says how a run stands from now on, once it is on disk.
    pub fn set_run(
        &self,
        id: &str,
        state: RunState,
        output: Option<String>,
        problem: Option<String>,
    ) -> Result<(), StoreError> {
        let id = id.to_owned();
        let ended = (state != RunState::Running).then(|| Timestamp::now().as_millisecond());
        self.database.commit(PATIENCE, move |db| {
            let sql = "UPDATE runs SET state = ?2, output = ?3, problem = ?4, ended_ms = ?5 WHERE id = ?1";
            db.execute(sql, params![id, state.as_str(), output, problem, ended]).map(drop)
        })
    }

    /// Writes what a step has come to and remembers it, once both are on disk. What cannot be remembered is not.
    pub fn end_step(&self, run: &str, step: Step, remembered: Option<Draft>) -> Result<(), StoreError> {
        let run = run.to_owned();
        let entry = remembered.and_then(|draft| draft.checked().ok()).map(|draft| {
            let traces = Traces::of(&draft);
            (draft, traces)
        });
        self.database.commit(PATIENCE, move |db| {
            row::insert_step(db, &run, &step)?;
            if let Some((draft, traces)) = entry {
                write::put_or_add(db, draft, &traces)?;
            }
            Ok(())
        })
    }

    /// The results of a run, in the order in which they came.
    pub fn steps(&self, run: &str) -> Result<Vec<Step>, StoreError> {
        self.database.read(|db| row::steps(db, run))
    }

    /// Forgets the results of steps, and what was answered on the way to them.
    pub fn forget_steps(&self, run: &str, paths: Vec<String>) -> Result<(), StoreError> {
        let run = run.to_owned();
        self.database.commit(PATIENCE, move |db| {
            for path in &paths {
                db.execute("DELETE FROM steps WHERE run = ?1 AND path = ?2", params![run, path])?;
                db.execute("DELETE FROM step_answers WHERE run = ?1 AND path = ?2", params![run, path])?;
            }
            Ok(())
        })
    }

    /// The run of an id, or of the beginning of one.
    pub fn run(&self, name: &str) -> Result<Found<Run>, StoreError> {
        self.database.read(|db| row::run(db, name))
    }

    /// The newest runs, at most so many; of one chain, if one is named.
    pub fn runs(&self, chain: Option<&str>, most: usize) -> Result<Vec<Run>, StoreError> {
        self.database.read(|db| row::runs(db, chain, most))
    }

    /// Keeps what a model answered on the way to a step's result, once it is on disk.
    pub fn keep_answer(&self, run: &str, path: &str, ordinal: u32, answer: String) -> Result<(), StoreError> {
        let (run, path) = (run.to_owned(), path.to_owned());
        self.database.commit(PATIENCE, move |db| {
            let sql =
                "INSERT OR REPLACE INTO step_answers (run, path, ordinal, answer) VALUES (?1, ?2, ?3, ?4)";
            db.prepare_cached(sql)?.execute(params![run, path, ordinal, answer]).map(drop)
        })
    }

    /// What models answered on the way to results that are not there yet: path, ordinal, answer.
    pub fn open_answers(&self, run: &str) -> Result<Vec<(String, u32, String)>, StoreError> {
        self.database.read(|db| {
            let sql = "SELECT path, ordinal, answer FROM step_answers WHERE run = ?1 AND NOT EXISTS \
                 (SELECT 1 FROM steps WHERE steps.run = step_answers.run AND steps.path = step_answers.path)";
            db.prepare(sql)?.query_map([run], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
        })
    }

    /// The result of an equal step of any run, if its time is not over.
    pub fn kept_result(&self, key: &[u8]) -> Result<Option<Value>, StoreError> {
        let now = Timestamp::now().as_millisecond();
        let text: Option<String> = self.database.read(|db| {
            let sql =
                "SELECT result FROM kept_results WHERE key = ?1 AND (expires_ms IS NULL OR expires_ms > ?2)";
            db.query_row(sql, params![key, now], |row| row.get(0)).optional()
        })?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Keeps a result for equal steps of other runs, in the background. What has expired goes.
    pub fn keep_result(&self, key: Vec<u8>, result: &Value, ttl: Option<Duration>) {
        let (text, now) = (result.to_string(), Timestamp::now().as_millisecond());
        let expires = ttl.map(|ttl| now.saturating_add(i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX)));
        self.database.write(move |db| {
            row::forget_results(db, now)?;
            let sql = "INSERT OR REPLACE INTO kept_results (key, result, at_ms, expires_ms) VALUES (?1, ?2, ?3, ?4)";
            db.execute(sql, params![key, text, now, expires]).map(drop)
        });
    }

    /// What chains have used since then, chain by chain.
    pub fn run_sums(&self, since: Option<Timestamp>) -> Result<Vec<RunSum>, StoreError> {
        self.database.read(|db| sums::sums(db, since))
    }
}

#[cfg(test)]
mod tests;
