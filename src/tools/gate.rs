//! The one gate that every call passes, whoever makes it: permission, quota, time, size, record.
//!
//! Whether a call may be made is decided by code that looks at its arguments, never by a model. What was executed is final:
//! a call that is on record is answered from there.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex as Turnstile;

use super::asks::{Asks, Proposed, Reply};
use super::record::{Begun, Caller, Ending, Granted, Opening, Record};
use super::rule::{Rule, decide, is_named, most};
use super::{Answer, Permission, Tool, ToolError, TurnCalls, bounded};
use crate::safe_text::safe;

/// A call that was made so often with the same arguments in a turn is not made again: nothing new comes of it.
const MOST_REPEATS: u32 = 3;

/// What was allowed while the program runs. Whoever holds it asks; others wait.
#[derive(Debug, Clone, Default)]
pub struct Grants(Arc<Turnstile<Vec<Grant>>>);

/// What somebody has allowed, and whether they knew then that text from outside had been read before.
#[derive(Debug)]
struct Grant {
    rule: Rule,
    after_foreign: bool,
}

/// What is done with a tool before anybody calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// Models are told of it.
    Open,
    /// They would be, if somebody could be asked.
    Held,
    /// They do not hear of it.
    Hidden,
}

/// Lets calls through.
pub struct Gate {
    rules: Vec<Rule>,
    /// Allowed by the command line, by name.
    allowed: Vec<String>,
    record: Arc<dyn Record>,
    asks: Option<Arc<dyn Asks>>,
    granted: Grants,
    /// How a tool is allowed beforehand, for whoever cannot be asked.
    hint: String,
}

impl Gate {
    /// A gate that keeps record and asks nobody.
    pub fn new(record: Arc<dyn Record>, rules: Vec<Rule>) -> Self {
        let granted = Grants::default();
        Self { rules, allowed: Vec::new(), record, asks: None, granted, hint: String::new() }
    }

    /// With tools that the command line allows, and how it does that.
    #[must_use]
    pub fn allowing(self, allowed: &[String], hint: &str) -> Self {
        Self { allowed: allowed.to_vec(), hint: hint.to_owned(), ..self }
    }

    /// With somebody who can be asked, and what they have allowed.
    #[must_use]
    pub fn asking(self, asks: Option<Arc<dyn Asks>>, granted: Grants) -> Self {
        Self { asks, granted, ..self }
    }

    fn is_allowed_by_flag(&self, tool: &str) -> bool {
        self.allowed.iter().any(|entry| is_named(entry, tool))
    }

    /// Whether it is a rule about some calls that allows this one, and not one about the whole tool.
    fn names_calls(&self, tool: &str, agent: Option<&str>, arguments: &Value) -> bool {
        let some: Vec<Rule> = self.rules.iter().filter(|rule| rule.pattern.is_some()).cloned().collect();
        decide(&some, Permission::Ask, tool, agent, arguments) == Permission::Allow
    }

    /// Whether an agent is offered a tool.
    pub(super) fn offers(&self, name: &str, otherwise: Permission, agent: Option<&str>) -> Offer {
        match most(&self.rules, otherwise, name, agent) {
            Permission::Deny => Offer::Hidden,
            Permission::Ask if self.asks.is_none() && !self.is_allowed_by_flag(name) => Offer::Held,
            Permission::Allow | Permission::Ask => Offer::Open,
        }
    }

    /// Whether a call may be made though it cannot be recorded.
    fn needs_no_record(&self, tool: &dyn Tool) -> bool {
        let name = tool.spec().name;
        tool.permission() == Permission::Allow && !tool.carries_out() && !self.record.counts(&name)
    }

    /// Makes a call, if it may be made.
    pub(super) async fn pass(
        &self,
        tool: &dyn Tool,
        arguments: &Value,
        caller: &Caller,
        calls: &TurnCalls,
    ) -> Result<Answer, ToolError> {
        let name = tool.spec().name;
        let canonical = canonical(arguments);
        let ordinal = calls.count(&name, &canonical);
        let mut opening = Opening {
            turn: calls.turn.clone(),
            ordinal,
            tool: name.clone(),
            arguments: canonical,
            caller: caller.clone(),
            granted: Granted::No,
        };
        if ordinal >= MOST_REPEATS {
            let why = format!("{name} was called with these arguments {ordinal} times in this turn");
            return self.refused(calls, opening, why, "answer with what there is").await;
        }
        match self.grants(tool, arguments, caller, calls).await {
            Ok(granted) => opening.granted = granted,
            Err((why, advice)) => return self.refused(calls, opening, why, &advice).await,
        }
        self.make(tool, arguments, opening, calls).await
    }

    /// A call of a tool that the agent was not offered.
    pub(super) async fn withheld(
        &self,
        name: &str,
        arguments: &Value,
        caller: &Caller,
        calls: &TurnCalls,
    ) -> Result<Answer, ToolError> {
        let arguments = canonical(arguments);
        let ordinal = calls.count(name, &arguments);
        let opening = Opening {
            turn: calls.turn.clone(),
            ordinal,
            tool: name.to_owned(),
            arguments,
            caller: caller.clone(),
            granted: Granted::No,
        };
        self.refused(
            calls,
            opening,
            format!("{name} is not among the tools that may be called"),
            "do without it",
        )
        .await
    }

    async fn refused(
        &self,
        calls: &TurnCalls,
        opening: Opening,
        why: String,
        advice: &str,
    ) -> Result<Answer, ToolError> {
        calls.note_refusal(format!("{} {}: {why}", opening.tool, opening.arguments));
        let error = ToolError(format!("{why}; {advice}"));
        // Whoever cannot keep it refuses all the same.
        if let Err(problem) = self.record.refuse(opening, why).await {
            tracing::warn!(problem, "a call that was refused is not on record");
        }
        Err(error)
    }

    /// Why a call may be made; or why it may not, and what to do.
    async fn grants(
        &self,
        tool: &dyn Tool,
        arguments: &Value,
        caller: &Caller,
        calls: &TurnCalls,
    ) -> Result<Granted, (String, String)> {
        let (name, agent) = (tool.spec().name, caller.agent.as_deref());
        if agent.is_none() {
            return Ok(Granted::User);
        }
        let address = tool.leads_to(arguments);
        // To an address that was read nothing is carried that its owner does not know.
        let known = address.as_ref().is_some_and(|address| calls.knows(address));
        let careful = tool.carries_out() && !known && calls.may_be_led(tool.is_foreign());
        match decide(&self.rules, tool.permission(), &name, agent, arguments) {
            Permission::Deny => {
                return Err((format!("{name} is denied"), "do without it".into()));
            }
            // Whoever has typed the name for this very run has meant it; but not to wherever a stranger leads.
            _ if self.is_allowed_by_flag(&name) && !(careful && address.is_some()) => {
                return Ok(Granted::Flag);
            }
            Permission::Allow if !careful => return Ok(Granted::Rule),
            // A rule about calls like this one, to that very place.
            Permission::Allow if address.is_some() && self.names_calls(&name, agent, arguments) => {
                return Ok(Granted::Rule);
            }
            Permission::Allow | Permission::Ask => {}
        }
        let mut granted = self.granted.0.lock().await;
        let holds = granted.iter().filter(|grant| grant.after_foreign || !careful);
        let holds: Vec<Rule> = holds.map(|grant| grant.rule.clone()).collect();
        if decide(&holds, Permission::Ask, &name, agent, arguments) == Permission::Allow {
            return Ok(Granted::Asked);
        }
        let Some(asks) = &self.asks else {
            return Err(self.nobody_there(&name, careful, address.is_some()));
        };
        let pattern = tool.scope(arguments);
        let proposed =
            Proposed { agent, tool: &name, arguments, pattern: pattern.as_ref(), after_foreign: careful };
        let reply = asks.ask(&proposed).await;
        let rule =
            Rule { tool: name.clone(), agent: None, pattern: pattern.clone(), permission: Permission::Allow };
        match reply {
            Reply::No => Err(("the user has said no to this call".into(), "do without it".into())),
            Reply::Once => Ok(Granted::Asked),
            Reply::Session => {
                granted.push(Grant { rule, after_foreign: careful });
                Ok(Granted::Asked)
            }
            Reply::Always => {
                granted.push(Grant { rule: rule.clone(), after_foreign: careful });
                if let Err(problem) = self.record.decide(rule).await {
                    asks.unkept(&problem);
                }
                Ok(Granted::Asked)
            }
        }
    }

    /// Why a call is not made that somebody would have to be asked about, and what to do.
    fn nobody_there(&self, name: &str, careful: bool, to_address: bool) -> (String, String) {
        if careful && to_address {
            let why = format!(
                "text from outside was read before, and the address stands nowhere in what was read, so {name} is not \
                 called without asking"
            );
            let advice = "nobody can be asked: use an address as it was given, or do without; \
                          `aigw tool allow NAME --where 'url=https://HOST/*'` allows a place";
            return (why, advice.replace("NAME", name));
        }
        let why = if careful { "text from outside was read before, and " } else { "" };
        let hint = self.hint.replace("NAME", name);
        let advice = format!("nobody can be asked: it has to be allowed, {hint}");
        (format!("{why}{name} is not allowed without asking"), advice)
    }

    /// Makes a call that may be made, unless it was made before.
    async fn make(
        &self,
        tool: &dyn Tool,
        arguments: &Value,
        opening: Opening,
        calls: &TurnCalls,
    ) -> Result<Answer, ToolError> {
        let name = opening.tool.clone();
        let id = match self.record.begin(opening.clone()).await {
            Ok(Begun::New(id)) => Some(id),
            Ok(Begun::Made(ending)) => {
                calls.has_read(&ending.text);
                if ending.foreign {
                    calls.mark_foreign();
                }
                return if ending.is_error {
                    Err(ToolError(ending.text))
                } else {
                    Ok(Answer { text: ending.text, data: None, foreign: ending.foreign })
                };
            }
            // Whoever was killed in the middle of it cannot tell: what does no harm is done again.
            Ok(Begun::Unclear) if tool.is_repeatable() => None,
            Ok(Begun::Unclear) => {
                calls.note_unclear();
                return Err(ToolError(format!(
                    "{name} was being called with these arguments when the program ended; nobody knows whether it was \
                     done, so it is not done again"
                )));
            }
            Ok(Begun::Over { quota, until }) => {
                let why = format!("{quota} is used up until {}", until.strftime("%Y-%m-%d %H:%M:%S UTC"));
                return self.refused(calls, opening, why, &format!("do without {name} for now")).await;
            }
            // What has no effect and need not be counted can do without a record.
            Err(problem) if self.needs_no_record(tool) => {
                tracing::warn!(problem, tool = name, "a call is not on record");
                None
            }
            Err(problem) => {
                return Err(ToolError(format!(
                    "{name} was not called, because the call cannot be recorded: {problem}"
                )));
            }
        };
        let started = Instant::now();
        let limit = tool.time_limit();
        let call = call_id(&opening);
        let made = match tokio::time::timeout(limit, CALL.scope(call, tool.call(arguments))).await {
            Ok(made) => made,
            Err(_) => {
                Err(ToolError(format!("{name} took longer than {} s and was stopped", limit.as_secs())))
            }
        };
        // Whatever a tool says, it is text: for the model, on record, and on the terminal.
        let made = match made {
            Ok(answer) => Ok(Answer { text: bounded(&safe(&answer.text)), ..answer }),
            Err(ToolError(why)) => Err(ToolError(bounded(&safe(&why)))),
        };
        let foreign = made.as_ref().is_ok_and(|answer| answer.foreign);
        if let Ok(answer) = &made {
            calls.has_read(&answer.text);
        }
        if foreign {
            calls.mark_foreign();
        }
        if let Some(id) = id {
            let (text, is_error) = match &made {
                Ok(answer) => (answer.text.clone(), false),
                Err(error) => (error.to_string(), true),
            };
            let ending = Ending { text, is_error, foreign, took: started.elapsed() };
            if let Err(problem) = self.record.end(id, ending).await {
                tracing::warn!(problem, tool = name, "the end of a call is not on record");
            }
        }
        made
    }
}

tokio::task_local! {
    /// The id of the call that is being made.
    static CALL: String;
}

/// The id of the call that is being made: the same one when the same call is begun again after a kill.
pub(super) fn current_call() -> Option<String> {
    CALL.try_with(Clone::clone).ok()
}

fn call_id(opening: &Opening) -> String {
    let Opening { turn, ordinal, tool, arguments, .. } = opening;
    let digest = Sha256::digest(format!("{turn}\n{tool}\n{ordinal}\n{arguments}"));
    u128::from_be_bytes(digest.first_chunk().copied().unwrap_or_default()).to_string()
}

/// Arguments as JSON with keys in order: the same call is the same text.
fn canonical(arguments: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                let mut fields: Vec<_> =
                    fields.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
                fields.sort_by(|(a, _), (b, _)| a.cmp(b));
                Value::Object(fields.into_iter().collect())
            }
            Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
            other => other.clone(),
        }
    }
    sorted(arguments).to_string()
}
