//! Vectors as they stand in answers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::malformed;
use crate::chat::Failure;

/// One vector: numbers, or their bytes in base64 (little-endian, four each).
pub(super) fn vector(value: &Value) -> Result<Vec<f32>, Failure> {
    let numbers: Option<Vec<f32>> = match value {
        #[expect(clippy::cast_possible_truncation, reason = "a vector's numbers need no more digits")]
        Value::Array(numbers) => numbers.iter().map(|number| Some(number.as_f64()? as f32)).collect(),
        Value::String(packed) => STANDARD
            .decode(packed)
            .ok()
            .filter(|bytes| bytes.len().is_multiple_of(4))
            .map(|bytes| unpack(&bytes)),
        _ => None,
    };
    numbers
        .filter(|numbers| !numbers.is_empty() && numbers.iter().all(|number| number.is_finite()))
        .ok_or_else(|| malformed("a vector that is none"))
}

fn unpack(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

/// As many vectors as there were texts, all of one length.
pub(super) fn checked(vectors: Vec<Vec<f32>>, texts: usize) -> Result<Vec<Vec<f32>>, Failure> {
    if vectors.len() != texts {
        return Err(malformed(format!("{} vectors for {texts} texts", vectors.len())));
    }
    if vectors.windows(2).any(|pair| pair[0].len() != pair[1].len()) {
        return Err(malformed("vectors of different lengths"));
    }
    Ok(vectors)
}
