//! SearXNG: a search engine of one's own that asks others.
//!
//! It gives JSON only where its settings say so, and says 403 where they do not. When its engines are blocked it answers
//! well and has nothing: that is told as the failure that it is.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{Question, SearchResult, SearchResults};
use crate::tools::http::{Answer, Request};
use crate::tools::reading::text;
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why};

static CARD: Card = Card {
    id: "searxng",
    name: "SearXNG",
    url: "https://docs.searxng.org",
    attribution: "",
    warning: None,
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct Searxng(pub Access);

impl Service<SearchResults> for Searxng {
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
        .with("q", &query.query)
        .with("format", "json")
        .with("pageno", 1)
        .with("safesearch", 0)
}

fn read(answer: &Answer, query: &Question) -> Result<SearchResults, Trouble> {
    if answer.status == 403 {
        let hint = "it gives no JSON: add `json` to `search.formats` in its settings.yml";
        return Err(Trouble::new(Why::Challenge, hint));
    }
    let body = answer.good_json(|body| text(&body["message"]).or_else(|| text(&body["error"])))?;
    let results = body["results"].as_array().ok_or_else(|| Trouble::shape("no list of results"))?;
    let silent = unresponsive(&body["unresponsive_engines"]);
    if results.is_empty() && !silent.is_empty() {
        let said = format!("its engines did not answer: {silent}");
        return Err(Trouble::new(Why::Upstream { status: answer.status }, said));
    }
    let results = results.iter().filter_map(|result| {
        Some(SearchResult {
            title: text(&result["title"]).unwrap_or_default(),
            url: text(&result["url"])?,
            snippet: text(&result["content"]).unwrap_or_default(),
            published: text(&result["publishedDate"]),
        })
    });
    Ok(SearchResults::of(results, query))
}

fn unresponsive(engines: &Value) -> String {
    let engines = engines.as_array().map(Vec::as_slice).unwrap_or_default();
    let told = engines.iter().filter_map(|engine| match (text(&engine[0]), text(&engine[1])) {
        (Some(name), Some(reason)) => Some(format!("{name} ({reason})")),
        (name, _) => name.or_else(|| text(engine)),
    });
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> Question {
        Question { query: "ducks".into(), limit: 5 }
    }

    fn trouble(status: u16, body: &str) -> Trouble {
        read(&Answer::test(status, &[], body), &ask()).unwrap_err()
    }

    #[test]
    fn results_are_read() {
        let body = r#"{"query": "ducks", "results": [{"url": "https://x.y/", "title": "Ducks", "content": "All &amp; more",
            "publishedDate": null}], "unresponsive_engines": [["google", "CAPTCHA"]]}"#;
        let found = read(&Answer::test(200, &[], body), &ask()).unwrap();
        assert_eq!(found.results[0].snippet, "All & more");
        let none =
            read(&Answer::test(200, &[], r#"{"results": [], "unresponsive_engines": []}"#), &ask()).unwrap();
        assert!(none.results.is_empty());
    }

    #[test]
    fn silent_engines_are_no_empty_web() {
        let silent = trouble(
            200,
            r#"{"results": [], "unresponsive_engines": [["google", "CAPTCHA"], ["bing", "timeout"]]}"#,
        );
        assert_eq!(
            silent.what(),
            "failed on its own side (its engines did not answer: google (CAPTCHA), bing (timeout))"
        );
        assert!(trouble(403, "<html>Forbidden").said.contains("search.formats"));
        assert_eq!(trouble(429, "<html>Too many").why, Why::RateLimited { until: None });
        assert_eq!(trouble(200, "<html>the start page").why, Why::Shape);
        assert_eq!(trouble(200, "{}").why, Why::Shape);
    }
}
