//! The user's own feeds: those of their items that have one of the words.
//!
//! All are asked at once. One that fails is told and does not hold back the others.

use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use jiff::Timestamp;
use reqwest::header::LOCATION;
use url::Url;

use super::{Article, Articles, Question};
use crate::tools::feed;
use crate::tools::http::{Answer, Request};
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::{Trouble, Why};

/// How often a feed may have moved.
const MOST_MOVES: usize = 3;
/// Words that say nothing about an article.
const SMALL_WORDS: &[&str] = &[
    "the", "a", "an", "of", "in", "on", "and", "or", "for", "to", "news", "about", "latest", "today",
    "recent",
];

static CARD: Card = Card {
    id: "feeds",
    name: "your feeds",
    url: "[tools.news] feeds",
    attribution: "",
    warning: None,
    pause: Duration::ZERO,
};

/// The feeds.
#[derive(Debug)]
pub struct Feeds {
    /// The time limit; it has neither a place of its own nor a key.
    pub access: Access,
    /// Their addresses.
    pub addresses: Vec<String>,
}

impl Service<Articles> for Feeds {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn access(&self) -> &Access {
        &self.access
    }

    fn ask<'a>(&'a self, desk: &'a Desk, query: &'a Question) -> BoxFuture<'a, Result<Articles, Trouble>> {
        Box::pin(async move {
            let read = self.addresses.iter().map(|address| self.read(desk, address));
            let read = join_all(read).await;
            merged(&self.addresses, read, query)
        })
    }
}

impl Feeds {
    async fn read(&self, desk: &Desk, address: &str) -> Result<Vec<Article>, Trouble> {
        let mut address = address.to_owned();
        for _ in 0..=MOST_MOVES {
            let request = Request::get(&address)
                .header("accept", "application/rss+xml, application/atom+xml, application/xml, text/xml");
            let answer = self.access.send(desk, &request).await?;
            match moved(&answer, &address)? {
                Some(next) => address = next,
                None => return read(&answer),
            }
        }
        Err(Trouble::shape("it has moved too often"))
    }
}

/// Where a feed has moved to. Only within its own host, and never away from TLS: its owner named this one and no other.
fn moved(answer: &Answer, address: &str) -> Result<Option<String>, Trouble> {
    if !(300..400).contains(&answer.status) {
        return Ok(None);
    }
    let place = answer.headers.get(LOCATION).and_then(|place| place.to_str().ok()).unwrap_or_default();
    let (Ok(here), Ok(there)) = (Url::parse(address), Url::parse(address).and_then(|here| here.join(place)))
    else {
        return Err(Trouble::shape("it has moved, and does not say where"));
    };
    let host = |url: &Url| url.host_str().unwrap_or_default().trim_start_matches("www.").to_owned();
    let stays = host(&here) == host(&there) && here.port() == there.port();
    let is_safe = there.scheme() == "https" || there.scheme() == here.scheme();
    if stays && is_safe {
        return Ok(Some(there.to_string()));
    }
    if answer.trouble("").why == Why::Challenge {
        return Err(Trouble::new(Why::Challenge, ""));
    }
    Err(Trouble::shape(format!("it has moved to {}: set the new address in `feeds`", host(&there))))
}

fn read(answer: &Answer) -> Result<Vec<Article>, Trouble> {
    if answer.is_page() {
        return Err(answer.page());
    }
    if !answer.is_good() {
        return Err(answer.trouble(""));
    }
    let feed = feed::read(&answer.text).map_err(Trouble::shape)?;
    let outlet = Some(feed.title).filter(|title| !title.is_empty());
    let articles = feed.items.into_iter().map(|item| Article {
        title: item.title,
        url: item.link,
        outlet: item.source.or_else(|| outlet.clone()),
        published: item.published,
        summary: item.summary,
    });
    Ok(articles.collect())
}

/// What the feeds have about it. If none can be read, why the first cannot.
fn merged(
    addresses: &[String],
    read: Vec<Result<Vec<Article>, Trouble>>,
    query: &Question,
) -> Result<Articles, Trouble> {
    let mut remarks = Vec::new();
    let (mut articles, mut first) = (Vec::new(), None);
    for (address, read) in addresses.iter().zip(read) {
        match read {
            Ok(some) => articles.extend(some),
            Err(trouble) => {
                let host = Request::get(address).host();
                remarks.push(format!("the feed at {host}: {}", trouble.what()));
                first = first.or(Some(trouble));
            }
        }
    }
    if remarks.len() == addresses.len() {
        return Err(first.unwrap_or_else(|| Trouble::shape("there are no feeds")));
    }
    let wanted = wanted(&query.query);
    articles.retain(|article| wanted.is_empty() || matches(article, &wanted) > 0);
    // Those with most of the words first, and of these the newest.
    let newest = |article: &Article| article.published.unwrap_or(Timestamp::MIN);
    articles.sort_by_key(|article| std::cmp::Reverse((matches(article, &wanted), newest(article))));
    Ok(Articles { remarks, ..Articles::of(articles, query) })
}

fn wanted(query: &str) -> Vec<String> {
    let words = query.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words.filter(|word| word.chars().count() > 1 && !SMALL_WORDS.contains(&word.as_str())).collect()
}

/// How many of the words an article has.
fn matches(article: &Article, wanted: &[String]) -> usize {
    let text = format!("{} {}", article.title, article.summary.as_deref().unwrap_or_default()).to_lowercase();
    let has = |word: &&String| {
        text.match_indices(word.as_str()).any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric))
    };
    wanted.iter().filter(has).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(title: &str, day: &str) -> Article {
        let published = format!("2026-11-{day}T00:00:00Z").parse().ok();
        Article { title: title.into(), url: format!("https://x.y/{day}"), published, ..Article::default() }
    }

    fn ask(query: &str) -> Question {
        Question { query: query.into(), limit: 5 }
    }

    #[test]
    fn items_are_found_by_their_words() {
        let addresses = ["https://a.b/f".to_owned(), "https://c.d/f?key=x".to_owned()];
        let some = vec![article("Ducks", "01"), article("Swans and ducks", "02"), article("Trucks", "03")];
        let found = |query: &str| {
            let read = vec![Ok(some.clone()), Err(Trouble::new(Why::Timeout, ""))];
            merged(&addresses, read, &ask(query)).unwrap()
        };
        let titles = |query: &str| found(query).articles.into_iter().map(|it| it.title).collect::<Vec<_>>();
        assert_eq!(titles("the ducks"), ["Swans and ducks", "Ducks"]);
        assert_eq!(titles("ducks, swans"), ["Swans and ducks", "Ducks"]);
        assert_eq!(titles("latest news").len(), 3);
        assert!(titles("geese").is_empty());
        assert_eq!(found("ducks").remarks, ["the feed at c.d: did not answer in time"]);
        let read = vec![Err(Trouble::shape("x")), Err(Trouble::new(Why::Timeout, ""))];
        assert_eq!(merged(&addresses, read, &ask("ducks")).unwrap_err().why, Why::Shape);
    }

    #[test]
    fn a_feed_may_move_at_home_only() {
        let to =
            |place: &str| moved(&Answer::test(301, &[("location", place)], ""), "https://www.a.b/feed?x=1");
        assert_eq!(to("/atom").unwrap().as_deref(), Some("https://www.a.b/atom"));
        assert_eq!(to("https://a.b/atom").unwrap().as_deref(), Some("https://a.b/atom"));
        for place in
            ["http://a.b/atom", "https://169.254.169.254/", "https://a.b:8443/", "file:///etc/passwd"]
        {
            assert_eq!(to(place).unwrap_err().why, Why::Shape, "{place}");
        }
        assert_eq!(moved(&Answer::test(200, &[], ""), "https://a.b").unwrap(), None);
    }

    #[test]
    fn pages_are_no_feeds() {
        let why = |status, body: &str| read(&Answer::test(status, &[], body)).unwrap_err().why;
        assert_eq!(why(200, "<!doctype html><p>moved"), Why::Shape);
        assert_eq!(why(200, "<html>Just a moment..."), Why::Challenge);
        assert_eq!(why(404, "gone"), Why::Upstream { status: 404 });
    }
}
