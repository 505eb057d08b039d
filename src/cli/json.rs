//! Lists and objects as JSON.

use serde::Serialize;

use super::{CommandError, Output};
use crate::ui::Ui;

/// Prints a list: an array, or a value a line.
pub(super) fn list<T: Serialize>(ui: &Ui, output: Output, items: &[T]) -> Result<(), CommandError> {
    if output == Output::Jsonl {
        for item in items {
            ui.line(&text(item, false)?)?;
        }
        return Ok(());
    }
    Ok(ui.line(&text(&items, true)?)?)
}

/// Prints one object.
pub(super) fn object<T: Serialize>(ui: &Ui, output: Output, item: &T) -> Result<(), CommandError> {
    Ok(ui.line(&text(item, output != Output::Jsonl)?)?)
}

fn text<T: Serialize>(item: &T, pretty: bool) -> Result<String, CommandError> {
    let text = if pretty { serde_json::to_string_pretty(item) } else { serde_json::to_string(item) };
    text.map_err(|error| CommandError::failed(format!("cannot write JSON: {error}")))
}
