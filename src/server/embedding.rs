//! Vectors of texts, for all dialects.

use std::time::Duration;

use axum::http::HeaderMap;

use super::controls::Controls;
use super::refusal::Refusal;
use super::visit::Visit;
use super::{Gateway, asking, outcome};
use crate::chat::{EmbedRequest, Purpose, Tokens};
use crate::ledger::keys::Spending;
use crate::router::{EmbedAsk, Embedded};

/// The most texts of one request.
const MOST: usize = 2048;
/// The longest vectors.
const LONGEST: u32 = 65_536;

/// Asks for the vectors of texts. They are of one model: those of another one would mean something else, so only whoever
/// serves the same model may stand in.
pub(super) async fn vectors(
    gateway: &Gateway,
    visit: &Visit,
    headers: &HeaderMap,
    model: &str,
    request: EmbedRequest,
) -> Result<Embedded, Refusal> {
    visit.model(model.to_owned());
    let controls = Controls::read(headers)?;
    let route = asking::resolve(gateway, model).await.map_err(outcome::unresolved)?;
    let tokens = request.texts.iter().map(|text| Tokens::of_text(text).most).sum();
    asking::admit(gateway, visit, "embeddings", model, Spending { tokens, cost_usd: 0.0 }).await?;
    let mut route = controls.narrowed(route);
    let first = route.stops.first().map(|stop| stop.model.id.clone());
    route.stops.retain(|stop| Some(&stop.model.id) == first.as_ref());
    let ask = EmbedAsk {
        id: visit.id().to_owned(),
        request: &request,
        route: &route,
        length: None,
        deadline: controls.timeout,
        max_wait: Duration::ZERO,
    };
    let embedded = gateway.router.embed(&ask).await.map_err(|error| outcome::unanswered(&error))?;
    visit.used(embedded.embeddings.usage.input_tokens.unwrap_or(0));
    visit.model(embedded.model.to_string());
    Ok(embedded)
}

/// A request for vectors, checked.
pub(super) fn request(
    place: &str,
    texts: Vec<String>,
    dimensions: Option<u32>,
    purpose: Option<Purpose>,
) -> Result<EmbedRequest, Refusal> {
    if texts.is_empty() || texts.len() > MOST {
        return Err(Refusal::of(place, format!("give from one to {MOST} texts")));
    }
    if let Some(at) = texts.iter().position(String::is_empty) {
        return Err(Refusal::of(format!("{place}[{at}]"), "an empty text has no vector"));
    }
    if dimensions.is_some_and(|length| length == 0 || length > LONGEST) {
        return Err(Refusal::of("dimensions", format!("vectors have from 1 to {LONGEST} numbers")));
    }
    Ok(EmbedRequest { texts, purpose, dimensions })
}
