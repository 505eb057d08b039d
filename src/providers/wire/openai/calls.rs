//! Tool calls, put together from pieces.
//!
//! The rule is "pieces with the same index belong together", and everybody breaks it differently: no index at all, the
//! same index for parallel calls, an index that starts at one, empty ids, names that come back as `""` or null.

use serde_json::value::RawValue;

use super::chunk::CallPiece;
use crate::chat::{Failure, FailureClass, ToolCall};

/// Calls as they grow.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Growing>);

#[derive(Debug, Default)]
struct Growing {
    index: Option<u64>,
    id: String,
    name: String,
    arguments: String,
    signature: Option<String>,
}

impl Growing {
    /// Whether the arguments are complete JSON already.
    fn is_complete(&self) -> bool {
        serde_json::from_str::<&RawValue>(&self.arguments).is_ok()
    }
}

impl Calls {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a piece to the call that it belongs to, or begins a new one.
    pub(super) fn push(&mut self, piece: CallPiece<'_>) {
        let function = piece.function.unwrap_or_default();
        let id = piece.id.map(|id| id.0).unwrap_or_default();
        let name = function.name.map(|name| name.0).unwrap_or_default();
        let at = match self.place(piece.index, &id, &name) {
            Some(at) => at,
            None => {
                self.0.push(Growing { index: piece.index, ..Growing::default() });
                self.0.len() - 1
            }
        };
        let call = &mut self.0[at];
        if call.id.is_empty() {
            call.id = id.into_owned();
        }
        if call.name.is_empty() {
            call.name = name.into_owned();
        }
        if let Some(arguments) = function.arguments {
            arguments.append_to(&mut call.arguments);
        }
        if let Some(signature) = piece.extra_content.and_then(chunk_signature) {
            call.signature = Some(signature);
        }
    }

    /// Which call a piece belongs to; none when it begins a new one.
    fn place(&self, index: Option<u64>, id: &str, name: &str) -> Option<usize> {
        let same_index = |call: &Growing| match index {
            Some(index) => call.index == Some(index),
            None => id.is_empty() || call.id == id,
        };
        let at = self.0.iter().rposition(same_index)?;
        let call = &self.0[at];
        let other_id = !id.is_empty() && !call.id.is_empty() && call.id != id;
        let begins_again =
            !name.is_empty() && !call.name.is_empty() && (call.is_complete() || call.name != name);
        (!other_id && !begins_again).then_some(at)
    }

    /// The calls, whole. Arguments that are no JSON object are the model's own fault.
    pub(super) fn finish(&mut self) -> Result<Vec<ToolCall>, Failure> {
        std::mem::take(&mut self.0).into_iter().map(finish_call).collect()
    }
}

fn finish_call(call: Growing) -> Result<ToolCall, Failure> {
    let malformed = |message: String| Err(Failure::new(FailureClass::Malformed, message));
    if call.name.is_empty() {
        return malformed("the model called a tool without naming it".into());
    }
    let arguments = match call.arguments.trim() {
        "" | "null" => "{}".to_owned(),
        text => text.to_owned(),
    };
    if serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&arguments).is_err() {
        return malformed(format!("the model called `{}` with arguments that are no JSON object", call.name));
    }
    let id = if call.id.is_empty() { format!("call_{:016x}", fastrand::u64(..)) } else { call.id };
    Ok(ToolCall { id, name: call.name, arguments, signature: call.signature })
}

/// Google's compatibility layer hides the thought's signature in here.
fn chunk_signature(extra: &RawValue) -> Option<String> {
    let extra: serde_json::Value = serde_json::from_str(extra.get()).ok()?;
    Some(extra.get("google")?.get("thought_signature")?.as_str()?.to_owned())
}
