//! What a server's tool gave, as models and programs get it. All of it was written by somebody else.

use base64::Engine;
use rmcp::model::{CallToolResult, ContentBlock, ResourceContents};
use serde_json::Value;

use super::offered::{cleaned, cut};
use crate::safe_text::safe;
use crate::tools::{Answer, ToolError};

/// The longest error that a model is told, in characters.
const MAX_ERROR: usize = 8_000;
/// The largest data that goes along with a text, in bytes.
const MAX_DATA: usize = 64 << 10;
/// The longest name of something that is not shown, in characters.
const MAX_LABEL: usize = 200;

/// A result as an answer; one that says that it is an error as such.
pub(super) fn answer(result: CallToolResult) -> Result<Answer, ToolError> {
    let data = result.structured_content.filter(|data| !data.is_null());
    let parts: Vec<String> = result.content.iter().map(told).filter(|part| !part.is_empty()).collect();
    let mut text = parts.join("\n\n");
    if text.is_empty() {
        text = data.as_ref().map(|data| safe(&data.to_string())).unwrap_or_default();
    }
    if result.is_error == Some(true) {
        let text = if text.trim().is_empty() { "it failed and did not say why" } else { &text };
        return Err(ToolError(cut(text, MAX_ERROR)));
    }
    let data = data.filter(|data| data.to_string().len() <= MAX_DATA);
    Ok(Answer { text, data: data.as_ref().map(cleaned), foreign: true })
}

/// One piece, as a model reads it. What is no text is named for what it is.
fn told(block: &ContentBlock) -> String {
    let label = |text: &str| cut(&safe(text).replace('\n', " "), MAX_LABEL);
    match block {
        ContentBlock::Text(text) => safe(&text.text),
        ContentBlock::Image(image) => {
            format!("[an image is not shown: {}, {}]", label(&image.mime_type), size(&image.data))
        }
        ContentBlock::Audio(audio) => {
            format!("[a sound is not played: {}, {}]", label(&audio.mime_type), size(&audio.data))
        }
        ContentBlock::Resource(resource) => match &resource.resource {
            ResourceContents::TextResourceContents { uri, text, .. } => {
                format!("[{}]\n{}", label(uri), safe(text))
            }
            ResourceContents::BlobResourceContents { uri, mime_type, blob, .. } => {
                let kind = mime_type.as_deref().unwrap_or("of unknown type");
                format!("[a file is not shown: {}, {}, {}]", label(uri), label(kind), size(blob))
            }
            _ => "[a file of an unknown kind is not shown]".to_owned(),
        },
        ContentBlock::ResourceLink(link) => {
            let description = link.description.as_deref().map(label).unwrap_or_default();
            format!("[a link: {} {} {description}]", label(&link.name), label(&link.uri)).replace(" ]", "]")
        }
        _ => "[something of an unknown kind is not shown]".to_owned(),
    }
}

fn size(base64: &str) -> String {
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(base64)
        .map_or(base64.len() / 4 * 3, |bytes| bytes.len());
    if bytes < 10_000 { format!("{bytes} bytes") } else { format!("{} kB", bytes / 1000) }
}

/// The arguments of a call as the protocol has them.
pub(super) fn arguments(value: &Value) -> Option<rmcp::model::JsonObject> {
    value.as_object().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rmcp::model::Resource;
    use serde_json::json;

    #[test]
    fn every_kind_of_content_is_told() {
        let given = answer(CallToolResult::success(vec![
            ContentBlock::text("one\u{1b}[2J"),
            ContentBlock::image("aGVsbG8=", "image/png"),
            ContentBlock::embedded_text("file:///a", "two"),
            ContentBlock::resource(ResourceContents::blob("aGVsbG8=", "file:///b")),
            ContentBlock::resource_link(Resource::new("file:///c", "c")),
        ]))
        .unwrap();
        assert_eq!(
            given.text,
            "one\n\n[an image is not shown: image/png, 5 bytes]\n\n[file:///a]\ntwo\n\n\
             [a file is not shown: file:///b, of unknown type, 5 bytes]\n\n[a link: c file:///c]"
        );
        assert!(given.foreign && given.data.is_none());
    }

    #[test]
    fn data_goes_along_and_speaks_where_there_is_no_text() {
        let mut result = CallToolResult::structured(json!({"a": "b\u{1b}[0m"}));
        assert_eq!(answer(result.clone()).unwrap().data, Some(json!({"a": "b"})));
        result.content.clear();
        assert!(answer(result).unwrap().text.starts_with(r#"{"a":"b"#));
        let large = CallToolResult::structured(json!("x".repeat(MAX_DATA)));
        assert_eq!(answer(large).unwrap().data, None);
    }

    #[test]
    fn errors_are_errors() {
        let failed =
            |text: &str| answer(CallToolResult::error(vec![ContentBlock::text(text)])).unwrap_err().0;
        assert_eq!(failed("no such city\u{7}"), "no such city");
        assert_eq!(failed(""), "it failed and did not say why");
        assert_eq!(failed(&"x".repeat(20_000)).chars().count(), MAX_ERROR + 1);
    }
}
