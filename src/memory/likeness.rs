//! Whether two texts say nearly the same: how many runs of three words they share.
//!
//! Texts that share nearly all of their runs nearly always have the smallest hash of them in common as well, under any
//! numbering. Two such hashes are kept with each entry, so that those which are worth comparing are found by an index.

/// Words of a run.
const RUN: usize = 3;
/// From here on two texts count as the same.
pub(super) const NEARLY: f64 = 0.92;
/// Two numberings of the hashes. They are kept in files: they must not change.
const NUMBERINGS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03];

/// The hashes of a text's runs of words, ascending, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Runs(Vec<u64>);

impl Runs {
    /// Those of a text; none where it has too few words.
    pub(super) fn of(text: &str) -> Self {
        let words = words(text);
        let mut runs: Vec<u64> =
            words.windows(RUN).map(|run| run.iter().fold(0, |sum, word| mix(sum ^ word))).collect();
        runs.sort_unstable();
        runs.dedup();
        Self(runs)
    }

    /// The part of all runs of both that both have, from 0 to 1. Texts of a few words are like nothing.
    pub(super) fn likeness(&self, other: &Self) -> f64 {
        let (mut mine, mut theirs, mut shared) = (0, 0, 0_u32);
        while let (Some(one), Some(two)) = (self.0.get(mine), other.0.get(theirs)) {
            shared += u32::from(one == two);
            mine += usize::from(one <= two);
            theirs += usize::from(two <= one);
        }
        // A text has fewer words than fit into 32 bits.
        let count = |runs: &[u64]| u32::try_from(runs.len()).unwrap_or(u32::MAX);
        let all = count(&self.0).saturating_add(count(&other.0)).saturating_sub(shared);
        if all == 0 { 0.0 } else { f64::from(shared) / f64::from(all) }
    }

    /// What nearly equal texts nearly always share one of.
    pub(super) fn sketch(&self) -> Option<[i64; 2]> {
        let smallest =
            |numbering: u64| self.0.iter().map(|run| mix(run ^ numbering)).min().map(u64::cast_signed);
        let [one, two] = NUMBERINGS.map(smallest);
        Some([one?, two?])
    }
}

/// Hashes of the words: without case and the stop after them. Scripts without spaces have words of one character.
fn words(text: &str) -> Vec<u64> {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let word = word.trim_end_matches(['.', ',', ';', ':', '!']).to_lowercase();
        if word.chars().any(|c| c >= '\u{2e80}') {
            words.extend(word.chars().map(|c| hash(c.encode_utf8(&mut [0; 4]))));
        } else if !word.is_empty() {
            words.push(hash(&word));
        }
    }
    words
}

/// FNV-1a: it is kept in files, so it must not change with a library.
fn hash(word: &str) -> u64 {
    word.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Spreads a number over all bits.
fn mix(number: u64) -> u64 {
    let once = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let twice = (once ^ (once >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (twice ^ (twice >> 31)).wrapping_add(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn likeness(one: &str, other: &str) -> f64 {
        Runs::of(one).likeness(&Runs::of(other))
    }

    fn counted(from: u32, to: u32) -> String {
        (from..to).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn case_space_and_stops_do_not_count_and_words_do() {
        assert!((likeness("The tea is green.", "the  TEA\nis green") - 1.0).abs() < 1e-9);
        assert!(likeness("x is -5 today", "x is 5 today") < NEARLY);
        assert!(likeness("is it C or what", "is it C++ or what") < NEARLY);
        assert!(likeness("yes", "yes") < NEARLY, "equal texts of a few words are found by their digest");
        assert!((likeness("茶は緑です。", "茶は緑です。") - 1.0).abs() < 1e-9);
        assert!(likeness("", "a b c") < NEARLY);
        // One more word than thirteen is nearly the same, one more than five is not.
        assert!(likeness(&counted(0, 14), &counted(0, 15)) >= NEARLY);
        assert!(likeness(&counted(0, 5), &counted(0, 6)) < NEARLY);
    }

    #[test]
    fn nearly_equal_texts_are_found_by_what_is_kept_of_them() {
        let found = (0..500).filter(|round| {
            let text = counted(round * 100, round * 100 + 40);
            let (one, other) = (Runs::of(&text), Runs::of(&format!("{text} and more")));
            assert!(one.likeness(&other) >= NEARLY);
            let (one, other) = (one.sketch().unwrap(), other.sketch().unwrap());
            one[0] == other[0] || one[1] == other[1]
        });
        let found = found.count();
        assert!(found >= 490, "{found} of 500");
    }

    proptest! {
        /// The same as sets of runs have it; symmetric, and 1 for the text itself.
        #[test]
        fn likeness_is_that_of_sets(one in prop::collection::vec("[a-d]", 0..40), other in prop::collection::vec("[a-d]", 0..40)) {
            let sets = [&one, &other].map(|words| words.windows(RUN).map(<[String]>::to_vec).collect::<BTreeSet<_>>());
            let count = |count: usize| f64::from(u32::try_from(count).unwrap());
            let shared = count(sets[0].intersection(&sets[1]).count());
            let all = count(sets[0].union(&sets[1]).count());
            let (one, other) = (Runs::of(&one.join(" ")), Runs::of(&other.join(" ")));
            let expected = if all > 0.0 { shared / all } else { 0.0 };
            prop_assert!((one.likeness(&other) - expected).abs() < 1e-9);
            prop_assert!((one.likeness(&other) - other.likeness(&one)).abs() < 1e-9);
            prop_assert_eq!(one.sketch().is_none(), sets[0].is_empty());
            if one == other {
                prop_assert_eq!(one.sketch(), other.sketch());
            }
        }

        #[test]
        fn any_text_will_do(text in "\\PC*", other in "\\PC*") {
            prop_assert!((0.0..=1.0).contains(&likeness(&text, &other)));
        }
    }
}
