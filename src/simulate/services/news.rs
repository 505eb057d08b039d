//! Those who know what is written. They know two articles about anything, except about what has `qwzx` in its name.

use serde_json::{Value, json};

use super::super::reply::Reply;
use super::asked::{Asked, Complaint};
use super::{Fault, page, with};

/// Nobody writes about this.
const UNHEARD_OF: &str = "qwzx";

/// The articles about something: headline, address.
fn articles(about: &str) -> Vec<(String, String)> {
    if about.contains(UNHEARD_OF) {
        return Vec::new();
    }
    ["returns to the pond", "and what it means"]
        .iter()
        .enumerate()
        .map(|(index, what)| (format!("{about} {what}"), format!("https://news.example.org/{}", index + 1)))
        .collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn xml(text: String) -> Reply {
    Reply::text(200, "application/xml; charset=utf-8", text)
}

pub(super) fn feeds(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    match asked.path.as_str() {
        "/pond.rss" => Ok(pond(
            "<item><title>Ducks &amp; drakes</title><link>https://pond.example.org/1</link>\
            <pubDate>Sun, 22 Nov 2026 09:00:00 GMT</pubDate><description>&lt;p&gt;Many of them.&lt;/p&gt;</description></item>\
            <item><title>Water</title><link>https://pond.example.org/2</link></item>",
        )),
        "/lake.atom" => {
            Ok(xml("<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>The Lake</title>\
            <entry><title>Ducks ahead</title><link href='https://lake.example.org/1'/><id>urn:1</id>\
            <updated>2026-11-21T09:00:00Z</updated><summary>They come.</summary></entry></feed>"
                .to_owned()))
        }
        "/moved.rss" => {
            Ok(with(Reply::text(301, "text/plain", String::new()), "location", "/feeds/pond.rss"))
        }
        other => Err(format!("{other} is not served")),
    }
}

fn pond(items: &str) -> Reply {
    xml(format!(
        "<?xml version='1.0'?><rss version='2.0'><channel><title>The Pond</title>{items}</channel></rss>"
    ))
}

pub(super) fn feeds_fail(_: &Asked, fault: Fault) -> Option<Reply> {
    (fault == Fault::Empty).then(|| pond(""))
}

pub(super) fn google_news(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    asked.at("GET", "/rss/search")?;
    for name in ["hl", "gl", "ceid"] {
        asked.need(name)?;
    }
    Ok(google(&articles(asked.need("q")?)))
}

fn google(articles: &[(String, String)]) -> Reply {
    let item = |(title, _): &(String, String)| {
        let title = escaped(title);
        format!(
            "<item><title>{title} - The Pond</title><link>https://news.google.com/rss/articles/{}?oc=5</link>\
             <pubDate>Sun, 22 Nov 2026 11:00:00 GMT</pubDate><description>&lt;a href=\"x\"&gt;{title}&lt;/a&gt;</description>\
             <source url=\"https://pond.example.org\">The Pond</source></item>",
            title.len()
        )
    };
    let items: String = articles.iter().map(item).collect();
    xml(format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News</title>{items}</channel></rss>"
    ))
}

pub(super) fn google_news_fails(_: &Asked, fault: Fault) -> Option<Reply> {
    match fault {
        Fault::Empty | Fault::NotFound => Some(google(&[])),
        Fault::Challenge => {
            Some(page("<form action='https://consent.google.com/save'>Before you go on</form>"))
        }
        _ => None,
    }
}

pub(super) fn gdelt(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    asked.at("GET", "/api/v2/doc/doc")?;
    asked.must("mode", "artlist")?;
    asked.must("format", "json")?;
    asked.count("maxrecords", 250)?;
    let query = asked.need("query")?;
    if query.contains(['(', ')']) {
        return Ok(Reply::text(
            200,
            "text/html",
            "Parentheses may only be used around OR'd statements.".to_owned(),
        ));
    }
    let articles: Vec<Value> = articles(query)
        .into_iter()
        .map(|(title, url)| {
            json!({"title": title, "url": url, "domain": "news.example.org", "seendate": "20261122T110000Z",
                "language": "English"})
        })
        .collect();
    Ok(Reply::json(200, &if articles.is_empty() { json!({}) } else { json!({"articles": articles}) }))
}

pub(super) fn gdelt_fails(_: &Asked, fault: Fault) -> Option<Reply> {
    match fault {
        Fault::Empty | Fault::NotFound => Some(Reply::json(200, &json!({}))),
        Fault::Limit => {
            let words = "Please limit requests to one every 5 seconds.".to_owned();
            Some(Reply::text(200, "text/plain", words))
        }
        _ => None,
    }
}

pub(super) fn hacker_news(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    asked.at("GET", "/api/v1/search_by_date")?;
    asked.need("tags")?;
    let most = asked.count("hitsPerPage", 1000)?;
    let hits: Vec<Value> = articles(asked.need("query")?)
        .into_iter()
        .take(most)
        .map(|(title, url)| {
            json!({"objectID": "7", "title": title, "url": url, "points": 12, "num_comments": 3,
                "created_at": "2026-11-22T11:00:00Z"})
        })
        .collect();
    Ok(Reply::json(200, &json!({"nbHits": hits.len(), "hits": hits})))
}

pub(super) fn hacker_news_fails(_: &Asked, fault: Fault) -> Option<Reply> {
    let nothing = || Reply::json(200, &json!({"hits": [], "nbHits": 0}));
    matches!(fault, Fault::Empty | Fault::NotFound).then(nothing)
}

pub(super) fn newsapi(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    asked.at("GET", "/v2/everything")?;
    asked.key_in_header("x-api-key", "")?;
    let most = asked.count("pageSize", 100)?;
    Ok(listed(asked.need("q")?, most))
}

fn listed(about: &str, most: usize) -> Reply {
    let articles: Vec<Value> = articles(about)
        .into_iter()
        .take(most)
        .map(|(title, url)| {
            json!({"title": title, "url": url, "description": "Many of them.", "publishedAt": "2026-11-21T10:00:00Z",
                "source": {"name": "The Pond"}})
        })
        .collect();
    Reply::json(200, &json!({"status": "ok", "totalResults": articles.len(), "articles": articles}))
}

pub(super) fn newsapi_fails(asked: &Asked, fault: Fault) -> Option<Reply> {
    let error = |status, code: &str, message: &str| {
        Some(Reply::json(status, &json!({"status": "error", "code": code, "message": message})))
    };
    match fault {
        Fault::Empty | Fault::NotFound => Some(listed(UNHEARD_OF, 1)),
        Fault::Limit => error(429, "rateLimited", "50 requests in 12 hours are allowed."),
        Fault::Quota => error(429, "apiKeyExhausted", "There are no more requests."),
        Fault::Key => {
            error(401, "apiKeyInvalid", &format!("Your key {} is wrong.", asked.header("x-api-key")?))
        }
        _ => None,
    }
}

pub(super) fn gnews(asked: &Asked) -> Result<Reply, Complaint> {
    asked.honest()?;
    asked.at("GET", "/api/v4/search")?;
    asked.key_in_header("x-api-key", "")?;
    let most = asked.count("max", 10)?;
    Ok(listed(asked.need("q")?, most))
}

pub(super) fn gnews_fails(asked: &Asked, fault: Fault) -> Option<Reply> {
    let error = |status, words: String| Some(Reply::json(status, &json!({"errors": [words]})));
    match fault {
        Fault::Empty | Fault::NotFound => Some(listed(UNHEARD_OF, 1)),
        Fault::Quota => error(403, "You have reached your request limit for today.".to_owned()),
        Fault::Key => error(401, format!("The API key {} is wrong.", asked.header("x-api-key")?)),
        _ => None,
    }
}
