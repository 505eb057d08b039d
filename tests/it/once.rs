//! What a call has done is done once, wherever the streams around it break.

use std::fmt::Write as _;

use serde_json::json;

use crate::support::{TestEnv, stand};

/// More than any answer here has; a break behind the last piece keeps the end of the stream from coming.
const PIECES: usize = 14;

/// A tool that leaves a line behind each time that it is called.
fn notes(env: &TestEnv) {
    let mut config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    let effects = env.path().join("effects").display().to_string();
    let script = format!("cat >> '{effects}'; echo >> '{effects}'; echo noted");
    let _written = write!(
        config,
        "\n[tools.note]\ndescription = \"Notes something.\"\npermission = \"allow\"\ncommand = {}\n\
         parameters = {{ type = \"object\", properties.text.type = \"string\", required = [\"text\"] }}\n",
        json!(["/bin/sh", "-c", script])
    );
    env.config(&config);
}

fn effects(env: &TestEnv) -> usize {
    let effects = std::fs::read_to_string(env.path().join("effects")).unwrap_or_default();
    let _gone = std::fs::remove_file(env.path().join("effects"));
    effects.lines().filter(|line| !line.is_empty()).count()
}

/// Breaks the request before the call, and the one after it, at each of its pieces; another provider goes on.
async fn breaks_everywhere(provider: &str, kind: &str, stream: &[&str]) {
    // The first request of the provider is the one that calls; the second one has what the call gave.
    for (place, script) in [("before", &[][..]), ("after", &["slow:1ms*1"])] {
        for piece in 0..=PIECES {
            let fault = format!("{kind}:{piece}*1");
            let faults: Vec<&str> = script.iter().copied().chain([fault.as_str()]).collect();
            let (failing, other) = (stand(provider, &faults).await, stand("cerebras", &[]).await);
            let env = TestEnv::with_stands(&[&failing, &other]);
            notes(&env);
            let ask = ["chat", "-n", "-t", "note", "--json", "note that Rome is far"];
            let answer = env.run(&[&ask[..], stream].concat()).exits(0).json();
            let said = answer["text"].as_str().unwrap();
            assert!(said.contains("noted"), "{provider} {fault} {place}: {answer}");
            assert_eq!(effects(&env), 1, "{provider} {fault} {place}: {answer}");
            let failed = |attempt: &serde_json::Value| !attempt["class"].is_null();
            let failed = answer["attempts"].as_array().unwrap().iter().filter(|it| failed(it)).count();
            assert_eq!(failed, 1, "{provider} {fault} {place}: {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_cut_makes_no_call_twice() {
    for provider in ["groq", "gemini", "anthropic"] {
        breaks_everywhere(provider, "cut", &[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_with_an_error_makes_no_call_twice() {
    for provider in ["groq", "gemini", "anthropic"] {
        breaks_everywhere(provider, "error", &[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_held_back_makes_no_call_twice() {
    breaks_everywhere("groq", "reset", &["--no-stream"]).await;
    breaks_everywhere("groq", "eof", &["--extract"]).await;
}
