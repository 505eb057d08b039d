//! What came back: bodies within bounds, refusals, and the reasons why nothing came.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Response;
use reqwest::header::LOCATION;
use tokio::time::{Instant, timeout_at};

use super::classify;
use super::reading::Timers;
use crate::chat::{Failure, FailureClass};

/// The most that is read of an answer that comes whole.
pub(super) const MAX_BODY: usize = 64 << 20;
/// The most that is read of an error's body.
const MAX_ERROR_BODY: usize = 256 << 10;
/// How long an error's body may take once its status is known.
const ERROR_BODY_PATIENCE: Duration = Duration::from_secs(3);

/// A request that got no answer.
pub(super) fn unreachable(error: reqwest::Error) -> Failure {
    let class = if error.is_timeout() { FailureClass::Timeout } else { FailureClass::Unreachable };
    Failure::new(class, reason(&error.without_url()))
}

/// Reads a refusal and classifies it.
pub(super) async fn refusal(response: Response) -> Failure {
    let (status, headers) = (response.status(), response.headers().clone());
    let (started, patience) = (Instant::now(), ERROR_BODY_PATIENCE);
    let timers =
        Timers { started, idle: patience, first_token: started + patience, total: started + patience };
    // Without its body the status alone says enough.
    let body = bounded(response, MAX_ERROR_BODY, timers).await.unwrap_or_default();
    let mut failure = classify(status.as_u16(), &headers, &body, Timestamp::now());
    if status.is_redirection() {
        let place = headers.get(LOCATION).and_then(|place| reqwest::Url::parse(place.to_str().ok()?).ok());
        let host = place.as_ref().and_then(reqwest::Url::host_str).unwrap_or("another address");
        failure.message = format!("it redirects to {host}, and a key is not sent on: check base_url");
    }
    failure
}

/// Reads a body to its end, up to `most` bytes: the first of them must come by the first-token limit, the next ones
/// within the idle limit of each other.
pub(super) async fn bounded(mut response: Response, most: usize, timers: Timers) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    let mut limit = timers.first_token;
    loop {
        match timeout_at(limit, response.chunk()).await {
            Err(_) => return Err(silent(timers.started, "no whole answer")),
            Ok(Ok(Some(bytes))) if body.len() + bytes.len() > most => {
                return Err(Failure::new(
                    FailureClass::Malformed,
                    format!("the answer is larger than {} MiB", most >> 20),
                ));
            }
            Ok(Ok(Some(bytes))) => body.extend_from_slice(&bytes),
            Ok(Ok(None)) => return Ok(body),
            Ok(Err(error)) => return Err(broken(error)),
        }
        limit = (Instant::now() + timers.idle).min(timers.total);
    }
}

/// Why a body broke off: a reset is the network's doing, an early end is the provider's.
pub(super) fn broken(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>()
            && matches!(io.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
        {
            return Failure::new(FailureClass::Unreachable, "the connection was reset");
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        return Failure::new(FailureClass::Timeout, reason(&error));
    }
    Failure::new(FailureClass::Malformed, format!("the answer broke off: {}", reason(&error)))
}

/// A timer ran out.
pub(super) fn silent(started: Instant, what: &str) -> Failure {
    Failure::new(FailureClass::Timeout, format!("{what} within {}", seconds(started.elapsed())))
}

/// `10s`, `0.5s`.
pub(super) fn seconds(span: Duration) -> String {
    let tenths = (span.as_millis() + 50) / 100;
    if tenths.is_multiple_of(10) {
        format!("{}s", tenths / 10)
    } else {
        format!("{}.{}s", tenths / 10, tenths % 10)
    }
}

/// The innermost cause says most; the layers of the client above it say nothing to a user.
pub(super) fn reason(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let text = super::one_line(&innermost.to_string());
    if error.is_connect() { format!("cannot connect: {text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_well() {
        assert_eq!(seconds(Duration::from_millis(10_003)), "10s");
        assert_eq!(seconds(Duration::from_millis(480)), "0.5s");
    }
}
