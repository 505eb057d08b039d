//! From words, stdin and files to the question.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::CommandError;
use super::args::ChatArgs;
use crate::chat::{Media, Message, Part, Role, Source};
use crate::cli::stdin::{self, Wanted};
use crate::config::read_bounded;
use crate::ui::Ui;

/// The largest image or document.
const MAX_MEDIA: usize = 30 << 20;
/// The largest text file.
const MAX_TEXT: u64 = 64 << 20;

/// Gathers what is asked, as one message.
pub(super) async fn question(args: &ChatArgs, ui: &Ui) -> Result<Message, CommandError> {
    let dash_word = args.words.iter().any(|word| word == "-");
    let dash_file = args.file.iter().any(|path| path.as_os_str() == "-");
    let words: Vec<&str> = args.words.iter().map(String::as_str).filter(|word| *word != "-").collect();
    let text = words.join(" ");

    let wanted = if dash_word || dash_file || (text.is_empty() && args.file.is_empty()) {
        Wanted::Yes
    } else {
        Wanted::Perhaps
    };
    let look = dash_word || dash_file || (!args.no_stdin && stdin::holds_data());
    let piped = if look { stdin::read(wanted, ui).await? } else { None };

    let mut parts = Vec::new();
    for path in args.file.iter().filter(|path| path.as_os_str() != "-") {
        parts.push(attachment(&path.display().to_string(), read_file(path).await?)?);
    }
    let mut asked = text;
    match piped {
        Some(bytes) if dash_file => parts.push(attachment("stdin", bytes)?),
        Some(bytes) => {
            let piped = as_text(bytes)?;
            if !piped.trim().is_empty() {
                let gap = if asked.is_empty() { "" } else { "\n\n" };
                asked = format!("{asked}{gap}{}", piped.trim_end_matches(['\n', '\r']));
            }
        }
        None => {}
    }
    if asked.trim().is_empty() && parts.is_empty() {
        return Err(CommandError::usage("nothing to ask")
            .hint("give some words, pipe something in, or both: `git diff | aigw chat explain this`"));
    }
    if !asked.trim().is_empty() {
        parts.push(Part::Text(asked));
    }
    Ok(Message { role: Role::User, parts })
}

fn as_text(bytes: Vec<u8>) -> Result<String, CommandError> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        CommandError::failed(format!("stdin is not UTF-8 text (byte {at})"))
            .hint("`-f -` sends an image or a PDF; `iconv` converts text")
    })
}

async fn read_file(path: &Path) -> Result<Vec<u8>, CommandError> {
    let fail = |message: String| CommandError::failed(format!("{}: {message}", path.display()));
    if path.is_dir() {
        return Err(fail("it is a directory".into()).hint("name the files in it: -f a.rs -f b.rs"));
    }
    // A pipe among the files may keep us waiting, and Ctrl-C must work meanwhile.
    let owned = path.to_owned();
    let read = tokio::task::spawn_blocking(move || read_bounded(&owned, MAX_TEXT)).await;
    read.map_err(|error| fail(error.to_string()))?.map_err(|error| fail(format!("cannot read it: {error}")))
}

/// A file as a part of a message: images and PDFs by what they begin with, all else as text.
fn attachment(name: &str, bytes: Vec<u8>) -> Result<Part, CommandError> {
    if let Some(mime) = media_type(&bytes) {
        if bytes.len() > MAX_MEDIA {
            return Err(CommandError::failed(format!(
                "{name}: it is larger than {} MiB, which no provider takes",
                MAX_MEDIA >> 20
            )));
        }
        let file_name = Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned());
        let source = Source::Base64(STANDARD.encode(&bytes));
        return Ok(Part::Media(Media { mime: mime.to_owned(), name: file_name, source }));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        CommandError::failed(format!(
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
