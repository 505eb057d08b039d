//! Requests, as one finds them again.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::Serialize;

/// All attempts of one request in one line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Request {
    /// Its id.
    pub request_id: String,
    /// When it began.
    pub at: String,
    /// The route that it went by.
    pub route: String,
    /// The model that gave the answer; none if there was none.
    pub answered_by: Option<String>,
    /// Attempts made.
    pub attempts: u64,
    /// Attempts that gave no answer.
    pub failed: u64,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
    /// Cost in USD, as far as prices are known.
    pub cost_usd: f64,
    /// Attempts that used tokens and whose price is not known.
    pub unpriced: u64,
}

pub(super) fn newest(
    db: &Connection,
    since: Option<Timestamp>,
    most: usize,
) -> rusqlite::Result<Vec<Request>> {
    let sql = "SELECT request_id, min(at_ms), min(route), max(CASE WHEN class IS NULL THEN provider || '/' || model END), \
         count(*), count(class), CAST(total(input_tokens) AS INTEGER), CAST(total(output_tokens) AS INTEGER), \
         total(cost_usd), sum(cost_usd IS NULL AND usage_source <> 'none') \
         FROM attempts WHERE at_ms >= ?1 GROUP BY request_id ORDER BY 2 DESC, 1 DESC LIMIT ?2";
    let since = since.map_or(i64::MIN, Timestamp::as_millisecond);
    db.prepare(sql)?
        .query_map(params![since, i64::try_from(most).unwrap_or(i64::MAX)], |row| {
            let number = |column: usize| Ok::<_, rusqlite::Error>(row.get::<_, i64>(column)?.cast_unsigned());
            let at = Timestamp::from_millisecond(row.get(1)?).unwrap_or(Timestamp::UNIX_EPOCH);
            Ok(Request {
                request_id: row.get(0)?,
                at: at.to_string(),
                route: row.get(2)?,
                answered_by: row.get(3)?,
                attempts: number(4)?,
                failed: number(5)?,
                input_tokens: number(6)?,
                output_tokens: number(7)?,
                cost_usd: row.get(8)?,
                unpriced: number(9)?,
            })
        })?
        .collect()
}
