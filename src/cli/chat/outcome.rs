//! How a request went, in words: who answered instead, what will fail again, why nobody answered.

use std::sync::Arc;
use std::time::Duration;

use super::super::{CommandError, Exit, key_advice};
use super::report::Report;
use crate::agents::Worked;
use crate::app::{Account, App, crossing};
use crate::chat::{FailureClass, ModelId};
use crate::router::plan::Skipped;
use crate::router::{
    Attempt, Completion, Resumed, Route, RouteError, RouteErrorKind, Stop, Strategy, people,
};
use crate::secret::{KeySource, Secret};

/// What will fail again next time, whoever answered now: refused keys and models that are not there.
pub(super) fn dead_ends(app: &App, completion: &Completion) -> Vec<String> {
    let dead_end = |attempt: &Attempt| {
        let provider = &attempt.model.provider;
        match attempt.failure.as_ref()?.class {
            FailureClass::Auth => {
                let account = app.account(provider)?;
                let key = origin(account, attempt);
                let advice = key_advice::another(account, key);
                let key = key.map(|origin| format!(" ({origin})")).unwrap_or_default();
                Some(format!("{provider} refused the key{key}: {advice}"))
            }
            FailureClass::NotFound => Some(format!("{provider} does not know `{}`", attempt.model.model)),
            _ => None,
        }
    };
    completion.attempts.iter().filter_map(dead_end).collect()
}

/// Where the key of an attempt comes from.
fn origin<'a>(account: &'a Account, attempt: &Attempt) -> Option<&'a str> {
    let is_its = |key: &&Arc<KeySource>| key.ready().map(Secret::fingerprint) == attempt.key;
    account.keys.iter().find(is_its).map(|key| key.origin.as_str())
}

/// One line when another one answered than was asked first, or than would have been asked first.
pub(super) fn who_answered(app: &App, route: &Route, completion: &Completion) -> Option<String> {
    let last = completion.attempts.last()?;
    let stop = |model: &ModelId| route.stops.iter().find(|stop| stop.model.model_id() == *model);
    // Only where the list is an order its first one is the one that was meant.
    let first = match route.strategy {
        Strategy::Priority => route.stops.first()?,
        _ => stop(&completion.attempts.first()?.model)?,
    };
    let to = stop(&last.model)?;
    let crossing = crossing(app, first, to).map(|what| format!(", {what}")).unwrap_or_default();
    let resting = resting(first, completion);
    if completion.attempts.first()?.model == last.model && crossing.is_empty() && resting.is_none() {
        return None;
    }
    let mut failed: Vec<(String, u32)> = resting.map(|resting| (resting, 1)).into_iter().collect();
    for attempt in &completion.attempts {
        let Some(failure) = &attempt.failure else { continue };
        let what = format!("{} {}", attempt.model, failure.class.as_str());
        match failed.last_mut().filter(|(last, _)| *last == what) {
            Some((_, times)) => *times += 1,
            None => failed.push((what, 1)),
        }
    }
    let failed: Vec<String> = failed
        .into_iter()
        .map(|(what, times)| if times > 1 { format!("{what} {times} times") } else { what })
        .collect();
    let why = if failed.is_empty() { String::new() } else { format!(" ({})", failed.join("; ")) };
    let did = match completion.resumed {
        Some(Resumed::Replay | Resumed::Continuation) => "completed by",
        Some(Resumed::Restart) => "answered from the beginning by",
        None => "answered by",
    };
    Some(format!("{did} {}{crossing}{why}", last.model))
}

/// Why the model that was meant was not even asked, where that passes.
fn resting(first: &Stop, completion: &Completion) -> Option<String> {
    let meant = first.model.model_id();
    if completion.attempts.iter().any(|attempt| attempt.model == meant) {
        return None;
    }
    let passes =
        |skipped: &&Skipped| skipped.candidate.model_id() == meant && skipped.reason.until().is_some();
    let skipped = completion.skipped.iter().find(passes)?;
    Some(format!("{meant} {}", skipped.reason.words()))
}

/// Tokens, cost and time of an answer, for `-v`.
pub(super) fn took(worked: &Worked) -> String {
    let (completion, request_id) = (&worked.completion, &worked.request_id);
    let tokens = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let (usage, last) = (&completion.usage, completion.attempts.last());
    let cost = worked.spent.cost_usd.map(|cost| format!(", ${cost:.6}")).unwrap_or_default();
    let seconds: f64 = completion.attempts.iter().map(|attempt| attempt.latency.as_secs_f64()).sum();
    let model = last.map(|attempt| attempt.model.to_string()).unwrap_or_default();
    let (input, output) = (tokens(usage.input_tokens), tokens(usage.output_tokens));
    format!("{model}: {input} tokens in, {output} out{cost}, {seconds:.1} s, request {request_id}")
}

/// A request without a whole answer, as a failure of the command.
pub(in crate::cli) fn failure(app: &App, error: &RouteError) -> CommandError {
    // Nothing left the machine: no key could be had.
    let no_key = |attempt: &Attempt| {
        attempt
            .failure
            .as_ref()
            .is_some_and(|failure| failure.class == FailureClass::Auth && failure.status.is_none())
    };
    let failure = match &error.kind {
        RouteErrorKind::NoCandidate if error.is_unable() => {
            return unable_lines(&error.route, &error.skipped);
        }
        RouteErrorKind::NoCandidate => CommandError::new(
            Exit::NoAnswer,
            format!("nobody can be asked by the route `{}` now", error.route),
        ),
        RouteErrorKind::Exhausted if error.attempts.iter().all(no_key) => {
            CommandError::new(Exit::Config, format!("no key for the route `{}` could be had", error.route))
        }
        RouteErrorKind::Exhausted => {
            CommandError::new(Exit::NoAnswer, format!("no answer by the route `{}`", error.route))
        }
        RouteErrorKind::Broken(_) => {
            CommandError::new(Exit::Cut, "the answer broke off; what came is on stdout")
        }
        // Why nobody was there any more is known where the writing failed.
        RouteErrorKind::Gone => return CommandError::new(Exit::Success, ""),
    };
    let given_up = matches!(error.kind, RouteErrorKind::Exhausted);
    let unasked = error.unasked.iter().filter(|_| given_up);
    let unasked = unasked.map(|model| format!("{model}  not asked: enough was tried, or the time was over"));
    let mut failure = failure
        .details(error.attempts.iter().map(attempt_line))
        .details(error.skipped.iter().map(skipped_line))
        .details(unasked);
    let refused = |attempt: &&Attempt| {
        attempt
            .failure
            .as_ref()
            .is_some_and(|failure| failure.class == FailureClass::Auth && failure.status.is_some())
    };
    for attempt in error.attempts.iter().filter(refused) {
        if let Some(account) = app.account(&attempt.model.provider) {
            let advice = key_advice::another(account, origin(account, attempt));
            failure = failure.hint(format!("{}: {advice}", attempt.model.provider));
        }
    }
    failure
        .hint(format!("every attempt is on record: aigw usage --request {}", error.request_id))
        .with_json(Report::of_failure(error).to_json())
}

/// No model of the route can do what the request needs.
pub(super) fn unable(route: &Route, skipped: &[Skipped]) -> CommandError {
    unable_lines(&route.name, skipped)
}

fn unable_lines(route: &str, skipped: &[Skipped]) -> CommandError {
    CommandError::failed(format!("no model of the route `{route}` can do this"))
        .details(skipped.iter().map(skipped_line))
        .hint("`aigw model ls` shows windows and abilities (--can vision, tools, schema, pdf); name another model with -m")
}

fn skipped_line(skipped: &Skipped) -> String {
    format!("{}  {}", skipped.candidate.model_id(), skipped.reason.words())
}

/// Why a search goes by words only, though what the question means was asked for.
pub(in crate::cli) fn words_only(error: &RouteError) -> String {
    let skipped = || error.skipped.first().map(skipped_line).unwrap_or_default();
    let why = error.attempts.last().map_or_else(skipped, attempt_line);
    format!("the memory is searched by words only: no vector of the question: {why}")
}

/// One attempt in one line: who, class, what was said, when to try again.
pub(super) fn attempt_line(attempt: &Attempt) -> String {
    let Some(failure) = &attempt.failure else { return format!("{}  answered", attempt.model) };
    let key = attempt.key.as_ref().filter(|_| failure.class == FailureClass::Auth);
    let key = key.map(|key| format!(" (key {key})")).unwrap_or_default();
    let status = failure.status.map(|status| format!(" ({status})")).unwrap_or_default();
    // When a throttled provider is well again is worth knowing; how long we leave a broken one alone is not.
    let throttled = matches!(failure.class, FailureClass::RateLimited | FailureClass::QuotaExhausted);
    let rest =
        failure.reset.or(attempt.rest.filter(|_| throttled)).filter(|rest| *rest >= Duration::from_secs(1));
    let again = rest.map(|rest| format!("; try again in {}", people(rest))).unwrap_or_default();
    format!("{}  {}{status}: {}{key}{again}", attempt.model, failure.class.as_str(), failure.message)
}
