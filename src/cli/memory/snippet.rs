//! The place of a text that has the words that were looked for.

use unicode_segmentation::UnicodeSegmentation;

use crate::ui::safe;

/// As much of a text as is looked through.
const LONGEST: usize = 64 << 10;
/// Ends of words that are left out of the comparison: other forms of a word are found as well.
const ENDING: usize = 2;
/// The shortest beginning that stands for a word.
const SHORTEST: usize = 4;

/// One line of at most so many columns around the first of some words: pieces, and whether each is such a word.
pub(super) fn snippet(text: &str, words: &[String], columns: usize) -> Vec<(String, bool)> {
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let line = safe(&text[..end]).split_whitespace().collect::<Vec<_>>().join(" ");
    let stems: Vec<String> =
        words.iter().flat_map(|words| words.unicode_words().map(stem).collect::<Vec<_>>()).collect();
    let pieces: Vec<(&str, bool)> = line
        .split_word_bounds()
        .map(|piece| (piece, stems.iter().any(|stem| piece.to_lowercase().starts_with(stem.as_str()))))
        .collect();
    let first = pieces.iter().position(|(_, is_meant)| *is_meant).unwrap_or(0);
    let start = before(&pieces[..first], columns / 3);
    let mut shown: Vec<(String, bool)> = Vec::new();
    let mut add = |piece: &str, is_meant: bool| match shown.last_mut() {
        Some((last, was_meant)) if *was_meant == is_meant => last.push_str(piece),
        _ => shown.push((piece.to_owned(), is_meant)),
    };
    let mut room = columns.saturating_sub(1 + usize::from(start > 0));
    if start > 0 {
        add("…", false);
    }
    for (piece, is_meant) in &pieces[start..] {
        let width = console::measure_text_width(piece);
        if width > room {
            add(&console::truncate_str(piece, room, ""), *is_meant);
            add("…", false);
            break;
        }
        room -= width;
        add(piece, *is_meant);
    }
    shown
}

/// Where to begin, so that at most so many columns come before.
fn before(pieces: &[(&str, bool)], mut columns: usize) -> usize {
    let mut start = pieces.len();
    while start > 0 {
        let width = console::measure_text_width(pieces[start - 1].0);
        if width > columns {
            // No line begins with a space.
            return start + usize::from(pieces.get(start).is_some_and(|(piece, _)| *piece == " "));
        }
        columns -= width;
        start -= 1;
    }
    start
}

/// What all forms of a word begin with, about.
fn stem(word: &str) -> String {
    let word = word.to_lowercase();
    let length = word.chars().count();
    word.chars().take(length.saturating_sub(ENDING).max(SHORTEST.min(length))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::*;

    fn marked(text: &str, words: &str, columns: usize) -> String {
        let pieces = snippet(text, &[words.to_owned()], columns);
        pieces
            .iter()
            .map(|(piece, is_meant)| if *is_meant { format!("[{piece}]") } else { piece.clone() })
            .collect()
    }

    #[test]
    fn the_words_are_in_sight_and_stand_out() {
        assert_eq!(marked("The Server\nis down", "servers down", 40), "The [Server] is [down]");
        let long = format!(
            "{} the harbour office opens at nine {}",
            "far away ".repeat(30),
            "and so on ".repeat(30)
        );
        assert_eq!(marked(&long, "harbour?", 40), "…far away the [harbour] office opens at n…");
        assert_eq!(marked("日本茶は緑です", "茶", 40), "日本[茶]は緑です");
        assert_eq!(marked("nothing of it", "else", 9), "nothing …");
        assert_eq!(marked("\u{1b}[2Jtea", "tea", 9), "[tea]");
        assert_eq!(marked("", "tea", 9), "");
    }

    proptest! {
        #[test]
        fn no_line_is_too_long(text in "\\PC{0,200}", words in "\\PC{0,20}", columns in 10_usize..60) {
            let line: String = snippet(&text, &[words], columns).into_iter().map(|(piece, _)| piece).collect();
            prop_assert!(console::measure_text_width(&line) <= columns, "{line:?}");
            prop_assert!(!line.contains('\n'));
        }
    }
}
