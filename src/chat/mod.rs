//! The vocabulary: what a conversation, a request and an answer are, with no I/O and no wire format.
//!
//! Everything above speaks these types; the codecs in [`crate::providers::wire`] translate them to and from what a
//! provider says. Nothing here knows a provider by name.

mod answer;
mod bucket;
mod embedding;
mod estimate;
mod event;
mod failure;
mod message;
mod model_id;
mod request;
mod schema;
mod spoken;
mod tool;
mod toolless;
mod usage;

pub use answer::Answer;
pub use bucket::{Bucket, Unit};
pub use embedding::{EmbedRequest, Embeddings, Purpose};
pub use estimate::{Tokens, estimate_message_tokens, estimate_part_tokens, exact};
pub use event::Event;
pub use failure::{Failure, FailureClass};
pub use message::{Media, Message, Part, Role, Signature, Source};
pub use model_id::{ModelId, ParseModelIdError};
pub use request::{ChatRequest, Effort, Format, Need, Sampling};
pub use schema::{Schema, SchemaError};
pub use spoken::SpokenCalls;
pub use tool::{ToolCall, ToolChoice, ToolSpec};
pub use usage::{FinishReason, Usage, UsageSource};
