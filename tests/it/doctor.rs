//! `aigw doctor`: what it finds, what it says to do, and that it changes nothing.

use insta::assert_snapshot;

use super::support::{Ran, TestEnv, http, nothing_local, provider_section, raw_server, stand};

/// Without what differs from machine to machine and from run to run.
fn stable(ran: Ran) -> String {
    let text = ran.stable();
    let lines = text.lines().map(|line| {
        if line.contains(" version: ") {
            return "ok       version: [VERSION]".to_owned();
        }
        if line.contains(" disk: ") {
            return "ok       disk: [FREE]".to_owned();
        }
        if line.contains(" more are known ") {
            return "ok       providers: [N] more are known".to_owned();
        }
        // Whether the log has gone into the file by then is the database's affair.
        if let Some((before, _)) = line.split_once("(version ") {
            return format!("{before}(version [N], [SIZE])");
        }
        match (line.find(" answers ("), line.rfind(" ms)")) {
            (Some(from), Some(to)) => format!("{} answers ([MS]{}", &line[..from], &line[to..]),
            _ => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn findings(env: &TestEnv, code: i32) -> Vec<(String, String, String)> {
    let rows = env.run(&["--json", "doctor"]).exits(code).json();
    let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| {
        (text(row, "check"), text(row, "state"), text(row, "finding") + " / " + &text(row, "todo"))
    })
    .collect()
}

/// The one finding about something that is not as it should be.
#[track_caller]
fn finding(env: &TestEnv, code: i32, check: &str) -> String {
    let all = findings(env, code);
    let found: Vec<_> = all.iter().filter(|(name, state, _)| name == check && state != "ok").collect();
    assert_eq!(found.len(), 1, "{check}: {all:#?}");
    format!("{}: {}", found[0].1, found[0].2)
}

#[test]
fn a_fresh_home_stays_empty() {
    let env = TestEnv::new();
    let ran = env.run(&["doctor"]);
    assert!(ran.stdout.contains("ok       configuration: there is no [HOME]/config/config.toml"), "{ran}");
    assert_eq!(std::fs::read_dir(env.path()).unwrap().count(), 0);
}

#[test]
fn nothing_is_set_up() {
    let env = TestEnv::new();
    env.config(&nothing_local());
    let ran = env.run(&["doctor"]).exits(1);
    assert_snapshot!(stable(ran), @"
    exit 1
    --- stdout
    ok       version: [VERSION]
    ok       terminal: stdout is no terminal; without colours
    ok       configuration: [HOME]/config/config.toml is well-formed
    ok       credentials: there is no [HOME]/config/credentials.toml: no key is stored
    ok       environment: read: AIGW_CONFIG_DIR, AIGW_DATA_DIR
    ok       ollama: switched off in the configuration
    ok       lmstudio: switched off in the configuration
    ok       llamacpp: switched off in the configuration
    ok       vllm: switched off in the configuration
    ok       providers: [N] more are known
    ok       config directory: [HOME]/config can be written
    ok       data directory: [HOME]/data can be created when it is needed
    ok       disk: [FREE]
    ok       databases: there are none yet: the first request creates them
    ok       certificates: the system's are used
    problem  providers: none has a key, and no local server answers
             → `aigw init` sets one up; or set a variable such as GROQ_API_KEY; `aigw demo` needs nothing
    --- stderr
    error: 1 problem, no warnings
    ");
    assert!(!env.data_dir().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_well() {
    let (groq, cerebras) = (stand("groq", &[]).await, stand("cerebras", &[]).await);
    let env =
        TestEnv::new().var("GROQ_API_KEY", "key-of-groq-1234").var("CEREBRAS_API_KEY", "key-of-cerebras-1");
    let section = |id: &str, url: String| format!("[providers.{id}]\nbase_url = \"{url}\"\n");
    env.config(&(section("groq", groq.base_url()) + &section("cerebras", cerebras.base_url())));
    env.run(&["chat", "hello"]).exits(0);
    let before = std::fs::read(env.data_dir().join("ledger.db")).unwrap();
    let listed = |env: &TestEnv| {
        let mut names: Vec<_> =
            std::fs::read_dir(env.data_dir()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let names = listed(&env);
    assert_snapshot!(stable(env.run(&["doctor"])), @"
    exit 0
    --- stdout
    ok       version: [VERSION]
    ok       terminal: stdout is no terminal; without colours
    ok       configuration: [HOME]/config/config.toml is well-formed
    ok       credentials: there is no [HOME]/config/credentials.toml: no key is stored
    ok       environment: read: AIGW_CONFIG_DIR, AIGW_DATA_DIR, CEREBRAS_API_KEY, GROQ_API_KEY
    ok       groq: on, key [KEY] from env GROQ_API_KEY
    ok       cerebras: on, key [KEY] from env CEREBRAS_API_KEY
    ok       providers: [N] more are known
    ok       config directory: [HOME]/config can be written
    ok       data directory: [HOME]/data can be written
    ok       disk: [FREE]
    ok       memory.db: it is sound (version [N], [SIZE])
    ok       ledger.db: it is sound (version [N], [SIZE])
    ok       state.db: it is sound (version [N], [SIZE])
    ok       certificates: the system's are used
    ok       reach groq: http://127.0.0.1:[PORT]/openai/v1 answers ([MS] ms)
    ok       reach cerebras: http://127.0.0.1:[PORT]/v1 answers ([MS] ms)
    ok       clock: it agrees with that of a provider
    --- stderr
    no problems, no warnings
    ");
    assert_eq!((std::fs::read(env.data_dir().join("ledger.db")).unwrap(), listed(&env)), (before, names));
}

#[test]
fn what_is_wrong_with_files_hides_nothing_else() {
    let env = TestEnv::new().var("GROQ_API_KEY", "key-of-groq-1234");
    env.config("[providers.groq]\nbase_ulr = \"http://127.0.0.1:9\"\n");
    let credentials =
        env.write("config/credentials.toml", b"[cerebras]\napi_keys = [\"canary-stored-key\"]\n");
    let ran = env.run(&["doctor", "--offline"]).exits(1);
    assert!(!ran.to_string().contains("canary"), "{ran}");
    assert_snapshot!(stable(ran), @"
    exit 1
    --- stdout
    ok       version: [VERSION]
    ok       terminal: stdout is no terminal; without colours
    problem  configuration: [HOME]/config/config.toml:2:1: unknown key `providers.groq.base_ulr`
             → did you mean `base_url`?
    problem  credentials: [HOME]/config/credentials.toml: others can read the keys in it (mode 644)
             → chmod 600 [HOME]/config/credentials.toml
    ok       environment: read: AIGW_CONFIG_DIR, AIGW_DATA_DIR, GROQ_API_KEY
    ok       groq: on, key [KEY] from env GROQ_API_KEY
    ok       providers: [N] more are known
    ok       config directory: [HOME]/config can be written
    ok       data directory: [HOME]/data can be created when it is needed
    ok       disk: [FREE]
    ok       databases: there are none yet: the first request creates them
    ok       certificates: the system's are used
    ok       network: nobody beyond this machine was asked (--offline)
    --- stderr
    error: 2 problems, no warnings
    ");
    std::fs::remove_file(credentials).unwrap();
    // Whether there is a key nobody knows then.
    let ran = TestEnv::new();
    ran.config(&(nothing_local() + "x = = 1"));
    let ran = ran.run(&["doctor", "--offline"]).exits(1);
    assert!(ran.stderr.contains("1 problem,"), "{ran}");
    env.config("[routes.x]\nmodels = [\"grok\"]\n");
    let ran = env.run(&["doctor", "--offline"]).exits(1);
    assert!(ran.stdout.contains("did you mean `groq`?"), "{ran}");
}

#[test]
fn keys_that_surprise() {
    let env = TestEnv::new()
        .var("GROQ_API_KEY", "key-of-groq-1234")
        .var("CEREBRAS_API_KEY", "")
        .var("OPENROUTER_APIKEY", "key-of-openrouter");
    env.run_with(&["auth", "login", "groq"], b"another-key-of-groq").exits(0);
    env.config("[providers.mistral]\napi_keys = [\"canary-bare-key-1\"]\n[providers.xai]\npriority = 1\n");
    let ran = env.run(&["doctor", "--offline"]).exits(0);
    assert!(!ran.to_string().contains("canary"), "{ran}");
    assert_snapshot!(stable(ran), @"
    exit 0
    --- stdout
    ok       version: [VERSION]
    ok       terminal: stdout is no terminal; without colours
    ok       configuration: [HOME]/config/config.toml is well-formed
    ok       credentials: [HOME]/config/credentials.toml holds keys for 1 provider, for you only
    warning  configuration: [HOME]/config/config.toml:2:1: `providers.mistral.api_keys`: it holds a key itself; `aigw auth login mistral`, or `env:NAME`, `cmd:COMMAND`, `file:PATH` keep it out of the file
    ok       environment: read: AIGW_CONFIG_DIR, AIGW_DATA_DIR, GROQ_API_KEY
    warning  environment: CEREBRAS_API_KEY is set and empty, which counts as not set
    warning  environment: OPENROUTER_APIKEY is set and nobody reads it
             → did you mean OPENROUTER_API_KEY?
    ok       groq: on, key [KEY] from env GROQ_API_KEY
    warning  groq: another key is in credentials as well; the one from env GROQ_API_KEY is used
             → `aigw auth logout groq` removes the stored one
    ok       mistral: on, key [KEY] from config
    warning  xai: it is configured and has no key
             → set XAI_API_KEY or run `aigw auth login xai`
    ok       providers: [N] more are known
    ok       config directory: [HOME]/config can be written
    ok       data directory: [HOME]/data can be created when it is needed
    ok       disk: [FREE]
    ok       databases: there are none yet: the first request creates them
    ok       certificates: the system's are used
    ok       network: nobody beyond this machine was asked (--offline)
    --- stderr
    no problems, 5 warnings
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_the_way_is_told_apart() {
    let (groq, mistral) = (stand("groq", &["401"]).await, stand("mistral", &["503"]).await);
    let portal = raw_server(&http("200 OK", "text/html", "<html>log in</html>"));
    let moved =
        raw_server("HTTP/1.1 302 Found\r\nlocation: http://portal.example/\r\nconnection: close\r\n\r\n");
    let no_tls = groq.base_url().replace("http://", "https://");
    let env = TestEnv::new();
    let section = |id: &str, url: &str| {
        format!("[providers.{id}]\nbase_url = \"{url}\"\napi_keys = [\"test-key-of-{id}\"]\n")
    };
    env.config(
        &[
            provider_section(&groq),
            provider_section(&mistral),
            section("cerebras", "http://127.0.0.1:9/v1"),
            section("openai", "http://no-such-proxy.invalid/tunnel"),
            section("novita", &portal),
            section("together", &moved),
            section("xai", &no_tls),
        ]
        .concat(),
    );
    let all = findings(&env, 1);
    let reached = |id: &str| {
        let (_, state, finding) = all.iter().find(|(name, ..)| *name == format!("reach {id}")).unwrap();
        let what = finding.split(": ").nth(1).unwrap_or(finding).to_owned();
        format!("{state}: {what}")
    };
    assert_eq!(reached("groq"), "problem: it refuses the key");
    assert_eq!(reached("mistral"), "warning: it is out of order");
    assert_eq!(reached("cerebras"), "problem: nobody listens there");
    assert_eq!(reached("openai"), "problem: its name cannot be resolved");
    assert_eq!(reached("novita"), "problem: something else answers in its place");
    assert_eq!(reached("together"), "problem: something else answers in its place");
    assert_eq!(reached("xai"), "problem: no secure connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_path_is_told() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::new();
    let wrong = groq.base_url().replace("/v1", "/v2");
    env.config(&format!("[providers.groq]\nbase_url = \"{wrong}\"\napi_keys = [\"test-key-1\"]\n"));
    let found = finding(&env, 0, "reach groq").replace(&wrong, "[URL]");
    assert_snapshot!(found, @"warning: [URL]: it answers, but there is no list of models at its /models: Unknown request URL: /openai/v2/models / check base_url: it is all that stands before /chat/completions (/messages, /models/…, /predictions); `aigw provider test groq` tries it");
    // Where models are in the path there is no list, and nothing is wrong with that.
    let hf = stand("hf-inference", &[]).await;
    env.config(&provider_section(&hf));
    let ran = env.run(&["doctor"]).exits(0);
    assert!(ran.stdout.contains("ok       reach hf-inference"), "{ran}");
}

#[test]
fn clocks_databases_and_directories() {
    let old = "HTTP/1.1 200 OK\r\ndate: Sun, 01 Jan 2023 00:00:00 GMT\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{\"data\":[]}";
    let env = TestEnv::new();
    env.config(&format!(
        "[providers.groq]\nbase_url = \"{}\"\napi_keys = [\"test-key-1\"]\n",
        raw_server(old)
    ));
    let clock = finding(&env, 0, "clock");
    assert!(clock.starts_with("warning: it is ") && clock.contains("min ahead of"), "{clock}");
    env.write("data/ledger.db", &[b'x'; 8192]);
    assert_snapshot!(finding(&env, 1, "ledger.db"), @"problem: [HOME]/data/ledger.db: it is not a database; move it away to start afresh /");
    assert_eq!(std::fs::read_dir(env.data_dir()).unwrap().count(), 1);
    let env = TestEnv::new().var("GROQ_API_KEY", "key-of-groq-1234");
    let file = env.write("file", b"");
    let env = env.var("AIGW_DATA_DIR", file.join("data").to_str().unwrap());
    let ran = env.run(&["doctor", "--offline"]).exits(1);
    assert!(ran.stdout.contains("problem  data directory: [HOME]/file/data cannot be created"), "{ran}");
    let ran = TestEnv::new().var("OLLAMA_HOST", "ftp://x").run(&["doctor", "--offline"]).exits(1);
    assert!(ran.stdout.contains("OLLAMA_HOST"), "{ran}");
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    let env = TestEnv::new().var("GROQ_API_KEY", "key-of-groq-1234").var("HTTPS_PROXY", "http://127.0.0.1:9");
    let reached = finding(&env, 1, "reach groq");
    assert!(reached.contains("the proxy does not let it through"), "{reached}");
}

#[test]
fn offline_means_that_nothing_leaves_this_machine() {
    // The next room is behind a proxy, which answers for it.
    let models = r#"{"object":"list","data":[{"id":"gemma4:latest","object":"model"}]}"#;
    let proxy = raw_server(&http("200 OK", "application/json", models));
    let env =
        TestEnv::new().var("OLLAMA_HOST", "http://in-the-next-room.invalid:11434").var("http_proxy", &proxy);
    let off = ["lmstudio", "llamacpp", "vllm"].map(|id| format!("[providers.{id}]\nenabled = false\n"));
    env.config(&off.concat());
    let ran = env.run(&["doctor"]).exits(0);
    assert!(ran.stdout.contains("local server: ollama answers at"), "{ran}");
    let ran = env.run(&["doctor", "--offline"]).exits(1);
    assert!(!ran.stdout.contains("ollama answers"), "{ran}");
}

#[test]
fn variables_that_the_configuration_names_are_read() {
    let env = TestEnv::new().var("GROQ_APIKEY", "key-of-groq-1234").var("NO_PROXY", "localhost");
    env.config("[providers.groq]\napi_keys = [\"env:GROQ_APIKEY\"]\n");
    let ran = env.run(&["doctor", "--offline"]).exits(0);
    assert!(ran.stdout.contains("read: AIGW_CONFIG_DIR, AIGW_DATA_DIR, GROQ_APIKEY, NO_PROXY"), "{ran}");
    // A list of exceptions from a proxy is no proxy.
    assert!(!ran.stdout.contains("proxy: "), "{ran}");
}

#[tokio::test(flavor = "multi_thread")]
async fn local_servers_are_enough() {
    let ollama = stand("ollama", &[]).await;
    let host = ollama.base_url().trim_end_matches("/v1").to_owned();
    let env = TestEnv::new().var("OLLAMA_HOST", &host);
    let ran = env.run(&["doctor", "--offline"]).exits(0);
    assert!(ran.stdout.contains("local server: ollama answers at"), "{ran}");
}
