//! The same request for a model that knows nothing of tools.

use super::{ChatRequest, Message, Part, Role, ToolChoice};

impl ChatRequest {
    /// Whether there is anything in it that only a model with tools understands.
    pub fn speaks_of_tools(&self) -> bool {
        let is_of_tools = |part: &Part| matches!(part, Part::ToolCall(_) | Part::ToolResult { .. });
        !self.tools.is_empty() || self.messages.iter().flat_map(|message| &message.parts).any(is_of_tools)
    }

    /// The same without tools: calls that were made and what they gave are told as text.
    #[must_use]
    pub fn without_tools(&self) -> Self {
        let messages = self.messages.iter().filter_map(told).collect();
        Self {
            messages,
            tools: Vec::new(),
            tool_choice: ToolChoice::default(),
            parallel_tool_calls: None,
            ..self.clone()
        }
    }
}

/// A message with calls and results as text; none if nothing is left of it.
fn told(message: &Message) -> Option<Message> {
    let role = if message.role == Role::Tool { Role::User } else { message.role };
    let parts: Vec<Part> = message.parts.iter().map(told_part).collect();
    (!parts.is_empty()).then_some(Message { role, parts })
}

fn told_part(part: &Part) -> Part {
    match part {
        Part::ToolCall(call) => Part::Text(format!("\n[called {} with {}]\n", call.name, call.arguments)),
        Part::ToolResult { name, content, is_error, .. } => {
            let what = if *is_error { "failed with" } else { "gave" };
            Part::Text(format!("[{name} {what}: {content}]\n"))
        }
        Part::Text(_) | Part::Media(_) | Part::Reasoning { .. } => part.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{ToolCall, ToolSpec};

    #[test]
    fn calls_and_results_are_told() {
        let call = ToolCall { id: "1".into(), name: "add".into(), arguments: "{}".into(), signature: None };
        let result = Part::ToolResult {
            call_id: "1".into(),
            name: "add".into(),
            content: "5".into(),
            is_error: false,
        };
        let spec = ToolSpec {
            name: "add".into(),
            description: String::new(),
            parameters: serde_json::json!({}),
            strict: false,
        };
        let request = ChatRequest {
            messages: vec![
                Message::text(Role::User, "2+3?"),
                Message { role: Role::Assistant, parts: vec![Part::ToolCall(call)] },
                Message { role: Role::Tool, parts: vec![result] },
            ],
            tools: vec![spec],
            tool_choice: ToolChoice::Offered,
            ..ChatRequest::default()
        };
        assert!(request.speaks_of_tools());
        let plain = request.without_tools();
        assert!(!plain.speaks_of_tools());
        let told: Vec<_> =
            plain.messages.iter().map(|message| (message.role, message.joined_text())).collect();
        assert_eq!(
            told,
            [
                (Role::User, "2+3?".to_owned()),
                (Role::Assistant, "\n[called add with {}]\n".to_owned()),
                (Role::User, "[add gave: 5]\n".to_owned()),
            ]
        );
    }
}
