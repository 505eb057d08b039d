//! A second candidate beside a slow first one, and waits for candidates that are all out.

use super::*;
use crate::chat::Event;

fn hedged(scripts: &[&[Act]]) -> Rig {
    let mut rig = rig(scripts);
    rig.route.hedge_after = Some(Duration::from_secs(3));
    rig
}

#[tokio::test(start_paused = true)]
async fn the_first_to_speak_goes_on_and_the_other_is_billed() {
    let rig = hedged(&[&[Act::Hangs], &[Act::Says("b")]]);
    let started = Instant::now();
    let (result, shown) = rig.ask().await;
    assert_eq!((shown.as_str(), rig.asked().as_str()), ("b", "ab"));
    assert_eq!(started.elapsed(), Duration::from_secs(3));
    assert_eq!(result.unwrap().attempts.last().unwrap().model.provider, "b");
    let attempts = rig.recorder.0.lock().unwrap();
    assert_eq!(attempts.iter().map(|attempt| attempt.ordinal).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(attempts[0].failure.as_ref().unwrap().class, C::Cancelled);
    assert_eq!(attempts[0].usage_source, UsageSource::Estimated);
}

#[tokio::test(start_paused = true)]
async fn nobody_else_is_asked_while_the_first_is_quick() {
    let rig = hedged(&[&[Act::Says("a")], &[Act::Says("b")]]);
    assert_eq!(rig.ask().await.1, "a");
    assert_eq!(rig.asked(), "a");
}

#[tokio::test(start_paused = true)]
async fn one_that_fails_leaves_it_to_the_other() {
    let rig_slow = hedged(&[&[Act::Hangs], &[refuses(C::Auth)], &[Act::Says("c")]]);
    let waited = tokio::time::timeout(Duration::from_mins(1), rig_slow.ask()).await;
    // The first one has all the time that it was given.
    assert!(waited.is_err());
    assert_eq!(rig_slow.asked(), "ab");
}

#[tokio::test(start_paused = true)]
async fn when_all_are_out_the_first_that_is_well_is_waited_for() {
    let ten = Some(Duration::from_secs(10));
    let mut rig = rig(&[&[throttled(ten), Act::Says("a")], &[throttled(Some(Duration::from_secs(90)))]]);
    rig.max_wait = Duration::from_secs(20);
    let started = Instant::now();
    assert_eq!(rig.ask().await.1, "a");
    assert_eq!((rig.asked().as_str(), started.elapsed()), ("aba", Duration::from_secs(10)));
    // With everybody out from the start it is the same.
    assert_eq!(rig.ask().await.1, "a");
}

#[tokio::test(start_paused = true)]
async fn long_waits_are_left_to_the_caller() {
    let mut rig = rig(&[&[throttled(Some(Duration::from_secs(40)))]]);
    rig.max_wait = Duration::from_secs(20);
    let started = Instant::now();
    let error = rig.ask().await.0.unwrap_err();
    assert!(matches!(error.kind, RouteErrorKind::Exhausted));
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert!(matches!(rig.ask().await.0.unwrap_err().kind, RouteErrorKind::NoCandidate));
}

#[tokio::test(start_paused = true)]
async fn a_spent_budget_ends_the_repeating_and_not_the_failover() {
    let mut rig = rig(&[&[refuses(C::Server)], &[Act::Says("b")]]);
    let budget = RetryBudget::new(Instant::now());
    while budget.retry(Instant::now()) {}
    rig.router = rig.router.with_budget(budget);
    assert_eq!(rig.ask().await.1, "b");
    assert_eq!(rig.asked(), "ab");
}

/// Hears who is asked, and takes whatever comes.
#[derive(Default)]
struct Names(Vec<String>);

impl Delivery for Names {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        if let Event::Text(text) = event {
            self.0.push(text.clone());
        }
        Ok(Written::Yes)
    }

    fn notice(&mut self, notice: &Notice<'_>) -> Result<(), Gone> {
        if let Notice::Trying { model } = notice {
            self.0.push(model.clone());
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_wins_is_told_of_before_it_speaks() {
    let rig = hedged(&[&[Act::Hangs], &[Act::Says("b")]]);
    let request = ChatRequest::default();
    let (id, max_wait) = ("r".into(), Duration::ZERO);
    let ask = Ask {
        id,
        request: &request,
        route: &rig.route,
        buffered: false,
        deadline: None,
        max_wait,
        conversation: Conversation::default(),
    };
    let mut names = Names::default();
    rig.router.chat(&ask, &mut names).await.unwrap();
    let models: Vec<String> = rig.route.stops.iter().map(|stop| stop.model.model_id().to_string()).collect();
    assert_eq!(names.0, [models[0].as_str(), models[1].as_str(), "b"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_filter_refused_is_not_kept_for_whoever_is_well_later() {
    let ten = Some(Duration::from_secs(10));
    let mut rig = rig(&[&[throttled(ten), refuses(C::ContentFilter)], &[throttled(ten), Act::Says("b")]]);
    rig.max_wait = Duration::from_secs(20);
    let error = rig.ask().await.0.unwrap_err();
    assert_eq!(rig.asked(), "aba");
    assert_eq!(error.attempts.last().unwrap().failure.as_ref().unwrap().class, C::ContentFilter);
}

#[tokio::test(start_paused = true)]
async fn a_window_that_is_too_small_is_not_waited_for() {
    let too_long = Failure { window: Some(8000), ..Failure::new(C::ContextLength, "too long") };
    let mut rig =
        rig(&[&[Act::Refuses(too_long)], &[throttled(Some(Duration::from_secs(10))), Act::Says("b")]]);
    Arc::make_mut(&mut rig.route.stops[1].model).window = Some(4000);
    rig.max_wait = Duration::from_secs(20);
    // The second one is out from the start.
    let out = rig.route.stops[1].clone();
    let route = Route::new("second", vec![out]);
    let first = std::mem::replace(&mut rig.route, route);
    assert_eq!(rig.ask().await.1, "b");
    let health = &rig.router.health;
    let second = first.stops[1].clone();
    let subject = Candidate {
        provider: second.provider,
        model: second.model,
        key: second.keys.first().cloned(),
        weighed: Weighed::default(),
    };
    health.cool(subject.key_model_subject(), Duration::from_secs(10), C::RateLimited, Instant::now());
    rig.route = first;
    assert!(rig.ask().await.0.is_err());
    assert_eq!(rig.asked(), "bba");
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_too_late_for_the_last_place_is_told_so() {
    let rig = rig(&[&[Act::Says("a")]]);
    let stop = rig.route.stops[0].clone();
    let candidate = Candidate {
        provider: stop.provider,
        model: stop.model,
        key: stop.keys.first().cloned(),
        weighed: Weighed::default(),
    };
    let limits = crate::health::Limits { concurrency: Some(1), ..crate::health::Limits::default() };
    rig.router.health.allow("a", limits, crate::health::Day::of(None));
    let (key, model) = (candidate.key_model_subject(), candidate.model_subject());
    let held = rig.router.health.begin(&key, &model, 1, Instant::now());
    assert!(held.is_some());
    let error = rig.ask().await.0.unwrap_err();
    assert!(matches!(error.kind, RouteErrorKind::NoCandidate) && !error.is_unable(), "{error:?}");
    assert!(error.skipped.iter().all(|skipped| skipped.reason.is_a_limit()) && !error.skipped.is_empty());
    drop(held);
    assert_eq!(rig.ask().await.1, "a");
}

#[tokio::test(start_paused = true)]
async fn who_kept_failing_is_asked_all_the_same_where_nobody_else_is_left() {
    let down = refuses(C::Server);
    let rig = rig(&[&[down.clone(), down.clone(), down.clone(), Act::Says("a")]]);
    // Twice, then once more: three in a row open the breaker, and who is known to fail is not asked twice.
    assert!(rig.ask().await.0.is_err());
    assert!(rig.ask().await.0.is_err());
    assert_eq!(rig.asked(), "aaa");
    assert_eq!(rig.ask().await.1, "a");
    assert_eq!(rig.asked(), "aaaa");
}

#[tokio::test(start_paused = true)]
async fn who_failed_its_probe_too_is_left_alone_while_others_are_only_throttled() {
    let minute = Some(Duration::from_mins(1));
    let rig = rig(&[&[refuses(C::Server)], &[throttled(minute)]]);
    for _ in 0..2 {
        assert!(rig.ask().await.0.is_err());
    }
    // The probe fails.
    tokio::time::advance(Duration::from_secs(6)).await;
    assert!(rig.ask().await.0.is_err());
    let asked = rig.asked();
    assert!(asked.starts_with("aab") && !asked.contains("bb"), "{asked}");
    let error = rig.ask().await.0.unwrap_err();
    assert_eq!(rig.asked(), asked);
    assert!(matches!(error.kind, RouteErrorKind::NoCandidate));
}
