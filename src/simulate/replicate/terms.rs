//! What a request says of time: how long it waits for its prediction, and how long that may live.

use std::time::Duration;

use axum::http::HeaderMap;

use super::super::reply::Refusal;
use super::input::invalid;

/// The longest that a request may wait for its prediction.
pub(super) const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// The shortest life that a prediction may be given.
const SHORTEST_LIFE: Duration = Duration::from_secs(5);

/// How long a request is willing to wait for its prediction.
pub(in super::super) fn wait(headers: &HeaderMap) -> Option<Duration> {
    let prefer = headers.get("prefer")?.to_str().ok()?.trim();
    let seconds = match prefer.strip_prefix("wait")?.strip_prefix('=') {
        Some(seconds) => Duration::from_secs(seconds.parse().ok()?),
        None => LONGEST_WAIT,
    };
    Some(seconds.clamp(Duration::from_secs(1), LONGEST_WAIT))
}

/// After how long a prediction is ended, done or not; `None` when nothing is said of it.
pub(in super::super) fn life(headers: &HeaderMap) -> Result<Option<Duration>, Refusal> {
    let Some(life) = headers.get("cancel-after") else { return Ok(None) };
    let life = life.to_str().ok().and_then(duration).filter(|life| *life >= SHORTEST_LIFE);
    life.map(Some).ok_or_else(|| invalid("Cancel-After", "Must be a duration of at least 5 seconds"))
}

/// `90`, `90s`, `1m30s`, `2h`.
fn duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let (mut rest, mut sum) = (text, Duration::ZERO);
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let (unit, after) = [("h", 3600), ("m", 60), ("s", 1)]
            .into_iter()
            .find_map(|(name, seconds)| Some((seconds, after.strip_prefix(name)?)))?;
        let seconds = number.parse::<u64>().ok()?.checked_mul(unit)?;
        sum = sum.checked_add(Duration::from_secs(seconds))?;
        rest = after;
    }
    (!text.is_empty()).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_every_form() {
        for (text, seconds) in
            [("30", 30), ("30s", 30), ("5m", 300), ("1m30s", 90), ("1h30m45s", 5445), ("0s", 0)]
        {
            assert_eq!(duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "s", "5x", "1.5s", "-5s", "5s ", "99999999999999999h", "1m30"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn a_life_is_long_enough_or_refused() {
        let headers =
            |life: &str| HeaderMap::from_iter([("cancel-after".parse().unwrap(), life.parse().unwrap())]);
        assert_eq!(life(&HeaderMap::new()).unwrap(), None);
        assert_eq!(life(&headers("5s")).unwrap(), Some(SHORTEST_LIFE));
        assert!(life(&headers("4s")).is_err() && life(&headers("soon")).is_err());
    }
}
