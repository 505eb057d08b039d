//! The ledger, as `aigw usage` shows it.

use insta::assert_snapshot;

use super::support::{TestEnv, stand};

#[tokio::test(flavor = "multi_thread")]
async fn every_attempt_counts() {
    let (groq, openai) = (stand("groq", &["503"]).await, stand("openai", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &openai]);
    let id = env.run(&["--json", "chat", "what is 2+3"]).exits(0).json()["request_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_snapshot!(env.run(&["usage", "--by", "provider"]), @"
    exit 0
    --- stdout
    PROVIDER  REQUESTS  ATTEMPTS  FAILED  TOKENS IN  TOKENS OUT    COST $
    groq             1         2       2          0           0  0.000000
    openai           1         1       0          6           8  0.000005
    --- stderr
    ");
    let requests = env.run(&["--json", "usage", "--by", "request"]).exits(0).json();
    assert_eq!(requests[0]["request_id"], id.as_str());
    assert_eq!((&requests[0]["attempts"], &requests[0]["failed"]), (&3.into(), &2.into()));
    assert!(requests[0]["answered_by"].as_str().unwrap().starts_with("openai/"));
    let listed = env.run(&["usage", "--by", "request"]).exits(0).stdout;
    assert!(listed.contains(&id) && listed.starts_with("REQUEST "), "{listed}");
    // The first characters of an id are enough.
    let shown = env.run(&["usage", "--request", &id[..14]]).exits(0).stdout;
    assert_eq!(shown.lines().count(), 4, "{shown}");
    let first: Vec<&str> = shown.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(first[3..5], ["server", "503"], "{shown}");
    assert!(shown.lines().last().unwrap().ends_with(" provider"), "{shown}");
    let attempts = env.run(&["--json", "usage", "--request", &id]).exits(0).json();
    let classes: Vec<_> =
        attempts.as_array().unwrap().iter().map(|attempt| attempt["class"].as_str()).collect();
    assert_eq!(classes, [Some("server"), Some("server"), None]);
    assert_eq!(attempts[2]["usage"]["source"], "provider");
    let days = env.run(&["--json", "usage"]).exits(0).json();
    assert_eq!((days[0]["requests"].as_u64(), days[0]["attempts"].as_u64()), (Some(1), Some(3)));
    let later = env.run(&["usage", "--since", "2099-01-01"]).exits(0);
    assert_eq!((later.stdout.as_str(), later.stderr.as_str()), ("", "nothing was used since then\n"));
    let later = env.run(&["--json", "usage", "--since", "2099-01-01"]).exits(0).json();
    assert_eq!(later.as_array().unwrap().len(), 0);
    assert_snapshot!(env.run(&["usage", "--request", "nope"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no request `nope`, or more than one begins so
    hint: ids begin with the time: a recent one needs a dozen signs; `aigw usage --by request` lists them
    ");
    assert_snapshot!(env.run(&["usage", "--since", "soon"]), @"
    exit 2
    --- stdout
    --- stderr
    error: invalid value 'soon' for '--since <WHEN>': expected a span such as `24h` or a date such as `2026-11-01`

    For more information, try '--help'.
    ");
}

#[test]
fn nothing_yet_is_no_error() {
    drop(TestEnv::new().run(&["usage", "--request", "nope"]).exits(6));
    assert_eq!(TestEnv::new().run(&["usage", "--by", "request"]).exits(0).stdout, "");
    assert_snapshot!(TestEnv::new().run(&["usage"]), @"
    exit 0
    --- stdout
    --- stderr
    nothing was used yet
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_processes_write_one_ledger() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let children: Vec<_> = (0..12)
        .map(|_| env.command(&["chat", "hello"]).stdout(std::process::Stdio::null()).spawn().unwrap())
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let sums = env.run(&["--json", "usage"]).exits(0).json();
    assert_eq!(sums[0]["requests"], 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cost_that_is_not_all_is_explained() {
    let ollama = stand("ollama", &[]).await;
    let env = TestEnv::with_stands(&[&ollama]);
    env.run(&["chat", "what is 2+3"]).exits(0);
    assert_snapshot!(env.run(&["usage", "--by", "provider"]), @"
    exit 0
    --- stdout
    PROVIDER  REQUESTS  ATTEMPTS  FAILED  TOKENS IN  TOKENS OUT     COST $
    ollama           1         1       0          6           8  0.000000+
    --- stderr
    + at least so much: the price of some attempts is not known
    ");
    assert_eq!(env.run(&["--json", "usage"]).exits(0).stderr, "");
}
