//! What agents of this command work with: whom they ask and what they may call.

use std::sync::{Arc, Mutex, PoisonError};

use super::ChatArgs;
use crate::agents::{Agents, Definition, Meanings, Routes, memory_tools};
use crate::app::{App, ResolveError};
use crate::cli::CommandError;
use crate::providers::client::Client;
use crate::router::Route;
use crate::tools::Toolbox;

/// The name of the agent who answers where none is named.
pub(super) const ASSISTANT: &str = "assistant";

/// Finds routes and tools for agents.
pub(super) struct Desk<'a> {
    app: &'a App,
    client: &'a Client,
    meanings: &'a Arc<Meanings<Arc<Client>>>,
    args: &'a ChatArgs,
    /// The session, by id.
    session: &'a str,
    /// The models that were named for the conversation; they hold for every agent.
    models: &'a [String],
    /// What an agent could not have as it wishes.
    notes: Mutex<Vec<String>>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        app: &'a App,
        client: &'a Client,
        meanings: &'a Arc<Meanings<Arc<Client>>>,
        args: &'a ChatArgs,
        (session, models): (&'a str, &'a [String]),
    ) -> Self {
        Self { app, client, meanings, args, session, models, notes: Mutex::default() }
    }

    /// Where an agent's requests go.
    pub(super) async fn resolve(&self, agent: &Definition) -> Result<Route, ResolveError> {
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

    fn note(&self, note: String) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if !notes.contains(&note) {
            notes.push(note);
        }
    }

    /// What was noted since the last time.
    pub(super) fn notes(&self) -> Vec<String> {
        std::mem::take(&mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Routes for Desk<'_> {
    async fn route(&self, agent: &Definition) -> Result<Route, String> {
        self.resolve(agent).await.map_err(|error| error.to_string())
    }

    fn tools(&self, agent: &Definition) -> Toolbox {
        if self.args.no_tools {
            return Toolbox::default();
        }
        let wished: Vec<String> = agent.tools.iter().chain(&self.args.tool).cloned().collect();
        let all = if self.args.no_memory {
            Toolbox::default()
        } else {
            memory_tools::toolbox(self.meanings, agent, Some(self.session))
        };
        let (tools, held) = all.offered(&wished, &self.args.allow_tool);
        for name in held {
            self.note(format!("{name} is not offered: it has to be allowed, with --allow-tool {name}"));
        }
        tools
    }
}

/// An agent by its name.
pub(super) fn agent<'a>(agents: &'a Agents, name: &str) -> Result<&'a Definition, CommandError> {
    let names = agents.names();
    agents.find(name).ok_or_else(|| {
        let names = names.iter().map(String::as_str);
        CommandError::unknown("agent", name, names, "`aigw agent ls` lists them")
    })
}
