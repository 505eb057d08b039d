//! The way to a provider: its connections, its address and the headers that every request carries.

use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::Provider;
use crate::chat::{Failure, FailureClass};
use crate::secret::Secret;

/// The kinds of body that are sent and accepted.
pub(super) const JSON: &str = "application/json";
pub(super) const EVENT_STREAM: &str = "text/event-stream";

/// The way to a provider with one key.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) base_url: String,
    http: reqwest::Client,
    headers: HeaderMap,
}

impl Access {
    pub(super) fn new(
        http: reqwest::Client,
        provider: &Provider,
        key: Option<&Secret>,
    ) -> Result<Self, Failure> {
        Ok(Self { base_url: provider.base_url.clone(), http, headers: headers(provider, key)? })
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
    let mut headers = HeaderMap::new();
    for (name, value) in &provider.headers {
        let name: HeaderName = name.parse().map_err(|_| invalid("the name of a configured header"))?;
        headers.insert(name, value.parse().map_err(|_| invalid("a configured header"))?);
    }
    if let Some(key) = key {
        let (name, text) = match &provider.quirks.key_header {
            Some(name) => {
                (name.parse().map_err(|_| invalid("the name of the key's header"))?, key.expose().to_owned())
            }
            None => (AUTHORIZATION, format!("Bearer {}", key.expose())),
        };
        let mut value = HeaderValue::try_from(text).map_err(|_| invalid("the key"))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}
