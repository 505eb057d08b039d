//! Finnhub: the last price of shares, with a key. The past costs more than a free key has.
//!
//! An unknown symbol comes with status 200 and a quote of zeros; a limit has been seen with status 200, too.

use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::{Question, Quote};
use crate::tools::http::{Answer, KeyPlace, Request};
use crate::tools::reading::{number, text};
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why};

static CARD: Card = Card {
    id: "finnhub",
    name: "Finnhub",
    url: "https://finnhub.io",
    attribution: "",
    warning: None,
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct Finnhub(pub Access);

impl Service<Quote> for Finnhub {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn access(&self) -> &Access {
        &self.0
    }

    fn can(&self, query: &Question) -> bool {
        query.range.is_none()
    }

    fn ask<'a>(&'a self, desk: &'a Desk, query: &'a Question) -> BoxFuture<'a, Result<Quote, Trouble>> {
        Box::pin(async move {
            let request = request(&self.0.base_url, query);
            read(&self.0.send(desk, &request).await?, query)
        })
    }
}

fn request(base_url: &str, query: &Question) -> Request {
    Request::get(format!("{base_url}/quote"))
        .with("symbol", &query.symbol)
        .key(KeyPlace::Header("x-finnhub-token", ""))
}

fn read(answer: &Answer, query: &Question) -> Result<Quote, Trouble> {
    let error = answer.json().ok().and_then(|body| text(&body["error"]));
    if let Some(error) = error {
        let limited = error.to_lowercase().contains("limit");
        return Err(match answer.status {
            _ if limited => Trouble::limited_for(Duration::from_mins(1), answer.at, error),
            // The key is good, and does not pay for this exchange.
            403 => Trouble::new(Why::BadRequest, error),
            200..300 => Trouble::new(Why::BadRequest, error),
            _ => answer.trouble(error),
        });
    }
    let body = answer.good_json(|_| None)?;
    let price = number(&body["c"]).ok_or_else(|| Trouble::shape("a quote without a price"))?;
    let seconds = body["t"].as_i64().unwrap_or_default();
    if price == 0.0 && seconds == 0 {
        return Err(Trouble::not_found(&query.symbol));
    }
    let time = Timestamp::from_second(seconds).ok().filter(|_| seconds > 0);
    Ok(Quote {
        symbol: query.symbol.clone(),
        price,
        previous_close: number(&body["pc"]),
        change: number(&body["d"]),
        change_percent: number(&body["dp"]),
        open: number(&body["o"]),
        high: number(&body["h"]),
        low: number(&body["l"]),
        time: time.map(|time| time.strftime("%Y-%m-%d %H:%M").to_string()),
        time_zone: Some("UTC".to_owned()),
        ..Quote::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::service::Topic as _;

    fn ask() -> Question {
        Question { symbol: "ABC".into(), range: None }
    }

    fn why(status: u16, body: &str) -> Why {
        read(&Answer::test(status, &[], body), &ask()).unwrap_err().why
    }

    #[test]
    fn a_quote_is_read() {
        let body =
            r#"{"c": 20.5, "d": 0.5, "dp": 2.5, "h": 21, "l": 19, "o": 20, "pc": 20, "t": 1795348800}"#;
        let quote = read(&Answer::test(200, &[], body), &ask()).unwrap();
        assert_eq!(
            quote.for_model(),
            "ABC: 20.50, as of 2026-11-22 12:00 UTC\nChange: +0.50 (+2.50 %)\nPrevious close: 20.00\nOpen: 20.00\n\
             Day: 19.00 to 21.00"
        );
        assert!(quote.warnings(&ask())[0].contains("currency"));
    }

    #[test]
    fn zeros_are_no_price() {
        assert_eq!(why(200, r#"{"c":0,"d":null,"dp":null,"h":0,"l":0,"o":0,"pc":0,"t":0}"#), Why::NotFound);
        assert_eq!(why(200, "{}"), Why::Shape);
        for status in [200, 429] {
            assert!(matches!(
                why(status, r#"{"error": "API limit reached."}"#),
                Why::RateLimited { until: Some(_) }
            ));
        }
        assert_eq!(why(401, r#"{"error": "Please use an API key."}"#), Why::Auth);
        assert_eq!(why(403, r#"{"error": "You don't have access."}"#), Why::BadRequest);
        assert_eq!(why(500, "oops"), Why::Upstream { status: 500 });
    }
}
