//! What entries said before.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::Entry;
use super::table::{from_word, tags_of, timestamp};

/// So many versions of an entry are kept, and so many bytes of them: whoever writes the same again and again must not
/// fill the disk with it.
const MOST_VERSIONS: i64 = 100;
const MOST_BYTES: i64 = 4 << 20;

/// Why an entry says something else now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Another value was set.
    Set,
    /// Nearly the same was added.
    Merged,
}

impl Why {
    /// Its word, as in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Merged => "merged",
        }
    }
}

/// What an entry said once.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The text.
    pub content: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The agent in whose turn it was written.
    pub agent: Option<String>,
    /// When that was written.
    pub updated: Timestamp,
    /// When it was replaced.
    pub replaced: Timestamp,
    /// By what.
    pub why: Why,
}

impl Version {
    /// An entry as it is, just before it is replaced.
    pub(super) fn of(entry: &Entry, replaced: Timestamp, why: Why) -> Self {
        let draft = &entry.draft;
        Self {
            content: draft.content.clone(),
            tags: draft.tags.clone(),
            agent: draft.agent.clone(),
            updated: entry.updated,
            replaced,
            why,
        }
    }
}

/// Keeps a version. The oldest ones go when they become too many.
pub(super) fn keep(db: &Connection, entry: i64, version: &Version) -> rusqlite::Result<()> {
    let sql = "INSERT INTO history (entry, content, tags, agent, updated_ms, replaced_ms, why) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    db.prepare_cached(sql)?.execute(params![
        entry,
        version.content,
        serde_json::to_string(&version.tags).unwrap_or_default(),
        version.agent,
        version.updated.as_millisecond(),
        version.replaced.as_millisecond(),
        version.why.as_str(),
    ])?;
    let sql = "DELETE FROM history WHERE row IN (SELECT row FROM (\
         SELECT row, row_number() OVER newest AS place, sum(octet_length(content)) OVER newest AS bytes \
         FROM history WHERE entry = ?1 WINDOW newest AS (ORDER BY updated_ms DESC, row DESC)) \
         WHERE place > ?2 OR bytes > ?3)";
    db.prepare_cached(sql)?.execute(params![entry, MOST_VERSIONS, MOST_BYTES])?;
    Ok(())
}

/// The versions of an entry, the newest first.
pub(super) fn of(db: &Connection, entry: i64) -> rusqlite::Result<Vec<Version>> {
    let sql = "SELECT content, tags, agent, updated_ms, replaced_ms, why FROM history WHERE entry = ?1 \
         ORDER BY updated_ms DESC, row DESC";
    db.prepare_cached(sql)?.query_map([entry], version)?.collect()
}

fn version(row: &Row<'_>) -> rusqlite::Result<Version> {
    Ok(Version {
        content: row.get(0)?,
        tags: tags_of(row, 1)?,
        agent: row.get(2)?,
        updated: timestamp(row.get(3)?),
        replaced: timestamp(row.get(4)?),
        why: from_word(5, &row.get::<_, String>(5)?)?,
    })
}
