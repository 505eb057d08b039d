//! Files that go along with a question.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::chat::{Media, Part, Source};
use crate::config::read_bounded;

/// The largest image or document.
const MAX_MEDIA: usize = 30 << 20;
/// The largest text file.
const MAX_TEXT: u64 = 64 << 20;

/// A file cannot go along.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct AttachmentError {
    /// Which one, and why.
    pub message: String,
    /// What to do instead.
    pub hint: Option<&'static str>,
}

impl AttachmentError {
    fn new(message: String) -> Self {
        Self { message, hint: None }
    }
}

/// Reads a file.
pub async fn of_file(path: &Path) -> Result<Part, AttachmentError> {
    let fail = |message: String| AttachmentError::new(format!("{}: {message}", path.display()));
    if path.is_dir() {
        let hint = Some("name the files in it: -f a.rs -f b.rs");
        return Err(AttachmentError { hint, ..fail("it is a directory".into()) });
    }
    // A pipe among the files may keep us waiting, and Ctrl-C must work meanwhile.
    let owned = path.to_owned();
    let read = tokio::task::spawn_blocking(move || read_bounded(&owned, MAX_TEXT)).await;
    let read = read.map_err(|error| fail(error.to_string()))?;
    attachment(&path.display().to_string(), read.map_err(|error| fail(format!("cannot read it: {error}")))?)
}

/// A file as a part of a message: images and PDFs by what they begin with, all else as text.
pub fn attachment(name: &str, bytes: Vec<u8>) -> Result<Part, AttachmentError> {
    if let Some(mime) = media_type(&bytes) {
        if bytes.len() > MAX_MEDIA {
            return Err(AttachmentError::new(format!(
                "{name}: it is larger than {} MiB, which no provider takes",
                MAX_MEDIA >> 20
            )));
        }
        let file_name = Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned());
        let source = Source::Base64(STANDARD.encode(&bytes));
        return Ok(Part::Media(Media { mime: mime.to_owned(), name: file_name, source }));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        AttachmentError::new(format!(
            "{name}: it is neither UTF-8 text nor a PNG, JPEG, GIF or WebP image nor a PDF"
        ))
    })?;
    Ok(Part::Text(format!("<file name=\"{name}\">\n{}\n</file>\n\n", text.trim_end_matches('\n'))))
}

fn media_type(bytes: &[u8]) -> Option<&'static str> {
    const SIGNATURES: [(&[u8], &str); 5] = [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"%PDF-", "application/pdf"),
    ];
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some("image/webp");
    }
    SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature)).map(|(_, mime)| *mime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_by_what_they_begin_with() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n..."), Some("image/png"));
        assert_eq!(media_type(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(media_type(b"%PDF-1.7"), Some("application/pdf"));
        assert_eq!(media_type(b"plain"), None);
        assert!(
            matches!(attachment("a.txt", b"hello\n".to_vec()), Ok(Part::Text(text)) if text.contains("a.txt") && text.contains("hello"))
        );
        assert!(attachment("a.bin", vec![0xff, 0xfe, 0x00]).is_err());
    }
}
