//! `aigw provider test`: what works, what does not, and what to do about it.

use insta::assert_snapshot;

use super::support::{Ran, TestEnv, http, nothing_local, provider_section, raw_server, stand};

/// Without the times, which differ from run to run.
fn timeless(ran: Ran) -> String {
    let text = ran.stable();
    let lines = text.lines().map(|line| {
        let mut words: Vec<String> = line.split_inclusive(' ').map(str::to_owned).collect();
        if line.contains(" works ") {
            for word in &mut words {
                if word.trim().parse::<u32>().is_ok() && word.trim().len() < 6 {
                    "N ".clone_into(word);
                }
            }
        }
        words
            .concat()
            .split("  ")
            .filter(|piece| !piece.is_empty())
            .map(str::trim)
            .collect::<Vec<_>>()
            .join(" | ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn all_work() {
    let (groq, cerebras) = (stand("groq", &[]).await, stand("cerebras", &[]).await);
    let env = TestEnv::with_stands(&[&cerebras, &groq]);
    assert_snapshot!(timeless(env.run(&["provider", "test"])), @"
    exit 0
    --- stdout
    PROVIDER | KEY | RESULT | MS | FIRST TOKEN | ANSWERED BY
    groq | c728917b | works | N | N | openai/gpt-oss-20b
    cerebras | 2b93ccd5 | works | N | N | gpt-oss-120b
    --- stderr
    ");
    let rows = env.run(&["--json", "provider", "test", "groq"]).exits(0).json();
    assert_eq!(rows[0]["provider"], "groq");
    assert_eq!((rows[0]["works"].as_bool(), rows[0]["result"].as_str()), (Some(true), Some("works")));
    assert!(rows[0]["latency_ms"].is_u64() && rows[0]["ttft_ms"].is_u64(), "{rows}");
    // A test is a request like any other.
    let sums = env.run(&["--json", "usage", "--by", "provider"]).exits(0).json();
    assert_eq!((&sums[0]["group"], sums[0]["attempts"].as_u64()), (&"groq".into(), Some(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_says_what_to_do() {
    let faults = [
        ("groq", "401"),
        ("openrouter", "quota"),
        ("novita", "429:90"),
        ("cerebras", "html"),
        ("openai", "404"),
        ("mistral", "503"),
        ("deepseek", "403"),
    ];
    let mut text = String::new();
    let mut stands = Vec::new();
    for (provider, fault) in faults {
        let stand = stand(provider, &[fault]).await;
        text += &provider_section(&stand);
        stands.push(stand);
    }
    // Nobody listens there.
    text += "[providers.xai]\nbase_url = \"http://127.0.0.1:9/v1\"\napi_keys = [\"test-key-of-xai\"]\n";
    let env = TestEnv::new();
    env.config(&text);
    assert_snapshot!(timeless(env.run(&["provider", "test"]).exits(4)), @"
    exit 4
    --- stdout
    PROVIDER | KEY | RESULT | MS | FIRST TOKEN | ANSWERED BY
    groq | c728917b | auth
    openrouter | e16ddf82 | quota_exhausted
    novita | e90d9eb5 | rate_limited
    cerebras | 2b93ccd5 | malformed
    openai | 57870e17 | not_found
    mistral | 9eb29f9a | server
    deepseek | 20f541be | forbidden
    xai | 2a82f968 | unreachable
    --- stderr
    error: 8 of 8 tests failed
    groq/openai/gpt-oss-20b (key [KEY] from config) | auth (401): the provider refused the key
    openrouter/openai/gpt-oss-20b:free (key [KEY] from config) | quota_exhausted (402): Insufficient credits. Add more using https://openrouter.ai/credits
    novita/openai/gpt-oss-120b (key [KEY] from config) | rate_limited (429): rate limit exceeded
    cerebras/gpt-oss-120b (key [KEY] from config) | malformed: a web page instead of an answer: 200 OK
    openai/gpt-6-luna (key [KEY] from config) | not_found (404): The model `gpt-6-luna` does not exist or you do not have access to it.
    mistral/mistral-small-latest (key [KEY] from config) | server (503): Service unavailable.
    deepseek/deepseek-flash (key [KEY] from config) | forbidden (403): Your key may not use this model
    xai/grok-4.3 (key [KEY] from config) | unreachable: cannot connect: Connection refused (os error 111)
    hint: groq: put a good key into `api_keys` of `[providers.groq]` (https://console.groq.com/keys)
    hint: openrouter: wait a while, or add credit (https://openrouter.ai/settings/keys)
    hint: novita: wait 90 s
    hint: cerebras: check that http://127.0.0.1:[PORT]/v1 is the provider and not something before it
    hint: openai: `aigw model ls openai --refresh` shows what it serves
    hint: mistral: it is out of order for now: try again later
    hint: deepseek: the key may not use this model: look at the account (https://platform.deepseek.com/api_keys), or try another model: `aigw provider test deepseek -m MODEL`
    hint: xai: start the server at http://127.0.0.1:9/v1, or correct its address
    ");
    // One request each, and none to another.
    assert!(stands.iter().all(|stand| stand.requests().len() == 1));
    let rows = env.run(&["--json", "provider", "test", "groq", "mistral"]).exits(4).json();
    assert_eq!((&rows[0]["result"], &rows[0]["status"]), (&"auth".into(), &401.into()));
    assert!(rows[0]["todo"].as_str().unwrap().contains("api_keys"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_key_of_a_pool_is_tested() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::new()
        .var("GROQ_API_KEY", "first-good-key-123456,invalid-key-0123456789")
        .var("GROQ_API_KEY_2", "third-good-key-123456");
    env.config(&format!("[providers.groq]\nbase_url = \"{}\"\n", groq.base_url()));
    let ran = env.run(&["--json", "provider", "test"]).exits(4);
    assert!(!ran.to_string().contains("key-0123456789") && !ran.to_string().contains("good-key"), "{ran}");
    let rows = ran.json();
    let results: Vec<_> =
        rows.as_array().unwrap().iter().map(|row| row["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["works", "auth", "works"]);
    let prints: std::collections::HashSet<_> =
        rows.as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), 3);
    assert_snapshot!(timeless(env.run(&["provider", "test"])), @"
    exit 4
    --- stdout
    PROVIDER | KEY | RESULT | MS | FIRST TOKEN | ANSWERED BY
    groq | 43e42e15 | works | N | N | openai/gpt-oss-20b
    groq | df0b97ec | auth
    groq | 48e731a3 | works | N | N | openai/gpt-oss-20b
    --- stderr
    error: 1 of 3 tests failed
    groq/openai/gpt-oss-20b (key [KEY] from env GROQ_API_KEY) | auth (401): the provider refused the key
    hint: groq: put a good key into GROQ_API_KEY (https://console.groq.com/keys)
    ");
}

#[test]
fn nothing_is_set_up() {
    assert_snapshot!(TestEnv::new().run(&["provider", "test", "groq", "hf-inference"]), @"
    exit 3
    --- stdout
    PROVIDER      KEY  RESULT  MS  FIRST TOKEN  ANSWERED BY
    groq               no_key
    hf-inference       no_key
    --- stderr
    error: 2 of 2 tests failed
      groq  no_key: there is no key for it
      hf-inference  no_key: there is no key for it
    hint: groq: set GROQ_API_KEY, or run `aigw auth login groq` (https://console.groq.com/keys)
    hint: hf-inference: set HF_API_KEY, or run `aigw auth login hf-inference` (https://huggingface.co/settings/tokens)
    ");
    assert_snapshot!(TestEnv::new().run(&["provider", "test", "grok"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no provider `grok`
    hint: did you mean `groq`?
    ");
    assert_snapshot!(TestEnv::new().run(&["provider", "test", "-m", "no-such-model-x"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no route, provider or model `no-such-model-x`
    hint: `aigw provider ls --all` and `aigw model ls --all` show what is known
    ");
    // A key that is there for other purposes is mentioned, and not used unasked.
    let env = TestEnv::new().var("HF_TOKEN", "some-key-1234567890");
    env.config(&nothing_local());
    let ran = env.run(&["provider", "test"]).exits(3);
    assert!(ran.stderr.starts_with("huggingface is used on request only"), "{ran}");
    let env = TestEnv::new().var("GROQ_API_KEY", "some-key-1234567890");
    env.config("[providers.groq]\nenabled = false\n");
    assert_snapshot!(env.run(&["provider", "test", "groq"]), @"
    exit 3
    --- stdout
    PROVIDER  KEY  RESULT  MS  FIRST TOKEN  ANSWERED BY
    groq           off
    --- stderr
    error: the test failed
      groq  off: it is switched off in the configuration
    hint: groq: take `enabled = false` out of `[providers.groq]`
    ");
    env.config("[providers.groq]\napi_keys = [\"cmd:false\"]\n");
    assert_snapshot!(env.run(&["provider", "test", "groq"]), @"
    exit 3
    --- stdout
    PROVIDER  KEY  RESULT  MS  FIRST TOKEN  ANSWERED BY
    groq           auth
    --- stderr
    error: the test failed
      groq/openai/gpt-oss-20b (key from cmd false …)  auth: the key command `false …` failed (exit status: 1)
    hint: groq: mend where the key comes from (cmd false …)
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn models_can_be_named() {
    let (groq, cerebras) = (stand("groq", &[]).await, stand("cerebras", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &cerebras]);
    let asked = |args: &[&str]| {
        let args: Vec<&str> = ["--json", "provider", "test"].iter().chain(args).copied().collect();
        env.run(&args).exits(0).json()[0]["model"].as_str().unwrap().to_owned()
    };
    assert_eq!(asked(&["-m", "groq/openai/gpt-oss-120b"]), "groq/openai/gpt-oss-120b");
    assert_eq!(asked(&["groq", "-m", "openai/gpt-oss-120b"]), "groq/openai/gpt-oss-120b");
    assert_eq!(asked(&["groq", "-m", "groq/openai/gpt-oss-120b"]), "groq/openai/gpt-oss-120b");
    // A bare id: whoever lists it and is on.
    assert_eq!(asked(&["-m", "gpt-oss-120b"]), "cerebras/gpt-oss-120b");
    // Only embeddings: not a failure, unless a model was named.
    let hf = stand("hf-inference", &[]).await;
    env.config(&provider_section(&hf));
    assert_snapshot!(env.run(&["provider", "test"]).stable(), @"
    exit 0
    --- stdout
    PROVIDER      KEY  RESULT         MS  FIRST TOKEN  ANSWERED BY
    hf-inference       no_chat_model
    --- stderr
    hf-inference: it has no default model to talk to; -m names one
    ");
    assert_eq!(
        asked(&["hf-inference", "-m", "HuggingFaceTB/SmolLM3-3B"]),
        "hf-inference/HuggingFaceTB/SmolLM3-3B"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn time_is_bounded() {
    let groq = stand("groq", &["hang"]).await;
    let env = TestEnv::with_stands(&[&groq]);
    assert_snapshot!(env.run(&["provider", "test", "--timeout", "300ms"]), @"
    exit 4
    --- stdout
    PROVIDER  KEY       RESULT   MS  FIRST TOKEN  ANSWERED BY
    groq      c728917b  timeout
    --- stderr
    error: the test failed
      groq/openai/gpt-oss-20b (key c728917b from config)  timeout: no answer within 0.3s
    hint: groq: try again later, or give it more time: `timeout` of `[providers.groq]`, and --timeout
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_local_server_are_keys() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::new();
    let keys = |keys: &str| {
        let url = groq.base_url();
        env.config(&format!(
            "[providers.mine]\nwire = \"openai\"\nbase_url = \"{url}\"\napi_keys = [{keys}]\n"
        ));
    };
    keys("\"cmd:false\"");
    assert_snapshot!(env.run(&["provider", "test", "mine"]).stable(), @"
    exit 3
    --- stdout
    PROVIDER  KEY  RESULT  MS  FIRST TOKEN  ANSWERED BY
    mine           auth
    --- stderr
    error: the test failed
      mine (key from cmd false …)  auth: the key command `false …` failed (exit status: 1)
    hint: mine: mend where the key comes from (cmd false …)
    ");
    assert_snapshot!(env.run(&["chat", "-m", "mine", "hello"]).stable(), @"
    exit 3
    --- stdout
    --- stderr
    error: the server of `mine` at http://127.0.0.1:[PORT]/openai/v1 cannot be asked without a key: the key command `false …` failed (exit status: 1)
    hint: mend where the key comes from (cmd false …)
    ");
    keys("\"bad-key-0123456789\"");
    assert_snapshot!(env.run(&["provider", "test", "mine"]).stable(), @"
    exit 4
    --- stdout
    PROVIDER  KEY       RESULT  MS  FIRST TOKEN  ANSWERED BY
    mine      014f5f23  auth
    --- stderr
    error: the test failed
      mine (key [KEY] from config)  auth (401): the provider refused the key
    hint: mine: put a good key into `api_keys` of `[providers.mine]`
    ");
    assert_snapshot!(env.run(&["chat", "-m", "mine", "hello"]).stable(), @"
    exit 4
    --- stdout
    --- stderr
    error: the server of `mine` at http://127.0.0.1:[PORT]/openai/v1 does not let us in: the provider refused the key
    hint: see to its key (config); `aigw provider show mine` names all of them
    ");
    // The first key that is taken is enough to ask, and a command gives one too.
    keys("\"cmd:false\", \"bad-key-0123456789\", \"cmd:echo good-key-0123456789\"");
    let rows = env.run(&["--json", "provider", "test", "mine"]).exits(4).json();
    let results: Vec<_> = rows.as_array().unwrap().iter().map(|row| row["result"].clone()).collect();
    assert_eq!(results, ["auth", "auth", "works"]);
    env.run(&["chat", "-m", "mine", "hello"]).exits(0);
    // Neither command of a key may take longer than there is time.
    keys("\"cmd:sleep 600\"");
    for args in
        [&["provider", "test", "--timeout", "300ms"][..], &["chat", "-m", "mine", "--timeout", "300ms", "x"]]
    {
        drop(env.run(args).exits(4));
    }
    let url = groq.base_url();
    env.config(&format!("[providers.groq]\nbase_url = \"{url}\"\napi_keys = [\"cmd:sleep 600\"]\n"));
    assert_snapshot!(env.run(&["chat", "-m", "groq", "--timeout", "300ms", "x"]), @"
    exit 3
    --- stdout
    --- stderr
    error: no key for the route `groq` could be had
      groq/openai/gpt-oss-20b  auth: the key from cmd sleep … did not come in time
    hint: every attempt is on record: aigw usage --request [ID]
    ");
    drop(env.run(&["chat", "-m", "groq", "--timeout", "0s", "x"]).exits(2));
    assert_snapshot!(env.run(&["provider", "test", "--timeout", "0"]), @"
    exit 2
    --- stdout
    --- stderr
    error: invalid value '0' for '--timeout <DUR>': it must be longer than nothing, such as `30s`

    For more information, try '--help'.
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_local_server_of_ones_own_is_asked_last() {
    let (groq, box_of_mine) = (stand("groq", &["503"]).await, stand("vllm", &[]).await);
    let env = TestEnv::new();
    let url = box_of_mine.base_url();
    env.config(&format!(
        "{}[providers.mybox]\nwire = \"openai\"\nbase_url = \"{url}\"\n",
        provider_section(&groq)
    ));
    let ran = env.run(&["chat", "hello"]).exits(0);
    assert!(ran.stderr.contains("answered by mybox/"), "{ran}");
    assert_eq!(groq.requests().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_of_ones_own_show_their_key_as_their_wire_has_it() {
    for (wire, model) in [
        ("gemini", "gemini-3.1-flash-lite"),
        ("anthropic", "claude-haiku-4-5"),
        ("replicate", "openai/gpt-5-nano"),
    ] {
        let stand = stand(wire, &[]).await;
        let env = TestEnv::new();
        let keys = |key: &str| {
            let url = stand.base_url();
            env.config(&format!(
                "[providers.mine]\nwire = \"{wire}\"\nbase_url = \"{url}\"\ndefault_model = \"{model}\"\napi_keys = [\"{key}\"]\n"
            ));
        };
        keys("good-key-0123456789");
        drop(env.run(&["provider", "test"]).exits(0));
        keys("bad-key-0123456789");
        let rows = env.run(&["--json", "provider", "test"]).exits(4).json();
        assert_eq!(rows[0]["result"], "auth", "{rows}");
        assert_eq!(rows[0]["todo"], "put a good key into `api_keys` of `[providers.mine]`");
        let ran = env.run(&["doctor"]).exits(1);
        assert!(ran.stdout.contains("it refuses the key"), "{ran}");
    }
}

#[test]
fn an_echoed_key_is_not_shown() {
    let url = raw_server(&http(
        "401 Unauthorized",
        "application/json",
        r#"{"error":{"message":"bad {authorization}"}}"#,
    ));
    let env = TestEnv::new().var("GROQ_API_KEY", "canary-key-0123456789");
    env.config(&format!("[providers.groq]\nbase_url = \"{url}\"\n"));
    for args in [&["provider", "test"][..], &["--json", "provider", "test"]] {
        let ran = env.run(args).exits(4);
        assert!(!ran.to_string().contains("canary-key"), "{ran}");
    }
}
