//! Two hundred requests that are wrong: each is refused with a status that says whose fault it is, in the words of its
//! dialect, and nobody is asked.

use serde_json::{Value, json};

use super::serve::{Gateway, post};
use super::support::stand;

/// A path, and a request that would be answered there.
fn good() -> [(&'static str, Value); 6] {
    let said = json!([{"role": "user", "content": "hi"}]);
    let contents = json!([{"role": "user", "parts": [{"text": "hi"}]}]);
    [
        ("/v1/chat/completions", json!({"model": "test", "messages": said})),
        ("/v1/responses", json!({"model": "test", "input": said})),
        ("/v1/messages", json!({"model": "test", "max_tokens": 9, "messages": said})),
        ("/v1/messages/count_tokens", json!({"model": "test", "messages": said})),
        ("/v1beta/models/test:generateContent", json!({"contents": contents})),
        ("/v1/embeddings", json!({"model": "test", "input": "hi"})),
    ]
}

/// What is no conversation anywhere.
fn no_conversations() -> Vec<Value> {
    let deep = (0..200).fold(json!("x"), |inner, _| json!([inner]));
    vec![
        json!(7),
        json!(true),
        json!({}),
        json!([]),
        json!([7]),
        json!([null]),
        json!([[]]),
        json!([{}, {}]),
        json!([{"role": 7, "content": "x", "parts": [{"text": "x"}]}]),
        json!([{"role": "robot", "content": "x", "parts": [{"text": "x"}]}]),
        json!([{"role": "user", "content": 7, "parts": 7}]),
        json!([{"role": "user", "content": [7], "parts": [7]}]),
        json!([{"role": "user", "content": [{"type": "hologram"}], "parts": [{"hologram": {}}]}]),
        json!([{"role": "user", "content": [{"type": "text"}], "parts": [{}]}]),
        json!([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "file:///etc/passwd"}},
            {"type": "input_image", "image_url": "file:///etc/passwd"}],
            "parts": [{"fileData": {"fileUri": "file:///etc/passwd"}}]}]),
        json!([{"role": "user", "content": deep, "parts": deep}]),
    ]
}

/// Fields of each format with values that mean nothing.
#[expect(clippy::too_many_lines, reason = "a table")]
fn wrong_fields(path: &str) -> Vec<(&'static str, Value)> {
    let nonsense = json!({"type": "nonsense"});
    let common = vec![
        ("model", json!("")),
        ("model", json!(7)),
        ("model", json!("m".repeat(5000))),
        ("model", json!("nobody/at-all")),
    ];
    let mut fields = match path {
        "/v1/chat/completions" => vec![
            ("temperature", json!("hot")),
            ("temperature", json!(9)),
            ("top_p", json!(-1)),
            ("max_tokens", json!(0)),
            ("max_tokens", json!(-5)),
            ("max_tokens", json!(1e30)),
            ("stop", json!(7)),
            ("n", json!(2)),
            ("logprobs", json!(true)),
            ("tools", json!({})),
            ("tools", json!([{"type": "custom"}])),
            ("tools", json!([{"type": "function"}])),
            ("tool_choice", json!("required")),
            ("tool_choice", nonsense),
            ("response_format", json!({"type": "xml"})),
            ("response_format", json!({"type": "json_schema"})),
            ("stream", json!("yes")),
            ("reasoning_effort", json!("huge")),
            ("functions", json!([{"name": "f"}])),
        ],
        "/v1/responses" => vec![
            ("temperature", json!("hot")),
            ("temperature", json!(9)),
            ("max_output_tokens", json!(0)),
            ("tools", json!({})),
            ("tools", json!([{"type": "web_search"}])),
            ("tools", json!([{"type": "function"}])),
            ("tool_choice", json!("required")),
            ("text", json!({"format": {"type": "xml"}})),
            ("text", json!({"format": {"type": "json_schema"}})),
            ("background", json!(true)),
            ("conversation", json!("c")),
            ("stream", json!("yes")),
            ("reasoning", json!({"effort": "huge"})),
            ("previous_response_id", json!("resp_none")),
            ("previous_response_id", json!(7)),
            ("instructions", json!(7)),
        ],
        "/v1/messages" => vec![
            ("max_tokens", json!(0)),
            ("max_tokens", json!("many")),
            ("max_tokens", Value::Null),
            ("temperature", json!(1.5)),
            ("top_k", json!(5)),
            ("system", json!(7)),
            ("system", json!([{"type": "image"}])),
            ("tools", json!({})),
            ("tools", json!([{"type": "web_search_20250305", "name": "web_search"}])),
            ("tools", json!([{}])),
            ("tool_choice", json!({"type": "any"})),
            ("tool_choice", json!({"type": "tool", "name": "f"})),
            ("tool_choice", json!("auto")),
            ("thinking", nonsense),
            ("stream", json!("yes")),
            ("stop_sequences", json!("x")),
            ("output_config", json!({"effort": "huge"})),
        ],
        "/v1beta/models/test:generateContent" => {
            return vec![
                ("generationConfig", json!(7)),
                ("generationConfig", json!({"temperature": 9})),
                ("generationConfig", json!({"candidateCount": 3})),
                ("generationConfig", json!({"maxOutputTokens": 0})),
                ("generationConfig", json!({"responseMimeType": "text/csv"})),
                ("generationConfig", json!({"responseSchema": {}})),
                ("generationConfig", json!({"responseModalities": ["AUDIO"]})),
                ("generationConfig", json!({"stopSequences": 7})),
                ("generationConfig", json!({"thinkingConfig": {"thinkingLevel": "HUGE"}})),
                ("tools", json!(7)),
                ("tools", json!([{"googleSearch": {}}])),
                ("tools", json!([{"functionDeclarations": [{}]}])),
                ("toolConfig", json!({"functionCallingConfig": {"mode": "ANY"}})),
                ("toolConfig", json!({"functionCallingConfig": {"mode": "PERHAPS"}})),
                ("systemInstruction", json!(7)),
                ("cachedContent", json!("c")),
            ];
        }
        "/v1/embeddings" => vec![
            ("input", json!("")),
            ("input", json!(["a", ""])),
            ("input", json!([1, 2])),
            ("encoding_format", json!("hex")),
            ("dimensions", json!(0)),
            ("dimensions", json!(-1)),
        ],
        _ => vec![("top_k", json!(5)), ("tools", json!({})), ("system", json!(7))],
    };
    // What is only counted goes to no model.
    if path != "/v1/messages/count_tokens" {
        fields.extend(common);
    }
    fields
}

/// All wrong requests: what is wrong, and the request.
fn all(gateway: &Gateway) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (path, good) in good() {
        let whole = post(gateway.addr, path, &good);
        let mut add = |what: &str, request: String| all.push((format!("{path} {what}"), request));
        let spoken = if path.contains("v1beta") {
            "contents"
        } else if good.get("messages").is_some() {
            "messages"
        } else {
            "input"
        };
        for value in no_conversations() {
            let mut body = good.clone();
            body[spoken] = value.clone();
            add(&format!("{spoken} = {value}"), post(gateway.addr, path, &body));
        }
        for (name, value) in wrong_fields(path) {
            let mut body = good.clone();
            body[name] = value.clone();
            let shown: String = value.to_string().chars().take(60).collect();
            add(&format!("{name} = {shown}"), post(gateway.addr, path, &body));
        }
        for junk in ["", "{", "[]", "null", "\u{feff}{}", "{\"a\":}", "7", "\"x\"", "\u{0}"] {
            let head = whole.split("\r\n\r\n").next().unwrap();
            let head: Vec<&str> = head.lines().filter(|line| !line.starts_with("content-length")).collect();
            add(
                &format!("body {junk:?}"),
                format!("{}\r\ncontent-length: {}\r\n\r\n{junk}", head.join("\r\n"), junk.len()),
            );
        }
        add("content type", whole.replace("application/json", "text/plain"));
        add("method", whole.replacen("POST", "PUT", 1));
        add("host", whole.replacen("host: ", "host: example.org, ", 1));
        add("origin", whole.replacen("host: ", "origin: https://example.org\r\nhost: ", 1));
        // A count waits for nobody.
        if !path.ends_with("count_tokens") {
            add("timeout", whole.replacen("host: ", "x-aigw-timeout: soon\r\nhost: ", 1));
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_requests_are_refused_in_their_own_words() {
    let groq = stand("groq", &[]).await;
    let gateway = Gateway::before(&[&groq]).await;
    let all = all(&gateway);
    assert!(all.len() >= 200, "{}", all.len());
    let mut otherwise = Vec::new();
    for (what, request) in &all {
        let reply = gateway.send(request).await;
        let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
        let error = &body["error"];
        let in_dialect = if what.contains("v1beta") {
            error["status"].is_string() && error["code"] == reply.status
        } else if what.starts_with("/v1/messages") {
            body["type"] == "error" && error["type"].is_string()
        } else {
            error["type"].is_string() && error.get("param").is_some()
        };
        let told = error["message"].as_str().is_some_and(|message| !message.is_empty());
        if !(400..500).contains(&reply.status) || !in_dialect || !told {
            otherwise.push(format!("{what}\n  {} {}", reply.status, reply.body));
        }
    }
    assert!(otherwise.is_empty(), "{} of {}:\n{}", otherwise.len(), all.len(), otherwise.join("\n"));
    assert!(groq.requests().is_empty(), "{:?}", groq.requests());
    gateway.get("/health/live").await.is(200);
}
