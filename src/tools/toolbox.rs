//! The tools that an agent has in a turn, behind the gate.

use std::sync::Arc;

use serde_json::Value;

use super::gate::{Gate, Offer};
use super::record::Caller;
use super::{Answer, Permission, Tool, ToolError, TurnCalls};
use crate::chat::{Schema, ToolCall, ToolSpec};

/// Tools, and the gate that calls of them pass.
#[derive(Clone)]
pub struct Toolbox {
    tools: Vec<Arc<dyn Tool>>,
    /// Tools that there are and that are not offered, by name.
    withheld: Vec<String>,
    gate: Option<Arc<Gate>>,
    caller: Caller,
}

impl Toolbox {
    /// A box with these in it. Of two of one name the first one stays.
    pub fn new(gate: Arc<Gate>, caller: Caller, tools: impl IntoIterator<Item = Arc<dyn Tool>>) -> Self {
        let mut kept: Vec<Arc<dyn Tool>> = Vec::new();
        for tool in tools {
            let name = tool.spec().name;
            if !kept.iter().any(|other| other.spec().name == name) {
                kept.push(tool);
            }
        }
        Self { tools: kept, withheld: Vec::new(), gate: Some(gate), caller }
    }

    /// A box with nothing in it.
    pub fn empty() -> Self {
        Self { tools: Vec::new(), withheld: Vec::new(), gate: None, caller: Caller::default() }
    }

    /// Whether models are told of some of them in somebody else's words.
    pub fn has_foreign(&self) -> bool {
        self.tools.iter().any(|tool| tool.is_foreign())
    }

    /// The names of all tools.
    pub fn names(&self) -> Vec<String> {
        self.tools.iter().map(|tool| tool.spec().name).collect()
    }

    /// The tools of these names that may be called, if only after asking; and the names of those that are held back because
    /// nobody can be asked. An entry may be a glob.
    #[must_use]
    pub fn offered(&self, wished: &[String]) -> (Self, Vec<String>) {
        let named = |name: &str| wished.iter().any(|entry| super::is_named(entry, name));
        let (mut tools, mut held) = (Vec::new(), Vec::new());
        let Some(gate) = &self.gate else { return (Self::empty(), held) };
        for tool in self.tools.iter().filter(|tool| named(&tool.spec().name)) {
            let name = tool.spec().name;
            match gate.offers(&name, tool.permission(), self.caller.agent.as_deref()) {
                Offer::Hidden => {}
                Offer::Held => held.push(name),
                Offer::Open => tools.push(Arc::clone(tool)),
            }
        }
        let is_offered = |name: &String| tools.iter().any(|tool| tool.spec().name == *name);
        let withheld = self.names().into_iter().filter(|name| !is_offered(name)).collect();
        (Self { tools, withheld, ..self.clone() }, held)
    }

    /// What models are told of the tools.
    pub fn specs(&self) -> Vec<ToolSpec> {
        self.tools.iter().map(|tool| tool.spec()).collect()
    }

    /// Makes a call. Whatever is wrong with it is told to the model.
    pub async fn call(&self, call: &ToolCall, calls: &TurnCalls) -> Result<Answer, ToolError> {
        match self.tools.iter().find(|tool| tool.spec().name == call.name) {
            Some(tool) => self.pass(tool.as_ref(), call, calls).await,
            None => match self.gate.as_ref().filter(|_| self.withheld.contains(&call.name)) {
                Some(gate) => {
                    let arguments = serde_json::from_str(&call.arguments);
                    let arguments = arguments.unwrap_or_else(|_| Value::from(call.arguments.as_str()));
                    gate.withheld(&call.name, &arguments, &self.caller, calls).await
                }
                None => Err(self.unknown(call)),
            },
        }
    }

    /// Makes a call of a tool that is not in the box, because it is made of the turn itself.
    pub async fn pass(
        &self,
        tool: &dyn Tool,
        call: &ToolCall,
        calls: &TurnCalls,
    ) -> Result<Answer, ToolError> {
        let Some(gate) = &self.gate else { return Err(self.unknown(call)) };
        let arguments = arguments(&tool.spec(), &call.arguments)?;
        gate.pass(tool, &arguments, &self.caller, calls).await
    }

    /// Whether a tool that is not in the box is offered.
    pub fn offers(&self, name: &str, otherwise: Permission) -> bool {
        let agent = self.caller.agent.as_deref();
        self.gate.as_ref().is_some_and(|gate| gate.offers(name, otherwise, agent) == Offer::Open)
    }

    fn unknown(&self, call: &ToolCall) -> ToolError {
        let names = self.names().join(", ");
        ToolError(format!("there is no tool `{}`; there are: {names}", call.name))
    }
}

/// The arguments of a call, checked against the tool's schema.
fn arguments(spec: &ToolSpec, text: &str) -> Result<Value, ToolError> {
    let text = if text.trim().is_empty() { "{}" } else { text };
    let wrong = |what: String| ToolError(format!("the arguments of {} are wrong: {what}", spec.name));
    let value: Value = serde_json::from_str(text).map_err(|error| wrong(format!("not JSON: {error}")))?;
    let schema = Schema::new(spec.parameters.clone()).map_err(|error| wrong(error.to_string()))?;
    schema.departure(&value).map_or(Ok(value), |what| Err(wrong(what)))
}
