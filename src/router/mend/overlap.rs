//! Where the second half of an answer joins the first.
//!
//! A model that is asked for the rest of an answer begins in one of several ways: it repeats the last words that were
//! told, as it was asked to; it says everything again from the beginning; or, after a prefill, it goes straight on. The
//! matcher reads its output and says where the new text begins. Text is only ever joined on words that both halves have,
//! so that two answers are never blended. White space is compared loosely: models are careless with it at seams.
//!
//! Pure; the output comes in pieces of any size, and the pieces do not matter.

/// What is repeated must be this long to count as an anchor, in characters (of white space in a row, one counts); a
/// shorter answer must be repeated whole.
pub(super) const LEAST: usize = 16;
/// How much of an output may stand before what is repeated: quotes, an ellipsis, the opening of a code block.
const MAX_LEAD: usize = 32;

/// What is known about the seam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// Nothing yet: more of the output is needed.
    Open,
    /// The new text begins at this byte of the output.
    At(usize),
    /// The output has nothing in common with what was told.
    Never,
}

/// The places of a text's characters from its end on, each with the length of what begins there.
pub(super) fn lengths(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut blank = false;
    text.char_indices().rev().scan(0, move |length, (place, character)| {
        let before = std::mem::replace(&mut blank, character.is_whitespace());
        *length += usize::from(!(before && blank));
        Some((place, *length))
    })
}

/// Reads an output and looks for the seam.
#[derive(Debug)]
pub(super) struct Overlap {
    told: Vec<char>,
    /// In how many of the first places a repetition may begin, to be long enough.
    starts: usize,
    /// Whether the output may go straight on, without repeating anything.
    direct: bool,
    output: String,
    lead: Lead,
    cursors: Vec<Cursor>,
    /// The longest repetition that is complete.
    best: Option<Match>,
}

/// A place in what was told that the output may be repeating.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    from: usize,
    at: usize,
}

#[derive(Debug, Clone, Copy)]
struct Match {
    from: usize,
    end: usize,
}

/// What stands before the repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// Marks that mean nothing; so many characters of them, so many of them backticks.
    Marks { length: usize, ticks: usize },
    /// The rest of a line that opens a code block.
    Fence,
    /// It is over.
    Over,
}

enum Step {
    Goes(Cursor),
    /// All that was told is repeated; the character belongs to it or is new.
    Ends {
        taken: bool,
    },
    Dies,
}

impl Overlap {
    /// A matcher for what goes on after `told`. With `direct` the output was asked to go straight on.
    pub(super) fn new(told: &str, direct: bool) -> Self {
        let long_enough = lengths(told).take_while(|(_, length)| *length < LEAST).count();
        let told: Vec<char> = told.chars().collect();
        // A short answer is repeated whole or not at all.
        let short = usize::from(!direct && !told.is_empty());
        Self {
            starts: told.len().saturating_sub(long_enough).max(short),
            told,
            direct,
            output: String::new(),
            lead: Lead::Marks { length: 0, ticks: 0 },
            cursors: Vec::new(),
            best: None,
        }
    }

    /// What came so far.
    pub(super) fn output(&self) -> &str {
        &self.output
    }

    /// Takes more of the output.
    pub(super) fn push(&mut self, piece: &str) -> Join {
        for character in piece.chars() {
            self.take(character);
        }
        self.found()
    }

    /// The output is over.
    pub(super) fn end(&mut self) -> Join {
        let end = self.output.len();
        let rest_is_blank = |cursor: &&Cursor| self.told[cursor.at..].iter().all(|c| c.is_whitespace());
        let blank = self.cursors.iter().filter(rest_is_blank).map(|cursor| Match { from: cursor.from, end });
        self.best = blank.chain(self.best).min_by_key(|found| found.from);
        self.cursors.clear();
        self.lead = Lead::Over;
        self.found()
    }

    fn found(&self) -> Join {
        let undecided = |found: Option<Match>| {
            let longer = |cursor: &Cursor| found.is_none_or(|found| cursor.from < found.from);
            self.cursors.iter().any(longer)
        };
        match self.best {
            found if undecided(found) => Join::Open,
            Some(found) => Join::At(found.end),
            None if self.lead != Lead::Over => Join::Open,
            None if self.direct => Join::At(self.straight_on()),
            None => Join::Never,
        }
    }

    /// Where new text begins that goes straight on: after white space that was told already.
    fn straight_on(&self) -> usize {
        let told_blank = self.told.iter().rev().take_while(|c| c.is_whitespace());
        let told_blank: String = told_blank.collect::<Vec<_>>().into_iter().rev().collect();
        if told_blank.is_empty() || !self.output.starts_with(&told_blank) { 0 } else { told_blank.len() }
    }

    fn take(&mut self, character: char) {
        let before = self.output.len();
        self.output.push(character);
        let cursors = std::mem::take(&mut self.cursors);
        let starting = if self.lead == Lead::Over { Vec::new() } else { self.starts() };
        for cursor in cursors.into_iter().chain(starting) {
            match self.step(cursor, character) {
                Step::Goes(cursor) => self.cursors.push(cursor),
                Step::Ends { taken } => {
                    let found =
                        Match { from: cursor.from, end: if taken { self.output.len() } else { before } };
                    if self.best.is_none_or(|best| found.from < best.from) {
                        self.best = Some(found);
                    }
                }
                Step::Dies => {}
            }
        }
        self.lead = self.lead.after(character);
    }

    /// Every place that a repetition may begin at.
    fn starts(&self) -> Vec<Cursor> {
        (0..self.starts).map(|from| Cursor { from, at: from }).collect()
    }

    fn step(&self, mut cursor: Cursor, character: char) -> Step {
        loop {
            let Some(&expected) = self.told.get(cursor.at) else { return Step::Ends { taken: false } };
            let blank_before = cursor.at > cursor.from && self.told[cursor.at - 1].is_whitespace();
            let both_blank = expected.is_whitespace() && character.is_whitespace();
            if expected == character || both_blank {
                cursor.at += 1;
                let over = cursor.at == self.told.len();
                return if over { Step::Ends { taken: true } } else { Step::Goes(cursor) };
            }
            if expected.is_whitespace() && blank_before {
                cursor.at += 1; // a longer run of white space was told
            } else if character.is_whitespace() && blank_before {
                return Step::Goes(cursor);
            } else {
                return Step::Dies;
            }
        }
    }
}

impl Lead {
    fn after(self, character: char) -> Self {
        match self {
            Self::Over => Self::Over,
            Self::Fence if character == '\n' => Self::Marks { length: 0, ticks: 0 },
            Self::Fence => Self::Fence,
            Self::Marks { length, .. } if length >= MAX_LEAD => Self::Over,
            Self::Marks { length, ticks } if character == '`' => {
                Self::Marks { length: length + 1, ticks: ticks + 1 }
            }
            // The name of a language stands after three ticks.
            Self::Marks { ticks: 3.., .. } if character != '\n' => Self::Fence,
            Self::Marks { length, .. }
                if character.is_whitespace() || "….\"'“”«»„>*_".contains(character) =>
            {
                Self::Marks { length: length + 1, ticks: 0 }
            }
            Self::Marks { .. } => Self::Over,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ask::anchor;
    use super::*;
    use proptest::prelude::*;

    /// What a reader sees in all, if the output joins.
    fn joined(told: &str, output: &str, direct: bool) -> Option<String> {
        let mut overlap = Overlap::new(told, direct);
        let mut join = Join::Open;
        // Any split gives the same: here into characters.
        for character in output.chars() {
            join = overlap.push(&character.to_string());
            if join != Join::Open {
                break;
            }
        }
        if join == Join::Open {
            join = overlap.end();
        }
        match join {
            Join::At(at) => Some(format!("{told}{}", &output[at..])),
            Join::Open | Join::Never => None,
        }
    }

    #[test]
    fn repeated_words_are_dropped() {
        let told = "The quick brown fox jumps over the lazy dog and";
        let rest = " runs away.";
        let whole = format!("{told}{rest}");
        for output in [
            format!("jumps over the lazy dog and{rest}"),
            format!("  \n…jumps over the lazy dog and{rest}"),
            format!("\"jumps over the lazy dog and{rest}"),
            format!("```text\njumps over the lazy dog and{rest}"),
            format!("jumps over\nthe lazy  dog and{rest}"),
            whole.clone(),
            format!("\n\n{whole}"),
        ] {
            assert_eq!(joined(told, &output, false).as_deref(), Some(whole.as_str()), "{output}");
            assert_eq!(joined(told, &output, true).as_deref(), Some(whole.as_str()), "{output}");
        }
        // Straight on is believed only where it was asked for.
        assert_eq!(joined(told, rest, true).as_deref(), Some(whole.as_str()));
        assert_eq!(joined(told, rest, false), None);
    }

    #[test]
    fn other_words_never_join() {
        let told = "The quick brown fox jumps over the lazy dog and";
        for output in
            ["", "and runs away.", "Certainly! Here is the rest:", "The quick brown cat", "the lazy dog"]
        {
            assert_eq!(joined(told, output, false), None, "{output}");
        }
    }

    #[test]
    fn what_was_whole_already_stays_so() {
        let told = "Four, because two and two are four.";
        for output in [told, "two and two are four.", "two and two are four.\n"] {
            assert_eq!(joined(told, output, false).unwrap().trim_end(), told);
        }
        assert_eq!(joined(told, "", true).as_deref(), Some(told));
        assert_eq!(joined("Four.", "Four.", false).as_deref(), Some("Four."));
    }

    #[test]
    fn white_space_at_the_seam() {
        let told = "fn main() {\n    let x = 1;\n";
        assert_eq!(
            joined(told, "main() {\n    let x = 1;\n    let y = 2;\n}", false).as_deref(),
            Some("fn main() {\n    let x = 1;\n    let y = 2;\n}")
        );
        let told = "some words and then more ";
        assert_eq!(
            joined(told, "words and then more words", false).unwrap(),
            "some words and then more words"
        );
        assert_eq!(joined(told, " words", true).unwrap(), "some words and then more words");
        assert_eq!(joined(told, "words", true).unwrap(), "some words and then more words");
    }

    #[test]
    fn what_repeats_itself_is_joined_at_its_longest() {
        let told = "ha ha ha ha ha ha ha ha ";
        assert_eq!(joined(told, "ha ha ha ha ha ha ha ha ha! ", false).unwrap(), format!("{told}ha! "));
    }

    /// Words of several scripts, some of them several times in a row.
    fn text() -> impl Strategy<Value = String> {
        let words = vec![
            "the",
            "of",
            "Straße",
            "naïve",
            "слово",
            "ещё",
            "λόγος",
            "مرحبا",
            "नमस्ते",
            "你好",
            "世界",
            "こんにちは",
            "안녕",
            "👩‍👩‍👧",
            "e\u{301}",
            "{\"a\":1}",
            "```rust\n",
            "\n\n",
            "- ",
            "1.",
            "x = y;",
            "\t",
            "…",
            "\"so\"",
        ];
        let word = (proptest::sample::select(words), any::<u16>());
        proptest::collection::vec(word, 12..80).prop_map(|words| {
            let words = words.iter().map(|(word, number)| {
                // Numbers keep texts from being periodic, which nobody could join.
                if number % 3 == 0 { format!("{word}{number} ") } else { format!("{word} ") }
            });
            words.collect()
        })
    }

    fn cut(text: &str, at: usize) -> (&str, &str) {
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).skip(1).collect();
        text.split_at(places[at % places.len()])
    }

    proptest! {
        #[test]
        fn any_cut_in_any_script_is_joined(text in text(), at in any::<usize>(), back in 0usize..60) {
            let (told, rest) = cut(&text, at);
            // As it was asked to.
            let asked = format!("{}{rest}", anchor(told));
            prop_assert_eq!(joined(told, &asked, false), Some(text.clone()));
            // All of it again.
            prop_assert_eq!(joined(told, &text, false), Some(text.clone()));
            // Some more of the last words than it was asked for.
            let longer = anchor(told).chars().count() + back;
            let from = told.chars().count().saturating_sub(longer);
            let tail: String = told.chars().skip(from).collect();
            prop_assert_eq!(joined(told, &format!("{tail}{rest}"), false), Some(text.clone()));
        }

        #[test]
        fn going_straight_on_is_joined(text in text(), at in any::<usize>()) {
            let (told, rest) = cut(&text, at);
            // White space that was told is not told again.
            let expected = joined(told, rest, true).unwrap();
            prop_assert_eq!(expected.split_whitespace().collect::<String>(), text.split_whitespace().collect::<String>());
        }

        #[test]
        fn nothing_else_is_joined(told in "[a-m ]{20,60}", output in "[n-z ]{0,60}") {
            prop_assert_eq!(joined(&told, &output, false), None);
        }

        #[test]
        fn no_output_makes_it_fail(told in ".{1,40}", output in ".{0,60}", direct in any::<bool>()) {
            let _joined = joined(&told, &output, direct);
        }
    }
}
