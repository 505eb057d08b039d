//! What the user has decided about tools.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::params;

use super::{Ledger, audit};
use crate::store::StoreError;

/// How long whoever has decided waits until it is on disk.
const PATIENCE: Duration = Duration::from_secs(5);

/// A decision about a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolRule {
    /// The tool; `*` stands for all.
    pub tool: String,
    /// The agent that it is about; none for all.
    pub agent: Option<String>,
    /// The calls that it is about: an argument and what it looks like.
    pub pattern: Option<(String, String)>,
    /// `allow`, `ask` or `deny`.
    pub permission: String,
}

impl Ledger {
    /// All of them. Nothing is created where there is no ledger yet.
    pub fn tool_rules(&self) -> Result<Vec<ToolRule>, StoreError> {
        if !self.path().exists() {
            return Ok(Vec::new());
        }
        self.database.read(|db| {
            db.prepare("SELECT tool, agent, argument, glob, permission FROM rules ORDER BY tool, agent, argument, glob")?
                .query_map([], |row| {
                    let (agent, argument): (String, String) = (row.get(1)?, row.get(2)?);
                    let glob: String = row.get(3)?;
                    Ok(ToolRule {
                        tool: row.get(0)?,
                        agent: Some(agent).filter(|agent| !agent.is_empty()),
                        pattern: (!argument.is_empty()).then_some((argument, glob)),
                        permission: row.get(4)?,
                    })
                })?
                .collect()
        })
    }

    /// Keeps a decision; it stands for an earlier one about the same calls.
    pub fn set_tool_rule(&self, rule: ToolRule) -> Result<(), StoreError> {
        let at = Timestamp::now().as_millisecond();
        self.database.commit(PATIENCE, move |db| {
            let (argument, glob) = rule.pattern.unwrap_or_default();
            let sql = "INSERT INTO rules (tool, agent, argument, glob, permission, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                       ON CONFLICT DO UPDATE SET permission = excluded.permission, at_ms = excluded.at_ms";
            let agent = rule.agent.unwrap_or_default();
            db.execute(sql, params![rule.tool, agent, argument, glob, rule.permission, at])?;
            let to = if agent.is_empty() { "for all".to_owned() } else { format!("for {agent}") };
            let of = if argument.is_empty() { String::new() } else { format!(", {argument} = {glob}") };
            audit::add(db, &format!("tool.{}", rule.permission), &rule.tool, &format!("{to}{of}"))
        })
    }

    /// Forgets all decisions about a tool; says how many there were.
    pub fn forget_tool_rules(&self, tool: &str) -> Result<usize, StoreError> {
        if !self.path().exists() {
            return Ok(0);
        }
        let tool = tool.to_owned();
        self.database.commit(PATIENCE, move |db| {
            let forgotten = db.execute("DELETE FROM rules WHERE tool = ?1", [&tool])?;
            if forgotten > 0 {
                audit::add(db, "tool.reset", &tool, "")?;
            }
            Ok(forgotten)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_kept_changed_and_forgotten() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(directory.path());
        assert_eq!((ledger.tool_rules().unwrap(), ledger.forget_tool_rules("x").unwrap()), (vec![], 0));
        assert!(!ledger.path().exists());
        let rule = |agent: Option<&str>, pattern: Option<(&str, &str)>, permission: &str| ToolRule {
            tool: "fetch_url".into(),
            agent: agent.map(Into::into),
            pattern: pattern.map(|(argument, glob)| (argument.into(), glob.into())),
            permission: permission.into(),
        };
        let rules = [
            rule(None, None, "deny"),
            rule(None, Some(("url", "https://docs.rs/*")), "allow"),
            rule(Some("writer"), None, "ask"),
        ];
        for rule in rules.iter().chain([&rule(None, None, "allow"), &rules[0]]) {
            ledger.set_tool_rule(rule.clone()).unwrap();
        }
        assert_eq!(ledger.tool_rules().unwrap(), rules);
        assert_eq!(ledger.forget_tool_rules("fetch_url").unwrap(), 3);
    }
}
