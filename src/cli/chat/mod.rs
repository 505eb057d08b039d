//! `aigw chat`: one question, one answer.

mod args;
mod dry_run;
mod output;
mod prompt;
mod report;
mod stdin;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub use args::ChatArgs;

use super::{CommandError, Context, Exit, Output};
use crate::app::{App, crossing};
use crate::chat::{ChatRequest, FailureClass, FinishReason, Format, Sampling, Schema};
use crate::config::{Span, read_bounded};
use crate::providers::client::Client;
use crate::router::plan::Skipped;
use crate::router::{Ask, Attempt, Completion, Route, RouteError, RouteErrorKind};
use crate::secret::Secret;
use output::{Manner, Screen};
use report::Report;

/// The largest schema.
const MAX_SCHEMA: u64 = 4 << 20;
/// How long the ledger may keep the program from ending.
const LEDGER_PATIENCE: Duration = Duration::from_secs(3);

/// Runs the command.
pub async fn run(args: ChatArgs, context: Context) -> Result<(), CommandError> {
    let (args, context) = (&args, &context);
    let started = Instant::now();
    let app = context.app()?;
    let client = Client::new()?;
    let prepare = async { Ok((app.route(&client, &args.model).await?, request(args, context).await?)) };
    let (route, request) = context.interrupt.unless(in_time(args, prepare)).await?;
    if args.dry_run {
        return dry_run::show(context, &route, &request);
    }
    let output = context.global.output();
    let ask = Ask {
        id: uuid::Uuid::now_v7().to_string(),
        request: &request,
        route: &route,
        buffered: args.extract || args.no_stream || args.schema.is_some() || output == Output::Json,
        deadline: args.timeout.map(|span| span.0.saturating_sub(started.elapsed())),
    };
    let mut screen = Screen::new(&context.ui, manner(args, output));
    let router = app.router(client);
    let answered = async { router.chat(&ask, &mut screen).await.map_err(|error| failure(&error)) };
    let answered = context.interrupt.unless(answered).await;
    let closed = screen.finish();
    let outcome =
        answered.and_then(|completion| conclude(args, context, &app, &ask, &completion, &mut screen));
    settle_ledger(&app, context).await;
    // What could not be written decides: an answer that nobody got was not delivered.
    closed?;
    outcome
}

/// `--timeout` counts from the start: what comes before the request is part of it.
async fn in_time<T>(
    args: &ChatArgs,
    work: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    let Some(Span(limit)) = args.timeout else { return work.await };
    match tokio::time::timeout(limit, work).await {
        Ok(result) => result,
        Err(_) => Err(CommandError::new(
            Exit::NoAnswer,
            format!("the time was over before anybody could be asked (--timeout {})", Span(limit)),
        )),
    }
}

fn manner(args: &ChatArgs, output: Output) -> Manner {
    match output {
        Output::Jsonl => Manner::Events,
        Output::Json => Manner::Gathered,
        Output::Text if args.extract => Manner::Gathered,
        Output::Text => Manner::Text,
    }
}

async fn request(args: &ChatArgs, context: &Context) -> Result<ChatRequest, CommandError> {
    let format = match &args.schema {
        None => Format::Text,
        Some(text) => Format::Schema(schema(text)?),
    };
    Ok(ChatRequest {
        messages: prompt::messages(args, &context.ui).await?,
        format,
        sampling: Sampling {
            temperature: args.temperature,
            max_tokens: args.max_tokens,
            ..Sampling::default()
        },
        stream: !args.no_stream,
        ..ChatRequest::default()
    })
}

/// A schema: the JSON itself, or a file with it. (stdin, `-`, holds the prompt; a schema from there needs a file name
/// such as /dev/stdin.)
fn schema(text: &str) -> Result<Schema, CommandError> {
    let (name, json) = if text.trim_start().starts_with('{') {
        ("--schema", text.to_owned())
    } else {
        let file = if text == "-" { "/dev/stdin" } else { text };
        let bytes = read_bounded(Path::new(file), MAX_SCHEMA);
        let bytes = bytes
            .map_err(|error| CommandError::usage(format!("--schema {text}: cannot read it: {error}")))?;
        (text, String::from_utf8_lossy(&bytes).into_owned())
    };
    let value: Value = serde_json::from_str(&json)
        .map_err(|error| CommandError::usage(format!("{name}: not JSON: {error}")))?;
    Schema::new(value).map_err(|error| CommandError::usage(format!("{name}: {error}")))
}

/// Prints what is still to be printed of a whole answer, and says on stderr what is worth knowing about it.
fn conclude(
    args: &ChatArgs,
    context: &Context,
    app: &App,
    ask: &Ask<'_>,
    completion: &Completion,
    screen: &mut Screen<'_>,
) -> Result<(), CommandError> {
    let ui = &context.ui;
    let report = Report::of(completion, &ask.route.name, &ask.id);
    let filtered = completion.answer.finish == Some(FinishReason::ContentFilter);
    match context.global.output() {
        // Then the error carries the report: one value, not two.
        Output::Json | Output::Jsonl if filtered => {}
        Output::Json => ui.line(&pretty(&report.to_json()))?,
        Output::Jsonl => {
            let mut done = report.to_json();
            done["type"] = json!("done");
            screen.event_line(&done)?;
        }
        Output::Text if args.extract => ui.line(extract(&completion.answer.text))?,
        Output::Text => {}
    }
    for line in dead_ends(app, completion) {
        ui.warn(&line);
    }
    if let Some(line) = who_answered(app, ask.route, completion) {
        ui.note(&line);
    }
    ui.detail(&took(completion, &ask.id));
    if filtered {
        let error = CommandError::new(
            Exit::Cut,
            "the provider's content filter ended the answer before it was whole",
        );
        return Err(error.with_json(report.to_json()));
    }
    if completion.answer.finish == Some(FinishReason::Length) {
        ui.warn("the answer was cut at the output limit (--max-tokens sets it)");
    }
    Ok(())
}

/// What will fail again next time, whoever answered now: refused keys and models that are not there.
fn dead_ends(app: &App, completion: &Completion) -> Vec<String> {
    let dead_end = |attempt: &Attempt| {
        let provider = &attempt.model.provider;
        match attempt.failure.as_ref()?.class {
            FailureClass::Auth => {
                let account = app.account(provider)?;
                let key = account.keys.iter().find(|key| key.ready().map(Secret::fingerprint) == attempt.key);
                let origin = key.map(|key| format!(" ({})", key.origin)).unwrap_or_default();
                Some(format!(
                    "{provider} refused the key{origin}; `aigw auth login {provider}` stores another one"
                ))
            }
            FailureClass::NotFound => Some(format!("{provider} does not know `{}`", attempt.model.model)),
            _ => None,
        }
    };
    completion.attempts.iter().filter_map(dead_end).collect()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

/// One line when another one answered than was asked first, or than would have been asked first.
fn who_answered(app: &App, route: &Route, completion: &Completion) -> Option<String> {
    let last = completion.attempts.last()?;
    let (first, to) =
        (route.stops.first()?, route.stops.iter().find(|stop| stop.model.model_id() == last.model)?);
    let crossing = crossing(app, first, to).map(|what| format!(", {what}")).unwrap_or_default();
    if completion.attempts.first()?.model == last.model && crossing.is_empty() {
        return None;
    }
    let mut failed: Vec<(String, u32)> = Vec::new();
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
    Some(format!("answered by {}{crossing}{why}", last.model))
}

fn took(completion: &Completion, request_id: &str) -> String {
    let tokens = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let (usage, last) = (&completion.usage, completion.attempts.last());
    let cost =
        last.and_then(|attempt| attempt.cost_usd).map(|cost| format!(", ${cost:.6}")).unwrap_or_default();
    let seconds = last.map_or(0.0, |attempt| attempt.latency.as_secs_f64());
    let model = last.map(|attempt| attempt.model.to_string()).unwrap_or_default();
    let (input, output) = (tokens(usage.input_tokens), tokens(usage.output_tokens));
    format!("{model}: {input} tokens in, {output} out{cost}, {seconds:.1} s, request {request_id}")
}

/// The inside of the first code block, or the whole text if there is none.
fn extract(text: &str) -> &str {
    let whole = text.trim_matches('\n');
    let mut offset = 0;
    let mut start = None;
    for line in text.split_inclusive('\n') {
        let fence = line.trim_start().starts_with("```");
        match start {
            None if fence => start = Some(offset + line.len()),
            Some(start) if fence => return text[start..offset].trim_end_matches('\n'),
            _ => {}
        }
        offset += line.len();
    }
    start.map_or(whole, |start| text[start..].trim_end_matches('\n'))
}

/// A request without a whole answer, as a failure of the command.
fn failure(error: &RouteError) -> CommandError {
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
        RouteErrorKind::Broken(_) => CommandError::new(Exit::Cut, "the answer broke off; what came is above"),
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
    if let Some(attempt) = error.attempts.iter().find(refused) {
        failure = failure.hint(format!(
            "check the key: `aigw auth login {0}` replaces it, `aigw provider show {0}` says where it comes from",
            attempt.model.provider
        ));
    }
    failure
        .hint(format!("every attempt is on record: aigw usage --request {}", error.request_id))
        .with_json(Report::of_failure(error).to_json())
}

/// No model of the route can do what the request needs.
fn unable(route: &Route, skipped: &[Skipped]) -> CommandError {
    unable_lines(&route.name, skipped)
}

fn unable_lines(route: &str, skipped: &[Skipped]) -> CommandError {
    CommandError::failed(format!("no model of the route `{route}` can do this"))
        .details(skipped.iter().map(skipped_line))
        .hint("`aigw model ls` shows windows and abilities (--can vision, tools, schema, pdf); name another model with -m")
}

fn skipped_line(skipped: &Skipped) -> String {
    format!("{}  {}", skipped.candidate.model_id(), dry_run::reason(&skipped.reason))
}

/// One attempt in one line: who, class, what was said, when to try again.
fn attempt_line(attempt: &Attempt) -> String {
    let Some(failure) = &attempt.failure else { return format!("{}  answered", attempt.model) };
    let status = failure.status.map(|status| format!(" ({status})")).unwrap_or_default();
    // When a throttled provider is well again is worth knowing; how long we leave a broken one alone is not.
    let throttled = matches!(failure.class, FailureClass::RateLimited | FailureClass::QuotaExhausted);
    let rest =
        failure.reset.or(attempt.rest.filter(|_| throttled)).filter(|rest| *rest >= Duration::from_secs(1));
    let again = rest.map(|rest| format!("; try again in {}", people(rest))).unwrap_or_default();
    format!("{}  {}{status}: {}{again}", attempt.model, failure.class.as_str(), failure.message)
}

/// A span as people say it.
fn people(span: Duration) -> String {
    let seconds = span.as_secs() + u64::from(span.subsec_nanos() > 0);
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3600)),
    }
}

/// Waits for what is still to be written. The answer does not depend on it, so a failure is a warning.
async fn settle_ledger(app: &App, context: &Context) {
    let ledger = std::sync::Arc::clone(&app.ledger);
    let flushed = tokio::task::spawn_blocking(move || ledger.flush(LEDGER_PATIENCE)).await;
    if let Ok(Err(error)) = flushed {
        context.ui.warn(&format!("the usage of this request could not be recorded: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_code_block_is_extracted() {
        assert_eq!(extract("Here:\n```sh\nls -l\n```\nand\n```\nno\n```"), "ls -l");
        assert_eq!(extract("no code\n"), "no code");
        assert_eq!(extract("```\nnever closed\n"), "never closed");
    }

    #[test]
    fn spans_for_people() {
        assert_eq!(people(Duration::from_millis(1500)), "2 s");
        assert_eq!(people(Duration::from_mins(30)), "30 min");
        assert_eq!(people(Duration::from_hours(20)), "20 h");
    }
}
