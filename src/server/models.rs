//! What a client may ask for: routes, and the models of the providers that are on.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Json;
use serde_json::{Value, json};

use super::dialect::Dialect;
use super::outcome;
use super::refusal::Refusal;
use super::visit::Visit;
use super::{Gateway, asking};
use crate::app::{AUTO, App};
use crate::chat::ModelId;
use crate::providers::Ability;

/// Who owns a route.
const OURS: &str = "aigw";

/// All of them, the default route first.
pub(super) async fn list(
    Extension(gateway): Extension<Arc<Gateway>>,
    Extension(visit): Extension<Arc<Visit>>,
    headers: HeaderMap,
) -> Json<Value> {
    let models = allowed(&gateway, &visit);
    Json(match Dialect::by_headers(&headers) {
        Dialect::OpenAi => {
            let data: Vec<Value> = models.iter().map(|(id, owner)| model(&gateway, id, owner)).collect();
            json!({"object": "list", "data": data})
        }
        Dialect::Anthropic => {
            let data: Vec<Value> = models.iter().map(|(id, _)| for_anthropic(&gateway, id)).collect();
            let end = |model: Option<&(String, String)>| model.map(|(id, _)| id.clone());
            let (first, last) = (end(models.first()), end(models.last()));
            json!({"data": data, "has_more": false, "first_id": first, "last_id": last})
        }
        Dialect::Gemini => gemini_list(&gateway, &models),
    })
}

/// One of them.
pub(super) async fn show(
    Extension(gateway): Extension<Arc<Gateway>>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let (id, owner) = found(&gateway, name).await?;
    Ok(Json(match Dialect::by_headers(&headers) {
        Dialect::OpenAi => model(&gateway, &id, &owner),
        Dialect::Anthropic => for_anthropic(&gateway, &id),
        Dialect::Gemini => for_gemini(&gateway, &id),
    }))
}

/// All of them, in Gemini's words.
pub(super) async fn listed_for_gemini(
    Extension(gateway): Extension<Arc<Gateway>>,
    Extension(visit): Extension<Arc<Visit>>,
) -> Json<Value> {
    Json(gemini_list(&gateway, &allowed(&gateway, &visit)))
}

/// One of them, in Gemini's words.
pub(super) async fn shown_to_gemini(
    Extension(gateway): Extension<Arc<Gateway>>,
    Path(name): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let (id, _) = found(&gateway, name).await?;
    Ok(Json(for_gemini(&gateway, &id)))
}

/// The names that a client may use.
fn allowed(gateway: &Gateway, visit: &Visit) -> Vec<(String, String)> {
    let mut names = names(&gateway.app);
    if let Some(holder) = visit.holder() {
        names.retain(|(name, _)| holder.may_name(name));
    }
    names
}

/// A model and its owner. What is not listed and can be asked for all the same is one, too.
async fn found(gateway: &Gateway, name: String) -> Result<(String, String), Refusal> {
    if let Some(found) = names(&gateway.app).into_iter().find(|(id, _)| *id == name) {
        return Ok(found);
    }
    let route = asking::resolve(gateway, &name).await.map_err(outcome::unresolved)?;
    let owner = route.stops.first().map_or(OURS, |stop| stop.provider.id.as_str());
    let owner = owner.to_owned();
    Ok((name, owner))
}

fn gemini_list(gateway: &Gateway, models: &[(String, String)]) -> Value {
    let models: Vec<Value> = models.iter().map(|(id, _)| for_gemini(gateway, id)).collect();
    json!({"models": models})
}

fn for_anthropic(gateway: &Gateway, id: &str) -> Value {
    let created = gateway.started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    json!({"type": "model", "id": id, "display_name": id, "created_at": created})
}

fn for_gemini(gateway: &Gateway, id: &str) -> Value {
    let methods = ["generateContent", "streamGenerateContent", "countTokens", "embedContent"];
    let mut value = json!({
        "name": format!("models/{id}"), "version": "1", "displayName": id, "supportedGenerationMethods": methods
    });
    let limits = id.parse().ok().map(|id: ModelId| gateway.app.catalog.model(&id));
    let limits = limits.map(|model| (model.window, model.max_output)).unwrap_or_default();
    for (field, limit) in [("inputTokenLimit", limits.0), ("outputTokenLimit", limits.1)] {
        if let Some(limit) = limit {
            value[field] = json!(limit);
        }
    }
    value
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
    let agents = app.agents();
    all.extend(agents.names().into_iter().map(|name| (format!("agent:{name}"), OURS.to_owned())));
    let mut seen = HashSet::new();
    all.retain(|(id, _)| seen.insert(id.clone()));
    all
}
