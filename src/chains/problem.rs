//! What is wrong with a chain, and where.

use std::fmt;
use std::path::PathBuf;

/// Something that keeps a chain from being run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: PathBuf,
    /// Line and column, counted from one.
    pub position: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// `; did you mean …?`, where a name is similar to a known one.
pub(super) fn meant<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    const SIMILAR: f64 = 0.75;
    let likeness =
        |known: &'a str| (strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase()), known);
    let nearest = known.into_iter().map(likeness).filter(|(likeness, _)| *likeness >= SIMILAR);
    let nearest = nearest.max_by(|a, b| a.0.total_cmp(&b.0));
    nearest.map(|(_, known)| format!("; did you mean `{known}`?")).unwrap_or_default()
}
