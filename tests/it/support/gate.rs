//! A gate that keeps no record, for tests of what stands in front of it.

use std::sync::Arc;

use aigw::tools::record::{Begun, Caller, Ending, Opening, Record};
use aigw::tools::{Gate, Rule, Tool, Toolbox};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

struct Unrecorded;

impl Record for Unrecorded {
    fn rules(&self) -> Result<Vec<Rule>, String> {
        Ok(Vec::new())
    }

    fn counts(&self, _: &str) -> bool {
        false
    }

    fn decide(&self, _: Rule) -> BoxFuture<'_, Result<(), String>> {
        ready(Ok(())).boxed()
    }

    fn begin(&self, _: Opening) -> BoxFuture<'_, Result<Begun, String>> {
        ready(Ok(Begun::New(1))).boxed()
    }

    fn end(&self, _: i64, _: Ending) -> BoxFuture<'_, Result<(), String>> {
        ready(Ok(())).boxed()
    }

    fn refuse(&self, _: Opening, _: String) -> BoxFuture<'_, Result<(), String>> {
        ready(Ok(())).boxed()
    }
}

/// Tools for an agent, of which those of these names may be called without asking.
pub fn toolbox(agent: &str, allowed: &[&str], tools: impl IntoIterator<Item = Arc<dyn Tool>>) -> Toolbox {
    let allowed: Vec<String> = allowed.iter().map(|&name| name.to_owned()).collect();
    let gate = Gate::new(Arc::new(Unrecorded), Vec::new()).allowing(&allowed, "with --allow-tool NAME");
    Toolbox::new(Arc::new(gate), Caller { agent: Some(agent.to_owned()), session: None }, tools)
}
