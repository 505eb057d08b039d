//! What is wrong with an agent's file, and where.

use std::fmt;
use std::path::PathBuf;

/// Something that is not as it should be in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, or the directory that cannot be read.
    pub file: PathBuf,
    /// The line in it.
    pub line: Option<usize>,
    /// What is wrong, and what was expected.
    pub message: String,
    /// Whether the file cannot be used because of it.
    pub fatal: bool,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.message)
    }
}
