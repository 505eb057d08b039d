//! One request to one model with one key, past everything that is known about its health.
//!
//! It goes the way of every request (router, client, ledger), to one candidate and never on to another: whoever looks
//! closer at one wants to know how that one is now.

use std::sync::Arc;
use std::time::Duration;

use super::{Account, App};
use crate::chat::{ChatRequest, Message, ModelId, Sampling};
use crate::health::Health;
use crate::providers::Model;
use crate::providers::client::Client;
use crate::router::{
    Ask, Completion, Conversation, Delivery, OnBrokenStream, Route, RouteError, Router, Stop,
};
use crate::secret::KeySource;

/// Bounds what it may cost, with room for a model that thinks first.
const MAX_TOKENS: u32 = 4096;
/// One request, and the same without what the provider refuses in it.
const MAX_ATTEMPTS: usize = 3;

/// Who is asked.
pub(super) struct Alone<'a> {
    pub(super) app: &'a App,
    pub(super) client: &'a Arc<Client>,
    pub(super) account: &'a Account,
    pub(super) model: Model,
    pub(super) key: Option<Arc<KeySource>>,
    /// How long one answer may take.
    pub(super) limit: Duration,
}

impl Alone<'_> {
    /// How users write the model.
    pub(super) fn model_id(&self) -> ModelId {
        self.model.model_id()
    }

    /// Asks.
    pub(super) async fn ask<D: Delivery>(
        &self,
        request: &ChatRequest,
        delivery: &mut D,
    ) -> Result<Completion, RouteError> {
        let stop = Stop {
            provider: Arc::clone(&self.account.provider),
            model: Arc::new(self.model.clone()),
            keys: self.key.iter().cloned().collect(),
            weight: 1,
        };
        let route = Route {
            max_attempts: MAX_ATTEMPTS,
            patience: Duration::ZERO, // what fails now is what is to be seen
            on_broken_stream: OnBrokenStream::Fail,
            spoken_tools: false, // what the model itself can do
            ..Route::new(self.model_id().to_string(), vec![stop])
        };
        let ask = Ask {
            id: uuid::Uuid::now_v7().to_string(),
            request,
            route: &route,
            buffered: false,
            deadline: Some(self.limit),
            max_wait: Duration::ZERO,
            conversation: Conversation::default(),
        };
        let observer = Arc::new(self.app.observer());
        Router::new(Arc::clone(self.client), Arc::new(Health::default()), observer).chat(&ask, delivery).await
    }
}

/// A small request, streamed.
pub(super) fn request(messages: Vec<Message>) -> ChatRequest {
    ChatRequest {
        messages,
        sampling: Sampling { max_tokens: Some(MAX_TOKENS), ..Sampling::default() },
        stream: true,
        ..ChatRequest::default()
    }
}
