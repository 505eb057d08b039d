//! `aigw chain resume`: going on with a run where it was.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::Value;

use super::execute::{Execution, execute};
use super::show::one;
use super::{Terms, plan, wrong};
use crate::agents::Origin;
use crate::chains::{self, Definition, Found, step_of};
use crate::cli::{CommandError, Context, chat};
use crate::memory::run::RunState;
use crate::providers::client::Client;

/// Go on with a run that was stopped, killed, or waits for an answer
///
/// Nothing that is finished is done again. The chain is taken as it was when the run began.
#[derive(Debug, Args)]
pub(super) struct ResumeArgs {
    /// The run; the first characters of its id are enough
    #[arg(value_name = "RUN")]
    run: String,

    /// Do this step and all after it again
    #[arg(long, value_name = "STEP")]
    from: Option<String>,

    #[command(flatten)]
    terms: Terms,
}

/// Goes on with a run.
pub(super) async fn run(args: ResumeArgs, context: &Context) -> Result<(), CommandError> {
    let app = context.app()?;
    let client = Arc::new(Client::new()?);
    let run = one(&app, &args.run)?;
    let kept = &run.definition;
    let definition = |name: &str, text: &Value| {
        let file = kept["file"].as_str().map(PathBuf::from);
        chains::read(name, file.as_deref().filter(|_| name == run.chain), text.as_str().unwrap_or_default())
    };
    let inner = kept["chains"].as_object().into_iter().flatten();
    let before: Vec<(String, Arc<Definition>)> =
        inner.map(|(name, text)| (name.clone(), Arc::new(definition(name, text).0))).collect();
    let (whole, problems) = definition(&run.chain, &kept["text"]);
    let found = Found { definition: whole, problems, origin: Origin::User };
    let plan =
        Arc::new(plan(&app, &client, found, &before).map_err(|problems| wrong(&run.chain, &problems))?);
    if let Some(step) = &args.from {
        let index = plan
            .find(step)
            .ok_or_else(|| CommandError::usage(format!("the chain `{}` has no step `{step}`", run.chain)))?;
        let again: Vec<&str> = plan.from(index).into_iter().map(|step| plan.id(step)).collect();
        let steps = app.memory.steps(&run.id)?.into_iter().map(|step| step.path);
        let paths: Vec<String> = steps.filter(|path| again.contains(&step_of(path))).collect();
        app.memory.forget_steps(&run.id, paths)?;
    } else if run.state == RunState::Done {
        context.ui.note(&format!("the run {} is done; `--from STEP` does a part of it again", run.id));
    }
    let strings = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned)).collect()
    };
    let (inputs, memory, models) = (kept["inputs"].clone(), kept["memory"].clone(), strings(&kept["models"]));
    let execution = Execution {
        context,
        app: &app,
        client: &client,
        plan,
        run: run.clone(),
        inputs,
        memory,
        models,
        terms: args.terms,
    };
    let ended = Box::pin(execute(execution)).await;
    app.leave_tools().await;
    chat::settle_ledger(&app, context).await;
    ended
}
