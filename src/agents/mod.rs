//! Agents: who answers, with which instructions, which tools and which part of the memory.
//!
//! A turn goes from [`prompt`] (what the model is sent) through the router to [`turn`] (what follows from its answer),
//! and [`run`] does what follows: makes calls, asks other agents, hands the conversation on, until there is an answer.
//! [`talk`] puts turns into a conversation that is kept. An agent is a file ([`Definition`]); those that there are are
//! [`Agents`].

mod collection;
pub mod compact;
mod definition;
mod fit;
mod guide;
pub mod history;
mod journal;
mod meaning;
pub mod memory_tools;
mod place;
pub mod prompt;
pub mod run;
mod spending;
pub mod talk;
pub mod turn;

pub use collection::{ASSISTANT, Agents, Shelf, read_file};
pub use definition::{Definition, MemoryUse, Origin, Problem, is_name, normal_name, write, yaml};
pub use journal::{Answered, Journal};
pub use meaning::{CaughtUp, Embedder, Meanings, Searched, Time, Understood};
pub use place::Unheard;
pub use run::{Audience, Cause, Routes, Runner, Terms, TurnEvent, Undone, Work, Worked};
pub use spending::{Budget, Purse, Spent};
