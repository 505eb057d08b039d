//! `aigw memory embed`: vectors for all that has none.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use tokio::time::Instant;

use super::super::chat::{FAREWELL_PATIENCE, failure, settle_ledger};
use super::super::{CommandError, Context, Exit, Output, json};
use super::counted;
use crate::agents::{CaughtUp, Embedder, Meanings, Time};
use crate::app::App;
use crate::providers::client::Client;

/// Entries between two looks at how many are left.
const PORTION: usize = 256;
/// How long a portion may take, and how long providers that are all out may be waited for: a limit per minute passes.
const PATIENCE: Duration = Duration::from_mins(15);
const MAX_WAIT: Duration = Duration::from_secs(90);

/// Make vectors of all that has none, so that it is found by what it means.
///
/// `[memory] embed` in the configuration names the model; `aigw model ls --can embeddings` lists some. `aigw chat` makes a
/// few after every answer; this makes all. What was made is kept when you stop it. What has no vector is found by its
/// words, and a model whose vectors are worth nothing for this memory is not used: that is tried out here as well.
#[derive(Debug, Args)]
pub(super) struct EmbedArgs {
    /// How many at most
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

pub(super) async fn embed(args: &EmbedArgs, context: &Context, app: &App) -> Result<(), CommandError> {
    if !app.has_embedders() {
        return Err(CommandError::new(Exit::Config, "no model is set that makes vectors").hint(
            "say which in the configuration, [memory] embed = \"PROVIDER/MODEL\"; `aigw model ls --can embeddings` lists some",
        ));
    }
    let client = Arc::new(Client::new()?);
    let meanings = app.meanings(&client).await?;
    let Some(embedder) = meanings.embedders.first() else { return Ok(()) };
    let mut done = CaughtUp::default();
    let worked = context.interrupt.unless(all(&meanings, embedder, args.limit, context, &mut done)).await;
    client.settle(FAREWELL_PATIENCE).await;
    settle_ledger(app, context).await;
    let waiting = app.memory.waiting_for_vectors(&embedder.name)?;
    report(context, &embedder.name, &done, waiting)?;
    worked?;
    match &done.trouble {
        None => Ok(()),
        // Its object would be a second one on stdout.
        Some(_) if context.global.output() != Output::Text => Err(CommandError::new(Exit::NoAnswer, "")),
        Some(error) => Err(failure(app, error)),
    }
}

async fn all(
    meanings: &Meanings<Arc<Client>>,
    embedder: &Embedder,
    limit: Option<usize>,
    context: &Context,
    done: &mut CaughtUp,
) -> Result<(), CommandError> {
    let spinner = context.ui.spinner("making vectors");
    let mut left = limit.unwrap_or(usize::MAX);
    loop {
        let waiting = meanings.memory.waiting_for_vectors(&embedder.name)?;
        spinner.text(&format!("{} made by {}, {waiting} to go", counted_vectors(done.made), embedder.name));
        let time = Time { end: Instant::now() + PATIENCE, max_wait: MAX_WAIT };
        let some = meanings.catch_up(left.min(PORTION), time).await?;
        let count = some.made + some.refused;
        done.made += some.made;
        done.refused += some.refused;
        done.trouble = some.trouble;
        left = left.saturating_sub(count);
        if count == 0 || left == 0 || done.trouble.is_some() {
            return Ok(());
        }
    }
}

fn counted_vectors(count: usize) -> String {
    counted(count as u64, "vector", "vectors")
}

fn report(context: &Context, name: &str, done: &CaughtUp, waiting: u64) -> Result<(), CommandError> {
    let output = context.global.output();
    if output != Output::Text {
        let value = json!({"model": name, "made": done.made, "refused": done.refused, "waiting": waiting});
        return json::object(&context.ui, output, &value);
    }
    context.ui.note(&format!("{} made by {name}", counted_vectors(done.made)));
    if done.refused > 0 {
        let entries = counted(done.refused as u64, "entry", "entries");
        context.ui.warn(&format!("{entries} refused by every provider: found by words only"));
    }
    if waiting > 0 {
        context.ui.note(&format!("{} still without one", counted(waiting, "entry", "entries")));
    }
    Ok(())
}
