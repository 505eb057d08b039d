//! Why a document could not be had, in words that say what to do.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// A document that could not be found or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// There is nothing of that name.
    #[error("{}: there is no such file or folder", .0.display())]
    NotFound(PathBuf),
    /// A pattern or a folder that leads to no file at all.
    #[error("{}: nothing to read there (hidden files and what .gitignore names are passed over; name a file to read it all the same)", .0.display())]
    NoMatch(PathBuf),
    /// The pattern is none.
    #[error("{}: not a pattern: {message}", path.display())]
    BadPattern {
        /// What was given.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The system said no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A folder, a device, a pipe.
    #[error("{}: not a file", .0.display())]
    NotAFile(PathBuf),
    /// Larger than is read.
    #[error("{}: too large: more than {} MiB; split it", path.display(), most >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// What is read at most, in bytes.
        most: u64,
    },
    /// Not text.
    #[error(
        "{}: not text (it holds NUL bytes): a binary file, or UTF-16 without a byte order mark; save it as UTF-8",
        .0.display()
    )]
    Binary(PathBuf),
    /// Text in an encoding that is not known.
    #[error("{}: not UTF-8, and nothing says which encoding it is; convert it, as with `iconv -t UTF-8`", .0.display())]
    Encoding(PathBuf),
    /// Nothing but white space.
    #[error("{}: there is no text in it", .0.display())]
    Empty(PathBuf),
    /// Locked with a password.
    #[error("{}: encrypted; save a copy without a password", .0.display())]
    Encrypted(PathBuf),
    /// Pages without text.
    #[error("{}: no text in it: a scan? Run it through text recognition first, as with `ocrmypdf`", .0.display())]
    Scan(PathBuf),
    /// Glyphs without letters.
    #[error(
        "{}: its fonts do not say which letters they draw; print it to a new PDF, or run text recognition",
        .0.display()
    )]
    Unmapped(PathBuf),
    /// Not what it says it is.
    #[error("{}: a damaged file: {message}; open it in a program that repairs it and save it anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// It would take too long.
    #[error("{}: given up after {} s: damaged, or made to be slow to read", path.display(), after.as_secs())]
    TooSlow {
        /// The file.
        path: PathBuf,
        /// How long was waited.
        after: Duration,
    },
}

impl DocumentError {
    /// The system's reason, with the file.
    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        if source.kind() == std::io::ErrorKind::NotFound {
            Self::NotFound(path.to_owned())
        } else {
            Self::Io { path: path.to_owned(), source }
        }
    }

    /// A damaged file.
    pub(super) fn damaged(path: &Path, message: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), message: message.into() }
    }
}
