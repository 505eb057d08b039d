//! How far a font's glyphs advance, in parts of its size: where a word ends is seen by the gap after it.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object};

/// More entries than any font has.
const MOST_ENTRIES: usize = 70_000;

/// The widths of a font.
#[derive(Debug, Default)]
pub(super) struct Widths {
    /// From the first code on, in thousandths; or one width for all codes up to the last.
    runs: BTreeMap<u32, Run>,
    default: Option<f32>,
    scale: f32,
}

#[derive(Debug)]
enum Run {
    Each(Vec<f32>),
    Same(u32, f32),
}

impl Widths {
    /// The widths of a font with codes of one byte.
    pub(super) fn simple(font: &Dictionary, document: &Document) -> Self {
        let get = |name: &[u8]| font.get_deref(name, document).ok();
        let descriptor = get(b"FontDescriptor").and_then(|object| object.as_dict().ok());
        let missing = descriptor.and_then(|descriptor| number(descriptor.get(b"MissingWidth").ok()?));
        let mut widths =
            Self { default: missing.filter(|width| *width > 0.0), scale: 0.001, ..Self::default() };
        // The glyphs of a drawn font have units of their own.
        let matrix = get(b"FontMatrix").and_then(|object| object.as_array().ok());
        if let Some(scale) = matrix.and_then(|matrix| number(matrix.first()?)) {
            widths.scale = scale;
        }
        let first = get(b"FirstChar").and_then(|object| object.as_i64().ok()).unwrap_or(0);
        if let (Ok(first), Some(Object::Array(all))) = (u32::try_from(first), get(b"Widths")) {
            widths.runs.insert(first, Run::Each(numbers(all.iter().take(256), document)));
        }
        widths
    }

    /// The widths of a font with longer codes.
    pub(super) fn composite(font: &Dictionary, document: &Document) -> Self {
        let default = font.get_deref(b"DW", document).ok().and_then(number).unwrap_or(1000.0);
        let mut widths = Self { default: Some(default), scale: 0.001, ..Self::default() };
        let Some(Object::Array(all)) = font.get_deref(b"W", document).ok() else { return widths };
        let mut rest = &all[..all.len().min(MOST_ENTRIES)];
        while let [first, second, more @ ..] = rest {
            let Some(first) = code(first) else { break };
            match document.dereference(second) {
                Ok((_, Object::Array(each))) => {
                    let each = numbers(each.iter().take(MOST_ENTRIES), document);
                    widths.runs.insert(first, Run::Each(each));
                    rest = more;
                }
                _ => {
                    let (Some(last), [width, more @ ..]) = (code(second), more) else { break };
                    widths.runs.insert(first, Run::Same(last, number(width).unwrap_or(default)));
                    rest = more;
                }
            }
        }
        widths
    }

    /// The width of a code in parts of the font's size. `letter` is what it stands for.
    pub(super) fn get(&self, code: u32, letter: Option<char>) -> f32 {
        let run = self.runs.range(..=code).next_back();
        let listed = run.and_then(|(first, run)| match run {
            Run::Each(widths) => widths.get(usize::try_from(code - first).ok()?).copied(),
            Run::Same(last, width) => (code <= *last).then_some(*width),
        });
        listed.or(self.default).map_or_else(|| usual(letter.unwrap_or('n')), |width| width * self.scale)
    }
}

/// About what a letter takes in the fonts that every reader has, whose widths files need not give.
fn usual(letter: char) -> f32 {
    match letter {
        'i' | 'j' | 'l' | 'f' | 't' | 'I' | ' ' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' | '(' | ')'
        | '[' | ']' | '-' | '/' => 0.28,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.85,
        'A'..='Z' | '&' => 0.68,
        _ => 0.55,
    }
}

fn numbers<'a>(objects: impl Iterator<Item = &'a Object>, document: &Document) -> Vec<f32> {
    let value = |object| document.dereference(object).ok().and_then(|(_, object)| number(object));
    objects.map(|object| value(object).unwrap_or(0.0)).collect()
}

fn number(object: &Object) -> Option<f32> {
    object.as_float().ok().filter(|number| number.is_finite())
}

fn code(object: &Object) -> Option<u32> {
    object.as_i64().ok().and_then(|code| u32::try_from(code).ok())
}
