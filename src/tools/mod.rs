//! What models may call: one trait for every tool, and one box that all calls pass, whoever makes them.
//!
//! A call that cannot be made is told to the model as data, with what to do about it; it never ends a turn. What a tool
//! gives is data too: it is bounded, and nothing in it is followed.

pub mod calculator;
pub mod command;
pub mod datetime;
pub mod fetch;
pub mod read_file;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::chat::{Schema, ToolCall, ToolSpec};

/// The longest result that a model is given, in bytes: about 16,000 tokens of English.
const MAX_RESULT: usize = 64 << 10;

/// A function that models may call.
pub trait Tool: Send + Sync {
    /// Its name, what it is for, and its arguments.
    fn spec(&self) -> ToolSpec;

    /// Whether it may be called where nobody has said anything about it.
    fn permission(&self) -> Permission {
        Permission::Allow
    }

    /// Calls it with arguments that its schema allows. The error is for the model: what was wrong and what to do.
    fn call<'a>(&'a self, arguments: &'a Value) -> BoxFuture<'a, Result<Answer, ToolError>>;
}

/// Whether a tool may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// It may.
    Allow,
    /// Somebody has to be asked.
    Ask,
    /// It may not, and models do not hear of it.
    Deny,
}

/// What a call gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What the model reads.
    pub text: String,
    /// The same as data, for programs and for showing it to a person. A text alone has none.
    pub data: Option<Value>,
    /// Whether it came from outside: somebody else wrote it, and may have meant the model to do something.
    pub foreign: bool,
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self { text, data: None, foreign: false }
    }
}

/// Why a call gave nothing, for the model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ToolError(pub String);

/// The tools that an agent has in a turn.
#[derive(Default, Clone)]
pub struct Toolbox {
    tools: Vec<Arc<dyn Tool>>,
}

impl Toolbox {
    /// A box with these in it. Of two of one name the first one stays.
    pub fn new(tools: impl IntoIterator<Item = Arc<dyn Tool>>) -> Self {
        let mut kept: Vec<Arc<dyn Tool>> = Vec::new();
        for tool in tools {
            let name = tool.spec().name;
            if !kept.iter().any(|other| other.spec().name == name) {
                kept.push(tool);
            }
        }
        Self { tools: kept }
    }

    /// The names of all tools.
    pub fn names(&self) -> Vec<String> {
        self.tools.iter().map(|tool| tool.spec().name).collect()
    }

    /// The tools of these names that may be called without asking, or that the user has allowed; and the names of those
    /// that are held back because nobody can be asked. A `*` stands for all.
    #[must_use]
    pub fn offered(&self, wished: &[String], allowed: &[String]) -> (Self, Vec<String>) {
        let named = |list: &[String], name: &str| list.iter().any(|entry| entry == name || entry == "*");
        let (mut tools, mut held) = (Vec::new(), Vec::new());
        for tool in &self.tools {
            let name = tool.spec().name;
            match tool.permission() {
                _ if !named(wished, &name) => {}
                Permission::Deny => {}
                Permission::Ask if !named(allowed, &name) => held.push(name),
                Permission::Allow | Permission::Ask => tools.push(Arc::clone(tool)),
            }
        }
        (Self { tools }, held)
    }

    /// What models are told of the tools.
    pub fn specs(&self) -> Vec<ToolSpec> {
        self.tools.iter().map(|tool| tool.spec()).collect()
    }

    /// Makes a call. Whatever is wrong with it is told to the model.
    pub async fn call(&self, call: &ToolCall) -> Result<Answer, ToolError> {
        let Some(tool) = self.tools.iter().find(|tool| tool.spec().name == call.name) else {
            let names = self.names().join(", ");
            return Err(ToolError(format!("there is no tool `{}`; there are: {names}", call.name)));
        };
        let arguments = arguments(&tool.spec(), &call.arguments)?;
        tool.call(&arguments).await.map(|answer| Answer { text: bounded(&answer.text), ..answer })
    }
}

/// The arguments of a call, checked against the tool's schema.
fn arguments(spec: &ToolSpec, text: &str) -> Result<Value, ToolError> {
    let text = if text.trim().is_empty() { "{}" } else { text };
    let wrong = |what: String| ToolError(format!("the arguments of {} are wrong: {what}", spec.name));
    let value: Value = serde_json::from_str(text).map_err(|error| wrong(format!("not JSON: {error}")))?;
    let schema = Schema::new(spec.parameters.clone()).map_err(|error| wrong(error.to_string()))?;
    schema.check(text).map_err(wrong)?;
    Ok(value)
}

/// A result as long as a model is given it, cut at a character.
fn bounded(result: &str) -> String {
    if result.len() <= MAX_RESULT {
        return result.to_owned();
    }
    let end = (0..=MAX_RESULT).rev().find(|end| result.is_char_boundary(*end)).unwrap_or(0);
    format!("{}\n[cut: {} of {} bytes are shown]", &result[..end], end, result.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Echo(&'static str, Permission);

    impl Tool for Echo {
        fn spec(&self) -> ToolSpec {
            ToolSpec {
                name: self.0.into(),
                description: String::new(),
                parameters: json!({"type": "object", "properties": {"times": {"type": "integer"}}, "required": ["times"]}),
                strict: false,
            }
        }

        fn permission(&self) -> Permission {
            self.1
        }

        fn call<'a>(&'a self, arguments: &'a Value) -> BoxFuture<'a, Result<Answer, ToolError>> {
            let times = usize::try_from(arguments["times"].as_u64().unwrap()).unwrap();
            Box::pin(async move { Ok("ä".repeat(times).into()) })
        }
    }

    fn toolbox() -> Toolbox {
        Toolbox::new([
            Arc::new(Echo("free", Permission::Allow)) as Arc<dyn Tool>,
            Arc::new(Echo("careful", Permission::Ask)),
            Arc::new(Echo("never", Permission::Deny)),
        ])
    }

    fn call(name: &str, arguments: &str) -> ToolCall {
        ToolCall { id: "1".into(), name: name.into(), arguments: arguments.into(), signature: None }
    }

    #[test]
    fn tools_are_offered_as_far_as_they_are_allowed() {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let offered = |wished: &[&str], allowed: &[&str]| {
            let (toolbox, held) = toolbox().offered(&words(wished), &words(allowed));
            (toolbox.names().join(" "), held.join(" "))
        };
        assert_eq!(offered(&["*"], &[]), ("free".into(), "careful".into()));
        assert_eq!(offered(&["*"], &["careful"]), ("free careful".into(), String::new()));
        assert_eq!(offered(&["never", "unknown"], &["*"]), (String::new(), String::new()));
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_call_is_told() {
        let toolbox = toolbox();
        let made = async |name: &str, arguments: &str| toolbox.call(&call(name, arguments)).await;
        assert_eq!(made("free", r#"{"times": 2}"#).await.unwrap().text, "ää");
        for (name, arguments, what) in [
            ("fre", "{}", "there are: free, careful"),
            ("free", "{", "not JSON"),
            ("free", "", "times"),
            ("free", r#"{"times": "two"}"#, "integer"),
        ] {
            let error = made(name, arguments).await.unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
    }

    #[tokio::test]
    async fn results_are_bounded() {
        let result = toolbox().call(&call("free", r#"{"times": 40000}"#)).await.unwrap();
        assert!(result.text.len() < MAX_RESULT + 100 && result.text.contains("of 80000 bytes"));
    }
}
