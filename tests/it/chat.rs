//! `aigw chat` as its users see it: exit code, stdout, stderr.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::support::{TestEnv, http, nothing_local, provider_section, raw_server, stand};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot really";

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_all_that_stdout_holds() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    assert_snapshot!(env.run(&["chat", "say", "exactly:", "hello there"]), @"
    exit 0
    --- stdout
    hello there
    --- stderr
    ");
    let request = &groq.requests()[0];
    assert_eq!(request.path, "/openai/v1/chat/completions");
    assert_eq!(request.body["stream"], json!(true));
    assert_eq!(request.body["messages"], json!([{"role": "user", "content": "say exactly: hello there"}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_line_says_who_answered_instead() {
    let (groq, cerebras) = (stand("groq", &["503"]).await, stand("cerebras", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &cerebras]);
    assert_snapshot!(env.run(&["chat", "what is 2+3"]), @"
    exit 0
    --- stdout
    [simulated] 2 + 3 = 5
    --- stderr
    answered by cerebras/gpt-oss-120b (groq/openai/gpt-oss-20b server 2 times)
    ");
    assert_snapshot!(env.run(&["-q", "chat", "what is 2+3"]), @"
    exit 0
    --- stdout
    [simulated] 2 + 3 = 5
    --- stderr
    ");
    // A paid provider instead of a free one is named as such.
    let openai = stand("openai", &[]).await;
    let env = TestEnv::with_stands(&[&groq, &openai]);
    assert_snapshot!(env.run(&["chat", "what is 2+3"]).stderr, @"answered by openai/gpt-6-luna, which is paid (groq/openai/gpt-oss-20b server 2 times)");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers() {
    let (groq, cerebras) = (stand("groq", &["429:90"]).await, stand("cerebras", &["401"]).await);
    let env = TestEnv::with_stands(&[&groq, &cerebras]);
    assert_snapshot!(env.run(&["chat", "hello"]), @"
    exit 4
    --- stdout
    --- stderr
    error: no answer by the route `test`
      groq/openai/gpt-oss-20b  rate_limited (429): Rate limit reached for model `openai/gpt-oss-20b` in organization `org_simulated` service tier `on_demand` on requests per minute (RPM): Limit 1000, Used 1000, Requested 1. Please try again in 1m30s. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing; try again in 90 s
      cerebras/gpt-oss-120b  auth (401): the provider refused the key (key 2b93ccd5)
    hint: cerebras: put a good key into `api_keys` of `[providers.cerebras]` (https://cloud.cerebras.ai)
    hint: every attempt is on record: aigw usage --request [ID]
    ");
    drop(env.run(&["provider", "reset"]).exits(0));
    let ran = env.run(&["--json", "chat", "hello"]).exits(4);
    let value = ran.json();
    assert_eq!(value["error"]["exit_code"], 4);
    let classes: Vec<&Value> =
        value["attempts"].as_array().unwrap().iter().map(|attempt| &attempt["class"]).collect();
    assert_eq!(classes, [&json!("rate_limited"), &json!("auth")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_is_completed() {
    let (groq, cerebras) = (stand("groq", &["cut:2"]).await, stand("cerebras", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &cerebras]);
    assert_snapshot!(env.run(&["chat", "count to 9"]), @"
    exit 0
    --- stdout
    [simulated] 1 2 3 4 5 6 7 8 9
    --- stderr
    completed by cerebras/gpt-oss-120b (groq/openai/gpt-oss-20b broken_stream)
    ");
    let events = env.run(&["--output", "jsonl", "chat", "count to 9"]).exits(0).stdout;
    let done: Value = serde_json::from_str(events.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&done["resumed"], &done["text"]),
        (&json!("continuation"), &json!("[simulated] 1 2 3 4 5 6 7 8 9"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_answer_never_looks_whole() {
    let (groq, cerebras) = (stand("groq", &["cut:2"]).await, stand("cerebras", &[]).await);
    let down = stand("cerebras", &["503"]).await;
    let ran = TestEnv::with_stands(&[&groq, &down]).run(&["chat", "count to 9"]);
    assert_snapshot!(ran, @"
    exit 7
    --- stdout
    [simulated] 1
    --- stderr
    error: the answer broke off; what came is on stdout
      groq/openai/gpt-oss-20b  broken_stream: the answer broke off: unexpected EOF during chunk size line
      cerebras/gpt-oss-120b  server (503): Service temporarily unavailable
      cerebras/gpt-oss-120b  server (503): Service temporarily unavailable
      groq/openai/gpt-oss-20b  broken_stream: the answer broke off: unexpected EOF during chunk size line
    hint: every attempt is on record: aigw usage --request [ID]
    ");
    // What is not shown before it is whole can be asked elsewhere.
    let env = TestEnv::with_stands(&[&groq, &cerebras]);
    let ran = env.run(&["--json", "chat", "count to 9"]).exits(0);
    assert_eq!(ran.json()["attempts"][0]["class"], "broken_stream");
    assert_eq!(ran.json()["provider"], "cerebras");
    // Alone it fails without a word on stdout.
    let env = TestEnv::with_stands(&[&groq]);
    let ran = env.run(&["chat", "-x", "count to 9"]).exits(4);
    assert_eq!(ran.stdout, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn json_has_its_shape() {
    let (groq, openai) = (stand("groq", &["500"]).await, stand("openai", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &openai]);
    let mut value = env.run(&["chat", "what is 2+3", "--json"]).exits(0).json();
    for pointer in [
        "/latency_ms",
        "/ttft_ms",
        "/request_id",
        "/session",
        "/attempts/0/latency_ms",
        "/attempts/1/latency_ms",
        "/attempts/2/latency_ms",
    ] {
        let number = value.pointer_mut(pointer).unwrap();
        assert!(number.is_u64() || ["/request_id", "/session"].contains(&pointer), "{pointer}: {number}");
        *number = json!("[…]");
    }
    assert_snapshot!(serde_json::to_string_pretty(&value).unwrap(), @r#"
    {
      "text": "[simulated] 2 + 3 = 5",
      "reasoning": "",
      "agent": "assistant",
      "session": "[…]",
      "route": "test",
      "provider": "openai",
      "model": "gpt-6-luna",
      "finish_reason": "stop",
      "usage": {
        "input_tokens": 6,
        "output_tokens": 8,
        "cached_tokens": 0,
        "reasoning_tokens": 0,
        "source": "provider"
      },
      "cost_usd": 4.6e-6,
      "latency_ms": "[…]",
      "ttft_ms": "[…]",
      "tool_calls": [],
      "recalled": [],
      "attempts": [
        {
          "provider": "groq",
          "model": "openai/gpt-oss-20b",
          "key": "c728917b",
          "class": "server",
          "status": 500,
          "latency_ms": "[…]",
          "message": "Internal Server Error"
        },
        {
          "provider": "groq",
          "model": "openai/gpt-oss-20b",
          "key": "c728917b",
          "class": "server",
          "status": 500,
          "latency_ms": "[…]",
          "message": "Internal Server Error"
        },
        {
          "provider": "openai",
          "model": "gpt-6-luna",
          "key": "57870e17",
          "class": null,
          "status": 200,
          "latency_ms": "[…]",
          "message": null
        }
      ],
      "resumed": null,
      "request_id": "[…]"
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn jsonl_tells_what_happens_as_it_happens() {
    let (groq, openai) = (stand("groq", &["503"]).await, stand("openai", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &openai]);
    let ran = env.run(&["--output", "jsonl", "chat", "say exactly: one two"]).exits(0);
    let events: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["attempt", "attempt", "text", "text", "done"]);
    assert_eq!(events[0]["class"], "server");
    assert_eq!(events[4]["text"], "one two");
}

#[tokio::test(flavor = "multi_thread")]
async fn pipes_and_files_are_part_of_the_prompt() {
    let openai = stand("openai", &[]).await;
    let env = TestEnv::with_stands(&[&openai]);
    let file = env.write("notes.txt", b"file text\n");
    env.run_with(&["chat", "explain", "-f", file.to_str().unwrap()], b"piped text\n").exits(0);
    env.run_with(&["chat", "-n", "explain"], b"piped text\n").exits(0);
    env.run_with(&["chat"], b"only the pipe\n").exits(0);
    env.run_with(&["chat", "--system", "be brief", "describe", "-f", "-"], PNG).exits(0);
    let contents: Vec<Value> =
        openai.requests().iter().map(|request| request.body["messages"].clone()).collect();
    assert_eq!(
        contents[0][0]["content"],
        "<file name=\"[F]\">\nfile text\n</file>\n\nexplain\n\npiped text"
            .replace("[F]", file.to_str().unwrap())
    );
    assert_eq!(contents[1][0]["content"], "explain");
    assert_eq!(contents[2][0]["content"], "only the pipe");
    assert_eq!(contents[3][0], json!({"role": "system", "content": "be brief"}));
    let url = contents[3][1]["content"][0]["image_url"]["url"].as_str().unwrap();
    assert!(url.starts_with("data:image/png;base64,"), "{url}");
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_are_kept() {
    let schema = r#"{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"#;
    let openai = stand("openai", &[]).await;
    let env = TestEnv::with_stands(&[&openai]);
    let ran = env.run(&["chat", "name a city", "--schema", schema]).exits(0);
    assert!(ran.json()["city"].is_string(), "{ran}");
    let file = env.write("schema.json", schema.as_bytes());
    env.run(&["chat", "name a city", "--schema", file.to_str().unwrap()]).exits(0);
    assert_snapshot!(env.run(&["chat", "x", "--schema", "{not json"]), @"
    exit 2
    --- stdout
    --- stderr
    error: --schema: not JSON: key must be a string at line 1 column 2
    ");
    assert_snapshot!(env.run(&["chat", "x", "--schema", "no-such-file"]), @"
    exit 2
    --- stdout
    --- stderr
    error: --schema no-such-file: cannot read it: No such file or directory (os error 2)
    ");
    assert_snapshot!(env.run(&["chat", "x", "--schema", r#"{"type":"wrong"}"#]), @r#"
    exit 2
    --- stdout
    --- stderr
    error: --schema: not a JSON Schema: "wrong" is not valid under any of the schemas listed in the 'anyOf' keyword
    "#);
    // Words where JSON was due are the model's fault; the answer is not passed off as one.
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let ran =
        env.run(&["chat", "say exactly: no json here", "--max-tokens", "1", "--schema", schema]).exits(4);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("malformed"), "{ran}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_sends_nothing() {
    let (groq, cerebras) = (stand("groq", &[]).await, stand("cerebras", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &cerebras]);
    assert_snapshot!(env.run(&["chat", "--dry-run", "--temperature", "0", "hello"]).stable(), @r#"
    exit 0
    --- stdout
    route test
      1. groq/openai/gpt-oss-20b  key [KEY]
      2. cerebras/gpt-oss-120b  key [KEY]

    POST http://127.0.0.1:[PORT]/openai/v1/chat/completions
    {
      "model": "openai/gpt-oss-20b",
      "messages": [
        {
          "role": "user",
          "content": "hello"
        }
      ],
      "temperature": 0.0,
      "stream": true,
      "stream_options": {
        "include_usage": true
      }
    }
    --- stderr
    "#);
    let value = env.run(&["--json", "chat", "--dry-run", "hello"]).exits(0).json();
    assert_eq!(value["request"]["body"]["messages"][0]["content"], "hello");
    assert!(groq.requests().is_empty() && cerebras.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_cannot_is_not_asked() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let image = env.write("photo.png", PNG);
    assert_snapshot!(env.run(&["chat", "what is this", "-f", image.to_str().unwrap()]), @"
    exit 1
    --- stdout
    --- stderr
    error: no model of the route `test` can do this
      groq/openai/gpt-oss-20b  it cannot do vision
    hint: `aigw model ls` shows windows and abilities (--can vision, tools, schema, pdf); name another model with -m
    ");
    assert!(groq.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_found_or_named() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    for name in ["groq", "groq/openai/gpt-oss-120b", "groq/of-my-own", "test"] {
        env.run(&["chat", "-m", name, "hello"]).exits(0);
    }
    let models: Vec<Value> = groq.requests().iter().map(|request| request.body["model"].clone()).collect();
    assert_eq!(models, ["openai/gpt-oss-20b", "openai/gpt-oss-120b", "of-my-own", "openai/gpt-oss-20b"]);
    assert_snapshot!(env.run(&["chat", "-m", "grok", "hello"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no route, provider or model `grok`
    hint: did you mean `groq`?
    ");
    assert_snapshot!(env.run(&["chat", "-m", "cerebras", "hello"]), @"
    exit 3
    --- stdout
    --- stderr
    error: there is no key for cerebras
    hint: set CEREBRAS_API_KEY, or run `aigw auth login cerebras` (keys: https://cloud.cerebras.ai)
    ");
    assert_snapshot!(env.run(&["chat", "-m", "hf-inference", "hello"]), @"
    exit 3
    --- stdout
    --- stderr
    error: `hf-inference` has no default model: name one, as `hf-inference/MODEL`
    ");
    // One model that was named is never replaced by another.
    groq.inject("503".parse().unwrap());
    let ran = env.run(&["chat", "-m", "groq/openai/gpt-oss-20b", "hello"]).exits(4);
    assert_eq!(ran.stderr.matches("groq/openai/gpt-oss-20b").count(), 3, "{ran}");
}

#[test]
fn without_a_provider_three_lines_say_what_to_do() {
    let env = TestEnv::new();
    env.config(&nothing_local());
    assert_snapshot!(env.run(&["chat", "hello"]), @"
    exit 3
    --- stdout
    --- stderr
    error: no provider is set up
    hint: run `aigw init`, or set a key: GROQ_API_KEY, CEREBRAS_API_KEY, OPENROUTER_API_KEY, … (`aigw provider ls --all` shows them)
    hint: or start a local server: Ollama (port 11434), LM Studio (1234), llama.cpp (8080), vLLM (8000)
    hint: or just look around: `aigw demo`
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_local_server_is_found_when_there_is_no_key() {
    let ollama = stand("ollama", &[]).await;
    let host = ollama.addr().to_string();
    let env = TestEnv::new().var("OLLAMA_HOST", &host);
    env.config("[providers.lmstudio]\nenabled = false\n[providers.llamacpp]\nenabled = false\n[providers.vllm]\nenabled = false\n");
    let ran = env.run(&["chat", "what is 2+3"]).exits(0);
    assert!(ran.stdout.contains('5'), "{ran}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_make_a_pool() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::new().var("GROQ_API_KEY_1", "bad-key-one").var("GROQ_API_KEY_2", "good-key-two");
    env.config(&format!("[providers.groq]\nbase_url = \"{}\"\n", groq.base_url()));
    let value = env.run(&["--json", "chat", "-m", "groq", "hello"]).exits(0).json();
    assert_eq!(value["attempts"][0]["class"], "auth");
    assert_eq!(value["attempts"][1]["class"], Value::Null);
    assert_ne!(value["attempts"][0]["key"], value["attempts"][1]["key"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_of_length_and_time_are_said() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let ran = env.run(&["chat", "--max-tokens", "3", "count to 50"]).exits(0);
    assert!(ran.stderr.contains("output limit"), "{ran}");
    groq.inject("slow:30s".parse().unwrap());
    let ran = env.run(&["chat", "--timeout", "300ms", "hello"]).exits(4);
    assert!(ran.stderr.contains("timeout"), "{ran}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_leaves_is_no_error() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let mut child = env
        .command(&["chat", "count to 5000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 1]).unwrap();
    drop(stdout);
    let ran = env.ran(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_closes_the_upstream_and_is_billed() {
    let mut settings = aigw::simulate::Settings::new("groq");
    settings.pace.between = std::time::Duration::from_millis(100);
    let groq = aigw::simulate::Stand::start(settings).await.unwrap();
    let env = TestEnv::with_stands(&[&groq]);
    let mut child =
        env.command(&["chat", "count to 500"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 1];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let ran = env.ran(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{ran}");
    let value = env.run(&["--json", "usage", "--by", "provider"]).exits(0).json();
    assert_eq!((&value[0]["attempts"], &value[0]["failed"]), (&json!(1), &json!(1)));
    assert!(value[0]["output_tokens"].as_u64().unwrap() > 0, "{value}");
    // The stand-in notices at its next write.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while !groq.requests()[0].disconnected {
        assert!(std::time::Instant::now() < deadline, "the upstream was not closed");
        tokio::task::yield_now().await;
    }
}

/// An environment whose only provider is at this address.
fn only(base_url: &str) -> TestEnv {
    let env = TestEnv::new();
    env.config(&format!(
        "default_route = \"mybox/m\"\n[providers.mybox]\nwire = \"openai\"\nbase_url = \"{base_url}\"\n"
    ));
    env
}

#[test]
fn an_answer_about_html_is_an_answer() {
    let page =
        r#"{"choices":[{"message":{"content":"<!DOCTYPE html><html></html>"},"finish_reason":"stop"}]}"#;
    let env = only(&raw_server(&http("200 OK", "application/json", page)));
    for args in [&["chat", "a page"][..], &["chat", "--no-stream", "a page"]] {
        assert_eq!(env.run(args).exits(0).stdout, "<!DOCTYPE html><html></html>\n");
    }
}

#[test]
fn a_redirect_says_where_to_and_is_not_followed() {
    let answer = "HTTP/1.1 301 Moved\r\nlocation: https://elsewhere.example/v1\r\ncontent-length: 0\r\n\r\n";
    let ran = only(&raw_server(answer)).run(&["chat", "hello"]).exits(4);
    assert!(ran.stderr.contains("not_found (301): it redirects to elsewhere.example"), "{ran}");
}

#[test]
fn thoughts_alone_are_no_answer() {
    let stream = "data: {\"choices\":[{\"delta\":{\"reasoning\":\"hm\"}}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let ran =
        only(&raw_server(&http("200 OK", "text/event-stream", stream))).run(&["chat", "hello"]).exits(4);
    assert!(ran.stderr.contains("thought and then gave no answer"), "{ran}");
}

#[tokio::test(flavor = "multi_thread")]
async fn anthropic_s_own_wire_and_from_there_to_another() {
    let stream = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/wire/streams/anthropic/text.sse"
    ));
    let env = TestEnv::new().var("ANTHROPIC_API_KEY", "test-key-of-anthropic");
    let section = |answer: &str| format!("[providers.anthropic]\nbase_url = \"{}\"\n", raw_server(answer));
    env.config(&section(&http("200 OK", "text/event-stream", &stream.unwrap())));
    let value = env.run(&["--json", "chat", "-m", "anthropic", "hello"]).exits(0).json();
    assert_eq!(value["text"], "Bees see ultraviolet.");
    assert_eq!((&value["usage"]["input_tokens"], &value["usage"]["cached_tokens"]), (&json!(34), &json!(20)));
    let openai = stand("openai", &[]).await;
    let overloaded = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    let sections =
        [section(&http("529 Overloaded", "application/json", overloaded)), provider_section(&openai)];
    env.config(&sections.concat());
    let value = env.run(&["--json", "chat", "-m", "anthropic", "-m", "openai", "hello"]).exits(0).json();
    assert_eq!((&value["provider"], &value["attempts"][0]["class"]), (&json!("openai"), &json!("server")));
}

#[test]
fn a_filtered_answer_is_one_json_value() {
    let stream = "data: {\"choices\":[{\"delta\":{\"content\":\"so \"},\"finish_reason\":\"content_filter\"}]}\n\ndata: [DONE]\n\n";
    let env = only(&raw_server(&http("200 OK", "text/event-stream", stream)));
    let value = env.run(&["--json", "chat", "hello"]).exits(7).json();
    assert_eq!((&value["text"], &value["error"]["exit_code"]), (&json!("so "), &json!(7)));
    let ran = env.run(&["chat", "hello"]).exits(7);
    assert_eq!(ran.stdout, "so \n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_had_is_no_reason_not_to_ask_others() {
    let (groq, openai) = (stand("groq", &[]).await, stand("openai", &[]).await);
    let env = TestEnv::new();
    let section = |id: &str, url: String, key: &str| {
        format!("[providers.{id}]\nbase_url = \"{url}\"\napi_keys = [\"{key}\"]\n")
    };
    let route = "[routes.r]\nmodels = [\"groq\", \"openai\"]\n";
    env.config(
        &[
            route,
            &section("groq", groq.base_url(), "cmd:false"),
            &section("openai", openai.base_url(), "test-key"),
        ]
        .concat(),
    );
    let ran = env.run(&["chat", "-m", "r", "what is 2+3"]).exits(0);
    assert!(ran.stdout.contains('5') && ran.stderr.contains("answered by openai"), "{ran}");
    // What is not asked is not run.
    env.config(
        &[
            route,
            &section("groq", groq.base_url(), "test-key"),
            &section("openai", openai.base_url(), "cmd:touch ran"),
        ]
        .concat(),
    );
    drop(env.run(&["chat", "-m", "r", "what is 2+3"]).exits(0));
    assert!(!env.path().join("ran").exists());
    env.config(&section("groq", groq.base_url(), "cmd:false"));
    assert_snapshot!(env.run(&["chat", "-m", "groq", "hello"]), @"
    exit 3
    --- stdout
    --- stderr
    error: no key for the route `groq` could be had
      groq/openai/gpt-oss-20b  auth: the key command `false …` failed (exit status: 1)
    hint: every attempt is on record: aigw usage --request [ID]
    ");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_sleeps_does_not_keep_us_from_ending() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let mut child = env.command(&["chat", "count to 60000"]).stdout(Stdio::piped()).spawn().unwrap();
    // More than the pipe holds is on its way, and nobody reads on.
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 1]).unwrap();
    let started = std::time::Instant::now();
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(started.elapsed().as_secs() < 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_servers_of_a_known_wire() {
    let vllm = stand("vllm", &[]).await;
    let env = TestEnv::new();
    env.config(&format!("[providers.mybox]\nwire = \"openai\"\nbase_url = \"{}\"\n", vllm.base_url()));
    let ran = env.run(&["chat", "-m", "mybox/any-model", "what is 2+3"]).exits(0);
    assert!(ran.stdout.contains('5'), "{ran}");
    assert!(vllm.requests()[0].headers.iter().all(|(name, _)| name != "authorization"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_streams_as_it_comes() {
    let mut settings = aigw::simulate::Settings::new("openai");
    settings.pace.between = std::time::Duration::from_millis(30);
    let openai = aigw::simulate::Stand::start(settings).await.unwrap();
    let env = TestEnv::with_stands(&[&openai]);
    let mut child =
        env.command(&["--output", "jsonl", "chat", "count to 20"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let started = std::time::Instant::now();
    lines.next().unwrap().unwrap();
    let first = started.elapsed();
    assert!(lines.count() > 10);
    assert!(first * 2 < started.elapsed(), "the first event came after {first:?} of {:?}", started.elapsed());
    assert!(child.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_of_one_s_own() {
    let (groq, cerebras) = (stand("groq", &["503"]).await, stand("cerebras", &["503"]).await);
    let env = TestEnv::new();
    let sections = [&groq, &cerebras].map(provider_section).concat();
    env.config(&format!("{sections}[routes.mine]\nmodels = [\"groq\", \"cerebras\"]\nmax_attempts = 1\n"));
    let value = env.run(&["--json", "chat", "-m", "mine", "hello"]).exits(4).json();
    assert_eq!(value["attempts"].as_array().unwrap().len(), 1);
    drop(env.run(&["provider", "reset"]).exits(0));
    let value = env.run(&["--json", "chat", "-m", "groq", "-m", "cerebras", "hello"]).exits(4).json();
    assert_eq!(value["attempts"].as_array().unwrap().len(), 4);
    assert_eq!(value["route"], "groq,cerebras");
}
