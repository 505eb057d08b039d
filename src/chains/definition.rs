//! What makes a chain: its inputs, its steps, its limits. As it was written; whether it can be run is for
//! [`mod@super::check`] to say.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

/// Steps at once where a chain says nothing else.
pub const MAX_PARALLEL: usize = 8;

/// A value and where it stands: the byte at which it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it begins.
    pub at: usize,
}

/// A chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// What it is called.
    pub name: String,
    /// What it is for, in one line.
    pub description: String,
    /// What it is given; none where it says nothing about that.
    pub inputs: Option<Vec<Input>>,
    /// Its steps, as they stand in the file.
    pub steps: Vec<Step>,
    /// The step whose result is that of the chain; the last one where it says nothing else.
    pub output: Option<At<String>>,
    /// How many steps may be under way at once.
    pub max_parallel: usize,
    /// How long all of it may take.
    pub timeout: Option<Duration>,
    /// The tokens that all of it may use.
    pub max_tokens: Option<u64>,
    /// What all of it may cost in USD.
    pub max_cost_usd: Option<f64>,
    /// The file that it is from; none of a built-in one.
    pub file: Option<PathBuf>,
    /// What it was read from.
    pub text: String,
}

/// Something that a chain is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// What it is, for people.
    pub description: String,
    /// What kind of value.
    pub kind: InputKind,
    /// What it is where nobody says anything; without this it has to be said.
    pub default: Option<Value>,
    /// Where it stands.
    pub at: usize,
}

/// A kind of input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum InputKind {
    /// Text.
    #[default]
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// Several texts.
    List,
    /// Several files: `name` and `text` of each.
    Files,
}

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it is called.
    pub id: At<String>,
    /// What is done.
    pub kind: Kind,
    /// The steps that come before it, besides those that its templates speak of.
    pub needs: Vec<At<String>>,
    /// It is left out where this does not hold.
    pub when: Option<At<String>>,
    /// It is done once for each of these.
    pub for_each: Option<At<Each>>,
    /// How many of those at once.
    pub max_parallel: Option<usize>,
    /// It is done again until this holds.
    pub until: Option<At<String>>,
    /// How often at most.
    pub max_rounds: u32,
    /// Where each round begins, if not with the step itself.
    pub back_to: Option<At<String>>,
    /// How often it is tried again.
    pub retry: u32,
    /// How long one try may take.
    pub timeout: Option<Duration>,
    /// What follows when it fails.
    pub on_error: OnError,
    /// From where equal steps are answered.
    pub cache: Option<Cache>,
    /// How long its result stands for equal steps of other runs.
    pub ttl: Option<Duration>,
    /// Who may find its result.
    pub remember: Remember,
    /// Where it stands.
    pub at: usize,
}

/// What is done in a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// An agent is asked.
    Agent {
        /// Who.
        agent: At<String>,
        /// What.
        prompt: At<String>,
        /// The form of the answer.
        schema: Option<At<Value>>,
        /// What it is told of the steps before.
        context: At<Told>,
    },
    /// A tool is called.
    Tool {
        /// Which.
        tool: At<String>,
        /// With what; texts in it are templates.
        args: At<Value>,
    },
    /// One of several ways is taken.
    Branch {
        /// Who decides.
        by: By,
        /// The ways: a word, and the steps that are on it.
        ways: Vec<(At<String>, Vec<At<String>>)>,
        /// The way where the decision is none of these.
        default: Option<At<String>>,
    },
    /// A person is asked.
    Human {
        /// What.
        question: At<String>,
        /// What can be answered; anything where it is empty.
        choices: Vec<String>,
    },
    /// Another chain is run.
    Chain {
        /// Which.
        chain: At<String>,
        /// What it is given; texts in it are templates.
        inputs: At<Value>,
    },
}

/// Who decides which way is taken.
#[derive(Debug, Clone, PartialEq)]
pub enum By {
    /// An agent, asked this.
    Agent(At<String>, At<String>),
    /// An expression.
    Expression(At<String>),
}

/// For what a step is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Each {
    /// An expression that gives a list.
    Expression(String),
    /// These.
    List(Vec<Value>),
}

/// What an agent is told of the steps before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Told {
    /// What the prompt says.
    #[default]
    None,
    /// The last ones.
    Last(usize),
    /// All of them in short.
    Summary,
    /// All of them.
    Full,
}

/// What follows when a step fails.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum OnError {
    /// The run fails.
    #[default]
    Fail,
    /// It goes on without the step.
    Skip,
    /// It goes on with this result.
    Default(Value),
}

/// From where equal steps are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// From this run.
    Run,
    /// From all runs.
    Shared,
    /// They are not.
    Off,
}

/// Who may find the result of a step in the memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Remember {
    /// Agents of the same run.
    #[default]
    Run,
    /// Everybody.
    Shared,
    /// Nobody.
    Off,
}

impl InputKind {
    /// All of them with their words.
    pub const WORDS: [(&str, Self); 5] = [
        ("text", Self::Text),
        ("number", Self::Number),
        ("boolean", Self::Boolean),
        ("list", Self::List),
        ("files", Self::Files),
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("text", |(word, _)| word)
    }
}

impl Kind {
    /// Its word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Agent { .. } => "agent",
            Self::Tool { .. } => "tool",
            Self::Branch { .. } => "branch",
            Self::Human { .. } => "human",
            Self::Chain { .. } => "chain",
        }
    }

    /// The agent, tool or chain; empty where there is none.
    pub fn who(&self) -> &str {
        match self {
            Self::Agent { agent, .. } | Self::Branch { by: By::Agent(agent, _), .. } => &agent.value,
            Self::Tool { tool, .. } => &tool.value,
            Self::Chain { chain, .. } => &chain.value,
            Self::Human { .. } => "you",
            Self::Branch { .. } => "",
        }
    }
}

impl Step {
    /// From where equal steps are answered: what has effects is done each time unless the step says otherwise.
    pub fn cache(&self) -> Cache {
        self.cache.unwrap_or(match self.kind {
            Kind::Agent { .. } | Kind::Branch { by: By::Agent(..), .. } => Cache::Run,
            _ => Cache::Off,
        })
    }
}

impl Definition {
    /// Where a byte stands: line and column, counted from one.
    pub fn position(&self, at: usize) -> (usize, usize) {
        position(&self.text, at)
    }

    /// The name by which problems are told: the file, or that of a built-in chain.
    pub fn place(&self) -> PathBuf {
        self.file.clone().unwrap_or_else(|| format!("{}.toml", self.name).into())
    }
}

/// Line and column of a byte, counted from one.
pub fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
