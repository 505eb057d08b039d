//! Conversations: turns with their messages, saved as they happen.
//!
//! Messages are kept once, by their content; a turn points to the one before it, a session to its last turn. So a fork
//! is one row. A turn is written when it begins, its text while it comes, and its end when it ends: whoever is killed
//! loses at most the last moments of the turn in flight. A turn takes its place in the conversation when it ends, behind
//! whatever ended meanwhile: two processes in one conversation lose nothing to each other.

mod find;
mod history;
mod record;
mod remove;
mod row;

use std::time::Duration;

use jiff::Timestamp;

pub use record::{Beginning, Ending};

use super::{Found, Memory, PATIENCE};
use crate::chat::{Message, ModelId};
use crate::store::StoreError;

/// A conversation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Session {
    /// Its id, random; the beginning of it is enough where it is unique.
    pub id: String,
    /// The name that the user gave it.
    pub name: Option<String>,
    /// The beginning of its first question.
    pub title: String,
    /// Who answers in it.
    pub agent: Option<String>,
    /// The models that were named for it; empty where none was.
    pub models: Vec<String>,
    /// The instructions that were given for it.
    pub system: Option<String>,
    /// The session that it began as a copy of.
    pub forked_from: Option<String>,
    /// Turns in it.
    pub turns: u64,
    /// When it began.
    pub created: Timestamp,
    /// When its last turn ended.
    pub updated: Timestamp,
}

/// What became of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnState {
    /// It is under way, or its process was killed and nobody has looked yet.
    Open,
    /// The answer is whole.
    Whole,
    /// The answer broke off and could not be completed.
    Cut,
    /// There was no answer.
    Failed,
    /// The user or a kill ended it.
    Interrupted,
}

/// One exchange with its provenance.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Its id, and that of its requests in the ledger.
    pub id: String,
    /// What became of it.
    pub state: TurnState,
    /// What was said, in order: the question first. Of a turn that was cut, what came of the answer.
    pub messages: Vec<Message>,
    /// What came about it.
    pub provenance: Provenance,
    /// What stands for this turn and all before it, where they would not fit.
    pub summary: Option<String>,
}

/// Who answered a turn, and what it took.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Provenance {
    /// The agent.
    pub agent: String,
    /// The route that its requests went by.
    pub route: Option<String>,
    /// Who gave the last answer.
    pub model: Option<ModelId>,
    /// The key that it was asked with, as a fingerprint.
    pub key: Option<String>,
    /// Attempts made.
    pub attempts: u64,
    /// Of these, failed ones.
    pub failed: u64,
    /// How a broken answer was completed: `replay`, `continuation` or `restart`.
    pub resumed: Option<String>,
    /// The entries that went along.
    pub recalled: Vec<String>,
    /// Tokens sent.
    pub input_tokens: Option<u64>,
    /// Tokens received.
    pub output_tokens: Option<u64>,
    /// Cost in USD, as far as prices are known.
    pub cost_usd: Option<f64>,
    /// Why it is not whole.
    pub problem: Option<String>,
    /// When it began.
    pub began: Timestamp,
    /// Until the first content.
    pub first_token: Option<Duration>,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

impl TurnState {
    /// Its word in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Whole => "whole",
            Self::Cut => "cut",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

impl Session {
    /// A new one. Nothing is written before its first turn begins.
    pub fn new(name: Option<String>) -> Self {
        let now = Timestamp::now();
        Self { id: super::new_id(), name, created: now, updated: now, ..Self::default() }
    }

    /// What it is called on a screen.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

impl Memory {
    /// The newest sessions, at most so many.
    pub fn sessions(&self, most: usize) -> Result<Vec<Session>, StoreError> {
        self.database.read(|db| find::newest(db, most))
    }

    /// The session that was used last.
    pub fn latest_session(&self) -> Result<Option<Session>, StoreError> {
        Ok(self.sessions(1)?.pop())
    }

    /// A session by its name, its id or the beginning of its id.
    pub fn session(&self, name: &str) -> Result<Found<Session>, StoreError> {
        self.database.read(|db| find::by_name(db, name))
    }

    /// Writes that a turn begins, in the background. The session is written with its first turn.
    pub fn begin_turn(&self, beginning: Beginning) {
        self.database.write(move |db| record::begin(db, &beginning));
    }

    /// Keeps what has come of an answer, in the background.
    pub fn keep_partial(&self, turn: &str, text: String) {
        let turn = turn.to_owned();
        self.database.write(move |db| record::partial(db, &turn, &text));
    }

    /// Writes how a turn ended, and waits until that is on disk. It may be repeated.
    pub fn end_turn(&self, ending: Ending) -> Result<(), StoreError> {
        self.database.commit(PATIENCE, move |db| record::end(db, &ending))
    }

    /// The same for whoever cannot wait: in the background.
    pub fn end_turn_later(&self, ending: Ending) {
        self.database.write(move |db| record::end(db, &ending));
    }

    /// The turns of a session, the first one first. Turns whose process died are given their place first.
    pub fn turns(&self, session: &Session) -> Result<Vec<Turn>, StoreError> {
        let id = session.id.clone();
        if self.database.read(|db| record::has_dead(db, &id))? {
            self.database.commit(PATIENCE, move |db| record::bury(db, &id))?;
        }
        self.database.read(|db| history::of(db, &session.id))
    }

    /// Gives a session a name, which no other has. False if there is another one.
    pub fn rename_session(&self, session: &Session, name: &str) -> Result<bool, StoreError> {
        let (id, name) = (session.id.clone(), name.to_owned());
        self.database.commit(PATIENCE, move |db| record::rename(db, &id, &name))
    }

    /// A copy of a session up to its last turn, or up to an earlier one.
    pub fn fork_session(
        &self,
        session: &Session,
        name: Option<String>,
        turns: Option<usize>,
    ) -> Result<Session, StoreError> {
        let fork = Session {
            agent: session.agent.clone(),
            models: session.models.clone(),
            system: session.system.clone(),
            title: session.title.clone(),
            forked_from: Some(session.id.clone()),
            ..Session::new(name)
        };
        let (of, written) = (session.id.clone(), fork.clone());
        let turns = self.database.commit(PATIENCE, move |db| record::fork(db, &of, &written, turns))?;
        Ok(Session { turns, ..fork })
    }

    /// Removes a session, and what no other one shares with it.
    pub fn remove_session(&self, session: &Session) -> Result<(), StoreError> {
        let id = session.id.clone();
        self.database.commit(PATIENCE, move |db| remove::session(db, &id))
    }

    /// Keeps what stands for a turn and all before it.
    pub fn summarise(&self, turn: &str, content: String, made_by: String) -> Result<(), StoreError> {
        let turn = turn.to_owned();
        self.database.commit(PATIENCE, move |db| record::summary(db, &turn, &content, &made_by))
    }
}

#[cfg(test)]
mod tests;
