//! Health as the router sees it, in one process and in several.

use super::*;
use crate::chat::Unit;

const SECOND: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(20);

fn model() -> Subject {
    Subject::Model { provider: "p".into(), model: "m".into() }
}

fn key_model() -> Subject {
    Subject::KeyModel { provider: "p".into(), key: "k".into(), model: "m".into() }
}

fn cooling(health: &Health, subject: &Subject, at: Instant) -> Option<Cooling> {
    health.snapshot(at).cooling(std::slice::from_ref(subject))
}

/// Moves the times in the file into the past, as if so much time had gone by.
fn age(directory: &Path, span: Duration) {
    let db = rusqlite::Connection::open(directory.join("state.db")).unwrap();
    db.busy_timeout(PATIENCE).unwrap();
    db.execute("UPDATE marks SET at_ms = at_ms - ?1, until_ms = until_ms - ?1", [clock::ms(span)]).unwrap();
}

#[test]
fn rests_end_and_the_longer_one_holds() {
    let (health, now) = (Health::default(), Instant::now());
    let subject = Subject::Provider("p".into());
    health.cool(subject.clone(), 10 * SECOND, FailureClass::Server, now);
    health.cool(subject.clone(), 5 * SECOND, FailureClass::RateLimited, now);
    let expected = Cooling { until: now + 10 * SECOND, class: FailureClass::Server };
    assert_eq!(cooling(&health, &subject, now), Some(expected));
    assert_eq!(cooling(&health, &subject, now + 10 * SECOND), None);
    health.answered(std::slice::from_ref(&subject));
    assert_eq!(cooling(&health, &subject, now), None);
}

#[test]
fn an_answer_disproves_a_fault_and_no_limit() {
    let (health, now) = (Health::default(), Instant::now());
    // Another request ran into it while this one was being answered.
    health.cool(key_model(), 40 * SECOND, FailureClass::RateLimited, now);
    health.answered(&[model(), key_model()]);
    assert!(cooling(&health, &key_model(), now).is_some());
    health.heal(&[key_model()], now);
    assert!(cooling(&health, &key_model(), now).is_none());
    assert_eq!([0, 1].map(|_| health.throttled_again(&key_model())), [0, 1]);
    health.answered(&[key_model()]);
    assert_eq!(health.throttled_again(&key_model()), 0);
}

#[test]
fn a_breaker_lets_one_probe_through() {
    let (health, now) = (Health::default(), Instant::now());
    let gate = |at| health.snapshot(at).gate(&model());
    (0..3).for_each(|_| health.failed(&model(), 1.0, now));
    let Gate::Open { until, .. } = gate(now) else { panic!("it is closed") };
    assert!(until <= now + 5 * SECOND);
    assert!(health.begin(&key_model(), &model(), 1, now).is_none());
    assert_eq!(gate(until), Gate::Probe);
    let probe = health.begin(&key_model(), &model(), 1, until).unwrap();
    assert!(health.begin(&key_model(), &model(), 1, until).is_none());
    // Nobody says how it went: another one may go.
    drop(probe);
    let probe = health.begin(&key_model(), &model(), 1, until).unwrap();
    health.answered(&[model()]);
    probe.settle(5);
    assert_eq!(gate(until), Gate::Closed);
}

#[test]
fn limits_are_reserved_settled_and_released() {
    let (health, now) = (Health::default(), Instant::now());
    health.allow("p", Limits { rpm: Some(2), concurrency: Some(1), ..Limits::default() }, Day::Rolling);
    let first = health.begin(&key_model(), &model(), 10, now).unwrap();
    assert_eq!(health.snapshot(now).busy(&key_model()), 1);
    assert!(health.begin(&key_model(), &model(), 10, now).is_none());
    assert!(health.snapshot(now).out(&key_model(), 1).is_some());
    first.settle(10);
    assert_eq!(health.snapshot(now).free(&key_model()), Some(0.5));
    // One that was never made does not count.
    drop(health.begin(&key_model(), &model(), 10, now).unwrap());
    assert_eq!(health.snapshot(now).free(&key_model()), Some(0.5));
    // The limit is the key's, whatever the model.
    let other = Subject::KeyModel { provider: "p".into(), key: "k".into(), model: "other".into() };
    health.begin(&other, &model(), 10, now).unwrap().settle(10);
    let until = health.snapshot(now).out(&key_model(), 1).unwrap();
    assert!(until <= now + 66 * SECOND, "{:?}", until - now);
    assert_eq!(health.snapshot(until).out(&key_model(), 1), None);
    assert_eq!(health.snapshot(now).busy(&key_model()), 0);
    // Of others nothing is known.
    let other = Subject::KeyModel { provider: "q".into(), key: "k".into(), model: "m".into() };
    assert_eq!((health.snapshot(now).free(&other), health.snapshot(now).out(&other, 1)), (None, None));
}

fn bucket(remaining: u64, reset: Duration) -> Bucket {
    Bucket { unit: Unit::Requests, window: None, limit: Some(100), remaining, reset: Some(reset) }
}

#[test]
fn what_the_provider_says_counts() {
    let (health, now) = (Health::default(), Instant::now());
    health.reported(&key_model(), &[bucket(50, 7 * SECOND)], now);
    assert_eq!(health.snapshot(now).free(&key_model()), Some(0.5));
    health.reported(&key_model(), &[bucket(0, 7 * SECOND)], now);
    let until = health.snapshot(now).out(&key_model(), 1).unwrap();
    assert!((6..=8).contains(&(until - now).as_secs()), "{:?}", until - now);
    assert!(health.begin(&key_model(), &model(), 1, now).is_none());
    assert!(health.begin(&key_model(), &model(), 1, until).is_some());
}

#[test]
fn what_one_learns_the_next_one_knows() {
    let directory = tempfile::tempdir().unwrap();
    let now = Instant::now();
    let a = Health::load(directory.path());
    a.cool(key_model(), 40 * SECOND, FailureClass::RateLimited, now);
    (0..3).for_each(|_| a.failed(&model(), 1.0, now));
    a.throttled_again(&model());
    a.first_token(&model(), 2 * SECOND);
    a.took_turn("fast");
    a.reported(&key_model(), &[bucket(0, 50 * SECOND)], now);
    a.flush(PATIENCE);
    let b = Health::load(directory.path());
    let known = b.snapshot(now);
    let rest = known.cooling(&[key_model()]).unwrap();
    assert_eq!(rest.class, FailureClass::RateLimited);
    assert!((38..=41).contains(&(rest.until - now).as_secs()), "{:?}", rest.until - now);
    assert!(matches!(known.gate(&model()), Gate::Open { until, .. } if until <= now + 6 * SECOND));
    assert_eq!(known.first_token(&model()), Some(2 * SECOND));
    assert_eq!((known.turn("fast"), known.free(&key_model())), (1, Some(0.0)));
    assert_eq!(b.throttled_again(&model()), 1);
    // Half a minute later the breaker wants to know how it is, and the rest goes on.
    age(directory.path(), 30 * SECOND);
    let known = Health::load(directory.path()).snapshot(Instant::now());
    assert_eq!(known.cooling(&[key_model()]).map(|rest| rest.class), Some(FailureClass::RateLimited));
    age(directory.path(), 11 * SECOND);
    assert_eq!(Health::load(directory.path()).snapshot(Instant::now()).cooling(&[key_model()]), None);
}

#[test]
fn processes_that_live_long_follow_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let now = Instant::now();
    let (a, b) = (Health::load(directory.path()), Health::load(directory.path()));
    a.allow("p", Limits { rpm: Some(4), ..Limits::default() }, Day::Rolling);
    b.allow("p", Limits { rpm: Some(4), ..Limits::default() }, Day::Rolling);
    assert!(cooling(&b, &model(), now).is_none());
    a.cool(model(), 40 * SECOND, FailureClass::Server, now);
    a.begin(&key_model(), &model(), 1, now).unwrap().settle(1);
    a.flush(PATIENCE);
    b.begin(&key_model(), &model(), 1, now).unwrap().settle(1);
    b.look();
    assert!(cooling(&b, &model(), now).is_some());
    // What the other one used counts here, and one's own once.
    assert_eq!(b.snapshot(now).free(&key_model()), Some(0.5));
    b.flush(PATIENCE);
    b.look();
    assert_eq!(b.snapshot(now).free(&key_model()), Some(0.5));
    // What one of them forgets the other one forgets.
    a.look();
    assert_eq!(b.forget(Some("p"), now), 1);
    b.flush(PATIENCE);
    a.look();
    assert!(cooling(&a, &model(), now).is_none());
}

#[test]
fn reading_creates_nothing_and_a_lost_file_harms_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let health = Health::load(&data);
    assert!(cooling(&health, &model(), Instant::now()).is_none());
    health.look();
    health.answered(&[model()]);
    health.flush(PATIENCE);
    assert!(!data.exists());
    health.cool(model(), 40 * SECOND, FailureClass::Server, Instant::now());
    health.flush(PATIENCE);
    for entry in std::fs::read_dir(&data).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    health.look();
    assert!(cooling(&health, &model(), Instant::now()).is_some());
    health.cool(key_model(), 40 * SECOND, FailureClass::Server, Instant::now());
    health.flush(PATIENCE);
    let known = Health::load(&data).snapshot(Instant::now());
    assert!(known.cooling(&[key_model()]).is_some() && known.cooling(&[model()]).is_none());
}

#[test]
fn a_rest_never_lasts_longer_than_it_was_meant_to() {
    let directory = tempfile::tempdir().unwrap();
    let a = Health::load(directory.path());
    a.cool(model(), 40 * SECOND, FailureClass::Server, Instant::now());
    a.flush(PATIENCE);
    // The clock is set back by an hour: seen from then, the decision lies in the future.
    let db = rusqlite::Connection::open(directory.path().join("state.db")).unwrap();
    db.execute("UPDATE marks SET at_ms = at_ms + 3600000, until_ms = until_ms + 3600000", []).unwrap();
    drop(db);
    assert_eq!(cooling(&Health::load(directory.path()), &model(), Instant::now()), None);
}

#[test]
fn a_stranger_s_lock_holds_nobody_up() {
    // The first keeps others from writing, the second from reading as well.
    for lock in ["BEGIN EXCLUSIVE", "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; DELETE FROM turns"] {
        let directory = tempfile::tempdir().unwrap();
        let a = Health::load(directory.path());
        a.cool(model(), 40 * SECOND, FailureClass::Server, Instant::now());
        a.flush(PATIENCE);
        drop(a);
        let stranger = rusqlite::Connection::open(directory.path().join("state.db")).unwrap();
        stranger.busy_timeout(PATIENCE).unwrap();
        stranger.execute_batch(lock).unwrap();
        let started = std::time::Instant::now();
        let b = Health::load(directory.path());
        b.cool(key_model(), 40 * SECOND, FailureClass::Server, Instant::now());
        assert!(cooling(&b, &key_model(), Instant::now()).is_some());
        b.flush(Duration::from_millis(100));
        let took = started.elapsed();
        assert!(took < Duration::from_millis(900), "{took:?}");
        // What it could not write then is written when it can be.
        drop(stranger);
        b.flush(PATIENCE);
        let known = Health::load(directory.path()).snapshot(Instant::now());
        assert!(known.cooling(&[model()]).is_some() && known.cooling(&[key_model()]).is_some());
    }
}

#[test]
fn the_memory_of_a_process_is_bounded() {
    let (health, now) = (Health::default(), Instant::now());
    for number in 0..3000 {
        let name = number.to_string();
        let [_, model, _, key_model] = Subject::all_of("p", "k", &name);
        health.cool(model.clone(), 40 * SECOND, FailureClass::NotFound, now);
        health.failed(&model, 1.0, now);
        health.first_token(&model, SECOND);
        health.took_turn(&name);
        health.reported(&key_model, &[bucket(1, SECOND)], now);
        drop(health.begin(&key_model, &model, 1, now));
    }
    let state = health.lock();
    let sizes = [
        state.rests.iter(now).count(),
        state.breakers.iter(now).count(),
        state.meters.len(),
        state.turns.len(),
    ];
    assert!(sizes.iter().all(|size| *size <= known::MOST), "{sizes:?}");
    assert!(state.busy.is_empty());
}
