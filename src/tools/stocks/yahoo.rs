//! Yahoo's charts: quotes and their past for nearly everything, without a key and without a promise.
//!
//! Nobody is entitled to this service; it refuses programs by their names and addresses by their numbers, so that it hears
//! a browser's name from us and is left alone for a minute when it says "too many". Its quote endpoints want a cookie and a
//! crumb that are not ours to have; the chart has the price as well.

use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::Value;

use super::{Bar, Question, Quote, Range};
use crate::tools::http::{Answer, BROWSER, Request, segment};
use crate::tools::reading::{number, text};
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why};

static CARD: Card = Card {
    id: "yahoo",
    name: "Yahoo Finance",
    url: "https://finance.yahoo.com",
    attribution: "",
    warning: Some("delayed, from an unofficial source (Yahoo Finance), for personal use"),
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct Yahoo(pub Access);

impl Service<Quote> for Yahoo {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn access(&self) -> &Access {
        &self.0
    }

    fn ask<'a>(&'a self, desk: &'a Desk, query: &'a Question) -> BoxFuture<'a, Result<Quote, Trouble>> {
        Box::pin(async move {
            let request = request(&self.0.base_url, query);
            read(&self.0.send(desk, &request).await?, query)
        })
    }
}

fn request(base_url: &str, query: &Question) -> Request {
    let (range, interval) = match query.range {
        None => ("1d", "5m"),
        Some(range @ Range::Day) => (range.as_str(), "30m"),
        Some(range @ (Range::Week | Range::Month | Range::Quarter)) => (range.as_str(), "1d"),
        Some(range @ (Range::HalfYear | Range::Year)) => (range.as_str(), "1wk"),
        Some(range @ Range::FiveYears) => (range.as_str(), "1mo"),
    };
    Request::get(format!("{base_url}/v8/finance/chart/{}", segment(&query.symbol)))
        .with("range", range)
        .with("interval", interval)
        .header("user-agent", BROWSER)
}

fn read(answer: &Answer, query: &Question) -> Result<Quote, Trouble> {
    let said = |body: &Value| text(body.pointer("/chart/error/description")?);
    let body = match answer.good_json(said) {
        // Its 404 is about the symbol only if it is its own.
        Err(trouble) if answer.status == 404 && answer.text.contains("\"chart\"") => {
            return Err(Trouble::new(Why::NotFound, &trouble.said));
        }
        other => other?,
    };
    let chart = &body["chart"];
    if let Some(code) = text(&chart["error"]["code"]) {
        let words = text(&chart["error"]["description"]).unwrap_or_else(|| code.clone());
        let why = if code == "Not Found" { Why::NotFound } else { Why::BadRequest };
        return Err(Trouble::new(why, words));
    }
    let result = &chart["result"][0];
    let meta = &result["meta"];
    let price =
        number(&meta["regularMarketPrice"]).ok_or_else(|| Trouble::shape("a chart without a price"))?;
    let seconds = meta["gmtoffset"].as_i64().and_then(|seconds| i32::try_from(seconds).ok());
    let offset = seconds.and_then(|seconds| Offset::from_seconds(seconds).ok()).unwrap_or(Offset::UTC);
    let (previous_close, change, change_percent) = change(meta, price, query.range);
    let regular = &meta["currentTradingPeriod"]["regular"];
    let market_open = regular["start"].as_i64().zip(regular["end"].as_i64()).map(|(start, end)| {
        let now = answer.at.as_second();
        start <= now && now < end
    });
    let around = number(&meta["fulldayPrice"])
        .filter(|other| market_open == Some(false) && (*other - price).abs() > f64::EPSILON);
    Ok(Quote {
        symbol: text(&meta["symbol"]).unwrap_or_else(|| query.symbol.clone()),
        name: text(&meta["longName"]).or_else(|| text(&meta["shortName"])),
        exchange: text(&meta["fullExchangeName"]).or_else(|| text(&meta["exchangeName"])),
        currency: text(&meta["currency"]),
        price,
        extended_price: around,
        previous_close,
        change,
        change_percent,
        open: None,
        high: number(&meta["regularMarketDayHigh"]),
        low: number(&meta["regularMarketDayLow"]),
        volume: number(&meta["regularMarketVolume"]),
        year_high: number(&meta["fiftyTwoWeekHigh"]),
        year_low: number(&meta["fiftyTwoWeekLow"]),
        time: moment(meta["regularMarketTime"].as_i64(), offset, "%Y-%m-%d %H:%M"),
        time_zone: text(&meta["exchangeTimezoneName"]).or_else(|| text(&meta["timezone"])),
        market_open,
        history: match query.range {
            None => Vec::new(),
            Some(range) => history(result, offset, range)?,
        },
    })
}

/// The close of the day before, and what changed since. The close before a longer range is that before the range, and says
/// nothing about the day.
fn change(meta: &Value, price: f64, range: Option<Range>) -> (Option<f64>, Option<f64>, Option<f64>) {
    let is_day = matches!(range, None | Some(Range::Day));
    let of_range = number(&meta["chartPreviousClose"]).filter(|_| is_day);
    match number(&meta["previousClose"]).or(of_range).filter(|close| *close != 0.0) {
        Some(close) => (Some(close), Some(price - close), Some((price / close - 1.0) * 100.0)),
        None => (None, None, number(&meta["regularMarketChangePercent"])),
    }
}

fn moment(seconds: Option<i64>, offset: Offset, format: &str) -> Option<String> {
    let local = offset.to_datetime(Timestamp::from_second(seconds?).ok()?);
    Some(local.strftime(format).to_string())
}

/// The past. Rows without a price are breaks; columns of different lengths are nothing to guess about.
fn history(result: &Value, offset: Offset, range: Range) -> Result<Vec<Bar>, Trouble> {
    let column = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let times = column(&result["timestamp"]);
    let quote = &result["indicators"]["quote"][0];
    let [open, high, low, close, volume] =
        ["open", "high", "low", "close", "volume"].map(|name| column(&quote[name]));
    if close.len() != times.len() {
        return Err(Trouble::shape("a chart whose columns differ in length"));
    }
    let format = if range == Range::Day { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d" };
    let bar = |(index, time): (usize, &Value)| {
        let at = |column: &[Value]| column.get(index).and_then(number);
        Some(Bar {
            time: moment(time.as_i64(), offset, format)?,
            open: at(&open),
            high: at(&high),
            low: at(&low),
            close: at(&close)?,
            volume: at(&volume),
        })
    };
    Ok(times.iter().enumerate().filter_map(bar).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::service::Topic as _;

    // 22 November 2026, 12:00 UTC is 1795348800.
    const CHART: &str = r#"{"chart": {"result": [{"meta": {"currency": "EUR", "symbol": "ABC.DE", "longName": "Alphabet Soup AG",
        "fullExchangeName": "XETRA", "gmtoffset": 3600, "exchangeTimezoneName": "Europe/Berlin", "regularMarketTime": 1795348700,
        "regularMarketPrice": 102.5, "regularMarketChangePercent": 2.5, "chartPreviousClose": 80, "previousClose": 100,
        "fulldayPrice": 103, "regularMarketDayHigh": 103, "regularMarketDayLow": 99.5, "regularMarketVolume": 12345,
        "currentTradingPeriod": {"regular": {"start": 1795330000, "end": 1795360000}}},
        "timestamp": [1795100400, 1795186800, 1795273200],
        "indicators": {"quote": [{"open": [90, null, 99], "high": [92, null, 101], "low": [89, null, 98],
        "close": [91.5, null, 100], "volume": [10, null, 30]}]}}], "error": null}}"#;

    fn ask(range: Option<Range>) -> Question {
        Question { symbol: "ABC.DE".into(), range }
    }

    fn why(status: u16, body: &str) -> Why {
        read(&Answer::test(status, &[], body), &ask(None)).unwrap_err().why
    }

    #[test]
    fn a_quote_is_read() {
        let request = request("https://x", &Question { symbol: "^GSPC".into(), range: None });
        assert_eq!(request.url, "https://x/v8/finance/chart/%5EGSPC");
        assert!(
            request.headers.iter().any(|(name, value)| *name == "user-agent" && value.contains("Mozilla"))
        );
        let quote = read(&Answer::test(200, &[], CHART), &ask(None)).unwrap();
        assert_eq!(
            quote.for_model(),
            "ABC.DE (Alphabet Soup AG, XETRA): 102.50 EUR, as of 2026-11-22 12:58 Europe/Berlin, the market is open\n\
             Change: +2.50 (+2.50 %)\nPrevious close: 100.00\nDay: 99.50 to 103.00\nVolume: 12345"
        );
    }

    #[test]
    fn the_past_has_no_holes_and_is_no_base_of_the_days_change() {
        let quote = read(&Answer::test(200, &[], CHART), &ask(Some(Range::Month))).unwrap();
        let times: Vec<_> = quote.history.iter().map(|bar| (bar.time.as_str(), bar.close)).collect();
        assert_eq!(times, [("2026-11-19", 91.5), ("2026-11-21", 100.0)]);
        let longer = CHART.replace("\"previousClose\": 100,", "");
        let quote = read(&Answer::test(200, &[], &longer), &ask(Some(Range::Month))).unwrap();
        assert_eq!((quote.previous_close, quote.change, quote.change_percent), (None, None, Some(2.5)));
        let quote = read(&Answer::test(200, &[], &longer), &ask(None)).unwrap();
        assert_eq!(quote.previous_close, Some(80.0));
        let closed = CHART.replace("1795360000", "1795340000");
        let quote = read(&Answer::test(200, &[], &closed), &ask(None)).unwrap();
        assert_eq!((quote.market_open, quote.extended_price), (Some(false), Some(103.0)));
    }

    #[test]
    fn its_ways_of_saying_no() {
        let error = |code: &str| {
            format!(r#"{{"chart": {{"result": null, "error": {{"code": "{code}", "description": "x"}}}}}}"#)
        };
        assert_eq!(why(404, &error("Not Found")), Why::NotFound);
        assert_eq!(why(200, &error("Not Found")), Why::NotFound);
        assert_eq!(why(422, &error("Unprocessable Entity")), Why::BadRequest);
        assert_eq!(why(404, "<html>not here"), Why::Upstream { status: 404 });
        assert_eq!(why(429, "Too Many Requests\r\n"), Why::RateLimited { until: None });
        assert_eq!(why(200, &CHART.replace("102.5", "null")), Why::Shape);
        let torn = CHART.replace("[91.5, null, 100]", "[91.5, null]");
        let trouble = read(&Answer::test(200, &[], &torn), &ask(Some(Range::Week))).unwrap_err();
        assert_eq!(trouble.why, Why::Shape);
    }
}
