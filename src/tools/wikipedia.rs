//! Wikipedia: the article about something, its beginning as text.
//!
//! Its interface hears who asks, as it demands; errors come with status 200.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ToolError;
use super::http::{Answer as HttpAnswer, Request};
use super::reading::{cut, text};
use super::service::{Access, Card, Desk, Service, Topic, spec, words};
use super::trouble::{Trouble, Why, retry_after};
use crate::chat::ToolSpec;

/// How many articles are looked at.
const HITS: usize = 6;
/// The longest extract, in characters.
const LONGEST_EXTRACT: usize = 8000;

static CARD: Card = Card {
    id: "wikipedia",
    name: "Wikipedia",
    url: "https://www.wikipedia.org",
    attribution: "Text of Wikipedia is CC BY-SA 4.0",
    warning: None,
    pause: Duration::ZERO,
};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// The words.
    pub query: String,
    /// Whose Wikipedia: `en`, `de`, `pt`.
    pub language: String,
}

/// An article.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Its title; empty where there is none.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// Whose Wikipedia it is in.
    pub language: String,
    /// Its beginning, as text.
    pub extract: String,
    /// Whether it only tells apart what has one name.
    pub disambiguation: bool,
    /// Other articles with these words.
    pub others: Vec<String>,
}

/// An article that a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    /// Its title.
    pub(super) title: String,
    /// Where the words stand in it.
    pub(super) snippet: String,
}

impl Topic for Article {
    const TOOL: &'static str = "wikipedia";
    type Query = Question;

    fn spec() -> ToolSpec {
        spec(
            Self::TOOL,
            "Look something up in Wikipedia: the beginning of the best article, and the names of others.",
            "query",
            &json!({
                "query": {"type": "string", "description": "a title or a few words"},
                "language": {"type": "string", "description": "code of the Wikipedia, such as `de`; usually `en`"},
            }),
        )
    }

    fn query(arguments: &Value) -> Result<Question, ToolError> {
        let language = arguments["language"].as_str().unwrap_or_default().trim().to_lowercase();
        // `pt-BR` is written in the one Wikipedia of the language.
        let known = ["zh-yue", "zh-min-nan", "be-tarask", "simple"].contains(&language.as_str());
        let short = language.split(['-', '_']).next().unwrap_or_default();
        let language = if known { language.as_str() } else { short };
        let is_code = (2..=12).contains(&language.len())
            && language.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        let language = match language {
            "" => "en",
            _ if is_code => language,
            _ => return Err(ToolError("`language` is a code such as `en`, `de` or `pt`".to_owned())),
        };
        Ok(Question { query: words(arguments, "query", 250)?, language: language.to_owned() })
    }

    fn is_empty(&self) -> bool {
        self.title.is_empty()
    }

    fn keeps(&self) -> Duration {
        Duration::from_hours(6)
    }

    fn for_model(&self) -> String {
        if self.is_empty() {
            return format!(
                "The {} Wikipedia has no article with these words; others may find one.",
                self.language
            );
        }
        let mut text = format!("{}\n{}\n{}", self.title, self.url, self.extract);
        if self.disambiguation {
            text += "\nThis article only tells apart what has the same name: ask for one of them.";
        }
        if !self.others.is_empty() {
            text = format!("{text}\nOther articles: {}", self.others.join("; "));
        }
        text
    }
}

/// The service.
#[derive(Debug)]
pub struct Wikipedia(pub Access);

impl Service<Article> for Wikipedia {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn access(&self) -> &Access {
        &self.0
    }

    fn ask<'a>(&'a self, desk: &'a Desk, query: &'a Question) -> BoxFuture<'a, Result<Article, Trouble>> {
        Box::pin(async move {
            let base_url = at(&self.0.base_url, &query.language);
            let request = search_request(&base_url, &query.query, HITS);
            let mut hits = read_search(&self.0.send(desk, &request).await?)?.into_iter().map(|hit| hit.title);
            let Some(title) = hits.next() else {
                return Ok(Article { language: query.language.clone(), ..Article::default() });
            };
            let article =
                read_article(&self.0.send(desk, &article_request(&base_url, &title)).await?, query)?;
            Ok(Article { others: hits.collect(), ..article })
        })
    }
}

/// The address of a Wikipedia.
pub(super) fn at(base_url: &str, language: &str) -> String {
    base_url.replace("{language}", language)
}

pub(super) fn search_request(base_url: &str, query: &str, limit: usize) -> Request {
    api(base_url).with("list", "search").with("srsearch", query).with("srlimit", limit)
}

fn article_request(base_url: &str, title: &str) -> Request {
    api(base_url)
        .with("prop", "extracts|pageprops")
        .with("exintro", 1)
        .with("explaintext", 1)
        .with("ppprop", "disambiguation")
        .with("redirects", 1)
        .with("titles", title)
}

fn api(base_url: &str) -> Request {
    Request::get(format!("{base_url}/w/api.php"))
        .with("action", "query")
        .with("format", "json")
        .with("formatversion", 2)
}

fn body(answer: &HttpAnswer) -> Result<Value, Trouble> {
    let said = |body: &Value| text(&body["error"]["info"]).or_else(|| text(&body["detail"]));
    let body = answer.good_json(said)?;
    let error = &body["error"];
    if error.is_object() {
        let said = text(&error["info"]).unwrap_or_default();
        return Err(match error["code"].as_str().unwrap_or_default() {
            "maxlag" | "ratelimited" | "readonly" => {
                Trouble::new(Why::RateLimited { until: retry_after(&answer.headers, answer.at) }, said)
            }
            code if code.starts_with("internal_api_error") => {
                Trouble::new(Why::Upstream { status: answer.status }, said)
            }
            _ => Trouble::new(Why::BadRequest, said),
        });
    }
    Ok(body)
}

pub(super) fn read_search(answer: &HttpAnswer) -> Result<Vec<Hit>, Trouble> {
    let body = body(answer)?;
    let hits = body["query"]["search"].as_array().ok_or_else(|| Trouble::shape("no list of articles"))?;
    let hit = |hit: &Value| {
        Some(Hit { title: text(&hit["title"])?, snippet: text(&hit["snippet"]).unwrap_or_default() })
    };
    Ok(hits.iter().filter_map(hit).collect())
}

fn read_article(answer: &HttpAnswer, query: &Question) -> Result<Article, Trouble> {
    let body = body(answer)?;
    let page = &body["query"]["pages"][0];
    let title = text(&page["title"]).ok_or_else(|| Trouble::shape("no article"))?;
    let extract = page["extract"].as_str().ok_or_else(|| Trouble::shape("an article without text"))?;
    // Paragraphs stay, whatever else is in between goes.
    let lines: Vec<String> =
        extract.lines().map(super::reading::folded).filter(|line| !line.is_empty()).collect();
    Ok(Article {
        url: address(&query.language, &title),
        title,
        language: query.language.clone(),
        extract: cut(&lines.join("\n"), LONGEST_EXTRACT),
        disambiguation: page["pageprops"].get("disambiguation").is_some(),
        others: Vec::new(),
    })
}

/// Where people read an article.
pub(super) fn address(language: &str, title: &str) -> String {
    use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
    const ENCODED: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'#')
        .add(b'%')
        .add(b'<')
        .add(b'>')
        .add(b'?')
        .add(b'`')
        .add(b'{')
        .add(b'}');
    format!(
        "https://{language}.wikipedia.org/wiki/{}",
        utf8_percent_encode(&title.replace(' ', "_"), ENCODED)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEARCH: &str = r#"{"batchcomplete": true, "query": {"search": [
        {"title": "Duck", "snippet": "<span class=\"searchmatch\">Duck</span> is a name &amp; a bird"}, {"title": "Duck (film)"}]}}"#;
    const ARTICLE: &str = r#"{"query": {"pages": [{"pageid": 1, "title": "Duck", "extract": "A duck  is a bird.\n\n\nIt swims.",
        "pageprops": {"disambiguation": ""}}]}}"#;

    fn ask(arguments: &Value) -> Result<Question, ToolError> {
        Article::query(arguments)
    }

    fn answer(status: u16, body: &str) -> HttpAnswer {
        HttpAnswer::test(status, &[], body)
    }

    #[test]
    fn languages_as_models_write_them() {
        let language = |code: &str| ask(&json!({"query": "x", "language": code})).map(|query| query.language);
        assert_eq!(language("").unwrap(), "en");
        assert_eq!(language("DE ").unwrap(), "de");
        assert_eq!(language("pt-BR").unwrap(), "pt");
        assert_eq!(language("simple").unwrap(), "simple");
        for wrong in ["x", "en.evil.org/", "../", "ä"] {
            assert!(language(wrong).is_err(), "{wrong}");
        }
        assert_eq!(at("https://{language}.wikipedia.org", "de"), "https://de.wikipedia.org");
        assert_eq!(address("en", "C++ (language)?"), "https://en.wikipedia.org/wiki/C++_(language)%3F");
    }

    #[test]
    fn articles_are_read() {
        let hits = read_search(&answer(200, SEARCH)).unwrap();
        assert_eq!((hits.len(), hits[0].snippet.as_str()), (2, "Duck is a name & a bird"));
        let query = ask(&json!({"query": "duck"})).unwrap();
        let article = Article {
            others: vec!["Duck (film)".into()],
            ..read_article(&answer(200, ARTICLE), &query).unwrap()
        };
        assert_eq!(
            article.for_model(),
            "Duck\nhttps://en.wikipedia.org/wiki/Duck\nA duck is a bird.\nIt swims.\nThis article only tells apart what has \
             the same name: ask for one of them.\nOther articles: Duck (film)"
        );
        assert!(Article::default().is_empty());
    }

    #[test]
    fn errors_come_with_200() {
        let why = |status, body: &str| read_search(&answer(status, body)).unwrap_err().why;
        let error = |code: &str| format!(r#"{{"error": {{"code": "{code}", "info": "x"}}}}"#);
        assert_eq!(why(200, &error("maxlag")), Why::RateLimited { until: None });
        assert_eq!(why(200, &error("internal_api_error_DBQueryError")), Why::Upstream { status: 200 });
        assert_eq!(why(200, &error("badvalue")), Why::BadRequest);
        assert_eq!(why(200, "{}"), Why::Shape);
        assert_eq!(why(429, "Too many"), Why::RateLimited { until: None });
        let refused = HttpAnswer { keyed: false, ..answer(403, "Please set a user-agent") };
        assert_eq!(
            read_search(&refused).unwrap_err().what(),
            "wants to see a person and no program (Please set a user-agent)"
        );
    }
}
