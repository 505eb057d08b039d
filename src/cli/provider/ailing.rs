//! What of a provider is left alone, in words and as JSON.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio::time::Instant;

use crate::chat::FailureClass;
use crate::health::{Ailing, Subject};
use crate::router::people;

/// Something that is left alone, as JSON. The shape is an interface.
#[derive(Debug, Serialize)]
pub(super) struct AilingReport {
    /// `provider`, `model`, `key` or `key_model`.
    scope: &'static str,
    model: Option<String>,
    /// A fingerprint.
    key: Option<String>,
    /// `cooling`, `open` or `key_off`.
    state: &'static str,
    /// Why; null when it kept failing.
    class: Option<FailureClass>,
    /// By the clock on the wall.
    until: String,
    seconds: u64,
}

pub(super) fn report(ailing: &Ailing, now: Instant) -> AilingReport {
    let (scope, model, key) = parts(&ailing.subject);
    let left = left(ailing, now);
    let until = Timestamp::now()
        .saturating_add(SignedDuration::try_from(left).unwrap_or_default())
        .unwrap_or(Timestamp::MAX);
    AilingReport {
        scope,
        model: model.map(str::to_owned),
        key: key.map(str::to_owned),
        state: state(ailing),
        class: ailing.class,
        until: until.to_string(),
        seconds: left.as_secs() + u64::from(left.subsec_nanos() > 0),
    }
}

/// `cooling 39 s (rate_limited)`, `open 4 s`, `key off 59 min`.
pub(super) fn words(ailing: &Ailing, now: Instant) -> String {
    let span = people(left(ailing, now));
    match (state(ailing), ailing.class) {
        ("key_off", _) => format!("key off {span}"),
        (state, Some(class)) => format!("{state} {span} ({})", class.as_str()),
        (state, None) => format!("{state} {span}"),
    }
}

/// The same with what it is about.
pub(super) fn line(ailing: &Ailing, now: Instant) -> String {
    let (_, model, key) = parts(&ailing.subject);
    let key = key.filter(|key| !key.is_empty()).map(|key| format!("key {key}"));
    let what: Vec<String> = model.map(str::to_owned).into_iter().chain(key).collect();
    let what = if what.is_empty() { "all of it".to_owned() } else { what.join(", ") };
    format!("{}: {what}", words(ailing, now))
}

/// All that is left alone in one cell of a table: what takes longest, and how much more there is.
pub(super) fn cell(ailing: &[Ailing], now: Instant) -> String {
    match ailing {
        [] => "well".to_owned(),
        [one] => words(one, now),
        [first, rest @ ..] => format!("{}, {} more", words(first, now), rest.len()),
    }
}

fn state(ailing: &Ailing) -> &'static str {
    match (&ailing.subject, ailing.class) {
        (_, None) => "open",
        (Subject::Key { .. }, Some(FailureClass::Auth)) => "key_off",
        _ => "cooling",
    }
}

fn left(ailing: &Ailing, now: Instant) -> Duration {
    ailing.until.saturating_duration_since(now)
}

fn parts(subject: &Subject) -> (&'static str, Option<&str>, Option<&str>) {
    match subject {
        Subject::Provider(_) => ("provider", None, None),
        Subject::Model { model, .. } => ("model", Some(model), None),
        Subject::Key { key, .. } => ("key", None, Some(key)),
        Subject::KeyModel { key, model, .. } => ("key_model", Some(model), Some(key)),
    }
}
