//! All servers of the user, and the tools that agents may have of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::tool::McpTool;
use super::{Approval, Approvals, Link, Server, tool_name};
use crate::tools::{Tool, is_named};

/// The servers that are used.
#[derive(Default)]
pub struct Servers {
    used: Vec<Used>,
    /// Servers that are not used, and why.
    unused: Vec<(String, String)>,
    /// What is wrong with all of them, or with some file.
    problems: Vec<String>,
}

/// A server, and those of its tools that are used.
struct Used {
    link: Arc<Link>,
    tools: Vec<Arc<dyn Tool>>,
}

impl Servers {
    /// The approved ones of these. Nothing is started; their tools are known from when they were approved.
    pub fn new(servers: Vec<Server>, approvals: &Approvals) -> Self {
        if servers.is_empty() {
            return Self::default();
        }
        let approved = match approvals.read() {
            Ok(approved) => approved,
            Err(error) => {
                let note = format!("no MCP server is used: what was approved cannot be read: {error}");
                return Self { problems: vec![note], ..Self::default() };
            }
        };
        let mut all = Self::default();
        for server in servers {
            match usable(&server, &approved) {
                Err(note) => all.unused.push((server.name, note)),
                Ok(approval) => all.add(server, approval, approvals),
            }
        }
        all
    }

    /// Servers that could not even be set up, and what is wrong with files.
    #[must_use]
    pub fn without(mut self, unused: Vec<(String, String)>, problems: Vec<String>) -> Self {
        self.unused.extend(unused);
        self.problems.extend(problems);
        self
    }

    fn add(&mut self, server: Server, approval: &Approval, approvals: &Approvals) {
        let used: Vec<_> = approval.tools.iter().filter(|tool| server.uses(&tool.name)).cloned().collect();
        let link = Arc::new(Link::new(server, approvals.clone()));
        let tool = |offered| Arc::new(McpTool::new(Arc::clone(&link), offered)) as Arc<dyn Tool>;
        let tools = used.into_iter().map(tool).collect();
        self.used.push(Used { link, tools });
    }

    /// The tools of all servers, and a line for each server whose tools are left out. Nothing is started.
    pub fn all(&self) -> (Vec<Arc<dyn Tool>>, Vec<String>) {
        let tools = self.used.iter().flat_map(|used| used.tools.iter().map(Arc::clone)).collect();
        let unused = self.unused.iter().map(|(_, why)| why.clone());
        (tools, self.problems.iter().cloned().chain(unused).collect())
    }

    /// The wished tools of servers that are not known to be out of order, in an order that stays; and a line for each server
    /// of which some are wished and none are to be had.
    pub fn wished(&self, wished: &[String]) -> (Vec<Arc<dyn Tool>>, Vec<String>) {
        let (mut tools, mut notes) = (Vec::new(), self.problems.clone());
        let wants = |name: &str| wished.iter().any(|entry| is_named(entry, name));
        for Used { link, tools: offered } in &self.used {
            let wished: Vec<_> = offered.iter().filter(|tool| wants(&tool.spec().name)).collect();
            match link.trouble() {
                None => tools.extend(wished.into_iter().map(Arc::clone)),
                Some(trouble) if !wished.is_empty() => {
                    notes.push(format!("{trouble}; its tools are left out"));
                }
                Some(_) => {}
            }
        }
        for (server, why) in &self.unused {
            let prefix = tool_name(server, "");
            if wished.iter().any(|entry| entry.starts_with(&prefix) || is_named(entry, &prefix)) {
                notes.push(why.clone());
            }
        }
        (tools, notes)
    }

    /// Begins to start those servers of which an agent wishes a tool. Nobody waits for them: a call does.
    pub fn begin(&self, wished: &[String]) {
        for Used { link, tools: offered } in &self.used {
            let server = &link.server.name;
            let wants = |entry: &String| offered.iter().any(|tool| is_named(entry, &tool.spec().name));
            if wished.iter().any(wants) {
                let link = Arc::clone(link);
                tracing::debug!(server, "an MCP server is started");
                tokio::spawn(async move {
                    if let Err(why) = link.reach().await {
                        tracing::debug!(why, "an MCP server could not be reached");
                    }
                });
            }
        }
    }

    /// Ends all servers.
    pub async fn close(&self) {
        futures_util::future::join_all(self.used.iter().map(|used| used.link.close())).await;
    }
}

/// The approval of a server, or why it is not used.
fn usable<'a>(server: &Server, approved: &'a BTreeMap<String, Approval>) -> Result<&'a Approval, String> {
    let name = &server.name;
    let how = format!("`aigw mcp tools {name} --approve` shows what it is");
    match approved.get(name) {
        None => Err(format!("MCP server {name} is not used: you have not approved it; {how}")),
        Some(approval) if !approval.is_for(server) => Err(format!(
            "MCP server {name} is not used: its command or address is not the one that you approved; {how}"
        )),
        Some(approval) => {
            let lost = |only: &&String| approval.tools.iter().all(|tool| tool.name != **only);
            match server.only.iter().flatten().find(lost) {
                Some(unknown) => Err(format!(
                    "MCP server {name} is not used: `tools` names `{unknown}`, which it did not have when you approved it"
                )),
                None => Ok(approval),
            }
        }
    }
}
