//! Replicate's predictions, which are made at their own pace and fetched from where they are.
//!
//! A fault meets the request that creates a prediction, once, and is then part of that prediction's fate:
//!
//! * A refusal (a status, no credit, a refused parameter, an outage, a page) answers the creation itself.
//! * What the model or its provider cannot do (the prompt is too long, the filter, no capacity, an error after so many
//!   pieces) makes the prediction fail: its state says so, and its stream ends with it.
//! * What happens on the way (cuts, silence, garbage, a missing end) happens to the reply of a request that waits for
//!   its prediction, else to the stream of the prediction. The prediction itself goes on, unless it stalls or is slow.

mod input;
mod models;
mod prediction;
mod terms;

use axum::http::{HeaderMap, Method, header};
use serde_json::{Value, json};

use super::dialect::{Dialect, Kind};
use super::model::Answer;
use super::reply::Refusal;
use super::template::Values;
use super::wire::{Chat, Frame, Operation, Reading, Wire};

pub(super) use prediction::{Errand, Prediction, Predictions};
pub(super) use terms::{life, wait};

/// What stands before the names of deployments, to tell them from models.
const DEPLOYMENTS: &str = "deployments/";

/// The wire itself; what is being made is kept elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Predict;

impl Wire for Predict {
    fn operation(&self, dialect: &Dialect, method: &Method, path: &str) -> Option<Operation> {
        let rest: Vec<_> = path.strip_prefix(dialect.base.as_str())?.split('/').skip(1).collect();
        let model = |owner: &str, name: &str| Some(format!("{owner}/{name}"));
        let errand = |errand| Some(Operation::Prediction(errand));
        match (method.as_str(), &rest[..]) {
            ("POST", ["predictions"]) => Some(Operation::Chat { model: None }),
            ("POST", ["models", owner, name, "predictions"]) => {
                Some(Operation::Chat { model: model(owner, name) })
            }
            ("POST", ["deployments", owner, name, "predictions"]) => {
                Some(Operation::Chat { model: Some(format!("{DEPLOYMENTS}{owner}/{name}")) })
            }
            ("POST", ["predictions", id, "cancel"]) => errand(Errand::Cancel((*id).to_owned())),
            ("GET", ["predictions", id]) => errand(Errand::Look((*id).to_owned())),
            ("GET", ["files", id]) => errand(Errand::Follow((*id).to_owned())),
            ("GET", ["models"]) => Some(Operation::Models),
            ("GET", ["models", owner, name]) => model(owner, name).map(Operation::Model),
            ("GET", ["models", owner, name, "versions", version]) => {
                Some(Operation::Model(format!("{owner}/{name}:{version}")))
            }
            _ => None,
        }
    }

    fn key(&self, headers: &HeaderMap, _query: &str) -> Option<String> {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let key = value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("Token "))?.trim();
        (!key.is_empty()).then(|| key.to_owned())
    }

    fn model(&self, body: &Value) -> Option<String> {
        let version = body.get("version").and_then(Value::as_str)?;
        Some(version.split_once(':').map_or(version, |(model, _)| model).to_owned())
    }

    fn read(&self, reading: Reading<'_>, body: &Value) -> Result<Chat, Refusal> {
        // What a deployment runs is its owner's affair; here it is the model of its name.
        if let Some(model) = reading.model.and_then(|model| model.strip_prefix(DEPLOYMENTS)) {
            return input::read(reading, model, body);
        }
        match (reading.model, body.get("version").and_then(Value::as_str)) {
            // Only official models are to be found where they are called by name.
            (Some(model), _) if models::version(reading.dialect, model).is_some() => {
                Err(Refusal::new(Kind::NoModel))
            }
            (Some(model), _) => input::read(reading, model, body),
            (None, Some(named)) => input::read(reading, &models::meant(reading.dialect, named)?, body),
            (None, None) => Err(input::invalid("version", "version is required")),
        }
    }

    fn whole(&self, dialect: &Dialect, chat: &Chat, answer: &Answer, facts: &Values) -> Value {
        Prediction::made(chat, answer, facts).state(dialect)
    }

    fn frames(&self, _dialect: &Dialect, _chat: &Chat, answer: &Answer, _facts: &Values) -> Vec<Frame> {
        prediction::frames(&answer.chunks)
    }

    fn error_frames(&self, dialect: &Dialect, facts: &Values) -> Vec<Frame> {
        let message = dialect.errors.get(&Kind::Server).map(|row| facts.write(&row.message));
        prediction::error_frames(&message.unwrap_or_default())
    }

    fn no_choices(&self, _dialect: &Dialect, _stream: bool, _facts: &Values) -> (Value, Vec<Frame>) {
        (json!({"output": null}), prediction::frames(&[]))
    }

    fn unreadable(&self) -> &'static [u8] {
        b"data: {\"output\":\n\n"
    }

    fn keepalive(&self) -> &'static [u8] {
        b": hi\n\n"
    }

    fn embeddings(&self, _reading: Reading<'_>, _batch: bool, _body: &Value) -> Result<Value, Refusal> {
        Err(Refusal::new(Kind::NoPath))
    }

    fn models(&self, dialect: &Dialect, one: Option<&str>, _query: &str) -> Value {
        match one {
            Some(model) => models::description(dialect, model),
            None => {
                let models: Vec<_> =
                    dialect.models.iter().map(|model| models::description(dialect, model)).collect();
                json!({"next": null, "previous": null, "results": models})
            }
        }
    }
}
