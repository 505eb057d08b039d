//! What a provider tells about one limit of a key, carried forward until it tells again. Pure.
//!
//! Providers keep two kinds of limits. Some fill up at once, at a moment that they name. Others fill up all the time; the
//! time that they name is until they are full, which is much longer than until there is room for one more: a day's
//! requests at Groq, of which all are used, have room again after a minute and a half. Which kind it is shows in the
//! figures: where it fills up all the time, what is missing and the time that it takes give a minute or a day.

use crate::chat::{Bucket, Unit};

const MINUTE: f64 = 60_000.0;
const DAY: f64 = 86_400_000.0;
/// How far figures that were rounded may be from a minute or a day.
const ROUNDING: f64 = 0.1;
/// A limit without a time is believed no longer than this.
const LONGEST_UNTOLD: i64 = 3_600_000;

/// One limit as it was told, or as it should stand since.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Gauge {
    unit: Unit,
    limit: Option<u64>,
    /// What was left when it was told, less what was reserved since.
    left: f64,
    told: i64,
    /// When it is full again, if nothing more is used.
    full: i64,
    /// How long it takes to fill up from nothing, where it fills up all the time.
    fills_in: Option<f64>,
}

impl Gauge {
    /// What was told; none if it says nothing about when.
    pub(super) fn new(bucket: &Bucket, now: i64) -> Option<Self> {
        let left = float(bucket.remaining);
        let ms = |span: std::time::Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 4);
        let window = bucket.window.map(|window| ms(window).min(LONGEST_UNTOLD));
        let reset = bucket.reset.map(ms).or(window)?;
        let fills_in = bucket.reset.zip(bucket.limit).and_then(|(reset, limit)| {
            let taken = float(limit) - left;
            let whole = reset.as_secs_f64() * 1000.0 * float(limit) / taken.max(1.0);
            [MINUTE, DAY].into_iter().find(|span| (whole / span - 1.0).abs() < ROUNDING)
        });
        let limit = bucket.limit.map(|limit| limit.max(bucket.remaining));
        Some(Self { unit: bucket.unit, limit, left, told: now, full: now + reset, fills_in })
    }

    /// When it has nothing to say any more.
    pub(super) fn ends(&self) -> i64 {
        self.full
    }

    /// What is left at a moment; without a limit nothing is known of it once it has filled up.
    fn left(&self, now: i64) -> Option<f64> {
        let limit = self.limit.map(float);
        match (self.fills_in, limit) {
            (Some(span), Some(limit)) => {
                #[expect(clippy::cast_precision_loss, reason = "milliseconds of a day")]
                let since = (now - self.told).max(0) as f64;
                Some((self.left + since / span * limit).min(limit))
            }
            _ if now < self.full => Some(self.left),
            _ => limit,
        }
    }

    /// Until when there is no room for so many tokens. A request that is larger than the limit waits for all of it.
    pub(super) fn out(&self, tokens: u64, now: i64) -> Option<i64> {
        let limit = self.limit.map_or(f64::INFINITY, float);
        let wanted = self.amount(tokens).min(limit);
        let missing = wanted - self.left(now)?;
        // Counting in fractions leaves a crumb.
        if missing <= 1e-6 {
            return None;
        }
        match self.fills_in {
            #[expect(clippy::cast_possible_truncation, reason = "it saturates")]
            Some(span) => Some(now + (missing / limit * span).ceil() as i64),
            None => Some(self.full),
        }
    }

    /// The share that is left.
    pub(super) fn free(&self, now: i64) -> Option<f64> {
        let limit = self.limit.map(float).filter(|limit| *limit > 0.0)?;
        Some((self.left(now)? / limit).clamp(0.0, 1.0))
    }

    /// Reserves a request's share.
    pub(super) fn take(&mut self, tokens: u64, now: i64) {
        let amount = self.amount(tokens);
        self.add(-amount, now);
    }

    /// A request that began then is over. What was told since knows of it already.
    pub(super) fn settle(&mut self, reserved: u64, took: Option<u64>, began: i64, now: i64) {
        if self.told >= began {
            return;
        }
        let kept = match took {
            Some(took) => self.amount(took),
            None => 0.0,
        };
        let amount = self.amount(reserved) - kept;
        self.add(amount, now);
    }

    fn add(&mut self, amount: f64, now: i64) {
        // After it has filled up nothing is left of what was told.
        if now < self.full {
            self.left = (self.left + amount).max(0.0);
        }
    }

    fn amount(&self, tokens: u64) -> f64 {
        match self.unit {
            Unit::Requests => 1.0,
            Unit::Tokens => float(tokens),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "limits are far below 2^52")]
fn float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    const NOW: i64 = 1_795_348_800_000;

    fn gauge(unit: Unit, limit: u64, remaining: u64, reset_ms: u64) -> Gauge {
        let reset = Some(Duration::from_millis(reset_ms));
        Gauge::new(&Bucket { unit, window: None, limit: Some(limit), remaining, reset }, NOW).unwrap()
    }

    #[test]
    fn what_fills_up_all_the_time_has_room_long_before_it_is_full() {
        // Groq: a thousand requests a day, all used.
        let used_up = gauge(Unit::Requests, 1000, 0, 86_400_000);
        assert_eq!(used_up.out(1, NOW), Some(NOW + 86_400));
        assert_eq!(used_up.out(1, NOW + 86_400), None);
        // OpenAI: two hundred thousand tokens a minute.
        let tokens = gauge(Unit::Tokens, 200_000, 100_000, 30_000);
        assert_eq!(tokens.out(100_000, NOW), None);
        assert_eq!(tokens.out(150_000, NOW), Some(NOW + 15_000));
    }

    #[test]
    fn what_fills_up_at_once_has_room_then() {
        // Cerebras: the day ends in a bit more than nine hours.
        let requests = gauge(Unit::Requests, 14_400, 0, 33_011_382);
        assert_eq!(requests.out(1, NOW), Some(NOW + 33_011_382));
        assert_eq!(requests.out(1, NOW + 33_011_382), None);
        assert_eq!(requests.free(NOW), Some(0.0));
        assert_eq!(requests.free(NOW + 33_011_382), Some(1.0));
        // Mistral names no time, and the name has the window.
        let window = Some(Duration::from_secs(10));
        let bucket = Bucket { unit: Unit::Requests, window, limit: Some(6), remaining: 0, reset: None };
        assert_eq!(Gauge::new(&bucket, NOW).unwrap().out(1, NOW), Some(NOW + 10_000));
        assert_eq!(Gauge::new(&Bucket { window: None, ..bucket }, NOW), None);
    }

    #[test]
    fn what_was_reserved_counts_until_it_is_told_again() {
        let mut gauge = gauge(Unit::Tokens, 8000, 4000, 9_000);
        gauge.take(3000, NOW + 1);
        assert!(gauge.out(2000, NOW + 2).is_some());
        gauge.settle(3000, Some(500), NOW + 1, NOW + 2);
        assert_eq!(gauge.out(3500, NOW + 2), None);
        // What was told after the request had begun has it in it.
        gauge.settle(3000, Some(500), NOW - 1, NOW + 3);
        assert!(gauge.out(3501, NOW + 3).is_some());
    }

    proptest! {
        #[test]
        fn nobody_waits_longer_than_was_told(
            limit in proptest::option::of(1u64..1_000_000),
            remaining in 0u64..1_000_000,
            reset in 0u64..90_000_000,
            tokens in 0u64..2_000_000,
            later in 0i64..100_000_000,
        ) {
            let bucket = Bucket {
                unit: Unit::Tokens, window: None, limit, remaining, reset: Some(Duration::from_millis(reset)),
            };
            let mut gauge = Gauge::new(&bucket, NOW).unwrap();
            gauge.take(tokens, NOW);
            let slack = if gauge.fills_in.is_some() { 1.0 + 2.0 * ROUNDING } else { 1.0 };
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a bound with slack")]
            let most = NOW + (reset as f64 * slack) as i64;
            for now in [NOW, NOW + later] {
                let until = gauge.out(tokens, now);
                let filling = gauge.fills_in.is_some();
                prop_assert!(until.is_none_or(|until| until > now));
                prop_assert!(filling || until.is_none_or(|until| until <= most));
                prop_assert!(gauge.free(now).is_none_or(|free| (0.0..=1.0).contains(&free)));
            }
        }
    }
}
