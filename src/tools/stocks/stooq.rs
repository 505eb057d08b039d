//! Stooq: quotes and their past as CSV, without a key; only for those who name it in `order`.
//!
//! It has come to answer programs with a page that wants a computation done in a browser. That is respected: the page is
//! told for what it is, and nothing is computed.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Bar, Question, Quote};
use crate::tools::http::{Answer, Request};
use crate::tools::reading::{folded, one_line};
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why};

/// How other services end the symbols of an exchange, and how this one does.
const ENDINGS: &[(&str, &str)] =
    &[(".DE", ".de"), (".L", ".uk"), (".T", ".jp"), (".HK", ".hk"), (".BD", ".hu"), (".WA", ".pl")];

static CARD: Card = Card {
    id: "stooq",
    name: "Stooq",
    url: "https://stooq.com",
    attribution: "",
    warning: Some("delayed, from an unofficial source (Stooq)"),
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct Stooq(pub Access);

impl Service<Quote> for Stooq {
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
    let symbol = symbol(&query.symbol);
    let request = match query.range {
        None => Request::get(format!("{base_url}/q/l/"))
            .with("s", symbol)
            .with("f", "sd2t2ohlcv")
            .with("h", "")
            .with("e", "csv"),
        Some(_) => Request::get(format!("{base_url}/q/d/l/")).with("s", symbol).with("i", "d"),
    };
    request.header("accept", "text/csv")
}

/// The symbol as it is written there: small, with the country.
fn symbol(symbol: &str) -> String {
    let known =
        ENDINGS.iter().find_map(|(theirs, ours)| Some(format!("{}{ours}", symbol.strip_suffix(theirs)?)));
    let is_share = !symbol.contains(['.', '^', '=', ':']);
    let written = known.unwrap_or_else(|| if is_share { format!("{symbol}.us") } else { symbol.to_owned() });
    written.to_lowercase()
}

fn read(answer: &Answer, query: &Question) -> Result<Quote, Trouble> {
    let body = answer.text.trim_start_matches('\u{feff}').trim();
    let lower = body.to_lowercase();
    if !answer.is_good() {
        return Err(answer.trouble(if answer.is_page() { "" } else { body }));
    }
    if body.starts_with('<') {
        return Err(Trouble::new(Why::Challenge, "a page for browsers in place of data"));
    }
    if lower.contains("daily hits limit") {
        return Err(Trouble::out_for_the_day(answer.at, body));
    }
    if lower == "no data" {
        return Err(Trouble::not_found(&query.symbol));
    }
    let mut lines = body.lines().map(|line| line.split(',').map(str::trim).collect::<Vec<_>>());
    let head = lines.next().unwrap_or_default();
    let column = |name: &str| head.iter().position(|column| column.eq_ignore_ascii_case(name));
    let (Some(date), Some(close)) = (column("Date"), column("Close")) else {
        return Err(Trouble::shape(format!(
            "no table: {}",
            one_line(&body.chars().take(80).collect::<String>())
        )));
    };
    let (open, high, low) = (column("Open"), column("High"), column("Low"));
    let (volume, time) = (column("Volume"), column("Time"));
    let bar = |row: Vec<&str>| {
        let of =
            |column: Option<usize>| row.get(column?)?.parse().ok().filter(|number: &f64| number.is_finite());
        let at = time.and_then(|time| row.get(time)).map_or(String::new(), |time| format!(" {time}"));
        Some(Bar {
            time: folded(&format!("{}{at}", row.get(date)?)),
            open: of(open),
            high: of(high),
            low: of(low),
            close: of(Some(close))?,
            volume: of(volume),
        })
    };
    let wanted = query.range.map_or(0, super::Range::days);
    // A symbol that is not known has `N/D` in all places.
    Quote::of_days(&query.symbol, lines.filter_map(bar).collect(), wanted)
        .ok_or_else(|| Trouble::not_found(&query.symbol))
}

#[cfg(test)]
mod tests {
    use super::super::Range;
    use super::*;
    use proptest::prelude::*;

    fn ask(range: Option<Range>) -> Question {
        Question { symbol: "ABC".into(), range }
    }

    fn why(body: &str) -> Why {
        read(&Answer::test(200, &[], body), &ask(None)).unwrap_err().why
    }

    #[test]
    fn tables_are_read() {
        let body =
            "Symbol,Date,Time,Open,High,Low,Close,Volume\r\nABC.US,2026-11-20,22:00:01,10,12,9,11.5,1000\r\n";
        let quote = read(&Answer::test(200, &[], body), &ask(None)).unwrap();
        assert_eq!(
            (quote.price, quote.open, quote.time.as_deref()),
            (11.5, Some(10.0), Some("2026-11-20 22:00:01"))
        );
        assert!(quote.history.is_empty() && quote.change.is_none());
        let body = "Date,Open,High,Low,Close,Volume\n2026-11-19,9,10,8,10,5\n2026-11-20,10,12,9,11,6\n";
        let quote = read(&Answer::test(200, &[], body), &ask(Some(Range::Week))).unwrap();
        assert_eq!((quote.history.len(), quote.change), (2, Some(1.0)));
        assert_eq!(
            ["AAPL", "BRK-B", "SAP.DE", "^SPX"].map(symbol),
            ["aapl.us", "brk-b.us", "sap.de", "^spx"]
        );
    }

    #[test]
    fn everything_else_comes_with_200() {
        assert_eq!(
            why("Symbol,Date,Time,Open,High,Low,Close,Volume\nX,N/D,N/D,N/D,N/D,N/D,N/D,N/D"),
            Why::NotFound
        );
        assert_eq!(why("No data"), Why::NotFound);
        assert!(matches!(why("Exceeded the daily hits limit"), Why::Quota { until: Some(_) }));
        assert_eq!(why("<!doctype html><script>/* proof of work */</script>"), Why::Challenge);
        assert_eq!(why("hello"), Why::Shape);
        assert_eq!(why(""), Why::Shape);
    }

    proptest! {
        #[test]
        fn no_table_makes_it_panic(body in "(Date|Close|,|\n|[0-9.-]{1,9}|N/D|\\PC){0,40}") {
            drop(read(&Answer::test(200, &[], &body), &ask(None)));
            drop(read(&Answer::test(200, &[], &format!("Date,Close,Time\n{body}")), &ask(Some(Range::Week))));
        }
    }
}
