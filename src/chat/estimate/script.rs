//! Characters by what tokenizers make of them.

use super::scan::Rate;

/// What a character is to a tokenizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A letter of a Latin alphabet, or a digit: they stand together in words, names and codes.
    Word,
    /// An ASCII mark.
    Mark,
    /// A space or a tab.
    Blank,
    /// An end of a line.
    Line,
    /// A character of another script, which costs this much.
    Other(Rate),
}

/// A rate in hundredths of a token, at most and at least.
const fn other(most: u64, least: u64) -> Kind {
    Kind::Other(Rate { most, least })
}

/// What a character is. The rates were fitted to the counts of five tokenizers.
pub(super) fn kind(c: char) -> Kind {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Kind::Word,
        ' ' | '\t' => Kind::Blank,
        '\n' | '\r' => Kind::Line,
        '\0'..='\u{7f}' => Kind::Mark,
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Kind::Word,
        // Greek and Hebrew: some vocabularies know no word of them.
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => other(90, 34),
        '\u{590}'..='\u{5ff}' => other(109, 34),
        // Cyrillic: Russian letters; those of its neighbours are rarer.
        '\u{400}'..='\u{44f}' => other(39, 27),
        '\u{450}'..='\u{52f}' => other(205, 27),
        // Arabic letters; those that Persian and Urdu add.
        '\u{600}'..='\u{670}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' => other(42, 28),
        '\u{671}'..='\u{77f}' => other(125, 28),
        // Devanagari; its neighbours in India.
        '\u{900}'..='\u{97f}' => other(108, 22),
        '\u{980}'..='\u{dff}' => other(134, 22),
        '\u{e00}'..='\u{eff}' => other(59, 28),
        // Kana, Hangul, Han with its punctuation.
        '\u{3040}'..='\u{30ff}' => other(82, 48),
        '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => other(97, 55),
        '\u{3000}'..='\u{303f}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ffef}' => other(90, 48),
        // What joins emoji and chooses their look.
        '\u{200d}' | '\u{fe0f}' => other(90, 0),
        // Signs: quotes, dashes, arrows, mathematics.
        '\u{80}'..='\u{bf}' | '\u{2000}'..='\u{2bff}' => other(120, 35),
        '\u{1_0000}'.. => other(255, 60),
        _ => other(190, 38),
    }
}
