//! What the fuzz targets hold every reader of foreign bytes to. The integration tests replay the corpus through it.
//!
//! Nothing may panic, hang or grow beyond its input; and how the network cuts the bytes must not change what they mean.

use aigw::chat::{Answer, Event, Failure, FinishReason, ModelId, SpokenCalls};
use aigw::document;
use aigw::providers::sse::SseDecoder;
use aigw::providers::wire::{self, EventDecoder, Progress, Reply, codec};
use aigw::providers::{Catalog, Model, Provider, Timeouts, classify};
use aigw::server::RequestFormat;

/// Feeds an input to a reader, and panics when something does not hold.
pub type Target = fn(&[u8]);

/// The targets, by name.
pub const TARGETS: &[(&str, Target)] = &[
    ("sse", sse),
    ("openai", openai),
    ("anthropic", anthropic),
    ("gemini", gemini),
    ("replicate", replicate),
    ("refusal", refusal),
    ("spoken", spoken),
    ("document", document),
    ("request", request),
];

/// An event with what it borrows copied.
type Owned = (String, Vec<u8>);

/// The parser of server-sent events.
pub fn sse(input: &[u8]) {
    let Some((cut, bytes)) = cut(input) else { return };
    let whole = events(bytes, bytes.len());
    assert_eq!(events(bytes, cut), whole, "in pieces of {cut}");
    let said: usize = whole.iter().flatten().map(|(name, data)| name.len() + data.len()).sum();
    // A byte that is no text becomes three in a name.
    assert!(said <= 3 * bytes.len(), "more came out than went in");
}

/// Chat completions, also from a provider whose thoughts stand in the text.
pub fn openai(input: &[u8]) {
    read("openai", input);
    read("huggingface", input);
}

/// Messages.
pub fn anthropic(input: &[u8]) {
    read("anthropic", input);
}

/// Native `generateContent`.
pub fn gemini(input: &[u8]) {
    read("gemini", input);
}

/// Requests of clients of the gateway: read or refused, and what was read can be written, or refused, on every wire.
pub fn request(input: &[u8]) {
    for format in RequestFormat::ALL {
        match format.read(input) {
            Err((status, why)) => {
                assert!((400..500).contains(&status) && !why.is_empty(), "{format:?}: {status} {why}");
            }
            Ok(request) => {
                assert!(!request.messages.is_empty(), "{format:?} asks nothing");
                for id in ["openai", "anthropic", "gemini", "replicate"] {
                    let provider = provider(id);
                    let model = Catalog::built_in().model(&ModelId::new(&provider.id, "any"));
                    // What a wire cannot say is refused.
                    let _written = codec(provider.wire).encode(&target(&provider, &model), &request);
                }
            }
        }
    }
}

/// Predictions.
pub fn replicate(input: &[u8]) {
    read("replicate", input);
}

/// Tool calls in the text of an answer.
pub fn spoken(input: &[u8]) {
    let Some((cut, bytes)) = cut(input) else { return };
    let text = String::from_utf8_lossy(bytes);
    let heard = |length: usize| {
        let mut spoken = SpokenCalls::new(vec!["add".into(), "weather".into()]);
        let (mut events, mut piece) = (Vec::new(), String::new());
        for c in text.chars() {
            piece.push(c);
            if piece.len() >= length {
                spoken.take(Event::Text(std::mem::take(&mut piece)), &mut events);
            }
        }
        spoken.take(Event::Text(piece), &mut events);
        spoken.take(Event::Finish(FinishReason::Stop), &mut events);
        let mut answer = Answer::default();
        for event in &events {
            answer.push(event);
        }
        let calls: Vec<_> =
            answer.tool_calls().map(|call| (call.name.clone(), call.arguments.clone())).collect();
        (answer.text(), calls, answer.finish)
    };
    let whole = heard(usize::MAX);
    assert_eq!(heard(cut), whole, "in pieces of {cut}");
    assert!(whole.0.len() <= text.len(), "more came out than went in");
    assert!(!whole.1.is_empty() || whole.0 == text, "what is no call stays as it is");
}

/// Refusals: a status, a reset header and a body.
pub fn refusal(input: &[u8]) {
    let [kind, high, low, body @ ..] = input else { return };
    let status = 100 + u16::from_be_bytes([*high, *low]) % 500;
    let mut headers = reqwest::header::HeaderMap::new();
    let names =
        ["retry-after", "retry-after-ms", "x-ratelimit-reset-requests", "ratelimit", "x-ratelimit-reset"];
    let line = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if let Ok(value) = reqwest::header::HeaderValue::from_bytes(line) {
        headers.insert(names[usize::from(*kind) % names.len()], value);
    }
    let failure = classify(status, &headers, body, jiff::Timestamp::UNIX_EPOCH);
    assert!(failure.message.chars().count() <= 600 && !failure.message.contains('\n'), "{failure:?}");
}

/// Documents: text, Markdown, HTML, PDF. All that is no white space is in the chunks, in order and once.
pub fn document(input: &[u8]) {
    let Some((kind, bytes)) = input.split_first() else { return };
    let name = ["a.txt", "a.md", "a.html", "a.pdf"][usize::from(*kind) % 4];
    let Ok(document) = document::parse(name.as_ref(), bytes.to_vec()) else { return };
    let chunks = document.chunks();
    assert_eq!(chunks, document.chunks());
    assert!(chunks.iter().all(|chunk| (1..=2000).contains(&chunk.text.chars().count())));
    let ink = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let together: String = chunks.iter().map(|chunk| ink(&chunk.text)).collect();
    // Front matter is skipped.
    assert!(ink(&document.text).ends_with(&together));
}

/// The first byte says how the rest is cut.
fn cut(input: &[u8]) -> Option<(usize, &[u8])> {
    let (first, bytes) = input.split_first()?;
    Some((usize::from(*first) + 1, bytes))
}

fn events(bytes: &[u8], size: usize) -> Vec<Option<Owned>> {
    let (mut decoder, mut found) = (SseDecoder::default(), Vec::new());
    for piece in bytes.chunks(size.max(1)) {
        decoder.push(piece);
        loop {
            match decoder.next_event() {
                Ok(Some(event)) => found.push(Some((event.name.to_owned(), event.data.to_vec()))),
                Ok(None) => break,
                Err(_) => {
                    found.push(None);
                    return found;
                }
            }
        }
    }
    found
}

/// A provider of the catalogue.
fn provider(id: &str) -> Provider {
    let row = Catalog::built_in().provider(id).expect("a row of the catalogue");
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

fn target<'a>(provider: &'a Provider, model: &'a Model) -> wire::Target<'a> {
    wire::Target { provider, model, without: &[], description: None, within: Timeouts::DEFAULT.total }
}

fn read(id: &str, input: &[u8]) {
    let Some((cut, bytes)) = cut(input) else { return };
    let provider = provider(id);
    let model = Catalog::built_in().model(&ModelId::new(&provider.id, "any"));
    let target = target(&provider, &model);
    let wire = codec(provider.wire);
    let whole = stream(wire.decoder(&target), bytes, bytes.len());
    assert_eq!(stream(wire.decoder(&target), bytes, cut), whole, "in pieces of {cut}");
    check(&whole.0, whole.1.as_ref().err(), bytes);
    match wire.decode(&target, bytes) {
        Ok(Reply::Whole(events)) => check(&events, None, bytes),
        Ok(Reply::Pending(mut pending)) => {
            let mut events = pending.events;
            let again = pending.decoder.state(bytes, &mut events);
            check(&events, again.err().as_ref(), bytes);
        }
        Err(failure) => check(&[], Some(&failure), bytes),
    }
    drop(wire.decode_embed(bytes, 1));
    drop(wire.describe(bytes));
}

/// Reads a stream as the client does.
fn stream(
    mut decoder: Box<dyn EventDecoder>,
    bytes: &[u8],
    size: usize,
) -> (Vec<Event>, Result<(), Failure>) {
    let (mut sse, mut events) = (SseDecoder::default(), Vec::new());
    for piece in bytes.chunks(size.max(1)) {
        sse.push(piece);
        while let Ok(Some(event)) = sse.next_event() {
            match decoder.event(&event, &mut events) {
                Ok(Progress::Closed) => return (same_ids(events), Ok(())),
                Ok(_) => {}
                Err(failure) => return (same_ids(events), Err(failure)),
            }
        }
    }
    let end = decoder.end(&mut events);
    (same_ids(events), end)
}

/// Ids that a provider did not give are made up, and differ.
fn same_ids(mut events: Vec<Event>) -> Vec<Event> {
    for event in &mut events {
        if let Event::ToolCall(call) = event {
            call.id.clear();
        }
    }
    events
}

/// At most one end, and not much more text than there were bytes.
fn check(events: &[Event], failure: Option<&Failure>, bytes: &[u8]) {
    let ends = events.iter().filter(|event| matches!(event, Event::Finish(_))).count();
    assert!(ends <= 1, "{ends} ends");
    let said: usize = events
        .iter()
        .map(|event| match event {
            Event::Text(text) | Event::Reasoning(text) | Event::Skipped(text) => text.len(),
            Event::Signature(signature) => signature.data.len(),
            Event::ToolCall(call) => call.name.len() + call.arguments.len(),
            Event::Start { .. } | Event::Usage(_) | Event::Finish(_) => 0,
        })
        .sum();
    // Numbers and bytes that are no text grow when they are written out.
    assert!(said <= 16 * bytes.len() + 400, "{said} bytes out of {}", bytes.len());
    if let Some(failure) = failure {
        assert!(failure.message.len() < 4096, "{}", failure.message.len());
    }
}
