//! Two rankings in one: of those that were found by their words, and of those that were found by what they mean. Pure.
//!
//! Scores of the two cannot be compared, ranks can: each ranking gives `1 / (K + rank)`, the one of meanings times its
//! weight. A small `K` lets the first places count; with the usual 60 two middling places beat a first one, and a bad
//! model of meanings ruins a good search.

use std::collections::HashMap;

/// How slowly ranks lose their worth.
const K: f64 = 5.0;

/// Merges the two, best first. Where neither says more, the order is that of the words.
pub(in crate::memory) fn fuse(words: &[(i64, f64)], meanings: &[(i64, f64)], weight: f64) -> Vec<(i64, f64)> {
    let mut fused: Vec<(i64, f64)> = Vec::with_capacity(words.len() + meanings.len());
    let mut places: HashMap<i64, usize> = HashMap::new();
    for (ranking, weight) in [(words, 1.0), (meanings, weight)] {
        for ((row, _), worth) in ranking.iter().zip(worths()).filter(|_| weight > 0.0) {
            let place = *places.entry(*row).or_insert_with(|| {
                fused.push((*row, 0.0));
                fused.len() - 1
            });
            fused[place].1 += weight * worth;
        }
    }
    // Stable, so that equals stay in the order in which they came.
    fused.sort_by(|one, other| other.1.total_cmp(&one.1));
    fused
}

fn worths() -> impl Iterator<Item = f64> {
    (1u32..).map(|rank| 1.0 / (K + f64::from(rank)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    fn ranking(rows: &[i64]) -> Vec<(i64, f64)> {
        rows.iter().map(|row| (*row, 0.0)).collect()
    }

    fn rows(ranking: &[(i64, f64)]) -> Vec<i64> {
        ranking.iter().map(|(row, _)| *row).collect()
    }

    #[test]
    fn what_both_find_comes_first() {
        let fused = fuse(&ranking(&[1, 2, 3]), &ranking(&[4, 2]), 0.5);
        assert_eq!(rows(&fused), [2, 1, 3, 4]);
        assert_eq!(rows(&fuse(&ranking(&[1, 2]), &ranking(&[9, 8]), 0.0)), [1, 2]);
        assert_eq!(rows(&fuse(&[], &ranking(&[9, 8]), 0.1)), [9, 8]);
        assert_eq!(rows(&fuse(&ranking(&[1]), &ranking(&[2]), 1.0)), [1, 2]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_repeated_and_better_ranks_never_hurt(
            words in proptest::collection::hash_set(0i64..60, 0..30),
            meanings in proptest::collection::hash_set(0i64..60, 0..30),
            weight in 0.01f64..1.0,
        ) {
            let words: Vec<i64> = words.into_iter().collect();
            let meanings: Vec<i64> = meanings.into_iter().collect();
            let fused = fuse(&ranking(&words), &ranking(&meanings), weight);
            let mut found = rows(&fused);
            prop_assert!(fused.windows(2).all(|pair| pair[0].1 >= pair[1].1));
            // Who is ahead in both is ahead.
            for (place, row) in found.iter().enumerate() {
                let at = |ranking: &[i64], row| ranking.iter().position(|other| other == row).unwrap_or(usize::MAX);
                for later in &found[place + 1..] {
                    let ahead = at(&words, later) < at(&words, row) && at(&meanings, later) < at(&meanings, row);
                    prop_assert!(!ahead, "{later} before {row}");
                }
            }
            let mut all: Vec<i64> = words.iter().chain(&meanings).copied().collect();
            for list in [&mut found, &mut all] {
                list.sort_unstable();
            }
            all.dedup();
            prop_assert_eq!(found, all);
            // A ranking that adds nothing changes nothing.
            prop_assert_eq!(rows(&fuse(&ranking(&words), &ranking(&words), weight)), words.clone());
            prop_assert_eq!(rows(&fuse(&ranking(&words), &[], weight)), words);
        }
    }
}
