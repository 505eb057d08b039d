//! The editor that the user has set: `VISUAL`, else `EDITOR`.

use std::path::Path;

use crate::config::Env;

/// A command and its arguments.
#[derive(Debug)]
pub struct TextEditor(Vec<String>);

/// Nothing can be edited.
#[derive(Debug, thiserror::Error)]
pub enum TextEditorError {
    /// None is set.
    #[error("no editor is known")]
    Unknown,
    /// What is set cannot be one.
    #[error("{name} is no command: `{command}`")]
    NoCommand {
        /// The variable.
        name: &'static str,
        /// Its value.
        command: String,
    },
    /// It is not there.
    #[error("cannot start {program}: {error}")]
    Start {
        /// What was called.
        program: String,
        /// Why it did not come.
        error: std::io::Error,
    },
    /// It says that something went wrong.
    #[error("{program} ended with {status}")]
    Failed {
        /// What was called.
        program: String,
        /// How it ended.
        status: std::process::ExitStatus,
    },
}

impl TextEditorError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        matches!(self, Self::Unknown).then_some("set VISUAL or EDITOR, such as EDITOR=vim")
    }
}

impl TextEditor {
    /// The one that an environment names.
    pub fn of(env: &Env) -> Result<Self, TextEditorError> {
        let set = ["VISUAL", "EDITOR"].into_iter().find_map(|name| Some((name, env.get(name)?)));
        let (name, command) = set.ok_or(TextEditorError::Unknown)?;
        match shlex::split(command).filter(|words| !words.is_empty()) {
            Some(words) => Ok(Self(words)),
            None => Err(TextEditorError::NoCommand { name, command: command.to_owned() }),
        }
    }

    /// Opens a file and waits until it is closed.
    pub async fn open(&self, file: &Path) -> Result<(), TextEditorError> {
        let Some((program, arguments)) = self.0.split_first() else { return Ok(()) };
        let started = tokio::process::Command::new(program).args(arguments).arg(file).status().await;
        let program = program.clone();
        match started {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(TextEditorError::Failed { program, status }),
            Err(error) => Err(TextEditorError::Start { program, error }),
        }
    }
}
