//! Runs that are killed anywhere, and go on where they were.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use aigw::memory::Memory;
use aigw::memory::run::StepState;
use aigw::simulate::{Limits, Pace, Settings, Stand};
use serde_json::Value;

use crate::support::{SWEAT, TestEnv};

/// Twelve steps: two ways at once, a map, a loop, a tool with an effect in the middle and one at the end.
const CHAIN: &str = r#"
max_parallel = 4
[inputs]
topic = {}

[[step]]
id = "begin"
agent = "assistant"
prompt = "say exactly: {{ inputs.topic }}"

[[step]]
id = "left"
agent = "assistant"
prompt = "count to 12, {{ steps.begin.output }}"

[[step]]
id = "right"
agent = "assistant"
prompt = "count to 14, {{ steps.begin.output }}"

[[step]]
id = "note"
tool = "note"
args = { text = "{{ steps.left.output | length }}" }

[[step]]
id = "each"
agent = "assistant"
for_each = ["a", "b", "c"]
max_parallel = 2
prompt = "say exactly: {{ item }} {{ steps.right.output | length }}"

[[step]]
id = "draft"
agent = "assistant"
prompt = "say exactly: draft {{ round }} {{ steps.each.output | length }}"

[[step]]
id = "check"
agent = "assistant"
prompt = "say exactly: {{ steps.draft.output }}"

[[step]]
id = "judge"
agent = "assistant"
prompt = "say exactly: {{ steps.check.output }}"
back_to = "draft"
until = "'draft 3' in output"
max_rounds = 4

[[step]]
id = "way"
ways = { on = ["on"], off = ["off"] }
on = "'on' if steps.judge.output else 'off'"

[[step]]
id = "on"
agent = "assistant"
prompt = "say exactly: {{ steps.judge.output }} {{ steps.note.output | length > 0 }}"

[[step]]
id = "off"
agent = "assistant"
prompt = "count to 99"

[[step]]
id = "end"
tool = "note"
args = { text = "{{ steps.on.output }}" }
"#;

/// What units there are to come to a result.
const UNITS: usize = 18;

/// A stand-in that takes a moment, and a program with the chain and a tool that writes a line for each call.
async fn scene() -> (Stand, TestEnv) {
    let limits = Limits { rpm: Some(1_000_000), tpm: Some(1_000_000_000), ..Limits::default() };
    let pace = Pace { first_token: Duration::from_millis(4), between: Duration::ZERO };
    let groq = Stand::start(Settings { limits, pace, ..Settings::new("groq") }).await.unwrap();
    let env = TestEnv::with_stands(&[&groq]);
    // A program that does nothing twice for the same call, as the documentation asks for.
    let script = env.write(
        "config/note",
        b"#!/bin/sh\nread -r line\ntest -n \"$line\" && mkdir \"$DONE/$AIGW_CALL\" 2>/dev/null && echo \"$line\" >> \"$DONE/../effects\"\necho noted\n",
    );
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::create_dir(env.path().join("done")).unwrap();
    let config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    env.config(&format!(
        "{config}[tools.note]\ndescription = \"Writes a line.\"\ncommand = [\"./note\"]\nenv = [\"DONE\"]\npermission = \"allow\"\n\
         repeatable = true\nparameters = {{ type = \"object\", properties.text.type = \"string\", required = [\"text\"] }}\n"
    ));
    env.write("config/chains/twelve.toml", CHAIN.as_bytes());
    let done = env.path().join("done").display().to_string();
    (groq, env.var("DONE", &done))
}

/// What a run has come to: each result by its path.
fn results(env: &TestEnv, run: &str) -> BTreeMap<String, Value> {
    let steps = Memory::new(&env.data_dir()).steps(run).unwrap();
    assert!(steps.iter().all(|step| step.state == StepState::Done));
    steps.into_iter().map(|step| (step.path, step.result)).collect()
}

fn effects(env: &TestEnv) -> usize {
    std::fs::read_to_string(env.path().join("effects")).unwrap_or_default().matches("text").count()
}

fn spawn(env: &TestEnv, args: &[&str]) -> Child {
    env.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The newest run, and how many of its units have a result.
fn newest(env: &TestEnv) -> Option<(String, usize)> {
    let memory = Memory::new(&env.data_dir());
    if !memory.path().exists() {
        return None;
    }
    let run = memory.runs(None, 1).ok()?.pop()?;
    let steps = memory.steps(&run.id).ok()?.len();
    Some((run.id, steps))
}

fn pause(span: Duration) {
    let (_nobody, never) = channel::<()>();
    let _moment = never.recv_timeout(span);
}

/// Goes on with a run to its end, and looks whether all is as if nothing had happened.
fn goes_on(
    env: &TestEnv,
    groq: &Stand,
    run: &str,
    expected: &BTreeMap<String, Value>,
    output: &str,
    before: usize,
) {
    let asked = groq.requests().len();
    let done: Vec<String> = results(env, run).into_keys().collect();
    let ran = env.run(&["chain", "resume", run, "-y"]).exits(0);
    assert_eq!(ran.stdout, output);
    assert_eq!(&results(env, run), expected);
    assert_eq!(effects(env) - before, 2, "the effects happened once each");
    // Whatever had a result was not asked again.
    let open = expected.keys().filter(|path| !done.contains(path)).count();
    assert!(
        groq.requests().len() - asked <= open,
        "{} requests for {open} units",
        groq.requests().len() - asked
    );
}

/// Killed after each checkpoint and at random points; by hand AIGW_CHAIN_KILLS=100 and more.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_anywhere_ends_as_if_it_had_not_been() {
    #[expect(clippy::disallowed_methods, reason = "a longer run by hand")]
    let kills =
        std::env::var("AIGW_CHAIN_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(5_usize);
    let _turn = SWEAT.lock().await;
    let (groq, env) = scene().await;
    let begun = Instant::now();
    let ran = env.run(&["chain", "run", "twelve", "tea", "-n", "-y"]).exits(0);
    let usual = begun.elapsed();
    let output = ran.stdout;
    let (run, units) = newest(&env).unwrap();
    let expected = results(&env, &run);
    assert_eq!((units, expected.len(), effects(&env)), (UNITS, UNITS, 2), "{expected:?}");
    let checkpoints: Vec<usize> = if kills >= 100 { (1..UNITS).collect() } else { vec![2, 6, 11, 17] };
    let mut seen = 0;
    for checkpoint in checkpoints {
        let before = effects(&env);
        let (last, _) = newest(&env).unwrap();
        let mut child = spawn(&env, &["chain", "run", "twelve", "tea", "-n", "-y"]);
        let id = loop {
            match newest(&env) {
                Some((id, units)) if id != last && units >= checkpoint => break id,
                other if child.try_wait().unwrap().is_some() => break other.unwrap().0,
                _ => pause(Duration::from_micros(500)),
            }
        };
        // It may be over by now; then there is nothing to kill.
        let _over = child.kill();
        child.wait().unwrap();
        seen += usize::from(results(&env, &id).len() < UNITS);
        goes_on(&env, &groq, &id, &expected, &output, before);
    }
    for _ in 0..kills {
        let before = effects(&env);
        let (last, _) = newest(&env).unwrap();
        let mut child = spawn(&env, &["chain", "run", "twelve", "tea", "-n", "-y"]);
        let moment = Duration::from_micros(fastrand::u64(..u64::try_from(usual.as_micros()).unwrap()));
        pause(moment);
        let _over = child.kill();
        child.wait().unwrap();
        let (id, _) = newest(&env).unwrap();
        if id == last {
            // It was killed before it had begun.
            continue;
        }
        // The resumption is killed too.
        let mut child = spawn(&env, &["chain", "resume", &id, "-y"]);
        pause(moment / 2);
        let _over = child.kill();
        child.wait().unwrap();
        seen += usize::from(results(&env, &id).len() < UNITS);
        goes_on(&env, &groq, &id, &expected, &output, before);
    }
    assert!(seen > 0, "nobody was killed in the middle of it");
}

/// A call of which nobody knows whether it was made is not made again: whoever looks says what came of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_may_have_been_made_is_asked_about() {
    let (groq, env) = scene().await;
    let script = env.write(
        "config/send",
        b"#!/bin/sh\necho sent >> \"$DONE/../sent\"\nmkfifo \"$DONE/never\" 2>/dev/null\nread -r line < \"$DONE/never\"\n",
    );
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    env.config(&format!(
        "{config}[tools.send]\ndescription = \"Sends.\"\ncommand = [\"./send\"]\nenv = [\"DONE\"]\npermission = \"allow\"\n\
         parameters = {{ type = \"object\" }}\n"
    ));
    let text = "[[step]]\nid = \"send\"\ntool = \"send\"\n[[step]]\nid = \"end\"\nagent = \"assistant\"\n\
        prompt = \"say exactly: {{ steps.send.output }}\"\n";
    env.write("config/chains/once.toml", text.as_bytes());
    let mut child = spawn(&env, &["chain", "run", "once", "-n", "-y"]);
    let sent = env.path().join("sent");
    while !sent.exists() {
        pause(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (run, _) = newest(&env).unwrap();
    for _ in 0..2 {
        let ran = env.run(&["chain", "resume", &run, "-y"]).exits(1);
        assert!(ran.stderr.contains(&format!("aigw chain resume {run} --answer send=RESULT")), "{ran}");
    }
    let ran = env.run(&["chain", "resume", &run, "-y", "--answer", "send=it went out"]).exits(0);
    assert_eq!(ran.stdout, "it went out\n");
    assert_eq!(std::fs::read_to_string(sent).unwrap(), "sent\n");
    assert_eq!(groq.requests().len(), 1);
}
