//! x
pub mod chat;
pub mod secret;
pub mod providers;
