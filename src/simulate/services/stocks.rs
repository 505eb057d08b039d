//! Those who know prices. All papers cost the same, except those whose symbol begins with NONE: they do not exist.

use serde_json::{Value, json};

use super::super::reply::Reply;
use super::asked::{Asked, Complaint};
use super::{Fault, page};

/// Date, opening, highest, lowest, closing price, volume.
type Day = (&'static str, f64, f64, f64, f64, u32);

/// The days of the past.
const DAYS: [Day; 3] = [
    ("2026-11-18", 97.0, 99.5, 96.0, 99.0, 900),
    ("2026-11-19", 99.0, 101.0, 98.5, 100.0, 1100),
    ("2026-11-20", 100.0, 103.5, 99.5, 102.5, 1200),
];

fn is_unknown(symbol: &str) -> bool {
    symbol.to_uppercase().starts_with("NONE")
}

pub(super) fn yahoo(asked: &Asked) -> Result<Reply, Complaint> {
    // It turns away whoever says that he is a program.
    if !asked.is_browser() {
        return Ok(Reply::text(429, "text/plain", "Too Many Requests\r\n".to_owned()));
    }
    let symbol = asked.path.strip_prefix("/v8/finance/chart/").filter(|symbol| !symbol.is_empty());
    let symbol = symbol.ok_or_else(|| format!("{} is not served", asked.path))?;
    asked.need("interval")?;
    let range = asked.need("range")?;
    if !["1d", "5d", "1mo", "3mo", "6mo", "1y", "5y"].contains(&range) {
        return Err(format!("there is no range `{range}`"));
    }
    if is_unknown(symbol) {
        return Ok(no_chart(404, "Not Found"));
    }
    Ok(Reply::json(200, &chart(symbol, range)))
}

fn chart(symbol: &str, range: &str) -> Value {
    let column = |of: fn(&Day) -> Value| DAYS.iter().map(of).collect::<Vec<_>>();
    let mut meta = json!({
        "currency": "USD", "symbol": symbol, "longName": "Pond & Sons", "fullExchangeName": "NasdaqGS",
        "instrumentType": "EQUITY", "regularMarketTime": 1_795_194_000, "gmtoffset": -18_000,
        "exchangeTimezoneName": "America/New_York", "regularMarketPrice": 102.5, "chartPreviousClose": 100.0,
        "regularMarketChangePercent": 2.5, "regularMarketDayHigh": 103.5, "regularMarketDayLow": 99.5,
        "regularMarketVolume": 1200, "fiftyTwoWeekHigh": 120.0, "fiftyTwoWeekLow": 80.0,
        "currentTradingPeriod": {"regular": {"start": 1_795_170_600, "end": 1_795_194_000}},
    });
    if range == "1d" {
        meta["previousClose"] = json!(100.0);
    }
    json!({"chart": {"error": null, "result": [{
        "meta": meta,
        "timestamp": [1_795_012_200, 1_795_098_600, 1_795_185_000],
        "indicators": {"quote": [{"open": column(|day| json!(day.1)), "high": column(|day| json!(day.2)),
            "low": column(|day| json!(day.3)), "close": column(|day| json!(day.4)), "volume": column(|day| json!(day.5))}]},
    }]}})
}

fn no_chart(status: u16, code: &str) -> Reply {
    let error = json!({"code": code, "description": "No data, the symbol may be gone"});
    Reply::json(status, &json!({"chart": {"result": null, "error": error}}))
}

pub(super) fn yahoo_fails(_: &Asked, fault: Fault) -> Option<Reply> {
    match fault {
        Fault::Empty => Some(no_chart(200, "Not Found")),
        Fault::NotFound => Some(no_chart(404, "Not Found")),
        Fault::Limit => Some(Reply::text(429, "text/plain", "Too Many Requests\r\n".to_owned())),
        Fault::Challenge => {
            Some(page("<form action=\"https://consent.yahoo.com/v2/collectConsent\">Agree</form>"))
        }
        _ => None,
    }
}

pub(super) fn finnhub(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    asked.at("GET", "/quote")?;
    asked.key_in_header("x-finnhub-token", "")?;
    let quote = json!({"c": 102.5, "d": 2.5, "dp": 2.5, "h": 103.5, "l": 99.5, "o": 100, "pc": 100, "t": 1_795_194_000});
    Ok(if is_unknown(asked.need("symbol")?) { zeros() } else { Reply::json(200, &quote) })
}

/// What is not known costs nothing there.
fn zeros() -> Reply {
    Reply::json(200, &json!({"c": 0, "d": null, "dp": null, "h": 0, "l": 0, "o": 0, "pc": 0, "t": 0}))
}

pub(super) fn finnhub_fails(asked: &Asked, fault: Fault) -> Option<Reply> {
    let error = |status, message: String| Reply::json(status, &json!({"error": message}));
    match fault {
        Fault::Empty | Fault::NotFound => Some(zeros()),
        // Seen with a good status, too.
        Fault::Limit => Some(error(200, "API limit reached. Remaining Limit: 0".to_owned())),
        Fault::Key => Some(error(401, format!("Invalid API key {}", asked.header("x-finnhub-token")?))),
        _ => None,
    }
}

pub(super) fn twelve_data(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    asked.key_in_header("authorization", "apikey ")?;
    let symbol = asked.need("symbol")?;
    if is_unknown(symbol) {
        return Ok(twelve_error(404, "**symbol** is missing or invalid"));
    }
    if asked.path == "/time_series" {
        asked.must("interval", "1day")?;
        let newest_first = DAYS.iter().rev().take(asked.count("outputsize", 5000)?);
        let values: Vec<Value> = newest_first
            .map(|(day, open, high, low, close, volume)| {
                let [open, high, low, close] = [open, high, low, close].map(|price| format!("{price:.5}"));
                json!({"datetime": day, "open": open, "high": high, "low": low, "close": close,
                    "volume": volume.to_string()})
            })
            .collect();
        let meta = json!({"symbol": symbol, "currency": "USD", "exchange_timezone": "America/New_York", "exchange": "NASDAQ"});
        return Ok(Reply::json(200, &json!({"meta": meta, "values": values, "status": "ok"})));
    }
    asked.at("GET", "/quote")?;
    let quote = json!({"symbol": symbol, "name": "Pond & Sons", "exchange": "NASDAQ", "currency": "USD",
        "datetime": "2026-11-20", "open": "100.00000", "high": "103.50000", "low": "99.50000", "close": "102.50000",
        "volume": "1200", "previous_close": "100.00000", "change": "2.50000", "percent_change": "2.50000",
        "is_market_open": false, "fifty_two_week": {"low": "80.00000", "high": "120.00000"}});
    Ok(Reply::json(200, &quote))
}

/// Errors have a good status outside and their own inside.
fn twelve_error(code: u16, message: &str) -> Reply {
    Reply::json(200, &json!({"code": code, "message": message, "status": "error"}))
}

pub(super) fn twelve_data_fails(asked: &Asked, fault: Fault) -> Option<Reply> {
    match fault {
        Fault::Empty | Fault::NotFound => Some(twelve_error(404, "**symbol** is missing or invalid")),
        Fault::Limit => Some(twelve_error(429, "You have run out of API credits for the current minute.")),
        Fault::Quota => Some(twelve_error(429, "You have run out of API credits for the day.")),
        Fault::Key => {
            Some(twelve_error(401, &format!("**apikey** is incorrect: {}", asked.header("authorization")?)))
        }
        _ => None,
    }
}

pub(super) fn alpha_vantage(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    asked.at("GET", "/query")?;
    asked.need("apikey")?;
    let symbol = asked.need("symbol")?;
    let bad_call = || Reply::json(200, &json!({"Error Message": "Invalid API call."}));
    match (asked.need("function")?, is_unknown(symbol)) {
        ("GLOBAL_QUOTE", true) => Ok(Reply::json(200, &json!({"Global Quote": {}}))),
        ("GLOBAL_QUOTE", false) => Ok(Reply::json(
            200,
            &json!({"Global Quote": {"01. symbol": symbol, "02. open": "100.0000", "03. high": "103.5000",
                "04. low": "99.5000", "05. price": "102.5000", "06. volume": "1200", "07. latest trading day": "2026-11-20",
                "08. previous close": "100.0000", "09. change": "2.5000", "10. change percent": "2.5000%"}}),
        )),
        ("TIME_SERIES_DAILY", true) => Ok(bad_call()),
        ("TIME_SERIES_DAILY", false) => {
            let day = |(day, open, high, low, close, volume): &Day| {
                let text = |price: &f64| format!("{price:.4}");
                let day_of = json!({"1. open": text(open), "2. high": text(high), "3. low": text(low),
                    "4. close": text(close), "5. volume": volume.to_string()});
                ((*day).to_owned(), day_of)
            };
            let days: serde_json::Map<String, Value> = DAYS.iter().map(day).collect();
            Ok(Reply::json(
                200,
                &json!({"Meta Data": {"5. Time Zone": "US/Eastern"}, "Time Series (Daily)": days}),
            ))
        }
        (other, _) => Err(format!("there is no function `{other}`")),
    }
}

pub(super) fn alpha_vantage_fails(asked: &Asked, fault: Fault) -> Option<Reply> {
    let key = asked.field("apikey").unwrap_or_default();
    let told = |name: &str, text: String| Some(Reply::json(200, &json!({ name: text })));
    match fault {
        Fault::Empty | Fault::NotFound => Some(Reply::json(200, &json!({"Global Quote": {}}))),
        Fault::Limit => {
            told("Information", "Ask more sparingly (1 request per second); 25 per day.".to_owned())
        }
        Fault::Quota => told(
            "Information",
            format!("Your API key is {key}, and the standard limit is 25 requests per day."),
        ),
        Fault::Key => told("Error Message", format!("the parameter apikey is invalid: {key}")),
        _ => None,
    }
}

pub(super) fn stooq(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    let symbol = asked.need("s")?;
    if symbol.to_lowercase() != symbol || !symbol.contains('.') {
        return Err(format!("`{symbol}` is not written as it is there"));
    }
    let csv = |text: String| Reply::text(200, "text/csv", text);
    match asked.path.as_str() {
        "/q/l/" => {
            asked.must("e", "csv")?;
            let head = "Symbol,Date,Time,Open,High,Low,Close,Volume\r\n";
            let row = if is_unknown(symbol) {
                "N/D,N/D,N/D,N/D,N/D,N/D,N/D"
            } else {
                "2026-11-20,22:00:16,100,103.5,99.5,102.5,1200"
            };
            Ok(csv(format!("{head}{},{row}\r\n", symbol.to_uppercase())))
        }
        "/q/d/l/" => {
            asked.must("i", "d")?;
            if is_unknown(symbol) {
                return Ok(csv("No data".to_owned()));
            }
            let row = |(day, open, high, low, close, volume): &Day| {
                format!("{day},{open},{high},{low},{close},{volume}\r\n")
            };
            let rows: String = DAYS.iter().map(row).collect();
            Ok(csv(format!("Date,Open,High,Low,Close,Volume\r\n{rows}")))
        }
        other => Err(format!("{other} is not served")),
    }
}

pub(super) fn stooq_fails(_: &Asked, fault: Fault) -> Option<Reply> {
    let csv = |text: &str| Some(Reply::text(200, "text/csv", text.to_owned()));
    match fault {
        Fault::Empty | Fault::NotFound => csv("No data"),
        Fault::Limit | Fault::Quota => csv("Exceeded the daily hits limit"),
        Fault::Challenge => Some(page("<script>fetch('/__verify', {method: 'POST'})</script>")),
        _ => None,
    }
}
