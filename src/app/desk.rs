//! What agents of a conversation work with: whom they ask and what they may call.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::{App, ResolveError};
use crate::agents::{Definition, Meanings, Routes, memory_tools};
use crate::providers::client::Client;
use crate::router::Route;
use crate::tools::record::Caller;
use crate::tools::{Asks, Gate, Grants, Tool, Toolbox};

/// How the names of tools of MCP servers begin.
const MCP: &str = "mcp__";

/// What agents may have besides what their definitions say.
#[derive(Clone, Default)]
pub struct Wishes {
    /// Tools that every agent has.
    pub tools: Vec<String>,
    /// Tools that may be called without being asked for.
    pub allowed: Vec<String>,
    /// No tools at all.
    pub no_tools: bool,
    /// Nothing of the memory.
    pub no_memory: bool,
    /// How a tool is allowed here.
    pub hint: &'static str,
    /// Whoever can be asked about calls.
    pub asks: Option<Arc<dyn Asks>>,
    /// What they have allowed so far.
    pub granted: Grants,
}

/// Finds routes and tools for agents.
pub struct Desk<'a> {
    app: &'a App,
    client: &'a Client,
    meanings: &'a Arc<Meanings<Arc<Client>>>,
    wishes: &'a Wishes,
    /// The session, by id.
    session: &'a str,
    /// The models that were named for the conversation; they hold for every agent.
    models: &'a [String],
    /// What an agent could not have as it wishes.
    notes: Mutex<Vec<String>>,
    gate: OnceLock<Arc<Gate>>,
}

impl<'a> Desk<'a> {
    /// For a session, by its id, and the models that were named for it.
    pub fn new(
        app: &'a App,
        client: &'a Client,
        meanings: &'a Arc<Meanings<Arc<Client>>>,
        wishes: &'a Wishes,
        (session, models): (&'a str, &'a [String]),
    ) -> Self {
        Self {
            app,
            client,
            meanings,
            wishes,
            session,
            models,
            notes: Mutex::default(),
            gate: OnceLock::new(),
        }
    }

    /// Where an agent's requests go.
    pub async fn resolve(&self, agent: &Definition) -> Result<Route, ResolveError> {
        if !self.models.is_empty() {
            return self.app.route(self.client, self.models).await;
        }
        let Some(model) = &agent.model else { return self.app.route(self.client, &[]).await };
        match self.app.route(self.client, std::slice::from_ref(model)).await {
            // A file made for another tool names models that only that tool has.
            Err(ResolveError::Unknown { .. }) => {
                self.note(format!(
                    "{}: there is no model `{model}` here; the default route is asked",
                    agent.name
                ));
                self.app.route(self.client, &[]).await
            }
            found => found,
        }
    }

    /// The gate for all calls of the conversation, made when the first one is near.
    fn gate(&self) -> Arc<Gate> {
        let make = || {
            let (gate, problem) = self.app.gate();
            if let Some(problem) = problem {
                self.note(problem);
            }
            Arc::new(
                gate.allowing(&self.wishes.allowed, self.wishes.hint)
                    .asking(self.wishes.asks.clone(), self.wishes.granted.clone()),
            )
        };
        Arc::clone(self.gate.get_or_init(make))
    }

    /// Wished tools of other programs. They are started now, so that they are ready when the model calls.
    fn of_servers(&self, wished: &[String]) -> Vec<Arc<dyn Tool>> {
        if !wished.iter().any(|entry| entry.starts_with(MCP) || entry.contains('*')) {
            return Vec::new();
        }
        let servers = self.app.mcp();
        servers.begin(wished);
        let (tools, notes) = servers.wished(wished);
        for note in notes {
            self.note(note);
        }
        tools
    }

    fn note(&self, note: String) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if !notes.contains(&note) {
            notes.push(note);
        }
    }

    /// What was noted since the last time.
    pub fn notes(&self) -> Vec<String> {
        std::mem::take(&mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Routes for Desk<'_> {
    async fn route(&self, agent: &Definition) -> Result<Route, String> {
        self.resolve(agent).await.map_err(|error| error.to_string())
    }

    fn tools(&self, agent: &Definition) -> Toolbox {
        let wished: Vec<String> = agent.tools.iter().chain(&self.wishes.tools).cloned().collect();
        if self.wishes.no_tools || wished.is_empty() {
            return Toolbox::empty();
        }
        let caller = Caller { agent: Some(agent.name.clone()), session: Some(self.session.to_owned()) };
        let mut tools = self.app.tools(self.client).unwrap_or_else(|problem| {
            self.note(format!("tools are not to be had: {problem}"));
            Vec::new()
        });
        if !self.wishes.no_memory {
            tools.extend(memory_tools::all(self.meanings, agent, Some(self.session)));
        }
        tools.extend(self.of_servers(&wished));
        let all = Toolbox::new(self.gate(), caller, tools);
        let (tools, held) = all.offered(&wished);
        for name in held {
            let how = self.wishes.hint.replace("NAME", &name);
            self.note(format!("{name} is not offered: it has to be allowed, {how}"));
        }
        tools
    }
}
