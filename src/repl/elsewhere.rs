//! A text that is written in the user's editor.

use std::io::Write;

use crate::app::text_editor::TextEditor;
use crate::config::Env;

/// Has a text edited, in a file that only its owner reads and that is gone afterwards.
pub(super) async fn edit(env: &Env, text: &str) -> Result<String, String> {
    let explain = |error: crate::app::text_editor::TextEditorError| match error.hint() {
        Some(hint) => format!("{error}: {hint}"),
        None => error.to_string(),
    };
    let editor = TextEditor::of(env).map_err(explain)?;
    let problem = |error: std::io::Error| format!("there is no file to edit it in: {error}");
    let mut file = tempfile::Builder::new().prefix("aigw-").suffix(".md").tempfile().map_err(problem)?;
    file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(problem)?;
    editor.open(file.path()).await.map_err(explain)?;
    // Editors like to put another file in its place.
    let written = std::fs::read_to_string(file.path());
    written
        .map(|text| text.trim_end().to_owned())
        .map_err(|error| format!("cannot read what was written: {error}"))
}
