//! Alpha Vantage: quotes and their past, with a key; 25 requests a day for those who do not pay.
//!
//! Everything comes with status 200: limits as `Information` or `Note`, which quote the key back, and an unknown symbol as
//! an empty quote.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{Bar, Question, Quote, Range};
use crate::tools::http::{Answer, KeyPlace, Request};
use crate::tools::reading::{number, text};
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why};

static CARD: Card = Card {
    id: "alpha_vantage",
    name: "Alpha Vantage",
    url: "https://www.alphavantage.co",
    attribution: "",
    warning: None,
    pause: Duration::from_secs(1),
};

/// The service.
#[derive(Debug)]
pub struct AlphaVantage(pub Access);

impl Service<Quote> for AlphaVantage {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn access(&self) -> &Access {
        &self.0
    }

    /// What it gives without pay reaches back a hundred days.
    fn can(&self, query: &Question) -> bool {
        query.range.is_none_or(|range| range.days() <= 100)
    }

    fn ask<'a>(&'a self, desk: &'a Desk, query: &'a Question) -> BoxFuture<'a, Result<Quote, Trouble>> {
        Box::pin(async move {
            let request = request(&self.0.base_url, query);
            let answer = self.0.send(desk, &request).await?;
            match query.range {
                None => read_quote(&answer, query),
                Some(range) => read_days(&answer, query, range),
            }
        })
    }
}

fn request(base_url: &str, query: &Question) -> Request {
    let request = Request::get(format!("{base_url}/query"));
    let request = match query.range {
        None => request.with("function", "GLOBAL_QUOTE"),
        Some(_) => request.with("function", "TIME_SERIES_DAILY").with("outputsize", "compact"),
    };
    request.with("symbol", &query.symbol).key(KeyPlace::Query("apikey"))
}

fn body(answer: &Answer, query: &Question) -> Result<Value, Trouble> {
    let body = answer.good_json(|body| text(&body["message"]))?;
    if let Some(said) = text(&body["Information"]).or_else(|| text(&body["Note"])) {
        let lower = said.to_lowercase();
        return Err(if lower.contains("demo") {
            Trouble::new(Why::Auth, said)
        } else if lower.contains("premium endpoint") {
            Trouble::new(Why::BadRequest, said)
        } else if lower.contains("sparingly")
            || lower.contains("per second)")
            || lower.contains("per minute and")
        {
            // Both sentences name the daily limit; this one was about the pace.
            let wait = if lower.contains("per minute") { 60 } else { 2 };
            Trouble::limited_for(Duration::from_secs(wait), answer.at, said)
        } else {
            Trouble::out_for_the_day(answer.at, said)
        });
    }
    if let Some(said) = text(&body["Error Message"]) {
        let is_of_key = said.to_lowercase().contains("apikey");
        let trouble = Trouble::not_found(format!("{}: {said}", query.symbol));
        return Err(if is_of_key { Trouble::new(Why::Auth, said) } else { trouble });
    }
    Ok(body)
}

fn read_quote(answer: &Answer, query: &Question) -> Result<Quote, Trouble> {
    let body = body(answer, query)?;
    let quote = body["Global Quote"].as_object().ok_or_else(|| Trouble::shape("no quote"))?;
    if quote.is_empty() {
        return Err(Trouble::not_found(&query.symbol));
    }
    let of = |name: &str| quote.get(name).and_then(number);
    Ok(Quote {
        symbol: quote.get("01. symbol").and_then(text).unwrap_or_else(|| query.symbol.clone()),
        price: of("05. price").ok_or_else(|| Trouble::shape("a quote without a price"))?,
        previous_close: of("08. previous close"),
        change: of("09. change"),
        change_percent: of("10. change percent"),
        open: of("02. open"),
        high: of("03. high"),
        low: of("04. low"),
        volume: of("06. volume"),
        time: quote.get("07. latest trading day").and_then(text),
        ..Quote::default()
    })
}

fn read_days(answer: &Answer, query: &Question, range: Range) -> Result<Quote, Trouble> {
    let body = body(answer, query)?;
    let days = body["Time Series (Daily)"].as_object().ok_or_else(|| Trouble::shape("no past"))?;
    let bar = |(date, day): (&String, &Value)| {
        Some(Bar {
            time: crate::tools::reading::one_line(date),
            open: number(&day["1. open"]),
            high: number(&day["2. high"]),
            low: number(&day["3. low"]),
            close: number(&day["4. close"])?,
            volume: number(&day["5. volume"]),
        })
    };
    let days = days.iter().filter_map(bar).collect();
    let quote = Quote::of_days(&query.symbol, days, range.days());
    let quote = quote.ok_or_else(|| Trouble::shape("a past without prices"))?;
    Ok(Quote { time_zone: text(&body["Meta Data"]["5. Time Zone"]), ..quote })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::trouble::wait;

    fn ask(range: Option<Range>) -> Question {
        Question { symbol: "ABC".into(), range }
    }

    fn trouble(body: &str) -> Trouble {
        read_quote(&Answer::test(200, &[], body), &ask(None)).unwrap_err()
    }

    #[test]
    fn quotes_and_their_past_are_read() {
        let body = r#"{"Global Quote": {"01. symbol": "ABC", "02. open": "10.0000", "03. high": "11.0000", "04. low": "9.0000",
            "05. price": "10.5000", "06. volume": "100", "07. latest trading day": "2026-11-20", "08. previous close": "10.0000",
            "09. change": "0.5000", "10. change percent": "5.0000%"}}"#;
        let quote = read_quote(&Answer::test(200, &[], body), &ask(None)).unwrap();
        assert_eq!((quote.price, quote.change_percent), (10.5, Some(5.0)));
        let body = r#"{"Meta Data": {"5. Time Zone": "US/Eastern"}, "Time Series (Daily)": {"2026-11-20": {"4. close": "11"},
            "2026-11-19": {"4. close": "10"}}}"#;
        let quote = read_days(&Answer::test(200, &[], body), &ask(Some(Range::Week)), Range::Week).unwrap();
        assert_eq!(
            (quote.price, quote.history.len(), quote.time_zone.as_deref()),
            (11.0, 2, Some("US/Eastern"))
        );
    }

    #[test]
    fn two_sentences_two_limits() {
        let until = |body: &str| {
            let (trouble, now) = (trouble(body), Answer::test(200, &[], "").at);
            wait(trouble.rests_until(now).unwrap(), now)
        };
        assert_eq!(
            until(
                r#"{"Information": "Spread out your requests more sparingly (1 request per second). 25 per day"}"#
            ),
            "2s"
        );
        assert_eq!(until(r#"{"Information": "our standard limit is 25 requests per day"}"#), "12h 0m");
        assert_eq!(until(r#"{"Note": "our frequency is 5 calls per minute and 500 calls per day"}"#), "60s");
    }

    #[test]
    fn the_rest_of_what_comes_with_200() {
        assert_eq!(trouble(r#"{"Global Quote": {}}"#).why, Why::NotFound);
        assert_eq!(
            trouble(r#"{"Error Message": "the parameter apikey is invalid or missing."}"#).why,
            Why::Auth
        );
        assert_eq!(trouble(r#"{"Error Message": "Invalid API call."}"#).why, Why::NotFound);
        assert_eq!(trouble(r#"{"Information": "This is a premium endpoint."}"#).why, Why::BadRequest);
        assert_eq!(trouble("{}").why, Why::Shape);
        assert_eq!(trouble("<html>").why, Why::Shape);
    }
}
