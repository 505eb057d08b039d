use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::chains::read;

/// A world with two agents, a tool and a chain.
pub(in crate::chains) struct Small;

impl World for Small {
    fn agents(&self) -> Vec<String> {
        vec!["researcher".into(), "writer".into()]
    }

    fn tools(&self) -> Option<Vec<(String, Value)>> {
        let schema = json!({"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city"], "additionalProperties": false});
        Some(vec![("weather".into(), schema)])
    }

    fn chains(&self) -> Vec<String> {
        vec!["inner".into(), "round".into()]
    }

    fn chain(&self, name: &str) -> Option<Arc<Definition>> {
        let text = match name {
            "inner" => "[[step]]\nid = \"a\"\nagent = \"writer\"\nprompt = \"{{ inputs.topic }}\"\n",
            "round" => "[[step]]\nid = \"a\"\nchain = \"round\"\n",
            _ => return None,
        };
        Some(Arc::new(read(name, None, text).0))
    }
}

/// Reads and checks.
pub(in crate::chains) fn plan(text: &str) -> Result<Plan, Vec<Problem>> {
    let (definition, problems) = read("c", None, text);
    if problems.is_empty() { check(definition, &Small) } else { Err(problems) }
}

fn step(rest: &str) -> String {
    format!("[[step]]\nid = \"a\"\nagent = \"writer\"\nprompt = \"x\"\n\n[[step]]\nid = \"b\"\n{rest}\n")
}

#[test]
fn a_whole_chain_is_a_plan() {
    let plan = plan(
        r#"
name = "all"
max_parallel = 3
[inputs]
topic = { description = "what about" }
many = { type = "list", default = [] }

[[step]]
id = "plan"
agent = "researcher"
prompt = "Plan {{ inputs.topic }}"
schema = { type = "object", properties = { items = { type = "array" } } }

[[step]]
id = "look"
agent = "researcher"
for_each = "steps.plan.output.items"
max_parallel = 2
prompt = "Look up {{ item }}"

[[step]]
id = "draft"
agent = "writer"
prompt = "{% if previous.judge %}{{ previous.judge.output }}{% endif %} {{ steps.look.output }} round {{ round }}"

[[step]]
id = "judge"
ways = { good = ["out"], bad = [] }
on = "'good' if 'x' in steps.draft.output else 'bad'"
until = "output == 'good'"
max_rounds = 3
back_to = "draft"

[[step]]
id = "out"
tool = "weather"
args = { city = "{{ steps.draft.output }}", days = 2 }

[[step]]
id = "more"
chain = "inner"
inputs = { topic = "{{ steps.out.output }}" }
"#,
    )
    .unwrap();
    assert_eq!(plan.order, [0, 1, 2, 3, 4, 5]);
    assert_eq!(plan.nodes[3].body, [2, 3]);
    // Who stands behind a loop waits for its end.
    assert_eq!((&plan.nodes[4].needs[..], &plan.nodes[4].waits[..]), (&[2][..], &[3][..]));
    assert_eq!(plan.inputs, ["topic", "many"]);
    assert_eq!(plan.required().collect::<Vec<_>>(), ["topic"]);
    assert_eq!(plan.levels(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(plan.from(2).into_iter().collect::<Vec<_>>(), [2, 3, 4, 5]);
    assert_eq!(plan.output, 5);
}

/// Each of these is wrong in one way, which is told with its place.
#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_is_wrong_is_told_with_its_place() {
    let agent = "agent = \"writer\"\n";
    let cases: &[(&str, &str)] = &[
        ("name = ", "c.toml:1:8"),
        ("", "there is no `[[step]]`"),
        ("nmae = \"x\"", "c.toml:1:1: unknown key `nmae` of the chain; did you mean `name`?"),
        (
            "max_parallel = 0",
            "c.toml:1:16: `max_parallel` of the chain: expected a whole number from 1 to 1000",
        ),
        ("timeout = \"soon\"", "c.toml:1:11: `timeout` of the chain is no span of time"),
        (
            "max_cost_usd = \"1\"",
            "c.toml:1:16: `max_cost_usd` of the chain: expected a number above 0, not text",
        ),
        ("inputs = { Topic = {} }", "c.toml:1:12: `Topic` cannot be the name of an input"),
        (
            "[inputs]\nn = { type = \"number\", default = \"x\" }",
            "c.toml:2:34: the default of `n` is no number",
        ),
        (
            "[inputs]\nn = { tpye = \"number\" }",
            "c.toml:2:7: unknown key `tpye` of the input `n`; did you mean `type`?",
        ),
        ("[[step]]\nagent = \"writer\"\nprompt = \"x\"", "c.toml:1:1: a step has no `id`"),
        (
            "[[step]]\nid = \"A b\"\nagent = \"writer\"\nprompt = \"x\"",
            "c.toml:2:7: `A b` cannot be the id of a step",
        ),
        (&step("prompt = \"x\""), "c.toml:6:1: a step says nothing of what is done"),
        (
            &step("agent = \"writer\"\ntool = \"weather\""),
            "c.toml:9:1: a step is of one kind: it has agent and tool",
        ),
        (&step("agent = \"writer\""), "c.toml:6:1: the step has no `prompt`"),
        (
            &step("agent = \"writre\"\nprompt = \"x\""),
            "c.toml:8:10: there is no agent `writre`; did you mean `writer`?",
        ),
        (&step("tool = \"wether\""), "c.toml:8:9: there is no tool `wether`; did you mean `weather`?"),
        (&step("tool = \"weather\""), "c.toml:6:1: weather needs `city`"),
        (
            &step("tool = \"weather\"\nargs = { city = \"x\", days = \"two\" }"),
            "c.toml:9:8: `days` of weather has to be of the type integer",
        ),
        (
            &step("tool = \"weather\"\nargs = { ctiy = \"x\", city = \"y\" }"),
            "c.toml:9:8: weather takes no `ctiy`; did you mean `city`?",
        ),
        (&step("chain = \"iner\""), "c.toml:8:10: there is no chain `iner`; did you mean `inner`?"),
        (&step("chain = \"inner\""), "c.toml:6:1: the chain `inner` needs the input `topic`"),
        (&step("chain = \"round\""), "round.toml:3:10: chains run each other for ever: c → round → round"),
        (
            &step(&format!("{agent}prompt = \"{{{{ steps.c.output }}}}\"")),
            "c.toml:9:14: there is no step `c`",
        ),
        (
            &step(&format!("{agent}prompt = \"{{{{ steps.a.outptu }}}}\"")),
            "c.toml:9:14: a step has no `outptu`; did you mean `output`?",
        ),
        (
            &step(&format!("{agent}prompt = \"{{{{ steps.a.output.x }}}}\"")),
            "c.toml:9:14: the output of `a` is text and has no `x`",
        ),
        (
            &step(&format!("{agent}prompt = \"{{{{ steps.b.output }}}}\"")),
            "c.toml:9:14: the step `b` speaks of its own output",
        ),
        (&step(&format!("{agent}prompt = \"\"\"\none\n{{{{ if }}}}\"\"\"")), "c.toml:11:"),
        (&step(&format!("{agent}prompt = \"{{{{ topic }}}}\"")), "c.toml:9:14: there is no `topic`"),
        (&step(&format!("{agent}prompt = \"{{{{ item }}}}\"")), "c.toml:9:14: there is no `item` here"),
        (&step(&format!("{agent}prompt = \"{{{{ round }}}}\"")), "c.toml:9:14: there is no `round` here"),
        (&step(&format!("{agent}prompt = \"x\"\nwhen = \"steps.a.output ==\"")), "the expression is wrong"),
        (&step(&format!("{agent}prompt = \"x\"\nneeds = [\"c\"]")), "c.toml:10:10: there is no step `c`"),
        (
            &step(&format!("{agent}prompt = \"x\"\nfor_each = \"steps.a.output\"")),
            "c.toml:10:13: `for_each` wants a list, and `steps.a.output` is text",
        ),
        (&step(&format!("{agent}prompt = \"x\"\nfor_each = 3")), "c.toml:10:12: `for_each` has to be a list"),
        (
            &step(&format!("{agent}prompt = \"x\"\nuntil = \"true\"")),
            "c.toml:10:10: `until` needs `max_rounds`",
        ),
        (
            &step(&format!("{agent}prompt = \"x\"\nmax_rounds = 2")),
            "c.toml:10:1: `max_rounds` means nothing without `until`",
        ),
        (
            &step(&format!("{agent}prompt = \"x\"\nuntil = \"true\"\nmax_rounds = 2\nback_to = \"a\"")),
            "c.toml:12:12: `a` does not lead to `b`",
        ),
        (
            &step(&format!("{agent}prompt = \"x\"\nretry = 99")),
            "c.toml:10:9: `retry` of the step `b`: expected a whole number from 0 to 10",
        ),
        (
            &step(&format!("{agent}prompt = \"x\"\ntimeout = -1")),
            "c.toml:10:11: `timeout` of the step `b` is no span of time",
        ),
        (
            &step(&format!("{agent}prompt = \"x\"\non_error = \"ignore\"")),
            "c.toml:10:12: `on_error` of the step `b`: expected one of: fail, skip, default",
        ),
        (
            &step(&format!("{agent}prompt = \"x\"\non_error = \"default\"")),
            "c.toml:10:1: `on_error = \"default\"` needs a `default`",
        ),
        (
            &step(&format!("{agent}prompt = \"x\"\ncontext = \"some\"")),
            "c.toml:10:12: `context`: expected one of",
        ),
        (
            &step(&format!("{agent}prompt = \"x\"\nschema = {{ type = \"thing\" }}")),
            "c.toml:10:10: `schema` is not a JSON Schema",
        ),
        (&step(&format!("{agent}prompt = \"x\"\nttl = \"1d\"")), "`ttl` means nothing without `cache"),
        (&step("ways = { x = [\"c\"] }\non = \"'x'\""), "c.toml:8:15: there is no step `c`"),
        (&step("ways = { x = [\"a\"] }\non = \"'x'\"\ndefault = \"y\""), "c.toml:10:12: there is no way `y`"),
        (&step("ways = { x = [\"a\"] }"), "c.toml:6:1: a branch is decided by"),
        (
            &step(&format!("{agent}prompt = \"x\"\nneeds = [\"b\"]")),
            "c.toml:10:10: the step `b` needs itself",
        ),
        (
            "[[step]]\nid = \"a\"\nagent = \"writer\"\nprompt = \"{{ steps.b.output }}\"\n[[step]]\nid = \"b\"\nagent = \"writer\"\nprompt = \"x\"\nneeds = [\"a\"]",
            "c.toml:2:7: steps wait for each other: a → b → a",
        ),
        (
            "[[step]]\nid = \"a\"\nagent = \"writer\"\nprompt = \"x\"\n[[step]]\nid = \"a\"\nagent = \"writer\"\nprompt = \"x\"",
            "c.toml:6:7: there are two steps `a`; the other one is in line 2",
        ),
        (
            "output = \"z\"\n[[step]]\nid = \"a\"\nagent = \"writer\"\nprompt = \"x\"",
            "c.toml:1:11: there is no step `z`",
        ),
        (
            "[inputs]\ntopic = {}\n[[step]]\nid = \"a\"\nagent = \"writer\"\nprompt = \"{{ inputs.topik }}\"",
            "c.toml:6:14: `[inputs]` has no `topik`; did you mean `topic`?",
        ),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let problems = plan(text).err().unwrap_or_default();
        let told: Vec<String> = problems.iter().map(Problem::to_string).collect();
        if !(told.len() == 1 && told[0].contains(expected)) {
            wrong.push(format!("{text}\n  wanted {expected}\n  got {told:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn everything_is_told_at_once() {
    let problems = plan("x = 1\n[[step]]\nid = \"a\"\nagent = \"nobody\"\ny = 2\n").unwrap_err();
    assert_eq!(problems.len(), 3, "{problems:?}");
    let text = "[[step]]\nid = \"a\"\nagent = \"nobody\"\nprompt = \"{{ steps.z }}\"\n";
    assert_eq!(plan(text).unwrap_err().len(), 2);
}

/// Pieces of chains, whole and broken, that are put together at random.
const PIECES: &[&str] = &[
    "[[step]]\n",
    "[inputs]\n",
    "id = \"a\"\n",
    "id = 'b'\r\n",
    "id = \"\"\"\na\"\"\"\n",
    "agent = \"writer\"\n",
    "prompt = \"\"\"\r\n{{ steps.a.output }}\"\"\"\n",
    "prompt = \"é {{ ünï }} {% if %}\"\n",
    "prompt = '{{ inputs.x }}'\n",
    "prompt = \"\\u00e9 {{ steps.\\u0061.output.x }}\"\n",
    "tool = \"weather\"\n",
    "args = { city = \"{{ item }}\", days = 0x7fffffffffffffff }\n",
    "for_each = \"steps.a.output\"\n",
    "for_each = [1, {}]\n",
    "until = \"output == previous.a\"\n",
    "max_rounds = 3\n",
    "back_to = \"a\"\n",
    "needs = [\"a\", \"b\"]\n",
    "ways = { x = [\"a\"], \"\" = [] }\n",
    "on = \"'x'\"\n",
    "default = \"x\"\n",
    "on_error = \"default\"\n",
    "timeout = 1e300\n",
    "timeout = \"99999999999d\"\n",
    "ttl = \"1d\"\n",
    "cache = \"shared\"\n",
    "schema = { type = \"object\" }\n",
    "schema = '{\"type\": 7}'\n",
    "context = \"last:0\"\n",
    "chain = \"inner\"\n",
    "inputs = { topic = 2026-01-01 }\n",
    "human = \"?\"\n",
    "choices = [\"\"]\n",
    "max_tokens = -0\n",
    "max_cost_usd = nan\n",
    "output = \"b\"\n",
    "when = \"\"\n",
    "x",
    "\u{feff}",
    "\"",
    "\n",
];

proptest::proptest! {
    /// Whatever a file says, it is read to its end, and every mistake has a place in it.
    #[test]
    fn odd_texts_are_read(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..24)) {
        let text = pieces.concat();
        for problem in plan(&text).err().unwrap_or_default() {
            let (line, column) = problem.position.unwrap_or((1, 1));
            let is_other = problem.file != std::path::Path::new("c.toml");
            let there = text.split('\n').nth(line - 1).map(|line| line.chars().count() + 1);
            proptest::prop_assert!(is_other || there.is_some_and(|end| column <= end + 1), "{problem} in {text:?}");
        }
    }
}
