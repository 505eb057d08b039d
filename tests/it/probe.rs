//! `aigw provider probe`: what models show that they can do, and what the router makes of it.

use std::time::Duration;

use aigw::chat::{ChatRequest, Event, Message, Role, ToolSpec};
use aigw::providers::client::Client;
use aigw::router::{Ask, Completion, Conversation, Delivery, Gone, Notice, RouteError, Written};
use aigw::simulate::{Limits, Manner, Settings, Stand};
use insta::assert_snapshot;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::support::{TestEnv, provider_section, stand};

const ASPECTS: [&str; 5] = ["tools", "parallel_calls", "schema", "prefill", "stream_usage"];

async fn taking_up(provider: &str, manner: Manner) -> Stand {
    Stand::start(Settings { manner, ..Settings::new(provider) }).await.unwrap()
}

/// What a probe finds out, in the order of the aspects.
fn found(env: &TestEnv, args: &[&str]) -> [Option<bool>; 5] {
    let args: Vec<&str> = ["--json", "provider", "probe"].iter().chain(args).copied().collect();
    let rows = env.run(&args).json();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    ASPECTS.map(|aspect| rows[0]["findings"][aspect]["able"].as_bool())
}

/// What `provider show` knows of the first model that was probed, in another process.
fn shown(env: &TestEnv, provider: &str) -> [Option<bool>; 5] {
    let report = env.run(&["--json", "provider", "show", provider]).exits(0).json();
    ASPECTS.map(|aspect| report["probed"][0]["findings"][aspect]["able"].as_bool())
}

/// All able but these.
fn but(unable: &[usize]) -> [Option<bool>; 5] {
    std::array::from_fn(|index| Some(!unable.contains(&index)))
}

const ALL: [Option<bool>; 5] = [Some(true); 5];
const NOTHING: [Option<bool>; 5] = [None; 5];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_out_is_shown() {
    let (groq, cerebras) = (stand("groq", &[]).await, taking_up("cerebras", Manner::RefusePrefill).await);
    let env = TestEnv::with_stands(&[&groq, &cerebras]);
    assert_snapshot!(env.run(&["provider", "probe"]), @"
    exit 0
    --- stdout
    PROVIDER/MODEL           TOOLS  PARALLEL  SCHEMA  PREFILL  USAGE IN STREAMS
    groq/openai/gpt-oss-20b  yes    yes       yes     yes      yes
    cerebras/gpt-oss-120b    yes    yes       yes     no       yes
    --- stderr
    ");
    // The plain question, two calls, a schema, a prefill.
    assert_eq!((groq.requests().len(), cerebras.requests().len()), (4, 4));
    let mut rows = env.run(&["--json", "provider", "probe", "cerebras"]).exits(0).json();
    for figure in ["latency_ms", "ttft_ms"] {
        assert!(rows[0][figure].is_u64());
        rows[0][figure] = json!(0);
    }
    assert_snapshot!(serde_json::to_string_pretty(&rows).unwrap(), @r#"
    [
      {
        "provider": "cerebras",
        "model": "cerebras/gpt-oss-120b",
        "key": "2b93ccd5",
        "key_origin": "config",
        "works": true,
        "result": "works",
        "status": null,
        "message": null,
        "todo": null,
        "latency_ms": 0,
        "ttft_ms": 0,
        "answered_by": "gpt-oss-120b",
        "findings": {
          "tools": {
            "able": true,
            "reason": null
          },
          "parallel_calls": {
            "able": true,
            "reason": null
          },
          "schema": {
            "able": true,
            "reason": null
          },
          "prefill": {
            "able": false,
            "reason": "bad_request: The last message must not be from the assistant: this model does not support prefill."
          },
          "stream_usage": {
            "able": true,
            "reason": null
          }
        }
      }
    ]
    "#);
    // Every request is in the ledger like any other.
    let sums = env.run(&["--json", "usage", "--by", "provider"]).exits(0).json();
    let attempts = |id: &str| {
        let sum = sums.as_array().unwrap().iter().find(|sum| sum["group"] == id).unwrap();
        sum["attempts"].as_u64()
    };
    assert_eq!((attempts("groq"), attempts("cerebras")), (Some(4), Some(8)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_out_is_known_to_other_processes() {
    let cerebras = taking_up("cerebras", Manner::RefusePrefill).await;
    let env = TestEnv::with_stands(&[&cerebras]);
    drop(env.run(&["provider", "probe"]).exits(0));
    let mut report = env.run(&["--json", "provider", "show", "cerebras"]).exits(0).json();
    let findings = report["probed"][0]["findings"].as_object_mut().unwrap();
    for finding in findings.values_mut() {
        assert!(finding["at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
        finding["at"] = json!("[TIME]");
    }
    assert_snapshot!(serde_json::to_string_pretty(&report["probed"]).unwrap(), @r#"
    [
      {
        "model": "gpt-oss-120b",
        "findings": {
          "tools": {
            "able": true,
            "at": "[TIME]"
          },
          "parallel_calls": {
            "able": true,
            "at": "[TIME]"
          },
          "schema": {
            "able": true,
            "at": "[TIME]"
          },
          "prefill": {
            "able": false,
            "at": "[TIME]"
          },
          "stream_usage": {
            "able": true,
            "at": "[TIME]"
          }
        }
      }
    ]
    "#);
    for args in [["provider", "show", "cerebras"], ["model", "show", "cerebras/gpt-oss-120b"]] {
        let ran = env.run(&args).exits(0);
        let line = ran.stdout.lines().find(|line| line.starts_with("probed")).unwrap();
        assert!(
            line.contains("tools yes, parallel yes, schema yes, prefill no, usage in streams yes (20"),
            "{line}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wire_shows_what_it_can_do_and_what_not() {
    // Whoever answers in words or with one call is asked once more.
    for (model, unable, requests) in [
        ("some-model", but(&[]), 4),
        ("no-tools", but(&[0, 1]), 5),
        ("one-call", but(&[1]), 5),
        ("no-schema", but(&[2]), 5),
        ("no-tools-no-schema", but(&[0, 1, 2]), 6),
    ] {
        for provider in ["openai", "anthropic", "gemini"] {
            let stand = stand(provider, &[]).await;
            let env = TestEnv::with_stands(&[&stand]);
            assert_eq!(found(&env, &[provider, "-m", model]), unable, "{provider} {model}");
            assert_eq!(shown(&env, provider), unable, "{provider} {model}");
            assert_eq!(stand.requests().len(), requests, "{provider} {model}");
        }
    }
    for manner in [Manner::RefusePrefill, Manner::StartOver, Manner::RepeatTail, Manner::Different] {
        for provider in ["openai", "anthropic", "gemini"] {
            let stand = taking_up(provider, manner).await;
            assert_eq!(
                found(&TestEnv::with_stands(&[&stand]), &[provider]),
                but(&[3]),
                "{provider} {manner}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_provider_refuses_cannot_be_done() {
    for (param, unable) in [("tools", vec![0, 1]), ("response_format", vec![2]), ("stream_options", vec![4])]
    {
        let openai = stand("openai", &[&format!("unsupported:{param}")]).await;
        let env = TestEnv::with_stands(&[&openai]);
        assert_eq!(found(&env, &["openai"]), but(&unable), "{param}");
    }
    // A model that fails at calls is asked once more, and then it is its own fault.
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let rows = env.run(&["--json", "provider", "probe", "-m", "groq/no-tools"]).exits(0).json();
    assert_eq!(rows[0]["findings"]["tools"]["reason"], "it answered in words and called no tool");
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_on_the_way_is_no_inability() {
    for fault in
        ["503", "429:40", "quota", "401", "403", "404", "400", "reset", "cut:0", "garbage", "html", "empty"]
    {
        let groq = stand("groq", &[fault]).await;
        let env = TestEnv::with_stands(&[&groq]);
        let ran = env.run(&["--json", "provider", "probe"]).exits(4);
        assert_eq!(ran.json()[0]["findings"], Value::Null, "{fault}: {ran}");
        assert_eq!(shown(&env, "groq"), NOTHING, "{fault}");
        // Whoever broke off may be asked the same once more; nothing else is asked.
        assert!(groq.requests().len() <= 2, "{fault}");
        // What was known before still holds.
        groq.clear();
        assert_eq!(found(&env, &[]), ALL);
        groq.inject(fault.parse().unwrap());
        drop(env.run(&["provider", "probe"]).exits(4));
        assert_eq!(shown(&env, "groq"), ALL, "{fault}");
    }
    // Throttled half-way, and silent.
    let settings = Settings { limits: Limits { rpm: Some(1), ..Limits::default() }, ..Settings::new("groq") };
    let groq = Stand::start(settings).await.unwrap();
    let env = TestEnv::with_stands(&[&groq]);
    let ran = env.run(&["provider", "probe"]).exits(4);
    assert_snapshot!(without_waits(&ran.to_string()), @"
    exit 4
    --- stdout
    PROVIDER/MODEL           TOOLS    PARALLEL  SCHEMA   PREFILL  USAGE IN STREAMS
    groq/openai/gpt-oss-20b  unclear  unclear   unclear  unclear  yes
    --- stderr
    error: the probe left something unclear
      groq/openai/gpt-oss-20b  tools, parallel, schema, prefill: unclear, rate_limited (429): Rate limit reached for model `openai/gpt-oss-20b` in organization `org_simulated` service tier `on_demand` on requests per minute (RPM): Limit 1, Used 1, Requested 1. Please try again in SPAN Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing
    ");
    assert_eq!(shown(&env, "groq"), [None, None, None, None, Some(true)]);
    // After the first refusal the limit is left alone.
    assert_eq!(groq.requests().len(), 2);
    let groq = stand("groq", &["hang"]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let rows = env.run(&["--json", "provider", "probe", "--timeout", "300ms"]).exits(4).json();
    assert_eq!((&rows[0]["result"], &rows[0]["findings"]), (&json!("timeout"), &Value::Null));
    assert_eq!(shown(&env, "groq"), NOTHING);
}

/// Without the seconds that a limit still lasts.
fn without_waits(text: &str) -> String {
    let is_span = |word: &str| {
        word.trim_end().trim_end_matches('.').ends_with(['s', 'm'])
            && word.starts_with(|c: char| c.is_ascii_digit())
    };
    text.split_inclusive([' ', '\n']).map(|word| if is_span(word) { "SPAN " } else { word }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_counts_for_thirty_days() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    drop(env.run(&["provider", "probe"]).exits(0));
    let age = |days: i64| {
        let db = Connection::open(env.data_dir().join("state.db")).unwrap();
        db.busy_timeout(Duration::from_secs(20)).unwrap();
        let aged =
            db.execute("UPDATE findings SET at_ms = at_ms - ?1", [days * 24 * 60 * 60 * 1000]).unwrap();
        assert_eq!(aged, 5);
    };
    age(29);
    assert_eq!(shown(&env, "groq"), ALL);
    age(2);
    assert_eq!(shown(&env, "groq"), NOTHING);
    assert!(!env.run(&["provider", "show", "groq"]).exits(0).stdout.contains("probed"));
    // The file may be deleted at any time.
    drop(env.run(&["provider", "probe"]).exits(0));
    assert_eq!(shown(&env, "groq"), ALL);
    std::fs::remove_file(env.data_dir().join("state.db")).unwrap();
    assert_eq!(shown(&env, "groq"), NOTHING);
}

/// Nobody looks at the answer as it comes.
struct Nobody;

impl Delivery for Nobody {
    async fn event(&mut self, _: &Event) -> Result<Written, Gone> {
        Ok(Written::No)
    }

    fn notice(&mut self, _: &Notice<'_>) -> Result<(), Gone> {
        Ok(())
    }
}

async fn ask_with_tools(env: &TestEnv) -> Result<Completion, RouteError> {
    let app = env.app();
    let client = Client::new().unwrap();
    let route = app.route(&client, &[]).await.unwrap();
    let tool = ToolSpec {
        name: "get_weather".into(),
        description: String::new(),
        parameters: json!({"type": "object", "properties": {"city": {"type": "string"}}}),
        strict: false,
    };
    let request = ChatRequest {
        messages: vec![Message::text(Role::User, "What is the weather in Paris?")],
        tools: vec![tool],
        stream: true,
        ..ChatRequest::default()
    };
    let ask = Ask {
        id: "test".into(),
        request: &request,
        route: &route,
        buffered: false,
        deadline: None,
        max_wait: Duration::ZERO,
        conversation: Conversation::default(),
    };
    let result = app.router(client).chat(&ask, &mut Nobody).await;
    app.ledger.flush(Duration::from_secs(20)).unwrap();
    result
}

#[tokio::test(flavor = "multi_thread")]
async fn who_calls_no_tools_comes_after_all_others() {
    let (groq, cerebras) = (stand("groq", &[]).await, stand("cerebras", &[]).await);
    let env = TestEnv::new();
    env.config(&format!(
        "default_route = \"test\"\n[routes.test]\nmodels = [\"groq/no-tools\", \"cerebras\"]\n{}{}",
        provider_section(&groq),
        provider_section(&cerebras)
    ));
    // Nothing is known of it, so it is asked.
    assert_eq!(ask_with_tools(&env).await.unwrap().attempts[0].model.provider, "groq");
    drop(env.run(&["provider", "probe", "-m", "groq/no-tools"]).exits(0));
    let asked = groq.requests().len();
    let completion = ask_with_tools(&env).await.unwrap();
    assert_eq!(completion.attempts[0].model.provider, "cerebras");
    assert_eq!(completion.answer.tool_calls().count(), 1);
    assert_eq!(groq.requests().len(), asked);
    let explain = |need: &str| env.run(&["--json", "route", "explain", "--need", need]).exits(0).json();
    let last = &explain("tools")["candidates"][1];
    assert_eq!((&last["provider"], &last["weighed"]["spoken_tools"]), (&json!("groq"), &json!(true)));
    let table = env.run(&["route", "explain", "--need", "tools"]).exits(0).stdout;
    assert!(table.contains("it calls tools in words"), "{table}");
    assert_eq!(explain("schema")["candidates"][0]["provider"], "groq");
    // Whoever needs none still goes there.
    drop(env.run(&["chat", "hello"]).exits(0));
    assert_eq!(groq.requests().len(), asked + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_break_is_mended_in_the_way_that_a_probe_showed() {
    let whole = {
        let groq = stand("groq", &[]).await;
        TestEnv::with_stands(&[&groq]).run(&["chat", "tell me of the sea"]).exits(0).stdout
    };
    for (manner, roles) in [
        (Manner::Continue, &["user", "assistant"][..]),
        (Manner::RefusePrefill, &["user", "assistant", "user"]),
        (Manner::StartOver, &["user", "assistant", "user"]),
    ] {
        let (deepseek, groq) = (stand("deepseek", &["cut:9"]).await, taking_up("groq", manner).await);
        let env = TestEnv::with_stands(&[&deepseek, &groq]);
        drop(env.run(&["provider", "probe", "groq"]).exits(0));
        let before = groq.requests().len();
        let ran = env.run(&["chat", "tell me of the sea"]).exits(0);
        assert_eq!(ran.stdout, whole, "{manner}");
        let asked = groq.requests();
        assert_eq!(asked.len(), before + 1, "{manner}");
        let messages = asked.last().unwrap().body["messages"].as_array().unwrap().clone();
        let said: Vec<_> = messages.iter().map(|message| message["role"].as_str().unwrap()).collect();
        assert_eq!(said, roles, "{manner}");
    }
}

#[test]
fn what_cannot_be_probed_says_why() {
    assert_snapshot!(TestEnv::new().run(&["provider", "probe", "groq", "hf-inference"]), @"
    exit 3
    --- stdout
    PROVIDER/MODEL  TOOLS   PARALLEL  SCHEMA  PREFILL  USAGE IN STREAMS
    groq            no_key
    hf-inference    no_key
    --- stderr
    error: 2 of 2 probes failed
      groq  no_key: there is no key for it
      hf-inference  no_key: there is no key for it
    hint: groq: set GROQ_API_KEY, or run `aigw auth login groq` (https://console.groq.com/keys)
    hint: hf-inference: set HF_API_KEY, or run `aigw auth login hf-inference` (https://huggingface.co/settings/tokens)
    ");
    drop(TestEnv::new().run(&["provider", "probe", "grok"]).exits(6));
    drop(TestEnv::new().run(&["provider", "probe", "-m", "no-such-model-x"]).exits(6));
    drop(TestEnv::new().run(&["provider", "probe", "--timeout", "0"]).exits(2));
    let env = TestEnv::new().var("GROQ_API_KEY", "some-key-1234567890");
    drop(env.run(&["provider", "disable", "groq"]).exits(0));
    assert_snapshot!(env.run(&["provider", "probe", "groq"]), @"
    exit 3
    --- stdout
    PROVIDER/MODEL  TOOLS  PARALLEL  SCHEMA  PREFILL  USAGE IN STREAMS
    groq            off
    --- stderr
    error: the probe failed
      groq  off: it is disabled
    hint: groq: `aigw provider enable groq` enables it
    ");
    let env = TestEnv::new().var("HF_API_KEY", "some-key-1234567890");
    assert_snapshot!(env.run(&["provider", "probe", "hf-inference"]), @"
    exit 0
    --- stdout
    PROVIDER/MODEL  TOOLS          PARALLEL  SCHEMA  PREFILL  USAGE IN STREAMS
    hf-inference    no_chat_model
    --- stderr
    hf-inference: it has no default model to talk to; -m names one
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_that_works_is_enough() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::new()
        .var("GROQ_API_KEY", "invalid-key-0123456789,second-good-key-123456,third-good-key-123456");
    env.config(&format!("[providers.groq]\nbase_url = \"{}\"\n", groq.base_url()));
    assert_eq!(found(&env, &[]), ALL);
    // One refused, and four answered to the second key.
    assert_eq!(groq.requests().len(), 5);
}
