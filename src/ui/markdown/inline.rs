//! The markup within a paragraph: emphasis, code, links. Pure.
//!
//! What a paragraph is was decided before, so each of its lines is guarded by a character with which no block begins.

use anstyle::AnsiColor;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};

use super::text::{Span, Style};

/// Punctuation, so that markup may begin behind it.
const GUARD: char = '\u{2e3a}';

/// A paragraph's text as it is shown, and whether what comes behind it could change that.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) spans: Vec<Span>,
    pub(super) settled: bool,
}

/// Reads a paragraph. Without colour, markup that stands for a meaning stays as it is.
pub(super) fn read(text: &str, style: Style, color: bool) -> Read {
    let mut guarded = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        guarded.push(GUARD);
        guarded.push_str(line.trim_start());
    }
    let mut reading = Reading {
        spans: Vec::new(),
        styles: vec![style],
        link: None,
        color,
        plain: String::new(),
        settled: true,
    };
    let options = Options::ENABLE_STRIKETHROUGH;
    for (event, range) in Parser::new_ext(&guarded, options).into_offset_iter() {
        let at_line = range.start == 0 || guarded.as_bytes().get(range.start - 1) == Some(&b'\n');
        reading.event(event, at_line);
    }
    reading.look();
    let mut settled = reading.settled;
    // The end of the text could still be the beginning of something.
    settled &= !text.trim_end().ends_with(['\\', '!'])
        && !text.rsplit(char::is_whitespace).take(2).any(|word| word.contains('&'));
    Read { spans: reading.spans, settled }
}

struct Reading {
    spans: Vec<Span>,
    styles: Vec<Style>,
    /// Where the link leads whose text is being read, and where that text begins.
    link: Option<(String, usize)>,
    color: bool,
    /// Text without markup, as far as it has come.
    plain: String,
    settled: bool,
}

impl Reading {
    fn event(&mut self, event: Event<'_>, at_line: bool) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => {
                let text = unguarded(&text, at_line);
                self.plain.push_str(text);
                self.add(text);
                return;
            }
            Event::Code(text) => self.code(unguarded(&text, at_line)),
            Event::InlineHtml(text) | Event::Html(text) => self.add(unguarded(&text, at_line)),
            Event::SoftBreak => {
                self.plain.push(' ');
                self.add(" ");
                return;
            }
            Event::HardBreak => self.add("\n"),
            _ => {}
        }
        self.look();
    }

    /// Whether the text without markup that ends here could be more than that.
    fn look(&mut self) {
        self.settled &= !could_begin_markup(&self.plain);
        self.plain.clear();
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let now = self.style();
        let (style, mark) = match tag {
            Tag::Emphasis => (Style { italic: true, ..now }, ""),
            Tag::Strong => (Style { bold: true, ..now }, ""),
            Tag::Strikethrough => (Style { strike: true, ..now }, "~~"),
            Tag::Link { dest_url, .. } => {
                self.link = Some((dest_url.to_string(), self.spans.len()));
                (Style { underline: true, ..now }, "")
            }
            Tag::Image { dest_url, .. } => {
                self.link = Some((dest_url.to_string(), self.spans.len()));
                (now, "")
            }
            _ => return,
        };
        self.mark(mark);
        self.styles.push(style);
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strong => drop(self.styles.pop()),
            TagEnd::Strikethrough => {
                self.styles.pop();
                self.mark("~~");
            }
            TagEnd::Link | TagEnd::Image => {
                self.styles.pop();
                self.leads_to();
            }
            _ => {}
        }
    }

    /// Where a link leads, if its text does not say so.
    fn leads_to(&mut self) {
        let Some((to, from)) = self.link.take() else { return };
        let shown: String = self.spans.iter().skip(from).map(|span| span.text.as_str()).collect();
        let says_so = shown == to || to.strip_prefix("mailto:") == Some(&shown);
        if !says_so && !to.is_empty() {
            let style = Style { dim: true, ..self.style() };
            self.spans.push(Span::new(format!(" ({to})"), style));
        }
    }

    fn code(&mut self, text: &str) {
        if self.color {
            let style = Style { color: Some(AnsiColor::Cyan), ..self.style() };
            self.spans.push(Span::new(text, style));
        } else {
            self.add(&format!("`{text}`"));
        }
    }

    /// Markup that is shown where a style cannot be.
    fn mark(&mut self, mark: &str) {
        if !self.color && !mark.is_empty() {
            self.add(mark);
        }
    }

    fn add(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let style = self.style();
        match self.spans.last_mut().filter(|last| last.style == style) {
            // A link's text is looked at on its own.
            Some(last) if self.link.is_none() => last.text.push_str(text),
            _ => self.spans.push(Span::new(text, style)),
        }
    }

    fn style(&self) -> Style {
        self.styles.last().copied().unwrap_or_default()
    }
}

fn unguarded<'a>(text: &'a CowStr<'_>, at_line: bool) -> &'a str {
    if at_line { text.strip_prefix(GUARD).unwrap_or(text) } else { text }
}

/// Whether there is something in plain text that could turn out to be the beginning of markup.
fn could_begin_markup(text: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    // Brackets that are closed, with nothing behind them that a link would have, are brackets.
    let (mut open, mut before) = (0_usize, None);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let after = chars.peek().copied();
        let could = match c {
            '`' => true,
            '[' => {
                open += 1;
                false
            }
            ']' => {
                open = open.saturating_sub(1);
                after.is_none_or(|c| matches!(c, '(' | '['))
            }
            '*' | '~' => !after.is_some_and(char::is_whitespace),
            '_' => !(after.is_some_and(char::is_whitespace) || is_word(before) && is_word(after)),
            '<' => after.is_none_or(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')),
            _ => false,
        };
        if could {
            return true;
        }
        before = Some(c);
    }
    open > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        read(text, Style::PLAIN, false).spans.iter().map(|span| span.text.as_str()).collect()
    }

    #[test]
    fn markup_is_read_and_what_is_none_stays() {
        for (text, expected) in [
            ("**bold** and *italic* and `code`", "bold and italic and `code`"),
            ("**\"quoted\"** text", "\"quoted\" text"),
            ("unclosed **bold and `code", "unclosed **bold and `code"),
            ("2 * 3 * 4, snake_case_name", "2 * 3 * 4, snake_case_name"),
            ("see [the docs](https://example.org/x)", "see the docs (https://example.org/x)"),
            ("see <https://example.org>", "see https://example.org"),
            ("an ![image](a.png)", "an image (a.png)"),
            ("~~gone~~ but \\*kept\\*", "~~gone~~ but *kept*"),
            ("- no list\n1. none\n# no heading\n> no quote", "- no list 1. none # no heading > no quote"),
            ("two  \nlines", "two\nlines"),
            ("a &amp; b &copy; <b>html</b>", "a & b © <b>html</b>"),
            ("", ""),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_could_change_is_known() {
        for (text, settled) in [
            ("plain words here", true),
            ("**bold** is over", true),
            ("**bold is not", false),
            ("a `code", false),
            ("a [link](http", false),
            ("as they say [1] and [2]. More", true),
            ("as they say [1]", false),
            ("a [b [c] d", false),
            ("2 * 3", true),
            ("snake_case", true),
            ("_begun", false),
            ("a < b", true),
            ("a <b", false),
            ("AT&T is here now", true),
            ("fish &am", false),
        ] {
            assert_eq!(read(text, Style::PLAIN, true).settled, settled, "{text:?}");
        }
    }

    #[test]
    fn styles_are_nested() {
        let spans = read("**bold *both***", Style::PLAIN, true).spans;
        assert_eq!(spans[0], Span::new("bold ", Style::BOLD));
        assert_eq!(spans[1], Span::new("both", Style { italic: true, ..Style::BOLD }));
    }
}
