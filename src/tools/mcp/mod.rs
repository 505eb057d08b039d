//! Tools of other programs, by the Model Context Protocol; and ours for them ([`serve`]).
//!
//! A server is somebody else's program. What it calls its tools and what it says of them is for the model to read and was
//! written by a stranger: nobody hears of it before the user has approved it ([`Approvals`]), and what changes later is not
//! used until they have done so again. The tools that agents are offered are the approved ones as they were approved; the
//! server is started ([`Link`]) when one of them is near, in the background, so that nobody waits for one that is dead.

mod answer;
mod approval;
mod child;
mod connection;
mod link;
mod messages;
mod name;
mod offered;
pub mod serve;
mod server;
mod servers;
mod tool;

pub use approval::{Approval, Approvals};
pub use connection::Look;
pub use link::Link;
pub use name::tool_name;
pub use offered::{Listing, Offered};
pub use server::{Server, Way};
pub use servers::Servers;
