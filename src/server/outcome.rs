//! Which status says best why there is no answer.
//!
//! Several attempts fail for several reasons, and a client sees one. What it can act on comes first: that its own
//! request is refused for what it says; that asking again later will help, with when; that those behind us are broken.
//! A key that a provider refuses is ours, so that is never a 401.

use std::time::Duration;

use axum::http::StatusCode;
use tokio::time::Instant;

use super::refusal::{INVALID, Refusal, SERVER};
use crate::app::ResolveError;
use crate::chat::{Failure, FailureClass};
use crate::router::plan::SkipReason;
use crate::router::{Attempt, AttemptReport, RouteError, RouteErrorKind};

/// How long to wait where nobody says.
const SOON: Duration = Duration::from_secs(1);

/// What a name leads to cannot be asked.
pub(super) fn unresolved(error: ResolveError) -> Refusal {
    let message = error.to_string();
    let unknown = |message: String| {
        let refusal = Refusal::new(StatusCode::NOT_FOUND, message).code("model_not_found");
        Refusal { param: Some("model".into()), ..refusal }
    };
    match error {
        ResolveError::Unknown { nearest: Some(near), .. } => {
            unknown(format!("{message}; did you mean `{near}`?"))
        }
        // Asking again would not help: somebody has to set it up first.
        ResolveError::Unknown { .. }
        | ResolveError::NoKey { .. }
        | ResolveError::Off(_)
        | ResolveError::Disabled(_)
        | ResolveError::NoDefaultModel { .. } => unknown(message),
        ResolveError::NoProvider => {
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, message).code("no_provider")
        }
        // Its address is nobody's business but the log's.
        ResolveError::LocalDown { provider, .. } => {
            let message = format!("the server of `{provider}` does not answer");
            Refusal::new(StatusCode::BAD_GATEWAY, message).code("unreachable")
        }
        ResolveError::Config(_) => {
            let message = "the configuration is wrong; `aigw config validate` says where";
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message).code("configuration")
        }
    }
}

/// The server ends before the answer does.
pub(super) fn stopping() -> Refusal {
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping, and the answer is not whole")
        .code("stopping")
}

/// A request without a whole answer.
pub(super) fn unanswered(error: &RouteError) -> Refusal {
    let attempts = error.attempts.iter().map(AttemptReport::new).collect();
    let refusal = match decisive(&error.attempts) {
        Some((_, failure)) if is_the_requests_own(failure.class) => {
            let (status, kind, code) = status(failure.class);
            let refusal = Refusal { kind, ..Refusal::new(status, failure.message.as_str()).code(code) };
            Refusal { param: failure.param.as_deref().map(Into::into), ..refusal }
        }
        Some((_, failure)) => {
            let broken = matches!(error.kind, RouteErrorKind::Broken(_));
            let class = if broken { FailureClass::BrokenStream } else { failure.class };
            let what = if broken { "the answer broke off".into() } else { lost(error) };
            let told: Vec<String> = error.attempts.iter().map(line).collect();
            transient(class, format!("{what}: {}", told.join("; ")), rest(error))
        }
        None if error.is_unable() => unable(error),
        None => {
            let class = resting(error).unwrap_or(FailureClass::Server);
            transient(class, format!("{}: {}", lost(error), skipped(error)), rest(error))
        }
    };
    Refusal { attempts, ..refusal }
}

fn lost(error: &RouteError) -> String {
    format!("no answer by the route `{}`", error.route)
}

fn transient(class: FailureClass, message: String, rest: Option<Duration>) -> Refusal {
    let (status, kind, code) = status(class);
    // Who is overloaded and names no time is asked again soon, but not at once.
    let soon =
        [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&status).then_some(SOON);
    Refusal { kind, retry_after: rest.or(soon), ..Refusal::new(status, message).code(code) }
}

/// The failure that says most. The filter's word is final; of others the first in order.
fn decisive(attempts: &[Attempt]) -> Option<(&Attempt, &Failure)> {
    let failed = || attempts.iter().filter_map(|attempt| Some((attempt, attempt.failure.as_ref()?)));
    // Two providers that call it wrong are right, whatever a third one suffers from.
    let wrong = failed().filter(|(_, failure)| failure.class == FailureClass::BadRequest).count() > 1;
    failed().min_by_key(|(_, failure)| match failure.class {
        FailureClass::BadRequest if wrong => 0,
        class => rank(class),
    })
}

/// The order in which failures are worth telling.
fn rank(class: FailureClass) -> u8 {
    match class {
        FailureClass::ContentFilter => 0,
        FailureClass::RateLimited => 1,
        FailureClass::QuotaExhausted => 2,
        FailureClass::Server => 3,
        FailureClass::Timeout => 4,
        FailureClass::Malformed | FailureClass::BrokenStream | FailureClass::Unreachable => 5,
        FailureClass::ContextLength => 6,
        FailureClass::BadRequest => 7,
        FailureClass::Unsupported => 8,
        FailureClass::Auth | FailureClass::Forbidden | FailureClass::NotFound => 9,
        FailureClass::Cancelled => 10,
    }
}

fn is_the_requests_own(class: FailureClass) -> bool {
    matches!(
        class,
        FailureClass::ContentFilter
            | FailureClass::ContextLength
            | FailureClass::BadRequest
            | FailureClass::Unsupported
    )
}

/// Status, kind and code.
fn status(class: FailureClass) -> (StatusCode, &'static str, &'static str) {
    match class {
        FailureClass::ContextLength => (StatusCode::BAD_REQUEST, INVALID, "context_length_exceeded"),
        FailureClass::ContentFilter => (StatusCode::BAD_REQUEST, INVALID, "content_filter"),
        FailureClass::BadRequest => (StatusCode::BAD_REQUEST, INVALID, "bad_request"),
        FailureClass::Unsupported => (StatusCode::BAD_REQUEST, INVALID, "unsupported_parameter"),
        FailureClass::RateLimited => {
            (StatusCode::TOO_MANY_REQUESTS, "rate_limit_error", "rate_limit_exceeded")
        }
        FailureClass::QuotaExhausted => {
            (StatusCode::TOO_MANY_REQUESTS, "insufficient_quota", "insufficient_quota")
        }
        FailureClass::Server | FailureClass::Cancelled => {
            (StatusCode::SERVICE_UNAVAILABLE, SERVER, class.as_str())
        }
        FailureClass::Timeout => (StatusCode::GATEWAY_TIMEOUT, SERVER, class.as_str()),
        FailureClass::Malformed
        | FailureClass::BrokenStream
        | FailureClass::Unreachable
        | FailureClass::Auth
        | FailureClass::Forbidden
        | FailureClass::NotFound => (StatusCode::BAD_GATEWAY, SERVER, class.as_str()),
    }
}

/// The class that most of the waiting is for: what everybody rests from.
fn resting(error: &RouteError) -> Option<FailureClass> {
    let classes = error.skipped.iter().filter_map(|skipped| match skipped.reason {
        SkipReason::Cooling { class, .. } => Some(class),
        SkipReason::Open { .. } => Some(FailureClass::Server),
        SkipReason::Out { .. } => Some(FailureClass::RateLimited),
        SkipReason::Unable { .. } | SkipReason::Lesser { .. } | SkipReason::TooLong { .. } => None,
    });
    classes.min_by_key(|class| rank(*class))
}

/// How long until the first of those who failed may be asked again. Who was refused for good is not waited for.
fn rest(error: &RouteError) -> Option<Duration> {
    let passes = |class: FailureClass| rank(class) <= rank(FailureClass::Unreachable);
    let failed = error.attempts.iter().filter_map(|attempt| {
        let failure = attempt.failure.as_ref().filter(|failure| passes(failure.class))?;
        attempt.rest.or(failure.reset)
    });
    let skipped = error.skipped.iter().filter_map(|skipped| match skipped.reason {
        SkipReason::Cooling { class, .. } if !passes(class) => None,
        ref reason => Some(reason.until()?.saturating_duration_since(Instant::now())),
    });
    failed.chain(skipped).min()
}

/// No model of the route can do what the request needs.
fn unable(error: &RouteError) -> Refusal {
    let too_long = |reason: &SkipReason| matches!(reason, SkipReason::TooLong { .. });
    let long = error.skipped.iter().all(|skipped| too_long(&skipped.reason));
    let message = format!("no model of the route `{}` can do this: {}", error.route, skipped(error));
    let code = if long { "context_length_exceeded" } else { "unsupported" };
    Refusal::of("model", message).code(code)
}

fn skipped(error: &RouteError) -> String {
    let line = |skipped: &crate::router::plan::Skipped| {
        format!("{}: {}", skipped.candidate.model_id(), skipped.reason.words())
    };
    let mut lines: Vec<String> = error.skipped.iter().map(line).collect();
    lines.dedup();
    lines.join("; ")
}

fn line(attempt: &Attempt) -> String {
    let Some(failure) = &attempt.failure else { return format!("{} answered", attempt.model) };
    let status = failure.status.map(|status| format!(" ({status})")).unwrap_or_default();
    format!("{} {}{status}: {}", attempt.model, failure.class.as_str(), failure.message)
}
