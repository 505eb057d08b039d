//! What newspapers and agencies write about something, newest first as far as the services have it so.

mod feeds;
mod gdelt;
mod gnews;
mod google_news;
mod hacker_news;
mod newsapi;

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ToolError;
use super::reading::cut;
use super::service::{Topic, limit, spec, words};
use crate::chat::ToolSpec;
pub use feeds::Feeds;
pub use gdelt::Gdelt;
pub use gnews::GNews;
pub use google_news::GoogleNews;
pub use hacker_news::HackerNews;
pub use newsapi::NewsApi;

/// Articles where nothing is said.
const USUAL: u64 = 8;
/// The most articles.
const MOST: u64 = 20;
/// The longest summary, in characters.
const LONGEST_SUMMARY: usize = 300;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// The words.
    pub query: String,
    /// How many articles at most.
    pub limit: usize,
}

/// Articles about something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Articles {
    /// The articles.
    pub articles: Vec<Article>,
    /// What must be known about how they were found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// An article.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// The headline.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// Who published it.
    pub outlet: Option<String>,
    /// When, or when it was seen.
    pub published: Option<Timestamp>,
    /// What it is about.
    pub summary: Option<String>,
}

impl Topic for Articles {
    const TOOL: &'static str = "news";
    type Query = Question;

    fn spec() -> ToolSpec {
        spec(
            Self::TOOL,
            "Recent news articles about something: headlines with outlet, date and address.",
            "query",
            &json!({
                "query": {"type": "string", "description": "a few words, such as `chip export rules`"},
                "limit": {"type": "integer", "minimum": 1, "maximum": MOST},
            }),
        )
    }

    fn query(arguments: &Value) -> Result<Question, ToolError> {
        Ok(Question { query: words(arguments, "query", 200)?, limit: limit(arguments, USUAL, MOST) })
    }

    fn is_empty(&self) -> bool {
        self.articles.is_empty()
    }

    fn keeps(&self) -> Duration {
        Duration::from_mins(10)
    }

    fn warnings(&self, _query: &Question) -> Vec<String> {
        self.remarks.clone()
    }

    fn for_model(&self) -> String {
        if self.articles.is_empty() {
            return "No articles were found; other words may find some.".to_owned();
        }
        let mut text = String::new();
        for (index, article) in self.articles.iter().enumerate() {
            let day = article.published.map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string());
            let about: Vec<&str> =
                [&article.outlet, &day].into_iter().flatten().map(String::as_str).collect();
            let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join(", ")) };
            // Writing to a String cannot fail.
            let _infallible = writeln!(text, "{}. {}{about}\n   {}", index + 1, article.title, article.url);
            if let Some(summary) = &article.summary {
                let _infallible = writeln!(text, "   {summary}");
            }
        }
        text
    }
}

impl Articles {
    /// As many as were asked for, each once, with summaries that are short and say more than the headline.
    fn of(articles: impl IntoIterator<Item = Article>, query: &Question) -> Self {
        let mut seen = HashSet::new();
        let mut kept: Vec<Article> = Vec::new();
        for mut article in articles {
            let is_new = seen.insert(article.title.to_lowercase()) && seen.insert(article.url.clone());
            let is_whole = !article.title.is_empty() && article.url.starts_with("http");
            if !is_new || !is_whole {
                continue;
            }
            let says_more =
                |summary: &String| !summary.to_lowercase().starts_with(&article.title.to_lowercase());
            article.summary = article.summary.filter(says_more).map(|text| cut(&text, LONGEST_SUMMARY));
            article.title = cut(&article.title, LONGEST_SUMMARY);
            kept.push(article);
            if kept.len() == query.limit {
                break;
            }
        }
        Self { articles: kept, remarks: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(title: &str, url: &str) -> Article {
        Article { title: title.into(), url: url.into(), ..Article::default() }
    }

    #[test]
    fn each_is_told_once() {
        let query = Articles::query(&json!({"query": " ducks  today", "limit": 3})).unwrap();
        assert_eq!(query, Question { query: "ducks today".into(), limit: 3 });
        let mut first = article("Ducks", "https://x.y/1");
        first.summary = Some("Ducks The Pond".into());
        first.outlet = Some("The Pond".into());
        first.published = "2026-11-22T12:00:00Z".parse().ok();
        let mut last = article("Swans", "https://x.y/3");
        last.summary = Some("x".repeat(1000));
        let all = [
            first,
            article("ducks", "https://x.y/2"),
            article("Drakes", "https://x.y/1"),
            article("Geese", "ftp://x.y"),
            last,
        ];
        let articles = Articles::of(all, &query);
        let text = articles.for_model();
        assert!(
            text.starts_with("1. Ducks (The Pond, 2026-11-22 12:00 UTC)\n   https://x.y/1\n2. Swans\n"),
            "{text}"
        );
        assert_eq!(articles.articles.len(), 2);
        assert!(text.len() < 500);
        assert!(Articles::of([], &query).is_empty());
    }
}
