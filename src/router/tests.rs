//! The loop against scripted upstreams, with paused time.

mod embed;
mod hedge;
mod mend;
pub(super) mod rig;

use super::*;
use crate::chat::{Failure, FailureClass as C, Format, Schema};
use rig::*;

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
    let refused = Act::Refuses(Failure { status: Some(401), ..Failure::new(C::Auth, "no") });
    let mut rig = rig(&[&[refused, Act::Says("a")]]);
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
async fn turns_are_taken_request_by_request() {
    let mut rig = rig(&[&[Act::Says("a")], &[Act::Says("b")], &[Act::Says("c")]]);
    rig.route.strategy = Strategy::RoundRobin;
    for _ in 0..4 {
        assert!(rig.ask().await.0.is_ok());
    }
    assert_eq!(rig.asked(), "abca");
}

#[tokio::test(start_paused = true)]
async fn a_filter_ends_it_unless_the_route_goes_on() {
    let mut rig = rig(&[&[refuses(C::ContentFilter)], &[Act::Says("b")]]);
    rig.route.on_content_filter = OnContentFilter::Next;
    assert_eq!(rig.ask().await.1, "b");
    // Nobody rests for it.
    assert_eq!(rig.ask().await.1, "b");
    assert_eq!(rig.asked(), "abab");
}

#[tokio::test(start_paused = true)]
async fn who_has_room_for_certain_goes_first_once_a_window_was_too_small() {
    let mut rig = rig(&[&[refuses(C::ContextLength)], &[Act::Says("b")], &[Act::Says("c")]]);
    // The request has one token at least and half a dozen at most.
    for (stop, window) in rig.route.stops.iter_mut().zip([2, 3, 1000]) {
        Arc::make_mut(&mut stop.model).window = Some(window);
    }
    assert_eq!(rig.ask().await.1, "c");
    assert_eq!(rig.asked(), "ac");
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
    // Whoever broke off is asked once more, after all others.
    assert_eq!(rig_shown.asked(), "abba");
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
