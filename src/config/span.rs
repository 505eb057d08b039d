//! Spans of time as people write them: `500ms`, `30s`, `1m30s`, `2h`; a bare number is seconds.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer};

/// The longest span that is accepted.
const LONGEST: Duration = Duration::from_hours(24 * 365);

/// A span of time that was written by a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

/// The text is no span of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a span of time: write something like `500ms`, `30s` or `2m`")]
pub struct ParseSpanError(String);

impl Span {
    /// The same, unless it is no time at all.
    pub fn some(self) -> Result<Self, &'static str> {
        if self.0.is_zero() { Err("it must be longer than nothing, such as `30s`") } else { Ok(self) }
    }

    /// Reads a span that is some time.
    pub fn read_some(text: &str) -> Result<Self, String> {
        let span: Self = text.parse().map_err(|error: ParseSpanError| error.to_string())?;
        Ok(span.some()?)
    }
}

impl FromStr for Span {
    type Err = ParseSpanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseSpanError(text.to_owned());
        let trimmed = text.trim();
        let span = match trimmed.parse::<f64>() {
            Ok(seconds) => Duration::try_from_secs_f64(seconds).map_err(|_| error())?,
            Err(_) => {
                let signed: jiff::SignedDuration = trimmed.parse().map_err(|_| error())?;
                Duration::try_from(signed).map_err(|_| error())?
            }
        };
        if span > LONGEST { Err(error()) } else { Ok(Self(span)) }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        if millis.is_multiple_of(1000) { write!(f, "{}s", millis / 1000) } else { write!(f, "{millis}ms") }
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Span;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a span of time such as \"30s\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Span, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Span, E> {
                seconds.to_string().parse().map_err(E::custom)
            }
            fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Span, E> {
                seconds.to_string().parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A span of time: `500ms`, `30s`, `1m30s`; a number is seconds.",
            "type": ["string", "number"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_write() {
        let ms = |text: &str| text.parse::<Span>().map(|span| span.0.as_millis()).ok();
        assert_eq!(ms("500ms"), Some(500));
        assert_eq!(ms("1m30s"), Some(90_000));
        assert_eq!(ms("2 hours"), Some(7_200_000));
        assert_eq!(ms("30"), Some(30_000));
        assert_eq!(ms("0.5"), Some(500));
        for wrong in ["", "soon", "-1s", "-1", "1e300", "NaN", "99999999h"] {
            assert_eq!(ms(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn reads_back_what_it_writes(ms in 0u64..100_000_000) {
            let span = Span(Duration::from_millis(ms));
            prop_assert_eq!(span.to_string().parse::<Span>().unwrap(), span);
        }
    }
}
