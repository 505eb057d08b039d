//! `aigw memory search`: what fits some words best.

use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use super::super::chat::{FAREWELL_PATIENCE, settle_ledger};
use super::super::{CommandError, Context, Output, json, when};
use super::snippet::snippet;
use super::{FilterArgs, shortened};
use crate::app::App;
use crate::app::outcome::words_only;
use crate::memory::Record;
use crate::memory::search::{Hit, Query};
use crate::providers::client::Client;

/// Columns where nobody knows how many there are.
const COLUMNS: usize = 80;

/// Find what fits some words best.
///
/// Nothing in the words is syntax. Any of them may be there; the rarer ones count more, and other forms of a word count
/// as well. Where `[memory] embed` names a model, entries that mean the same are found too, unless more than --scope
/// narrows the search.
#[derive(Debug, Args)]
pub(super) struct SearchArgs {
    #[arg(value_name = "WORDS", required = true)]
    words: Vec<String>,

    #[command(flatten)]
    filter: FilterArgs,

    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
}

pub(super) async fn search(args: &SearchArgs, context: &Context, app: &App) -> Result<(), CommandError> {
    let filter = args.filter.filter(app)?;
    let query = Query {
        text: args.words.join(" "),
        scopes: filter.scope.into_iter().collect(),
        kinds: filter.kind.into_iter().collect(),
        tags: filter.tags,
        agent: filter.agent,
        since: filter.since,
        limit: args.limit,
    };
    let hits = found(query, context, app).await?;
    let output = context.global.output();
    if output != Output::Text {
        let record = |hit: &Hit| {
            let mut value = serde_json::to_value(Record::new(&hit.entry, None)).unwrap_or_else(|_| json!({}));
            value["score"] = json!(hit.score);
            value
        };
        return json::list(&context.ui, output, &hits.iter().map(record).collect::<Vec<_>>());
    }
    if hits.is_empty() {
        context.ui.note("nothing that is remembered has these words");
    }
    let (now, columns) = (Timestamp::now(), context.ui.width().map_or(COLUMNS, usize::from));
    for Hit { entry, .. } in &hits {
        let draft = &entry.draft;
        let mut head = format!("{}, {}, {}", entry.id, draft.scope, when::age(entry.updated, now));
        let by = draft.agent.as_deref().unwrap_or_else(|| draft.origin.as_str());
        for more in [Some(by), draft.key.as_deref(), draft.source.as_deref(), draft.place.as_deref()] {
            head.extend(more.map(|more| format!(", {more}")));
        }
        context.ui.line(&shortened(&head, columns))?;
        let mut pieces = vec![("    ".to_owned(), false)];
        pieces.extend(snippet(&draft.content, &args.words, columns.saturating_sub(4)));
        context.ui.marked(&pieces)?;
    }
    Ok(())
}

/// By words, and by what the question means where a model can say so.
async fn found(query: Query, context: &Context, app: &App) -> Result<Vec<Hit>, CommandError> {
    if query.is_narrow() || !app.has_embedders() {
        return Ok(app.memory.search(&query)?);
    }
    let client = Arc::new(Client::new()?);
    let meanings = app.meanings(&client).await.unwrap_or_else(|error| {
        context.ui.warn(&format!("the memory is searched by words only: {error}"));
        app.no_meanings(&client)
    });
    let searched = context.interrupt.unless(async { Ok(meanings.search(query).await?) }).await;
    client.settle(FAREWELL_PATIENCE).await;
    settle_ledger(app, context).await;
    let searched = searched?;
    if let Some(error) = &searched.trouble {
        context.ui.warn(&words_only(error));
    }
    Ok(searched.hits)
}
