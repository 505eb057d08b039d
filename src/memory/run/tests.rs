use super::*;
use crate::memory::{Filter, Kind, Scope};
use serde_json::json;

fn step(path: &str, result: Value) -> Step {
    Step {
        path: path.into(),
        state: StepState::Done,
        result,
        asked: "what".into(),
        who: "writer".into(),
        model: Some("groq/m".into()),
        attempts: json!([]),
        tries: 1,
        input_tokens: 10,
        output_tokens: 5,
        cost_usd: Some(0.5),
        kept: false,
        outside: false,
        key: Some(vec![1, 2]),
        problem: None,
        began: Timestamp::UNIX_EPOCH,
        took_ms: 7,
    }
}

#[test]
fn what_a_run_has_come_to_is_read_back() {
    let directory = tempfile::tempdir().unwrap();
    let memory = Memory::new(directory.path());
    let run = Run::new("brief", json!({"a": 1}));
    memory.begin_run(run.clone()).unwrap();
    let draft = Draft {
        scope: Scope::Run(run.id.clone()),
        key: Some("one".into()),
        kind: Kind::Result,
        ..Draft::note("found")
    };
    let steps = [step("one", json!("found")), step("two", json!({"x": [1]}))];
    memory.keep_answer(&run.id, "one", 0, "{}".into()).unwrap();
    memory.keep_answer(&run.id, "three", 0, "{\"b\":1}".into()).unwrap();
    memory.end_step(&run.id, steps[0].clone(), Some(draft.clone())).unwrap();
    // Too much to remember: the result counts all the same.
    let huge = Draft { content: "x".repeat(2 << 20), ..draft };
    memory.end_step(&run.id, steps[1].clone(), Some(huge)).unwrap();
    assert_eq!(memory.steps(&run.id).unwrap(), steps);
    assert_eq!(memory.open_answers(&run.id).unwrap(), [("three".into(), 0, "{\"b\":1}".into())]);
    let entries = memory.list(&Filter::default(), 9).unwrap();
    assert_eq!(entries.iter().map(|it| it.draft.content.as_str()).collect::<Vec<_>>(), ["found"]);
    memory.set_run(&run.id, RunState::Done, Some("end".into()), None).unwrap();
    let Found::One(found) = memory.run(&run.id[..4]).unwrap() else { panic!() };
    assert_eq!(
        (found.state, found.output.as_deref(), &found.definition),
        (RunState::Done, Some("end"), &run.definition)
    );
    assert_eq!(memory.runs(Some("brief"), 9).unwrap().len(), 1);
    assert_eq!(memory.runs(Some("other"), 9).unwrap().len(), 0);
    let sums = memory.run_sums(None).unwrap();
    assert_eq!((sums[0].runs, sums[0].steps, sums[0].input_tokens), (1, 2, 20));
    memory.forget_steps(&run.id, vec!["two".into()]).unwrap();
    assert_eq!(memory.steps(&run.id).unwrap(), steps[..1]);
}

#[test]
fn results_are_kept_until_their_time_is_over() {
    let directory = tempfile::tempdir().unwrap();
    let memory = Memory::new(directory.path());
    assert_eq!(memory.kept_result(&[1]).unwrap(), None);
    memory.keep_result(vec![1], &json!("a"), None);
    memory.keep_result(vec![2], &json!("b"), Some(Duration::ZERO));
    memory.flush(PATIENCE).unwrap();
    assert_eq!(memory.kept_result(&[1]).unwrap(), Some(json!("a")));
    assert_eq!(memory.kept_result(&[2]).unwrap(), None);
}

#[test]
fn one_process_at_a_run() {
    let directory = tempfile::tempdir().unwrap();
    let memory = Memory::new(directory.path());
    assert!(!memory.is_run_locked("r"));
    let lock = memory.lock_run("r").unwrap().unwrap();
    assert!(memory.is_run_locked("r") && memory.lock_run("r").unwrap().is_none());
    drop(lock);
    assert!(!memory.is_run_locked("r") && memory.lock_run("r").unwrap().is_some());
}
