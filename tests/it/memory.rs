//! What is remembered, by command and across agents.

use serde_json::json;

use crate::support::{TestEnv, stand};

#[test]
fn what_was_added_is_found_shown_and_forgotten() {
    let env = TestEnv::new();
    let id =
        env.run(&["memory", "add", "the staging server is down on Sundays", "--tag", "ops"]).exits(0).stdout;
    let id = id.trim();
    env.run(&["memory", "set", "editor", "helix"]).exits(0);
    env.run(&["memory", "set", "editor", "vim"]).exits(0);
    assert_eq!(env.run(&["memory", "get", "editor"]).exits(0).stdout, "vim\n");
    assert_eq!(
        env.run(&["memory", "get", &id[..6]]).exits(0).stdout,
        "the staging server is down on Sundays\n"
    );
    let found = env.run(&["memory", "search", "which", "servers are DOWN?", "--json"]).exits(0).json();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["id"]), (1, &json!(id)));
    for hostile in ["\"", "a* OR (", "NEAR(", "--", "茶", "\u{202e}x"] {
        env.run(&["memory", "search", "--", hostile]).exits(0);
    }
    assert_eq!(env.run(&["memory", "ls", "--json"]).exits(0).json().as_array().unwrap().len(), 2);
    env.run(&["memory", "rm", id]).exits(0);
    env.run(&["memory", "get", id]).exits(6);
    assert_eq!(env.run(&["memory", "search", "server", "--json"]).exits(0).json(), json!([]));
}

#[test]
fn an_export_is_imported_twice_and_is_there_once() {
    let (one, other) = (TestEnv::new(), TestEnv::new());
    for text in ["tea is green", "coffee \"is\" black", "日本茶\u{0}"] {
        one.run_with(&["memory", "add", "-"], text.as_bytes()).exits(0);
    }
    let exported = one.run(&["memory", "export"]).exits(0).stdout;
    let file = other.write("memory.jsonl", exported.as_bytes());
    for _ in 0..2 {
        other.run(&["memory", "import", file.to_str().unwrap()]).exits(0);
    }
    assert_eq!(other.run(&["memory", "export"]).exits(0).stdout, exported);
    assert_eq!(exported.lines().count(), 3);
}

/// What one agent was told goes along when another one is asked.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_goes_along_with_the_next_question() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    env.run(&["memory", "add", "The harbour office opens at nine."]).exits(0);
    let answer =
        env.run(&["chat", "--json", "-a", "writer", "when does the harbour office open?"]).exits(0).json();
    assert_eq!(answer["recalled"][0]["content"], "The harbour office opens at nine.");
    assert_eq!(answer["agent"], "writer");
    let sent = groq.requests()[0].body["messages"].to_string();
    assert!(sent.contains("<recalled-memory") && sent.contains("opens at nine"), "{sent}");
    // What was recalled is no part of what was said.
    let session = answer["session"].as_str().unwrap();
    let shown = env.run(&["session", "export", session]).exits(0).stdout;
    assert!(!shown.contains("recalled-memory"), "{shown}");
    env.run(&["chat", "--no-memory", "when does the harbour office open?"]).exits(0);
    assert!(!groq.requests().last().unwrap().body.to_string().contains("recalled-memory"));
}
