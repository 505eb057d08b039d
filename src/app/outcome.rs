//! How a request went, in words for people: who answered instead, what will fail again, why nobody answered.

use std::sync::Arc;
use std::time::Duration;

use super::{Account, App, crossing, key_advice};
use crate::agents::Worked;
use crate::chat::{FailureClass, ModelId};
use crate::router::plan::Skipped;
use crate::router::{
    Attempt, Completion, Resumed, Route, RouteError, RouteErrorKind, Stop, Strategy, people,
};
use crate::secret::{KeySource, Secret};

/// What will fail again next time, whoever answered now: refused keys and models that are not there.
pub fn dead_ends(app: &App, completion: &Completion) -> Vec<String> {
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
pub fn who_answered(app: &App, route: &Route, completion: &Completion) -> Option<String> {
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
pub fn took(worked: &Worked) -> String {
    let (completion, request_id) = (&worked.completion, &worked.request_id);
    let tokens = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let (usage, last) = (&completion.usage, completion.attempts.last());
    let cost = worked.spent.cost_usd.map(|cost| format!(", ${cost:.6}")).unwrap_or_default();
    let seconds: f64 = completion.attempts.iter().map(|attempt| attempt.latency.as_secs_f64()).sum();
    let model = last.map(|attempt| attempt.model.to_string()).unwrap_or_default();
    let (input, output) = (tokens(usage.input_tokens), tokens(usage.output_tokens));
    format!("{model}: {input} tokens in, {output} out{cost}, {seconds:.1} s, request {request_id}")
}

fn skipped_line(skipped: &Skipped) -> String {
    format!("{}  {}", skipped.candidate.model_id(), skipped.reason.words())
}

/// Why a request got no whole answer, and what to do about it.
#[derive(Debug)]
pub struct Explained {
    /// What happened.
    pub message: String,
    /// A line for each that was asked or could not be.
    pub details: Vec<String>,
    /// What to do.
    pub hints: Vec<String>,
}

/// Whether nothing left the machine because no key could be had.
pub fn lacks_keys(error: &RouteError) -> bool {
    matches!(error.kind, RouteErrorKind::Exhausted)
        && error.attempts.iter().all(|attempt| is_about_key(attempt) && !was_sent(attempt))
}

/// Explains it to people.
pub fn explain(app: &App, error: &RouteError) -> Explained {
    let route = &error.route;
    let message = match &error.kind {
        RouteErrorKind::NoCandidate if error.is_unable() => return unable(route, &error.skipped),
        RouteErrorKind::NoCandidate => format!("nobody can be asked by the route `{route}` now"),
        RouteErrorKind::Exhausted if lacks_keys(error) => {
            format!("no key for the route `{route}` could be had")
        }
        RouteErrorKind::Exhausted => format!("no answer by the route `{route}`"),
        RouteErrorKind::Broken(_) => "the answer broke off".to_owned(),
        RouteErrorKind::Gone => "whoever asked is gone".to_owned(),
    };
    let given_up = matches!(error.kind, RouteErrorKind::Exhausted);
    let unasked = error.unasked.iter().filter(|_| given_up);
    let unasked = unasked.map(|model| format!("{model}  not asked: enough was tried, or the time was over"));
    let details = error.attempts.iter().map(attempt_line);
    let details = details.chain(error.skipped.iter().map(skipped_line)).chain(unasked).collect();
    let refused = error.attempts.iter().filter(|attempt| is_about_key(attempt) && was_sent(attempt));
    let advice = refused.filter_map(|attempt| {
        let account = app.account(&attempt.model.provider)?;
        let advice = key_advice::another(account, origin(account, attempt));
        Some(format!("{}: {advice}", attempt.model.provider))
    });
    let record = format!("every attempt is on record: aigw usage --request {}", error.request_id);
    let hints = advice.chain([record]).collect();
    Explained { message, details, hints }
}

/// No model of a route can do what a request needs.
pub fn unable(route: &str, skipped: &[Skipped]) -> Explained {
    let hint = "`aigw model ls` shows windows and abilities (--can vision, tools, schema, pdf); name another model with -m";
    Explained {
        message: format!("no model of the route `{route}` can do this"),
        details: skipped.iter().map(skipped_line).collect(),
        hints: vec![hint.to_owned()],
    }
}

fn is_about_key(attempt: &Attempt) -> bool {
    attempt.failure.as_ref().is_some_and(|failure| failure.class == FailureClass::Auth)
}

fn was_sent(attempt: &Attempt) -> bool {
    attempt.failure.as_ref().is_some_and(|failure| failure.status.is_some())
}

/// Why a search goes by words only, though what the question means was asked for.
pub fn words_only(error: &RouteError) -> String {
    let skipped = || error.skipped.first().map(skipped_line).unwrap_or_default();
    let why = error.attempts.last().map_or_else(skipped, attempt_line);
    format!("the memory is searched by words only: no vector of the question: {why}")
}

/// One attempt in one line: who, class, what was said, when to try again.
pub fn attempt_line(attempt: &Attempt) -> String {
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
