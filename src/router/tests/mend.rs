//! Answers that break after some of them was shown: every step of the ladder, and that nothing is ever blended.

use super::*;
use crate::chat::Role;
use crate::providers::Ability;

const WHOLE: &str = "The quick brown fox jumps over the lazy dog and runs away.";
const HALF: &str = "The quick brown fox jumps over";

fn breaks(words: &'static str) -> Act {
    Act::Breaks(words, C::Unreachable)
}

/// Another model, so that a rerun is not expected to repeat itself.
fn strangers(rig: &mut Rig) {
    for (index, stop) in rig.route.stops.iter_mut().enumerate() {
        Arc::make_mut(&mut stop.model).id = format!("m{index}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_model_elsewhere_is_asked_the_same_again() {
    let rig = rig(&[&[breaks(HALF)], &[Act::Says(WHOLE)]]);
    let (result, shown) = rig.ask().await;
    let completion = result.unwrap();
    assert_eq!((shown.as_str(), completion.answer.text().as_str()), (WHOLE, WHOLE));
    assert_eq!((rig.asked().as_str(), completion.resumed), ("ab", Some(Resumed::Replay)));
    assert_eq!(rig.seen(1).turns, [Role::User]);
}

#[tokio::test(start_paused = true)]
async fn the_rest_is_asked_for_where_a_rerun_says_something_else() {
    let rig = rig(&[
        &[breaks(HALF)],
        &[Act::Says("Foxes are"), Act::Says("brown fox jumps over the lazy dog and runs away.")],
    ]);
    let (result, shown) = rig.ask().await;
    let completion = result.unwrap();
    assert_eq!((shown.as_str(), completion.answer.text().as_str()), (WHOLE, WHOLE));
    assert_eq!((rig.asked().as_str(), completion.resumed), ("abb", Some(Resumed::Continuation)));
    assert_eq!(rig.seen(2).turns, [Role::User, Role::Assistant, Role::User]);
    assert_eq!(rig.classes(), [Some(C::BrokenStream), Some(C::Cancelled), None]);
    // Both halves are paid for, and both are in the answer's tokens.
    assert!(completion.usage.output_tokens.unwrap() > 10);
}

#[tokio::test(start_paused = true)]
async fn strangers_are_asked_for_the_rest_at_once_whatever_their_manner() {
    for rest in ["brown fox jumps over the lazy dog and runs away.", WHOLE] {
        let mut rig = rig(&[&[breaks(HALF)], &[Act::Says(rest)]]);
        strangers(&mut rig);
        let (result, shown) = rig.ask().await;
        assert_eq!((shown.as_str(), rig.asked().as_str()), (WHOLE, "ab"));
        assert_eq!(result.unwrap().resumed, Some(Resumed::Continuation));
    }
}

#[tokio::test(start_paused = true)]
async fn a_prefill_is_used_where_it_is_known_to_work_and_its_refusal_is_nobody_s_business() {
    let refuses = Act::Refuses(Failure::new(C::BadRequest, "no prefill"));
    let rest = " the lazy dog and runs away.";
    for acts in
        [&[Act::Says(rest)][..], &[refuses, Act::Says("brown fox jumps over the lazy dog and runs away.")]]
    {
        let mut rig = rig(&[&[breaks(HALF)], acts]);
        strangers(&mut rig);
        Arc::make_mut(&mut rig.route.stops[1].model).abilities = Some(vec![Ability::Prefill]);
        let (result, shown) = rig.ask().await;
        assert_eq!(shown, WHOLE);
        assert!(result.is_ok());
        assert_eq!(rig.seen(1).turns, [Role::User, Role::Assistant]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_counts_more_than_a_list_where_it_says_that_a_prefill_works() {
    let (words, straight_on) =
        ("brown fox jumps over the lazy dog and runs away.", " the lazy dog and runs away.");
    for (listed, able, rest) in [(vec![Ability::Prefill], false, words), (Vec::new(), true, straight_on)] {
        let mut rig = rig(&[&[breaks(HALF)], &[Act::Says(rest)]]);
        strangers(&mut rig);
        let model = Arc::make_mut(&mut rig.route.stops[1].model);
        model.abilities = Some(listed);
        model.probed = vec![(Ability::Prefill, able)];
        assert_eq!(rig.ask().await.1, WHOLE);
        let turns = [Role::User, Role::Assistant, Role::User];
        assert_eq!(rig.seen(1).turns, turns[..if able { 2 } else { 3 }]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_break_is_mended_too() {
    let mut rig = rig(&[
        &[breaks(HALF)],
        &[breaks("brown fox jumps over the lazy")],
        &[Act::Says("jumps over the lazy dog and runs away.")],
    ]);
    strangers(&mut rig);
    let (result, shown) = rig.ask().await;
    assert_eq!((shown.as_str(), rig.asked().as_str()), (WHOLE, "abc"));
    assert_eq!(result.unwrap().answer.text(), WHOLE);
}

#[tokio::test(start_paused = true)]
async fn a_break_after_the_last_word_needs_only_the_end() {
    for again in [WHOLE, "dog and runs away."] {
        let mut rig = rig(&[&[breaks(WHOLE)], &[Act::Says(again)]]);
        strangers(&mut rig);
        assert_eq!(rig.ask().await.1, WHOLE);
    }
}

#[tokio::test(start_paused = true)]
async fn something_else_is_never_blended_in() {
    let other: &[Act] = &[Act::Says("Wolves are grey.")];
    let mut quiet = rig(&[&[breaks(HALF), Act::Says("Foxes are red.")], other]);
    strangers(&mut quiet);
    let (result, shown) = quiet.ask().await;
    assert_eq!(shown, HALF);
    assert!(matches!(result.unwrap_err().kind, RouteErrorKind::Broken(partial) if partial.text() == HALF));
    // Where it can be shown, another answer begins behind a mark.
    let mut open = rig(&[&[breaks(HALF), Act::Says("Foxes are red.")], other]);
    strangers(&mut open);
    open.restarts = true;
    let (result, shown) = open.ask().await;
    let completion = result.unwrap();
    assert_eq!(shown, format!("{HALF}|Wolves are grey."));
    assert_eq!(
        (completion.answer.text().as_str(), completion.resumed),
        ("Wolves are grey.", Some(Resumed::Restart))
    );
}

#[tokio::test(start_paused = true)]
async fn a_route_says_what_a_break_is_worth() {
    let acts: &[&[Act]] = &[&[breaks(HALF)], &[Act::Says(WHOLE)]];
    let mut failing = rig(acts);
    failing.route.on_broken_stream = OnBrokenStream::Fail;
    assert!(failing.ask().await.0.is_err());
    assert_eq!(failing.asked(), "a");
    let mut restarting = rig(acts);
    restarting.route.on_broken_stream = OnBrokenStream::Restart;
    restarting.restarts = true;
    assert_eq!(restarting.ask().await.1, format!("{HALF}|{WHOLE}"));
}

#[tokio::test(start_paused = true)]
async fn a_schema_is_never_continued() {
    let schema = || Format::Schema(Schema::new(serde_json::json!({"type": "object"})).unwrap());
    let mut rig = rig(&[&[breaks("{\"a\":")], &[Act::Says("{\"a\": 1}")]]);
    strangers(&mut rig);
    let (result, shown) = rig.ask_in(schema(), false, None).await;
    assert_eq!((shown.as_str(), rig.asked().as_str()), ("{\"a\":", "aa"));
    assert!(matches!(result.unwrap_err().kind, RouteErrorKind::Broken(_)));
}

#[tokio::test(start_paused = true)]
async fn without_chance_a_rerun_repeats_itself() {
    let mut rig = rig(&[&[breaks(HALF)], &[Act::Says(WHOLE)]]);
    strangers(&mut rig);
    rig.temperature = 0.0;
    let (result, shown) = rig.ask().await;
    assert_eq!((shown.as_str(), result.unwrap().resumed), (WHOLE, Some(Resumed::Replay)));
}

#[tokio::test(start_paused = true)]
async fn who_is_alone_completes_its_own_answer() {
    let rig = rig(&[&[breaks(HALF), Act::Says(WHOLE)]]);
    let (result, shown) = rig.ask().await;
    assert_eq!((shown.as_str(), rig.asked().as_str()), (WHOLE, "aa"));
    assert_eq!(result.unwrap().resumed, Some(Resumed::Replay));
}
