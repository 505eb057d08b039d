//! Replicate's stand-in: predictions from their beginning to their end, and what is refused.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Heard, call, faulty, stand};
use crate::simulate::{Pace, Settings, Stand};

const KEY: &str = "authorization: Bearer r8_good_key\r\n";
const WAIT: &str = "authorization: Bearer r8_good_key\r\nprefer: wait\r\n";
const NANO: &str = "openai/gpt-5-nano";
const LLAMA: &str = "meta/meta-llama-3-8b-instruct";
const TELLER: &str = "acme/teller-7b";

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

/// Lets time pass for the stand-in.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_reply_says_whether_the_wait_was_long_enough() {
    let pace = |first_token| Pace { first_token, between: Duration::from_mins(1) };
    for (first_token, status, state) in
        [(Duration::from_mins(1), 202, "starting"), (Duration::ZERO, 202, "processing")]
    {
        let settings = Settings { pace: pace(first_token), ..Settings::new("replicate") };
        let stand = Stand::start(settings).await.unwrap();
        let patient = format!("{KEY}prefer: wait=1\r\n");
        let heard = create(&stand, NANO, &patient, &counting()).await;
        assert_eq!((heard.status(), heard.json()["status"].as_str()), (status, Some(state)));
        // Who does not wait at all is told that it was created.
        assert_eq!(create(&stand, NANO, KEY, &counting()).await.status(), 201);
        pass(Duration::from_hours(1)).await;
        let looked = get(&stand, &heard.json()["urls"]["get"]).await;
        assert_eq!((looked.status(), looked.json()["status"].as_str()), (200, Some("succeeded")));
    }
}

#[tokio::test]
async fn a_prediction_lives_no_longer_than_it_may() {
    let limited = format!("{KEY}cancel-after: 1m5s\r\n");
    let minute = Duration::from_mins(1);
    for (first_token, status, output) in
        [(minute * 2, "aborted", json!(null)), (minute, "canceled", json!(["[simulated]"]))]
    {
        let pace = Pace { first_token, between: minute };
        let stand = Stand::start(Settings { pace, ..Settings::new("replicate") }).await.unwrap();
        let urls = create(&stand, NANO, &limited, &followed()).await.json()["urls"].take();
        let free = create(&stand, NANO, KEY, &counting()).await.json()["urls"].take();
        pass(Duration::from_secs(64)).await;
        let before = get(&stand, &urls["get"]).await.json();
        assert!(["starting", "processing"].contains(&before["status"].as_str().unwrap()), "{before}");
        assert_eq!(before["completed_at"], Value::Null);
        // A stream that is read by then ends then.
        let stream = get(&stand, &urls["stream"]).await;
        assert!(stream.body.ends_with("data: {\"reason\":\"canceled\"}\n\n"), "{}", stream.body);
        pass(minute * 60).await;
        let state = get(&stand, &urls["get"]).await.json();
        assert_eq!((state["status"].as_str(), &state["output"]), (Some(status), &output));
        assert!(state["completed_at"].is_string());
        let stream = get(&stand, &urls["stream"]).await;
        assert!(
            !stream.body.contains("event: output") && stream.body.contains("canceled"),
            "{}",
            stream.body
        );
        assert_eq!(get(&stand, &free["get"]).await.json()["status"], "succeeded");
    }
    let stand = stand("replicate").await;
    let quick = create(&stand, NANO, &format!("{WAIT}cancel-after: 5s\r\n"), &counting()).await;
    assert_eq!((quick.status(), quick.json()["status"].as_str()), (201, Some("succeeded")));
    pass(minute).await;
    assert_eq!(get(&stand, &quick.json()["urls"]["get"]).await.json()["status"], "succeeded");
    for life in ["4s", "soon"] {
        let refused = create(&stand, NANO, &format!("{KEY}cancel-after: {life}\r\n"), &counting()).await;
        assert_eq!(refused.status(), 422, "{life}");
    }
}

#[tokio::test]
async fn a_model_of_the_community_is_asked_for_by_its_version() {
    let stand = stand("replicate").await;
    let described = |model: &'static str| {
        let stand = &stand;
        async move { call(stand, "GET", &format!("/v1/models/{model}"), KEY, "").await.json() }
    };
    assert_eq!(described(NANO).await["is_official"], true);
    let model = described(TELLER).await;
    assert_eq!(model["is_official"], false);
    let id = model["latest_version"]["id"].as_str().unwrap();
    assert!(id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));

    assert_eq!(create(&stand, TELLER, WAIT, &counting()).await.status(), 404);
    let by_version = |version: &str| {
        let (stand, mut body) = (&stand, counting());
        body["version"] = json!(version);
        async move { call(stand, "POST", "/v1/predictions", WAIT, &body.to_string()).await }
    };
    for good in [id.to_owned(), format!("{TELLER}:{id}")] {
        let heard = by_version(&good).await;
        assert_eq!((heard.status(), output(&heard.json()).as_str()), (201, "[simulated] 1 2 3 4 5"));
        assert_eq!((&heard.json()["model"], &heard.json()["version"]), (&json!(TELLER), &json!(id)));
    }
    for bad in [TELLER.to_owned(), format!("{TELLER}:abc"), "0".repeat(64)] {
        let refused = by_version(&bad).await;
        assert_eq!(
            (refused.status(), &refused.json()["invalid_fields"][0]["field"]),
            (422, &json!("version"))
        );
    }
    // A deployment needs no version.
    let deployed =
        call(&stand, "POST", &format!("/v1/deployments/{TELLER}/predictions"), WAIT, &counting().to_string())
            .await;
    assert_eq!((deployed.status(), &deployed.json()["model"]), (201, &json!(TELLER)), "{}", deployed.body);
    let official = by_version(NANO).await.json();
    assert_eq!(
        (official["status"].as_str(), official["version"].as_str()),
        (Some("succeeded"), Some("hidden"))
    );
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
