//! Styled text, wrapped into lines of so many columns. Pure.

use std::borrow::Cow;

use anstyle::{AnsiColor, Effects};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Columns between tab stops.
const TAB: usize = 4;

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Style {
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) strike: bool,
    pub(super) underline: bool,
    pub(super) dim: bool,
    pub(super) color: Option<AnsiColor>,
}

impl Style {
    pub(super) const PLAIN: Self =
        Self { bold: false, italic: false, strike: false, underline: false, dim: false, color: None };
    pub(super) const DIM: Self = Self { dim: true, ..Self::PLAIN };
    pub(super) const BOLD: Self = Self { bold: true, ..Self::PLAIN };

    pub(super) const fn of(color: AnsiColor) -> Self {
        Self { color: Some(color), ..Self::PLAIN }
    }

    fn sequence(self) -> anstyle::Style {
        let effects = [
            (self.bold, Effects::BOLD),
            (self.italic, Effects::ITALIC),
            (self.strike, Effects::STRIKETHROUGH),
            (self.underline, Effects::UNDERLINE),
            (self.dim, Effects::DIMMED),
        ];
        let on = effects.into_iter().filter(|(on, _)| *on).fold(Effects::new(), |sum, (_, one)| sum | one);
        anstyle::Style::new().effects(on).fg_color(self.color.map(Into::into))
    }
}

/// A piece of text that looks the same all over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) text: String,
    pub(super) style: Style,
}

impl Span {
    pub(super) fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

/// A line of text.
pub(super) type Line = Vec<Span>;

/// A line of code without tabs: terminals disagree about them, and whoever counts columns cannot know.
pub(super) fn without_tabs(line: &str) -> Cow<'_, str> {
    if !line.contains('\t') {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len() + TAB);
    for piece in line.split_inclusive('\t') {
        let Some(text) = piece.strip_suffix('\t') else {
            out.push_str(piece);
            continue;
        };
        out.push_str(text);
        out.extend(std::iter::repeat_n(' ', TAB - width(&out) % TAB));
    }
    Cow::Owned(out)
}

/// Columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// Writes a line with its end. Every line begins and ends without a style.
pub(super) fn write(line: &[Span], color: bool, out: &mut String) {
    for span in line {
        if !color || span.style == Style::PLAIN {
            out.push_str(&span.text);
        } else {
            let style = span.style.sequence();
            out.extend([&style.render().to_string(), span.text.as_str(), &style.render_reset().to_string()]);
        }
    }
    out.push('\n');
}

/// Wraps text: the first line begins with one prefix, the others with another one. What stands between spaces is broken
/// only where it is longer than a line, and anywhere in scripts without spaces. A `\n` in it ends a line.
pub(super) fn wrap(spans: &[Span], columns: usize, first: &[Span], rest: &[Span]) -> Vec<Line> {
    wrap_on(spans, (&[], columns), first, rest)
}

/// As [`wrap`], where the first lines stand already and have their columns.
pub(super) fn wrap_on(
    spans: &[Span],
    (standing, columns): (&[usize], usize),
    first: &[Span],
    rest: &[Span],
) -> Vec<Line> {
    let mut filling = Filling::new((standing, columns), first, rest);
    for span in spans {
        for word in span.text.split_word_bounds() {
            match word {
                "\n" => filling.end(),
                _ if word.trim().is_empty() => filling.space(span.style),
                _ => filling.word(word, span.style),
            }
        }
    }
    filling.finish()
}

/// Lines that are being filled.
struct Filling<'a> {
    /// The columns of the first lines, and of all others.
    standing: &'a [usize],
    columns: usize,
    rest: &'a [Span],
    lines: Vec<Line>,
    line: Line,
    /// Columns of the line; whether anything stands in it behind its prefix.
    at: usize,
    filled: bool,
    /// Pieces without a space between them, that stay together.
    word: Line,
    word_width: usize,
    space: Option<Style>,
}

impl<'a> Filling<'a> {
    fn new((standing, columns): (&'a [usize], usize), first: &[Span], rest: &'a [Span]) -> Self {
        let at = first.iter().map(|span| width(&span.text)).sum();
        Self {
            standing,
            columns,
            rest,
            lines: Vec::new(),
            line: first.to_vec(),
            at,
            filled: false,
            word: Line::new(),
            word_width: 0,
            space: None,
        }
    }

    /// Columns of the line that is being filled.
    fn columns(&self) -> usize {
        self.standing.get(self.lines.len()).copied().unwrap_or(self.columns).max(1)
    }

    /// A piece between two possible ends of a word.
    fn word(&mut self, text: &str, style: Style) {
        // Between characters that take two columns a line may end anywhere.
        if breaks(text) {
            self.place();
            for one in text.graphemes(true) {
                push(&mut self.word, one, style);
                self.word_width = width(one);
                self.place();
            }
            return;
        }
        push(&mut self.word, text, style);
        self.word_width += width(text);
    }

    fn space(&mut self, style: Style) {
        self.place();
        self.space = self.filled.then_some(style);
    }

    /// Puts the word that has gathered into the line, or into the next one.
    fn place(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let space = usize::from(self.space.is_some());
        if self.filled && self.at + space + self.word_width > self.columns() {
            self.end_line();
        }
        if let Some(style) = self.space.take() {
            push(&mut self.line, " ", style);
            self.at += 1;
        }
        self.filled = true;
        let (word, length) = (std::mem::take(&mut self.word), std::mem::take(&mut self.word_width));
        if self.at + length <= self.columns() {
            self.at += length;
            for span in word {
                push(&mut self.line, &span.text, span.style);
            }
            return;
        }
        self.broken(word);
    }

    /// A word that is longer than a line.
    fn broken(&mut self, word: Line) {
        let mut begun = false;
        for span in word {
            for one in span.text.graphemes(true) {
                let more = width(one);
                if begun && self.at + more > self.columns() {
                    self.end_line();
                    self.filled = true;
                }
                push(&mut self.line, one, span.style);
                self.at += more;
                begun = true;
            }
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::replace(&mut self.line, self.rest.to_vec());
        self.lines.push(line);
        self.at = self.rest.iter().map(|span| width(&span.text)).sum();
        self.filled = false;
        self.space = None;
    }

    fn end(&mut self) {
        self.place();
        self.end_line();
    }

    fn finish(mut self) -> Vec<Line> {
        self.place();
        if self.filled || self.lines.is_empty() {
            self.lines.push(self.line);
        }
        self.lines
    }
}

/// Whether a line may end between any two characters of a text: in scripts that put no spaces between words.
fn breaks(text: &str) -> bool {
    text.chars().next().is_some_and(|c| matches!(c, '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}'))
}

fn push(line: &mut Line, text: &str, style: Style) {
    match line.last_mut().filter(|last| last.style == style) {
        Some(last) => last.text.push_str(text),
        None => line.push(Span::new(text, style)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wrapped(text: &str, columns: usize) -> Vec<String> {
        let lines = wrap(&[Span::new(text, Style::PLAIN)], columns, &[], &[]);
        lines.iter().map(|line| line.iter().map(|span| span.text.as_str()).collect()).collect()
    }

    #[test]
    fn lines_end_between_words() {
        assert_eq!(wrapped("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a https://example.org/long b", 10), ["a", "https://ex", "ample.org/", "long b"]);
        assert_eq!(wrapped("日本語の文章", 5), ["日本", "語の", "文章"]);
        assert_eq!(wrapped("👩‍👩‍👧👩‍👩‍👧 x", 4), ["👩‍👩‍👧👩‍👩‍👧", "x"]);
        assert_eq!(wrapped("one\ntwo", 80), ["one", "two"]);
        assert_eq!(wrapped("", 80), [""]);
        assert_eq!(wrapped("日本", 1), ["日", "本"]);
    }

    #[test]
    fn lines_that_stand_already_keep_their_columns() {
        let spans = [Span::new("one two three four", Style::PLAIN)];
        let lines = wrap_on(&spans, (&[7], 5), &[], &[]);
        let texts: Vec<&str> = lines.iter().map(|line| line[0].text.as_str()).collect();
        assert_eq!(texts, ["one two", "three", "four"]);
    }

    #[test]
    fn tabs_are_columns() {
        assert_eq!(without_tabs("\ta\tbcd\te"), "    a   bcd e");
    }

    #[test]
    fn styles_go_on_over_lines_and_every_line_is_whole() {
        let lines =
            wrap(&[Span::new("one ", Style::PLAIN), Span::new("two three", Style::BOLD)], 7, &[], &[]);
        let mut out = String::new();
        for line in &lines {
            write(line, true, &mut out);
        }
        assert_eq!(out, "one \u{1b}[1mtwo\u{1b}[0m\n\u{1b}[1mthree\u{1b}[0m\n");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_sticks_out(text in "([a-z]{1,12}|日本|👩‍👩‍👧|é| |\u{301}){0,40}", columns in 2usize..30) {
            let lines = wrapped(&text, columns);
            let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(bare(&lines.concat()), bare(&text));
            for line in &lines {
                prop_assert!(width(line) <= columns, "{line:?}");
            }
        }
    }
}
