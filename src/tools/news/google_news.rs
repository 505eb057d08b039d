//! Google News as a feed, without a key, for personal use. Where a consent form is due it sends elsewhere.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Article, Articles, Question};
use crate::tools::feed;
use crate::tools::http::{Answer, Request};
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::Trouble;

static CARD: Card = Card {
    id: "google_news",
    name: "Google News",
    url: "https://news.google.com",
    attribution: "",
    warning: Some("Google's feed is for personal, non-commercial use; its links lead on to the outlets"),
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct GoogleNews(pub Access);

impl Service<Articles> for GoogleNews {
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
    Request::get(format!("{base_url}/rss/search"))
        .with("q", &query.query)
        .with("hl", "en-US")
        .with("gl", "US")
        .with("ceid", "US:en")
        .header("accept", "application/rss+xml, application/xml")
}

fn read(answer: &Answer, query: &Question) -> Result<Articles, Trouble> {
    if answer.is_page() {
        return Err(answer.page());
    }
    if !answer.is_good() {
        return Err(answer.trouble(""));
    }
    let feed = feed::read(&answer.text).map_err(Trouble::shape)?;
    let articles = feed.items.into_iter().map(|item| {
        // The outlet stands at the end of the headline once more; the description is the headline as a link.
        let outlet = item.source.clone();
        let end = outlet.as_ref().map(|outlet| format!(" - {outlet}"));
        let title =
            end.and_then(|end| item.title.strip_suffix(&end).map(str::to_owned)).unwrap_or(item.title);
        Article { title, url: item.link, outlet, published: item.published, summary: None }
    });
    Ok(Articles::of(articles, query))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::trouble::Why;

    fn ask() -> Question {
        Question { query: "ducks".into(), limit: 5 }
    }

    #[test]
    fn outlets_are_told_from_headlines() {
        let body = "<rss><channel><item><title>Ducks - and drakes - The Pond</title><link>https://n.g/1</link>
            <source url='https://p.o'>The Pond</source><pubDate>Thu, 16 Jul 2026 14:15:07 GMT</pubDate></item></channel></rss>";
        let found = read(&Answer::test(200, &[], body), &ask()).unwrap();
        assert_eq!(
            (found.articles[0].title.as_str(), found.articles[0].outlet.as_deref()),
            ("Ducks - and drakes", Some("The Pond"))
        );
        assert!(found.articles[0].published.is_some());
    }

    #[test]
    fn consent_and_nonsense_are_no_news() {
        let why = |status, headers: &[(&'static str, &str)], body: &str| {
            read(&Answer::test(status, headers, body), &ask()).unwrap_err().why
        };
        assert_eq!(why(302, &[("location", "https://consent.google.com/m")], ""), Why::Challenge);
        assert_eq!(why(200, &[], "<html><form action='https://consent.google.com/save'>"), Why::Challenge);
        assert_eq!(why(200, &[], "<html>hello"), Why::Shape);
        assert_eq!(why(200, &[], "{}"), Why::Shape);
        assert_eq!(why(503, &[], ""), Why::Upstream { status: 503 });
        let empty = read(&Answer::test(200, &[], "<rss><channel/></rss>"), &ask()).unwrap();
        assert!(empty.articles.is_empty());
    }
}
