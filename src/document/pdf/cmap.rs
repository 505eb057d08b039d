//! The table of a font that says which letters its codes stand for (`ToUnicode`).
//!
//! The grammar is `PostScript`, and writers take liberties with it. Only what stands between `begin…` and `end…` is
//! looked at, and what does not fit is passed over.

use std::collections::BTreeMap;

/// More entries than there are characters in any font.
const MOST_ENTRIES: usize = 100_000;
/// A code may stand for a ligature or a whole word, not for a text.
const MOST_UNITS: usize = 32;

/// Codes and what they stand for.
#[derive(Debug, Default)]
pub(super) struct CMap {
    /// From the first code of a range to its last, and what the first stands for, in UTF-16. The last unit counts up.
    ranges: BTreeMap<u32, (u32, Vec<u16>)>,
}

enum Operand {
    Code(Vec<u8>),
    List(Vec<Vec<u8>>),
}

impl CMap {
    /// Reads a table; one with nothing in it is none.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut map = Self::default();
        let mut operands = Vec::new();
        let mut list: Option<Vec<Vec<u8>>> = None;
        for token in Tokens(bytes) {
            if map.ranges.len() >= MOST_ENTRIES {
                break;
            }
            match token {
                Token::Code(code) => match &mut list {
                    Some(list) => list.push(code),
                    None => operands.push(Operand::Code(code)),
                },
                Token::Open => list = Some(Vec::new()),
                Token::Close => operands.extend(list.take().map(Operand::List)),
                Token::Word(b"endbfchar") => map.characters(&std::mem::take(&mut operands)),
                Token::Word(b"endbfrange") => map.spans(&std::mem::take(&mut operands)),
                Token::Word(_) => operands.clear(),
            }
        }
        (!map.ranges.is_empty()).then_some(map)
    }

    /// What a code stands for.
    pub(super) fn get(&self, code: u32) -> Option<String> {
        // A single code may be set anew within a range.
        let mut before = self.ranges.range(..=code).rev().take(4);
        let (first, (_, units)) = before.find(|(_, (last, _))| code <= *last)?;
        let mut units = units.clone();
        let end = units.last_mut()?;
        *end = end.wrapping_add(u16::try_from(code - first).ok()?);
        let text = String::from_utf16_lossy(&units);
        // Some writers fill the table with zeros.
        (!text.contains(['\0', '\u{fffd}'])).then_some(text)
    }

    fn characters(&mut self, operands: &[Operand]) {
        for pair in operands.chunks_exact(2) {
            if let [Operand::Code(code), Operand::Code(text)] = pair {
                self.insert(number(code), number(code), text);
            }
        }
    }

    fn spans(&mut self, operands: &[Operand]) {
        for span in operands.chunks_exact(3) {
            let [Operand::Code(first), Operand::Code(last), target] = span else { continue };
            let (first, last) = (number(first), number(last));
            match target {
                Operand::Code(text) => self.insert(first, last, text),
                Operand::List(texts) => {
                    for (code, text) in (first..=last).zip(texts) {
                        self.insert(code, code, text);
                    }
                }
            }
        }
    }

    fn insert(&mut self, first: u32, last: u32, text: &[u8]) {
        let units: Vec<u16> =
            text.chunks(2).take(MOST_UNITS).map(|unit| u16::try_from(number(unit)).unwrap_or(0)).collect();
        if first <= last && !units.is_empty() {
            self.ranges.insert(first, (last, units));
        }
    }
}

/// The last four bytes as a number.
fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

enum Token<'a> {
    Code(Vec<u8>),
    Open,
    Close,
    Word(&'a [u8]),
}

struct Tokens<'a>(&'a [u8]);

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            self.0 = self.0.trim_ascii_start();
            let (first, rest) = self.0.split_first()?;
            match first {
                b'%' => self.0 = after(rest, |byte| byte == b'\n' || byte == b'\r').1,
                b'[' | b']' => {
                    self.0 = rest;
                    return Some(if *first == b'[' { Token::Open } else { Token::Close });
                }
                b'<' if rest.first() != Some(&b'<') => {
                    let (digits, rest) = after(rest, |byte| byte == b'>');
                    self.0 = rest.get(1..).unwrap_or_default();
                    return Some(Token::Code(hexadecimal(digits)));
                }
                b'<' => self.0 = &rest[1..],
                b'>' | b'(' | b')' | b'{' | b'}' => self.0 = rest,
                _ => {
                    let delimiter = |byte: u8| byte.is_ascii_whitespace() || b"[]<>(){}%/".contains(&byte);
                    let (word, rest) = after(rest, delimiter);
                    let word = &self.0[..=word.len()];
                    self.0 = rest;
                    return Some(Token::Word(word));
                }
            }
        }
    }
}

fn after(bytes: &[u8], end: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    bytes.split_at(bytes.iter().position(|byte| end(*byte)).unwrap_or(bytes.len()))
}

fn hexadecimal(digits: &[u8]) -> Vec<u8> {
    let value = |digit: &u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    };
    let values: Vec<u8> = digits.iter().filter_map(value).collect();
    values.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_ranges_and_lists() {
        let map = CMap::read(
            b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
              2 beginbfchar <0003> <0020> % a comment <0003>\n<0004><006600660069> endbfchar\n\
              2 beginbfrange <0010> <0012> <0061> <0020><0021> [<D83DDE00> <4E00>] endbfrange endcmap",
        )
        .unwrap();
        let got: Vec<Option<String>> =
            [3, 4, 0x10, 0x12, 0x13, 0x20, 0x21, 5].iter().map(|code| map.get(*code)).collect();
        let expected = [Some(" "), Some("ffi"), Some("a"), Some("c"), None, Some("😀"), Some("一"), None];
        assert_eq!(got, expected.map(|text| text.map(str::to_owned)));
    }

    #[test]
    fn garbage_is_no_table_and_a_range_without_end_costs_nothing() {
        for bytes in [&b""[..], b"<", b"<<", b"[[[", b"beginbfchar <01> endbfchar", b"<zz> <> endbfrange"] {
            assert!(CMap::read(bytes).is_none());
        }
        let map = CMap::read(b"beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange").unwrap();
        assert_eq!((map.get(1).as_deref(), map.get(70_000)), (Some("B"), None));
    }
}
