//! Hacker News by Algolia: what programmers talk about, without a key.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Article, Articles, Question};
use crate::tools::http::{Answer, Request};
use crate::tools::reading::{number, text};
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::Trouble;

static CARD: Card = Card {
    id: "hacker_news",
    name: "Hacker News",
    url: "https://hn.algolia.com",
    attribution: "",
    warning: Some("Hacker News is about technology; other news is rarely there"),
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct HackerNews(pub Access);

impl Service<Articles> for HackerNews {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn access(&self) -> &Access {
        &self.0
    }

    fn ask<'a>(&'a self, desk: &'a Desk, query: &'a Question) -> BoxFuture<'a, Result<Articles, Trouble>> {
        Box::pin(async move {
            let request = request(&self.0.base_url, query);
            read(&self.0.send(desk, &request).await?, query)
        })
    }
}

fn request(base_url: &str, query: &Question) -> Request {
    Request::get(format!("{base_url}/api/v1/search_by_date"))
        .with("query", &query.query)
        .with("tags", "story")
        .with("numericFilters", "points>1")
        .with("hitsPerPage", query.limit)
}

fn read(answer: &Answer, query: &Question) -> Result<Articles, Trouble> {
    let body = answer.good_json(|body| text(&body["message"]))?;
    let hits = body["hits"].as_array().ok_or_else(|| Trouble::shape("no list of stories"))?;
    let articles = hits.iter().filter_map(|hit| {
        // A question to the readers has no page but its own.
        let own = || Some(format!("https://news.ycombinator.com/item?id={}", text(&hit["objectID"])?));
        let counts = number(&hit["points"]).zip(number(&hit["num_comments"]));
        Some(Article {
            title: text(&hit["title"])?,
            url: text(&hit["url"]).or_else(own)?,
            outlet: Some("Hacker News".to_owned()),
            published: hit["created_at"].as_str().and_then(|at| at.parse().ok()),
            summary: text(&hit["story_text"])
                .or_else(|| counts.map(|(points, comments)| format!("{points} points, {comments} comments"))),
        })
    });
    Ok(Articles::of(articles, query))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::trouble::Why;

    fn ask() -> Question {
        Question { query: "ducks".into(), limit: 5 }
    }

    #[test]
    fn stories_are_read() {
        let body = r#"{"hits": [
            {"objectID": "1", "title": "Ducks in Rust", "url": "https://x.y/1", "points": 12, "num_comments": 3,
             "created_at": "2026-11-22T11:00:00Z"},
            {"objectID": "2", "title": "Ask HN: Ducks?", "url": null, "story_text": "Why <i>ducks</i>?"},
            {"objectID": "3", "title": null}]}"#;
        let found = read(&Answer::test(200, &[], body), &ask()).unwrap().articles;
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].summary.as_deref(), Some("12 points, 3 comments"));
        assert_eq!(
            (found[1].url.as_str(), found[1].summary.as_deref()),
            ("https://news.ycombinator.com/item?id=2", Some("Why ducks?"))
        );
    }

    #[test]
    fn trouble_is_told() {
        let why = |status, body: &str| read(&Answer::test(status, &[], body), &ask()).unwrap_err().why;
        assert_eq!(why(200, "{}"), Why::Shape);
        assert_eq!(why(429, "{\"message\": \"slow down\"}"), Why::RateLimited { until: None });
        assert_eq!(why(400, "{\"message\": \"bad\"}"), Why::BadRequest);
        assert!(read(&Answer::test(200, &[], r#"{"hits": []}"#), &ask()).unwrap().articles.is_empty());
    }
}
