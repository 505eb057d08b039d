//! The order of services, what is remembered of them, and what is said, with services that do what they are told.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::http::Http;
use super::super::kept::Kept;
use super::super::kept::tests::Hands;
use super::super::service::{Access, Card, spec, words};
use super::*;
use crate::secret::{KeySource, Secret};

#[derive(Debug, Serialize, Deserialize)]
struct Words(Vec<String>);

impl Topic for Words {
    const TOOL: &'static str = "words";
    type Query = String;

    fn spec() -> ToolSpec {
        spec("words", "", "query", &json!({"query": {"type": "string"}}))
    }
    fn query(arguments: &Value) -> Result<String, ToolError> {
        words(arguments, "query", 10)
    }
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    fn keeps(&self) -> Duration {
        Duration::from_mins(10)
    }
    fn for_model(&self) -> String {
        self.0.join(" ")
    }
}

const CARDS: [Card; 3] = [card("first"), card("second"), card("third")];
const PACED: Card = Card { pause: Duration::from_secs(5), ..card("paced") };

const fn card(id: &'static str) -> Card {
    Card { id, name: id, url: "https://x.y", attribution: "", warning: None, pause: Duration::ZERO }
}

/// What a service is to do next; then it answers with its name.
/// What a service says next.
type Script = Arc<Mutex<Vec<Result<Vec<String>, Trouble>>>>;

#[derive(Clone)]
struct Told {
    card: &'static Card,
    access: Access,
    next: Script,
    asked: Arc<AtomicUsize>,
}

impl Service<Words> for Told {
    fn card(&self) -> &'static Card {
        self.card
    }
    fn access(&self) -> &Access {
        &self.access
    }
    fn can(&self, query: &String) -> bool {
        query != "impossible"
    }
    fn ask<'a>(&'a self, _: &'a Desk, _: &'a String) -> BoxFuture<'a, Result<Words, Trouble>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let next = self.next.lock().unwrap().pop();
        let answer = next.unwrap_or_else(|| Ok(vec![self.card.id.to_owned()]));
        Box::pin(async move { answer.map(Words) })
    }
}

struct Scene {
    told: Vec<Told>,
    services: Services<Words>,
    hands: Hands,
}

impl Scene {
    fn new(cards: &'static [Card]) -> Self {
        let hands = Hands::new();
        let client = reqwest_client();
        let http = Http::new(client.clone(), client);
        let desk = Arc::new(Desk::new(http, Arc::new(Kept::new(hands.clock()))));
        let access = Access { base_url: "http://x".into(), key: None, timeout: Duration::from_secs(1) };
        let told = |card| Told { card, access: access.clone(), next: Arc::default(), asked: Arc::default() };
        let told: Vec<Told> = cards.iter().map(told).collect();
        let boxed = told.iter().map(|told| Box::new(told.clone()) as Box<dyn Service<Words>>).collect();
        Self { told, services: Services::new(boxed, desk), hands }
    }

    fn tell(&self, index: usize, next: Result<&[&str], Why>) {
        let next = next.map(|words| words.iter().map(|&word| word.to_owned()).collect());
        let next = next.map_err(|why| Trouble::new(why, ""));
        self.told[index].next.lock().unwrap().push(next);
    }

    async fn find(&self, query: &str) -> Result<Finding<Words>, Exhausted> {
        self.services.find(&query.to_owned()).await
    }

    fn asked(&self) -> Vec<usize> {
        self.told.iter().map(|told| told.asked.load(Ordering::Relaxed)).collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "nothing is sent with it")]
fn reqwest_client() -> reqwest::Client {
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).build().unwrap()
}

#[tokio::test]
async fn the_first_that_answers_is_it_and_failures_are_told() {
    let scene = Scene::new(&CARDS);
    scene.tell(0, Err(Why::RateLimited { until: None }));
    let found = scene.find("a").await.unwrap();
    assert_eq!((found.source.service.as_str(), found.cached), ("second", false));
    let text = found.for_model();
    assert!(text.contains("Source: second (https://x.y), 2026-11-22 12:00 UTC"), "{text}");
    assert!(text.contains("Passed over: first: too many requests; try again in 60s"), "{text}");
    // It is left alone until it is well, and then it is the first again.
    let found = scene.find("b").await.unwrap();
    assert!(found.passed_over[0].left_alone);
    assert_eq!(scene.asked(), [1, 2, 0]);
    scene.hands.forward(60);
    assert_eq!(scene.find("c").await.unwrap().source.service, "first");
    assert_eq!(scene.asked(), [2, 2, 0]);
}

#[tokio::test]
async fn answers_are_kept_for_their_time() {
    let scene = Scene::new(&CARDS);
    let first = scene.find("a").await.unwrap();
    scene.hands.forward(599);
    let again = scene.find("a").await.unwrap();
    assert!(again.cached && again.retrieved_at == first.retrieved_at);
    assert!(again.for_model().contains("kept from an earlier call"));
    scene.hands.forward(1);
    assert!(!scene.find("a").await.unwrap().cached);
    assert_eq!(scene.asked(), [2, 0, 0]);
}

#[tokio::test]
async fn nothing_is_believed_when_two_find_nothing() {
    let scene = Scene::new(&CARDS);
    scene.tell(0, Ok(&[]));
    assert_eq!(scene.find("a").await.unwrap().source.service, "second");
    scene.tell(0, Ok(&[]));
    scene.tell(1, Ok(&[]));
    let found = scene.find("b").await.unwrap();
    assert!(found.data.0.is_empty() && found.passed_over.is_empty());
    assert_eq!(scene.asked(), [2, 2, 0]);
    assert!(scene.find("b").await.unwrap().cached);
    // One that finds nothing while the others fail is told with the doubt that it deserves, and not kept.
    scene.tell(0, Ok(&[]));
    scene.tell(1, Err(Why::Timeout));
    scene.tell(2, Err(Why::Shape));
    let text = scene.find("c").await.unwrap().for_model();
    assert!(text.contains("there may be something after all"), "{text}");
    assert!(text.contains("second: did not answer in time"), "{text}");
    assert!(!scene.find("c").await.unwrap().cached);
}

#[tokio::test]
async fn when_all_fail_each_is_listed_with_its_time() {
    let scene = Scene::new(&CARDS);
    scene.tell(0, Err(Why::Quota { until: None }));
    scene.tell(1, Err(Why::Auth));
    scene.tell(2, Err(Why::Upstream { status: 503 }));
    let error = scene.find("a").await.unwrap_err();
    let text = error.to_string();
    for part in [
        "that does not mean that there is nothing",
        "first: its quota is used up; try again in 60m",
        "second: the key is missing or was refused; try again in 60m; check `api_key` in [tools.words.second]",
        "third: failed with status 503; try again in 30s",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(error.again_at(), Some(scene.services.desk.now() + jiff::SignedDuration::from_secs(30)));
    // None is asked while all are left alone.
    let text = scene.find("a").await.unwrap_err().to_string();
    assert!(text.contains("third: failed with status 503; left alone for 30s more"), "{text}");
    assert_eq!(scene.asked(), [1, 1, 1]);
    assert!(scene.find("impossible").await.unwrap_err().to_string().contains("is set up"));
}

#[tokio::test]
async fn two_that_do_not_know_it_are_believed_and_nobody_is_blamed() {
    let scene = Scene::new(&CARDS);
    scene.tell(0, Err(Why::NotFound));
    scene.tell(1, Err(Why::NotFound));
    let error = scene.find("a").await.unwrap_err();
    assert!(error.is_not_found() && error.to_string().contains("words found nothing of this name"));
    assert_eq!(error.again_at(), None);
    assert_eq!(scene.asked(), [1, 1, 0]);
    assert_eq!(scene.find("b").await.unwrap().source.service, "first");
}

#[tokio::test]
async fn a_service_gets_the_pause_that_it_asks_for() {
    static TWO: [Card; 2] = [PACED, card("second")];
    let scene = Scene::new(&TWO);
    assert_eq!(scene.find("a").await.unwrap().source.service, "paced");
    let found = scene.find("b").await.unwrap();
    assert_eq!(found.source.service, "second");
    assert!(found.passed_over[0].trouble.said.contains("pause"));
    scene.hands.forward(5);
    assert_eq!(scene.find("c").await.unwrap().source.service, "paced");
    // Trouble that lasts longer outlasts the pause.
    scene.tell(0, Err(Why::Quota { until: None }));
    scene.hands.forward(5);
    scene.find("d").await.unwrap();
    scene.hands.forward(5);
    assert_eq!(scene.find("e").await.unwrap().source.service, "second");
}

#[tokio::test]
async fn another_key_is_another_service() {
    let mut scene = Scene::new(&CARDS[..1]);
    scene.tell(0, Err(Why::Auth));
    scene.find("a").await.unwrap_err();
    assert!(scene.find("a").await.unwrap_err().failed[0].left_alone);
    let mut other = scene.told[0].clone();
    other.access.key = Some(Arc::new(KeySource::key("env X", Secret::new("another-key"))));
    scene.services.services = vec![Box::new(other)];
    assert!(scene.find("a").await.is_ok());
}

#[tokio::test]
async fn the_tool_tells_the_model() {
    let Scene { services, .. } = Scene::new(&CARDS);
    let tool = ServiceTool(services);
    let text = tool.call(&json!({"query": " a  b "})).await.unwrap().text;
    assert!(text.starts_with("first\nSource"), "{text}");
    assert!(tool.call(&json!({"query": ""})).await.unwrap_err().0.contains("`query` is empty"));
    assert!(tool.call(&json!({"query": "x".repeat(11)})).await.unwrap_err().0.contains("at most 10"));
    assert_eq!(tool.spec().parameters["required"], json!(["query"]));
}

/// One that never answers.
struct Silent(Access);

impl Service<Words> for Silent {
    fn card(&self) -> &'static Card {
        &CARDS[0]
    }
    fn access(&self) -> &Access {
        &self.0
    }
    fn ask<'a>(&'a self, _: &'a Desk, _: &'a String) -> BoxFuture<'a, Result<Words, Trouble>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_waited_for_without_end() {
    let mut scene = Scene::new(&CARDS[..1]);
    let timeout = Duration::from_secs(10);
    let silent = |number: usize| {
        let access = Access { base_url: format!("http://{number}"), timeout, ..scene.told[0].access.clone() };
        Box::new(Silent(access)) as Box<dyn Service<Words>>
    };
    scene.services.services = (0..9).map(silent).collect();
    let begun = Instant::now();
    let error = scene.find("a").await.unwrap_err();
    assert!(begun.elapsed() <= scene.services.longest(), "{:?}", begun.elapsed());
    let told: Vec<bool> =
        error.failed.iter().map(|failed| failed.trouble.said.contains("not asked")).collect();
    assert_eq!(told, [false, false, false, true, true, true, true, true, true]);
    // Whoever was not asked is not left alone for it.
    assert!(error.failed[8].again_at.is_none() && error.failed[2].again_at.is_some());
    assert!(error.to_string().contains("did not answer in time (20s)"));
}
