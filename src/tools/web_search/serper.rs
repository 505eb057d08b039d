//! Serper: what Google finds, with a key.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::json;

use super::{Question, SearchResult, SearchResults};
use crate::tools::http::{Answer, KeyPlace, Request};
use crate::tools::reading::text;
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why};

static CARD: Card = Card {
    id: "serper",
    name: "Serper",
    url: "https://serper.dev",
    attribution: "",
    warning: None,
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct Serper(pub Access);

impl Service<SearchResults> for Serper {
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
    let body = json!({"q": query.query, "num": query.limit});
    Request::post(format!("{base_url}/search"), body).key(KeyPlace::Header("x-api-key", ""))
}

fn read(answer: &Answer, query: &Question) -> Result<SearchResults, Trouble> {
    let body = answer.good_json(|body| text(&body["message"])).map_err(|trouble| {
        let is_out = trouble.said.to_lowercase().contains("credit");
        if is_out { Trouble::new(Why::Quota { until: None }, &trouble.said) } else { trouble }
    })?;
    if body.get("organic").is_none() && body.get("searchParameters").is_none() {
        return Err(Trouble::shape("no list of results"));
    }
    let results = body["organic"].as_array().map(Vec::as_slice).unwrap_or_default();
    let results = results.iter().filter_map(|result| {
        Some(SearchResult {
            title: text(&result["title"]).unwrap_or_default(),
            url: text(&result["link"])?,
            snippet: text(&result["snippet"]).unwrap_or_default(),
            published: text(&result["date"]),
        })
    });
    Ok(SearchResults::of(results, query))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> Question {
        Question { query: "ducks".into(), limit: 5 }
    }

    #[test]
    fn results_are_read() {
        let body = r#"{"searchParameters": {"q": "ducks"}, "organic": [{"title": "Ducks", "link": "https://x.y/",
            "snippet": "Many.", "date": "Oct 1, 2026", "position": 1}], "credits": 1}"#;
        let found = read(&Answer::test(200, &[], body), &ask()).unwrap().results;
        assert_eq!(
            (found[0].url.as_str(), found[0].published.as_deref()),
            ("https://x.y/", Some("Oct 1, 2026"))
        );
        let none = r#"{"searchParameters": {"q": "qwzx"}, "organic": []}"#;
        assert!(read(&Answer::test(200, &[], none), &ask()).unwrap().results.is_empty());
    }

    #[test]
    fn trouble_is_told() {
        let why = |status, body: &str| read(&Answer::test(status, &[], body), &ask()).unwrap_err().why;
        assert_eq!(why(403, r#"{"message": "Unauthorized.", "statusCode": 403}"#), Why::Auth);
        assert_eq!(why(400, r#"{"message": "Not enough credits"}"#), Why::Quota { until: None });
        assert_eq!(why(400, r#"{"message": "Missing query"}"#), Why::BadRequest);
        assert_eq!(why(429, "{}"), Why::RateLimited { until: None });
        assert_eq!(why(200, "{}"), Why::Shape);
    }
}
