//! `aigw tool allow`, `deny`, `ask`, `reset` and `quota`: what the user decides. It is kept with the data, and not written into
//! the configuration.

use clap::Args;

use super::super::{CommandError, Context};
use super::list::{quota_words, rule_words};
use super::{all, find};
use crate::app::App;
use crate::app::record::kept;
use crate::ledger::Quota;
use crate::tools::{ALL, Pattern, Permission, Rule};

/// Which calls are meant.
#[derive(Debug, Args)]
pub(super) struct RuleArgs {
    /// The tool; `*` is all of them
    #[arg(value_name = "NAME")]
    name: String,

    /// Only for this agent
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,

    /// Only calls with an argument that looks so, such as `url=https://docs.rs/*`
    #[arg(long = "where", value_name = "ARGUMENT=GLOB", value_parser = pattern)]
    pattern: Option<Pattern>,
}

fn pattern(text: &str) -> Result<Pattern, String> {
    Pattern::parse(text).ok_or_else(|| "expected ARGUMENT=GLOB, such as `url=https://docs.rs/*`".to_owned())
}

/// How often.
#[derive(Debug, Args)]
pub(super) struct QuotaArgs {
    /// The tool; `*` is all of them together
    #[arg(value_name = "NAME")]
    name: String,

    /// Calls in any minute
    #[arg(long, value_name = "N")]
    per_minute: Option<u32>,

    /// Calls in any 24 hours
    #[arg(long, value_name = "N")]
    per_day: Option<u32>,

    /// Only for this agent
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,

    /// As often as wanted
    #[arg(long, conflicts_with_all = ["per_minute", "per_day"])]
    off: bool,
}

/// Keeps a rule.
pub(super) fn rule(
    args: &RuleArgs,
    permission: Permission,
    context: &Context,
    app: &App,
) -> Result<(), CommandError> {
    check(context, app, &args.name, args.agent.as_deref())?;
    let rule = Rule {
        tool: args.name.clone(),
        agent: args.agent.clone(),
        pattern: args.pattern.clone(),
        permission,
    };
    app.ledger.set_tool_rule(kept(rule.clone()))?;
    context.ui.note(&format!("{}: {}", args.name, rule_words(&rule)));
    Ok(())
}

/// Forgets all rules about a tool.
pub(super) fn reset(context: &Context, app: &App, name: &str) -> Result<(), CommandError> {
    let count = app.ledger.forget_tool_rules(name)?;
    if count == 0 {
        check(context, app, name, None)?;
        context.ui.note(&format!("nothing was decided about {name}"));
    } else {
        context.ui.note(&format!("{name}: what was decided is forgotten ({count})"));
    }
    Ok(())
}

/// Sets a quota.
pub(super) fn quota(args: &QuotaArgs, context: &Context, app: &App) -> Result<(), CommandError> {
    check(context, app, &args.name, args.agent.as_deref())?;
    if args.per_minute.is_none() && args.per_day.is_none() && !args.off {
        return Err(CommandError::usage("how often?").hint("--per-minute N, --per-day N or --off"));
    }
    let quota = Quota {
        tool: args.name.clone(),
        agent: args.agent.clone(),
        per_minute: args.per_minute,
        per_day: args.per_day,
    };
    app.ledger.set_quota(quota.clone())?;
    let words = if args.off { "as often as wanted".to_owned() } else { quota_words(&quota) };
    context.ui.note(&format!("{}: {words}", args.name));
    Ok(())
}

/// Whether there are such a tool and such an agent.
fn check(context: &Context, app: &App, name: &str, agent: Option<&str>) -> Result<(), CommandError> {
    if let Some(agent) = agent {
        super::super::chat::agent(&app.agents(), agent)?;
    }
    // Tools of servers that do not run now may have rules as well.
    if name == ALL || name.starts_with("mcp__") || name == "ask_agent" {
        return Ok(());
    }
    find(&all(context, app)?, name).map(drop)
}
