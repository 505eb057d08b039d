//! The exact count for models that use OpenAI's newest vocabulary, where the program was built with it.

use crate::chat::{Message, Part, ToolSpec};

/// How ids of models with that vocabulary begin, after the maker's name.
const FAMILIES: [&str; 9] = ["gpt-oss", "gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-6", "o1", "o3", "o4"];
/// Tokens around each message.
const MESSAGE: u64 = 4;

/// Whether a model uses that vocabulary.
pub fn is_countable(model: &str) -> bool {
    let name = model.rsplit_once('/').map_or(model, |(_, name)| name);
    FAMILIES.iter().any(|family| {
        name.strip_prefix(family).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    })
}

/// The tokens of a request's messages and tools in that vocabulary; none where the program was built without it, or
/// where there is more than text in them.
pub fn count(messages: &[Message], tools: &[ToolSpec]) -> Option<u64> {
    let mut sum = 0;
    for message in messages {
        for part in &message.parts {
            sum += match part {
                Part::Text(text) | Part::Reasoning { text, .. } => tokens(text)?,
                Part::ToolCall(call) => tokens(&call.name)? + tokens(&call.arguments)?,
                Part::ToolResult { content, .. } => tokens(content)?,
                Part::Media(_) => return None,
            };
        }
        sum += MESSAGE;
    }
    for tool in tools {
        sum += tokens(&tool.name)? + tokens(&tool.description)? + tokens(&tool.parameters.to_string())?;
    }
    Some(sum)
}

#[cfg(feature = "tokenizer")]
fn tokens(text: &str) -> Option<u64> {
    u64::try_from(tiktoken_rs::o200k_base_singleton().count_ordinary(text)).ok()
}

#[cfg(not(feature = "tokenizer"))]
fn tokens(_text: &str) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Role;

    #[test]
    fn families_are_told_by_their_names() {
        for model in ["openai/gpt-oss-20b:free", "gpt-4o", "gpt-4o-mini", "o3", "gpt-6-luna", "gpt-5.1"] {
            assert!(is_countable(model), "{model}");
        }
        for model in ["gpt-4", "llama-3.3-70b", "o30", "gpt-4omega", "openai/", ""] {
            assert!(!is_countable(model), "{model}");
        }
    }

    #[test]
    fn what_is_built_in_counts() {
        let counted = count(&[Message::text(Role::User, "hello world")], &[]);
        assert_eq!(counted, cfg!(feature = "tokenizer").then_some(2 + MESSAGE));
    }
}
