//! Cuts a document into chunks: at its headings first, then between paragraphs, sentences, words.
//!
//! Every chunk is one piece of the text and they follow each other without a gap, so that nothing can be lost or come
//! twice. A section is cut from its own beginning: what changes in one leaves the chunks of the others as they were.

use std::fmt::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::cut::{Cutter, GOOD};
use super::outline::Section;
use super::{Document, Places};

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The document's source.
    pub source: Arc<str>,
    /// The document's title.
    pub title: Arc<str>,
    /// The headings above it: `Guide > Install`; empty if there are none.
    pub heading: String,
    /// Its number in the document, from 0.
    pub position: usize,
    /// Where it begins in the original.
    pub place: Place,
    /// The text, at most 2,000 characters.
    pub text: String,
    /// Sixty-four hexadecimal digits for headings and text. Who adds a document again replaces only the chunks whose
    /// hash is new. The same text under the same headings has the same hash, also when it is there twice.
    pub hash: String,
}

/// A place in the original, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A line of the file.
    Line(u32),
    /// A page.
    Page(u32),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Page(number) => write!(f, "page {number}"),
        }
    }
}

impl Document {
    /// The chunks, in order.
    pub fn chunks(&self) -> Vec<Chunk> {
        let mut ruler = Ruler { document: self, at: 0, line: 1, mark: 0 };
        let cutter = Cutter::new(&self.text, &self.whole);
        let mut chunks = Vec::new();
        for group in self.groups() {
            let heading = group.path.join(" > ");
            for range in cutter.cut(group.range) {
                let Some(range) = trim(&self.text, range) else { continue };
                let text = self.text[range.clone()].to_owned();
                chunks.push(Chunk {
                    source: Arc::clone(&self.source),
                    title: Arc::clone(&self.title),
                    position: chunks.len(),
                    place: ruler.place(range.start),
                    hash: hash(&heading, &text),
                    heading: heading.clone(),
                    text,
                });
            }
        }
        chunks
    }

    /// Sections, small neighbours under one heading joined.
    fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for section in &self.sections {
            let length = self.text[section.range.clone()].chars().count();
            let bare = self.is_bare(section);
            match groups.last_mut() {
                Some(last) if last.bare && section.path.starts_with(last.path) => {
                    last.extend(&section.path, section, length);
                    last.bare = bare;
                }
                Some(last)
                    if last.length + length <= GOOD
                        && let Some(shared) = sibling(last.path, &section.path) =>
                {
                    last.extend(shared, section, length);
                    last.bare = false;
                }
                _ => groups.push(Group { path: &section.path, range: section.range.clone(), length, bare }),
            }
        }
        groups
    }

    /// Whether a heading has nothing below it but further headings. It goes with the first of them.
    fn is_bare(&self, section: &Section) -> bool {
        let body = section.body.min(section.range.end)..section.range.end;
        !section.path.is_empty() && self.text[body].trim().is_empty()
    }
}

/// Sections that are cut as one.
struct Group<'a> {
    path: &'a [Arc<str>],
    range: Range<usize>,
    length: usize,
    bare: bool,
}

impl<'a> Group<'a> {
    fn extend(&mut self, path: &'a [Arc<str>], section: &Section, length: usize) {
        self.path = path;
        self.range.end = section.range.end;
        self.length += length;
    }
}

/// What two headings share, if the one is the other's sibling, child or parent.
fn sibling<'a>(one: &'a [Arc<str>], other: &[Arc<str>]) -> Option<&'a [Arc<str>]> {
    let shared = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    (shared > 0 && shared + 1 >= one.len() && shared + 1 >= other.len()).then(|| &one[..shared])
}

/// Without the white space around it; the first line keeps its indentation. None if there is nothing else.
fn trim(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let piece = &text[range.clone()];
    let end = piece.trim_end().len();
    let first = piece.len() - piece.trim_start().len();
    let begins_line = range.start == 0 || text[..range.start].ends_with('\n');
    let start = match piece[..first].rfind('\n') {
        Some(newline) => newline + 1,
        None if begins_line => 0,
        None => first,
    };
    (end > 0).then(|| range.start + start..range.start + end)
}

fn hash(heading: &str, text: &str) -> String {
    let digest = Sha256::new().chain_update(heading).chain_update([0]).chain_update(text).finalize();
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string cannot fail.
        write!(hex, "{byte:02x}").ok();
        hex
    })
}

/// Finds places in the original, for ascending offsets.
struct Ruler<'a> {
    document: &'a Document,
    at: usize,
    line: u32,
    mark: usize,
}

impl Ruler<'_> {
    fn place(&mut self, at: usize) -> Place {
        match &self.document.places {
            Places::Lines => {
                let between = &self.document.text.as_bytes()[self.at..at];
                let lines = memchr::memchr_iter(b'\n', between).count();
                self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
                self.at = at;
                Place::Line(self.line)
            }
            Places::SourceLines(marks) => Place::Line(self.last_mark(marks, at)),
            Places::Pages(marks) => Place::Page(self.last_mark(marks, at)),
        }
    }

    fn last_mark(&mut self, marks: &[(usize, u32)], at: usize) -> u32 {
        while marks.get(self.mark + 1).is_some_and(|(next, _)| *next <= at) {
            self.mark += 1;
        }
        marks.get(self.mark).map_or(1, |(_, number)| *number)
    }
}
