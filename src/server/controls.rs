//! What a client can say besides its request, in headers of ours. Never a key and never an address.

use std::str::FromStr;
use std::time::Duration;

use axum::http::HeaderMap;

use super::refusal::Refusal;
use crate::router::{OnBrokenStream, Route};

/// The longest that a client may wait.
const LONGEST: Duration = Duration::from_hours(1);
/// The longest name of a session.
const LONGEST_SESSION: usize = 128;

/// The headers of one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Controls {
    /// `x-aigw-route`: where to go, in place of what the model's name says.
    pub(super) route: Option<String>,
    /// `x-aigw-fallback: off`: one candidate and no other.
    pub(super) alone: bool,
    /// `x-aigw-timeout`: how long all of it may take, as `30s` or in seconds.
    pub(super) timeout: Option<Duration>,
    /// `x-aigw-restart: events`: the client understands that what it was told is void.
    pub(super) restarts: bool,
    /// `x-session-id`: the session that the request is a part of.
    pub(super) session: Option<String>,
}

impl Controls {
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        let text = |name: &str| -> Result<Option<&str>, Refusal> {
            let Some(value) = headers.get(name) else { return Ok(None) };
            let text = value.to_str().map(str::trim).ok().filter(|text| !text.is_empty());
            text.map(Some).ok_or_else(|| Refusal::of(name, format!("the header {name} is no text")))
        };
        let timeout = text("x-aigw-timeout")?.map(span).transpose()?;
        let session = text("x-session-id")?.map(str::to_owned);
        if session.as_ref().is_some_and(|session| session.len() > LONGEST_SESSION) {
            return Err(Refusal::of("x-session-id", "no session has so long a name"));
        }
        Ok(Self {
            route: text("x-aigw-route")?.map(str::to_owned),
            alone: word(text("x-aigw-fallback")?, "x-aigw-fallback", "off", "on")?,
            restarts: word(text("x-aigw-restart")?, "x-aigw-restart", "events", "none")?,
            timeout,
            session,
        })
    }

    /// A route as the client wants it.
    pub(super) fn narrowed(&self, route: Route) -> Route {
        if !self.alone {
            return route;
        }
        let mut route = Route { on_broken_stream: OnBrokenStream::Fail, hedge_after: None, ..route };
        route.stops.truncate(1);
        route
    }
}

/// Whether a header says one of its two words.
fn word(text: Option<&str>, name: &str, yes: &str, no: &str) -> Result<bool, Refusal> {
    match text {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case(yes) => Ok(true),
        Some(text) if text.eq_ignore_ascii_case(no) => Ok(false),
        Some(_) => Err(Refusal::of(name, format!("the header {name} is `{yes}` or `{no}`"))),
    }
}

fn span(text: &str) -> Result<Duration, Refusal> {
    let seconds = || text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let signed = || jiff::SignedDuration::from_str(text).ok().and_then(|span| Duration::try_from(span).ok());
    let span = seconds().or_else(signed).filter(|span| !span.is_zero() && *span <= LONGEST);
    span.ok_or_else(|| {
        Refusal::of("x-aigw-timeout", "the header x-aigw-timeout is a time such as 30s, of an hour at most")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn read(name: &'static str, value: &'static str) -> Result<Controls, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        Controls::read(&headers)
    }

    #[test]
    fn headers_are_read_or_refused_by_name() {
        assert_eq!(Controls::read(&HeaderMap::new()).unwrap(), Controls::default());
        assert_eq!(read("x-aigw-route", " fast ").unwrap().route.as_deref(), Some("fast"));
        assert!(
            read("x-aigw-fallback", "OFF").unwrap().alone && !read("x-aigw-fallback", "on").unwrap().alone
        );
        assert_eq!(read("x-aigw-timeout", "2.5").unwrap().timeout, Some(Duration::from_millis(2500)));
        assert_eq!(read("x-aigw-timeout", "2m").unwrap().timeout, Some(Duration::from_mins(2)));
        for (name, value) in [
            ("x-aigw-fallback", "maybe"),
            ("x-aigw-timeout", "soon"),
            ("x-aigw-timeout", "-1"),
            ("x-aigw-timeout", "1e300"),
            ("x-aigw-timeout", "nan"),
            ("x-aigw-restart", "yes"),
            ("x-aigw-route", ""),
        ] {
            assert_eq!(read(name, value).unwrap_err().param.as_deref(), Some(name), "{value}");
        }
    }
}
