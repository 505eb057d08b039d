//! What makes an agent: Markdown with front matter, as coding agents share it.
//!
//! ```text
//! ---
//! name: researcher
//! description: Finds facts with sources.
//! tools: [web_search, fetch_url]
//! ---
//! You are a careful researcher. …
//! ```
//!
//! A file made for another tool is taken as it is: what it asks for that is not known here is ignored.

mod front_matter;
mod name;
mod problem;
mod read;
mod write;
pub mod yaml;

use std::path::PathBuf;

pub use name::{is_name, normal_name};
pub use problem::Problem;
pub(super) use read::read;
pub use write::write;

use crate::memory::Scope;

/// How often an agent asks its model in a turn, at most, where it does not say.
const MAX_TURNS: u32 = 8;
/// How much is recalled for an agent that does not say, in tokens.
const RECALL_TOKENS: u32 = 800;

/// An agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// What it is called: `[a-z0-9][a-z0-9_-]{0,63}`.
    pub name: String,
    /// What it is for, in one line: for people, and for agents that choose among others.
    pub description: String,
    /// A model, a provider or a route, as it is written: it may lead nowhere. None where the default route is meant.
    pub model: Option<String>,
    /// The tools that it may call, by name. Those that there are not are wishes.
    pub tools: Vec<String>,
    /// How often its model is asked in a turn, at most.
    pub max_turns: u32,
    /// What a turn may use in tokens, with all agents that it asks.
    pub max_tokens: Option<u64>,
    /// What a turn may cost in dollars, with all agents that it asks.
    pub max_cost_usd: Option<f64>,
    /// Which part of the memory it has.
    pub memory: MemoryUse,
    /// The agents to whom it may hand the conversation over, by name.
    pub handoffs: Vec<String>,
    /// How freely it chooses its words, from 0 to 2.
    pub temperature: Option<f64>,
    /// Whether it wants to read the project's `AGENTS.md`.
    pub agents_md: bool,
    /// What it is told first.
    pub instructions: String,
    /// Whose it is.
    pub origin: Origin,
    /// The file that it is from; none of a built-in one.
    pub file: Option<PathBuf>,
    /// Whose agent of the same name it takes the place of.
    pub replaces: Option<Origin>,
    /// The keys of its file that mean nothing here.
    pub ignored: Vec<String>,
}

/// Which part of the memory an agent has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryUse {
    /// Where it is recalled from.
    pub read: Vec<Scope>,
    /// Where it is kept; none where nothing is.
    pub write: Option<Scope>,
    /// How much is recalled at most, in tokens; 0 is nothing.
    pub recall_tokens: u32,
}

/// Whose an agent is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    /// It comes with the program.
    #[default]
    BuiltIn,
    /// It is a file of the user's.
    User,
    /// It is a file of a project that the user trusts.
    Project,
}

impl Origin {
    /// The word in lists and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BuiltIn => "built in",
            Self::User => "user",
            Self::Project => "project",
        }
    }
}

impl MemoryUse {
    /// What an agent has that does not say: it reads what all share and what is its own, and writes what all share.
    pub fn of(name: &str) -> Self {
        Self { read: vec![Scope::Shared, Scope::Agent(name.to_owned())], ..Self::default() }
    }
}

impl Default for MemoryUse {
    fn default() -> Self {
        Self { read: vec![Scope::Shared], write: Some(Scope::Shared), recall_tokens: RECALL_TOKENS }
    }
}

impl Definition {
    /// An agent that says nothing but its name.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { memory: MemoryUse::of(&name), name, ..Self::default() }
    }
}

impl Default for Definition {
    fn default() -> Self {
        Self {
            name: String::new(),
            description: String::new(),
            model: None,
            tools: Vec::new(),
            max_turns: MAX_TURNS,
            max_tokens: None,
            max_cost_usd: None,
            memory: MemoryUse::default(),
            handoffs: Vec::new(),
            temperature: None,
            agents_md: false,
            instructions: String::new(),
            origin: Origin::default(),
            file: None,
            replaces: None,
            ignored: Vec::new(),
        }
    }
}
