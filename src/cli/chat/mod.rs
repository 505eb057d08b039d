//! `aigw chat`: one question, one answer.

mod args;
mod asking;
pub(super) mod consent;
mod dry_run;
mod outcome;
mod output;
mod prompt;
mod report;
mod session;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

pub use args::{ChatArgs, temperature};
use asking::Asking;
pub(super) use outcome::failure;
pub(super) use session::{check_name, choose};

use super::{CommandError, Context, Exit, Output};
use crate::agents::talk::Talk;
use crate::agents::{ASSISTANT, Agents, Definition, Meanings, Runner, Terms, Time};
use crate::app::App;
use crate::app::desk::{Desk, Wishes};
use crate::chat::{Format, Sampling, Schema};
use crate::config::{Span, read_bounded};
use crate::providers::client::Client;
use crate::tools::Grants;

/// The largest schema.
const MAX_SCHEMA: u64 = 4 << 20;
/// How long providers that are all out for now are waited for.
const MAX_WAIT: Duration = Duration::from_secs(20);
/// Entries that are made vectors of after an answer, and how long that may take.
const MOST_VECTORS: usize = 64;
const VECTOR_PATIENCE: Duration = Duration::from_secs(2);
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
    let agents = app.agents();
    let client = Arc::new(Client::new()?);
    let session = session::choose(args, &app)?;
    let name = session.agent.clone().unwrap_or_else(|| ASSISTANT.to_owned());
    let (first, others) = (agent(&agents, &name)?, then(args, &agents)?);
    let models = session.models.clone();
    let id = session.id.clone();
    let meanings = Arc::new(meanings(args, context, &app, &client).await);
    let wishes = wishes(args, &context.ui);
    let desk = Desk::new(&app, &client, &meanings, &wishes, (&id, &models));
    let prepare = async { Ok((desk.resolve(first).await?, prompt::question(args, &context.ui).await?)) };
    let (route, question) = context.interrupt.unless(in_time(args, prepare)).await?;
    let router = app.router(Arc::clone(&client));
    let memory = (!args.no_memory).then(|| Arc::clone(&app.memory));
    let runner = Runner { router: &router, routes: &desk, agents: &agents };
    let mut talk = Talk { runner, memory, session, turns: Vec::new() };
    if args.session.is_some() || args.continue_last {
        talk.load().await?;
    }
    let terms = terms(args, context.global.output(), started)?;
    if args.dry_run {
        let recall = talk.recall(first, &question, None).await?;
        let request = talk.request(first, std::slice::from_ref(&question), &recall, &terms);
        return dry_run::show(context, &app, &route, &request);
    }
    let asking = Asking { args, context, app: &app, desk: &desk, meanings: &meanings };
    let outcome = asking.all(&mut talk, (first, route), question, &others, terms).await;
    if !meanings.embedders.is_empty() {
        // What has no vector is found by its words: the next one goes on.
        let time = Time { end: tokio::time::Instant::now() + VECTOR_PATIENCE, max_wait: Duration::ZERO };
        let made = context.interrupt.unless(async { Ok(meanings.catch_up(MOST_VECTORS, time).await?) }).await;
        match made {
            Ok(made) => tracing::debug!(?made, "entries were made vectors of"),
            Err(error) => tracing::debug!(?error, "entries could not be made vectors of"),
        }
    }
    router.upstream().settle(FAREWELL_PATIENCE).await;
    settle(&app, context).await;
    outcome
}

/// What says what a question means. Whoever cannot have it searches by words.
pub(super) async fn meanings(
    args: &ChatArgs,
    context: &Context,
    app: &App,
    client: &Arc<Client>,
) -> Meanings<Arc<Client>> {
    if args.no_memory {
        return app.no_meanings(client);
    }
    app.meanings(client).await.unwrap_or_else(|error| {
        context.ui.warn(&format!("the memory is searched by words only: {error}"));
        app.no_meanings(client)
    })
}

/// An agent by its name.
pub(super) fn agent<'a>(agents: &'a Agents, name: &str) -> Result<&'a Definition, CommandError> {
    let names = agents.names();
    agents.find(name).ok_or_else(|| {
        let names = names.iter().map(String::as_str);
        CommandError::unknown("agent", name, names, "`aigw agent ls` lists them")
    })
}

/// What agents may have besides what their definitions say.
fn wishes(args: &ChatArgs, ui: &crate::ui::Ui) -> Wishes {
    Wishes {
        tools: args.tool.clone(),
        allowed: args.allow_tool.clone(),
        no_tools: args.no_tools,
        no_memory: args.no_memory,
        hint: "with --allow-tool NAME",
        asks: consent::somebody(ui),
        granted: Grants::default(),
    }
}

/// The agents who work on the answer of the first one.
fn then<'a>(args: &ChatArgs, agents: &'a Agents) -> Result<Vec<&'a Definition>, CommandError> {
    args.then.iter().map(|name| agent(agents, name)).collect()
}

/// How models are asked.
fn terms(args: &ChatArgs, output: Output, started: Instant) -> Result<Terms, CommandError> {
    Ok(Terms {
        format: match &args.schema {
            None => Format::Text,
            Some(text) => Format::Schema(schema(text)?),
        },
        sampling: Sampling {
            temperature: args.temperature,
            max_tokens: args.max_tokens,
            ..Sampling::default()
        },
        stream: !args.no_stream,
        buffered: args.extract || args.no_stream || args.schema.is_some() || output == Output::Json,
        deadline: args.timeout.map(|span| (started + span.0).into()),
        max_wait: MAX_WAIT,
    })
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

/// Ends what was started, and waits for what is still to be written: the turn, and its attempts.
async fn settle(app: &App, context: &Context) {
    app.leave_tools().await;
    let memory = Arc::clone(&app.memory);
    let flushed = tokio::task::spawn_blocking(move || memory.flush(LEDGER_PATIENCE)).await;
    if let Ok(Err(error)) = flushed {
        context.ui.warn(&format!("not all of this conversation could be kept: {error}"));
    }
    settle_ledger(app, context).await;
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
