//! x
pub mod chat;
pub mod secret;
pub mod config;
pub mod health;
pub mod ledger;
pub mod providers;
pub mod router;
pub mod store;
