//! Where an answer goes, and where requests go: the two ends of the router, as the little that it asks of them.

use std::future::Future;
use std::time::Duration;

use super::Attempt;
use crate::chat::{Event, Failure};
use crate::providers::client::{Call, Client, Opened};

/// Takes an answer as it comes: a terminal, a pipe, a socket, an agent.
pub trait Delivery: Send {
    /// Delivers one event. What was delivered cannot be taken back, so this is called only for what will stand.
    /// Waiting here slows the upstream down, as it should.
    fn event(&mut self, event: &Event) -> impl Future<Output = Result<(), Gone>> + Send;

    /// Hears what happens on the way. Nothing of it is part of the answer.
    fn notice(&mut self, notice: &Notice<'_>);
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
    /// A preferred candidate is waited for.
    Waiting {
        /// For whom.
        model: String,
        /// How long.
        span: Duration,
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
}

impl Upstream for Client {
    async fn open(&self, call: Call<'_>) -> Result<Opened, Failure> {
        Client::open(self, call).await
    }
}
