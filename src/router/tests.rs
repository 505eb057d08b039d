//! The loop against scripted upstreams, with paused time.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::Instant;

use super::*;
use crate::chat::{Event, FinishReason, Format, Message, ModelId, Role, Sampling, Schema};
use crate::providers::catalog::WireFormat;
use crate::providers::client::{Call, Opened};
use crate::providers::{Billing, Model, Provider, Quirks, Timeouts};
use crate::secret::{KeySource, Secret};
use FailureClass as C;

/// What an upstream does with one request.
#[derive(Clone)]
enum Act {
    /// Refuses.
    Refuses(Failure),
    /// Says this, whole.
    Says(&'static str),
    /// Says why it will not answer.
    Declines(&'static str),
    /// Says this and breaks.
    Breaks(&'static str, C),
    /// Thinks and breaks: nothing is shown yet.
    Thinks,
    /// Never answers.
    Hangs,
}

/// One request as an upstream saw it.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    provider: String,
    key: Option<String>,
    without: Vec<String>,
    at: Duration,
}

/// Upstreams by provider, each with its script; the last act is repeated.
struct Script {
    acts: Mutex<HashMap<String, VecDeque<Act>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    started: Instant,
}

impl Upstream for Script {
    async fn open(&self, call: Call<'_>) -> Result<Opened, Failure> {
        self.seen.lock().unwrap().push(Seen {
            provider: call.provider.id.clone(),
            key: call.key.map(|key| key.expose().to_owned()),
            without: call.without.to_vec(),
            at: self.started.elapsed(),
        });
        let act = {
            let mut acts = self.acts.lock().unwrap();
            let acts = acts.get_mut(&call.provider.id).unwrap();
            if acts.len() > 1 { acts.pop_front().unwrap() } else { acts[0].clone() }
        };
        let text = |text: &str| Ok(Event::Text(text.to_owned()));
        let events = match act {
            Act::Refuses(failure) => return Err(failure),
            Act::Hangs => std::future::pending().await,
            Act::Says(words) => vec![text(words), Ok(Event::Finish(FinishReason::Stop))],
            Act::Declines(words) => vec![text(words), Ok(Event::Finish(FinishReason::ContentFilter))],
            Act::Breaks(words, class) => vec![text(words), Err(Failure::new(class, "broke"))],
            Act::Thinks => vec![Ok(Event::Reasoning("hm".into())), Err(Failure::new(C::Server, "broke"))],
        };
        Ok(Opened { events: stream::iter(events).boxed(), dropped: Vec::new(), buckets: Vec::new() })
    }
}

#[derive(Default)]
struct Recorder(Mutex<Vec<Attempt>>);

impl Observer for Recorder {
    fn attempt(&self, _: &RequestTag, attempt: &Attempt) {
        self.0.lock().unwrap().push(attempt.clone());
    }
}

#[derive(Default)]
struct Shown(String);

impl Delivery for Shown {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        let Event::Text(text) = event else { return Ok(Written::No) };
        self.0.push_str(text);
        Ok(Written::Yes)
    }

    fn notice(&mut self, _: &Notice<'_>) -> Result<(), Gone> {
        Ok(())
    }
}

/// A router over scripted providers, named a, b, c … in the order of their scripts.
struct Rig {
    router: Router<Script>,
    route: Route,
    seen: Arc<Mutex<Vec<Seen>>>,
    recorder: Arc<Recorder>,
}

fn rig(scripts: &[&[Act]]) -> Rig {
    let names = ["a", "b", "c"];
    let acts = names
        .iter()
        .zip(scripts)
        .map(|(name, acts)| ((*name).to_owned(), acts.iter().cloned().collect()))
        .collect();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let recorder = Arc::new(Recorder::default());
    let script = Script { acts: Mutex::new(acts), seen: Arc::clone(&seen), started: Instant::now() };
    let stops = names.iter().take(scripts.len()).map(|name| stop(name, &["k1"])).collect();
    let route = Route {
        name: "test".into(),
        stops,
        max_attempts: 5,
        patience: Duration::from_secs(2),
        strategy: Strategy::Priority,
        hedge_after: None,
        on_broken_stream: OnBrokenStream::Resume,
    };
    let observer: Arc<dyn Observer> = recorder.clone();
    Rig { router: Router::new(script, Arc::new(Health::default()), observer), route, seen, recorder }
}

fn stop(provider: &str, keys: &[&str]) -> Stop {
    let row = Provider {
        id: provider.into(),
        wire: WireFormat::Openai,
        base_url: "http://127.0.0.1:9".into(),
        headers: Vec::new(),
        quirks: Quirks::default(),
        timeouts: Timeouts::DEFAULT,
        billing: Billing::Paid,
    };
    let model = Model::unknown(&ModelId::new(provider, "m"));
    Stop {
        provider: Arc::new(row),
        model: Arc::new(model),
        keys: keys.iter().map(|key| Arc::new(KeySource::key("test", Secret::new(key)))).collect(),
    }
}

impl Rig {
    async fn ask(&self) -> (Result<Completion, RouteError>, String) {
        self.ask_with(false, None).await
    }

    async fn ask_with(
        &self,
        buffered: bool,
        deadline: Option<Duration>,
    ) -> (Result<Completion, RouteError>, String) {
        self.ask_in(Format::Text, buffered, deadline).await
    }

    async fn ask_in(
        &self,
        format: Format,
        buffered: bool,
        deadline: Option<Duration>,
    ) -> (Result<Completion, RouteError>, String) {
        let request = ChatRequest {
            messages: vec![Message::text(Role::User, "hi")],
            format,
            sampling: Sampling { temperature: Some(0.1), ..Sampling::default() },
            stream: true,
            ..ChatRequest::default()
        };
        let ask = Ask { id: "r".into(), request: &request, route: &self.route, buffered, deadline };
        let mut shown = Shown::default();
        let result = self.router.chat(&ask, &mut shown).await;
        (result, shown.0)
    }

    /// Who was asked, in order.
    fn asked(&self) -> String {
        self.seen.lock().unwrap().iter().map(|seen| seen.provider.as_str()).collect()
    }

    fn seen(&self, index: usize) -> Seen {
        self.seen.lock().unwrap()[index].clone()
    }

    fn classes(&self) -> Vec<Option<C>> {
        let attempts = self.recorder.0.lock().unwrap();
        attempts.iter().map(|attempt| attempt.failure.as_ref().map(|failure| failure.class)).collect()
    }
}

fn refuses(class: C) -> Act {
    Act::Refuses(Failure::new(class, "no"))
}

fn throttled(reset: Option<Duration>) -> Act {
    Act::Refuses(Failure { reset, ..Failure::new(C::RateLimited, "slow down") })
}

#[tokio::test(start_paused = true)]
async fn a_short_reset_is_waited_for_in_full() {
    let rig = rig(&[&[throttled(Some(Duration::from_secs(2))), Act::Says("a")], &[Act::Says("b")]]);
    let (result, shown) = rig.ask().await;
    assert_eq!((rig.asked().as_str(), shown.as_str()), ("aa", "a"));
    assert!(rig.seen(1).at >= Duration::from_secs(2));
    assert_eq!(result.unwrap().attempts.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_long_reset_is_not_waited_for_and_remembered() {
    let rig = rig(&[&[throttled(Some(Duration::from_secs(40))), Act::Says("a")], &[Act::Says("b")]]);
    assert_eq!(rig.ask().await.1, "b");
    assert_eq!(rig.seen(1).at, Duration::ZERO);
    // For 40 s nobody asks there again; then it is the first again.
    assert_eq!(rig.ask().await.1, "b");
    tokio::time::advance(Duration::from_secs(41)).await;
    assert_eq!(rig.ask().await.1, "a");
    assert_eq!(rig.asked(), "abba");
}

#[tokio::test(start_paused = true)]
async fn patience_is_spent_once() {
    let two = Some(Duration::from_secs(2));
    let rig = rig(&[&[throttled(two)], &[throttled(two)], &[Act::Says("c")]]);
    assert_eq!(rig.ask().await.1, "c");
    assert_eq!(rig.asked(), "aabc");
    assert!(rig.seen(3).at < Duration::from_secs(3), "{:?}", rig.seen(3));
}

#[tokio::test(start_paused = true)]
async fn a_broken_server_is_asked_once_more_and_a_silent_one_never() {
    let rig_once = rig(&[&[refuses(C::Server), Act::Says("a")], &[Act::Says("b")]]);
    assert_eq!(rig_once.ask().await.1, "a");
    assert!(rig_once.seen(1).at <= Duration::from_millis(300));
    let rig_down = rig(&[&[refuses(C::Server)], &[Act::Says("b")]]);
    assert_eq!(rig_down.ask().await.1, "b");
    assert_eq!(rig_down.asked(), "aab");
    let rig_silent = rig(&[&[refuses(C::Timeout)], &[Act::Says("b")]]);
    assert_eq!(rig_silent.ask().await.1, "b");
    assert_eq!(rig_silent.asked(), "ab");
}

#[tokio::test(start_paused = true)]
async fn a_bad_key_is_off_and_the_next_one_has_its_turn() {
    let mut rig = rig(&[&[refuses(C::Auth), Act::Says("a")]]);
    rig.route.stops = vec![stop("a", &["k1", "k2"])];
    assert_eq!(rig.ask().await.1, "a");
    assert_eq!(rig.ask().await.1, "a");
    let keys: Vec<_> = rig.seen.lock().unwrap().iter().map(|seen| seen.key.clone().unwrap()).collect();
    assert_eq!(keys, ["k1", "k2", "k2"]);
}

#[tokio::test(start_paused = true)]
async fn a_silent_provider_is_not_asked_with_its_other_keys() {
    let mut rig = rig(&[&[refuses(C::Timeout)], &[Act::Says("b")]]);
    rig.route.stops[0] = stop("a", &["k1", "k2"]);
    assert_eq!(rig.ask().await.1, "b");
    assert_eq!(rig.asked(), "ab");
}

#[tokio::test(start_paused = true)]
async fn a_refused_parameter_is_left_out() {
    let refused = Failure { param: Some("temperature".into()), ..Failure::new(C::Unsupported, "no") };
    let rig = rig(&[&[Act::Refuses(refused), Act::Says("a")], &[Act::Says("b")]]);
    assert_eq!(rig.ask().await.1, "a");
    assert_eq!(rig.seen(1).without, ["temperature"]);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_goes_to_larger_windows_only() {
    let too_long = Failure { window: Some(8000), ..Failure::new(C::ContextLength, "too long") };
    let mut rig = rig(&[&[Act::Refuses(too_long)], &[Act::Says("b")], &[Act::Says("c")]]);
    let window = |stop: &mut Stop, window| Arc::make_mut(&mut stop.model).window = Some(window);
    // What the provider states is the real size, whatever the catalogue says.
    window(&mut rig.route.stops[0], 131_072);
    window(&mut rig.route.stops[1], 8000);
    window(&mut rig.route.stops[2], 32_000);
    assert_eq!(rig.ask().await.1, "c");
    assert_eq!(rig.asked(), "ac");
}

#[tokio::test(start_paused = true)]
async fn the_request_s_own_faults_are_not_shopped_around() {
    let rig_filter = rig(&[&[refuses(C::ContentFilter)], &[Act::Says("b")]]);
    assert!(rig_filter.ask().await.0.is_err());
    assert_eq!(rig_filter.asked(), "a");
    // In other words another provider may take it; a third one is not asked.
    let rig_wrong = rig(&[&[refuses(C::BadRequest)], &[refuses(C::BadRequest)], &[Act::Says("c")]]);
    assert!(rig_wrong.ask().await.0.is_err());
    assert_eq!(rig_wrong.asked(), "ab");
}

#[tokio::test(start_paused = true)]
async fn attempts_are_bounded() {
    let mut rig = rig(&[&[refuses(C::Server)], &[refuses(C::Server)], &[Act::Says("c")]]);
    rig.route.max_attempts = 3;
    let (result, shown) = rig.ask().await;
    assert_eq!((rig.asked().as_str(), shown.as_str()), ("aab", ""));
    assert!(matches!(result.unwrap_err().kind, RouteErrorKind::Exhausted));
}

#[tokio::test(start_paused = true)]
async fn a_break_before_anything_is_shown_is_nobody_s_business() {
    let rig = rig(&[&[Act::Thinks], &[Act::Says("b")]]);
    assert_eq!(rig.ask().await.1, "b");
    assert_eq!(rig.classes(), [Some(C::BrokenStream), None]);
}

#[tokio::test(start_paused = true)]
async fn a_break_after_that_ends_honestly_unless_it_was_held_back() {
    let acts: &[&[Act]] = &[&[Act::Breaks("half", C::Unreachable)], &[Act::Says("b")]];
    let rig_shown = rig(acts);
    let (result, shown) = rig_shown.ask().await;
    assert_eq!(shown, "half");
    assert!(matches!(result.unwrap_err().kind, RouteErrorKind::Broken(partial) if partial.text() == "half"));
    let rig_held = rig(acts);
    let (result, shown) = rig_held.ask_with(true, None).await;
    assert_eq!((result.unwrap().answer.text().as_str(), shown.as_str()), ("b", "b"));
    // The partial answer was estimated and is on record.
    let attempts = rig_held.recorder.0.lock().unwrap();
    assert_eq!(attempts[0].usage_source, UsageSource::Estimated);
    assert!(attempts[0].usage.output_tokens.unwrap() > 0);
}

#[tokio::test(start_paused = true)]
async fn an_end_without_a_finish_reason_is_no_success() {
    let rig = rig(&[&[Act::Says("")]]);
    assert!(matches!(rig.ask().await.0.unwrap_err().kind, RouteErrorKind::Exhausted));
}

#[tokio::test(start_paused = true)]
async fn a_model_that_refuses_is_told_apart_from_one_that_cannot_keep_to_a_schema() {
    let schema = || Format::Schema(Schema::new(serde_json::json!({"type": "object"})).unwrap());
    let declining = rig(&[&[Act::Declines("I will not.")], &[Act::Says("{}")]]);
    let error = declining.ask_in(schema(), true, None).await.0.unwrap_err();
    let failure = error.attempts[0].failure.clone().unwrap();
    assert_eq!(
        (failure.class, failure.message.as_str()),
        (C::ContentFilter, "the model refuses: I will not.")
    );
    assert_eq!(declining.asked(), "a");
    let rambling = rig(&[&[Act::Says("well")], &[Act::Says("{}")]]);
    assert_eq!(rambling.ask_in(schema(), true, None).await.1, "{}");
    assert_eq!(rambling.classes()[0], Some(C::Malformed));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_the_waiting() {
    let rig = rig(&[&[throttled(Some(Duration::from_secs(2)))], &[Act::Says("b")]]);
    let started = Instant::now();
    let (result, _) = rig.ask_with(false, Some(Duration::from_secs(1))).await;
    assert!(result.is_err());
    assert_eq!(started.elapsed(), Duration::from_secs(1));
    assert_eq!(rig.asked(), "a");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_leaves_is_on_record_and_nobody_is_blamed() {
    let rig = rig(&[&[Act::Hangs], &[Act::Says("b")]]);
    assert!(tokio::time::timeout(Duration::from_secs(1), rig.ask()).await.is_err());
    assert_eq!(rig.classes(), [Some(C::Cancelled)]);
    // It is still the first to be asked.
    assert!(tokio::time::timeout(Duration::from_secs(1), rig.ask()).await.is_err());
    assert_eq!(rig.asked(), "aa");
}

#[tokio::test(start_paused = true)]
async fn when_everybody_rests_nobody_is_asked_and_the_reason_is_told() {
    let rig = rig(&[&[throttled(Some(Duration::from_secs(40)))]]);
    assert!(rig.ask().await.0.is_err());
    let error = rig.ask().await.0.unwrap_err();
    assert!(matches!(error.kind, RouteErrorKind::NoCandidate) && !error.is_unable());
    assert!(matches!(error.skipped[0].reason, plan::SkipReason::Cooling { class: C::RateLimited, .. }));
    assert_eq!(rig.asked(), "a");
}
