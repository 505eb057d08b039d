//! The figures that the README states, as ratios against a baseline in the same run: `cargo bench`.
//!
//! A time alone says more about the machine than about the program, so each figure stands beside one for a program that
//! does the same with less: `true` for starting, `curl` for a request, parsing into a generic tree for decoding.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark prints, and stops when it cannot go on"
)]

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aigw::chat::{ChatRequest, Event, FailureClass, Message, ModelId, Role};
use aigw::health::{Health, Subject};
use aigw::providers::client::Client;
use aigw::providers::sse::SseDecoder;
use aigw::providers::wire::{Target, codec};
use aigw::providers::{Catalog, Model, Provider, Timeouts};
use aigw::router::{
    Ask, Attempt, Conversation, Delivery, Gone, Notice, Observer, RequestTag, Route, Router, Stop, Written,
};
use aigw::secret::{KeySource, Secret};
use aigw::simulate::{Settings, Stand};

const AIGW: &str = env!("CARGO_BIN_EXE_aigw");

fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    size();
    start();
    request();
    failover();
    health();
    decode();
}

fn size() {
    let bytes = std::fs::metadata(AIGW).unwrap().len();
    println!("binary              {:>8.1} MiB", mib(bytes));
}

/// `aigw --version` beside `true`.
fn start() {
    let [aigw, baseline] = alternate(
        200,
        [&mut || run(Command::new(AIGW).arg("--version")), &mut || run(&mut Command::new("true"))],
    );
    report("aigw --version", aigw, "true", baseline);
}

/// `aigw chat` beside `curl` with the same request to the same stand-in, which answers at once.
fn request() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let stand = runtime.block_on(Stand::start(Settings::new("openai"))).unwrap();
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let text =
        format!("[providers.openai]\nbase_url = \"{}\"\napi_keys = [\"test-key\"]\n", stand.base_url());
    std::fs::write(&config, text).unwrap();
    let mut aigw = Command::new(AIGW);
    aigw.args(["chat", "-n", "-m", "openai", "what is 2+3"]).env_clear().envs([
        ("HOME", home.path()),
        ("AIGW_CONFIG", &config),
        ("AIGW_DATA_DIR", home.path()),
    ]);
    let body = r#"{"model":"gpt-6-luna","messages":[{"role":"user","content":"what is 2+3"}],"stream":true,"stream_options":{"include_usage":true}}"#;
    let mut curl = Command::new("curl");
    curl.args([
        "-sS",
        "-N",
        "-H",
        "content-type: application/json",
        "-H",
        "authorization: Bearer test-key",
        "-d",
        body,
    ])
    .arg(format!("{}/chat/completions", stand.base_url()));
    let [ours, theirs] = alternate(100, [&mut || run(&mut aigw), &mut || run(&mut curl)]);
    report("aigw chat", ours, "curl", theirs);
    println!("                    {:>8.2} ms more", ms(ours) - ms(theirs));
}

/// An answer by the second candidate, when the first refuses at once or is silent, beside one by the second alone.
fn failover() {
    const LIMIT: Duration = Duration::from_millis(200);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let stand = |faults: &[&str]| {
        let mut settings = Settings::new("mistral");
        settings.faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
        runtime.block_on(Stand::start(settings)).unwrap()
    };
    let (refusing, silent, well) = (stand(&["401"]), stand(&["hang"]), stand(&[]));
    let client = Arc::new(Client::new().unwrap());
    let ask = |stands: &[&Stand]| {
        let stops = stands.iter().enumerate().map(|(place, stand)| stop(place, stand, LIMIT)).collect();
        let route = Route::new("bench", stops);
        // Nothing is remembered from one request to the next.
        let router = Router::new(Arc::clone(&client), Arc::new(Health::default()), Arc::new(Nobody));
        let request = ChatRequest {
            messages: vec![Message::text(Role::User, "what is 2+3")],
            stream: true,
            ..ChatRequest::default()
        };
        let ask = Ask {
            id: "bench".into(),
            request: &request,
            route: &route,
            buffered: false,
            deadline: None,
            max_wait: Duration::ZERO,
            conversation: Conversation::default(),
        };
        let started = Instant::now();
        assert!(runtime.block_on(router.chat(&ask, &mut Sink)).is_ok());
        started.elapsed()
    };
    let [refused, alone] = alternate(200, [&mut || ask(&[&refusing, &well]), &mut || ask(&[&well])]);
    report("refused, then well", refused, "well", alone);
    println!("                    {:>8.2} ms more", ms(refused) - ms(alone));
    let [silence, alone] = alternate(20, [&mut || ask(&[&silent, &well]), &mut || ask(&[&well])]);
    report("silent, then well", silence, "well", alone);
    println!(
        "                    {:>8.2} ms more than its first-token limit",
        ms(silence) - ms(LIMIT) - ms(alone)
    );
}

fn stop(place: usize, stand: &Stand, first_token: Duration) -> Stop {
    let row = Catalog::built_in().provider("mistral").unwrap();
    let provider = Provider {
        id: format!("p{place}"),
        wire: row.wire,
        base_url: stand.base_url(),
        headers: Vec::new(),
        quirks: row.quirks.clone(),
        timeouts: Timeouts { first_token, ..Timeouts::DEFAULT },
        billing: row.billing,
    };
    Stop {
        provider: Arc::new(provider),
        model: Arc::new(Model::unknown(&ModelId::new(format!("p{place}"), "mistral-small-latest"))),
        keys: vec![Arc::new(KeySource::key("bench", Secret::new("bench-key-1")))],
        weight: 1,
    }
}

struct Nobody;

impl Observer for Nobody {
    fn attempt(&self, _: &RequestTag, _: &Attempt) {}
}

struct Sink;

impl Delivery for Sink {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        black_box(event);
        Ok(Written::Yes)
    }

    fn notice(&mut self, _: &Notice<'_>) -> Result<(), Gone> {
        Ok(())
    }
}

/// Chunks of a stream into events, on one core, beside parsing each into a generic tree.
fn decode() {
    const CHUNKS: usize = 400_000;
    let chunk = concat!(
        r#"data: {"id":"chatcmpl-0123456789abcdef","object":"chat.completion.chunk","created":1789992000,"model":"openai/gpt-oss-20b","#,
        r#""system_fingerprint":"fp_0123456789","choices":[{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}]}"#,
        "\n\n"
    );
    let stream = chunk.repeat(CHUNKS);
    let row = &Catalog::built_in().providers()[0];
    let provider = Provider {
        id: row.id.clone(),
        wire: row.wire,
        base_url: row.base_url.clone(),
        headers: Vec::new(),
        quirks: row.quirks.clone(),
        timeouts: Timeouts::DEFAULT,
        billing: row.billing,
    };
    let model = Catalog::built_in().model(&ModelId::new("groq", "openai/gpt-oss-20b"));
    let target = Target {
        provider: &provider,
        model: &model,
        without: &[],
        description: None,
        within: Timeouts::DEFAULT.total,
    };
    let mut ours = || {
        let started = Instant::now();
        let (mut sse, mut decoder) = (SseDecoder::default(), codec(provider.wire).decoder(&target));
        let mut events = Vec::new();
        let mut count = 0;
        for piece in stream.as_bytes().chunks(16 << 10) {
            sse.push(piece);
            while let Some(event) = sse.next_event().unwrap() {
                decoder.event(&event, &mut events).unwrap();
                count += events.len();
                black_box(&events);
                events.clear();
            }
        }
        assert!(count >= CHUNKS);
        started.elapsed()
    };
    let mut tree = || {
        let started = Instant::now();
        for line in stream.lines().filter_map(|line| line.strip_prefix("data: ")) {
            black_box(serde_json::from_str::<serde_json::Value>(line).unwrap());
        }
        started.elapsed()
    };
    let [ours, tree] = alternate(5, [&mut ours, &mut tree]);
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let per_second = |span: Duration| CHUNKS as f64 / span.as_secs_f64() / 1e6;
    println!(
        "chunks into events  {:>8.2} M/s   generic tree {:>6.2} M/s   ratio {:.2}",
        per_second(ours),
        per_second(tree),
        per_second(ours) / per_second(tree)
    );
}

/// Reading what other processes know, 40 and 800 marks, beside looking for a file that is not there.
fn health() {
    let nothing = tempfile::tempdir().unwrap();
    for count in [20, 400] {
        let home = tempfile::tempdir().unwrap();
        let filled = Health::load(home.path());
        let now = tokio::time::Instant::now();
        for number in 0..count {
            let [_, model, _, key_model] =
                Subject::all_of("provider", "0badcafe", &format!("model-{number}"));
            filled.cool(key_model, Duration::from_mins(10), FailureClass::RateLimited, now);
            filled.first_token(&model, Duration::from_millis(500));
        }
        filled.flush(Duration::from_secs(20));
        let read = |directory: &std::path::Path| {
            let started = Instant::now();
            black_box(Health::load(directory).snapshot(tokio::time::Instant::now()));
            started.elapsed()
        };
        let [some, none] = alternate(100, [&mut || read(home.path()), &mut || read(nothing.path())]);
        report(&format!("{} marks read", 2 * count), some, "no file", none);
    }
}

/// Runs both in turn, so that what else the machine does hits both, and gives the medians.
fn alternate(rounds: usize, mut works: [&mut dyn FnMut() -> Duration; 2]) -> [Duration; 2] {
    let mut spans = [Vec::new(), Vec::new()];
    for round in 0..=rounds {
        for (work, spans) in works.iter_mut().zip(&mut spans) {
            let span = work();
            // The first round only warms up.
            if round > 0 {
                spans.push(span);
            }
        }
    }
    spans.map(|mut spans| {
        spans.sort();
        spans[spans.len() / 2]
    })
}

fn run(command: &mut Command) -> Duration {
    let started = Instant::now();
    let status =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit()).status().unwrap();
    assert!(status.success());
    started.elapsed()
}

fn report(name: &str, ours: Duration, baseline_name: &str, baseline: Duration) {
    println!(
        "{name:<19} {:>8.2} ms    {baseline_name:<12} {:>6.2} ms    ratio {:.2}",
        ms(ours),
        ms(baseline),
        ours.as_secs_f64() / baseline.as_secs_f64()
    );
}

fn ms(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
