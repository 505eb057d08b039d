//! `aigw chat`: one question, one answer.

mod args;
mod dry_run;
mod output;
mod prompt;
mod report;
mod stdin;

use std::time::Duration;

use serde_json::{Value, json};

pub use args::ChatArgs;

use super::{CommandError, Context, Exit, Output};
use crate::app::{App, crossing};
use crate::chat::{ChatRequest, FailureClass, FinishReason, Format, Sampling, Schema};
use crate::providers::client::Client;
use crate::router::plan::Skipped;
use crate::router::{Ask, Attempt, Completion, Route, RouteError, RouteErrorKind};
use output::{Manner, Screen};
use report::Report;

/// How long the ledger may keep the program from ending.
const LEDGER_PATIENCE: Duration = Duration::from_secs(3);

/// Runs the command.
pub async fn run(args: ChatArgs, context: Context) -> Result<(), CommandError> {
    let (args, context) = (&args, &context);
    let app = context.app()?;
    let client = Client::new()?;
    let prepare = async { Ok((app.route(&client, &args.model).await?, request(args, context).await?)) };
    let (route, request) = unless_interrupted(prepare).await?;
    if args.dry_run {
        return dry_run::show(context, &route, &request);
    }
    let output = context.global.output();
    let ask = Ask {
        id: uuid::Uuid::now_v7().to_string(),
        request: &request,
        route: &route,
        buffered: args.extract || args.no_stream || args.schema.is_some() || output == Output::Json,
        deadline: args.timeout.map(|span| span.0),
    };
    let mut screen = Screen::new(&context.ui, manner(args, output));
    let router = app.router(client);
    let answered = async { router.chat(&ask, &mut screen).await.map_err(|error| failure(&error)) };
    let answered = unless_interrupted(answered).await;
    let closed = screen.finish();
    let outcome =
        answered.and_then(|completion| conclude(args, context, &app, &ask, &completion, &mut screen));
    settle_ledger(&app, context).await;
    // What could not be written decides: an answer that nobody got was not delivered.
    closed?;
    outcome
}

/// Does the work unless the user stops it; then the work is dropped at once.
async fn unless_interrupted<T>(
    work: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    tokio::select! {
        result = work => result,
        () = interrupted() => Err(CommandError::interrupted()),
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

fn schema(text: &str) -> Result<Schema, CommandError> {
    let (name, json) = if text.trim_start().starts_with('{') {
        ("--schema", text.to_owned())
    } else {
        let read = std::fs::read_to_string(text);
        (
            text,
            read.map_err(|error| CommandError::usage(format!("--schema {text}: cannot read it: {error}")))?,
        )
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
    match context.global.output() {
        Output::Json => ui.line(&pretty(&report.to_json()))?,
        Output::Jsonl => {
            let mut done = report.to_json();
            done["type"] = json!("done");
            screen.event_line(&done)?;
        }
        Output::Text if args.extract => ui.line(extract(&completion.answer.text))?,
        Output::Text => {}
    }
    if let Some(line) = who_answered(app, completion) {
        ui.note(&line);
    }
    ui.detail(&took(completion));
    match completion.answer.finish {
        Some(FinishReason::Length) => {
            ui.warn("the answer was cut at the output limit (--max-tokens sets it)");
            Ok(())
        }
        Some(FinishReason::ContentFilter) => Err(CommandError::new(
            Exit::Cut,
            "the provider's content filter ended the answer before it was whole",
        )),
        Some(FinishReason::Stop | FinishReason::ToolCalls) | None => Ok(()),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

/// One line when another one answered than was asked first.
fn who_answered(app: &App, completion: &Completion) -> Option<String> {
    let (first, last) = (completion.attempts.first()?, completion.attempts.last()?);
    if first.model == last.model {
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
    let from = app.account(&first.model.provider)?;
    let to = app.account(&last.model.provider)?;
    let crossing = crossing(from, to).map(|what| format!(", {what}")).unwrap_or_default();
    Some(format!("answered by {}{crossing} ({})", last.model, failed.join("; ")))
}

fn took(completion: &Completion) -> String {
    let tokens = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let (usage, last) = (&completion.usage, completion.attempts.last());
    let cost =
        last.and_then(|attempt| attempt.cost_usd).map(|cost| format!(", ${cost:.6}")).unwrap_or_default();
    let seconds = last.map_or(0.0, |attempt| attempt.latency.as_secs_f64());
    let model = last.map(|attempt| attempt.model.to_string()).unwrap_or_default();
    format!(
        "{model}: {} tokens in, {} out{cost}, {seconds:.1} s",
        tokens(usage.input_tokens),
        tokens(usage.output_tokens)
    )
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
    let attempts = error.attempts.iter().map(attempt_line);
    let failure = match &error.kind {
        RouteErrorKind::NoCandidate if error.is_unable() => {
            return unable_lines(&error.route, &error.skipped);
        }
        RouteErrorKind::NoCandidate => CommandError::new(
            Exit::NoAnswer,
            format!("nobody can be asked by the route `{}` now", error.route),
        )
        .details(error.skipped.iter().map(skipped_line)),
        RouteErrorKind::Exhausted => {
            CommandError::new(Exit::NoAnswer, format!("no answer by the route `{}`", error.route))
                .details(attempts)
        }
        RouteErrorKind::Broken(_) => {
            CommandError::new(Exit::Cut, "the answer broke off; what came is above").details(attempts)
        }
        // Why nobody was there any more is known where the writing failed.
        RouteErrorKind::Gone => return CommandError::new(Exit::Success, ""),
    };
    let bad_key = error
        .attempts
        .iter()
        .find(|attempt| attempt.failure.as_ref().is_some_and(|failure| failure.class == FailureClass::Auth));
    let failure = match bad_key {
        Some(attempt) => failure.hint(format!("check the key: `aigw auth login {0}` replaces it, `aigw provider show {0}` says where it comes from", attempt.model.provider)),
        None => failure,
    };
    failure.with_json(Report::of_failure(error).to_json())
}

/// No model of the route can do what the request needs.
fn unable(route: &Route, skipped: &[Skipped]) -> CommandError {
    unable_lines(&route.name, skipped)
}

fn unable_lines(route: &str, skipped: &[Skipped]) -> CommandError {
    CommandError::failed(format!("no model of the route `{route}` can do this"))
        .details(skipped.iter().map(skipped_line))
        .hint("`aigw model ls --can vision` (or tools, schema, pdf) shows models that can; name one with -m")
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

/// Ctrl-C, or being asked to end.
pub(super) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
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
