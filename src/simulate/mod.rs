//! Stand-ins for providers of language models, for rehearsals and tests.
//!
//! Each [`Stand`] listens on a loopback socket of its own and speaks as one provider does: its paths,
//! bodies, headers, streams, limits and refusals. On demand it fails in the ways that real ones do, so
//! that a user can see what the failover does about it before a provider does it in earnest, and so
//! that the tests of this project need no network.
//!
//! A request passes through [`service`]: the schedule of faults, the key, the wire's strictness, the
//! limits, the model. The answer leaves through [`delivery`], where faults of the transport happen. A
//! new protocol is one more implementation of [`wire::Wire`]; a new provider of a known protocol is a
//! table in `dialects.toml`.

mod anthropic;
mod control;
mod delivery;
mod dialect;
mod fault;
mod gemini;
mod ids;
mod journal;
mod limit;
mod model;
mod openai;
mod replicate;
mod reply;
mod schedule;
mod seal;
mod service;
pub mod services;
mod shared;
mod stand;
mod template;
mod wire;

#[cfg(test)]
mod tests;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

pub use fault::{Fault, FaultSpec, ParseFaultError};
pub use journal::Recorded;
pub use limit::Limits;
pub use model::{Manner, ParseMannerError};
pub use stand::{Stand, StartError};

/// How fast tokens come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// Before the first token.
    pub first_token: Duration,
    /// Between two tokens.
    pub between: Duration,
}

/// What a stand-in is to be like.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The provider's name, as in [`providers`].
    pub provider: String,
    /// Where to listen; port 0 takes any that is free.
    pub addr: SocketAddr,
    /// Faults from the start.
    pub faults: Vec<FaultSpec>,
    /// Limits that are enforced.
    pub limits: Limits,
    /// How fast it answers.
    pub pace: Pace,
    /// How it takes up an answer that was begun elsewhere.
    pub manner: Manner,
    /// A tag that appears in its answers, so that two stand-ins for one provider can be told apart.
    pub name: Option<String>,
}

impl Settings {
    /// A faultless stand-in on any free loopback port, without limits or pauses.
    pub fn new(provider: &str) -> Self {
        Self {
            provider: provider.to_owned(),
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            faults: Vec::new(),
            limits: Limits::default(),
            pace: Pace::default(),
            manner: Manner::default(),
            name: None,
        }
    }
}

/// The providers that can be stood in for, in the order of the catalogue.
pub fn providers() -> Vec<&'static str> {
    dialect::all().unwrap_or_default().iter().map(|dialect| dialect.name.as_str()).collect()
}
