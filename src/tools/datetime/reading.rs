//! Which moment a word means.

use jiff::civil::{DateTime, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp, ToSpan, Zoned};

use super::zone;

/// Numbers from here on are milliseconds since 1970 and not seconds; as seconds they would be in the year 5138.
const MILLISECONDS: i64 = 100_000_000_000;

/// What a word is read with.
pub(super) struct Here<'a> {
    pub(super) now: Timestamp,
    /// The zone that is meant where the word names none.
    pub(super) zone: &'a TimeZone,
}

/// A moment, and what has to be said about it.
pub(super) type Read = (Zoned, Option<String>);

impl Here<'_> {
    /// The moment that a word means: a date, a time, both, with or without an offset or a zone.
    pub(super) fn moment(&self, word: &str) -> Result<Read, String> {
        let word = word.trim();
        if let Some(moment) = self.named(word) {
            return Ok((moment?, None));
        }
        if let Ok(number) = word.parse::<i64>()
            && word.len() >= 9
        {
            let moment = if number.abs() >= MILLISECONDS {
                Timestamp::from_millisecond(number)
            } else {
                Timestamp::from_second(number)
            };
            return Ok((moment.map_err(|error| error.to_string())?.to_zoned(self.zone.clone()), None));
        }
        // The parser of times also takes whole dates, and passes over all but the time.
        if word.contains(':')
            && word.bytes().all(|byte| byte.is_ascii_digit() || b":.".contains(&byte))
            && let Ok(time) = word.parse::<Time>()
        {
            return self.local(self.now.to_zoned(self.zone.clone()).date().to_datetime(time), self.zone);
        }
        if let Ok(moment) = jiff::fmt::rfc2822::parse(word) {
            return Ok((moment, None));
        }
        let wrong = |error: jiff::Error| {
            format!(
                "`{word}` is not a date: write 2026-12-24, 2026-12-24T18:30, 2026-12-24T18:30:00+01:00, 18:30, today, \
                 tomorrow or seconds since 1970 ({error})"
            )
        };
        let pieces = Pieces::parse(word).map_err(wrong)?;
        let zone = pieces.to_time_zone().map_err(wrong)?;
        let local = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
        match (pieces.to_numeric_offset(), zone) {
            // The offset says which moment it is, the zone only how it is shown.
            (Some(offset), zone) => {
                let moment = offset.to_timestamp(local).map_err(wrong)?;
                Ok((moment.to_zoned(zone.unwrap_or_else(|| TimeZone::fixed(offset))), None))
            }
            (None, Some(zone)) => self.local(local, &zone),
            (None, None) => self.local(local, self.zone),
        }
    }

    fn named(&self, word: &str) -> Option<Result<Zoned, String>> {
        let now = self.now.to_zoned(self.zone.clone());
        let days: Span = match word.to_ascii_lowercase().as_str() {
            "" | "now" => return Some(Ok(now)),
            "today" => 0.days(),
            "tomorrow" => 1.day(),
            "yesterday" => -1.day(),
            _ => return None,
        };
        let day = now.checked_add(days).and_then(|day| day.start_of_day());
        Some(day.map_err(|error| error.to_string()))
    }

    /// What a clock shows in a zone, which on two days of the year it may show never or twice.
    fn local(&self, local: DateTime, zone: &TimeZone) -> Result<Read, String> {
        let found = zone.to_ambiguous_zoned(local);
        let what = match found.offset() {
            AmbiguousOffset::Unambiguous { .. } => None,
            AmbiguousOffset::Gap { .. } => {
                Some("is skipped there, since clocks go forward: the time after it is meant")
            }
            AmbiguousOffset::Fold { .. } => {
                Some("comes twice there, since clocks go back: the first is meant")
            }
        };
        let moment = found.compatible().map_err(|error| error.to_string())?;
        let called = zone::called(zone, self.now);
        Ok((moment, what.map(|what| format!("{local} in {called} {what}"))))
    }
}
