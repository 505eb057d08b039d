//! Doing what a turn says: the driver between the pure machine, the router and the tools.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::place::{Place, may_ask};
use super::prompt::{self, Material};
use super::spending::{Purse, Spent};
use super::turn::{CallResult, Happened, Limit, Next};
use super::{Agents, Definition, Journal};
use crate::chat::{ChatRequest, Format, Message, Sampling, ToolCall, ToolChoice};
use crate::memory::StoreError;
use crate::router::{AnsweredBy, Completion, Delivery, Route, RouteError, Router, Upstream};
use crate::tools::{Permission, Toolbox};

/// Finds where an agent's requests go, and what it may call.
pub trait Routes: Sync {
    /// The route of an agent's requests. The error is one line for a person.
    fn route(&self, agent: &Definition) -> impl Future<Output = Result<Route, String>> + Send;

    /// The tools of an agent, as far as it may call them.
    fn tools(&self, agent: &Definition) -> Toolbox;
}

/// Takes the answer, and hears what else happens in a turn.
pub trait Audience: Delivery {
    /// Something happens that is no part of the answer.
    fn hears(&mut self, event: &TurnEvent<'_>);
}

/// What happens in a turn beside the answer.
#[derive(Debug)]
pub enum TurnEvent<'a> {
    /// A model is asked again: what comes now is said after something was done.
    Again,
    /// A call is made.
    Calling {
        /// By whom.
        agent: &'a str,
        /// The call.
        call: &'a ToolCall,
    },
    /// A call was not let through.
    Refused {
        /// Whose.
        agent: &'a str,
        /// The call, and why, in a line.
        what: &'a str,
        /// Whether it is one that was asked, of which nothing else is heard.
        asked: bool,
    },
    /// A call was made.
    Called {
        /// By whom.
        agent: &'a str,
        /// What it gave.
        result: &'a CallResult,
    },
    /// Another agent goes on.
    HandedOver {
        /// Who gave it away.
        from: &'a str,
        /// Who has it now.
        to: &'a str,
    },
    /// A limit is met: there is one last answer.
    Met {
        /// Whose.
        agent: &'a str,
        /// Which.
        limit: Limit,
    },
}

/// What is to be done in a turn.
#[derive(Debug)]
pub struct Work<'a> {
    /// The id of all its requests.
    pub id: String,
    /// Who begins.
    pub agent: &'a Definition,
    /// Where its requests go.
    pub route: Route,
    /// Instructions of the user, under those of the agent.
    pub system: Option<&'a str>,
    /// What was said before.
    pub history: &'a [Message],
    /// What was recalled, as a marked text.
    pub recalled: Option<&'a str>,
    /// The question.
    pub question: &'a [Message],
    /// How it is asked.
    pub terms: Terms,
    /// The session, by id.
    pub session: Option<String>,
    /// Who answered last in the same conversation.
    pub answered_by: Option<AnsweredBy>,
    /// What it may use.
    pub purse: Purse,
    /// Where its answers are kept, if they are.
    pub journal: Option<Arc<dyn Journal>>,
    /// Whether somebody else's words are in it.
    pub read_foreign: bool,
}

/// How models are asked in a turn.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// What form the answer has.
    pub format: Format,
    /// How the answer is drawn.
    pub sampling: Sampling,
    /// Whether providers shall stream.
    pub stream: bool,
    /// Deliver only what is whole.
    pub buffered: bool,
    /// When all of it must be over.
    pub deadline: Option<Instant>,
    /// How long candidates may be waited for when all are out.
    pub max_wait: Duration,
}

/// A turn that ended with an answer.
#[derive(Debug)]
pub struct Worked {
    /// Who gave it.
    pub agent: String,
    /// The id of the turn and all its requests.
    pub request_id: String,
    /// The route that the last request went by.
    pub route: Route,
    /// The last answer and how it came about; its attempts are those of the whole turn.
    pub completion: Completion,
    /// What was said: answers, calls and what they gave.
    pub said: Vec<Message>,
    /// What was used by this agent and all whom it asked.
    pub spent: Spent,
    /// A limit that ended the work.
    pub met: Option<Limit>,
    /// Whether somebody else's words were read on the way.
    pub read_foreign: bool,
    /// Calls that were not let through: whose, and which and why in a line.
    pub refused: Vec<(String, String)>,
}

/// A turn that ended without one.
#[derive(Debug)]
pub struct Undone {
    /// Who was at it.
    pub agent: String,
    /// Why.
    pub cause: Cause,
    /// What was said before.
    pub said: Vec<Message>,
    /// What was used.
    pub spent: Spent,
    /// Why not even that could be kept.
    pub kept: Option<Box<StoreError>>,
}

/// Why a turn ended without an answer.
#[derive(Debug)]
pub enum Cause {
    /// Nobody answered. Its attempts are those of the whole turn.
    Unanswered(Box<RouteError>),
    /// The agent that it was handed to cannot be asked.
    NoRoute(String),
}

/// Runs turns.
pub struct Runner<'a, U, R> {
    /// Whom models are asked through.
    pub router: &'a Router<U>,
    /// Where requests go and what may be called.
    pub routes: &'a R,
    /// Who there is.
    pub agents: &'a Agents,
}

impl<U: Upstream, R: Routes> Runner<'_, U, R> {
    /// Runs a turn to its end.
    pub async fn run<A: Audience>(&self, work: Work<'_>, audience: &mut A) -> Result<Worked, Undone> {
        // On the heap: whoever waits for an answer should not have to carry all of it around.
        Box::pin(self.turn(work, audience, 0)).await
    }

    /// What a model is sent.
    pub(super) fn request(
        &self,
        agent: &Definition,
        material: &Material<'_>,
        tools: &Toolbox,
        terms: &Terms,
        depth: usize,
    ) -> ChatRequest {
        let others = |names: &[String]| -> Vec<&Definition> {
            let found = names.iter().filter_map(|name| self.agents.find(name));
            found.filter(|other| other.name != agent.name).collect()
        };
        let mut specs = tools.specs();
        specs.extend(prompt::hand_off(&others(&agent.handoffs)));
        if may_ask(agent, depth) && tools.offers(prompt::ASK_AGENT, Permission::Allow) {
            specs.extend(prompt::ask_agent(&others(&self.agents.names())));
        }
        let request = ChatRequest {
            messages: prompt::messages(material),
            tool_choice: if material.last.is_some() { ToolChoice::None } else { ToolChoice::Offered },
            tools: specs,
            format: terms.format.clone(),
            sampling: Sampling {
                temperature: terms.sampling.temperature.or(agent.temperature),
                ..terms.sampling.clone()
            },
            stream: terms.stream,
            ..ChatRequest::default()
        };
        // What was called earlier in the conversation is a tale to an agent without tools.
        if request.tools.is_empty() && request.speaks_of_tools() { request.without_tools() } else { request }
    }

    pub(super) async fn turn<A: Audience>(
        &self,
        work: Work<'_>,
        audience: &mut A,
        depth: usize,
    ) -> Result<Worked, Undone> {
        let mut at = Place::new(self, work, depth);
        let mut next = at.turn.begin();
        loop {
            next = match next {
                Next::Ask(last) => match at.ask(last, audience).await {
                    Ok(happened) => at.turn.step(happened),
                    Err(error) => return Err(at.undone(Cause::Unanswered(Box::new(error)))),
                },
                Next::Call(calls) => {
                    let results = at.call(calls, audience).await;
                    at.turn.step(Happened::Called(results))
                }
                Next::HandOver(to) => match at.hand_over(&to, audience).await {
                    Ok(()) => at.turn.begin(),
                    Err(problem) => return Err(at.undone(Cause::NoRoute(problem))),
                },
                Next::End(met) => return at.worked(met),
            };
        }
    }
}
