//! A key is in no output, log, database or process list.

use std::process::Stdio;

use base64::Engine;

use super::support::{TestEnv, http, raw_server, stand};

const CANARY: &str = "sk-canary-5f2e8b7d91c34a60";
const BAD_CANARY: &str = "sk-bad-canary-77aa42c0d1";

fn forms(key: &str) -> Vec<String> {
    let encoded = base64::engine::general_purpose::STANDARD.encode(key);
    let percent = key.replace('-', "%2D");
    // A part of the key is a leak as well.
    vec![key.to_owned(), encoded, percent, key[key.len() - 10..].to_owned()]
}

#[track_caller]
fn clean(what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for form in [CANARY, BAD_CANARY].into_iter().flat_map(forms) {
        assert!(!text.contains(&form), "{what} holds {form}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_shown_nowhere() {
    let (groq, openai) = (stand("groq", &[]).await, stand("openai", &["hang*1"]).await);
    let env = TestEnv::new().var("GROQ_API_KEY", CANARY).var("OPENAI_API_KEY", BAD_CANARY);
    env.config(&format!(
        "[providers.groq]\nbase_url = \"{}\"\n[providers.openai]\nbase_url = \"{}\"\ntimeout = {{ first_token = \"300ms\" }}\n",
        groq.base_url(),
        openai.base_url()
    ));
    let runs: &[&[&str]] = &[
        &["chat", "hello"],
        &["-vv", "chat", "hello"],
        &["--json", "chat", "hello"],
        &["--output", "jsonl", "chat", "hello"],
        &["chat", "--dry-run", "hello"],
        &["--json", "chat", "--dry-run", "hello"],
        &["-vv", "chat", "-m", "openai", "hello"],
        &["--json", "chat", "-m", "openai", "hello"],
        &["config", "show"],
        &["--json", "config", "show"],
        &["provider", "show", "groq"],
        &["--json", "provider", "ls"],
        &["auth", "ls"],
        &["usage", "--by", "model"],
        &["chat", "--help"],
    ];
    for log in ["", "trace"] {
        for args in runs {
            let output = env.command(args).env("AIGW_LOG", log).output().unwrap();
            clean(&format!("{args:?} (AIGW_LOG={log}) stdout"), &output.stdout);
            clean(&format!("{args:?} (AIGW_LOG={log}) stderr"), &output.stderr);
        }
    }
    for entry in std::fs::read_dir(env.data_dir()).unwrap() {
        let path = entry.unwrap().path();
        clean(path.to_str().unwrap(), &std::fs::read(&path).unwrap());
    }
    // The keys did arrive where they belong.
    assert!(groq.requests().iter().any(|request| {
        request.headers.iter().any(|(name, value)| name == "authorization" && value.ends_with("4a60"))
    }));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_in_no_process_list() {
    let groq = stand("groq", &["slow:2s"]).await;
    let env = TestEnv::new().var("GROQ_API_KEY", CANARY);
    // A key command is a process of its own.
    env.config(&format!(
        "[providers.groq]\nbase_url = \"{}\"\napi_keys = [\"cmd:printenv GROQ_API_KEY\"]\n",
        groq.base_url()
    ));
    let mut child = env
        .command(&["chat", "-m", "groq", "hello"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while groq.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    clean("the command line", &std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap());
    assert!(child.wait().unwrap().success());
}

/// Providers echo keys: in refusals, in bodies with a good status, in streams, beyond where a message is cut.
#[test]
fn an_echoed_key_goes_no_further() {
    let long = "x".repeat(485);
    let json = "application/json";
    let answers = [
        http("400 Bad Request", json, r#"{"error":{"message":"cannot read {authorization}"}}"#),
        http("500 Oops", json, &format!(r#"{{"error":{{"message":"{long} {{authorization}}"}}}}"#)),
        http("200 OK", json, r#"{"error":{"message":"Bad credentials: {authorization}"}}"#),
        http("200 OK", "text/html", "<html><title>{authorization}</title></html>"),
        http("200 OK", "text/event-stream", "data: {\"error\":{\"message\":\"no: {authorization}\"}}\n\n"),
        http("200 OK", "text/event-stream", "data: {authorization}\n\ndata: {authorization}\n\n"),
        http("200 OK", "text/plain", "{authorization}"),
    ];
    for answer in answers {
        let env = TestEnv::new().var("MY_KEY", CANARY);
        let url = raw_server(&answer);
        env.config(&format!(
            "[providers.mybox]\nwire = \"openai\"\nbase_url = \"{url}\"\napi_keys = [\"env:MY_KEY\"]\n"
        ));
        for args in [
            &["chat", "-m", "mybox/m", "hi"][..],
            &["--json", "chat", "-m", "mybox/m", "hi"],
            &["-vv", "chat", "-m", "mybox/m", "hi"],
        ] {
            let output = env.command(args).output().unwrap();
            assert_eq!(output.status.code(), Some(4), "{answer}");
            clean("stdout", &output.stdout);
            clean("stderr", &output.stderr);
        }
        for entry in std::fs::read_dir(env.data_dir()).unwrap() {
            clean("the ledger", &std::fs::read(entry.unwrap().path()).unwrap());
        }
    }
}

#[test]
fn a_key_in_the_wrong_place_is_not_quoted() {
    for text in [
        format!("[providers.groq]\napi_keys = \"{CANARY}\""),
        format!("[providers]\ngroq = \"{CANARY}\""),
        format!("[providers.groq]\nwire = \"{CANARY}\""),
        format!("[providers.groq]\nbase_url = \"https://x/v1?key={CANARY}\""),
        format!("[providers.groq]\nbase_url = \"https://{CANARY}@x/v1\""),
        format!("[providers.groq]\napi_keys = [[\"{CANARY}\"]]"),
    ] {
        let env = TestEnv::new();
        env.config(&text);
        let output = env.command(&["config", "validate"]).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{text}");
        clean(&text, &output.stderr);
    }
    let env = TestEnv::new().var("OLLAMA_HOST", &format!("http://user:{CANARY}@x"));
    clean("OLLAMA_HOST", &env.command(&["provider", "ls"]).output().unwrap().stderr);
}

#[test]
fn keys_in_types_cannot_be_printed() {
    let secret = aigw::secret::Secret::new(CANARY);
    clean("Debug", format!("{secret:?}").as_bytes());
    let panic = std::panic::catch_unwind(|| panic!("{secret:?}"));
    let message = *panic.unwrap_err().downcast::<String>().unwrap();
    clean("a panic", message.as_bytes());
}
