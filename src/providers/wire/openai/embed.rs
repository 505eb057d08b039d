//! Vectors: `/embeddings`, and Hugging Face's feature extraction, which is a list of texts in and a list of lists out.

use serde_json::{Value, json};

use super::super::encode::{in_path, unsupported};
use super::super::vectors::{checked, vector};
use super::super::{Encoded, Target, malformed, trimmed};
use crate::chat::{EmbedRequest, Embeddings, Failure, Usage};
use crate::providers::classify::classify_in_band;
use crate::providers::error_body::ErrorBody;
use crate::providers::quirks::EmbeddingsManner;

/// Writes a request.
pub(super) fn encode(target: &Target<'_>, request: &EmbedRequest) -> Result<Vec<Encoded>, Failure> {
    let quirks = &target.provider.quirks;
    let (paths, body) = match quirks.embeddings {
        EmbeddingsManner::Embeddings => {
            let mut body = json!({"model": target.model.id, "input": request.texts});
            if let Some(dimensions) = request.dimensions {
                body[quirks.dimensions.as_deref().unwrap_or("dimensions")] = json!(dimensions);
            }
            (vec!["/embeddings".to_owned()], body)
        }
        EmbeddingsManner::FeatureExtraction if request.dimensions.is_some() => {
            return Err(unsupported("dimensions", "this provider's vectors have the length that they have"));
        }
        EmbeddingsManner::FeatureExtraction => {
            let model = in_path(&target.model.id);
            let body = json!({"inputs": request.texts, "normalize": true});
            (vec![format!("/{model}/pipeline/feature-extraction"), format!("/{model}")], body)
        }
    };
    let body = serde_json::to_vec(&body).map_err(|error| unsupported("input", &error.to_string()))?;
    let way = |path| Encoded { path, headers: Vec::new(), body: body.clone(), dropped: Vec::new() };
    Ok(paths.into_iter().map(way).collect())
}

/// Reads an answer to so many texts.
pub(super) fn decode(body: &[u8], texts: usize) -> Result<Embeddings, Failure> {
    let json: Value = serde_json::from_slice(trimmed(body)?)
        .map_err(|error| malformed(format!("not a list of vectors: {error}")))?;
    if let Value::Array(vectors) = &json {
        let vectors = vectors.iter().map(vector).collect::<Result<_, _>>()?;
        return Ok(Embeddings { vectors: checked(vectors, texts)?, ..Embeddings::default() });
    }
    let Some(data) = json.get("data").and_then(Value::as_array) else {
        return Err(classify_in_band(&ErrorBody::from_json(json), jiff::Timestamp::now()));
    };
    let mut entries = data
        .iter()
        .zip(0..)
        .map(|(entry, place)| {
            let index = entry.get("index").and_then(Value::as_u64).unwrap_or(place);
            Ok((index, vector(entry.get("embedding").unwrap_or(&Value::Null))?))
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    entries.sort_by_key(|(index, _)| *index);
    if entries.iter().zip(0..).any(|((index, _), place)| *index != place) {
        return Err(malformed("the vectors are not numbered from the first to the last"));
    }
    let vectors = checked(entries.into_iter().map(|(_, vector)| vector).collect(), texts)?;
    let usage = Usage {
        input_tokens: json.pointer("/usage/prompt_tokens").and_then(Value::as_u64),
        ..Usage::default()
    };
    let model = json.get("model").and_then(Value::as_str).map(str::to_owned);
    Ok(Embeddings { vectors, model, usage })
}
