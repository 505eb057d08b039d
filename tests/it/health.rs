//! What one process learns about providers, and what the next one makes of it.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use aigw::chat::FailureClass;
use aigw::health::{Health, Subject};
use aigw::simulate::{Limits, Settings, Stand};
use insta::assert_snapshot;
use rusqlite::Connection;

use super::support::{TestEnv, stand};

fn state(env: &TestEnv) -> Connection {
    let db = Connection::open(env.data_dir().join("state.db")).unwrap();
    db.busy_timeout(Duration::from_secs(20)).unwrap();
    db
}

/// Moves what is known into the past, as if so much time had gone by.
fn age(env: &TestEnv, seconds: i64) {
    let sql = "UPDATE marks SET at_ms = at_ms - ?1, until_ms = until_ms - ?1";
    assert!(state(env).execute(sql, [seconds * 1000]).unwrap() > 0);
}

/// Without the seconds, which depend on how fast the machine is.
fn timeless(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace);
    let numeral = |word: &&str| word.trim().parse::<u32>().is_ok();
    words.map(|word| if numeral(&word) { word.replace(word.trim(), "N") } else { word.to_owned() }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_told_to_wait_tells_the_next_process() {
    let groq = stand("groq", &["429:40"]).await;
    let env = TestEnv::with_stands(&[&groq]);
    drop(env.run(&["chat", "hello"]).exits(4));
    assert_eq!(groq.requests().len(), 1);
    groq.clear();
    for _ in 0..2 {
        let ran = env.run(&["chat", "hello"]).exits(4);
        assert!(ran.stderr.contains("rate_limited"), "{ran}");
    }
    assert_eq!(groq.requests().len(), 1);
    let ls = env.run(&["provider", "ls"]).exits(0);
    assert_snapshot!(timeless(&ls.stdout), @"
    PROVIDER  STATE  HEALTH                       BILLING  KEYS  DEFAULT MODEL
    groq      on     cooling N s (rate_limited)  free        N  groq/openai/gpt-oss-20b
    ");
    let row = &env.run(&["--json", "provider", "show", "groq"]).exits(0).json()["health"][0];
    assert_eq!((&row["scope"], &row["state"]), (&"key_model".into(), &"cooling".into()));
    assert_eq!((&row["class"], &row["model"]), (&"rate_limited".into(), &"openai/gpt-oss-20b".into()));
    assert!((20..=40).contains(&row["seconds"].as_u64().unwrap()), "{row}");
    // Forty seconds later it is asked again.
    age(&env, 41);
    drop(env.run(&["chat", "hello"]).exits(0));
    assert_eq!(groq.requests().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_lives_long_hears_of_it() {
    let groq = stand("groq", &["429:40"]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let health = std::sync::Arc::new(Health::load(&env.data_dir()));
    health.watch();
    let rests = || health.snapshot(tokio::time::Instant::now()).ailing("groq").len();
    assert_eq!(rests(), 0);
    drop(env.run(&["chat", "hello"]).exits(4));
    let started = Instant::now();
    while rests() == 0 {
        assert!(started.elapsed() < Duration::from_secs(20));
        tokio::task::yield_now().await;
    }
    drop(env.run(&["provider", "reset"]).exits(0));
    while rests() > 0 {
        assert!(started.elapsed() < Duration::from_secs(20));
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_failing_is_left_alone_by_all_processes() {
    let (groq, openai) = (stand("groq", &["503"]).await, stand("openai", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &openai]);
    // Twice in the first process, once in the second: the third failure in a row opens the breaker.
    for asked in [2, 3, 3] {
        drop(env.run(&["chat", "hello"]).exits(0));
        assert_eq!(groq.requests().len(), asked);
    }
    let health = || env.run(&["--json", "provider", "show", "groq"]).exits(0).json()["health"].clone();
    assert_eq!((&health()[0]["state"], &health()[0]["scope"]), (&"open".into(), &"model".into()));
    let ran = env.run(&["chat", "hello"]).exits(0);
    assert!(ran.stderr.contains("(groq/openai/gpt-oss-20b it kept failing, to be tried again in"), "{ran}");
    // Then one request sees how it is, and it is left alone for longer.
    let sql = "UPDATE marks SET what = json_set(what, '$.open_until_ms', at_ms - 1) WHERE kind = 'breaker'";
    assert_eq!(state(&env).execute(sql, []).unwrap(), 1);
    for _ in 0..2 {
        drop(env.run(&["chat", "hello"]).exits(0));
        assert_eq!(groq.requests().len(), 4);
    }
    assert!(health()[0]["seconds"].as_u64().unwrap() > 5, "{}", health());
    // A good test says that it is well.
    groq.clear();
    drop(env.run(&["provider", "test", "groq"]).exits(0));
    assert_eq!(health(), serde_json::json!([]));
    drop(env.run(&["chat", "hello"]).exits(0));
    assert_eq!((groq.requests().len(), openai.requests().len()), (6, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_across_processes() {
    // One that the user set, and one that the provider tells about.
    let settings = Settings { limits: Limits { rpm: Some(1), ..Limits::default() }, ..Settings::new("groq") };
    let (openai, groq, cerebras) =
        (stand("openai", &[]).await, Stand::start(settings).await.unwrap(), stand("cerebras", &[]).await);
    let env = TestEnv::with_stands(&[&openai, &groq, &cerebras]);
    let config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    env.config(&config.replace("[providers.groq]", "limits = { rpm = 1 }\n[providers.groq]"));
    for asked in [(1, 0, 0), (1, 1, 0), (1, 1, 1)] {
        drop(env.run(&["chat", "hello"]).exits(0));
        let counts = [&openai, &groq, &cerebras].map(|stand| stand.requests().len());
        assert_eq!((counts[0], counts[1], counts[2]), asked);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn turns_go_on_from_process_to_process() {
    let (groq, openai) = (stand("groq", &[]).await, stand("openai", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &openai]);
    let config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    env.config(&config.replace("[routes.test]", "[routes.test]\nstrategy = \"round_robin\""));
    for _ in 0..4 {
        drop(env.run(&["chat", "hello"]).exits(0));
    }
    assert_eq!((groq.requests().len(), openai.requests().len()), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_are_switched_off_and_on() {
    let (groq, openai) = (stand("groq", &["401"]).await, stand("openai", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &openai]);
    drop(env.run(&["chat", "hello"]).exits(0));
    let ls = |env: &TestEnv| timeless(&env.run(&["provider", "ls"]).exits(0).stdout);
    assert_snapshot!(ls(&env), @"
    PROVIDER  STATE  HEALTH          BILLING  KEYS  DEFAULT MODEL
    groq      on     key off N min  free        N  groq/openai/gpt-oss-20b
    openai    on     well            paid        N  openai/gpt-6-luna
    ");
    assert_snapshot!(env.run(&["provider", "reset", "groq"]), @"
    exit 0
    --- stdout
    --- stderr
    whatever was known against groq is forgotten: it is asked again
    ");
    assert_snapshot!(env.run(&["provider", "reset"]), @"
    exit 0
    --- stdout
    --- stderr
    nothing was known against any provider
    ");
    assert_snapshot!(env.run(&["provider", "disable", "groq"]), @"
    exit 0
    --- stdout
    --- stderr
    groq is disabled; `aigw provider enable groq` enables it again
    ");
    assert_snapshot!(ls(&env), @"
    PROVIDER  STATE     HEALTH  BILLING  KEYS  DEFAULT MODEL
    groq      disabled          free        N  groq/openai/gpt-oss-20b
    openai    on        well    paid        N  openai/gpt-6-luna
    ");
    groq.clear();
    drop(env.run(&["chat", "hello"]).exits(0));
    assert_eq!((groq.requests().len(), openai.requests().len()), (1, 2));
    assert_snapshot!(env.run(&["chat", "-m", "groq", "hello"]), @"
    exit 3
    --- stdout
    --- stderr
    error: the provider `groq` is disabled; `aigw provider enable groq` enables it
    ");
    assert_snapshot!(env.run(&["provider", "test", "groq"]), @"
    exit 3
    --- stdout
    PROVIDER  KEY  RESULT  MS  FIRST TOKEN  ANSWERED BY
    groq           off
    --- stderr
    error: the test failed
      groq  off: it is disabled
    hint: groq: `aigw provider enable groq` enables it
    ");
    // What is known may be deleted; what was decided may not.
    std::fs::remove_file(env.data_dir().join("state.db")).unwrap();
    assert_eq!(env.run(&["--json", "provider", "show", "groq"]).exits(0).json()["state"], "disabled");
    assert_snapshot!(env.run(&["provider", "enable", "groq"]), @"
    exit 0
    --- stdout
    --- stderr
    groq is enabled
    ");
    drop(env.run(&["chat", "hello"]).exits(0));
    assert_eq!(groq.requests().len(), 2);
    assert_snapshot!(env.run(&["provider", "disable", "gorq"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no provider `gorq`
    hint: did you mean `groq`?
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_creates_nothing() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    for args in [
        &["provider", "ls"][..],
        &["provider", "reset"],
        &["provider", "enable", "groq"],
        &["route", "explain"],
        &["chat", "--dry-run", "hello"],
    ] {
        drop(env.run(args).exits(0));
        assert!(!env.data_dir().exists(), "{args:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_made_again_and_nobody_hears_of_it() {
    let (groq, openai) = (stand("groq", &["503"]).await, stand("openai", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &openai]);
    env.write("data/state.db", &[0x55; 9000]);
    let ran = env.run(&["-q", "chat", "hello"]).exits(0);
    assert_eq!(ran.stderr, "");
    assert_eq!(std::fs::read(env.data_dir().join("state.damaged")).unwrap(), [0x55; 9000]);
    // The two failures of the first run count in the second one.
    drop(env.run(&["chat", "hello"]).exits(0));
    assert_eq!(groq.requests().len(), 3);
    check(&env);
}

/// Whether a file is whole, and how large it is with its log.
fn check(env: &TestEnv) -> u64 {
    let found: String = state(env).query_row("PRAGMA quick_check", [], |row| row.get(0)).unwrap();
    assert_eq!(found, "ok");
    let size = |name: &str| std::fs::metadata(env.data_dir().join(name)).map_or(0, |file| file.len());
    size("state.db") + size("state.db-wal")
}

#[tokio::test(flavor = "multi_thread")]
async fn many_processes_share_one_file() {
    // So many requests that the stand-in would say that its usual limits are used up.
    let limits = Limits { rpm: Some(1_000_000), tpm: Some(1_000_000_000), ..Limits::default() };
    let settings = Settings { limits, ..Settings::new("openai") };
    let (groq, openai) = (stand("groq", &["503"]).await, Stand::start(settings).await.unwrap());
    let env = TestEnv::with_stands(&[&groq, &openai]).var("AIGW_LOG", "aigw=warn");
    let config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    env.config(&(config + "limits = { rpm = 100000, tpd = 100000000 }\n"));
    let (started, mut runs, mut without) = (Instant::now(), 0_i64, 0);
    #[expect(clippy::disallowed_methods, reason = "a longer run by hand")]
    let span = std::env::var("AIGW_STRESS_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let span = Duration::from_secs(span.unwrap_or(2));
    while started.elapsed() < span {
        let child = |_| {
            let mut command = env.command(&["chat", "hello"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let children: Vec<_> = (0..32).map(child).collect();
        for child in children {
            let ran = env.ran(child.wait_with_output().unwrap()).exits(0);
            // Where a machine has far too much to do the file may not be readable in time: that is said, and no more.
            let late = ran.stderr.contains("cannot be shared with other processes for now");
            assert!(late || !(ran.stderr.contains("locked") || ran.stderr.contains("WARN")), "{ran}");
            (runs, without) = (runs + 1, without + i64::from(late));
        }
    }
    let counted: i64 = state(&env)
        .query_row("SELECT sum(requests) FROM used WHERE width_ms = 3600000", [], |row| row.get(0))
        .unwrap();
    let size = check(&env);
    println!("{runs} runs in {:?}, {without} without it, {counted} counted, {size} bytes", started.elapsed());
    assert!(without * 10 <= runs && counted <= runs && counted * 2 >= runs, "{without}, {counted} of {runs}");
    assert!(size < 10 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_a_stranger_locks_holds_no_answer_up() {
    let (groq, openai) = (stand("groq", &["503"]).await, stand("openai", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &openai]);
    let timed = || {
        let started = Instant::now();
        drop(env.run(&["chat", "hello"]).exits(0));
        started.elapsed()
    };
    let first = timed();
    drop(env.run(&["provider", "reset"]).exits(0));
    let stranger = state(&env);
    stranger.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let locked = timed();
    println!("{first:?} with a file of its own, {locked:?} with a locked one");
    assert!(locked < first + Duration::from_millis(600), "{locked:?}, {first:?}");
}

fn fill(directory: &Path, count: u32) {
    let health = Health::load(directory);
    let now = tokio::time::Instant::now();
    for number in 0..count {
        let [_, model, _, key_model] =
            Subject::all_of("provider", "0badcafe", &format!("vendor/model-{number}"));
        health.cool(key_model, Duration::from_mins(10), FailureClass::RateLimited, now);
        health.first_token(&model, Duration::from_millis(500));
    }
    health.flush(Duration::from_secs(20));
}

#[test]
fn reading_takes_a_moment() {
    let directory = tempfile::tempdir().unwrap();
    let read = || {
        let started = Instant::now();
        drop(Health::load(directory.path()).snapshot(tokio::time::Instant::now()));
        started.elapsed()
    };
    let nothing = read();
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    fill(directory.path(), 20);
    let few = (0..9).map(|_| read()).min().unwrap();
    fill(directory.path(), 400);
    let many = (0..9).map(|_| read()).min().unwrap();
    println!("no file {nothing:?}, 40 marks {few:?}, 800 marks {many:?}");
    // Far more than it takes, also where nothing is optimised and others use the machine.
    assert!(few < Duration::from_millis(20) && many < Duration::from_millis(100), "{few:?}, {many:?}");
}
