//! From a text to the words that it is found by. Pure, and the same for what is kept and for what is asked: whatever an
//! entry has can be asked for, and nothing that is asked is query syntax.
//!
//! Words of a few common languages that stand in nearly every text are left out. Scripts that put no spaces between
//! words are cut into overlapping pairs of characters. Stems and accents are the index's affair.

/// The longest word, in characters; what is longer is cut: nobody types it whole.
const LONGEST: usize = 64;

/// Words that say nothing, of English.
const STOP: [&str; 94] = [
    "a", "about", "above", "after", "again", "all", "also", "am", "an", "and", "any", "are", "as", "at",
    "be", "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "could",
    "did", "do", "does", "doing", "down", "during", "each", "few", "for", "from", "further", "had", "has",
    "have", "having", "he", "her", "here", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its",
    "just", "me", "more", "most", "my", "no", "nor", "not", "of", "on", "or", "other", "our", "out", "over",
    "own", "same", "she", "should", "so", "some", "such", "than", "that", "the", "their", "them", "then",
    "there", "these", "they", "this", "to", "too", "was", "were", "what", "when", "which", "with",
];

/// The words of a text, in order.
pub(super) fn terms(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    for word in text.split(|c: char| !is_of_word(c)).filter(|word| !word.is_empty()) {
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let dense = is_dense(first);
            let end = rest.find(|c: char| is_dense(c) != dense).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            if dense {
                pairs(run, &mut terms);
            } else {
                spaced(run, &mut terms);
            }
            rest = after;
        }
    }
    terms
}

/// A word of a script with spaces.
fn spaced(word: &str, terms: &mut Vec<String>) {
    let word: String = word.chars().flat_map(char::to_lowercase).take(LONGEST).collect();
    if STOP.binary_search(&word.as_str()).is_err() {
        terms.push(word);
    }
}

/// Overlapping pairs, and the last character alone: each character begins a pair or stands alone, so that single ones are
/// found as well.
fn pairs(run: &str, terms: &mut Vec<String>) {
    let chars: Vec<char> = run.chars().collect();
    terms.extend(chars.windows(2).map(|pair| pair.iter().collect()));
    terms.extend(chars.last().map(char::to_string));
}

/// Whether a term is a pair of characters of a script without spaces.
pub(super) fn is_pair(term: &str) -> bool {
    term.chars().count() == 2 && term.starts_with(is_dense)
}

/// Whether it is a single one.
pub(super) fn is_single(term: &str) -> bool {
    term.chars().count() == 1 && term.starts_with(is_dense)
}

/// Whether a character is part of a word: letters, digits, the marks that belong to them, and pictures.
fn is_of_word(c: char) -> bool {
    let is_mark = matches!(c,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}'
        | '\u{900}'..='\u{963}' | '\u{980}'..='\u{df3}' | '\u{e31}'..='\u{e4e}' | '\u{1000}'..='\u{1049}'
        | '\u{1780}'..='\u{17d3}');
    c.is_alphanumeric() || is_mark || is_picture(c)
}

fn is_picture(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}')
}

/// Whether a character is of a script that puts no spaces between words, or hangs so much on its words that only parts of
/// them are found again.
fn is_dense(c: char) -> bool {
    is_picture(c)
        || matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{1100}'..='\u{11ff}'
        | '\u{2e80}'..='\u{30ff}' | '\u{3130}'..='\u{318f}' | '\u{31a0}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::*;

    fn joined(text: &str) -> String {
        terms(text).join(" ")
    }

    #[test]
    fn texts_are_cut_into_what_they_are_found_by() {
        assert!(STOP.is_sorted());
        assert_eq!(joined("The Tea is GREEN, not black."), "tea green black");
        assert_eq!(joined("error_code v1.2.3 AND \"x\"* NEAR(y)"), "error code v1 2 3 x near y");
        assert_eq!(joined("茶は緑です。"), "茶は は緑 緑で です す");
        assert_eq!(joined("Rust言語で書く"), "rust 言語 語で で書 書く く");
        assert_eq!(joined("हिन्दी में।"), "हिन्दी में");
        assert_eq!(joined("Straße МОСКВА"), "straße москва");
        assert_eq!(joined("🎉 \0\u{202e}'--"), "🎉");
    }

    proptest! {
        #[test]
        fn terms_are_words_and_nothing_else(text in "\\PC*") {
            for term in terms(&text) {
                prop_assert!(!term.is_empty() && term.chars().count() <= LONGEST);
                prop_assert!(!term.contains(['"', ' ', '\0', '*', '(']), "{term:?}");
            }
        }
    }
}
