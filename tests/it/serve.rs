//! The gateway, by bytes on sockets: what clients of OpenAI's format see when all is well, and when nothing is.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aigw::app::App;
use aigw::providers::client::Client;
use aigw::server::{Log, Served, Server, Settings};
use aigw::simulate::{Pace, Recorded, Stand};
use insta::assert_snapshot;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::support::{TestEnv, provider_section, stand};

/// A gateway in this process.
pub struct Gateway {
    pub addr: SocketAddr,
    app: Arc<App>,
    served: Arc<Mutex<Vec<Served>>>,
    running: JoinHandle<usize>,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Gateway {
    pub async fn start(env: &TestEnv) -> Self {
        let served = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&served);
        let log: Log = Arc::new(move |one| list.lock().unwrap().push(one.clone()));
        let addr = SocketAddr::from(([127, 0, 0, 1], 0));
        let settings = Settings {
            addr,
            connections: 200,
            grace: Duration::from_secs(5),
            log: Some(log),
            keys: Vec::new(),
            reload: None,
        };
        let app = Arc::new(env.app());
        let bound = Server::bind(settings, Arc::clone(&app), Client::new().unwrap()).await.unwrap();
        let addr = bound.addr();
        let running = tokio::spawn(bound.run(std::future::pending()));
        Self { addr, app, served, running }
    }

    /// In front of these stand-ins, in order.
    pub async fn before(stands: &[&Stand]) -> Self {
        Self::start(&TestEnv::with_stands(stands)).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        send(self.addr, &format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.addr))
            .await
    }

    async fn chat(&self, body: &Value) -> Reply {
        self.send(&post(self.addr, "/v1/chat/completions", body)).await
    }

    pub async fn send(&self, request: &str) -> Reply {
        send(self.addr, request).await
    }

    /// The requests that are over.
    pub fn served(&self) -> Vec<Served> {
        self.served.lock().unwrap().clone()
    }

    /// Waits until what was used is written down.
    pub fn flush(&self) {
        self.app.ledger.flush(Duration::from_secs(20)).unwrap();
    }

    /// What the ledger says about a request: the class of each attempt.
    fn classes(&self, id: &str) -> Vec<Option<&'static str>> {
        self.app.ledger.flush(Duration::from_secs(20)).unwrap();
        let attempts = self.app.ledger.attempts(id).unwrap();
        attempts.iter().map(|attempt| attempt.class.map(aigw::chat::FailureClass::as_str)).collect()
    }
}

pub fn post(addr: SocketAddr, path: &str, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nhost: {addr}\r\ncontent-type: application/json\r\n\
         authorization: Bearer the-clients-own\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// An answer, taken apart.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text}"));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let pair =
            |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers: Vec<_> = lines.filter_map(pair).collect();
        let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let body = if chunked { unchunked(body) } else { body.to_owned() };
        Self { status, headers, body }
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub fn error(&self) -> Value {
        self.json()["error"].clone()
    }

    /// The events of a stream; the terminator is a text.
    fn events(&self) -> Vec<Value> {
        let data = self.body.split("\n\n").filter_map(|event| event.strip_prefix("data: "));
        data.map(|data| serde_json::from_str(data).unwrap_or_else(|_| json!(data))).collect()
    }

    /// The text of a stream.
    fn text(&self) -> String {
        let content = |event: &Value| event.pointer("/choices/0/delta/content")?.as_str().map(str::to_owned);
        self.events().iter().filter_map(content).collect()
    }
}

/// What came of a body in chunks; an end that is missing shows.
fn unchunked(mut text: &str) -> String {
    let mut body = String::new();
    while let Some((size, rest)) = text.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return body;
        }
        body += &rest[..size];
        text = &rest[size + 2..];
    }
    body + "[cut]"
}

pub async fn send(addr: SocketAddr, request: &str) -> Reply {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    Reply::parse(&bytes)
}

/// Asks for a stream and reads until this has come.
async fn reading(addr: SocketAddr, body: &Value, until: &str) -> TcpStream {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(post(addr, "/v1/chat/completions", body).as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains(until) {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "{}", String::from_utf8_lossy(&bytes));
    }
    stream
}

/// Waits until something holds that takes asking.
pub async fn eventually_async<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    for _ in 0..1000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}

/// Waits until something holds that another task brings about.
async fn eventually(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..3000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}

async fn slow_stand() -> Stand {
    let mut settings = aigw::simulate::Settings::new("groq");
    settings.pace = Pace { first_token: Duration::ZERO, between: Duration::from_millis(40) };
    Stand::start(settings).await.unwrap()
}

fn asked(words: &str) -> Value {
    json!({"model": "test", "messages": [{"role": "user", "content": words}]})
}

fn streamed(words: &str) -> Value {
    let mut body = asked(words);
    body["stream"] = json!(true);
    body
}

fn weather() -> Value {
    let mut body = asked("What is the weather in Paris?");
    body["tools"] = json!([{"type": "function", "function": {
        "name": "get_weather", "description": "The weather in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    }}]);
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_one_piece() {
    let groq = stand("groq", &[]).await;
    let gateway = Gateway::before(&[&groq]).await;
    let reply = gateway.chat(&asked("say exactly: hello there")).await.is(200);
    let answer = reply.json();
    assert_eq!(answer["object"], "chat.completion");
    assert_eq!(answer["model"], "groq/openai/gpt-oss-20b");
    assert_eq!(answer["choices"][0]["message"]["content"], "hello there");
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
    assert!(answer["id"].as_str().unwrap().starts_with("chatcmpl-"));
    let tokens = |name: &str| answer["usage"][name].as_u64().unwrap();
    assert!(tokens("prompt_tokens") > 0);
    assert_eq!(tokens("total_tokens"), tokens("prompt_tokens") + tokens("completion_tokens"));
    assert_eq!(reply.header("x-aigw-provider"), Some("groq"));
    assert_eq!(reply.header("x-aigw-model"), Some("openai/gpt-oss-20b"));
    assert_eq!(reply.header("x-aigw-attempts"), Some("1"));
    assert_eq!(gateway.classes(reply.header("x-request-id").unwrap()), [None]);
    // The client's own key goes nowhere.
    assert!(!format!("{:?}", groq.requests()).contains("the-clients-own"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_as_a_stream() {
    let groq = stand("groq", &[]).await;
    let gateway = Gateway::before(&[&groq]).await;
    let mut body = streamed("say exactly: one two three");
    body["stream_options"] = json!({"include_usage": true});
    let reply = gateway.chat(&body).await.is(200);
    assert!(reply.header("content-type").unwrap().starts_with("text/event-stream"));
    assert_eq!(reply.text(), "one two three");
    let mut events = reply.events();
    assert_eq!(events.pop().unwrap(), "[DONE]");
    let usage = events.pop().unwrap();
    assert!(usage["usage"]["total_tokens"].as_u64().unwrap() > 0 && usage["choices"] == json!([]));
    assert_eq!(events.last().unwrap()["choices"][0]["finish_reason"], "stop");
    assert_eq!(events[0]["choices"][0]["delta"], json!({"role": "assistant", "content": ""}));
    assert!(events.iter().any(|event| event["choices"][0]["delta"]["reasoning_content"].is_string()));
    for event in &events {
        assert_eq!((&event["id"], &event["created"]), (&usage["id"], &usage["created"]));
        assert_eq!(event["model"], "groq/openai/gpt-oss-20b");
        assert_eq!((&event["object"], &event["usage"]), (&json!("chat.completion.chunk"), &Value::Null));
    }
    // Nobody asked for the tokens here.
    let reply = gateway.chat(&streamed("hello")).await.is(200);
    assert!(!reply.body.contains("usage") && reply.body.ends_with("data: [DONE]\n\n"), "{}", reply.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_are_called_and_their_results_read() {
    let groq = stand("groq", &[]).await;
    let gateway = Gateway::before(&[&groq]).await;
    let answer = gateway.chat(&weather()).await.is(200).json();
    let message = &answer["choices"][0]["message"];
    assert_eq!(answer["choices"][0]["finish_reason"], "tool_calls");
    assert_eq!(message["content"], Value::Null);
    let call = &message["tool_calls"][0];
    assert_eq!((&call["type"], &call["function"]["name"]), (&json!("function"), &json!("get_weather")));

    let mut body = weather();
    body["stream"] = json!(true);
    let events = gateway.chat(&body).await.is(200).events();
    let deltas: Vec<&Value> =
        events.iter().filter_map(|event| event.pointer("/choices/0/delta/tool_calls/0")).collect();
    assert_eq!(deltas.len(), 1);
    assert_eq!((&deltas[0]["index"], &deltas[0]["function"]), (&json!(0), &call["function"]));

    let mut body = weather();
    let result = json!({"role": "tool", "tool_call_id": call["id"], "content": "18 degrees and sunny"});
    body["messages"].as_array_mut().unwrap().extend([message.clone(), result]);
    let answer = gateway.chat(&body).await.is(200).json();
    let text = answer["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(text.contains("18 degrees"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_held_to_a_schema() {
    let groq = stand("groq", &[]).await;
    let gateway = Gateway::before(&[&groq]).await;
    let mut body = asked("name a city");
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
        "additionalProperties": false});
    let form =
        json!({"type": "json_schema", "json_schema": {"name": "place", "strict": true, "schema": schema}});
    body["response_format"] = form;
    let answer = gateway.chat(&body).await.is(200).json();
    let text = answer["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(serde_json::from_str::<Value>(text).unwrap()["city"].is_string());
    body["stream"] = json!(true);
    let text = gateway.chat(&body).await.is(200).text();
    assert!(serde_json::from_str::<Value>(&text).unwrap()["city"].is_string());
    assert_eq!(groq.requests()[0].body["response_format"]["json_schema"]["name"], "place");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_does_not_notice_a_failover() {
    let (groq, cerebras) = (stand("groq", &["503"]).await, stand("cerebras", &[]).await);
    let gateway = Gateway::before(&[&groq, &cerebras]).await;
    let reply = gateway.chat(&asked("say exactly: well")).await.is(200);
    assert_eq!(reply.json()["model"], "cerebras/gpt-oss-120b");
    assert_eq!(reply.json()["choices"][0]["message"]["content"], "well");
    assert!(reply.header("x-aigw-attempts").unwrap().parse::<u32>().unwrap() > 1);

    // What breaks before its first word leaves no trace either.
    let (groq, cerebras) = (stand("groq", &["cut:0"]).await, stand("cerebras", &[]).await);
    let gateway = Gateway::before(&[&groq, &cerebras]).await;
    let reply = gateway.chat(&streamed("say exactly: well")).await.is(200);
    assert_eq!(reply.text(), "well");
    // Thoughts of the first one may have been told. The answer is the second one's, and says so.
    let answering = |event: &&Value| event.pointer("/choices/0/delta/content").is_some_and(|text| text != "");
    let events = reply.events();
    let models: Vec<&Value> = events.iter().filter(answering).map(|event| &event["model"]).collect();
    assert!(!models.is_empty() && models.iter().all(|model| *model == "cerebras/gpt-oss-120b"), "{models:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_nobody_answers_the_status_says_what_to_do() {
    for (faults, status, code, waits) in [
        (["429:7", "503"], 429, "rate_limit_exceeded", true),
        (["503", "503"], 503, "server", true),
        (["401", "401"], 502, "auth", false),
        (["401", "503"], 503, "server", true),
        (["filter", "503"], 400, "content_filter", false),
        (["context", "context"], 400, "context_length_exceeded", false),
    ] {
        let (groq, cerebras) = (stand("groq", &[faults[0]]).await, stand("cerebras", &[faults[1]]).await);
        let gateway = Gateway::before(&[&groq, &cerebras]).await;
        let reply = gateway.chat(&asked("hello")).await.is(status);
        let error = reply.error();
        assert_eq!(error["code"], code, "{error}");
        assert!(!error["attempts"].as_array().unwrap().is_empty());
        let wait = reply.header("retry-after").map(|seconds| seconds.parse::<u32>().unwrap());
        assert_eq!(wait.is_some(), waits, "{faults:?}: {reply:?}");
        assert!(wait.is_none_or(|seconds| (1..=7).contains(&seconds)));
        assert!(!reply.body.contains("test-key-of"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_never_begins_fails_with_a_status() {
    let groq = stand("groq", &["429:30"]).await;
    let gateway = Gateway::before(&[&groq]).await;
    let reply = gateway.chat(&streamed("hello")).await.is(429);
    assert_eq!(reply.error()["type"], "rate_limit_error");
    // It is known to rest now, and still says how long.
    let again = gateway.chat(&streamed("hello")).await.is(429);
    for reply in [reply, again] {
        let wait: u32 = reply.header("retry-after").unwrap().parse().unwrap();
        assert!((25..=30).contains(&wait), "{wait}");
    }
    assert_eq!(groq.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_long_in_coming_fails_inside() {
    let groq = stand("groq", &["hang"]).await;
    let env = TestEnv::new();
    let section = provider_section(&groq);
    env.config(&format!(
        "default_route = \"test\"\n[routes.test]\nmodels = [\"groq\"]\n{section}timeout = {{ first_token = \"3500ms\" }}\n"
    ));
    let gateway = Gateway::start(&env).await;
    let reply = gateway.chat(&streamed("hello")).await.is(200);
    assert!(reply.body.starts_with(": "), "{}", reply.body);
    let events = reply.events();
    assert_eq!((events.len(), &events[0]["error"]["code"]), (1, &json!("timeout")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_stream_ends_with_an_error_and_nothing_else() {
    let groq = stand("groq", &["cut:9"]).await;
    let gateway = Gateway::before(&[&groq]).await;
    let reply = gateway.chat(&streamed("tell me a story of a lighthouse")).await.is(200);
    let events = reply.events();
    let error = &events.last().unwrap()["error"];
    assert_eq!(error["code"], "broken_stream");
    assert_eq!(error["attempts"][0]["class"], "broken_stream");
    assert!(!reply.text().is_empty());
    assert!(!reply.body.contains("[DONE]") && !reply.body.contains("[cut]"), "{}", reply.body);
    assert!(events.iter().all(|event| event["choices"][0]["finish_reason"].is_null()));
    eventually("it is told", || !gateway.served.lock().unwrap().is_empty()).await;
    assert_eq!(gateway.served.lock().unwrap()[0].ending, aigw::server::Ending::Broken);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_stream_is_mended_where_somebody_can() {
    let (groq, cerebras) = (stand("groq", &["cut:9"]).await, stand("cerebras", &[]).await);
    let gateway = Gateway::before(&[&groq, &cerebras]).await;
    let reply = gateway.chat(&streamed("tell me a story of a lighthouse")).await.is(200);
    assert!(reply.body.ends_with("data: [DONE]\n\n"), "{}", reply.body);
    let whole = gateway.chat(&asked("tell me a story of a lighthouse")).await.is(200).json();
    assert_eq!(whole["choices"][0]["message"]["content"], reply.text());
    // One stream is one answer of one name, whoever finished it.
    let names = |field: &str| -> std::collections::HashSet<String> {
        reply.events().iter().filter_map(|event| Some(event.get(field)?.to_string())).collect()
    };
    assert_eq!((names("id").len(), names("model").len()), (1, 1), "{:?}", names("model"));
    assert_eq!(gateway.classes(reply.header("x-request-id").unwrap()), [Some("broken_stream"), None]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_takes_its_provider_along() {
    let gone = |requests: Vec<Recorded>| requests.iter().all(|request| request.disconnected);
    // In the middle of a stream, and while nothing has come yet.
    let slow = slow_stand().await;
    let gateway = Gateway::before(&[&slow]).await;
    drop(reading(gateway.addr, &streamed("tell me a story"), "content\":\"").await);
    eventually("the provider sees it", || gone(slow.requests())).await;
    eventually("it is told", || !gateway.served.lock().unwrap().is_empty()).await;
    let served = gateway.served.lock().unwrap()[0].clone();
    assert_eq!((served.status, served.ending), (Some(200), aigw::server::Ending::Left));
    assert_eq!(gateway.classes(&served.id), [Some("cancelled")]);

    let silent = stand("groq", &["hang"]).await;
    let gateway = Gateway::before(&[&silent]).await;
    for body in [asked("hello"), streamed("hello")] {
        let before = silent.requests().len();
        let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
        stream.write_all(post(gateway.addr, "/v1/chat/completions", &body).as_bytes()).await.unwrap();
        eventually("it is asked", || silent.requests().len() > before).await;
        drop(stream);
        eventually("the provider sees it", || gone(silent.requests())).await;
    }
}

/// A provider that never stops talking; counts what it could say. Its address is a base URL.
fn endless_server() -> (String, Arc<AtomicUsize>) {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let said = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&said);
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        assert_ne!(stream.read(&mut [0; 4096]).unwrap(), 0);
        let event = json!({"choices": [{"index": 0, "delta": {"content": "x".repeat(16 << 10)}}]});
        let event = format!("data: {event}\n\n");
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        while stream.write_all(event.as_bytes()).is_ok() {
            count.fetch_add(event.len(), Ordering::Relaxed);
        }
        count.store(0, Ordering::Relaxed);
    });
    (format!("http://{address}"), said)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_slows_its_provider_down() {
    let (url, said) = endless_server();
    let env = TestEnv::new();
    env.config(&format!(
        "default_route = \"test\"\n[routes.test]\nmodels = [\"box/m\"]\n[providers.box]\nwire = \"openai\"\nbase_url = \"{url}\"\n"
    ));
    let gateway = Gateway::start(&env).await;
    let stream = reading(gateway.addr, &streamed("go on"), "xxxx").await;
    // What fits into the system's buffers goes through; then it stands still.
    let (mut before, mut still) = (0, 0);
    while still < 20 {
        tokio::time::sleep(Duration::from_millis(25)).await;
        let now = said.load(Ordering::Relaxed);
        still = if now == before { still + 1 } else { 0 };
        before = now;
        assert!(now < 64 << 20, "nothing holds it back");
    }
    drop(stream);
    eventually("the provider is let go", || said.load(Ordering::Relaxed) == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn models_and_health() {
    let groq = stand("groq", &[]).await;
    let gateway = Gateway::before(&[&groq]).await;
    let list = gateway.get("/v1/models").await.is(200).json();
    let ids: Vec<&str> =
        list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert_eq!(ids[..3], ["test", "auto", "groq/openai/gpt-oss-20b"]);
    assert!(ids.iter().all(|id| !id.contains('/') || id.starts_with("groq/")), "{ids:?}");
    for path in ["/v1/models/groq/openai/gpt-oss-20b", "/v1/models/groq%2Fopenai%2Fgpt-oss-20b"] {
        let model = gateway.get(path).await.is(200).json();
        assert_eq!((&model["id"], &model["owned_by"]), (&json!("groq/openai/gpt-oss-20b"), &json!("groq")));
    }
    gateway.get("/v1/models/test").await.is(200);
    assert_eq!(gateway.get("/v1/models/nobody").await.is(404).error()["code"], "model_not_found");
    assert_eq!(gateway.get("/health/live").await.is(200).json(), json!({"status": "ok"}));
    gateway.get("/health/ready").await.is(200);

    // Clients that know one name only are served under it.
    let env = TestEnv::with_stands(&[&groq]);
    let text = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    env.config(&format!("{text}[aliases]\ngpt-4o = \"test\"\n"));
    let gateway = Gateway::start(&env).await;
    let list = gateway.get("/v1/models").await.is(200).json();
    assert!(list["data"].as_array().unwrap().iter().any(|model| model["id"] == "gpt-4o"), "{list}");
    let mut body = asked("hello");
    body["model"] = json!("gpt-4o");
    gateway.chat(&body).await.is(200);

    let env = TestEnv::new();
    env.config(&super::support::nothing_local());
    let gateway = Gateway::start(&env).await;
    gateway.get("/health/live").await.is(200);
    assert_eq!(gateway.get("/health/ready").await.is(503).error()["code"], "no_provider");
    let mut body = asked("hello");
    body["model"] = json!("auto");
    assert_eq!(gateway.chat(&body).await.is(503).error()["code"], "no_provider");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_request_is_said() {
    let groq = stand("groq", &[]).await;
    let gateway = Gateway::before(&[&groq]).await;
    let raw = |head: &str, body: &str| {
        let head = head.replace('\n', "\r\n");
        format!("{head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    };
    let chat = "POST /v1/chat/completions HTTP/1.1\nhost: localhost";
    let json = format!("{chat}\ncontent-type: application/json");
    let hello = asked("hello").to_string();
    let deep = format!("{{\"model\":\"test\",\"messages\":{}", "[".repeat(5000));
    for (request, status, code) in [
        (raw("GET /v1/chat/completions HTTP/1.1\nhost: localhost", ""), 405, "method_not_allowed"),
        (raw("GET /v1/nothing HTTP/1.1\nhost: localhost", ""), 404, "unknown_url"),
        (raw("GET /chat/completions HTTP/1.1\nhost: localhost", ""), 404, "unknown_url"),
        (raw("GET /v1/models HTTP/1.1\nhost: example.org", ""), 403, ""),
        (raw(&format!("{json}\norigin: https://example.org"), &hello), 403, ""),
        (raw(&format!("{chat}\ncontent-type: text/plain"), &hello), 415, ""),
        (raw(&json, "{"), 400, ""),
        (raw(&json, &deep), 400, ""),
        (raw(&json, "{\"model\":\"test\"}"), 400, ""),
        (raw(&json, &hello.replace("test", "tets")), 404, "model_not_found"),
        (raw(&json, &hello.replace("test", "openai/gpt-x")), 404, "model_not_found"),
        (raw(&json, &hello.replace('{', "{\"n\":2,").replacen("{\"n\":2,", "{", 1)), 200, ""),
        (raw(&json, &hello.replacen('{', "{\"n\":2,", 1)), 400, "unsupported_parameter"),
        (raw(&format!("{json}\norigin: http://localhost:3000"), &hello), 200, ""),
    ] {
        let reply = send(gateway.addr, &request).await.is(status);
        assert!(reply.header("x-request-id").is_some());
        if status != 200 {
            assert_eq!(reply.error()["code"].as_str().unwrap_or_default(), code, "{request}: {reply:?}");
        }
        if status == 405 {
            assert_eq!(reply.header("allow"), Some("POST"));
        }
        if request.contains("tets") {
            assert!(reply.error()["message"].as_str().unwrap().contains("did you mean `test`?"));
        }
    }
    // What says that it is too large is refused before it is sent.
    let huge = format!("{json}\ncontent-length: {}\n\n", 33 << 20).replace('\n', "\r\n");
    let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
    stream.write_all(huge.as_bytes()).await.unwrap();
    let mut bytes = vec![0; 4096];
    let length = stream.read(&mut bytes).await.unwrap();
    Reply::parse(&bytes[..length]).is(413);
}

/// The program as a service.
pub struct Service {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    pub addr: SocketAddr,
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        let _over = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl Service {
    pub fn start(env: &TestEnv, args: &[&str]) -> Self {
        let (own, global): (Vec<&str>, Vec<&str>) =
            args.iter().partition(|arg| arg.starts_with("--") || arg.starts_with('/'));
        let args: Vec<&str> = global.into_iter().chain(["serve", "--port", "0"]).chain(own).collect();
        let mut child = env.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let addr = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line}"));
        Self { addr: addr.parse().unwrap(), child, stderr }
    }

    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Waits for the end: the exit code, and what was said on stderr.
    pub fn ended(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.stderr, &mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_stopped_lets_answers_end() {
    let slow = slow_stand().await;
    let env = TestEnv::with_stands(&[&slow]);
    let service = Service::start(&env, &["-v"]);
    let idle = TcpStream::connect(service.addr).await.unwrap();
    let mut stream = reading(service.addr, &streamed("tell me a story"), "content\":\"").await;
    service.signal("-TERM");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    let rest = String::from_utf8(rest).unwrap();
    assert!(rest.contains("\"finish_reason\":\"stop\"") && rest.contains("[DONE]"), "{rest}");
    assert!(TcpStream::connect(service.addr).await.is_err());
    let (code, stderr) = service.ended();
    assert_eq!(code, Some(0), "{stderr}");
    let line = stderr.lines().find(|line| line.starts_with("POST ")).unwrap();
    let start = "POST /v1/chat/completions 200 groq/openai/gpt-oss-20b ";
    assert!(line.starts_with(start) && !stderr.contains("story"), "{stderr}");
    drop(idle);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_at_once() {
    let silent = stand("groq", &["hang"]).await;
    let service = Service::start(&TestEnv::with_stands(&[&silent]), &[]);
    let mut stream = TcpStream::connect(service.addr).await.unwrap();
    stream
        .write_all(post(service.addr, "/v1/chat/completions", &streamed("hello")).as_bytes())
        .await
        .unwrap();
    eventually("it is asked", || !silent.requests().is_empty()).await;
    service.signal("-INT");
    let addr = service.addr;
    eventually("it is stopping", || std::net::TcpStream::connect(addr).is_err()).await;
    service.signal("-INT");
    assert_eq!(service.ended().0, Some(130));
}

#[test]
fn only_addresses_of_this_machine_are_listened_on() {
    assert_snapshot!(TestEnv::new().run(&["serve", "--addr", "0.0.0.0:8787"]), @"
    exit 2
    --- stdout
    --- stderr
    error: 0.0.0.0:8787 can be reached from other machines, and no client needs a key yet
    hint: `aigw key create NAME` makes one; AIGW_SERVE_KEY_FILE names a file of them
    ");
}
