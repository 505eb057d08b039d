//! Why an answer ended, from every provider's words to ours.

use crate::chat::{Failure, FailureClass, FinishReason};

/// What a provider's finish reason means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Finish {
    /// The answer is whole.
    Whole(FinishReason),
    /// The provider or the model failed and says so here.
    Failed(Box<Failure>),
    /// It says nothing about the answer.
    Ignore,
}

/// Reads a finish reason. An unknown word is an ordinary end: new words must not turn answers into failures.
pub(super) fn finish(word: &str) -> Finish {
    let failed = |class, message: &str| {
        Finish::Failed(Box::new(Failure::new(class, format!("{message} (finish reason `{word}`)"))))
    };
    match word {
        "length" | "max_tokens" | "model_length" | "max_output_tokens" | "model_context_window_exceeded" => {
            Finish::Whole(FinishReason::Length)
        }
        "tool_calls" | "tool_use" | "function_call" => Finish::Whole(FinishReason::ToolCalls),
        "content_filter"
        | "content_filtered"
        | "refusal"
        | "safety"
        | "recitation"
        | "language"
        | "blocklist"
        | "prohibited_content"
        | "spii"
        | "image_safety"
        | "image_prohibited_content"
        | "model_armor" => Finish::Whole(FinishReason::ContentFilter),
        "error" | "failed" | "insufficient_system_resource" | "abort" | "aborted" => {
            failed(FailureClass::Server, "the provider gave up")
        }
        "malformed_function_call"
        | "unexpected_tool_call"
        | "too_many_tool_calls"
        | "missing_thought_signature"
        | "malformed_response" => failed(FailureClass::Malformed, "the model made a broken tool call"),
        "load" | "unload" | "" => Finish::Ignore,
        _ => Finish::Whole(FinishReason::Stop),
    }
}
