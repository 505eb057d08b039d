//! The stand-ins seen from outside: over a socket, by a client that knows nothing but HTTP/1.1.

mod anthropic;
mod gemini;
mod replicate;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// What came back, and how the connection ended.
struct Heard {
    head: String,
    body: String,
    reset: bool,
}

impl Heard {
    fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    fn has_header(&self, name: &str) -> bool {
        self.head.lines().any(|line| line.starts_with(&format!("{name}: ")))
    }

    /// The data of the stream's events that are JSON.
    fn events(&self) -> Vec<Value> {
        let data = self.body.lines().filter_map(|line| line.strip_prefix("data: "));
        data.filter_map(|data| serde_json::from_str(data).ok()).collect()
    }

    /// The text of a stream, whatever the shape of its content.
    fn text(&self) -> String {
        let deltas = self.events().into_iter();
        let texts = deltas.filter_map(|event| match event.pointer("/choices/0/delta/content")? {
            Value::String(text) => Some(text.clone()),
            blocks => Some(blocks.pointer("/0/text").and_then(Value::as_str).unwrap_or_default().to_owned()),
        });
        texts.collect()
    }
}

/// Those that share the chat-completions wire.
fn alike() -> Vec<&'static str> {
    let mut providers = providers();
    providers.retain(|provider| !["anthropic", "gemini", "replicate"].contains(provider));
    providers
}

async fn stand(provider: &str) -> Stand {
    Stand::start(Settings::new(provider)).await.unwrap()
}

async fn faulty(provider: &str, fault: &str) -> Stand {
    let stand = stand(provider).await;
    stand.inject(fault.parse().unwrap());
    stand
}

async fn call(stand: &Stand, method: &str, path: &str, headers: &str, body: &str) -> Heard {
    let mut socket = TcpStream::connect(stand.addr()).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let reset = socket.read_to_end(&mut bytes).await.is_err();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let body = if head.contains("transfer-encoding: chunked") { unchunked(body) } else { body.to_owned() };
    Heard { head: head.to_owned(), body, reset }
}

/// Joins chunks; a body without its last chunk is marked.
fn unchunked(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return whole;
        }
        whole.push_str(&rest[..size]);
        body = &rest[size + 2..];
    }
    whole + "<cut>"
}

fn chat_path(stand: &Stand) -> String {
    let base = stand.base_url();
    let base = base.splitn(4, '/').nth(3).map_or(String::new(), |base| format!("/{base}"));
    let model = if stand.provider() == "hf-inference" { "/some/model/v1" } else { "" };
    format!("{base}{model}/chat/completions")
}

async fn ask(stand: &Stand, body: Value) -> Heard {
    call(stand, "POST", &chat_path(stand), "authorization: Bearer sk-good-key-1234\r\n", &body.to_string())
        .await
}

fn counting(stream: bool) -> Value {
    let messages = json!([{"role": "user", "content": "count to 5"}]);
    json!({"model": "some/model", "messages": messages, "stream": stream, "stream_options": {"include_usage": true}})
}

#[tokio::test]
async fn every_provider_answers_in_both_ways() {
    for provider in alike() {
        let stand = stand(provider).await;
        let whole = ask(&stand, counting(false)).await;
        assert_eq!(whole.status(), 200, "{provider}: {}", whole.body);
        let content = whole.json().pointer("/choices/0/message/content").cloned();
        assert_eq!(content, Some(json!("[simulated] 1 2 3 4 5")), "{provider}");
        let streamed = ask(&stand, counting(true)).await;
        assert_eq!(streamed.text(), "[simulated] 1 2 3 4 5", "{provider}: {}", streamed.body);
        assert!(streamed.body.ends_with("data: [DONE]\n\n"), "{provider}");
        assert!(streamed.body.contains("\"total_tokens\":"), "{provider}");
        assert!(!streamed.body.contains('$') && !whole.body.contains('$'), "{provider}");
        assert_eq!(stand.requests().len(), 2);
        assert!(stand.requests().iter().all(|request| !request.disconnected), "{provider}");
    }
}

#[tokio::test]
async fn every_provider_calls_tools_in_both_ways() {
    let tool = json!({"type": "function", "function": {"name": "get_weather", "parameters": {
        "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}});
    for provider in alike() {
        let stand = stand(provider).await;
        let messages = json!([{"role": "user", "content": "What is the weather in Paris and Rome?"}]);
        let mut body = json!({"model": "some/model", "messages": messages, "tools": [tool]});
        let whole = ask(&stand, body.clone()).await.json();
        assert_eq!(whole["choices"][0]["finish_reason"], "tool_calls", "{provider}: {whole}");
        let calls = whole["choices"][0]["message"]["tool_calls"].as_array().unwrap().clone();
        let arguments: Vec<_> = calls.iter().map(|call| call["function"]["arguments"].clone()).collect();
        assert_eq!(arguments, [r#"{"city":"Paris"}"#, r#"{"city":"Rome"}"#], "{provider}");
        body["stream"] = json!(true);
        let mut streamed = String::new();
        let mut finishes = Vec::new();
        for event in ask(&stand, body).await.events() {
            finishes.push(event["choices"][0]["finish_reason"].clone());
            let pieces = event.pointer("/choices/0/delta/tool_calls").and_then(Value::as_array).cloned();
            for piece in pieces.unwrap_or_default() {
                streamed.push_str(piece["function"]["arguments"].as_str().unwrap());
            }
        }
        assert_eq!(streamed, r#"{"city":"Paris"}{"city":"Rome"}"#, "{provider}");
        assert!(finishes.contains(&json!("tool_calls")), "{provider}");
    }
}

#[tokio::test]
async fn streams_have_their_providers_quirks() {
    let mut body = counting(true);
    body["reasoning_effort"] = json!("low");
    let finishes = |events: &[Value]| {
        events.iter().filter(|event| event["choices"][0]["finish_reason"].is_string()).count()
    };
    let openrouter = ask(&stand("openrouter").await, body.clone()).await;
    assert!(openrouter.body.starts_with(": OPENROUTER PROCESSING"));
    assert_eq!(finishes(&openrouter.events()), 2);
    assert!(openrouter.events().last().unwrap()["usage"]["cost"].is_f64());
    let mistral = ask(&stand("mistral").await, body.clone()).await.events();
    assert_eq!(mistral[0]["choices"][0]["delta"]["content"][0]["type"], "thinking");
    assert!(mistral.last().unwrap()["usage"]["total_tokens"].is_u64());
    let xai = ask(&stand("xai").await, body.clone()).await.events();
    assert!(
        xai[0]["choices"][0].get("finish_reason").is_none()
            && xai[0]["choices"][0]["delta"]["role"].is_string()
    );
    let usage = &xai.last().unwrap()["usage"];
    let sum = usage["prompt_tokens"].as_u64().unwrap() + usage["completion_tokens"].as_u64().unwrap();
    assert!(usage["total_tokens"].as_u64().unwrap() > sum, "reasoning is not in the completion");
    let openai = ask(&stand("openai").await, body.clone()).await.events();
    assert_eq!(openai[0].get("usage"), Some(&Value::Null));
    let groq = ask(&stand("groq").await, body.clone()).await.events();
    assert_eq!(groq.last().unwrap()["usage"], groq.last().unwrap()["x_groq"]["usage"]);
    body["stream_options"] = Value::Null;
    assert!(!ask(&stand("vllm").await, body).await.body.contains("usage"));
}

#[tokio::test]
async fn tags_and_manners_show() {
    let settings =
        Settings { name: Some("left".into()), manner: Manner::RefusePrefill, ..Settings::new("together") };
    let stand = Stand::start(settings).await.unwrap();
    let mut body = counting(false);
    let text = ask(&stand, body.clone()).await.json()["choices"][0]["message"]["content"].clone();
    assert_eq!(text, "[simulated] (left, together/some/model) 1 2 3 4 5");
    body["messages"].as_array_mut().unwrap().push(json!({"role": "assistant", "content": "[simulated] 1"}));
    assert_eq!(ask(&stand, body).await.status(), 400);
}

#[tokio::test]
async fn keys_models_and_paths_are_checked() {
    for provider in alike() {
        let stand = stand(provider).await;
        let path = chat_path(&stand);
        let body = counting(false).to_string();
        let local = ["ollama", "lmstudio", "llamacpp", "vllm"].contains(&provider);
        let nobody = call(&stand, "POST", &path, "", &body).await;
        assert_eq!(nobody.status() == 200, local, "{provider}");
        let wrong = call(&stand, "POST", &path, "authorization: Bearer bad-key\r\n", &body).await;
        assert_eq!(wrong.status() == 200, local, "{provider}");
        let broken = call(&stand, "POST", &path, "authorization: Bearer good\r\n", "{").await;
        assert!((400..500).contains(&broken.status()), "{provider}");
        let mut unknown = counting(false);
        unknown["model"] = json!("nope");
        if provider != "hf-inference" {
            assert!((400..500).contains(&ask(&stand, unknown).await.status()), "{provider}");
        }
        let empty = ask(&stand, json!({"model": "some/model", "messages": []})).await;
        assert!((400..500).contains(&empty.status()), "{provider}");
        let lost = call(&stand, "GET", "/no/such/path", "", "").await;
        assert!(lost.status() == 404 || provider == "lmstudio", "{provider}: {}", lost.status());
    }
}

#[tokio::test]
async fn models_and_vectors_are_served() {
    for provider in alike() {
        let stand = stand(provider).await;
        let base = chat_path(&stand).replace("/some/model/v1", "").replace("/chat/completions", "");
        let key = "authorization: Bearer good-key\r\n";
        let models = call(&stand, "GET", &format!("{base}/models"), key, "").await.json();
        let list = models.get("data").unwrap_or(&models).as_array().unwrap().clone();
        assert!(list.iter().all(|model| model["id"].is_string()) && !list.is_empty(), "{provider}");
        let (path, body) = match provider {
            "hf-inference" => {
                (format!("{base}/some/model/pipeline/feature-extraction"), json!({"inputs": ["a", "b"]}))
            }
            _ => (format!("{base}/embeddings"), json!({"model": "m", "input": ["a", "b"], "dimensions": 3})),
        };
        let vectors = call(&stand, "POST", &path, key, &body.to_string()).await.json();
        let list = vectors.get("data").unwrap_or(&vectors).as_array().unwrap().len();
        assert_eq!(list, 2, "{provider}");
    }
}

#[tokio::test]
async fn refusals_are_in_the_providers_words() {
    let stand = faulty("cerebras", "busy*1").await;
    let busy = ask(&stand, counting(true)).await;
    assert_eq!((busy.status(), &busy.json()["code"]), (429, &json!("queue_exceeded")));
    stand.inject("429:2*1".parse().unwrap());
    let limited = ask(&stand, counting(false)).await;
    assert!(limited.head.contains("retry-after: 2") && limited.has_header("x-ratelimit-reset-requests-day"));
    assert_eq!(ask(&stand, counting(false)).await.status(), 200);
    let novita = faulty("novita", "quota").await;
    let quota = ask(&novita, counting(false)).await;
    assert_eq!((quota.status(), &quota.json()["reason"]), (403, &json!("NOT_ENOUGH_BALANCE")));
    let openai = faulty("openai", "unsupported:seed").await;
    assert_eq!(ask(&openai, counting(false)).await.status(), 200);
    let mut seeded = counting(false);
    seeded["seed"] = json!(7);
    assert_eq!(ask(&openai, seeded).await.json()["error"]["param"], "seed");
}

#[tokio::test]
async fn transport_faults_are_real() {
    let stand = stand("groq").await;
    let heard = |fault: &'static str, stream| {
        stand.inject(format!("{fault}*1").parse().unwrap());
        ask(&stand, counting(stream))
    };
    let reset = heard("reset", true).await;
    assert!(reset.reset && reset.head.is_empty());
    let reset = heard("reset:2", true).await;
    assert!(reset.reset && reset.text() == "[simulated] 1", "{}", reset.body);
    let cut = heard("cut:2", true).await;
    assert!(!cut.reset && cut.body.ends_with("<cut>") && cut.text() == "[simulated] 1");
    let eof = heard("eof:2", true).await;
    assert!(!eof.body.ends_with("<cut>") && !eof.body.contains("[DONE]") && eof.text() == "[simulated] 1");
    let short = heard("cut:1", false).await;
    assert!(short.status() == 200 && serde_json::from_str::<Value>(&short.body).is_err());
    let error = heard("error:1", true).await;
    assert!(error.body.contains("event: error\ndata: {\"error\"") && !error.body.contains("[DONE]"));
    let broken = heard("malformed:2", true).await;
    assert_eq!(broken.text(), "[simulated] 1 2 3 4 5");
    assert_eq!(heard("error200", false).await.status(), 200);
    assert_eq!(heard("html:502", true).await.status(), 502);
    assert!(heard("no_choices", true).await.text().is_empty());
    assert_eq!(heard("empty", true).await.body, "");
    assert!(!heard("garbage", false).await.body.starts_with('{'));
    assert!(!heard("no_done", true).await.body.contains("[DONE]"));
    let stalled = heard("stall:1:30ms", true).await;
    assert!(stalled.text() == "[simulated]" && stalled.body.ends_with("<cut>"));
    assert_eq!(ask(&stand, counting(true)).await.text(), "[simulated] 1 2 3 4 5");
}

#[tokio::test]
async fn time_passes_as_it_is_told() {
    let stand = faulty("deepseek", "slow:80ms*1").await;
    let start = Instant::now();
    assert_eq!(ask(&stand, counting(false)).await.status(), 200);
    assert!(start.elapsed() >= Duration::from_millis(80));
    stand.inject("keepalive:60ms*1".parse().unwrap());
    let kept = ask(&stand, counting(true)).await;
    assert!(kept.body.matches(": keep-alive").count() > 3 && kept.text().ends_with('5'));
}

#[tokio::test]
async fn a_client_that_leaves_is_noticed() {
    let stand = faulty("openai", "done_open").await;
    let asked = tokio::time::timeout(Duration::from_millis(100), ask(&stand, counting(true))).await;
    assert!(asked.is_err());
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(stand.requests()[0].disconnected);
}

#[tokio::test]
async fn limits_count_and_are_shown() {
    let limits = Limits { rpm: Some(2), ..Limits::default() };
    let stand = Stand::start(Settings { limits, ..Settings::new("groq") }).await.unwrap();
    assert!(ask(&stand, counting(false)).await.head.contains("x-ratelimit-remaining-requests: 1"));
    assert_eq!(ask(&stand, counting(false)).await.status(), 200);
    let refused = ask(&stand, counting(false)).await;
    assert_eq!(refused.status(), 429);
    assert!(refused.has_header("retry-after") && refused.body.contains("Please try again in"));
    let limits = Limits { tpm: Some(20), ..Limits::default() };
    let stand = Stand::start(Settings { limits, ..Settings::new("groq") }).await.unwrap();
    let mut large = counting(false);
    large["max_tokens"] = json!(500);
    assert_eq!(ask(&stand, large).await.status(), 413);
}

#[tokio::test]
async fn the_stand_in_can_be_controlled_from_outside() {
    let stand = stand("mistral").await;
    let set = call(&stand, "POST", "/_simulate/faults", "", r#"{"fault":"503*1"}"#).await;
    assert_eq!(set.json(), json!({"faults": ["503*1"]}));
    assert_eq!(call(&stand, "POST", "/_simulate/faults", "", "frob").await.status(), 400);
    assert_eq!(ask(&stand, counting(false)).await.status(), 503);
    call(&stand, "POST", "/_simulate/faults", "", "hang").await;
    assert_eq!(call(&stand, "DELETE", "/_simulate/faults", "", "").await.status(), 200);
    let wished = "x-simulate-fault: 402\r\nauthorization: Bearer good\r\n";
    assert_eq!(
        call(&stand, "POST", &chat_path(&stand), wished, &counting(false).to_string()).await.status(),
        402
    );
    let about = call(&stand, "GET", "/_simulate", "", "").await.json();
    assert_eq!((&about["provider"], &about["requests"]), (&json!("mistral"), &json!(2)));
    let requests = call(&stand, "GET", "/_simulate/requests", "", "").await.body;
    assert!(requests.contains("…1234") && !requests.contains("sk-good-key"));
}

#[tokio::test]
async fn unknown_providers_are_named_with_the_known() {
    let error = Stand::start(Settings::new("nobody")).await.unwrap_err();
    assert!(error.to_string().contains("groq, openrouter"));
}

#[tokio::test]
async fn a_dropped_stand_in_is_gone() {
    let stand = stand("vllm").await;
    let addr = stand.addr();
    drop(stand);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(TcpStream::connect(addr).await.is_err());
}
