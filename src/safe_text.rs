//! Text from outside, made safe for a terminal.
//!
//! What a model, a provider or a file says may contain control sequences that move the cursor, set the title, write the
//! clipboard or reverse the reading direction. All of them are taken out; what remains is text, line ends and tabs.
//! The filter keeps its state, so that a sequence cut in two by a stream is still one.

/// Takes control sequences out of text that comes in pieces.
#[derive(Debug, Default)]
pub struct SafeText {
    state: State,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum State {
    #[default]
    Text,
    /// After ESC.
    Escape,
    /// After ESC and intermediate bytes: one more ends it.
    Intermediate,
    /// In a control sequence (`ESC [`): ends with a letter or the like.
    Control,
    /// In a string (title, clipboard, link): ends with BEL or `ESC \`.
    String,
    /// In a string, after ESC.
    StringEscape,
}

/// The whole of a text, made safe.
pub fn safe(text: &str) -> String {
    let mut filter = SafeText::default();
    let mut out = String::with_capacity(text.len());
    filter.push(text, &mut out);
    out
}

impl SafeText {
    /// Adds what is safe of the next piece to `out`.
    pub fn push(&mut self, text: &str, out: &mut String) {
        for c in text.chars() {
            self.state = self.next(c, out);
        }
    }

    fn next(&self, c: char, out: &mut String) -> State {
        match self.state {
            State::Text => Self::text(c, out),
            State::Escape => match c {
                '[' => State::Control,
                ']' | 'P' | 'X' | '^' | '_' => State::String,
                ' '..='/' => State::Intermediate,
                '\u{1b}' => State::Escape,
                '0'..='~' => State::Text,
                _ => Self::text(c, out),
            },
            State::Intermediate => match c {
                ' '..='/' => State::Intermediate,
                '0'..='~' => State::Text,
                _ => Self::text(c, out),
            },
            State::Control => match c {
                ' '..='?' => State::Control,
                '@'..='~' => State::Text,
                _ => Self::text(c, out),
            },
            // A string that never ends must not swallow the rest of the answer: a line end ends it too.
            State::String => match c {
                '\u{7}' | '\u{9c}' => State::Text,
                '\n' => Self::text(c, out),
                '\u{1b}' => State::StringEscape,
                _ => State::String,
            },
            State::StringEscape => match c {
                '\\' => State::Text,
                '[' => State::Control,
                '\n' => Self::text(c, out),
                _ => State::String,
            },
        }
    }

    fn text(c: char, out: &mut String) -> State {
        match c {
            '\u{1b}' => return State::Escape,
            '\u{9b}' => return State::Control,
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => return State::String,
            '\n' | '\t' => out.push(c),
            // Control characters, direction overrides, invisible tags.
            _ if c.is_control() => {}
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}' => {}
            _ => out.push(c),
        }
        State::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sequences_go_and_text_stays() {
        let cases = [
            ("plain\ttext\n", "plain\ttext\n"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}]0;title\u{7}x", "x"),
            ("\u{1b}]52;c;aGk=\u{1b}\\x", "x"),
            ("\u{9b}2Jx", "x"),
            ("a\u{1b}(0b\r\u{8}c", "abc"),
            ("\u{1b}]never ends\nnext line", "\nnext line"),
            ("ltr\u{202e}rtl", "ltrrtl"),
            ("👩‍👩‍👧 été 日本", "👩‍👩‍👧 été 日本"),
        ];
        for (text, expected) in cases {
            assert_eq!(safe(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_harmful_comes_through_however_it_is_cut(
            text in "([\u{1b}\u{9b}\u{9d}\u{7}\u{90}\r\n\t\\]\\[\\\\;m0-9A-Za-z é]|\\PC){0,40}",
            cut in 0usize..60,
        ) {
            let cut = (0..=cut.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap();
            let (mut filter, mut pieces) = (SafeText::default(), String::new());
            filter.push(&text[..cut], &mut pieces);
            filter.push(&text[cut..], &mut pieces);
            prop_assert_eq!(&pieces, &safe(&text));
            prop_assert!(pieces.chars().all(|c| !c.is_control() || c == '\n' || c == '\t'));
            prop_assert_eq!(safe(&pieces), pieces);
        }
    }
}
