//! The configuration: what is wrong with it, where, and what is in force.

use insta::assert_snapshot;

use super::support::TestEnv;

fn complaint(text: &str) -> String {
    let env = TestEnv::new();
    env.config(text);
    env.run(&["config", "validate"]).exits(3).stderr
}

#[test]
fn every_error_names_its_place() {
    assert_snapshot!(complaint("default_route = = \"x\"\n"), @"error: [HOME]/config/config.toml:1:17: extra `=`, expected nothing");
    assert_snapshot!(complaint("[providers.groq]\nbase_ulr = \"http://x\"\n"), @"
    error: [HOME]/config/config.toml:2:1: unknown key `providers.groq.base_ulr`
    hint: did you mean `base_url`?
    ");
    assert_snapshot!(complaint("[providers.groq]\nbase_url = 7\n"), @"error: [HOME]/config/config.toml:2:12: `providers.groq.base_url`: expected text in quotes, not a number");
    assert_snapshot!(complaint("[providers.groq]\nbase_url = \"ftp://x\"\n"), @"error: [HOME]/config/config.toml:2:1: `providers.groq.base_url`: it is not an http or https address");
    assert_snapshot!(complaint("[providers.groq]\nbase_url = \"https://user:pass@x/v1\"\n"), @"
    error: [HOME]/config/config.toml:2:1: `providers.groq.base_url`: it must not contain a user name, a password, a query or a fragment
    hint: keys go into `api_keys`
    ");
    assert_snapshot!(complaint("[providers.groq]\nbase_url = \"https://x/v1/chat/completions\"\n"), @r#"
    error: [HOME]/config/config.toml:2:1: `providers.groq.base_url`: it must end before /chat/completions
    hint: base_url = "https://x/v1"
    "#);
    assert_snapshot!(complaint("[providers.groq]\ntimeout = { idle = \"soon\" }\n"), @"error: [HOME]/config/config.toml:2:20: `providers.groq.timeout.idle`: `soon` is not a span of time: write something like `500ms`, `30s` or `2m`");
    assert_snapshot!(complaint("[providers.mybox]\nbase_url = \"http://x/v1\"\n"), @r#"
    error: [HOME]/config/config.toml:1:12: `providers.mybox`: it is not built in, so it needs `wire`
    hint: add `wire = "openai"` (or `"anthropic"`, `"gemini"`, `"replicate"`) and its `base_url`
    "#);
    assert_snapshot!(complaint("[providers.mybox]\nwire = \"openai\"\n"), @"
    error: [HOME]/config/config.toml:1:12: `providers.mybox`: it is not built in, so it needs `base_url`
    hint: it is all that stands before /chat/completions (/messages, /models/…, /predictions)
    ");
    assert_snapshot!(complaint("[routes.fast]\nmodels = [\"groq\",\n  \"cerbras/gpt-oss-120b\"]\n"), @"
    error: [HOME]/config/config.toml:3:3: `routes.fast.models[1]`: there is no route, provider or model `cerbras/gpt-oss-120b`
    hint: did you mean `cerebras`?
    ");
    assert_snapshot!(complaint("[routes.a]\nmodels = [\"b\"]\n[routes.b]\nmodels = [\"groq\"]\n"), @"
    error: [HOME]/config/config.toml:2:11: `routes.a.models[0]`: `b` is a route, and a route cannot go to another one
    hint: name its models here as well
    ");
    assert_snapshot!(complaint("[routes.a]\nmodels = [\"groqq\"]\n[routes.groq-2]\nmodels = [\"groq\"]\n"), @"
    error: [HOME]/config/config.toml:2:11: `routes.a.models[0]`: there is no route, provider or model `groqq`
    hint: did you mean `groq`?
    ");
    assert_snapshot!(complaint("[routes.fast]\n"), @"error: [HOME]/config/config.toml:1:9: `routes.fast`: the route has no `models`");
    assert_snapshot!(complaint("[routes.fast]\nstrategy = \"fastest\"\nmodels = [\"groq\"]\n"), @"error: [HOME]/config/config.toml:2:12: `routes.fast.strategy`: expected one of: priority, weighted, round_robin, latency, cost, least_busy, quota");
    assert_snapshot!(complaint("default_route = \"smrt\"\n[routes.smart]\nmodels = [\"groq\"]\n"), @"
    error: [HOME]/config/config.toml:1:1: `default_route`: there is no route, provider or model `smrt`
    hint: did you mean `smart`?
    ");
}

#[test]
fn values_that_cannot_be_meant() {
    assert_snapshot!(complaint("[routes.fast]\nmodels = [\"groq\"]\nmax_attempts = 0\n"), @"error: [HOME]/config/config.toml:3:1: `routes.fast.max_attempts`: it must be at least 1: without an attempt there is no answer");
    assert_snapshot!(complaint("[providers.groq]\napi_keys = [\"env:K\", \" \"]\n"), @"
    error: [HOME]/config/config.toml:2:22: `providers.groq.api_keys[1]`: it is empty
    hint: write `env:NAME`, `cmd:COMMAND` or `file:PATH`, or leave it out
    ");
    assert_snapshot!(complaint("[providers.groq]\napi_keys = [\"cmd: \"]\n"), @"
    error: [HOME]/config/config.toml:2:13: `providers.groq.api_keys[0]`: it is empty
    hint: write `env:NAME`, `cmd:COMMAND` or `file:PATH`, or leave it out
    ");
    assert_snapshot!(complaint("[providers.groq]\ntimeout = { connect = \"5s\", idle = 0 }\n"), @"error: [HOME]/config/config.toml:2:29: `providers.groq.timeout.idle`: it must be longer than nothing, such as `30s`");
    // Not to wait for a preferred candidate makes sense.
    let env = TestEnv::new();
    env.config("[routes.fast]\nmodels = [\"groq\"]\npatience = \"0s\"\n");
    drop(env.run(&["config", "validate"]).exits(0));
}

#[test]
fn a_variable_that_is_not_set_is_told() {
    let env = TestEnv::new().var("SET", "key-of-groq-1234");
    env.config("[providers.groq]\napi_keys = [\"env:SET\", \"env:NOT_SET\"]\n");
    assert_snapshot!(env.run(&["config", "validate"]).exits(0).stderr, @"
    warning: [HOME]/config/config.toml:2:24: `providers.groq.api_keys[1]`: the variable NOT_SET is not set, so it gives no key
    [HOME]/config/config.toml is well-formed
    ");
    assert!(
        env.run(&["provider", "show", "groq"]).exits(0).stderr.contains("the variable NOT_SET is not set")
    );
    let ran = env.run(&["doctor", "--offline"]).exits(0);
    assert!(ran.stdout.contains("the variable NOT_SET is not set"), "{ran}");
    env.config("[providers.groq]\nenabled = false\napi_keys = [\"env:NOT_SET\"]\n");
    assert_eq!(env.run(&["provider", "show", "groq"]).exits(0).stderr, "");
}

#[test]
fn the_last_part_of_a_model_finds_it() {
    let env = TestEnv::new();
    let hint =
        |env: &TestEnv, args: &[&str]| env.run(args).exits(6).stderr.lines().nth(1).unwrap().to_owned();
    let groq = "hint: did you mean `groq/openai/gpt-oss-20b`?";
    assert_eq!(hint(&env, &["chat", "-m", "gpt-oss-20b", "hi"]), groq);
    assert_eq!(hint(&env, &["model", "show", "gpt-oss-20b"]), groq);
    assert_eq!(hint(&env, &["provider", "test", "-m", "gpt-oss-20b"]), groq);
    // One that is on goes first.
    let env = env.var("NOVITA_API_KEY", "key-of-novita-1234");
    let novita = "hint: did you mean `novita/openai/gpt-oss-20b`?";
    assert_eq!(hint(&env, &["chat", "-m", "GPT-OSS-20b", "hi"]), novita);
}

#[test]
fn files_that_cannot_be_read() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["--config", "/no/such.toml", "chat", "x"]), @"
    exit 3
    --- stdout
    --- stderr
    error: /no/such.toml: cannot read it: No such file or directory (os error 2)
    ");
    std::fs::create_dir_all(env.config_dir().join("config.toml")).unwrap();
    assert_snapshot!(env.run(&["chat", "x"]), @"
    exit 3
    --- stdout
    --- stderr
    error: [HOME]/config/config.toml: it is a directory; name the file in it
    ");
    let env = TestEnv::new();
    env.write("config/config.toml", b"default_route = \"caf\xe9\"\n");
    assert_snapshot!(env.run(&["chat", "x"]), @"
    exit 3
    --- stdout
    --- stderr
    error: [HOME]/config/config.toml:1:1: it is not UTF-8 text
    ");
}

#[test]
fn show_says_where_everything_comes_from() {
    let env = TestEnv::new().var("GROQ_API_KEY", "canary-key-1").var("CEREBRAS_API_KEY", "");
    env.config("[providers.groq]\npriority = 10\n[providers.mybox]\nwire = \"openai\"\nbase_url = \"http://127.0.0.1:8000/v1/\"\n");
    assert_snapshot!(env.run(&["config", "show"]).stable(), @r#"
    exit 0
    --- stdout
    KEY                                  VALUE                             ORIGIN
    default_route                        "auto"                            default
    providers.groq.api_keys              (fingerprint [KEY])            env GROQ_API_KEY
    providers.groq.base_url              "https://api.groq.com/openai/v1"  built in
    providers.groq.default_model         "openai/gpt-oss-20b"              built in
    providers.groq.enabled               true                              default
    providers.groq.priority              10                                [HOME]/config/config.toml:2
    providers.groq.timeout.connect       "5s"                              default
    providers.groq.timeout.first_token   "10s"                             default
    providers.groq.timeout.idle          "20s"                             default
    providers.groq.timeout.total         "300s"                            default
    providers.mybox.base_url             "http://127.0.0.1:[PORT]/v1/"       [HOME]/config/config.toml:5
    providers.mybox.enabled              true                              default
    providers.mybox.priority             0                                 default
    providers.mybox.timeout.connect      "5s"                              default
    providers.mybox.timeout.first_token  "10s"                             default
    providers.mybox.timeout.idle         "20s"                             default
    providers.mybox.timeout.total        "300s"                            default
    providers.mybox.wire                 "openai"                          [HOME]/config/config.toml:4
    --- stderr
    "#);
    let settings = env.run(&["--json", "config", "show"]).exits(0).json();
    assert_eq!(settings[0]["origin"], "default");
}

#[test]
fn path_works_while_the_file_is_wrong() {
    let env = TestEnv::new();
    env.config("x = = 1");
    assert_snapshot!(env.run(&["config", "path"]), @"
    exit 0
    --- stdout
    [HOME]/config/config.toml
    --- stderr
    ");
    assert_eq!(env.run(&["config", "path"]).stdout, "[HOME]/config/config.toml\n");
    let named = env.write("other.toml", b"");
    let ran = env.run(&["--config", named.to_str().unwrap(), "config", "path"]).exits(0);
    assert_eq!(ran.stdout, "[HOME]/other.toml\n");
}

#[test]
fn the_schema_is_one_and_valid_files_pass() {
    let env = TestEnv::new();
    let schema = env.run(&["config", "schema"]).exits(0).json();
    assert_eq!(schema["properties"]["default_route"]["type"][0], "string");
    assert_snapshot!(env.run(&["config", "validate"]), @"
    exit 0
    --- stdout
    --- stderr
    there is no [HOME]/config/config.toml: everything is as built in
    ");
    env.config("default_route = \"groq\"\n");
    assert_snapshot!(env.run(&["config", "validate"]), @"
    exit 0
    --- stdout
    --- stderr
    [HOME]/config/config.toml is well-formed
    ");
}

#[test]
fn a_key_in_the_file_is_warned_about_and_not_shown() {
    let env = TestEnv::new();
    env.config("[providers.groq]\napi_keys = [\"canary-bare-key\"]\n");
    let ran = env.run(&["config", "show"]).exits(0);
    assert!(ran.stderr.contains("holds a key itself"), "{ran}");
    assert!(!ran.to_string().contains("canary-bare-key"), "{ran}");
}

#[test]
fn providers_and_models_are_listed() {
    let env = TestEnv::new().var("GROQ_API_KEY", "key-of-groq-1234");
    assert_snapshot!(env.run(&["provider", "ls"]), @"
    exit 0
    --- stdout
    PROVIDER  STATE  HEALTH  BILLING  KEYS  DEFAULT MODEL
    groq      on     well    free        1  groq/openai/gpt-oss-20b
    --- stderr
    ");
    assert_snapshot!(env.run(&["provider", "show", "groq"]).stable(), @"
    exit 0
    --- stdout
    groq (Groq)
    state          on
    address        https://api.groq.com/openai/v1
    billing        free
    default model  openai/gpt-oss-20b
    key            env GROQ_API_KEY  (0c5a9a9f)
    keys page      https://console.groq.com/keys
    timers         connect 5s, first token 10s, idle 20s, total 300s
    free tier      30 requests/min, 1000 requests/day, 8000 tokens/min, 200000 tokens/day (console.groq.com/docs/rate-limits, 2026-08-31)
    --- stderr
    ");
    assert_snapshot!(env.run(&["provider", "show", "grok"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no provider `grok`
    hint: did you mean `groq`?
    ");
    assert_snapshot!(env.run(&["model", "show", "groq/openai/gpt-oss-20b"]), @"
    exit 0
    --- stdout
    groq/openai/gpt-oss-20b
    window       131072
    max output   65536
    price        $0.075 in, $0.3 out, $0.0375 cached, per million tokens
    tier         small
    abilities    tools schema reasoning
    source       litellm 1.109.1, 2026-11
    --- stderr
    ");
    assert_snapshot!(env.run(&["model", "show", "gpt-oss-20"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no model in the catalogue called `gpt-oss-20`
    hint: `aigw model ls --all` lists them
    ");
    assert_snapshot!(env.run(&["model", "ls", "grok"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no provider `grok`
    hint: did you mean `groq`?
    ");
    let all = env.run(&["--json", "provider", "ls", "--all"]).exits(0).json();
    assert!(all.as_array().unwrap().len() >= 17);
    let models = env.run(&["--json", "model", "ls"]).exits(0).json();
    assert!(models.as_array().unwrap().iter().all(|model| model["provider"] == "groq"));
    let empty = TestEnv::new().run(&["provider", "ls"]).exits(0);
    assert_eq!(empty.stdout, "");
}
