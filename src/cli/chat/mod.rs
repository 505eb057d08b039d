//! `aigw chat`: one question, one answer.

mod args;
mod dry_run;
mod outcome;
mod output;
mod prompt;
mod report;
mod stdin;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub use args::ChatArgs;

use super::{CommandError, Context, Exit, Output};
use crate::app::App;
use crate::chat::{ChatRequest, FinishReason, Format, Sampling, Schema};
use crate::config::{Span, read_bounded};
use crate::providers::client::Client;
use crate::router::{Ask, Completion, Conversation};

use outcome::{dead_ends, failure, took, who_answered};
use output::{Manner, Screen};
use report::Report;

/// The largest schema.
const MAX_SCHEMA: u64 = 4 << 20;
/// How long providers that are all out for now are waited for.
const MAX_WAIT: Duration = Duration::from_secs(20);
/// How long the ledger may keep the program from ending.
const LEDGER_PATIENCE: Duration = Duration::from_secs(3);
/// How long what was learnt about providers may keep it.
const HEALTH_PATIENCE: Duration = Duration::from_millis(100);
/// How long providers may take to hear that their answer is not wanted any more.
pub(super) const FAREWELL_PATIENCE: Duration = Duration::from_millis(800);

/// Runs the command.
pub async fn run(args: ChatArgs, context: Context) -> Result<(), CommandError> {
    let (args, context) = (&args, &context);
    let started = Instant::now();
    let app = context.app()?;
    let client = Client::new()?;
    let prepare = async { Ok((app.route(&client, &args.model).await?, request(args, context).await?)) };
    let (route, request) = context.interrupt.unless(in_time(args, prepare)).await?;
    if args.dry_run {
        return dry_run::show(context, &app, &route, &request);
    }
    let output = context.global.output();
    let ask = Ask {
        id: uuid::Uuid::now_v7().to_string(),
        request: &request,
        route: &route,
        buffered: args.extract || args.no_stream || args.schema.is_some() || output == Output::Json,
        max_wait: MAX_WAIT,
        deadline: args.timeout.map(|span| span.0.saturating_sub(started.elapsed())),
        conversation: Conversation::default(),
    };
    let mut screen = Screen::new(&context.ui, manner(args, output));
    let router = app.router(client);
    let answered = async { router.chat(&ask, &mut screen).await.map_err(|error| failure(&app, &error)) };
    let answered = context.interrupt.unless(answered).await;
    let closed = screen.finish();
    let outcome =
        answered.and_then(|completion| conclude(args, context, &app, &ask, &completion, &mut screen));
    router.upstream().settle(FAREWELL_PATIENCE).await;
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
        Output::Text if args.extract => ui.line(extract(&completion.answer.text()))?,
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

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
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

/// Waits for what is still to be written. The answer does not depend on it, so a failure is a warning; what was learnt
/// about providers may be lost.
pub(super) async fn settle_ledger(app: &App, context: &Context) {
    let (ledger, health) = (std::sync::Arc::clone(&app.ledger), app.health());
    let flush = move || {
        health.flush(HEALTH_PATIENCE);
        ledger.flush(LEDGER_PATIENCE)
    };
    let flushed = tokio::task::spawn_blocking(flush).await;
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
}
