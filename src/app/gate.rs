//! The gate of the tools, as the user has set it up.

use std::sync::Arc;

use super::App;
use super::record::LedgerRecord;
use crate::config::tools::PermissionWord;
use crate::tools::record::{Quota, Record};
use crate::tools::{ALL, Gate, Permission, Rule};

impl App {
    /// A gate that keeps record in the ledger, and what is wrong with it: where nobody knows what was decided, everything is
    /// asked for.
    pub fn gate(&self) -> (Gate, Option<String>) {
        let record =
            Arc::new(LedgerRecord { ledger: Arc::clone(&self.ledger), quotas: self.configured_quotas() });
        let (rules, problem) = match record.rules() {
            Ok(rules) => (rules, None),
            Err(error) => {
                let ask = Rule { permission: Permission::Ask, ..whole(ALL) };
                (
                    vec![ask],
                    Some(format!(
                        "what was decided about tools cannot be read, so all are asked for: {error}"
                    )),
                )
            }
        };
        (Gate::new(record, over(self.configured_rules(), rules)), problem)
    }

    /// The rules that hold: those of the configuration, and what the user has decided by command.
    pub fn tool_rules(&self) -> Result<Vec<Rule>, String> {
        let record = LedgerRecord { ledger: Arc::clone(&self.ledger), quotas: Vec::new() };
        Ok(over(self.configured_rules(), record.rules()?))
    }

    fn configured_rules(&self) -> Vec<Rule> {
        let limits = self.config.document.values.tools.limits();
        let rules = limits.into_iter().filter_map(|(tool, permission, _)| {
            let permission = match permission? {
                PermissionWord::Allow => Permission::Allow,
                PermissionWord::Ask => Permission::Ask,
                PermissionWord::Deny => Permission::Deny,
            };
            Some(Rule { permission, ..whole(tool) })
        });
        rules.collect()
    }

    /// The quotas of the configuration.
    pub fn configured_quotas(&self) -> Vec<Quota> {
        let tools = &self.config.document.values.tools;
        let commands = tools.commands.iter().map(|(name, command)| (name.as_str(), &command.quota));
        let limits = tools.limits().into_iter().map(|(tool, _, quota)| (tool, quota)).chain(commands);
        let quotas = limits.map(|(tool, quota)| Quota {
            tool: tool.to_owned(),
            agent: None,
            per_minute: quota.per_minute,
            per_day: quota.per_day,
        });
        quotas.filter(|quota| quota.per_minute.is_some() || quota.per_day.is_some()).collect()
    }
}

/// A rule about all calls of a tool.
fn whole(tool: &str) -> Rule {
    Rule { tool: tool.to_owned(), agent: None, pattern: None, permission: Permission::Allow }
}

/// What was decided by command stands for what is configured about the same calls.
fn over(configured: Vec<Rule>, decided: Vec<Rule>) -> Vec<Rule> {
    let same = |a: &Rule, b: &Rule| a.tool == b.tool && a.agent == b.agent && a.pattern == b.pattern;
    let left = configured.into_iter().filter(|rule| !decided.iter().any(|other| same(rule, other)));
    let left: Vec<Rule> = left.collect();
    left.into_iter().chain(decided).collect()
}
