//! Vectors: `embedContent` for one text, `batchEmbedContents` for several.

use serde_json::{Value, json};

use super::super::encode::{in_path, unsupported};
use super::super::vectors::{checked, vector};
use super::super::{Encoded, Target, malformed, trimmed};
use crate::chat::{EmbedRequest, Embeddings, Failure, Purpose, Usage};
use crate::providers::classify::classify_in_band;
use crate::providers::error_body::ErrorBody;

/// Writes a request.
pub(super) fn encode(target: &Target<'_>, request: &EmbedRequest) -> Result<Vec<Encoded>, Failure> {
    let one = |text: &String| {
        let mut one = json!({
            "model": format!("models/{}", target.model.id),
            "content": {"parts": [{"text": text}]},
        });
        match request.purpose {
            Some(Purpose::Query) => one["taskType"] = json!("RETRIEVAL_QUERY"),
            Some(Purpose::Document) => one["taskType"] = json!("RETRIEVAL_DOCUMENT"),
            None => {}
        }
        if let Some(dimensions) = request.dimensions {
            one["outputDimensionality"] = json!(dimensions);
        }
        one
    };
    let (method, body) = match &request.texts[..] {
        [text] => ("embedContent", one(text)),
        texts => {
            let requests: Vec<Value> = texts.iter().map(one).collect();
            ("batchEmbedContents", json!({"requests": requests}))
        }
    };
    let path = format!("/models/{}:{method}", in_path(&target.model.id));
    let body = serde_json::to_vec(&body).map_err(|error| unsupported("content", &error.to_string()))?;
    Ok(vec![Encoded { path, headers: Vec::new(), body, dropped: Vec::new() }])
}

/// Reads an answer to so many texts.
pub(super) fn decode(body: &[u8], texts: usize) -> Result<Embeddings, Failure> {
    let json: Value = serde_json::from_slice(trimmed(body)?)
        .map_err(|error| malformed(format!("not a list of vectors: {error}")))?;
    let list = match (json.get("embedding"), json.get("embeddings").and_then(Value::as_array)) {
        (Some(one), _) => std::slice::from_ref(one),
        (None, Some(list)) => list.as_slice(),
        (None, None) => return Err(classify_in_band(&ErrorBody::from_json(json), jiff::Timestamp::now())),
    };
    let vectors = list.iter().map(|entry| vector(entry.get("values").unwrap_or(&Value::Null)));
    let vectors = checked(vectors.collect::<Result<_, _>>()?, texts)?;
    let tokens = json.pointer("/usageMetadata/promptTokenCount").and_then(Value::as_u64);
    Ok(Embeddings { vectors, model: None, usage: Usage { input_tokens: tokens, ..Usage::default() } })
}
