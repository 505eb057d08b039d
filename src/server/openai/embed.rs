//! Vectors: `POST /v1/embeddings`.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Json;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::refusal::Refusal;
use super::super::request::{parse, required};
use super::super::visit::Visit;
use super::super::{Gateway, body, embedding};

#[derive(Debug, Deserialize)]
struct EmbedBody {
    model: Option<String>,
    input: Option<Input>,
    encoding_format: Option<String>,
    dimensions: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`input` is a text or an array of texts")]
enum Input {
    One(String),
    Several(Vec<String>),
    Tokens(#[expect(dead_code, reason = "only that it is there is asked")] Vec<Value>),
}

/// Answers a request.
pub(in crate::server) async fn embeddings(
    Extension(gateway): Extension<Arc<Gateway>>,
    Extension(visit): Extension<Arc<Visit>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Refusal> {
    let body: EmbedBody = parse(&body::read(body).await?)?;
    let model = required(body.model)?;
    let texts = match body.input {
        None => return Err(Refusal::of("input", "there is no text")),
        Some(Input::One(text)) => vec![text],
        Some(Input::Several(texts)) => texts,
        Some(Input::Tokens(_)) => {
            let message = "tokens are of one model's vocabulary: send the texts";
            return Err(Refusal::of("input", message).code("unsupported_parameter"));
        }
    };
    let base64 = match body.encoding_format.as_deref() {
        None | Some("float") => false,
        Some("base64") => true,
        Some(other) => return Err(Refusal::of("encoding_format", format!("there is no format `{other}`"))),
    };
    let request = embedding::request("input", texts, body.dimensions, None)?;
    let embedded = embedding::vectors(&gateway, &visit, &headers, &model, request).await?;
    let vector = |vector: Vec<f32>| {
        if !base64 {
            return json!(vector);
        }
        let bytes: Vec<u8> = vector.into_iter().flat_map(f32::to_le_bytes).collect();
        json!(BASE64_STANDARD.encode(bytes))
    };
    let tokens = embedded.embeddings.usage.input_tokens.unwrap_or(0);
    let vectors = embedded.embeddings.vectors.into_iter().enumerate();
    let data: Vec<Value> = vectors
        .map(|(index, numbers)| json!({"object": "embedding", "index": index, "embedding": vector(numbers)}))
        .collect();
    Ok(Json(json!({
        "object": "list",
        "data": data,
        "model": embedded.model.to_string(),
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    })))
}
