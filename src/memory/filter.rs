//! Which entries are meant.

use jiff::Timestamp;
use rusqlite::types::Value;

use super::{Kind, Scope};

/// Which entries are meant: those for which all of it holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Of this scope.
    pub scope: Option<Scope>,
    /// Written in the turn of this agent.
    pub agent: Option<String>,
    /// With all of these tags, upper or lower case.
    pub tags: Vec<String>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// From this file or address.
    pub source: Option<String>,
    /// Changed since then.
    pub since: Option<Timestamp>,
    /// Not changed since then.
    pub before: Option<Timestamp>,
    /// And not recalled since then either.
    pub unused: bool,
}

impl Filter {
    /// The condition, for a query with the values of [`Filter::values`]. What has expired is not there any more.
    pub(super) const CONDITION: &'static str = "(expires_ms IS NULL OR expires_ms > ?1) \
         AND (?2 IS NULL OR scope = ?2) AND (?3 IS NULL OR agent = ?3) AND (?4 IS NULL OR kind = ?4) \
         AND (?5 IS NULL OR source = ?5) AND (?6 IS NULL OR updated_ms >= ?6) AND (?7 IS NULL OR updated_ms < ?7) \
         AND (?8 IS NULL OR used_ms IS NULL OR used_ms < ?8) \
         AND NOT EXISTS (SELECT 1 FROM json_each(?9) AS wanted WHERE NOT EXISTS \
             (SELECT 1 FROM json_each(entries.tags) AS own WHERE own.value = wanted.value COLLATE NOCASE))";
    /// The number of the next value after them.
    pub(super) const NEXT: usize = 10;

    pub(super) fn values(&self, now: Timestamp) -> Vec<Value> {
        let time = |time: Option<Timestamp>| Value::from(time.map(Timestamp::as_millisecond));
        let text = |text: Option<String>| Value::from(text);
        vec![
            now.as_millisecond().into(),
            text(self.scope.as_ref().map(ToString::to_string)),
            text(self.agent.clone()),
            text(self.kind.map(|kind| kind.as_str().to_owned())),
            text(self.source.clone()),
            time(self.since),
            time(self.before),
            time(self.before.filter(|_| self.unused)),
            serde_json::to_string(&self.tags).unwrap_or_default().into(),
        ]
    }
}
