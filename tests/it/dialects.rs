//! The gateway in the words of every vendor, before upstreams of every wire: the same answers, errors and breaks.

use aigw::simulate::{Limits, Pace, Settings, Stand};
use serde_json::{Value, json};

use super::serve::{Gateway, Reply, post};
use super::support::{TestEnv, stand};

/// What clients speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tongue {
    Chat,
    Responses,
    Messages,
    Gemini,
}

use Tongue::{Chat, Gemini, Messages, Responses};

const TONGUES: [Tongue; 4] = [Chat, Responses, Messages, Gemini];
/// A provider of every wire.
const WIRES: [&str; 4] = ["groq", "anthropic", "gemini", "replicate"];

impl Tongue {
    fn path(self, stream: bool) -> &'static str {
        match (self, stream) {
            (Chat, _) => "/v1/chat/completions",
            (Responses, _) => "/v1/responses",
            (Messages, _) => "/v1/messages",
            (Gemini, false) => "/v1beta/models/test:generateContent",
            (Gemini, true) => "/v1beta/models/test:streamGenerateContent?alt=sse",
        }
    }

    fn body(self, words: &str, stream: bool) -> Value {
        let said = json!([{"role": "user", "content": words}]);
        match self {
            Chat => json!({"model": "test", "messages": said, "stream": stream}),
            Responses => json!({"model": "test", "input": words, "stream": stream}),
            Messages => json!({"model": "test", "max_tokens": 900, "messages": said, "stream": stream}),
            Gemini => json!({"contents": [{"role": "user", "parts": [{"text": words}]}]}),
        }
    }

    fn with_tool(self, words: &str, stream: bool) -> Value {
        let schema =
            json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
        let (name, about) = ("get_weather", "The weather in a city");
        let mut body = self.body(words, stream);
        body["tools"] = match self {
            Chat => {
                json!([{"type": "function", "function": {"name": name, "description": about, "parameters": schema}}])
            }
            Responses => {
                json!([{"type": "function", "name": name, "description": about, "parameters": schema}])
            }
            Messages => json!([{"name": name, "description": about, "input_schema": schema}]),
            Gemini => {
                json!([{"functionDeclarations": [{"name": name, "description": about, "parametersJsonSchema": schema}]}])
            }
        };
        body
    }

    /// The text of an answer in one piece.
    fn text(self, answer: &Value) -> String {
        let parts = |list: &Value, wanted: &dyn Fn(&Value) -> bool| -> String {
            list.as_array()
                .into_iter()
                .flatten()
                .filter(|part| wanted(part))
                .filter_map(|part| part["text"].as_str())
                .collect()
        };
        match self {
            Chat => answer["choices"][0]["message"]["content"].as_str().unwrap_or_default().to_owned(),
            Responses => {
                let items = answer["output"].as_array().into_iter().flatten();
                items
                    .filter(|item| item["type"] == "message")
                    .map(|item| parts(&item["content"], &|_| true))
                    .collect()
            }
            Messages => parts(&answer["content"], &|part| part["type"] == "text"),
            Gemini => parts(&answer["candidates"][0]["content"]["parts"], &|part| part["thought"] != true),
        }
    }

    /// The text of a stream.
    fn streamed(self, events: &[Value]) -> String {
        let piece = |event: &Value| match self {
            Chat => event["choices"][0]["delta"]["content"].as_str().map(str::to_owned),
            Responses if event["type"] == "response.output_text.delta" => {
                event["delta"].as_str().map(str::to_owned)
            }
            Responses => None,
            Messages => event["delta"]["text"].as_str().map(str::to_owned),
            Gemini => Some(self.text(event)),
        };
        events.iter().filter_map(piece).collect()
    }

    /// The calls of an answer: name, arguments.
    fn calls(self, answer: &Value) -> Vec<(String, Value)> {
        let list = match self {
            Chat => &answer["choices"][0]["message"]["tool_calls"],
            Responses => &answer["output"],
            Messages => &answer["content"],
            Gemini => &answer["candidates"][0]["content"]["parts"],
        };
        let call = |one: &Value| {
            let parsed = |text: &Value| serde_json::from_str(text.as_str()?).ok();
            let (name, arguments) = match self {
                Chat => (&one["function"]["name"], parsed(&one["function"]["arguments"])),
                Responses => (&one["name"], parsed(&one["arguments"])),
                Messages => (&one["name"], Some(one["input"].clone())),
                Gemini => (&one["functionCall"]["name"], Some(one["functionCall"]["args"].clone())),
            };
            Some((name.as_str()?.to_owned(), arguments?))
        };
        list.as_array().into_iter().flatten().filter_map(call).collect()
    }

    /// What marks the end of a whole stream.
    fn is_ended(self, body: &str) -> bool {
        match self {
            Chat => body.ends_with("data: [DONE]\n\n"),
            Responses => body.contains("event: response.completed"),
            Messages => body.contains("event: message_stop"),
            Gemini => body.contains("\"finishReason\":\"STOP\""),
        }
    }

    /// The tokens of an answer in one piece: of the prompt, of the answer.
    fn tokens(self, answer: &Value) -> (u64, u64) {
        let (usage, input, output) = match self {
            Chat => (&answer["usage"], "prompt_tokens", "completion_tokens"),
            Responses | Messages => (&answer["usage"], "input_tokens", "output_tokens"),
            Gemini => (&answer["usageMetadata"], "promptTokenCount", "candidatesTokenCount"),
        };
        (usage[input].as_u64().unwrap_or(0), usage[output].as_u64().unwrap_or(0))
    }

    async fn ask(self, gateway: &Gateway, body: &Value, stream: bool) -> Reply {
        gateway.send(&post(gateway.addr, self.path(stream), body)).await
    }
}

/// A stand-in that many requests may come to.
async fn roomy(provider: &str) -> Stand {
    let limits = Limits { rpm: Some(1_000_000), tpm: Some(1_000_000_000), ..Limits::default() };
    Stand::start(Settings { limits, ..Settings::new(provider) }).await.unwrap()
}

fn events(reply: &Reply) -> Vec<Value> {
    let data = |event: &str| -> Option<Value> {
        let line = event.lines().find_map(|line| line.strip_prefix("data: "))?;
        serde_json::from_str(line).ok()
    };
    reply.body.split("\n\n").filter_map(data).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_dialect_is_answered_over_every_wire() {
    for provider in WIRES {
        let upstream = roomy(provider).await;
        let gateway = Gateway::before(&[&upstream]).await;
        for tongue in TONGUES {
            let reply =
                tongue.ask(&gateway, &tongue.body("say exactly: hello there", false), false).await.is(200);
            assert_eq!(tongue.text(&reply.json()).trim(), "hello there", "{tongue:?} {provider} {reply:?}");
            assert_eq!(reply.header("x-aigw-provider"), Some(provider));
            let (input, output) = tongue.tokens(&reply.json());
            assert!(input > 0 && output > 0, "{tongue:?} {provider} {reply:?}");
            let reply =
                tongue.ask(&gateway, &tongue.body("say exactly: one two three", true), true).await.is(200);
            assert_eq!(
                tongue.streamed(&events(&reply)).trim(),
                "one two three",
                "{tongue:?} {provider} {reply:?}"
            );
            assert!(tongue.is_ended(&reply.body), "{tongue:?} {provider} {reply:?}");
            assert_eq!(reply.header("x-aigw-provider"), Some(provider), "{tongue:?}");
            assert_eq!(reply.header("x-aigw-attempts"), Some("1"), "{tongue:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_dialect_calls_tools_over_every_wire() {
    for provider in ["groq", "anthropic", "gemini"] {
        let upstream = roomy(provider).await;
        let gateway = Gateway::before(&[&upstream]).await;
        for tongue in TONGUES {
            let body = tongue.with_tool("What is the weather in Paris?", false);
            let answer = tongue.ask(&gateway, &body, false).await.is(200).json();
            let calls = tongue.calls(&answer);
            assert_eq!(
                calls,
                [("get_weather".to_owned(), json!({"city": "Paris"}))],
                "{tongue:?} {provider} {answer}"
            );
            // The turn goes back as it came, with what the tool gave.
            let back = with_result(tongue, body, &answer);
            let answer = tongue.ask(&gateway, &back, false).await.is(200).json();
            assert!(tongue.text(&answer).contains("sunny as ever"), "{tongue:?} {provider} {answer}");
            let streamed = tongue
                .ask(&gateway, &tongue.with_tool("What is the weather in Paris?", true), true)
                .await
                .is(200);
            assert!(
                streamed.body.contains("get_weather") && streamed.body.contains("Paris"),
                "{tongue:?} {streamed:?}"
            );
        }
    }
}

/// The conversation with the answer and the result of its call.
fn with_result(tongue: Tongue, mut body: Value, answer: &Value) -> Value {
    let result = "sunny as ever";
    match tongue {
        Chat => {
            let message = answer["choices"][0]["message"].clone();
            let id = message["tool_calls"][0]["id"].clone();
            let messages = body["messages"].as_array_mut().unwrap();
            messages.extend([message, json!({"role": "tool", "tool_call_id": id, "content": result})]);
        }
        Responses => {
            let id = answer["output"]
                .as_array()
                .unwrap()
                .iter()
                .find_map(|item| item["call_id"].as_str())
                .unwrap();
            body["previous_response_id"] = answer["id"].clone();
            body["input"] = json!([{"type": "function_call_output", "call_id": id, "output": result}]);
        }
        Messages => {
            let content = answer["content"].clone();
            let id =
                content.as_array().unwrap().iter().find_map(|block| block["id"].as_str()).unwrap().to_owned();
            let messages = body["messages"].as_array_mut().unwrap();
            messages.push(json!({"role": "assistant", "content": content}));
            messages.push(json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": result}]}));
        }
        Gemini => {
            let contents = body["contents"].as_array_mut().unwrap();
            contents.push(answer["candidates"][0]["content"].clone());
            let response = json!({"name": "get_weather", "response": {"result": result}});
            contents.push(json!({"role": "user", "parts": [{"functionResponse": response}]}));
        }
    }
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_cannot_be_mended_ends_with_an_error_in_every_dialect() {
    let groq = stand("groq", &["cut:9"]).await;
    let gateway = Gateway::before(&[&groq]).await;
    for tongue in TONGUES {
        let reply =
            tongue.ask(&gateway, &tongue.body("tell me a story of a lighthouse", true), true).await.is(200);
        assert!(
            !tongue.is_ended(&reply.body) && !reply.body.contains("finishReason"),
            "{tongue:?} {reply:?}"
        );
        assert!(!tongue.streamed(&events(&reply)).is_empty(), "{tongue:?} {reply:?}");
        let last = events(&reply).pop().unwrap();
        // What every client looks at, whatever else an event says.
        assert!(last["error"]["message"].as_str().unwrap().contains("broke off"), "{tongue:?} {last}");
        if tongue == Responses {
            assert_eq!(last["message"], last["error"]["message"]);
        }
    }
    // An array that is not closed is no JSON.
    let path = "/v1/models/test:streamGenerateContent";
    let reply = gateway.send(&post(gateway.addr, path, &Gemini.body("tell me a story", true))).await.is(200);
    assert!(serde_json::from_str::<Value>(&reply.body).is_err(), "{reply:?}");
    groq.clear();
    let reply = gateway.send(&post(gateway.addr, path, &Gemini.body("say exactly: a b", true))).await.is(200);
    let all = reply.json();
    assert_eq!(Gemini.streamed(all.as_array().unwrap()), "a b");
}

/// One answer has one identity, whoever goes on with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_mended_is_one_answer_in_every_dialect() {
    let (groq, cerebras) = (stand("groq", &["cut:9"]).await, stand("cerebras", &[]).await);
    let gateway = Gateway::before(&[&groq, &cerebras]).await;
    for tongue in TONGUES {
        let words = "tell me a story of a lighthouse";
        let reply = tongue.ask(&gateway, &tongue.body(words, true), true).await.is(200);
        let whole = tongue.ask(&gateway, &tongue.body(words, false), false).await.is(200);
        assert_eq!(tongue.streamed(&events(&reply)), tongue.text(&whole.json()), "{tongue:?}");
        assert!(tongue.is_ended(&reply.body), "{tongue:?} {reply:?}");
        let (id, model) = match tongue {
            Chat => ("/id", "/model"),
            Responses => ("/response/id", "/response/model"),
            Messages => ("/message/id", "/message/model"),
            Gemini => ("/responseId", "/modelVersion"),
        };
        for pointer in [id, model] {
            let names: std::collections::HashSet<String> =
                events(&reply).iter().filter_map(|event| Some(event.pointer(pointer)?.to_string())).collect();
            assert_eq!(names.len(), 1, "{tongue:?} {names:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_in_the_dialect_of_the_client() {
    let groq = stand("groq", &["429:2"]).await;
    let gateway = Gateway::before(&[&groq]).await;
    for tongue in TONGUES {
        let reply = tongue.ask(&gateway, &tongue.body("hello", false), false).await.is(429);
        assert!(reply.header("retry-after").is_some(), "{tongue:?}");
        let error = reply.error();
        match tongue {
            Chat | Responses => assert_eq!(error["type"], "rate_limit_error"),
            Messages => {
                assert_eq!(
                    (&reply.json()["type"], &error["type"]),
                    (&json!("error"), &json!("rate_limit_error"))
                );
                assert_eq!(reply.json()["request_id"].as_str(), reply.header("x-request-id"));
            }
            Gemini => {
                assert_eq!((&error["code"], &error["status"]), (&json!(429), &json!("RESOURCE_EXHAUSTED")));
                assert!(error["details"].to_string().contains("retryDelay"), "{error}");
            }
        }
        let unknown =
            post(gateway.addr, tongue.path(false), &tongue.body("x", false)).replace("test", "nope");
        let reply = gateway.send(&unknown).await.is(404);
        assert!(reply.error()["message"].as_str().unwrap().contains("nope"), "{tongue:?} {reply:?}");
    }
    let wrong = gateway.send(&post(gateway.addr, "/v1beta/models/test:paint", &json!({}))).await.is(404);
    assert_eq!(wrong.error()["status"], "NOT_FOUND");
}

/// Groq's clients put `/openai` before their paths, and Gemini's ask for models at `/v1` too.
#[tokio::test(flavor = "multi_thread")]
async fn the_vendors_clients_find_their_paths() {
    let groq = roomy("groq").await;
    let gateway = Gateway::before(&[&groq]).await;
    let body = Chat.body("say exactly: hello there", false);
    let reply = gateway.send(&post(gateway.addr, "/openai/v1/chat/completions", &body)).await.is(200);
    assert_eq!(Chat.text(&reply.json()), "hello there");
    let listed = gateway.get("/openai/v1/models").await.is(200).json();
    assert_eq!(listed["data"][0]["id"], "test");
    assert_eq!(gateway.get("/openai/v1/models/test").await.is(200).json()["id"], "test");
    gateway.send(&post(gateway.addr, "/openai/v1/messages", &body)).await.is(404);
    let with = |header: &str, path: &str| {
        let addr = gateway.addr;
        format!("GET {path} HTTP/1.1\r\nhost: {addr}\r\n{header}\r\nconnection: close\r\n\r\n")
    };
    let gemini = "x-goog-api-key: any";
    let listed = gateway.send(&with(gemini, "/v1/models")).await.is(200).json();
    assert_eq!(listed["models"][0]["name"], "models/test");
    let one = gateway.send(&with(gemini, "/v1/models/test")).await.is(200).json();
    assert_eq!(one["name"], "models/test");
    // Refusals are in the same words.
    let refused = gateway.send(&with(gemini, "/v1/models/nope")).await.is(404);
    assert_eq!(refused.error()["status"], "NOT_FOUND");
    let refused = gateway.send(&with("anthropic-version: 2023-06-01", "/v1/models/nope")).await.is(404);
    assert_eq!(refused.error()["type"], "not_found_error");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_says_in_headers_counts() {
    let (groq, cerebras) = (stand("groq", &["503"]).await, stand("cerebras", &[]).await);
    let gateway = Gateway::before(&[&groq, &cerebras]).await;
    let with = |header: &str| {
        post(gateway.addr, "/v1/messages", &Messages.body("say exactly: a", false))
            .replace("connection: close", &format!("connection: close\r\n{header}"))
    };
    let reply = gateway.send(&with("x-aigw-route: cerebras")).await.is(200);
    assert_eq!(reply.header("x-aigw-provider"), Some("cerebras"));
    let reply = gateway.send(&with("X-Aigw-Fallback: off")).await.is(503);
    assert_eq!(reply.error()["type"], "overloaded_error");
    let reply = gateway.send(&with("x-aigw-timeout: never")).await.is(400);
    assert!(reply.error()["message"].as_str().unwrap().contains("x-aigw-timeout"), "{reply:?}");
    let mut slow = Settings::new("novita");
    slow.pace = Pace { first_token: std::time::Duration::from_secs(30), between: std::time::Duration::ZERO };
    let slow = Stand::start(slow).await.unwrap();
    let late = Gateway::before(&[&slow]).await;
    let request = post(late.addr, "/v1/messages", &Messages.body("say exactly: a", false))
        .replace("connection: close", "connection: close\r\nx-aigw-timeout: 0.2");
    assert_eq!(late.send(&request).await.is(504).error()["type"], "timeout_error");
}

/// Whoever has said that it understands restarts sees that what it was told is void.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_told_to_those_who_asked_for_it() {
    let (groq, cerebras) = (stand("groq", &["cut:6"]).await, stand("cerebras", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &cerebras]);
    let config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    env.config(&config.replace("[routes.test]\n", "[routes.test]\non_broken_stream = \"restart\"\n"));
    let gateway = Gateway::start(&env).await;
    for tongue in TONGUES {
        let request = post(gateway.addr, tongue.path(true), &tongue.body("count to 12", true));
        let request = request.replace("connection: close", "connection: close\r\nx-aigw-restart: events");
        let reply = gateway.send(&request).await.is(200);
        let (void, whole) =
            reply.body.split_once("event: aigw.restart").unwrap_or_else(|| panic!("{tongue:?} {reply:?}"));
        let read = |text: &str| {
            tongue.streamed(&events(&Reply { status: 200, headers: Vec::new(), body: text.to_owned() }))
        };
        assert!(
            !read(void).is_empty() && read(whole).ends_with("1 2 3 4 5 6 7 8 9 10 11 12"),
            "{tongue:?} {reply:?}"
        );
        assert!(tongue.is_ended(&reply.body), "{tongue:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_are_kept_unless_they_are_not_to_be() {
    let groq = stand("groq", &[]).await;
    let gateway = Gateway::before(&[&groq]).await;
    let ask = |body: &Value| post(gateway.addr, "/v1/responses", body);
    let first = gateway
        .send(&ask(&json!({"model": "test", "input": "say exactly: one", "instructions": "be brief"})))
        .await;
    let first = first.is(200).json();
    let id = first["id"].as_str().unwrap();
    assert_eq!(gateway.get(&format!("/v1/responses/{id}")).await.is(200).json(), first);
    let next = json!({"model": "test", "input": "and what did I say before?", "previous_response_id": id, "stream": true});
    let reply = gateway.send(&ask(&next)).await.is(200);
    let sent = groq.requests().last().unwrap().body.to_string();
    assert!(sent.contains("say exactly: one") && !sent.contains("be brief"), "{sent}");
    // What was streamed is kept as well, and is what the stream ended with.
    let last = events(&reply).pop().unwrap()["response"].clone();
    let kept = gateway.get(&format!("/v1/responses/{}", last["id"].as_str().unwrap())).await.is(200).json();
    assert_eq!(kept["output"], last["output"]);
    // An item of it may be named in place of being sent again; what comes then is of the whole.
    let named = |id: &Value| {
        let items = [
            json!({"role": "user", "content": "and before that?"}),
            json!({"type": "item_reference", "id": id}),
        ];
        json!({"model": "test", "input": items, "store": false})
    };
    let item = first["output"].as_array().unwrap().last().unwrap();
    gateway.send(&ask(&named(&item["id"]))).await.is(200);
    let sent = groq.requests().last().unwrap().body["messages"][1].clone();
    assert_eq!((&sent["role"], &sent["content"]), (&json!("assistant"), &json!("one")));
    for unknown in [json!("msg_1"), json!(format!("msg_{}00", "0".repeat(32))), json!(null)] {
        let refused = gateway.send(&ask(&named(&unknown))).await.is(404).error();
        assert_eq!((&refused["code"], &refused["param"]), (&json!("item_not_found"), &json!("input[1].id")));
    }
    let unkept =
        gateway.send(&ask(&json!({"model": "test", "input": "x", "store": false}))).await.is(200).json();
    let path = format!("/v1/responses/{}", unkept["id"].as_str().unwrap());
    assert_eq!(gateway.get(&path).await.is(404).error()["code"], "previous_response_not_found");
    let delete =
        format!("DELETE /v1/responses/{id} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", gateway.addr);
    assert_eq!(gateway.send(&delete).await.is(200).json()["deleted"], true);
    gateway.send(&delete).await.is(404);
    gateway.send(&ask(&json!({"model": "test", "input": "x", "previous_response_id": id}))).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_tokens_and_models_in_every_dialect() {
    let openai = stand("openai", &[]).await;
    let gateway = Gateway::before(&[&openai]).await;
    let send = |path: &str, body: &Value| post(gateway.addr, path, body);
    let model = "openai/text-embedding-3-small";
    let texts = json!({"model": model, "input": ["tea", "milk"]});
    let floats = gateway.send(&send("/v1/embeddings", &texts)).await.is(200).json();
    assert_eq!((floats["data"].as_array().unwrap().len(), &floats["data"][1]["index"]), (2, &json!(1)));
    let packed = json!({"model": model, "input": "tea", "encoding_format": "base64"});
    let packed = gateway.send(&send("/v1/embeddings", &packed)).await.is(200).json();
    assert!(packed["data"][0]["embedding"].as_str().unwrap().len() > 10);
    let one = json!({"content": {"parts": [{"text": "tea"}]}});
    let path = format!("/v1beta/models/{model}:embedContent");
    let vector = gateway.send(&send(&path, &one)).await.is(200).json();
    assert_eq!(vector["embedding"]["values"], floats["data"][0]["embedding"]);
    let several = json!({"requests": [one, {"content": {"parts": [{"text": "milk"}]}}]});
    let path = format!("/v1beta/models/{model}:batchEmbedContents");
    let vectors = gateway.send(&send(&path, &several)).await.is(200).json();
    assert_eq!(vectors["embeddings"][1]["values"], floats["data"][1]["embedding"]);
    for (body, place) in [
        (json!({"model": model}), "input"),
        (json!({"model": model, "input": [""]}), "input[0]"),
        (json!({"model": model, "input": [1, 2]}), "input"),
    ] {
        assert_eq!(gateway.send(&send("/v1/embeddings", &body)).await.is(400).error()["param"], place);
    }
    let body =
        json!({"model": "test", "messages": [{"role": "user", "content": "hello there, how are you?"}]});
    let count = gateway.send(&send("/v1/messages/count_tokens", &body)).await.is(200).json();
    assert!((5..40).contains(&count["input_tokens"].as_u64().unwrap()), "{count}");
    let body =
        json!({"generateContentRequest": {"contents": [{"parts": [{"text": "hello there, how are you?"}]}]}});
    let same = gateway.send(&send("/v1beta/models/test:countTokens", &body)).await.is(200).json();
    assert_eq!(same["totalTokens"], count["input_tokens"]);
    let gemini = gateway.get("/v1beta/models").await.is(200).json();
    assert!(
        gemini["models"].as_array().unwrap().iter().any(|model| model["name"] == "models/test"),
        "{gemini}"
    );
    let anthropic = format!(
        "GET /v1/models HTTP/1.1\r\nhost: {}\r\nanthropic-version: 2023-06-01\r\nconnection: close\r\n\r\n",
        gateway.addr
    );
    let anthropic = gateway.send(&anthropic).await.is(200).json();
    assert_eq!((&anthropic["has_more"], &anthropic["data"][0]["type"]), (&json!(false), &json!("model")));
}

/// `agent:NAME` answers as it does on the command line: with its own instructions, tools and memory.
#[tokio::test(flavor = "multi_thread")]
async fn agents_answer_by_name_in_every_dialect() {
    let groq = roomy("groq").await;
    let env = TestEnv::with_stands(&[&groq]);
    let text = b"---\nname: sums\ndescription: reckons\ntools: calculator\nmemory: { recall_tokens: 0 }\n---\nYou reckon.\n";
    env.write("config/agents/sums.md", text);
    let gateway = Gateway::start(&env).await;
    for tongue in TONGUES {
        for stream in [false, true] {
            let words = "calculator \"6*7\"";
            let request = post(gateway.addr, tongue.path(stream), &tongue.body(words, stream));
            let request = request
                .replace("models/test:", "models/agent:sums:")
                .replace("\"model\":\"test\"", "\"model\":\"agent:sums\"");
            // The body has changed its length.
            let (head, body) = request.split_once("\r\n\r\n").unwrap();
            let head: Vec<&str> = head.lines().filter(|line| !line.starts_with("content-length")).collect();
            let head = head.join("\r\n");
            let reply = gateway
                .send(&format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
                .await
                .is(200);
            let text = if stream { tongue.streamed(&events(&reply)) } else { tongue.text(&reply.json()) };
            assert!(text.contains("42"), "{tongue:?} {reply:?}");
            let sent = groq.requests().last().unwrap().body.to_string();
            assert!(sent.contains("You reckon."), "{sent}");
        }
    }
    let unknown = gateway.send(&post(gateway.addr, "/v1/messages", &json!({"model": "agent:nobody", "max_tokens": 5, "messages": [{"role": "user", "content": "x"}]}))).await.is(404);
    assert!(unknown.error()["message"].as_str().unwrap().contains("there is no agent `nobody`"));
}

/// A session goes before a single message, and not before a client's own history; what is said is kept either way.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_remembered_for_clients_that_name_them() {
    let groq = roomy("groq").await;
    let env = TestEnv::with_stands(&[&groq]);
    let gateway = Gateway::start(&env).await;
    let ask = |model: &str, messages: Value| {
        let body = json!({"model": model, "max_tokens": 500, "messages": messages});
        post(gateway.addr, "/v1/messages", &body)
            .replace("connection: close", "connection: close\r\nx-session-id: trip")
    };
    let sent = || groq.requests().last().unwrap().body["messages"].to_string();
    for model in ["test", "agent:assistant"] {
        gateway.send(&ask(model, json!([{"role": "user", "content": "say exactly: Graz"}]))).await.is(200);
        gateway.send(&ask(model, json!([{"role": "user", "content": "say exactly: more"}]))).await.is(200);
        assert!(sent().contains("say exactly: Graz"), "{model} {}", sent());
        let own = json!([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "say exactly: c"}]);
        gateway.send(&ask(model, own)).await.is(200);
        assert!(!sent().contains("Graz"), "{model} {}", sent());
    }
    let shown = env.run(&["session", "show", "trip", "--json"]).exits(0).json();
    assert_eq!(shown["turns"].as_array().unwrap().len(), 6, "{shown}");
    // Without the header nothing is kept.
    let plain = post(gateway.addr, "/v1/messages", &Messages.body("say exactly: x", false));
    gateway.send(&plain).await.is(200);
    assert_eq!(env.run(&["session", "ls", "--json"]).exits(0).json().as_array().unwrap().len(), 1);
}
