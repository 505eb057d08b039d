//! Why a service gave nothing, and what follows from it.
//!
//! Services say it in many ways: with a status, with an error in a good answer, with a web page where data was asked for.
//! Whoever reads their answers puts it into one of these words, so that a failure is never taken for "there is nothing".

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use serde::{Deserialize, Serialize};

use super::reading::one_line;

/// Nobody is left alone for longer than this, whatever a service says.
const LONGEST: Duration = Duration::from_hours(31 * 24);
/// Feeds are no service with settings of its own: they are addresses.
const FEEDS: &str = "feeds";

/// What kind of trouble it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// The service is well, and knows nothing of what was asked for.
    NotFound,
    /// Too many requests in a short time.
    RateLimited {
        /// When it may be asked again, as far as it says.
        until: Option<Timestamp>,
    },
    /// What the account or the day allows is used up.
    Quota {
        /// When there is more, as far as it says.
        until: Option<Timestamp>,
    },
    /// The key is missing or was refused.
    Auth,
    /// It wants to see a person: a CAPTCHA, a page that needs JavaScript, a consent form, a refusal of programs.
    Challenge,
    /// It does not do what it was asked.
    BadRequest,
    /// It failed on its own side, with this status.
    Upstream {
        /// The HTTP status; a good one where the failure is told in the body.
        status: u16,
    },
    /// What came is not what the service gives.
    Shape,
    /// Nothing came in time.
    Timeout,
    /// There is no way to it.
    Unreachable,
}

/// Why a service gave nothing, and what it said itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What kind of trouble.
    #[serde(flatten)]
    pub why: Why,
    /// What the service said, or what is known besides: one line, without keys; may be empty.
    pub said: String,
}

impl Trouble {
    /// Trouble with what is known about it.
    pub fn new(why: Why, said: impl AsRef<str>) -> Self {
        Self { why, said: one_line(said.as_ref()) }
    }

    /// What was asked for is not known there.
    pub fn not_found(said: impl AsRef<str>) -> Self {
        Self::new(Why::NotFound, said)
    }

    /// What came is not what the service gives.
    pub fn shape(said: impl AsRef<str>) -> Self {
        Self::new(Why::Shape, said)
    }

    /// Too many requests, for this long.
    pub fn limited_for(wait: Duration, now: Timestamp, said: impl AsRef<str>) -> Self {
        Self::new(Why::RateLimited { until: after(now, wait) }, said)
    }

    /// What a day allows is used up, until midnight where the services count.
    pub fn out_for_the_day(now: Timestamp, said: impl AsRef<str>) -> Self {
        Self::new(Why::Quota { until: Some(next_day(now)) }, said)
    }

    /// What a status means by itself. `keyed`: whether the request carried a key.
    pub fn of_status(
        status: u16,
        headers: &HeaderMap,
        said: impl AsRef<str>,
        keyed: bool,
        now: Timestamp,
    ) -> Self {
        let why = match status {
            300..400 => return redirected(headers),
            401 => Why::Auth,
            402 => Why::Quota { until: retry_after(headers, now) },
            403 if keyed => Why::Auth,
            403 => Why::Challenge,
            429 => Why::RateLimited { until: retry_after(headers, now) },
            400 | 405..=407 | 410..=422 | 426 => Why::BadRequest,
            _ => Why::Upstream { status },
        };
        Self::new(why, said)
    }

    /// Until when the service is left alone after this; none if it may be asked something else at once.
    pub fn rests_until(&self, now: Timestamp) -> Option<Timestamp> {
        let usual = match self.why {
            Why::NotFound | Why::BadRequest => return None,
            Why::RateLimited { until } => until.or(after(now, Duration::from_mins(1))),
            Why::Quota { until } => until.or(after(now, Duration::from_hours(1))),
            // A key or a way in does not get better by itself, but somebody may see to it.
            Why::Auth | Why::Challenge => after(now, Duration::from_hours(1)),
            Why::Upstream { .. } | Why::Shape | Why::Timeout | Why::Unreachable => {
                after(now, Duration::from_secs(30))
            }
        };
        usual.zip(after(now, LONGEST)).map(|(until, longest)| until.min(longest)).filter(|until| *until > now)
    }

    /// What happened, in words.
    pub fn what(&self) -> String {
        let what = match self.why {
            Why::NotFound => "knows nothing of it".to_owned(),
            Why::RateLimited { .. } => "too many requests".to_owned(),
            Why::Quota { .. } => "its quota is used up".to_owned(),
            Why::Auth => "the key is missing or was refused".to_owned(),
            Why::Challenge => "wants to see a person and no program".to_owned(),
            Why::BadRequest => "does not take this request".to_owned(),
            Why::Upstream { status: 200..300 } => "failed on its own side".to_owned(),
            Why::Upstream { status } => format!("failed with status {status}"),
            Why::Shape => "gave something unreadable".to_owned(),
            Why::Timeout => "did not answer in time".to_owned(),
            Why::Unreachable => "cannot be reached".to_owned(),
        };
        if self.said.is_empty() { what } else { format!("{what} ({})", self.said) }
    }

    /// What can be done about it where a tool has this service, besides waiting.
    pub fn advice(&self, tool: &str, service: &str) -> Option<String> {
        let is_of_address = matches!(
            self.why,
            Why::Auth | Why::Challenge | Why::Shape | Why::Upstream { status: 401..=404 | 410 }
        );
        if service == FEEDS && is_of_address {
            return Some(format!("check the addresses of `{FEEDS}` in [tools.{tool}]"));
        }
        let section = format!("[tools.{tool}.{service}]");
        match self.why {
            Why::Auth => Some(format!("check `api_key` in {section} or the service's variable")),
            Why::Quota { .. } => {
                Some(format!("a key of one's own or another service in `[tools.{tool}]` helps"))
            }
            Why::Challenge => {
                Some(format!("leave it out of `order` in `[tools.{tool}]` if it stays like that"))
            }
            Why::Shape | Why::Upstream { status: 404 } => {
                Some(format!("check `base_url` if {section} sets one"))
            }
            Why::Unreachable => Some("check the network".to_owned()),
            Why::NotFound
            | Why::RateLimited { .. }
            | Why::BadRequest
            | Why::Upstream { .. }
            | Why::Timeout => None,
        }
    }
}

/// A redirect where an answer was expected. Consent and bot checks are pages of their own.
fn redirected(headers: &HeaderMap) -> Trouble {
    let place = headers.get(LOCATION).and_then(|place| place.to_str().ok()).unwrap_or_default();
    let url = url::Url::parse(place).ok();
    let host = url.as_ref().and_then(url::Url::host_str).unwrap_or("another page");
    let wants_a_person =
        host.starts_with("consent.") || place.contains("/sorry/") || place.contains("captcha");
    let why = if wants_a_person { Why::Challenge } else { Why::Shape };
    Trouble::new(why, format!("it redirects to {host}"))
}

/// `Retry-After`: seconds or an HTTP date.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return after(now, Duration::try_from_secs_f64(seconds).ok()?);
    }
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()
}

/// A moment from now.
pub fn after(now: Timestamp, wait: Duration) -> Option<Timestamp> {
    now.checked_add(SignedDuration::try_from(wait).ok()?).ok()
}

/// The next midnight, UTC: most services count their days so, and of the others it is a fair guess.
pub fn next_day(now: Timestamp) -> Timestamp {
    let day = 24 * 3600;
    Timestamp::from_second((now.as_second().div_euclid(day) + 1) * day).unwrap_or(Timestamp::MAX)
}

/// How long it is until then: `45s`, `3m`, `2h 5m`, `4d`.
pub fn wait(until: Timestamp, now: Timestamp) -> String {
    let seconds = (until.duration_since(now).as_millis() + 999).div_euclid(1000).max(1);
    match seconds {
        ..120 => format!("{seconds}s"),
        120..7200 => format!("{}m", (seconds + 59) / 60),
        7200..172_800 => format!("{}h {}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn why(status: u16, pairs: &[(&'static str, &str)], keyed: bool) -> Why {
        Trouble::of_status(status, &headers(pairs), "", keyed, now()).why
    }

    #[test]
    fn a_status_says_what_it_says() {
        assert_eq!(why(401, &[], false), Why::Auth);
        assert_eq!(why(403, &[], true), Why::Auth);
        assert_eq!(why(403, &[], false), Why::Challenge);
        assert_eq!(why(400, &[], true), Why::BadRequest);
        assert_eq!(why(404, &[], true), Why::Upstream { status: 404 });
        assert_eq!(why(503, &[], true), Why::Upstream { status: 503 });
        assert_eq!(why(302, &[("location", "https://consent.google.com/m?x=1")], false), Why::Challenge);
        assert_eq!(why(302, &[("location", "https://www.example.org/")], false), Why::Shape);
    }

    #[test]
    fn the_wait_is_read_and_bounded() {
        let until = |value: &str| match why(429, &[("retry-after", value)], false) {
            Why::RateLimited { until } => until.map(|until| wait(until, now())),
            other => panic!("{other:?}"),
        };
        assert_eq!(until("90").as_deref(), Some("90s"));
        assert_eq!(until("Sun, 22 Nov 2026 14:05:00 GMT").as_deref(), Some("2h 5m"));
        assert_eq!(until("soon"), None);
        assert_eq!(until("-1"), None);
        let rests = |why| Trouble::new(why, "").rests_until(now()).map(|until| wait(until, now()));
        assert_eq!(rests(Why::RateLimited { until: None }).as_deref(), Some("60s"));
        assert_eq!(rests(Why::Quota { until: Some(Timestamp::MAX) }).as_deref(), Some("31d"));
        assert_eq!(rests(Why::Quota { until: Some(next_day(now())) }).as_deref(), Some("12h 0m"));
        assert_eq!(rests(Why::Timeout).as_deref(), Some("30s"));
        assert_eq!(rests(Why::NotFound), None);
        assert_eq!(rests(Why::RateLimited { until: Some(now()) }), None);
    }

    #[test]
    fn it_says_what_to_do() {
        let trouble = Trouble::new(Why::Auth, "Invalid\n\tkey");
        assert_eq!(trouble.what(), "the key is missing or was refused (Invalid key)");
        let advice = trouble.advice("stocks", "finnhub").unwrap();
        assert!(advice.contains("[tools.stocks.finnhub]"), "{advice}");
    }
}
