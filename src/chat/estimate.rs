//! How many tokens a text has, roughly and on the high side.
//!
//! Exact tokenizers differ by model and weigh megabytes. The estimate serves two ends: to leave out models whose
//! window is certainly too small, and to bill an answer whose provider reported nothing.

use super::{Message, Part};

/// Tokens of an image where nothing better is known.
const IMAGE_TOKENS: u64 = 800;
/// Tokens that a message costs besides its text.
const MESSAGE_TOKENS: u64 = 4;
/// Tokens that a tool call costs besides its name and arguments.
const CALL_TOKENS: u64 = 8;

/// Estimates the tokens of a text: a token per four letters of a Latin word, per digit group of three, per
/// punctuation mark, per one and a half letters of other alphabets, per character where words have no spaces.
pub fn estimate_tokens(text: &str) -> u64 {
    // In twelfths of a token, so that the sum stays an integer.
    let twelfths: u64 = text
        .chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | ' ' => 3,
            '0'..='9' | '\n' | '\t' => 4,
            c if c.is_ascii() => 7,
            // CJK, kana, hangul, emoji: about one token each.
            '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' => 12,
            c if u32::from(c) >= 0x1_0000 => 24,
            _ => 6,
        })
        .sum();
    twelfths.div_ceil(12)
}

/// Estimates the tokens of a message with all its parts.
pub fn estimate_message_tokens(message: &Message) -> u64 {
    message.parts.iter().map(estimate_part_tokens).sum::<u64>() + MESSAGE_TOKENS
}

/// Estimates the tokens of one part.
pub fn estimate_part_tokens(part: &Part) -> u64 {
    match part {
        Part::Text(text) | Part::Reasoning { text, .. } => estimate_tokens(text),
        Part::Media(media) if media.is_image() => IMAGE_TOKENS,
        Part::Media(_) => 2 * IMAGE_TOKENS,
        Part::ToolCall(call) => estimate_tokens(&call.name) + estimate_tokens(&call.arguments) + CALL_TOKENS,
        Part::ToolResult { content, .. } => estimate_tokens(content),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_with_the_text_and_knows_scripts() {
        assert_eq!(estimate_tokens(""), 0);
        let english = estimate_tokens("The quick brown fox jumps over the lazy dog.");
        assert!((9..=14).contains(&english), "{english}");
        assert_eq!(estimate_tokens("日本語"), 3);
        assert!(estimate_tokens("fn main() { let x = [1, 2, 42]; }") >= 12);
    }
}
