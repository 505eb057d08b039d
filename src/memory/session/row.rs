//! Rows of sessions and turns.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Row, types::Type};
use serde::de::DeserializeOwned;

use super::{Provenance, Session, Turn, TurnState};
use crate::chat::ModelId;

/// The columns of a session, as [`session`] reads them. Its turns are counted along the way from its head.
pub(super) const SESSION: &str = "id, name, title, agent, models, system, forked_from, created_ms, updated_ms, \
     (WITH RECURSIVE way (row, parent) AS (SELECT row, parent FROM turns WHERE row = head \
      UNION ALL SELECT turns.row, turns.parent FROM turns JOIN way ON turns.row = way.parent) SELECT count(*) FROM way)";

/// The columns of a turn, as [`turn`] reads them.
pub(super) const TURN: &str = "id, state, agent, route, provider, model, key_fingerprint, attempts, failed, resumed, \
     recalled, input_tokens, output_tokens, cost_usd, problem, began_ms, first_token_ms, ended_ms";

pub(super) fn session(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: row.get(0)?,
        name: row.get(1)?,
        title: row.get(2)?,
        agent: row.get(3)?,
        models: json(row, 4)?,
        system: row.get(5)?,
        forked_from: row.get(6)?,
        created: time(row.get(7)?),
        updated: time(row.get(8)?),
        turns: row.get::<_, i64>(9)?.cast_unsigned(),
    })
}

/// A turn without its messages.
pub(super) fn turn(row: &Row<'_>) -> rusqlite::Result<Turn> {
    let number = |column: usize| row.get::<_, Option<i64>>(column).map(|it| it.map(i64::cast_unsigned));
    let model = match (row.get::<_, Option<String>>(4)?, row.get::<_, Option<String>>(5)?) {
        (Some(provider), Some(model)) => Some(ModelId::new(provider, model)),
        _ => None,
    };
    Ok(Turn {
        id: row.get(0)?,
        state: state(&row.get::<_, String>(1)?),
        messages: Vec::new(),
        provenance: Provenance {
            agent: row.get(2)?,
            route: row.get(3)?,
            model,
            key: row.get(6)?,
            attempts: row.get::<_, i64>(7)?.cast_unsigned(),
            failed: row.get::<_, i64>(8)?.cast_unsigned(),
            resumed: row.get(9)?,
            recalled: json(row, 10)?,
            input_tokens: number(11)?,
            output_tokens: number(12)?,
            cost_usd: row.get(13)?,
            problem: row.get(14)?,
            began: time(row.get(15)?),
            first_token: number(16)?.map(Duration::from_millis),
            ended: row.get::<_, Option<i64>>(17)?.map(time),
        },
        summary: None,
    })
}

/// A value that is kept as JSON.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}

fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A word that no version of this program writes stands for a turn that is not whole.
fn state(word: &str) -> TurnState {
    match word {
        "open" => TurnState::Open,
        "whole" => TurnState::Whole,
        "failed" => TurnState::Failed,
        "interrupted" => TurnState::Interrupted,
        _ => TurnState::Cut,
    }
}
