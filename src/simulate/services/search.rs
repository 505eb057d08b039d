//! Those who search the web. They find two pages about anything, and none about what has `qwzx` in it.

use serde_json::{Value, json};

use super::super::reply::Reply;
use super::asked::{Asked, Complaint};
use super::{Fault, page, with};

/// A page that was found.
struct Page {
    title: String,
    url: &'static str,
    about: String,
}

fn pages(query: &str, most: usize) -> Vec<Page> {
    let found = if query.contains("qwzx") { 0 } else { most.min(2) };
    let page = |(what, url): &(&str, &'static str)| Page {
        title: format!("{query}: {what}"),
        url,
        about: format!("Everything about {query} & more."),
    };
    [("an introduction", "https://pages.example.org/a"), ("in depth", "https://pages.example.org/b")]
        .iter()
        .take(found)
        .map(page)
        .collect()
}

/// Pages as objects with these names for title, address and text.
fn rows(pages: &[Page], [title, url, about]: [&str; 3]) -> Vec<Value> {
    pages.iter().map(|page| json!({ title: page.title, url: page.url, about: page.about })).collect()
}

pub(super) fn searxng(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    asked.at("GET", "/search")?;
    asked.must("format", "json")?;
    let query = asked.need("q")?;
    let results = rows(&pages(query, 10), ["title", "url", "content"]);
    Ok(Reply::json(200, &json!({"query": query, "results": results, "unresponsive_engines": []})))
}

pub(super) fn searxng_fails(_: &Asked, fault: Fault) -> Option<Reply> {
    let nothing = |silent: Value| {
        Reply::json(200, &json!({"query": "", "results": [], "unresponsive_engines": silent}))
    };
    match fault {
        Fault::Empty | Fault::NotFound => Some(nothing(json!([]))),
        Fault::Limit => {
            Some(nothing(json!([["google", "Suspended: too many requests"], ["bing", "timeout"]])))
        }
        // Its settings know only web pages.
        Fault::Key => {
            Some(Reply::text(403, "text/html", "<!doctype html><title>403 Forbidden</title>".to_owned()))
        }
        _ => None,
    }
}

pub(super) fn tavily(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    asked.at("POST", "/search")?;
    let is_keyless = asked.header("x-tavily-access-mode") == Some("keyless");
    if is_keyless == asked.header("authorization").is_some() {
        return Err("there has to be either a key or none, and it has to be said".to_owned());
    }
    let found = pages(asked.text("/query")?, asked.count("max_results", 20)?);
    Ok(Reply::json(200, &json!({"results": rows(&found, ["title", "url", "content"])})))
}

pub(super) fn tavily_fails(asked: &Asked, fault: Fault) -> Option<Reply> {
    let detail = |status, words: &str| Some(Reply::json(status, &json!({"detail": {"error": words}})));
    let keyless = |code: &str, window: &str, wait: u32| {
        let error =
            json!({"code": code, "message": "That was all.", "window": window, "retry_after_seconds": wait});
        Some(Reply::json(429, &json!({"error": error})))
    };
    let key = asked.header("authorization");
    match (fault, key) {
        (Fault::Empty | Fault::NotFound, _) => Some(Reply::json(200, &json!({"results": []}))),
        (Fault::Limit, None) => keyless("rate_limited", "minute", 20),
        (Fault::Quota, None) => keyless("daily_cap_reached", "day", 7200),
        (Fault::Quota, Some(_)) => detail(432, "This is more than the plan has."),
        (Fault::Key, key) => detail(401, &format!("Unauthorized: {}", key.unwrap_or("no key"))),
        _ => None,
    }
}

pub(super) fn exa(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    if asked.path == "/mcp" {
        return anonymous(asked);
    }
    asked.at("POST", "/search")?;
    asked.key_in_header("x-api-key", "")?;
    let found = pages(asked.text("/query")?, asked.count("numResults", 100)?);
    let mut results = rows(&found, ["title", "url", "text"]);
    for row in &mut results {
        row["highlights"] = json!([row["text"]]);
        row["publishedDate"] = json!("2026-11-01T00:00:00.000Z");
    }
    Ok(Reply::json(200, &json!({"requestId": "r", "results": results})))
}

fn anonymous(asked: &Asked) -> Result<Reply, Complaint> {
    let accepted = asked.header("accept").unwrap_or_default();
    if !accepted.contains("text/event-stream") || !accepted.contains("application/json") {
        return Err("it answers with events, and `accept` has no place for them".to_owned());
    }
    if asked.text("/method")? != "tools/call" || asked.text("/params/name")? != "web_search_exa" {
        return Err("it has one tool only".to_owned());
    }
    let found = pages(asked.text("/params/arguments/query")?, 2);
    let block = |page: &Page| {
        format!(
            "Title: {}\nURL: {}\nPublished: N/A\nAuthor: N/A\nHighlights:\n{}",
            page.title, page.url, page.about
        )
    };
    let blocks: Vec<String> = found.iter().map(block).collect();
    let none = "No search results found. Try another query.".to_owned();
    Ok(spoken(&if blocks.is_empty() { none } else { blocks.join("\n\n---\n\n") }, false))
}

/// A result of the protocol, as an event.
fn spoken(text: &str, is_error: bool) -> Reply {
    let mut result = json!({"content": [{"type": "text", "text": text}]});
    if is_error {
        result["isError"] = json!(true);
    }
    let message = json!({"jsonrpc": "2.0", "id": 1, "result": result});
    Reply::text(200, "text/event-stream", format!("event: message\ndata: {message}\n\n"))
}

pub(super) fn exa_fails(asked: &Asked, fault: Fault) -> Option<Reply> {
    let is_anonymous = asked.path == "/mcp";
    let error = |status, words: &str| Some(Reply::json(status, &json!({"error": words})));
    match fault {
        Fault::Empty | Fault::NotFound if is_anonymous => Some(spoken("No search results found.", false)),
        Fault::Limit if is_anonymous => Some(spoken("This is the free MCP rate limit.", true)),
        Fault::Quota if is_anonymous => {
            let error = json!({"code": -32000, "message": "This is the free MCP rate limit."});
            Some(Reply::json(200, &json!({"jsonrpc": "2.0", "id": null, "error": error})))
        }
        Fault::Empty | Fault::NotFound => Some(Reply::json(200, &json!({"results": []}))),
        Fault::Quota => error(402, "There are no credits left."),
        Fault::Key => error(401, &format!("Invalid key {}", asked.header("x-api-key").unwrap_or_default())),
        _ => None,
    }
}

pub(super) fn keenable(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    let path = if asked.header("x-api-key").is_some() { "/v1/search" } else { "/v1/search/public" };
    asked.at("POST", path)?;
    let found = pages(asked.text("/query")?, asked.count("max_results", 50)?);
    Ok(Reply::json(200, &json!({"results": rows(&found, ["title", "url", "snippet"])})))
}

pub(super) fn keenable_fails(asked: &Asked, fault: Fault) -> Option<Reply> {
    match fault {
        Fault::Empty | Fault::NotFound => Some(Reply::json(200, &json!({"results": []}))),
        Fault::Key => {
            let words = format!("no such key: {}", asked.header("x-api-key").unwrap_or_default());
            Some(Reply::json(401, &json!({"detail": words})))
        }
        _ => None,
    }
}

pub(super) fn brave(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    asked.at("GET", "/res/v1/web/search")?;
    asked.key_in_header("x-subscription-token", "")?;
    let query = asked.need("q")?;
    let found = rows(&pages(query, asked.count("count", 20)?), ["title", "url", "description"]);
    let mut body = json!({"type": "search", "query": {"original": query}});
    // Without hits there is no part of the web at all.
    if !found.is_empty() {
        body["web"] = json!({"type": "search", "results": found});
    }
    Ok(Reply::json(200, &body))
}

pub(super) fn brave_fails(asked: &Asked, fault: Fault) -> Option<Reply> {
    let error = |status, code: &str, detail: &str| {
        Reply::json(
            status,
            &json!({"type": "ErrorResponse", "error": {"code": code, "detail": detail, "status": status}}),
        )
    };
    let limited = |remaining: &str| {
        let reply = error(429, "RATE_LIMITED", "That is too much for the plan.");
        Some(with(with(reply, "x-ratelimit-remaining", remaining), "x-ratelimit-reset", "1, 86400"))
    };
    match fault {
        Fault::Empty | Fault::NotFound => {
            Some(Reply::json(200, &json!({"type": "search", "query": {"original": "x"}})))
        }
        Fault::Limit => limited("0, 1500"),
        Fault::Quota => limited("1, 0"),
        Fault::Key => {
            let words = format!("The token {} is wrong.", asked.header("x-subscription-token")?);
            Some(error(422, "SUBSCRIPTION_TOKEN_INVALID", &words))
        }
        _ => None,
    }
}

pub(super) fn serper(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    asked.at("POST", "/search")?;
    asked.key_in_header("x-api-key", "")?;
    let query = asked.text("/q")?;
    let found = pages(query, asked.count("num", 100)?);
    let organic = rows(&found, ["title", "link", "snippet"]);
    Ok(Reply::json(200, &json!({"searchParameters": {"q": query}, "organic": organic, "credits": 1})))
}

pub(super) fn serper_fails(_: &Asked, fault: Fault) -> Option<Reply> {
    let message = |status: u16, words: &str| {
        Some(Reply::json(status, &json!({"message": words, "statusCode": status})))
    };
    match fault {
        Fault::Empty | Fault::NotFound => {
            Some(Reply::json(200, &json!({"searchParameters": {"q": "x"}, "organic": []})))
        }
        Fault::Quota => message(400, "Not enough credits"),
        Fault::Key => message(403, "Unauthorized."),
        _ => None,
    }
}

pub(super) fn serpapi(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    asked.at("GET", "/search")?;
    asked.must("engine", "google")?;
    asked.need("api_key")?;
    let found = pages(asked.need("q")?, asked.count("num", 100)?);
    if found.is_empty() {
        return Ok(nothing_of_google());
    }
    let organic = rows(&found, ["title", "link", "snippet"]);
    Ok(Reply::json(200, &json!({"search_metadata": {"status": "Success"}, "organic_results": organic})))
}

/// That there is nothing is an error in a success.
fn nothing_of_google() -> Reply {
    let error = "Google hasn't returned any results for this query.";
    Reply::json(200, &json!({"search_metadata": {"status": "Success"}, "error": error}))
}

pub(super) fn serpapi_fails(asked: &Asked, fault: Fault) -> Option<Reply> {
    let error = |status, words: &str| Some(Reply::json(status, &json!({"error": words})));
    match fault {
        Fault::Empty | Fault::NotFound => Some(nothing_of_google()),
        Fault::Limit => error(429, "Too many searches in this hour."),
        Fault::Quota => error(429, "Your account has run out of searches."),
        Fault::Key => error(401, &format!("Invalid API key {}.", asked.field("api_key").unwrap_or_default())),
        _ => None,
    }
}

pub(super) fn duckduckgo(asked: &Asked) -> Result<Reply, Complaint> {
    asked.at("POST", "/html/")?;
    let as_browsers_do = ["sec-fetch-mode", "sec-fetch-dest", "referer", "accept-language"];
    if !asked.is_browser() || as_browsers_do.iter().any(|name| asked.header(name).is_none()) {
        return Ok(anomaly());
    }
    let block = |found: &Page| {
        let target: String = url::form_urlencoded::byte_serialize(found.url.as_bytes()).collect();
        format!(
            "<div class=\"result results_links web-result\"><h2 class=\"result__title\"><a class=\"result__a\" \
             href=\"//duckduckgo.com/l/?uddg={target}&amp;rut=1\">{}</a></h2><a class=\"result__snippet\" href=\"#\">{}</a></div>",
            found.title,
            found.about.replace('&', "&amp;")
        )
    };
    let blocks: String = pages(asked.need("q")?, 10).iter().map(block).collect();
    Ok(linked(&blocks))
}

fn linked(blocks: &str) -> Reply {
    let ad = "<div class=\"result result--ad\"><a class=\"result__a\" href=\"https://duckduckgo.com/y.js?ad=1\">Buy</a></div>";
    let none = "<div class=\"no-results\">No results.</div>";
    page(&format!(
        "<div id=\"links\" class=\"results\">{}</div>",
        if blocks.is_empty() { none.to_owned() } else { format!("{ad}{blocks}") }
    ))
}

/// Status 202, and a question that only people can answer.
fn anomaly() -> Reply {
    Reply {
        status: 202,
        ..page(
            "<form id=\"challenge-form\"><div class=\"anomaly-modal__title\">Select all ducks</div></form>",
        )
    }
}

pub(super) fn duckduckgo_fails(_: &Asked, fault: Fault) -> Option<Reply> {
    match fault {
        Fault::Empty | Fault::NotFound => Some(linked("")),
        Fault::Challenge | Fault::Limit => Some(anomaly()),
        _ => None,
    }
}
