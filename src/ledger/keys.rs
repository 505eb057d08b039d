//! Virtual keys: who may ask through the gateway, for what, and how much. Budgets are counted exactly over all processes.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Ledger, audit};
use crate::store::StoreError;

/// How a key begins.
pub const PREFIX: &str = "sk-aigw-";
/// How long whoever waits for a key waits.
const PATIENCE: Duration = Duration::from_secs(5);
/// A reservation that is older is of a request that nobody waits for any more: its process was killed.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);
/// Letters and digits of a key: 52 of them are 260 bits.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 52;

/// What a key is good for. Absent limits are none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// The models, routes and agents that may be named, as globs; all where it is empty.
    pub models: Vec<String>,
    /// What may be done: `chat`, `embeddings`, `agents`, and `shared`, which is to read and write what all agents remember.
    pub scopes: Vec<String>,
    /// Requests in any minute.
    pub rpm: Option<u32>,
    /// Tokens in any minute.
    pub tpm: Option<u64>,
    /// Requests at a time.
    pub concurrency: Option<u32>,
    /// Tokens of a day, by UTC.
    pub tokens_per_day: Option<u64>,
    /// Tokens of a month, by UTC.
    pub tokens_per_month: Option<u64>,
    /// USD of a day, by UTC.
    pub usd_per_day: Option<f64>,
    /// USD of a month, by UTC.
    pub usd_per_month: Option<f64>,
    /// What else it is called by, for people and figures.
    pub tags: Vec<String>,
}

impl Terms {
    /// What may be done where nothing else is said.
    pub const USUAL_SCOPES: [&str; 3] = ["chat", "embeddings", "agents"];
    /// All that may be done.
    pub const SCOPES: [&str; 4] = ["chat", "embeddings", "agents", "shared"];

    /// Whether there is a budget, which is kept in the ledger.
    pub fn has_budget(&self) -> bool {
        self.tokens_per_day.is_some()
            || self.tokens_per_month.is_some()
            || self.usd_per_day.is_some()
            || self.usd_per_month.is_some()
    }
}

/// A virtual key. The key itself is known to whoever made it, and to nobody here.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VirtualKey {
    /// Its id, random.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The last four characters of the key.
    pub hint: String,
    /// What it is good for.
    pub terms: Terms,
    /// When it was made.
    pub created: Timestamp,
    /// Until when it is good.
    pub expires: Option<Timestamp>,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
    /// The hashes of the key, and of the one before it with its end.
    #[serde(skip)]
    pub hashes: (Vec<u8>, Option<(Vec<u8>, Timestamp)>),
}

/// What was used and what is under way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Spending {
    /// Tokens.
    pub tokens: u64,
    /// USD, as far as prices are known.
    pub cost_usd: f64,
}

/// A budget that is used up.
#[derive(Debug, Clone, PartialEq)]
pub struct Exhausted {
    /// Which, in words: `20000 tokens per day`.
    pub budget: String,
    /// When the next one begins.
    pub until: Timestamp,
}

/// The hash under which a key is kept.
pub fn hash(key: &str) -> Vec<u8> {
    Sha256::digest(key.as_bytes()).to_vec()
}

/// A new key.
fn new_key() -> Result<String, StoreError> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| StoreError {
        path: std::path::PathBuf::new(),
        message: format!("the system gives no random bytes: {error}"),
    })?;
    let letters = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    Ok(PREFIX.chars().chain(letters).collect())
}

fn hint(key: &str) -> String {
    key[key.len().saturating_sub(4)..].to_owned()
}

impl Ledger {
    /// Makes a key; gives it, for the only time. None if there is one of this name.
    pub fn create_key(
        &self,
        name: &str,
        terms: Terms,
        expires: Option<Timestamp>,
    ) -> Result<Option<(VirtualKey, String)>, StoreError> {
        let key = new_key()?;
        let made = VirtualKey {
            id: format!("vk_{:012x}", fastrand::u64(..1 << 48)),
            name: name.to_owned(),
            hint: hint(&key),
            terms,
            created: now(),
            expires,
            revoked: None,
            hashes: (hash(&key), None),
        };
        let row = made.clone();
        let written = self.database.commit(PATIENCE, move |db| {
            let sql = "INSERT INTO virtual_keys (id, name, hash, hint, terms, created_ms, expires_ms) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
            let terms = serde_json::to_string(&row.terms).unwrap_or_default();
            let (created, expires) =
                (row.created.as_millisecond(), row.expires.map(Timestamp::as_millisecond));
            let rows =
                db.execute(sql, params![row.id, row.name, row.hashes.0, row.hint, terms, created, expires])?;
            if rows > 0 {
                audit::add(db, "key.create", &row.name, &format!("id {}, {terms}", row.id))?;
            }
            Ok(rows > 0)
        })?;
        Ok(written.then_some((made, key)))
    }

    /// All keys, by name, also those that are over.
    pub fn keys(&self) -> Result<Vec<VirtualKey>, StoreError> {
        let found = self.database.peek(PATIENCE, |db| {
            let sql = "SELECT id, name, hint, terms, created_ms, expires_ms, revoked_ms, hash, old_hash, old_until_ms \
                       FROM virtual_keys ORDER BY name";
            db.prepare(sql)?.query_map([], read)?.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        match found {
            Some(keys) => Ok(keys),
            // There is no ledger yet, or one of an older version, which has no keys.
            None => Ok(Vec::new()),
        }
    }

    /// Makes a new key in place of one, which is good for a while longer. None if there is no such key that is good.
    pub fn rotate_key(&self, name: &str, grace: Duration) -> Result<Option<String>, StoreError> {
        let key = new_key()?;
        let (name, new, last) = (name.to_owned(), hash(&key), hint(&key));
        let until = now().as_millisecond() + i64::try_from(grace.as_millis()).unwrap_or(i64::MAX / 2);
        let rotated = self.database.commit(PATIENCE, move |db| {
            let sql = "UPDATE virtual_keys SET old_hash = hash, old_until_ms = ?2, hash = ?3, hint = ?4 \
                       WHERE name = ?1 AND revoked_ms IS NULL";
            let rows = db.execute(sql, params![name, until, new, last])?;
            if rows > 0 {
                audit::add(db, "key.rotate", &name, "")?;
            }
            Ok(rows > 0)
        })?;
        Ok(rotated.then_some(key))
    }

    /// Makes a key good for nothing. False if there is no such key that is good.
    pub fn revoke_key(&self, name: &str) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.database.commit(PATIENCE, move |db| {
            let sql = "UPDATE virtual_keys SET revoked_ms = ?2, old_hash = NULL WHERE name = ?1 AND revoked_ms IS NULL";
            let rows = db.execute(sql, params![name, now().as_millisecond()])?;
            if rows > 0 {
                audit::add(db, "key.revoke", &name, "")?;
            }
            Ok(rows > 0)
        })
    }

    /// Reserves what a request may come to, or says which budget it would break.
    pub fn reserve(
        &self,
        key: &VirtualKey,
        request: &str,
        wanted: Spending,
    ) -> Result<Option<Exhausted>, StoreError> {
        let (id, terms, request) = (key.id.clone(), key.terms.clone(), request.to_owned());
        self.database.commit(PATIENCE, move |db| {
            let at = now();
            let gone = "DELETE FROM reservations WHERE at_ms < ?1";
            db.execute(gone, [(at - LONGEST).as_millisecond()])?;
            for (tokens, usd, window) in [
                (terms.tokens_per_day, terms.usd_per_day, Window::Day),
                (terms.tokens_per_month, terms.usd_per_month, Window::Month),
            ] {
                if tokens.is_none() && usd.is_none() {
                    continue;
                }
                let (since, until) = window.around(at);
                let used = used(db, &id, since)?;
                let over = |most: u64| used.tokens.saturating_add(wanted.tokens) > most;
                if let Some(most) = tokens.filter(|most| over(*most)) {
                    return Ok(Some(Exhausted { budget: format!("{most} tokens per {}", window.word()), until }));
                }
                let over = |most: f64| used.cost_usd + wanted.cost_usd > most;
                if let Some(most) = usd.filter(|most| over(*most)) {
                    return Ok(Some(Exhausted { budget: format!("${most} per {}", window.word()), until }));
                }
            }
            let sql = "INSERT OR REPLACE INTO reservations (request, key, tokens, cost_usd, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
            let tokens = i64::try_from(wanted.tokens).unwrap_or(i64::MAX);
            db.execute(sql, params![request, id, tokens, wanted.cost_usd, at.as_millisecond()])?;
            Ok(None)
        })
    }

    /// A request is over: what it used stands in its attempts, which were written before.
    pub fn release(&self, request: String) {
        self.database
            .write(move |db| db.execute("DELETE FROM reservations WHERE request = ?1", [request]).map(drop));
    }

    /// What a key has used today and this month, with what is under way.
    pub fn spending(&self, key: &str) -> Result<(Spending, Spending), StoreError> {
        let key = key.to_owned();
        self.database.read(|db| {
            let at = now();
            Ok((used(db, &key, Window::Day.around(at).0)?, used(db, &key, Window::Month.around(at).0)?))
        })
    }
}

/// What budgets are for.
#[derive(Debug, Clone, Copy)]
enum Window {
    Day,
    Month,
}

impl Window {
    fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// Its beginning and its end around a moment, by UTC.
    fn around(self, at: Timestamp) -> (Timestamp, Timestamp) {
        let date = at.to_zoned(TimeZone::UTC).date();
        let (first, next) = match self {
            Self::Day => (date, date.tomorrow()),
            Self::Month => (date.first_of_month(), date.last_of_month().tomorrow()),
        };
        let moment = |midnight: DateTime| midnight.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
        let begin = moment(first.to_datetime(jiff::civil::Time::midnight())).unwrap_or(at);
        let end = next.ok().and_then(|next| moment(next.to_datetime(jiff::civil::Time::midnight())).ok());
        (begin, end.unwrap_or(at))
    }
}

fn now() -> Timestamp {
    // Milliseconds are what the file keeps.
    Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap_or_default()
}

fn used(db: &Connection, key: &str, since: Timestamp) -> rusqlite::Result<Spending> {
    let sums = |sql: &str, params: &[&dyn rusqlite::ToSql]| -> rusqlite::Result<(i64, f64)> {
        let found = db.query_row(sql, params, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        Ok(found.unwrap_or_default())
    };
    let (tokens, cost) = sums(
        "SELECT coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)), 0), coalesce(sum(cost_usd), 0.0) \
         FROM attempts WHERE owner = ?1 AND at_ms >= ?2",
        &[&key, &since.as_millisecond()],
    )?;
    let (open, open_cost) = sums(
        "SELECT coalesce(sum(tokens), 0), coalesce(sum(cost_usd), 0.0) FROM reservations WHERE key = ?1",
        &[&key],
    )?;
    Ok(Spending {
        tokens: u64::try_from(tokens.saturating_add(open)).unwrap_or(0),
        cost_usd: cost + open_cost,
    })
}

fn read(row: &Row<'_>) -> rusqlite::Result<VirtualKey> {
    let time = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or_default();
    let moment = |place: usize| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row.get::<_, Option<i64>>(place)?.map(time))
    };
    let terms: String = row.get(3)?;
    let old: Option<Vec<u8>> = row.get(8)?;
    Ok(VirtualKey {
        id: row.get(0)?,
        name: row.get(1)?,
        hint: row.get(2)?,
        terms: serde_json::from_str(&terms).unwrap_or_default(),
        created: time(row.get(4)?),
        expires: moment(5)?,
        revoked: moment(6)?,
        hashes: (row.get(7)?, old.zip(moment(9)?)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger() -> (Ledger, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        (Ledger::new(directory.path()), directory)
    }

    #[test]
    fn a_key_is_shown_once_and_kept_as_a_hash() {
        let (ledger, directory) = ledger();
        assert!(ledger.keys().unwrap().is_empty() && !ledger.path().exists());
        let terms = Terms { rpm: Some(5), ..Terms::default() };
        let (made, key) = ledger.create_key("ci", terms.clone(), None).unwrap().unwrap();
        assert!(key.starts_with(PREFIX) && key.len() == PREFIX.len() + LENGTH);
        assert_eq!(ledger.keys().unwrap(), std::slice::from_ref(&made));
        assert_eq!((made.hashes.0, made.terms), (hash(&key), terms));
        assert!(ledger.create_key("ci", Terms::default(), None).unwrap().is_none());
        for entry in std::fs::read_dir(directory.path()).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains(&key[8..30]));
        }
        let new = ledger.rotate_key("ci", Duration::from_mins(1)).unwrap().unwrap();
        let rotated = ledger.keys().unwrap().remove(0);
        assert_eq!((rotated.hashes.0, rotated.hashes.1.unwrap().0), (hash(&new), hash(&key)));
        assert!(ledger.revoke_key("ci").unwrap() && !ledger.revoke_key("ci").unwrap());
        assert!(ledger.rotate_key("ci", Duration::ZERO).unwrap().is_none());
        let events: Vec<String> = ledger.audit(10).unwrap().into_iter().map(|entry| entry.event).collect();
        assert_eq!(events, ["key.create", "key.rotate", "key.revoke"]);
    }

    #[test]
    fn the_audit_log_is_only_added_to() {
        let (ledger, _directory) = ledger();
        ledger.create_key("ci", Terms::default(), None).unwrap();
        for sql in ["UPDATE audit SET about = 'x'", "DELETE FROM audit"] {
            let changed = ledger.database.commit(PATIENCE, move |db| db.execute(sql, []));
            assert!(changed.unwrap_err().to_string().contains("only added to"));
        }
    }

    #[test]
    fn budgets_hold_over_all_that_is_under_way() {
        let (ledger, directory) = ledger();
        let terms = Terms { tokens_per_day: Some(1000), ..Terms::default() };
        let (key, _) = ledger.create_key("ci", terms, None).unwrap().unwrap();
        let wanted = Spending { tokens: 10, cost_usd: 0.0 };
        let granted: usize = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..8)
                .map(|worker| {
                    let (key, path) = (&key, directory.path());
                    scope.spawn(move || {
                        // Each as a process of its own would.
                        let ledger = Ledger::new(path);
                        let ask =
                            |n| ledger.reserve(key, &format!("{worker}-{n}"), wanted).unwrap().is_none();
                        (0..25).filter(|n| ask(*n)).count()
                    })
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).sum()
        });
        assert_eq!(granted, 100);
        assert_eq!(ledger.spending(&key.id).unwrap().0.tokens, 1000);
        let over = ledger.reserve(&key, "more", wanted).unwrap().unwrap();
        assert_eq!(over.budget, "1000 tokens per day");
        assert!(over.until > now() && over.until <= now() + SignedDuration::from_hours(24));
        ledger.release("0-0".to_owned());
        ledger.flush(PATIENCE).unwrap();
        assert!(ledger.reserve(&key, "more", wanted).unwrap().is_none());
    }
}
