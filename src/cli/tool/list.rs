//! `aigw tool ls` and `show`.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::super::{CommandError, Context, Output, json};
use super::find;
use crate::app::App;
use crate::ledger::Quota;
use crate::tools::{Permission, Rule, Tool};
use crate::ui::Table;

/// Calls that are looked at to say how a tool did.
const LOOKED_AT: usize = 1_000;

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    permission: &'static str,
    /// Rules about some of its calls, or some agents.
    rules: Vec<String>,
    quotas: Vec<Quota>,
    description: String,
}

/// Lists the tools.
pub(super) fn ls(context: &Context, app: &App, tools: &[Arc<dyn Tool>]) -> Result<(), CommandError> {
    let (rules, quotas) = (rules(app)?, quotas(app)?);
    let rows: Vec<Row> = tools.iter().map(|tool| row(tool.as_ref(), &rules, &quotas)).collect();
    let output = context.global.output();
    if output != Output::Text {
        return json::list(&context.ui, output, &rows);
    }
    let mut table = Table::new(["tool", "permission", "quota", "for"]);
    for row in &rows {
        let more = if row.rules.is_empty() { "" } else { " (+ rules)" };
        let about = row.description.split(['.', ':']).next().unwrap_or_default();
        let quota: Vec<String> = row.quotas.iter().map(quota_words).collect();
        table.row([
            row.name.clone(),
            format!("{}{more}", row.permission),
            quota.join(", "),
            about.to_owned(),
        ]);
    }
    Ok(context.ui.table(&table, "there are no tools")?)
}

/// Shows one.
pub(super) fn show(
    context: &Context,
    app: &App,
    tools: &[Arc<dyn Tool>],
    name: &str,
) -> Result<(), CommandError> {
    let tool = find(tools, name)?;
    let (rules, quotas) = (rules(app)?, quotas(app)?);
    let (row, spec) = (row(tool.as_ref(), &rules, &quotas), tool.spec());
    let calls = app.ledger.calls(Some(name), LOOKED_AT)?;
    let count = |state: &str| calls.iter().filter(|call| call.state == state).count();
    let (done, failed, refused) = (count("done"), count("failed"), count("refused"));
    let output = context.global.output();
    if output != Output::Text {
        let mut object = serde_json::to_value(&row).unwrap_or_default();
        object["parameters"] = spec.parameters;
        object["calls"] = json!({"done": done, "failed": failed, "refused": refused});
        return json::object(&context.ui, output, &object);
    }
    let ui = &context.ui;
    ui.heading(&spec.name)?;
    ui.line(&spec.description)?;
    ui.line("")?;
    let mut table = Table::new(["argument", "type", "needed", "is"]);
    let needed = spec.parameters["required"].as_array().cloned().unwrap_or_default();
    for (name, about) in spec.parameters["properties"].as_object().into_iter().flatten() {
        let is_needed = if needed.contains(&json!(name)) { "yes" } else { "" };
        let kind = about["type"].as_str().unwrap_or_default();
        let about = about["description"].as_str().unwrap_or_default();
        table.row([name.clone(), kind.to_owned(), is_needed.to_owned(), about.to_owned()]);
    }
    ui.table(&table, "it takes no arguments")?;
    ui.line("")?;
    ui.line(&format!("permission: {}", row.permission))?;
    row.rules.iter().try_for_each(|rule| ui.line(&format!("  {rule}")))?;
    for quota in &row.quotas {
        ui.line(&format!("quota: {}", quota_words(quota)))?;
    }
    Ok(ui.line(&format!("calls: {done} done, {failed} failed, {refused} refused (aigw tool log {name})"))?)
}

fn row(tool: &dyn Tool, rules: &[Rule], quotas: &[Quota]) -> Row {
    let spec = tool.spec();
    let about: Vec<&Rule> = rules.iter().filter(|rule| rule.tool == spec.name || rule.tool == "*").collect();
    let general = about.iter().filter(|rule| rule.agent.is_none() && rule.pattern.is_none());
    let general = general.max_by_key(|rule| rule.tool != "*").map(|rule| rule.permission);
    let special = about.iter().filter(|rule| rule.agent.is_some() || rule.pattern.is_some());
    Row {
        permission: general.unwrap_or(tool.permission()).as_str(),
        rules: special.map(|rule| rule_words(rule)).collect(),
        quotas: quotas.iter().filter(|quota| quota.tool == spec.name || quota.tool == "*").cloned().collect(),
        name: spec.name,
        description: spec.description,
    }
}

fn rules(app: &App) -> Result<Vec<Rule>, CommandError> {
    app.tool_rules().map_err(CommandError::failed)
}

/// The quotas that hold: what the user has set stands for what is configured.
fn quotas(app: &App) -> Result<Vec<Quota>, CommandError> {
    let set = app.ledger.quotas()?;
    let configured = app.configured_quotas().into_iter().map(crate::app::record::kept_quota);
    let left: Vec<Quota> = configured
        .filter(|quota| !set.iter().any(|other| other.tool == quota.tool && other.agent == quota.agent))
        .collect();
    Ok(set.into_iter().chain(left).collect())
}

/// A rule in words.
pub(super) fn rule_words(rule: &Rule) -> String {
    let agent = rule.agent.as_ref().map(|agent| format!(" for {agent}")).unwrap_or_default();
    let pattern = rule.pattern.as_ref().map(|pattern| format!(" where {pattern}")).unwrap_or_default();
    format!("{}{agent}{pattern}", word(rule.permission))
}

fn word(permission: Permission) -> &'static str {
    permission.as_str()
}

/// A quota in words.
pub(super) fn quota_words(quota: &Quota) -> String {
    let spans = [(quota.per_minute, "a minute"), (quota.per_day, "a day")];
    let counts: Vec<String> =
        spans.iter().filter_map(|(count, span)| count.map(|count| format!("{count} {span}"))).collect();
    let agent = quota.agent.as_ref().map(|agent| format!(" for {agent}")).unwrap_or_default();
    let all = if quota.tool == "*" { " (all tools together)" } else { "" };
    format!("{}{agent}{all}", counts.join(", "))
}

/// Arguments as they are shown in a line.
pub(super) fn short(arguments: &str) -> String {
    const LONGEST: usize = 60;
    let value: Value = serde_json::from_str(arguments).unwrap_or_default();
    let text = match value.as_object() {
        Some(fields) => {
            fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        }
        None => arguments.to_owned(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
