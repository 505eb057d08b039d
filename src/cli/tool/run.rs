//! `aigw tool run`: calling a tool oneself. That is consent; quotas hold all the same.

use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{CommandError, Context, Exit, Output, json};
use super::{all, file, find, shown};
use crate::app::App;
use crate::app::tools::from_pairs;
use crate::chat::{Schema, ToolCall};
use crate::cli::stdin::{self, Wanted};
use crate::tools::record::Caller;
use crate::tools::{Toolbox, TurnCalls};

/// The largest file with arguments.
const MAX_ARGUMENTS: u64 = 1 << 20;

/// What is called.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The tool
    #[arg(value_name = "NAME")]
    name: String,

    /// Its arguments: a JSON object, `@FILE` with one, or `-` for stdin; or NAME=VALUE, as many as there are
    #[arg(value_name = "JSON|NAME=VALUE")]
    arguments: Vec<String>,

    /// Ask services also for what is kept of earlier answers
    #[arg(long)]
    no_cache: bool,

    /// Show what the model would be given
    #[arg(long)]
    for_model: bool,
}

/// Calls it.
pub(super) async fn run(args: &RunArgs, context: &Context, app: &App) -> Result<(), CommandError> {
    if args.no_cache {
        app.ask_services_anew();
    }
    let tools = all(context, app)?;
    let spec = find(&tools, &args.name)?.spec();
    let arguments = arguments(args, context, &spec.parameters).await?;
    let schema =
        Schema::new(spec.parameters.clone()).map_err(|error| CommandError::failed(error.to_string()))?;
    let read = serde_json::from_str(&arguments).map_err(|error| format!("not JSON: {error}"));
    let problem = read.map_or_else(Some, |value| schema.departure(&value));
    if let Some(problem) = problem {
        let wrong = CommandError::usage(format!("the arguments of {} are wrong: {problem}", args.name));
        return Err(wrong.hint(format!("`aigw tool show {}` says what it takes", args.name)));
    }
    let (gate, problem) = app.gate();
    if let Some(problem) = problem {
        context.ui.warn(&problem);
    }
    let turn = Uuid::now_v7().to_string();
    let toolbox = Toolbox::new(Arc::new(gate), Caller::default(), tools);
    let call = ToolCall { id: turn.clone(), name: args.name.clone(), arguments, signature: None };
    let spinner = context.ui.spinner(&format!("{} is called", args.name));
    let calls = TurnCalls::of(turn);
    let made = context.interrupt.unless(async { Ok(toolbox.call(&call, &calls).await) }).await;
    drop(spinner);
    app.leave_tools().await;
    let exit = if calls.had_refusals() { Exit::Refused } else { Exit::Failed };
    let answer = made?.map_err(|error| CommandError::new(exit, error.to_string()))?;
    match context.global.output() {
        Output::Text if args.for_model => Ok(context.ui.line(&answer.text)?),
        Output::Text => shown::show(context, &args.name, &answer),
        output => {
            let value = answer.data.unwrap_or_else(|| json!({"text": answer.text}));
            json::object(&context.ui, output, &value)
        }
    }
}

/// The arguments as JSON.
async fn arguments(args: &RunArgs, context: &Context, schema: &Value) -> Result<String, CommandError> {
    match &args.arguments[..] {
        [] => Ok("{}".to_owned()),
        [dash] if dash == "-" => {
            let bytes = stdin::read(Wanted::Yes, &context.ui).await?.unwrap_or_default();
            String::from_utf8(bytes).map_err(|_| CommandError::usage("stdin is not UTF-8 text"))
        }
        [text] if text.starts_with('{') => Ok(text.clone()),
        [text] if text.starts_with('@') => {
            let path = file(text).unwrap_or_default();
            let bytes = crate::config::read_bounded(&path, MAX_ARGUMENTS).map_err(|error| {
                CommandError::failed(format!("{}: cannot read it: {error}", path.display()))
            })?;
            String::from_utf8(bytes).map_err(|_| CommandError::usage("the file is not UTF-8 text"))
        }
        pairs => from_pairs(pairs, schema).map_err(|problem| {
            CommandError::usage(problem)
                .hint("write a JSON object, or NAME=VALUE: aigw tool run weather city=Paris days=2")
        }),
    }
}
