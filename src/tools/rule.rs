//! Who may call what: rules, the most specific of which wins. Pure.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Permission;

/// The name that stands for all tools.
pub const ALL: &str = "*";

/// What was said about a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The tool; `*` stands for all.
    pub tool: String,
    /// The agent that it is about; none for all.
    pub agent: Option<String>,
    /// The calls that it is about; none for all.
    pub pattern: Option<Pattern>,
    /// What may be done.
    pub permission: Permission,
}

/// Calls, by one of their arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// The argument.
    pub argument: String,
    /// What it looks like; `*` stands for anything.
    pub glob: String,
}

impl Pattern {
    /// Reads `ARGUMENT=GLOB`.
    pub fn parse(text: &str) -> Option<Self> {
        let (argument, glob) = text.split_once('=')?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        (!argument.is_empty() && argument.chars().all(is_name) && !glob.is_empty())
            .then(|| Self { argument: argument.to_owned(), glob: glob.to_owned() })
    }

    /// Whether a call is meant.
    pub fn fits(&self, arguments: &Value) -> bool {
        match arguments.get(&self.argument) {
            Some(Value::String(text)) => fits(&self.glob, text),
            Some(other) => fits(&self.glob, &other.to_string()),
            None => false,
        }
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.argument, self.glob)
    }
}

/// Whether a text looks as a glob says. Only `*` is special; it stands for any text, also for none.
fn fits(glob: &str, text: &str) -> bool {
    let Some((first, rest)) = glob.split_once('*') else { return glob == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let Some((middle, last)) = rest.rsplit_once('*') else { return text.ends_with(rest) };
    // Each piece where it is first found: whatever stands behind it has the most room so.
    for piece in middle.split('*') {
        match text.find(piece) {
            Some(at) => text = &text[at + piece.len()..],
            None => return false,
        }
    }
    text.ends_with(last)
}

/// Whether a tool is meant by an entry of a list of tools: its name, a glob such as `mcp__files__*`, or a server's own
/// name, `mcp__files`, as other programs write it.
pub fn is_named(entry: &str, tool: &str) -> bool {
    let of_server = || tool.strip_prefix(entry).is_some_and(|rest| rest.starts_with("__"));
    fits(entry, tool) || (entry.starts_with("mcp__") && of_server())
}

impl Rule {
    fn is_about(&self, tool: &str, agent: Option<&str>) -> bool {
        is_named(&self.tool, tool) && (self.agent.is_none() || self.agent.as_deref() == agent)
    }

    /// What is about fewer calls goes first.
    fn weight(&self) -> (bool, bool, bool, usize) {
        let is_whole = !self.tool.contains('*');
        (self.pattern.is_some(), self.agent.is_some(), is_whole, self.tool.len())
    }
}

/// What may be done with a call. Of rules that are equally specific the strictest holds.
pub fn decide(
    rules: &[Rule],
    otherwise: Permission,
    tool: &str,
    agent: Option<&str>,
    arguments: &Value,
) -> Permission {
    let fits = |rule: &&Rule| {
        rule.is_about(tool, agent) && rule.pattern.as_ref().is_none_or(|pattern| pattern.fits(arguments))
    };
    let found = rules.iter().filter(fits).max_by_key(|rule| (rule.weight(), rule.permission));
    found.map_or(otherwise, |rule| rule.permission)
}

/// The most that may be done with any call: what a tool is offered by.
pub(super) fn most(rules: &[Rule], otherwise: Permission, tool: &str, agent: Option<&str>) -> Permission {
    let about: Vec<Rule> = rules.iter().filter(|rule| rule.is_about(tool, agent)).cloned().collect();
    let all: Vec<Rule> = about.iter().filter(|rule| rule.pattern.is_none()).cloned().collect();
    let general = decide(&all, otherwise, tool, agent, &Value::Null);
    let some = about.iter().filter(|rule| rule.pattern.is_some()).map(|rule| rule.permission);
    some.chain([general]).min().unwrap_or(general)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn rule(tool: &str, agent: Option<&str>, pattern: Option<&str>, permission: Permission) -> Rule {
        let pattern = pattern.map(|text| Pattern::parse(text).unwrap());
        Rule { tool: tool.into(), agent: agent.map(Into::into), pattern, permission }
    }

    #[test]
    fn the_most_specific_rule_wins() {
        use Permission::{Allow, Ask, Deny};
        let rules = [
            rule("*", None, None, Deny),
            rule("fetch_url", None, None, Ask),
            rule("fetch_url", None, Some("url=https://docs.rs/*"), Allow),
            rule("fetch_url", None, Some("url=https://docs.rs/secret*"), Deny),
            rule("weather", Some("coder"), None, Allow),
        ];
        let asked = |tool: &str, agent: &str, url: &str| {
            decide(&rules, Allow, tool, Some(agent), &json!({"url": url}))
        };
        assert_eq!(asked("fetch_url", "coder", "https://docs.rs/serde"), Allow);
        assert_eq!(asked("fetch_url", "coder", "https://docs.rs/secrets"), Deny);
        assert_eq!(asked("fetch_url", "coder", "https://docs.rs.example.org/"), Ask);
        assert_eq!(asked("fetch_url", "coder", "https://docs.rs@example.org/"), Ask);
        assert_eq!(asked("weather", "coder", ""), Allow);
        assert_eq!(asked("weather", "writer", ""), Deny);
        assert_eq!(decide(&[], Ask, "x", None, &json!({})), Ask);
        let of_server = [
            rule("mcp__files__*", None, None, Deny),
            rule("mcp__files__read", None, None, Allow),
            rule("mcp__*", None, None, Ask),
            rule("mcp__notes", None, None, Allow),
        ];
        let asked = |tool: &str| decide(&of_server, Allow, tool, None, &json!({}));
        assert_eq!(asked("mcp__files__write"), Deny);
        assert_eq!(asked("mcp__files__read"), Allow);
        assert_eq!(asked("mcp__notes__add"), Allow);
        assert_eq!(asked("mcp__notes2__add"), Ask);
        assert_eq!(most(&rules, Allow, "fetch_url", None), Allow);
        assert_eq!(most(&rules, Allow, "weather", Some("writer")), Deny);
    }

    #[test]
    fn patterns_are_read() {
        assert!(
            Pattern::parse("=x").is_none()
                && Pattern::parse("url").is_none()
                && Pattern::parse("a b=c").is_none()
        );
        let pattern = Pattern::parse("path=src/*=*.rs").unwrap();
        assert_eq!(pattern.to_string(), "path=src/*=*.rs");
        assert!(pattern.fits(&json!({"path": "src/a=b.rs"})) && !pattern.fits(&json!({"other": 1})));
        assert!(Pattern::parse("n=5").unwrap().fits(&json!({"n": 5})));
    }

    proptest! {
        /// The plain way: a `*` takes any number of characters.
        #[test]
        fn globs_fit_what_they_say(glob in "[ab*]{0,8}", text in "[ab]{0,8}") {
            fn slow(glob: &[u8], text: &[u8]) -> bool {
                match glob.split_first() {
                    None => text.is_empty(),
                    Some((b'*', rest)) => (0..=text.len()).any(|at| slow(rest, &text[at..])),
                    Some((c, rest)) => text.split_first().is_some_and(|(d, left)| c == d && slow(rest, left)),
                }
            }
            prop_assert_eq!(fits(&glob, &text), slow(glob.as_bytes(), text.as_bytes()));
        }
    }
}
