//! What chains have used.

use jiff::Timestamp;
use rusqlite::Connection;
use serde::Serialize;

/// What a chain has used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunSum {
    /// The chain.
    pub chain: String,
    /// How often it was run.
    pub runs: u64,
    /// Steps that came to a result.
    pub steps: u64,
    /// Those of them that were answered from a result that was there.
    pub kept: u64,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
    /// Cost in USD, as far as prices are known.
    pub cost_usd: f64,
}

pub(super) fn sums(db: &Connection, since: Option<Timestamp>) -> rusqlite::Result<Vec<RunSum>> {
    let sql = "SELECT chain, count(DISTINCT id), count(path), CAST(total(kept) AS INTEGER), \
         CAST(total(input_tokens) AS INTEGER), CAST(total(output_tokens) AS INTEGER), total(cost_usd) \
         FROM runs LEFT JOIN steps ON run = id WHERE runs.began_ms >= ?1 GROUP BY 1 ORDER BY 2 DESC, 1";
    let since = since.map_or(i64::MIN, Timestamp::as_millisecond);
    db.prepare(sql)?
        .query_map([since], |row| {
            let number = |column: usize| Ok::<_, rusqlite::Error>(row.get::<_, i64>(column)?.cast_unsigned());
            Ok(RunSum {
                chain: row.get(0)?,
                runs: number(1)?,
                steps: number(2)?,
                kept: number(3)?,
                input_tokens: number(4)?,
                output_tokens: number(5)?,
                cost_usd: row.get(6)?,
            })
        })?
        .collect()
}
