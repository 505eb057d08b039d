//! When a provider will be well again, in all the forms in which providers say it.
//!
//! Order, most binding first: `retry-after-ms`, `retry-after` (seconds or a date), the reset header of the bucket that
//! is *exhausted* (a bucket with something left says nothing about this refusal), the IETF `ratelimit` header, the
//! error's body. On an answer with a good status none of these means anything, so this is only asked about failures.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// Longer waits than this are not believed as they stand; the provider is asked again after it.
const LONGEST: Duration = Duration::from_hours(24);

/// How long until the provider is well again, as its reply states it.
pub fn reset(headers: &HeaderMap, body: &Value, message: &str, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let stated = text("retry-after-ms")
        .and_then(|ms| ms.trim().parse::<f64>().ok())
        .and_then(|ms| seconds(ms / 1000.0))
        .or_else(|| text("retry-after").and_then(|value| retry_after(value, now)))
        .or_else(|| exhausted_bucket(headers, now))
        .or_else(|| text("ratelimit").and_then(ietf_ratelimit))
        .or_else(|| in_body(body, now))
        .or_else(|| in_message(message))?;
    Some(stated.min(LONGEST))
}

/// `Retry-After`: seconds, with or without a fraction, or an HTTP date.
fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(number) = value.parse::<f64>() {
        return seconds(number);
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(until(date, now))
}

/// The reset of the buckets whose `remaining` is zero; of several the last to refill.
fn exhausted_bucket(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    headers
        .iter()
        .filter(|(name, value)| {
            name.as_str().contains("ratelimit")
                && name.as_str().contains("remaining")
                && value.to_str().is_ok_and(|left| left.trim().parse::<f64>().is_ok_and(|left| left <= 0.0))
        })
        .filter_map(|(name, _)| headers.get(name.as_str().replace("remaining", "reset")))
        .filter_map(|value| moment(value.to_str().ok()?, now))
        .max()
}

/// A reset header: a Go duration, seconds, an epoch in seconds or milliseconds, or a date and time.
pub(super) fn moment(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(number) = value.parse::<f64>() {
        let millis = if number > 1e12 { number } else { number * 1000.0 };
        if number <= 1e9 {
            return seconds(number);
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float that is out of range saturates, and is refused"
        )]
        let at = Timestamp::from_millisecond(millis as i64).ok()?;
        return Some(until(at, now));
    }
    go_duration(value).or_else(|| value.parse::<Timestamp>().ok().map(|at| until(at, now)))
}

/// The IETF draft: `"api";r=0;t=55`, `t` in seconds; it counts only when nothing remains.
fn ietf_ratelimit(value: &str) -> Option<Duration> {
    if ietf_field(value, "r")? > 0.0 {
        return None;
    }
    seconds(ietf_field(value, "t")?)
}

/// A number in a header of the IETF draft.
pub(super) fn ietf_field(value: &str, name: &str) -> Option<f64> {
    value.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('=')?.parse().ok())
}

/// Fields of error bodies: `retry_after` (Replicate), `retryDelay` in `error.details[]` (Google), headers that are
/// repeated in `error.metadata` (OpenRouter).
fn in_body(body: &Value, now: Timestamp) -> Option<Duration> {
    let body = body.get(0).unwrap_or(body);
    let error = body.get("error").unwrap_or(body);
    if let Some(number) = [body, error].iter().find_map(|value| value.get("retry_after")?.as_f64()) {
        return seconds(number);
    }
    if let Some(reset) = error.pointer("/metadata/headers/X-RateLimit-Reset").and_then(Value::as_str) {
        return moment(reset, now);
    }
    let details = error.get("details")?.as_array()?;
    details.iter().find_map(|detail| go_duration(detail.get("retryDelay")?.as_str()?))
}

/// "Please try again in 4m32.16s", "retry in 34.4s", "resets in ~7s", "try again in 2 minutes".
fn in_message(message: &str) -> Option<Duration> {
    let lower = message.to_ascii_lowercase();
    ["try again in ", "retry in ", "retry after ", "resets in "].iter().find_map(|phrase| {
        let rest = &lower[lower.find(phrase)? + phrase.len()..];
        let clean = |word: &'_ str| word.trim_end_matches(['.', ',', ';', ')', '!']).to_owned();
        let mut words = rest.trim_start_matches('~').split_whitespace().map(clean);
        let first = words.next()?;
        let Ok(number) = first.parse::<f64>() else { return go_duration(&first) };
        let scale = match words.next().as_deref().map(|unit| unit.trim_end_matches('s')) {
            None | Some("" | "second" | "sec") => 1.0,
            Some("m" | "millisecond") => 1e-3, // `ms` without its s
            Some("minute" | "min") => 60.0,
            Some("hour" | "hr" | "h") => 3600.0,
            Some("day" | "d") => 86_400.0,
            Some(_) => return None,
        };
        seconds(number * scale)
    })
}

/// `1m26.4s`, `172.8ms`, `1h2m3s`, `0s`, as Go prints durations; `1d` as well.
pub fn go_duration(text: &str) -> Option<Duration> {
    let mut total = 0.0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit_end =
            rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |end| digits + end);
        total += number
            * match &rest[digits..unit_end] {
                "ns" => 1e-9,
                "us" | "µs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                "d" => 86_400.0,
                _ => return None,
            };
        rest = &rest[unit_end..];
    }
    seconds(total)
}

pub(super) fn seconds(number: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(number).ok()
}

fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn now() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    fn from_headers(headers: &[(&'static str, &str)]) -> Option<Duration> {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        reset(&headers, &Value::Null, "", now())
    }

    #[test]
    fn retry_after_in_all_its_forms() {
        let ms = |ms| Some(Duration::from_millis(ms));
        assert_eq!(from_headers(&[("retry-after", "2")]), ms(2000));
        assert_eq!(from_headers(&[("retry-after", "1.5")]), ms(1500));
        assert_eq!(from_headers(&[("retry-after", "Sun, 22 Nov 2026 12:00:30 GMT")]), ms(30_000));
        assert_eq!(from_headers(&[("retry-after", "Sun, 22 Nov 2026 11:00:00 GMT")]), ms(0));
        assert_eq!(from_headers(&[("retry-after-ms", "250"), ("retry-after", "9")]), ms(250));
        assert_eq!(from_headers(&[("retry-after", "-1")]), None);
        assert_eq!(from_headers(&[("retry-after", "soon")]), None);
        assert_eq!(from_headers(&[("retry-after", "9999999")]), Some(LONGEST));
    }

    #[test]
    fn the_exhausted_bucket_counts() {
        // Groq: tokens are out, requests are not.
        let groq = [
            ("x-ratelimit-remaining-requests", "999"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-requests", "1m26.4s"),
            ("x-ratelimit-reset-tokens", "11.455s"),
        ];
        assert_eq!(from_headers(&groq), Some(Duration::from_millis(11_455)));
        // Cerebras: bare seconds. OpenRouter: epoch milliseconds. Anthropic: a date and time.
        let cases = [
            ("x-ratelimit-remaining-tokens-minute", "x-ratelimit-reset-tokens-minute", "11.5", 11_500),
            ("x-ratelimit-remaining", "x-ratelimit-reset", "1795348810000", 10_000),
            (
                "anthropic-ratelimit-requests-remaining",
                "anthropic-ratelimit-requests-reset",
                "2026-11-22T12:00:07Z",
                7000,
            ),
        ];
        for (remaining, reset, value, ms) in cases {
            assert_eq!(
                from_headers(&[(remaining, "0"), (reset, value)]),
                Some(Duration::from_millis(ms)),
                "{reset}"
            );
            assert_eq!(from_headers(&[(remaining, "1"), (reset, value)]), None, "{reset}");
        }
        assert_eq!(from_headers(&[("ratelimit", "\"api\";r=0;t=55")]), Some(Duration::from_secs(55)));
        assert_eq!(from_headers(&[("ratelimit", "\"api\";r=3;t=55")]), None);
    }

    #[test]
    fn bodies_and_messages() {
        let none = HeaderMap::new();
        let google = json!([{"error": {"details": [{"@type": "x"}, {"retryDelay": "34.4s"}]}}]);
        assert_eq!(reset(&none, &google, "", now()), Some(Duration::from_millis(34_400)));
        assert_eq!(reset(&none, &json!({"retry_after": 7}), "", now()), Some(Duration::from_secs(7)));
        let in_text = |text| reset(&none, &Value::Null, text, now());
        assert_eq!(in_text("Please try again in 4m32.16s. Need more?"), Some(Duration::from_millis(272_160)));
        assert_eq!(in_text("Your rate limit resets in ~7s."), Some(Duration::from_secs(7)));
        assert_eq!(in_text("Please retry in 2 minutes"), Some(Duration::from_mins(2)));
        assert_eq!(in_text("try again in 1 day."), Some(Duration::from_hours(24)));
        assert_eq!(in_text("try again in 20 ms"), Some(Duration::from_millis(20)));
        assert_eq!(in_text("try again in 3 fortnights"), None);
        assert_eq!(in_text("Please try again later."), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}", number in "[0-9eE.+-]{0,20}") {
            let _ = go_duration(&text);
            let _ = go_duration(&number);
            let _ = moment(&number, now());
            let _ = in_message(&format!("try again in {text}"));
            let _ = ietf_ratelimit(&text);
        }

        #[test]
        fn go_durations_read_back(h in 0u64..100, m in 0u64..60, ms in 0u64..60_000) {
            let text = format!("{h}h{m}m{}.{:03}s", ms / 1000, ms % 1000);
            let expected = Duration::from_secs(h * 3600 + m * 60) + Duration::from_millis(ms);
            let got = go_duration(&text).unwrap();
            prop_assert!(got.abs_diff(expected) < Duration::from_micros(10));
        }
    }
}
