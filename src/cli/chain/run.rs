//! `aigw chain run`.

use std::fmt::Write as _;
use std::sync::Arc;

use clap::Args;
use serde_json::{Map, Value, json};

use super::execute::{Execution, execute};
use super::{Terms, find, forecast, given, pair, plan, wrong};
use crate::app::App;
use crate::chains::{self, Found, Plan, step_of};
use crate::cli::{CommandError, Context, Exit, chat};
use crate::memory::run::{Run, Step};
use crate::memory::{Found as Entry, Scope};
use crate::providers::client::Client;

/// Run a chain
///
/// The first word is the chain or its file; the others, and what stdin holds, are its first input. With -a there is no
/// file: each agent works on what the one before has said.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The chain or its file (not with -a), then its first input; `-` waits for stdin for as long as it takes
    #[arg(value_name = "CHAIN|FILE] [WORDS")]
    words: Vec<String>,

    /// Make a chain of this agent and those after it
    #[arg(short, long, value_name = "AGENT")]
    agent: Vec<String>,

    /// Whom agents ask: a model, a provider or a route; give several to have them tried in order
    #[arg(short, long, value_name = "MODEL|ROUTE")]
    model: Vec<String>,

    /// An input
    #[arg(short, long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(super) input: Vec<(String, String)>,

    /// An input from a file; `-` is stdin
    #[arg(long, value_name = "NAME=FILE", value_parser = pair)]
    pub(super) input_file: Vec<(String, String)>,

    /// Never look at stdin
    #[arg(short, long)]
    pub(super) no_stdin: bool,

    /// Show what would run, whom it would ask and what it would cost, and run nothing
    #[arg(long)]
    plan: bool,

    /// Take the results of the newest run for everything before this step
    #[arg(long, value_name = "STEP", conflicts_with = "plan")]
    from: Option<String>,

    #[command(flatten)]
    terms: Terms,
}

/// Runs a chain.
pub(super) async fn run(args: RunArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    let client = Arc::new(Client::new()?);
    let (found, words) = chain(&args, &app)?;
    let name = found.definition.name.clone();
    let plan = Arc::new(plan(&app, &client, found, &[]).map_err(|problems| wrong(&name, &problems))?);
    let before = match &args.from {
        Some(step) => Some(newest(&app, &plan, step)?),
        None => None,
    };
    let inputs = match &before {
        Some((run, _)) if words.is_empty() && args.input.is_empty() && args.input_file.is_empty() => {
            run.definition["inputs"].clone()
        }
        _ => context.interrupt.unless(given::inputs(&args, words, &plan, context)).await?,
    };
    if args.plan {
        return forecast::show(context, &app, &client, &plan, &inputs, &args.model).await;
    }
    let memory = memory(&app, &plan, context)?;
    let run = Run::new(&name, snapshot(&plan, &inputs, &memory, &args.model));
    app.memory.begin_run(run.clone())?;
    for step in before.into_iter().flat_map(|(_, steps)| steps) {
        app.memory.end_step(&run.id, step, None)?;
    }
    let execution = Execution {
        context,
        app: &app,
        client: &client,
        plan,
        run,
        inputs,
        memory,
        models: args.model,
        terms: args.terms,
    };
    let ended = Box::pin(execute(execution)).await;
    app.leave_tools().await;
    chat::settle_ledger(&app, context).await;
    ended
}

/// The chain that was named or made of agents, and the words that are left.
fn chain<'a>(args: &'a RunArgs, app: &App) -> Result<(Found, &'a [String]), CommandError> {
    if !args.agent.is_empty() {
        return Ok((of_agents(&args.agent), &args.words));
    }
    let Some((name, words)) = args.words.split_first() else {
        return Err(CommandError::usage("no chain is named")
            .hint("`aigw chain ls` lists them; `aigw chain run -a researcher -a writer TOPIC` makes one"));
    };
    Ok((find(&app.chains(), name)?, words))
}

/// A chain in which each agent works on what the one before has said, as `aigw chat -a A --then B` does.
fn of_agents(agents: &[String]) -> Found {
    let mut text = "name = \"agents\"\n".to_owned();
    for (index, agent) in agents.iter().enumerate() {
        let agent = Value::String(agent.clone());
        let said = match index.checked_sub(1) {
            Some(before) => {
                let by = Value::String(agents[before].clone());
                format!("\n\n<answer by={by}>\n{{{{ steps.a{}.output }}}}\n</answer>", before + 1)
            }
            None => String::new(),
        };
        let prompt = Value::String(format!("{{{{ inputs.topic }}}}{said}"));
        let _infallible =
            write!(text, "[[step]]\nid = \"a{}\"\nagent = {agent}\nprompt = {prompt}\n", index + 1);
    }
    let (definition, problems) = chains::read("agents", None, &text);
    Found { definition, problems, origin: crate::agents::Origin::User }
}

/// The newest run of a chain, and its results that do not come after a step.
fn newest(app: &App, plan: &Plan, step: &str) -> Result<(Run, Vec<Step>), CommandError> {
    let name = &plan.definition.name;
    let Some(index) = plan.find(step) else {
        return Err(CommandError::usage(format!("the chain `{name}` has no step `{step}`")));
    };
    let run = app.memory.runs(Some(name), 1)?.pop().ok_or_else(|| {
        CommandError::new(Exit::NotFound, format!("there is no run of `{name}` to take results from"))
    })?;
    let again: Vec<&str> = plan.from(index).into_iter().map(|step| plan.id(step)).collect();
    let mut steps = app.memory.steps(&run.id)?;
    steps.retain(|step| !again.contains(&step_of(&step.path)));
    for step in &mut steps {
        (step.input_tokens, step.output_tokens, step.cost_usd, step.kept) = (0, 0, None, true);
    }
    Ok((run, steps))
}

/// What the memory says under the keys that templates speak of.
fn memory(app: &App, plan: &Plan, context: &Context) -> Result<Value, CommandError> {
    let mut values = Map::new();
    let inner = plan.chains.values().flat_map(|plan| &plan.memory);
    for key in plan.memory.iter().chain(inner) {
        let entry = app.memory.get(key, Some(&Scope::Shared))?;
        let text = match entry {
            Entry::One(entry) => entry.draft.content,
            Entry::None | Entry::Several(_) => {
                context.ui.warn(&format!("the memory has nothing under the key `{key}`: it is left empty"));
                String::new()
            }
        };
        values.insert(key.clone(), Value::String(text));
    }
    Ok(Value::Object(values))
}

/// All that a run was begun with: it goes on with that, whatever becomes of the files.
fn snapshot(plan: &Plan, inputs: &Value, memory: &Value, models: &[String]) -> Value {
    fn texts(plan: &Plan, into: &mut Map<String, Value>) {
        for (name, inner) in &plan.chains {
            into.insert(name.clone(), Value::String(inner.definition.text.clone()));
            texts(inner, into);
        }
    }
    let mut chains = Map::new();
    texts(plan, &mut chains);
    json!({
        "text": plan.definition.text,
        "file": plan.definition.file,
        "chains": chains,
        "inputs": inputs,
        "memory": memory,
        "models": models,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_make_a_chain() {
        let found = of_agents(&["assistant".to_owned(), "wri\"ter".to_owned()]);
        assert!(found.problems.is_empty(), "{:?}", found.problems);
        let steps = &found.definition.steps;
        assert_eq!((steps.len(), steps[1].kind.who()), (2, "wri\"ter"));
        let chains::definition::Kind::Agent { prompt, .. } = &steps[1].kind else { panic!() };
        assert_eq!(
            prompt.value,
            "{{ inputs.topic }}\n\n<answer by=\"assistant\">\n{{ steps.a1.output }}\n</answer>"
        );
    }
}
