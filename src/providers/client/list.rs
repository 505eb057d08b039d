//! Asking a provider what it serves.

use std::time::Duration;

use reqwest::RequestBuilder;
use tokio::time::{Instant, timeout_at};

use super::{Client, redacted};
use crate::chat::Failure;
use crate::providers::access::JSON;
use crate::providers::model_list::{ListedModel, first_query, read};
use crate::providers::reading::Timers;
use crate::providers::response::{MAX_BODY, bounded, refusal, silent};
use crate::providers::{Provider, WireFormat};
use crate::secret::Secret;

/// The most pages that are asked for.
const MAX_PAGES: usize = 20;
/// The most models that are taken.
const MAX_MODELS: usize = 10_000;

/// What a provider says it serves.
#[derive(Debug, Default)]
pub struct Listing {
    /// The models.
    pub models: Vec<ListedModel>,
    /// Whether these are all; of a longer list only the beginning is taken.
    pub whole: bool,
}

impl Client {
    /// The ids of a server's models. The error says what came instead.
    pub async fn list_models(
        &self,
        provider: &Provider,
        key: Option<&Secret>,
        limit: Duration,
    ) -> Result<Vec<String>, Failure> {
        let listing = self.models(provider, key, limit).await?;
        Ok(listing.models.into_iter().map(|model| model.id).collect())
    }

    /// A provider's models with what it says about them, all pages of them within `limit`.
    pub async fn models(
        &self,
        provider: &Provider,
        key: Option<&Secret>,
        limit: Duration,
    ) -> Result<Listing, Failure> {
        let started = Instant::now();
        let deadline = started + limit;
        let mut models = Vec::new();
        let mut query = first_query(provider.wire).to_owned();
        for _ in 0..MAX_PAGES {
            let response =
                match timeout_at(deadline, self.models_request(provider, key, &query)?.send()).await {
                    Err(_) => return Err(silent(started, "no answer")),
                    Ok(Err(error)) => return Err(self.network_failure(error, &provider.base_url, started)),
                    Ok(Ok(response)) => response,
                };
            if !response.status().is_success() {
                return Err(redacted(refusal(response).await, key));
            }
            let timers = Timers { started, idle: limit, first_token: deadline, total: deadline };
            let page = read(provider.wire, &bounded(response, MAX_BODY, timers).await?)?;
            models.extend(page.models);
            match page.next {
                // A page that leads to itself leads nowhere: what comes after it is not to be had.
                Some(next) if next != query && models.len() < MAX_MODELS => query = next,
                next => {
                    let whole = next.is_none() && models.len() <= MAX_MODELS;
                    models.truncate(MAX_MODELS);
                    return Ok(Listing { models, whole });
                }
            }
        }
        Ok(Listing { models, whole: false })
    }

    pub(super) fn models_request(
        &self,
        provider: &Provider,
        key: Option<&Secret>,
        query: &str,
    ) -> Result<RequestBuilder, Failure> {
        let url = format!("{}/models{query}", provider.base_url);
        Ok(self.access(provider, key)?.get(&url, JSON))
    }
}

impl Provider {
    /// Whether it says what it serves. Replicate lists what all the world has published, and most of that does not talk.
    pub fn has_model_list(&self) -> bool {
        self.wire != WireFormat::Replicate && !self.has_model_in_path()
    }

    /// Whether the model's name is in the path of every endpoint: then there is no list beside them.
    pub(super) fn has_model_in_path(&self) -> bool {
        self.quirks.path.as_ref().is_some_and(|path| path.contains("{model}"))
    }
}
