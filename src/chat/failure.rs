//! Why an attempt failed. The classes are the contract of the router: each has one verdict there.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Why an attempt failed, in the words that users, JSON and the ledger see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// Too many requests or tokens; soon well again.
    RateLimited,
    /// Out of credit or out of the day's share.
    QuotaExhausted,
    /// The key is missing, wrong or revoked.
    Auth,
    /// The key is good but may not do this.
    Forbidden,
    /// The provider is broken or overloaded.
    Server,
    /// It took too long to connect, to begin, to go on, or in all.
    Timeout,
    /// No connection: name, refusal, reset, TLS.
    Unreachable,
    /// It said yes and then something that is not the protocol, or the model itself failed.
    Malformed,
    /// The answer broke off after it had begun to arrive.
    BrokenStream,
    /// The input does not fit.
    ContextLength,
    /// The provider's filter refused.
    ContentFilter,
    /// No such model or endpoint there.
    NotFound,
    /// It refuses a parameter.
    Unsupported,
    /// The request is wrong.
    BadRequest,
    /// The caller went away.
    Cancelled,
}

impl FailureClass {
    /// The word in JSON, the ledger and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RateLimited => "rate_limited",
            Self::QuotaExhausted => "quota_exhausted",
            Self::Auth => "auth",
            Self::Forbidden => "forbidden",
            Self::Server => "server",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Malformed => "malformed",
            Self::BrokenStream => "broken_stream",
            Self::ContextLength => "context_length",
            Self::ContentFilter => "content_filter",
            Self::NotFound => "not_found",
            Self::Unsupported => "unsupported",
            Self::BadRequest => "bad_request",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One failed attempt: what a provider did, before anybody decides what follows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Why.
    pub class: FailureClass,
    /// The HTTP status, or the one that an in-band error stated.
    pub status: Option<u16>,
    /// What the provider or the network said, one line, bounded, without secrets.
    pub message: String,
    /// How long until it is well again, if it was stated.
    pub reset: Option<Duration>,
    /// The model's window as the provider states it when the input did not fit.
    pub window: Option<u64>,
    /// The parameter that was refused.
    pub param: Option<String>,
    /// Whether a pooled connection had gone stale, so that the request never reached the provider.
    pub stale_connection: bool,
}

impl Failure {
    /// A failure of a class with a message and nothing else known.
    pub fn new(class: FailureClass, message: impl Into<String>) -> Self {
        Self {
            class,
            status: None,
            message: message.into(),
            reset: None,
            window: None,
            param: None,
            stale_connection: false,
        }
    }
}
