//! `aigw memory add --file`: documents, piece by piece.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::super::{CommandError, Context, Exit, Output, json};
use super::counted;
use super::filter::whole;
use crate::app::App;
use crate::document::{self, DocumentError};
use crate::memory::{Draft, Shelved};

/// So many documents are looked through for those whose file is gone.
const MOST_SOURCES: usize = 10_000;

pub(super) fn add(
    files: &[PathBuf],
    draft: &Draft,
    context: &Context,
    app: &App,
) -> Result<(), CommandError> {
    let found = document::find(files).map_err(|error| not_found(&error, app))?;
    for left_out in &found.left_out {
        context.ui.warn(&format!("{} is left out: {}", left_out.path.display(), left_out.reason));
    }
    let (mut reports, mut bad) = (Vec::new(), 0);
    for path in &found.files {
        let added = one(path, draft, context, app);
        bad += u64::from(added.is_err());
        let report = added.unwrap_or_else(|message| {
            context.ui.error(&message);
            json!({"source": path.display().to_string(), "error": message})
        });
        if context.global.output() == Output::Text {
            say(&report, path, context)?;
        }
        reports.push(report);
    }
    vanished(files, context, app)?;
    if context.global.output() != Output::Text {
        json::list(&context.ui, context.global.output(), &reports)?;
        // The array says it all: an error would be a second value on stdout.
        return if bad == 0 { Ok(()) } else { Err(CommandError::new(Exit::Failed, "")) };
    }
    if bad > 0 {
        return Err(CommandError::failed(format!(
            "{} could not be remembered; the others are",
            counted(bad, "file", "files")
        )));
    }
    Ok(())
}

fn one(path: &Path, draft: &Draft, context: &Context, app: &App) -> Result<Value, String> {
    let document = document::read(path).map_err(|error| error.to_string())?;
    for notice in &document.notices {
        context.ui.warn(&format!("{}: {notice}", path.display()));
    }
    let in_file = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let source = path.canonicalize().map_err(|error| in_file(&error))?.to_string_lossy().into_owned();
    let draft = Draft { source: Some(source), ..draft.clone() };
    let Shelved { new, kept, gone } =
        app.memory.shelve(&draft, &document).map_err(|error| in_file(&error))?;
    Ok(json!({
        "source": draft.source, "title": &*document.title, "kind": document.kind.to_string(),
        "new": new, "kept": kept, "gone": gone,
    }))
}

fn say(report: &Value, path: &Path, context: &Context) -> Result<(), CommandError> {
    if report.get("error").is_some() {
        return Ok(());
    }
    let figure = |name: &str| report[name].as_u64().unwrap_or_default();
    let mut words = vec![counted(figure("new"), "new piece", "new pieces")];
    for (count, what) in [(figure("kept"), "unchanged"), (figure("gone"), "gone")] {
        if count > 0 {
            words.push(format!("{count} {what}"));
        }
    }
    Ok(context.ui.line(&format!("{}: {}", path.display(), words.join(", ")))?)
}

/// Documents of these folders whose files are gone stay as they are: a disk may just not be there.
fn vanished(files: &[PathBuf], context: &Context, app: &App) -> Result<(), CommandError> {
    let folders: Vec<PathBuf> =
        files.iter().filter_map(|path| path.canonicalize().ok()).filter(|path| path.is_dir()).collect();
    if folders.is_empty() {
        return Ok(());
    }
    for source in app.memory.sources(MOST_SOURCES)? {
        let path = Path::new(&source);
        if folders.iter().any(|folder| path.starts_with(folder)) && !path.exists() {
            context.ui.warn(&format!(
                "{source} is not there any more, and is still remembered: `aigw memory rm --source '{source}'` forgets it"
            ));
        }
    }
    Ok(())
}

fn not_found(error: &DocumentError, app: &App) -> CommandError {
    let failure = CommandError::failed(error.to_string());
    let DocumentError::NotFound(path) = error else { return failure };
    let known = whole(path).and_then(|source| Ok(app.memory.sources(MOST_SOURCES)?.contains(&source)));
    if known.unwrap_or(false) {
        return failure.hint(format!(
            "it is still remembered as it was: `aigw memory rm --source '{}'` forgets it",
            path.display()
        ));
    }
    failure
}
