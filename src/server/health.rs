//! Whether the server lives, and whether a request has somebody to go to.

use std::sync::Arc;

use axum::Extension;
use axum::http::StatusCode;
use axum::response::Json;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::{Gateway, Phase};

/// It answers, so it lives.
pub(super) async fn live() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// Whether requests are wanted here: not while the server stops, and not when there is nobody to ask.
pub(super) async fn ready(Extension(gateway): Extension<Arc<Gateway>>) -> Result<Json<Value>, Refusal> {
    let unready = |message: &str| Refusal::new(StatusCode::SERVICE_UNAVAILABLE, message);
    if *gateway.phase.borrow() != Phase::Open {
        return Err(unready("the server is stopping").code("stopping"));
    }
    let configured = gateway.app.ready_accounts().next().is_some();
    // Where nothing is set up, requests go to the servers of this machine that answer.
    if configured || !gateway.app.local_servers(gateway.router.upstream()).await.is_empty() {
        return Ok(Json(json!({"status": "ok"})));
    }
    Err(unready("no provider is set up").code("no_provider"))
}
