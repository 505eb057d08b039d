//! Brave: an index of its own, with a key.
//!
//! Its limits come in pairs, the second's and the month's: one that is out with the month is not there for weeks. A bad key
//! is status 422.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{Question, SearchResult, SearchResults};
use crate::tools::http::{Answer, KeyPlace, Request};
use crate::tools::reading::text;
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why, after};

static CARD: Card = Card {
    id: "brave",
    name: "Brave Search",
    url: "https://search.brave.com",
    attribution: "",
    warning: None,
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct Brave(pub Access);

impl Service<SearchResults> for Brave {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn access(&self) -> &Access {
        &self.0
    }

    fn ask<'a>(
        &'a self,
        desk: &'a Desk,
        query: &'a Question,
    ) -> BoxFuture<'a, Result<SearchResults, Trouble>> {
        Box::pin(async move {
            let request = request(&self.0.base_url, query);
            read(&self.0.send(desk, &request).await?, query)
        })
    }
}

fn request(base_url: &str, query: &Question) -> Request {
    Request::get(format!("{base_url}/res/v1/web/search"))
        .with("q", &query.query)
        .with("count", query.limit)
        .key(KeyPlace::Header("x-subscription-token", ""))
}

fn read(answer: &Answer, query: &Question) -> Result<SearchResults, Trouble> {
    let body = match answer.good_json(|body| text(&body["error"]["detail"])) {
        Ok(body) => body,
        Err(trouble) => return Err(refusal(answer, trouble)),
    };
    if body["type"] == "ErrorResponse" || !body.is_object() {
        let said = text(&body["error"]["detail"]).unwrap_or_else(|| "an error in a good answer".to_owned());
        return Err(refusal(answer, Trouble::shape(said)));
    }
    if body["type"] != "search" && body.get("query").is_none() && body.get("web").is_none() {
        return Err(Trouble::shape("no answer of a search"));
    }
    // Without hits there is no part of the web at all.
    let results = body["web"]["results"].as_array().map(Vec::as_slice).unwrap_or_default();
    let results = results.iter().filter_map(|result| {
        Some(SearchResult {
            title: text(&result["title"]).unwrap_or_default(),
            url: text(&result["url"])?,
            snippet: text(&result["description"]).unwrap_or_default(),
            published: text(&result["page_age"]).map(|at| at.split('T').next().unwrap_or(&at).to_owned()),
        })
    });
    Ok(SearchResults::of(results, query))
}

fn refusal(answer: &Answer, trouble: Trouble) -> Trouble {
    let code = answer.json().ok().and_then(|body| code(&body)).unwrap_or_default();
    if code.contains("TOKEN") {
        return Trouble::new(Why::Auth, &trouble.said);
    }
    if code.contains("CREDIT") || code.contains("QUOTA") {
        return Trouble::new(Why::Quota { until: reset(answer, 1) }, &trouble.said);
    }
    if answer.status != 429 && code != "RATE_LIMITED" {
        return trouble;
    }
    let month_is_gone = pair(answer, "x-ratelimit-remaining").is_some_and(|(_, month)| month <= 0.0);
    if month_is_gone {
        return Trouble::new(Why::Quota { until: reset(answer, 1) }, &trouble.said);
    }
    let until = reset(answer, 0).or(match trouble.why {
        Why::RateLimited { until } => until,
        _ => None,
    });
    Trouble::new(Why::RateLimited { until }, &trouble.said)
}

fn code(body: &Value) -> Option<String> {
    Some(body["error"]["code"].as_str()?.to_ascii_uppercase())
}

/// When a window begins anew: the first is the second's, the other the month's.
fn reset(answer: &Answer, window: usize) -> Option<jiff::Timestamp> {
    let (second, month) = pair(answer, "x-ratelimit-reset")?;
    let wait = Duration::try_from_secs_f64(if window == 0 { second } else { month }).ok()?;
    after(answer.at, wait)
}

fn pair(answer: &Answer, name: &str) -> Option<(f64, f64)> {
    let (second, month) = answer.headers.get(name)?.to_str().ok()?.split_once(',')?;
    Some((second.trim().parse().ok()?, month.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::trouble::wait;

    fn ask() -> Question {
        Question { query: "ducks".into(), limit: 5 }
    }

    fn trouble(status: u16, headers: &[(&'static str, &str)], body: &str) -> Trouble {
        read(&Answer::test(status, headers, body), &ask()).unwrap_err()
    }

    #[test]
    fn results_are_read() {
        let body = r#"{"type": "search", "query": {"original": "ducks"}, "web": {"results": [{"title": "Ducks",
            "url": "https://x.y/", "description": "<strong>Many</strong> &amp; more", "page_age": "2026-09-01T00:00:00"}]}}"#;
        let found = read(&Answer::test(200, &[], body), &ask()).unwrap().results;
        assert_eq!(
            (found[0].snippet.as_str(), found[0].published.as_deref()),
            ("Many & more", Some("2026-09-01"))
        );
        let none = r#"{"type": "search", "query": {"original": "qwzx"}}"#;
        assert!(read(&Answer::test(200, &[], none), &ask()).unwrap().results.is_empty());
        assert_eq!(trouble(200, &[], "{}").why, Why::Shape);
    }

    #[test]
    fn the_second_and_the_month() {
        let limited = r#"{"type": "ErrorResponse", "error": {"code": "RATE_LIMITED", "detail": "too fast"}}"#;
        let now = Answer::test(200, &[], "").at;
        let second = trouble(
            429,
            &[("x-ratelimit-remaining", "0, 1500"), ("x-ratelimit-reset", "1, 1419704")],
            limited,
        );
        assert_eq!(
            (wait(second.rests_until(now).unwrap(), now), second.said.as_str()),
            ("1s".into(), "too fast")
        );
        let month =
            trouble(429, &[("x-ratelimit-remaining", "1, 0"), ("x-ratelimit-reset", "1, 1419704")], limited);
        assert!(
            matches!(month.why, Why::Quota { .. }) && wait(month.rests_until(now).unwrap(), now) == "16d"
        );
        assert_eq!(trouble(429, &[], limited).why, Why::RateLimited { until: None });
        assert_eq!(trouble(422, &[], r#"{"error": {"code": "SUBSCRIPTION_TOKEN_INVALID"}}"#).why, Why::Auth);
        assert_eq!(trouble(401, &[], "{}").why, Why::Auth);
        assert_eq!(trouble(422, &[], r#"{"error": {"code": "VALIDATION"}}"#).why, Why::BadRequest);
        assert_eq!(
            trouble(402, &[], r#"{"error": {"code": "CREDIT_EXHAUSTED"}}"#).why,
            Why::Quota { until: None }
        );
    }
}
