//! Twelve Data: quotes and their past, with a key.
//!
//! Errors stand in the body with a `code` of their own, whatever the status is.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{Bar, Question, Quote, Range};
use crate::tools::http::{Answer, KeyPlace, Request};
use crate::tools::reading::{number, text};
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why};

static CARD: Card = Card {
    id: "twelve_data",
    name: "Twelve Data",
    url: "https://twelvedata.com",
    attribution: "",
    warning: None,
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct TwelveData(pub Access);

impl Service<Quote> for TwelveData {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn access(&self) -> &Access {
        &self.0
    }

    fn ask<'a>(&'a self, desk: &'a Desk, query: &'a Question) -> BoxFuture<'a, Result<Quote, Trouble>> {
        Box::pin(async move {
            let request = request(&self.0.base_url, query);
            let answer = self.0.send(desk, &request).await?;
            match query.range {
                None => read_quote(&answer, query),
                Some(range) => read_series(&answer, query, range),
            }
        })
    }
}

fn request(base_url: &str, query: &Question) -> Request {
    let request = match query.range {
        None => Request::get(format!("{base_url}/quote")),
        // Two days at least: the change is that from one to the next.
        Some(range) => Request::get(format!("{base_url}/time_series"))
            .with("interval", "1day")
            .with("outputsize", range.days().max(2)),
    };
    request.with("symbol", &query.symbol).key(KeyPlace::Header("authorization", "apikey "))
}

fn body(answer: &Answer) -> Result<Value, Trouble> {
    let body = answer.json();
    let code = body.as_ref().ok().and_then(|body| number(&body["code"])).filter(|code| *code >= 300.0);
    let is_error = body.as_ref().is_ok_and(|body| body["status"] == "error");
    if code.is_none() && !is_error {
        return answer.good_json(|_| None);
    }
    let said = body.ok().and_then(|body| text(&body["message"])).unwrap_or_default();
    let lower = said.to_lowercase();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float that is out of range saturates"
    )]
    let status = code.map_or(answer.status, |code| code as u16);
    let is_of_symbol = lower.contains("symbol") || lower.contains("figi");
    Err(match status {
        429 if lower.contains("day") => Trouble::out_for_the_day(answer.at, said),
        429 => Trouble::limited_for(Duration::from_mins(1), answer.at, said),
        // The key is good, and does not pay for this exchange.
        403 => Trouble::new(Why::BadRequest, said),
        400 | 404 if is_of_symbol => Trouble::not_found(said),
        404 => Trouble::not_found(said),
        200..300 => Trouble::new(Why::BadRequest, said),
        status => Answer { status, ..answer.clone() }.trouble(said),
    })
}

fn read_quote(answer: &Answer, query: &Question) -> Result<Quote, Trouble> {
    let body = body(answer)?;
    let price = number(&body["close"]).ok_or_else(|| Trouble::shape("a quote without a price"))?;
    Ok(Quote {
        symbol: text(&body["symbol"]).unwrap_or_else(|| query.symbol.clone()),
        name: text(&body["name"]),
        exchange: text(&body["exchange"]),
        currency: text(&body["currency"]),
        price,
        previous_close: number(&body["previous_close"]),
        change: number(&body["change"]),
        change_percent: number(&body["percent_change"]),
        open: number(&body["open"]),
        high: number(&body["high"]),
        low: number(&body["low"]),
        volume: number(&body["volume"]),
        year_high: number(&body["fifty_two_week"]["high"]),
        year_low: number(&body["fifty_two_week"]["low"]),
        time: text(&body["datetime"]),
        time_zone: text(&body["timezone"]),
        market_open: body["is_market_open"].as_bool(),
        ..Quote::default()
    })
}

fn read_series(answer: &Answer, query: &Question, range: Range) -> Result<Quote, Trouble> {
    let body = body(answer)?;
    let values = body["values"].as_array().map(Vec::as_slice).unwrap_or_default();
    let bar = |value: &Value| {
        Some(Bar {
            time: text(&value["datetime"])?,
            open: number(&value["open"]),
            high: number(&value["high"]),
            low: number(&value["low"]),
            close: number(&value["close"])?,
            volume: number(&value["volume"]),
        })
    };
    let days = values.iter().filter_map(bar).collect();
    let quote = Quote::of_days(&query.symbol, days, range.days());
    let quote = quote.ok_or_else(|| Trouble::shape("a past without prices"))?;
    let meta = &body["meta"];
    Ok(Quote {
        symbol: text(&meta["symbol"]).unwrap_or_else(|| query.symbol.clone()),
        exchange: text(&meta["exchange"]),
        currency: text(&meta["currency"]),
        time_zone: text(&meta["exchange_timezone"]),
        ..quote
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::service::Topic as _;

    fn ask(range: Option<Range>) -> Question {
        Question { symbol: "ABC".into(), range }
    }

    fn why(status: u16, body: &str) -> Why {
        read_quote(&Answer::test(status, &[], body), &ask(None)).unwrap_err().why
    }

    #[test]
    fn quotes_and_their_past_are_read() {
        let body = r#"{"symbol": "ABC", "name": "Alphabet Soup", "exchange": "NYSE", "currency": "USD", "datetime": "2026-11-20",
            "open": "10.1", "high": "11", "low": "10", "close": "10.5000", "volume": "1000", "previous_close": "10",
            "change": "0.5", "percent_change": "5.0", "is_market_open": false, "fifty_two_week": {"low": "5", "high": "12"}}"#;
        let quote = read_quote(&Answer::test(200, &[], body), &ask(None)).unwrap();
        assert!(
            quote.for_model().starts_with(
                "ABC (Alphabet Soup, NYSE): 10.50 USD, as of 2026-11-20, the market is closed\n"
            )
        );
        let body = r#"{"meta": {"symbol": "ABC", "currency": "USD", "exchange": "NYSE", "exchange_timezone": "America/New_York"},
            "values": [{"datetime": "2026-11-20", "close": "10.5"}, {"datetime": "2026-11-19", "close": "10"}], "status": "ok"}"#;
        let request = request("https://x", &ask(Some(Range::Day)));
        assert_eq!(request.url, "https://x/time_series");
        assert!(request.query.contains(&("outputsize", "2".into())));
        let quote = read_series(&Answer::test(200, &[], body), &ask(Some(Range::Day)), Range::Day).unwrap();
        assert_eq!(
            (quote.change, quote.history.len(), quote.currency.as_deref()),
            (Some(0.5), 1, Some("USD"))
        );
        assert_eq!(
            read_series(&Answer::test(200, &[], "{}"), &ask(None), Range::Day).unwrap_err().why,
            Why::Shape
        );
    }

    #[test]
    fn the_code_in_the_body_counts() {
        let error = |code: u16, words: &str| {
            format!(r#"{{"code": {code}, "message": "{words}", "status": "error"}}"#)
        };
        assert_eq!(why(404, &error(404, "**symbol** is missing or invalid")), Why::NotFound);
        assert_eq!(why(200, &error(400, "**symbol** is missing or invalid")), Why::NotFound);
        assert_eq!(why(200, &error(400, "interval is wrong")), Why::BadRequest);
        assert_eq!(why(401, &error(401, "**apikey** is incorrect")), Why::Auth);
        assert_eq!(why(403, &error(403, "available with the Pro plan")), Why::BadRequest);
        assert!(matches!(
            why(200, &error(429, "out of credits for the current minute")),
            Why::RateLimited { .. }
        ));
        assert!(matches!(why(429, &error(429, "out of credits for the day")), Why::Quota { .. }));
        assert_eq!(why(200, "{}"), Why::Shape);
        assert_eq!(why(200, &error(500, "internal")), Why::Upstream { status: 500 });
    }
}
