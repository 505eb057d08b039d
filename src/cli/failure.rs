//! How a command fails: the only place that prints errors and picks exit codes.

use std::io;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::Output;
use crate::app::attachment::AttachmentError;
use crate::app::text_editor::TextEditorError;
use crate::app::tools::ToolsError;
use crate::app::{AppError, ResolveError};
use crate::chat::{Failure, FailureClass};
use crate::config::{ConfigError, nearest};
use crate::memory::{MemoryError, Refusal};
use crate::providers::client::ClientError;
use crate::secret::KeySource;
use crate::store::StoreError;
use crate::ui::Ui;

/// Exit codes. They are an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is well; the other side of a pipe closing is well too.
    Success = 0,
    /// Failed for another reason.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The configuration is wrong or there is no provider.
    Config = 3,
    /// Attempts were made and none gave an answer.
    NoAnswer = 4,
    /// Refused: nobody has allowed it.
    Refused = 5,
    /// There is no such thing.
    NotFound = 6,
    /// The answer was cut and could not be completed.
    Cut = 7,
    /// Interrupted.
    Interrupted = 130,
}

/// Why a command failed, and what to do about it.
#[derive(Debug)]
pub struct CommandError {
    exit: Exit,
    message: String,
    details: Vec<String>,
    hints: Vec<String>,
    /// What a program that asked for JSON gets besides the message.
    json: Box<Value>,
}

impl CommandError {
    /// A failure with its exit code.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            details: Vec::new(),
            hints: Vec::new(),
            json: Box::new(json!({})),
        }
    }

    /// There is no such thing: says what it may have been, else what to do instead.
    pub fn unknown<'a>(
        kind: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
        otherwise: impl Into<String>,
    ) -> Self {
        let failure = Self::new(Exit::NotFound, format!("there is no {kind} `{name}`"));
        match nearest(name, known) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint(otherwise),
        }
    }

    /// The command line is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Failed for another reason.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// The user has stopped it; there is nothing to explain.
    pub fn interrupted() -> Self {
        Self::new(Exit::Interrupted, "")
    }

    /// More lines under the message.
    #[must_use]
    pub fn details(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(lines);
        self
    }

    /// Something to do about it.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if !self.hints.contains(&text) {
            self.hints.push(text);
        }
        self
    }

    /// What a program that asked for JSON gets besides the message: the fields of an object.
    #[must_use]
    pub fn with_json(mut self, fields: Value) -> Self {
        *self.json = fields;
        self
    }

    /// The same failure as JSON: `{error: {message, exit_code, hints}, …}`.
    fn to_json(&self) -> Value {
        let mut object = Value::clone(&self.json);
        object["error"] = json!({"message": self.message, "exit_code": self.exit as u8, "hints": self.hints});
        object
    }

    /// Prints it and gives the exit code. A program that asked for JSON gets it as an object on stdout as well.
    pub(super) fn report(self, ui: &Ui, output: Output) -> ExitCode {
        if self.message.is_empty() {
            return ExitCode::from(self.exit as u8);
        }
        if output != Output::Text {
            let mut object = self.to_json();
            if output == Output::Jsonl {
                object["type"] = json!("error");
            }
            // Whether it can be written or not: the code and stderr say the same.
            let pretty = output == Output::Json;
            let text =
                if pretty { serde_json::to_string_pretty(&object) } else { serde_json::to_string(&object) };
            let _unwritten = ui.line(&text.unwrap_or_default());
        }
        ui.error(&self.message);
        self.details.iter().for_each(|line| ui.error_detail(&format!("  {line}")));
        self.hints.iter().for_each(|hint| ui.hint(hint));
        ExitCode::from(self.exit as u8)
    }
}

impl From<io::Error> for CommandError {
    /// Errors of writing to stdout; other files have messages of their own.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new(Exit::Success, "");
        }
        Self::failed(format!("cannot write to stdout: {error}"))
    }
}

impl From<ConfigError> for CommandError {
    fn from(error: ConfigError) -> Self {
        let failure = Self::new(Exit::Config, error.to_string());
        error.hint.into_iter().fold(failure, Self::hint)
    }
}

impl From<AttachmentError> for CommandError {
    fn from(error: AttachmentError) -> Self {
        error.hint.into_iter().fold(Self::failed(error.message), Self::hint)
    }
}

impl From<TextEditorError> for CommandError {
    fn from(error: TextEditorError) -> Self {
        error.hint().into_iter().fold(Self::failed(error.to_string()), Self::hint)
    }
}

impl From<ToolsError> for CommandError {
    fn from(error: ToolsError) -> Self {
        match error {
            ToolsError::Config(error) => error.into(),
            ToolsError::Client(error) => error.into(),
            ToolsError::Directory(_) => Self::failed(error.to_string()),
        }
    }
}

impl From<ClientError> for CommandError {
    fn from(error: ClientError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<MemoryError> for CommandError {
    fn from(error: MemoryError) -> Self {
        let message = error.to_string();
        match error {
            MemoryError::Refused(Refusal::TooLarge(_)) => Self::failed(message).hint(
                "put it into a file: `aigw memory add --file FILE` keeps it in pieces, each with its place",
            ),
            MemoryError::Refused(Refusal::Recalled) | MemoryError::Store(_) => Self::failed(message),
            MemoryError::Refused(Refusal::Empty | Refusal::BadKey | Refusal::BadTags) => Self::usage(message),
        }
    }
}

impl From<AppError> for CommandError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Config(error) => error.into(),
            AppError::NoHome(error) => Self::new(Exit::Config, error.to_string())
                .hint("set HOME, or AIGW_CONFIG_DIR and AIGW_DATA_DIR"),
        }
    }
}

/// A server on this machine of which no model can be found: what to do hangs on what came instead.
fn local(message: String, provider: &str, failure: &Failure, key: Option<&KeySource>) -> CommandError {
    let origin = key.map(|key| format!(" ({})", key.origin)).unwrap_or_default();
    match failure.class {
        FailureClass::Auth if failure.status.is_none() => {
            CommandError::new(Exit::Config, message).hint(format!("mend where the key comes from{origin}"))
        }
        FailureClass::Auth | FailureClass::Forbidden => CommandError::new(Exit::NoAnswer, message)
            .hint(format!("see to its key{origin}; `aigw provider show {provider}` names all of them")),
        FailureClass::Unreachable | FailureClass::Timeout => {
            CommandError::new(Exit::NoAnswer, message).hint("start it, or ask another provider")
        }
        _ => CommandError::new(Exit::NoAnswer, message)
            .hint(format!("name a model, as `{provider}/MODEL`; or check its address (`aigw doctor`)")),
    }
}

impl From<ResolveError> for CommandError {
    fn from(error: ResolveError) -> Self {
        let message = error.to_string();
        match error {
            ResolveError::Config(error) => error.into(),
            ResolveError::Unknown { nearest, .. } => {
                let failure = Self::new(Exit::NotFound, message);
                match nearest {
                    Some(near) => failure.hint(format!("did you mean `{near}`?")),
                    None => failure.hint("`aigw provider ls --all` and `aigw model ls --all` show what is known"),
                }
            }
            ResolveError::NoKey { provider, variables, page } => {
                let variable = variables.first().map(|name| format!("set {name}, or ")).unwrap_or_default();
                let page = page.map(|page| format!(" (keys: {page})")).unwrap_or_default();
                Self::new(Exit::Config, message).hint(format!("{variable}run `aigw auth login {provider}`{page}"))
            }
            ResolveError::NoProvider => Self::new(Exit::Config, message)
                .hint("run `aigw init`, or set a key: GROQ_API_KEY, CEREBRAS_API_KEY, OPENROUTER_API_KEY, … (`aigw provider ls --all` shows them)")
                .hint("or start a local server: Ollama (port 11434), LM Studio (1234), llama.cpp (8080), vLLM (8000)")
                .hint("or just look around: `aigw demo`"),
            ResolveError::LocalDown { provider, failure, key, .. } => local(message, &provider, &failure, key.as_deref()),
            ResolveError::Off(_) | ResolveError::Disabled(_) | ResolveError::NoDefaultModel { .. } => {
                Self::new(Exit::Config, message)
            }
        }
    }
}
