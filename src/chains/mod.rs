//! Chains: agents, tools and people wired into a graph.
//!
//! A file ([`mod@read`]) is checked as a whole before anything is asked ([`mod@check`]), which gives a [`Plan`]. A run of it is a
//! pure machine ([`machine`]) with a driver at its rim ([`driver`]): the machine says what is to be begun, the driver has it
//! done ([`Hands`]) and writes down what came of it ([`RunJournal`]) before it tells the machine.

mod check;
mod collection;
pub mod definition;
pub mod driver;
pub mod graph;
mod hands;
pub mod inputs;
mod journal;
pub mod machine;
mod plan;
mod problem;
mod read;
mod schema;
mod step;
mod template;
mod unit;

pub use check::{World, check, strangers};
pub use collection::{Chains, Found, read_file};
pub use definition::Definition;
pub use driver::{Driver, Ended, Limits, Seen, Watch};
pub use hands::{Call, Hands, Progress, Question, Said, Told, Trouble, TroubleKind};
pub use journal::{RunJournal, text_of};
pub use plan::{Node, Plan};
pub use problem::Problem;
pub use read::read;
pub use schema::schema;
pub use unit::{Unit, step_of};
