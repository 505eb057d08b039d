//! Conversations of clients: the sessions that they name, and the agents that they ask.
//!
//! A request that carries earlier turns says itself what was said; only where a single message of the user's comes does
//! what is kept go before it. What is new is kept either way.

use std::sync::Arc;

use axum::http::StatusCode;

use super::asking::Question;
use super::refusal::Refusal;
use super::{Gateway, outcome};
use crate::agents::talk::{self, Keeper, Talk};
use crate::agents::{Audience, Cause, Definition, Runner, Terms, Undone, history};
use crate::app::desk::{Desk, Wishes};
use crate::app::recall::recall;
use crate::chat::{ChatRequest, Message, Role};
use crate::memory::session::{Beginning, Ending, Provenance, Session, Turn, TurnState};
use crate::memory::{Found, Scope};
use crate::router::{self, Completion};

/// Under which name turns are kept that no agent answered.
const NOBODY: &str = "";

/// A session, and what was said in it.
pub(super) struct Conversation {
    session: Session,
    turns: Vec<Turn>,
}

/// A client's messages, taken apart.
struct Said {
    /// Instructions.
    system: Option<String>,
    /// What was said before the question.
    before: Vec<Message>,
    question: Vec<Message>,
}

impl Said {
    fn of(request: &ChatRequest) -> Self {
        let (system, rest): (Vec<&Message>, Vec<&Message>) =
            request.messages.iter().partition(|message| message.role == Role::System);
        let system = system.into_iter().map(Message::joined_text).collect::<Vec<_>>().join("\n\n");
        let mut before: Vec<Message> = rest.into_iter().cloned().collect();
        let last = before.iter().rposition(|message| message.role == Role::Assistant);
        let question = before.split_off(last.map_or(0, |place| place + 1));
        Self { system: Some(system).filter(|text| !text.is_empty()), before, question }
    }
}

impl Conversation {
    /// The session that a client has named, made where there is none; none where none is named.
    pub(super) async fn find(gateway: &Gateway, question: &Question) -> Result<Option<Self>, Refusal> {
        let Some(name) = question.controls.session.clone() else { return Ok(None) };
        let owner = question.visit.owner();
        let name = if owner.is_empty() { name } else { format!("{owner}/{name}") };
        let memory = Arc::clone(&gateway.app.memory);
        let found = tokio::task::spawn_blocking(move || {
            let session = match memory.session(&name)? {
                Found::One(session) => session,
                Found::None | Found::Several(_) => Session::new(Some(name)),
            };
            let turns = memory.turns(&session)?;
            Ok::<_, crate::memory::StoreError>(Self { session, turns })
        });
        match found.await {
            Ok(Ok(conversation)) => Ok(Some(conversation)),
            Ok(Err(_)) | Err(_) => {
                let message = "the session cannot be read now; `aigw doctor` says why";
                Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message).code("storage"))
            }
        }
    }

    /// The request with what was said before, where it does not say so itself.
    pub(super) fn continued(&self, request: &ChatRequest) -> ChatRequest {
        let mut request = request.clone();
        let said = |message: &&Message| message.role != Role::System;
        if request.messages.iter().filter(said).count() == 1 {
            let at = request.messages.iter().position(|message| message.role != Role::System).unwrap_or(0);
            request.messages.splice(at..at, history::messages(&self.turns, NOBODY));
        }
        request
    }

    /// What requests of it are told apart by.
    pub(super) fn tag(&self) -> router::Conversation {
        router::Conversation {
            session: Some(self.session.id.clone()),
            answered_by: talk::answered_by(&self.turns),
            ..router::Conversation::default()
        }
    }

    /// Keeps what comes while it passes on to whoever takes it.
    pub(super) fn keeper<'a, A: Audience>(
        &self,
        gateway: &Gateway,
        question: &Question,
        audience: &'a mut A,
    ) -> Keeper<'a, A> {
        let beginning = Beginning {
            session: self.session.clone(),
            turn: question.visit.id().to_owned(),
            agent: NOBODY.to_owned(),
            question: Said::of(&question.request).question,
            recalled: Vec::new(),
        };
        Keeper::new(Some(Arc::clone(&gateway.app.memory)), beginning, audience)
    }
}

/// Writes the end of a turn. That it could not be kept is no reason to withhold the answer.
pub(super) async fn end(gateway: &Gateway, ending: Ending) {
    let memory = Arc::clone(&gateway.app.memory);
    let written = tokio::task::spawn_blocking(move || memory.end_turn(ending)).await;
    if !matches!(written, Ok(Ok(()))) {
        tracing::warn!("a turn of a session is not kept");
    }
}

/// Has an agent answer, with its own instructions, tools and memory, as `aigw chat -a NAME` does.
pub(super) async fn agent<A: Audience>(
    gateway: &Gateway,
    question: &Question,
    name: &str,
    buffered: bool,
    audience: &mut A,
) -> Result<Completion, Refusal> {
    let agents = gateway.app.agents();
    let agent = agents.find(name).ok_or_else(|| {
        let refusal = Refusal::new(StatusCode::NOT_FOUND, format!("there is no agent `{name}`"));
        Refusal { param: Some("model".into()), ..refusal.code("model_not_found") }
    })?;
    let agent = &confined(agent, question);
    if !question.request.tools.is_empty() {
        let message = "an agent has its own tools: give it none, or name a model";
        return Err(Refusal::of("tools", message).code("unsupported_parameter"));
    }
    let conversation = Conversation::find(gateway, question).await?;
    let Said { system, before, question: asked } = Said::of(&question.request);
    let Some(last) = asked.last().cloned() else {
        return Err(Refusal::of(
            "messages",
            "the last message is the agent's own: there is nothing to answer",
        ));
    };
    let memory = conversation.is_some().then(|| Arc::clone(&gateway.app.memory));
    let Conversation { session, turns } =
        conversation.unwrap_or_else(|| Conversation { session: Session::new(None), turns: Vec::new() });
    let turns = if before.is_empty() { turns } else { vec![told(before)] };
    let session = Session { system: system.or(session.system), ..session };
    let meanings = gateway.meanings().await;
    let wishes = Wishes { hint: "in the configuration: [tools.NAME] permission", ..Wishes::default() };
    let session_id = session.id.clone();
    let desk = Desk::new(&gateway.app, gateway.router.upstream(), &meanings, &wishes, (&session_id, &[]));
    let route = desk.resolve(agent).await.map_err(outcome::unresolved)?;
    let route = question.controls.narrowed(route);
    let runner = Runner { router: &gateway.router, routes: &desk, agents: &agents };
    let mut talk = Talk { runner, memory, session, turns };
    let (recalled, problem) = recall(&talk, &meanings, agent, &last).await;
    if let Some(problem) = problem {
        tracing::warn!(problem, "recall for a request");
    }
    let request = &question.request;
    let question = talk::Question {
        id: question.visit.id().to_owned(),
        agent,
        route,
        messages: asked,
        recalled,
        terms: Terms {
            format: request.format.clone(),
            sampling: request.sampling.clone(),
            stream: true,
            buffered,
            deadline: question.deadline(),
            ..Terms::default()
        },
    };
    let said = talk.ask(question, audience).await;
    for note in desk.notes() {
        tracing::warn!(note, "an agent could not have what it wishes");
    }
    said.map(|said| said.worked.completion).map_err(|undone| unanswered(&undone))
}

/// An agent with what the client's key lets it have of the memory.
fn confined(agent: &Definition, question: &Question) -> Definition {
    let mut agent = agent.clone();
    if question.visit.holder().is_some_and(|holder| !holder.may("shared")) {
        let own = |scope: &Scope| matches!(scope, Scope::Session(_));
        agent.memory.read.retain(own);
        agent.memory.write = agent.memory.write.filter(own);
    }
    agent
}

/// What a client says was said before, as a turn.
fn told(messages: Vec<Message>) -> Turn {
    Turn {
        id: String::new(),
        state: TurnState::Whole,
        messages,
        provenance: Provenance::default(),
        summary: None,
    }
}

fn unanswered(undone: &Undone) -> Refusal {
    match &undone.cause {
        Cause::Unanswered(error) => outcome::unanswered(error),
        Cause::NoRoute(problem) => {
            let message = format!("{}: {problem}", undone.agent);
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, message).code("no_provider")
        }
    }
}
