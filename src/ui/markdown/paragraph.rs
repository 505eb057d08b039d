//! A paragraph that is still growing: lines of it are shown as soon as nothing that comes can change them.

use super::inline;
use super::text::{Line, Span, Style, wrap, write};

/// A paragraph, an item of a list, or a heading.
#[derive(Debug)]
pub(super) struct Paragraph {
    raw: String,
    first: Line,
    rest: Line,
    style: Style,
    color: bool,
    /// The columns that it is set in, from its first line on: what stands there cannot be set again.
    columns: Option<usize>,
    /// Lines that are shown.
    shown: usize,
    /// The length from which it is worth looking again.
    next_look: usize,
}

impl Paragraph {
    /// A paragraph whose first line begins with one prefix, and the others with another one.
    pub(super) fn new(first: Line, rest: Line, style: Style, color: bool) -> Self {
        Self { raw: String::new(), first, rest, style, color, columns: None, shown: 0, next_look: 0 }
    }

    /// Its only line, if it has one and nothing of it is shown.
    pub(super) fn only_line(&self) -> Option<&str> {
        let line = self.raw.trim_end_matches('\n');
        (self.shown == 0 && !line.is_empty() && !line.contains('\n')).then_some(line)
    }

    /// Adds whole words.
    pub(super) fn push(&mut self, words: &str, columns: usize, out: &mut String) {
        for word in words.split_inclusive(char::is_whitespace) {
            self.raw.push_str(word);
            let could_be_header = self.only_line().is_some_and(|line| line.contains('|'));
            if self.raw.len() >= self.next_look && word.ends_with(char::is_whitespace) && !could_be_header {
                self.look(columns, out);
            }
        }
    }

    fn look(&mut self, columns: usize, out: &mut String) {
        let columns = self.columns.unwrap_or(columns);
        // Each look costs as much as there is: the longer it gets, the rarer they are.
        self.next_look = self.raw.len() + (columns / 2).max(self.raw.len() / 8);
        let read = inline::read(&self.raw, self.style, self.color);
        if !read.settled {
            return;
        }
        let lines = wrap(&read.spans, columns, &self.first, &self.rest);
        let Some((_, whole)) = lines.split_last().filter(|(_, whole)| whole.len() > self.shown) else {
            return;
        };
        self.columns = Some(columns);
        for line in &whole[self.shown..] {
            write(line, self.color, out);
        }
        self.shown = whole.len();
    }

    /// Shows what is not shown yet.
    pub(super) fn finish(self, columns: usize, out: &mut String) {
        let spans: Vec<Span> = inline::read(&self.raw, self.style, self.color).spans;
        let lines = wrap(&spans, self.columns.unwrap_or(columns), &self.first, &self.rest);
        for line in lines.iter().skip(self.shown) {
            write(line, self.color, out);
        }
    }
}
