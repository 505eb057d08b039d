//! The memory that all agents share.

pub mod document;
