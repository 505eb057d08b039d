//! Anthropic's stand-in: the shapes of its answers, and what it refuses.

use serde_json::{Value, json};

use super::{Heard, call, counting, faulty, stand};
use crate::simulate::{Manner, Settings, Stand};

const HEADERS: &str = "x-api-key: sk-ant-good-1234\r\nanthropic-version: 2023-06-01\r\n";

async fn ask(stand: &Stand, body: &Value) -> Heard {
    call(stand, "POST", "/v1/messages", HEADERS, &body.to_string()).await
}

fn request(prompt: &str) -> Value {
    json!({"model": "claude-haiku-4-5", "max_tokens": 2000, "messages": [{"role": "user", "content": prompt}]})
}

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = request("count to 5");
    change(&mut body);
    body
}

fn weather() -> Value {
    let mut body = request("What is the weather in Paris and Rome?");
    body["tools"] = json!([{"name": "get_weather", "input_schema": {
        "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}]);
    body
}

/// The message of the refusal with which this request is met.
async fn refused(stand: &Stand, body: &Value) -> String {
    let heard = ask(stand, body).await;
    assert_eq!(heard.status(), 400, "{body}: {}", heard.body);
    let error = heard.json();
    assert_eq!((&error["type"], &error["error"]["type"]), (&json!("error"), &json!("invalid_request_error")));
    assert!(error["request_id"].is_string() && heard.has_header("request-id"));
    error["error"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_message_has_its_golden_shape() {
    let stand = stand("anthropic").await;
    let heard = ask(&stand, &request("count to 5")).await;
    let mut message = heard.json();
    assert!(message["id"].take().as_str().unwrap().starts_with("msg_01"));
    assert_eq!(message["usage"]["output_tokens"].take(), json!(8));
    assert_eq!(
        message.to_string(),
        r#"{"model":"claude-haiku-4-5","id":null,"type":"message","role":"assistant","content":[{"type":"text","text":"[simulated] 1 2 3 4 5"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":6,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":null,"service_tier":"standard","inference_geo":"not_available"}}"#
    );
    let reset = heard.head.lines().find_map(|line| line.strip_prefix("anthropic-ratelimit-requests-reset: "));
    assert!(reset.unwrap().parse::<jiff::Timestamp>().is_ok() && reset.unwrap().len() == 20, "{reset:?}");
}

#[tokio::test]
async fn a_stream_opens_and_closes_its_blocks() {
    let stand = stand("anthropic").await;
    let heard = ask(&stand, &with(|body| body["stream"] = json!(true))).await;
    let names: Vec<_> = heard.body.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(names[..3], ["message_start", "content_block_start", "ping"]);
    assert_eq!(names[names.len() - 3..], ["content_block_stop", "message_delta", "message_stop"]);
    let events = heard.events();
    assert!(events.iter().zip(&names).all(|(event, name)| event["type"] == **name));
    let text: String = events.iter().filter_map(|event| event["delta"]["text"].as_str()).collect();
    assert_eq!(text, "[simulated] 1 2 3 4 5");
    assert_eq!(events[0]["message"]["usage"]["output_tokens"], 1);
    let last = &events[events.len() - 2];
    assert_eq!(last["delta"], json!({"stop_reason": "end_turn", "stop_sequence": null}));
    assert_eq!(last["usage"]["output_tokens"], 8);
}

#[tokio::test]
async fn why_it_stopped_is_said() {
    let stand = stand("anthropic").await;
    let cut = ask(&stand, &with(|body| body["max_tokens"] = json!(4))).await.json();
    assert_eq!((&cut["stop_reason"], &cut["stop_sequence"]), (&json!("max_tokens"), &json!(null)));
    let stopped = ask(&stand, &with(|body| body["stop_sequences"] = json!(["x", " 4"]))).await.json();
    assert_eq!((&stopped["stop_reason"], &stopped["stop_sequence"]), (&json!("stop_sequence"), &json!(" 4")));
}

#[tokio::test]
async fn tools_are_called_and_their_results_are_matched() {
    let stand = stand("anthropic").await;
    let mut body = weather();
    let message = ask(&stand, &body).await.json();
    assert_eq!(message["stop_reason"], "tool_use");
    let calls = message["content"].as_array().unwrap().clone();
    assert_eq!((&calls[0]["input"]["city"], &calls[1]["input"]["city"]), (&json!("Paris"), &json!("Rome")));
    let result =
        |at: usize| json!({"type": "tool_result", "tool_use_id": calls[at]["id"], "content": "18 degrees"});
    let mut answered = body.clone();
    let turns = answered["messages"].as_array_mut().unwrap();
    turns.push(json!({"role": "assistant", "content": calls}));
    turns.push(json!({"role": "user", "content": [result(1), result(0)]}));
    let told = ask(&stand, &answered).await.json();
    assert_eq!(told["content"][0]["text"], "[simulated] The tools say: 18 degrees; 18 degrees");
    let word = json!({"type": "text", "text": "and now?"});
    for (content, good) in [
        (json!([result(0), result(1), word]), true),
        (json!([word, result(0), result(1)]), false),
        (json!([result(0), word, result(1)]), false),
    ] {
        answered["messages"][2]["content"] = content;
        if good {
            assert_eq!(ask(&stand, &answered).await.status(), 200);
        } else {
            assert!(refused(&stand, &answered).await.contains("without `tool_result` blocks immediately"));
        }
    }
    answered["messages"][2]["content"] = json!([result(0)]);
    assert!(refused(&stand, &answered).await.contains("without `tool_result` blocks immediately after"));
    answered["messages"][2]["content"] =
        json!([{"type": "tool_result", "tool_use_id": "toolu_other", "content": "x"}]);
    assert!(refused(&stand, &answered).await.contains("unexpected `tool_use_id`"));
    answered["messages"][1]["content"][0]["id"] = json!("functions.f:0");
    assert!(refused(&stand, &answered).await.contains("'^[a-zA-Z0-9_-]+$'"));
    body["stream"] = json!(true);
    let events = ask(&stand, &body).await.events();
    let input: String = events.iter().filter_map(|event| event["delta"]["partial_json"].as_str()).collect();
    assert_eq!(input, r#"{"city":"Paris"}{"city":"Rome"}"#);
}

#[tokio::test]
async fn the_choice_of_tool_is_obeyed() {
    let stand = stand("anthropic").await;
    let chosen = |choice: Value| {
        let mut body = weather();
        body["tool_choice"] = choice;
        body
    };
    let calls = |message: &Value| {
        message["content"].as_array().unwrap().iter().filter(|b| b["type"] == "tool_use").count()
    };
    let one = chosen(json!({"type": "auto", "disable_parallel_tool_use": true}));
    assert_eq!(calls(&ask(&stand, &one).await.json()), 1);
    assert_eq!(calls(&ask(&stand, &chosen(json!({"type": "none"}))).await.json()), 0);
    let mut any = chosen(json!({"type": "any"}));
    any["messages"][0]["content"] = json!("tell me a joke");
    assert_eq!(calls(&ask(&stand, &any).await.json()), 1);
    let unknown = chosen(json!({"type": "tool", "name": "other"}));
    assert!(refused(&stand, &unknown).await.contains("'other' not found"));
}

#[tokio::test]
async fn thoughts_are_signed_and_must_come_back_so() {
    let stand = stand("anthropic").await;
    let mut body = weather();
    body["thinking"] = json!({"type": "enabled", "budget_tokens": 1024});
    let message = ask(&stand, &body).await.json();
    let content = message["content"].clone();
    assert_eq!(content[0]["type"], "thinking");
    let mut streaming = body.clone();
    streaming["stream"] = json!(true);
    let events = ask(&stand, &streaming).await.events();
    let signature = events.iter().find_map(|event| event["delta"]["signature"].as_str()).unwrap();
    assert_eq!(content[0]["signature"], signature);
    let results: Vec<_> = content.as_array().unwrap()[1..]
        .iter()
        .map(|call| json!({"type": "tool_result", "tool_use_id": call["id"], "content": "rain"}))
        .collect();
    let turns = body["messages"].as_array_mut().unwrap();
    turns.push(json!({"role": "assistant", "content": content}));
    turns.push(json!({"role": "user", "content": results}));
    assert_eq!(ask(&stand, &body).await.status(), 200);
    let mut forged = body.clone();
    forged["messages"][1]["content"][0]["thinking"] = json!("something else");
    assert_eq!(
        refused(&stand, &forged).await,
        "messages.1.content.0: Invalid `signature` in `thinking` block"
    );
    body["messages"][1]["content"].as_array_mut().unwrap().remove(0);
    assert!(refused(&stand, &body).await.contains("Expected `thinking` or `redacted_thinking`"));
}

#[tokio::test]
async fn what_the_real_one_refuses_is_refused() {
    let stand = stand("anthropic").await;
    let user = |content: Value| json!([{"role": "user", "content": content}]);
    let image = |kind: &str, data: &str| {
        user(json!([{"type": "image", "source": {"type": "base64", "media_type": kind, "data": data}}]))
    };
    let cases = [
        (with(|body| drop(body.as_object_mut().unwrap().remove("max_tokens"))), "max_tokens: Field required"),
        (with(|body| body["seed"] = json!(1)), "seed: Extra inputs are not permitted"),
        (with(|body| body["temperature"] = json!(1.5)), "less than or equal to 1"),
        (with(|body| body["messages"] = json!([])), "at least one message"),
        (with(|body| body["messages"][0]["role"] = json!("system")), "Unexpected role \"system\""),
        (with(|body| body["messages"][0]["name"] = json!("me")), "messages.0.name: Extra inputs"),
        (with(|body| body["messages"] = user(json!([{"type": "text", "text": ""}]))), "must be non-empty"),
        (with(|body| body["messages"] = user(json!([{"type": "video"}]))), "Input tag 'video'"),
        (
            with(|body| body["messages"] = image("image/bmp", "AAAA")),
            "media_type: Input should be 'image/jpeg'",
        ),
        (with(|body| body["messages"] = image("image/png", "?")), "invalid base64 data"),
        (with(|body| body["thinking"] = json!({"type": "enabled", "budget_tokens": 9})), "equal to 1024"),
        (
            with(|body| {
                body["output_config"] =
                    json!({"format": {"type": "json_schema", "schema": {"type": "object"}}});
            }),
            "'additionalProperties' must be explicitly set to false",
        ),
        (with(|body| body["stop_sequences"] = json!([" "])), "non-whitespace"),
    ];
    for (body, reason) in cases {
        let message = refused(&stand, &body).await;
        assert!(message.contains(reason), "{message} instead of {reason}");
    }
    let versionless = "x-api-key: sk-ant-good-1234\r\n";
    let heard = call(&stand, "POST", "/v1/messages", versionless, &request("hi").to_string()).await;
    assert!(heard.status() == 400 && heard.body.contains("anthropic-version: header is required"));
    let oauth = "authorization: Bearer token\r\nanthropic-version: 2023-06-01\r\n";
    assert_eq!(call(&stand, "POST", "/v1/messages", oauth, &request("hi").to_string()).await.status(), 200);
    assert_eq!(call(&stand, "POST", "/v1/messages", "", &request("hi").to_string()).await.status(), 401);
    let image = with(|body| body["messages"] = image("image/png", "AAAA"));
    assert!(ask(&stand, &image).await.body.contains("There is 1 image"));
}

#[tokio::test]
async fn a_prefill_is_gone_on_from_unless_the_model_refuses_it() {
    let prefilled = |text: &str| {
        with(|body| {
            body["messages"].as_array_mut().unwrap().push(json!({"role": "assistant", "content": text}));
        })
    };
    let stand = stand("anthropic").await;
    let rest = ask(&stand, &prefilled("[simulated] 1 2 3")).await.json();
    assert_eq!(rest["content"][0]["text"], " 4 5");
    assert!(refused(&stand, &prefilled("[simulated] 1 ")).await.contains("trailing whitespace"));
    let settings = Settings { manner: Manner::RefusePrefill, ..Settings::new("anthropic") };
    let stand = Stand::start(settings).await.unwrap();
    assert!(
        refused(&stand, &prefilled("[simulated] 1 2 3"))
            .await
            .contains("does not support assistant message prefill")
    );
}

#[tokio::test]
async fn tokens_are_counted_and_models_are_listed_by_page() {
    let stand = stand("anthropic").await;
    let mut counted = request("count to 5");
    counted.as_object_mut().unwrap().remove("max_tokens");
    let heard = call(&stand, "POST", "/v1/messages/count_tokens", HEADERS, &counted.to_string()).await;
    assert_eq!(heard.json(), json!({"input_tokens": 6}));
    let first = call(&stand, "GET", "/v1/models?limit=3", HEADERS, "").await.json();
    assert_eq!((&first["has_more"], first["data"].as_array().unwrap().len()), (&json!(true), 3));
    let path = format!("/v1/models?after_id={}", first["last_id"].as_str().unwrap());
    let rest = call(&stand, "GET", &path, HEADERS, "").await.json();
    assert_eq!((&rest["has_more"], rest["data"].as_array().unwrap().len()), (&json!(false), 1));
    let one = call(&stand, "GET", "/v1/models/claude-haiku-4-5", HEADERS, "").await.json();
    assert_eq!(one["display_name"], "Claude Haiku 4 5");
    assert_eq!(call(&stand, "GET", "/v1/models/nope", HEADERS, "").await.status(), 404);
    assert_eq!(
        call(&stand, "POST", "/v1/embeddings", HEADERS, &counting(false).to_string()).await.status(),
        404
    );
}

#[tokio::test]
async fn faults_speak_this_protocol() {
    let stand = faulty("anthropic", "filter*1").await;
    let streaming = with(|body| body["stream"] = json!(true));
    let refusal = ask(&stand, &streaming).await;
    assert!(
        refusal.status() == 200 && refusal.events().iter().any(|e| e["delta"]["stop_reason"] == "refusal")
    );
    stand.inject("keepalive:50ms*1".parse().unwrap());
    assert!(ask(&stand, &streaming).await.body.matches("event: ping\n").count() > 3);
    stand.inject("error:2*1".parse().unwrap());
    let broken = ask(&stand, &streaming).await;
    assert!(
        broken.body.ends_with("\n\n")
            && broken.events().last().unwrap()["error"]["type"] == "overloaded_error"
    );
    stand.inject("malformed:2*1".parse().unwrap());
    let events = ask(&stand, &streaming).await;
    assert!(events.body.contains("event: message_stop") && events.body.contains("\"delta\":{\"text\":\n\n"));
    stand.inject("no_done*1".parse().unwrap());
    let endless = ask(&stand, &streaming).await.body;
    assert!(endless.contains("message_delta") && !endless.contains("message_stop"));
    stand.inject("429:7*1".parse().unwrap());
    assert!(ask(&stand, &streaming).await.head.contains("retry-after: 7"));
}
