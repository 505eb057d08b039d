//! Anthropic's messages.
//!
//! Other than in OpenAI's dialect, content is a list of blocks in both directions, system text stands beside the
//! conversation, the output limit must be stated, and an answer in pieces opens and closes each block. Thoughts are signed:
//! in a conversation with tools they go back unchanged.

mod decode;
mod encode;
mod schema;

use super::{Encoded, EventDecoder, Reply, Target, Wire};
use crate::chat::{ChatRequest, Failure};

/// Whose the signatures are.
const WIRE: &str = "anthropic";

/// The codec.
#[derive(Debug, Clone, Copy)]
pub struct Anthropic;

impl Wire for Anthropic {
    fn key_header(&self) -> Option<&'static str> {
        Some("x-api-key")
    }

    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[("anthropic-version", "2023-06-01")]
    }

    fn encode(&self, target: &Target<'_>, request: &ChatRequest) -> Result<Encoded, Failure> {
        encode::encode(target, request)
    }

    fn decode(&self, _target: &Target<'_>, body: &[u8]) -> Result<Reply, Failure> {
        decode::whole(body).map(Reply::Whole)
    }

    fn decoder(&self, _target: &Target<'_>) -> Box<dyn EventDecoder> {
        Box::new(decode::Decoder::default())
    }
}
