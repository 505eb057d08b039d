//! From the gate of the tools to the ledger. The two do not know each other.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::ledger::{self, Call, Ledger, ToolRule};
use crate::store::StoreError;
use crate::tools::record::{Begun, Ending, Granted, Opening, Quota, Record};
use crate::tools::{ALL, Pattern, Permission, Rule};

/// Keeps record of calls in the ledger.
pub(super) struct LedgerRecord {
    pub(super) ledger: Arc<Ledger>,
    /// What is configured.
    pub(super) quotas: Vec<Quota>,
}

/// A rule as the ledger keeps it.
pub fn kept(rule: Rule) -> ToolRule {
    ToolRule {
        tool: rule.tool,
        agent: rule.agent,
        pattern: rule.pattern.map(|pattern| (pattern.argument, pattern.glob)),
        permission: rule.permission.as_str().to_owned(),
    }
}

/// A rule as the gate reads it. What nobody can read is not allowed.
pub fn read(rule: ToolRule) -> Rule {
    let permission =
        [Permission::Allow, Permission::Ask].into_iter().find(|it| it.as_str() == rule.permission);
    Rule {
        tool: rule.tool,
        agent: rule.agent,
        pattern: rule.pattern.map(|(argument, glob)| Pattern { argument, glob }),
        permission: permission.unwrap_or(Permission::Deny),
    }
}

/// A quota as the ledger keeps it.
pub fn kept_quota(quota: Quota) -> ledger::Quota {
    let Quota { tool, agent, per_minute, per_day } = quota;
    ledger::Quota { tool, agent, per_minute, per_day }
}

/// Whose quota it is, in words.
fn words(quota: &ledger::Quota) -> String {
    let tool = if quota.tool == "*" { "all tools".to_owned() } else { quota.tool.clone() };
    match &quota.agent {
        Some(agent) => format!("the quota of {tool} for {agent}"),
        None => format!("the quota of {tool}"),
    }
}

fn call(opening: Opening, state: &str, text: Option<String>) -> Call {
    let granted = match opening.granted {
        Granted::Rule => "rule",
        Granted::Flag => "flag",
        Granted::Asked => "asked",
        Granted::User => "user",
        Granted::No => "no",
    };
    Call {
        at: Timestamp::now(),
        turn: opening.turn,
        ordinal: opening.ordinal,
        tool: opening.tool,
        arguments: opening.arguments,
        agent: opening.caller.agent,
        session: opening.caller.session,
        granted: granted.to_owned(),
        state: state.to_owned(),
        text,
        outside: false,
        took_ms: None,
    }
}

fn begun(begun: ledger::Begun) -> Begun {
    match begun {
        ledger::Begun::New(id) => Begun::New(id),
        ledger::Begun::Over(quota, until) => Begun::Over { quota: words(&quota), until },
        ledger::Begun::Before(call) if call.state == "open" => Begun::Unclear,
        ledger::Begun::Before(call) => Begun::Made(Ending {
            text: call.text.unwrap_or_default(),
            is_error: call.state == "failed",
            foreign: call.outside,
            took: Duration::from_millis(call.took_ms.unwrap_or(0).into()),
        }),
    }
}

impl LedgerRecord {
    /// Work on the file, where nobody else waits for it.
    fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Ledger) -> Result<T, StoreError> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, String>> {
        let ledger = Arc::clone(&self.ledger);
        Box::pin(async move {
            let done = tokio::task::spawn_blocking(move || work(&ledger)).await;
            done.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
        })
    }
}

impl Record for LedgerRecord {
    fn rules(&self) -> Result<Vec<Rule>, String> {
        let rules = self.ledger.tool_rules().map_err(|error| error.to_string())?;
        Ok(rules.into_iter().map(read).collect())
    }

    fn counts(&self, tool: &str) -> bool {
        let about = |name: &str| name == tool || name == ALL;
        let set = self.ledger.quotas().map_or(true, |quotas| quotas.iter().any(|quota| about(&quota.tool)));
        set || self.quotas.iter().any(|quota| about(&quota.tool))
    }

    fn decide(&self, rule: Rule) -> BoxFuture<'_, Result<(), String>> {
        self.work(move |ledger| ledger.set_tool_rule(kept(rule)))
    }

    fn begin(&self, opening: Opening) -> BoxFuture<'_, Result<Begun, String>> {
        let quotas = self.quotas.iter().cloned().map(kept_quota).collect();
        self.work(move |ledger| ledger.begin_call(call(opening, "open", None), quotas).map(begun))
    }

    fn end(&self, id: i64, ending: Ending) -> BoxFuture<'_, Result<(), String>> {
        let state = if ending.is_error { "failed" } else { "done" };
        self.work(move |ledger| ledger.end_call(id, state, ending.text, ending.foreign, ending.took))
    }

    fn refuse(&self, opening: Opening, why: String) -> BoxFuture<'_, Result<(), String>> {
        self.work(move |ledger| ledger.refuse_call(call(opening, "refused", Some(why))))
    }
}
