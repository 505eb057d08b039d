//! How many tokens a text has: at most, and at least.
//!
//! Exact tokenizers differ by model and weigh megabytes. What is estimated here is the range in which the common ones
//! lie. The upper end is mostly within 15 % of all of them for English and code, and for other languages as far as they
//! agree. Where they do not (scripts that only some vocabularies know) it is at most 15 % below the hungriest, so that
//! nothing is promised that does not fit or costs much more. The lower end is for leaving out what certainly does not.
//! `tests/it/support/tokens.json` holds what the estimate is measured against.

pub mod exact;
mod scan;
mod script;

use std::iter::Sum;
use std::ops::Add;

use super::{Message, Part};

/// Tokens that a message costs besides its text.
const MESSAGE: Tokens = Tokens { most: 4, least: 0 };
/// Tokens that a tool call costs besides its name and arguments.
const CALL: Tokens = Tokens { most: 8, least: 0 };
/// Tokens of an image. Providers scale it down, each in its way.
const IMAGE: Tokens = Tokens { most: 800, least: 64 };
/// Tokens of another medium.
const MEDIUM: Tokens = Tokens { most: 1600, least: 64 };

/// An estimated number of tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tokens {
    /// It has hardly more: what is reserved, compared and billed.
    pub most: u64,
    /// It has hardly fewer: what must fit for certain.
    pub least: u64,
}

impl Tokens {
    /// Of a text.
    pub fn of_text(text: &str) -> Self {
        scan::tokens(text)
    }

    /// Of a message with all its parts.
    pub fn of_message(message: &Message) -> Self {
        message.parts.iter().map(Self::of_part).sum::<Self>() + MESSAGE
    }

    /// Of one part.
    pub fn of_part(part: &Part) -> Self {
        match part {
            Part::Text(text) | Part::Reasoning { text, .. } => Self::of_text(text),
            Part::Media(media) if media.is_image() => IMAGE,
            Part::Media(_) => MEDIUM,
            Part::ToolCall(call) => Self::of_text(&call.name) + Self::of_text(&call.arguments) + CALL,
            Part::ToolResult { content, .. } => Self::of_text(content),
        }
    }
}

impl Add for Tokens {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { most: self.most + other.most, least: self.least + other.least }
    }
}

impl Sum for Tokens {
    fn sum<I: Iterator<Item = Self>>(tokens: I) -> Self {
        tokens.fold(Self::default(), Add::add)
    }
}

/// Estimates the tokens of a message with all its parts, on the high side.
pub fn estimate_message_tokens(message: &Message) -> u64 {
    Tokens::of_message(message).most
}

/// Estimates the tokens of one part, on the high side.
pub fn estimate_part_tokens(part: &Part) -> u64 {
    Tokens::of_part(part).most
}
