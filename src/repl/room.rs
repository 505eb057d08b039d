//! The conversation: who is in it, what was said, and asking.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::turn::{Asking, Last};
use crate::agents::{ASSISTANT, Agents, Definition, Meanings};
use crate::app::desk::{Desk, Wishes};
use crate::app::{AUTO, App, ResolveError};
use crate::chat::{Message, Part, Role, Sampling};
use crate::config::{Env, nearest};
use crate::memory::session::{Session, Turn};
use crate::providers::client::Client;
use crate::router::{Route, Router};
use crate::tools::Asks;
use crate::ui::Ui;

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
    pub(super) env: Env,
    pub(super) client: Arc<Client>,
    pub(super) router: Router<Arc<Client>>,
    pub(super) meanings: Arc<Meanings<Arc<Client>>>,
    wishes: Wishes,
    /// The conversation as it is kept.
    pub(super) session: Session,
    pub(super) turns: Vec<Turn>,
    /// Whom `@all` asks besides whoever answers.
    pub(super) guests: Vec<String>,
    pub(super) terms: Asked,
    /// Files that go along with the next question, by name.
    pub(super) attached: Vec<(String, Part)>,
    /// How the last turn went.
    pub(super) last: Option<Last>,
    /// Told to stop the answer that is under way.
    pub(super) stop: Arc<Notify>,
}

/// How everything is asked.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// How answers are drawn.
    pub sampling: Sampling,
    /// How long one may take.
    pub timeout: Option<Duration>,
}

/// Where somebody sits: the terminal, and the environment of whoever does.
pub struct Seat {
    /// The terminal.
    pub ui: Ui,
    /// The environment.
    pub env: Env,
}

impl Room {
    /// A room for a session. What was said in it before is read when it is entered.
    pub fn new(
        app: App,
        seat: Seat,
        client: Arc<Client>,
        meanings: Meanings<Arc<Client>>,
        wishes: Wishes,
        session: Session,
    ) -> Self {
        let (agents, router) = (app.agents(), app.router(Arc::clone(&client)));
        let meanings = Arc::new(meanings);
        let Seat { ui, env } = seat;
        Self {
            app,
            agents,
            ui,
            env,
            client,
            router,
            meanings,
            wishes,
            session,
            turns: Vec::new(),
            guests: Vec::new(),
            terms: Asked::default(),
            attached: Vec::new(),
            last: None,
            stop: Arc::default(),
        }
    }

    /// Has somebody asked about calls.
    pub(super) fn be_asked(&mut self, asks: Arc<dyn Asks>) {
        self.wishes.asks = Some(asks);
    }

    /// Asks so from now on.
    pub fn ask_as(&mut self, terms: Asked) {
        self.terms = terms;
    }

    /// Has a file go along with the next question.
    pub fn attach(&mut self, name: String, part: Part) {
        self.attached.push((name, part));
    }

    /// Whether whoever answers can be asked at all.
    pub async fn check(&self) -> Result<(), ResolveError> {
        self.resolve().await.map(drop)
    }

    /// Where a question to whoever answers goes.
    pub(super) async fn resolve(&self) -> Result<Route, ResolveError> {
        self.desk().resolve(&self.host()).await
    }

    /// The routes there are, and what they lead to.
    pub(super) fn routes(&self) -> Vec<(String, String)> {
        let own = self.app.config.document.values.routes.keys().filter(|name| *name != AUTO);
        let own = own.map(|name| (name.clone(), "as the configuration says".to_owned()));
        std::iter::once((AUTO.to_owned(), "whoever has a key, in order".to_owned())).chain(own).collect()
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

    pub(super) fn desk(&self) -> Desk<'_> {
        let session = (self.session.id.as_str(), self.session.models.as_slice());
        Desk::new(&self.app, &self.client, &self.meanings, &self.wishes, session)
    }

    /// A question to one agent, with the files that were named for it.
    pub(super) fn asking(&mut self, agent: Definition, text: &str) -> Asking {
        Asking::one(agent, self.question(text))
    }

    /// A question to everybody in the room.
    pub(super) fn asking_all(&mut self, text: &str) -> Asking {
        Asking { who: self.everybody(), question: self.question(text) }
    }

    fn question(&mut self, text: &str) -> Message {
        let files = std::mem::take(&mut self.attached).into_iter().map(|(_, part)| part);
        Message { role: Role::User, parts: files.chain([Part::Text(text.to_owned())]).collect() }
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

    /// Waits until what was said is kept.
    pub(super) async fn write_down(&self) {
        let memory = Arc::clone(&self.app.memory);
        let flush = move || memory.flush(PATIENCE);
        if let Ok(Err(error)) = tokio::task::spawn_blocking(flush).await {
            self.ui.warn(&format!("not all of this conversation could be kept: {error}"));
        }
    }

    /// Waits for what is still to be written.
    pub(super) async fn settle(&self) {
        self.router.upstream().settle(FAREWELL_PATIENCE).await;
        self.app.leave_tools().await;
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
