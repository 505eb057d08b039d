//! GDELT: news of the world's press, without a key, one request in five seconds.
//!
//! What is wrong comes as plain text, often with status 200: the pace, a query too short or too long. Taken for JSON that
//! would be no news, which it is not.

use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{Article, Articles, Question};
use crate::tools::http::{Answer, Request};
use crate::tools::reading::text;
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why};

/// What it asks for between two requests.
const PACE: Duration = Duration::from_secs(5);
/// How long a query may be, roughly.
const LONGEST_QUERY: usize = 240;

static CARD: Card = Card {
    id: "gdelt",
    name: "GDELT",
    url: "https://www.gdeltproject.org",
    attribution: "Data by the GDELT Project",
    warning: None,
    pause: PACE,
};

/// The service.
#[derive(Debug)]
pub struct Gdelt(pub Access);

impl Service<Articles> for Gdelt {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn access(&self) -> &Access {
        &self.0
    }

    fn can(&self, query: &Question) -> bool {
        query.query.len() <= LONGEST_QUERY
    }

    fn ask<'a>(&'a self, desk: &'a Desk, query: &'a Question) -> BoxFuture<'a, Result<Articles, Trouble>> {
        Box::pin(async move {
            let request = request(&self.0.base_url, query);
            read(&self.0.send(desk, &request).await?, query)
        })
    }
}

fn request(base_url: &str, query: &Question) -> Request {
    Request::get(format!("{base_url}/api/v2/doc/doc"))
        .with("query", words(&query.query))
        .with("mode", "artlist")
        .with("format", "json")
        // Agencies are printed by many; each story is wanted once.
        .with("maxrecords", query.limit * 2)
        .with("timespan", "1w")
        .with("sort", "datedesc")
}

/// The query without what is punctuation to us and an operator there.
fn words(query: &str) -> String {
    query.chars().map(|c| if "()<>:".contains(c) { ' ' } else { c }).collect()
}

fn read(answer: &Answer, query: &Question) -> Result<Articles, Trouble> {
    let words = answer.text.trim();
    let lower = words.to_lowercase();
    if !words.starts_with('{') && !answer.is_page() {
        if lower.contains("limit requests") {
            return Err(Trouble::limited_for(PACE, answer.at, "it wants five seconds between two requests"));
        }
        let is_of_query = ["too short", "too long", "invalid", "unsupported", "not supported", "phrase is"]
            .iter()
            .any(|mark| lower.contains(mark));
        if is_of_query && words.len() < 400 {
            return Err(Trouble::new(Why::BadRequest, words));
        }
    }
    let body = answer.good_json(|_| None)?;
    if body.as_object().is_none_or(|body| !body.is_empty() && !body.contains_key("articles")) {
        return Err(Trouble::shape("no list of articles"));
    }
    let articles = body["articles"].as_array().cloned().unwrap_or_default();
    let articles = articles.iter().filter_map(|article| {
        let seen = article["seendate"].as_str().and_then(|seen| {
            let seen = DateTime::strptime("%Y%m%dT%H%M%SZ", seen).ok()?;
            Some(seen.to_zoned(TimeZone::UTC).ok()?.timestamp())
        });
        Some(Article {
            title: text(&article["title"])?,
            url: text(&article["url"])?,
            outlet: text(&article["domain"]),
            published: seen,
            summary: None,
        })
    });
    Ok(Articles::of(articles, query))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> Question {
        Question { query: "ducks (pond)".into(), limit: 5 }
    }

    fn why(status: u16, body: &str) -> Why {
        read(&Answer::test(status, &[], body), &ask()).unwrap_err().why
    }

    #[test]
    fn articles_are_read() {
        assert_eq!(request("https://x", &ask()).query[0], ("query", "ducks  pond ".to_owned()));
        let body = r#"{"articles": [{"url": "https://x.y/1", "title": "Ducks  at large", "seendate": "20261122T110000Z",
            "domain": "x.y", "language": "English"}]}"#;
        let found = read(&Answer::test(200, &[], body), &ask()).unwrap();
        let expected = Article {
            title: "Ducks at large".into(),
            url: "https://x.y/1".into(),
            outlet: Some("x.y".into()),
            published: "2026-11-22T11:00:00Z".parse().ok(),
            summary: None,
        };
        assert_eq!(found.articles, [expected]);
        assert!(read(&Answer::test(200, &[], "{}"), &ask()).unwrap().articles.is_empty());
    }

    #[test]
    fn text_with_200_is_no_news_of_nothing() {
        for status in [200, 429] {
            let limited = why(status, "Please limit requests to one every 5 seconds or write to us.");
            assert!(matches!(limited, Why::RateLimited { until: Some(_) }), "{limited:?}");
        }
        assert_eq!(why(200, "Your query was too short or too long.\n"), Why::BadRequest);
        assert_eq!(why(200, "Invalid/Unsupported Country."), Why::BadRequest);
        assert_eq!(why(200, "We are busy"), Why::Shape);
        assert_eq!(why(200, "<html>Just a moment..."), Why::Challenge);
        assert_eq!(why(200, "[]"), Why::Shape);
        assert_eq!(why(200, r#"{"error": 1}"#), Why::Shape);
        assert_eq!(why(500, "oops"), Why::Upstream { status: 500 });
    }
}
