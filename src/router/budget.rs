//! How often a candidate may be asked again that has just failed. When much fails at once, repeating it all would only
//! make it worse; going on to another candidate is no repetition.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// A retry, in the units of the budget.
const RETRY: i64 = 1000;
/// What every request adds: a fifth of a retry.
const SHARE: i64 = RETRY / 5;
/// What every second adds, so that little traffic may try again too.
const PER_SECOND: i64 = 3 * RETRY;
/// More is not saved up: ten seconds' worth.
const MOST: i64 = 10 * PER_SECOND;

/// Retries are at most a fifth of the recent traffic, or three in a second.
#[derive(Debug)]
pub struct RetryBudget {
    began: Instant,
    level: AtomicI64,
    /// Until when the seconds were counted, in milliseconds since the beginning.
    counted: AtomicI64,
}

impl RetryBudget {
    /// A full budget.
    pub fn new(now: Instant) -> Self {
        Self { began: now, level: AtomicI64::new(MOST), counted: AtomicI64::new(0) }
    }

    /// A request came in.
    pub fn request(&self) {
        self.add(SHARE);
    }

    /// Whether something may be tried again now; if so, it is taken off.
    pub fn retry(&self, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.began).min(Duration::from_hours(1 << 20));
        let elapsed = i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX);
        let before = self.counted.fetch_max(elapsed, Ordering::Relaxed);
        if elapsed > before {
            self.add((elapsed - before).saturating_mul(PER_SECOND) / 1000);
        }
        let take = |level: i64| (level >= RETRY).then_some(level - RETRY);
        self.level.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    fn add(&self, amount: i64) {
        let add = |level: i64| Some(level.saturating_add(amount).min(MOST));
        // It always has an answer, so it always succeeds.
        let _before = self.level.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_are_a_fifth_of_the_traffic_or_three_a_second() {
        let start = Instant::now();
        let budget = RetryBudget::new(start);
        let retries =
            |at: Instant| std::iter::repeat_with(|| budget.retry(at)).take_while(|may| *may).count();
        assert_eq!(retries(start), 30);
        assert_eq!(retries(start + Duration::from_secs(2)), 6);
        (0..100).for_each(|_| budget.request());
        assert_eq!(retries(start + Duration::from_secs(2)), 20);
        // It is not saved up for ever, and clocks that stand still give nothing.
        assert_eq!(retries(start + Duration::from_hours(9)), 30);
        assert_eq!(retries(start), 0);
    }
}
