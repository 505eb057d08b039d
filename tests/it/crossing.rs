//! From wire to wire: whoever fails, the next one is asked the same thing in its own way.
//!
//! The conversation has all that is said differently from wire to wire: a system's text, an image, two calls at once and
//! what came of them. The stand-ins refuse what the real ones refuse, so an answer means that the request was in order;
//! what they wrote down shows that nothing was lost on the way.

use std::time::Duration;

use aigw::app::App;
use aigw::chat::{
    Answer, ChatRequest, Event, FailureClass, FinishReason, Format, Media, Message, Part, Role, Schema,
    Source, ToolCall, ToolSpec,
};
use aigw::config::Env;
use aigw::providers::client::Client;
use aigw::router::{Ask, Conversation, Delivery, Gone, Notice, Written};
use aigw::simulate::{Recorded, Stand};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::support::{TestEnv, provider_section, stand};

/// Every wire, and of the shared one two dialects that disagree about ids.
const WIRES: [&str; 4] = ["openai", "mistral", "anthropic", "gemini"];

/// What befalls the first one: before it answers, and instead of its answer's first word.
const FAULTS: [&str; 2] = ["503", "error:0"];

const SYSTEM: &str = "Answer in one sentence.";
const IMAGE: &str = "iVBORw0KGgo=";
const REPORTS: [&str; 2] = ["18 degrees and sunny", "24 degrees and rain"];

fn conversation() -> Vec<Message> {
    // An id as some hosts make them: not every wire takes such a one.
    let ids = ["functions.get_weather:0", "call_yT9eKXKkVuv9fTrNCSNJ6eFG"];
    let call = |(id, city): (&str, &str)| {
        Part::ToolCall(ToolCall {
            id: id.into(),
            name: "get_weather".into(),
            arguments: json!({ "city": city }).to_string(),
            signature: None,
        })
    };
    let result = |(id, report): (&str, &str)| {
        let part = Part::ToolResult {
            call_id: id.into(),
            name: "get_weather".into(),
            content: report.into(),
            is_error: false,
        };
        Message { role: Role::Tool, parts: vec![part] }
    };
    let image = Media { mime: "image/png".into(), name: None, source: Source::Base64(IMAGE.into()) };
    let question = vec![Part::Text("What is the weather in these two cities?".into()), Part::Media(image)];
    let mut messages = vec![
        Message::text(Role::System, SYSTEM),
        Message { role: Role::User, parts: question },
        Message { role: Role::Assistant, parts: ids.into_iter().zip(["Paris", "Rome"]).map(call).collect() },
    ];
    messages.extend(ids.into_iter().zip(REPORTS).map(result));
    messages
}

fn request(stream: bool) -> ChatRequest {
    let weather = ToolSpec {
        name: "get_weather".into(),
        description: "The current weather in a city".into(),
        parameters: json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}),
        strict: false,
    };
    ChatRequest { messages: conversation(), tools: vec![weather], stream, ..ChatRequest::default() }
}

#[derive(Default)]
struct Listener(Answer);

impl Delivery for Listener {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        self.0.push(event);
        Ok(Written::Yes)
    }

    fn notice(&mut self, _: &Notice<'_>) -> Result<(), Gone> {
        Ok(())
    }
}

/// Asks two stand-ins in order, and gives what was delivered and how the first one failed.
async fn ask(stands: [&Stand; 2], request: ChatRequest) -> Result<(Answer, Option<FailureClass>), String> {
    ask_along(&TestEnv::with_stands(&stands), request).await
}

/// The same along the route that is configured.
async fn ask_along(env: &TestEnv, request: ChatRequest) -> Result<(Answer, Option<FailureClass>), String> {
    let variables = [("AIGW_CONFIG_DIR", env.config_dir()), ("AIGW_DATA_DIR", env.data_dir())];
    let variables = variables.map(|(name, path)| (name.to_owned(), path.display().to_string()));
    let app = App::new(variables.into_iter().collect::<Env>(), None).unwrap();
    let client = Client::new().unwrap();
    let route = app.route(&client, &[]).await.unwrap();
    let buffered = !request.stream;
    let ask = Ask {
        id: "test".into(),
        request: &request,
        route: &route,
        buffered,
        deadline: None,
        max_wait: std::time::Duration::ZERO,
        conversation: Conversation::default(),
    };
    let mut listener = Listener::default();
    let result = app.router(client).chat(&ask, &mut listener).await;
    // Its home may go away now.
    app.ledger.flush(Duration::from_secs(20)).unwrap();
    let completion = result.map_err(|error| {
        let said = error.attempts.iter().filter_map(|attempt| attempt.failure.as_ref()).map(|f| &f.message);
        format!("{:?}", said.collect::<Vec<_>>())
    })?;
    let failed = completion.attempts[0].failure.as_ref().map(|failure| failure.class);
    Ok((listener.0, failed))
}

/// The request that a stand-in wrote down last.
fn asked(stand: &Stand) -> Recorded {
    stand.requests().pop().unwrap()
}

/// What is said differently from wire to wire, in one shape: system's text, image, calls, results; and the ids of the
/// calls with those of the results, where the wire has any.
fn said(provider: &str, body: &Value) -> (Vec<Value>, Vec<Value>) {
    let at = |pointer: &str| body.pointer(pointer).cloned().unwrap_or_default();
    let parsed =
        |pointer: &str| serde_json::from_str(at(pointer).as_str().unwrap_or_default()).unwrap_or_default();
    let ids = |pointers: [&str; 4]| pointers.into_iter().map(at).collect();
    match provider {
        "anthropic" => (
            vec![
                at("/system"),
                at("/messages/0/content/1/source/data"),
                at("/messages/1/content/0/input"),
                at("/messages/1/content/1/input"),
                at("/messages/2/content/0/content"),
                at("/messages/2/content/1/content"),
            ],
            ids([
                "/messages/1/content/0/id",
                "/messages/1/content/1/id",
                "/messages/2/content/0/tool_use_id",
                "/messages/2/content/1/tool_use_id",
            ]),
        ),
        "gemini" => (
            vec![
                at("/systemInstruction/parts/0/text"),
                at("/contents/0/parts/1/inlineData/data"),
                at("/contents/1/parts/0/functionCall/args"),
                at("/contents/1/parts/1/functionCall/args"),
                at("/contents/2/parts/0/functionResponse/response/result"),
                at("/contents/2/parts/1/functionResponse/response/result"),
            ],
            // Results are matched by name and order.
            Vec::new(),
        ),
        _ => (
            vec![
                at("/messages/0/content"),
                json!(
                    at("/messages/1/content/1/image_url/url")
                        .as_str()
                        .and_then(|url| url.split(',').next_back())
                ),
                parsed("/messages/2/tool_calls/0/function/arguments"),
                parsed("/messages/2/tool_calls/1/function/arguments"),
                at("/messages/3/content"),
                at("/messages/4/content"),
            ],
            ids([
                "/messages/2/tool_calls/0/id",
                "/messages/2/tool_calls/1/id",
                "/messages/3/tool_call_id",
                "/messages/4/tool_call_id",
            ]),
        ),
    }
}

fn check_asked(stand: &Stand) -> Result<(), String> {
    let recorded = asked(stand);
    let (said, ids) = said(stand.provider(), &recorded.body);
    let [first, second] = REPORTS;
    let expected = json!([SYSTEM, IMAGE, {"city": "Paris"}, {"city": "Rome"}, first, second]);
    if Value::Array(said) != expected || (!ids.is_empty() && (ids[..2] != ids[2..] || ids[0] == ids[1])) {
        return Err(format!("{} was asked {} {}", stand.provider(), recorded.path, recorded.body));
    }
    Ok(())
}

async fn cross(from: &str, to: &str, fault: &str, stream: bool) -> Result<(), String> {
    let (failing, healthy) = (stand(from, &[fault]).await, stand(to, &[]).await);
    let (delivered, failed) = ask([&failing, &healthy], request(stream)).await?;
    if failed != Some(FailureClass::Server) {
        return Err(format!("the first one failed with {failed:?}"));
    }
    let told = format!("[simulated] The tools say: {}; {}", REPORTS[0], REPORTS[1]);
    if delivered.text() != told || delivered.finish != Some(FinishReason::Stop) {
        return Err(format!("delivered {delivered:?}"));
    }
    check_asked(&failing)?;
    check_asked(&healthy)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wire_fails_over_into_every_other() {
    let pairs = WIRES.iter().flat_map(|from| WIRES.map(|to| (*from, to))).filter(|(from, to)| from != to);
    let cells = pairs.flat_map(|pair| FAULTS.map(|fault| (pair, fault)));
    let cells = cells.flat_map(|(pair, fault)| [true, false].map(|stream| (pair, fault, stream)));
    let results = stream::iter(cells).map(|((from, to), fault, stream)| async move {
        let result = cross(from, to, fault, stream).await;
        result.err().map(|error| format!("{from} to {to}, {fault}, stream={stream}: {error}"))
    });
    let wrong: Vec<_> = results.buffer_unordered(8).filter_map(async |wrong| wrong).collect().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A schema as people write it leaves its objects open, which not every provider takes; and it names its properties as
/// it likes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_goes_along() {
    let schema = json!({
        "type": "object", "required": ["city", "wind", "default"],
        "properties": {
            "city": {"type": "string"},
            "wind": {
                "type": ["object", "null"], "properties": {"knots": {"type": "integer"}}, "required": ["knots"]
            },
            "default": {"type": "object", "properties": {"level": {"const": 3}}, "required": ["level"]}
        }
    });
    for to in WIRES {
        let from = if to == "gemini" { "anthropic" } else { "gemini" };
        let (failing, healthy) = (stand(from, &["503"]).await, stand(to, &[]).await);
        let request = ChatRequest {
            messages: vec![Message::text(Role::User, "A forecast for Lima with 12 knots, as JSON")],
            format: Format::Schema(Schema::new(schema.clone()).unwrap()),
            stream: true,
            ..ChatRequest::default()
        };
        let (delivered, _) = ask([&failing, &healthy], request).await.unwrap();
        let answer: Value = serde_json::from_str(&delivered.text()).unwrap();
        let expected = json!({"city": "Lima", "wind": {"knots": 12}, "default": {"level": 3}});
        assert_eq!(answer, expected, "{to}");
    }
}

/// In other places the user may speak before the results of calls are told; to Anthropic they come first.
#[tokio::test]
async fn what_the_user_says_meanwhile_goes_behind_the_results() {
    let (failing, healthy) = (stand("gemini", &["503"]).await, stand("anthropic", &[]).await);
    let mut request = request(false);
    request.messages.insert(3, Message::text(Role::User, "Be quick."));
    let (delivered, _) = ask([&failing, &healthy], request).await.unwrap();
    assert!(delivered.finish.is_some());
    let content = asked(&healthy).body["messages"][2]["content"].clone();
    let kinds: Vec<_> = content.as_array().unwrap().iter().map(|block| block["type"].clone()).collect();
    assert_eq!(kinds, ["tool_result", "tool_result", "text"]);
}

/// What every wire can carry.
fn talk(stream: bool) -> ChatRequest {
    let image = Media { mime: "image/png".into(), name: None, source: Source::Base64(IMAGE.into()) };
    let question = vec![Part::Text("What is this?".into()), Part::Media(image)];
    let messages = vec![
        Message::text(Role::System, SYSTEM),
        Message { role: Role::User, parts: question },
        Message::text(Role::Assistant, "A harbour."),
        Message::text(Role::User, "count to 5"),
    ];
    ChatRequest { messages, stream, ..ChatRequest::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_wire_without_tools_fails_over_too() {
    for other in WIRES {
        for (first, second) in [("replicate", other), (other, "replicate")] {
            for fault in FAULTS {
                for streaming in [true, false] {
                    let stands = [stand(first, &[fault]).await, stand(second, &[]).await];
                    let (answer, failed) = ask([&stands[0], &stands[1]], talk(streaming)).await.unwrap();
                    let case = format!("{first} to {second}, {fault}, stream={streaming}");
                    assert_eq!(failed, Some(FailureClass::Server), "{case}");
                    assert!(answer.text().contains("1 2 3 4 5"), "{case}: {answer:?}");
                    let replicate = &stands[usize::from(second == "replicate")];
                    let created = replicate.requests().into_iter().find(|request| request.method == "POST");
                    let input = created.unwrap().body["input"].clone();
                    let told = input["messages"].as_array().unwrap();
                    let texts: Vec<_> =
                        told.iter().map(|message| message["content"].as_str().unwrap()).collect();
                    assert_eq!(texts, [SYSTEM, "What is this?", "A harbour.", "count to 5"], "{case}");
                    assert_eq!(
                        input["image_input"],
                        json!([format!("data:image/png;base64,{IMAGE}")]),
                        "{case}"
                    );
                }
            }
        }
    }
}

/// A model that only goes by the id of its version says so itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_of_the_community_is_reached_by_its_version() {
    for streaming in [true, false] {
        let (failing, healthy) = (stand("openai", &["503"]).await, stand("replicate", &[]).await);
        let env = TestEnv::new();
        let routes = "default_route = \"test\"\n[routes.test]\nmodels = [\"openai/gpt-4o-mini\", \"replicate/acme/teller-7b\"]\n";
        env.config(&format!("{routes}{}{}", provider_section(&failing), provider_section(&healthy)));
        let request = ChatRequest {
            messages: vec![Message::text(Role::User, "count to 5")],
            stream: streaming,
            ..ChatRequest::default()
        };
        let (answer, failed) = ask_along(&env, request).await.unwrap();
        assert_eq!((answer.text().as_str(), failed), ("[simulated] 1 2 3 4 5", Some(FailureClass::Server)));
        let requests = healthy.requests();
        let created = requests.iter().find(|request| request.method == "POST").unwrap();
        assert_eq!(
            (requests[0].path.as_str(), created.path.as_str()),
            ("/v1/models/acme/teller-7b", "/v1/predictions")
        );
        assert_eq!(created.body["version"].as_str().map(str::len), Some(64));
    }
}

#[tokio::test]
async fn who_has_no_tools_is_not_asked_for_any() {
    let stands = [stand("replicate", &[]).await, stand("openai", &[]).await];
    let (answer, failed) = ask([&stands[0], &stands[1]], request(true)).await.unwrap();
    assert!(answer.finish.is_some() && failed.is_none());
    assert!(stands[0].requests().is_empty());
}
