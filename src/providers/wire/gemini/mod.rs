//! Google's native `generateContent`.
//!
//! A conversation is a list of contents with two roles; calls and results of tools are parts among the text, matched by
//! name. A stream has no terminal marker: each chunk is a whole response, and the one with a finish reason is the last.
//! Thoughts are signed on the part that they led to, and the signature travels back on that part.

mod decode;
mod embed;
mod encode;

use super::{Encoded, EventDecoder, Reply, Target, Wire};
use crate::chat::{ChatRequest, EmbedRequest, Embeddings, Failure};

/// Whose the signatures are.
const WIRE: &str = "gemini";

/// The codec.
#[derive(Debug, Clone, Copy)]
pub struct Gemini;

impl Wire for Gemini {
    fn key_header(&self) -> Option<&'static str> {
        Some("x-goog-api-key")
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
    fn encode_embed(&self, target: &Target<'_>, request: &EmbedRequest) -> Result<Vec<Encoded>, Failure> {
        embed::encode(target, request)
    }

    fn decode_embed(&self, body: &[u8], texts: usize) -> Result<Embeddings, Failure> {
        embed::decode(body, texts)
    }

    fn most_texts(&self) -> usize {
        100
    }
}
