//! Times, as people type them: a date, a date with a time, or a span from now.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// A time that is past: `24h` ago, or a date.
pub(super) fn since(text: &str) -> Result<Timestamp, String> {
    let ago = |span: Span| Timestamp::now().to_zoned(TimeZone::UTC).checked_sub(span);
    spanned(text, ago).unwrap_or_else(|| at(text).map_err(|_| expected("24h")))
}

/// A time to come: in `30d`, or a date.
pub(super) fn ahead(text: &str) -> Result<Timestamp, String> {
    let ahead = |span: Span| Timestamp::now().to_zoned(TimeZone::UTC).checked_add(span);
    let time = spanned(text, ahead).unwrap_or_else(|| at(text).map_err(|_| expected("30d")))?;
    if time > Timestamp::now() { Ok(time) } else { Err("that time is over".into()) }
}

/// A date, with or without a time. Where it names no time zone it is UTC.
pub(super) fn at(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let expected = "expected a date such as `2026-11-01` or a time such as `2026-11-01T09:30`";
    let time = text.parse::<DateTime>().and_then(|time| time.to_zoned(TimeZone::UTC));
    time.map(|time| time.timestamp()).map_err(|_| expected.to_owned())
}

/// How long ago, in the largest unit that fits: `3d`.
pub(super) fn age(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second() - then.as_second();
    match seconds {
        ..60 => "now".to_owned(),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        86_400..63_072_000 => format!("{}d", seconds / 86_400),
        _ => format!("{}y", seconds / 31_536_000),
    }
}

/// What a span leads to; none if the text is no span. A number alone is seconds, as everywhere.
fn spanned(
    text: &str,
    from_now: impl FnOnce(Span) -> Result<jiff::Zoned, jiff::Error>,
) -> Option<Result<Timestamp, String>> {
    let text = text.trim();
    let alone = text.bytes().all(|byte| byte.is_ascii_digit());
    let span: Span = if alone { format!("{text}s").parse().ok()? } else { text.parse().ok()? };
    if span.is_negative() {
        return None;
    }
    Some(from_now(span).map(|time| time.timestamp()).map_err(|error| error.to_string()))
}

fn expected(span: &str) -> String {
    format!("expected a span such as `{span}` or a date such as `2026-11-01`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_type_them() {
        let midnight: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        assert_eq!(at("2026-11-01"), Ok(midnight));
        assert_eq!(at("2026-11-01T02:00+02:00"), Ok(midnight));
        assert_eq!(at("2026-11-01 00:00"), Ok(midnight));
        assert_eq!(since("2026-11-01"), Ok(midnight));
        assert_eq!(ahead("2126-11-01").unwrap().to_string(), "2126-11-01T00:00:00Z");
        for text in ["", "soon", "2026-13-01", "-1d", "1d ago"] {
            assert!(at(text).is_err() && since(text).is_err() && ahead(text).is_err(), "{text:?}");
        }
        assert_eq!(ahead("2020-01-01").unwrap_err(), "that time is over");
        assert!(ahead("0s").is_err() && ahead("999999999y").is_err());
    }

    #[test]
    fn spans_are_counted_from_now() {
        for (text, expected) in [("90", "1m"), ("90m", "1h"), ("30d", "30d"), ("24h", "1d"), ("3y", "3y")] {
            let then = since(text).unwrap();
            let now = Timestamp::now();
            assert_eq!(age(then, now), expected, "{text}");
            assert!(ahead(text).unwrap() > now, "{text}");
        }
        assert_eq!(age(ahead("1h").unwrap(), Timestamp::now()), "now");
    }
}
