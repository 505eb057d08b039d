//! From the clock on the wall, by which processes understand each other, to the steady one of this process, and back.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// A difference between the two that is no jump yet, in milliseconds.
const JUMP: i64 = 1_000;

/// One moment on both clocks. Milliseconds are since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    steady: Instant,
    wall: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { steady: Instant::now(), wall: Timestamp::now().as_millisecond() }
    }
}

impl Clock {
    /// What the wall shows at a moment. Part of a millisecond counts as a whole one: nothing ends too early.
    pub(super) fn wall(&self, at: Instant) -> i64 {
        match at.checked_duration_since(self.steady) {
            Some(later) => self.wall + ms(later + Duration::from_nanos(999_999)),
            None => self.wall - ms(self.steady.saturating_duration_since(at)),
        }
    }

    /// The moment at which the wall shows this.
    pub(super) fn steady(&self, wall: i64) -> Instant {
        let span = Duration::from_millis(self.wall.abs_diff(wall));
        let moved =
            if wall >= self.wall { self.steady.checked_add(span) } else { self.steady.checked_sub(span) };
        moved.unwrap_or(self.steady)
    }

    /// Follows a clock on the wall that was set, or that went on while the machine slept.
    pub(super) fn follow(&mut self) {
        let now = Self::default();
        if (self.wall(now.steady) - now.wall).abs() > JUMP {
            *self = now;
        }
    }
}

pub(super) fn ms(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 4)
}
