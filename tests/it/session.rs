//! Conversations: what is kept, what goes along, what a killed process leaves.

use std::io::Read;
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{TestEnv, stand};

/// The text of a message; what was thought is another part.
fn text(message: &Value) -> String {
    let parts = message["parts"].as_array().unwrap().iter();
    parts.filter_map(|part| part["text"].as_str()).collect()
}

/// What was said in a session, message by message.
fn said(env: &TestEnv, session: &str) -> Vec<(String, String)> {
    let value = env.run(&["session", "show", session, "--json"]).exits(0).json();
    let turns = value["turns"].as_array().unwrap().iter();
    let messages = turns.flat_map(|turn| turn["messages"].as_array().unwrap());
    messages.map(|message| (message["role"].as_str().unwrap().to_owned(), text(message))).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(role, text)| ((*role).to_owned(), (*text).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_session_goes_on() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    env.run(&["chat", "-s", "tea", "--system", "Be brief.", "say exactly: green"]).exits(0);
    env.run(&["chat", "-s", "tea", "say exactly: black"]).exits(0);
    env.run(&["chat", "-c", "say exactly: white"]).exits(0);
    let sent: Vec<Value> = groq.requests().iter().map(|request| request.body["messages"].clone()).collect();
    let message = |role: &str, content: &str| json!({"role": role, "content": content});
    assert_eq!(
        sent[2],
        json!([
            message("system", "Be brief."),
            message("user", "say exactly: green"),
            message("assistant", "green"),
            message("user", "say exactly: black"),
            message("assistant", "black"),
            message("user", "say exactly: white"),
        ])
    );
    assert_eq!(said(&env, "tea").len(), 6);
    // Another question begins another session.
    env.run(&["chat", "say exactly: coffee"]).exits(0);
    assert_eq!(groq.requests()[3].body["messages"].as_array().unwrap().len(), 1);
    let listed = env.run(&["session", "ls", "--json"]).exits(0).json();
    let titles: Vec<_> = listed.as_array().unwrap().iter().map(|row| (&row["name"], &row["turns"])).collect();
    assert_eq!(titles, [(&Value::Null, &json!(1)), (&json!("tea"), &json!(3))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_stays_with_its_models_and_with_whoever_answered() {
    let (groq, cerebras) = (stand("groq", &["429:60"]).await, stand("cerebras", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &cerebras]);
    // The first one is throttled; when it is well again, the conversation is in the other one's cache.
    env.run(&["chat", "-s", "a", "hello"]).exits(0);
    let asked = cerebras.requests().len();
    env.run(&["provider", "reset", "groq"]).exits(0);
    env.run(&["chat", "-s", "a", "hello again"]).exits(0);
    assert_eq!(cerebras.requests().len(), asked + 1);
    env.run(&["chat", "-s", "b", "-m", "cerebras", "hello"]).exits(0);
    env.run(&["chat", "-s", "b", "hello again"]).exits(0);
    assert_eq!(cerebras.requests().len(), asked + 3);
    let listed = env.run(&["session", "ls", "--json"]).exits(0).json();
    assert_eq!(listed[0]["models"], json!(["cerebras"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_kept_where_nothing_shall_be() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let answer = env.run(&["chat", "--no-memory", "--json", "hello"]).exits(0).json();
    assert_eq!(answer["session"], Value::Null);
    assert!(!env.data_dir().join("memory.db").exists());
    assert_snapshot!(env.run(&["chat", "-c", "hello"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no session to continue
    hint: `aigw chat` begins one with every question; `-s NAME` gives it a name
    ");
    env.run(&["chat", "-c", "--no-memory", "hello"]).exits(2);
    assert_snapshot!(env.run(&["session", "ls"]), @"
    exit 0
    --- stdout
    --- stderr
    there are no sessions yet: `aigw chat` begins one
    ");
    assert_snapshot!(env.run(&["session", "show", "tea"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no session `tea`
    hint: `aigw session ls` lists them
    ");
    assert!(!env.data_dir().join("memory.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_shown_forked_renamed_and_forgotten() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    for word in ["one", "two"] {
        env.run(&["chat", "-s", "count", &format!("say exactly: {word}")]).exits(0);
    }
    assert_snapshot!(env.run(&["session", "export", "count"]), @"
    exit 0
    --- stdout
    # count

    ## user

    say exactly: one

    ## assistant

    one

    _groq/openai/gpt-oss-20b, 7 tokens in, 20 out, $0.000007_

    ## user

    say exactly: two

    ## assistant

    two

    _groq/openai/gpt-oss-20b, 18 tokens in, 20 out, $0.000007_
    --- stderr
    ");
    assert_eq!(env.run(&["session", "fork", "count", "early", "--turns", "1"]).exits(0).stdout, "early\n");
    env.run(&["chat", "-s", "early", "say exactly: other"]).exits(0);
    let shared = [("user", "say exactly: one"), ("assistant", "one")];
    let other = [("user", "say exactly: other"), ("assistant", "other")];
    assert_eq!(said(&env, "early"), pairs(&[shared, other].concat()));
    assert_snapshot!(env.run(&["session", "rename", "early", "count"]), @"
    exit 1
    --- stdout
    --- stderr
    error: another session is called `count`
    hint: `aigw session rename count OTHER` gives that one another name
    ");
    assert_snapshot!(env.run(&["session", "fork", "count", "early"]), @"
    exit 1
    --- stdout
    --- stderr
    error: another session is called `early`
    hint: `aigw session rename early OTHER` gives that one another name
    ");
    env.run(&["session", "rename", "early", "late"]).exits(0);
    env.run(&["session", "rm", "count", "lost"]).exits(6);
    env.run(&["session", "rm", "count"]).exits(0);
    assert_eq!(said(&env, "late"), pairs(&[shared, other].concat()));
    let shown = env.run(&["session", "show", "late"]).exits(0).stdout;
    let (head, rest) = shown.split_once('\n').unwrap();
    assert!(head.starts_with("session ") && head.contains(", late, forked from "), "{head}");
    assert_snapshot!(rest, @"

    user:
    say exactly: one

    assistant:
    one
    (groq/openai/gpt-oss-20b, 7 tokens in, 20 out, $0.000007)

    user:
    say exactly: other

    assistant:
    other
    (groq/openai/gpt-oss-20b, 19 tokens in, 23 out, $0.000008)
    ");
    for name in ["", "a\nb"] {
        env.run(&["session", "rename", "late", name]).exits(2);
        env.run(&["chat", "-s", name, "hello"]).exits(2);
    }
}

/// A turn without an answer is kept as it was, and does not go along.
#[tokio::test(flavor = "multi_thread")]
async fn failed_and_cut_turns_are_kept_and_marked() {
    let openai = stand("openai", &["401*1", "cut:9"]).await;
    let env = TestEnv::with_stands(&[&openai]);
    env.run(&["chat", "-s", "a", "hello"]).exits(4);
    env.run(&["provider", "reset", "openai"]).exits(0);
    env.run(&["chat", "-s", "a", "count to 30"]).exits(7);
    let value = env.run(&["session", "show", "a", "--json"]).exits(0).json();
    let states: Vec<_> = value["turns"].as_array().unwrap().iter().map(|turn| &turn["state"]).collect();
    assert_eq!(states, ["failed", "cut"]);
    assert!(value["turns"][0]["problem"].as_str().unwrap().starts_with("auth: "), "{value}");
    let cut = text(&value["turns"][1]["messages"][1]);
    assert!(cut.len() >= 20 && !cut.contains("30"), "{cut}");
}

/// Ctrl-C keeps what had come; so does a kill that nobody can hear of.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_had_come_of_an_interrupted_turn_is_kept() {
    let mut settings = aigw::simulate::Settings::new("groq");
    settings.pace.between = std::time::Duration::from_millis(100);
    let groq = aigw::simulate::Stand::start(settings).await.unwrap();
    let env = TestEnv::with_stands(&[&groq]);
    for (signal, name) in [("-INT", "int"), ("-KILL", "kill")] {
        let mut child = env
            .command(&["chat", "-s", name, "count to 500"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (mut seen, mut bytes) = (String::new(), [0; 64]);
        let pid = child.id().to_string();
        let stdout = child.stdout.as_mut().unwrap();
        while seen.len() < 40 {
            let length = stdout.read(&mut bytes).unwrap();
            seen.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
        }
        assert!(std::process::Command::new("kill").args([signal, &pid]).status().unwrap().success());
        stdout.read_to_string(&mut seen).unwrap();
        child.wait().unwrap();
        let value = env.run(&["session", "show", name, "--json"]).exits(0).json();
        let turn = &value["turns"][0];
        assert_eq!(turn["state"], "interrupted", "{value}");
        let kept = &text(&turn["messages"][1]);
        // Of a kill the last moments may be lost, and nothing else.
        assert!(seen.starts_with(kept) && kept.len() >= 10, "{kept:?} of {seen:?}");
        assert!(name == "kill" || seen.len() <= kept.len() + 5, "{kept:?} of {seen:?}");
        // It goes along with the next question, as far as it came.
        env.run(&["chat", "-s", name, "say exactly: on"]).exits(0);
        let sent = groq.requests().last().unwrap().body["messages"].clone();
        assert_eq!(sent[1], json!({"role": "assistant", "content": kept}));
    }
}

/// A conversation that does not fit any more goes on: what is old is summarised once, and stays as it was said.
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_summarised_once() {
    let openai = stand("openai", &[]).await;
    let env = TestEnv::with_stands(&[&openai]);
    for number in ["10", "300", "3", "4"] {
        env.run(&["chat", "-s", "long", &format!("count to {number}")]).exits(0);
    }
    openai.inject("context*1".parse().unwrap());
    let before = openai.requests().len();
    env.run(&["chat", "-s", "long", "say exactly: on"]).exits(0);
    let asked: Vec<String> =
        openai.requests()[before..].iter().map(|request| request.body["messages"].to_string()).collect();
    // Refused; the summary, of as many pieces as it takes; the question with the summary before it.
    let (refused, last) = (&asked[0], asked.last().unwrap());
    assert!(asked.len() > 2 && asked[1].contains("<conversation>"), "{asked:#?}");
    assert!(asked[1].contains("count to 10") && !asked[1].contains("count to 3\""), "{asked:#?}");
    assert!(
        last.contains("<summary of=") && last.contains("count to 4") && !last.contains("298 299"),
        "{last}"
    );
    assert!(last.len() < refused.len(), "{asked:#?}");
    let before = openai.requests().len();
    let value = env.run(&["session", "show", "long", "--json"]).exits(0).json();
    let turns = value["turns"].as_array().unwrap();
    let summaries: Vec<bool> = turns.iter().map(|turn| turn["summary"].is_string()).collect();
    assert_eq!((turns.len(), summaries.iter().filter(|it| **it).count()), (5, 1), "{value}");
    assert_eq!(said(&env, "long")[0], ("user".to_owned(), "count to 10".to_owned()));
    // The next one finds it made.
    env.run(&["chat", "-s", "long", "say exactly: and on"]).exits(0);
    assert_eq!(openai.requests().len(), before + 1);
}
