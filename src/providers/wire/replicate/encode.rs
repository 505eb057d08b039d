//! Writing requests: a conversation as the input fields that the model has.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::super::encode::{system_text, unsupported};
use super::super::{Encoded, Target};
use super::input::{Inputs, place};
use crate::chat::{ChatRequest, Failure, Format, Media, Message, Part, Role, ToolChoice};

/// How long the provider holds a request until its answer is there. It could be a minute; but until it replies nobody
/// knows what to cancel.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// The shortest life of a prediction that can be asked for.
const SHORTEST_LIFE: Duration = Duration::from_secs(5);

/// Lives are whole seconds, rounded up.
const ALMOST_A_SECOND: Duration = Duration::from_millis(999);

const LIMITS: &[&str] = &["max_completion_tokens", "max_tokens", "max_new_tokens", "max_output_tokens"];

/// Writes a request as the target takes it.
pub(super) fn encode(target: &Target<'_>, request: &ChatRequest) -> Result<Encoded, Failure> {
    if !request.tools.is_empty() && request.tool_choice != ToolChoice::None {
        return Err(unsupported("tools", "this provider has no tool calls"));
    }
    if !matches!(request.format, Format::Text) {
        return Err(unsupported("response_format", "this provider holds no answer to JSON or a schema"));
    }
    let inputs = Inputs::new(target.description);
    let (mut input, mut dropped) = (Map::new(), Vec::new());
    conversation(&mut input, inputs, request)?;
    images(&mut input, inputs, request)?;
    sampling(&mut input, inputs, target, request, &mut dropped);

    let (path, version) = place(&target.model.id, target.description);
    let mut body = Map::new();
    if let Some(version) = version {
        body.insert("version".into(), json!(version));
    }
    body.insert("input".into(), Value::Object(input));
    if request.stream {
        body.insert("stream".into(), json!(true));
    }
    let body = serde_json::to_vec(&body).map_err(|error| unsupported("messages", &error.to_string()))?;
    Ok(Encoded { path, headers: headers(target.within, request.stream), body, dropped })
}

/// A prediction that nobody comes back for ends by itself; without a stream the answer is waited for in the reply.
fn headers(within: Duration, stream: bool) -> Vec<(&'static str, String)> {
    let mut headers =
        vec![("cancel-after", format!("{}s", (within.max(SHORTEST_LIFE) + ALMOST_A_SECOND).as_secs()))];
    if !stream {
        headers.push(("prefer", format!("wait={}", within.min(LONGEST_WAIT).as_secs().max(1))));
    }
    headers
}

/// As messages where the model takes them, else as a system prompt and a prompt.
fn conversation(
    input: &mut Map<String, Value>,
    inputs: Inputs<'_>,
    request: &ChatRequest,
) -> Result<(), Failure> {
    if inputs.has("messages") {
        let messages = request.messages.iter().map(message).collect::<Result<Vec<_>, _>>()?;
        let list = inputs.is_list("messages");
        let messages = json!(messages);
        input.insert("messages".into(), if list { messages } else { json!(messages.to_string()) });
        return Ok(());
    }
    if !inputs.has("prompt") {
        return Err(unsupported("messages", "this model takes no prompt: it is not one to talk to"));
    }
    let mut prompt = transcript(request)?;
    if let Some(system) = system_text(request) {
        match inputs.first(&["system_prompt", "system_instruction"]) {
            Some(field) => drop(input.insert(field.into(), json!(system))),
            None => prompt = format!("{system}\n\n{prompt}"),
        }
    }
    input.insert("prompt".into(), json!(prompt));
    Ok(())
}

fn message(message: &Message) -> Result<Value, Failure> {
    let role = match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => return Err(no_tools()),
    };
    Ok(json!({"role": role, "content": said(message)?}))
}

/// The text of a message; its images have a field of their own.
fn said(message: &Message) -> Result<String, Failure> {
    let is_call = |part: &Part| matches!(part, Part::ToolCall(_) | Part::ToolResult { .. });
    if message.parts.iter().any(is_call) { Err(no_tools()) } else { Ok(message.joined_text()) }
}

fn no_tools() -> Failure {
    unsupported("messages", "this provider has no tool calls, and the conversation contains some")
}

/// A single question stands for itself; a longer conversation is told with its speakers.
fn transcript(request: &ChatRequest) -> Result<String, Failure> {
    let turns: Vec<&Message> =
        request.messages.iter().filter(|message| message.role != Role::System).collect();
    if let [only] = turns[..] {
        return said(only);
    }
    let mut lines = Vec::with_capacity(turns.len() + 1);
    for turn in &turns {
        let speaker = match turn.role {
            Role::Assistant => "Assistant",
            Role::Tool => return Err(no_tools()),
            Role::User | Role::System => "User",
        };
        lines.push(format!("{speaker}: {}", said(turn)?));
    }
    // An answer that was begun is simply gone on with.
    if turns.last().is_some_and(|last| last.role != Role::Assistant) {
        lines.push("Assistant:".to_owned());
    }
    Ok(lines.join("\n\n"))
}

fn images(input: &mut Map<String, Value>, inputs: Inputs<'_>, request: &ChatRequest) -> Result<(), Failure> {
    let parts = request.messages.iter().flat_map(|message| &message.parts);
    let media: Vec<&Media> =
        parts.filter_map(|part| if let Part::Media(media) = part { Some(media) } else { None }).collect();
    if let Some(document) = media.iter().find(|media| !media.is_image()) {
        return Err(unsupported("messages", &format!("this provider does not take {}", document.mime)));
    }
    let uris: Vec<String> = media.iter().map(|media| media.uri()).collect();
    let field = inputs.first(&["image_input", "images", "image"]);
    match (field, &uris[..]) {
        (_, []) => {}
        (Some(field), uris) if inputs.is_list(field) => drop(input.insert(field.into(), json!(uris))),
        (Some(field), [uri]) => drop(input.insert(field.into(), json!(uri))),
        (Some(_), _) => return Err(unsupported("messages", "this model takes one image only")),
        (None, _) if inputs.are_known() => {
            return Err(unsupported("messages", "this model takes no images"));
        }
        (None, _) => return Err(unsupported("messages", "it is not known whether this model takes images")),
    }
    Ok(())
}

fn sampling(
    input: &mut Map<String, Value>,
    inputs: Inputs<'_>,
    target: &Target<'_>,
    request: &ChatRequest,
    dropped: &mut Vec<String>,
) {
    let sampling = &request.sampling;
    let mut set = |name: &'static str, fields: &[&'static str], value: Option<Value>| {
        let Some(value) = value else { return };
        let refused = |field: &str| target.without.iter().any(|param| param == field || param == name);
        match inputs.first(fields).filter(|field| !refused(field)) {
            Some(field) => drop(input.insert(field.into(), value)),
            None => dropped.push(name.to_owned()),
        }
    };
    // The model's own limit is stated too, so that an answer which it cut can be told from a whole one.
    let usual = inputs.first(LIMITS).and_then(|field| inputs.default(field)).cloned();
    set("max_tokens", LIMITS, sampling.max_tokens.map(|limit| json!(limit)).or(usual));
    set("temperature", &["temperature"], sampling.temperature.map(|heat| json!(heat)));
    set("top_p", &["top_p"], sampling.top_p.map(|top_p| json!(top_p)));
    set("seed", &["seed"], sampling.seed.map(|seed| json!(seed)));
    let stops = &["stop_sequences", "stop"];
    let list = inputs.first(stops).is_some_and(|field| inputs.is_list(field));
    match &sampling.stop[..] {
        [] => {}
        stop if list => set("stop", stops, Some(json!(stop))),
        // One text holds them all, between commas.
        stop if stop.iter().any(|stop| stop.contains(',')) => set("stop", &[], Some(Value::Null)),
        stop => set("stop", stops, Some(json!(stop.join(",")))),
    }
    set("reasoning_effort", &["reasoning_effort"], request.effort.map(|effort| json!(effort.as_str())));
}
