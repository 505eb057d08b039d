//! How fast time goes in a drill.

use std::time::Duration;

use serde::Serialize;

use crate::config::{Span, TimeoutSection};
use crate::providers::Timeouts;

/// A caller who has waited this long hangs.
pub(super) const HANG: Duration = Duration::from_secs(130);
/// No mark is shorter than this when time goes fast: a busy machine takes its time, too.
const LEAST: Duration = Duration::from_secs(3);
/// How many times faster it goes.
const FAST: u32 = 5;

/// How fast time goes: the timers of the accounts and the length of what providers do, in the same proportion. What the
/// protocol itself counts in seconds (Retry-After), and what nobody can set (the rest of a breaker), stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Timing {
    /// Five times as fast.
    #[default]
    Fast,
    /// As in the benchmark.
    Full,
}

impl Timing {
    /// A span as it is now.
    pub fn scaled(self, span: Duration) -> Duration {
        match self {
            Self::Fast => span / FAST,
            Self::Full => span,
        }
    }

    /// The time within which something must have happened.
    pub fn mark(self, span: Duration) -> Duration {
        self.scaled(span).max(LEAST.min(span))
    }

    /// The timers of an account. Connecting takes no longer for being rehearsed.
    pub(super) fn timers(self, usual: Timeouts) -> TimeoutSection {
        let span = |span| Some(Span(self.scaled(span)));
        TimeoutSection {
            connect: Some(Span(usual.connect)),
            first_token: span(usual.first_token),
            idle: span(usual.idle),
            total: span(usual.total),
        }
    }
}
