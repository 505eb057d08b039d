//! Documents: from files and web pages to readable text, and to chunks that can be remembered and found again.
//!
//! Three steps. [`find`] lists the files that arguments mean. [`read`] turns a file into a [`Document`]: its text, with
//! headings and what must stay together known by their places in it. [`Document::chunks`] cuts that text at such
//! places. Only the first two touch the disk; the last is a function of the text alone, so that the same document
//! always gives the same chunks.
//!
//! Files are foreign bytes. Everything is bounded: sizes, what is inflated, the depth of structures, time. Readers run
//! on a thread of their own whose panic is an error.

mod chunk;
mod cut;
mod error;
mod files;
mod guard;
mod html;
mod markdown;
mod outline;
mod pdf;
mod seam;
mod text;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

pub use chunk::{Chunk, Place};
pub use error::DocumentError;
pub use files::{Found, LeftOut, Reason, find};
use guard::Deadline;
pub(crate) use guard::THREAD;
pub use html::WebPage;
use outline::{Outline, Section};

/// Larger files are not read.
pub const MOST_BYTES: u64 = 64 << 20;
/// What reading one file may take. A thousand pages take a few seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a document was before it became text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Plain text.
    Text,
    /// Markdown, kept as it was written.
    Markdown,
    /// A web page, as readable text.
    Html,
    /// The text of a PDF, page by page.
    Pdf,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Pdf => "pdf",
        })
    }
}

/// A document as text.
#[derive(Debug, Clone)]
pub struct Document {
    /// Where it came from.
    pub source: Arc<str>,
    /// Its title, its first heading, or the name of its file.
    pub title: Arc<str>,
    /// What it was.
    pub kind: Kind,
    /// All of its text.
    pub text: String,
    /// What went wrong on the way and did not stop it, in sentences.
    pub notices: Vec<String>,
    sections: Vec<Section>,
    whole: Vec<Range<usize>>,
    places: Places,
}

/// Where pieces of text stand in the original: offsets in ascending order with what begins there.
#[derive(Debug, Clone)]
enum Places {
    /// The text is the original; lines are counted.
    Lines,
    /// Lines of a source that looks otherwise.
    SourceLines(Vec<(usize, u32)>),
    /// Pages.
    Pages(Vec<(usize, u32)>),
}

/// What a reader makes of a file.
#[derive(Debug)]
struct Parsed {
    title: Option<String>,
    text: String,
    sections: Vec<Section>,
    /// Code and tables, in order, not overlapping.
    whole: Vec<Range<usize>>,
    places: Places,
    notices: Vec<String>,
}

impl Parsed {
    /// Text without structure, from `start` on.
    fn plain(text: String, start: usize) -> Self {
        let sections = Outline::new(start).finish(text.len());
        Self { title: None, text, sections, whole: Vec::new(), places: Places::Lines, notices: Vec::new() }
    }
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Document, DocumentError> {
    let failed = |error| DocumentError::io(path, error);
    // Opening a pipe would wait for a writer.
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(DocumentError::NotAFile(path.to_owned()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    parse(path, bytes)
}

/// Reads bytes that came from elsewhere; the name says what they may be.
pub fn parse(path: &Path, bytes: Vec<u8>) -> Result<Document, DocumentError> {
    if bytes.len() as u64 > MOST_BYTES {
        return Err(DocumentError::TooLarge { path: path.to_owned(), most: MOST_BYTES });
    }
    let name = path.to_owned();
    let (kind, parsed) = guard::run(path, PATIENCE, move |deadline| parse_as_is(&name, bytes, deadline))?;
    let file_name = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let title = parsed.title.unwrap_or_else(file_name);
    Ok(Document {
        source: path.to_string_lossy().into(),
        title: title.into(),
        kind,
        text: parsed.text,
        notices: parsed.notices,
        sections: parsed.sections,
        whole: parsed.whole,
        places: parsed.places,
    })
}

/// Reads a web page that came from `base` for what it is about: without menus and margins, its links as references.
pub fn web_page(base: &Url, html: String, patience: Duration) -> Result<WebPage, DocumentError> {
    let (path, from) = (Path::new(base.as_str()), base.clone());
    guard::run(path, patience, move |deadline| html::readable(&from, &html, deadline))
}

/// Text that came in some encoding: which one it says about itself, what its sender says, or what can be seen. The second
/// part is how many places could not be read and stand as U+FFFD.
pub fn decode(path: &Path, bytes: Vec<u8>, said: Option<&str>) -> Result<(String, usize), DocumentError> {
    let text::Text { text, replaced } = text::decode_as(path, bytes, said)?;
    Ok((text, replaced))
}

fn parse_as_is(path: &Path, bytes: Vec<u8>, deadline: Deadline) -> Result<(Kind, Parsed), DocumentError> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    if extension == "pdf" || bytes.trim_ascii_start().starts_with(b"%PDF-") {
        return Ok((Kind::Pdf, pdf::read(path, &bytes, deadline)?));
    }
    let text::Text { text, replaced } = text::decode(path, bytes)?;
    let kind = kind_of(&extension, &text);
    let mut parsed = match kind {
        Kind::Markdown => markdown::read(text),
        Kind::Html => html::read(path, &text, deadline)?,
        Kind::Text | Kind::Pdf => Parsed::plain(text, 0),
    };
    if replaced > 0 {
        parsed.notices.push(format!("{replaced} places are not valid text and were replaced by \u{fffd}"));
    }
    Ok((kind, parsed))
}

/// Markdown may begin with HTML; nothing else may and be something else.
fn kind_of(extension: &str, text: &str) -> Kind {
    if ["md", "markdown", "mdown", "mkd", "mdx"].contains(&extension) {
        return Kind::Markdown;
    }
    let begins = |with: &str| {
        let head = text.trim_start().as_bytes();
        head.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with.as_bytes()))
    };
    let named = ["html", "htm", "xhtml"].contains(&extension);
    if named || begins("<!doctype html") || begins("<html") { Kind::Html } else { Kind::Text }
}

#[cfg(test)]
mod tests;
