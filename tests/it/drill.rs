//! `aigw drill`: the judge by its table, and a route's outages rehearsed from both sides.

use std::time::Duration;

use aigw::drill::{End, Heard, Observation, SIXTY, Scenario, Seen, Timing, Verdict, judge};
use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::Value;

use super::support::{SWEAT, TestEnv};
use Verdict::{Partial, Pass, Safe};

const MODELS: [&str; 2] = ["a/one", "b/two"];

fn answer(by: usize, seconds: f64) -> Heard {
    Heard {
        at: Duration::ZERO,
        took: Duration::try_from_secs_f64(seconds).unwrap(),
        text: SIXTY.to_owned(),
        end: End::Whole,
        model: Some(MODELS[by].to_owned()),
        output_tokens: Some(80),
    }
}

fn error(text: &str, class: &str) -> Heard {
    let end = End::Error { class: class.to_owned(), message: "a reason".to_owned() };
    Heard { text: text.to_owned(), end, model: None, output_tokens: None, ..answer(0, 1.0) }
}

fn words(count: usize) -> String {
    SIXTY.split(' ').take(count).collect::<Vec<_>>().join(" ")
}

/// What was seen when the first model was asked at these times, in milliseconds, and the second once in the end.
fn seen(heard: Heard, first: &[u64], second: bool) -> Observation {
    let first = first.iter().map(|ms| Seen { candidate: 0, at: Duration::from_millis(*ms) });
    let second = second.then_some(Seen { candidate: 1, at: Duration::from_secs(1) });
    Observation { heard: vec![heard], seen: first.chain(second).collect(), billed_failures: 0 }
}

fn judged(scenario: &str, observation: &Observation) -> Verdict {
    let scenario: Scenario = scenario.parse().unwrap();
    let judgement = judge(scenario, Timing::Full, &MODELS.map(str::to_owned), observation);
    assert_eq!(judgement.verdict == Verdict::Pass, judgement.why.is_empty(), "{judgement:?}");
    judgement.verdict
}

#[test]
fn what_looks_whole_and_is_not_fails_everywhere() {
    let never = Heard { end: End::Never, ..answer(0, 130.0) };
    let nothing = Heard { text: String::new(), ..never.clone() };
    let cut = Heard { text: words(40), ..answer(0, 1.0) };
    let empty = Heard { text: String::new(), ..answer(0, 1.0) };
    let blend = Heard { text: format!("{} Certainly! {SIXTY}", words(40)), ..answer(1, 1.0) };
    let twice = Heard { text: format!("{} {}", words(40), words(60)), ..answer(1, 1.0) };
    let longer = Heard { text: format!("{SIXTY}."), ..answer(1, 1.0) };
    let foreign = error("Sorry", "server");
    for scenario in Scenario::ALL {
        for bad in [&never, &nothing, &cut, &empty, &blend, &twice, &longer, &foreign] {
            let observation = seen(bad.clone(), &[0], true);
            assert_eq!(judged(&scenario.to_string(), &observation), Verdict::Fail, "{scenario} {bad:?}");
        }
        // One bad answer among good ones is enough.
        let mut observation = seen(answer(1, 1.0), &[0], true);
        observation.heard.push(cut.clone());
        assert_eq!(judged(&scenario.to_string(), &observation), Verdict::Fail, "{scenario}");
        // Whoever never met the fault has shown nothing.
        let unmet = seen(answer(1, 1.0), &[], true);
        assert_eq!(judged(&scenario.to_string(), &unmet), Verdict::Fail, "{scenario}");
    }
}

#[test]
fn an_honest_error_is_safe() {
    for scenario in Scenario::ALL {
        let scenario = scenario.to_string();
        assert_eq!(judged(&scenario, &seen(error("", "server"), &[0], true)), Verdict::Safe, "{scenario}");
        let half = error(&words(40), "broken_stream");
        assert_eq!(judged(&scenario, &seen(half, &[0], true)), Verdict::Safe, "{scenario}");
    }
    // The refusal of what was tried to mend the answer is no reason of the caller's.
    let refused = error(&words(40), "bad_request");
    assert_eq!(judged("S14", &seen(refused, &[0], true)), Verdict::Fail);
}

#[test]
fn full_marks_are_earned() {
    let (first, second) = (|seconds| answer(0, seconds), |seconds| answer(1, seconds));
    let silent = |by| Heard { output_tokens: None, ..answer(by, 1.0) };
    let eight: Vec<u64> = (0..8).map(|place| place * 4000).collect();
    for (scenario, heard, asked, expected) in [
        ("S01", first(2.1), &[0, 2003][..], Pass),
        ("S01", first(1.0), &[0, 900], Partial),
        ("S01", second(0.1), &[0], Partial),
        ("S01", first(3.0), &[0, 400, 900, 2100], Partial),
        ("S02", second(1.0), &[0, 500, 900, 2100], Pass),
        ("S02", second(1.0), &[0, 9, 10, 11, 12], Partial),
        ("S02", second(40.0), &eight, Partial),
        ("S02", first(1.0), &[0, 9], Partial),
        ("S03", first(1.0), &[0, 200], Pass),
        ("S03", second(1.0), &[0], Partial),
        ("S03", first(1.0), &[0, 200, 300], Partial),
        ("S04", second(1.0), &[0, 200], Pass),
        ("S04", second(40.0), &eight, Partial),
        ("S05", first(1.0), &[0, 1], Pass),
        ("S05", second(1.0), &[0], Pass),
        ("S06", second(99.0), &[0], Pass),
        ("S06", second(101.0), &[0], Partial),
        ("S06", second(30.0), &[0, 10_000], Partial),
        ("S07", second(15.0), &[0], Pass),
        ("S07", second(16.0), &[0], Partial),
        ("S07", first(14.0), &[0], Partial),
        ("S08", second(1.0), &[0], Pass),
        ("S09", second(44.0), &[0], Pass),
        ("S09", second(46.0), &[0], Partial),
        ("S10", first(1.0), &[0], Pass),
        ("S11", first(7.0), &[0], Pass),
        ("S11", first(9.0), &[0], Partial),
        ("S11", silent(0), &[0], Partial),
        ("S12", second(1.0), &[0], Pass),
        ("S12", second(1.0), &[0, 100], Partial),
        ("S14", second(1.0), &[0], Pass),
        ("S16", second(1.0), &[0, 200], Pass),
        ("S16", first(1.0), &[0, 200], Partial),
        ("S16", silent(1), &[0, 200], Partial),
        ("S13", second(1.0), &[0], Partial),
        ("S13", error("", "content_filter"), &[0, 100], Partial),
        ("S13", error("", "server"), &[0], Safe),
    ] {
        let second = heard.model.as_deref() == Some(MODELS[1]);
        let observation = seen(heard, asked, second);
        assert_eq!(judged(scenario, &observation), expected, "{scenario} {observation:?}");
    }
    assert_eq!(judged("S13", &seen(error("", "content_filter"), &[0], false)), Pass);
    assert_eq!(judged("S13", &seen(error("", "content_filter"), &[0], true)), Partial);
    let billed = Observation { billed_failures: 1, ..seen(second(1.0), &[0, 200], true) };
    assert_eq!(judged("S16", &billed), Partial);
}

/// A request every four seconds through a minute's outage; the first model is asked so often meanwhile, and answers again
/// so many seconds after it.
fn flapped(meanwhile: u64, back: Option<u64>) -> Observation {
    let at = |seconds: u64| Duration::from_secs(seconds);
    let down = (0..15).map(|place| Heard { at: at(place * 4), ..answer(1, 0.1) });
    let after = (60..95).step_by(4).map(|second| {
        let by = usize::from(back.is_none_or(|back| second < 60 + back));
        Heard { at: at(second), ..answer(by, 0.1) }
    });
    let seen = (0..meanwhile).map(|place| Seen { candidate: 0, at: at(60 * place / meanwhile) }).collect();
    Observation { heard: down.chain(after).collect(), seen, billed_failures: 0 }
}

#[test]
fn an_outage_that_passes() {
    assert_eq!(judged("S15", &flapped(6, Some(20))), Verdict::Pass);
    assert_eq!(judged("S15", &flapped(10, Some(20))), Verdict::Pass);
    assert_eq!(judged("S15", &flapped(11, Some(20))), Verdict::Partial);
    assert_eq!(judged("S15", &flapped(6, Some(32))), Verdict::Partial);
    assert_eq!(judged("S15", &flapped(6, None)), Verdict::Partial);
    let mut unanswered = flapped(6, Some(20));
    unanswered.heard[3] = error("", "server");
    assert_eq!(judged("S15", &unanswered), Verdict::Safe);
}

/// Keys that would show if anybody looked for them.
fn env() -> TestEnv {
    let env = TestEnv::new().var("GROQ_API_KEY", "canary-of-groq");
    env.config(
        "default_route = \"pair\"\n[routes.pair]\nmodels = [\"groq\", \"cerebras\"]\n\
         [providers.cerebras]\napi_keys = [\"cmd:touch looked-for\"]\n",
    );
    env
}

fn verdicts(value: &Value) -> Vec<String> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows = value["scores"].as_array().unwrap().iter();
    rows.map(|row| format!("{} {} {}", text(row, "id"), text(row, "through"), text(row, "verdict"))).collect()
}

#[test]
fn a_route_of_two_passes_all_sixteen_by_every_way() {
    let _alone = SWEAT.blocking_lock();
    let env = env();
    let ran = env.run(&["--json", "drill", "--through", "all"]).exits(0);
    let verdicts = verdicts(&ran.json());
    assert_eq!(verdicts.len(), 5 * 16);
    assert!(verdicts.iter().all(|verdict| verdict.ends_with(" pass")), "{verdicts:#?}");
    assert_eq!(ran.json()["summary"]["pass"], 5 * 16);
    // Nothing of the user's was read, shown or written.
    assert!(!ran.to_string().contains("canary") && !env.path().join("looked-for").exists());
    assert!(!env.data_dir().join("ledger.db").exists() && !env.data_dir().join("state.db").exists());
}

#[test]
fn the_scorecard_as_json() {
    let ran = env().run(&["--json", "drill", "pair", "--only", "s13", "--through", "cli"]).exits(0);
    assert_json_snapshot!(ran.json(), {
        ".summary.ms" => "[ms]", ".scores[].requests[].at_ms" => "[ms]", ".scores[].requests[].took_ms" => "[ms]",
        ".scores[].attempts[].at_ms[]" => "[ms]",
    }, @r#"
    {
      "route": "pair",
      "models": [
        "groq/openai/gpt-oss-20b",
        "cerebras/gpt-oss-120b"
      ],
      "timing": "fast",
      "scores": [
        {
          "id": "S13",
          "through": "cli",
          "fault": "400: content filter",
          "wanted": "the provider's reason as an error, after one attempt",
          "verdict": "pass",
          "why": [],
          "requests": [
            {
              "text": "none",
              "class": "content_filter",
              "message": "The request was refused by the content filter.",
              "model": null,
              "at_ms": "[ms]",
              "took_ms": "[ms]"
            }
          ],
          "attempts": [
            {
              "model": "groq/openai/gpt-oss-20b",
              "at_ms": [
                "[ms]"
              ]
            }
          ]
        }
      ],
      "summary": {
        "played": 1,
        "pass": 1,
        "partial": 0,
        "safe": 0,
        "fail": 0,
        "skip": 0,
        "ms": "[ms]"
      }
    }
    "#);
}

#[test]
fn other_wires_and_a_model_beside_another_one_of_its_provider() {
    let _alone = SWEAT.blocking_lock();
    let env = TestEnv::new();
    let own = "wire = \"anthropic\"\nbase_url = \"https://llm.invalid/v1\"\napi_keys = [\"env:HOME\"]\n";
    for (models, count) in [
        // Whoever resets a connection is not asked again, not even for another model.
        ("\"mine/one\", \"mine/two\"", 8),
        ("\"gemini\", \"replicate\"", 9),
        ("\"openai\", \"anthropic\", \"mine/one\"", 9),
    ] {
        let keys = ["gemini", "replicate", "openai", "anthropic"]
            .map(|id| format!("[providers.{id}]\napi_keys = [\"env:HOME\"]\n"));
        env.config(&format!("[routes.r]\nmodels = [{models}]\n[providers.mine]\n{own}{}", keys.concat()));
        let only = "S02,S03,S04,S05,S08,S10,S13,S14,S16";
        let ran = env.run(&["--json", "drill", "r", "--through", "serve", "--only", only]);
        assert_eq!(ran.json()["summary"]["pass"], count, "{models}: {ran}");
    }
}

#[test]
fn whoever_is_alone_cannot_rehearse_everything() {
    let ran = env().run(&["drill", "groq", "--through", "cli", "--only", "S03,S04,S10"]).exits(0);
    let lines: Vec<&str> = ran.stdout.lines().map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(lines[..4], ["ID", "S03", "S04", "S10"]);
    assert!(ran.stdout.contains("S04 cli skip: nobody else is in the route\n2 pass, 0 partial"), "{ran}");
}

#[test]
fn a_route_that_gives_up_falls_short() {
    let env = env();
    let route = "[routes.pair]\nmodels = [\"groq\", \"cerebras\"]\non_broken_stream = \"fail\"\n";
    env.config(&format!("{route}[providers.cerebras]\napi_keys = [\"env:HOME\"]\n"));
    let args = ["drill", "pair", "--through", "cli", "--only", "S08"];
    let ran = env.run(&args).exits(1);
    assert!(ran.stdout.contains("S08 cli safe: cut after 40 words: broken_stream"), "{ran}");
    assert!(ran.stderr.ends_with("error: 0 of 1 passed, 1 are due\n"), "{ran}");
    let ran = env.run(&[&args[..], &["--min", "0"]].concat());
    assert_eq!(ran.code, Some(0), "{ran}");
    // One value, the error in it.
    let value = env.run(&[&args[..], &["--json"]].concat()).exits(1).json();
    assert_eq!((&value["error"]["exit_code"], &value["summary"]["safe"]), (&1.into(), &1.into()));
}

#[test]
fn what_cannot_be_rehearsed_is_said() {
    assert_snapshot!(env().run(&["drill", "--only", "S17"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no scenario `S17`: they are S01 to S16
    ");
    assert_snapshot!(env().run(&["drill", "nope"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no route, provider or model `nope`
    hint: did you mean `openai`?
    ");
    let ran = TestEnv::new().run(&["drill"]).exits(3);
    assert!(ran.stderr.starts_with("error: no provider is set up\n"), "{ran}");
}
