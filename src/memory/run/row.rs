//! Rows of runs and steps.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

use super::{Run, RunState, Step, StepState};
use crate::memory::Found;

const RUN: &str = "id, chain, definition, state, output, problem, began_ms, ended_ms";
const STEP: &str = "path, state, result, asked, who, model, attempts, tries, input_tokens, output_tokens, cost_usd, \
     kept, outside, key, problem, began_ms, took_ms";

/// The most runs that are kept.
const MOST_RUNS: i64 = 1_000;
/// The most results that are kept for other runs.
const MOST_RESULTS: i64 = 10_000;

/// Forgets the oldest runs, where there are more than anybody looks at.
pub(super) fn forget_old(db: &Connection) -> rusqlite::Result<()> {
    let sql = "DELETE FROM runs WHERE id IN (SELECT id FROM runs ORDER BY began_ms DESC LIMIT -1 OFFSET ?1)";
    db.execute(sql, [MOST_RUNS]).map(drop)
}

/// Forgets results whose time is over, and the oldest where there are too many.
pub(super) fn forget_results(db: &Connection, now: i64) -> rusqlite::Result<()> {
    db.execute("DELETE FROM kept_results WHERE expires_ms <= ?1", [now])?;
    let sql = "DELETE FROM kept_results WHERE key IN \
         (SELECT key FROM kept_results ORDER BY at_ms DESC LIMIT -1 OFFSET ?1)";
    db.execute(sql, [MOST_RESULTS]).map(drop)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}

pub(super) fn insert_run(db: &Connection, run: &Run) -> rusqlite::Result<()> {
    let sql = format!("INSERT INTO runs ({RUN}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    db.execute(
        &sql,
        params![
            run.id,
            run.chain,
            run.definition.to_string(),
            run.state.as_str(),
            run.output,
            run.problem,
            run.began.as_millisecond(),
            run.ended.map(Timestamp::as_millisecond),
        ],
    )
    .map(drop)
}

fn run_of(row: &Row<'_>) -> rusqlite::Result<Run> {
    let (definition, state) = (row.get::<_, String>(2)?, row.get::<_, String>(3)?);
    Ok(Run {
        id: row.get(0)?,
        chain: row.get(1)?,
        definition: json(&definition),
        state: RunState::ALL.into_iter().find(|it| it.as_str() == state).unwrap_or(RunState::Failed),
        output: row.get(4)?,
        problem: row.get(5)?,
        began: time(row.get(6)?),
        ended: row.get::<_, Option<i64>>(7)?.map(time),
    })
}

pub(super) fn run(db: &Connection, name: &str) -> rusqlite::Result<Found<Run>> {
    let exact = format!("SELECT {RUN} FROM runs WHERE id = ?1");
    if let Some(run) = db.query_row(&exact, [name], run_of).optional()? {
        return Ok(Found::One(run));
    }
    // The end of the range is the prefix and a character that no id has.
    let sql =
        format!("SELECT {RUN} FROM runs WHERE id >= ?1 AND id < ?1 || '~' ORDER BY began_ms DESC LIMIT ?2");
    let some: rusqlite::Result<Vec<_>> =
        db.prepare(&sql)?.query_map(params![name, Found::<()>::SHOWN], run_of)?.collect();
    Ok(if name.is_empty() { Found::None } else { Found::of(some?) })
}

pub(super) fn runs(db: &Connection, chain: Option<&str>, most: usize) -> rusqlite::Result<Vec<Run>> {
    let sql =
        format!("SELECT {RUN} FROM runs WHERE ?1 IS NULL OR chain = ?1 ORDER BY began_ms DESC, id LIMIT ?2");
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    db.prepare(&sql)?.query_map(params![chain, most], run_of)?.collect()
}

pub(super) fn insert_step(db: &Connection, run: &str, step: &Step) -> rusqlite::Result<()> {
    let sql = format!(
        "INSERT OR REPLACE INTO steps (run, {STEP}, place) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, \
         ?13, ?14, ?15, ?16, ?17, ?18, ?19)"
    );
    // Steps of a run end one after the other on one writer's thread, so this is the order in which they ended.
    let place = Timestamp::now().as_microsecond();
    db.prepare_cached(&sql)?
        .execute(params![
            run,
            step.path,
            step.state.as_str(),
            step.result.to_string(),
            step.asked,
            step.who,
            step.model,
            step.attempts.to_string(),
            step.tries,
            step.input_tokens.cast_signed(),
            step.output_tokens.cast_signed(),
            step.cost_usd,
            step.kept,
            step.outside,
            step.key,
            step.problem,
            step.began.as_millisecond(),
            step.took_ms.cast_signed(),
            place,
        ])
        .map(drop)
}

fn step_of(row: &Row<'_>) -> rusqlite::Result<Step> {
    let state = row.get::<_, String>(1)?;
    Ok(Step {
        path: row.get(0)?,
        state: StepState::ALL.into_iter().find(|it| it.as_str() == state).unwrap_or(StepState::Failed),
        result: json(&row.get::<_, String>(2)?),
        asked: row.get(3)?,
        who: row.get(4)?,
        model: row.get(5)?,
        attempts: json(&row.get::<_, String>(6)?),
        tries: row.get(7)?,
        input_tokens: row.get::<_, i64>(8)?.cast_unsigned(),
        output_tokens: row.get::<_, i64>(9)?.cast_unsigned(),
        cost_usd: row.get(10)?,
        kept: row.get(11)?,
        outside: row.get(12)?,
        key: row.get(13)?,
        problem: row.get(14)?,
        began: time(row.get(15)?),
        took_ms: row.get::<_, i64>(16)?.cast_unsigned(),
    })
}

pub(super) fn steps(db: &Connection, run: &str) -> rusqlite::Result<Vec<Step>> {
    let sql = format!("SELECT {STEP} FROM steps WHERE run = ?1 ORDER BY place, path");
    db.prepare(&sql)?.query_map([run], step_of)?.collect()
}
