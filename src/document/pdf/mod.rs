//! The text of a PDF, page by page.
//!
//! `lopdf` reads the objects and inflates the streams, within bounds; what the pages draw is read here, since where a
//! line or a word ends is said by places alone. Nothing is recognised: a scan has no text.

mod cmap;
mod font;
mod page;
mod place;
mod width;

use std::path::Path;

use lopdf::{Document, Error, LoadOptions, Object};

use super::guard::Deadline;
use super::outline::Outline;
use super::{DocumentError, Parsed, Places};
use page::Reader;

/// What a stream may be when it is inflated. The drawing of a page is some kilobytes, of a map a few megabytes.
const MOST_INFLATED: usize = 16 << 20;
/// The text of all pages; a book has one megabyte.
const MOST_TEXT: usize = 32 << 20;

/// Reads a PDF.
pub(super) fn read(path: &Path, bytes: &[u8], deadline: Deadline) -> Result<Parsed, DocumentError> {
    let document = open(path, bytes)?;
    let pages = document.get_pages();
    if pages.is_empty() {
        return Err(DocumentError::damaged(path, "it has no pages"));
    }
    let mut outline = Outline::new(0);
    let (mut text, mut marks, mut damaged) = (String::new(), Vec::new(), Vec::new());
    let mut notices = Vec::new();
    let mut reader = Reader::new(&document, path, deadline);
    for (number, id) in pages {
        let page = reader.page(id)?;
        if page.damaged {
            damaged.push(number.to_string());
        }
        let page = page.text.trim_end();
        if page.trim().is_empty() {
            continue;
        }
        if text.len() + page.len() > MOST_TEXT {
            notices.push(format!("more than {} MiB of text: only read up to page {number}", MOST_TEXT >> 20));
            break;
        }
        if !text.is_empty() {
            text.push_str("\n\n");
            outline.turn(text.len());
        }
        marks.push((text.len(), number));
        text.push_str(page);
    }
    if text.is_empty() {
        let path = path.to_owned();
        return Err(if reader.unmapped > 0 {
            DocumentError::Unmapped(path)
        } else {
            DocumentError::Scan(path)
        });
    }
    if !damaged.is_empty() {
        notices.push(format!("damaged pages, of which something may be missing: {}", shortened(&damaged)));
    }
    if reader.unmapped > 0 {
        notices.push(format!("{} signs have no letters in their font and were left out", reader.unmapped));
    }
    let sections = outline.finish(text.len());
    Ok(Parsed {
        title: title(&document),
        text,
        sections,
        whole: Vec::new(),
        places: Places::Pages(marks),
        notices,
    })
}

fn open(path: &Path, bytes: &[u8]) -> Result<Document, DocumentError> {
    let options = LoadOptions::with_max_decompressed_size(MOST_INFLATED);
    let encrypted = || DocumentError::Encrypted(path.to_owned());
    match Document::load_mem_with_options(bytes, options) {
        // Most locked files open with no password at all: the lock is on printing and copying.
        Ok(document) if document.is_encrypted() => Err(encrypted()),
        Ok(document) => Ok(document),
        Err(Error::InvalidPassword | Error::Decryption(_) | Error::UnsupportedSecurityHandler(_)) => {
            Err(encrypted())
        }
        Err(error) => Err(DocumentError::damaged(path, error.to_string())),
    }
}

/// Some numbers, not all of a thousand.
fn shortened(numbers: &[String]) -> String {
    let shown = &numbers[..numbers.len().min(10)];
    let more = if shown.len() < numbers.len() { " …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

fn title(document: &Document) -> Option<String> {
    let information = document.trailer.get_deref(b"Info", document).and_then(Object::as_dict).ok()?;
    let title = information.get_deref(b"Title", document).and_then(lopdf::decode_text_string).ok()?;
    let words: Vec<&str> = title.split_whitespace().collect();
    let title: String = words.join(" ").chars().take(200).collect();
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests;
