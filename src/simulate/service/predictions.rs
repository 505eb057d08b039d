//! The way of a request for something that is made at its own pace: it is begun, and fetched later.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Response;
use serde_json::Value;

use super::super::dialect::Kind;
use super::super::fault::Fault;
use super::super::replicate::{self, Errand, Prediction};
use super::super::reply::{Content, Refusal, Reply};
use super::super::shared::{Shared, Visit, now};
use super::super::stand::Line;
use super::super::wire::Operation;
use super::faults::instead;
use super::{Arrival, admit_key, asked, deliver, reading};

/// Creates a prediction, and waits for it if the request says so.
pub(super) async fn create(
    shared: &Arc<Shared>,
    fault: Option<&Fault>,
    arrival: &Arrival,
    line: Arc<Line>,
    mut visit: Visit,
) -> Response<Body> {
    let refused = |refusal| shared.refuse(refusal, &arrival.facts);
    let refusal =
        fault.filter(|fault| !Prediction::suffers(fault)).and_then(|fault| instead(shared, fault, arrival));
    let begun = match refusal {
        Some(reply) => Err(reply),
        None => begin(shared, fault, arrival, &mut visit).map_err(refused),
    };
    let prediction = match begun {
        Ok(begun) => begun,
        Err(reply) => return deliver(shared, reply, fault, arrival, line, visit),
    };
    let reply = match replicate::wait(&arrival.headers) {
        None => Reply::json(201, &prediction.beginning(&shared.base_url(), shared.dialect)),
        Some(patience) => {
            tokio::time::sleep(prediction.left(now()).min(patience)).await;
            // Nobody else can have ended it: its id is not known yet.
            prediction.waited_for(now(), &shared.base_url(), shared.dialect)
        }
    };
    deliver(shared, reply, fault.filter(|_| waits(arrival)), arrival, line, visit)
}

/// Notes a prediction down as begun.
fn begin(
    shared: &Shared,
    fault: Option<&Fault>,
    arrival: &Arrival,
    visit: &mut Visit,
) -> Result<Prediction, Refusal> {
    admit_key(shared, arrival)?;
    let body = arrival.body.as_ref().map_err(Clone::clone)?;
    let life = replicate::life(&arrival.headers)?;
    let Operation::Chat { model } = &arrival.operation else { return Err(Refusal::new(Kind::NoPath)) };
    let (chat, answer, _) = asked(shared, reading(shared, arrival, model.as_deref()), body, visit)?;
    let error = |kind| detail(&shared.refuse(Refusal::new(kind), &arrival.facts));
    let input = body.get("input").cloned().unwrap_or_default();
    let prediction = Prediction::made(&chat, &answer, &arrival.facts)
        .begun(input, shared.settings.pace, now())
        .living(life)
        .befallen(fault, !waits(arrival), error);
    shared.predictions().add(prediction.clone());
    Ok(prediction)
}

/// Whether a request is to be answered when its prediction is there, and not before.
pub(super) fn waits(arrival: &Arrival) -> bool {
    replicate::wait(&arrival.headers).is_some()
}

/// The words of a refusal.
fn detail(reply: &Reply) -> String {
    let Content::Whole { text, .. } = &reply.content else { return String::new() };
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    body["detail"].as_str().unwrap_or_default().to_owned()
}

/// Runs an errand about a prediction that exists.
pub(super) fn run(
    shared: &Shared,
    errand: &Errand,
    arrival: &Arrival,
) -> Result<(Reply, Option<Fault>), Refusal> {
    admit_key(shared, arrival)?;
    shared.predictions().run(errand, now(), &shared.base_url(), shared.dialect)
}
