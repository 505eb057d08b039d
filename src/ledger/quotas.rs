//! How often tools may be called, counted exactly over all processes.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::Ledger;
use super::calls::Call;
use crate::store::StoreError;

/// How long whoever has decided waits until it is on disk.
const PATIENCE: Duration = Duration::from_secs(5);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How often a tool may be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quota {
    /// The tool; `*` stands for all of them together.
    pub tool: String,
    /// The agent that it is about; none for all together.
    pub agent: Option<String>,
    /// Calls in any minute.
    pub per_minute: Option<u32>,
    /// Calls in any 24 hours.
    pub per_day: Option<u32>,
}

/// The quota that a call would break, and when it would not any more. What the user has set stands for others of the same
/// tool and agent.
pub(super) fn used_up(
    db: &Connection,
    call: &Call,
    more: Vec<Quota>,
) -> rusqlite::Result<Option<(Quota, Timestamp)>> {
    let mut quotas = all(db)?;
    let is_set =
        |quota: &Quota, set: &[Quota]| set.iter().any(|it| it.tool == quota.tool && it.agent == quota.agent);
    let more: Vec<Quota> = more.into_iter().filter(|quota| !is_set(quota, &quotas)).collect();
    quotas.extend(more);
    let about = |quota: &Quota| {
        (quota.tool == "*" || quota.tool == call.tool) && (quota.agent.is_none() || quota.agent == call.agent)
    };
    for quota in quotas.into_iter().filter(about) {
        for (most, window) in [(quota.per_minute, MINUTE), (quota.per_day, DAY)] {
            let Some(most) = most else { continue };
            if let Some(until) = free_at(db, &quota, call.at, most, window)? {
                return Ok(Some((quota, until)));
            }
        }
    }
    Ok(None)
}

/// When there is room in a window; none if there is now.
fn free_at(
    db: &Connection,
    quota: &Quota,
    now: Timestamp,
    most: u32,
    window: SignedDuration,
) -> rusqlite::Result<Option<Timestamp>> {
    if most == 0 {
        return Ok(Some(now + DAY));
    }
    // The oldest of those that fill it.
    let sql = "SELECT at_ms FROM calls WHERE state <> 'refused' AND at_ms > ?1 AND (?2 = '*' OR tool = ?2)
               AND (?3 IS NULL OR agent = ?3) ORDER BY at_ms DESC LIMIT 1 OFFSET ?4";
    let since = (now - window).as_millisecond();
    let oldest: Option<i64> =
        db.query_row(sql, params![since, quota.tool, quota.agent, most - 1], |row| row.get(0)).optional()?;
    Ok(oldest.map(|at| Timestamp::from_millisecond(at).unwrap_or(now) + window))
}

fn all(db: &Connection) -> rusqlite::Result<Vec<Quota>> {
    db.prepare("SELECT tool, agent, per_minute, per_day FROM quotas ORDER BY tool, agent")?
        .query_map([], |row| {
            let agent: String = row.get(1)?;
            Ok(Quota {
                tool: row.get(0)?,
                agent: Some(agent).filter(|agent| !agent.is_empty()),
                per_minute: row.get(2)?,
                per_day: row.get(3)?,
            })
        })?
        .collect()
}

impl Ledger {
    /// The quotas that the user has set. Nothing is created where there is no ledger yet.
    pub fn quotas(&self) -> Result<Vec<Quota>, StoreError> {
        if self.path().exists() { self.database.read(all) } else { Ok(Vec::new()) }
    }

    /// Sets a quota; one without figures is taken away.
    pub fn set_quota(&self, quota: Quota) -> Result<(), StoreError> {
        self.database.commit(PATIENCE, move |db| {
            let Quota { tool, agent, per_minute, per_day } = quota;
            let agent = agent.unwrap_or_default();
            db.execute("DELETE FROM quotas WHERE tool = ?1 AND agent = ?2", params![tool, agent])?;
            if per_minute.is_none() && per_day.is_none() {
                return Ok(());
            }
            let sql = "INSERT INTO quotas (tool, agent, per_minute, per_day) VALUES (?1, ?2, ?3, ?4)";
            db.execute(sql, params![tool, agent, per_minute, per_day]).map(drop)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::calls::Begun;
    use super::super::calls::tests::call;
    use super::*;

    fn quota(tool: &str, agent: Option<&str>, per_minute: Option<u32>, per_day: Option<u32>) -> Quota {
        Quota { tool: tool.into(), agent: agent.map(Into::into), per_minute, per_day }
    }

    #[test]
    fn what_is_used_up_comes_back() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(directory.path());
        assert!(ledger.quotas().unwrap().is_empty() && !ledger.path().exists());
        ledger.set_quota(quota("news", None, Some(2), Some(3))).unwrap();
        let mut turn = 0;
        let mut made = |tool: &str, at: &str, more: Vec<Quota>| {
            turn += 1;
            let at = format!("2026-11-22T{at}Z");
            match ledger.begin_call(call(&turn.to_string(), tool, &at), more).unwrap() {
                Begun::New(_) => String::new(),
                Begun::Over(_, until) => until.to_string(),
                Begun::Before(_) => panic!(),
            }
        };
        assert_eq!(made("news", "10:00:00", vec![]), "");
        assert_eq!(made("news", "10:00:10", vec![]), "");
        assert_eq!(made("news", "10:00:20", vec![]), "2026-11-22T10:01:00Z");
        assert_eq!(made("weather", "10:00:20", vec![]), "");
        assert_eq!(made("news", "10:01:00", vec![]), "");
        // Three a day are used now.
        assert_eq!(made("news", "12:00:00", vec![]), "2026-11-23T10:00:00Z");
        // What the user has set stands for what is configured; other configured ones hold beside it.
        assert_eq!(
            made("news", "12:00:00", vec![quota("news", None, None, Some(100))]),
            "2026-11-23T10:00:00Z"
        );
        assert_eq!(
            made("stocks", "12:00:00", vec![quota("stocks", Some("writer"), None, Some(0))]),
            "2026-11-23T12:00:00Z"
        );
        assert_eq!(made("stocks", "12:00:00", vec![quota("stocks", Some("coder"), None, Some(0))]), "");
        ledger.set_quota(quota("news", None, None, None)).unwrap();
        assert_eq!(made("news", "12:00:01", vec![]), "");
        ledger.set_quota(quota("*", None, Some(1), None)).unwrap();
        assert_eq!(made("weather", "12:00:02", vec![]), "2026-11-22T12:01:01Z");
        assert_eq!(ledger.quotas().unwrap().len(), 1);
    }
}
