//! The items of lists that a text stands in. Pure.

use super::block::Item;
use super::text::{Line, Span, Style, width};

/// The items that the text stands in, the outermost first.
#[derive(Debug, Default)]
pub(super) struct Items(Vec<Level>);

#[derive(Debug, Clone, Copy)]
struct Level {
    /// A line that is set in so far belongs to it.
    from: usize,
    /// Columns to its text, in the source and as it is shown.
    inside: usize,
    shown: usize,
}

impl Items {
    /// Leaves those that a line is not set in far enough for.
    pub(super) fn leave(&mut self, set_in: usize) {
        while self.0.pop_if(|level| set_in < level.from).is_some() {}
    }

    /// Begins an item; gives what its first line begins with, and the others.
    pub(super) fn enter(&mut self, set_in: usize, item: Item<'_>, unicode: bool) -> (Line, Line) {
        self.leave(set_in);
        let mark = item.number.unwrap_or(if unicode { "•" } else { "-" });
        let first = format!("{}{mark} ", " ".repeat(self.shown()));
        let shown = width(&first);
        // Many write two columns where the text begins farther in.
        self.0.push(Level { from: item.inside.min(set_in + 2), inside: item.inside, shown });
        (vec![Span::new(first, Style::PLAIN)], self.prefix())
    }

    /// What lines of the innermost item begin with.
    pub(super) fn prefix(&self) -> Line {
        vec![Span::new(" ".repeat(self.shown()), Style::PLAIN)]
    }

    /// Columns to the text of the innermost item in the source.
    pub(super) fn margin(&self) -> usize {
        self.0.last().map_or(0, |level| level.inside)
    }

    fn shown(&self) -> usize {
        self.0.last().map_or(0, |level| level.shown)
    }
}
