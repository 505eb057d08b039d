//! What a client may ask for: routes, and the models of the providers that are on.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Json;
use serde_json::{Value, json};

use super::outcome;
use super::refusal::Refusal;
use super::{Gateway, asking};
use crate::app::{AUTO, App};
use crate::chat::ModelId;
use crate::providers::Ability;

/// Who owns a route.
const OURS: &str = "aigw";

/// All of them, the default route first.
pub(super) async fn list(State(gateway): State<Arc<Gateway>>) -> Json<Value> {
    let models = names(&gateway.app);
    let data: Vec<Value> = models.iter().map(|(id, owner)| model(&gateway, id, owner)).collect();
    Json(json!({"object": "list", "data": data}))
}

/// One of them. What is not listed and can be asked for all the same is one, too.
pub(super) async fn show(
    State(gateway): State<Arc<Gateway>>,
    Path(name): Path<String>,
) -> Result<Json<Value>, Refusal> {
    if let Some((id, owner)) = names(&gateway.app).into_iter().find(|(id, _)| *id == name) {
        return Ok(Json(model(&gateway, &id, &owner)));
    }
    let route = asking::resolve(&gateway, &name).await.map_err(outcome::unresolved)?;
    let owner = route.stops.first().map_or(OURS, |stop| stop.provider.id.as_str());
    Ok(Json(model(&gateway, &name, owner)))
}

fn model(gateway: &Gateway, id: &str, owner: &str) -> Value {
    // Nobody says when a model was made, and clients want a number.
    json!({"id": id, "object": "model", "created": gateway.started.as_second(), "owned_by": owner})
}

/// Names and owners.
fn names(app: &App) -> Vec<(String, String)> {
    let values = &app.config.document.values;
    let routes = values.routes.keys().chain(values.aliases.keys()).map(String::as_str);
    let routes = [app.default_route(), AUTO].into_iter().chain(routes);
    let mut all: Vec<(String, String)> = routes.map(|name| (name.to_owned(), OURS.to_owned())).collect();
    for account in app.ready_accounts() {
        let provider = &account.provider.id;
        let default = account.default_model.as_ref().map(|model| ModelId::new(provider, model));
        let listed = app.catalog.models().iter();
        let listed = listed.filter(|model| model.provider == *provider && !model.has(Ability::Embeddings));
        let ids = default.into_iter().chain(listed.map(crate::providers::Model::model_id));
        all.extend(ids.map(|id| (id.to_string(), provider.clone())));
    }
    let mut seen = HashSet::new();
    all.retain(|(id, _)| seen.insert(id.clone()));
    all
}
