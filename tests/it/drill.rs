//! `aigw drill`: a route's outages rehearsed, from both sides; and what it says when there is nothing to rehearse.

use insta::assert_snapshot;

use super::support::TestEnv;

fn env() -> TestEnv {
    let env =
        TestEnv::new().var("GROQ_API_KEY", "key-of-groq-1234").var("CEREBRAS_API_KEY", "key-of-cerebras-1");
    env.config("[routes.pair]\nmodels = [\"groq\", \"cerebras\"]\n");
    env
}

#[test]
fn a_route_of_two_passes_all_sixteen_from_both_sides() {
    let env = env();
    let value = env.run(&["--json", "drill", "pair"]).exits(0).json();
    let verdicts: Vec<String> = value["scores"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {} {}", row["id"], row["through"], row["verdict"]).replace('"', ""))
        .collect();
    assert_eq!(verdicts.len(), 32);
    assert!(verdicts.iter().all(|verdict| verdict.ends_with(" pass")), "{verdicts:#?}");
    assert_eq!(value["summary"]["pass"], 32);
    // Nothing of the user's was written.
    assert!(!env.data_dir().exists());
}

#[test]
fn whoever_is_alone_cannot_rehearse_everything() {
    let env = TestEnv::new().var("GROQ_API_KEY", "key-of-groq-1234");
    let ran = env.run(&["drill", "groq", "--through", "cli", "--only", "S03,S04,S08"]).exits(0);
    let lines: Vec<&str> = ran.stdout.lines().map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(lines, ["ID", "S03", "S04", "S08"]);
    assert!(ran.stdout.contains("the route has no second provider"), "{ran}");
    assert_eq!(ran.stderr, "2 of 2 passed, 0 partial, 0 safe, 0 failed\n");
}

#[test]
fn a_route_that_gives_up_falls_short() {
    let env = env();
    env.config("[routes.pair]\nmodels = [\"groq\", \"cerebras\"]\non_broken_stream = \"fail\"\n");
    let ran = env.run(&["drill", "pair", "--through", "cli", "--only", "S08"]).exits(1);
    assert!(ran.stdout.contains("safe") && ran.stdout.contains("broken_stream"), "{ran}");
    assert!(ran.stderr.contains("0 of 1 passed, 0 partial, 1 safe, 0 failed; 1 should pass"), "{ran}");
    let ran = env.run(&["drill", "pair", "--through", "cli", "--only", "S08", "--min", "0"]);
    assert_eq!(ran.code, Some(0), "{ran}");
}

#[test]
fn what_cannot_be_rehearsed_is_said() {
    assert_snapshot!(env().run(&["drill", "--only", "S17"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no scenario `S17`
    hint: did you mean `S16`?
    ");
    assert_snapshot!(env().run(&["drill", "nope"]), @"
    exit 3
    --- stdout
    --- stderr
    error: there is no route, provider or model `nope`
    ");
}
