//! What a gateway tells of itself: figures, the dashboard over them, the access log, traces.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::serve::{Gateway, post};
use super::support::{TestEnv, stand};

/// The names of the figures in a text: of samples.
fn samples(text: &str) -> BTreeSet<String> {
    let name = |line: &str| line.split(['{', ' ']).next().unwrap().to_owned();
    text.lines().filter(|line| !line.starts_with('#')).map(name).collect()
}

/// The names of our figures in a query.
fn asked(query: &str) -> Vec<String> {
    let words = query.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("aigw_")).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_told_and_the_dashboard_asks_for_no_others() {
    let (groq, cerebras) = (stand("groq", &["503*1", "503*1"]).await, stand("cerebras", &[]).await);
    let gateway = Gateway::before(&[&groq, &cerebras]).await;
    let body = json!({"model": "test", "max_tokens": 50, "messages": [{"role": "user", "content": "say exactly: a"}]});
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let with = format!("connection: close\r\ntraceparent: {trace}");
    gateway
        .send(&post(gateway.addr, "/v1/messages", &body).replace("connection: close", &with))
        .await
        .is(200);
    gateway.get("/nowhere").await.is(404);
    let text = gateway.get("/metrics").await.is(200).body;
    for sample in [
        "aigw_http_requests_total{path=\"/v1/messages\",method=\"POST\",code=\"200\"} 1",
        "aigw_http_requests_total{path=\"other\",method=\"GET\",code=\"404\"} 1",
        "aigw_upstream_requests_total{provider=\"groq\",model=\"openai/gpt-oss-20b\",outcome=\"server\"}",
        "aigw_inflight_requests 1",
    ] {
        assert!(text.contains(sample), "{sample}\n{text}");
    }
    assert!(text.ends_with("# EOF\n"), "{text}");
    let told = samples(&text);
    let dashboard: Value = serde_json::from_str(include_str!("../../dashboards/aigw.json")).unwrap();
    let mut queries = 0;
    for target in
        dashboard["panels"].as_array().unwrap().iter().flat_map(|panel| panel["targets"].as_array().unwrap())
    {
        for name in asked(target["expr"].as_str().unwrap()) {
            queries += 1;
            assert!(told.contains(&name), "the dashboard asks for {name}, and there are {told:?}");
        }
    }
    assert!(queries >= 10);
    // The trace goes through, and nothing that is none.
    let sent = format!("{:?}", cerebras.requests());
    assert!(sent.contains(trace), "{sent}");
    let served = gateway.served();
    let first = &served[0];
    assert_eq!((first.dialect, first.trace.as_deref(), first.attempts > 1), ("anthropic", Some(trace), true));
    assert!(first.tokens.1.unwrap() > 0);
    let wrong = with.replace(trace, "00-nonsense-b7ad6b7169203331-01");
    gateway
        .send(&post(gateway.addr, "/v1/messages", &body).replace("connection: close", &wrong))
        .await
        .is(200);
    assert_eq!(gateway.served().last().unwrap().trace, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_access_log_is_json_without_what_was_said() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let path = env.path().join("access.jsonl");
    let service = super::serve::Service::start(&env, &["--access-log", path.to_str().unwrap()]);
    let body = json!({"model": "test", "messages": [{"role": "user", "content": "say exactly: a secret"}], "stream": true});
    super::serve::send(service.addr, &post(service.addr, "/v1/chat/completions", &body)).await.is(200);
    service.signal("-TERM");
    assert_eq!(service.ended().0, Some(0));
    let text = std::fs::read_to_string(path).unwrap();
    let line: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&line["status"], &line["ending"], &line["dialect"]),
        (&json!(200), &json!("whole"), &json!("openai"))
    );
    assert_eq!(line["model"], "groq/openai/gpt-oss-20b");
    assert!(line["first_ms"].is_u64() && line["output_tokens"].as_u64().unwrap() > 0, "{line}");
    assert!(!text.contains("secret"), "{text}");
}

/// A change of the configuration holds from the next request on; one that is wrong changes nothing, and what is under way
/// goes on.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_is_read_anew_and_nobody_notices() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let service = super::serve::Service::start(&env, &["-v"]);
    let addr = service.addr;
    let ask = |model: &'static str| async move {
        let body = json!({"model": model, "messages": [{"role": "user", "content": "say exactly: a"}]});
        super::serve::send(addr, &post(addr, "/v1/chat/completions", &body)).await
    };
    ask("test").await.is(200);
    ask("mine").await.is(404);
    let config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    env.config(&format!("{config}[aliases]\nmine = \"test\"\n"));
    super::serve::eventually_async("the alias is known", || async { ask("mine").await.status == 200 }).await;
    // An agent's file is a part of it.
    let sums = |told: &str| {
        let text =
            format!("---\nname: sums\ndescription: reckons\nmemory: {{ recall_tokens: 0 }}\n---\n{told}\n");
        env.write("config/agents/sums.md", text.as_bytes());
    };
    for told in ["You reckon.", "You reckon well."] {
        sums(told);
        super::serve::eventually_async("the agent is told that", || async {
            ask("agent:sums").await.status == 200
                && groq.requests().last().unwrap().body.to_string().contains(told)
        })
        .await;
    }
    env.config("nonsense = [");
    service.signal("-HUP");
    for _ in 0..20 {
        ask("mine").await.is(200);
    }
    env.config(&config);
    service.signal("-HUP");
    super::serve::eventually_async("the alias is gone", || async { ask("mine").await.status == 404 }).await;
    service.signal("-TERM");
    let (code, told) = service.ended();
    assert_eq!(code, Some(0));
    assert!(told.contains("was read anew") && told.contains("the one before still holds"), "{told}");
}
