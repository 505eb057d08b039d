//! How services are asked: one request, one bounded answer, within a time.
//!
//! A [`Request`] is a value without secrets in it, so that tests can look at it and errors may tell of it. The key joins it
//! on the way out, and is taken out of whatever comes back before anyone reads it.

use std::time::Duration;

use encoding_rs::Encoding;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use serde_json::Value;
use tracing::debug;
use url::Url;

use super::reading::one_line;
use super::trouble::{Trouble, Why};
use crate::secret::Secret;

/// The most that is read of an answer, unpacked.
const MAX_BODY: usize = 2 << 20;
/// How far into a page the marks of a challenge are looked for.
const MARKS_WITHIN: usize = 64 << 10;

/// Who asks, with a place to complain at.
const OURSELVES: &str =
    concat!("aigw/", env!("CARGO_PKG_VERSION"), " (+https://crates.io/crates/", env!("CARGO_PKG_NAME"), ")");

/// The name of a browser, for the two services that refuse every program by its name alone (Yahoo's charts, DuckDuckGo's
/// pages) though they need no browser. All others hear who asks.
pub(super) const BROWSER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

/// What is to be asked. Without keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The address. It has a query of its own only where a user wrote one.
    pub url: String,
    /// The query, in order, not yet encoded.
    pub query: Vec<(&'static str, String)>,
    /// Headers besides those that all requests have.
    pub headers: Vec<(&'static str, String)>,
    /// What is sent; nothing makes it a GET.
    pub body: Option<Body>,
    /// Where the key goes.
    pub key: Option<KeyPlace>,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// JSON.
    Json(Value),
    /// Fields of a form.
    Form(Vec<(&'static str, String)>),
}

/// Where a key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    /// Into a header, after these characters.
    Header(&'static str, &'static str),
    /// Into the query.
    Query(&'static str),
}

/// What came back, whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text, without the key.
    pub text: String,
    /// Whether the request carried a key.
    pub keyed: bool,
    /// When it came.
    pub at: Timestamp,
}

impl Request {
    /// A request for what is at an address.
    pub fn get(url: impl Into<String>) -> Self {
        Self { url: url.into(), query: Vec::new(), headers: Vec::new(), body: None, key: None }
    }

    /// A request that sends JSON.
    pub fn post(url: impl Into<String>, body: Value) -> Self {
        Self { body: Some(Body::Json(body)), ..Self::get(url) }
    }

    /// The same with a field of the query.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts alike are handed over")]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// The same with a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with the key in this place.
    #[must_use]
    pub fn key(self, place: KeyPlace) -> Self {
        Self { key: Some(place), ..self }
    }

    /// The host, for people.
    pub fn host(&self) -> String {
        Url::parse(&self.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }
}

impl Answer {
    /// Whether the status is a good one.
    pub fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON, whatever the status. A page is a challenge or nonsense.
    pub fn json(&self) -> Result<Value, Trouble> {
        let text = self.text.trim_start_matches('\u{feff}').trim();
        if self.is_page() {
            return Err(self.page());
        }
        let start = || one_line(&text.chars().take(80).collect::<String>());
        serde_json::from_str(text).map_err(|error| {
            if text.is_empty() {
                Trouble::shape("an empty answer")
            } else {
                Trouble::shape(format!("no JSON at line {}: {}", error.line(), start()))
            }
        })
    }

    /// The JSON of a good answer; of any other the trouble that its status means, with what the body says at `said`.
    pub fn good_json(&self, said: impl Fn(&Value) -> Option<String>) -> Result<Value, Trouble> {
        let json = self.json();
        if self.is_good() {
            return json;
        }
        let words = match &json {
            Ok(json) => said(json).unwrap_or_default(),
            Err(_) if self.is_page() => return Err(self.of_page()),
            Err(_) => one_line(&self.text),
        };
        Err(self.trouble(words))
    }

    /// What the status means, with these words.
    pub fn trouble(&self, said: impl AsRef<str>) -> Trouble {
        Trouble::of_status(self.status, &self.headers, said, self.keyed, self.at)
    }

    /// Whether it is a web page.
    pub fn is_page(&self) -> bool {
        let start = self.text.trim_start_matches('\u{feff}').trim_start();
        let lower: String = start.chars().take(15).collect::<String>().to_ascii_lowercase();
        ["<!doctype html", "<html", "<head", "<body", "<script", "<title", "<div", "<h1"]
            .iter()
            .any(|tag| lower.starts_with(tag))
    }

    /// Whether it is a page that wants to see a person.
    pub fn is_challenge(&self) -> bool {
        self.is_page() && asks_for_a_person(&self.text)
    }

    /// What a page means that came where data was expected.
    pub fn page(&self) -> Trouble {
        if self.is_challenge() {
            Trouble::new(Why::Challenge, "")
        } else if self.is_good() {
            Trouble::shape("a web page in place of data")
        } else {
            self.trouble("")
        }
    }

    fn of_page(&self) -> Trouble {
        // A gateway's page with 429 or 503 may be a challenge; its status says when to come back.
        if self.is_challenge() && self.status != 429 {
            Trouble::new(Why::Challenge, "")
        } else {
            self.trouble("")
        }
    }
}

/// The marks of pages that keep programs out.
fn asks_for_a_person(page: &str) -> bool {
    const MARKS: &[&str] = &[
        "anomaly-modal",
        "anomaly.js",
        "challenge-form",
        "cf-browser-verification",
        "cf-chl-",
        "just a moment...",
        "/sorry/index",
        "g-recaptcha",
        "h-captcha",
        "captcha-delivery",
        "consent.google.com",
        "consent.yahoo.com",
        "verify your browser",
        "verify you are human",
        "you are human",
        "unusual traffic",
        "/__verify",
        "enable javascript",
        "requires javascript",
    ];
    let page = page[..page.floor_char_boundary(MARKS_WITHIN)].to_ascii_lowercase();
    MARKS.iter().any(|mark| page.contains(mark))
}

/// Sends requests.
#[derive(Debug, Clone)]
pub struct Http {
    /// For the world.
    out: reqwest::Client,
    /// For this machine: never through a proxy.
    here: reqwest::Client,
}

impl Http {
    /// Sends with these clients: one for the world, and one that goes through no proxy for this machine. Neither may
    /// follow redirects: they would carry keys along.
    pub fn new(out: reqwest::Client, here: reqwest::Client) -> Self {
        Self { out, here }
    }

    /// Asks, and reads the answer to its end.
    pub async fn send(
        &self,
        request: &Request,
        key: Option<&Secret>,
        limit: Duration,
        at: Timestamp,
    ) -> Result<Answer, Trouble> {
        let host = request.host();
        debug!(host, "asking a service");
        let late = |_| Trouble::new(Why::Timeout, format!("{limit:?}"));
        let exchanged = tokio::time::timeout(limit, self.exchange(request, key)).await.map_err(late)?;
        let (status, headers, body) = exchanged?;
        debug!(host, status, bytes = body.len(), "a service answered");
        let text = decoded(&headers, &body);
        let text = key.map_or_else(|| text.clone(), |key| key.redact(&text));
        Ok(Answer { status, headers, text, keyed: key.is_some(), at })
    }

    async fn exchange(
        &self,
        request: &Request,
        key: Option<&Secret>,
    ) -> Result<(u16, HeaderMap, Vec<u8>), Trouble> {
        let (url, headers, body) = parts(request, key)?;
        let is_here = url.host_str().is_some_and(is_this_machine);
        let client = if is_here { &self.here } else { &self.out };
        let sending = match body {
            Some(body) => client.post(url).body(body),
            None => client.get(url),
        };
        let mut response = sending.headers(headers).send().await.map_err(unreachable)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await.map_err(broken)? {
            if body.len() + bytes.len() > MAX_BODY {
                return Err(Trouble::shape(format!("an answer larger than {} MiB", MAX_BODY >> 20)));
            }
            body.extend_from_slice(&bytes);
        }
        Ok((status, headers, body))
    }
}

/// What goes over the wire. Errors tell of the host and never of the query.
fn parts(request: &Request, key: Option<&Secret>) -> Result<(Url, HeaderMap, Option<Vec<u8>>), Trouble> {
    let unusable = |what: &str| Trouble::new(Why::BadRequest, what);
    let mut url = Url::parse(&request.url).map_err(|error| unusable(&format!("its address: {error}")))?;
    if !["http", "https"].contains(&url.scheme()) {
        return Err(unusable("its address is neither http nor https"));
    }
    for (name, value) in &request.query {
        url.query_pairs_mut().append_pair(name, value);
    }
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, HeaderValue::from_static(OURSELVES));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    for (name, value) in &request.headers {
        headers.insert(
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| unusable("the name of a header"))?,
            HeaderValue::from_str(value).map_err(|_| unusable("the value of a header"))?,
        );
    }
    match (request.key, key) {
        (Some(KeyPlace::Header(name, before)), Some(key)) => {
            let mut value = HeaderValue::try_from(format!("{before}{}", key.expose()))
                .map_err(|_| Trouble::new(Why::Auth, "the key has characters that no header can carry"))?;
            value.set_sensitive(true);
            headers.insert(
                HeaderName::from_bytes(name.as_bytes()).map_err(|_| unusable("the name of a header"))?,
                value,
            );
        }
        (Some(KeyPlace::Query(name)), Some(key)) => {
            url.query_pairs_mut().append_pair(name, key.expose());
        }
        _ => {}
    }
    let body = request.body.as_ref().map(|body| match body {
        Body::Json(value) => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            value.to_string().into_bytes()
        }
        Body::Form(fields) => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(fields).finish().into_bytes()
        }
    });
    Ok((url, headers, body))
}

/// The text of a body: as its type or its XML declaration says, else UTF-8.
fn decoded(headers: &HeaderMap, body: &[u8]) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let named = kind.split(';').find_map(|part| part.trim().strip_prefix("charset="));
    let start = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
    let declared = start.starts_with("<?xml").then(|| start.split("encoding=").nth(1)).flatten();
    let declared = declared.and_then(|rest| rest.get(1..)?.split(['"', '\'']).next());
    let label = named.map(|name| name.trim_matches('"')).or(declared).unwrap_or("utf-8");
    let encoding = Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    encoding.decode(body).0.into_owned()
}

fn is_this_machine(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn unreachable(error: reqwest::Error) -> Trouble {
    let why = if error.is_timeout() { Why::Timeout } else { Why::Unreachable };
    Trouble::new(why, reason(error))
}

fn broken(error: reqwest::Error) -> Trouble {
    Trouble::shape(format!("the answer broke off: {}", reason(error)))
}

/// The innermost cause; what stands around it may tell of the address, and the address of a key.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut innermost: &dyn std::error::Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    one_line(&innermost.to_string())
}

/// A part of a path, encoded so that it stays one.
pub(super) fn segment(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
impl Answer {
    /// An answer as tests write it.
    pub(super) fn test(status: u16, headers: &[(&'static str, &str)], text: &str) -> Self {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let at = "2026-11-22T12:00:00Z".parse().unwrap();
        Self { status, headers, text: text.to_owned(), keyed: true, at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn the_key_goes_where_it_belongs_and_nowhere_else() {
        let key = Secret::new("canary key&=");
        let request = Request::get("https://a.b/c").with("q", "x y&z").key(KeyPlace::Query("token"));
        let (url, headers, _) = parts(&request, Some(&key)).unwrap();
        assert_eq!(url.as_str(), "https://a.b/c?q=x+y%26z&token=canary+key%26%3D");
        assert!(!format!("{request:?}{headers:?}").contains("canary"));
        let request =
            Request::post("https://a.b/c", json!({})).key(KeyPlace::Header("authorization", "Bearer "));
        let (url, headers, body) = parts(&request, Some(&Secret::new("canary"))).unwrap();
        assert_eq!(url.as_str(), "https://a.b/c");
        assert_eq!(headers["authorization"], "Bearer canary");
        assert!(!format!("{headers:?}").contains("canary"));
        assert_eq!(body.unwrap(), b"{}");
        assert!(parts(&request, Some(&Secret::new("can\u{7}ary"))).is_err());
        assert_eq!(parts(&Request::get("file:///etc/passwd"), None).unwrap_err().why, Why::BadRequest);
    }

    #[test]
    fn pages_are_told_from_data() {
        let why = |status, text: &str| Answer::test(status, &[], text).good_json(|_| None).unwrap_err().why;
        assert_eq!(why(200, "<!DOCTYPE html><form id=\"challenge-form\">"), Why::Challenge);
        assert_eq!(why(200, "<html>hello"), Why::Shape);
        assert_eq!(why(503, "<html><title>Just a moment...</title>"), Why::Challenge);
        assert_eq!(why(429, "<html>unusual traffic"), Why::RateLimited { until: None });
        assert_eq!(why(502, "<html>bad gateway"), Why::Upstream { status: 502 });
        assert_eq!(why(200, ""), Why::Shape);
        assert_eq!(why(200, "slow down"), Why::Shape);
        let said = Answer::test(500, &[], "{\"e\": \"broken\"}").good_json(|v| Some(v["e"].to_string()));
        assert_eq!(said.unwrap_err().said, "\"broken\"");
    }

    #[test]
    fn old_encodings_are_read() {
        let body = b"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><t>Z\xfcrich</t>";
        assert!(decoded(&HeaderMap::new(), body).contains("Zürich"));
        let headers = Answer::test(200, &[("content-type", "text/xml; charset=\"utf-8\"")], "").headers;
        assert!(decoded(&headers, "<?xml encoding='latin1'?>Zürich".as_bytes()).contains("Zürich"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..300), xml in any::<bool>()) {
            let body = if xml { [b"<?xml encoding=".as_slice(), &body].concat() } else { body };
            let answer = Answer::test(200, &[], &decoded(&HeaderMap::new(), &body));
            drop(answer.json());
            let _either = answer.is_challenge();
        }
    }
}
