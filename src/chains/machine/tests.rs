use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::chains::check::tests::plan;

/// A machine of a text.
fn machine(text: &str, inputs: Value) -> Machine {
    let plan = plan(text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    Machine::new(Arc::new(plan), &Given { inputs, ..Given::default() }, HashMap::new())
}

/// Runs a machine to its end, one unit after the other: what was done, in order.
fn run(machine: &mut Machine, mut answer: impl FnMut(&str, &Task) -> Outcome) -> Vec<String> {
    let mut open: VecDeque<Start> = VecDeque::new();
    let mut done = Vec::new();
    loop {
        open.extend(machine.starts());
        let Some(start) = open.pop_front() else { return done };
        let path = machine.path(start.unit);
        done.push(path.clone());
        let outcome = answer(&path, &start.task);
        machine.ended(&start, outcome);
    }
}

fn said(text: &str) -> Outcome {
    Outcome::Done(json!(text))
}

fn prompt(task: &Task) -> String {
    match task {
        Task::Agent { prompt, .. } => prompt.clone(),
        other => format!("{other:?}"),
    }
}

fn agent(id: &str, prompt: &str, rest: &str) -> String {
    format!("[[step]]\nid = \"{id}\"\nagent = \"writer\"\nprompt = \"{prompt}\"\n{rest}\n")
}

#[test]
fn results_go_from_step_to_step() {
    let text = agent("a", "{{ inputs.topic }}!", "") + &agent("b", "{{ steps.a.output }}?", "");
    let mut machine = machine(&text, json!({"topic": "tea"}));
    let mut asked = Vec::new();
    run(&mut machine, |path, task| {
        asked.push(prompt(task));
        said(path)
    });
    assert_eq!(asked, ["tea!", "a?"]);
    assert_eq!(machine.standing(), Standing::Done(json!("b")));
}

#[test]
fn a_way_that_is_not_taken_is_left_out_with_all_behind_it() {
    let text = "[[step]]\nid = \"way\"\nways = { one = [\"a\"], two = [\"b\"] }\non = \"inputs.which\"\n"
        .to_owned()
        + &agent("a", "x", "")
        + &agent("b", "x", "")
        + &agent("after", "{{ steps.b.output }}", "")
        + &agent(
            "join",
            "{{ steps.a.output }}{{ steps.after.output }}{{ steps.b.skipped }}",
            "needs = [\"way\"]",
        )
        + &agent("never", "x", "when = \"inputs.which == 'three'\"");
    let mut machine = machine(&text, json!({"which": "one"}));
    let mut asked = Vec::new();
    let done = run(&mut machine, |path, task| {
        asked.push(prompt(task));
        said(path)
    });
    assert_eq!(done, ["a", "join"]);
    assert_eq!(asked[1], "atrue");
    let skipped = machine.happenings().into_iter().filter(|it| matches!(it, Happening::Skipped(_))).count();
    assert_eq!(skipped, 3);
}

#[test]
fn a_loop_goes_round_until_it_holds() {
    let text = agent("before", "x", "")
        + &agent(
            "draft",
            "{{ steps.before.output }} {{ round }} {% if previous.judge %}{{ previous.judge.output }}{% endif %}",
            "",
        )
        + &agent(
            "judge",
            "{{ steps.draft.output }}",
            "until = \"'good' in output\"\nmax_rounds = 5\nback_to = \"draft\"",
        )
        + &agent("end", "{{ steps.draft.output }} {{ steps.judge.output }}", "");
    let mut first = machine(&text, json!({}));
    let mut asked = BTreeMap::new();
    let answer = |asked: &mut BTreeMap<String, String>, path: &str, task: &Task| {
        asked.insert(path.to_owned(), prompt(task));
        said(if path == "judge.3" { "good" } else { path })
    };
    let done = run(&mut first, |path, task| answer(&mut asked, path, task));
    assert_eq!(done, ["before", "draft", "judge", "draft.2", "judge.2", "draft.3", "judge.3", "end"]);
    assert_eq!(asked["draft"], "before 1 ");
    assert_eq!(asked["draft.3"], "before 3 judge.2");
    assert_eq!(asked["end"], "draft.3 good");
    assert_eq!(first.standing(), Standing::Done(json!("end")));
    let mut never = machine(&text, json!({}));
    let done = run(&mut never, |_, _| said("bad"));
    assert_eq!(done.len(), 12);
    assert!(never.happenings().contains(&Happening::GaveUp("judge".into(), 5)));
}

#[test]
fn items_are_done_at_once_and_come_in_order() {
    let text = agent("each", "{{ item }}{{ index }}", "for_each = \"inputs.list\"\nmax_parallel = 2")
        + &agent("end", "{{ steps.each.output }}", "");
    let mut machine = machine(&text, json!({"list": ["x", "y", "z"]}));
    let starts = machine.starts();
    assert_eq!(starts.len(), 2);
    machine.ended(&starts[1], said("second"));
    let third = machine.starts();
    assert_eq!(prompt(&third[0].task), "z2");
    machine.ended(&third[0], said("third"));
    assert!(machine.starts().is_empty());
    machine.ended(&starts[0], said("first"));
    assert_eq!(prompt(&machine.starts()[0].task), r#"["first","second","third"]"#);
    let mut none = self::machine(&text, json!({"list": []}));
    assert_eq!(run(&mut none, |path, _| said(path)), ["end"]);
    let mut wrong = self::machine(&text, json!({"list": "text"}));
    assert!(run(&mut wrong, |path, _| said(path)).is_empty());
    assert!(
        matches!(wrong.standing(), Standing::Failed(path, why) if path == "each" && why.contains("wants a list"))
    );
}

#[test]
fn failures_are_tried_again_excused_or_the_end() {
    let fails = |_: &str, _: &Task| Outcome::Failed("no".into());
    let text = agent("a", "x", "retry = 2") + &agent("b", "{{ steps.a.output }}", "");
    let mut machine = self::machine(&text, json!({}));
    assert_eq!(run(&mut machine, fails), ["a", "a", "a"]);
    assert_eq!(machine.standing(), Standing::Failed("a".into(), "no".into()));
    let mut machine = self::machine(&text, json!({}));
    assert_eq!(run(&mut machine, |_, _| Outcome::Hopeless("no".into())), ["a"]);
    for (rest, expected) in
        [("on_error = \"skip\"", "got  no"), ("on_error = \"default\"\ndefault = \"well\"", "got well ")]
    {
        let text = agent("a", "x", rest)
            + &agent("c", "x", "")
            + &agent("b", "got {{ steps.a.output }} {{ steps.a.problem or '' }}", "needs = [\"c\"]");
        let mut machine = self::machine(&text, json!({}));
        let mut asked = String::new();
        run(&mut machine, |path, task| {
            asked = prompt(task);
            if path == "a" { Outcome::Failed("no".into()) } else { said(path) }
        });
        assert_eq!(asked, expected);
    }
}

#[test]
fn a_person_who_does_not_answer_holds_up_only_what_waits_for_the_answer() {
    let text = "[[step]]\nid = \"ask\"\nhuman = \"well?\"\n".to_owned()
        + &agent("a", "x", "")
        + &agent("b", "{{ steps.ask.output }}", "");
    let mut machine = machine(&text, json!({}));
    let done = run(&mut machine, |path, _| if path == "ask" { Outcome::Waiting } else { said(path) });
    assert_eq!(done, ["ask", "a"]);
    assert_eq!(machine.standing(), Standing::Waiting(vec!["ask".into()]));
}

/// A graph of some steps, each of which needs some of those before it, may be a map and may go round.
fn graphs() -> impl Strategy<Value = String> {
    let step = (prop::collection::vec(0..8_usize, 0..3), 0..6_u8);
    prop::collection::vec(step, 1..9).prop_map(|steps| {
        let mut text = "max_parallel = 3\n".to_owned();
        for (index, (needs, kind)) in steps.iter().enumerate() {
            let needs: Vec<String> =
                needs.iter().filter(|need| **need < index).map(|need| format!("\"s{need}\"")).collect();
            let rest = match kind {
                0 => "for_each = [1, 2, 3]\nmax_parallel = 2",
                1 => "until = \"output == 'x'\"\nmax_rounds = 3",
                2 => "on_error = \"skip\"",
                3 => "when = \"inputs.yes\"",
                _ => "",
            };
            text += &agent(&format!("s{index}"), "x", &format!("needs = [{}]\n{rest}", needs.join(", ")));
        }
        text
    })
}

proptest! {
    /// In whatever order units end, whatever they give, and wherever the run is killed: the end is the same, and nothing is
    /// done twice.
    #[test]
    fn any_order_and_any_kill_lead_to_the_same_end(
        text in graphs(),
        order in prop::collection::vec(any::<prop::sample::Index>(), 64),
        killed in prop::collection::vec(any::<bool>(), 64),
        yes in any::<bool>(),
    ) {
        let inputs = json!({"yes": yes});
        // What a unit gives depends on what it is alone.
        let outcome = |path: &str| match path.bytes().map(u32::from).sum::<u32>() % 5 {
            0 if path.starts_with("s3") => Outcome::Failed("no".into()),
            1 => said("x"),
            _ => said(path),
        };
        let mut straight = machine(&text, inputs.clone());
        let mut expected = run(&mut straight, |path, _| outcome(path));
        expected.sort();
        let plan = Arc::clone(straight.plan());
        let given = Given { inputs, ..Given::default() };
        let mut kept: HashMap<String, Outcome> = HashMap::new();
        let mut done = Vec::new();
        let mut steps = 0;
        let standing = loop {
            let mut machine = Machine::new(Arc::clone(&plan), &given, kept.clone());
            let mut open: Vec<Start> = Vec::new();
            let was_killed = loop {
                open.extend(machine.starts());
                prop_assert!(open.len() <= 3);
                if open.is_empty() {
                    break false;
                }
                if steps < 64 && killed[steps] {
                    steps += 1;
                    break true;
                }
                let start = open.remove(order[steps.min(63)].index(open.len()));
                steps += 1;
                let path = machine.path(start.unit);
                let outcome = outcome(&path);
                if matches!(outcome, Outcome::Done(_)) {
                    prop_assert!(kept.insert(path.clone(), outcome.clone()).is_none(), "{path} twice");
                }
                done.push(path);
                machine.ended(&start, outcome);
            };
            if !was_killed {
                break machine.standing();
            }
        };
        match straight.standing() {
            Standing::Failed(..) => prop_assert!(matches!(standing, Standing::Failed(..))),
            other => {
                prop_assert_eq!(standing, other);
                done.sort();
                done.dedup();
                prop_assert_eq!(done, expected);
            }
        }
    }
}
