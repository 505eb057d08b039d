//! Asking an agent as a tool, for programs that are no agents themselves.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

use super::App;
use super::desk::{Desk, Wishes};
use super::outcome::explain;
use crate::agents::prompt::ask_agent;
use crate::agents::{Agents, Budget, Cause, Meanings, Purse, Runner, Terms, Unheard, Work};
use crate::chat::{Message, Role, ToolSpec};
use crate::providers::client::Client;
use crate::tools::{Answer, Tool, ToolError};

/// How long an agent may take.
const LIMIT: Duration = Duration::from_mins(5);
/// How long providers that are all out are waited for.
const MAX_WAIT: Duration = Duration::from_secs(20);

/// Asks agents. Nothing of it is kept as a conversation.
pub(super) struct AskAgent {
    app: Arc<App>,
    client: Arc<Client>,
    meanings: Arc<Meanings<Arc<Client>>>,
    wishes: Wishes,
    agents: Agents,
    spec: ToolSpec,
}

impl AskAgent {
    /// None where there is nobody to ask.
    pub(super) fn new(
        app: Arc<App>,
        client: Arc<Client>,
        meanings: Arc<Meanings<Arc<Client>>>,
        wishes: Wishes,
    ) -> Option<Self> {
        let agents = app.agents();
        let spec = ask_agent(&agents.definitions().iter().collect::<Vec<_>>())?;
        Some(Self { app, client, meanings, wishes, agents, spec })
    }

    async fn ask(&self, name: &str, question: &str) -> Result<Answer, ToolError> {
        let agent = self.agents.find(name).ok_or_else(|| ToolError(format!("there is no agent `{name}`")))?;
        let id = Uuid::now_v7().to_string();
        let desk = Desk::new(&self.app, &self.client, &self.meanings, &self.wishes, (&id, &[]));
        let route = desk.resolve(agent).await.map_err(|error| ToolError(error.to_string()))?;
        let router = self.app.router(Arc::clone(&self.client));
        let runner = Runner { router: &router, routes: &desk, agents: &self.agents };
        let question = [Message::text(Role::User, question)];
        let work = Work {
            id: id.clone(),
            agent,
            route,
            system: None,
            history: &[],
            recalled: None,
            question: &question,
            terms: Terms {
                stream: true,
                buffered: true,
                deadline: Some(Instant::now() + LIMIT),
                max_wait: MAX_WAIT,
                ..Terms::default()
            },
            session: None,
            answered_by: None,
            purse: Purse::new(Budget { tokens: agent.max_tokens, cost_usd: agent.max_cost_usd }),
            journal: None,
            read_foreign: false,
        };
        match runner.run(work, &mut Unheard).await {
            Ok(worked) => Ok(Answer::from(worked.completion.answer.text())),
            Err(undone) => Err(ToolError(match undone.cause {
                Cause::NoRoute(problem) => format!("{}: {problem}", undone.agent),
                Cause::Unanswered(error) => {
                    let explained = explain(&self.app, &error);
                    let details: String =
                        explained.details.iter().flat_map(|line| ["; ", line.trim()]).collect();
                    format!("{}: {}{details}", undone.agent, explained.message)
                }
            })),
        }
    }
}

impl Tool for AskAgent {
    fn spec(&self) -> ToolSpec {
        self.spec.clone()
    }

    fn time_limit(&self) -> Duration {
        LIMIT
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> BoxFuture<'a, Result<Answer, ToolError>> {
        let text = |name: &str| arguments[name].as_str().unwrap_or_default();
        Box::pin(self.ask(text("agent"), text("question")))
    }
}
