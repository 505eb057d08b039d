//! The headings of a document and the sections between them.

use std::ops::Range;
use std::sync::Arc;

/// More sections than any document has that somebody wrote. What follows stays in the last one.
const MOST_SECTIONS: usize = 100_000;
/// A heading that is longer was not meant as one.
const LONGEST_NAME: usize = 200;

/// A piece of the text under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    /// From the outermost heading to its own.
    pub(super) path: Vec<Arc<str>>,
    /// Its part of the text, heading included.
    pub(super) range: Range<usize>,
    /// Where the heading ends.
    pub(super) body: usize,
}

/// Sections in the making.
#[derive(Debug)]
pub(super) struct Outline {
    open: Vec<(u8, Arc<str>)>,
    sections: Vec<Section>,
}

impl Outline {
    /// Begins with a section that has no heading.
    pub(super) fn new(start: usize) -> Self {
        let first = Section { path: Vec::new(), range: start..start, body: start };
        Self { open: Vec::new(), sections: vec![first] }
    }

    /// A heading that stands at `range`.
    pub(super) fn enter(&mut self, level: u8, name: &str, range: Range<usize>) {
        if self.sections.len() >= MOST_SECTIONS {
            return;
        }
        self.open.retain(|(above, _)| *above < level);
        let name: Vec<&str> = name.split_whitespace().collect();
        let name = name.join(" ");
        if !name.is_empty() {
            self.open.push((level, name.chars().take(LONGEST_NAME).collect::<String>().into()));
        }
        let path = self.open.iter().map(|(_, name)| Arc::clone(name)).collect();
        self.split(path, range);
    }

    /// A new section without a heading: a page.
    pub(super) fn turn(&mut self, at: usize) {
        self.split(Vec::new(), at..at);
    }

    /// The sections; the last one goes on to the end.
    pub(super) fn finish(mut self, end: usize) -> Vec<Section> {
        if let Some(last) = self.sections.last_mut() {
            last.range.end = end;
        }
        self.sections
    }

    /// The first name there is.
    pub(super) fn first_name(&self) -> Option<String> {
        self.sections.iter().find_map(|section| section.path.first()).map(ToString::to_string)
    }

    fn split(&mut self, path: Vec<Arc<str>>, heading: Range<usize>) {
        if let Some(last) = self.sections.last_mut() {
            last.range.end = heading.start;
        }
        self.sections.push(Section { path, range: heading.start..heading.start, body: heading.end });
    }
}
