//! Keenable: a search engine for programs, open to everybody; with a key at another door.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{Question, SearchResult, SearchResults};
use crate::tools::http::{Answer, KeyPlace, Request};
use crate::tools::reading::text;
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::Trouble;

static CARD: Card = Card {
    id: "keenable",
    name: "Keenable",
    url: "https://keenable.ai",
    attribution: "",
    warning: None,
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct Keenable(pub Access);

impl Service<SearchResults> for Keenable {
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
    let path = if keyed { "/v1/search" } else { "/v1/search/public" };
    let body = json!({"query": query.query, "max_results": query.limit, "snippet_max_length": 600});
    let request = Request::post(format!("{base_url}{path}"), body).header("x-keenable-title", "aigw");
    if keyed { request.key(KeyPlace::Header("x-api-key", "")) } else { request }
}

fn read(answer: &Answer, query: &Question) -> Result<SearchResults, Trouble> {
    let said = |body: &Value| ["detail", "message", "error"].iter().find_map(|name| text(&body[*name]));
    let body = answer.good_json(said)?;
    let Some(results) = body["results"].as_array() else {
        return Err(Trouble::shape(said(&body).unwrap_or_else(|| "no list of results".to_owned())));
    };
    let results = results.iter().filter_map(|result| {
        Some(SearchResult {
            title: text(&result["title"]).unwrap_or_default(),
            url: text(&result["url"])?,
            snippet: text(&result["snippet"]).or_else(|| text(&result["description"])).unwrap_or_default(),
            published: text(&result["published_at"]).map(|at| at.split('T').next().unwrap_or(&at).to_owned()),
        })
    });
    Ok(SearchResults::of(results, query))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::trouble::Why;

    fn ask() -> Question {
        Question { query: "ducks".into(), limit: 5 }
    }

    #[test]
    fn results_are_read() {
        assert_eq!(request("https://x", &ask(), false).url, "https://x/v1/search/public");
        assert_eq!(request("https://x", &ask(), true).url, "https://x/v1/search");
        let body = r#"{"results": [{"title": "Ducks", "url": "https://x.y", "description": "Birds", "snippet": "Many.",
            "published_at": "2026-02-01T00:00:00Z"}]}"#;
        let found = read(&Answer::test(200, &[], body), &ask()).unwrap().results;
        assert_eq!((found[0].snippet.as_str(), found[0].published.as_deref()), ("Many.", Some("2026-02-01")));
    }

    #[test]
    fn trouble_is_told() {
        let trouble = |status, body: &str| read(&Answer::test(status, &[], body), &ask()).unwrap_err();
        assert_eq!(trouble(429, r#"{"detail": "slow"}"#).why, Why::RateLimited { until: None });
        assert_eq!(trouble(401, r#"{"error": "no"}"#).why, Why::Auth);
        let odd = trouble(200, r#"{"message": "not today"}"#);
        assert_eq!((odd.why, odd.said.as_str()), (Why::Shape, "not today"));
    }
}
