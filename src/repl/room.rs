//! The conversation: who is in it, what was said, and asking.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use uuid::Uuid;

use super::voice::Voice;
use crate::agents::talk::{Question, Said, Talk};
use crate::agents::{ASSISTANT, Agents, Cause, Definition, Meanings, Runner, Terms, Undone};
use crate::app::desk::{Desk, Wishes};
use crate::app::outcome::{dead_ends, explain, who_answered};
use crate::app::recall::recall;
use crate::app::{App, ResolveError};
use crate::chat::{FinishReason, Message, Role};
use crate::config::nearest;
use crate::memory::session::{Session, Turn};
use crate::providers::client::Client;
use crate::router::Router;
use crate::ui::Ui;

/// How long providers that are all out for now are waited for.
const MAX_WAIT: Duration = Duration::from_secs(20);
/// How long providers may take to hear that their answer is not wanted any more.
const FAREWELL_PATIENCE: Duration = Duration::from_millis(800);
/// How long the files may keep the program from ending.
const PATIENCE: Duration = Duration::from_secs(3);

/// A conversation at the keyboard.
pub struct Room {
    /// The program.
    pub app: App,
    /// Who there is.
    pub agents: Agents,
    /// Where it is shown.
    pub ui: Ui,
    client: Arc<Client>,
    router: Router<Arc<Client>>,
    meanings: Arc<Meanings<Arc<Client>>>,
    wishes: Wishes,
    /// The conversation as it is kept.
    pub(super) session: Session,
    pub(super) turns: Vec<Turn>,
    /// Whom `@all` asks besides whoever answers.
    pub(super) guests: Vec<String>,
}

impl Room {
    /// A room for a session. What was said in it before is read when it is entered.
    pub fn new(
        app: App,
        ui: Ui,
        client: Arc<Client>,
        meanings: Meanings<Arc<Client>>,
        wishes: Wishes,
        session: Session,
    ) -> Self {
        let (agents, router) = (app.agents(), app.router(Arc::clone(&client)));
        let meanings = Arc::new(meanings);
        let (turns, guests) = (Vec::new(), Vec::new());
        Self { app, agents, ui, client, router, meanings, wishes, session, turns, guests }
    }

    /// Whether whoever answers can be asked at all.
    pub async fn check(&self) -> Result<(), ResolveError> {
        self.desk().resolve(&self.host()).await.map(drop)
    }

    /// Reads what was said before.
    pub fn enter(&mut self) {
        if self.is_kept() && self.app.memory.path().exists() {
            match self.app.memory.turns(&self.session) {
                Ok(turns) => self.turns = turns,
                Err(error) => self.ui.warn(&format!("what was said before cannot be read: {error}")),
            }
        }
    }

    pub(super) fn is_kept(&self) -> bool {
        !self.wishes.no_memory
    }

    pub(super) fn prompt(&self) -> String {
        let session = self.session.name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
        format!("{}{}> ", self.host().name, crate::ui::safe(&session))
    }

    /// Who answers where nobody else is named.
    pub(super) fn host(&self) -> Definition {
        let name = self.session.agent.as_deref().unwrap_or(ASSISTANT);
        self.agents.find(name).cloned().unwrap_or_else(|| Definition::new(ASSISTANT))
    }

    pub(super) fn find(&self, name: &str) -> Option<Definition> {
        self.agents.find(name).cloned()
    }

    pub(super) fn unknown_agent(&self, name: &str) -> String {
        let names = self.agents.names();
        let advice = match nearest(name, names.iter().map(String::as_str)) {
            Some(other) => format!("did you mean `{other}`?"),
            None => "/agents lists them".to_owned(),
        };
        format!("there is no agent `{name}`: {advice}")
    }

    fn desk(&self) -> Desk<'_> {
        let session = (self.session.id.as_str(), self.session.models.as_slice());
        Desk::new(&self.app, &self.client, &self.meanings, &self.wishes, session)
    }

    /// Asks one agent; whoever answers, where none is named.
    pub(super) async fn ask(&mut self, agent: Option<Definition>, text: &str) {
        let agent = agent.unwrap_or_else(|| self.host());
        let voice = Voice::alone(&self.ui, &agent.name);
        let turns = self.unless_stopped(self.one(&agent, text, voice)).await;
        self.goes_on_with(turns.into_iter().flatten().collect());
    }

    /// Asks everybody in the room at once.
    pub(super) async fn ask_all(&mut self, text: &str) {
        let all = self.everybody();
        let asked = all.iter().map(|agent| self.one(agent, text, Voice::among_others(&self.ui, &agent.name)));
        let turns = self.unless_stopped(join_all(asked)).await;
        self.goes_on_with(turns.into_iter().flatten().flatten().collect());
    }

    /// Who is in the room: whoever answers, those who were invited, and those who have spoken.
    pub(super) fn everybody(&self) -> Vec<Definition> {
        let spoke = self.turns.iter().map(|turn| turn.provenance.agent.clone());
        let names = std::iter::once(self.host().name).chain(self.guests.iter().cloned()).chain(spoke);
        let mut all: Vec<Definition> = Vec::new();
        for agent in names.filter_map(|name| self.find(&name)) {
            if !all.iter().any(|other| other.name == agent.name) {
                all.push(agent);
            }
        }
        all
    }

    /// Does the work until it is done or somebody presses Ctrl-C; then it is dropped, and what came is kept.
    async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = work => Some(done),
            _ = tokio::signal::ctrl_c() => {
                self.ui.note("stopped; what came is kept");
                None
            }
        }
    }

    /// What was said now is part of the conversation.
    fn goes_on_with(&mut self, turns: Vec<Turn>) {
        if self.is_kept() {
            // With what others have said in it, and what was kept of an answer that was stopped.
            self.enter();
        } else {
            self.turns.extend(turns);
        }
    }

    /// One turn of one agent; gives what is new of the conversation.
    async fn one(&self, agent: &Definition, text: &str, mut voice: Voice<'_>) -> Option<Turn> {
        let desk = self.desk();
        let route = match desk.resolve(agent).await {
            Ok(route) => route,
            Err(error) => {
                self.ui.error(&format!("{}: {error}", agent.name));
                return None;
            }
        };
        let runner = Runner { router: &self.router, routes: &desk, agents: &self.agents };
        let memory = self.is_kept().then(|| Arc::clone(&self.app.memory));
        let mut talk = Talk { runner, memory, session: self.session.clone(), turns: self.turns.clone() };
        let message = Message::text(Role::User, text);
        let (recalled, problem) = recall(&talk, &self.meanings, agent, &message).await;
        if let Some(problem) = problem {
            self.ui.warn(&problem);
        }
        let question = Question {
            id: Uuid::now_v7().to_string(),
            agent,
            route,
            messages: vec![message],
            recalled,
            terms: Terms { stream: true, max_wait: MAX_WAIT, ..Terms::default() },
        };
        let said = talk.ask(question, &mut voice).await;
        let closed = voice.finish();
        for note in desk.notes() {
            self.ui.warn(&note);
        }
        match said {
            Ok(said) => self.tell(&said),
            Err(undone) => self.complain(&undone),
        }
        if let Err(error) = closed {
            self.ui.error(&format!("the answer cannot be shown: {error}"));
        }
        talk.turns.pop()
    }

    /// A line about who answered, and what it took.
    fn tell(&self, said: &Said) {
        let worked = &said.worked;
        for line in dead_ends(&self.app, &worked.completion) {
            self.ui.warn(&line);
        }
        let tokens = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
        let (usage, last) = (&worked.completion.usage, worked.completion.attempts.last());
        let model = last.map(|attempt| attempt.model.to_string()).unwrap_or_default();
        let cost = worked.spent.cost_usd.map(|cost| format!(", ${cost:.6}")).unwrap_or_default();
        let seconds: f64 = worked.completion.attempts.iter().map(|it| it.latency.as_secs_f64()).sum();
        let who = who_answered(&self.app, &worked.route, &worked.completion).unwrap_or(model);
        let (sent, got) = (tokens(usage.input_tokens), tokens(usage.output_tokens));
        self.ui.note(&format!("{}: {who}, {sent} tokens in, {got} out{cost}, {seconds:.1} s", worked.agent));
        match worked.completion.answer.finish {
            Some(FinishReason::Length) => self.ui.warn("the answer was cut at the output limit"),
            Some(FinishReason::ContentFilter) => {
                self.ui.warn("the provider's content filter ended the answer");
            }
            _ => {}
        }
        if let Err(error) = &said.kept {
            self.ui.warn(&format!("this turn could not be kept: {error}"));
        }
    }

    fn complain(&self, undone: &Undone) {
        if let Some(error) = &undone.kept {
            self.ui.warn(&format!("this turn could not be kept: {error}"));
        }
        match &undone.cause {
            Cause::NoRoute(problem) => self.ui.error(&format!("{}: {problem}", undone.agent)),
            Cause::Unanswered(error) => {
                let explained = explain(&self.app, error);
                self.ui.error(&format!("{}: {}", undone.agent, explained.message));
                explained.details.iter().for_each(|line| self.ui.error_detail(line));
                explained.hints.iter().for_each(|line| self.ui.hint(line));
            }
        }
    }

    /// Waits for what is still to be written.
    pub(super) async fn settle(&self) {
        self.router.upstream().settle(FAREWELL_PATIENCE).await;
        let (memory, ledger, health) =
            (Arc::clone(&self.app.memory), Arc::clone(&self.app.ledger), self.app.health());
        let flush = move || {
            health.flush(Duration::from_millis(100));
            memory.flush(PATIENCE).and(ledger.flush(PATIENCE))
        };
        if let Ok(Err(error)) = tokio::task::spawn_blocking(flush).await {
            self.ui.warn(&format!("not all of this conversation could be kept: {error}"));
        }
    }
}
