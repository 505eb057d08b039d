//! How the limits of a key stand, as the headers of a good answer say it.
//!
//! The names differ from provider to provider, but all are made of the same words: `ratelimit`, what is counted, for how
//! long, and whether it is the limit, what remains of it or its reset. Names with any other word in them are ignored:
//! they count something else (input only, a price, a plan).

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderMap;

use super::reset::{ietf_field, moment, seconds};
use crate::chat::{Bucket, Unit};

/// No provider has more of them.
const MOST: usize = 8;
/// The prefixes that stand before the words.
const PREFIXES: &[(&str, Unit)] = &[
    ("x-ratelimit-", Unit::Requests),
    ("anthropic-ratelimit-", Unit::Requests),
    ("x-tokenlimit-", Unit::Tokens),
];

/// What a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aspect {
    Limit,
    Remaining,
    Reset,
}

#[derive(Debug, Default)]
struct Stated {
    limit: Option<u64>,
    remaining: Option<u64>,
    reset: Option<Duration>,
}

/// The limits that the headers of an answer tell about.
pub(super) fn buckets(headers: &HeaderMap, now: Timestamp) -> Vec<Bucket> {
    let mut stated: BTreeMap<(Unit, Option<Duration>), Stated> = BTreeMap::new();
    for (name, value) in headers {
        let (Some((unit, window, aspect)), Ok(value)) = (parse(name.as_str()), value.to_str()) else {
            continue;
        };
        let known = stated.len();
        let entry = stated.entry((unit, window));
        if known >= MOST && matches!(entry, std::collections::btree_map::Entry::Vacant(_)) {
            continue;
        }
        let entry = entry.or_default();
        match aspect {
            Aspect::Limit => entry.limit = amount(value),
            Aspect::Remaining => entry.remaining = amount(value),
            Aspect::Reset => entry.reset = moment(value, now),
        }
    }
    let whole = |((unit, window), stated): ((Unit, Option<Duration>), Stated)| {
        let Stated { limit, remaining, reset } = stated;
        // A limit of zero on an answer that came is no limit.
        let limit = limit.filter(|limit| *limit > 0);
        Some(Bucket { unit, window, limit, remaining: remaining?, reset })
    };
    stated.into_iter().filter_map(whole).chain(ietf(headers)).collect()
}

/// The words of a name: what is counted, for how long if it says so, and what is said about it.
fn parse(name: &str) -> Option<(Unit, Option<Duration>, Aspect)> {
    let (words, unit) =
        PREFIXES.iter().find_map(|(prefix, unit)| Some((name.strip_prefix(prefix)?, *unit)))?;
    let (mut unit, mut window, mut aspect) = (unit, None, None);
    let mut count = 1;
    for word in words.split('-') {
        match word {
            "limit" => aspect = Some(Aspect::Limit),
            "remaining" => aspect = Some(Aspect::Remaining),
            "reset" => aspect = Some(Aspect::Reset),
            "requests" | "req" => unit = Unit::Requests,
            "tokens" => unit = Unit::Tokens,
            "second" => window = Some(Duration::from_secs(count)),
            "minute" => window = Some(Duration::from_mins(count)),
            "hour" => window = Some(Duration::from_hours(count)),
            "day" => window = Some(Duration::from_hours(24)),
            "month" => window = Some(Duration::from_hours(24 * 30)),
            // `req-10-second`
            number => count = number.parse().ok().filter(|count| (1..=60).contains(count))?,
        }
    }
    Some((unit, window, aspect?))
}

/// `ratelimit: "api";r=999;t=295` with `ratelimit-policy: "fixed window";"api";q=1000;w=300`.
fn ietf(headers: &HeaderMap) -> Option<Bucket> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let standing = text("ratelimit")?;
    let policy = |name| text("ratelimit-policy").and_then(|policy| ietf_field(policy, name));
    Some(Bucket {
        unit: Unit::Requests,
        window: policy("w").and_then(seconds),
        limit: policy("q").map(whole).filter(|limit| *limit > 0),
        remaining: whole(ietf_field(standing, "r")?),
        reset: ietf_field(standing, "t").and_then(seconds),
    })
}

fn amount(value: &str) -> Option<u64> {
    value.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(whole)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number that is out of range saturates"
)]
fn whole(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(headers: &[(&str, &str)]) -> Vec<Bucket> {
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let header = |(name, value): &(&str, &str)| {
            (name.parse::<reqwest::header::HeaderName>().unwrap(), value.parse().unwrap())
        };
        buckets(&headers.iter().map(header).collect(), now)
    }

    fn bucket(unit: Unit, window: Option<u64>, limit: u64, remaining: u64, reset_ms: Option<u64>) -> Bucket {
        let window = window.map(Duration::from_secs);
        Bucket { unit, window, limit: Some(limit), remaining, reset: reset_ms.map(Duration::from_millis) }
    }

    #[test]
    fn each_provider_in_its_own_words() {
        let groq = [
            ("x-ratelimit-limit-requests", "1000"),
            ("x-ratelimit-remaining-requests", "999"),
            ("x-ratelimit-reset-requests", "1m26.4s"),
            ("x-ratelimit-limit-tokens", "8000"),
            ("x-ratelimit-remaining-tokens", "7927"),
            ("x-ratelimit-reset-tokens", "547.5ms"),
        ];
        let mut tokens = bucket(Unit::Tokens, None, 8000, 7927, None);
        tokens.reset = Some(Duration::from_micros(547_500));
        assert_eq!(read(&groq), [bucket(Unit::Requests, None, 1000, 999, Some(86_400)), tokens]);
        let cerebras = [
            ("x-ratelimit-limit-requests-day", "14400"),
            ("x-ratelimit-remaining-requests-day", "14399"),
            ("x-ratelimit-reset-requests-day", "33011.5"),
            ("x-ratelimit-limit-tokens-minute", "30000"),
            ("x-ratelimit-remaining-tokens-minute", "29884"),
            ("x-ratelimit-reset-tokens-minute", "11.5"),
        ];
        assert_eq!(
            read(&cerebras),
            [
                bucket(Unit::Requests, Some(86_400), 14400, 14399, Some(33_011_500)),
                bucket(Unit::Tokens, Some(60), 30000, 29884, Some(11_500)),
            ]
        );
        let anthropic = [
            ("anthropic-ratelimit-requests-limit", "1000"),
            ("anthropic-ratelimit-requests-remaining", "999"),
            ("anthropic-ratelimit-requests-reset", "2026-11-22T12:00:01Z"),
            ("anthropic-ratelimit-output-tokens-limit", "16000"),
            ("anthropic-ratelimit-output-tokens-remaining", "0"),
            ("anthropic-ratelimit-unified-5h-remaining", "0"),
        ];
        assert_eq!(read(&anthropic), [bucket(Unit::Requests, None, 1000, 999, Some(1000))]);
        let mistral = [
            ("x-ratelimit-limit-req-10-second", "6"),
            ("x-ratelimit-remaining-req-10-second", "0"),
            ("x-ratelimit-tokens-query-cost", "68"),
        ];
        assert_eq!(read(&mistral), [bucket(Unit::Requests, Some(10), 6, 0, None)]);
        let openrouter = [
            ("x-ratelimit-limit", "20"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1795348810000"),
        ];
        assert_eq!(read(&openrouter), [bucket(Unit::Requests, None, 20, 0, Some(10_000))]);
        let hugging_face = [
            ("ratelimit", "\"api\";r=999;t=295"),
            ("ratelimit-policy", "\"fixed window\";\"api\";q=1000;w=300"),
        ];
        assert_eq!(read(&hugging_face), [bucket(Unit::Requests, Some(300), 1000, 999, Some(295_000))]);
    }

    #[test]
    fn what_means_nothing_is_ignored() {
        for headers in [
            [("x-ratelimit-over-limit", "no"), ("x-ratelimit-limit-requests", "5")],
            [("x-ratelimit-remaining-requests", "many"), ("retry-after", "3")],
            [("x-ratelimit-remaining-99999999999-second", "1"), ("x-request-id", "1")],
        ] {
            assert_eq!(read(&headers), []);
        }
        let no_limit = [("x-ratelimit-limit-req-minute", "0"), ("x-ratelimit-remaining-req-minute", "0")];
        assert_eq!(read(&no_limit)[0].limit, None);
    }

    proptest! {
        #[test]
        fn any_headers_are_read_and_few_kept(
            headers in proptest::collection::vec(
                ("(x-ratelimit|anthropic-ratelimit|x-tokenlimit)(-(limit|remaining|reset|requests|tokens|day|[0-9]{1,3}|second|x)){0,4}",
                 "[ -~]{0,20}"),
                0..60,
            )
        ) {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            prop_assert!(read(&headers).len() <= MOST);
        }
    }
}
