//! Where text may be cut: the places between characters as readers see them, by how good a cut is there.

use unicode_segmentation::UnicodeSegmentation;

/// What ends a sentence if white space follows.
const ENDS: &[char] = &['.', '!', '?', '…', '؟', '۔', '।'];
/// What ends a sentence by itself.
const IDEOGRAPHIC_ENDS: &[char] = &['。', '！', '？', '｡'];
/// What may stand between the end of a sentence and the next one.
const CLOSERS: &[char] = &['"', '\'', ')', ']', '»', '”', '’', '」', '』', '）'];
/// How many of them may.
const MOST_CLOSERS: usize = 8;

/// How good a cut is, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Between two characters of a word.
    Character,
    /// Between words, or after a clause where words are not parted.
    Word,
    /// After a sentence.
    Sentence,
    /// Between the lines of code, the rows of a table, the items of a list.
    Line,
    /// Between paragraphs.
    Paragraph,
}

/// A place between two graphemes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seam {
    /// The offset.
    pub(super) at: usize,
    /// How many characters (Unicode scalar values) stand before it.
    pub(super) characters: usize,
    /// How good a cut is here.
    pub(super) rank: Rank,
}

/// The places in a text that begins with a line or after a cut. `lined` says whether a place is where each line stands
/// for itself.
pub(super) fn seams<'a>(
    text: &'a str,
    lined: impl Fn(usize) -> bool + 'a,
) -> impl Iterator<Item = Seam> + 'a {
    let mut characters = 0;
    let mut blank = false;
    text.grapheme_indices(true).map(move |(offset, grapheme)| {
        characters += grapheme.chars().count();
        let at = offset + grapheme.len();
        let rank = if grapheme == "\n" {
            let rank = if blank { Rank::Paragraph } else { after_line(text, offset, at, &lined) };
            blank = true;
            rank
        } else {
            let space = grapheme.chars().all(char::is_whitespace);
            blank &= space;
            if space { after_space(text, offset, at) } else { after_character(text, grapheme, at) }
        };
        Seam { at, characters, rank }
    })
}

/// After a line that is not blank.
fn after_line(text: &str, end: usize, at: usize, lined: &impl Fn(usize) -> bool) -> Rank {
    if lined(at) || begins_item(&text[at..]) {
        return Rank::Line;
    }
    if ends_sentence(&text[..end]) { Rank::Sentence } else { Rank::Word }
}

fn after_space(text: &str, end: usize, at: usize) -> Rank {
    match text[at..].chars().next() {
        // A run of spaces is cut at its end.
        Some(next) if next.is_whitespace() => Rank::Character,
        // An abbreviation more likely than a sentence.
        Some(next) if next.is_lowercase() => Rank::Word,
        _ if ends_sentence(&text[..end]) => Rank::Sentence,
        _ => Rank::Word,
    }
}

/// Scripts that put no spaces between words end a sentence with a mark alone.
fn after_character(text: &str, grapheme: &str, at: usize) -> Rank {
    let Some(last) = grapheme.chars().next_back().filter(|last| !last.is_ascii()) else {
        return Rank::Character;
    };
    match last {
        '。' | '！' | '？' | '｡' | '」' | '』' | '）' | '”' => {
            let ends = before_closers(&text[..at]).is_some_and(|last| IDEOGRAPHIC_ENDS.contains(&last));
            let closes_more = text[at..].starts_with(CLOSERS);
            if ends && !closes_more { Rank::Sentence } else { Rank::Character }
        }
        '、' | '，' | '；' | '：' | '\u{200b}' => Rank::Word,
        _ => Rank::Character,
    }
}

fn ends_sentence(text: &str) -> bool {
    before_closers(text.trim_end())
        .is_some_and(|last| ENDS.contains(&last) || IDEOGRAPHIC_ENDS.contains(&last))
}

/// The last character, not counting the quotation marks and brackets that are closed after it.
fn before_closers(text: &str) -> Option<char> {
    let mut last = text.chars().rev().take(MOST_CLOSERS);
    last.find(|last| !CLOSERS.contains(last))
}

/// Whether a line is an item of a list or a row of a table.
fn begins_item(text: &str) -> bool {
    let line = text.trim_start_matches([' ', '\t']);
    if line.starts_with(['|', '•']) {
        return true;
    }
    let digits = line.bytes().take(4).take_while(u8::is_ascii_digit).count();
    let rest =
        if digits > 0 { line[digits..].strip_prefix(['.', ')']) } else { line.strip_prefix(['-', '*', '+']) };
    rest.is_some_and(|rest| rest.starts_with([' ', '\t']))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with a mark for each cut: `¶` paragraph, `↵` line, `§` sentence, `·` word.
    fn marked(text: &str) -> String {
        let mut from = 0;
        let mut out = String::new();
        for seam in seams(text, |_| false) {
            out.push_str(&text[from..seam.at]);
            out.push_str(match seam.rank {
                Rank::Character => "",
                Rank::Word => "·",
                Rank::Sentence => "§",
                Rank::Line => "↵",
                Rank::Paragraph => "¶",
            });
            from = seam.at;
        }
        out
    }

    #[test]
    fn cuts_are_ranked() {
        let cases = [
            ("One two. Three, e.g. four.  Five", "One ·two. §Three, ·e.g. ·four.  §Five"),
            ("a line\nwraps.\nNext\n\nnew", "a ·line\n·wraps.\n§Next\n·\n¶new"),
            ("x\n- a\n- b\n12. c\n2 d", "x\n↵- ·a\n↵- ·b\n↵12. ·c\n·2 ·d"),
            ("(He said “no.”) She", "(He ·said ·“no.”) §She"),
            ("今日は、晴れ。「行こう。」と言う", "今日は、·晴れ。§「行こう。」§と言う"),
            ("مرحبا؟ نعم", "مرحبا؟ §نعم"),
        ];
        for (text, expected) in cases {
            assert_eq!(marked(text), expected);
        }
    }

    #[test]
    fn no_seam_is_within_a_grapheme() {
        let text = "👩‍👩‍👧e\u{301}🇩🇪🇫🇷";
        let ends: Vec<usize> = seams(text, |_| false).map(|seam| seam.at).collect();
        assert_eq!(ends, [18, 21, 29, 37]);
        assert_eq!(seams(text, |_| false).last().unwrap().characters, text.chars().count());
    }
}
