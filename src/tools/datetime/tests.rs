use proptest::prelude::*;

use super::*;

/// The 24th of October 2026, half past ten in Berlin, the evening before clocks go back.
fn datetime() -> DateTime {
    DateTime {
        now: || "2026-10-24T08:30:00.75Z".parse().unwrap(),
        home: || TimeZone::get("Europe/Berlin").unwrap(),
    }
}

fn wish(timezone: &str, date: &str, add: &str, until: &str) -> Wish {
    let some = |text: &str| Some(text.to_owned());
    Wish { timezone: some(timezone), date: some(date), add: some(add), until: some(until) }
}

#[test]
fn moments_here_and_there() {
    for (zone, date, expected) in [
        ("", "", "2026-10-24T10:30:00+02:00[Europe/Berlin]"),
        ("UTC", "now", "2026-10-24T08:30:00+00:00[UTC]"),
        ("Asia/Tokyo", "", "2026-10-24T17:30:00+09:00[Asia/Tokyo]"),
        ("tokyo", "", "2026-10-24T17:30:00+09:00[Asia/Tokyo]"),
        ("new york", "", "2026-10-24T04:30:00-04:00[America/New_York]"),
        ("asia/kathmandu", "", "2026-10-24T14:15:00+05:45[Asia/Kathmandu]"),
        ("+05:30", "", "2026-10-24T14:00:00+05:30[+05:30]"),
        ("UTC-3:30", "", "2026-10-24T05:00:00-03:30[-03:30]"),
        ("gmt+5", "", "2026-10-24T13:30:00+05:00[+05:00]"),
        ("-0800", "", "2026-10-24T00:30:00-08:00[-08:00]"),
        ("", "today", "2026-10-24T00:00:00+02:00[Europe/Berlin]"),
        ("Pacific/Auckland", "tomorrow", "2026-10-25T00:00:00+13:00[Pacific/Auckland]"),
        ("", "Yesterday", "2026-10-23T00:00:00+02:00[Europe/Berlin]"),
        ("", "2026-12-24", "2026-12-24T00:00:00+01:00[Europe/Berlin]"),
        ("", "2026-12-24 18:30", "2026-12-24T18:30:00+01:00[Europe/Berlin]"),
        ("", "18:30", "2026-10-24T18:30:00+02:00[Europe/Berlin]"),
        ("", "2026-12-24T18:30:00Z", "2026-12-24T18:30:00+00:00[UTC]"),
        ("Europe/Berlin", "2026-12-24T18:30:00Z", "2026-12-24T19:30:00+01:00[Europe/Berlin]"),
        ("", "2026-12-24T18:30-05:00", "2026-12-24T18:30:00-05:00[-05:00]"),
        ("Europe/Berlin", "2026-12-24T09:00[Asia/Tokyo]", "2026-12-24T01:00:00+01:00[Europe/Berlin]"),
        ("UTC", "1700000000", "2023-11-14T22:13:20+00:00[UTC]"),
        ("UTC", "1700000000000", "2023-11-14T22:13:20+00:00[UTC]"),
        ("UTC", "Thu, 24 Dec 2026 18:30:00 +0100", "2026-12-24T17:30:00+00:00[UTC]"),
    ] {
        let reckoning = datetime()
            .reckon(&wish(zone, date, "", ""))
            .unwrap_or_else(|error| panic!("{zone} {date}: {error}"));
        assert_eq!(reckoning.moment.time, expected, "{zone} {date}");
    }
}

#[test]
fn spans_are_added_and_measured() {
    for (date, add, expected) in [
        ("2026-01-31", "1 month", "2026-02-28T00:00:00+01:00[Europe/Berlin]"),
        ("2024-02-29", "P1Y", "2025-02-28T00:00:00+01:00[Europe/Berlin]"),
        // A day is a day on the calendar, and not 24 hours.
        ("2026-10-24T12:00", "1 day", "2026-10-25T12:00:00+01:00[Europe/Berlin]"),
        ("2026-10-24T12:00", "24 hours", "2026-10-25T11:00:00+01:00[Europe/Berlin]"),
        ("2026-10-24T12:00", "-90 minutes", "2026-10-24T10:30:00+02:00[Europe/Berlin]"),
        ("2026-10-24T12:00", "2 weeks 3 days ago", "2026-10-07T12:00:00+02:00[Europe/Berlin]"),
        ("2026-10-24", "1y2mo", "2027-12-24T00:00:00+01:00[Europe/Berlin]"),
    ] {
        let reckoning = datetime().reckon(&wish("", date, add, "")).unwrap();
        assert_eq!(reckoning.moment.time, expected, "{date} + {add}");
        assert!(reckoning.added.unwrap().to.time.starts_with(date));
    }
    for (date, until, span, days, seconds) in [
        ("2026-10-24", "2026-12-24", "2 months", 61, 61 * 86_400 + 3600),
        ("2026-10-24T12:00", "2026-10-25T12:00", "1 day", 1, 25 * 3600),
        ("2026-12-24", "2026-10-24", "2 months ago", -61, -(61 * 86_400 + 3600)),
        (
            "2000-02-29",
            "2026-10-24T08:00",
            "26 years, 7 months, 25 days, 8 hours",
            9734,
            9734 * 86_400 + 7 * 3600,
        ),
        ("2026-12-24T18:00", "2026-12-24T18:00Z", "1 hour", 0, 3600),
        ("2026-12-24", "2026-12-24", "0 seconds", 0, 0),
    ] {
        let until = datetime().reckon(&wish("", date, "", until)).unwrap().until.unwrap();
        assert_eq!((until.span.as_str(), until.days, until.seconds), (span, days, seconds), "{date}");
    }
}

#[test]
fn days_when_clocks_are_changed_are_told_of() {
    let notice = |date: &str| datetime().reckon(&wish("", date, "", "")).unwrap().notices.join(" ");
    assert_eq!(
        notice("2026-10-25T02:30"),
        "2026-10-25T02:30:00 in Europe/Berlin comes twice there, since clocks go back: the first is meant"
    );
    assert!(notice("2026-03-29T02:30").contains("is skipped"));
    assert_eq!(notice("2026-10-25T02:30+01:00"), "");
}

#[test]
fn what_cannot_be_read_is_told_with_what_can() {
    for (zone, date, add, until, what) in [
        ("Berln", "", "", "", "no time zone `Berln`; did you mean Europe/Berlin"),
        ("IST", "", "", "", "stand for several"),
        ("+25:99", "", "", "", "no time zone"),
        ("UTC+é", "", "", "", "no time zone"),
        ("../../etc/passwd", "", "", "", "no time zone"),
        ("", "24.12.2026", "", "", "write 2026-12-24"),
        ("", "2026-02-30", "", "", "`2026-02-30` is not a date"),
        ("", "next tuesday", "", "", "is not a date"),
        ("", "2026-12-24T00:00[Nowhere/Else]", "", "", "is not a date"),
        ("", "999999999999999999", "", "", ""),
        ("", "", "a while", "", "`a while` cannot be added: write 3 days"),
        ("", "9999-12-30", "9999 years", "", "cannot be added"),
        ("", "", "", "someday", "`someday` is not a date"),
    ] {
        let error = datetime().reckon(&wish(zone, date, add, until)).unwrap_err();
        assert!(error.contains(what), "{zone}{date}{add}{until}: {error}");
    }
}

#[tokio::test]
async fn a_model_reads_it() {
    let answer = datetime().call(&json!({})).await.unwrap();
    assert_eq!(
        answer.text,
        "Saturday, 24 October 2026, 10:30:00 CEST (UTC+02:00)\n\
         2026-10-24T10:30:00+02:00[Europe/Berlin]; week 43, day 297 of the year; unix time 1792830600"
    );
    let arguments =
        json!({"timezone": "Asia/Kathmandu", "date": "2026-10-24", "add": "1 day", "until": "2027-01-01"});
    let answer = datetime().call(&arguments).await.unwrap();
    assert_eq!(
        answer.text,
        "Sunday, 25 October 2026, 00:00:00 UTC+05:45\n\
         2026-10-25T00:00:00+05:45[Asia/Kathmandu]; week 43, day 298 of the year; unix time 1792865700\n\
         that is 1 day added to Saturday, 24 October 2026, 00:00:00 UTC+05:45\n\
         until Friday, 1 January 2027, 00:00:00 UTC+05:45: 2 months, 7 days (whole days on the calendar: 68; seconds: 5875200)"
    );
    let reckoning: Reckoning = serde_json::from_value(answer.data.unwrap()).unwrap();
    assert_eq!((reckoning.moment.weekday.as_str(), reckoning.until.unwrap().days), ("Sunday", 68));
    assert!(!answer.foreign);
}

#[test]
fn zones_are_known_where_the_system_has_none() {
    let bundled = jiff::tz::TimeZoneDatabase::bundled();
    assert!(bundled.get("Europe/Berlin").is_ok() && bundled.get("America/Argentina/Buenos_Aires").is_ok());
}

proptest! {
    #[test]
    fn no_words_make_it_panic(
        zone in "[-+A-Za-z/_:0-9 ]{0,12}|\\PC{0,8}",
        date in "[-+0-9T:.Z\\[\\]a-z ]{0,24}|\\PC{0,8}",
        add in "-?[0-9]{0,20} ?(y|mo|d|h|m|s|ns|weeks|PT)?( ago)?",
        until in "[-0-9]{0,19}",
    ) {
        let told = datetime().reckon(&wish(&zone, &date, &add, &until)).map(|reckoning| reckoning.for_model());
        prop_assert!(!told.unwrap_or_else(|error| error).is_empty());
    }
}
