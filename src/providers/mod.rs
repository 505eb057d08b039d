//! Upstream accounts: what is known about them, how to speak to them, and what they answer.
//!
//! A provider is a row of data ([`catalog`], merged with the user's settings into a [`Provider`]); a protocol is code
//! ([`wire`]). [`client`] is the one place where a request leaves the machine; it knows sockets and timers and nothing
//! of any protocol. Everything else here is pure: bytes in, values out.

use std::time::Duration;

mod access;
mod buckets;
pub mod catalog;
mod classify;
pub mod client;
mod error_body;
mod making;
mod model_list;
pub mod quirks;
mod reading;
pub mod reset;
mod response;
pub mod sse;
mod tls;
pub mod wire;

pub use catalog::{Ability, Billing, Catalog, Model, WireFormat};
pub use classify::classify;
pub use client::is_loopback;
pub use error_body::one_line;
pub use model_list::ListedModel;
pub use quirks::Quirks;
pub use tls::{check_roots, config as tls_config};

/// A provider as requests see it: its row and the user's settings in one. Its keys are not part of it.
#[derive(Debug, Clone)]
pub struct Provider {
    /// What users type.
    pub id: String,
    /// The wire format that it speaks.
    pub wire: WireFormat,
    /// All that stands before the path of an endpoint, without a slash at the end.
    pub base_url: String,
    /// Constant headers.
    pub headers: Vec<(String, String)>,
    /// Where it departs from its wire format.
    pub quirks: Quirks,
    /// How long it may take.
    pub timeouts: Timeouts,
    /// Who pays.
    pub billing: Billing,
}

/// How long a provider may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// To connect.
    pub connect: Duration,
    /// From the request to the first token.
    pub first_token: Duration,
    /// From one event to the next.
    pub idle: Duration,
    /// For all of it.
    pub total: Duration,
}

impl Timeouts {
    /// What holds where nothing else is set.
    pub const DEFAULT: Self = Self {
        connect: Duration::from_secs(5),
        first_token: Duration::from_secs(10),
        idle: Duration::from_secs(20),
        total: Duration::from_mins(5),
    };
}

impl Provider {
    /// How long a model of this provider may take. One that thinks where nobody sees it may be silent for longer.
    pub fn timeouts_for(&self, model: &Model) -> Timeouts {
        let factor = if self.quirks.hidden_thoughts && model.has(Ability::Reasoning) { 3 } else { 1 };
        let usual = self.timeouts;
        Timeouts { first_token: (usual.first_token * factor).min(usual.total), ..usual }
    }
}
