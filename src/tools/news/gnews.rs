//! GNews: with a key; 100 requests a day for those who do not pay.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{Article, Articles, Question};
use crate::tools::http::{Answer, KeyPlace, Request};
use crate::tools::reading::text;
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::Trouble;

static CARD: Card = Card {
    id: "gnews",
    name: "GNews",
    url: "https://gnews.io",
    attribution: "",
    warning: None,
    pause: Duration::from_secs(1),
};

/// The service.
#[derive(Debug)]
pub struct GNews(pub Access);

impl Service<Articles> for GNews {
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
    Request::get(format!("{base_url}/api/v4/search"))
        .with("q", words(&query.query))
        .with("lang", "en")
        .with("max", query.limit.min(10))
        .with("sortby", "publishedAt")
        .key(KeyPlace::Header("x-api-key", ""))
}

/// The query in quotes where it has characters that are syntax there.
fn words(query: &str) -> String {
    let is_plain = query.chars().all(|c| c.is_alphanumeric() || c == ' ');
    if is_plain { query.to_owned() } else { format!("\"{}\"", query.replace('"', " ")) }
}

fn read(answer: &Answer, query: &Question) -> Result<Articles, Trouble> {
    let body = answer.good_json(said).map_err(|trouble| {
        // Its 403 is no refusal of the key: the day is used up until midnight.
        if answer.status == 403 { Trouble::out_for_the_day(answer.at, trouble.said) } else { trouble }
    })?;
    let articles = body["articles"].as_array().ok_or_else(|| Trouble::shape("no list of articles"))?;
    let articles = articles.iter().filter_map(|article| {
        Some(Article {
            title: text(&article["title"])?,
            url: text(&article["url"])?,
            outlet: text(&article["source"]["name"]),
            published: article["publishedAt"].as_str().and_then(|at| at.parse().ok()),
            summary: text(&article["description"]),
        })
    });
    Ok(Articles::of(articles, query))
}

/// Errors are a list, or a table by parameter.
fn said(body: &Value) -> Option<String> {
    let errors = &body["errors"];
    text(&errors[0]).or_else(|| errors.as_object()?.values().find_map(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::trouble::Why;

    fn ask() -> Question {
        Question { query: "ducks".into(), limit: 20 }
    }

    #[test]
    fn articles_are_read() {
        assert!(request("https://x", &ask()).query.contains(&("max", "10".into())));
        assert_eq!(words("C++ \"ducks\""), "\"C++  ducks \"");
        let body = r#"{"totalArticles": 1, "articles": [{"title": "Ducks", "description": "Many.", "url": "https://x.y/1",
            "publishedAt": "2026-11-21T10:00:00Z", "source": {"name": "The Pond", "url": "https://p.o"}}]}"#;
        let found = read(&Answer::test(200, &[], body), &ask()).unwrap().articles;
        assert_eq!((found.len(), found[0].outlet.as_deref()), (1, Some("The Pond")));
        assert!(found[0].published.is_some());
    }

    #[test]
    fn its_statuses() {
        let trouble = |status, body: &str| read(&Answer::test(status, &[], body), &ask()).unwrap_err();
        let refused = trouble(401, r#"{"errors": ["Your key is invalid."]}"#);
        assert_eq!((refused.why, refused.said.as_str()), (Why::Auth, "Your key is invalid."));
        assert!(matches!(trouble(403, r#"{"errors": ["used up"]}"#).why, Why::Quota { until: Some(_) }));
        let bad = trouble(400, r#"{"errors": {"q": "a syntax error"}}"#);
        assert_eq!((bad.why, bad.said.as_str()), (Why::BadRequest, "a syntax error"));
        assert_eq!(trouble(429, "{}").why, Why::RateLimited { until: None });
        assert_eq!(trouble(200, "{}").why, Why::Shape);
    }
}
