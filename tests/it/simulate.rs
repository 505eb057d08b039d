//! The stand-ins as users run them, and the tour.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};

use insta::assert_snapshot;

use super::support::TestEnv;

/// Stand-ins that do not outlive their test, even if it fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _over = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// Starts stand-ins and reads the configuration that they print.
fn start(env: &TestEnv, args: &[&str]) -> (Running, String) {
    let child = env.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut running = Running(child);
    let stderr = BufReader::new(running.0.stderr.take().unwrap());
    let expected =
        args.iter().filter(|arg| ["groq", "cerebras", "openai", "anthropic", "gemini"].contains(arg)).count();
    let lines: Vec<String> = stderr.lines().take(expected).map(Result::unwrap).collect();
    assert!(lines.iter().all(|line| line.contains("listening on http://127.0.0.1:")), "{lines:?}");
    let mut text = String::new();
    let mut stdout = BufReader::new(running.0.stdout.as_mut().unwrap());
    for _ in 0..(5 + 4 * expected) {
        stdout.read_line(&mut text).unwrap();
    }
    (running, text)
}

#[cfg(unix)]
fn stop(mut running: Running) -> Option<i32> {
    let pid = running.0.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let mut rest = String::new();
    running.0.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    running.0.wait().unwrap().code()
}

#[cfg(unix)]
#[test]
fn a_rehearsal_from_the_command_line() {
    let env = TestEnv::new();
    let (running, text) = start(&env, &["simulate", "groq", "cerebras", "--fault", "groq=503"]);
    let file = env.write("rehearsal.toml", text.as_bytes());
    let ran = env.run(&["--config", file.to_str().unwrap(), "chat", "what is 2+3"]);
    assert_snapshot!(ran, @"
    exit 0
    --- stdout
    [simulated] 2 + 3 = 5
    --- stderr
    answered by cerebras/gpt-oss-120b (groq/openai/gpt-oss-20b server 2 times)
    ");
    assert_eq!(stop(running), Some(0));
}

#[cfg(unix)]
#[test]
fn a_rehearsal_on_wires_of_their_own() {
    let env = TestEnv::new();
    let (running, text) = start(&env, &["simulate", "anthropic", "gemini", "--fault", "anthropic=529"]);
    let file = env.write("rehearsal.toml", text.as_bytes());
    let ran = env.run(&["--config", file.to_str().unwrap(), "chat", "what is 2+3"]).exits(0);
    assert_eq!(ran.stdout, "[simulated] 2 + 3 = 5\n");
    assert!(ran.stderr.contains("answered by gemini/gemini-3.1-flash-lite"), "{ran}");
    assert_eq!(stop(running), Some(0));
}

#[test]
fn faults_and_providers_are_checked() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["simulate", "grok"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no stand-in for `grok`
    hint: did you mean `groq`?
    ");
    assert_snapshot!(env.run(&["simulate", "groq", "--fault", "cerebras=503"]), @"
    exit 2
    --- stdout
    --- stderr
    error: --fault cerebras=503: no stand-in for `cerebras` is started
    ");
    assert_snapshot!(env.run(&["simulate", "groq", "--fault", "explode"]), @"
    exit 2
    --- stdout
    --- stderr
    error: --fault explode: unknown fault `explode`
    hint: `aigw simulate --help` lists the faults
    ");
}

#[test]
fn manners_are_checked() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["simulate", "groq", "--resume", "groq=onward"]), @"
    exit 2
    --- stdout
    --- stderr
    error: --resume groq=onward: unknown manner `onward`; known are prefill, tail, over, refuse, other
    ");
    assert_snapshot!(env.run(&["simulate", "groq", "--resume", "xai=tail"]), @"
    exit 2
    --- stdout
    --- stderr
    error: --resume xai=tail: no stand-in for `xai` is started
    ");
}

/// A break that the second one is asked to mend, as a pipe sees it.
#[cfg(unix)]
#[test]
fn a_rehearsal_of_a_broken_answer() {
    let env = TestEnv::new();
    for (manner, code) in [("refuse", 0), ("tail", 0), ("over", 0), ("other", 7)] {
        let args = ["simulate", "groq", "gemini", "--fault", "groq=cut:12", "--fault", "gemini=503@none"];
        let resume = format!("gemini={manner}");
        let (running, text) = start(&env, &[&args[..], &["--resume", "other", "--resume", &resume]].concat());
        let file = env.write("rehearsal.toml", text.as_bytes());
        let ran = env.run(&["--config", file.to_str().unwrap(), "chat", "count to 20"]).exits(code);
        let whole = "[simulated] 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20\n";
        assert_eq!(ran.stdout == whole, code == 0, "{manner}: {ran}");
        assert_eq!(stop(running), Some(0));
    }
}

#[test]
fn the_tour_works_without_anything() {
    let env = TestEnv::new();
    let ran = env.run(&["demo"]).exits(0);
    assert!(ran.stdout.contains("17 + 25 = 42"), "{ran}");
    assert!(ran.stderr.contains("answered by cerebras/gpt-oss-120b"), "{ran}");
    // What one agent was told another one knows.
    let told = ran.stdout.split("$ aigw chat -a writer").nth(1).unwrap_or_default();
    assert!(told.contains("by researcher") && told.contains("The harbour office opens at nine."), "{ran}");
    let told = ran.stdout.split("$ aigw chat -t weather").nth(1).unwrap_or_default();
    assert!(told.contains("Weather in Graz") && told.contains("wttr.in"), "{ran}");
    // Nothing of it stays behind.
    assert!(!env.data_dir().exists() && !env.config_dir().exists());
}
