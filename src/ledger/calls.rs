//! Calls of tools: begun once, counted exactly, and how they ended.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::Ledger;
use super::quotas::{self, Quota};
use crate::store::StoreError;

/// How long a call waits for the file before it is not made.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest that arguments are kept, in bytes.
const LONGEST_ARGUMENTS: usize = 4 << 10;

/// How long calls stay on record: long enough for whatever goes on where it stopped.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many stay. Those of the last two days stay in any case: quotas count them.
const MOST: i64 = 50_000;
const COUNTED: SignedDuration = SignedDuration::from_hours(48);
/// So many calls may come between two looks for old ones.
const BETWEEN_SWEEPS: i64 = 64;

/// A call on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// When it began.
    #[serde(serialize_with = "as_text")]
    pub at: Timestamp,
    /// The turn that it belongs to.
    pub turn: String,
    /// How often the same call was made before in that turn.
    pub ordinal: u32,
    /// The tool.
    pub tool: String,
    /// The arguments, as JSON with its keys in order.
    pub arguments: String,
    /// The agent; none where a person called.
    pub agent: Option<String>,
    /// The session, by id.
    pub session: Option<String>,
    /// Why it could be made.
    pub granted: String,
    /// `open`, `done`, `failed` or `refused`.
    pub state: String,
    /// What it gave, or why it was not made.
    pub text: Option<String>,
    /// Whether what it gave came from outside.
    pub outside: bool,
    /// How long it took.
    pub took_ms: Option<u32>,
}

/// What comes of a call that is to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It is to be made, and is on record under this id.
    New(i64),
    /// It was begun before: how it stands.
    Before(Box<Call>),
    /// A quota is used up until then.
    Over(Quota, Timestamp),
}

const COLUMNS: &str =
    "at_ms, turn, ordinal, tool, arguments, agent, session, granted, state, text, outside, took_ms";

fn as_text<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

impl Call {
    fn of_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            at: Timestamp::from_millisecond(row.get(0)?).unwrap_or_default(),
            turn: row.get(1)?,
            ordinal: row.get(2)?,
            tool: row.get(3)?,
            arguments: row.get(4)?,
            agent: row.get(5)?,
            session: row.get(6)?,
            granted: row.get(7)?,
            state: row.get(8)?,
            text: row.get(9)?,
            outside: row.get(10)?,
            took_ms: row.get(11)?,
        })
    }

    fn digest(&self) -> Vec<u8> {
        Sha256::digest(self.arguments.as_bytes()).to_vec()
    }

    fn insert(&self, db: &Connection) -> rusqlite::Result<i64> {
        let end = self.arguments.floor_char_boundary(LONGEST_ARGUMENTS);
        let sql = format!(
            "INSERT INTO calls (digest, {COLUMNS}) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)"
        );
        db.execute(
            &sql,
            params![
                self.digest(),
                self.at.as_millisecond(),
                self.turn,
                self.ordinal,
                self.tool,
                &self.arguments[..end],
                self.agent,
                self.session,
                self.granted,
                self.state,
                self.text,
                self.outside,
                self.took_ms
            ],
        )?;
        let id = db.last_insert_rowid();
        if id % BETWEEN_SWEEPS == 0 {
            sweep(db, id, self.at)?;
        }
        Ok(id)
    }

    /// The same call as it was begun before.
    fn before(&self, db: &Connection) -> rusqlite::Result<Option<Self>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM calls WHERE turn = ?1 AND tool = ?2 AND digest = ?3 AND ordinal = ?4 AND state <> 'refused'"
        );
        db.query_row(&sql, params![self.turn, self.tool, self.digest(), self.ordinal], Self::of_row)
            .optional()
    }
}

/// Takes out what is old, and the oldest where there are too many. Ids are in the order of time.
fn sweep(db: &Connection, newest: i64, now: Timestamp) -> rusqlite::Result<()> {
    let newest_before = |time: Timestamp| -> rusqlite::Result<i64> {
        let sql = "SELECT id FROM calls WHERE state <> 'refused' AND at_ms < ?1 ORDER BY at_ms DESC LIMIT 1";
        Ok(db.query_row(sql, [time.as_millisecond()], |row| row.get(0)).optional()?.unwrap_or(0))
    };
    let surplus = newest_before(now - COUNTED)?.min(newest - MOST);
    let last = newest_before(now - KEPT)?.max(surplus);
    db.execute("DELETE FROM calls WHERE id <= ?1", [last]).map(drop)
}

impl Ledger {
    /// Begins a call. It counts from now on, whatever comes of it; on top of those that the user has set, these quotas hold.
    pub fn begin_call(&self, call: Call, more: Vec<Quota>) -> Result<Begun, StoreError> {
        self.database.commit(PATIENCE, move |db| {
            if let Some(before) = call.before(db)? {
                return Ok(Begun::Before(Box::new(before)));
            }
            if let Some((quota, until)) = quotas::used_up(db, &call, more)? {
                return Ok(Begun::Over(quota, until));
            }
            Ok(Begun::New(call.insert(db)?))
        })
    }

    /// Writes how a call ended.
    pub fn end_call(
        &self,
        id: i64,
        state: &'static str,
        text: String,
        outside: bool,
        took: Duration,
    ) -> Result<(), StoreError> {
        let took = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
        self.database.commit(PATIENCE, move |db| {
            let sql = "UPDATE calls SET state = ?2, text = ?3, outside = ?4, took_ms = ?5 WHERE id = ?1";
            db.execute(sql, params![id, state, text, outside, took]).map(drop)
        })
    }

    /// Writes that a call was not made.
    pub fn refuse_call(&self, call: Call) -> Result<(), StoreError> {
        self.database.commit(PATIENCE, move |db| call.insert(db).map(drop))
    }

    /// The newest calls, at most so many; of one tool, if one is named.
    pub fn calls(&self, tool: Option<&str>, most: usize) -> Result<Vec<Call>, StoreError> {
        if !self.path().exists() {
            return Ok(Vec::new());
        }
        let (tool, most) = (tool.map(str::to_owned), i64::try_from(most).unwrap_or(i64::MAX));
        self.database.read(|db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM calls WHERE ?1 IS NULL OR tool = ?1 ORDER BY id DESC LIMIT ?2"
            );
            db.prepare(&sql)?.query_map(params![tool, most], Call::of_row)?.collect()
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn call(turn: &str, tool: &str, at: &str) -> Call {
        Call {
            at: at.parse().unwrap(),
            turn: turn.into(),
            ordinal: 0,
            tool: tool.into(),
            arguments: "{}".into(),
            agent: Some("writer".into()),
            session: None,
            granted: "rule".into(),
            state: "open".into(),
            text: None,
            outside: false,
            took_ms: None,
        }
    }

    #[test]
    fn a_call_is_begun_once() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(directory.path());
        assert!(ledger.calls(None, 9).unwrap().is_empty() && !ledger.path().exists());
        let first = call("t", "weather", "2026-11-22T10:00:00Z");
        let Begun::New(id) = ledger.begin_call(first.clone(), Vec::new()).unwrap() else { panic!() };
        // Whoever comes back after a crash learns that it was begun, and how it ended if that is known.
        let Begun::Before(open) = ledger.begin_call(first.clone(), Vec::new()).unwrap() else { panic!() };
        assert_eq!((open.state.as_str(), &open.text), ("open", &None));
        ledger.end_call(id, "done", "sunny".into(), true, Duration::from_millis(7)).unwrap();
        let Begun::Before(done) = ledger.begin_call(first.clone(), Vec::new()).unwrap() else { panic!() };
        assert_eq!(
            (done.state.as_str(), done.text.as_deref(), done.took_ms),
            ("done", Some("sunny"), Some(7))
        );
        let again = Call { ordinal: 1, ..first.clone() };
        assert!(matches!(ledger.begin_call(again, Vec::new()).unwrap(), Begun::New(_)));
        let other = Call { arguments: "{\"a\":1}".into(), ..first.clone() };
        assert!(matches!(ledger.begin_call(other, Vec::new()).unwrap(), Begun::New(_)));
        let refused = Call { state: "refused".into(), turn: "u".into(), ..first };
        ledger.refuse_call(refused.clone()).unwrap();
        ledger.refuse_call(refused.clone()).unwrap();
        assert!(matches!(
            ledger.begin_call(Call { state: "open".into(), ..refused }, Vec::new()).unwrap(),
            Begun::New(_)
        ));
        assert_eq!(ledger.calls(None, 99).unwrap().len(), 6);
        assert_eq!(ledger.calls(Some("news"), 99).unwrap().len(), 0);
    }

    #[test]
    fn old_calls_go_and_those_that_quotas_count_stay() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(directory.path());
        let begin = |turn: &str, at: &str| ledger.begin_call(call(turn, "x", at), Vec::new()).unwrap();
        for number in 0..62 {
            begin(&format!("old {number}"), "2026-10-01T10:00:00Z");
        }
        ledger
            .refuse_call(Call { state: "refused".into(), ..call("old", "x", "2026-10-01T10:00:00Z") })
            .unwrap();
        assert_eq!(ledger.calls(None, 999).unwrap().len(), 63);
        begin("new", "2026-11-22T10:00:00Z");
        let left: Vec<String> = ledger.calls(None, 999).unwrap().into_iter().map(|call| call.turn).collect();
        assert_eq!(left, ["new", "old"], "the one that was refused goes with the next");
        let swept = |newest: i64| {
            ledger
                .database
                .commit(PATIENCE, move |db| sweep(db, newest, "2026-11-22T11:00:00Z".parse().unwrap()))
                .unwrap();
            ledger.calls(None, 999).unwrap().len()
        };
        begin("before", "2026-11-12T10:00:00Z");
        begin("yesterday", "2026-11-21T10:00:00Z");
        begin("now", "2026-11-22T10:30:00Z");
        assert_eq!(swept(67), 5, "there is room for all");
        assert_eq!(swept(MOST + 66), 2, "what quotas count stays, the others go");
    }
}
