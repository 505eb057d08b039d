//! Vectors: `:embedContent` and `:batchEmbedContents`.

use axum::body::Body;
use axum::http::{HeaderMap, Response};
use axum::response::{IntoResponse, Json};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::refusal::Refusal;
use super::super::request::parse;
use super::super::visit::Visit;
use super::super::{Gateway, embedding};
use super::content::ContentBody;
use crate::chat::Purpose;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OneBody {
    #[serde(default)]
    content: ContentBody,
    #[serde(alias = "task_type")]
    task_type: Option<String>,
    #[serde(alias = "output_dimensionality")]
    output_dimensionality: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct SeveralBody {
    #[serde(default)]
    requests: Vec<OneBody>,
}

/// One text.
pub(super) async fn one(
    gateway: &Gateway,
    visit: &Visit,
    headers: &HeaderMap,
    model: &str,
    bytes: &[u8],
) -> Result<Response<Body>, Refusal> {
    let vectors = vectors(gateway, visit, headers, model, vec![parse(bytes)?]).await?;
    let first = vectors.into_iter().next().unwrap_or_default();
    Ok(Json(json!({"embedding": first})).into_response())
}

/// Several texts.
pub(super) async fn several(
    gateway: &Gateway,
    visit: &Visit,
    headers: &HeaderMap,
    model: &str,
    bytes: &[u8],
) -> Result<Response<Body>, Refusal> {
    let SeveralBody { requests } = parse(bytes)?;
    Ok(Json(json!({"embeddings": vectors(gateway, visit, headers, model, requests).await?})).into_response())
}

async fn vectors(
    gateway: &Gateway,
    visit: &Visit,
    headers: &HeaderMap,
    model: &str,
    bodies: Vec<OneBody>,
) -> Result<Vec<Value>, Refusal> {
    let dimensions = bodies.first().and_then(|body| body.output_dimensionality);
    if bodies.iter().any(|body| body.output_dimensionality != dimensions) {
        return Err(Refusal::of("outputDimensionality", "all texts of a request have vectors of one length"));
    }
    let purpose = bodies.first().and_then(|body| match body.task_type.as_deref() {
        Some("RETRIEVAL_QUERY" | "QUESTION_ANSWERING" | "CODE_RETRIEVAL_QUERY") => Some(Purpose::Query),
        Some("RETRIEVAL_DOCUMENT") => Some(Purpose::Document),
        _ => None,
    });
    let texts = bodies.into_iter().map(|body| body.content.into_text("content"));
    let request = embedding::request("content", texts.collect::<Result<_, _>>()?, dimensions, purpose)?;
    let embedded = embedding::vectors(gateway, visit, headers, model, request).await?;
    Ok(embedded.embeddings.vectors.into_iter().map(|vector| json!({"values": vector})).collect())
}
