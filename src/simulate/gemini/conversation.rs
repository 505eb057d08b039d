//! The conversation: its parts, and how calls, results and their signatures must follow each other.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{alphabet, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::super::model::{Call, Message, Role};
use super::super::reply::Refusal;
use super::super::seal;

/// Stands for the signature of a call that another model made.
const UNSIGNED: &str = "skip_thought_signature_validator";

/// Types that the model can read.
const MEDIA: [&str; 9] = [
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/heic",
    "image/heif",
    "application/pdf",
    "text/",
    "audio/",
    "video/",
];

/// Bytes in JSON may come in either alphabet.
const WEB: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a text's signature is made from: unlike that of a call it is bound to nothing.
pub(super) const TEXT_SEAL: &str = "text";

/// What a call's signature is made from.
pub(super) fn call_seal(name: &str) -> String {
    format!("call of {name}")
}

/// The messages, the system's text first; `signed` when calls must show their signatures.
pub(super) fn read(body: &Value, signed: bool) -> Result<Vec<Message>, Refusal> {
    let contents = body.get("contents").and_then(Value::as_array).filter(|contents| !contents.is_empty());
    let contents = contents
        .ok_or_else(|| Refusal::bad("* GenerateContentRequest.contents: contents is not specified\n"))?;
    let mut read = Vec::new();
    if let Some(system) = body.get("systemInstruction") {
        let turn = Turn::read(system, "system_instruction")?;
        read.push(said(Role::System, turn.text));
    }
    // Of earlier turns nobody asks for signatures any more.
    let fresh = contents.iter().rposition(is_question).unwrap_or(0);
    let mut before = Turn::default();
    for (at, content) in contents.iter().enumerate() {
        let turn = Turn::read(content, &format!("contents[{at}]"))?;
        turn.check_order(&before, at == 0)?;
        if signed && at > fresh {
            turn.check_signature(at)?;
        }
        read.extend(turn.messages());
        before = turn;
    }
    if !before.calls.is_empty() {
        return Err(unequal());
    }
    Ok(read)
}

fn said(role: Role, text: String) -> Message {
    Message { role, text, images: 0, calls: Vec::new() }
}

/// Whether a content begins a turn: the user says something and does not only hand back results.
fn is_question(content: &Value) -> bool {
    let parts = content.get("parts").and_then(Value::as_array).into_iter().flatten();
    let mut parts = parts.filter(|part| part.get("functionResponse").is_none());
    content.get("role").is_none_or(|role| role == "user") && parts.next().is_some()
}

fn unequal() -> Refusal {
    Refusal::bad(
        "Please ensure that the number of function response parts is equal to the number of function call \
         parts of the function call turn.",
    )
}

/// One content of the wire.
#[derive(Default)]
struct Turn {
    model: bool,
    text: String,
    images: usize,
    calls: Vec<Call>,
    /// Of the first of the calls.
    signature: Option<String>,
    /// What came back from tools: name and text.
    results: Vec<(String, String)>,
}

impl Turn {
    fn read(content: &Value, path: &str) -> Result<Self, Refusal> {
        let model = match content.get("role").and_then(Value::as_str) {
            None | Some("user" | "function" | "system") => false,
            Some("model") => true,
            Some(_) => return Err(Refusal::bad("Please use a valid role: user, model.")),
        };
        let parts = content.get("parts").and_then(Value::as_array).filter(|parts| !parts.is_empty());
        let parts = parts.ok_or_else(|| {
            Refusal::bad(format!(
                "* GenerateContentRequest.{path}.parts: contents.parts must not be empty.\n"
            ))
        })?;
        let mut turn = Self { model, ..Self::default() };
        for (at, part) in parts.iter().enumerate() {
            turn.part(part, &format!("{path}.parts[{at}]"))?;
        }
        Ok(turn)
    }

    fn part(&mut self, part: &Value, path: &str) -> Result<(), Refusal> {
        const KINDS: [&str; 7] = [
            "text",
            "inlineData",
            "fileData",
            "functionCall",
            "functionResponse",
            "executableCode",
            "codeExecutionResult",
        ];
        let kinds: Vec<_> = KINDS.iter().filter(|kind| part.get(**kind).is_some()).collect();
        let [kind] = kinds[..] else {
            return Err(Refusal::bad(format!(
                "* GenerateContentRequest.{path}.data: required oneof field 'data' must have one initialized \
                 field\n"
            )));
        };
        let signature = part.get("thoughtSignature").and_then(Value::as_str);
        let value = &part[*kind];
        match *kind {
            "text" => {
                if signature.is_some_and(|signature| !is_known(signature, TEXT_SEAL)) {
                    return Err(Refusal::bad("Corrupted thought signature."));
                }
                let text = value.as_str().ok_or_else(|| {
                    Refusal::bad(format!("Invalid value at '{path}.text' (TYPE_STRING), {value}"))
                })?;
                if part.get("thought") != Some(&Value::Bool(true)) {
                    self.text.push_str(text);
                }
                Ok(())
            }
            "inlineData" => self.inline(value, path),
            "fileData" => self.file(value),
            "functionCall" => self.call(value, signature, path),
            "functionResponse" => self.result(value, path),
            _ => Ok(()),
        }
    }

    fn inline(&mut self, blob: &Value, path: &str) -> Result<(), Refusal> {
        let part = |name: &str| blob.get(name).and_then(Value::as_str).unwrap_or_default();
        self.media(part("mimeType"))?;
        let data = part("data");
        if data.is_empty() || !(STANDARD.decode(data).is_ok() || WEB.decode(data).is_ok()) {
            let start: String = data.chars().take(20).collect();
            return Err(Refusal::bad(format!(
                "Invalid value at '{path}.inline_data.data' (TYPE_BYTES), Base64 decoding failed for \"{start}\""
            )));
        }
        Ok(())
    }

    fn file(&mut self, file: &Value) -> Result<(), Refusal> {
        let uri = file.get("fileUri").and_then(Value::as_str).unwrap_or_default();
        if !(uri.starts_with("https://") || uri.starts_with("gs://")) {
            return Err(Refusal::bad("Cannot fetch content from the provided URL."));
        }
        match file.get("mimeType").and_then(Value::as_str) {
            Some(mime) => self.media(mime),
            None => Ok(()),
        }
    }

    fn media(&mut self, mime: &str) -> Result<(), Refusal> {
        let known =
            MEDIA.iter().any(|known| mime == *known || (known.ends_with('/') && mime.starts_with(known)));
        if !known {
            return Err(Refusal::bad(format!("Unsupported MIME type: {mime}")));
        }
        self.images += usize::from(mime.starts_with("image/"));
        Ok(())
    }

    fn call(&mut self, call: &Value, signature: Option<&str>, path: &str) -> Result<(), Refusal> {
        let name = named(call, path, "function_call")?;
        if let Some(signature) = signature {
            if !is_known(signature, &call_seal(&name)) {
                return Err(Refusal::bad("Corrupted thought signature."));
            }
            if self.calls.is_empty() {
                self.signature = Some(signature.to_owned());
            }
        }
        let arguments = call.get("args").cloned().unwrap_or_default();
        if !arguments.is_object() && !arguments.is_null() {
            return Err(not_a_struct(path, "function_call.args", &arguments));
        }
        self.calls.push(Call { name, arguments });
        Ok(())
    }

    fn result(&mut self, result: &Value, path: &str) -> Result<(), Refusal> {
        let name = named(result, path, "function_response")?;
        let response = result.get("response").unwrap_or(&Value::Null);
        let Some(fields) = response.as_object() else {
            return Err(not_a_struct(path, "function_response.response", response));
        };
        let text = match fields.values().collect::<Vec<_>>()[..] {
            [Value::String(only)] => only.clone(),
            _ => response.to_string(),
        };
        self.results.push((name, text));
        Ok(())
    }

    /// Calls follow a question or results, and results follow their calls.
    fn check_order(&self, before: &Self, first: bool) -> Result<(), Refusal> {
        if !self.calls.is_empty() && (first || before.model) {
            return Err(Refusal::bad(
                "Please ensure that function call turn comes immediately after a user turn or after a \
                 function response turn.",
            ));
        }
        if !self.results.is_empty() && before.calls.is_empty() {
            return Err(Refusal::bad(
                "Please ensure that function response turn comes immediately after a function call turn.",
            ));
        }
        let answered = |call: &Call| self.results.iter().any(|(name, _)| *name == call.name);
        if self.results.len() != before.calls.len() || !before.calls.iter().all(answered) {
            return Err(unequal());
        }
        Ok(())
    }

    fn check_signature(&self, at: usize) -> Result<(), Refusal> {
        match self.calls.first().filter(|_| self.signature.is_none()) {
            None => Ok(()),
            Some(call) => Err(Refusal::bad(format!(
                "Function call is missing a thought_signature in functionCall parts. This is required for \
                 tools to work correctly, and missing thought_signature may lead to degraded model \
                 performance. Additional data, function call `default_api:{}` , position {}. Please refer to \
                 https://ai.google.dev/gemini-api/docs/thought-signatures for more details.",
                call.name,
                at + 1
            ))),
        }
    }

    fn messages(&self) -> Vec<Message> {
        let results = self.results.iter().map(|(_, text)| said(Role::Tool, text.clone()));
        let mut messages: Vec<_> = results.collect();
        if messages.is_empty() || !self.text.is_empty() || self.images > 0 {
            let role = if self.model { Role::Assistant } else { Role::User };
            messages.push(Message {
                images: self.images,
                calls: self.calls.clone(),
                ..said(role, self.text.clone())
            });
        }
        messages
    }
}

fn named(value: &Value, path: &str, kind: &str) -> Result<String, Refusal> {
    let name = value.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
    name.map(str::to_owned).ok_or_else(|| {
        Refusal::bad(format!("* GenerateContentRequest.{path}.{kind}.name: Name cannot be empty.\n"))
    })
}

fn not_a_struct(path: &str, field: &str, value: &Value) -> Refusal {
    Refusal::bad(format!(
        "Invalid value at '{path}.{field}' (type.googleapis.com/google.protobuf.Struct), {value}"
    ))
}

/// Whether a signature is one that was given for this, or says that there is none; some clients write
/// even that in base64.
fn is_known(signature: &str, sealed: &str) -> bool {
    let usual = signature.replace('+', "-").replace('/', "_");
    let unsigned = WEB.decode(&usual).is_ok_and(|bytes| bytes == UNSIGNED.as_bytes());
    signature == UNSIGNED || unsigned || seal::is_genuine(sealed, signature)
}
