//! Stored keys.

use insta::assert_snapshot;

use super::support::{TestEnv, stand};

#[test]
fn a_key_comes_and_goes() {
    let env = TestEnv::new();
    assert_snapshot!(env.run_with(&["auth", "login", "groq"], b"gsk_canary_0123456789\n").stable(), @"
    exit 0
    --- stdout
    --- stderr
    stored the key [KEY] for groq in [HOME]/config/credentials.toml
    ");
    assert_snapshot!(env.run(&["auth", "ls"]).stable(), @"
    exit 0
    --- stdout
    PROVIDER  COMES FROM   FINGERPRINT
    groq      credentials  11af6e06
    --- stderr
    ");
    let text = std::fs::read_to_string(env.config_dir().join("credentials.toml")).unwrap();
    assert!(text.contains("gsk_canary_0123456789"));
    env.run_with(&["auth", "login", "groq", "--add"], b"gsk_second_0123456789\n").exits(0);
    let listed = env.run(&["--json", "auth", "ls"]).exits(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_snapshot!(env.run(&["auth", "logout", "groq"]), @"
    exit 0
    --- stdout
    --- stderr
    removed 2 keys of groq
    ");
    assert_snapshot!(env.run(&["auth", "logout", "groq"]), @"
    exit 0
    --- stdout
    --- stderr
    no key was stored for groq
    ");
    assert_snapshot!(env.run(&["auth", "ls"]), @"
    exit 0
    --- stdout
    --- stderr
    no keys yet; `aigw auth login PROVIDER` stores one
    ");
}

#[test]
fn what_is_no_key_or_no_provider() {
    let env = TestEnv::new();
    assert_snapshot!(env.run_with(&["auth", "login", "grok"], b"key"), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no provider `grok`
    hint: did you mean `groq`?
    ");
    assert_snapshot!(env.run(&["auth", "logout", "grok"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no provider `grok`
    hint: did you mean `groq`?
    ");
    // One that is not known any more takes its keys along.
    env.config("[providers.mine]\nwire = \"openai\"\nbase_url = \"http://127.0.0.1:9/v1\"\n");
    env.run_with(&["auth", "login", "mine"], b"key-of-mine-0123456789").exits(0);
    env.config("");
    let ran = env.run(&["auth", "ls"]).exits(0);
    assert!(ran.stdout.contains("mine      credentials, not in use"), "{ran}");
    let ran = env.run(&["auth", "logout", "mine"]).exits(0);
    assert!(ran.stderr.contains("removed 1 key of mine"), "{ran}");
    env.run(&["auth", "logout", "mine"]).exits(6);
    assert_snapshot!(env.run_with(&["auth", "login", "groq"], b""), @"
    exit 2
    --- stdout
    --- stderr
    error: that is no key: expected one word of letters, digits and signs on stdin
    ");
    assert_snapshot!(env.run_with(&["auth", "login", "groq"], b"two words"), @"
    exit 2
    --- stdout
    --- stderr
    error: that is no key: expected one word of letters, digits and signs on stdin
    ");
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let env = TestEnv::new();
    env.run_with(&["auth", "login", "groq"], b"gsk_canary_0123456789").exits(0);
    let file = env.config_dir().join("credentials.toml");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert_snapshot!(env.run(&["chat", "hello"]), @"
    exit 3
    --- stdout
    --- stderr
    error: [HOME]/config/credentials.toml: others can read the keys in it (mode 644)
    hint: chmod 600 [HOME]/config/credentials.toml
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_key_is_used_and_the_environment_comes_first() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::new();
    env.config(&format!("[providers.groq]\nbase_url = \"{}\"\n", groq.base_url()));
    env.run_with(&["auth", "login", "groq"], b"stored-key-0123456789").exits(0);
    env.run(&["chat", "-m", "groq", "hello"]).exits(0);
    let env = env.var("GROQ_API_KEY", "environment-key-0123456789");
    env.run(&["chat", "-m", "groq", "hello"]).exits(0);
    let ran = env.run_with(&["auth", "login", "groq"], b"another-key-0123456789").exits(0);
    assert!(ran.stderr.contains("comes first"), "{ran}");
    let keys: Vec<String> = groq
        .requests()
        .iter()
        .map(|request| request.headers.iter().find(|(name, _)| name == "authorization").unwrap().1.clone())
        .collect();
    assert_ne!(keys[0], keys[1]);
}
