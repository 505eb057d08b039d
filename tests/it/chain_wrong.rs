//! Chains that are wrong, as the program tells it.

use crate::support::{TestEnv, stand};

/// Definitions that are wrong in one way each, and what is said of them behind the name of the file.
const WRONG: &[(&str, &str)] = &[
    ("name = ", "1:8: "),
    ("[[step]", "1:8: "),
    ("nmae = 'x'\n", "1:1: unknown key `nmae` of the chain; did you mean `name`?"),
    ("max_parallel = 0\n", "1:16: `max_parallel` of the chain: expected a whole number from 1 to 1000"),
    ("timeout = 'soon'\n", "1:11: `timeout` of the chain is no span of time"),
    ("max_cost_usd = -1\n", "1:16: `max_cost_usd` of the chain: expected a number above 0"),
    ("output = 'z'\nSTEP", "1:11: there is no step `z`"),
    ("[inputs]\nn = { type = 'number', default = 'x' }\nSTEP", "2:34: the default of `n` is no number"),
    (
        "[inputs]\nn = { type = 'nubmer' }\nSTEP",
        "2:14: `type` of the input `n`: expected one of: text, number",
    ),
    (
        "[inputs]\nt = {}\n[[step]]\nid = 'a'\nagent = 'writer'\nprompt = '{{ inputs.s }}'\n",
        "6:14: `[inputs]` has no `s`",
    ),
    ("STEPSTEP", "6:7: there are two steps `a`; the other one is in line 2"),
    ("STEP[[step]]\nagent = 'writer'\nprompt = 'x'\n", "5:1: a step has no `id`"),
    ("STEP[[step]]\nid = 'B'\nagent = 'writer'\nprompt = 'x'\n", "6:7: `B` cannot be the id of a step"),
    ("STEP[[step]]\nid = 'b'\n", "5:1: a step says nothing of what is done"),
    (
        "STEP[[step]]\nid = 'b'\ntool = 'weather'\nhuman = 'x'\n",
        "8:1: a step is of one kind: it has tool and human",
    ),
    ("STEP[[step]]\nid = 'b'\nagent = 'writer'\n", "5:1: the step has no `prompt`"),
    (
        "STEP[[step]]\nid = 'b'\nagent = 'writre'\nprompt = 'x'\n",
        "7:10: there is no agent `writre`; did you mean `writer`?",
    ),
    ("STEP[[step]]\nid = 'b'\ntool = 'wether'\n", "7:9: there is no tool `wether`; did you mean `weather`?"),
    ("STEP[[step]]\nid = 'b'\ntool = 'weather'\n", "5:1: weather needs `city`"),
    (
        "STEP[[step]]\nid = 'b'\ntool = 'weather'\nargs = { city = 'x', days = 'two' }\n",
        "8:8: `days` of weather has to be of the type integer",
    ),
    ("STEP[[step]]\nid = 'b'\nchain = 'debat'\n", "7:10: there is no chain `debat`; did you mean `debate`?"),
    ("STEP[[step]]\nid = 'b'\nchain = 'debate'\n", "5:1: the chain `debate` needs the input `question`"),
    ("STEP[[step]]\nid = 'b'\nchain = 'wrong'\n", "7:10: chains run each other for ever: wrong → wrong"),
    (
        "STEP[[step]]\nid = 'b'\nagent = 'writer'\nprompt = '{{ steps.c.output }}'\n",
        "8:14: there is no step `c`",
    ),
    (
        "STEP[[step]]\nid = 'b'\nagent = 'writer'\nprompt = '{{ steps.a.outptu }}'\n",
        "8:14: a step has no `outptu`; did you mean `output`?",
    ),
    (
        "STEP[[step]]\nid = 'b'\nagent = 'writer'\nprompt = '{{ steps.a.output.x }}'\n",
        "8:14: the output of `a` is text and has no `x`",
    ),
    ("STEP[[step]]\nid = 'b'\nagent = 'writer'\nprompt = '{{ a b }}'\n", "8:16: the template is wrong"),
    ("STEP[[step]]\nid = 'b'\nagent = 'writer'\nprompt = '{{ item }}'\n", "8:14: there is no `item` here"),
    ("STEPwhen = 'true =='\n", "5:"),
    ("STEPneeds = ['b']\n", "5:10: there is no step `b`"),
    ("STEPneeds = ['a']\n", "5:10: the step `a` needs itself"),
    ("STEPfor_each = 3\n", "5:12: `for_each` has to be a list"),
    ("STEPuntil = 'true'\n", "5:10: `until` needs `max_rounds`"),
    ("STEPon_error = 'ignore'\n", "5:12: `on_error` of the step `a`: expected one of: fail, skip, default"),
    ("STEPschema = { type = 'thing' }\n", "5:10: `schema` is not a JSON Schema"),
    ("STEPcontext = 'some'\n", "5:12: `context`: expected one of: none, last:N, summary, full"),
    ("STEPcache = 'always'\n", "5:9: `cache` of the step `a`: expected one of: run, shared, off"),
    ("STEP[[step]]\nid = 'b'\nways = { x = ['c'] }\non = \"'x'\"\n", "7:15: there is no step `c`"),
    (
        "STEPneeds = ['b']\n[[step]]\nid = 'b'\nagent = 'writer'\nprompt = 'x'\nneeds = ['a']\n",
        "2:7: steps wait for each other: a → b → a",
    ),
];

/// Each is one line with file and line, exit 3, and nothing is asked of anybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_definition_is_one_line() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    assert!(WRONG.len() >= 30);
    let mut otherwise = Vec::new();
    for (text, expected) in WRONG {
        let text = text.replace("STEP", "[[step]]\nid = 'a'\nagent = 'writer'\nprompt = 'x'\n");
        env.write("config/chains/wrong.toml", text.as_bytes());
        for command in ["run", "validate"] {
            let ran = env.run(&["chain", command, "wrong"]).exits(3);
            let told = ran.stderr.split("chains/wrong.toml:").nth(1).unwrap_or_default();
            let is_one_line = ran.stderr.lines().count() == 1 && ran.stdout.is_empty();
            if !told.starts_with(expected) || !is_one_line {
                otherwise.push(format!("{text}wanted {expected}\n{ran}"));
            }
        }
    }
    assert!(otherwise.is_empty(), "{}", otherwise.join("\n"));
    assert!(groq.requests().is_empty());
}

/// A misspelt key keeps nobody from hearing of the rest that is wrong for certain.
#[tokio::test(flavor = "multi_thread")]
async fn all_mistakes_are_told_at_once() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let text = "[[step]]\nid = 'a'\nagent = 'writre'\nforeach = ['x']\nprompt = '{{ item }}'\n\
        [[step]]\nid = 'b'\ntool = 'wether'\nretry = 99\n[[step]]\nid = 'c'\nchain = 'debat'\n";
    env.write("config/chains/wrong.toml", text.as_bytes());
    let ran = env.run(&["chain", "validate", "wrong"]).exits(3);
    let told: Vec<&str> = ran.stderr.lines().filter_map(|line| line.split("wrong.toml:").nth(1)).collect();
    assert_eq!(
        told,
        [
            "3:10: there is no agent `writre`; did you mean `writer`?",
            "4:1: unknown key `foreach` of the step `a`; did you mean `for_each`?",
            "8:9: there is no tool `wether`; did you mean `weather`?",
            "9:9: `retry` of the step `b`: expected a whole number from 0 to 10",
            "12:10: there is no chain `debat`; did you mean `debate`?",
        ],
        "{ran}"
    );
    assert!(groq.requests().is_empty());
}
