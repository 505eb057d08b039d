//! `aigw memory stats` and `gc`: how much there is, and less of it.

use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use super::super::{CommandError, Context, Output, json, when};
use super::remove::{agreed, asks, not_without_yes};
use super::{FilterArgs, counted};
use crate::app::App;
use crate::memory::vectors::Standing;
use crate::memory::{Filter, Share, Tidied};
use crate::ui::Table;

/// So many scopes and agents are shown.
const MOST_SHOWN: usize = 15;

pub(super) fn show(context: &Context, app: &App) -> Result<(), CommandError> {
    let stats = app.memory.stats()?;
    let output = context.global.output();
    let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
    if output != Output::Text {
        let path = app.memory.path().display().to_string();
        let vectors = standings(app)?;
        let vectors =
            vectors.iter().map(|it| json!({"name": it.name, "vectors": it.vectors, "weight": it.weight}));
        let vectors: Vec<_> = vectors.collect();
        let value = json!({
            "path": path, "file_bytes": stats.file, "entries": stats.entries, "bytes": stats.bytes,
            "expired": stats.expired, "versions": stats.versions, "documents": stats.documents,
            "oldest": time(stats.oldest), "newest": time(stats.newest),
            "by_scope": stats.scopes, "by_kind": stats.kinds, "by_agent": stats.agents, "by_embedder": vectors,
        });
        return json::object(&context.ui, output, &value);
    }
    let mut table = Table::new(["", "entries", "bytes"]).right([1, 2]);
    let mut row = |name: &str, share: (u64, u64)| {
        table.row([name.to_owned(), share.0.to_string(), share.1.to_string()]);
    };
    for (what, shares) in [("scope", &stats.scopes), ("kind", &stats.kinds), ("agent", &stats.agents)] {
        for Share { name, entries, bytes } in shares.iter().take(MOST_SHOWN) {
            let name = name.as_deref().unwrap_or("none");
            let name = if what == "scope" { name.to_owned() } else { format!("{what} {name}") };
            row(&super::shortened(&name, 40), (*entries, *bytes));
        }
        if let Some(rest) = shares.get(MOST_SHOWN..).filter(|rest| !rest.is_empty()) {
            let sum = |of: fn(&Share) -> u64| rest.iter().map(of).sum();
            let name = format!("{} more {what}s", rest.len());
            row(&name, (sum(|share| share.entries), sum(|share| share.bytes)));
        }
    }
    if stats.entries > 0 {
        row("all", (stats.entries, stats.bytes));
    }
    context.ui.table(&table, "nothing is remembered yet: `aigw memory add WORDS` remembers something")?;
    if let (Some(oldest), Some(newest)) = (stats.oldest, stats.newest) {
        let day = |time: Timestamp| time.strftime("%Y-%m-%d").to_string();
        context.ui.note(&format!(
            "from {} to {}; {}, {}, {} expired; the file has {} bytes",
            day(oldest),
            day(newest),
            counted(stats.versions, "earlier version", "earlier versions"),
            counted(stats.documents, "document", "documents"),
            stats.expired,
            stats.file
        ));
    }
    for standing in standings(app)? {
        let worth = match standing.weight {
            None => "not tried yet, so it counts little".to_owned(),
            Some(weight) if weight <= 0.0 => "worth nothing here, so not used".to_owned(),
            Some(weight) => format!("its ranks count {:.0} % of those of words", weight * 100.0),
        };
        let vectors = counted(standing.vectors, "vector", "vectors");
        context.ui.note(&format!("{vectors} of {}: {worth}", standing.name));
    }
    Ok(())
}

/// The models that have made vectors.
fn standings(app: &App) -> Result<Vec<Standing>, CommandError> {
    if !app.memory.path().exists() {
        return Ok(Vec::new());
    }
    Ok(app.memory.embedders()?)
}

/// Remove what has expired, and give its room back.
///
/// With --older-than also what was not changed for so long; --unused spares what was recalled in that time.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  aigw memory gc
  aigw memory gc --older-than 180d --unused --kind note --dry-run")]
pub(super) struct TidyArgs {
    /// Also what was not changed since then: a span such as 180d, or a date (UTC)
    #[arg(long, value_name = "WHEN", value_parser = when::since)]
    older_than: Option<Timestamp>,

    /// Of that, only what was not recalled since then either
    #[arg(long, requires = "older_than")]
    unused: bool,

    #[command(flatten)]
    filter: FilterArgs,

    /// Say what would go, and remove nothing
    #[arg(long)]
    dry_run: bool,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

pub(super) async fn tidy(args: &TidyArgs, context: &Context, app: &App) -> Result<(), CommandError> {
    if args.older_than.is_none() && args.filter.is_some() {
        return Err(CommandError::usage("--older-than says what goes besides what has expired")
            .hint("`aigw memory rm --tag TAG` and the like remove by other things"));
    }
    let retire = match args.older_than {
        Some(_) => Some(Filter { before: args.older_than, unused: args.unused, ..args.filter.filter(app)? }),
        None => None,
    };
    let untidy = app.memory.untidy(retire.as_ref())?;
    if args.dry_run {
        return say(context, untidy, true);
    }
    if untidy.retired > 0 && !args.yes {
        if !asks(context) {
            return Err(not_without_yes(untidy.retired).hint("--dry-run says how many would go"));
        }
        let what = counted(untidy.retired, "old entry", "old entries");
        agreed(&format!("Forget {what} for good? [y/N] "), context).await?;
    }
    say(context, app.memory.tidy(retire)?, false)
}

fn say(context: &Context, tidied: Tidied, dry_run: bool) -> Result<(), CommandError> {
    let output = context.global.output();
    let Tidied { expired, retired, freed } = tidied;
    if output != Output::Text {
        let value = json!({"expired": expired, "retired": retired, "freed_bytes": freed, "dry_run": dry_run});
        return json::object(&context.ui, output, &value);
    }
    let would = if dry_run { "would go: " } else { "gone: " };
    let gone = format!("{would}{expired} expired, {retired} old");
    Ok(context.ui.line(&if dry_run { gone } else { format!("{gone}; {freed} bytes given back") })?)
}
