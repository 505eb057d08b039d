//! A look at a provider from outside: is it there, and if not, what stands in the way.

use std::error::Error;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap};
use tokio::time::{Instant, timeout};

use super::{Client, redacted};
use crate::chat::{Failure, FailureClass};
use crate::providers::Provider;
use crate::providers::response::{refusal, silent};
use crate::secret::Secret;

/// What a look found.
#[derive(Debug)]
pub struct Look {
    /// What stands in the way, and what was said; nothing if the provider answers.
    pub obstacle: Option<(Obstacle, Failure)>,
    /// How long it took.
    pub took: Duration,
    /// How far the provider's clock is ahead of ours, in seconds, if it tells the time.
    pub ahead: Option<i64>,
}

/// What stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Its name cannot be resolved.
    Name,
    /// Nobody listens there.
    Refused,
    /// No secure connection.
    Tls,
    /// Nothing comes.
    Silence,
    /// Something answers in its place: a proxy, the login page of a network.
    Between,
    /// A proxy that was set does not let it through.
    Proxy,
    /// It refuses the key.
    Key,
    /// It answers, and has no list of models where one should be.
    List,
    /// It is broken.
    Broken,
    /// Something else with the network.
    Network,
}

impl Client {
    /// Looks at a provider by asking for its models. Whatever it says about the models: if it says it, it is there. Only
    /// that it has never heard of such a list makes the address doubtful.
    pub async fn look(&self, provider: &Provider, key: Option<&Secret>, limit: Duration) -> Look {
        let started = Instant::now();
        let look = |obstacle, ahead| Look { obstacle, took: started.elapsed(), ahead };
        let request = match self.models_request(provider, key, "") {
            Ok(request) => request,
            Err(failure) => return look(Some((Obstacle::Key, failure)), None),
        };
        let response = match timeout(limit, request.send()).await {
            Err(_) => return look(Some((Obstacle::Silence, silent(started, "no answer"))), None),
            Ok(Err(error)) => {
                let obstacle = network(&error);
                return look(
                    Some((obstacle, self.network_failure(error, &provider.base_url, started))),
                    None,
                );
            }
            Ok(Ok(response)) => response,
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let ahead = ahead(&headers, Timestamp::now());
        if status.is_success() {
            let page = is_page(&headers).then(|| {
                let failure = Failure::new(FailureClass::Malformed, "a web page instead of a list of models");
                (Obstacle::Between, failure)
            });
            return look(page, ahead);
        }
        let failure = redacted(refusal(response).await, key);
        let lists = !provider.has_model_in_path();
        let obstacle = refused(status, &failure, is_page(&headers), lists);
        look(obstacle.map(|obstacle| (obstacle, failure)), ahead)
    }
}

/// What a refusal means; nothing where the provider itself speaks, if only to say that it has no such list and has none
/// elsewhere either.
fn refused(status: StatusCode, failure: &Failure, is_page: bool, lists: bool) -> Option<Obstacle> {
    match failure.class {
        _ if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED => Some(Obstacle::Proxy),
        _ if status.is_redirection() => Some(Obstacle::Between),
        _ if status.is_server_error() => Some(Obstacle::Broken),
        _ if is_page => Some(Obstacle::Between),
        FailureClass::Auth | FailureClass::Forbidden => Some(Obstacle::Key),
        FailureClass::Server => Some(Obstacle::Broken),
        FailureClass::NotFound if lists => Some(Obstacle::List),
        _ => None,
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

fn ahead(headers: &HeaderMap, now: Timestamp) -> Option<i64> {
    let date = headers.get(DATE)?.to_str().ok()?;
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok()?;
    Some(date.as_second() - now.as_second())
}

/// What kept a request from getting any answer. The layers of the client say it in types where they can, else in words.
fn network(error: &reqwest::Error) -> Obstacle {
    // The outermost one names the address, whose words mean nothing.
    let mut cause = error.source();
    while let Some(one) = cause {
        let io = one.downcast_ref::<io::Error>();
        let text = one.to_string();
        if is_of_tls(one) {
            return Obstacle::Tls;
        }
        if io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
            return Obstacle::Refused;
        }
        if text.contains("dns error") {
            return Obstacle::Name;
        }
        if text.contains("tunnel") || text.contains("proxy") {
            return Obstacle::Proxy;
        }
        cause = one.source();
    }
    if error.is_timeout() { Obstacle::Silence } else { Obstacle::Network }
}

/// Errors of TLS travel inside errors of I/O, which do not name them as their source.
fn is_of_tls(error: &(dyn Error + 'static)) -> bool {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => is_of_tls(inner),
        None => error.is::<rustls::Error>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_by_who_speaks() {
        let refused = |status: u16, class, page, lists| {
            refused(StatusCode::from_u16(status).unwrap(), &Failure::new(class, "x"), page, lists)
        };
        assert_eq!(refused(401, FailureClass::Auth, false, true), Some(Obstacle::Key));
        // Some say 400 about a bad key.
        assert_eq!(refused(400, FailureClass::Auth, false, true), Some(Obstacle::Key));
        assert_eq!(refused(407, FailureClass::BadRequest, false, true), Some(Obstacle::Proxy));
        assert_eq!(refused(302, FailureClass::BadRequest, false, true), Some(Obstacle::Between));
        assert_eq!(refused(403, FailureClass::Forbidden, true, true), Some(Obstacle::Between));
        assert_eq!(refused(503, FailureClass::Server, true, true), Some(Obstacle::Broken));
        assert_eq!(refused(404, FailureClass::NotFound, false, true), Some(Obstacle::List));
        assert_eq!(refused(404, FailureClass::NotFound, false, false), None);
        assert_eq!(refused(429, FailureClass::RateLimited, false, true), None);
    }

    #[test]
    fn clocks_are_compared() {
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        let headers = |date: &'static str| [(DATE, date.parse().unwrap())].into_iter().collect::<HeaderMap>();
        assert_eq!(ahead(&headers("Sun, 22 Nov 2026 10:10:00 GMT"), now), Some(600));
        assert_eq!(ahead(&headers("Sun, 22 Nov 2026 09:59:00 GMT"), now), Some(-60));
        assert_eq!(ahead(&headers("soon"), now), None);
    }
}
