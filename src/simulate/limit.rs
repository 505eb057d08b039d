//! Rate limits that really count: requests and tokens in a sliding minute, and requests at a time.
//!
//! Pure but for the lock of its owner: time is passed in, so that tests need not wait.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The width of the sliding window.
const WINDOW: Duration = Duration::from_mins(1);

/// What a stand-in allows; `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Requests in a minute.
    pub rpm: Option<u32>,
    /// Tokens in a minute: those of the prompt and the larger of output asked for and output used.
    pub tpm: Option<u32>,
    /// Requests at the same time.
    pub concurrency: Option<u32>,
}

/// One of the two counted dimensions as it stands for a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gauge {
    pub(super) limit: u32,
    pub(super) remaining: u32,
    /// Until the oldest use leaves the window.
    pub(super) reset: Duration,
}

/// How a client stands after its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) requests: Gauge,
    pub(super) tokens: Gauge,
}

/// Which limit a request ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excess {
    /// Too many requests in the window; there is room after this long.
    Requests(Duration),
    /// Too many tokens in the window; there is room after this long.
    Tokens(Duration),
    /// The request alone is larger than the window allows.
    TooLarge,
    /// Too many requests at a time.
    Concurrency,
}

/// Counts what a stand-in has served in the last minute.
#[derive(Debug)]
pub(super) struct Meter {
    limits: Limits,
    served: VecDeque<(Instant, u32)>,
    running: u32,
}

impl Meter {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, served: VecDeque::new(), running: 0 }
    }

    pub(super) fn running(&self) -> u32 {
        self.running
    }

    /// Lets a request in and counts it, or says which limit forbids it.
    pub(super) fn admit(&mut self, now: Instant, tokens: u32) -> Result<(), Excess> {
        self.forget(now);
        if self.limits.tpm.is_some_and(|limit| tokens > limit) {
            return Err(Excess::TooLarge);
        }
        if self.limits.concurrency.is_some_and(|limit| self.running >= limit) {
            return Err(Excess::Concurrency);
        }
        if self.limits.rpm.is_some_and(|limit| self.requests() >= limit) {
            return Err(Excess::Requests(self.until_oldest_leaves(now)));
        }
        if let Some(limit) = self.limits.tpm.filter(|limit| self.tokens().saturating_add(tokens) > *limit) {
            return Err(Excess::Tokens(self.until_room(now, tokens, limit)));
        }
        self.served.push_back((now, tokens));
        self.running += 1;
        Ok(())
    }

    /// Counts an admitted request as over.
    pub(super) fn leave(&mut self) {
        self.running = self.running.saturating_sub(1);
    }

    /// How a client stands, with `shown` in place of limits that are not set.
    pub(super) fn standing(&mut self, now: Instant, shown: (u32, u32)) -> Standing {
        self.forget(now);
        let reset = self.until_oldest_leaves(now);
        let gauge = |limit: u32, used: u32| Gauge { limit, remaining: limit.saturating_sub(used), reset };
        Standing {
            requests: gauge(self.limits.rpm.unwrap_or(shown.0), self.requests()),
            tokens: gauge(self.limits.tpm.unwrap_or(shown.1), self.tokens()),
        }
    }

    /// Tokens served in the window.
    pub(super) fn tokens(&self) -> u32 {
        self.served.iter().fold(0, |sum, (_, tokens)| sum.saturating_add(*tokens))
    }

    fn requests(&self) -> u32 {
        u32::try_from(self.served.len()).unwrap_or(u32::MAX)
    }

    fn forget(&mut self, now: Instant) {
        while self.served.front().is_some_and(|(at, _)| now.saturating_duration_since(*at) >= WINDOW) {
            self.served.pop_front();
        }
    }

    fn until_oldest_leaves(&self, now: Instant) -> Duration {
        self.served.front().map_or(Duration::ZERO, |(at, _)| left(*at, now))
    }

    fn until_room(&self, now: Instant, tokens: u32, limit: u32) -> Duration {
        let mut used = self.tokens();
        for (at, spent) in &self.served {
            used = used.saturating_sub(*spent);
            if used.saturating_add(tokens) <= limit {
                return left(*at, now);
            }
        }
        WINDOW
    }
}

fn left(at: Instant, now: Instant) -> Duration {
    WINDOW.saturating_sub(now.saturating_duration_since(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn meter(rpm: Option<u32>, tpm: Option<u32>, concurrency: Option<u32>) -> Meter {
        Meter::new(Limits { rpm, tpm, concurrency })
    }

    #[test]
    fn requests_leave_the_window_one_by_one() {
        let mut meter = meter(Some(2), None, None);
        let start = Instant::now();
        assert_eq!(meter.admit(start, 1), Ok(()));
        assert_eq!(meter.admit(start + 20 * SECOND, 1), Ok(()));
        assert_eq!(meter.admit(start + 30 * SECOND, 1), Err(Excess::Requests(30 * SECOND)));
        assert_eq!(meter.admit(start + 60 * SECOND, 1), Ok(()));
        assert_eq!(meter.admit(start + 61 * SECOND, 1), Err(Excess::Requests(19 * SECOND)));
    }

    #[test]
    fn the_wait_for_tokens_is_until_enough_have_left() {
        let mut meter = meter(None, Some(100), None);
        let start = Instant::now();
        assert_eq!(meter.admit(start, 10), Ok(()));
        assert_eq!(meter.admit(start + 10 * SECOND, 80), Ok(()));
        assert_eq!(meter.admit(start + 20 * SECOND, 50), Err(Excess::Tokens(50 * SECOND)));
        assert_eq!(meter.admit(start + 20 * SECOND, 20), Err(Excess::Tokens(40 * SECOND)));
        assert_eq!(meter.admit(start + 20 * SECOND, 101), Err(Excess::TooLarge));
    }

    #[test]
    fn a_place_is_free_again_when_a_request_leaves() {
        let mut meter = meter(None, None, Some(1));
        let now = Instant::now();
        assert_eq!(meter.admit(now, 1), Ok(()));
        assert_eq!(meter.admit(now, 1), Err(Excess::Concurrency));
        meter.leave();
        assert_eq!(meter.admit(now, 1), Ok(()));
    }

    #[test]
    fn the_standing_counts_down() {
        let mut meter = meter(Some(5), None, None);
        let now = Instant::now();
        assert_eq!(meter.admit(now, 30), Ok(()));
        let standing = meter.standing(now + SECOND, (1000, 8000));
        assert_eq!(standing.requests, Gauge { limit: 5, remaining: 4, reset: 59 * SECOND });
        assert_eq!(standing.tokens, Gauge { limit: 8000, remaining: 7970, reset: 59 * SECOND });
    }
}
