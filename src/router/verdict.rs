//! What follows from a failed attempt. Pure, and exhaustive over the failure classes: a new class does not compile
//! until somebody has decided about it.

use std::time::Duration;

use super::OnContentFilter;
use crate::chat::{Failure, FailureClass};

/// Parameters that an answer does not hang on: a provider that refuses one is asked again without it.
const DROPPABLE: &[&str] = &[
    "temperature",
    "top_p",
    "seed",
    "reasoning_effort",
    "parallel_tool_calls",
    "stream_options",
    "max_tokens",
];

/// What a provider refuses of a request with tools whose model knows none: they can be asked for in words.
pub(super) const TOOLS: [&str; 2] = ["tools", "tool_choice"];

/// The rest of a key or model where the provider named no time.
const QUOTA_REST: Duration = Duration::from_mins(15);
const KEY_REST: Duration = Duration::from_hours(1);
const FORBIDDEN_REST: Duration = Duration::from_mins(10);
const MODEL_REST: Duration = Duration::from_hours(1);
/// The longest rest of a throttled key that did not say when it is well again.
const MAX_THROTTLED_REST: Duration = Duration::from_mins(1);

/// What to do about a failed attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Ask the same candidate again after this long.
    Again(Duration),
    /// Ask the same candidate again without this parameter.
    Without(String),
    /// Go on to the next candidate, and leave this alone for a while.
    Next {
        /// What is left alone, also for the rest of this request.
        scope: Scope,
        /// For how long, in later requests; zero for not at all.
        rest: Duration,
    },
    /// Go on, but only to candidates whose window is larger than this (or unknown).
    Larger {
        /// The window that was too small.
        than: u64,
    },
    /// Nobody else would do better.
    Fail,
}

/// What a verdict reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// This key, for this model.
    KeyModel,
    /// This key.
    Key,
    /// This model at this provider, with whatever key.
    Model,
    /// This provider as a whole.
    Provider,
}

/// What has happened so far, as far as a verdict depends on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct History {
    /// How often this candidate was asked again already.
    pub(super) repeats: u32,
    /// How many parameters were left out for this candidate already.
    pub(super) dropped: usize,
    /// How much of the route's patience is left.
    pub(super) patience: Duration,
    /// How often in a row this key was throttled without naming a reset, before now.
    pub(super) throttled: u32,
    /// Other candidates that the request was tried on after a `bad_request`.
    pub(super) bad_requests: u32,
    /// The window of the candidate, if known.
    pub(super) window: Option<u64>,
    /// What the route says about answers that a filter holds back.
    pub(super) on_content_filter: OnContentFilter,
    /// Whether tools that are refused can be asked for in words, and were not yet.
    pub(super) may_speak: bool,
    /// A draw from 0 to 1, for jitter.
    pub(super) jitter: f64,
}

/// Decides.
pub(super) fn verdict(failure: &Failure, history: History) -> Verdict {
    let next = |scope, rest| Verdict::Next { scope, rest };
    match failure.class {
        FailureClass::RateLimited => throttled(failure, history),
        FailureClass::QuotaExhausted => next(Scope::KeyModel, failure.reset.unwrap_or(QUOTA_REST)),
        // Nobody has refused it: it could not be had, and perhaps can be the next time.
        FailureClass::Auth if failure.status.is_none() => next(Scope::Key, Duration::ZERO),
        FailureClass::Auth => next(Scope::Key, KEY_REST),
        FailureClass::Forbidden => next(Scope::KeyModel, FORBIDDEN_REST),
        FailureClass::Server | FailureClass::Malformed => {
            let pause = failure
                .reset
                .unwrap_or_else(|| Duration::from_millis(100).mul_f64(1.0 + 2.0 * history.jitter));
            if history.repeats == 0 && pause <= history.patience {
                Verdict::Again(pause)
            } else {
                next(Scope::Model, failure.reset.unwrap_or_default())
            }
        }
        // What went silent is never asked twice.
        FailureClass::Timeout => next(Scope::Model, Duration::ZERO),
        FailureClass::Unreachable if failure.stale_connection && history.repeats == 0 => {
            Verdict::Again(Duration::ZERO)
        }
        FailureClass::Unreachable => next(Scope::Provider, Duration::ZERO),
        // Something of it was lost before it was delivered: elsewhere it may come whole.
        FailureClass::BrokenStream => next(Scope::Model, Duration::ZERO),
        FailureClass::ContextLength => match failure.window.or(history.window) {
            Some(than) => Verdict::Larger { than },
            None => next(Scope::Model, Duration::ZERO),
        },
        FailureClass::NotFound => next(Scope::Model, MODEL_REST),
        FailureClass::Unsupported => match &failure.param {
            Some(param) if TOOLS.contains(&param.as_str()) && history.may_speak => {
                Verdict::Without(TOOLS[0].to_owned())
            }
            Some(param) if DROPPABLE.contains(&param.as_str()) && history.dropped < 3 => {
                Verdict::Without(param.clone())
            }
            _ => next(Scope::Model, Duration::ZERO),
        },
        // The request was translated for this provider; another one, asked in other words, may take it.
        FailureClass::BadRequest if history.bad_requests == 0 => next(Scope::Provider, Duration::ZERO),
        FailureClass::ContentFilter if history.on_content_filter == OnContentFilter::Next => {
            next(Scope::Model, Duration::ZERO)
        }
        FailureClass::BadRequest | FailureClass::ContentFilter | FailureClass::Cancelled => Verdict::Fail,
    }
}

/// A stated reset within patience is waited for, in full and once; without one, or beyond it, somebody else is asked.
fn throttled(failure: &Failure, history: History) -> Verdict {
    match failure.reset {
        Some(reset) if reset <= history.patience && history.repeats == 0 => Verdict::Again(reset),
        Some(reset) => Verdict::Next { scope: Scope::KeyModel, rest: reset },
        None => {
            let rest = Duration::from_secs(1 << history.throttled.min(6)).min(MAX_THROTTLED_REST);
            Verdict::Next { scope: Scope::KeyModel, rest: rest.mul_f64(0.5 + history.jitter / 2.0) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FailureClass as C;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn fresh() -> History {
        History {
            repeats: 0,
            dropped: 0,
            patience: 2 * SECOND,
            throttled: 0,
            bad_requests: 0,
            window: None,
            on_content_filter: OnContentFilter::Fail,
            may_speak: false,
            jitter: 0.5,
        }
    }

    fn failure(class: C) -> Failure {
        Failure::new(class, "x")
    }

    #[test]
    fn a_stated_reset_within_patience_is_waited_for_once() {
        let throttled = |reset| Failure { reset, ..failure(C::RateLimited) };
        assert_eq!(verdict(&throttled(Some(2 * SECOND)), fresh()), Verdict::Again(2 * SECOND));
        let again = History { repeats: 1, ..fresh() };
        assert_eq!(
            verdict(&throttled(Some(SECOND)), again),
            Verdict::Next { scope: Scope::KeyModel, rest: SECOND }
        );
        let far = Verdict::Next { scope: Scope::KeyModel, rest: 47 * SECOND };
        assert_eq!(verdict(&throttled(Some(47 * SECOND)), fresh()), far);
        let fifth = History { throttled: 4, jitter: 1.0, ..fresh() };
        assert_eq!(
            verdict(&throttled(None), fifth),
            Verdict::Next { scope: Scope::KeyModel, rest: 16 * SECOND }
        );
    }

    #[test]
    fn broken_servers_are_asked_once_more_and_silent_ones_never() {
        assert!(matches!(verdict(&failure(C::Server), fresh()), Verdict::Again(pause) if pause < SECOND));
        let again = History { repeats: 1, ..fresh() };
        assert!(matches!(verdict(&failure(C::Server), again), Verdict::Next { scope: Scope::Model, .. }));
        let hurried = History { patience: Duration::ZERO, ..fresh() };
        assert!(matches!(verdict(&failure(C::Server), hurried), Verdict::Next { .. }));
        assert!(matches!(verdict(&failure(C::Timeout), fresh()), Verdict::Next { scope: Scope::Model, .. }));
        assert!(matches!(
            verdict(&failure(C::Unreachable), fresh()),
            Verdict::Next { scope: Scope::Provider, .. }
        ));
        let stale = Failure { stale_connection: true, ..failure(C::Unreachable) };
        assert_eq!(verdict(&stale, fresh()), Verdict::Again(Duration::ZERO));
    }

    #[test]
    fn the_request_s_own_faults() {
        let refused = |param: &str| Failure { param: Some(param.into()), ..failure(C::Unsupported) };
        assert_eq!(verdict(&refused("temperature"), fresh()), Verdict::Without("temperature".into()));
        assert!(matches!(verdict(&refused("tools"), fresh()), Verdict::Next { .. }));
        let spoken = History { may_speak: true, ..fresh() };
        for param in ["tools", "tool_choice"] {
            assert_eq!(verdict(&refused(param), spoken), Verdict::Without("tools".into()));
        }
        assert_eq!(verdict(&failure(C::ContentFilter), fresh()), Verdict::Fail);
        let lenient = History { on_content_filter: OnContentFilter::Next, ..fresh() };
        let next = Verdict::Next { scope: Scope::Model, rest: Duration::ZERO };
        assert_eq!(verdict(&failure(C::ContentFilter), lenient), next);
        assert!(matches!(verdict(&failure(C::BadRequest), fresh()), Verdict::Next { .. }));
        assert_eq!(verdict(&failure(C::BadRequest), History { bad_requests: 1, ..fresh() }), Verdict::Fail);
        let long = Failure { window: Some(8192), ..failure(C::ContextLength) };
        assert_eq!(verdict(&long, fresh()), Verdict::Larger { than: 8192 });
    }

    proptest! {
        #[test]
        fn no_wait_is_longer_than_the_patience(
            secs in proptest::option::of(0u64..100_000),
            patience in 0u64..10,
            repeats in 0u32..3,
            throttled in 0u32..40,
            jitter in 0.0..=1.0f64,
            class in proptest::sample::select(vec![C::RateLimited, C::Server, C::Malformed, C::Timeout]),
        ) {
            let failure = Failure { reset: secs.map(Duration::from_secs), ..failure(class) };
            let history = History { repeats, patience: Duration::from_secs(patience), throttled, jitter, ..fresh() };
            match verdict(&failure, history) {
                Verdict::Again(wait) => prop_assert!(wait <= history.patience && repeats == 0),
                Verdict::Next { .. } => {}
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}
