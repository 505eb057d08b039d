//! Who is let in: programs of this machine, and no web page.
//!
//! A page of a foreign site can have a browser send requests here, and by a name that it has pointed at this machine it
//! could even read the answers. Both show in the headers: a foreign `Host`, a foreign `Origin`, a content type that
//! needs no leave to be sent.

use std::net::IpAddr;

use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};

use super::refusal::Refusal;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets a request in, or says why not. Where a key is needed, it may have come by any name: a page that has pointed one at
/// this machine has no key.
pub(super) fn check(head: &Parts, with_key: bool) -> Result<(), Refusal> {
    let forbidden = |message: &str| Err(Refusal::new(StatusCode::FORBIDDEN, message));
    let text = |name: &HeaderName| head.headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text(&header::HOST).is_some_and(is_loopback);
    let target = head.uri.authority().is_none_or(|authority| is_loopback(authority.as_str()));
    let by_name = with_key || (host && target);
    if !by_name || head.headers.get_all(header::HOST).iter().count() > 1 {
        return forbidden("the Host header must be localhost or an address of this machine's own");
    }
    if text(&header::ORIGIN).is_some_and(|origin| !is_origin_of_ours(origin)) {
        return forbidden("requests from web pages of other origins are not answered");
    }
    if text(&SEC_FETCH_SITE).is_some_and(|site| site.eq_ignore_ascii_case("cross-site")) {
        return forbidden("requests from web pages of other sites are not answered");
    }
    if head.method == Method::POST { check_body(&head.headers) } else { Ok(()) }
}

fn check_body(headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let kind = text(header::CONTENT_TYPE).unwrap_or_default().split(';').next().unwrap_or_default();
    let wrong = |message: &str| Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    if !kind.trim().eq_ignore_ascii_case("application/json") {
        return wrong("the content type must be application/json");
    }
    if text(header::CONTENT_ENCODING).is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return wrong("compressed requests are not read");
    }
    Ok(())
}

/// Whether `host`, `host:port` names this machine and nothing else.
fn is_loopback(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    if authority.as_str().contains('@') {
        return false;
    }
    let host = authority.host().trim_matches(['[', ']']).to_ascii_lowercase();
    if let Ok(address) = host.parse::<IpAddr>() {
        return address.to_canonical().is_loopback();
    }
    let name = host.strip_suffix('.').unwrap_or(&host);
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether a page of this origin is served from this machine. Ports and schemes differ: a web interface is another
/// server than we are.
fn is_origin_of_ours(origin: &str) -> bool {
    let Ok(uri) = origin.parse::<Uri>() else { return false };
    uri.scheme().is_some() && uri.authority().is_some_and(|authority| is_loopback(authority.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn status(method: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder().method(method).uri("/v1/chat/completions");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match check(&request.body(()).unwrap().into_parts().0, false) {
            Ok(()) => 200,
            Err(refusal) => refusal.status.as_u16(),
        }
    }

    #[test]
    fn only_names_of_this_machine_lead_here() {
        for host in ["localhost", "LocalHost:8787", "127.0.0.1:1", "127.9.9.9", "[::1]:8787", "a.localhost."]
        {
            assert_eq!(status("GET", &[("host", host)]), 200, "{host}");
        }
        for host in [
            "example.org",
            "localhost.example.org",
            "10.0.0.1:8787",
            "0.0.0.0",
            "[::]",
            "localhost@example.org",
            "example.org@localhost",
            "127.0.0.1.nip.io",
            "",
            "local host",
        ] {
            assert_eq!(status("GET", &[("host", host)]), 403, "{host}");
        }
        assert_eq!(status("GET", &[]), 403);
        assert_eq!(status("GET", &[("host", "localhost"), ("host", "example.org")]), 403);
    }

    #[test]
    fn pages_of_other_origins_are_refused() {
        let with = |name, value| status("GET", &[("host", "localhost:8787"), (name, value)]);
        for origin in ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:8787", "tauri://localhost"]
        {
            assert_eq!(with("origin", origin), 200, "{origin}");
        }
        for origin in ["https://example.org", "null", "http://localhost.example.org", "", "localhost"] {
            assert_eq!(with("origin", origin), 403, "{origin}");
        }
        assert_eq!(with("sec-fetch-site", "cross-site"), 403);
        assert_eq!(with("sec-fetch-site", "same-origin"), 200);
    }

    #[test]
    fn a_body_is_json_and_says_so() {
        let with = |kind| status("POST", &[("host", "localhost"), ("content-type", kind)]);
        assert_eq!(with("application/json"), 200);
        assert_eq!(with("Application/JSON; charset=utf-8"), 200);
        assert_eq!(with("text/plain"), 415);
        assert_eq!(with("application/jsonx"), 415);
        assert_eq!(status("POST", &[("host", "localhost")]), 415);
        let packed =
            [("host", "localhost"), ("content-type", "application/json"), ("content-encoding", "gzip")];
        assert_eq!(status("POST", &packed), 415);
    }
}
