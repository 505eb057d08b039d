//! `aigw model ls --refresh`: what providers serve, beside what the catalogue knows.

use insta::assert_snapshot;

use super::support::{TestEnv, http, provider_section, raw_server, stand};

const OK: &str = "200 OK";

fn serving(provider: &str, body: &str) -> String {
    let url = raw_server(&http(OK, "application/json", body));
    format!("[providers.{provider}]\nbase_url = \"{url}\"\napi_keys = [\"test-key-of-{provider}\"]\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn new_and_gone_are_marked() {
    let cerebras = stand("cerebras", &[]).await;
    let groq = r#"{"object":"list","data":[
        {"id":"openai/gpt-oss-20b","context_window":131072,"max_completion_tokens":65536},
        {"id":"lab/brand-new","context_window":32768}]}"#;
    let env = TestEnv::new();
    env.config(&(serving("groq", groq) + &provider_section(&cerebras)));
    assert_snapshot!(env.run(&["model", "ls", "--refresh"]), @"
    exit 0
    --- stdout
    MODEL                     STANDING  WINDOW  $/M IN  $/M OUT  TIER    ABILITIES
    groq/openai/gpt-oss-20b             131072   0.075      0.3  small   tools schema reasoning
    groq/openai/gpt-oss-120b  gone      131072    0.15      0.6  medium  tools schema reasoning
    groq/qwen/qwen3.8-27b     gone      131072     0.8        4  medium  tools schema reasoning vision
    groq/lab/brand-new        new        32768       ?        ?  ?
    cerebras/gpt-oss-120b               131072    0.35     0.75  medium  tools schema reasoning
    cerebras/gemma-4-31b                131072    0.99     1.49  medium  tools schema reasoning vision
    cerebras/qwen-3.8-27b     gone       65536    0.99     1.49  medium  tools schema reasoning vision
    --- stderr
    ");
    let models = env.run(&["--json", "model", "ls", "groq", "--refresh"]).exits(0).json();
    let new = models.as_array().unwrap().iter().find(|model| model["standing"] == "new").unwrap();
    assert_eq!((&new["id"], new["window"].as_u64()), (&"groq/lab/brand-new".into(), Some(32768)));
    assert_eq!(new["source"], "groq's own list");
    // What is asked for by ability is filtered after it was learnt.
    let able = env.run(&["--json", "model", "ls", "groq", "--refresh", "--can", "tools"]).exits(0).json();
    assert!(able.as_array().unwrap().iter().all(|model| model["standing"] != "new"));
}

#[test]
fn pages_of_both_kinds_are_read() {
    // The same page every time: it names itself as the next one, which must not go on for ever.
    let gemini = r#"{"models":[{"name":"models/gemini-3.1-flash-lite","inputTokenLimit":1048576,"outputTokenLimit":65536},
        {"name":"models/gemini-next","inputTokenLimit":7,"outputTokenLimit":5}],"nextPageToken":"again"}"#;
    let anthropic =
        r#"{"data":[{"type":"model","id":"claude-haiku-4-5-20251001"}],"has_more":false,"last_id":"x"}"#;
    let env = TestEnv::new();
    env.config(&(serving("gemini", gemini) + &serving("anthropic", anthropic)));
    let models = env.run(&["--json", "model", "ls", "--refresh"]).exits(0).json();
    let standing = |id: &str| {
        let all = models.as_array().unwrap();
        let found: Vec<_> = all.iter().filter(|model| model["id"] == id).collect();
        assert_eq!(found.len(), 1, "{id}");
        found[0]["standing"].as_str().unwrap().to_owned()
    };
    assert_eq!(standing("gemini/gemini-3.1-flash-lite"), "served");
    assert_eq!(standing("gemini/gemini-next"), "new");
    assert_eq!(standing("anthropic/claude-haiku-4-5"), "served");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_is_shown_by_the_catalogue() {
    let (groq, mistral) = (stand("groq", &["401"]).await, stand("mistral", &["html:502"]).await);
    let env = TestEnv::new();
    let refused = "[providers.cerebras]\nbase_url = \"http://127.0.0.1:9/v1\"\napi_keys = [\"test-key-1\"]\n";
    env.config(&(provider_section(&groq) + &provider_section(&mistral) + refused));
    let ran = env.run(&["model", "ls", "--refresh"]).exits(0);
    assert_snapshot!(ran.stderr, @"
    warning: groq did not list its models, auth: the provider refused the key: its models are the catalogue's; `aigw provider show groq` says where its key comes from
    warning: cerebras did not list its models, unreachable: cannot connect: Connection refused (os error 111): its models are the catalogue's
    warning: mistral did not list its models, server: a web page instead of an answer: 502 Bad Gateway: its models are the catalogue's
    ");
    assert!(ran.stdout.contains("groq/openai/gpt-oss-20b") && ran.stdout.contains("catalogue"), "{ran}");
    // Quiet is quiet.
    assert_eq!(env.run(&["-q", "model", "ls", "--refresh"]).exits(0).stderr, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_asked() {
    let ran = TestEnv::new().run(&["model", "ls", "groq", "--refresh"]).exits(0);
    assert_snapshot!(ran.stderr, @"warning: groq was not asked, there is no key (set GROQ_API_KEY or run `aigw auth login groq`): its models are the catalogue's");
    let env = TestEnv::new();
    env.config("[providers.mybox]\nwire = \"openai\"\nbase_url = \"http://127.0.0.1:9/v1\"\n");
    assert_snapshot!(env.run(&["model", "ls", "mybox", "--refresh"]).stable(), @"
    exit 4
    --- stdout
    --- stderr
    error: nobody says what it serves, and the catalogue knows nothing
      mybox  unreachable: cannot connect: Connection refused (os error 111)
    hint: start the server, or check its address with `aigw provider show PROVIDER`
    ");
    let hf = stand("hf-inference", &[]).await;
    env.config(&provider_section(&hf));
    let ran = env.run(&["model", "ls", "hf-inference", "--refresh"]).exits(0);
    assert_snapshot!(ran, @"
    exit 0
    --- stdout
    MODEL                                STANDING   WINDOW  $/M IN  $/M OUT  TIER   ABILITIES
    hf-inference/BAAI/bge-small-en-v1.5  catalogue       ?       ?        ?  small  embeddings
    --- stderr
    hf-inference publishes no list of what it serves: these are the catalogue's
    ");
    assert!(hf.requests().is_empty());
    let nothing = TestEnv::new().run(&["model", "ls", "--refresh"]).exits(0);
    assert!(nothing.stderr.starts_with("no provider is set up yet"), "{nothing}");
    assert_snapshot!(TestEnv::new().run(&["model", "ls", "grok", "--refresh"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no provider `grok`
    hint: did you mean `groq`?
    ");
}
