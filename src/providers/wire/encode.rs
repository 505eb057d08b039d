//! What the encoders share.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::Value;

use crate::chat::{ChatRequest, Failure, FailureClass, Message, Role};

/// Something in the request cannot be said on this wire, and the answer hangs on it.
pub(super) fn unsupported(param: &str, message: &str) -> Failure {
    Failure { param: Some(param.to_owned()), ..Failure::new(FailureClass::Unsupported, message) }
}

/// A model id as part of a path: its slashes stand, everything that could lead elsewhere does not.
pub(super) fn in_path(model: &str) -> String {
    const ESCAPED: &AsciiSet =
        &CONTROLS.add(b' ').add(b'?').add(b'#').add(b'%').add(b'\\').add(b'"').add(b'<').add(b'>');
    utf8_percent_encode(model, ESCAPED).to_string().replace("..", "%2E%2E")
}

/// The instructions above a conversation as one text, where they have a place of their own.
pub(super) fn system_text(request: &ChatRequest) -> Option<String> {
    let texts = request.messages.iter().filter(|message| message.role == Role::System);
    let text = texts.map(Message::joined_text).collect::<Vec<_>>().join("\n\n");
    (!text.is_empty()).then_some(text)
}

/// One side's contribution: its name on the wire and what it says.
pub(super) type Turn = (&'static str, Vec<Value>);

/// A conversation as turns of two sides, where they must alternate: what one side says in a row is one turn, and what
/// tools return is the user's.
pub(super) fn turns(
    request: &ChatRequest,
    assistant: &'static str,
    parts: impl Fn(&Message) -> Result<Vec<Value>, Failure>,
) -> Result<Vec<Turn>, Failure> {
    let mut turns: Vec<Turn> = Vec::new();
    for message in request.messages.iter().filter(|message| message.role != Role::System) {
        let role = if message.role == Role::Assistant { assistant } else { "user" };
        let parts = parts(message)?;
        match turns.last_mut() {
            Some((last, said)) if *last == role => said.extend(parts),
            _ => turns.push((role, parts)),
        }
    }
    Ok(turns)
}
