//! The fault that meets a request, and what it puts in place of the answer.

use std::time::Duration;

use serde_json::Value;

use super::super::dialect::{Kind, Protocol};
use super::super::fault::{Fault, FaultSpec};
use super::super::reply::{Refusal, Reply, page};
use super::super::schedule::{Encounter, concerns};
use super::super::shared::{Shared, now};
use super::super::wire::Operation;
use super::Arrival;

/// The header by which a single request asks for its fault.
const FAULT_HEADER: &str = "x-simulate-fault";

/// The fault that meets this request.
pub(super) fn meeting(shared: &Shared, arrival: &Arrival) -> Option<Fault> {
    let nothing = Value::Null;
    let body = arrival.body.as_ref().unwrap_or(&nothing);
    let wished = arrival.headers.get(FAULT_HEADER).and_then(|value| value.to_str().ok());
    if let Some(Ok(wished)) = wished.map(str::parse::<FaultSpec>)
        && concerns(&wished, &arrival.model, body)
    {
        return Some(wished.fault);
    }
    let listing = matches!(arrival.operation, Operation::Models | Operation::Model(_));
    // A look at what a model takes comes before every prediction, and is not yet one.
    if listing && shared.dialect.wire == Protocol::Predictions {
        return None;
    }
    shared.schedule().take(Encounter { model: &arrival.model, body, listing, now: now() })
}

/// The reply that a fault puts in place of the answer, if it does.
pub(super) fn instead(shared: &Shared, fault: &Fault, arrival: &Arrival) -> Option<Reply> {
    let refusal = match fault {
        Fault::Status { code, retry_after } => {
            let refusal = Refusal::new(shared.dialect.kind_of(*code)).status(*code);
            match retry_after {
                Some(seconds) => refusal.wait(Duration::from_secs((*seconds).into())).announced(),
                None => refusal,
            }
        }
        Fault::Quota => Refusal::new(Kind::Quota),
        Fault::Daily => Refusal::new(Kind::Daily),
        Fault::Busy => Refusal::new(Kind::Busy),
        Fault::Context => Refusal::new(Kind::Context),
        Fault::Filter => Refusal::new(Kind::Filter),
        Fault::ToolFault => Refusal::new(Kind::ToolFault),
        Fault::Unsupported(param) => Refusal::new(Kind::Unsupported).with("param", param.as_str()),
        Fault::Down(_) => Refusal::new(Kind::Unavailable).status(503),
        Fault::Html(status) => return Some(page(*status)),
        Fault::Error200 | Fault::Error(_) if !arrival.streams() => {
            let mut reply = shared.refuse(Refusal::new(Kind::Server), &arrival.facts);
            reply.status = 200;
            return Some(reply);
        }
        Fault::NoChoices => {
            let answer = shared.wire.no_choices(shared.dialect, arrival.streams(), &arrival.facts);
            return Some(Reply::bare(answer, arrival.streams()));
        }
        _ => return None,
    };
    let answers = matches!(arrival.operation, Operation::Chat { .. });
    match shared.wire.in_band(shared.dialect, refusal.kind, &arrival.facts) {
        Some(answer) if answers && !refusal.has_status() => Some(Reply::bare(answer, arrival.streams())),
        _ => Some(shared.refuse(refusal, &arrival.facts)),
    }
}
