//! One attempt in the ledger.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};
use serde::de::DeserializeOwned;

use crate::chat::{FailureClass, ModelId, Usage, UsageSource};

/// What is kept of an attempt. Prompts and answers are not.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The request that it was made for.
    pub request_id: String,
    /// Its place in the request, from zero.
    pub ordinal: u32,
    /// When it began.
    pub at: Timestamp,
    /// The route that the request went by.
    pub route: String,
    /// The agent that asked.
    pub agent: Option<String>,
    /// The session that it belongs to.
    pub session: Option<String>,
    /// Whose request it was: the id of a virtual key.
    pub owner: Option<String>,
    /// Where it went.
    pub model: ModelId,
    /// The key's fingerprint.
    pub key: Option<String>,
    /// Why it failed; none when it gave the answer.
    pub class: Option<FailureClass>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// What the provider said when it failed.
    pub message: Option<String>,
    /// How long it took.
    pub latency: Duration,
    /// Until the first content.
    pub first_token: Option<Duration>,
    /// Tokens used.
    pub usage: Usage,
    /// Who counted them.
    pub usage_source: UsageSource,
    /// What it cost in USD, as far as prices are known.
    pub cost_usd: Option<f64>,
}

const COLUMNS: &str = "request_id, ordinal, at_ms, route, provider, model, key_fingerprint, class, status, message, \
     latency_us, first_token_us, input_tokens, output_tokens, cached_tokens, reasoning_tokens, usage_source, cost_usd, agent, session, owner";

impl Entry {
    pub(super) fn insert(&self, db: &Connection) -> rusqlite::Result<()> {
        let marks =
            "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21";
        db.prepare_cached(&format!("INSERT INTO attempts ({COLUMNS}) VALUES ({marks})"))?.execute(
            params![
                self.request_id,
                self.ordinal,
                self.at.as_millisecond(),
                self.route,
                self.model.provider,
                self.model.model,
                self.key,
                self.class.map(FailureClass::as_str),
                self.status,
                self.message,
                micros(self.latency),
                self.first_token.map(micros),
                self.usage.input_tokens.map(u64::cast_signed),
                self.usage.output_tokens.map(u64::cast_signed),
                self.usage.cached_tokens.map(u64::cast_signed),
                self.usage.reasoning_tokens.map(u64::cast_signed),
                self.usage_source.as_str(),
                self.cost_usd,
                self.agent,
                self.session,
                self.owner,
            ],
        )?;
        Ok(())
    }

    pub(super) fn of_request(db: &Connection, id: &str) -> rusqlite::Result<Vec<Self>> {
        // A prefix is a range of ids; the end of it is the prefix and a character that no id has.
        let sql = format!(
            "SELECT {COLUMNS} FROM attempts WHERE request_id = (SELECT min(request_id) FROM attempts \
             WHERE request_id >= ?1 AND request_id < ?1 || '~' HAVING count(DISTINCT request_id) = 1) ORDER BY ordinal, id"
        );
        db.prepare(&sql)?.query_map([id], Self::from_row)?.collect()
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let tokens = |column: usize| {
            Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(i64::cast_unsigned))
        };
        Ok(Self {
            request_id: row.get(0)?,
            ordinal: row.get(1)?,
            at: Timestamp::from_millisecond(row.get(2)?).unwrap_or(Timestamp::UNIX_EPOCH),
            route: row.get(3)?,
            model: ModelId::new(row.get::<_, String>(4)?, row.get::<_, String>(5)?),
            key: row.get(6)?,
            class: row.get::<_, Option<String>>(7)?.map(|word| from_word(7, &word)).transpose()?,
            status: row.get(8)?,
            message: row.get(9)?,
            latency: Duration::from_micros(row.get::<_, i64>(10)?.cast_unsigned()),
            first_token: row.get::<_, Option<i64>>(11)?.map(|us| Duration::from_micros(us.cast_unsigned())),
            usage: Usage {
                input_tokens: tokens(12)?,
                output_tokens: tokens(13)?,
                cached_tokens: tokens(14)?,
                reasoning_tokens: tokens(15)?,
                cost_usd: None,
            },
            usage_source: from_word(16, &row.get::<_, String>(16)?)?,
            cost_usd: row.get(17)?,
            agent: row.get(18)?,
            session: row.get(19)?,
            owner: row.get(20)?,
        })
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// The words in the ledger are those of JSON.
fn from_word<T: DeserializeOwned>(column: usize, word: &str) -> rusqlite::Result<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}
