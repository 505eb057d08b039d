//! DuckDuckGo's page for browsers without scripts: without a key, and only as long as it takes us for one.
//!
//! More and more it wants to see a person. Its question is told as what it is, and not answered.

use std::time::Duration;

use futures_util::future::BoxFuture;
use url::Url;

use super::{Question, SearchResult, SearchResults};
use crate::tools::http::{Answer, BROWSER, Body, Request};
use crate::tools::reading::{ReadsTokens, cut, folded, tokens};
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why};

/// Longer queries are refused there.
const LONGEST_QUERY: usize = 490;

static CARD: Card = Card {
    id: "duckduckgo",
    name: "DuckDuckGo",
    url: "https://duckduckgo.com",
    attribution: "",
    warning: None,
    pause: Duration::from_secs(2),
};

/// The service.
#[derive(Debug)]
pub struct DuckDuckGo(pub Access);

impl Service<SearchResults> for DuckDuckGo {
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
            let request = request(&self.0.base_url, query);
            read(&self.0.send(desk, &request).await?, query)
        })
    }
}

fn request(base_url: &str, query: &Question) -> Request {
    let form = vec![
        ("q", cut(&query.query, LONGEST_QUERY)),
        ("b", String::new()),
        ("kl", "wt-wt".to_owned()),
        ("df", String::new()),
    ];
    let request = Request { body: Some(Body::Form(form)), ..Request::get(format!("{base_url}/html/")) };
    request
        .header("user-agent", BROWSER)
        .header("accept", "text/html,application/xhtml+xml")
        .header("accept-language", "en-US,en;q=0.7")
        .header("referer", format!("{base_url}/"))
        .header("sec-fetch-dest", "document")
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-user", "?1")
}

fn read(answer: &Answer, query: &Question) -> Result<SearchResults, Trouble> {
    if matches!(answer.status, 303 | 403) {
        return Err(Trouble::new(Why::Challenge, ""));
    }
    if !answer.is_good() {
        return Err(answer.trouble(""));
    }
    let page = tokens(&answer.text, Page::default());
    if page.asks && page.results.is_empty() {
        return Err(Trouble::new(Why::Challenge, ""));
    }
    // Nothing was found only if the page says so itself.
    if page.results.is_empty() && !page.says_none {
        return Err(Trouble::shape("a page without results that does not say that there are none"));
    }
    Ok(SearchResults::of(page.results, query))
}

/// The page as it is read: results are blocks with a linked title and a linked snippet.
#[derive(Default)]
struct Page {
    results: Vec<SearchResult>,
    reads: Option<Part>,
    /// Links within an advertisement are none.
    is_ad: bool,
    asks: bool,
    says_none: bool,
}

#[derive(PartialEq, Eq)]
enum Part {
    Title,
    Snippet,
}

impl ReadsTokens for Page {
    fn opens(&mut self, name: &str, attribute: &dyn Fn(&str) -> Option<String>) {
        let classes = attribute("class").unwrap_or_default();
        let has = |class: &str| classes.split_ascii_whitespace().any(|it| it == class);
        let id = attribute("id").unwrap_or_default();
        self.asks |= classes.contains("anomaly-modal") || id == "challenge-form";
        self.says_none |= has("no-results") || has("no-results__message");
        if name == "div" && has("result") {
            self.is_ad = has("result--ad");
        }
        if name != "a" || self.is_ad {
            return;
        }
        if has("result__a") {
            let url = attribute("href").and_then(|href| target(&href));
            self.reads = url.is_some().then_some(Part::Title);
            self.results.extend(url.map(|url| SearchResult { url, ..SearchResult::default() }));
        } else if has("result__snippet") {
            self.reads = (!self.results.is_empty()).then_some(Part::Snippet);
        }
    }

    fn closes(&mut self, name: &str) {
        if name == "a"
            && self.reads.take().is_some()
            && let Some(result) = self.results.last_mut()
        {
            result.title = folded(&result.title);
            result.snippet = folded(&result.snippet);
        }
    }

    fn characters(&mut self, text: &str) {
        match (&self.reads, self.results.last_mut()) {
            (Some(Part::Title), Some(result)) => result.title.push_str(text),
            (Some(Part::Snippet), Some(result)) => result.snippet.push_str(text),
            _ => {}
        }
    }
}

/// Where a link of the page leads in the end. Advertisements lead nowhere.
fn target(href: &str) -> Option<String> {
    let base = Url::parse("https://duckduckgo.com/").ok()?;
    let url = base.join(href).ok()?;
    let is_theirs =
        url.host_str().is_some_and(|host| host == "duckduckgo.com" || host.ends_with(".duckduckgo.com"));
    if is_theirs && url.path() == "/l/" {
        return url.query_pairs().find(|(name, _)| name == "uddg").map(|(_, target)| target.into_owned());
    }
    (!(is_theirs && url.path() == "/y.js")).then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAGE: &str = r##"<!DOCTYPE html><html><body><div id="links" class="results">
        <div class="result results_links result--ad"><h2><a class="result__a" href="https://duckduckgo.com/y.js?ad=1">Buy ducks</a></h2>
        <a class="result__snippet" href="#">Cheap.</a></div>
        <div class="result results_links web-result"><h2 class="result__title">
        <a rel="nofollow" class="result__a" href="//duckduckgo.com/l/?uddg=https%3A%2F%2Fx.y%2Fa%3Fb%3Dc&amp;rut=1">All
        about <b>ducks</b></a></h2><a class="result__url" href="x">x.y</a>
        <a class="result__snippet" href="x">They &amp; their <b>ponds</b>.</a></div>
        <div class="result web-result"><h2><a class="result__a" href="https://x.y/2">Drakes</a></h2></div></div></body></html>"##;

    fn ask() -> Question {
        Question { query: "ducks".into(), limit: 5 }
    }

    fn why(status: u16, body: &str) -> Why {
        read(&Answer::test(status, &[], body), &ask()).unwrap_err().why
    }

    #[test]
    fn results_are_read() {
        let found = read(&Answer::test(200, &[], PAGE), &ask()).unwrap().results;
        let page = |title: &str, url: &str, snippet: &str| SearchResult {
            title: title.into(),
            url: url.into(),
            snippet: snippet.into(),
            published: None,
        };
        let expected = [
            page("All about ducks", "https://x.y/a?b=c", "They & their ponds."),
            page("Drakes", "https://x.y/2", ""),
        ];
        assert_eq!(found, expected);
        let none = r#"<html><div id="links"><div class="no-results">No results.</div></div>"#;
        assert!(read(&Answer::test(200, &[], none), &ask()).unwrap().results.is_empty());
    }

    #[test]
    fn a_question_for_people_is_no_empty_web() {
        let asks = r#"<html><form id="challenge-form"><div class="anomaly-modal__title">Are you a duck?</div></form></html>"#;
        for status in [200, 202] {
            assert_eq!(why(status, asks), Why::Challenge);
        }
        assert_eq!(why(403, ""), Why::Challenge);
        assert_eq!(why(200, "<html><p>hello"), Why::Shape);
        assert_eq!(why(200, ""), Why::Shape);
        assert_eq!(why(500, ""), Why::Upstream { status: 500 });
        // A page about such questions is not one.
        let about = PAGE.replace("All\n", "anomaly-modal challenge-form ");
        assert_eq!(read(&Answer::test(200, &[], &about), &ask()).unwrap().results.len(), 2);
    }

    proptest! {
        #[test]
        fn no_page_makes_it_panic(
            page in "(<div class='result'>|<a class='result__a' href='//duckduckgo.com/l/[?&=a-z%0-9]{0,9}'>|<a class=result__snippet>|</a>|</div>|<|>|&|\\PC){0,40}",
        ) {
            drop(read(&Answer::test(200, &[], &page), &ask()));
        }
    }
}
