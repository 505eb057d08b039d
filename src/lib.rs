//! `aigw`: answers from language models that survive their providers.
//!
//! The library exists for the binary and its tests; it makes no promise of stability to anyone else.
//!
//! # The life of a request
//!
//! A request is a line through the house. A front end ([`cli`]) turns what was typed into a [`chat::ChatRequest`], and
//! [`app`] what was meant by `-m` into a [`router::Route`]. The router plans who may be asked
//! ([`router::plan`]), and asks one after the other: the codec of the provider's wire format
//! ([`providers::wire`]) writes the request, the one HTTP client ([`providers::client`]) sends it and reads the answer
//! under its timers, [`providers::sse`] cuts the bytes into events, and the codec reads them as [`chat::Event`]s, which
//! the router delivers to the front end. When an attempt fails, its class ([`chat::FailureClass`]) decides what follows;
//! [`health`] remembers it, [`ledger`] records it, and the next candidate has its turn.
//!
//! # Who may know whom
//!
//! A module imports only what stands below it in this list: `cli` → `drill` → `server`, `repl` and `simulate` (front ends) → `app`
//! (the composition root, which sees all) → `chains` → `agents` → `router` → `providers`, `health` → `chat`; `ledger` → `store`, `chat`; `memory` → `store`,
//! `chat`, `document`; `tools` → `chat`, `store`, `document`, `safe_text`; `ui` → `safe_text`. `config`, `store`, `document`, `safe_text` and
//! `chat` know nobody; `secret` and `telemetry` are open to all. Of the front ends only `cli` and the
//! `drill`, which plays with them, know the others. Nothing below the front ends prints. A test holds this list against
//! the imports.

pub mod agents;
pub mod app;
pub mod chains;
pub mod chat;
pub mod cli;
pub mod config;
pub mod document;
pub mod drill;
pub mod health;
pub mod ledger;
pub mod memory;
pub mod providers;
pub mod repl;
pub mod router;
pub mod safe_text;
pub mod secret;
pub mod server;
pub mod simulate;
pub mod store;
pub mod telemetry;
pub mod tools;
pub mod ui;
