//! The tables of the file that processes share, and all SQL on them.

use std::collections::HashMap;

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use super::Subject;
use super::breaker::Tripping;
use super::findings::{Aspect, Finding, Place, oldest};
use super::gauge::Gauge;
use super::limits::{HOUR, SLOT, Slot, Used};
use crate::chat::FailureClass;
use crate::store::Migrations;

/// The tables, version by version.
pub(super) const MIGRATIONS: Migrations = &[include_str!("001_state.sql"), include_str!("002_findings.sql")];
/// The most rows of a table, and the longest name in one: so it stays small, whatever happens.
const MOST_ROWS: i64 = 2000;
const LONGEST_NAME: usize = 400;
/// Two processes may read the clock in another order than they write.
pub(super) const SLACK: i64 = 1_000;

/// A kind of mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Rest,
    Breaker,
    Throttle,
    FirstToken,
    Gauges,
}

/// What is known of a subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum What {
    Rest { class: FailureClass },
    Breaker { tripping: Tripping, open_until_ms: Option<i64> },
    Throttle { count: u32 },
    FirstToken { ms: i64 },
    Gauges { gauges: Vec<Gauge> },
}

/// Something that is known for a while. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark {
    pub(super) subject: Subject,
    pub(super) at: i64,
    pub(super) until: i64,
    pub(super) what: What,
}

/// All that the file holds.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) marks: Vec<Mark>,
    pub(super) used: Vec<(Subject, Slot, Used)>,
    pub(super) turns: Vec<(String, u64)>,
    pub(super) findings: Vec<(Place, Aspect, Finding)>,
    /// Whether something in it was written by a clock that went ahead of ours.
    pub(super) from_the_future: bool,
}

/// What is still to be written.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// None for what is not so any more.
    pub(super) marks: HashMap<(Kind, Subject), Option<Mark>>,
    pub(super) used: HashMap<(Subject, Slot), Used>,
    pub(super) turns: HashMap<String, u64>,
    pub(super) findings: HashMap<(Place, Aspect), Finding>,
    /// When the last of them was made.
    pub(super) at: i64,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Breaker => "breaker",
            Self::Throttle => "throttle",
            Self::FirstToken => "first_token",
            Self::Gauges => "gauges",
        }
    }
}

impl What {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Rest { .. } => Kind::Rest,
            Self::Breaker { .. } => Kind::Breaker,
            Self::Throttle { .. } => Kind::Throttle,
            Self::FirstToken { .. } => Kind::FirstToken,
            Self::Gauges { .. } => Kind::Gauges,
        }
    }
}

/// Reads what means something now. What was decided later than now was decided by a clock that has been set back since:
/// nobody knows how much of it is left, so it is forgotten. What cannot be read is somebody else's.
pub(super) fn read(db: &Connection, now: i64) -> rusqlite::Result<Contents> {
    let mut contents = Contents::default();
    let text = |row: &Row<'_>, column| row.get::<_, String>(column);
    let mut marks = db.prepare("SELECT subject, at_ms, until_ms, what FROM marks WHERE until_ms > ?1")?;
    let mut rows = marks.query([now])?;
    while let Some(row) = rows.next()? {
        let (at, until) = (row.get(1)?, row.get(2)?);
        if at > now + SLACK {
            contents.from_the_future = true;
        } else if let (Ok(subject), Ok(what)) =
            (serde_json::from_str(&text(row, 0)?), serde_json::from_str(&text(row, 3)?))
        {
            contents.marks.push(Mark { subject, at, until, what });
        }
    }
    let mut used = db.prepare("SELECT subject, width_ms, start_ms, requests, tokens FROM used")?;
    let mut rows = used.query([])?;
    while let Some(row) = rows.next()? {
        let used = Used { requests: row.get(3)?, tokens: row.get(4)? };
        if let Ok(subject) = serde_json::from_str(&text(row, 0)?) {
            contents.used.push((subject, (row.get(1)?, row.get(2)?), used));
        }
    }
    let mut turns = db.prepare("SELECT route, taken FROM turns")?;
    let mut rows = turns.query([])?;
    while let Some(row) = rows.next()? {
        contents.turns.push((text(row, 0)?, row.get::<_, i64>(1)?.cast_unsigned()));
    }
    contents.findings = read_findings(db, now)?;
    Ok(contents)
}

fn read_findings(db: &Connection, now: i64) -> rusqlite::Result<Vec<(Place, Aspect, Finding)>> {
    let sql = "SELECT provider, model, aspect, able, at_ms FROM findings WHERE at_ms > ?1 AND at_ms <= ?2";
    let mut query = db.prepare(sql)?;
    let mut rows = query.query([oldest(now), now + SLACK])?;
    let mut findings = Vec::new();
    while let Some(row) = rows.next()? {
        if let Some(aspect) = Aspect::read(&row.get::<_, String>(2)?) {
            let finding = Finding { able: row.get(3)?, at: row.get(4)? };
            findings.push(((row.get(0)?, row.get(1)?), aspect, finding));
        }
    }
    Ok(findings)
}

impl Changes {
    pub(super) fn is_empty(&self) -> bool {
        self.marks.is_empty() && self.used.is_empty() && self.turns.is_empty() && self.findings.is_empty()
    }

    /// Writes them, and takes out what means nothing any more.
    pub(super) fn write(&self, db: &Connection) -> rusqlite::Result<()> {
        let json =
            |subject: &Subject| serde_json::to_string(subject).ok().filter(|text| text.len() <= LONGEST_NAME);
        for ((kind, subject), mark) in &self.marks {
            let Some(subject) = json(subject) else { continue };
            match mark.as_ref().and_then(|mark| Some((mark, serde_json::to_string(&mark.what).ok()?))) {
                None => {
                    db.prepare_cached("DELETE FROM marks WHERE kind = ?1 AND subject = ?2")?
                        .execute(params![kind.as_str(), subject])?;
                }
                // Of two rests the longer one holds, of anything else the newer one.
                Some((mark, what)) => {
                    db.prepare_cached(
                        "INSERT INTO marks (kind, subject, at_ms, until_ms, what) VALUES (?1, ?2, ?3, ?4, ?5) \
                         ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms, until_ms = excluded.until_ms, \
                         what = excluded.what WHERE CASE kind WHEN 'rest' THEN excluded.until_ms > until_ms \
                         ELSE excluded.at_ms >= at_ms END OR at_ms > ?6",
                    )?
                    .execute(params![kind.as_str(), subject, mark.at, mark.until, what, self.at + SLACK])?;
                }
            }
        }
        for ((subject, (width, start)), used) in &self.used {
            let Some(subject) = json(subject) else { continue };
            db.prepare_cached(
                "INSERT INTO used (subject, width_ms, start_ms, requests, tokens) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, tokens = tokens + excluded.tokens",
            )?
            .execute(params![subject, width, start, used.requests, used.tokens])?;
        }
        for (route, taken) in self.turns.iter().filter(|(route, _)| route.len() <= LONGEST_NAME) {
            db.prepare_cached(
                "INSERT INTO turns (route, at_ms, taken) VALUES (?1, ?2, ?3) \
                 ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms, taken = taken + excluded.taken",
            )?
            .execute(params![route, self.at, taken.cast_signed()])?;
        }
        self.write_findings(db)?;
        prune(db, self.at)
    }

    fn write_findings(&self, db: &Connection) -> rusqlite::Result<()> {
        let short = |place: &Place| place.0.len() + place.1.len() <= LONGEST_NAME;
        for ((place, aspect), found) in self.findings.iter().filter(|((place, _), _)| short(place)) {
            db.prepare_cached(
                "INSERT INTO findings (provider, model, aspect, able, at_ms) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT DO UPDATE SET able = excluded.able, at_ms = excluded.at_ms \
                 WHERE excluded.at_ms >= at_ms OR at_ms > ?6",
            )?
            .execute(params![
                place.0,
                place.1,
                aspect.as_str(),
                found.able,
                found.at,
                self.at + SLACK
            ])?;
        }
        Ok(())
    }
}

fn prune(db: &Connection, now: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM marks WHERE until_ms <= ?1 OR at_ms > ?1 + ?2")?
        .execute(params![now, SLACK])?;
    db.prepare_cached(
        "DELETE FROM used WHERE start_ms > ?1 + width_ms OR start_ms < ?1 - iif(width_ms = ?2, 20 * ?2, 26 * ?3)",
    )?
    .execute(params![now, SLOT, HOUR])?;
    db.prepare_cached("DELETE FROM findings WHERE at_ms <= ?1 OR at_ms > ?2")?
        .execute([oldest(now), now + SLACK])?;
    // No table may grow without end, whoever names what.
    for (table, key, newest) in [
        ("marks", "kind, subject", "at_ms"),
        ("used", "subject, width_ms, start_ms", "start_ms"),
        ("turns", "route", "at_ms"),
        ("findings", "provider, model, aspect", "at_ms"),
    ] {
        let count: i64 =
            db.prepare_cached(&format!("SELECT count(*) FROM {table}"))?.query_row([], |row| row.get(0))?;
        if count > MOST_ROWS {
            db.execute(
                &format!(
                    "DELETE FROM {table} WHERE ({key}) IN \
                     (SELECT {key} FROM {table} ORDER BY {newest} DESC LIMIT -1 OFFSET ?1)"
                ),
                [MOST_ROWS / 2],
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_348_800_000;

    fn database() -> Connection {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(&MIGRATIONS.concat()).unwrap();
        db
    }

    fn rest(name: &str, at: i64, until: i64) -> Mark {
        let what = What::Rest { class: FailureClass::RateLimited };
        Mark { subject: Subject::Provider(name.into()), at, until, what }
    }

    fn write(db: &Connection, marks: Vec<Mark>, at: i64) {
        let marks = marks.into_iter().map(|mark| ((mark.what.kind(), mark.subject.clone()), Some(mark)));
        Changes { marks: marks.collect(), at, ..Changes::default() }.write(db).unwrap();
    }

    #[test]
    fn what_is_written_is_read() {
        let db = database();
        let subject = Subject::KeyModel { provider: "p".into(), key: "k".into(), model: "a/b:c".into() };
        let mark = Mark { subject: subject.clone(), ..rest("", NOW, NOW + 40_000) };
        write(&db, vec![mark.clone()], NOW);
        // Of two rests the longer one holds, also when it was decided earlier.
        write(&db, vec![Mark { subject: subject.clone(), ..rest("", NOW + 1, NOW + 5_000) }], NOW + 1);
        assert_eq!(read(&db, NOW + 39_000).unwrap().marks, [mark]);
        assert_eq!(read(&db, NOW + 40_000).unwrap().marks, []);
        let slot = (SLOT, NOW);
        for _ in 0..2 {
            let used = HashMap::from([((subject.clone(), slot), Used { requests: 1, tokens: 7 })]);
            let turns = HashMap::from([("fast".to_owned(), 2)]);
            Changes { used, turns, at: NOW, ..Changes::default() }.write(&db).unwrap();
        }
        let contents = read(&db, NOW).unwrap();
        assert_eq!(contents.used, [(subject, slot, Used { requests: 2, tokens: 14 })]);
        assert_eq!(contents.turns, [("fast".to_owned(), 4)]);
    }

    #[test]
    fn a_clock_that_was_set_back_takes_nothing_with_it() {
        let db = database();
        write(&db, vec![rest("p", NOW, NOW + 40_000)], NOW);
        let before = NOW - HOUR;
        let contents = read(&db, before).unwrap();
        assert!(contents.marks.is_empty() && contents.from_the_future);
        // The next write takes it out, so that it does not come back when the clock gets there again.
        write(&db, vec![rest("q", before, before + 1_000)], before);
        assert!(read(&db, NOW).unwrap().marks.is_empty());
        // What is decided now replaces what a clock that went ahead decided.
        write(&db, vec![rest("p", NOW, NOW + 40_000)], NOW);
        write(&db, vec![rest("p", before, before + 1_000)], before);
        assert_eq!(read(&db, before).unwrap().marks, [rest("p", before, before + 1_000)]);
    }

    #[test]
    fn the_file_stays_small_whatever_is_named() {
        let db = database();
        for round in 0..5 {
            let name = |number: usize| format!("{round} {number} {}", "x".repeat(LONGEST_NAME - 60));
            let marks = (0..1500).map(|number| rest(&name(number), NOW + round, NOW + HOUR));
            let mut marks: Vec<_> = marks.collect();
            marks.push(rest(&"y".repeat(LONGEST_NAME), NOW, NOW + HOUR));
            write(&db, marks, NOW + round);
        }
        let contents = read(&db, NOW + 10).unwrap();
        assert!((1000..=2000).contains(&contents.marks.len()), "{}", contents.marks.len());
        let size: i64 = db
            .query_row("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert!(size < 4 << 20, "{size}");
    }
}
