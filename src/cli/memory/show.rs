//! `aigw memory ls` and `get`.

use clap::Args;
use jiff::Timestamp;

use super::super::{CommandError, Context, Output, json, when};
use super::{FilterArgs, ScopeArg, find, shortened};
use crate::app::App;
use crate::memory::{Entry, Record, Version};
use crate::ui::Table;

/// Columns of what an entry says where nobody knows how many there are, and the fewest.
const COLUMNS: usize = 60;
const FEWEST_COLUMNS: usize = 20;
/// The longest scope that is shown whole.
const SCOPE_COLUMNS: usize = 18;

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    filter: FilterArgs,

    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

impl ListArgs {
    /// Those that list the newest entries of all.
    pub(super) fn newest() -> Self {
        Self { filter: FilterArgs::default(), limit: 10 }
    }
}

#[derive(Debug, Args)]
pub(super) struct GetArgs {
    #[arg(value_name = "KEY|ID")]
    name: String,

    #[command(flatten)]
    scope: ScopeArg,

    /// What it said before as well, the newest first
    #[arg(long)]
    history: bool,
}

pub(super) fn list(args: &ListArgs, context: &Context, app: &App) -> Result<(), CommandError> {
    let mut entries = app.memory.list(&args.filter.filter(app)?, args.limit.saturating_add(1))?;
    let more = entries.len() > args.limit;
    entries.truncate(args.limit);
    let output = context.global.output();
    if output != Output::Text {
        let records: Vec<_> = entries.iter().map(|entry| Record::new(entry, None)).collect();
        return json::list(&context.ui, output, &records);
    }
    let empty = if args.filter.is_some() {
        "there is no such entry"
    } else {
        "nothing is remembered yet: `aigw memory add WORDS` remembers something"
    };
    context.ui.table(&table(&entries, context), empty)?;
    if more {
        context.ui.note(&format!("only the newest {} are listed (--limit)", args.limit));
    }
    Ok(())
}

fn table(entries: &[Entry], context: &Context) -> Table {
    let now = Timestamp::now();
    let rows: Vec<[String; 4]> = entries
        .iter()
        .map(|entry| {
            let scope = shortened(&entry.draft.scope.to_string(), SCOPE_COLUMNS);
            [entry.id.clone(), entry.draft.kind.as_str().to_owned(), scope, when::age(entry.updated, now)]
        })
        .collect();
    let header = ["id", "kind", "scope", "age", "content"];
    let width = |column: usize| {
        let cells = rows.iter().map(|row| console::measure_text_width(&row[column]));
        cells.max().unwrap_or_default().max(header[column].len()) + 2
    };
    let taken: usize = (0..4).map(width).sum();
    let columns = context.ui.width().map_or(COLUMNS, |all| usize::from(all).saturating_sub(taken));
    let mut table = Table::new(header).right([3]);
    for (entry, row) in entries.iter().zip(rows) {
        let key = entry.draft.key.as_ref().map(|key| format!("{key} = ")).unwrap_or_default();
        let said = shortened(&format!("{key}{}", entry.draft.content), columns.max(FEWEST_COLUMNS));
        table.row(row.into_iter().chain([said]));
    }
    table
}

pub(super) fn get(args: &GetArgs, context: &Context, app: &App) -> Result<(), CommandError> {
    let entry = find(app, &args.name, args.scope.resolved(app)?.as_ref())?;
    let output = context.global.output();
    if output != Output::Text {
        let history = app.memory.history(&entry.id)?;
        return json::object(&context.ui, output, &Record::new(&entry, Some(&history)));
    }
    if !args.history {
        return Ok(print(context, &entry.draft.content)?);
    }
    let head = |at: Timestamp, agent: Option<&str>, what: &str| {
        let by = agent.map(|agent| format!(" by {agent}")).unwrap_or_default();
        format!("{}{by}{what}", at.strftime("%Y-%m-%d %H:%M"))
    };
    context.ui.heading(&head(entry.updated, entry.draft.agent.as_deref(), ""))?;
    print(context, &entry.draft.content)?;
    for Version { content, agent, updated, replaced, why, .. } in app.memory.history(&entry.id)? {
        let until = replaced.strftime("%Y-%m-%d %H:%M");
        context.ui.line("")?;
        context.ui.heading(&head(updated, agent.as_deref(), &format!(", {} {until}", why.as_str())))?;
        print(context, &content)?;
    }
    Ok(())
}

/// A text and the end of its line, where it has none.
fn print(context: &Context, text: &str) -> std::io::Result<()> {
    if text.ends_with('\n') { context.ui.data(text) } else { context.ui.line(text) }
}
