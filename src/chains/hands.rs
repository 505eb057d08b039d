//! What a run needs done, in the words of a run. Whoever does it (models, tools, people) is wired by the program.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::time::Instant;

use crate::agents::{Journal, Purse};
use crate::chat::Schema;

/// Does what steps say.
pub trait Hands: Sync {
    /// Asks an agent.
    fn agent<'a>(&'a self, question: Question<'a>) -> BoxFuture<'a, Result<Said, Trouble>>;

    /// Calls a tool; gives what it says.
    fn tool<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<Told, Trouble>>;

    /// Asks a person; none where nobody can be asked.
    fn human<'a>(
        &'a self,
        path: &'a str,
        question: &'a str,
        choices: &'a [String],
    ) -> BoxFuture<'a, Result<Option<String>, Trouble>>;

    /// All that makes an agent answer as it does: its definition, its route, its tools.
    fn makings<'a>(&'a self, agent: &'a str) -> BoxFuture<'a, Result<String, Trouble>>;
}

/// How far an answer has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// Who answers, as users write it.
    pub model: &'a str,
    /// The tokens that have come, as far as they can be counted before the provider has.
    pub tokens: u64,
}

/// What an agent is asked.
pub struct Question<'a> {
    /// The turn that it is: the same one when it is begun again.
    pub turn: String,
    /// Who.
    pub agent: &'a str,
    /// What.
    pub prompt: &'a str,
    /// What it is told of the steps before.
    pub before: Option<String>,
    /// The form of the answer.
    pub schema: Option<Schema>,
    /// What it may use.
    pub purse: &'a Purse,
    /// When it must be over.
    pub deadline: Option<Instant>,
    /// Where answers are kept.
    pub journal: Arc<dyn Journal>,
    /// Whether somebody else's words are in it.
    pub read_foreign: bool,
    /// Hears how far the answer has come. Nothing of it counts before it is whole.
    pub progress: &'a (dyn Fn(Progress<'_>) + Sync),
}

/// What an agent said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    /// The answer.
    pub text: String,
    /// Who spoke last.
    pub agent: String,
    /// A limit that ended the work, in words.
    pub met: Option<String>,
    /// Whether somebody else's words were read on the way.
    pub read_foreign: bool,
}

/// What a tool said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    /// The text.
    pub text: String,
    /// Whether it came from outside.
    pub foreign: bool,
}

/// A call that a step makes.
#[derive(Debug)]
pub struct Call<'a> {
    /// The turn that it is: the same one when it is begun again.
    pub turn: String,
    /// The tool.
    pub tool: &'a str,
    /// Its arguments.
    pub arguments: &'a Value,
    /// Whether somebody else's words are in them.
    pub read_foreign: bool,
}

/// Why something could not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What kind.
    pub kind: TroubleKind,
    /// For people.
    pub message: String,
    /// What was tried at providers, as JSON.
    pub attempts: Value,
}

/// A kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// Attempts were made and none gave an answer.
    NoAnswer,
    /// The configuration is wrong, or there is no provider.
    Config,
    /// It was not allowed.
    Refused,
    /// It took too long.
    Late,
    /// Nobody knows whether it was done.
    Unclear,
    /// Something else.
    Other,
}

impl Trouble {
    /// Trouble of a kind.
    pub fn new(kind: TroubleKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), attempts: Value::Array(Vec::new()) }
    }

    /// Whether nothing comes of trying again.
    pub(super) fn is_hopeless(&self) -> bool {
        matches!(self.kind, TroubleKind::Config | TroubleKind::Refused | TroubleKind::Unclear)
    }
}
