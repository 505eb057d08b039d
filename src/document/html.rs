//! From HTML to readable text: headings, paragraphs, lists, rows; without scripts, styles and drawings. For the memory all
//! that is seen; for whoever only asks what a page is about, without what stands around it ([`mod@readable`]).
//!
//! Only tags are read and no tree is built: elements may be nested a million deep, and nothing is.

mod marks;
mod readable;

use std::cell::RefCell;
use std::ops::Range;
use std::path::Path;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use url::Url;

use super::guard::Deadline;
use super::outline::Outline;
use super::{DocumentError, Parsed, Places};
use marks::Marks;
pub use readable::WebPage;

/// How much is read between two looks at the clock. The reader compares each attribute of a tag with all before it, so
/// that it is slow only within a tag.
const PIECE: usize = 4 << 10;

/// Reads a web page.
pub(super) fn read(path: &Path, html: &str, deadline: Deadline) -> Result<Parsed, DocumentError> {
    let (parsed, _) = page(path, html, deadline)?.finish();
    if parsed.text.trim().is_empty() { Err(DocumentError::Empty(path.to_owned())) } else { Ok(parsed) }
}

/// Reads what a web page is about.
pub(super) fn readable(base: &Url, html: &str, deadline: Deadline) -> Result<WebPage, DocumentError> {
    let (parsed, marks) = page(Path::new(base.as_str()), html, deadline)?.finish();
    Ok(readable::of(base, parsed, &marks))
}

fn page(path: &Path, html: &str, deadline: Deadline) -> Result<Page, DocumentError> {
    let options = TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() };
    let tokenizer = Tokenizer::new(Sink(RefCell::new(Page::new())), options);
    let queue = BufferQueue::default();
    let mut rest = html;
    while !rest.is_empty() {
        deadline.check(path)?;
        let (piece, more) = rest.split_at(rest.floor_char_boundary(PIECE));
        queue.push_back(StrTendril::from_slice(piece));
        // Nothing that the page answers makes the reader stop before the end of the piece.
        drop(tokenizer.feed(&queue));
        rest = more;
    }
    tokenizer.end();
    Ok(tokenizer.sink.0.into_inner())
}

struct Sink(RefCell<Page>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        page.line = u32::try_from(line).unwrap_or(u32::MAX);
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => page.start(&tag),
            Token::TagToken(tag) => {
                page.end(&tag.name);
                TokenSinkResult::Continue
            }
            Token::CharacterTokens(text) => {
                // The line is where the text ends.
                page.line = page.line.saturating_sub(lines(&text));
                page.characters(&text);
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

/// What parts a word from the one before it, the strongest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    /// The next cell of a row.
    Cell,
    Line,
    Paragraph,
}

/// A page in the making.
struct Page {
    text: String,
    outline: Outline,
    landmarks: Marks,
    whole: Vec<Range<usize>>,
    marks: Vec<(usize, u32)>,
    title: String,
    line: u32,
    gap: Gap,
    /// The next word begins an item of a list.
    item: bool,
    /// How long the text was when the open row of a table began.
    row: Option<usize>,
    in_title: bool,
    /// The open heading, and where its text begins.
    heading: Option<(u8, Option<usize>)>,
    /// Where preformatted text begins.
    pre: Option<usize>,
    /// How many tables are open, and where the outermost begins.
    tables: u32,
    table: usize,
    /// What is being left out, and how deep.
    skip: Option<(String, u32)>,
}

impl Page {
    fn new() -> Self {
        Self {
            text: String::new(),
            outline: Outline::new(0),
            landmarks: Marks::default(),
            whole: Vec::new(),
            marks: Vec::new(),
            title: String::new(),
            line: 1,
            gap: Gap::None,
            item: false,
            row: None,
            in_title: false,
            heading: None,
            pre: None,
            tables: 0,
            table: 0,
            skip: None,
        }
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        if let Some((skipped, depth)) = &mut self.skip {
            *depth += u32::from(skipped == name && !tag.self_closing);
            return TokenSinkResult::Continue;
        }
        self.landmarks.start(tag, self.text.len());
        match name {
            "script" | "style" | "iframe" | "noembed" | "noframes" => {
                self.skip = Some((name.to_owned(), 1));
                let script = name == "script";
                return TokenSinkResult::RawData(if script { RawKind::ScriptData } else { RawKind::Rawtext });
            }
            "svg" | "template" | "noscript" | "canvas" if !tag.self_closing => {
                self.skip = Some((name.to_owned(), 1));
            }
            "title" => {
                self.in_title = self.title.is_empty();
                return TokenSinkResult::RawData(RawKind::Rcdata);
            }
            "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
            "pre" => {
                self.part(Gap::Paragraph);
                self.pre = Some(self.text.len());
            }
            "li" => {
                self.part(Gap::Line);
                self.item = true;
            }
            "tr" => {
                self.row = None;
                self.part(Gap::Line);
                self.row = Some(self.text.len());
            }
            // Between two cells, whatever the one before ended with.
            "td" | "th" if self.row.is_some_and(|begin| begin < self.text.len()) => self.gap = Gap::Cell,
            "table" => {
                self.part(Gap::Paragraph);
                if self.tables == 0 {
                    self.table = self.text.len();
                }
                self.tables += 1;
            }
            _ => match heading(name) {
                Some(level) => {
                    self.close_heading();
                    self.row = None;
                    self.part(Gap::Paragraph);
                    self.heading = Some((level, None));
                }
                None => self.part(gap(name)),
            },
        }
        TokenSinkResult::Continue
    }

    fn end(&mut self, name: &str) {
        if let Some((skipped, depth)) = &mut self.skip {
            *depth -= u32::from(skipped == name);
            if *depth == 0 {
                self.skip = None;
            }
            return;
        }
        self.landmarks.end(name, self.text.len());
        match name {
            "title" => self.in_title = false,
            "pre" => {
                if let Some(start) = self.pre.take() {
                    self.keep_whole(start);
                }
                self.part(Gap::Paragraph);
            }
            "tr" => {
                self.row = None;
                self.part(Gap::Line);
            }
            "table" => {
                self.row = None;
                self.part(Gap::Paragraph);
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    self.keep_whole(self.table);
                    self.table = self.text.len();
                }
            }
            // A line that was broken is not broken again.
            "br" => {}
            _ if heading(name).is_some() => {
                self.close_heading();
                self.part(Gap::Paragraph);
            }
            _ => self.part(gap(name)),
        }
    }

    fn characters(&mut self, text: &str) {
        if self.skip.is_some() {
            return;
        }
        if self.in_title {
            self.title.push_str(text);
            return;
        }
        if self.pre.is_some() {
            self.join();
            self.text.push_str(text);
            return;
        }
        let mut rest = text;
        while !rest.is_empty() {
            let word = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
            if word.len() < rest.len() {
                self.gap = self.gap.max(Gap::Space);
                self.line = self.line.saturating_add(lines(&rest[..rest.len() - word.len()]));
            }
            if word.is_empty() {
                break;
            }
            let end = word.find(|c: char| c.is_ascii_whitespace()).unwrap_or(word.len());
            self.join();
            self.text.push_str(&word[..end]);
            rest = &word[end..];
        }
    }

    /// Notes what parts the next word from this one.
    fn part(&mut self, gap: Gap) {
        let in_row = self.row.is_some();
        // What begins a cell stays in its line.
        if !(in_row && self.gap == Gap::Cell) {
            self.gap = self.gap.max(if in_row { gap.min(Gap::Line) } else { gap });
        }
    }

    /// Writes what parts the next word from the last.
    fn join(&mut self) {
        let begins_line = self.text.is_empty() || self.gap >= Gap::Line;
        if !self.text.is_empty() {
            self.text.push_str(match self.gap {
                Gap::None => "",
                Gap::Space => " ",
                Gap::Cell => " | ",
                Gap::Line => "\n",
                Gap::Paragraph => "\n\n",
            });
        }
        self.gap = Gap::None;
        if begins_line {
            self.marks.push((self.text.len(), self.line));
        }
        if std::mem::take(&mut self.item) {
            self.text.push_str("- ");
        }
        if let Some((_, begin @ None)) = &mut self.heading {
            *begin = Some(self.text.len());
        }
        self.landmarks.word(self.text.len());
    }

    fn close_heading(&mut self) {
        if let Some((level, Some(begin))) = self.heading.take() {
            let range = begin..self.text.len();
            self.landmarks.heading(level, begin);
            self.outline.enter(level, &self.text[range.clone()], range);
        }
    }

    /// Code or a table that ends here; what stands in a table belongs to it.
    fn keep_whole(&mut self, start: usize) {
        let text = &self.text[start..];
        let start = start + text.len() - text.trim_start_matches('\n').len();
        while self.whole.last().is_some_and(|inner| inner.start >= start) {
            self.whole.pop();
        }
        if start < self.text.len() {
            self.whole.push(start..self.text.len());
        }
    }

    fn finish(mut self) -> (Parsed, Marks) {
        self.close_heading();
        self.landmarks.close(self.text.len());
        let mut notices = Vec::new();
        if let Some((name, _)) = &self.skip {
            notices.push(format!("what follows a <{name}> that is not closed was left out"));
        }
        let title: Vec<&str> = self.title.split_whitespace().collect();
        let title = Some(title.join(" ")).filter(|title| !title.is_empty()).or(self.outline.first_name());
        let parsed = Parsed {
            title,
            sections: self.outline.finish(self.text.len()),
            text: self.text,
            whole: self.whole,
            places: Places::SourceLines(self.marks),
            notices,
        };
        (parsed, self.landmarks)
    }
}

fn lines(text: &str) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', text.as_bytes()).count()).unwrap_or(u32::MAX)
}

fn heading(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
}

/// What an element puts around itself.
fn gap(name: &str) -> Gap {
    match name {
        "p" | "div" | "ul" | "ol" | "dl" | "menu" | "blockquote" | "section" | "article" | "header"
        | "footer" | "main" | "aside" | "nav" | "form" | "fieldset" | "details" | "dialog" | "figure"
        | "hr" | "address" | "body" => Gap::Paragraph,
        "br" | "li" | "dt" | "dd" | "caption" | "summary" | "figcaption" | "option" | "legend" => Gap::Line,
        _ => Gap::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn parsed(html: &str) -> Parsed {
        read(Path::new("a.html"), html, Deadline::new(Duration::from_mins(1))).unwrap()
    }

    fn text(html: &str) -> String {
        parsed(html).text
    }

    #[test]
    fn what_is_read_is_what_is_seen() {
        let cases = [
            (
                "<p>one\n two<b>three</b> &amp; &eacute;&nbsp;&#x1F600;</p><p>four",
                "one twothree & é\u{a0}😀\n\nfour",
            ),
            ("<script>var a='</p>x'; // </scrip\n</script>a<style>p{}</style>b", "ab"),
            ("<script>never closed <p>x", ""),
            (
                "a<svg><text>no</text><svg></svg></svg>b<svg/>c<template>d</template><noscript>e</noscript>",
                "abc",
            ),
            ("<ul><li><p>a</p><li>b<ul><li>c</ul></ul>d", "- a\n\n- b\n\n- c\n\nd"),
            ("<pre>\n  x\n    y\n</pre>z", "\n  x\n    y\n\n\nz"),
            ("a<br>b<br/>c<!-- no -->d", "a\nb\ncd"),
            (
                "<table><tr><th>A<th>B<tr><td><p>1</p><td>2</tr><tr><td></td><td>4</table>x",
                "A | B\n1 | 2\n4\n\nx",
            ),
            ("a < b <3 &unknown; & <", "a < b <3 &unknown; & <"),
        ];
        for (html, expected) in cases {
            let kept = format!("{html}<i>");
            let got = read(Path::new("a"), &kept, Deadline::new(Duration::from_mins(1)));
            let got = got.map(|parsed| parsed.text).unwrap_or_default();
            assert_eq!(got, expected, "{html}");
        }
    }

    #[test]
    fn headings_titles_lines_and_blocks() {
        let html = "<!doctype html>\n<title> A\n Page </title>\n<h1>Top</h1>\n<p>x\n<h2>Sub <i>one</i></h2>\n<pre>let a;</pre>\n<table><tr><td>1<td>2</table>";
        let parsed = parsed(html);
        assert_eq!(parsed.title.as_deref(), Some("A Page"));
        let paths: Vec<String> = parsed.sections.iter().map(|section| section.path.join(" > ")).collect();
        assert_eq!(paths, ["", "Top", "Top > Sub one"]);
        let whole: Vec<&str> = parsed.whole.iter().map(|range| &parsed.text[range.clone()]).collect();
        assert_eq!(whole, ["let a;", "1 | 2"]);
        let Places::SourceLines(marks) = &parsed.places else { panic!() };
        let lines: Vec<u32> = marks.iter().map(|(_, line)| *line).collect();
        assert_eq!(lines, [4, 5, 6, 7, 8]);
    }

    #[test]
    fn what_is_nested_without_end_is_read() {
        let deep = format!("{}core{}", "<div><b>".repeat(500_000), "</table></div>".repeat(100_000));
        assert_eq!(text(&deep).trim(), "core");
        let open = format!("x{}", "<template>".repeat(100_000));
        let parsed = parsed(&open);
        assert_eq!((parsed.text.as_str(), parsed.notices.len()), ("x", 1));
        let many = (0..3000).fold(String::new(), |many, number| many + &format!(" a{number}=1"));
        assert_eq!(text(&format!("<p{many}>x")), "x");
    }

    #[test]
    fn the_clock_is_looked_at() {
        let error = read(Path::new("a.html"), "x", Deadline::new(Duration::ZERO)).unwrap_err();
        assert!(matches!(error, DocumentError::TooSlow { .. }), "{error}");
    }
}
