//! Entries found by what they mean: vectors are made through the router, kept beside the entries, and used by whoever
//! looks something up.

use std::sync::{Arc, Mutex};

use aigw::agents::{Definition, memory_tools};
use aigw::chat::ToolCall;
use aigw::providers::client::Client;
use aigw::tools::TurnCalls;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{TestEnv, model_of, provider_section, stand, toolbox};

/// Words that mean the same, one number of a vector each.
const CONCEPTS: [&[&str]; 4] = [
    &["car", "automobile", "vehicle"],
    &["tea", "coffee", "beverage"],
    &["house", "building"],
    &["dog", "puppy"],
];

/// A model that knows what words mean and nothing else.
#[derive(Clone, Default)]
struct Concepts {
    /// Numbers that its vectors have beside those of the concepts.
    more: usize,
    /// What every request is refused with, from the one with this number on.
    refusal: Option<(usize, StatusCode)>,
    /// Texts with this in them are refused.
    dislikes: Option<&'static str>,
    /// The texts of each request.
    asked: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Concepts {
    /// Starts it; its address is the base URL of a provider.
    async fn start(&self) -> String {
        let app = Router::new().route("/v1/embeddings", post(embeddings)).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        format!("http://{address}/v1")
    }

    fn texts(&self) -> usize {
        self.asked.lock().unwrap().iter().map(Vec::len).sum()
    }

    fn vector(&self, text: &str) -> Vec<f32> {
        let words: Vec<String> = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect();
        let has = |concept: &&[&str]| words.iter().any(|word| concept.contains(&word.as_str()));
        let about = CONCEPTS.iter().map(|concept| f32::from(u8::from(has(concept))));
        // Nothing in the world means nothing at all.
        about.chain([0.1]).chain(std::iter::repeat_n(0.0, self.more)).collect()
    }
}

async fn embeddings(State(model): State<Concepts>, Json(asked): Json<Value>) -> Response {
    let texts: Vec<String> = serde_json::from_value(asked["input"].clone()).unwrap();
    let count = {
        let mut all = model.asked.lock().unwrap();
        all.push(texts.clone());
        all.len()
    };
    let refused = |status: StatusCode, message: &str| {
        (status, Json(json!({"error": {"message": message, "type": "invalid_request_error"}})))
            .into_response()
    };
    if let Some((from, status)) = model.refusal.filter(|(from, _)| count >= *from) {
        return refused(status, &format!("no more after request {}", from - 1));
    }
    if model.dislikes.is_some_and(|dislike| texts.iter().any(|text| text.contains(dislike))) {
        return refused(StatusCode::BAD_REQUEST, "there is something in it");
    }
    let vector = |(index, text): (usize, &String)| json!({"index": index, "embedding": model.vector(text)});
    let data: Vec<Value> = texts.iter().enumerate().map(vector).collect();
    Json(json!({"object": "list", "model": "concepts", "data": data, "usage": {"prompt_tokens": 3, "total_tokens": 3}}))
        .into_response()
}

/// A configuration with these servers as providers, asked in this order.
fn config(addresses: &[(&str, &str)]) -> String {
    let names: Vec<String> = addresses.iter().map(|(name, _)| format!("\"{name}/concepts\"")).collect();
    let mut text = format!("[memory]\nembed = [{}]\n", names.join(", "));
    for (name, address) in addresses {
        let section = ["[providers.", name, "]\nwire = \"openai\"\nbase_url = \"", address, "\"\n"];
        text += &section.concat();
    }
    text
}

fn remember(env: &TestEnv, text: &str) -> String {
    env.run(&["memory", "add", text]).exits(0).stdout.trim().to_owned()
}

fn found(env: &TestEnv, words: &str) -> Vec<String> {
    let hits = env.run(&["memory", "search", "--json", words]).exits(0).json();
    let content = |hit: &Value| hit["content"].as_str().unwrap().to_owned();
    hits.as_array().unwrap().iter().map(content).collect()
}

#[test]
fn without_a_model_it_says_what_to_set() {
    assert_snapshot!(TestEnv::new().run(&["memory", "embed"]), @r#"
    exit 3
    --- stdout
    --- stderr
    error: no model is set that makes vectors
    hint: say which in the configuration, [memory] embed = "PROVIDER/MODEL"; `aigw model ls --can embeddings` lists some
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_means_the_same_is_found() {
    let model = Concepts::default();
    let env = TestEnv::new();
    env.config(&config(&[("box", &model.start().await)]));
    let automobile = remember(&env, "The automobile is in the garage.");
    remember(&env, "Coffee is at nine.");
    remember(&env, "Nothing in particular.");
    // Writing asks nobody.
    assert_eq!(model.texts(), 0);
    assert!(found(&env, "car").is_empty());
    assert_snapshot!(env.run(&["memory", "embed"]), @"
    exit 0
    --- stdout
    --- stderr
    3 vectors made by concepts
    ");
    assert_eq!(model.texts(), 3);
    assert_eq!(found(&env, "car")[0], "The automobile is in the garage.");
    assert_eq!(found(&env, "a beverage for the vehicle").len(), 3);
    // Nothing is made twice, and what has changed is made anew.
    let nothing = env.run(&["memory", "embed", "--json"]).exits(0).json();
    assert_eq!(nothing, json!({"model": "concepts", "made": 0, "refused": 0, "waiting": 0}));
    let _gone = env.run(&["memory", "rm", &automobile]).exits(0);
    assert!(found(&env, "car").iter().all(|text| !text.contains("automobile")));
    remember(&env, "Our puppy is two.");
    assert_eq!(env.run(&["memory", "embed", "--json"]).exits(0).json()["made"], 1);
    let stats = env.run(&["memory", "stats", "--json"]).exits(0).json();
    assert_eq!(stats["by_embedder"], json!([{"name": "concepts", "vectors": 3, "weight": null}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_and_a_turn_find_it_too() {
    let (model, openai) = (Concepts::default(), stand("openai", &[]).await);
    let env = TestEnv::new();
    let config = config(&[("box", &model.start().await)]) + &provider_section(&openai);
    env.config(&format!("default_route = \"{}\"\n{config}", model_of("openai")));
    let id = remember(&env, "The automobile is in the garage.");
    remember(&env, "Coffee is at nine.");
    // An answer is followed by vectors of what has none.
    let _first = env.run(&["chat", "-n", "what is 2+3"]).exits(0);
    assert!(model.texts() >= 2, "{}", model.texts());
    let asked = env.run(&["chat", "-n", "--json", "where did I leave my car?"]).exits(0).json();
    assert_eq!(asked["recalled"][0]["id"], json!(id), "{asked}");
    let app = env.app();
    let client = Arc::new(Client::new().unwrap());
    let meanings = Arc::new(app.meanings(&client).await.unwrap());
    let tools = memory_tools::all(&meanings, &Definition::new("researcher"), None);
    let toolbox = toolbox("researcher", &[], tools);
    let arguments = json!({"query": "vehicle"}).to_string();
    let call = ToolCall { id: "1".into(), name: "memory_search".into(), arguments, signature: None };
    let told = toolbox.call(&call, &TurnCalls::of("t")).await.unwrap().text;
    assert!(told.contains(&id), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_makes_vectors_words_are_enough() {
    let model = Concepts { refusal: Some((2, StatusCode::INTERNAL_SERVER_ERROR)), ..Concepts::default() };
    let env = TestEnv::new();
    env.config(&config(&[("box", &model.start().await)]));
    remember(&env, "The automobile is in the garage.");
    remember(&env, "A car has four wheels.");
    assert_eq!(env.run(&["memory", "embed", "--json"]).exits(0).json()["made"], 2);
    let ran = env.run(&["memory", "search", "car"]).exits(0);
    assert!(ran.stdout.contains("A car has four wheels."), "{ran}");
    assert!(ran.stderr.contains("searched by words only") && ran.stderr.contains("box/concepts"), "{ran}");
    // What cannot be made is told, and what is kept is kept.
    remember(&env, "A dog barks.");
    let ran = env.run(&["memory", "embed"]);
    assert!(ran.code == Some(4) && ran.stderr.contains("1 entry still without one"), "{ran}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_provider_of_the_model_stands_in_and_another_model_never_does() {
    let broken = Concepts { refusal: Some((1, StatusCode::INTERNAL_SERVER_ERROR)), ..Concepts::default() };
    let (well, other) = (Concepts::default(), Concepts { more: 3, ..Concepts::default() });
    let env = TestEnv::new();
    let (one, two) = (broken.start().await, well.start().await);
    env.config(&config(&[("one", &one), ("two", &two)]));
    remember(&env, "The automobile is in the garage.");
    assert_eq!(env.run(&["memory", "embed", "--json"]).exits(0).json()["made"], 1);
    assert!(broken.texts() > 0 && well.texts() > 0);
    // One that calls itself the same and is not: its vectors are longer.
    env.config(&config(&[("three", &other.start().await)]));
    remember(&env, "A dog barks.");
    let ran = env.run(&["memory", "embed"]);
    assert!(ran.code == Some(4) && ran.stderr.contains("8 numbers and those that are kept have 5"), "{ran}");
    let ran = env.run(&["memory", "search", "puppy"]).exits(0);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("searched by words only"), "{ran}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_text_keeps_no_other_back() {
    let model = Concepts { dislikes: Some("cursed"), ..Concepts::default() };
    let env = TestEnv::new();
    env.config(&config(&[("box", &model.start().await)]));
    // It has to have made one before the text is at fault.
    remember(&env, "A house by the sea.");
    assert_eq!(env.run(&["memory", "embed", "--json"]).exits(0).json()["made"], 1);
    for text in ["A dog barks.", "This one is cursed.", "Tea is green."] {
        remember(&env, text);
    }
    let done = env.run(&["memory", "embed", "--json"]).exits(0).json();
    assert_eq!(done, json!({"model": "concepts", "made": 2, "refused": 1, "waiting": 0}));
    assert_eq!(found(&env, "cursed"), ["This one is cursed."]);
    assert_eq!(found(&env, "puppy")[0], "A dog barks.");
}
