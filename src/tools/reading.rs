//! Small readers of what services send: numbers in any dress, one line of text, readable text out of markup.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use serde_json::Value;

/// The longest single line that is kept of what a service says.
const LONGEST_LINE: usize = 300;
/// The most markup that is read of one field.
const MOST_MARKUP: usize = 64 << 10;

/// A number, whether it was sent as one or as text (`"9"`, `"-0.4955%"`).
pub(super) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().trim_end_matches('%').parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// A text with something in it, readable: no markup, no control characters, one line.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = plain(value.as_str()?);
    (!text.is_empty()).then_some(text)
}

/// Folds white space and control characters, and cuts what is too long.
pub(super) fn one_line(text: &str) -> String {
    cut(&folded(text), LONGEST_LINE)
}

/// A text of at most this many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// One line: every run of white space and control characters is one space. What turns the reading direction or cannot be
/// seen goes as well.
pub(super) fn folded(text: &str) -> String {
    let parts = |c: char| c.is_whitespace() || c.is_control();
    let seen = |c: &char| !matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let words = text.split(parts).map(|word| word.chars().filter(seen).collect::<String>());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The readable text of a piece of HTML, in one line.
pub(super) fn plain(markup: &str) -> String {
    if !markup.contains(['<', '&']) {
        return folded(markup);
    }
    let end = markup.floor_char_boundary(MOST_MARKUP);
    let text = tokens(&markup[..end], Words::default()).text;
    folded(&text)
}

/// Reads HTML with a reader of its tokens. No tree is built, so nothing can be nested too deep.
pub(super) fn tokens<R: ReadsTokens>(html: &str, reader: R) -> R {
    let tokenizer = Tokenizer::new(Sink(RefCell::new(reader)), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    // Nothing that a reader answers makes the tokenizer stop before the end.
    drop(tokenizer.feed(&queue));
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

/// What reads the tokens of a page, one after the other.
pub(super) trait ReadsTokens {
    /// A tag opens.
    fn opens(&mut self, name: &str, attribute: &dyn Fn(&str) -> Option<String>);
    /// A tag closes.
    fn closes(&mut self, name: &str);
    /// Text stands here.
    fn characters(&mut self, text: &str);
}

struct Sink<R>(RefCell<R>);

impl<R: ReadsTokens> TokenSink for Sink<R> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reader = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                let attribute = |name: &str| {
                    let mut all = tag.attrs.iter();
                    all.find(|attribute| &*attribute.name.local == name).map(|found| found.value.to_string())
                };
                reader.opens(&tag.name, &attribute);
                // Scripts and styles hold no tags, whatever they look like.
                return match &*tag.name {
                    "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                    "style" => TokenSinkResult::RawData(RawKind::Rawtext),
                    _ => TokenSinkResult::Continue,
                };
            }
            Token::TagToken(tag) => reader.closes(&tag.name),
            Token::CharacterTokens(text) => reader.characters(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// All words outside scripts and styles.
#[derive(Default)]
struct Words {
    text: String,
    hidden: bool,
}

impl ReadsTokens for Words {
    fn opens(&mut self, name: &str, _attribute: &dyn Fn(&str) -> Option<String>) {
        self.hidden |= matches!(name, "script" | "style");
        self.part(name);
    }

    fn closes(&mut self, name: &str) {
        self.hidden &= !matches!(name, "script" | "style");
        self.part(name);
    }

    fn characters(&mut self, text: &str) {
        if !self.hidden {
            self.text.push_str(text);
        }
    }
}

impl Words {
    /// What stands in different paragraphs is not one word; an emphasis may be in the middle of one.
    fn part(&mut self, name: &str) {
        if !matches!(name, "b" | "i" | "em" | "strong" | "span" | "a" | "u" | "mark" | "sup" | "sub" | "font")
        {
            self.text.push(' ');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn numbers_come_as_numbers_and_as_text() {
        assert_eq!(number(&json!(9)), Some(9.0));
        assert_eq!(number(&json!(" -0.4955%")), Some(-0.4955));
        for nothing in [json!(null), json!("N/D"), json!("NaN"), json!("1e999"), json!([1])] {
            assert_eq!(number(&nothing), None, "{nothing}");
        }
    }

    #[test]
    fn markup_becomes_text() {
        assert_eq!(plain("A <b>Node</b>.js &amp; more<br>here"), "A Node.js & more here");
        assert_eq!(plain("x<script>if (a < b) {}</script>y<style>p{}</style>"), "x y");
        assert_eq!(plain("a\u{202e}b\u{1b}[31m\tc"), "ab [31m c");
        assert_eq!(text(&json!("<p> </p>")), None);
        assert_eq!(cut("abc", 2), "ab…");
    }

    proptest! {
        #[test]
        fn no_markup_makes_it_panic(markup in "(<|>|&|;|#x?[0-9a-f]{1,9}|/|script|style|[a-zäß€ \"'=\\-!]){0,60}") {
            let text = plain(&markup);
            prop_assert!(!text.contains(char::is_control));
        }
    }
}
