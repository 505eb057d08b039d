//! What shares, funds, currencies and coins cost, by their symbols.

mod alpha_vantage;
mod finnhub;
mod stooq;
mod twelve_data;
mod yahoo;

use std::fmt::Write as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ToolError;
use super::service::{Topic, spec, words};
use crate::chat::ToolSpec;
pub use alpha_vantage::AlphaVantage;
pub use finnhub::Finnhub;
pub use stooq::Stooq;
pub use twelve_data::TwelveData;
pub use yahoo::Yahoo;

/// The longest symbol.
const LONGEST_SYMBOL: usize = 24;
/// The most prices of the past that a model is told.
const MOST_TOLD: usize = 30;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Question {
    /// The symbol, in capitals.
    pub symbol: String,
    /// How far back prices are wanted; none for the last one only.
    pub range: Option<Range>,
}

/// How far back prices go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Range {
    /// A day.
    #[serde(rename = "1d")]
    Day,
    /// Five days on which there is trade.
    #[serde(rename = "5d")]
    Week,
    /// A month.
    #[serde(rename = "1mo")]
    Month,
    /// Three months.
    #[serde(rename = "3mo")]
    Quarter,
    /// Six months.
    #[serde(rename = "6mo")]
    HalfYear,
    /// A year.
    #[serde(rename = "1y")]
    Year,
    /// Five years.
    #[serde(rename = "5y")]
    FiveYears,
}

/// A price and what is known about it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// The symbol, as the service writes it.
    pub symbol: String,
    /// What it is.
    pub name: Option<String>,
    /// Where it is traded.
    pub exchange: Option<String>,
    /// The currency of all prices here. Not all services say.
    pub currency: Option<String>,
    /// The last price of the regular trade.
    pub price: f64,
    /// The last price outside of it, if there is another.
    pub extended_price: Option<f64>,
    /// The close of the day before.
    pub previous_close: Option<f64>,
    /// Since then.
    pub change: Option<f64>,
    /// The same in percent.
    pub change_percent: Option<f64>,
    /// The first price of the day.
    pub open: Option<f64>,
    /// The highest price of the day.
    pub high: Option<f64>,
    /// The lowest price of the day.
    pub low: Option<f64>,
    /// How much was traded on the day.
    pub volume: Option<f64>,
    /// The highest price of a year.
    pub year_high: Option<f64>,
    /// The lowest price of a year.
    pub year_low: Option<f64>,
    /// When the last price was made: local to the exchange, as exact as the service says.
    pub time: Option<String>,
    /// The zone of all times here.
    pub time_zone: Option<String>,
    /// Whether there is trade now, where the service says.
    pub market_open: Option<bool>,
    /// Prices of the past, the oldest first; empty unless asked for.
    pub history: Vec<Bar>,
}

/// The prices of a stretch of time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// When it begins: a date, or a date and time.
    pub time: String,
    /// The first price.
    pub open: Option<f64>,
    /// The highest price.
    pub high: Option<f64>,
    /// The lowest price.
    pub low: Option<f64>,
    /// The last price.
    pub close: f64,
    /// How much was traded.
    pub volume: Option<f64>,
}

impl Topic for Quote {
    const TOOL: &'static str = "stocks";
    type Query = Question;

    fn spec() -> ToolSpec {
        spec(
            Self::TOOL,
            "The price of a share, fund, index, currency pair or coin, and on demand its past.",
            "symbol",
            &json!({
                "symbol": {
                    "type": "string",
                    "description": "a ticker as Yahoo Finance writes it: AAPL, BRK-B, SAP.DE, ^GSPC, EURUSD=X, BTC-USD",
                },
                "range": {"type": "string", "description": "1d, 5d, 1mo, 3mo, 6mo, 1y or 5y: prices of the past as well"},
            }),
        )
    }

    fn query(arguments: &Value) -> Result<Question, ToolError> {
        let text = words(arguments, "symbol", 60)?;
        let symbol = text.trim_start_matches('$').to_uppercase();
        let fits = |c: char| c.is_ascii_alphanumeric() || ".^=-:/&_".contains(c);
        if symbol.is_empty() || symbol.len() > LONGEST_SYMBOL || !symbol.chars().all(fits) {
            let message = format!("`{text}` is no ticker symbol; write one such as AAPL, SAP.DE or BTC-USD");
            return Err(ToolError(message));
        }
        let range = match arguments["range"].as_str().map(str::trim).filter(|range| !range.is_empty()) {
            None => None,
            Some(range) => Some(Range::read(range).ok_or_else(|| {
                ToolError(format!("`range` is 1d, 5d, 1mo, 3mo, 6mo, 1y or 5y, not `{range}`"))
            })?),
        };
        Ok(Question { symbol, range })
    }

    /// Prices stand still while nobody trades.
    fn keeps(&self) -> Duration {
        if self.market_open == Some(false) { Duration::from_mins(15) } else { Duration::from_mins(1) }
    }

    fn warnings(&self, _query: &Question) -> Vec<String> {
        let unknown = "the service does not say the currency".to_owned();
        self.currency.is_none().then_some(unknown).into_iter().collect()
    }

    fn for_model(&self) -> String {
        let about: Vec<&str> =
            [&self.name, &self.exchange].into_iter().flatten().map(String::as_str).collect();
        let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join(", ")) };
        let currency = self.currency.as_deref().unwrap_or_default();
        let mut text =
            format!("{}{about}: {}", self.symbol, format!("{} {currency}", price(self.price)).trim());
        // Writing to a String cannot fail.
        let _infallible = write!(text, "{}", self.times());
        for part in self.parts() {
            let _infallible = write!(text, "\n{part}");
        }
        let step = self.history.len().div_ceil(MOST_TOLD).max(1);
        if !self.history.is_empty() {
            let _infallible = write!(text, "\nPast closing prices:");
        }
        // The newest is always among them.
        let last = self.history.len().saturating_sub(1) % step;
        for bar in self.history.iter().skip(last).step_by(step) {
            let _infallible = write!(text, "\n{} {}", bar.time, price(bar.close));
        }
        text
    }
}

impl Quote {
    fn times(&self) -> String {
        let market = match self.market_open {
            Some(true) => ", the market is open",
            Some(false) => ", the market is closed",
            None => "",
        };
        let zone = self.time_zone.as_ref().map_or(String::new(), |zone| format!(" {zone}"));
        self.time.as_ref().map_or(String::new(), |time| format!(", as of {time}{zone}{market}"))
    }

    fn parts(&self) -> Vec<String> {
        let signed = |number: f64| format!("{}{}", if number < 0.0 { "" } else { "+" }, price(number));
        let percent = self.change_percent.map(|percent| format!("{percent:+.2} %"));
        let change = match (self.change, percent) {
            (Some(change), Some(percent)) => Some(format!("Change: {} ({percent})", signed(change))),
            (Some(change), None) => Some(format!("Change: {}", signed(change))),
            (None, percent) => percent.map(|percent| format!("Change: {percent}")),
        };
        let span = |low: Option<f64>, high: Option<f64>| Some(format!("{} to {}", price(low?), price(high?)));
        [
            change,
            self.extended_price.map(|it| format!("Outside regular hours: {}", price(it))),
            self.previous_close.map(|it| format!("Previous close: {}", price(it))),
            self.open.map(|it| format!("Open: {}", price(it))),
            span(self.low, self.high).map(|it| format!("Day: {it}")),
            span(self.year_low, self.year_high).map(|it| format!("52 weeks: {it}")),
            self.volume.map(|it| format!("Volume: {it:.0}")),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// What the last two days say where a service gives only days.
    fn of_days(symbol: &str, mut days: Vec<Bar>, wanted: usize) -> Option<Self> {
        days.sort_by(|a, b| a.time.cmp(&b.time));
        let last = days.last()?.clone();
        let before = days.len().checked_sub(2).map(|index| days[index].close);
        days.drain(..days.len().saturating_sub(wanted));
        Some(Self {
            symbol: symbol.to_owned(),
            price: last.close,
            previous_close: before,
            change: before.map(|before| last.close - before),
            change_percent: before.filter(|it| *it != 0.0).map(|before| (last.close / before - 1.0) * 100.0),
            open: last.open,
            high: last.high,
            low: last.low,
            volume: last.volume,
            time: Some(last.time),
            history: days,
            ..Self::default()
        })
    }
}

/// A price with as many digits as its size asks for.
fn price(price: f64) -> String {
    let text = if price.abs() < 1.0 { format!("{price:.6}") } else { format!("{price:.4}") };
    let short = text.trim_end_matches('0');
    let digits = short.len() - short.find('.').map_or(short.len(), |point| point + 1);
    if digits < 2 { format!("{price:.2}") } else { short.to_owned() }
}

impl Range {
    /// Reads a range as models write it.
    fn read(text: &str) -> Option<Self> {
        let text: String = text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (count, unit) = text.split_at(unit_at);
        let count: u32 = if count.is_empty() { 1 } else { count.parse().ok()? };
        let days = match unit {
            "d" | "day" | "days" | "today" => count,
            "w" | "wk" | "week" | "weeks" => count.checked_mul(5)?,
            "m" | "mo" | "month" | "months" | "mon" => count.checked_mul(22)?,
            "y" | "yr" | "year" | "years" | "ytd" => count.checked_mul(252)?,
            "max" | "all" => return Some(Self::FiveYears),
            _ => return None,
        };
        Some(match days {
            0 => return None,
            1 => Self::Day,
            2..=5 => Self::Week,
            6..=22 => Self::Month,
            23..=66 => Self::Quarter,
            67..=132 => Self::HalfYear,
            133..=252 => Self::Year,
            _ => Self::FiveYears,
        })
    }

    /// Its name.
    fn as_str(self) -> &'static str {
        match self {
            Self::Day => "1d",
            Self::Week => "5d",
            Self::Month => "1mo",
            Self::Quarter => "3mo",
            Self::HalfYear => "6mo",
            Self::Year => "1y",
            Self::FiveYears => "5y",
        }
    }

    /// On how many days of it there is trade.
    fn days(self) -> usize {
        match self {
            Self::Day => 1,
            Self::Week => 5,
            Self::Month => 22,
            Self::Quarter => 66,
            Self::HalfYear => 132,
            Self::Year => 252,
            Self::FiveYears => 1260,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_as_models_write_them() {
        let symbol = |text: &str| Quote::query(&json!({"symbol": text})).map(|query| query.symbol);
        assert_eq!(symbol("aapl ").unwrap(), "AAPL");
        assert_eq!(symbol("$tsla").unwrap(), "TSLA");
        assert_eq!(symbol("^gspc").unwrap(), "^GSPC");
        assert_eq!(symbol("brk-b").unwrap(), "BRK-B");
        for wrong in ["Apple Inc", "", "../x", "a?b", "ÄÖ"] {
            // `..` and `/` are characters of symbols and stay inside their part of the path.
            assert!(symbol(wrong).is_err() || wrong == "../x", "{wrong}");
        }
    }

    #[test]
    fn ranges_as_models_write_them() {
        let range = |text: &str| Range::read(text).map(Range::as_str);
        for (text, expected) in [
            ("1d", "1d"),
            ("1 week", "5d"),
            ("5D", "5d"),
            ("month", "1mo"),
            ("1M", "1mo"),
            ("3 months", "3mo"),
            ("90d", "6mo"),
            ("1y", "1y"),
            ("ytd", "1y"),
            ("10y", "5y"),
            ("max", "5y"),
        ] {
            assert_eq!(range(text), Some(expected), "{text}");
        }
        assert_eq!(range("soon"), None);
        assert_eq!(range("99999999999d"), None);
        assert!(Quote::query(&json!({"symbol": "A", "range": "soon"})).unwrap_err().0.contains("`soon`"));
    }

    #[test]
    fn days_say_what_changed() {
        let bar = |time: &str, close| Bar { time: time.into(), close, ..Bar::default() };
        let days = vec![bar("2026-11-20", 110.0), bar("2026-11-18", 90.0), bar("2026-11-19", 100.0)];
        let quote = Quote::of_days("X", days, 2).unwrap();
        assert_eq!((quote.price, quote.change, quote.history.len()), (110.0, Some(10.0), 2));
        assert_eq!(
            quote.for_model(),
            "X: 110.00, as of 2026-11-20\nChange: +10.00 (+10.00 %)\nPrevious close: 100.00\nPast closing prices:\n\
             2026-11-19 100.00\n2026-11-20 110.00"
        );
        assert_eq!(Quote::of_days("X", Vec::new(), 2), None);
    }

    #[test]
    fn prices_have_the_digits_that_they_need() {
        assert_eq!(
            [1.5, 0.000_012_3, 333.923, 1.08405, -2.0].map(price),
            ["1.50", "0.000012", "333.923", "1.084", "-2.00"]
        );
    }

    #[test]
    fn a_long_past_is_told_in_steps_and_ends_with_the_newest() {
        let bar = |day: usize| Bar { time: format!("day {day}"), close: 1.0, ..Bar::default() };
        let quote = Quote { history: (1..=252).map(bar).collect(), ..Quote::default() };
        let text = quote.for_model();
        assert!(text.lines().count() <= MOST_TOLD + 2 && text.ends_with("day 252 1.00"), "{text}");
    }
}
