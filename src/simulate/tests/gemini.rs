//! Google's stand-in: the shapes of its answers, and what it refuses.

use serde_json::{Value, json};

use super::{Heard, call, faulty, stand};
use crate::simulate::Stand;

const KEY: &str = "x-goog-api-key: good-key-1234\r\n";
const MODEL: &str = "gemini-3.1-flash-lite";

async fn post(stand: &Stand, action: &str, body: &Value) -> Heard {
    let path = format!("/v1beta/models/{MODEL}:{action}");
    call(stand, "POST", &path, KEY, &body.to_string()).await
}

async fn ask(stand: &Stand, body: &Value) -> Heard {
    post(stand, "generateContent", body).await
}

fn request(prompt: &str) -> Value {
    json!({"contents": [{"role": "user", "parts": [{"text": prompt}]}]})
}

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = request("count to 5");
    change(&mut body);
    body
}

fn weather() -> Value {
    let mut body = request("What is the weather in Paris and Rome?");
    body["tools"] = json!([{"functionDeclarations": [{"name": "get_weather", "parameters": {
        "type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]}}]}]);
    body
}

/// The message of the refusal with which this request is met.
async fn refused(stand: &Stand, body: &Value) -> String {
    let heard = ask(stand, body).await;
    let error = heard.json()["error"].clone();
    assert_eq!(
        (heard.status(), &error["status"]),
        (400, &json!("INVALID_ARGUMENT")),
        "{body}: {}",
        heard.body
    );
    assert_eq!(error["code"], 400);
    error["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_response_has_its_golden_shape() {
    let stand = stand("gemini").await;
    let heard = ask(&stand, &request("count to 5")).await;
    let mut response = heard.json();
    assert_eq!(response["responseId"].take().as_str().unwrap().len(), 22);
    assert!(response["candidates"][0]["content"]["parts"][0]["thoughtSignature"].take().is_string());
    assert_eq!(
        response.to_string(),
        r#"{"candidates":[{"content":{"parts":[{"text":"[simulated] 1 2 3 4 5","thoughtSignature":null}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":6,"candidatesTokenCount":8,"totalTokenCount":33,"promptTokensDetails":[{"modality":"TEXT","tokenCount":6}],"thoughtsTokenCount":19},"modelVersion":"gemini-3.1-flash-lite","responseId":null}"#
    );
    assert!(!heard.head.contains("ratelimit") && !heard.head.contains("retry-after"));
}

#[tokio::test]
async fn a_stream_is_of_responses_and_ends_without_a_mark() {
    let stand = stand("gemini").await;
    let streamed = post(&stand, "streamGenerateContent?alt=sse", &request("count to 5")).await;
    assert!(streamed.head.contains("text/event-stream") && streamed.body.ends_with("}\r\n\r\n"));
    let listed = post(&stand, "streamGenerateContent", &request("count to 5")).await;
    assert!(listed.head.contains("application/json"));
    let list = listed.json();
    let events = streamed.events();
    assert_eq!(list.as_array().unwrap().len(), events.len());
    for responses in [&events, list.as_array().unwrap()] {
        let parts = responses.iter().map(|response| &response["candidates"][0]["content"]["parts"][0]);
        assert_eq!(
            parts.filter_map(|part| part["text"].as_str()).collect::<String>(),
            "[simulated] 1 2 3 4 5"
        );
        let (end, before) = responses.split_last().unwrap();
        assert_eq!(end["candidates"][0]["finishReason"], "STOP");
        assert!(before.iter().all(|response| response["candidates"][0].get("finishReason").is_none()));
        assert!(responses.iter().all(|response| response["usageMetadata"]["promptTokenCount"] == 6));
    }
}

#[tokio::test]
async fn calls_are_signed_and_their_results_are_matched() {
    let stand = stand("gemini").await;
    let mut body = weather();
    let response = ask(&stand, &body).await.json();
    let candidate = &response["candidates"][0];
    assert_eq!(candidate["finishReason"], "STOP");
    let parts = candidate["content"]["parts"].as_array().unwrap().clone();
    assert_eq!(parts[1]["functionCall"], json!({"name": "get_weather", "args": {"city": "Rome"}}));
    assert!(parts[0]["thoughtSignature"].is_string() && parts[1].get("thoughtSignature").is_none());
    let result = json!({"functionResponse": {"name": "get_weather", "response": {"result": "rain"}}});
    let contents = body["contents"].as_array_mut().unwrap();
    contents.push(json!({"role": "model", "parts": parts}));
    contents.push(json!({"role": "user", "parts": [result, result]}));
    let told = ask(&stand, &body).await.json();
    assert_eq!(told["candidates"][0]["content"]["parts"][0]["text"], "[simulated] The tools say: rain; rain");
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut body = body.clone();
        change(&mut body);
        body
    };
    let sign = |signature: Value| {
        changed(&move |body| body["contents"][1]["parts"][0]["thoughtSignature"] = signature.clone())
    };
    for good in ["skip_thought_signature_validator", "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="] {
        assert_eq!(ask(&stand, &sign(json!(good))).await.status(), 200, "{good}");
    }
    assert_eq!(refused(&stand, &sign(json!("Zm9yZWlnbg=="))).await, "Corrupted thought signature.");
    let unsigned = changed(&|body| {
        body["contents"][1]["parts"][0].as_object_mut().unwrap().remove("thoughtSignature");
    });
    assert!(refused(&stand, &unsigned).await.contains("missing a thought_signature"));
    let older = "/v1beta/models/gemini-2.5-flash-lite:generateContent";
    assert_eq!(call(&stand, "POST", older, KEY, &unsigned.to_string()).await.status(), 200);
    // Of turns that are over nobody asks.
    let mut later = unsigned;
    later["contents"].as_array_mut().unwrap().extend([
        json!({"role": "model", "parts": [{"text": "rain"}]}),
        json!({"role": "user", "parts": [{"text": "count to 2"}]}),
    ]);
    assert_eq!(ask(&stand, &later).await.status(), 200);
    let single = changed(&|body| drop(body["contents"][2]["parts"].as_array_mut().unwrap().pop()));
    assert!(refused(&stand, &single).await.contains("number of function response parts"));
    let orphan = changed(&|body| drop(body["contents"].as_array_mut().unwrap().remove(1)));
    assert!(refused(&stand, &orphan).await.contains("immediately after a function call turn"));
}

#[tokio::test]
async fn the_choice_of_tool_is_obeyed() {
    let stand = stand("gemini").await;
    let chosen = |config: Value| {
        let mut body = weather();
        body["toolConfig"] = json!({"functionCallingConfig": config});
        body
    };
    let none = ask(&stand, &chosen(json!({"mode": "NONE"}))).await.json();
    assert!(none["candidates"][0]["content"]["parts"][0]["text"].is_string());
    let mut any = chosen(json!({"mode": "ANY", "allowedFunctionNames": ["get_weather"]}));
    any["contents"][0]["parts"][0]["text"] = json!("tell me a joke");
    let any = ask(&stand, &any).await.json();
    assert_eq!(any["candidates"][0]["content"]["parts"][0]["functionCall"]["name"], "get_weather");
    let auto = chosen(json!({"mode": "AUTO", "allowedFunctionNames": ["get_weather"]}));
    assert!(refused(&stand, &auto).await.contains("only when function calling mode is ANY"));
    let unknown = chosen(json!({"mode": "ANY", "allowedFunctionNames": ["other"]}));
    assert!(refused(&stand, &unknown).await.contains("`other` in allowed_function_names"));
}

#[tokio::test]
async fn thoughts_are_shown_when_asked_for_and_counted_always() {
    let stand = stand("gemini").await;
    let thinking = |config: Value| with(|body| body["generationConfig"] = json!({"thinkingConfig": config}));
    let shown = ask(&stand, &thinking(json!({"includeThoughts": true}))).await.json();
    assert_eq!(shown["candidates"][0]["content"]["parts"][0]["thought"], true);
    let none = ask(&stand, &thinking(json!({"thinkingBudget": 0}))).await.json();
    assert!(none["usageMetadata"].get("thoughtsTokenCount").is_none());
    let both = thinking(json!({"thinkingBudget": 1, "thinkingLevel": "LOW"}));
    assert!(refused(&stand, &both).await.contains("only set only one"));
}

#[tokio::test]
async fn what_the_real_one_refuses_is_refused() {
    let stand = stand("gemini").await;
    let config = |config: Value| with(|body| body["generationConfig"] = config);
    let parts = |parts: Value| with(|body| body["contents"][0]["parts"] = parts);
    let schema = json!({"type": "OBJECT", "additionalProperties": false});
    let cases = [
        (with(|body| body["seed"] = json!(1)), "Unknown name \"seed\": Cannot find field."),
        (config(json!({"max_tokens": 1})), "Unknown name \"max_tokens\" at 'generation_config'"),
        (with(|body| body["contents"][0]["name"] = json!("me")), "Unknown name \"name\" at 'contents[0]'"),
        (
            config(json!({"responseMimeType": "application/json", "responseSchema": schema})),
            "Unknown name \"additionalProperties\" at 'generation_config.response_schema'",
        ),
        (config(json!({"responseJsonSchema": {}})), "only allowed when response_mime_type"),
        (config(json!({"temperature": 3})), "must be in the range [0.0, 2.0]"),
        (config(json!({"candidateCount": 2})), "Multiple candidates"),
        (with(|body| body["contents"] = json!([])), "contents is not specified"),
        (with(|body| body["contents"][0]["role"] = json!("assistant")), "valid role: user, model."),
        (parts(json!([])), "parts must not be empty"),
        (parts(json!([{"thought": true}])), "required oneof field 'data'"),
        (
            parts(json!([{"inlineData": {"mimeType": "image/gif", "data": "AAAA"}}])),
            "Unsupported MIME type: image/gif",
        ),
        (parts(json!([{"inlineData": {"mimeType": "image/png", "data": "?"}}])), "Base64 decoding failed"),
    ];
    for (body, reason) in cases {
        let message = refused(&stand, &body).await;
        assert!(message.contains(reason), "{message} instead of {reason}");
    }
    let image =
        parts(json!([{"text": "what is this"}, {"inline_data": {"mime_type": "image/png", "data": "AAAA"}}]));
    assert!(ask(&stand, &image).await.body.contains("There is 1 image"));
}

#[tokio::test]
async fn keys_are_taken_from_the_header_or_the_query() {
    let stand = stand("gemini").await;
    let body = request("hi").to_string();
    let path = format!("/v1beta/models/{MODEL}:generateContent");
    let nobody = call(&stand, "POST", &path, "", &body).await;
    assert_eq!((nobody.status(), &nobody.json()["error"]["status"]), (403, &json!("PERMISSION_DENIED")));
    let bad = call(&stand, "POST", &format!("{path}?key=bad-key"), "", &body).await;
    assert_eq!(
        (bad.status(), &bad.json()["error"]["details"][0]["reason"]),
        (400, &json!("API_KEY_INVALID"))
    );
    assert_eq!(call(&stand, "POST", &format!("{path}?key=good-5678"), "", &body).await.status(), 200);
    let requests = call(&stand, "GET", "/_simulate/requests", "", "").await.body;
    assert!(requests.contains("…5678") && !requests.contains("good-5678"));
}

#[tokio::test]
async fn models_tokens_and_vectors_are_served() {
    let stand = stand("gemini").await;
    let first = call(&stand, "GET", "/v1beta/models?pageSize=4", KEY, "").await.json();
    assert_eq!(first["models"].as_array().unwrap().len(), 4);
    let path = format!("/v1beta/models?pageToken={}", first["nextPageToken"].as_str().unwrap());
    let rest = call(&stand, "GET", &path, KEY, "").await.json();
    assert!(rest["models"].as_array().unwrap().len() == 2 && rest.get("nextPageToken").is_none());
    let one = call(&stand, "GET", &format!("/v1beta/models/{MODEL}"), KEY, "").await.json();
    assert_eq!(one["name"], format!("models/{MODEL}"));
    assert_eq!(post(&stand, "countTokens", &request("count to 5")).await.json()["totalTokens"], 6);
    let embed = |text: &str| json!({"model": "models/gemini-embedding-001", "content": {"parts": [{"text": text}]}, "outputDimensionality": 3});
    let path = "/v1beta/models/gemini-embedding-001";
    let single =
        call(&stand, "POST", &format!("{path}:embedContent"), KEY, &embed("a").to_string()).await.json();
    assert_eq!(single["embedding"]["values"].as_array().unwrap().len(), 3);
    let batch = json!({"requests": [embed("a"), embed("b")]}).to_string();
    let batch = call(&stand, "POST", &format!("{path}:batchEmbedContents"), KEY, &batch).await.json();
    assert_eq!(
        (&batch["embeddings"][0], batch["embeddings"].as_array().unwrap().len()),
        (&single["embedding"], 2)
    );
    assert_eq!(post(&stand, "embedContent", &embed("a")).await.status(), 404);
    assert_eq!(
        call(&stand, "POST", &format!("{path}:generateContent"), KEY, &request("a").to_string())
            .await
            .status(),
        404
    );
}

#[tokio::test]
async fn one_text_and_a_batch_are_asked_for_in_their_own_ways() {
    let stand = stand("gemini").await;
    let embed = |model: &str| json!({"model": model, "content": {"parts": [{"text": "a"}]}});
    let (one, other) = (embed("models/gemini-embedding-001"), embed("models/gemini-embedding-2"));
    for (action, body, reason) in [
        ("embedContent", json!({"requests": [one]}), "Unknown name \"requests\": Cannot find field."),
        ("batchEmbedContents", one.clone(), "Unknown name \"model\": Cannot find field."),
        ("batchEmbedContents", json!({"requests": []}), "BatchEmbedContentsRequest.requests:"),
        ("batchEmbedContents", json!({"requests": [embed("gemini-embedding-001")]}), "requests[0].model:"),
        ("batchEmbedContents", json!({"requests": [one, other]}), "requests[1].model:"),
    ] {
        let path = format!("/v1beta/models/gemini-embedding-001:{action}");
        let heard = call(&stand, "POST", &path, KEY, &body.to_string()).await;
        let error = heard.json()["error"].clone();
        assert_eq!((heard.status(), &error["status"]), (400, &json!("INVALID_ARGUMENT")), "{action} {body}");
        assert!(error["message"].as_str().unwrap().contains(reason), "{error} instead of {reason}");
    }
}

#[tokio::test]
async fn faults_speak_this_protocol() {
    let stand = faulty("gemini", "filter*1").await;
    let sse = "streamGenerateContent?alt=sse";
    let body = request("count to 5");
    let blocked = post(&stand, sse, &body).await;
    assert_eq!(
        (blocked.status(), &blocked.events()[0]["promptFeedback"]["blockReason"]),
        (200, &json!("PROHIBITED_CONTENT"))
    );
    stand.inject("error:2*1".parse().unwrap());
    assert_eq!(post(&stand, sse, &body).await.events().last().unwrap()["error"]["status"], "UNAVAILABLE");
    stand.inject("error:0*1".parse().unwrap());
    assert_eq!(post(&stand, "streamGenerateContent", &body).await.json()[0]["error"]["code"], 503);
    stand.inject("malformed:2*1".parse().unwrap());
    assert!(post(&stand, sse, &body).await.body.contains("{\"text\": \r\n\r\n"));
    stand.inject("429:7*1".parse().unwrap());
    let limited = ask(&stand, &body).await.json();
    assert!(limited["error"]["message"].as_str().unwrap().ends_with("Please retry in 7s."));
    assert_eq!(limited["error"]["details"][2]["retryDelay"], "7s");
    assert_eq!(limited["error"]["details"][1]["violations"][0]["quotaValue"], "15");
    stand.inject("429*1".parse().unwrap());
    assert_eq!(ask(&stand, &body).await.json()["error"]["details"].as_array().unwrap().len(), 2);
    stand.inject("tool_fault*1".parse().unwrap());
    assert_eq!(ask(&stand, &body).await.json()["candidates"][0]["finishReason"], "MALFORMED_FUNCTION_CALL");
    stand.inject("unsupported:top_p*1".parse().unwrap());
    let heated = with(|body| body["generationConfig"] = json!({"topP": 0.5}));
    assert!(refused(&stand, &heated).await.contains("Unknown name \"top_p\""));
}
