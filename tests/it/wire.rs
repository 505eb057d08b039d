//! Golden translations. One request, one snapshot per provider; every transcript, one snapshot of events; every refusal,
//! its class. `AIGW_WIRE_SAMPLES=DIR` runs the decoders over a folder of recordings as well.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use aigw::chat::{
    Answer, ChatRequest, Effort, EmbedRequest, Event, Failure, FailureClass, Format, Media, Message, ModelId,
    Part, Purpose, Role, Sampling, Schema, Source, ToolCall, ToolChoice, ToolSpec,
};
use aigw::providers::sse::SseDecoder;
use aigw::providers::wire::{Progress, Reply, Target, codec};
use aigw::providers::{Catalog, Model, Provider, Timeouts, classify};
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

/// When the refusals were received: absolute resets in them are measured from here.
const RECEIVED: &str = "2026-09-21T12:00:00Z";
const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire");

fn provider(id: &str) -> Provider {
    let row = Catalog::built_in().provider(id).unwrap_or_else(|| panic!("no provider {id}"));
    Provider {
        id: row.id.clone(),
        wire: row.wire,
        base_url: row.base_url.clone(),
        headers: Vec::new(),
        quirks: row.quirks.clone(),
        timeouts: Timeouts::DEFAULT,
        billing: row.billing,
    }
}

/// Everything that a request can have, in one.
fn full_request() -> ChatRequest {
    let call = |id: &str, city: &str| {
        let arguments = json!({"city": city}).to_string();
        Part::ToolCall(ToolCall { id: id.into(), name: "weather".into(), arguments, signature: None })
    };
    let result = |id: &str, content: &str, is_error| Part::ToolResult {
        call_id: id.into(),
        name: "weather".into(),
        content: content.into(),
        is_error,
    };
    let image = Media {
        mime: "image/png".into(),
        name: Some("map.png".into()),
        source: Source::Base64("aW1n".into()),
    };
    let pdf = Media {
        mime: "application/pdf".into(),
        name: Some("plan.pdf".into()),
        source: Source::Base64("cGRm".into()),
    };
    let schema = json!({"type": "object", "properties": {"warmer": {"type": "string"}}, "required": ["warmer"],
        "additionalProperties": false});
    ChatRequest {
        messages: vec![
            Message::text(Role::System, "Be brief."),
            Message {
                role: Role::User,
                parts: vec![Part::Text("Which is warmer?".into()), Part::Media(image), Part::Media(pdf)],
            },
            Message {
                role: Role::Assistant,
                parts: vec![
                    Part::Reasoning { text: "Two cities.".into(), signature: None },
                    call("call_1", "Oslo"),
                    call("call_2", "Cairo"),
                ],
            },
            Message {
                role: Role::Tool,
                parts: vec![result("call_1", "4 °C", false), result("call_2", "no such station", true)],
            },
            Message::text(Role::User, "So?"),
        ],
        tools: vec![ToolSpec {
            name: "weather".into(),
            description: "The weather in a city".into(),
            parameters: json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}),
            strict: false,
        }],
        tool_choice: ToolChoice::Auto,
        parallel_tool_calls: Some(true),
        format: Format::Schema(Schema::new(schema).unwrap()),
        sampling: Sampling {
            temperature: Some(0.5),
            top_p: Some(0.9),
            max_tokens: Some(256),
            stop: vec!["END".into()],
            seed: Some(7),
        },
        effort: Some(Effort::Low),
        stream: true,
        trace: None,
    }
}

fn encode(id: &str, model: &Model, request: &ChatRequest) -> String {
    let provider = provider(id);
    let target = Target {
        provider: &provider,
        model,
        without: &[],
        description: None,
        within: Timeouts::DEFAULT.total,
    };
    match codec(provider.wire).encode(&target, request) {
        Ok(encoded) => {
            let body: Value = serde_json::from_slice(&encoded.body).unwrap();
            let body = serde_json::to_string_pretty(&body).unwrap();
            format!("POST {}{}\ndropped: {:?}\n{body}\n", provider.base_url, encoded.path, encoded.dropped)
        }
        Err(failure) => format!("{}: {}\n", failure.class.as_str(), failure.message),
    }
}

fn default_model(id: &str) -> Model {
    let row = Catalog::built_in().provider(id).unwrap();
    let model = row.default_model.clone().unwrap_or_else(|| "org/some-model".into());
    Catalog::built_in().model(&ModelId::new(id, model))
}

#[test]
fn one_request_to_every_provider() {
    for row in Catalog::built_in().providers() {
        let text = encode(&row.id, &default_model(&row.id), &full_request());
        insta::with_settings!({ snapshot_path => "../wire/requests", prepend_module_to_snapshot => false, omit_expression => true }, {
            assert_snapshot!(format!("full.{}", row.id), text);
        });
    }
}

/// What a model said goes back to it as it came, and to another one without what only its maker understands.
#[test]
fn a_turn_goes_back_as_it_came() {
    for (from, transcript) in [("anthropic", "interleaved"), ("gemini", "signed")] {
        let bytes =
            std::fs::read(Path::new(SAMPLES).join(format!("streams/{from}/{transcript}.sse"))).unwrap();
        let mut answer = Answer::default();
        read_stream(from, &bytes, 1).0.iter().for_each(|event| answer.push(event));
        let question = Message::text(Role::User, "When is high water?");
        let request =
            ChatRequest { messages: vec![question, answer.into_message()], ..ChatRequest::default() };
        for to in ["anthropic", "gemini", "openai"] {
            insta::with_settings!({ snapshot_path => "../wire/requests", prepend_module_to_snapshot => false, omit_expression => true }, {
                assert_snapshot!(format!("turn.{from}.to.{to}"), without_made_up_ids(&encode(to, &default_model(to), &request)));
            });
        }
    }
}

/// Replicate's models say themselves what they take.
#[test]
fn a_prediction_has_the_fields_of_its_model() {
    let schemas = [
        (
            "messages",
            json!({"messages": {"type": "array"}, "prompt": {"type": "string"}, "image_input": {"type": "array"},
            "max_completion_tokens": {"type": "integer"}, "reasoning_effort": {"allOf": []}}),
        ),
        (
            "messages_as_text",
            json!({"messages": {"type": "string"}, "image": {"type": "string"}, "stop": {"type": "array"}}),
        ),
        (
            "prompts",
            json!({"prompt": {"type": "string"}, "system_prompt": {"type": "string"}, "max_tokens": {"type": "integer"},
            "temperature": {"type": "number"}, "top_p": {"type": "number"}, "stop_sequences": {"type": "string"}, "seed": {"type": "integer"}}),
        ),
        ("prompt_only", json!({"prompt": {"type": "string"}, "max_new_tokens": {"type": "integer"}})),
        ("no_prompt", json!({"audio": {"type": "string"}})),
    ];
    let image = Media { mime: "image/png".into(), name: None, source: Source::Base64("aW1n".into()) };
    let talk = vec![
        Message::text(Role::System, "Be brief."),
        Message::text(Role::User, "Where is this?"),
        Message::text(Role::Assistant, "In Cork."),
        Message::text(Role::User, "Sure?"),
    ];
    let mut pictured = talk.clone();
    pictured[1].parts.push(Part::Media(image));
    let provider = provider("replicate");
    let model = default_model("replicate");
    let mut text = String::new();
    for (name, fields) in schemas {
        let described = json!({"latest_version": {"openapi_schema": {"components": {"schemas": {"Input": {"properties": fields}}}}}});
        let wire = codec(provider.wire);
        let description = wire.describe(described.to_string().as_bytes()).unwrap();
        let target = Target {
            provider: &provider,
            model: &model,
            without: &[],
            description: Some(&description),
            within: Timeouts::DEFAULT.total,
        };
        for (messages, stream) in [(&talk, true), (&pictured, false)] {
            let request = ChatRequest {
                messages: messages.clone(),
                stream,
                tools: Vec::new(),
                format: Format::Text,
                ..full_request()
            };
            match wire.encode(&target, &request) {
                Ok(encoded) => {
                    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
                    let body = serde_json::to_string_pretty(&body).unwrap();
                    writeln!(
                        text,
                        "{name}: {} {:?}\ndropped: {:?}\n{body}\n",
                        encoded.path, encoded.headers, encoded.dropped
                    )
                    .unwrap();
                }
                Err(failure) => {
                    writeln!(text, "{name}: {} {}\n", failure.class.as_str(), failure.message).unwrap();
                }
            }
        }
    }
    insta::with_settings!({ snapshot_path => "../wire/requests", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!("replicate.fields", text);
    });
}

#[test]
fn one_request_for_vectors_to_every_provider() {
    let mut text = String::new();
    for row in Catalog::built_in().providers() {
        let provider = provider(&row.id);
        let model = Catalog::built_in().model(&ModelId::new(&row.id, "org/embedder"));
        let target = Target {
            provider: &provider,
            model: &model,
            without: &[],
            description: None,
            within: Timeouts::DEFAULT.total,
        };
        for (texts, dimensions) in
            [(&["one"][..], None), (&["one", "two"], None), (&["one", "two"], Some(256))]
        {
            let texts = texts.iter().map(|text| (*text).to_owned()).collect();
            let request = EmbedRequest { texts, purpose: Some(Purpose::Query), dimensions };
            match codec(provider.wire).encode_embed(&target, &request) {
                Ok(ways) => ways.iter().for_each(|way| {
                    let body = String::from_utf8_lossy(&way.body);
                    writeln!(text, "POST {}{} {body} {:?}", provider.base_url, way.path, way.dropped)
                        .unwrap();
                }),
                Err(failure) => {
                    writeln!(text, "{}: {} {}", row.id, failure.class.as_str(), failure.message).unwrap();
                }
            }
        }
    }
    insta::with_settings!({ snapshot_path => "../wire/requests", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!("vectors", text);
    });
}

#[test]
fn demanded_calls_and_plain_json() {
    let mut text = String::new();
    for row in Catalog::built_in().providers() {
        for choice in [ToolChoice::Required, ToolChoice::Named("weather".into()), ToolChoice::None] {
            let request = ChatRequest { tool_choice: choice.clone(), format: Format::Json, ..full_request() };
            let provider = provider(&row.id);
            let target = Target {
                provider: &provider,
                model: &default_model(&row.id),
                without: &[],
                description: None,
                within: Timeouts::DEFAULT.total,
            };
            let said = match codec(provider.wire).encode(&target, &request) {
                Ok(encoded) => {
                    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
                    format!("{} {}", body["tool_choice"], body["response_format"]["type"])
                }
                Err(failure) => format!("{} {}", failure.class.as_str(), failure.message),
            };
            writeln!(text, "{} {choice:?}: {said}", row.id).unwrap();
        }
    }
    insta::with_settings!({ snapshot_path => "../wire/requests", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!("tool_choice", text);
    });
}

/// Reads a stream in pieces as the client does.
fn read_stream(id: &str, bytes: &[u8], pieces: usize) -> (Vec<Event>, Result<(), Failure>) {
    let provider = provider(id);
    let model = default_model(id);
    let target = Target {
        provider: &provider,
        model: &model,
        without: &[],
        description: None,
        within: Timeouts::DEFAULT.total,
    };
    let mut decoder = codec(provider.wire).decoder(&target);
    let (mut sse, mut events) = (SseDecoder::default(), Vec::new());
    for piece in bytes.chunks(bytes.len().div_ceil(pieces.max(1)).max(1)) {
        sse.push(piece);
        loop {
            match sse.next_event() {
                Ok(Some(event)) => match decoder.event(&event, &mut events) {
                    Ok(Progress::Closed) => {
                        let end = decoder.end(&mut events);
                        return (events, end);
                    }
                    Ok(Progress::Nothing | Progress::More | Progress::Whole) => {}
                    Err(failure) => return (events, Err(failure)),
                },
                Ok(None) => break,
                Err(error) => {
                    return (events, Err(Failure::new(FailureClass::Malformed, error.to_string())));
                }
            }
        }
    }
    let end = decoder.end(&mut events);
    (events, end)
}

fn shown((events, end): (Vec<Event>, Result<(), Failure>)) -> String {
    let mut text = String::new();
    for event in events {
        writeln!(text, "{event:?}").unwrap();
    }
    match end {
        Ok(()) => text.push_str("whole\n"),
        Err(failure) => {
            writeln!(text, "{} {:?}: {}", failure.class.as_str(), failure.status, failure.message).unwrap();
        }
    }
    without_made_up_ids(&text)
}

/// Ids that had to be made up are random.
fn without_made_up_ids(text: &str) -> String {
    let mut shown = String::new();
    let mut pieces = text.split("\"call_");
    shown.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let is_made_up = piece.split('"').next().is_some_and(|id| id.len() == 16);
        shown.push_str(if is_made_up { "\"call_[…]" } else { "\"call_" });
        shown.push_str(if is_made_up { &piece[16..] } else { piece });
    }
    shown
}

/// The files below a folder with this ending, sorted, as (folder, path).
fn files(directory: &Path, ending: &str) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let Ok(folders) = std::fs::read_dir(directory) else { return found };
    for folder in folders {
        let folder = folder.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for file in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == ending) {
                found.push((name.clone(), path));
            }
        }
    }
    found.sort();
    found
}

/// The row whose quirks a folder's samples need.
fn row_of(folder: &str) -> &str {
    match folder {
        "_generic" | "gemini-openai" => "openai",
        "inference-net" => "inference",
        "ollama-openai" => "ollama",
        known => known,
    }
}

#[test]
fn every_transcript_gives_its_events() {
    let streams = files(&Path::new(SAMPLES).join("streams"), "sse");
    assert!(streams.len() > 40, "{} transcripts", streams.len());
    for (folder, path) in streams {
        let bytes = std::fs::read(&path).unwrap();
        let text = shown(read_stream(row_of(&folder), &bytes, 1));
        for pieces in [2, 7, bytes.len()] {
            assert_eq!(
                shown(read_stream(row_of(&folder), &bytes, pieces)),
                text,
                "{} in {pieces}",
                path.display()
            );
        }
        let name = format!("{folder}.{}", path.file_stem().unwrap().to_str().unwrap());
        insta::with_settings!({ snapshot_path => "../wire/events", prepend_module_to_snapshot => false, omit_expression => true }, {
            assert_snapshot!(name, text);
        });
    }
}

#[test]
fn every_body_gives_its_events() {
    let bodies = files(&Path::new(SAMPLES).join("bodies"), "json");
    assert!(bodies.len() > 20, "{} bodies", bodies.len());
    for (folder, path) in bodies {
        let text = shown(read_body(row_of(&folder), &std::fs::read(&path).unwrap()));
        let name = format!("{folder}.{}.whole", path.file_stem().unwrap().to_str().unwrap());
        insta::with_settings!({ snapshot_path => "../wire/events", prepend_module_to_snapshot => false, omit_expression => true }, {
            assert_snapshot!(name, text);
        });
    }
}

fn read_body(id: &str, bytes: &[u8]) -> (Vec<Event>, Result<(), Failure>) {
    let (provider, model) = (provider(id), default_model(id));
    let target = Target {
        provider: &provider,
        model: &model,
        without: &[],
        description: None,
        within: Timeouts::DEFAULT.total,
    };
    match codec(provider.wire).decode(&target, bytes) {
        Ok(Reply::Whole(events)) => (events, Ok(())),
        Ok(Reply::Pending(pending)) => {
            let place = format!("pending: {} {:?}", pending.state, pending.stream);
            (pending.events, Err(Failure::new(FailureClass::Cancelled, place)))
        }
        Err(failure) => (Vec::new(), Err(failure)),
    }
}

fn refusal(path: &Path, status: u16) -> Failure {
    let headers = std::fs::read_to_string(path.with_extension("headers")).unwrap_or_default();
    let headers = headers
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.parse().unwrap(), value.trim().parse().unwrap()))
        .collect();
    classify(status, &headers, &std::fs::read(path).unwrap(), RECEIVED.parse().unwrap())
}

#[test]
fn every_refusal_has_its_class() {
    let directory = Path::new(SAMPLES).join("errors");
    let expected = std::fs::read_to_string(directory.join("expected.tsv")).unwrap();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for line in expected.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, class, reset, _limit] = fields[..] else { panic!("{line}") };
        let path = directory.join(name.trim_start_matches("tests/wire/errors/"));
        let status = path.file_name().unwrap().to_str().unwrap().split('_').next().unwrap().parse().unwrap();
        let failure = refusal(&path, status);
        let ms = failure.reset.map_or_else(|| "-".to_owned(), |reset| reset.as_millis().to_string());
        count += 1;
        if (failure.class.as_str(), ms.as_str()) != (class, reset) {
            wrong.push(format!(
                "{name}: {} {ms}, not {class} {reset}: {}",
                failure.class.as_str(),
                failure.message
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 60, "{count} refusals");
}

/// Recordings that are not part of the project: nothing may make the decoders fail that a provider really sent.
#[test]
fn recordings_elsewhere() {
    #[expect(clippy::disallowed_methods, reason = "the folder is no part of the project")]
    let Ok(directory) = std::env::var("AIGW_WIRE_SAMPLES") else { return };
    let directory = Path::new(&directory);
    // Ollama's own format is a wire of its own; its OpenAI-shaped answers are in another folder.
    let known = |folder: &str| folder != "ollama" && Catalog::built_in().provider(row_of(folder)).is_some();
    let mut wrong = Vec::new();
    for (folder, path) in files(directory, "sse").into_iter().filter(|(folder, _)| known(folder)) {
        let bytes = std::fs::read(&path).unwrap();
        let read = read_stream(row_of(&folder), &bytes, 1);
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let should_fail = ["error", "truncated", "empty", "only_comments", "canceled"]
            .iter()
            .any(|word| stem.contains(word));
        if read.1.is_err() != should_fail {
            wrong.push(format!("{}: {:?}", path.display(), read.1));
        }
        for pieces in [3, bytes.len()] {
            assert_eq!(
                shown(read_stream(row_of(&folder), &bytes, pieces)),
                shown(read.clone()),
                "{}",
                path.display()
            );
        }
    }
    for (folder, path) in files(directory, "json").into_iter().filter(|(folder, _)| known(folder)) {
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if stem.starts_with("ok") || stem.starts_with("tool_call") {
            if let (_, Err(failure)) = read_body(row_of(&folder), &std::fs::read(&path).unwrap()) {
                wrong.push(format!("{}: {failure:?}", path.display()));
            }
        } else if let Some(status) = stem.strip_prefix("err_").and_then(|rest| rest.get(..3)?.parse().ok()) {
            let failure = refusal(&path, status);
            eprintln!(
                "{folder}/{stem}: {} {:?} {:?}",
                failure.class.as_str(),
                failure.reset,
                failure.message
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

proptest! {
    #[test]
    fn no_bytes_make_a_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), whole in any::<bool>()) {
        if whole {
            drop(read_body("openai", &bytes));
        } else {
            drop(read_stream("huggingface", &bytes, 3));
        }
        drop(classify(400, &reqwest::header::HeaderMap::new(), &bytes, jiff::Timestamp::UNIX_EPOCH));
    }

    #[test]
    fn no_json_makes_a_decoder_panic(
        text in r#"(\{"(choices|error|usage|object|x_groq|message)":(\[|\{|"|1|null)){0,3}[\[\]\{\}",:a-z0-9]{0,40}"#,
    ) {
        let event = format!("data: {text}\n\n");
        drop(read_stream("mistral", event.as_bytes(), 1));
        drop(read_body("groq", text.as_bytes()));
    }
}
