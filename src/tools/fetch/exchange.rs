//! How a page is asked for: every hop is checked, resolved once, and connected to what was checked.
//!
//! Each hop has a client of its own, which knows the checked addresses of this one host and asks no resolver. No proxy of
//! the environment is used: behind one the proxy would resolve the name anew, and what was checked would mean nothing.
//! Neither cookies nor credentials nor a referrer are ever sent.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION,
};
use reqwest::{Response, StatusCode, redirect};
use tokio::time::timeout;
use tracing::debug;
use url::Url;

use super::FetchError;
use super::body::{Body, Broken, Limits, read, reason, unpacked};
use super::policy::{Policy, Target};
use super::resolve::{Pinned, Resolve};

/// How often one is led on.
const MOST_REDIRECTS: usize = 5;
/// Of a page that tells of an error so much is read.
const MOST_OF_ERROR: usize = 64 << 10;

/// Who asks, with a place to complain at.
const OURSELVES: &str =
    concat!("aigw/", env!("CARGO_PKG_VERSION"), " (+https://crates.io/crates/", env!("CARGO_PKG_NAME"), ")");
/// What can be read, the most readable first.
const READABLE: &str = "text/html,application/xhtml+xml,text/markdown,text/plain,application/json;q=0.9,application/pdf;q=0.8,*/*;q=0.1";

/// Asks for pages.
pub(super) struct Exchange {
    pub(super) tls: rustls::ClientConfig,
    pub(super) policy: Policy,
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) limits: Limits,
}

/// What came, before anybody has read it.
#[derive(Debug)]
pub(super) struct Fetched {
    /// Where it came from in the end.
    pub(super) url: Url,
    pub(super) status: StatusCode,
    /// The type that the server says it has.
    pub(super) content_type: Option<String>,
    pub(super) body: Body,
}

impl Exchange {
    /// Asks for what is at an address. `wanted` says of a type and a size whether it is worth reading.
    pub(super) async fn get(
        &self,
        url: Url,
        wanted: impl Fn(Option<&str>, Option<u64>) -> Result<(), FetchError>,
    ) -> Result<Fetched, FetchError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let late = |_| FetchError::TooSlow { host, after: self.limits.total };
        timeout(self.limits.total, self.follow(url, wanted)).await.map_err(late)?
    }

    async fn follow(
        &self,
        mut url: Url,
        wanted: impl Fn(Option<&str>, Option<u64>) -> Result<(), FetchError>,
    ) -> Result<Fetched, FetchError> {
        let mut response = self.hop(&url).await?;
        for _ in 0..MOST_REDIRECTS {
            let Some(next) = led_on(&url, response.status(), response.headers())? else {
                return self.whole(url, response, wanted).await;
            };
            let refused = |source| FetchError::Redirect { to: short(&next), source: Box::new(source) };
            response = self.hop(&next).await.map_err(refused)?;
            url = next;
        }
        match led_on(&url, response.status(), response.headers())? {
            Some(_) => Err(FetchError::Redirects(MOST_REDIRECTS)),
            None => self.whole(url, response, wanted).await,
        }
    }

    /// One request, to an address that is checked here.
    async fn hop(&self, url: &Url) -> Result<Response, FetchError> {
        let target = self.policy.target(url)?;
        let addresses = match &target.addresses {
            Some(addresses) => addresses.clone(),
            None => self.resolved(&target).await?,
        };
        let addresses = self.policy.allowed(&target, &addresses)?;
        debug!(host = target.host, port = target.port, ?addresses, "fetching");
        let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, target.port)).collect();
        let pinned = Pinned { host: target.host.clone(), addresses };
        #[expect(clippy::disallowed_methods, reason = "a client for one hop, which can reach one host only")]
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .dns_resolver(pinned)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .no_gzip() // unpacked here, to see both sizes
            .connect_timeout(self.limits.connect)
            .pool_max_idle_per_host(0)
            .referer(false)
            .user_agent(OURSELVES)
            .build()
            .map_err(|error| FetchError::Client(reason(&error)))?;
        let request = client.get(url.clone()).header(ACCEPT, READABLE).header(ACCEPT_ENCODING, "gzip");
        let late = |_| FetchError::TooSlow { host: target.host.clone(), after: self.limits.idle };
        let sent = timeout(self.limits.idle, request.send()).await.map_err(late)?;
        sent.map_err(|error| self.unreachable(target.host, &error))
    }

    async fn resolved(&self, target: &Target) -> Result<Vec<std::net::IpAddr>, FetchError> {
        let none = |reason: String| FetchError::NoHost { host: target.host.clone(), reason };
        let found = self.resolver.addresses(&target.host).await.map_err(|error| none(error.to_string()))?;
        if found.is_empty() { Err(none("it has no address".into())) } else { Ok(found) }
    }

    async fn whole(
        &self,
        url: Url,
        response: Response,
        wanted: impl Fn(Option<&str>, Option<u64>) -> Result<(), FetchError>,
    ) -> Result<Fetched, FetchError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let status = response.status();
        let content_type = header(response.headers(), &CONTENT_TYPE).map(str::to_owned);
        let mut most = self.limits.wire;
        if status.is_success() {
            let size = header(response.headers(), &CONTENT_LENGTH).and_then(|size| size.parse().ok());
            wanted(content_type.as_deref(), size)?;
        } else {
            most = most.min(MOST_OF_ERROR);
        }
        let packed = is_packed(response.headers())?;
        let broken = |broken| match broken {
            Broken::Idle => FetchError::TooSlow { host: host.clone(), after: self.limits.idle },
            Broken::Connection(reason) => FetchError::Unreachable { host: host.clone(), reason },
            Broken::Damaged => FetchError::Packing("gzip, but damaged".into()),
        };
        let stream = Box::pin(response.bytes_stream());
        let mut body = read(stream, most, self.limits.idle).await.map_err(broken)?;
        if packed {
            let limit = if status.is_success() { self.limits.unpacked } else { MOST_OF_ERROR };
            body = unpacked(&body, limit).map_err(broken)?;
        }
        debug!(host, status = status.as_u16(), bytes = body.bytes.len(), cut = body.cut, "fetched");
        Ok(Fetched { url, status, content_type, body })
    }

    fn unreachable(&self, host: String, error: &reqwest::Error) -> FetchError {
        if error.is_timeout() {
            return FetchError::TooSlow { host, after: self.limits.connect };
        }
        FetchError::Unreachable { host, reason: reason(error) }
    }
}

/// Where an answer leads on to.
fn led_on(url: &Url, status: StatusCode, headers: &HeaderMap) -> Result<Option<Url>, FetchError> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = headers.get(LOCATION) else { return Ok(None) };
    // Addresses with signs that are not ASCII are sent as UTF-8, whatever the standard says.
    let location = String::from_utf8_lossy(location.as_bytes());
    let next = url.join(location.trim()).map_err(|error| FetchError::Address(error.to_string()))?;
    if url.scheme() == "https" && next.scheme() == "http" {
        return Err(FetchError::Downgrade(short(&next)));
    }
    Ok(Some(next))
}

/// An address for people: without what may be long, or a secret.
fn short(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Nothing to be taken out of an address that has no host.
    url.set_username("").and_then(|()| url.set_password(None)).ok();
    let text: String = url.as_str().chars().take(200).collect();
    text
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether a body is packed. Only one way was asked for.
fn is_packed(headers: &HeaderMap) -> Result<bool, FetchError> {
    let ways = headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut ways = ways.flat_map(|value| value.split(',')).map(|way| way.trim().to_ascii_lowercase());
    let way = ways.find(|way| !way.is_empty() && way != "identity");
    match (way.as_deref(), ways.next()) {
        (None, _) => Ok(false),
        (Some("gzip" | "x-gzip"), None) => Ok(true),
        (Some(way), _) => Err(FetchError::Packing(way.chars().take(40).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn led(from: &str, to: &[u8]) -> Result<Option<String>, FetchError> {
        let headers = HeaderMap::from_iter([(LOCATION, to.try_into().unwrap())]);
        let next = led_on(&Url::parse(from).unwrap(), StatusCode::FOUND, &headers)?;
        Ok(next.map(|url| url.to_string()))
    }

    #[test]
    fn nobody_is_led_from_https_to_http() {
        assert!(matches!(led("https://a.example/x", b"http://a.example/x"), Err(FetchError::Downgrade(_))));
        assert_eq!(
            led("https://a.example/x", b"//b.example").unwrap().as_deref(),
            Some("https://b.example/")
        );
        assert_eq!(
            led("http://a.example/x", b"https://a.example").unwrap().as_deref(),
            Some("https://a.example/")
        );
        assert_eq!(
            led("http://a.example/x/y", " ../ä ".as_bytes()).unwrap().as_deref(),
            Some("http://a.example/%C3%A4")
        );
        assert!(led("http://a.example/", b"http://[").is_err());
    }
}
