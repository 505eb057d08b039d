//! A paragraph that is still growing: lines of it are shown as soon as nothing that comes can change them.

use super::inline;
use super::text::{Line, Span, Style, wrap_on, write};

/// A paragraph, an item of a list, or a heading.
#[derive(Debug)]
pub(super) struct Paragraph {
    raw: String,
    first: Line,
    rest: Line,
    style: Style,
    color: bool,
    /// The columns in which each line was set that is shown: what stands there cannot be set again.
    shown: Vec<usize>,
    /// The length from which it is worth looking again.
    next_look: usize,
}

impl Paragraph {
    /// A paragraph whose first line begins with one prefix, and the others with another one.
    pub(super) fn new(first: Line, rest: Line, style: Style, color: bool) -> Self {
        Self { raw: String::new(), first, rest, style, color, shown: Vec::new(), next_look: 0 }
    }

    /// Its only line, if it has one and nothing of it is shown.
    pub(super) fn only_line(&self) -> Option<&str> {
        let line = self.raw.trim_end_matches('\n');
        (self.shown.is_empty() && !line.is_empty() && !line.contains('\n')).then_some(line)
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
        // Each look costs as much as there is: the longer it gets, the rarer they are.
        self.next_look = self.raw.len() + (columns / 2).max(self.raw.len() / 8);
        let read = inline::read(&self.raw, self.style, self.color);
        if !read.settled {
            return;
        }
        let lines = wrap_on(&read.spans, (&self.shown, columns), &self.first, &self.rest);
        let Some((_, whole)) = lines.split_last().filter(|(_, whole)| whole.len() > self.shown.len()) else {
            return;
        };
        for line in &whole[self.shown.len()..] {
            write(line, self.color, out);
        }
        self.shown.resize(whole.len(), columns);
    }

    /// Shows what is not shown yet.
    pub(super) fn finish(self, columns: usize, out: &mut String) {
        let spans: Vec<Span> = inline::read(&self.raw, self.style, self.color).spans;
        let lines = wrap_on(&spans, (&self.shown, columns), &self.first, &self.rest);
        for line in lines.iter().skip(self.shown.len()) {
            write(line, self.color, out);
        }
    }
}
