//! NewsAPI: with a key. A free key is for development, and its news are a day old.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Article, Articles, Question};
use crate::tools::http::{Answer, KeyPlace, Request};
use crate::tools::reading::text;
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why};

static CARD: Card = Card {
    id: "newsapi",
    name: "NewsAPI",
    url: "https://newsapi.org",
    attribution: "Powered by NewsAPI.org",
    warning: Some("a free key of NewsAPI is for development, and gives news a day late"),
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct NewsApi(pub Access);

impl Service<Articles> for NewsApi {
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
    Request::get(format!("{base_url}/v2/everything"))
        .with("q", &query.query)
        .with("language", "en")
        .with("sortBy", "publishedAt")
        .with("pageSize", query.limit)
        .key(KeyPlace::Header("x-api-key", ""))
}

fn read(answer: &Answer, query: &Question) -> Result<Articles, Trouble> {
    let body = answer.json();
    if let Some(body) = body.as_ref().ok().filter(|body| body["status"] == "error") {
        let said = text(&body["message"]).unwrap_or_default();
        let trouble = match body["code"].as_str().unwrap_or_default() {
            "apiKeyInvalid" | "apiKeyMissing" | "apiKeyDisabled" => Trouble::new(Why::Auth, said),
            "apiKeyExhausted" => Trouble::out_for_the_day(answer.at, said),
            // The only limit that it has is one of half a day.
            "rateLimited" => Trouble::limited_for(Duration::from_hours(1), answer.at, said),
            _ if answer.is_good() => Trouble::new(Why::BadRequest, said),
            _ => answer.trouble(said),
        };
        return Err(trouble);
    }
    let body = answer.good_json(|_| None)?;
    let articles = body["articles"].as_array().ok_or_else(|| Trouble::shape("no list of articles"))?;
    let articles = articles.iter().filter_map(|article| {
        Some(Article {
            // What was withdrawn keeps its place.
            title: text(&article["title"]).filter(|title| title != "[Removed]")?,
            url: text(&article["url"])?,
            outlet: text(&article["source"]["name"]),
            published: article["publishedAt"].as_str().and_then(|at| at.parse().ok()),
            summary: text(&article["description"]),
        })
    });
    Ok(Articles::of(articles, query))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> Question {
        Question { query: "ducks".into(), limit: 5 }
    }

    #[test]
    fn articles_are_read() {
        let body = r#"{"status": "ok", "totalResults": 2, "articles": [
            {"source": {"name": "The Pond"}, "title": "[Removed]", "url": "https://removed.com"},
            {"source": {"name": "The Pond"}, "title": "Ducks", "description": "Many of them.", "url": "https://x.y/1",
             "publishedAt": "2026-11-21T10:00:00Z"}]}"#;
        let found = read(&Answer::test(200, &[], body), &ask()).unwrap().articles;
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].outlet.as_deref(), found[0].summary.as_deref()),
            (Some("The Pond"), Some("Many of them."))
        );
    }

    #[test]
    fn its_codes_count() {
        let why = |status, code: &str| {
            let body = format!(r#"{{"status": "error", "code": "{code}", "message": "x"}}"#);
            read(&Answer::test(status, &[], &body), &ask()).unwrap_err().why
        };
        assert_eq!(why(401, "apiKeyInvalid"), Why::Auth);
        assert!(matches!(why(429, "apiKeyExhausted"), Why::Quota { until: Some(_) }));
        assert!(matches!(why(429, "rateLimited"), Why::RateLimited { until: Some(_) }));
        assert_eq!(why(426, "parameterInvalid"), Why::BadRequest);
        assert_eq!(why(500, "unexpectedError"), Why::Upstream { status: 500 });
        assert_eq!(why(200, "parametersMissing"), Why::BadRequest);
        assert_eq!(read(&Answer::test(200, &[], "{}"), &ask()).unwrap_err().why, Why::Shape);
    }
}
