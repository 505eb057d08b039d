//! A key is in no output, log, database or process list.

use std::process::Stdio;

use base64::Engine;

use super::support::{TestEnv, stand};

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

#[test]
fn keys_in_types_cannot_be_printed() {
    let secret = aigw::secret::Secret::new(CANARY);
    clean("Debug", format!("{secret:?}").as_bytes());
    let panic = std::panic::catch_unwind(|| panic!("{secret:?}"));
    let message = *panic.unwrap_err().downcast::<String>().unwrap();
    clean("a panic", message.as_bytes());
}
