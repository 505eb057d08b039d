//! Reads a text once, run by run, and adds up what its runs cost.
//!
//! Tokenizers split a text into runs first (a word with the space before it, a row of marks, the blanks that begin a
//! line) and find the longest known pieces in each. Common English words and the names in code are one piece. Words of
//! other languages are several, and look the same letter by letter; what tells them apart is the company that they
//! keep: no English text goes on for long without `the` or `and`.

use super::Tokens;
use super::script::{Kind, kind};

/// A cost in hundredths of a token, at most and at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) most: u64,
    pub(super) least: u64,
}

const fn rate(most: u64, least: u64) -> Rate {
    Rate { most, least }
}

/// A word, and a name in code up to where its case changes.
const WORD: Rate = rate(97, 85);
/// A letter of a word after its ninth.
const TAIL: Rate = rate(38, 15);
/// A capital that does not begin its word.
const CAPITAL: Rate = rate(12, 0);
/// A letter of a foreign word after its third.
const FOREIGN: Rate = rate(29, 0);
/// A letter with an accent in a foreign word.
const ACCENT: Rate = rate(70, 0);
/// A digit: some tokenizers take each for itself, others up to three at once.
const DIGIT: Rate = rate(94, 0);
const DIGITS: Rate = rate(0, 80);
/// A letter and a digit of a long code: a key, a hash, base64.
const CODE_LETTER: Rate = rate(64, 45);
const CODE_DIGIT: Rate = rate(94, 27);
/// The first of a row of marks; the others.
const MARK: Rate = rate(88, 45);
const MORE_MARKS: Rate = rate(14, 8);
/// A row of line ends; blanks that are more than one space.
const LINES: Rate = rate(88, 45);
const BLANKS: Rate = rate(82, 60);

/// Letters and digits in a row that are a code if they are so many.
const LONG: usize = 20;
/// Words after which it is judged anew whether they are English.
const STRETCH: u64 = 64;
/// Words that English texts are full of and other languages do not have.
const ENGLISH: [&str; 16] = [
    "the", "and", "to", "that", "for", "with", "as", "are", "this", "be", "by", "not", "from", "you", "it",
    "is",
];

pub(super) fn tokens(text: &str) -> Tokens {
    let mut scan = Scan::default();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let kind_of_run = kind(first);
        let end = match kind_of_run {
            Kind::Other(_) => first.len_utf8(),
            _ => rest.find(|c| kind(c) != kind_of_run).unwrap_or(rest.len()),
        };
        let (run, after) = rest.split_at(end);
        match kind_of_run {
            Kind::Word => scan.words(run),
            Kind::Mark => {
                scan.stretch.marks += 1;
                scan.add(MARK, 1);
                scan.add(MORE_MARKS, run.len() - 1);
            }
            // A single space belongs to the word after it.
            Kind::Blank => scan.add(BLANKS, usize::from(run != " ")),
            Kind::Line => scan.add(LINES, 1),
            Kind::Other(rate) => scan.add(rate, 1),
        }
        rest = after;
    }
    scan.judge();
    Tokens { most: scan.most.div_ceil(100), least: scan.least / 100 }
}

#[derive(Default)]
struct Scan {
    most: u64,
    least: u64,
    stretch: Stretch,
}

/// Words since it was last judged whether they are English.
#[derive(Default)]
struct Stretch {
    words: u64,
    english: u64,
    marks: u64,
    accents: u64,
    /// Letters after the third of their word.
    late: u64,
}

impl Scan {
    fn add(&mut self, rate: Rate, times: usize) {
        self.most += rate.most * times as u64;
        self.least += rate.least * times as u64;
    }

    /// Letters and digits in a row: words, names, numbers, or one long code.
    fn words(&mut self, run: &str) {
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        if run.len() >= LONG && digits > 0 && digits < run.len() {
            self.add(CODE_DIGIT, digits);
            self.add(CODE_LETTER, run.chars().count() - digits);
            return;
        }
        let mut start = 0;
        let mut before: Option<char> = None;
        for (at, c) in run.char_indices() {
            let breaks = before.is_some_and(|before| {
                before.is_ascii_digit() != c.is_ascii_digit()
                    || (before.is_ascii_lowercase() && c.is_ascii_uppercase())
            });
            if breaks {
                self.piece(&run[start..at]);
                start = at;
            }
            before = Some(c);
        }
        self.piece(&run[start..]);
        if self.stretch.words >= STRETCH {
            self.judge();
        }
    }

    /// One word, or one number.
    fn piece(&mut self, piece: &str) {
        if piece.starts_with(|c: char| c.is_ascii_digit()) {
            self.add(DIGIT, piece.len());
            self.add(DIGITS, piece.len().div_ceil(3));
            return;
        }
        let letters = piece.chars().count();
        self.add(WORD, 1);
        self.add(TAIL, letters.saturating_sub(9));
        self.add(CAPITAL, piece.chars().skip(1).filter(char::is_ascii_uppercase).count());
        self.stretch.words += 1;
        self.stretch.late += letters.saturating_sub(3) as u64;
        self.stretch.accents += piece.chars().filter(|c| !c.is_ascii()).count() as u64;
        let is_english = letters <= 4 && ENGLISH.iter().any(|word| word.eq_ignore_ascii_case(piece));
        self.stretch.english += u64::from(is_english);
    }

    /// What the last words cost besides, as far as they are not English: with a twelfth of such words they are, with
    /// fewer in proportion. Where marks are many and accents are not it is code, whose words are English too.
    fn judge(&mut self) {
        let Stretch { words, english, marks, accents, late } = std::mem::take(&mut self.stretch);
        let is_code = marks * 3 > words && accents * 33 <= words;
        if words == 0 || is_code {
            return;
        }
        let foreign = words.saturating_sub(english * 12);
        self.most += (late * FOREIGN.most + accents * ACCENT.most) * foreign / words;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_numbers_and_scripts() {
        let most = |text: &str| tokens(text).most;
        assert_eq!(tokens(""), Tokens::default());
        assert_eq!(most("the cat and the dog"), 5);
        assert_eq!(most("readLineFromFile(x)"), 7);
        assert_eq!((tokens("12345").most, tokens("12345").least), (5, 1));
        assert_eq!(most("日本語"), 3);
        assert!(most("der Wasserhahn tropft unaufhörlich") > 4 + 4);
    }

    proptest! {
        #[test]
        fn the_ends_are_in_order_and_grow_with_the_text(text in ".{0,200}", more in ".{0,40}") {
            let (one, two) = (tokens(&text), tokens(&format!("{text}\n{more}")));
            prop_assert!(one.least <= one.most);
            prop_assert!(one.least <= two.least + 1);
            // A text that goes on may turn out to be English or code after all, and then costs less.
            prop_assert!(one.most <= two.most + 27 * text.len() as u64 / 100 + 1);
            prop_assert!(one.most <= 3 * text.chars().count() as u64 + 1);
        }
    }
}
