//! Identifiers in the manner of each provider.
//!
//! A pattern is text with marks: `%u` a UUID, `%hN` N hex digits, `%aN` N letters and digits, `%nN` N
//! decimal digits, `%t` the Unix time in seconds.

use std::iter;

const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const HEX: &[u8] = b"0123456789abcdef";
const DECIMAL: &[u8] = b"0123456789";

/// The Unix time in seconds.
pub(super) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Makes a new identifier after the pattern.
pub(super) fn mint(pattern: &str) -> String {
    let mut id = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        id.push_str(&rest[..at]);
        let mark = rest[at + 1..].chars().next().unwrap_or('%');
        let after = rest.get(at + 2..).unwrap_or_default();
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let length = after[..digits].parse().unwrap_or(1);
        match mark {
            'u' => id.push_str(&uuid()),
            't' => id.push_str(&now().to_string()),
            'h' => id.extend(letters(HEX, length)),
            'a' => id.extend(letters(ALPHANUMERIC, length)),
            _ => id.extend(letters(DECIMAL, length)),
        }
        rest = if matches!(mark, 'u' | 't') { after } else { &after[digits..] };
    }
    id.push_str(rest);
    id
}

fn uuid() -> String {
    uuid::Uuid::now_v7().to_string()
}

fn letters(alphabet: &'static [u8], length: usize) -> impl Iterator<Item = char> {
    iter::repeat_with(move || char::from(alphabet[fastrand::usize(..alphabet.len())])).take(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_give_their_form() {
        assert_eq!(mint("plain"), "plain");
        assert_eq!(mint("chatcmpl-%u").len(), "chatcmpl-".len() + 36);
        let id = mint("call_%a9");
        assert!(id.len() == 14 && id[5..].chars().all(|c| c.is_ascii_alphanumeric()));
        assert!(mint("x%h32").len() == 33 && mint("%n3").parse::<u32>().is_ok());
        let id = mint("gen-%t-%a20");
        assert_eq!(id.split('-').count(), 3);
        assert_ne!(mint("%a20"), mint("%a20"));
    }
}
