//! `datetime`: what time it is, there and then; how long until; which weekday.
//!
//! Models know neither the time nor the rules of time zones. The zones are those of the system, or, where it has none,
//! those that the program brings along.

mod reading;
mod zone;

use std::fmt::Write as _;

use futures_util::future::BoxFuture;
use jiff::fmt::friendly::{Designator, Spacing, SpanPrinter};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Unit, Zoned};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Answer, Tool, ToolError};
use crate::chat::ToolSpec;
use reading::Here;

/// The tool's name.
pub const NAME: &str = "datetime";
/// As people write spans.
const PRINTER: SpanPrinter = SpanPrinter::new()
    .designator(Designator::Verbose)
    .spacing(Spacing::BetweenUnitsAndDesignators)
    .comma_after_designator(true);

/// Reckons with dates and times.
#[derive(Debug, Clone, Copy)]
pub struct DateTime {
    now: fn() -> Timestamp,
    home: fn() -> TimeZone,
}

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// Where; at home if nothing is said.
    pub timezone: Option<String>,
    /// When; now if nothing is said.
    pub date: Option<String>,
    /// What is added to it.
    pub add: Option<String>,
    /// To when the time is measured.
    pub until: Option<String>,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reckoning {
    /// The moment.
    pub moment: Moment,
    /// The moment that something was added to, and what.
    pub added: Option<Added>,
    /// How long it is to another one.
    pub until: Option<Until>,
    /// What has to be said about them.
    pub notices: Vec<String>,
}

/// A moment somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// As machines write it: `2026-10-25T12:00:00+01:00[Europe/Berlin]`.
    pub time: String,
    /// Where: a name of the tz database, or an offset.
    pub timezone: String,
    /// The day of the week, in English.
    pub weekday: String,
    /// As people write it.
    pub written: String,
    /// The week of the year, as ISO 8601 counts.
    pub week: i8,
    /// The day of the year, from one on.
    pub day_of_year: i16,
    /// Seconds since 1970.
    pub unix: i64,
}

/// Something that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// To what.
    pub to: Moment,
    /// How much.
    pub span: String,
}

/// The time between two moments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Until {
    /// The later one, unless less than no time is between them.
    pub moment: Moment,
    /// How long: `1 month, 28 days`.
    pub span: String,
    /// In days of the calendar, what is left over not counted.
    pub days: i32,
    /// In seconds.
    pub seconds: i64,
}

impl DateTime {
    /// With the system's clock and zone.
    pub fn of_system() -> Self {
        Self { now: Timestamp::now, home: TimeZone::system }
    }

    /// Reckons. The error says what cannot be read.
    pub fn reckon(&self, wish: &Wish) -> Result<Reckoning, String> {
        let named = wish.timezone.as_deref().filter(|name| !name.trim().is_empty());
        let zone = match named {
            Some(name) => zone::read(name)?,
            None => (self.home)(),
        };
        // Nobody asks for parts of a second.
        let now = (self.now)();
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let here = Here { now, zone: &zone };
        let (mut at, notice) = here.moment(wish.date.as_deref().unwrap_or("now"))?;
        let mut notices: Vec<_> = notice.into_iter().collect();
        if named.is_some() {
            at = at.with_time_zone(zone.clone());
        }
        let added = wish.add.as_deref().filter(|span| !span.trim().is_empty());
        let added = added.map(|span| later(&mut at, span)).transpose()?;
        let until = match wish.until.as_deref().filter(|until| !until.trim().is_empty()) {
            Some(until) => {
                let (until, notice) = Here { now, zone: at.time_zone() }.moment(until)?;
                notices.extend(notice);
                Some(Until::between(&at, &until)?)
            }
            None => None,
        };
        Ok(Reckoning { moment: Moment::of(&at), added, until, notices })
    }
}

/// Adds a span to a moment.
fn later(at: &mut Zoned, text: &str) -> Result<Added, String> {
    let wrong = |error: jiff::Error| {
        format!(
            "`{text}` cannot be added: write 3 days, 2 weeks 4 hours, -90 minutes, 1 month ago or P1Y2M ({error})"
        )
    };
    let span: Span = text.trim().parse().map_err(wrong)?;
    let to = Moment::of(at);
    *at = at.checked_add(span).map_err(wrong)?;
    Ok(Added { to, span: PRINTER.span_to_string(&span) })
}

impl Moment {
    fn of(at: &Zoned) -> Self {
        let info = at.time_zone().to_offset_info(at.timestamp());
        let abbreviation = info.abbreviation();
        // Zones without an abbreviation of their own have the offset in its place.
        let place = match abbreviation.starts_with(|c: char| c.is_ascii_alphabetic()) {
            true if abbreviation == "UTC" => "UTC".to_owned(),
            true => format!("{abbreviation} (UTC{})", at.strftime("%:z")),
            false => format!("UTC{}", at.strftime("%:z")),
        };
        Self {
            time: at.to_string(),
            timezone: zone::called(at.time_zone(), at.timestamp()),
            weekday: at.strftime("%A").to_string(),
            written: format!("{} {place}", at.strftime("%A, %-d %B %Y, %H:%M:%S")),
            week: at.date().iso_week_date().week(),
            day_of_year: at.day_of_year(),
            unix: at.timestamp().as_second(),
        }
    }
}

impl Until {
    fn between(from: &Zoned, to: &Zoned) -> Result<Self, String> {
        let told = |error: jiff::Error| error.to_string();
        let to = to.with_time_zone(from.time_zone().clone());
        let span = from.until((Unit::Year, &to)).map_err(told)?;
        let days = from.until((Unit::Day, &to)).map_err(told)?.get_days();
        let seconds = to.timestamp().as_second() - from.timestamp().as_second();
        Ok(Self { moment: Moment::of(&to), span: PRINTER.span_to_string(&span), days, seconds })
    }
}

impl Reckoning {
    /// For a model.
    pub fn for_model(&self) -> String {
        let Moment { time, written, week, day_of_year, unix, .. } = &self.moment;
        let mut text =
            format!("{written}\n{time}; week {week}, day {day_of_year} of the year; unix time {unix}");
        // Writing to a String cannot fail.
        if let Some(Added { to, span }) = &self.added {
            let _infallible = write!(text, "\nthat is {span} added to {}", to.written);
        }
        if let Some(Until { moment, span, days, seconds }) = &self.until {
            let _infallible = write!(
                text,
                "\nuntil {}: {span} (whole days on the calendar: {days}; seconds: {seconds})",
                moment.written
            );
        }
        for notice in &self.notices {
            let _infallible = write!(text, "\nnote: {notice}");
        }
        text
    }
}

impl Tool for DateTime {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: NAME.into(),
            description: "The current date and time, in any time zone; converts between zones, adds spans, measures the time \
                          between dates, tells weekdays. Without arguments: now."
                .into(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "timezone": {
                        "type": "string",
                        "description": "Where: Europe/Berlin, Tokyo, UTC, +05:30. The user's own unless told",
                    },
                    "date": {
                        "type": "string",
                        "description": "When: 2026-12-24, 2026-12-24T18:30, with +01:00 or [Asia/Tokyo] for another place, \
                                        18:30, today, tomorrow, seconds since 1970. Now unless told",
                    },
                    "add": {
                        "type": "string",
                        "description": "What to add to it: 3 days, 2 weeks 4 hours, -1 month, 90 minutes ago",
                    },
                    "until": {
                        "type": "string",
                        "description": "To when to measure the time, written as date is",
                    },
                },
                "additionalProperties": false,
            }),
            strict: false,
        }
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> BoxFuture<'a, Result<Answer, ToolError>> {
        let reckoned = Wish::deserialize(arguments)
            .map_err(|error| error.to_string())
            .and_then(|wish| self.reckon(&wish));
        let answer = reckoned.map_err(ToolError).map(|reckoning| Answer {
            text: reckoning.for_model(),
            data: serde_json::to_value(&reckoning).ok(),
            foreign: false,
        });
        Box::pin(std::future::ready(answer))
    }
}

#[cfg(test)]
mod tests;
