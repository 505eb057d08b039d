//! Markdown as it streams, for a terminal: each line is written once, when nothing that comes can change it any more, and
//! the cursor never goes back.
//!
//! [`block`] says what a line begins and [`inline`] what the markup within a paragraph means; [`text`] wraps. Text comes
//! from outside: control sequences are taken out before it is read, so that those in the output are ours.

mod block;
mod code;
mod inline;
mod items;
mod paragraph;
mod table;
mod text;

use self::block::{Item, Kind};
use self::code::Code;
use self::items::Items;
use self::paragraph::Paragraph;
use self::text::{Line, Span, Style, without_tabs, write};
use super::SafeText;

/// Rows of a table that are waited for; what comes behind them is text.
const MOST_ROWS: usize = 500;
/// Quotations within quotations.
const DEEPEST: usize = 8;
/// No text is set in fewer columns.
const NARROWEST: usize = 8;
/// A line that is not known for what it is by then is waited for.
const LATEST: usize = 256;
/// No rule is longer.
const LONGEST_RULE: usize = 60;

/// What the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Colours and other styles.
    pub color: bool,
    /// More than ASCII.
    pub unicode: bool,
}

/// A text in Markdown that comes in pieces.
#[derive(Debug)]
pub struct MarkdownStream {
    look: Look,
    filter: SafeText,
    depth: usize,
    /// What has come of a line, and how much of it stands in the paragraph already.
    line: String,
    fed: Option<usize>,
    leaf: Leaf,
    items: Items,
    /// Whether a blank line came since something was written, and whether anything was.
    gap: bool,
    written: bool,
}

/// What is being read.
#[derive(Debug)]
enum Leaf {
    None,
    Paragraph(Paragraph),
    Fence { mark: char, length: usize, margin: usize, code: Code },
    Table(Vec<String>),
    Quote(Box<MarkdownStream>),
}

impl MarkdownStream {
    /// An empty text.
    pub fn new(look: Look) -> Self {
        Self::at_depth(look, 0)
    }

    fn at_depth(look: Look, depth: usize) -> Self {
        Self {
            look,
            filter: SafeText::default(),
            depth,
            line: String::new(),
            fed: None,
            leaf: Leaf::None,
            items: Items::default(),
            gap: false,
            written: false,
        }
    }

    /// Adds a piece, and writes the lines that are whole now to `out`. `columns` counts for what begins now.
    pub fn push(&mut self, piece: &str, columns: usize, out: &mut String) {
        let mut safe = String::with_capacity(piece.len());
        self.filter.push(piece, &mut safe);
        let columns = columns.max(NARROWEST);
        for part in safe.split_inclusive('\n') {
            let (part, ends) = part.strip_suffix('\n').map_or((part, false), |part| (part, true));
            let from = self.line.len();
            self.line.push_str(part);
            self.advance(from, columns, out);
            if ends {
                self.end_line(columns, out);
            }
        }
    }

    /// Writes what is left.
    pub fn finish(mut self, columns: usize, out: &mut String) {
        let columns = columns.max(NARROWEST);
        if !self.line.is_empty() {
            self.end_line(columns, out);
        }
        self.end_leaf(columns, out);
    }

    /// Takes what is sure of a line before it ends. What is new of it begins at `from`.
    fn advance(&mut self, from: usize, columns: usize, out: &mut String) {
        let (fed, from) = match self.fed {
            Some(fed) => (fed, from.max(fed)),
            None if self.line.len() > LATEST => return,
            None => match self.begin_early(columns, out) {
                Some(fed) => (fed, fed),
                None => return,
            },
        };
        self.fed = Some(fed);
        let Some(space) = self.line[from..].rfind(char::is_whitespace) else { return };
        let end = from + space + self.line[from + space..].chars().next().map_or(0, char::len_utf8);
        if let Leaf::Paragraph(paragraph) = &mut self.leaf {
            paragraph.push(&self.line[fed..end], columns, out);
        }
        self.fed = Some(end);
    }

    /// Begins the paragraph that a line belongs to, or goes on with it, if that is sure already; gives where its text begins.
    fn begin_early(&mut self, columns: usize, out: &mut String) -> Option<usize> {
        let is_open = matches!(self.leaf, Leaf::Paragraph(_));
        if !is_open && !matches!(self.leaf, Leaf::None) {
            return None;
        }
        let line = std::mem::take(&mut self.line);
        let set_in = line.len() - line.trim_start_matches([' ', '\t']).len();
        let at = match block::kind(&line, self.items.margin()) {
            Kind::Item(item) if block::is_text_already(item.text) => {
                let at = text_of(&line, item);
                self.end_leaf(columns, out);
                self.begin_item(block::indent(&line), item, out);
                Some(at)
            }
            Kind::Text if block::is_text_already(&line) && (is_open || !self.is_code(&line)) => {
                if !is_open {
                    self.begin_text(block::indent(&line), out);
                }
                Some(set_in)
            }
            _ => None,
        };
        self.line = line;
        at
    }

    fn end_line(&mut self, columns: usize, out: &mut String) {
        let line = std::mem::take(&mut self.line);
        match (self.fed.take(), &mut self.leaf) {
            (Some(fed), Leaf::Paragraph(paragraph)) => {
                paragraph.push(&format!("{}\n", &line[fed..]), columns, out);
            }
            _ => self.whole_line(&line, columns, out),
        }
    }

    /// A line of which nothing was taken yet.
    fn whole_line(&mut self, line: &str, columns: usize, out: &mut String) {
        match &mut self.leaf {
            Leaf::Fence { mark, length, margin, code } => {
                if block::closes(line, *mark, *length) {
                    let fence = Span::new(mark.to_string().repeat(*length), Style::DIM);
                    self.leaf = Leaf::None;
                    return self.write(&[fence], out);
                }
                let line = code.line(&without_tabs(without_margin(line, *margin)));
                return self.write(&line, out);
            }
            Leaf::Quote(inner) => {
                if let Kind::Quote(quoted) = block::kind(line, 0) {
                    let mut lines = String::new();
                    inner.push(&format!("{quoted}\n"), columns.saturating_sub(2), &mut lines);
                    return self.write_quoted(&lines, out);
                }
                self.end_leaf(columns, out);
            }
            Leaf::Table(rows) if line.contains('|') && rows.len() < MOST_ROWS => {
                return rows.push(line.to_owned());
            }
            Leaf::Table(_) => self.end_leaf(columns, out),
            Leaf::Paragraph(paragraph) => {
                let header = paragraph.only_line().filter(|line| line.contains('|'));
                if let Some(header) = header.filter(|_| block::is_delimiter_row(line)) {
                    self.leaf = Leaf::Table(vec![header.to_owned(), line.to_owned()]);
                    return;
                }
                if paragraph.only_line().is_some() && is_underline(line) {
                    return self.underlined(columns, out);
                }
            }
            Leaf::None => {}
        }
        self.block(line, columns, out);
    }

    fn block(&mut self, line: &str, columns: usize, out: &mut String) {
        let set_in = block::indent(line);
        let kind = block::kind(line, self.items.margin());
        let is_too_deep = self.depth >= DEEPEST && matches!(kind, Kind::Quote(_));
        match if is_too_deep { Kind::Text } else { kind } {
            Kind::Blank => {
                self.end_leaf(columns, out);
                self.gap = true;
            }
            Kind::Text => {
                if let Leaf::None = self.leaf {
                    if self.is_code(line) {
                        self.open(out);
                        let margin = self.items.margin();
                        let line = without_tabs(without_margin(line, margin));
                        return self.write(&[Span::new(line, Style::PLAIN)], out);
                    }
                    self.begin_text(set_in, out);
                }
                if let Leaf::Paragraph(paragraph) = &mut self.leaf {
                    paragraph.push(&format!("{}\n", line.trim_start()), columns, out);
                }
            }
            Kind::Item(item) => {
                self.end_leaf(columns, out);
                self.begin_item(set_in, item, out);
                if let Kind::Fence(mark, length, about) = block::kind(item.text, 0) {
                    self.end_leaf(columns, out);
                    return self.begin_fence((mark, length, about), item.inside, out);
                }
                if let Leaf::Paragraph(paragraph) = &mut self.leaf {
                    paragraph.push(&format!("{}\n", &line[text_of(line, item)..]), columns, out);
                }
            }
            Kind::Heading(level, text) => {
                self.leave_items(set_in, columns, out);
                self.open(out);
                self.heading(level, text, columns, out);
            }
            Kind::Rule => {
                self.leave_items(set_in, columns, out);
                self.open(out);
                let dash = if self.look.unicode { "─" } else { "-" };
                self.write(&[Span::new(dash.repeat(columns.min(LONGEST_RULE)), Style::DIM)], out);
            }
            Kind::Fence(mark, length, about) => {
                self.leave_items(set_in, columns, out);
                self.open(out);
                self.begin_fence((mark, length, about), set_in, out);
            }
            Kind::Quote(quoted) => {
                self.leave_items(set_in, columns, out);
                self.open(out);
                self.leaf = Leaf::Quote(Box::new(Self::at_depth(self.look, self.depth + 1)));
                self.whole_line(&format!("> {quoted}"), columns, out);
            }
        }
    }

    /// The one line that there is was the title.
    fn underlined(&mut self, columns: usize, out: &mut String) {
        let leaf = std::mem::replace(&mut self.leaf, Leaf::None);
        if let Leaf::Paragraph(paragraph) = leaf
            && let Some(title) = paragraph.only_line()
        {
            self.heading(1, title, columns, out);
        }
    }

    fn heading(&mut self, level: usize, text: &str, columns: usize, out: &mut String) {
        let color = self.look.color;
        let style = Style { underline: level == 1, ..Style::BOLD };
        // Without styles the marks say that it is one.
        let marks = if color { String::new() } else { format!("{} ", "#".repeat(level)) };
        let first = vec![Span::new(marks, Style::PLAIN)];
        let mut paragraph = Paragraph::new(first, Line::new(), style, color);
        paragraph.push(text, columns, out);
        paragraph.finish(columns, out);
    }

    fn begin_fence(&mut self, (mark, length, about): (char, usize, &str), margin: usize, out: &mut String) {
        let fence = format!("{}{about}", mark.to_string().repeat(length));
        self.write(&[Span::new(without_tabs(&fence), Style::DIM)], out);
        self.leaf = Leaf::Fence { mark, length, margin, code: Code::new(about) };
    }

    /// Begins a paragraph, within the items that it is set in far enough for.
    fn begin_text(&mut self, set_in: usize, out: &mut String) {
        self.items.leave(set_in);
        self.open(out);
        let prefix = self.items.prefix();
        self.leaf = Leaf::Paragraph(Paragraph::new(prefix.clone(), prefix, Style::PLAIN, self.look.color));
    }

    fn begin_item(&mut self, set_in: usize, item: Item<'_>, out: &mut String) {
        self.open(out);
        let (first, rest) = self.items.enter(set_in, item, self.look.unicode);
        self.leaf = Leaf::Paragraph(Paragraph::new(first, rest, Style::PLAIN, self.look.color));
    }

    /// Ends what is being read, and the items that the next block is not set in far enough for.
    fn leave_items(&mut self, set_in: usize, columns: usize, out: &mut String) {
        self.end_leaf(columns, out);
        self.items.leave(set_in);
    }

    fn end_leaf(&mut self, columns: usize, out: &mut String) {
        match std::mem::replace(&mut self.leaf, Leaf::None) {
            Leaf::None | Leaf::Fence { .. } => {}
            Leaf::Paragraph(paragraph) => paragraph.finish(columns, out),
            Leaf::Table(rows) => {
                for line in table::lines(&rows, columns, self.look.color, self.look.unicode) {
                    self.write(&line, out);
                }
            }
            Leaf::Quote(inner) => {
                let mut lines = String::new();
                inner.finish(columns.saturating_sub(2), &mut lines);
                self.write_quoted(&lines, out);
            }
        }
    }

    /// Whether a line that begins something is code by being set in.
    fn is_code(&self, line: &str) -> bool {
        block::indent(line) >= self.items.margin() + 4
    }

    /// A blank line before a block, where there was one.
    fn open(&mut self, out: &mut String) {
        if self.gap && self.written {
            out.push('\n');
        }
        self.gap = false;
        self.written = true;
    }

    fn write(&self, line: &[Span], out: &mut String) {
        write(line, self.look.color, out);
    }

    fn write_quoted(&self, lines: &str, out: &mut String) {
        let mut bar = String::new();
        self.write(&[Span::new(if self.look.unicode { "│" } else { ">" }, Style::DIM)], &mut bar);
        let bar = bar.trim_end_matches('\n');
        for line in lines.lines() {
            let space = if line.is_empty() { "" } else { " " };
            out.extend([bar, space, line, "\n"]);
        }
    }
}

/// Where the text of an item begins.
fn text_of(line: &str, item: Item<'_>) -> usize {
    line.trim_end().len() - item.text.len()
}

/// A line of code without the columns that it is set in with its fence.
fn without_margin(line: &str, margin: usize) -> &str {
    let spaces = line.bytes().take(margin).take_while(|byte| *byte == b' ').count();
    &line[spaces..]
}

/// Whether a line makes the one above it a title.
fn is_underline(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.bytes().all(|byte| byte == b'=')
}

#[cfg(test)]
mod tests;
