//! Sums over the ledger.

use jiff::Timestamp;
use rusqlite::Connection;
use serde::Serialize;

/// What sums are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The day, in UTC.
    Day,
    /// The provider.
    Provider,
    /// The model.
    Model,
    /// The agent that asked; `-` where none did.
    Agent,
    /// The session, by id; `-` for what belongs to none.
    Session,
}

/// The sums of one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sum {
    /// The day, provider or model.
    pub group: String,
    /// Requests that reached it.
    pub requests: u64,
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

pub(super) fn sums(db: &Connection, by: By, since: Option<Timestamp>) -> rusqlite::Result<Vec<Sum>> {
    let (group, order) = match by {
        By::Day => ("strftime('%Y-%m-%d', at_ms / 1000, 'unixepoch')", "1 DESC"),
        By::Provider => ("provider", "3 DESC, 1"),
        By::Model => ("provider || '/' || model", "3 DESC, 1"),
        By::Agent => ("coalesce(agent, '-')", "3 DESC, 1"),
        By::Session => ("coalesce(session, '-')", "max(at_ms) DESC, 1"),
    };
    let sql = format!(
        "SELECT {group}, count(DISTINCT request_id), count(*), count(class), \
         CAST(total(input_tokens) AS INTEGER), CAST(total(output_tokens) AS INTEGER), total(cost_usd), \
         sum(cost_usd IS NULL AND usage_source <> 'none') \
         FROM attempts WHERE at_ms >= ?1 GROUP BY 1 ORDER BY {order}"
    );
    let since = since.map_or(i64::MIN, Timestamp::as_millisecond);
    db.prepare(&sql)?
        .query_map([since], |row| {
            let number = |column: usize| Ok::<_, rusqlite::Error>(row.get::<_, i64>(column)?.cast_unsigned());
            Ok(Sum {
                group: row.get(0)?,
                requests: number(1)?,
                attempts: number(2)?,
                failed: number(3)?,
                input_tokens: number(4)?,
                output_tokens: number(5)?,
                cost_usd: row.get(6)?,
                unpriced: number(7)?,
            })
        })?
        .collect()
}
