//! OpenAI's chat completions, as the many who speak them really do.
//!
//! [`encode`] writes requests, [`decode`] reads answers; [`chunk`] has the shapes on the wire, [`calls`] puts tool
//! calls together. What differs between providers is either a quirk in the catalogue (how to write) or tolerance (how
//! to read): the reader takes every variant that has been seen, from anyone.

mod calls;
mod chunk;
mod decode;
mod embed;
mod encode;
mod strict;

use super::{Encoded, EventDecoder, Reply, Target, Wire};
use crate::chat::{ChatRequest, EmbedRequest, Embeddings, Failure};

/// The codec.
#[derive(Debug, Clone, Copy)]
pub struct OpenAi;

impl Wire for OpenAi {
    fn encode(&self, target: &Target<'_>, request: &ChatRequest) -> Result<Encoded, Failure> {
        encode::encode(target, request)
    }

    fn decode(&self, target: &Target<'_>, body: &[u8]) -> Result<Reply, Failure> {
        decode::whole(target, body).map(Reply::Whole)
    }

    fn decoder(&self, target: &Target<'_>) -> Box<dyn EventDecoder> {
        Box::new(decode::Decoder::new(target.provider.quirks.inline_think))
    }
    fn encode_embed(&self, target: &Target<'_>, request: &EmbedRequest) -> Result<Vec<Encoded>, Failure> {
        embed::encode(target, request)
    }

    fn decode_embed(&self, body: &[u8], texts: usize) -> Result<Embeddings, Failure> {
        embed::decode(body, texts)
    }
}
