//! Writing turns. All of it bears being repeated: whoever was not told that a write succeeded writes again.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::{Provenance, Session, TurnState};
use crate::chat::{Message, Part, Role};

/// Characters of a session's title.
const TITLE: usize = 80;
/// A turn that has been open for so long is over, whoever has the number of its process now.
const LONGEST_TURN_MS: i64 = 24 * 60 * 60 * 1000;

/// A turn that begins.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// The session with all that is known of it; a new one is written.
    pub session: Session,
    /// The turn's id, and that of its requests.
    pub turn: String,
    /// Who is to answer.
    pub agent: String,
    /// The question.
    pub question: Vec<Message>,
    /// The entries that go along.
    pub recalled: Vec<String>,
}

/// A turn that has ended.
#[derive(Debug, Clone)]
pub struct Ending {
    /// What began.
    pub beginning: Beginning,
    /// What became of it.
    pub state: TurnState,
    /// What was said after the question: answers, calls and their results.
    pub said: Vec<Message>,
    /// Who answered, and what it took.
    pub provenance: Provenance,
}

/// Writes the session if it is new, and the turn with its question.
pub(super) fn begin(db: &Connection, beginning: &Beginning) -> rusqlite::Result<()> {
    let session = write_session(db, &beginning.session, &beginning.question)?;
    let sql = "INSERT INTO turns (id, session, state, agent, recalled, began_ms, process) \
         VALUES (?1, ?2, 'open', ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING";
    let recalled = serde_json::to_string(&beginning.recalled).unwrap_or_default();
    let written = db.prepare_cached(sql)?.execute(params![
        beginning.turn,
        session,
        beginning.agent,
        recalled,
        Timestamp::now().as_millisecond(),
        std::process::id(),
    ])?;
    if written == 1 {
        write_messages(db, db.last_insert_rowid(), 0, &beginning.question)?;
    }
    Ok(())
}

/// What has come so far.
pub(super) fn partial(db: &Connection, turn: &str, text: &str) -> rusqlite::Result<()> {
    let sql = "UPDATE turns SET partial = ?2 WHERE id = ?1 AND state = 'open'";
    db.prepare_cached(sql)?.execute(params![turn, text]).map(drop)
}

/// Ends a turn and puts it behind the last one of its session.
pub(super) fn end(db: &Connection, ending: &Ending) -> rusqlite::Result<()> {
    let beginning = &ending.beginning;
    begin(db, beginning)?;
    let (turn, state): (i64, String) = db
        .prepare_cached("SELECT row, state FROM turns WHERE id = ?1")?
        .query_row([&beginning.turn], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if state != TurnState::Open.as_str() {
        return Ok(());
    }
    let from = &ending.provenance;
    let sql = "UPDATE turns SET state = ?2, agent = ?3, route = ?4, provider = ?5, model = ?6, key_fingerprint = ?7, \
         attempts = ?8, failed = ?9, resumed = ?10, input_tokens = ?11, output_tokens = ?12, cost_usd = ?13, \
         problem = ?14, began_ms = ?15, first_token_ms = ?16, ended_ms = ?17, partial = NULL, process = NULL \
         WHERE row = ?1";
    let ended = from.ended.unwrap_or_else(Timestamp::now).as_millisecond();
    db.prepare_cached(sql)?.execute(params![
        turn,
        ending.state.as_str(),
        from.agent,
        from.route,
        from.model.as_ref().map(|model| &model.provider),
        from.model.as_ref().map(|model| &model.model),
        from.key,
        from.attempts.cast_signed(),
        from.failed.cast_signed(),
        from.resumed,
        from.input_tokens.map(u64::cast_signed),
        from.output_tokens.map(u64::cast_signed),
        from.cost_usd,
        from.problem,
        from.began.as_millisecond(),
        from.first_token.map(|span| i64::try_from(span.as_millis()).unwrap_or(i64::MAX)),
        ended,
    ])?;
    write_messages(db, turn, beginning.question.len(), &ending.said)?;
    append(db, turn, ended)
}

/// Puts a turn behind the last one of the session where it was begun.
fn append(db: &Connection, turn: i64, at: i64) -> rusqlite::Result<()> {
    let sql =
        "UPDATE turns SET parent = (SELECT head FROM sessions WHERE row = turns.session) WHERE row = ?1";
    db.prepare_cached(sql)?.execute([turn])?;
    let sql = "UPDATE sessions SET head = ?1, updated_ms = max(updated_ms, ?2) \
         WHERE row = (SELECT session FROM turns WHERE row = ?1)";
    db.prepare_cached(sql)?.execute([turn, at]).map(drop)
}

/// Whether a session has turns whose process is gone.
pub(super) fn has_dead(db: &Connection, session: &str) -> rusqlite::Result<bool> {
    Ok(!dead(db, session)?.is_empty())
}

/// Gives turns whose process is gone their place: what had come of the answer is kept and marked.
pub(super) fn bury(db: &Connection, session: &str) -> rusqlite::Result<()> {
    for (turn, began, partial) in dead(db, session)? {
        let sql = "UPDATE turns SET state = 'interrupted', problem = 'the program was ended before the answer was whole', \
             ended_ms = began_ms, partial = NULL, process = NULL WHERE row = ?1";
        db.execute(sql, [turn])?;
        if let Some(text) = partial.filter(|text| !text.is_empty()) {
            let place = "SELECT count(*) FROM turn_messages WHERE turn = ?1";
            let place: i64 = db.query_row(place, [turn], |row| row.get(0))?;
            let place = usize::try_from(place).unwrap_or(usize::MAX);
            write_messages(db, turn, place, &[Message::text(Role::Assistant, text)])?;
        }
        append(db, turn, began)?;
    }
    Ok(())
}

type Dead = (i64, i64, Option<String>);

fn dead(db: &Connection, session: &str) -> rusqlite::Result<Vec<Dead>> {
    let sql = "SELECT row, began_ms, partial, process FROM turns WHERE state = 'open' \
         AND session = (SELECT row FROM sessions WHERE id = ?1) ORDER BY row";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([session])?;
    let mut dead = Vec::new();
    let now = Timestamp::now().as_millisecond();
    while let Some(row) = rows.next()? {
        let (began, process): (i64, Option<u32>) = (row.get(1)?, row.get(3)?);
        if now - began > LONGEST_TURN_MS || !process.is_some_and(is_alive) {
            dead.push((row.get(0)?, began, row.get(2)?));
        }
    }
    Ok(dead)
}

#[cfg(unix)]
fn is_alive(process: u32) -> bool {
    let id = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw);
    // Whoever may not be asked is there.
    id.is_some_and(|id| !matches!(rustix::process::test_kill_process(id), Err(rustix::io::Errno::SRCH)))
}

/// Elsewhere nobody can be asked: only time tells.
#[cfg(not(unix))]
fn is_alive(_process: u32) -> bool {
    true
}

/// Names a session, if no other has the name.
pub(super) fn rename(db: &Connection, session: &str, name: &str) -> rusqlite::Result<bool> {
    let sql = "UPDATE sessions SET name = ?2 WHERE id = ?1 \
         AND NOT EXISTS (SELECT 1 FROM sessions WHERE name = ?2 AND id <> ?1)";
    db.execute(sql, [session, name]).map(|rows| rows == 1)
}

/// Writes a copy of a session up to its last turn or up to so many turns; gives how many it has.
pub(super) fn fork(db: &Connection, of: &str, fork: &Session, turns: Option<usize>) -> rusqlite::Result<u64> {
    let way = "WITH RECURSIVE way (turn, depth) AS (SELECT head, 0 FROM sessions WHERE id = ?1 AND head IS NOT NULL \
         UNION ALL SELECT turns.parent, depth + 1 FROM way JOIN turns ON turns.row = way.turn \
         WHERE turns.parent IS NOT NULL) SELECT turn FROM way ORDER BY depth DESC";
    let all: rusqlite::Result<Vec<i64>> =
        db.prepare_cached(way)?.query_map([of], |row| row.get(0))?.collect();
    let all = all?;
    let kept = turns.unwrap_or(all.len()).min(all.len());
    let row = write_session(db, fork, &[])?;
    let head = kept.checked_sub(1).and_then(|last| all.get(last));
    db.execute("UPDATE sessions SET head = ?2, title = ?3 WHERE row = ?1", params![row, head, fork.title])?;
    Ok(u64::try_from(kept).unwrap_or(u64::MAX))
}

/// What stands for a turn and all before it.
pub(super) fn summary(db: &Connection, turn: &str, content: &str, made_by: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO summaries (turn, content, made_by, created_ms) \
         SELECT row, ?2, ?3, ?4 FROM turns WHERE id = ?1 \
         ON CONFLICT (turn) DO UPDATE SET content = ?2, made_by = ?3, created_ms = ?4";
    db.execute(sql, params![turn, content, made_by, Timestamp::now().as_millisecond()]).map(drop)
}

/// Writes a session with what was chosen for it; gives its row. Of two that begin with one name at once the second one
/// becomes the first.
fn write_session(db: &Connection, session: &Session, question: &[Message]) -> rusqlite::Result<i64> {
    let models = serde_json::to_string(&session.models).unwrap_or_default();
    let title = if session.title.is_empty() { title(question) } else { session.title.clone() };
    let sql = "INSERT INTO sessions (id, name, title, agent, models, system, forked_from, created_ms, updated_ms) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) ON CONFLICT DO NOTHING";
    db.prepare_cached(sql)?.execute(params![
        session.id,
        session.name,
        title,
        session.agent,
        models,
        session.system,
        session.forked_from,
        session.created.as_millisecond(),
    ])?;
    let sql =
        "SELECT row FROM sessions WHERE id = ?1 UNION ALL SELECT row FROM sessions WHERE name = ?2 LIMIT 1";
    let found =
        db.prepare_cached(sql)?.query_row([Some(&session.id), session.name.as_ref()], |row| row.get(0));
    let row: i64 = found.optional()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    let sql = "UPDATE sessions SET agent = ?2, models = ?3, system = ?4 WHERE row = ?1 \
         AND (agent IS NOT ?2 OR models <> ?3 OR system IS NOT ?4)";
    db.prepare_cached(sql)?.execute(params![row, session.agent, models, session.system])?;
    Ok(row)
}

/// Writes messages of a turn from a place on; what was said before anywhere is not written again.
fn write_messages(db: &Connection, turn: i64, from: usize, messages: &[Message]) -> rusqlite::Result<()> {
    for (place, message) in messages.iter().enumerate() {
        let role = serde_json::to_value(message.role).unwrap_or_default();
        let role = role.as_str().unwrap_or_default();
        let parts = serde_json::to_string(&message.parts).unwrap_or_default();
        let hash: [u8; 32] =
            Sha256::new().chain_update(role).chain_update("\n").chain_update(&parts).finalize().into();
        let sql =
            "INSERT INTO messages (hash, role, parts) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING";
        db.prepare_cached(sql)?.execute(params![hash, role, parts])?;
        let sql = "INSERT INTO turn_messages (turn, place, message) \
             VALUES (?1, ?2, (SELECT row FROM messages WHERE hash = ?3)) ON CONFLICT DO NOTHING";
        let place = i64::try_from(from + place).unwrap_or(i64::MAX);
        db.prepare_cached(sql)?.execute(params![turn, place, hash])?;
    }
    Ok(())
}

/// The first line of what was asked, without what was piped in before it.
fn title(question: &[Message]) -> String {
    let asked = question.iter().rev().find(|message| message.role == Role::User);
    let parts = asked.map(|message| message.parts.as_slice()).unwrap_or_default();
    let text =
        parts.iter().rev().find_map(|part| if let Part::Text(text) = part { Some(text) } else { None });
    let line = text.map_or("", |text| text.trim().lines().next().unwrap_or_default());
    line.chars().filter(|c| !c.is_control()).take(TITLE).collect()
}
