//! An entry as JSON: a line of an export. The shape is an interface.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::history::{Version, Why};
use super::refusal::as_kept;
use super::{Draft, Entry, Kind, Origin};

/// An entry as JSON. Only `content` must be there when it is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    kind: Option<Kind>,
    content: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    origin: Option<Origin>,
    #[serde(default)]
    agent: Option<String>,
    #[serde(default)]
    session: Option<String>,
    #[serde(default)]
    run: Option<String>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    place: Option<String>,
    #[serde(default)]
    happened: Option<String>,
    #[serde(default)]
    expires: Option<String>,
    #[serde(default)]
    created: Option<String>,
    #[serde(default)]
    updated: Option<String>,
    #[serde(default)]
    used: Option<String>,
    #[serde(default)]
    uses: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    history: Option<Vec<VersionRecord>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct VersionRecord {
    content: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    agent: Option<String>,
    updated: String,
    replaced: String,
    why: Why,
}

impl Record {
    /// An entry with what it said before, where that is wanted.
    pub fn new(entry: &Entry, history: Option<&[Version]>) -> Self {
        let draft = entry.draft.clone();
        let time = |time: Timestamp| time.to_string();
        let version = |version: &Version| VersionRecord {
            content: version.content.clone(),
            tags: version.tags.clone(),
            agent: version.agent.clone(),
            updated: time(version.updated),
            replaced: time(version.replaced),
            why: version.why,
        };
        Self {
            id: Some(entry.id.clone()),
            scope: Some(draft.scope.to_string()),
            key: draft.key,
            kind: Some(draft.kind),
            content: draft.content,
            tags: draft.tags,
            origin: Some(draft.origin),
            agent: draft.agent,
            session: draft.session,
            run: draft.run,
            source: draft.source,
            place: draft.place,
            happened: draft.happened.map(time),
            expires: draft.expires.map(time),
            created: Some(time(entry.created)),
            updated: Some(time(entry.updated)),
            used: entry.used.map(time),
            uses: entry.uses,
            history: history.map(|versions| versions.iter().map(version).collect()),
        }
    }

    /// The entry that a line stands for; what it leaves out is as if it were written now. The id is empty where it has
    /// none. The error is for a person.
    pub(super) fn entry(self, now: Timestamp) -> Result<(Entry, Vec<Version>), String> {
        let created = time("created", self.created.as_deref())?;
        let updated = time("updated", self.updated.as_deref())?;
        let id = self.id.unwrap_or_default();
        if !id.chars().all(|c| c.is_ascii_alphanumeric()) || id.len() > 64 {
            return Err("`id` is one word of letters and digits".into());
        }
        let draft = Draft {
            scope: self.scope.as_deref().unwrap_or("shared").parse().map_err(|error| format!("{error}"))?,
            key: self.key,
            kind: self.kind.unwrap_or(Kind::Note),
            tags: self.tags,
            origin: self.origin.unwrap_or(Origin::Import),
            agent: self.agent,
            session: self.session,
            run: self.run,
            source: self.source,
            place: self.place,
            happened: time("happened", self.happened.as_deref())?,
            expires: time("expires", self.expires.as_deref())?,
            ..Draft::note(self.content)
        };
        let entry = Entry {
            id,
            draft: draft.checked().map_err(|refusal| refusal.to_string())?,
            created: created.or(updated).unwrap_or_else(|| as_kept(now)),
            updated: updated.or(created).unwrap_or_else(|| as_kept(now)),
            used: time("used", self.used.as_deref())?,
            uses: self.uses.min(i64::MAX.cast_unsigned()),
        };
        let versions = self.history.unwrap_or_default().into_iter().map(VersionRecord::version);
        Ok((entry, versions.collect::<Result<_, _>>()?))
    }
}

impl VersionRecord {
    fn version(self) -> Result<Version, String> {
        let time = |name, text: &str| time(name, Some(text)).map(Option::unwrap_or_default);
        let said = Draft { tags: self.tags, ..Draft::note(self.content) };
        let said = said.checked().map_err(|refusal| format!("history: {refusal}"))?;
        Ok(Version {
            content: said.content,
            tags: said.tags,
            agent: self.agent,
            updated: time("updated", &self.updated)?,
            replaced: time("replaced", &self.replaced)?,
            why: self.why,
        })
    }
}

/// A time to the millisecond, as it is kept.
fn time(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, String> {
    let Some(text) = text else { return Ok(None) };
    let time: Timestamp =
        text.parse().map_err(|_| format!("`{name}` is no time such as 2026-11-01T12:00:00Z"))?;
    Ok(Some(as_kept(time)))
}
