//! `aigw init --from`: what is taken over from other tools, and that no key goes anywhere unasked.

use super::support::TestEnv;

const AICHAT: &str = "\
model: claude:claude-haiku-4-5
save: true
left_prompt:
  '{color.green}{?session {session}}'
clients:
  - type: claude
    api_key: sk-ant-canary-aichat
  - type: openai-compatible
    name: groq
    api_base: https://api.groq.com/openai/v1
    api_key: gsk-canary-aichat
  - type: openai-compatible
    name: My Box
    api_base: http://10.1.2.3:8000/v1/
    models:
      - name: embedder
        type: embedding
      - name: qwen3
        max_input_tokens: 8192
  - type: ollama
    api_base: http://localhost:11434
    models:
      - name: llama3
  - type: vertexai
    project_id: p
";

const EXTRA: &str = "\
- model_id: orca
  model_name: orca-mini-3b
  api_base: \"http://localhost:9876\"
  aliases: [o]
- model_id: flash
  model_name: z-ai/glm
  api_base: https://openrouter.ai/api/v1
  api_key_name: personal
  headers:
    X-Title: LLM
";

fn config(env: &TestEnv) -> String {
    let text = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    // Without the line with the date, and the one about keys.
    text.lines().skip(3).collect::<Vec<_>>().join("\n")
}

/// No file of ours holds a key.
fn no_canary(env: &TestEnv) {
    for entry in std::fs::read_dir(env.config_dir()).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("canary"), "{}", path.display());
    }
}

#[test]
fn aichat_without_keys() {
    let env = TestEnv::new();
    let file = env.write("aichat/config.yaml", AICHAT.as_bytes());
    let env = env.var("AICHAT_CONFIG_DIR", file.parent().unwrap().to_str().unwrap());
    let ran = env.run(&["init", "--from", "aichat"]).exits(0);
    let said = ran.stable();
    assert!(!said.contains("canary"), "{said}");
    insta::assert_snapshot!(said, @r#"
    exit 0
    --- stdout
    --- stderr
    Took over from [HOME]/aichat/config.yaml: anthropic, groq, my-box, ollama.
    Not taken over: vertexai: its format is not spoken here
    Not copied: the key [KEY] of anthropic. `aigw init --force --from aichat --with-keys` would keep it in [HOME]/config/credentials.toml; or `aigw auth login anthropic`.
    Not copied: the key [KEY] of groq. `aigw init --force --from aichat --with-keys` would keep it in [HOME]/config/credentials.toml; or `aigw auth login groq`.
    Wrote [HOME]/config/config.toml.

    Now try:  aigw provider test
    "#);
    insta::assert_snapshot!(config(&env), @r#"
    default_route = "usual"

    # One when the other fails, in this order.
    [routes.usual]
    models = ["anthropic/claude-haiku-4-5", "groq", "my-box", "ollama"]

    [providers.anthropic]
    priority = 40

    [providers.groq]
    priority = 30

    [providers.my-box]
    priority = 20
    wire = "openai"
    base_url = "http://10.1.2.3:8000/v1"
    default_model = "qwen3"

    [providers.ollama]
    priority = 10
    default_model = "llama3"
    "#);
    no_canary(&env);
    let _ran = env.run(&["config", "validate"]).exits(0);
    // It was read and nothing else.
    assert_eq!(std::fs::read_to_string(&file).unwrap(), AICHAT);
    // What is there is not written over.
    let _ran = env.run(&["init", "--from", "aichat"]).exits(1);
}

#[test]
fn keys_come_along_when_that_is_asked_for() {
    let env = TestEnv::new();
    let file = env.write("elsewhere.yaml", AICHAT.as_bytes());
    let env = env.var("AICHAT_CONFIG_FILE", file.to_str().unwrap());
    let said = env.run(&["init", "--from", "aichat", "--with-keys"]).exits(0).stable();
    assert!(!said.contains("canary"), "{said}");
    assert!(said.contains("Copied the key"), "{said}");
    let listed = env.run(&["--json", "auth", "ls"]).exits(0).json();
    let providers: Vec<&str> =
        listed.as_array().unwrap().iter().filter_map(|row| row["provider"].as_str()).collect();
    assert_eq!(providers, ["groq", "anthropic"]);
    let kept = std::fs::read_to_string(env.config_dir().join("credentials.toml")).unwrap();
    assert!(kept.contains("gsk-canary-aichat"));
    assert!(!std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap().contains("canary"));
}

#[test]
fn llm_with_aliases_and_models_of_its_own() {
    let env = TestEnv::new();
    let keys = r#"{"// Note": "not a key", "openai": "sk-canary-llm", "personal": "or-canary-llm", "nobody": "x-canary"}"#;
    env.write("llm/keys.json", keys.as_bytes());
    env.write("llm/aliases.json", br#"{"best": "claude-opus-4-1", "mini": "orca", "lost": "unheard-of"}"#);
    env.write("llm/default_model.txt", b"flash\n");
    env.write("llm/extra-openai-models.yaml", EXTRA.as_bytes());
    let path = env.path().join("llm");
    let env = env.var("LLM_USER_PATH", path.to_str().unwrap());
    let said = env.run(&["init", "--from", "llm"]).exits(0).stable();
    assert!(!said.contains("canary"), "{said}");
    insta::assert_snapshot!(said, @r#"
    exit 0
    --- stdout
    --- stderr
    Took over from [HOME]/llm: localhost-9876, openrouter, openai, anthropic.
    Not taken over: the headers of flash: there is no setting for them
    Not taken over: the key nobody: no provider here has that name
    Not taken over: the alias lost: it is not known whose model unheard-of is
    Not copied: the key [KEY] of openrouter. `aigw init --force --from llm --with-keys` would keep it in [HOME]/config/credentials.toml; or `aigw auth login openrouter`.
    Not copied: the key [KEY] of openai. `aigw init --force --from llm --with-keys` would keep it in [HOME]/config/credentials.toml; or `aigw auth login openai`.
    Wrote [HOME]/config/config.toml.

    Now try:  aigw provider test
    "#);
    insta::assert_snapshot!(config(&env), @r#"
    default_route = "usual"

    # One when the other fails, in this order.
    [routes.usual]
    models = ["openrouter/z-ai/glm", "localhost-9876", "openai", "anthropic"]

    [providers.localhost-9876]
    priority = 40
    wire = "openai"
    base_url = "http://localhost:9876"
    default_model = "orca-mini-3b"

    [providers.openrouter]
    priority = 30

    [providers.openai]
    priority = 20

    [providers.anthropic]
    priority = 10

    [aliases]
    "best" = "anthropic/claude-opus-4-1"
    "mini" = "localhost-9876/orca-mini-3b"
    "#);
    no_canary(&env);
    let _ran = env.run(&["config", "validate"]).exits(0);
}

#[cfg(target_os = "linux")]
#[test]
fn mods_takes_over_what_is_used() {
    let text = "\
default-model: 4o
apis:
  openai:
    base-url: https://api.openai.com/v1
    api-key:
    api-key-env: OPENAI_API_KEY
    models:
      gpt-4o: { aliases: [\"4o\"], max-input-chars: 392000 }
  groq:
    base-url: https://api.groq.com/openai/v1
    api-key-env: MY_GROQ
    models: { gemma2-9b-it: {} }
  anthropic:
    api-key-cmd: rbw get anthropic
  mistral:
    base-url: https://api.mistral.ai/v1
    api-key-env: MISTRAL_API_KEY
  sambanova:
    base-url: https://api.sambanova.ai/v1
    api-key: canary-mods
    models: { DeepSeek-R1: {} }
  azure:
    base-url: https://x.openai.azure.com
    api-key: canary-mods
";
    let env = TestEnv::new().var("MY_GROQ", "gsk-canary-mods");
    env.write(".config/mods/mods.yml", text.as_bytes());
    let said = env.run(&["init", "--from", "mods"]).exits(0).stable();
    assert!(!said.contains("canary"), "{said}");
    insta::assert_snapshot!(said, @r#"
    exit 0
    --- stdout
    --- stderr
    Took over from [HOME]/.config/mods/mods.yml: openai, groq, anthropic, sambanova.
    Not taken over: azure: its format is not spoken here
    Not copied: the key [KEY] of sambanova. `aigw init --force --from mods --with-keys` would keep it in [HOME]/config/credentials.toml; or `aigw auth login sambanova`.
    Wrote [HOME]/config/config.toml.

    Now try:  aigw provider test
    "#);
    insta::assert_snapshot!(config(&env), @r#"
    default_route = "usual"

    # One when the other fails, in this order.
    [routes.usual]
    models = ["openai/gpt-4o", "groq", "anthropic", "sambanova"]

    [providers.openai]
    priority = 40

    [providers.groq]
    priority = 30
    api_keys = ["env:MY_GROQ"]

    [providers.anthropic]
    priority = 20
    api_keys = ["cmd:rbw get anthropic"]

    [providers.sambanova]
    priority = 10
    wire = "openai"
    base_url = "https://api.sambanova.ai/v1"
    default_model = "DeepSeek-R1"
    "#);
    no_canary(&env);
    let _ran = env.run(&["config", "validate"]).exits(0);
}

#[test]
fn what_cannot_be_read_says_where() {
    let env = TestEnv::new();
    let file = env.write("c.yaml", b"clients:\n  - type: &a openai\n");
    let env = env.var("AICHAT_CONFIG_FILE", file.to_str().unwrap()).var("LLM_USER_PATH", "/nowhere/llm");
    insta::assert_snapshot!(env.run(&["init", "--from", "aichat"]), @r#"
    exit 3
    --- stdout
    --- stderr
    error: [HOME]/c.yaml:2: anchors (`&name`) are not read here
    "#);
    insta::assert_snapshot!(env.run(&["init", "--from", "llm"]), @r#"
    exit 6
    --- stdout
    --- stderr
    error: there is no /nowhere/llm/keys.json
    hint: if it is elsewhere, AICHAT_CONFIG_DIR, AICHAT_CONFIG_FILE or LLM_USER_PATH say so
    "#);
    env.write("c.yaml", b"clients: []\n");
    insta::assert_snapshot!(env.run(&["init", "--from", "aichat"]), @r#"
    exit 3
    --- stdout
    --- stderr
    error: [HOME]/c.yaml names no provider to take over
    "#);
    insta::assert_snapshot!(env.run(&["init", "--with-keys"]).exits(2).stable().lines().nth(3).unwrap(), @"error: the following required arguments were not provided:");
    assert!(!env.config_dir().exists());
}
