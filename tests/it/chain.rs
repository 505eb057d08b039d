//! `aigw chain`, as the program itself does it.

use std::process::{Command, Stdio};

use aigw::simulate::{Limits, Settings, Stand};
use serde_json::{Value, json};

use crate::support::{Terminal, TestEnv, stand};

/// A step that asks an agent.
fn agent(id: &str, prompt: &str, rest: &str) -> String {
    format!("[[step]]\nid = \"{id}\"\nagent = \"assistant\"\nprompt = \"{prompt}\"\n{rest}\n")
}

fn run_of(json: &Value) -> String {
    json["run"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_run_and_are_shown() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let text = agent("one", "say exactly: {{ inputs.topic }}", "")
        + &agent("two", "what is 2 + 3", "")
        + &agent("three", "say exactly: {{ steps.one.output }}, {{ steps.two.output | length > 3 }}", "");
    env.write("config/chains/three.toml", text.as_bytes());
    let ran = env.run(&["chain", "run", "three", "tea", "and", "milk"]).exits(0);
    assert_eq!(ran.stdout, "tea and milk, true\n");
    assert!(
        ran.stderr.contains("3 results") && ran.stderr.contains("[3] three by assistant (groq/"),
        "{ran}"
    );
    let ran = env.run(&["chain", "run", "three", "--input", "topic=x", "--json"]).exits(0).json();
    assert_eq!(
        (&ran["state"], &ran["output"], &ran["steps"]["one"]),
        (&json!("done"), &json!("x, true"), &json!("x"))
    );
    assert!(ran["usage"]["input_tokens"].as_u64().unwrap() > 0, "{ran}");
    let run = run_of(&ran);
    let shown = env.run(&["chain", "show", &run[..6]]).exits(0).stdout;
    assert!(shown.contains("three") && shown.contains("groq/") && shown.contains("done, began"), "{shown}");
    let shown = env.run(&["chain", "show", &run, "--json"]).exits(0).json();
    assert_eq!(shown["steps"].as_array().unwrap().len(), 3);
    assert_eq!(shown["steps"][2]["asked"], "say exactly: x, true");
    let runs = env.run(&["chain", "runs", "--json"]).exits(0).json();
    assert_eq!((runs.as_array().unwrap().len(), &runs[0]["run"]), (2, &json!(run)));
    // Its results are in the memory of the run, and nowhere else.
    let entries = env.run(&["memory", "ls", "--json"]).exits(0).json();
    let scopes: Vec<&str> =
        entries.as_array().unwrap().iter().map(|entry| entry["scope"].as_str().unwrap()).collect();
    assert!(scopes.iter().all(|scope| scope.starts_with("run:")) && scopes.len() == 6, "{scopes:?}");
    assert_eq!(env.run(&["chain", "show", "nothing"]).exits(6).stdout, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_before_anything_is_asked() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    env.write(
        "config/chains/bad.toml",
        (agent("a", "{{ inputs.x }}{{ steps.c.output }}", "") + &agent("b", "x", "retyr = 2")).as_bytes(),
    );
    env.write(
        "config/chains/worse.toml",
        (agent("a", "{{ steps.b.output }}", "") + &agent("b", "{{ steps.a.output }}", "")).as_bytes(),
    );
    for command in [&["chain", "run", "bad"][..], &["chain", "validate", "bad"]] {
        let ran = env.run(command).exits(3);
        assert_eq!(ran.stderr.matches("bad.toml:").count(), 1, "{ran}");
        assert!(
            ran.stderr
                .contains("chains/bad.toml:10:1: unknown key `retyr` of the step `b`; did you mean `retry`?"),
            "{ran}"
        );
    }
    let ran = env.run(&["chain", "run", "worse"]).exits(3);
    assert!(ran.stderr.contains("worse.toml:2:7: steps wait for each other: a → b → a"), "{ran}");
    let ran = env.run(&["chain", "validate"]).exits(3);
    assert!(ran.stderr.contains("2 chains are wrong"), "{ran}");
    let ran = env.run(&["chain", "run", "debat"]).exits(6);
    assert!(ran.stderr.contains("did you mean `debate`?"), "{ran}");
    let ran = env.run(&["chain", "run", "debate", "-n"]).exits(2);
    assert!(ran.stderr.contains("needs the input question"), "{ran}");
    assert!(groq.requests().is_empty());
}

/// Every chain that comes with the program, from its words to its result.
#[tokio::test(flavor = "multi_thread")]
async fn the_chains_that_come_with_the_program_run() {
    let limits = Limits { rpm: Some(1_000_000), tpm: Some(1_000_000_000), ..Limits::default() };
    let groq = Stand::start(Settings { limits, ..Settings::new("groq") }).await.unwrap();
    let env = TestEnv::with_stands(&[&groq]);
    // Nothing leaves the machine: what would go out is denied, and the chains make do.
    let config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    let out = ["web_search", "fetch_url", "wikipedia", "news", "weather", "stocks"];
    env.config(&(config + &out.map(|tool| format!("[tools.{tool}]\npermission = \"deny\"\n")).concat()));
    assert!(env.run(&["chain", "validate"]).exits(0).stderr.matches("is well-formed").count() == 6);
    env.write("a.md", b"Tea was drunk.");
    env.write("b.md", b"Milk was poured.");
    let names: Vec<String> = env
        .run(&["chain", "ls", "--json"])
        .exits(0)
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        names,
        ["code-review", "daily-digest", "debate", "research-brief", "summarize-files", "support-desk"]
    );
    for args in [
        &["debate", "should cities ban cars?"][..],
        &["research-brief", "the history of tea", "--input", "length=ten lines"],
        &["summarize-files", "a.md", "b.md"],
        &["code-review", "diff a b"],
        &["daily-digest"],
        &["support-desk", "my invoice is wrong, this is about billing"],
    ] {
        let ran = env.run(&[&["chain", "run"], args, &["--json", "-n"]].concat()).exits(0).json();
        assert_eq!(ran["state"], "done");
        assert!(!ran["output"].as_str().unwrap().is_empty(), "{ran}");
        if args[0] == "support-desk" {
            assert_eq!(ran["steps"]["desk"], "billing");
            assert!(ran["steps"]["technical"].is_null() && ran["steps"]["billing"].is_string(), "{ran}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_make_a_chain_on_the_spot() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let ran = env.run(&["chain", "run", "-a", "writer", "-a", "critic", "tea", "--json"]).exits(0).json();
    assert_eq!(ran["steps"].as_object().unwrap().len(), 2);
    let run = run_of(&ran);
    let shown = env.run(&["chain", "show", &run, "--json"]).exits(0).json();
    let asked = shown["steps"][1]["asked"].as_str().unwrap();
    assert!(asked.starts_with("tea\n\n<answer by=\"writer\">\n[simulated]"), "{asked}");
    let ran = env.run_with(&["chain", "run", "-a", "writer", "about", "this"], b"a text").exits(0);
    assert!(ran.stdout.contains("a text"), "{ran}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_fails_in_the_middle_is_seen_in_the_timeline_only() {
    let (groq, cerebras) = (stand("groq", &["cut:3*1", "503*4"]).await, stand("cerebras", &[]).await);
    let env = TestEnv::with_stands(&[&groq, &cerebras]);
    let text = agent("one", "count to 20", "") + &agent("two", "say exactly: {{ steps.one.output }}", "");
    env.write("config/chains/two.toml", text.as_bytes());
    let ran = env.run(&["chain", "run", "two", "--json", "-n"]).exits(0).json();
    let counted: Vec<String> = (1..=20).map(|number| number.to_string()).collect();
    assert_eq!(ran["output"], format!("[simulated] {}", counted.join(" ")));
    let shown = env.run(&["chain", "show", &run_of(&ran)]).exits(0).stdout;
    assert!(
        shown.contains("cerebras/") && shown.contains("one: groq/") && shown.contains("broken_stream"),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_steps_are_asked_once() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let text = agent("each", "say of {{ item }}", "for_each = ['x', 'x', 'y']")
        + &agent("again", "say of x", "")
        + &agent("shared", "say of z", "cache = 'shared'")
        + &agent("off", "say of x", "cache = 'off'");
    env.write("config/chains/equal.toml", text.as_bytes());
    let first = env.run(&["chain", "run", "equal", "--json", "-n"]).exits(0).json();
    assert_eq!(groq.requests().len(), 4);
    let shown = env.run(&["chain", "show", &run_of(&first), "--json"]).exits(0).json();
    let kept = shown["steps"].as_array().unwrap().iter().filter(|step| step["kept"] == true).count();
    assert_eq!(kept, 2);
    // Another run asks anew but for what is shared.
    let second = env.run(&["chain", "run", "equal", "--json", "-n"]).exits(0).json();
    assert_eq!(groq.requests().len(), 7);
    assert_eq!(first["output"], second["output"]);
    let _third = env.run(&["chain", "run", "equal", "--no-cache", "-n"]).exits(0);
    assert_eq!(groq.requests().len(), 13);
    let usage = env.run(&["usage", "--by", "chain", "--json"]).exits(0).json();
    assert_eq!(
        (&usage[0]["chain"], &usage[0]["runs"], &usage[0]["kept"]),
        (&json!("equal"), &json!(3), &json!(5))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_for_a_person_and_goes_on_with_the_answer() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let text = "[[step]]\nid = \"ask\"\nhuman = \"Well?\"\n".to_owned()
        + &agent("other", "say exactly: done", "")
        + &agent("end", "say exactly: {{ steps.ask.output }} {{ steps.other.output }}", "");
    env.write("config/chains/ask.toml", text.as_bytes());
    let ran = env.run(&["chain", "run", "ask", "--json", "-n"]).exits(5);
    let run = run_of(&ran.json());
    assert!(ran.stderr.contains(&format!("aigw chain resume {run} --answer ask=TEXT")), "{ran}");
    assert_eq!(ran.json()["state"], "waiting");
    let ran = env.run(&["chain", "resume", &run, "--answer", "ask=yes"]).exits(0);
    assert_eq!(ran.stdout, "yes done\n");
    // What was done before was not asked again.
    assert_eq!(groq.requests().len(), 2);
    // Nothing is left to do.
    assert_eq!(env.run(&["chain", "resume", &run]).exits(0).stdout, "yes done\n");
    assert_eq!(groq.requests().len(), 2);
    let ran = env.run(&["chain", "resume", &run, "--from", "end", "--no-cache"]).exits(0);
    assert_eq!((ran.stdout.as_str(), groq.requests().len()), ("yes done\n", 3));
}

/// At a terminal: a person is asked, what is under way has a line with its tokens, Ctrl-C keeps what is done, and a table
/// says in the end who did what.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_watched_at_a_terminal() {
    let groq = stand("groq", &["stall:5*1"]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let text = "[[step]]\nid = \"ask\"\nhuman = \"Which way?\"\nchoices = [\"left\", \"right\"]\n".to_owned()
        + &agent("other", "count to 9", "")
        + &agent("end", "say exactly: {{ steps.ask.output }} {{ steps.other.output }}", "");
    env.write("config/chains/ask.toml", text.as_bytes());
    let mut terminal = Terminal::start(&env, &["chain", "run", "ask", "-n"], 100);
    terminal.until_shows("ask: Which way? [left/right]:");
    terminal.keys("up\r");
    // What is no answer is asked again.
    terminal.until(|screen| screen.matches("Which way?").count() == 2);
    terminal.keys("Right\r");
    terminal.until(|screen| {
        let line = screen.lines().find(|line| line.contains("other  assistant  groq/"));
        line.is_some_and(|line| line.contains(" tokens ") && !line.contains(" 0 tokens"))
    });
    terminal.keys("\u{3}");
    let (code, screen, _) = terminal.end();
    assert_eq!(code, 130, "{screen}");
    let run =
        screen.split("aigw chain resume ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let (code, screen, _) = Terminal::start(&env, &["chain", "resume", &run], 100).end();
    assert_eq!(code, 0, "{screen}");
    assert!(screen.contains("right [simulated] 1 2 3 4 5 6 7 8 9"), "{screen}");
    let table: Vec<&str> = screen.lines().skip_while(|line| !line.starts_with("STEP ")).collect();
    assert!(!table.is_empty(), "{screen}");
    assert!(
        table[0].contains("TOKENS IN") && table.iter().any(|line| line.starts_with("other ")),
        "{screen}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_stops_a_run_and_what_is_done_is_kept() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let text = agent("one", "count to 30", "")
        + &agent("two", "count to 40{{ steps.one.skipped }}", "")
        + &agent("three", "say exactly: {{ steps.two.output | length > 9 }}", "");
    env.write("config/chains/three.toml", text.as_bytes());
    let ran = env.run(&["chain", "run", "three", "--max-tokens", "60", "--json", "-n"]).exits(5);
    assert!(ran.stderr.contains("budget of 60 tokens") && ran.stderr.contains("80 %"), "{ran}");
    let run = run_of(&ran.json());
    assert_eq!(ran.json()["state"], "stopped");
    let before = groq.requests().len();
    assert!(before < 3, "{before}");
    let ran = env.run(&["chain", "resume", &run]).exits(0);
    assert_eq!((ran.stdout.as_str(), groq.requests().len()), ("true\n", 3));
}

/// The warning about time comes when it is due, and not when a step happens to end.
#[tokio::test(flavor = "multi_thread")]
async fn time_that_comes_to_its_end_is_told_while_a_step_is_under_way() {
    let groq = stand("groq", &["stall:2"]).await;
    let env = TestEnv::with_stands(&[&groq]);
    env.write("config/chains/one.toml", agent("one", "count to 9", "").as_bytes());
    let ran = env.run(&["chain", "run", "one", "--timeout", "1s", "-n"]).exits(4);
    assert!(ran.stderr.contains("80 % of its time"), "{ran}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers_and_the_run_goes_on_when_somebody_does() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let text = agent("one", "say exactly: a", "") + &agent("two", "say exactly: b{{ steps.one.output }}", "");
    env.write("config/chains/two.toml", text.as_bytes());
    groq.inject("401".parse().unwrap());
    let ran = env.run(&["chain", "run", "two", "--json", "-n"]).exits(4);
    let run = run_of(&ran.json());
    assert!(ran.stderr.contains("the step one failed") && ran.stderr.contains("auth"), "{ran}");
    let runs = env.run(&["chain", "runs"]).exits(0).stdout;
    assert!(runs.contains("failed"), "{runs}");
    groq.clear();
    let _reset = env.run(&["provider", "reset", "groq"]).exits(0);
    assert_eq!(env.run(&["chain", "resume", &run]).exits(0).stdout, "ba\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_a_forecast_and_a_drawing() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let ran = env.run(&["chain", "run", "research-brief", "tea", "--plan", "-n"]).exits(0);
    assert!(ran.stdout.contains("groq/") && ran.stdout.contains("free requests are left today"), "{ran}");
    let ran = env.run(&["chain", "graph", "research-brief"]).exits(0).stdout;
    assert!(ran.contains("back to draft until output.verdict == 'fit', at most 3 rounds"), "{ran}");
    let ran = env.run(&["chain", "graph", "support-desk", "--mermaid"]).exits(0).stdout;
    assert!(ran.starts_with("flowchart TD\n") && ran.contains("desk -->|\"billing\"| billing"), "{ran}");
    let schema = env.run(&["config", "schema", "--chain"]).exits(0).json();
    assert_eq!(schema["title"], "A chain of aigw");
    assert!(groq.requests().is_empty());
}

/// Inner chains are part of the run: what is done in them is not done again, and they wait like the rest.
#[tokio::test(flavor = "multi_thread")]
async fn chains_run_chains() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let inner = agent("first", "say exactly: {{ inputs.what }}", "")
        + "[[step]]\nid = \"ask\"\nhuman = \"{{ steps.first.output }}?\"\nchoices = [\"yes\", \"no\"]\n"
        + &agent("last", "say exactly: {{ steps.first.output }} {{ steps.ask.output }}", "");
    env.write("config/chains/inner.toml", inner.as_bytes());
    let outer = "[[step]]\nid = \"in\"\nchain = \"inner\"\ninputs = { what = \"{{ inputs.topic }}\" }\n"
        .to_owned()
        + &agent("end", "say exactly: end {{ steps.in.output }}", "context = 'full'");
    env.write("config/chains/outer.toml", outer.as_bytes());
    let ran = env.run(&["chain", "run", "outer", "tea", "--json", "-n"]).exits(5);
    let run = run_of(&ran.json());
    assert!(ran.stderr.contains("--answer in/ask=TEXT"), "{ran}");
    // The chain is taken as it was, whatever becomes of the file.
    env.write("config/chains/inner.toml", b"broken");
    env.run(&["chain", "resume", &run]).exits(5);
    std::fs::remove_file(env.config_dir().join("chains/inner.toml")).unwrap();
    let ran = env.run(&["chain", "resume", &run, "--answer", "in/ask=yes"]).exits(0);
    assert_eq!(ran.stdout, "end tea yes\n");
    assert_eq!(groq.requests().len(), 3);
    let last = groq.requests().pop().unwrap();
    let told = serde_json::to_string(&last.body).unwrap();
    assert!(told.contains("What was done before") && told.contains("tea yes"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_step_calls_has_to_be_allowed() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let config = std::fs::read_to_string(env.config_dir().join("config.toml")).unwrap();
    env.config(&format!(
        "{config}[tools.hello]\ndescription = \"Greets.\"\ncommand = [\"/bin/echo\", \"hello\"]\n"
    ));
    env.write("config/chains/call.toml", b"[[step]]\nid = \"greet\"\ntool = \"hello\"\n[[step]]\nid = \"sum\"\ntool = \"calculator\"\nargs = { expression = \"{{ 1 + 1 }} * 2\" }\nneeds = [\"greet\"]\n");
    let ran = env.run(&["chain", "run", "call", "-n"]).exits(5);
    assert!(
        ran.stderr.contains("hello is not offered: it has to be allowed, with --allow-tool hello"),
        "{ran}"
    );
    let ran = env.run(&["chain", "run", "call", "-n", "--allow-tool", "hello", "--json"]).exits(0).json();
    assert_eq!((&ran["steps"]["greet"], &ran["output"]), (&json!("hello"), &json!("2 * 2 = 4")));
    assert_eq!(env.run(&["chain", "run", "call", "-n", "-y"]).exits(0).stdout, "2 * 2 = 4\n");
    let log = env.run(&["tool", "log", "--json"]).exits(0).json();
    assert!(log[0]["turn"].as_str().unwrap().ends_with("/sum"), "{log}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_interrupted_goes_on_later() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let text = agent("one", "say exactly: a", "") + &agent("two", "say exactly: {{ steps.one.output }}b", "");
    env.write("config/chains/two.toml", text.as_bytes());
    groq.inject("hang".parse().unwrap());
    let child = env
        .command(&["chain", "run", "two", "-n"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while groq.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let ran = env.ran(child.wait_with_output().unwrap()).exits(130);
    assert!(ran.stderr.contains("what is done is kept: aigw chain resume "), "{ran}");
    groq.clear();
    let runs = env.run(&["chain", "runs", "--json"]).exits(0).json();
    assert_eq!(runs[0]["state"], "stopped");
    assert_eq!(env.run(&["chain", "resume", runs[0]["run"].as_str().unwrap()]).exits(0).stdout, "ab\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_done_again_and_the_rest_is_taken_from_the_newest_run() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let text = agent("one", "say exactly: {{ inputs.topic }}", "")
        + &agent("two", "say exactly: {{ steps.one.output }}!", "retry = 1\ntimeout = '5s'");
    env.write("config/chains/two.toml", text.as_bytes());
    assert_eq!(env.run(&["chain", "run", "two", "tea", "-n"]).exits(0).stdout, "tea!\n");
    let ran = env.run(&["chain", "run", "two", "--from", "two", "-n", "--json"]).exits(0).json();
    assert_eq!((&ran["output"], groq.requests().len()), (&json!("tea!"), 3));
    assert!(env.run(&["chain", "run", "two", "--from", "three"]).exits(2).stderr.contains("no step `three`"));
}
