//! `aigw init`: the conversation with scripted answers, and what happens where nobody can be asked.

use std::collections::VecDeque;
use std::sync::Arc;

use aigw::app::App;
use aigw::cli::init::{Dialogue, Done, Ended, Setup, Unfinished};
use aigw::config::Env;
use aigw::providers::client::Client;
use aigw::simulate::Stand;
use insta::assert_snapshot;

use super::support::{TestEnv, http, raw_server, stand};

/// Somebody who answers what the script says, and writes down what was said.
struct Script {
    answers: VecDeque<&'static str>,
    transcript: String,
}

impl Script {
    fn new(answers: &[&'static str]) -> Self {
        Self { answers: answers.iter().copied().collect(), transcript: String::new() }
    }

    fn answer(&mut self, question: &str, hidden: bool) -> Result<String, Ended> {
        let answer = self.answers.pop_front();
        let shown =
            answer.map_or("(end)", |answer| if hidden && !answer.is_empty() { "(hidden)" } else { answer });
        self.transcript.extend([question, shown, "\n"]);
        answer.map(|answer| format!("{answer}\n")).ok_or(Ended::NoInput)
    }
}

impl Dialogue for Script {
    fn say(&mut self, text: &str) {
        self.transcript.extend([text, "\n"]);
    }

    async fn line(&mut self, question: &str) -> Result<String, Ended> {
        self.answer(question, false)
    }

    async fn secret(&mut self, question: &str) -> Result<String, Ended> {
        self.answer(question, true)
    }
}

/// A home with these variables, whose providers are these stand-ins and nobody else.
fn app(env: &TestEnv, variables: &[(&str, &str)], stands: &[(&str, &str)]) -> App {
    let home = [("AIGW_CONFIG_DIR", env.config_dir()), ("AIGW_DATA_DIR", env.data_dir())]
        .map(|(name, path)| (name.to_owned(), path.to_str().unwrap().to_owned()));
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let env: Env = home.into_iter().chain(variables).collect();
    let mut app = App::new(env, None).unwrap();
    for account in &mut app.accounts {
        let stand = stands.iter().find(|(id, _)| *id == account.provider.id);
        // Nobody listens at that port, so that no server of the machine's is found.
        let url = stand.map_or("http://127.0.0.1:9/v1", |(_, url)| url);
        url.clone_into(&mut Arc::make_mut(&mut account.provider).base_url);
    }
    app
}

struct Held {
    result: Result<Done, Unfinished>,
    transcript: String,
    unused: usize,
}

async fn hold(env: &TestEnv, app: &App, provider: Option<&str>, answers: &[&'static str]) -> Held {
    let mut script = Script::new(answers);
    let setup = Setup { app, client: Arc::new(Client::new().unwrap()), replace: false };
    let result = setup.hold(&mut script, provider).await;
    Held { result, transcript: stable(&script.transcript, env), unused: script.answers.len() }
}

/// Without the home, the ports and the times.
fn stable(text: &str, env: &TestEnv) -> String {
    let text = text.replace(env.path().to_str().unwrap(), "[HOME]");
    let words = text.split_inclusive(' ').map(|word| match word.trim_start_matches('(').parse::<f64>() {
        _ if word.starts_with("http://127.0.0.1:") => "[URL] ".to_owned(),
        _ if word.starts_with('(') && word.trim()[1..].parse::<f64>().is_ok() => "([S] ".to_owned(),
        _ => word.to_owned(),
    });
    words.collect()
}

fn config(env: &TestEnv) -> String {
    let text = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    // Without the date.
    text.lines().skip(1).collect::<Vec<_>>().join("\n")
}

fn url(stand: &Stand) -> String {
    stand.base_url()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_key_is_tried_and_kept() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::new();
    let app = app(&env, &[], &[("groq", &url(&groq))]);
    let held = hold(&env, &app, None, &["", "gsk_canary_0123456789"]).await;
    let (list, rest) = held.transcript.split_once("Which to add?").unwrap();
    assert!(
        list.starts_with("No key and no local server was found.\n\nProviders:\n   1 groq (free)\n"),
        "{list}"
    );
    assert_snapshot!(rest, @"
     Numbers or names (Enter: groq): 

    Keys for Groq are had at https://console.groq.com/keys
    Key for groq, not shown (Enter: leave it out): (hidden)
    Asking groq …
    groq works ([S] s).
    Stored the key 11af6e06 in [HOME]/config/credentials.toml.
    ");
    assert!(held.result.unwrap().backup.is_none());
    assert_eq!((held.unused, groq.requests().len()), (0, 1));
    assert_snapshot!(config(&env), @r#"
    # Keys are not in here: they come from the environment or from `aigw auth login`.

    # Each provider that has a key is asked in turn, the one with the highest priority first.
    default_route = "auto"

    [providers.groq] # Groq, free
    priority = 10
    "#);
    // What was written holds no key, is well-formed, and is used.
    assert!(!config(&env).contains("canary"));
    env.run(&["config", "validate"]).exits(0);
    let listed = env.run(&["--json", "auth", "ls"]).exits(0).json();
    assert_eq!(listed[0]["provider"], "groq");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_with_an_order_and_mistakes_on_the_way() {
    let (groq, cerebras) = (stand("groq", &[]).await, stand("cerebras", &[]).await);
    let ollama = stand("ollama", &[]).await;
    let stands = [("groq", url(&groq)), ("cerebras", url(&cerebras)), ("ollama", url(&ollama))];
    let stands = stands.each_ref().map(|(id, url)| (*id, url.as_str()));
    let env = TestEnv::new();
    let variables = [("GROQ_API_KEY", "key-of-groq-1234"), ("HF_TOKEN", "key-of-hf-12345")];
    let app = app(&env, &variables, &stands);
    let answers = ["cerebas", "cerebras", "two words", "an-invalid-key-1", "a-good-key-12345", "ollama"];
    let held = hold(&env, &app, None, &answers).await;
    let transcript = held.transcript.split("Which to add?").skip(1).collect::<Vec<_>>().join("Which to add?");
    assert_snapshot!(held.transcript.split("\n\n").next().unwrap(), @"
    Found:
      groq: key 0c5a9a9f from env GROQ_API_KEY
      huggingface: key f4604896 from env HF_TOKEN; used on request only, unless you add it
      ollama: answers at [URL] (gemma4:latest)
    Asking groq …
    groq works ([S] s).
    ");
    assert_snapshot!(transcript, @"
     Numbers or names (Enter: none): cerebas
    there is no `cerebas`; did you mean `cerebras`?
    Which to add? Numbers or names (Enter: none): cerebras

    Keys for Cerebras are had at https://cloud.cerebras.ai
    Key for cerebras, not shown (Enter: leave it out): (hidden)
    That is no key: it is one word of letters, digits and signs.
    Key for cerebras, not shown (Enter: leave it out): (hidden)
    Asking cerebras …
    cerebras gave no answer, auth: the provider refused the key
    Key for cerebras, not shown (Enter: leave it out): (hidden)
    Asking cerebras …
    cerebras works ([S] s).
    Stored the key 9d623fe8 in [HOME]/config/credentials.toml.

    They are asked in this order, one when the other fails:
       1 groq (free)
       2 cerebras (trial)
       3 ollama (local)
    Another order? Those that come first (Enter: keep it): ollama
    ");
    held.result.unwrap();
    assert_snapshot!(config(&env), @r#"
    # Keys are not in here: they come from the environment or from `aigw auth login`.

    # Each provider that has a key is asked in turn, the one with the highest priority first.
    default_route = "auto"

    [providers.ollama] # on this machine
    priority = 30

    [providers.groq] # Groq, free
    priority = 20

    [providers.cerebras] # Cerebras, trial
    priority = 10
    "#);
    env.run(&["config", "validate"]).exits(0);
    let stored = std::fs::read_to_string(env.config_dir().join("credentials.toml")).unwrap();
    assert!(stored.contains("a-good-key-12345") && !stored.contains("invalid"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_is_not_kept() {
    let groq = stand("groq", &["401"]).await;
    let env = TestEnv::new();
    let app = app(&env, &[], &[("groq", &url(&groq))]);
    let held =
        hold(&env, &app, Some("groq"), &["bad-key-number-1", "bad-key-number-2", "bad-key-number-3"]).await;
    assert_snapshot!(held.transcript, @"
    No key and no local server was found.

    Keys for Groq are had at https://console.groq.com/keys
    Key for groq, not shown (Enter: leave it out): (hidden)
    Asking groq …
    groq gave no answer, auth: the provider refused the key
    Key for groq, not shown (Enter: leave it out): (hidden)
    Asking groq …
    groq gave no answer, auth: the provider refused the key
    Key for groq, not shown (Enter: leave it out): (hidden)
    Asking groq …
    groq gave no answer, auth: the provider refused the key
    groq is left out; `aigw auth login groq` takes a key at any time.
    ");
    assert!(matches!(held.result, Err(Unfinished::NothingUsable)));
    assert!(!env.config_dir().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_proved_is_kept_if_wanted() {
    let env = TestEnv::new();
    let offline = app(&env, &[], &[]);
    let held = hold(&env, &offline, Some("groq"), &["a-good-key-12345", "no"]).await;
    assert!(matches!(held.result, Err(Unfinished::NothingUsable)));
    assert!(!env.config_dir().exists());
    let held = hold(&env, &offline, Some("groq"), &["a-good-key-12345", "what", ""]).await;
    assert_snapshot!(held.transcript, @"
    No key and no local server was found.

    Keys for Groq are had at https://console.groq.com/keys
    Key for groq, not shown (Enter: leave it out): (hidden)
    Asking groq …
    groq gave no answer, unreachable: cannot connect: Connection refused (os error 111)
      start the server at [URL] or correct its address
    The key may be good all the same. Keep it? (Y/n): what
    y or n, please.
    The key may be good all the same. Keep it? (Y/n): 
    Stored the key 9d623fe8 in [HOME]/config/credentials.toml.
    ");
    held.result.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stops_leaves_nothing_half_written() {
    let groq = stand("groq", &[]).await;
    let stands = [("groq", url(&groq))];
    for answers in [&[][..], &[""], &["", ""], &["x", "y", "z"]] {
        let env = TestEnv::new();
        let app = app(&env, &[], &[("groq", &stands[0].1)]);
        let held = hold(&env, &app, None, answers).await;
        assert!(held.result.is_err(), "{}", held.transcript);
        assert!(!env.config_dir().exists(), "{answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn found_keys_are_tried_and_refused_ones_not_taken() {
    let groq = stand("groq", &["401"]).await;
    let url = raw_server(&http("503 Down", "text/plain", "no"));
    let env = TestEnv::new();
    let variables = [("GROQ_API_KEY", "key-of-groq-1234"), ("HF_TOKEN", "key-of-hf-12345")];
    let app = app(&env, &variables, &[("groq", &groq.base_url()), ("huggingface", &url)]);
    let held = hold(&env, &app, None, &["groq huggingface"]).await;
    let (before, after) = held.transcript.split_once("\n\n").unwrap();
    assert_snapshot!(before, @"
    Found:
      groq: key 0c5a9a9f from env GROQ_API_KEY
      huggingface: key f4604896 from env HF_TOKEN; used on request only, unless you add it
    Asking groq …
    groq gave no answer, auth: the provider refused the key
      put a good key into GROQ_API_KEY (https://console.groq.com/keys)
    ");
    let transcript = after.split("Which to add?").nth(1).unwrap();
    assert_snapshot!(transcript, @"
     Numbers or names (Enter: openrouter): groq huggingface
    groq is left out until the key from env GROQ_API_KEY is a good one.
    Asking huggingface …
    huggingface gave no answer, server: no
      it is out of order for now: try again later
    ");
    held.result.unwrap();
    // A variable that serves other purposes is named, so that it counts.
    assert!(config(&env).contains("api_keys = [\"env:HF_TOKEN\"]"), "{}", config(&env));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_key_that_is_refused_is_replaced() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::new();
    for key in ["an-invalid-key-1", "an-invalid-key-2"] {
        env.run_with(&["auth", "login", "groq"], key.as_bytes()).exits(0);
    }
    let app = app(&env, &[], &[("groq", &url(&groq))]);
    let held = hold(&env, &app, Some("groq"), &["a-good-key-12345"]).await;
    assert_snapshot!(held.transcript, @"
    Found:
      groq: key 5cdb7f42 from credentials
    Asking groq …
    groq gave no answer, auth: the provider refused the key

    Keys for Groq are had at https://console.groq.com/keys
    Key for groq, not shown (Enter: leave it out): (hidden)
    Asking groq …
    groq works ([S] s).
    Stored the key 9d623fe8 in [HOME]/config/credentials.toml, in place of what was refused.
    ");
    held.result.unwrap();
    let stored = std::fs::read_to_string(env.config_dir().join("credentials.toml")).unwrap();
    assert!(stored.contains("a-good-key-12345") && !stored.contains("invalid"), "{stored}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_good_key_of_several_is_enough() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::new();
    let app = app(&env, &[("GROQ_API_KEY", "an-invalid-key-1,a-good-key-12345")], &[("groq", &url(&groq))]);
    let held = hold(&env, &app, None, &[""]).await;
    assert_snapshot!(held.transcript.split("\n\n").next().unwrap(), @"
    Found:
      groq: key 87a27870 from env GROQ_API_KEY
      groq: key 9d623fe8 from env GROQ_API_KEY
    Asking groq with the key 87a27870 …
    groq gave no answer, auth: the provider refused the key
      put a good key into GROQ_API_KEY (https://console.groq.com/keys)
    Asking groq with the key 9d623fe8 …
    groq works ([S] s).
    ");
    held.result.unwrap();
    assert!(config(&env).contains("[providers.groq]"));
}

#[test]
fn without_a_terminal_it_says_what_to_do() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["init"]), @r#"
    exit 2
    --- stdout
    --- stderr
    error: `aigw init` asks questions, so stdin and stderr must be a terminal; by hand it goes so:
      export GROQ_API_KEY=…   # a key from https://console.groq.com/keys
      printf %s "$GROQ_API_KEY" | aigw auth login groq   # keeps it, for you only
      mkdir -p [HOME]/config
      printf '[providers.groq]\npriority = 10\n' > [HOME]/config/config.toml
      aigw provider test groq
    hint: the configuration is optional: a provider whose key is found is on
    "#);
    assert_snapshot!(env.run_with(&["init", "--provider", "mistral"], b"y\n"), @r#"
    exit 2
    --- stdout
    --- stderr
    error: `aigw init` asks questions, so stdin and stderr must be a terminal; by hand it goes so:
      export MISTRAL_API_KEY=…   # a key from https://console.mistral.ai/api-keys
      printf %s "$MISTRAL_API_KEY" | aigw auth login mistral   # keeps it, for you only
      mkdir -p [HOME]/config
      printf '[providers.mistral]\npriority = 10\n' > [HOME]/config/config.toml
      aigw provider test mistral
    hint: the configuration is optional: a provider whose key is found is on
    "#);
    assert_snapshot!(env.run(&["init", "--provider", "grok"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no built-in provider `grok`
    hint: did you mean `groq`?
    ");
    assert_snapshot!(env.run(&["init", "--provider", "hf-inference"]), @"
    exit 2
    --- stdout
    --- stderr
    error: hf-inference has no model that one could talk to
    hint: `aigw auth login hf-inference` stores a key for it
    ");
    assert_eq!(std::fs::read_dir(env.path()).unwrap().count(), 0);
}
