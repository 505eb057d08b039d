//! `aigw memory export` and `import`: entries as lines of JSON.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::super::{CommandError, Context, Exit, Output, json};
use super::{FilterArgs, counted};
use crate::app::App;
use crate::memory::{ImportError, Imported, MOST_BYTES, Record};

/// What is read at once.
const BUFFER: usize = 256 << 10;
/// So many lines that could not be taken are shown.
const MOST_SHOWN: usize = 20;

/// Print entries whole, one JSON object a line.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  aigw memory export memory.jsonl
  aigw memory export --scope shared | ssh other aigw memory import")]
pub(super) struct ExportArgs {
    /// Write them into this new file instead
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    #[command(flatten)]
    filter: FilterArgs,
}

/// Take entries that were exported.
///
/// What is known already stays as it is, and the newer version of an entry wins: importing twice is importing once.
/// Lines that cannot be taken are told by number, and the exit code is 1 then; the others are taken.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// Where they are; `-` or nothing is stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

pub(super) fn export(args: &ExportArgs, context: &Context, app: &App) -> Result<(), CommandError> {
    let filter = args.filter.filter(app)?;
    let mut count = 0;
    let Some(path) = args.file.as_deref().filter(|path| path.as_os_str() != "-") else {
        return app.memory.export(&filter, |records| Ok(context.ui.data(&lines(records)?)?));
    };
    let fail = |error: std::io::Error| CommandError::failed(format!("{}: {error}", path.display()));
    // Beside its place until it is whole: whoever interrupts this finds no half of a file.
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let part = tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new("."))).map_err(fail)?;
    let mut writer = BufWriter::new(part);
    app.memory.export(&filter, |records| {
        count += records.len() as u64;
        writer.write_all(lines(records)?.as_bytes()).map_err(fail)
    })?;
    let part = writer.into_inner().map_err(|error| fail(error.into_error()))?;
    part.as_file().sync_all().map_err(fail)?;
    part.persist_noclobber(path).map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            CommandError::failed(format!("{} is there already", path.display()))
                .hint("name another file, or remove that one")
        }
        _ => fail(error.error),
    })?;
    context.ui.note(&format!("{} in {}", counted(count, "entry", "entries"), path.display()));
    Ok(())
}

fn lines(records: &[Record]) -> Result<String, CommandError> {
    let mut text = String::new();
    for record in records {
        let line = serde_json::to_string(record);
        text += &line.map_err(|error| CommandError::failed(format!("cannot write JSON: {error}")))?;
        text.push('\n');
    }
    Ok(text)
}

pub(super) async fn import(args: &ImportArgs, context: &Context, app: &App) -> Result<(), CommandError> {
    let path = args.file.as_deref().filter(|path| path.as_os_str() != "-").map(Path::to_owned);
    let name = path.as_ref().map_or_else(|| "stdin".to_owned(), |path| path.display().to_string());
    let memory = std::sync::Arc::clone(&app.memory);
    // Somebody may type the lines, and Ctrl-C must work meanwhile.
    let work = tokio::task::spawn_blocking(move || {
        let mut reader: Box<dyn BufRead + Send> = match path {
            Some(path) => Box::new(BufReader::with_capacity(BUFFER, File::open(path)?)),
            None => Box::new(BufReader::with_capacity(BUFFER, std::io::stdin())),
        };
        memory.import(&mut *reader)
    });
    let done = async {
        work.await.map_err(|error| CommandError::failed(error.to_string()))?.map_err(|error| match error {
            ImportError::Read(_) => CommandError::failed(format!("{name}: {error}")),
            ImportError::Store(error) => error.into(),
        })
    };
    let imported = context.interrupt.unless(done).await?;
    report(&imported, &name, context)
}

fn report(imported: &Imported, name: &str, context: &Context) -> Result<(), CommandError> {
    let Imported { new, newer, known, expired, bad, told } = imported;
    let output = context.global.output();
    if output == Output::Text {
        context.ui.note(&format!("{new} new, {newer} newer, {known} known, {expired} expired"));
    } else {
        let value = json!({
            "new": new, "newer": newer, "known": known, "expired": expired, "bad": bad, "bad_lines": told,
        });
        json::object(&context.ui, output, &value)?;
    }
    if *bad == 0 {
        return Ok(());
    }
    for line in told.iter().take(MOST_SHOWN) {
        context.ui.error_detail(&format!("{name}, line {}: {}", line.line, line.message));
    }
    if output != Output::Text {
        // The object says it all: an error would be a second value on stdout.
        return Err(CommandError::new(Exit::Failed, ""));
    }
    Err(CommandError::failed(format!("{} could not be taken", counted(*bad, "line", "lines"))).hint(format!(
        "a line is a JSON object with at least `content`, of at most {} MiB",
        MOST_BYTES >> 20
    )))
}
