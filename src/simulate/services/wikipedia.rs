//! The encyclopedia, in every language. It has an article about anything, and none about what has `qwzx` in its name.

use serde_json::{Value, json};

use super::super::reply::Reply;
use super::asked::{Asked, Complaint};
use super::{Fault, with};

pub(super) fn play(asked: &Asked) -> Result<Reply, Complaint> {
    // Whoever does not say who asks is turned away.
    if asked.honest().is_err() {
        let words = "Please set a user-agent and respect our robot policy.".to_owned();
        return Ok(Reply::text(403, "text/plain", words));
    }
    // The language may be a part of the path here, where it is one of the host there.
    if asked.method != "GET" || !asked.path.ends_with("/w/api.php") {
        return Err(format!("{} {} is not served", asked.method, asked.path));
    }
    asked.must("action", "query")?;
    asked.must("format", "json")?;
    asked.must("formatversion", "2")?;
    if asked.field("list") == Some("search") {
        let (query, most) = (asked.need("srsearch")?, asked.count("srlimit", 500)?);
        return Ok(found(query, most));
    }
    asked.need("exintro")?;
    asked.need("explaintext")?;
    let title = asked.need("titles")?;
    let mut page = json!({"pageid": 1, "ns": 0, "title": title,
        "extract": format!("{title} is what this article is about.\nIt is made up.")});
    if title.ends_with("(disambiguation)") {
        page["pageprops"] = json!({"disambiguation": ""});
    }
    Ok(Reply::json(200, &json!({"batchcomplete": true, "query": {"pages": [page]}})))
}

fn found(query: &str, most: usize) -> Reply {
    let titles = [query.to_owned(), format!("{query} in art"), format!("{query} (disambiguation)")];
    let hit = |title: &String| {
        json!({"ns": 0, "pageid": 1, "title": title,
            "snippet": format!("About <span class=\"searchmatch\">{query}</span> &amp; others")})
    };
    let known = if query.contains("qwzx") { 0 } else { most };
    let hits: Vec<Value> = titles.iter().take(known).map(hit).collect();
    Reply::json(200, &json!({"batchcomplete": true, "query": {"search": hits}}))
}

pub(super) fn fail(_: &Asked, fault: Fault) -> Option<Reply> {
    match fault {
        Fault::Empty | Fault::NotFound => Some(found("qwzx", 0)),
        Fault::Limit => {
            let error = json!({"code": "ratelimited", "info": "You've exceeded your rate limit."});
            Some(with(Reply::json(200, &json!({"error": error})), "retry-after", "5"))
        }
        _ => None,
    }
}
