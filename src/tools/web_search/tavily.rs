//! Tavily: a search engine for programs, with a key, or a little of it without.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{Question, SearchResult, SearchResults};
use crate::tools::http::{Answer, KeyPlace, Request};
use crate::tools::reading::{number, text};
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why, after};

static CARD: Card = Card {
    id: "tavily",
    name: "Tavily",
    url: "https://tavily.com",
    attribution: "",
    warning: None,
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct Tavily(pub Access);

impl Service<SearchResults> for Tavily {
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
            let request = request(&self.0.base_url, query, self.0.key.is_some());
            read(&self.0.send(desk, &request).await?, query)
        })
    }
}

fn request(base_url: &str, query: &Question, keyed: bool) -> Request {
    let body = json!({
        "query": query.query,
        "search_depth": "basic",
        "topic": "general",
        "max_results": query.limit,
        "include_answer": false,
        "include_raw_content": false,
    });
    let request = Request::post(format!("{base_url}/search"), body).header("x-client-name", "aigw");
    if keyed {
        request.key(KeyPlace::Header("authorization", "Bearer "))
    } else {
        request.header("x-tavily-access-mode", "keyless")
    }
}

fn read(answer: &Answer, query: &Question) -> Result<SearchResults, Trouble> {
    let body = answer.json();
    let error = body.as_ref().ok().map(|body| &body["error"]).filter(|error| error.is_object());
    if let Some(error) = error {
        return Err(keyless(answer, error));
    }
    let body = answer.good_json(said).map_err(|trouble| match answer.status {
        // The plan's limit, and the one that the user set.
        432 | 433 => Trouble::new(Why::Quota { until: None }, &trouble.said),
        _ => trouble,
    })?;
    let results = body["results"].as_array().ok_or_else(|| Trouble::shape("no list of results"))?;
    let results = results.iter().filter_map(|result| {
        Some(SearchResult {
            title: text(&result["title"]).unwrap_or_default(),
            url: text(&result["url"])?,
            snippet: text(&result["content"]).unwrap_or_default(),
            published: text(&result["published_date"]),
        })
    });
    Ok(SearchResults::of(results, query))
}

fn said(body: &Value) -> Option<String> {
    text(&body["detail"]["error"]).or_else(|| text(&body["detail"])).or_else(|| text(&body["error"]))
}

/// What those without a key are told, in words of its own.
fn keyless(answer: &Answer, error: &Value) -> Trouble {
    let said = text(&error["message"]).unwrap_or_default();
    let wait = number(&error["retry_after_seconds"]).and_then(|wait| Duration::try_from_secs_f64(wait).ok());
    let until = wait.and_then(|wait| after(answer.at, wait));
    let code = error["code"].as_str().unwrap_or_default();
    if code.contains("cap") || code.contains("quota") || error["window"] == "day" {
        return Trouble::new(Why::Quota { until }, said);
    }
    if code.contains("rate") || answer.status == 429 {
        return Trouble::new(Why::RateLimited { until }, said);
    }
    if answer.is_good() { Trouble::new(Why::BadRequest, said) } else { answer.trouble(said) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::trouble::wait;

    fn ask() -> Question {
        Question { query: "ducks".into(), limit: 5 }
    }

    fn trouble(status: u16, body: &str) -> Trouble {
        read(&Answer::test(status, &[], body), &ask()).unwrap_err()
    }

    #[test]
    fn results_are_read_with_a_key_and_without() {
        let keyless = request("https://x", &ask(), false);
        assert!(
            keyless.headers.contains(&("x-tavily-access-mode", "keyless".into())) && keyless.key.is_none()
        );
        let keyed = request("https://x", &ask(), true);
        assert_eq!(keyed.key, Some(KeyPlace::Header("authorization", "Bearer ")));
        assert!(!keyed.headers.iter().any(|(name, _)| *name == "x-tavily-access-mode"));
        let body =
            r#"{"results": [{"title": "Ducks", "url": "https://x.y/", "content": "Many.", "score": 0.9}]}"#;
        let found = read(&Answer::test(200, &[], body), &ask()).unwrap();
        assert_eq!((found.results.len(), found.results[0].snippet.as_str()), (1, "Many."));
        assert!(read(&Answer::test(200, &[], r#"{"results": []}"#), &ask()).unwrap().results.is_empty());
    }

    #[test]
    fn its_limits() {
        let cap = trouble(
            429,
            r#"{"error": {"code": "daily_cap_reached", "message": "x", "window": "day", "retry_after_seconds": 3600}}"#,
        );
        let now = Answer::test(200, &[], "").at;
        assert_eq!(wait(cap.rests_until(now).unwrap(), now), "60m");
        assert!(matches!(cap.why, Why::Quota { .. }));
        let rate =
            trouble(429, r#"{"error": {"code": "rate_limited", "message": "x", "retry_after_seconds": 5}}"#);
        assert!(matches!(rate.why, Why::RateLimited { until: Some(_) }));
        assert_eq!(trouble(401, r#"{"detail": {"error": "Unauthorized"}}"#).why, Why::Auth);
        assert_eq!(trouble(432, r#"{"detail": {"error": "limit"}}"#).why, Why::Quota { until: None });
        assert_eq!(trouble(433, "{}").why, Why::Quota { until: None });
        assert_eq!(trouble(400, r#"{"detail": "Query is missing."}"#).said, "Query is missing.");
        assert_eq!(trouble(200, "{}").why, Why::Shape);
    }
}
