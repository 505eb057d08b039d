//! What the provider does: sixteen ways to let a caller down.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::Timing;
use super::stage::Cast;
use crate::config::OnContentFilter;
use crate::simulate::{Fault, FaultSpec, Manner};

/// How long the first token of a slow provider takes.
const SLOW: Duration = Duration::from_secs(20);
/// How long a stream stays silent before it closes.
const SILENCE: Duration = Duration::from_secs(30);
/// How long an outage lasts.
const OUTAGE: Duration = Duration::from_mins(1);
/// After so many of the sixty words a stream breaks.
const CUT: u32 = 40;
const STALL: u32 = 20;

/// One of the sixteen, in the order of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scenario {
    /// S01: throttled once, with a time to wait.
    RetryAfter,
    /// S02: throttled for good, without one.
    Throttled,
    /// S03: one internal error.
    Hiccup,
    /// S04: unavailable for good.
    Outage,
    /// S05: one connection reset.
    Reset,
    /// S06: no answer at all.
    Silence,
    /// S07: the first token is late.
    SlowStart,
    /// S08: the stream dies.
    Cut,
    /// S09: the stream falls silent.
    Stall,
    /// S10: one event cannot be read.
    BadEvent,
    /// S11: the terminator is missing.
    NoTerminator,
    /// S12: the input does not fit.
    TooLong,
    /// S13: the filter refuses.
    Filtered,
    /// S14: the stream dies, and the fallback takes no prefill.
    CutWithoutPrefill,
    /// S15: an outage that passes.
    Recovery,
    /// S16: who answered, and what is billed.
    Accounts,
}

/// How requests are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Play {
    /// One.
    Once,
    /// One, and another one when the provider is well again.
    AndThenWell,
    /// One after the other through an outage of this length.
    Throughout(Duration),
}

/// There is no such scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no scenario `{0}`: they are S01 to S16")]
pub struct UnknownScenario(String);

impl Scenario {
    /// All of them, in order.
    pub const ALL: [Self; 16] = [
        Self::RetryAfter,
        Self::Throttled,
        Self::Hiccup,
        Self::Outage,
        Self::Reset,
        Self::Silence,
        Self::SlowStart,
        Self::Cut,
        Self::Stall,
        Self::BadEvent,
        Self::NoTerminator,
        Self::TooLong,
        Self::Filtered,
        Self::CutWithoutPrefill,
        Self::Recovery,
        Self::Accounts,
    ];

    /// What the provider does, in a few words.
    pub fn does(self) -> &'static str {
        match self {
            Self::RetryAfter => "429 once, Retry-After: 2",
            Self::Throttled => "429 always, no hint",
            Self::Hiccup => "500 once",
            Self::Outage => "503 always",
            Self::Reset => "resets one connection",
            Self::Silence => "never answers",
            Self::SlowStart => "first token is late",
            Self::Cut => "stream dies after 40 of 60 words",
            Self::Stall => "stream falls silent after 20 words",
            Self::BadEvent => "one event is not JSON",
            Self::NoTerminator => "no terminator at the end",
            Self::TooLong => "400: too long for the window",
            Self::Filtered => "400: content filter",
            Self::CutWithoutPrefill => "stream dies; fallback takes no prefill",
            Self::Recovery => "503 for a while, then well",
            Self::Accounts => "503 always: who answered, who is billed",
        }
    }

    /// What earns full marks, in a few words.
    pub fn wanted(self) -> &'static str {
        match self {
            Self::RetryAfter => "asked again after 1.8 s at the earliest, and it answers",
            Self::Throttled => "at most 4 attempts in 3 s and 6 in all, then the fallback",
            Self::Hiccup => "asked once more, and it answers",
            Self::Outage => "at most 6 attempts, then the fallback",
            Self::Reset => "answered",
            Self::Silence => "one attempt, then the fallback, within 100 s",
            Self::SlowStart => "the fallback answers within 15 s",
            Self::Cut | Self::CutWithoutPrefill | Self::BadEvent => "the whole answer",
            Self::Stall => "the whole answer within 45 s, and well afterwards",
            Self::NoTerminator => "ended within 8 s, with its usage, after one attempt",
            Self::TooLong => "one attempt, then a fallback that takes more",
            Self::Filtered => "the provider's reason as an error, after one attempt",
            Self::Recovery => "all answered, few attempts meanwhile, used again within 30 s",
            Self::Accounts => "the fallback's name and usage; nothing billed for failures",
        }
    }

    pub(super) fn faults(self, timing: Timing) -> FaultSpec {
        let always = |fault: Fault| FaultSpec::from(fault);
        let once = |fault: Fault| FaultSpec { times: Some(1), ..FaultSpec::from(fault) };
        let status = |code, retry_after| Fault::Status { code, retry_after };
        match self {
            Self::RetryAfter => once(status(429, Some(2))),
            Self::Throttled => always(status(429, None)),
            Self::Hiccup => once(status(500, None)),
            Self::Outage | Self::Accounts => always(status(503, None)),
            Self::Reset => once(Fault::Reset),
            Self::Silence => always(Fault::Hang),
            Self::SlowStart => always(Fault::Slow(timing.scaled(SLOW))),
            Self::Cut | Self::CutWithoutPrefill => always(Fault::Cut(CUT)),
            Self::Stall => always(Fault::Stall { after: STALL, hold: timing.scaled(SILENCE) }),
            Self::BadEvent => always(Fault::Malformed(10)),
            Self::NoTerminator => always(Fault::NoDone),
            Self::TooLong => always(Fault::Context),
            Self::Filtered => always(Fault::Filter),
            Self::Recovery => always(Fault::Down(timing.scaled(OUTAGE))),
        }
    }

    /// How the fallbacks take up half an answer.
    pub(super) fn manner(self) -> Manner {
        if self == Self::CutWithoutPrefill { Manner::RefusePrefill } else { Manner::default() }
    }

    pub(super) fn play(self) -> Play {
        match self {
            Self::Stall => Play::AndThenWell,
            Self::Recovery => Play::Throughout(OUTAGE),
            _ => Play::Once,
        }
    }

    /// How long the outage lasts, where it passes.
    pub(super) fn outage(self, timing: Timing) -> Option<Duration> {
        if let Play::Throughout(outage) = self.play() { Some(timing.scaled(outage)) } else { None }
    }

    /// Whether it takes much longer than the others.
    pub(super) fn is_long(self) -> bool {
        matches!(self.play(), Play::Throughout(_))
    }

    /// Why it cannot be played with these.
    pub(super) fn not_for(self, cast: &Cast) -> Option<&'static str> {
        match self {
            Self::RetryAfter | Self::Hiccup | Self::Reset | Self::BadEvent | Self::NoTerminator => None,
            Self::Filtered if cast.section.content_filter == OnContentFilter::Next => {
                Some("the route itself asks the next one after a filter (content_filter = \"next\")")
            }
            Self::Filtered => None,
            _ if cast.models.len() < 2 => Some("nobody else is in the route"),
            _ => None,
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = Self::ALL.iter().position(|one| one == self).unwrap_or_default();
        write!(f, "S{:02}", place + 1)
    }
}

impl FromStr for Scenario {
    type Err = UnknownScenario;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = text.trim().to_uppercase();
        let found = Self::ALL.into_iter().find(|scenario| scenario.to_string() == wanted);
        found.ok_or_else(|| UnknownScenario(text.trim().to_owned()))
    }
}

impl Serialize for Scenario {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
