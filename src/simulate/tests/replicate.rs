//! Replicate's stand-in: predictions from their beginning to their end, and what is refused.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Heard, call, faulty, stand};
use crate::simulate::{Pace, Settings, Stand};

const KEY: &str = "authorization: Bearer r8_good_key\r\n";
const WAIT: &str = "authorization: Bearer r8_good_key\r\nprefer: wait\r\n";
const NANO: &str = "openai/gpt-5-nano";
const LLAMA: &str = "meta/meta-llama-3-8b-instruct";

async fn create(stand: &Stand, model: &str, headers: &str, body: &Value) -> Heard {
    call(stand, "POST", &format!("/v1/models/{model}/predictions"), headers, &body.to_string()).await
}

async fn get(stand: &Stand, url: &Value) -> Heard {
    let path = url.as_str().unwrap().split_once("//").unwrap().1;
    call(stand, "GET", &path[path.find('/').unwrap()..], KEY, "").await
}

fn counting() -> Value {
    json!({"input": {"prompt": "count to 5"}})
}

fn followed() -> Value {
    json!({"input": {"prompt": "count to 5"}, "stream": true})
}

/// The text of a stream's output events.
fn told(heard: &Heard) -> String {
    let mut text = String::new();
    for event in heard.body.split("\n\n").filter(|event| event.starts_with("event: output\n")) {
        let lines: Vec<_> = event.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
        text += &lines.join("\n");
    }
    text
}

fn output(state: &Value) -> String {
    state["output"].as_array().unwrap().iter().map(|piece| piece.as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_prediction_is_waited_for_polled_and_followed() {
    let stand = stand("replicate").await;
    for model in [NANO, LLAMA] {
        let whole = create(&stand, model, WAIT, &counting()).await;
        assert_eq!(whole.status(), 201, "{}", whole.body);
        let state = whole.json();
        assert_eq!(
            (state["status"].as_str(), output(&state).as_str()),
            (Some("succeeded"), "[simulated] 1 2 3 4 5")
        );
        assert!(state["metrics"]["output_token_count"].as_u64().unwrap() > 3);
        assert_eq!(state["model"], model);
    }
    let state = create(&stand, NANO, KEY, &followed()).await.json();
    let stream = get(&stand, &state["urls"]["stream"]).await;
    assert!(
        stream.has_header("content-type")
            && stream.body.ends_with("event: done\nid: 1790009999:0\ndata: {}\n\n")
    );
    assert_eq!(told(&stream), "[simulated] 1 2 3 4 5");
    assert_eq!(output(&get(&stand, &state["urls"]["get"]).await.json()), "[simulated] 1 2 3 4 5");
    let versioned = json!({"version": format!("{LLAMA}:abc"), "input": {"prompt": "count to 2"}});
    let by_version = call(&stand, "POST", "/v1/predictions", WAIT, &versioned.to_string()).await.json();
    assert_eq!(output(&by_version), "[simulated] 1 2");
}

#[tokio::test]
async fn a_prediction_takes_its_time_and_can_be_cancelled() {
    let pace = Pace { first_token: Duration::from_mins(1), between: Duration::ZERO };
    let stand = Stand::start(Settings { pace, ..Settings::new("replicate") }).await.unwrap();
    let state = create(&stand, NANO, KEY, &counting()).await.json();
    assert_eq!((state["status"].as_str(), &state["output"]), (Some("starting"), &Value::Null));
    let cancel = state["urls"]["cancel"].as_str().unwrap().split_once("/v1").unwrap().1.to_owned();
    let canceled = call(&stand, "POST", &format!("/v1{cancel}"), KEY, "").await.json();
    assert_eq!(canceled["status"], "canceled");
    let stream = get(&stand, &state["urls"]["stream"]).await;
    assert!(stream.body.contains(r#"data: {"reason":"canceled"}"#));
    assert_eq!(stand.requests().len(), 3);
    let unknown = call(&stand, "GET", "/v1/predictions/nobody", KEY, "").await;
    assert_eq!(unknown.status(), 404);
}

#[tokio::test]
async fn models_say_what_they_take_and_are_held_to_it() {
    let stand = stand("replicate").await;
    let fields = "/latest_version/openapi_schema/components/schemas/Input/properties";
    let model = call(&stand, "GET", &format!("/v1/models/{NANO}"), KEY, "").await.json();
    let taken = model.pointer(fields).unwrap().as_object().unwrap();
    assert!(taken.contains_key("messages") && !taken.contains_key("temperature"));
    let list = call(&stand, "GET", "/v1/models", KEY, "").await.json();
    assert!(list["results"].as_array().unwrap().len() >= 3);
    for (model, field, value) in [
        (NANO, "temperature", json!(0.5)),
        (LLAMA, "messages", json!([])),
        (LLAMA, "max_tokens", json!("many")),
        (LLAMA, "prompt", json!(7)),
    ] {
        let mut body = counting();
        body["input"][field] = value;
        let refused = create(&stand, model, WAIT, &body).await;
        assert_eq!(refused.status(), 422, "{field}");
        assert_eq!(refused.json()["invalid_fields"][0]["field"], format!("input.{field}"));
    }
    assert_eq!(create(&stand, NANO, WAIT, &json!({"input": {}})).await.status(), 422);
    assert_eq!(create(&stand, "acme/nope", WAIT, &counting()).await.status(), 404);
    assert_eq!(create(&stand, NANO, "", &counting()).await.status(), 401);
    assert_eq!(create(&stand, NANO, "authorization: Bearer bad-key\r\n", &counting()).await.status(), 401);
}

#[tokio::test]
async fn what_the_model_cannot_do_fails_the_prediction() {
    for (fault, error) in
        [("context", "prompt is too long"), ("filter", "flagged as sensitive"), ("busy", "E003")]
    {
        let stand = faulty("replicate", fault).await;
        let whole = create(&stand, NANO, WAIT, &counting()).await;
        assert_eq!((whole.status(), whole.json()["status"].as_str()), (201, Some("failed")), "{fault}");
        assert!(whole.json()["error"].as_str().unwrap().contains(error), "{fault}");
        let state = create(&stand, NANO, KEY, &followed()).await.json();
        let stream = get(&stand, &state["urls"]["stream"]).await.body;
        assert!(stream.contains(error) && stream.contains(r#"{"reason":"error"}"#), "{fault}: {stream}");
    }
}

#[tokio::test]
async fn a_fault_meets_the_creation_once_and_then_the_stream_or_the_reply() {
    let stand = faulty("replicate", "503*1").await;
    assert_eq!(create(&stand, NANO, KEY, &followed()).await.status(), 503);
    let state = create(&stand, NANO, KEY, &followed()).await.json();
    assert_eq!(told(&get(&stand, &state["urls"]["stream"]).await), "[simulated] 1 2 3 4 5");

    let stand = faulty("replicate", "cut:2").await;
    let state = create(&stand, NANO, KEY, &followed()).await.json();
    let stream = get(&stand, &state["urls"]["stream"]).await;
    assert!(stream.body.ends_with("<cut>") && told(&stream).len() < 16, "{}", stream.body);
    // The prediction itself goes on.
    assert_eq!(output(&get(&stand, &state["urls"]["get"]).await.json()), "[simulated] 1 2 3 4 5");
    assert!(!create(&stand, NANO, WAIT, &counting()).await.body.ends_with('}'));

    let stand = faulty("replicate", "error:2").await;
    let state = create(&stand, NANO, KEY, &followed()).await.json();
    let stream = get(&stand, &state["urls"]["stream"]).await;
    assert!(stream.body.contains("event: error") && !told(&stream).contains('5'));
    assert_eq!(get(&stand, &state["urls"]["get"]).await.json()["status"], "failed");

    let stand = faulty("replicate", "429:7").await;
    let throttled = create(&stand, NANO, KEY, &counting()).await;
    assert_eq!((throttled.status(), throttled.json()["retry_after"].as_u64()), (429, Some(7)));
    assert!(throttled.has_header("retry-after") && throttled.body.contains("resets in ~7s"));
}
