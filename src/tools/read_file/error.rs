//! Why a file is not read, in words for a model.

use crate::document::DocumentError;

/// A file that is not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// No name of a file.
    #[error("`{0}` is not the path of a file")]
    Path(String),
    /// Not below the working directory.
    #[error(
        "`{0}` is not below the working directory, and only files there are read; name it from there, as src/main.rs"
    )]
    Outside(String),
    /// There is none.
    #[error("there is no file `{0}` in the working directory")]
    NotFound(String),
    /// A directory.
    #[error("`{path}` is a directory{}", if .names.is_empty() { " with nothing in it to read".into() } else { format!("; in it are: {}", .names.join(", ")) })]
    Directory {
        /// Its path.
        path: String,
        /// What is in it.
        names: Vec<String>,
    },
    /// A device, a pipe, a socket.
    #[error("`{path}` is {what} and not a file")]
    Special {
        /// Its path.
        path: String,
        /// What it is.
        what: &'static str,
    },
    /// Something that is not for models.
    #[error("`{path}` is not read: {why}")]
    Secret {
        /// Its path.
        path: String,
        /// Why not.
        why: &'static str,
    },
    /// Links that lead to links.
    #[error("`{0}` is a link that leads to too many others")]
    Links(String),
    /// Beyond the end.
    #[error("`{path}` has no line {line}: it has {lines}")]
    BeyondEnd {
        /// Its path.
        path: String,
        /// The line that was asked for.
        line: usize,
        /// How many there are.
        lines: usize,
    },
    /// Not text.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The system said no.
    #[error("`{path}` cannot be read: {reason}")]
    Io {
        /// Its path.
        path: String,
        /// The system's reason.
        reason: String,
    },
}

impl FileError {
    /// The system's reason.
    pub(super) fn io(path: &str, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::NotFound(path.to_owned()),
            std::io::ErrorKind::NotADirectory => Self::NotFound(path.to_owned()),
            _ => Self::Io { path: path.to_owned(), reason: error.to_string() },
        }
    }
}
