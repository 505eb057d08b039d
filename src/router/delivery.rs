//! Where an answer goes, and where requests go: the two ends of the router, as the little that it asks of them.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::{Attempt, Resumed};
use crate::chat::{Embeddings, Event, Failure, FailureClass};
use crate::providers::client::{Call, Client, EmbedCall, Opened};

/// Takes an answer as it comes: a terminal, a pipe, a socket, an agent.
pub trait Delivery: Send {
    /// Takes one event and says whether something of it was written where it cannot be taken back: until then a
    /// failure is nobody's business. Waiting here slows the upstream down, as it should.
    fn event(&mut self, event: &Event) -> impl Future<Output = Result<Written, Gone>> + Send;

    /// Whether it can be shown that what was delivered is void and another answer begins.
    fn restarts(&self) -> bool {
        false
    }

    /// Hears what happens on the way. Nothing of it is part of the answer.
    fn notice(&mut self, notice: &Notice<'_>) -> Result<(), Gone>;
}

/// Whether something of an event was written where it cannot be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It was.
    Yes,
    /// It was not: the event is not shown, or held back.
    No,
}

/// Nobody is there any more to take the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

/// What happens on the way to an answer.
#[derive(Debug)]
pub enum Notice<'a> {
    /// An attempt begins.
    Trying {
        /// Where, as users write it.
        model: String,
    },
    /// An attempt is over and gave no answer.
    Failed(&'a Attempt),
    /// A candidate is waited for. Long waits say so every second.
    Waiting {
        /// For whom.
        model: String,
        /// How long it takes in all.
        span: Duration,
        /// How long it still takes.
        left: Duration,
    },
    /// The rest of an answer that broke is asked for.
    Resuming {
        /// Of whom.
        model: String,
        /// How.
        how: Resumed,
    },
    /// What was delivered so far is void: another answer begins. Only where [`Delivery::restarts`] says that it can be
    /// shown.
    Restarting {
        /// Whose.
        model: String,
    },
    /// Something that was asked for was left out of the request, because the provider refuses it.
    Dropped {
        /// By whom.
        model: String,
        /// What.
        params: &'a [String],
    },
}

/// Sends requests: the HTTP client, or a script in a test.
pub trait Upstream: Send + Sync {
    /// Sends a request and waits until its answer begins.
    fn open(&self, call: Call<'_>) -> impl Future<Output = Result<Opened, Failure>> + Send;

    /// Asks for the vectors of texts; a script that plays answers only has none.
    fn embed(&self, call: EmbedCall<'_>) -> impl Future<Output = Result<Embeddings, Failure>> + Send {
        let message = format!("{} makes no vectors", call.provider.id);
        std::future::ready(Err(Failure::new(FailureClass::Unsupported, message)))
    }
}

impl Upstream for Client {
    async fn open(&self, call: Call<'_>) -> Result<Opened, Failure> {
        Client::open(self, call).await
    }

    async fn embed(&self, call: EmbedCall<'_>) -> Result<Embeddings, Failure> {
        Client::embed(self, call).await
    }
}

impl<U: Upstream> Upstream for Arc<U> {
    async fn open(&self, call: Call<'_>) -> Result<Opened, Failure> {
        U::open(self, call).await
    }

    async fn embed(&self, call: EmbedCall<'_>) -> Result<Embeddings, Failure> {
        U::embed(self, call).await
    }
}
