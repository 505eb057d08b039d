//! A breaker: what keeps failing is left alone, then tried with one request. Pure: time and chance are passed in.
//!
//! Closed, it counts. Open, it lets nothing through for a while. Half-open (that while is over) it lets one request
//! through, the probe: a success closes it, a failure opens it for longer. A probe that nobody concludes holds the next
//! one up for a while and no longer.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::Gate;

/// So many failures in a row open it.
const STREAK: f64 = 3.0;
/// It also opens when half of the last so many results were failures,
const RESULTS: usize = 20;
/// where there are at least so many,
const FEWEST: usize = 10;
/// none of them older than this.
const WINDOW: Duration = Duration::from_mins(1);
/// For how long it opens first, doubled each time,
const FIRST: Duration = Duration::from_secs(5);
/// and at most. What has recovered is used again within this.
const LONGEST: Duration = Duration::from_secs(30);
/// The next probe does not wait longer than this for the one under way.
const PROBE_PATIENCE: Duration = Duration::from_secs(30);
/// What was counted is of no interest any more when nothing was added for so long.
pub(super) const MEMORY: Duration = Duration::from_mins(10);

/// The breaker of one model.
#[derive(Debug, Clone, Default)]
pub(super) struct Breaker {
    /// The weight of the failures since the last success.
    streak: f64,
    /// The last results with their weights, none for a success.
    results: VecDeque<(Instant, f64)>,
    /// How often in a row it has opened.
    times: u32,
    /// Until when it is open.
    until: Option<Instant>,
    /// Since when a probe is under way.
    probe: Option<Instant>,
}

/// What other processes may know of a breaker.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Tripping {
    /// The weight of the failures since the last success.
    pub(super) streak: f64,
    /// How often in a row it has opened.
    pub(super) times: u32,
}

impl Breaker {
    /// What is known from elsewhere.
    pub(super) fn known(tripping: Tripping, until: Option<Instant>) -> Self {
        // A streak that nobody saw as a whole opens it with the next failure.
        let streak = if tripping.streak.is_finite() { tripping.streak.clamp(0.0, STREAK) } else { 0.0 };
        Self { streak, times: tripping.times, until, ..Self::default() }
    }

    /// What others may know of it, and until when it is open.
    pub(super) fn tripping(&self) -> (Tripping, Option<Instant>) {
        (Tripping { streak: self.streak, times: self.times }, self.until)
    }

    /// Whether it lets a request through.
    pub(super) fn gate(&self, now: Instant) -> Gate {
        let again = self.times > 1;
        match (self.until, self.probe) {
            (None, _) => Gate::Closed,
            (Some(until), _) if until > now => Gate::Open { until, again },
            (Some(_), Some(since)) if since + PROBE_PATIENCE > now => {
                Gate::Open { until: since + PROBE_PATIENCE, again }
            }
            _ => Gate::Probe,
        }
    }

    /// The probe is under way.
    pub(super) fn probing(&mut self, now: Instant) {
        self.probe = Some(now);
    }

    /// The probe that began then ended without a result: another one may go.
    pub(super) fn unproved(&mut self, began: Instant) {
        if self.probe == Some(began) {
            self.probe = None;
        }
    }

    /// A request failed. `chance` is from 0 to 1.
    pub(super) fn failed(&mut self, weight: f64, now: Instant, chance: f64) {
        self.streak = (self.streak + weight).min(STREAK);
        self.note(weight, now);
        let opens = match self.until {
            // It was sent before it opened: nothing new.
            Some(until) if until > now => false,
            Some(_) => true,
            None => self.streak >= STREAK || self.mostly_fails(),
        };
        if opens {
            let span = FIRST.saturating_mul(1 << self.times.min(8)).min(LONGEST);
            // Somewhat shorter than that, so that whoever asks every few seconds meets the probe in time.
            self.until = Some(now + span.mul_f64(0.65 + chance.clamp(0.0, 1.0) / 5.0));
            self.times = self.times.saturating_add(1);
            self.probe = None;
        }
    }

    /// A request was answered.
    pub(super) fn answered(&mut self, now: Instant) {
        if self.until.is_some() {
            *self = Self::default();
        }
        self.streak = 0.0;
        self.note(0.0, now);
    }

    /// Whether there is something that others should know.
    pub(super) fn is_suspect(&self) -> bool {
        self.streak > 0.0 || self.until.is_some()
    }

    fn note(&mut self, weight: f64, now: Instant) {
        self.results.push_back((now, weight));
        while self.results.len() > RESULTS || self.results.front().is_some_and(|(at, _)| *at + WINDOW < now) {
            self.results.pop_front();
        }
    }

    fn mostly_fails(&self) -> bool {
        let count = self.results.len();
        let failed: f64 = self.results.iter().map(|(_, weight)| weight).sum();
        #[expect(clippy::cast_precision_loss, reason = "there are at most twenty")]
        let half = count as f64 / 2.0;
        count >= FEWEST && failed >= half
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn is_open(breaker: &Breaker, now: Instant) -> bool {
        matches!(breaker.gate(now), Gate::Open { .. })
    }

    #[test]
    fn three_in_a_row_open_it_and_one_success_closes_it() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        breaker.failed(1.0, now, 1.0);
        breaker.failed(1.0, now, 1.0);
        assert_eq!(breaker.gate(now), Gate::Closed);
        breaker.answered(now);
        for _ in 0..2 {
            breaker.failed(1.0, now, 1.0);
        }
        assert_eq!(breaker.gate(now), Gate::Closed);
        breaker.failed(1.0, now, 1.0);
        assert_eq!(breaker.gate(now), Gate::Open { until: now + (5 * SECOND).mul_f64(0.85), again: false });
        assert_eq!(breaker.gate(now + 5 * SECOND), Gate::Probe);
        breaker.answered(now + 5 * SECOND);
        assert_eq!(breaker.gate(now + 5 * SECOND), Gate::Closed);
    }

    #[test]
    fn broken_streams_weigh_half() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..5 {
            breaker.failed(0.5, now, 0.0);
        }
        assert_eq!(breaker.gate(now), Gate::Closed);
        breaker.failed(0.5, now, 0.0);
        assert!(is_open(&breaker, now));
    }

    #[test]
    fn half_of_many_open_it_and_of_few_do_not() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for round in 0..5 {
            assert_eq!(breaker.gate(now), Gate::Closed, "{round}");
            breaker.answered(now);
            breaker.failed(1.0, now, 0.0);
        }
        assert!(is_open(&breaker, now));
        // The same, spread over more than the minute that counts.
        let mut breaker = Breaker::default();
        for round in 0..20 {
            breaker.answered(now + 20 * SECOND * round);
            breaker.failed(1.0, now + 20 * SECOND * round, 0.0);
        }
        assert_eq!(breaker.gate(now + 400 * SECOND), Gate::Closed);
    }

    #[test]
    fn it_opens_for_longer_each_time() {
        let (mut breaker, mut now) = (Breaker::default(), Instant::now());
        let mut spans = Vec::new();
        for _ in 0..3 {
            breaker.failed(1.0, now, 1.0);
        }
        for _ in 0..5 {
            let Gate::Open { until, again } = breaker.gate(now) else { panic!("closed") };
            assert_eq!(again, !spans.is_empty());
            spans.push((until - now).as_secs());
            now = until;
            breaker.probing(now);
            breaker.failed(1.0, now, 1.0);
        }
        // Doubled each time, and somewhat shorter by chance: at most 85 % of 5, 10, 20 and 30 s.
        assert_eq!(spans, [4, 8, 17, 25, 25]);
    }

    #[test]
    fn one_probe_at_a_time_and_none_blocks_for_ever() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        (0..3).for_each(|_| breaker.failed(1.0, now, 1.0));
        let now = now + 5 * SECOND;
        assert_eq!(breaker.gate(now), Gate::Probe);
        breaker.probing(now);
        assert!(is_open(&breaker, now + SECOND));
        breaker.unproved(now);
        assert_eq!(breaker.gate(now + SECOND), Gate::Probe);
        breaker.probing(now + SECOND);
        // Somebody else's end does not end this one.
        breaker.unproved(now);
        assert!(is_open(&breaker, now + 2 * SECOND));
        assert_eq!(breaker.gate(now + SECOND + PROBE_PATIENCE), Gate::Probe);
    }

    #[derive(Debug, Clone)]
    enum Step {
        Waits(u64),
        Fails(bool),
        Answers,
        Probes,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0u64..40_000).prop_map(Step::Waits),
            any::<bool>().prop_map(Step::Fails),
            Just(Step::Answers),
            Just(Step::Probes),
        ]
    }

    proptest! {
        #[test]
        fn whatever_happens(steps in proptest::collection::vec(step(), 0..80), chance in 0.0..=1.0f64) {
            let (mut breaker, mut now) = (Breaker::default(), Instant::now());
            let mut streak = 0.0;
            for step in steps {
                match step {
                    Step::Waits(ms) => now += Duration::from_millis(ms),
                    Step::Fails(half) => {
                        let weight = if half { 0.5 } else { 1.0 };
                        breaker.failed(weight, now, chance);
                        streak += weight;
                    }
                    Step::Answers => {
                        breaker.answered(now);
                        streak = 0.0;
                        prop_assert_eq!(breaker.gate(now), Gate::Closed);
                    }
                    Step::Probes => {
                        if breaker.gate(now) == Gate::Probe {
                            breaker.probing(now);
                            prop_assert!(is_open(&breaker, now));
                        }
                    }
                }
                prop_assert!(streak < STREAK || breaker.gate(now) != Gate::Closed);
                // What has recovered is used again within half a minute, whatever went before.
                prop_assert!(!is_open(&breaker, now + LONGEST));
                prop_assert!(breaker.results.len() <= RESULTS);
                let (tripping, until) = breaker.tripping();
                prop_assert_eq!(Breaker::known(tripping, until).tripping(), (tripping, until));
            }
        }
    }
}
