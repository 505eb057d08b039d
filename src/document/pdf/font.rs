//! What the codes of a font stand for.

use encoding_rs::Encoding;
use lopdf::{Dictionary, Document, Object, dictionary};

use super::cmap::CMap;
use super::width::Widths;

/// A table of codes is some kilobytes.
const MOST_TABLE: usize = 4 << 20;

/// A font.
#[derive(Debug)]
pub(super) struct Font {
    /// The font's own word for its codes, which is right where there is one.
    unicode: Option<CMap>,
    codes: Codes,
    widths: Widths,
}

#[derive(Debug)]
enum Codes {
    /// One byte each, and what it stands for.
    Bytes(Box<[Option<char>; 256]>),
    /// Two bytes each, which only the font's own table explains.
    Pairs,
    /// Text in an encoding that others know as well.
    Known(&'static Encoding),
}

/// A code that is drawn.
#[derive(Debug, PartialEq)]
pub(super) struct Sign {
    /// What it stands for, if that is known.
    pub(super) text: Option<String>,
    /// How far it advances, in parts of the font's size.
    pub(super) width: f32,
    /// The code that word spacing is added to.
    pub(super) space: bool,
}

impl Font {
    /// Reads a font's description.
    pub(super) fn read(font: &Dictionary, document: &Document) -> Self {
        let table = font.get_deref(b"ToUnicode", document).and_then(Object::as_stream).ok();
        let unicode = table
            .and_then(|table| table.get_plain_content_with_limit(MOST_TABLE).ok())
            .and_then(|table| CMap::read(&table));
        if font.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Type0") {
            let name = font.get_deref(b"Encoding", document).and_then(Object::as_name).unwrap_or_default();
            let descendants = font.get_deref(b"DescendantFonts", document).and_then(Object::as_array);
            let descendant = descendants.ok().and_then(|fonts| fonts.first());
            let descendant = descendant
                .and_then(|font| document.dereference(font).ok())
                .and_then(|(_, font)| font.as_dict().ok());
            let widths = descendant.map(|font| Widths::composite(font, document)).unwrap_or_default();
            let codes = known(name).filter(|_| unicode.is_none()).map_or(Codes::Pairs, Codes::Known);
            return Self { unicode, codes, widths };
        }
        let codes = Codes::Bytes(bytes(font, document));
        Self { unicode, codes, widths: Widths::simple(font, document) }
    }

    /// The signs that a string draws.
    pub(super) fn signs(&self, string: &[u8]) -> Vec<Sign> {
        match &self.codes {
            Codes::Bytes(table) => string
                .iter()
                .map(|byte| self.sign(u32::from(*byte), table[usize::from(*byte)], *byte == b' '))
                .collect(),
            Codes::Pairs => string
                .chunks(2)
                .map(|pair| {
                    self.sign(pair.iter().fold(0, |code, byte| code << 8 | u32::from(*byte)), None, false)
                })
                .collect(),
            Codes::Known(encoding) => {
                let (text, _) = encoding.decode_without_bom_handling(string);
                let width = |letter: char| if letter.is_ascii() { 0.5 } else { 1.0 };
                text.chars()
                    .map(|letter| Sign { text: Some(letter.into()), width: width(letter), space: false })
                    .collect()
            }
        }
    }

    fn sign(&self, code: u32, letter: Option<char>, space: bool) -> Sign {
        let own = self.unicode.as_ref().and_then(|unicode| unicode.get(code));
        let text = own.or_else(|| letter.map(String::from));
        let letter = text.as_ref().and_then(|text| text.chars().next());
        Sign { width: self.widths.get(code, letter), text, space }
    }
}

/// The encodings of CJK fonts that are encodings elsewhere too.
fn known(name: &[u8]) -> Option<&'static Encoding> {
    let name = std::str::from_utf8(name).ok()?;
    let has = |part: &str| name.contains(part);
    if has("UCS2") || has("UTF16") {
        return Some(encoding_rs::UTF_16BE);
    }
    if has("UTF8") {
        return Some(encoding_rs::UTF_8);
    }
    if has("RKSJ") {
        return Some(encoding_rs::SHIFT_JIS);
    }
    if name == "EUC-H" || name == "EUC-V" {
        return Some(encoding_rs::EUC_JP);
    }
    if has("GBK") || has("GB-EUC") || has("GBpc-EUC") {
        return Some(encoding_rs::GBK);
    }
    if has("B5") {
        return Some(encoding_rs::BIG5);
    }
    (has("KSC") && !has("Johab")).then_some(encoding_rs::EUC_KR)
}

/// What each byte stands for in a simple font.
fn bytes(font: &Dictionary, document: &Document) -> Box<[Option<char>; 256]> {
    let encoding = font.get_deref(b"Encoding", document).ok();
    let own = encoding.and_then(|encoding| encoding.as_dict().ok());
    let base = match own {
        Some(own) => own.get_deref(b"BaseEncoding", document).and_then(Object::as_name).ok(),
        None => encoding.and_then(|encoding| encoding.as_name().ok()),
    };
    let mut table = standard(base.unwrap_or(b"StandardEncoding"), document);
    let differences =
        own.and_then(|own| own.get_deref(b"Differences", document).and_then(Object::as_array).ok());
    let mut code = 0;
    for entry in differences.into_iter().flatten().take(1024) {
        match entry {
            Object::Integer(next) => code = usize::try_from(*next).unwrap_or(usize::MAX),
            Object::Name(name) => {
                if let Some(place) = table.get_mut(code) {
                    *place = glyph(name, document);
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    table
}

/// One of the encodings that every reader knows.
fn standard(name: &[u8], document: &Document) -> Box<[Option<char>; 256]> {
    // Only these: others would be looked up in the font.
    let known: [&[u8]; 3] = [b"WinAnsiEncoding", b"MacRomanEncoding", b"MacExpertEncoding"];
    let name = if known.contains(&name) { name } else { b"StandardEncoding" };
    let font = dictionary! { "Type" => "Font", "Encoding" => Object::Name(name.to_vec()) };
    let mut table = Box::new([None; 256]);
    if let Ok(encoding) = font.get_font_encoding(document) {
        for (code, place) in (0..=u8::MAX).zip(table.iter_mut()) {
            *place = encoding.bytes_to_string(&[code]).ok().and_then(|text| text.chars().next());
        }
    }
    table
}

/// What the name of a glyph says: `eacute`, `uni00E9`, `u1F600`, `A.small`.
fn glyph(name: &[u8], document: &Document) -> Option<char> {
    let name = name.split(|byte| *byte == b'.').next().filter(|name| !name.is_empty())?;
    let text = std::str::from_utf8(name).ok()?;
    let digits = text.strip_prefix("uni").or_else(|| text.strip_prefix('u'));
    if let Some(digits) = digits.filter(|digits| (4..=6).contains(&digits.len()))
        && let Ok(code) = u32::from_str_radix(digits, 16)
    {
        return char::from_u32(code);
    }
    let difference = dictionary! { "Differences" => vec![0.into(), Object::Name(name.to_vec())] };
    let font = dictionary! { "Type" => "Font", "Encoding" => difference };
    // An unknown name leaves the byte with its standard meaning, and zero has none.
    font.get_font_encoding(document).ok()?.bytes_to_string(&[0]).ok()?.chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_encodings() {
        let document = Document::new();
        let got: Vec<Option<char>> =
            [&b"eacute"[..], b"uni20AC", b"u1F600", b"A.small", b"g17", b".notdef", b"space"]
                .iter()
                .map(|name| glyph(name, &document))
                .collect();
        let expected = [Some('é'), Some('€'), Some('😀'), Some('A'), None, None, Some(' ')];
        assert_eq!(got, expected);
        assert_eq!(standard(b"WinAnsiEncoding", &document)[0xe9], Some('é'));
        assert_eq!(standard(b"Identity-H", &document)[usize::from(b'a')], Some('a'));
        assert_eq!(known(b"UniJIS-UCS2-H"), Some(encoding_rs::UTF_16BE));
        assert_eq!(known(b"90ms-RKSJ-V"), Some(encoding_rs::SHIFT_JIS));
        assert_eq!(known(b"Identity-H"), None);
    }
}
