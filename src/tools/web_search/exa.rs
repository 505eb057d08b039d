//! Exa: a search engine for programs. With a key its own interface is asked; without one that for assistants (MCP), which
//! gives a little to everybody.
//!
//! The latter answers with status 200 when it has had enough, in three ways: an error of the protocol, an error of the
//! tool, and words.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{Question, SearchResult, SearchResults};
use crate::tools::http::{Answer, KeyPlace, Request};
use crate::tools::reading::{cut, folded, text};
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why};

static CARD: Card = Card {
    id: "exa",
    name: "Exa",
    url: "https://exa.ai",
    attribution: "",
    warning: None,
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct Exa(pub Access);

impl Service<SearchResults> for Exa {
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
            let base_url = &self.0.base_url;
            if self.0.key.is_some() {
                return read(&self.0.send(desk, &request(base_url, query)).await?, query);
            }
            read_anonymous(&self.0.send(desk, &anonymous(base_url, query)).await?, query)
        })
    }
}

fn request(base_url: &str, query: &Question) -> Request {
    let body = json!({
        "query": query.query,
        "type": "auto",
        "numResults": query.limit,
        "contents": {"highlights": true},
    });
    Request::post(format!("{base_url}/search"), body).key(KeyPlace::Header("x-api-key", ""))
}

fn read(answer: &Answer, query: &Question) -> Result<SearchResults, Trouble> {
    let said = |body: &Value| text(&body["error"]).or_else(|| text(&body["message"]));
    let body = answer.good_json(said)?;
    let results = body["results"].as_array().ok_or_else(|| Trouble::shape("no list of results"))?;
    let results = results.iter().filter_map(|result| {
        Some(SearchResult {
            title: text(&result["title"]).unwrap_or_default(),
            url: text(&result["url"])?,
            snippet: text(&result["highlights"][0]).or_else(|| text(&result["text"])).unwrap_or_default(),
            published: text(&result["publishedDate"]).map(|at| day(&at)),
        })
    });
    Ok(SearchResults::of(results, query))
}

fn anonymous(base_url: &str, query: &Question) -> Request {
    let arguments = json!({"query": query.query, "numResults": query.limit});
    let body = json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "web_search_exa", "arguments": arguments},
    });
    Request::post(format!("{base_url}/mcp"), body).header("accept", "application/json, text/event-stream")
}

fn read_anonymous(answer: &Answer, query: &Question) -> Result<SearchResults, Trouble> {
    let body = match message(&answer.text) {
        Some(body) => body,
        None => {
            answer.good_json(|_| None).map_err(|trouble| worded(answer, &answer.text).unwrap_or(trouble))?
        }
    };
    let error = text(&body["error"]["message"]);
    let result = &body["result"];
    let words = result["content"][0]["text"].as_str().unwrap_or_default();
    if let Some(said) = error.or_else(|| (result["isError"] == true).then(|| folded(words))) {
        let trouble =
            if answer.is_good() { Trouble::new(Why::BadRequest, &said) } else { answer.trouble(&said) };
        return Err(worded(answer, &said).unwrap_or(trouble));
    }
    if !answer.is_good() {
        return Err(answer.trouble(""));
    }
    let results: Vec<SearchResult> = words.split("\n\n---\n\n").filter_map(block).collect();
    if results.is_empty() && !words.to_lowercase().contains("no search results") {
        let said = || Trouble::shape(format!("no results and no word of it: {}", cut(&folded(words), 80)));
        return Err(worded(answer, words).unwrap_or_else(said));
    }
    Ok(SearchResults::of(results, query))
}

/// What it says when it has had enough.
fn worded(answer: &Answer, words: &str) -> Option<Trouble> {
    let lower = words.to_lowercase();
    let is_limit = lower.contains("rate limit") || lower.contains("free mcp");
    is_limit.then(|| Trouble::limited_for(Duration::from_hours(1), answer.at, cut(words, 200)))
}

/// The message of the protocol, whether it comes as it is or as an event.
fn message(text: &str) -> Option<Value> {
    let data = text.lines().filter_map(|line| line.strip_prefix("data:")).find_map(|data| {
        let value: Value = serde_json::from_str(data.trim()).ok()?;
        value.get("jsonrpc").is_some().then_some(value)
    });
    data.or_else(|| {
        serde_json::from_str(text.trim()).ok().filter(|value: &Value| value.get("jsonrpc").is_some())
    })
}

/// One result: lines with names, then the text.
fn block(block: &str) -> Option<SearchResult> {
    let line = |name: &str| {
        let value = block.lines().find_map(|line| line.strip_prefix(name))?;
        Some(folded(value)).filter(|value| !value.is_empty() && value != "N/A")
    };
    let body = ["Highlights:", "Text:"].iter().find_map(|name| Some(block.split_once(name)?.1));
    Some(SearchResult {
        title: line("Title:").unwrap_or_default(),
        url: line("URL:")?,
        snippet: body.map(folded).unwrap_or_default(),
        published: line("Published:").map(|at| day(&at)),
    })
}

/// The date of a date and time.
fn day(at: &str) -> String {
    at.split('T').next().unwrap_or(at).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ask() -> Question {
        Question { query: "ducks".into(), limit: 5 }
    }

    fn why(status: u16, body: &str) -> Why {
        read_anonymous(&Answer::test(status, &[], body), &ask()).unwrap_err().why
    }

    #[test]
    fn results_are_read() {
        let body = r#"{"results": [{"title": "Ducks", "url": "https://x.y/", "publishedDate": "2026-01-02T00:00:00.000Z",
            "text": "Long.", "highlights": ["Many."]}]}"#;
        let found = read(&Answer::test(200, &[], body), &ask()).unwrap().results;
        assert_eq!((found[0].snippet.as_str(), found[0].published.as_deref()), ("Many.", Some("2026-01-02")));
        let why = |status, body: &str| read(&Answer::test(status, &[], body), &ask()).unwrap_err().why;
        assert_eq!(why(401, r#"{"error": "Invalid API key"}"#), Why::Auth);
        assert_eq!(why(402, "{}"), Why::Quota { until: None });
        assert_eq!(why(429, "{}"), Why::RateLimited { until: None });
        assert_eq!(why(200, "{}"), Why::Shape);
    }

    #[test]
    fn the_anonymous_answer_is_read() {
        let text = "Title: Ducks\\nURL: https://x.y/\\nPublished: N/A\\nAuthor: N/A\\nHighlights:\\nMany\\nof them.\\n\\n---\\n\\n\
                    Title: Drakes\\nURL: https://x.y/2\\nPublished: 2026-01-02T00:00:00.000Z\\nHighlights:\\nFew.";
        let message = format!(
            r#"{{"result": {{"content": [{{"type": "text", "text": "{text}"}}]}}, "jsonrpc": "2.0", "id": 1}}"#
        );
        for body in [message.clone(), format!("event: message\ndata: {message}\n\n")] {
            let found = read_anonymous(&Answer::test(200, &[], &body), &ask()).unwrap().results;
            assert_eq!((found.len(), found[0].snippet.as_str()), (2, "Many of them."));
            assert_eq!(
                (found[0].published.as_deref(), found[1].published.as_deref()),
                (None, Some("2026-01-02"))
            );
        }
        let none = message.replace(text, "No search results found. Please try a different query.");
        assert!(read_anonymous(&Answer::test(200, &[], &none), &ask()).unwrap().results.is_empty());
        assert_eq!(why(200, &message.replace(text, "Something else")), Why::Shape);
    }

    #[test]
    fn enough_is_said_in_three_ways() {
        for body in [
            r#"{"jsonrpc": "2.0", "error": {"code": -32000, "message": "You've hit the free MCP rate limit."}, "id": null}"#,
            r#"{"jsonrpc": "2.0", "id": 1, "result": {"isError": true, "content": [{"type": "text", "text": "rate limit"}]}}"#,
            r#"{"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": "You have hit the rate limit"}]}}"#,
            "You've hit the free MCP rate limit.",
        ] {
            assert!(matches!(why(200, body), Why::RateLimited { until: Some(_) }), "{body}");
        }
        assert_eq!(why(429, "slow down"), Why::RateLimited { until: None });
        assert_eq!(
            why(200, r#"{"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params"}}"#),
            Why::BadRequest
        );
        assert_eq!(why(200, "<html>Just a moment..."), Why::Challenge);
        assert_eq!(
            why(500, r#"{"jsonrpc": "2.0", "error": {"message": "broken"}}"#),
            Why::Upstream { status: 500 }
        );
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(text in "(data:|Title:|URL: https://x.y|\n|---|Highlights:|\\PC){0,30}") {
            drop(message(&text));
            drop(block(&text));
        }
    }
}
