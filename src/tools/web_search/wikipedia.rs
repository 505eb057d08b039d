//! Wikipedia as a search engine: the last one to be asked, and better than none.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Question, SearchResult, SearchResults};
use crate::tools::service::{Access, Card, Desk, Service};
use crate::tools::trouble::Trouble;
use crate::tools::wikipedia::{address, at, read_search, search_request};

static CARD: Card = Card {
    id: "wikipedia",
    name: "Wikipedia",
    url: "https://en.wikipedia.org",
    attribution: "Text of Wikipedia is CC BY-SA 4.0",
    warning: Some("only Wikipedia was searched"),
    pause: Duration::ZERO,
};

/// The service.
#[derive(Debug)]
pub struct WikipediaSearch(pub Access);

impl Service<SearchResults> for WikipediaSearch {
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
            let request = search_request(&at(&self.0.base_url, "en"), &query.query, query.limit);
            let hits = read_search(&self.0.send(desk, &request).await?)?;
            let results = hits.into_iter().map(|hit| SearchResult {
                url: address("en", &hit.title),
                title: hit.title,
                snippet: hit.snippet,
                published: None,
            });
            Ok(SearchResults::of(results, query))
        })
    }
}
