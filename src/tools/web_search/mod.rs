//! Pages of the web about something.

mod brave;
mod duckduckgo;
mod exa;
mod keenable;
mod searxng;
mod serpapi;
mod serper;
mod tavily;
mod wikipedia;

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::ToolError;
use super::reading::cut;
use super::service::{Topic, limit, spec, words};
use crate::chat::ToolSpec;
pub use brave::Brave;
pub use duckduckgo::DuckDuckGo;
pub use exa::Exa;
pub use keenable::Keenable;
pub use searxng::Searxng;
pub use serpapi::SerpApi;
pub use serper::Serper;
pub use tavily::Tavily;
pub use wikipedia::WikipediaSearch;

/// Results where nothing is said.
const USUAL: u64 = 5;
/// The most results.
const MOST: u64 = 10;
/// The longest snippet, in characters.
const LONGEST_SNIPPET: usize = 600;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// The words.
    pub query: String,
    /// How many results at most.
    pub limit: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchResults {
    /// The results, the best first.
    pub results: Vec<SearchResult>,
}

/// A page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchResult {
    /// Its title.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// What it says about it, as text.
    pub snippet: String,
    /// When it was published, as the service writes it.
    pub published: Option<String>,
}

impl Topic for SearchResults {
    const TOOL: &'static str = "web_search";
    type Query = Question;

    fn spec() -> ToolSpec {
        spec(
            Self::TOOL,
            "Search the web: titles, addresses and snippets of pages.",
            "query",
            &json!({
                "query": {"type": "string", "description": "what to look for, as one types it into a search engine"},
                "limit": {"type": "integer", "minimum": 1, "maximum": MOST},
            }),
        )
    }

    fn query(arguments: &Value) -> Result<Question, ToolError> {
        Ok(Question { query: words(arguments, "query", 400)?, limit: limit(arguments, USUAL, MOST) })
    }

    fn is_empty(&self) -> bool {
        self.results.is_empty()
    }

    fn keeps(&self) -> Duration {
        Duration::from_hours(1)
    }

    fn for_model(&self) -> String {
        if self.results.is_empty() {
            return "No pages were found; other words may find some.".to_owned();
        }
        let mut text = String::new();
        for (index, result) in self.results.iter().enumerate() {
            let published = result.published.as_ref().map_or(String::new(), |day| format!(" ({day})"));
            // Writing to a String cannot fail.
            let _infallible = writeln!(text, "{}. {}{published}\n   {}", index + 1, result.title, result.url);
            if !result.snippet.is_empty() {
                let _infallible = writeln!(text, "   {}", result.snippet);
            }
        }
        text
    }
}

impl SearchResults {
    /// As many as were asked for, each page once.
    fn of(results: impl IntoIterator<Item = SearchResult>, query: &Question) -> Self {
        let mut seen = HashSet::new();
        let mut kept: Vec<SearchResult> = Vec::new();
        for mut result in results {
            let Some(identity) = identity(&result.url) else { continue };
            if result.title.is_empty() {
                result.title.clone_from(&result.url);
            }
            if seen.insert(identity) {
                result.snippet = cut(&result.snippet, LONGEST_SNIPPET);
                result.title = cut(&result.title, LONGEST_SNIPPET);
                kept.push(result);
            }
            if kept.len() == query.limit {
                break;
            }
        }
        Self { results: kept }
    }
}

/// What makes two addresses one: without the trackers of those who linked to it, the place in the page, the last slash.
/// None for what is no web page.
fn identity(url: &str) -> Option<String> {
    let mut url = Url::parse(url).ok().filter(|url| ["http", "https"].contains(&url.scheme()))?;
    url.set_fragment(None);
    let is_tracker =
        |name: &str| name.starts_with("utm_") || matches!(name, "fbclid" | "gclid" | "ref_src" | "srsltid");
    let kept: Vec<_> = url.query_pairs().into_owned().filter(|(name, _)| !is_tracker(name)).collect();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    let text = url.as_str().split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    Some(text.trim_start_matches("www.").trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_is_told_once() {
        let page = |title: &str, url: &str, snippet: &str| SearchResult {
            title: title.into(),
            url: url.into(),
            snippet: snippet.into(),
            published: None,
        };
        let query = SearchResults::query(&json!({"query": "ducks", "limit": 4})).unwrap();
        let found = SearchResults::of(
            [
                page("Ducks", "https://www.x.y/a/?utm_source=z&q=1#top", "Many."),
                page("Ducks again", "http://x.y/a/?q=1", ""),
                page("", "https://x.y/b", &"x".repeat(2000)),
                page("Evil", "javascript:alert(1)", ""),
            ],
            &query,
        );
        assert_eq!(found.results.len(), 2);
        let text = found.for_model();
        assert!(text.starts_with(
            "1. Ducks\n   https://www.x.y/a/?utm_source=z&q=1#top\n   Many.\n2. https://x.y/b\n"
        ));
        assert!(text.len() < 800);
        assert_eq!(identity("https://x.y/a/?q=1"), identity("https://www.x.y/a/?gclid=2&q=1"));
        assert_ne!(identity("https://x.y/a?q=1"), identity("https://x.y/a?q=2"));
    }
}
