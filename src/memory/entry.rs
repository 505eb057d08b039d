//! One thing that was remembered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Scope;
use super::refusal::as_kept;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something that is so.
    Fact,
    /// Something jotted down.
    Note,
    /// What a piece of work came to.
    Result,
    /// A longer text in short.
    Summary,
    /// A piece of a document.
    Document,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Fact, Self::Note, Self::Result, Self::Summary, Self::Document];

    /// Its word, as typed and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fact => "fact",
            Self::Note => "note",
            Self::Result => "result",
            Self::Summary => "summary",
            Self::Document => "document",
        }
    }
}

/// Who wrote an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The person, by a command.
    User,
    /// A model, by a tool call.
    Agent,
    /// A tool's result.
    Tool,
    /// A file that was added.
    Document,
    /// An export of another memory.
    Import,
}

impl Origin {
    /// Its word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Agent => "agent",
            Self::Tool => "tool",
            Self::Document => "document",
            Self::Import => "import",
        }
    }
}

/// What is to be remembered.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Who may see it.
    pub scope: Scope,
    /// Its name within the scope, where it has one: a second entry of that name replaces the first.
    pub key: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// The text.
    pub content: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Who writes it.
    pub origin: Origin,
    /// The agent in whose turn it is written.
    pub agent: Option<String>,
    /// The conversation in which it is written, by id.
    pub session: Option<String>,
    /// The run of a chain in which it is written.
    pub run: Option<String>,
    /// The file or address that it is from.
    pub source: Option<String>,
    /// Where in the source.
    pub place: Option<String>,
    /// When what it says was so, where that is not now.
    pub happened: Option<Timestamp>,
    /// When it is to be forgotten.
    pub expires: Option<Timestamp>,
}

impl Draft {
    /// A note of the user for everybody; the rest is set by the field.
    pub fn note(content: impl Into<String>) -> Self {
        Self {
            scope: Scope::Shared,
            key: None,
            kind: Kind::Note,
            content: content.into(),
            tags: Vec::new(),
            origin: Origin::User,
            agent: None,
            session: None,
            run: None,
            source: None,
            place: None,
            happened: None,
            expires: None,
        }
    }
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its id, random, short enough to type; the beginning of it is enough where it is unique.
    pub id: String,
    /// What was remembered.
    pub draft: Draft,
    /// When it was first written.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
    /// When it was last recalled.
    pub used: Option<Timestamp>,
    /// How often it was recalled.
    pub uses: u64,
}

impl Entry {
    /// One that is written now.
    pub(super) fn new(id: String, draft: Draft, now: Timestamp) -> Self {
        let now = as_kept(now);
        Self { id, draft, created: now, updated: now, used: None, uses: 0 }
    }

    /// Whether its time is over. Then nobody sees it any more.
    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.draft.expires.is_some_and(|expires| expires <= now)
    }
}
