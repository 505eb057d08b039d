//! The way to a provider: its connections, its address and the headers that every request carries.

use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::Provider;
use super::wire::codec;
use crate::chat::{Failure, FailureClass};
use crate::secret::Secret;

/// The kinds of body that are sent and accepted.
pub(super) const JSON: &str = "application/json";
pub(super) const EVENT_STREAM: &str = "text/event-stream";

/// The way to a provider with one key.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) base_url: String,
    /// Other domains of the provider.
    domains: Vec<String>,
    http: reqwest::Client,
    headers: HeaderMap,
}

impl Access {
    pub(super) fn new(
        http: reqwest::Client,
        provider: &Provider,
        key: Option<&Secret>,
    ) -> Result<Self, Failure> {
        let (base_url, domains) = (provider.base_url.clone(), provider.quirks.domains.clone());
        Ok(Self { base_url, domains, http, headers: headers(provider, key)? })
    }

    /// Whether the key may go to an address that the provider names.
    pub(super) fn may_be_shown_to(&self, url: &str) -> bool {
        is_own(&self.base_url, &self.domains, url)
    }

    /// A request for what is at an address.
    pub(super) fn get(&self, url: &str, accepted: &'static str) -> RequestBuilder {
        self.http.get(url).headers(self.headers.clone()).header(ACCEPT, accepted)
    }

    /// A request that sends JSON to an address.
    pub(super) fn post(&self, url: &str, accepted: &'static str) -> RequestBuilder {
        let request = self.http.post(url).headers(self.headers.clone());
        request.header(CONTENT_TYPE, JSON).header(ACCEPT, accepted)
    }
}

fn headers(provider: &Provider, key: Option<&Secret>) -> Result<HeaderMap, Failure> {
    let invalid = |what: &str| {
        Failure::new(FailureClass::Auth, format!("{what} has characters that no header can carry"))
    };
    let wire = codec(provider.wire);
    let mut headers = HeaderMap::new();
    for (name, value) in wire.headers() {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    for (name, value) in &provider.headers {
        let name: HeaderName = name.parse().map_err(|_| invalid("the name of a configured header"))?;
        headers.insert(name, value.parse().map_err(|_| invalid("a configured header"))?);
    }
    if let Some(key) = key {
        let (name, text) = match wire.key_header() {
            Some(name) => (HeaderName::from_static(name), key.expose().to_owned()),
            None => (AUTHORIZATION, format!("Bearer {}", key.expose())),
        };
        let mut value = HeaderValue::try_from(text).map_err(|_| invalid("the key"))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

/// Whether an address is at the same origin, or over TLS at a host of a domain that is known to be the provider's.
fn is_own(base_url: &str, domains: &[String], url: &str) -> bool {
    let (Ok(base), Ok(url)) = (Url::parse(base_url), Url::parse(url)) else { return false };
    let is_theirs = |url: &Url| {
        let host = url.host_str().unwrap_or_default();
        let mut before = domains.iter().filter_map(|domain| host.strip_suffix(domain.as_str()));
        before.any(|before| before.is_empty() || before.ends_with('.'))
    };
    let plain_tls = url.scheme() == "https" && url.port().is_none();
    // Whoever is asked elsewhere than at the provider itself has no say over the provider's domains.
    base.origin() == url.origin() || (plain_tls && is_theirs(&base) && is_theirs(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_goes_to_the_providers_own_hosts_only() {
        let domains = ["replicate.com".to_owned(), "replicate.net".to_owned()];
        let at_home = |url| is_own("https://api.replicate.com/v1", &domains, url);
        for url in [
            "https://stream.replicate.com/v1/files/x",
            "https://stream-b.svc.ric1.c.replicate.net/v1/streams/x",
            "https://api.replicate.com/x",
            "https://replicate.com/",
        ] {
            assert!(at_home(url), "{url}");
        }
        for url in [
            "http://stream.replicate.com/v1",
            "https://stream.replicate.com:8443/v1",
            "https://evilreplicate.com/",
            "https://replicate.com.evil.org/",
            "https://127.0.0.1/",
            "nonsense",
        ] {
            assert!(!at_home(url), "{url}");
        }
        let elsewhere = |url| is_own("http://127.0.0.1:8000/v1", &domains, url);
        assert!(elsewhere("http://127.0.0.1:8000/files/x"));
        assert!(!elsewhere("http://127.0.0.1:8001/files/x"));
        assert!(!elsewhere("https://stream.replicate.com/v1/files/x"));
    }
}
