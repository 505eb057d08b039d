//! `aigw memory search`: what fits some words best.

use clap::Args;
use serde_json::json;

use super::super::{CommandError, Context, Output, json};
use super::{FilterArgs, show};
use crate::app::App;
use crate::memory::Record;
use crate::memory::search::Query;

/// Find what fits some words best.
///
/// Nothing in the words is syntax. Any of them may be there; the rarer ones count more, and other forms of a word count
/// as well.
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

pub(super) fn search(args: &SearchArgs, context: &Context, app: &App) -> Result<(), CommandError> {
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
    let hits = app.memory.search(&query)?;
    let output = context.global.output();
    if output != Output::Text {
        let record = |hit: &crate::memory::search::Hit| {
            let mut value = serde_json::to_value(Record::new(&hit.entry, None)).unwrap_or_else(|_| json!({}));
            value["score"] = json!(hit.score);
            value
        };
        return json::list(&context.ui, output, &hits.iter().map(record).collect::<Vec<_>>());
    }
    let entries: Vec<_> = hits.into_iter().map(|hit| hit.entry).collect();
    Ok(context.ui.table(&show::table(&entries, context), "nothing that is remembered has these words")?)
}
