//! A text as a terminal shows it, whatever it is and however it comes.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

const PLAIN: Look = Look { color: false, unicode: true };
const COLOR: Look = Look { color: true, unicode: true };

fn shown(text: &str, columns: usize, look: Look) -> String {
    let (mut stream, mut out) = (MarkdownStream::new(look), String::new());
    stream.push(text, columns, &mut out);
    stream.finish(columns, &mut out);
    out
}

const TEXT: &str = r#"# A title with **bold** in it
Some words that are long enough to be wrapped where the terminal is narrow, with `code` and a [link](https://example.org/a).

Second paragraph
goes on here.

- one
- two with more words than fit into a narrow line
  - nested *item*
    1. deeper

  Still of the second.
- [ ] task

1. first
2. second
   ```rust
   fn main() {}
   ```
3. third

> quoted text
> - with a list
>
> > and deeper

| Name | Size | What |
|:-----|-----:|:----:|
| a    | 1    | small |
| 日本 | 1024 | 👩‍👩‍👧 family |

---
```python
def f(x):  # says it
    return "a" * 3
```
    indented code

Title
=====
The end of it, unclosed **bold and `code
"#;

#[test]
fn a_text_in_all_widths() {
    assert_snapshot!("plain_80", shown(TEXT, 80, PLAIN));
    assert_snapshot!("plain_30", shown(TEXT, 30, PLAIN));
    assert_snapshot!("plain_10", shown(TEXT, 10, PLAIN));
    assert_snapshot!("ascii_40", shown(TEXT, 40, Look { color: false, unicode: false }));
    assert_snapshot!("color_60", shown(TEXT, 60, COLOR).replace('\u{1b}', "^"));
}

#[test]
fn lines_are_written_as_soon_as_they_are_sure() {
    let (mut stream, mut out) = (MarkdownStream::new(PLAIN), String::new());
    stream.push("One two three four five six seven", 10, &mut out);
    assert_eq!(out, "One two\nthree four\n");
    stream.push(" **eight nine", 10, &mut out);
    assert!(!out.contains("eight"), "{out}");
    stream.push(" ten** eleven twelve thirteen", 10, &mut out);
    assert!(out.ends_with("ten eleven\n"), "{out}");
    // Lines that stand there stay as they are; others are as wide as the terminal is then.
    stream.push(" and more of it\n\nAnother one that is wide", 60, &mut out);
    stream.finish(60, &mut out);
    assert!(
        out.ends_with("ten eleven\ntwelve thirteen and more of it\n\nAnother one that is wide\n"),
        "{out}"
    );
    let (mut stream, mut out) = (MarkdownStream::new(PLAIN), String::new());
    stream.push("```\nlet x = 1;\nlet", 40, &mut out);
    assert_eq!(out, "```\nlet x = 1;\n");
}

#[test]
fn a_long_text_takes_no_time() {
    let started = std::time::Instant::now();
    for text in [
        "word ".repeat(100_000),
        "**open ".repeat(50_000),
        "x".repeat(300_000),
        "> ".repeat(2_000),
        "- a\n".repeat(50_000),
    ] {
        let (mut stream, mut out) = (MarkdownStream::new(COLOR), String::new());
        for piece in text.as_bytes().chunks(3) {
            stream.push(std::str::from_utf8(piece).unwrap(), 80, &mut out);
        }
        stream.finish(80, &mut out);
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
}

/// Pieces of Markdown, of control sequences and of scripts.
fn anything() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z]{1,9}",
        4 => Just(" ".to_owned()),
        2 => Just("\n".to_owned()),
        1 => Just("\n\n".to_owned()),
        1 => "(# |## |- |\\* |1\\. |> |```|```rs\n|~~~|\\||\\|--\\|--\\||---|===|  |    |\\t)",
        1 => "(\\*\\*|\\*|_|`|~~|\\[|\\]|\\(|\\)|<|>|&|;|\\\\|!|https://a\\.b)",
        1 => "(日本|é|👩‍👩‍👧|\u{5e9}\u{5dc}\u{5d5}\u{5dd}|\u{301})",
        1 => "(\u{1b}\\[31m|\u{1b}\\[2J|\u{1b}\\]0;t\u{7}|\u{9b}|\r|\u{8}|\u{202e})",
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn in_pieces(text: &str, cuts: &[usize], columns: usize, look: Look) -> String {
    let (mut stream, mut out) = (MarkdownStream::new(look), String::new());
    let mut from = 0;
    for cut in cuts {
        let to = (from..=(from + cut).min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap();
        stream.push(&text[from..to], columns, &mut out);
        from = to;
    }
    stream.push(&text[from..], columns, &mut out);
    stream.finish(columns, &mut out);
    out
}

/// The text without sequences of ours: those that set a style.
fn unstyled(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        out += &rest[..at];
        let end = rest[at..].find('m').expect("a sequence of another kind");
        assert!(rest[at + 2..at + end].bytes().all(|byte| byte.is_ascii_digit() || byte == b';'), "{rest:?}");
        rest = &rest[at + end + 1..];
    }
    out + rest
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_lowercase).collect()
}

fn sorted(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn it_does_not_matter_how_it_comes(text in anything(), cuts in proptest::collection::vec(0usize..9, 0..40), columns in 8usize..60) {
        prop_assert_eq!(in_pieces(&text, &cuts, columns, COLOR), shown(&text, columns, COLOR));
    }

    #[test]
    fn only_our_sequences_are_written(text in anything(), columns in 8usize..60) {
        let colored = unstyled(&shown(&text, columns, COLOR));
        prop_assert!(colored.chars().all(|c| !c.is_control() || c == '\n' || c == '\t'), "{colored:?}");
        let plain = shown(&text, columns, PLAIN);
        prop_assert!(plain.chars().all(|c| !c.is_control() || c == '\n' || c == '\t'), "{plain:?}");
    }

    /// What is on a screen are the lines that were written, each of them once: none is too long, none moves another one.
    #[test]
    fn the_screen_shows_what_was_rendered(text in anything(), cuts in proptest::collection::vec(0usize..9, 0..40), columns in 8usize..60) {
        // Terminals disagree about signs that are joined from several ones, and about what has nothing to be joined to.
        let text = text.replace(['\u{200d}', '\u{301}'], "");
        let rendered = in_pieces(&text, &cuts, columns, COLOR);
        let size = |count: usize| std::num::NonZero::new(u16::try_from(count).unwrap()).unwrap();
        let mut screen = vt100::Parser::new(size(2000), size(columns), 0);
        screen.process(rendered.replace('\n', "\r\n").as_bytes());
        let (seen, written) = (screen.screen().contents(), unstyled(&rendered));
        let lines = |text: &str| -> String { text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned() };
        if written.lines().all(|line| super::text::width(line) <= columns) {
            prop_assert_eq!(lines(&seen), lines(&written));
        } else {
            // Code is as long as it is: the terminal goes on in its next line, and whoever copies it gets one.
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(&seen), bare(&written));
        }
    }

    /// No word is lost, added or said twice; markup may go.
    #[test]
    fn every_word_is_there_once(text in anything(), columns in 8usize..60) {
        let plain = shown(&text, columns, PLAIN);
        let (mut seen, mut said) = (letters(&plain), letters(&crate::ui::safe(&text)));
        if text.contains('|') {
            // Cells that are wrapped stand beside each other.
            (seen, said) = (sorted(&seen), sorted(&said));
        }
        prop_assert_eq!(seen, said, "{}", plain);
    }
}
