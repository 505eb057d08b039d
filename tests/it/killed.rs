//! Programs that write the memory at once and are killed anywhere in what they do.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use aigw::memory::session::TurnState;
use aigw::memory::{Filter, Found, Memory};
use aigw::simulate::{Limits, Settings, Stand};
use aigw::store::inspect;
use serde_json::Value;

use crate::support::{SWEAT, TestEnv};

/// Programs at once.
const WRITERS: usize = 8;

/// What was reported as saved.
#[derive(Default)]
struct Saved {
    /// The id of each text.
    entries: BTreeMap<String, String>,
    /// Questions whose answers were shown.
    questions: BTreeSet<String>,
    killed: usize,
}

/// Eight programs ask and remember; half of them are killed. By hand: AIGW_KILLS=200.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_reported_as_saved_is_there_whoever_is_killed() {
    #[expect(clippy::disallowed_methods, reason = "a longer run by hand")]
    let kills = std::env::var("AIGW_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(16_usize);
    let _turn = SWEAT.lock().await;
    // So many requests that its usual limits would be used up.
    let limits = Limits { rpm: Some(1_000_000), tpm: Some(1_000_000_000), ..Limits::default() };
    let openai = Stand::start(Settings { limits, ..Settings::new("openai") }).await.unwrap();
    let env = TestEnv::with_stands(&[&openai]);
    let (next, saved) = (AtomicUsize::new(0), Mutex::new(Saved::default()));
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                while saved.lock().unwrap().killed < kills {
                    one(&env, next.fetch_add(1, Ordering::Relaxed), &saved);
                }
            });
        }
    });
    let saved = saved.into_inner().unwrap();
    let memory = Memory::new(&env.data_dir());
    let entries = memory.list(&Filter::default(), usize::MAX).unwrap();
    let there: BTreeMap<_, _> = entries.iter().map(|entry| (&entry.draft.content, &entry.id)).collect();
    assert_eq!(there.len(), entries.len(), "an entry is there twice");
    for (text, id) in &saved.entries {
        assert_eq!(there.get(text), Some(&id), "{text}");
    }
    let Found::One(session) = memory.session("shared").unwrap() else { panic!("there is no session") };
    let turns = memory.turns(&session).unwrap();
    let mut whole = BTreeSet::new();
    let mut questions = BTreeSet::new();
    for turn in &turns {
        let question = turn.messages[0].joined_text();
        assert!(questions.insert(question.clone()), "{question} is there twice");
        if turn.state == TurnState::Whole {
            whole.insert(question);
        }
    }
    assert!(saved.questions.is_subset(&whole), "{:?}", saved.questions.difference(&whole));
    let looked = inspect(memory.path(), Duration::from_mins(1)).unwrap();
    assert_eq!(looked.sound, Some(true));
    println!(
        "{} killed, {} entries and {} turns reported as saved, {} and {} there",
        saved.killed,
        saved.entries.len(),
        saved.questions.len(),
        there.len(),
        turns.len()
    );
    assert!(saved.entries.len() + saved.questions.len() > 0);
}

/// Runs one program, and kills every second one at some point of its life.
fn one(env: &TestEnv, number: usize, saved: &Mutex<Saved>) {
    let text = format!("question or entry number {number}");
    let asks = number.is_multiple_of(4) || number % 4 == 3;
    let args: &[&str] =
        if asks { &["chat", "-n", "--json", "-s", "shared", &text] } else { &["memory", "add", &text] };
    let mut child = env.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let is_killed = number.is_multiple_of(2) && kill_somewhere(&mut child);
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let mut saved = saved.lock().unwrap();
    saved.killed += usize::from(is_killed);
    assert!(is_killed || output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    if !asks && stdout.ends_with('\n') {
        saved.entries.insert(text, stdout.trim().to_owned());
    } else if asks && serde_json::from_str::<Value>(&stdout).is_ok() {
        saved.questions.insert(text);
    }
}

/// Kills it after some part of the time that it usually takes. False if it was done by then.
fn kill_somewhere(child: &mut Child) -> bool {
    let (_nobody, never) = channel::<()>();
    // Nothing comes: only the moment counts.
    let _moment = never.recv_timeout(Duration::from_micros(fastrand::u64(..250_000)));
    let is_over = child.try_wait().unwrap().is_some();
    if !is_over {
        child.kill().unwrap();
    }
    !is_over
}
