//! Replicate's answers are made at their own pace: what is read where, and what happens when that goes wrong.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aigw::chat::{
    Answer, ChatRequest, Event, Failure, FailureClass, FinishReason, Message, ModelId, Role, Sampling,
};
use aigw::providers::client::{Call, Client};
use aigw::providers::{Catalog, Model, Provider};
use aigw::secret::Secret;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::support::TestEnv;

/// What a scripted provider says, and what it was asked.
#[derive(Default)]
struct Script {
    created: Value,
    /// The states, one per look, or a status or a text in place of one; the last one stays.
    states: Vec<Value>,
    /// The stream's body, or none for a 404.
    stream: Option<&'static str>,
    /// The stream goes on for ever after its body.
    stays_open: bool,
    /// Where the stream is said to be, if not here.
    elsewhere: Option<String>,
    asked: Mutex<Vec<(String, HeaderMap)>>,
    looks: Mutex<usize>,
}

impl Script {
    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|(line, _)| line.clone()).collect()
    }

    fn count(&self, line: &str) -> usize {
        self.asked().iter().filter(|asked| *asked == line).count()
    }

    fn header(&self, line: &str, name: &str) -> Option<String> {
        let asked = self.asked.lock().unwrap();
        let (_, headers) = asked.iter().find(|(asked, _)| asked == line)?;
        Some(headers.get(name)?.to_str().unwrap().to_owned())
    }
}

const CREATE: &str = "POST /v1/models/me/mine/predictions";
const LOOK: &str = "GET /v1/predictions/p1";
const STREAM: &str = "GET /v1/files/p1";
const CANCEL: &str = "POST /v1/predictions/p1/cancel";
const DESCRIBE: &str = "GET /v1/models/me/mine";

fn state(status: &str, output: &[&str]) -> Value {
    json!({"id": "p1", "model": "me/mine", "status": status, "output": output, "error": null,
        "metrics": {"input_token_count": 3, "output_token_count": 5}})
}

async fn answer(State(script): State<Arc<Script>>, request: Request) -> Response {
    let line = format!("{} {}", request.method(), request.uri());
    script.asked.lock().unwrap().push((line.clone(), request.headers().clone()));
    let host = request.headers()[header::HOST].to_str().unwrap().to_owned();
    match line.as_str() {
        DESCRIBE => {
            let fields = json!({"prompt": {"type": "string"}, "max_tokens": {"type": "integer"}});
            axum::Json(json!({"latest_version": {"openapi_schema": {"components": {"schemas": {"Input": {"properties": fields}}}}}}))
                .into_response()
        }
        CREATE => {
            let mut created = script.created.clone();
            let here = format!("http://{host}/v1/files/p1");
            created["urls"] = json!({"stream": script.elsewhere.as_deref().unwrap_or(&here)});
            let ran_out = request.headers().contains_key("prefer") && created["status"] != "succeeded";
            let status = if ran_out { StatusCode::ACCEPTED } else { StatusCode::CREATED };
            (status, axum::Json(created)).into_response()
        }
        LOOK => {
            let mut looks = script.looks.lock().unwrap();
            let state = script.states[(*looks).min(script.states.len() - 1)].clone();
            *looks += 1;
            match &state {
                Value::Number(status) => {
                    StatusCode::from_u16(u16::try_from(status.as_u64().unwrap()).unwrap())
                        .unwrap()
                        .into_response()
                }
                Value::String(text) => text.clone().into_response(),
                _ => axum::Json(state).into_response(),
            }
        }
        STREAM => match script.stream {
            None => StatusCode::NOT_FOUND.into_response(),
            Some(events) => {
                let first = futures_util::stream::iter([Ok::<_, std::io::Error>(events)]);
                let body = if script.stays_open {
                    axum::body::Body::from_stream(first.chain(futures_util::stream::pending()))
                } else {
                    axum::body::Body::from_stream(first)
                };
                ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
            }
        },
        CANCEL => axum::Json(state("canceled", &[])).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A provider that follows the script, and what is needed to ask it.
struct Rehearsal {
    script: Arc<Script>,
    provider: Provider,
    model: Model,
    client: Client,
}

async fn rehearse(script: Script) -> Rehearsal {
    let script = Arc::new(script);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(answer).with_state(Arc::clone(&script));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let env = TestEnv::new();
    env.config(&format!(
        "[providers.replicate]\nbase_url = \"http://{address}/v1\"\ntimeout = {{ first_token = \"6s\", idle = \"1300ms\", total = \"8s\" }}\n"
    ));
    let provider = (*env.app().account("replicate").unwrap().provider).clone();
    let model = Catalog::built_in().model(&ModelId::new("replicate", "me/mine"));
    Rehearsal { script, provider, model, client: Client::new().unwrap() }
}

impl Rehearsal {
    async fn ask(&self, stream: bool) -> (Answer, Option<Failure>) {
        let mut answer = Answer::default();
        let failure = self.follow(stream, |event| answer.push(event)).await.err();
        (answer, failure)
    }

    async fn follow(&self, stream: bool, mut take: impl FnMut(&Event)) -> Result<(), Failure> {
        let request = ChatRequest {
            messages: vec![Message::text(Role::User, "hello")],
            sampling: Sampling { max_tokens: Some(9), ..Sampling::default() },
            stream,
            ..ChatRequest::default()
        };
        let call = Call {
            provider: &self.provider,
            model: &self.model,
            key: Some(&Secret::new("r8-test-key")),
            request: &request,
            without: &[],
            deadline: Instant::now() + Duration::from_secs(20),
        };
        let mut events = self.client.open(call).await?.events;
        while let Some(event) = events.next().await {
            take(&event?);
        }
        Ok(())
    }
}

const WHOLE: &str = "event: output\nid: 1:0\ndata: One \n\nevent: output\nid: 2:0\ndata: two.\n\nevent: done\nid: 3:0\ndata: {}\n\n";
const HALF: &str = "event: output\nid: 1:0\ndata: One \n\n";

#[tokio::test]
async fn a_stream_is_read_and_the_figures_are_fetched_after_it() {
    let script = Script {
        created: state("starting", &[]),
        states: vec![state("succeeded", &["One ", "two."])],
        stream: Some(WHOLE),
        ..Script::default()
    };
    let rehearsal = rehearse(script).await;
    let (answer, failure) = rehearsal.ask(true).await;
    assert_eq!(failure, None);
    assert_eq!((answer.text().as_str(), answer.finish), ("One two.", Some(FinishReason::Stop)));
    assert_eq!((answer.usage.input_tokens, answer.usage.output_tokens), (Some(3), Some(5)));
    assert_eq!(rehearsal.script.asked(), [DESCRIBE, CREATE, STREAM, LOOK]);
    for line in [CREATE, STREAM, LOOK] {
        assert_eq!(rehearsal.script.header(line, "authorization").as_deref(), Some("Bearer r8-test-key"));
    }
    assert_eq!(rehearsal.script.header(STREAM, "accept").as_deref(), Some("text/event-stream"));
    assert_eq!(rehearsal.script.header(CREATE, "cancel-after").as_deref(), Some("8s"));

    // What the model takes is remembered.
    rehearsal.ask(true).await;
    assert_eq!(rehearsal.script.count(DESCRIBE), 1);
}

#[tokio::test]
async fn what_a_broken_stream_did_not_tell_is_read_from_the_state() {
    for broken in [
        HALF,
        "event: output\ndata: One \n\nevent: output\ndata: tw",
        "event: output\ndata: One \n\nevent: error\ndata: {\"detail\":\"lost\"}\n\n",
        "garbage",
    ] {
        let script = Script {
            created: state("starting", &[]),
            states: vec![state("processing", &["One ", "t"]), state("succeeded", &["One ", "t", "wo."])],
            stream: Some(broken),
            ..Script::default()
        };
        let rehearsal = rehearse(script).await;
        let (answer, failure) = rehearsal.ask(true).await;
        assert_eq!(failure, None, "{broken}");
        assert_eq!(
            (answer.text().as_str(), answer.finish),
            ("One two.", Some(FinishReason::Stop)),
            "{broken}"
        );
        assert_eq!(rehearsal.script.count(CREATE), 1, "nothing is made twice");
    }
}

#[tokio::test]
async fn a_look_that_fails_gives_nothing_up() {
    for trouble in [json!(503), json!(429), json!(404), json!("<html>oops</html>")] {
        let script = Script {
            created: state("starting", &[]),
            states: vec![
                trouble.clone(),
                state("processing", &["One "]),
                trouble,
                state("succeeded", &["One ", "two."]),
            ],
            ..Script::default()
        };
        let rehearsal = rehearse(script).await;
        let (answer, failure) = rehearsal.ask(true).await;
        assert_eq!((failure, answer.text().as_str()), (None, "One two."));
        assert_eq!(rehearsal.script.count(CREATE), 1, "nothing is made, and paid, twice");
    }
    let gone = Script { created: state("starting", &[]), states: vec![json!(503)], ..Script::default() };
    let gone = rehearse(gone).await;
    assert_eq!(gone.ask(true).await.1.unwrap().class, FailureClass::Server);
    assert!(gone.script.count(LOOK) > 3, "a provider that is gone is not waited for without end");
    let refused = Script { created: state("starting", &[]), states: vec![json!(401)], ..Script::default() };
    let failure = rehearse(refused).await.ask(true).await.1.unwrap();
    assert_eq!(failure.class, FailureClass::Auth);
}

#[tokio::test]
async fn figures_that_cannot_be_had_take_nothing_from_a_whole_answer() {
    let late = vec![state("processing", &["One "]), state("succeeded", &["One ", "two."])];
    for (states, tokens) in [(late, Some(5)), (vec![json!(500)], None), (vec![json!("<html>")], None)] {
        let script =
            Script { created: state("starting", &[]), states, stream: Some(WHOLE), ..Script::default() };
        let (answer, failure) = rehearse(script).await.ask(true).await;
        assert_eq!((failure, answer.text().as_str()), (None, "One two."));
        assert_eq!((answer.finish, answer.usage.output_tokens), (Some(FinishReason::Stop), tokens));
    }
}

#[tokio::test]
async fn what_the_reply_told_already_is_told_once() {
    let script = Script {
        created: state("processing", &["One "]),
        states: vec![state("succeeded", &["One ", "two."])],
        stream: Some(WHOLE),
        ..Script::default()
    };
    let (answer, failure) = rehearse(script).await.ask(true).await;
    assert_eq!((failure, answer.text().as_str()), (None, "One two."));
}

#[tokio::test]
async fn a_stream_that_falls_silent_is_completed_from_the_state() {
    let script = Script {
        created: state("starting", &[]),
        states: vec![state("succeeded", &["One ", "two."])],
        stream: Some(HALF),
        stays_open: true,
        ..Script::default()
    };
    let (answer, failure) = rehearse(script).await.ask(true).await;
    assert_eq!((failure, answer.text().as_str()), (None, "One two."));
}

#[tokio::test]
async fn a_state_that_contradicts_its_stream_is_no_answer() {
    let script = Script {
        created: state("starting", &[]),
        states: vec![state("succeeded", &["Something else."])],
        stream: Some(HALF),
        ..Script::default()
    };
    let (answer, failure) = rehearse(script).await.ask(true).await;
    assert_eq!(failure.map(|failure| failure.class), Some(FailureClass::Malformed));
    assert_eq!((answer.text().as_str(), answer.finish), ("One ", None));
}

#[tokio::test]
async fn without_a_stream_the_state_is_looked_at() {
    let states = || {
        vec![
            state("processing", &["One "]),
            state("processing", &["One "]),
            state("succeeded", &["One ", "two."]),
        ]
    };
    let none = Script { created: state("starting", &[]), states: states(), ..Script::default() };
    // The key goes nowhere else, even if somebody listens there.
    let stranger = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    stranger.set_nonblocking(true).unwrap();
    let foreign = Script {
        created: state("starting", &[]),
        states: states(),
        elsewhere: Some(format!("http://{}/v1/files/p1", stranger.local_addr().unwrap())),
        ..Script::default()
    };
    for script in [none, foreign] {
        let rehearsal = rehearse(script).await;
        let (answer, failure) = rehearsal.ask(true).await;
        assert_eq!((failure, answer.text().as_str()), (None, "One two."));
        rehearsal.client.settle(Duration::from_secs(5)).await;
        assert_eq!((rehearsal.script.count(LOOK), rehearsal.script.count(CANCEL)), (3, 0));
    }
    assert_eq!(stranger.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn a_model_that_streams_nothing_is_heard_all_the_same() {
    let script = Script {
        created: state("starting", &[]),
        states: vec![state("processing", &[]), state("succeeded", &["One two."])],
        stream: Some("event: done\nid: 1:0\ndata: {}\n\n"),
        ..Script::default()
    };
    let (answer, failure) = rehearse(script).await.ask(true).await;
    assert_eq!((failure, answer.text().as_str()), (None, "One two."));
}

#[tokio::test]
async fn an_answer_in_one_piece_is_waited_for_in_the_reply() {
    let script = Script {
        created: state("succeeded", &["One ", "two."]),
        states: vec![Value::Null],
        ..Script::default()
    };
    let rehearsal = rehearse(script).await;
    let (answer, failure) = rehearsal.ask(false).await;
    assert_eq!((failure, answer.text().as_str()), (None, "One two."));
    assert_eq!(rehearsal.script.asked(), [DESCRIBE, CREATE]);
    assert_eq!(rehearsal.script.header(CREATE, "prefer").as_deref(), Some("wait=5"));
}

#[tokio::test]
async fn an_answer_that_the_reply_could_not_wait_for_is_looked_for() {
    let script = Script {
        created: state("processing", &["One "]),
        states: vec![state("succeeded", &["One ", "two."])],
        stream: Some(WHOLE),
        ..Script::default()
    };
    let rehearsal = rehearse(script).await;
    let (answer, failure) = rehearsal.ask(false).await;
    assert_eq!((failure, answer.text().as_str()), (None, "One two."));
    assert_eq!(rehearsal.script.asked(), [DESCRIBE, CREATE, LOOK]);
}

#[tokio::test]
async fn an_answer_as_long_as_allowed_was_cut() {
    let mut created = state("succeeded", &["One two"]);
    created["input"] = json!({"max_tokens": 5});
    let script = Script { created, states: vec![Value::Null], ..Script::default() };
    let (answer, failure) = rehearse(script).await.ask(false).await;
    assert_eq!((failure, answer.finish), (None, Some(FinishReason::Length)));
}

#[tokio::test]
async fn a_prediction_that_failed_says_why() {
    let mut failed = state("failed", &[]);
    failed["error"] = json!("prompt is too long for the model's context window");
    let script = Script {
        created: state("starting", &[]),
        states: vec![failed],
        stream: Some("event: error\nid: 1:0\ndata: {\"detail\":\"failed\"}\n\n"),
        ..Script::default()
    };
    let (answer, failure) = rehearse(script).await.ask(true).await;
    assert_eq!(failure.map(|failure| failure.class), Some(FailureClass::ContextLength));
    assert!(answer.is_empty() || !answer.says_something());
}

#[tokio::test]
async fn silence_is_a_timeout_and_the_prediction_is_cancelled() {
    let script = Script {
        created: state("starting", &[]),
        states: vec![state("processing", &["One "])],
        stream: Some(HALF),
        stays_open: true,
        ..Script::default()
    };
    let rehearsal = rehearse(script).await;
    let (answer, failure) = rehearsal.ask(true).await;
    assert_eq!(failure.map(|failure| failure.class), Some(FailureClass::Timeout));
    assert_eq!((answer.text().as_str(), answer.finish), ("One ", None));
    rehearsal.client.settle(Duration::from_secs(5)).await;
    assert_eq!(rehearsal.script.count(CANCEL), 1);
}

#[tokio::test]
async fn whoever_stops_listening_says_so() {
    let script = Script {
        created: state("starting", &[]),
        states: vec![state("processing", &["One "])],
        stream: Some(HALF),
        stays_open: true,
        ..Script::default()
    };
    let rehearsal = rehearse(script).await;
    let (heard, listening) = tokio::sync::oneshot::channel();
    let mut heard = Some(heard);
    tokio::select! {
        _ = rehearsal.follow(true, |event| {
            if let (Event::Text(_), Some(heard)) = (event, heard.take()) {
                heard.send(()).unwrap();
            }
        }) => panic!("it does not end"),
        _ = listening => {}
    }
    rehearsal.client.settle(Duration::from_secs(5)).await;
    assert_eq!(rehearsal.script.count(CANCEL), 1);
    assert_eq!(rehearsal.script.header(CANCEL, "authorization").as_deref(), Some("Bearer r8-test-key"));
}
