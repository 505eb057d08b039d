//! Replicate's predictions.
//!
//! A request creates a prediction, which is then made at its own pace: the reply says where it is, and the answer is
//! read from its events or, where there are none to be had, from its state. What a request may contain is the model's
//! own affair, told in its published schema. There are no tools, no schemas of answers and no finish reasons. What the
//! real one does was learnt from its OpenAPI description and the official clients.

mod decode;
mod encode;
mod input;

use serde_json::Value;

use super::{Encoded, EventDecoder, Reply, Target, Wire};
use crate::chat::{ChatRequest, Failure};
use crate::providers::Model;

/// The codec.
#[derive(Debug, Clone, Copy)]
pub struct Replicate;

impl Wire for Replicate {
    fn description(&self, model: &Model) -> Option<String> {
        input::description(&model.id)
    }

    fn describe(&self, body: &[u8]) -> Result<Value, Failure> {
        input::describe(body)
    }

    fn encode(&self, target: &Target<'_>, request: &ChatRequest) -> Result<Encoded, Failure> {
        encode::encode(target, request)
    }

    fn decode(&self, _target: &Target<'_>, body: &[u8]) -> Result<Reply, Failure> {
        decode::created(body)
    }

    fn decoder(&self, _target: &Target<'_>) -> Box<dyn EventDecoder> {
        Box::new(decode::Prediction::default())
    }
}
