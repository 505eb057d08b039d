//! Many requests at once over candidates that fail at random: every one ends in one whole answer or an honest error.
//!
//! `AIGW_SOAK=10000` asks as often as that; without it a tenth of it has to do.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aigw::chat::{ChatRequest, Event, Message, Role, Sampling};
use aigw::health::Health;
use aigw::providers::client::Client;
use aigw::router::{
    Ask, Attempt, Conversation, Delivery, Gone, Notice, Observer, RequestTag, RetryBudget, RouteErrorKind,
    Router, Written,
};
use aigw::simulate::Stand;
use futures_util::{StreamExt, stream};
use tokio::time::Instant;

use super::support::{SWEAT, TestEnv, stand};

/// Counts attempts by provider.
#[derive(Default)]
struct Counts {
    all: AtomicUsize,
    dead: AtomicUsize,
    /// How often a candidate was asked that had been asked by the same request.
    repeated: AtomicUsize,
    asked: Mutex<HashSet<(String, String)>>,
}

impl Observer for Counts {
    fn attempt(&self, request: &RequestTag, attempt: &Attempt) {
        if !self.asked.lock().unwrap().insert((request.id.clone(), attempt.model.to_string())) {
            self.repeated.fetch_add(1, Ordering::Relaxed);
        }
        self.all.fetch_add(1, Ordering::Relaxed);
        if attempt.model.provider == DEAD {
            self.dead.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[derive(Default)]
struct Reader(String);

impl Delivery for Reader {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        let Event::Text(text) = event else { return Ok(Written::No) };
        self.0.push_str(text);
        Ok(Written::Yes)
    }

    fn notice(&mut self, _: &Notice<'_>) -> Result<(), Gone> {
        Ok(())
    }
}

const DEAD: &str = "novita";
/// What may happen to a request; `hang` and the like would only take long. Nobody is throttled for longer than is waited:
/// where all three are, hundreds of requests would end in the same moment.
const FAULTS: [&str; 12] = [
    "500", "503", "429:2", "429:1", "reset", "reset:3", "cut:2", "cut:5", "eof:4", "error:3", "html", "empty",
];

fn request(number: usize) -> ChatRequest {
    ChatRequest {
        messages: vec![Message::text(Role::User, format!("count to {}", 3 + number % 17))],
        sampling: Sampling { temperature: Some(0.7), ..Sampling::default() },
        stream: true,
        ..ChatRequest::default()
    }
}

fn expected(number: usize) -> String {
    let numbers: Vec<String> = (1..=3 + number % 17).map(|n| n.to_string()).collect();
    format!("[simulated] {}", numbers.join(" "))
}

struct Outcome {
    whole: usize,
    honest: usize,
    wrong: Vec<String>,
}

async fn soak(router: &Router<Client>, env: &TestEnv, live: &[&Stand], requests: usize) -> Outcome {
    let app = env.app();
    let mut route = app.route(router.upstream(), &[]).await.unwrap();
    // What is short of time is not waited for: it is about who is asked, not about when.
    route.patience = Duration::from_millis(300);
    let route = &route;
    let results = stream::iter(0..requests)
        .map(|number| async move {
            // Each candidate meets three requests in ten with a fault, and has one before it at most: while nobody is asked
            // they would pile up, and whoever comes then would meet nothing else.
            for stand in live.iter().filter(|_| fastrand::u8(0..10) < 3) {
                let fault = fastrand::choice(FAULTS).unwrap();
                stand.clear();
                stand.inject(format!("{fault}*1").parse().unwrap());
            }
            let request = request(number);
            let id = number.to_string();
            let ask = Ask {
                id,
                request: &request,
                route,
                buffered: false,
                deadline: Some(Duration::from_mins(1)),
                // Longer than a breaker is open: where all three are, hundreds of requests would end in the same moment.
                max_wait: Duration::from_secs(35),
                conversation: Conversation::default(),
            };
            let mut reader = Reader::default();
            let result = router.chat(&ask, &mut reader).await;
            (number, result, reader.0)
        })
        .buffer_unordered(48)
        .collect::<Vec<_>>()
        .await;
    let mut outcome = Outcome { whole: 0, honest: 0, wrong: Vec::new() };
    for (number, result, text) in results {
        let whole = expected(number);
        match result {
            Ok(completion) if text == whole && completion.answer.text() == whole => outcome.whole += 1,
            // What was delivered is the beginning of the answer, and nothing if nobody answered.
            Err(error) if matches!(error.kind, RouteErrorKind::Broken(_)) && whole.starts_with(&text) => {
                outcome.honest += 1;
            }
            Err(error) if text.is_empty() && !matches!(error.kind, RouteErrorKind::Broken(_)) => {
                outcome.honest += 1;
            }
            result => outcome.wrong.push(format!("{number}: {text:?} {result:?}")),
        }
    }
    outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_blended_or_multiplied() {
    let _alone = SWEAT.lock().await;
    #[expect(clippy::disallowed_methods, reason = "whoever runs the tests says how long they may take")]
    let requests: usize =
        std::env::var("AIGW_SOAK").ok().and_then(|count| count.parse().ok()).unwrap_or(1000);
    let (one, two) = (stand("groq", &[]).await, stand("mistral", &[]).await);
    let (three, dead) = (stand("deepseek", &[]).await, stand(DEAD, &["503"]).await);
    // The dead one would be asked first.
    let env = TestEnv::with_stands(&[&dead, &one, &two, &three]);
    let counts = Arc::new(Counts::default());
    let observer: Arc<dyn Observer> = counts.clone();
    let router = Router::new(Client::new().unwrap(), Arc::new(Health::default()), observer)
        .with_budget(RetryBudget::new(Instant::now()));
    let started = Instant::now();
    let outcome = soak(&router, &env, &[&one, &two, &three], requests).await;
    let (all, to_dead) = (counts.all.load(Ordering::Relaxed), counts.dead.load(Ordering::Relaxed));
    let repeated = counts.repeated.load(Ordering::Relaxed);
    let took = started.elapsed();
    println!(
        "{requests} requests in {took:?}: {} whole, {} honest errors, {} wrong; {all} attempts, {repeated} repeated, {to_dead} to the dead one",
        outcome.whole,
        outcome.honest,
        outcome.wrong.len()
    );
    assert!(outcome.wrong.is_empty(), "{}", outcome.wrong.join("\n"));
    // So many at once meet throttled candidates that rest longer than the whole test takes.
    assert!(outcome.honest * 10 <= requests, "{} of {requests} got no answer", outcome.honest);
    // Some at once find out that it is dead, and in a short run everybody may be throttled for a good part of it; without
    // a breaker it would be asked by every request.
    assert!(to_dead * 50 <= requests.max(15_000), "{to_dead} of {requests} asked the dead one");
    // A fifth of the traffic, what was saved up, and three in every second.
    let seconds = usize::try_from(took.as_secs()).unwrap();
    assert!(repeated <= requests / 5 + 30 + 3 * (seconds + 1), "{repeated} repeated for {requests} requests");
}
