//! A conversation with agents: what was said before goes along, and every turn is kept as it happens.
//!
//! A turn is written when it begins, its text while it comes, its end when it ends. Whoever drops the future (Ctrl-C, a
//! client that went away) leaves a turn that is marked as interrupted, with what had come.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::fit::too_long;
use super::prompt::Material;
use super::run::{Audience, Cause, Routes, Runner, Terms, TurnEvent, Undone, Work, Worked};
use super::spending::{Budget, Purse};
use super::{Definition, history};
use crate::chat::{Answer, ChatRequest, Event, Message, Role};
use crate::memory::recall::Recall;
use crate::memory::session::{Beginning, Ending, Provenance, Session, Turn, TurnState};
use crate::memory::vectors::Meaning;
use crate::memory::{Memory, Scope, StoreError};
use crate::router::{
    AnsweredBy, Attempt, Completion, Delivery, Gone, Notice, Resumed, Route, RouteError, RouteErrorKind,
    Upstream, Written,
};

/// How often what has come of an answer is kept.
const KEEP_EVERY: Duration = Duration::from_millis(300);

/// A conversation.
pub struct Talk<'a, U, R> {
    /// Who runs its turns.
    pub runner: Runner<'a, U, R>,
    /// Where it is kept; none if it is not.
    pub memory: Option<Arc<Memory>>,
    /// The conversation as it is known outside.
    pub session: Session,
    /// What was said.
    pub turns: Vec<Turn>,
}

/// What is asked in a turn.
pub struct Question<'a> {
    /// The id of the turn and all its requests.
    pub id: String,
    /// Who is asked.
    pub agent: &'a Definition,
    /// Where the requests go.
    pub route: Route,
    /// The question.
    pub messages: Vec<Message>,
    /// What was recalled for it.
    pub recalled: Recall,
    /// How it is asked.
    pub terms: Terms,
}

impl<U: Upstream, R: Routes> Talk<'_, U, R> {
    /// Reads what was said before.
    pub async fn load(&mut self) -> Result<(), StoreError> {
        let (Some(memory), session) = (self.memory.clone(), self.session.clone()) else { return Ok(()) };
        self.turns = off_thread(move || memory.turns(&session)).await?;
        Ok(())
    }

    /// Who answered last.
    pub fn answered_by(&self) -> Option<AnsweredBy> {
        answered_by(&self.turns)
    }

    /// What an agent recalls for a question: from what it reads, and from what belongs to the conversation.
    pub async fn recall(
        &self,
        agent: &Definition,
        question: &Message,
        meaning: Option<Meaning>,
    ) -> Result<Recall, StoreError> {
        let Some(memory) = self.memory.clone() else { return Ok(Recall::default()) };
        let mut scopes = agent.memory.read.clone();
        scopes.push(Scope::Session(self.session.id.clone()));
        let (text, tokens) = (question.joined_text(), u64::from(agent.memory.recall_tokens));
        off_thread(move || memory.recall(&text, meaning.as_ref(), &scopes, tokens)).await
    }

    /// What a model would be sent first.
    pub fn request(
        &self,
        agent: &Definition,
        question: &[Message],
        recalled: &Recall,
        terms: &Terms,
    ) -> ChatRequest {
        let before = history::messages(&self.turns, &agent.name);
        let material = Material {
            agent,
            guide: self.runner.agents.guide(agent),
            system: self.session.system.as_deref(),
            history: &before,
            recalled: recalled.text.as_deref(),
            question,
            said: &[],
            last: None,
        };
        self.runner.request(agent, &material, &self.runner.routes.tools(agent), terms, 0)
    }

    /// A question with what was said before it.
    fn work<'b>(&'b self, question: &'b Question<'_>, before: &'b [Message]) -> Work<'b> {
        let agent = question.agent;
        Work {
            id: question.id.clone(),
            agent,
            route: question.route.clone(),
            system: self.session.system.as_deref(),
            history: before,
            recalled: question.recalled.text.as_deref(),
            question: &question.messages,
            terms: question.terms.clone(),
            session: self.memory.is_some().then(|| self.session.id.clone()),
            answered_by: self.answered_by(),
            purse: Purse::new(Budget { tokens: agent.max_tokens, cost_usd: agent.max_cost_usd }),
            journal: None,
            read_foreign: false,
        }
    }

    /// Asks, and keeps what comes of it.
    pub async fn ask<A: Audience>(
        &mut self,
        question: Question<'_>,
        audience: &mut A,
    ) -> Result<Said, Undone> {
        self.fit(&question).await;
        let beginning = Beginning {
            session: self.session.clone(),
            turn: question.id.clone(),
            agent: question.agent.name.clone(),
            question: question.messages.clone(),
            recalled: question.recalled.entries.iter().map(|entry| entry.id.clone()).collect(),
        };
        let mut keeper = Keeper::new(self.memory.clone(), beginning, audience);
        let before = history::messages(&self.turns, &question.agent.name);
        let mut result = self.runner.run(self.work(&question, &before), &mut keeper).await;
        // The window was not known, or was smaller than it was said to be.
        if let Some(room) = result.as_ref().err().and_then(|undone| too_long(undone, &self.turns))
            && self.compact(&question, room).await
        {
            let before = history::messages(&self.turns, &question.agent.name);
            result = self.runner.run(self.work(&question, &before), &mut keeper).await;
        }
        let ending = match &result {
            Ok(worked) => keeper.whole(worked),
            Err(undone) => keeper.undone(undone),
        };
        self.turns.push(turn(&ending));
        let kept = match self.memory.clone() {
            Some(memory) => off_thread(move || end(&memory, ending)).await,
            None => Ok(()),
        };
        match result {
            Ok(worked) => Ok(Said { worked, kept, recalled: question.recalled }),
            Err(undone) => Err(Undone { kept: kept.err().map(Box::new), ..undone }),
        }
    }
}

/// Who answered last in these turns.
pub fn answered_by(turns: &[Turn]) -> Option<AnsweredBy> {
    let last = turns.iter().rev().find(|turn| turn.state == TurnState::Whole)?;
    let model = last.provenance.model.clone()?;
    Some(AnsweredBy { model, key: last.provenance.key.clone() })
}

/// A turn that was answered.
#[derive(Debug)]
pub struct Said {
    /// The answer.
    pub worked: Worked,
    /// Whether the turn was kept.
    pub kept: Result<(), StoreError>,
    /// What went along with the question.
    pub recalled: Recall,
}

/// Keeps what comes while it passes on to whoever takes it.
pub struct Keeper<'a, A> {
    audience: &'a mut A,
    memory: Option<Arc<Memory>>,
    beginning: Beginning,
    is_over: bool,
    began: Timestamp,
    text: String,
    kept: Instant,
}

impl<'a, A: Audience> Keeper<'a, A> {
    /// Begins a turn; where there is no memory nothing is kept.
    pub fn new(memory: Option<Arc<Memory>>, beginning: Beginning, audience: &'a mut A) -> Self {
        if let Some(memory) = &memory {
            memory.begin_turn(beginning.clone());
        }
        let (began, kept) = (Timestamp::now(), Instant::now());
        Self { audience, memory, beginning, is_over: false, began, text: String::new(), kept }
    }

    fn keep(&mut self) {
        if self.kept.elapsed() < KEEP_EVERY {
            return;
        }
        if let Some(memory) = &self.memory {
            memory.keep_partial(&self.beginning.turn, self.text.clone());
            self.kept = Instant::now();
        }
    }

    /// How a turn ended that no agent worked on: with the answer of a route, or without.
    pub fn ended(mut self, route: &str, answered: &Result<Completion, RouteError>) -> Ending {
        let completion = match answered {
            Ok(completion) => completion,
            Err(error) => return self.unanswered(error, &[], &Provenance::default()),
        };
        let mut provenance = self.provenance("", &completion.attempts);
        provenance.route = Some(route.to_owned());
        provenance.resumed = completion.resumed.map(|how| Resumed::as_str(how).to_owned());
        provenance.input_tokens = completion.usage.input_tokens;
        provenance.output_tokens = completion.usage.output_tokens;
        provenance.cost_usd =
            completion.attempts.iter().filter_map(|attempt| attempt.cost_usd).reduce(|a, b| a + b);
        self.ending(TurnState::Whole, vec![completion.answer.clone().into_message()], provenance)
    }

    fn whole(mut self, worked: &Worked) -> Ending {
        let completion = &worked.completion;
        let mut provenance = self.provenance(&worked.agent, &completion.attempts);
        provenance.route = Some(worked.route.name.clone());
        provenance.resumed = completion.resumed.map(|how| Resumed::as_str(how).to_owned());
        provenance.input_tokens = Some(worked.spent.input_tokens);
        provenance.output_tokens = Some(worked.spent.output_tokens);
        provenance.cost_usd = worked.spent.cost_usd;
        self.ending(TurnState::Whole, worked.said.clone(), provenance)
    }

    fn undone(mut self, undone: &Undone) -> Ending {
        let spent = Provenance {
            agent: undone.agent.clone(),
            input_tokens: Some(undone.spent.input_tokens),
            output_tokens: Some(undone.spent.output_tokens),
            cost_usd: undone.spent.cost_usd,
            ..Provenance::default()
        };
        match &undone.cause {
            Cause::Unanswered(error) => self.unanswered(error, &undone.said, &spent),
            Cause::NoRoute(problem) => {
                let provenance =
                    Provenance { problem: Some(problem.clone()), ..self.provenance(&undone.agent, &[]) };
                let provenance = with_spent(provenance, &spent);
                let state = if undone.said.is_empty() { TurnState::Failed } else { TurnState::Cut };
                self.ending(state, undone.said.clone(), provenance)
            }
        }
    }

    /// A turn without an answer. Work that was done before is worth keeping, whoever failed in the end.
    fn unanswered(mut self, error: &RouteError, said: &[Message], spent: &Provenance) -> Ending {
        let nothing = Answer::default();
        let (state, partial) = match &error.kind {
            RouteErrorKind::Broken(partial) => (TurnState::Cut, partial.as_ref()),
            RouteErrorKind::Gone => (TurnState::Interrupted, &nothing),
            RouteErrorKind::NoCandidate | RouteErrorKind::Exhausted => (TurnState::Failed, &nothing),
        };
        let last = error.attempts.last().and_then(|attempt| attempt.failure.as_ref());
        let problem = last.map_or("nobody could be asked".to_owned(), |failure| {
            format!("{}: {}", failure.class.as_str(), failure.message)
        });
        let provenance =
            Provenance { problem: Some(problem), ..self.provenance(&spent.agent, &error.attempts) };
        let mut said = said.to_vec();
        if !partial.is_empty() {
            said.push(partial.clone().into_message());
        } else if state == TurnState::Interrupted && !self.text.is_empty() {
            said.push(Message::text(Role::Assistant, self.text.clone()));
        }
        let state = if state == TurnState::Failed && !said.is_empty() { TurnState::Cut } else { state };
        self.ending(state, said, with_spent(provenance, spent))
    }

    fn provenance(&self, agent: &str, attempts: &[Attempt]) -> Provenance {
        let last = attempts.last();
        let failed = attempts.iter().filter(|attempt| attempt.failure.is_some()).count();
        Provenance {
            agent: agent.to_owned(),
            model: last.map(|attempt| attempt.model.clone()),
            key: last.and_then(|attempt| attempt.key.clone()),
            attempts: attempts.len() as u64,
            failed: failed as u64,
            recalled: self.beginning.recalled.clone(),
            began: self.began,
            first_token: last.and_then(|attempt| attempt.first_token),
            ended: Some(Timestamp::now()),
            ..Provenance::default()
        }
    }
}

/// With what was used.
fn with_spent(provenance: Provenance, spent: &Provenance) -> Provenance {
    Provenance {
        input_tokens: spent.input_tokens,
        output_tokens: spent.output_tokens,
        cost_usd: spent.cost_usd,
        ..provenance
    }
}

impl<A> Keeper<'_, A> {
    fn ending(&mut self, state: TurnState, said: Vec<Message>, provenance: Provenance) -> Ending {
        self.is_over = true;
        Ending { beginning: self.beginning.clone(), state, said, provenance }
    }
}

/// Whoever drops a turn has interrupted it: what had come is kept.
impl<A> Drop for Keeper<'_, A> {
    fn drop(&mut self) {
        let Some(memory) = self.memory.take().filter(|_| !self.is_over) else { return };
        let beginning = self.beginning.clone();
        let said = (!self.text.is_empty()).then(|| Message::text(Role::Assistant, self.text.clone()));
        let provenance = Provenance {
            agent: beginning.agent.clone(),
            problem: Some("interrupted".into()),
            recalled: beginning.recalled.clone(),
            began: self.began,
            ended: Some(Timestamp::now()),
            ..Provenance::default()
        };
        let said = said.into_iter().collect();
        memory.end_turn_later(Ending { beginning, state: TurnState::Interrupted, said, provenance });
    }
}

impl<A: Audience> Delivery for Keeper<'_, A> {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        let written = self.audience.event(event).await?;
        if let Event::Text(text) = event {
            self.text.push_str(text);
            self.keep();
        }
        Ok(written)
    }

    fn restarts(&self) -> bool {
        self.audience.restarts()
    }

    fn notice(&mut self, notice: &Notice<'_>) -> Result<(), Gone> {
        if let Notice::Restarting { .. } = notice {
            self.text.clear();
        }
        self.audience.notice(notice)
    }
}

impl<A: Audience> Audience for Keeper<'_, A> {
    fn hears(&mut self, event: &TurnEvent<'_>) {
        self.audience.hears(event);
    }
}

/// Writes the end of a turn. If that fails it is told here, and not once more for its beginning.
fn end(memory: &Memory, ending: Ending) -> Result<(), StoreError> {
    memory.end_turn(ending).inspect_err(|_| drop(memory.flush(Duration::ZERO)))
}

/// A turn as it is read back.
fn turn(ending: &Ending) -> Turn {
    let messages = ending.beginning.question.iter().chain(&ending.said).cloned().collect();
    Turn {
        id: ending.beginning.turn.clone(),
        state: ending.state,
        messages,
        provenance: ending.provenance.clone(),
        summary: None,
    }
}

/// Work that waits for a disk, where nobody else waits for it.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(StoreError { path: std::path::PathBuf::new(), message: error.to_string() }),
    }
}
