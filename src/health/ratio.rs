//! How far a model's own count of tokens is from the estimate, learned from what its provider reports.
//!
//! The estimate follows the hungriest tokenizer for each script. A model that counts fewer shows it with every answer;
//! what it reports of a long text says more than what it reports of a short one, where the frame around it counts.

use std::collections::HashMap;

use super::Subject;
use super::known::MOST;

/// Reports about requests that were estimated shorter than this teach nothing.
const SHORTEST: u64 = 50;
/// How much of the average the newest report is.
const NEWEST: f64 = 0.2;
/// What a ratio is held between: a report far off is about something else, such as a cache or a prompt of the
/// provider's own.
const RANGE: (f64, f64) = (0.5, 2.0);

/// The ratios of models, as a moving average of what was reported to what was estimated.
#[derive(Debug, Clone, Default)]
pub(super) struct Ratios(HashMap<Subject, f64>);

impl Ratios {
    /// A model's provider reported so many tokens for a request that was estimated at so many.
    #[expect(clippy::cast_precision_loss, reason = "token counts are far below 2^52")]
    pub(super) fn learn(&mut self, model: &Subject, reported: u64, estimated: u64) {
        if estimated < SHORTEST || reported == 0 {
            return;
        }
        let ratio = (reported as f64 / estimated as f64).clamp(RANGE.0, RANGE.1);
        if self.0.len() >= MOST {
            self.0.clear();
        }
        let average = self.0.entry(model.clone()).or_insert(ratio);
        *average += NEWEST * (ratio - *average);
    }

    /// What an estimate is multiplied by for a model: one until something is known.
    pub(super) fn of(&self, model: &Subject) -> f64 {
        self.0.get(model).copied().unwrap_or(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn model() -> Subject {
        Subject::Model { provider: "p".into(), model: "m".into() }
    }

    #[test]
    fn the_first_report_counts_whole_and_later_ones_move_it() {
        let mut ratios = Ratios::default();
        assert!((ratios.of(&model()) - 1.0).abs() < f64::EPSILON);
        ratios.learn(&model(), 80, 100);
        assert!((ratios.of(&model()) - 0.8).abs() < 1e-9);
        ratios.learn(&model(), 130, 100);
        assert!((ratios.of(&model()) - 0.9).abs() < 1e-9);
        // Too short to teach anything, and nothing reported.
        ratios.learn(&model(), 90, 49);
        ratios.learn(&model(), 0, 1000);
        assert!((ratios.of(&model()) - 0.9).abs() < 1e-9);
        assert!((ratios.of(&Subject::Provider("p".into())) - 1.0).abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn it_stays_in_its_range(reports in proptest::collection::vec((any::<u64>(), any::<u64>()), 0..20)) {
            let mut ratios = Ratios::default();
            for (reported, estimated) in reports {
                ratios.learn(&model(), reported, estimated);
                prop_assert!((RANGE.0..=RANGE.1).contains(&ratios.of(&model())));
            }
        }
    }
}
