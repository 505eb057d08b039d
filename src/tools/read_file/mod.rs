//! `read_file`: reads text below the working directory, with line numbers, a piece at a time.
//!
//! Nothing leads out of that directory ([`root`]), and what is known to hold keys and passwords stays closed ([`secrets`]).

mod error;
#[cfg_attr(not(unix), path = "root_elsewhere.rs")]
mod root;
mod secrets;

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Answer, Permission, Tool, ToolError};
use crate::chat::ToolSpec;
use crate::document::{self, DocumentError};
use crate::safe_text::safe;
pub use error::FileError;
use root::{Opened, Root};

/// The tool's name.
pub const NAME: &str = "read_file";
/// How much of a file is read.
const MOST_BYTES: usize = 4 << 20;
/// How many lines are given where nobody says.
const USUAL_LINES: usize = 500;
/// The most lines that are given at once.
const MOST_LINES: usize = 2000;
/// The most bytes that are given at once: a tool's result has a bound of its own.
const MOST_TEXT: usize = 48 << 10;
/// A longer line is cut, in characters.
const LONGEST_LINE: usize = 2000;

/// Reads files below a directory.
#[derive(Debug, Clone)]
pub struct ReadFile {
    root: Root,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Wish {
    /// The path, from the working directory on.
    pub path: String,
    /// The first line, from one on.
    pub start_line: Option<usize>,
    /// How many lines.
    pub lines: Option<usize>,
}

/// A piece of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The file, from the working directory on and without links.
    pub path: String,
    /// The lines that are given, without their ends.
    pub lines: Vec<String>,
    /// The number of the first of them.
    pub first_line: usize,
    /// How many lines the file has, as far as it was read.
    pub all_lines: usize,
    /// The line to read on from, if there is more.
    pub next_line: Option<usize>,
    /// What has to be said about it.
    pub notices: Vec<String>,
}

impl ReadFile {
    /// Reads below this directory, but nothing in `kept_out`.
    pub fn new(root: PathBuf, kept_out: Vec<PathBuf>) -> Self {
        Self { root: Root { path: root, kept_out } }
    }

    /// Reads a piece of a file. It waits for the disk.
    pub fn read(&self, wish: &Wish) -> Result<Piece, FileError> {
        let Opened { file, path } = self.root.open(&wish.path)?;
        let mut bytes = Vec::new();
        let mut notices = Vec::new();
        let reading = file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes);
        reading.map_err(|error| FileError::io(&path, &error))?;
        if bytes.len() > MOST_BYTES {
            bytes.truncate(MOST_BYTES);
            // Not in the middle of a line, nor of a letter.
            let end = memchr::memrchr(b'\n', &bytes).map_or(bytes.len(), |end| end + 1);
            bytes.truncate(end);
            notices.push(format!("only the first {} MiB of it are read", MOST_BYTES >> 20));
        }
        let text = match document::decode(Path::new(&path), bytes, None) {
            Ok((text, replaced)) => {
                if replaced > 0 {
                    notices.push(format!("{replaced} places are not valid text and stand as \u{fffd}"));
                }
                text
            }
            Err(DocumentError::Empty(_)) => String::new(),
            Err(error) => return Err(error.into()),
        };
        if secrets::holds_key(&text) {
            return Err(FileError::Secret { path, why: "a private key is in it" });
        }
        piece(path, &text, wish, notices)
    }
}

fn piece(path: String, text: &str, wish: &Wish, mut notices: Vec<String>) -> Result<Piece, FileError> {
    let first = wish.start_line.unwrap_or(1).max(1);
    let most = wish.lines.unwrap_or(USUAL_LINES).clamp(1, MOST_LINES);
    let all = text.lines().count();
    if first > all.max(1) {
        return Err(FileError::BeyondEnd { path, line: first, lines: all });
    }
    let (mut lines, mut room, mut changed) = (Vec::new(), MOST_TEXT, false);
    for line in text.lines().skip(first - 1).take(most) {
        let shown = safe(line);
        changed |= shown != line;
        let shown = shortened(shown);
        let Some(left) = room.checked_sub(shown.len() + 8) else { break };
        room = left;
        lines.push(shown);
    }
    if changed {
        notices.push("control characters in it were left out".into());
    }
    let next = first + lines.len();
    Ok(Piece {
        path,
        lines,
        first_line: first,
        all_lines: all,
        next_line: (next <= all).then_some(next),
        notices,
    })
}

fn shortened(line: String) -> String {
    match line.char_indices().nth(LONGEST_LINE) {
        None => line,
        Some((end, _)) => format!("{} [cut: {} characters]", &line[..end], line.chars().count()),
    }
}

impl Piece {
    /// For a model.
    pub fn for_model(&self) -> String {
        let Self { path, lines, first_line, all_lines, next_line, notices } = self;
        if lines.is_empty() {
            return format!("{path}: there is nothing in it");
        }
        let last = first_line + lines.len() - 1;
        let mut text = format!("{path}, lines {first_line} to {last} of {all_lines}:\n");
        let width = last.to_string().len();
        // Writing to a String cannot fail.
        for (number, line) in (*first_line..).zip(lines) {
            let _infallible = writeln!(text, "{number:>width$}  {line}");
        }
        for notice in notices {
            let _infallible = writeln!(text, "[note: {notice}]");
        }
        if let Some(next) = next_line {
            let _infallible = writeln!(text, "[for more call again with start_line = {next}]");
        }
        text
    }
}

impl Tool for ReadFile {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: NAME.into(),
            description: "Reads a text file below the user's working directory, with line numbers. The path of a directory \
                          gives the names in it."
                .into(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "path": {"type": "string", "description": "From the working directory on, as src/main.rs"},
                    "start_line": {"type": "integer", "minimum": 1, "description": "The first line; 1 unless told"},
                    "lines": {
                        "type": "integer", "minimum": 1, "maximum": MOST_LINES,
                        "description": format!("How many lines; {USUAL_LINES} unless told"),
                    },
                },
                "required": ["path"],
                "additionalProperties": false,
            }),
            strict: false,
        }
    }

    fn permission(&self) -> Permission {
        Permission::Ask
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> BoxFuture<'a, Result<Answer, ToolError>> {
        Box::pin(async move {
            let wish = Wish::deserialize(arguments).map_err(|error| ToolError(error.to_string()))?;
            let reader = self.clone();
            let reading = tokio::task::spawn_blocking(move || reader.read(&wish)).await;
            let piece = reading
                .map_err(|error| ToolError(error.to_string()))?
                .map_err(|error| ToolError(error.to_string()))?;
            // Whoever wrote the file need not be the user: repositories are cloned.
            Ok(Answer { text: piece.for_model(), data: serde_json::to_value(&piece).ok(), foreign: true })
        })
    }
}

#[cfg(test)]
mod tests;
