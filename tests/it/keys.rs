//! Virtual keys: made on the command line, held to by the gateway.

use serde_json::{Value, json};

use super::serve::{Gateway, Reply, post};
use super::support::{TestEnv, stand};

fn made(env: &TestEnv, args: &[&str]) -> String {
    env.run(&[&["key", "create"], args].concat()).exits(0).stdout.trim().to_owned()
}

fn body(model: &str, words: &str) -> Value {
    json!({"model": model, "max_tokens": 50, "messages": [{"role": "user", "content": words}]})
}

/// Asks with a key, as one of the vendors' clients shows it.
async fn ask(gateway: &Gateway, header: &str, model: &str) -> Reply {
    let request = post(gateway.addr, "/v1/messages", &body(model, "say exactly: a"));
    gateway.send(&request.replace("authorization: Bearer the-clients-own", header)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn once_there_is_a_key_everybody_needs_one() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let gateway = Gateway::start(&env).await;
    ask(&gateway, "x-none: 1", "test").await.is(200);
    let key = made(&env, &["laptop"]);
    assert!(key.starts_with("sk-aigw-") && key.len() == 60, "{key}");
    // The server looks at what has changed.
    super::serve::eventually_async("a key is needed", || async {
        ask(&gateway, "x-none: 1", "test").await.status == 401
    })
    .await;
    let refused = ask(&gateway, "x-none: 1", "test").await.is(401);
    assert_eq!(refused.error()["type"], "authentication_error");
    let before = groq.requests().len();
    for header in [
        format!("authorization: Bearer {key}"),
        format!("x-api-key: {key}"),
        format!("x-goog-api-key: {key}"),
    ] {
        ask(&gateway, &header, "test").await.is(200);
    }
    let gemini = json!({"contents": [{"parts": [{"text": "say exactly: a"}]}]});
    let path = format!("/v1beta/models/test:generateContent?key={key}");
    gateway
        .send(&post(gateway.addr, &path, &gemini).replace("authorization: Bearer the-clients-own\r\n", ""))
        .await
        .is(200);
    assert_eq!(groq.requests().len(), before + 4);
    assert!(!format!("{:?}", groq.requests()).contains(&key), "the client's key goes nowhere");
    // Whoever has none is told in its own words, and whether the server lives anybody may ask.
    let wrong =
        gateway.send(&post(gateway.addr, "/v1beta/models/test:generateContent", &gemini)).await.is(401);
    assert_eq!(wrong.error()["status"], "UNAUTHENTICATED");
    gateway.get("/health/live").await.is(200);
    gateway.get("/v1/models").await.is(401);
    let revoked = env.run(&["key", "revoke", "laptop", "-y"]).exits(0);
    assert!(!revoked.to_string().contains(&key));
    let shown = format!("x-api-key: {key}");
    super::serve::eventually_async("the key is revoked", || async {
        ask(&gateway, &shown, "test").await.status == 401
    })
    .await;
    let refused = ask(&gateway, &shown, "test").await.error();
    let message = refused["message"].as_str().unwrap();
    // Some clients know by these words that it is the key.
    assert!(message.starts_with("Incorrect API key provided") && message.contains("revoked"), "{message}");
    // What was asked is known to be the key's.
    gateway.flush();
    let used = env.run(&["key", "show", "laptop", "--json"]).exits(0).json();
    assert!(used["used"]["day"]["tokens"].as_u64().unwrap() > 0, "{used}");
    assert_eq!(used["state"], "revoked");
    let events = env.run(&["audit", "--json"]).exits(0).json();
    let events: Vec<&str> =
        events.as_array().unwrap().iter().map(|entry| entry["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["key.create", "key.revoke"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_good_for_what_it_says() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let some = format!("x-api-key: {}", made(&env, &["some", "-m", "groq/*", "--scope", "chat"]));
    let poor = format!("x-api-key: {}", made(&env, &["poor", "--tokens-per-day", "120"]));
    let slow = format!("x-api-key: {}", made(&env, &["slow", "--rpm", "1"]));
    let gateway = Gateway::start(&env).await;
    ask(&gateway, &some, "groq/openai/gpt-oss-20b").await.is(200);
    let refused = ask(&gateway, &some, "test").await.is(403);
    assert_eq!(refused.error()["type"], "permission_error");
    ask(&gateway, &some, "agent:assistant").await.is(403);
    let models = gateway
        .send(&format!(
            "GET /v1/models HTTP/1.1\r\nhost: {}\r\n{some}\r\nconnection: close\r\n\r\n",
            gateway.addr
        ))
        .await
        .is(200);
    let models = models.json();
    assert!(
        models["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|model| model["id"].as_str().unwrap().starts_with("groq/")),
        "{models}"
    );
    ask(&gateway, &slow, "test").await.is(200);
    let refused = ask(&gateway, &slow, "test").await.is(429);
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() > 50, "{refused:?}");
    // A budget is used up by what was used, and what is reserved and not used is given back.
    let mut answered = 0;
    while ask(&gateway, &poor, "test").await.status == 200 {
        gateway.flush();
        answered += 1;
        assert!(answered < 20, "the budget is not held to");
    }
    assert!(answered >= 1);
    let refused = ask(&gateway, &poor, "test").await.is(429);
    assert!(refused.error()["message"].as_str().unwrap().contains("120 tokens per day"), "{refused:?}");
    let used = env.run(&["key", "show", "poor", "--json"]).exits(0).json();
    assert!(used["used"]["day"]["tokens"].as_u64().unwrap() <= 120, "{used}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_belongs_to_the_key() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let (one, other) = (made(&env, &["one"]), made(&env, &["other"]));
    let gateway = Gateway::start(&env).await;
    let written = |path: &str, body: &Value, key: &str| {
        let with = format!("authorization: Bearer {key}\r\nx-session-id: trip");
        post(gateway.addr, path, body).replace("authorization: Bearer the-clients-own", &with)
    };
    let kept = gateway
        .send(&written("/v1/responses", &json!({"model": "test", "input": "say exactly: Graz"}), &one))
        .await
        .is(200)
        .json();
    let next = json!({"model": "test", "input": "and?", "previous_response_id": kept["id"]});
    gateway.send(&written("/v1/responses", &next, &other)).await.is(404);
    gateway.send(&written("/v1/responses", &next, &one)).await.is(200);
    gateway.send(&written("/v1/messages", &body("test", "hello"), &other)).await.is(200);
    let sent = groq.requests().last().unwrap().body.to_string();
    assert!(!sent.contains("Graz"), "the session of another one is not read: {sent}");
}

#[test]
fn keys_on_the_command_line() {
    let env = TestEnv::new();
    assert_eq!(env.run(&["key", "ls"]).exits(0).stdout, "");
    let key = made(&env, &["laptop", "--expires", "30d", "--rpm", "5", "--tag", "mine"]);
    let ran = env.run(&["key", "create", "laptop"]).exits(1);
    assert!(ran.stderr.contains("there is a key `laptop` already") && ran.stderr.contains("rotate"), "{ran}");
    let listed = env.run(&["key", "ls", "--json"]).exits(0);
    assert_eq!(listed.json()[0]["state"], "good");
    assert!(!listed.to_string().contains(&key));
    assert!(env.run(&["key", "ls"]).exits(0).stdout.contains(&format!("sk-aigw-…{}", &key[56..])));
    let new = env.run(&["key", "rotate", "laptop"]).exits(0).stdout;
    assert_ne!(new.trim(), key);
    assert_eq!(env.run(&["key", "revoke", "laptop"]).exits(5).stdout, "");
    assert!(env.run(&["key", "show", "latpop"]).exits(6).stderr.contains("did you mean `laptop`?"));
    for args in [
        &["key", "create", "a/b"][..],
        &["key", "create", "x", "-m", "["],
        &["key", "create", "x", "--scope", "all"],
        &["key", "create", "x", "--usd-per-day", "-1"],
    ] {
        env.run(args).exits(2);
    }
    // Off this machine only with keys.
    let alone = TestEnv::new();
    let ran = alone.run(&["serve", "--addr", "0.0.0.0:0"]).exits(2);
    assert!(
        ran.stderr.contains("no client needs a key yet") && ran.stderr.contains("aigw key create"),
        "{ran}"
    );
    let file = alone.write("keys", b"short\n");
    let ran = alone
        .var("AIGW_SERVE_KEY_FILE", file.to_str().unwrap())
        .run(&["serve", "--addr", "0.0.0.0:0"])
        .exits(3);
    assert!(ran.stderr.contains("can be guessed"), "{ran}");
}
