//! The stand-in's own endpoints, by which faults are changed and requests are seen from outside.
//!
//! They lie under `/_simulate`, where no provider has anything, and count nowhere.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::fault::FaultSpec;
use super::service;
use super::shared::Shared;

/// Everything that a stand-in serves.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/_simulate", get(about))
        .route("/_simulate/faults", post(inject).delete(clear))
        .route("/_simulate/requests", get(requests))
        .fallback(service::serve)
        .with_state(shared)
}

async fn about(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let faults = shared.schedule().names();
    let limits = shared.settings.limits;
    let running = shared.meter().running();
    Json(json!({
        "provider": shared.dialect.name,
        "name": shared.settings.name,
        "base_url": shared.base_url(),
        "faults": faults,
        "limits": {"rpm": limits.rpm, "tpm": limits.tpm, "concurrency": limits.concurrency},
        "requests": shared.journal().count(),
        "running": running,
    }))
}

/// Takes `{"fault": "503*1"}` or the bare text.
async fn inject(State(shared): State<Arc<Shared>>, body: String) -> Response {
    let parsed: Value = serde_json::from_str(&body).unwrap_or_default();
    let text = parsed.get("fault").and_then(Value::as_str).or(parsed.as_str()).unwrap_or(&body);
    match text.parse::<FaultSpec>() {
        Ok(fault) => {
            shared.schedule().inject(fault);
            Json(json!({"faults": shared.schedule().names()})).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, Json(json!({"error": error.to_string()}))).into_response(),
    }
}

async fn clear(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.schedule().clear();
    Json(json!({"faults": []}))
}

async fn requests(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(shared.journal().entries().map(super::Recorded::redacted).collect())
}
