//! From bytes to text: byte order marks, old encodings of web pages, line ends; what is no text is refused.

use std::path::Path;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use super::DocumentError;

/// Where a file that is none is told from text by its NUL bytes.
pub(super) const HEAD: usize = 8_000;

/// Text, with `\n` as the only line end and no NUL in it.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) text: String,
    /// How many places could not be read and stand as U+FFFD.
    pub(super) replaced: usize,
}

/// Reads bytes as text.
pub(super) fn decode(path: &Path, bytes: Vec<u8>) -> Result<Text, DocumentError> {
    decode_as(path, bytes, None)
}

/// Reads bytes as text of which somebody says which encoding it has. A byte order mark knows better, and so do bytes that
/// are valid UTF-8: servers name encodings that their files have long left.
pub(super) fn decode_as(path: &Path, bytes: Vec<u8>, said: Option<&str>) -> Result<Text, DocumentError> {
    let said = said.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    let (mut text, mut replaced) = match Encoding::for_bom(&bytes) {
        Some((encoding, mark)) if encoding == UTF_16LE || encoding == UTF_16BE => {
            foreign(encoding, &bytes[mark..])
        }
        Some((_, mark)) => utf8(bytes[mark..].to_vec()),
        None => match said.or_else(|| declared(&bytes)) {
            // The bytes of some encodings look like ASCII and are not.
            Some(encoding) if !encoding.is_ascii_compatible() || std::str::from_utf8(&bytes).is_err() => {
                foreign(encoding, &bytes)
            }
            _ => utf8(bytes),
        },
    };
    let nuls = memchr::memchr_iter(0, text.as_bytes()).count();
    if nuls * 1000 > text.len() || memchr::memchr(0, &text.as_bytes()[..text.len().min(HEAD)]).is_some() {
        return Err(DocumentError::Binary(path.to_owned()));
    }
    if nuls > 0 {
        text = text.replace('\0', "\u{fffd}");
        replaced += nuls;
    }
    // One in five is no slip of the pen but another encoding.
    if replaced * 5 > text.chars().count() {
        return Err(DocumentError::Encoding(path.to_owned()));
    }
    if memchr::memchr(b'\r', text.as_bytes()).is_some() {
        text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
    if text.trim().is_empty() {
        return Err(DocumentError::Empty(path.to_owned()));
    }
    Ok(Text { text, replaced })
}

/// Whether the beginning of a file says that it is no text. A PDF is for its own reader to judge.
pub(super) fn is_binary(head: &[u8]) -> bool {
    let marked = Encoding::for_bom(head).is_some() || head.starts_with(b"%PDF-");
    !marked && memchr::memchr(0, head).is_some()
}

fn utf8(bytes: Vec<u8>) -> (String, usize) {
    String::from_utf8(bytes).map_or_else(
        |error| {
            let bytes = error.as_bytes();
            let replaced = bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
            (String::from_utf8_lossy(bytes).into_owned(), replaced)
        },
        |text| (text, 0),
    )
}

fn foreign(encoding: &'static Encoding, bytes: &[u8]) -> (String, usize) {
    let (text, lossy) = encoding.decode_without_bom_handling(bytes);
    let replaced = if lossy { text.matches('\u{fffd}').count() } else { 0 };
    (text.into_owned(), replaced)
}

/// The encoding that markup declares near its beginning: `<meta charset="…">`, `<?xml … encoding="…"?>`.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_ascii_lowercase();
    if !head.trim_start().starts_with('<') {
        return None;
    }
    let (_, after) = head.split_once("charset=").or_else(|| head.split_once("encoding="))?;
    let label = after.trim_start_matches(['"', '\'', ' ']);
    let end = label.find(['"', '\'', ' ', ';', '>', '/']).unwrap_or(label.len());
    let encoding = Encoding::for_label(&label.as_bytes()[..end])?;
    // What could be read here is not UTF-16, whatever it says.
    (encoding != UTF_16LE && encoding != UTF_16BE).then_some(encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Text, DocumentError> {
        decode(Path::new("a.txt"), bytes.to_vec())
    }

    #[test]
    fn encodings_with_a_mark_or_a_declaration() {
        let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{feff}日本\r\nè".encode_utf16().flat_map(order).collect()
        };
        let latin = b"<html><meta charset=\"iso-8859-1\">caf\xe9 \x80</html>";
        let cases: [(&[u8], &str); 7] = [
            (b"a\r\nb\rc\n", "a\nb\nc\n"),
            (b"\xef\xbb\xbfa", "a"),
            (&utf16(u16::to_le_bytes), "日本\nè"),
            (&utf16(u16::to_be_bytes), "日本\nè"),
            (latin, "<html><meta charset=\"iso-8859-1\">café €</html>"),
            (b"<meta charset=utf-16>a", "<meta charset=utf-16>a"),
            ("<meta charset=latin1>é".as_bytes(), "<meta charset=latin1>é"),
        ];
        for (bytes, expected) in cases {
            let text = read(bytes).unwrap();
            assert_eq!((text.text.as_str(), text.replaced), (expected, 0));
        }
    }

    #[test]
    fn what_the_sender_says_counts_where_the_bytes_do_not_know_better() {
        let read =
            |bytes: &[u8], said: &str| decode_as(Path::new("a"), bytes.to_vec(), Some(said)).unwrap().text;
        assert_eq!(read(b"caf\xe9", "ISO-8859-1"), "café");
        assert_eq!(read("café".as_bytes(), "iso-8859-1"), "café");
        assert_eq!(read(b"\x1b$BF|K\\\x1b(B", "iso-2022-jp"), "日本");
        assert_eq!(read(b"<meta charset=latin1>\xcf\xf0\xe8", "windows-1251"), "<meta charset=latin1>При");
        assert_eq!(read(b"\xef\xbb\xbf\xc3\xa9", "windows-1251"), "é");
        assert_eq!(read(b"plain", "no such encoding"), "plain");
    }

    #[test]
    fn what_cannot_be_read_is_replaced_and_counted_or_refused() {
        let text = read(b"a long line with one caf\xe9 in it").unwrap();
        assert_eq!((text.text.as_str(), text.replaced), ("a long line with one caf\u{fffd} in it", 1));

        let mut log = "line\n".repeat(3000).into_bytes();
        log.push(0);
        assert_eq!(read(&log).unwrap().replaced, 1);

        assert!(matches!(read(b"\x7fELF\x02\0\0\0 text"), Err(DocumentError::Binary(_))));
        assert!(matches!(read(&[0xff, 0xfe, 0, 0, 65, 0, 0, 0]), Err(DocumentError::Binary(_))));
        assert!(matches!(read(b"\xcf\xf0\xe8\xe2\xe5\xf2"), Err(DocumentError::Encoding(_))));
        assert!(matches!(read(b" \r\n\t"), Err(DocumentError::Empty(_))));
        assert!(matches!(read(b""), Err(DocumentError::Empty(_))));
        assert!(is_binary(b"PK\x03\x04\0") && !is_binary(b"%PDF-1.4\0") && !is_binary(b"\xff\xfea\0"));
    }
}
