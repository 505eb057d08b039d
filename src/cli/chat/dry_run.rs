//! `--dry-run`: who would be asked and what would be sent, by the code that would do it.

use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::{CommandError, Context, Output, json};
use crate::app::App;
use crate::chat::ChatRequest;
use crate::providers::wire::{Encoded, Target, codec};
use crate::router::plan::{Plan, plan};
use crate::router::{Candidate, Demand, Route};

/// Prints the plan. Nothing is sent, and no key is shown.
pub(super) fn show(
    context: &Context,
    app: &App,
    route: &Route,
    request: &ChatRequest,
) -> Result<(), CommandError> {
    let now = Instant::now();
    let health = app.health().snapshot(now);
    let plan = plan(route, &Demand::of(request), &health, now, &mut fastrand::Rng::new());
    let Some(first) = plan.candidates.first() else {
        return Err(super::outcome::unable(route, &plan.skipped));
    };
    let encoded = encode(first, request)?;
    let body: Value = serde_json::from_slice(&encoded.body).unwrap_or_default();
    if context.global.output() != Output::Text {
        return json::object(
            &context.ui,
            context.global.output(),
            &report(route, &plan, first, &encoded, &body),
        );
    }
    let ui = &context.ui;
    ui.line(&format!("route {}", route.name))?;
    for (index, candidate) in plan.candidates.iter().enumerate() {
        let key = candidate.fingerprint().map_or_else(|| "no key".to_owned(), |key| format!("key {key}"));
        ui.line(&format!("{:>3}. {}  {key}", index + 1, candidate.model_id()))?;
    }
    for skipped in &plan.skipped {
        ui.line(&format!("   - {}  left out: {}", skipped.candidate.model_id(), skipped.reason.words()))?;
    }
    ui.line(&format!("\nPOST {}{}", first.provider.base_url, encoded.path))?;
    if codec(first.provider.wire).description(&first.model).is_some() {
        // Nothing is sent, so nothing is asked either.
        ui.line("a sketch: the model itself says what it takes, and is asked for that first")?;
    } else if !encoded.dropped.is_empty() {
        ui.line(&format!("not sent, because it is refused there: {}", encoded.dropped.join(", ")))?;
    }
    json::object(ui, Output::Text, &body)
}

fn encode(candidate: &Candidate, request: &ChatRequest) -> Result<Encoded, CommandError> {
    let target = Target {
        provider: &candidate.provider,
        model: &candidate.model,
        without: &[],
        description: None,
        within: candidate.provider.timeouts.total,
    };
    codec(candidate.provider.wire).encode(&target, request).map_err(|failure| {
        CommandError::failed(format!("{} cannot be asked this: {}", candidate.model_id(), failure.message))
    })
}

fn report(route: &Route, plan: &Plan, first: &Candidate, encoded: &Encoded, body: &Value) -> Value {
    let shown = |candidate: &Candidate| json!({"provider": candidate.provider.id, "model": candidate.model.id, "key": candidate.fingerprint()});
    let skipped = plan.skipped.iter().map(|skipped| {
        let mut value = shown(&skipped.candidate);
        value["reason"] = json!(skipped.reason.words());
        value
    });
    json!({
        "route": route.name,
        "candidates": plan.candidates.iter().map(shown).collect::<Vec<_>>(),
        "skipped": skipped.collect::<Vec<_>>(),
        "request": {
            "method": "POST",
            "url": format!("{}{}", first.provider.base_url, encoded.path),
            "dropped": encoded.dropped,
            "body": body,
        },
    })
}
