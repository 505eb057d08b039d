//! SerpApi: what Google finds, with a key.
//!
//! That nothing was found is an `error` in an answer that is a success otherwise.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Question, SearchResult, SearchResults};
use crate::tools::http::{Answer, KeyPlace, Request};
use crate::tools::reading::text;
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why};

static CARD: Card = Card {
    id: "serpapi",
    name: "SerpApi",
    url: "https://serpapi.com",
    attribution: "",
    warning: None,
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct SerpApi(pub Access);

impl Service<SearchResults> for SerpApi {
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
    Request::get(format!("{base_url}/search"))
        .with("engine", "google")
        .with("q", &query.query)
        .with("num", query.limit)
        .key(KeyPlace::Query("api_key"))
}

fn read(answer: &Answer, query: &Question) -> Result<SearchResults, Trouble> {
    let body = answer.good_json(|body| text(&body["error"])).map_err(|trouble| {
        // 429 is the pace of the hour, or the end of the account.
        let is_out = trouble.said.to_lowercase().contains("run out");
        if is_out { Trouble::new(Why::Quota { until: None }, &trouble.said) } else { trouble }
    })?;
    let (status, error) = (&body["search_metadata"]["status"], text(&body["error"]));
    if let Some(said) = error.as_ref().filter(|_| status != "Success") {
        let is_of_key = said.to_lowercase().contains("api key");
        let why = if is_of_key { Why::Auth } else { Why::Upstream { status: answer.status } };
        return Err(Trouble::new(why, said));
    }
    if !body["organic_results"].is_array() && status != "Success" {
        return Err(Trouble::shape("no list of results"));
    }
    let results = body["organic_results"].as_array().map(Vec::as_slice).unwrap_or_default();
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
        let body = r#"{"search_metadata": {"status": "Success"}, "organic_results": [{"title": "Ducks",
            "link": "https://x.y/", "snippet": "Many.", "date": "Oct 1, 2026"}]}"#;
        assert_eq!(read(&Answer::test(200, &[], body), &ask()).unwrap().results.len(), 1);
        let none =
            r#"{"search_metadata": {"status": "Success"}, "error": "Google hasn't returned any results."}"#;
        assert!(read(&Answer::test(200, &[], none), &ask()).unwrap().results.is_empty());
    }

    #[test]
    fn trouble_is_told() {
        let why = |status, body: &str| read(&Answer::test(status, &[], body), &ask()).unwrap_err().why;
        assert_eq!(why(401, r#"{"error": "Invalid API key."}"#), Why::Auth);
        assert_eq!(why(200, r#"{"error": "Invalid API key."}"#), Why::Auth);
        assert_eq!(
            why(429, r#"{"error": "Your account has run out of searches."}"#),
            Why::Quota { until: None }
        );
        assert_eq!(why(429, r#"{"error": "throughput"}"#), Why::RateLimited { until: None });
        assert_eq!(
            why(200, r#"{"search_metadata": {"status": "Error"}, "error": "timeout"}"#),
            Why::Upstream { status: 200 }
        );
        assert_eq!(why(200, "{}"), Why::Shape);
    }
}
