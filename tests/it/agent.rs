//! Agents as files: listed, shown, written, changed, removed; and what is said about wrong ones.

use insta::assert_snapshot;
use serde_json::Value;

use super::support::{TestEnv, stand};

/// A file as another tool writes it: no YAML in the strict sense, models and tools of its own, CRLF.
const FOREIGN: &str = "---\r\nname: Code Reviewer\r\ndescription: Use this agent after code was written. Examples: <example>Context: user: \"done\"</example>\r\ntools: Read, Grep, Bash(git diff:*), web_search\r\nmodel: sonnet\r\ncolor: blue\r\n---\r\n\r\nYou review code.\r\n";

fn with(files: &[(&str, &str)]) -> TestEnv {
    let env = TestEnv::new();
    for (name, text) in files {
        env.write(&format!("config/agents/{name}"), text.as_bytes());
    }
    env
}

#[test]
fn the_built_in_ones_are_there() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["agent", "ls"]), @"");
    assert_snapshot!(env.run(&["agent", "show", "Triage"]), @"");
    assert_snapshot!(env.run(&["agent", "show", "resercher"]), @"");
    assert_snapshot!(env.run(&["agent", "path"]), @"");
    assert_snapshot!(env.run(&["agent", "path", "writer"]), @"");
    assert!(!env.config_dir().exists() && !env.data_dir().exists());
}

#[test]
fn wrong_files_are_told_of_and_hide_no_other() {
    let env = with(&[
        ("good.md", "---\ndescription: Works.\nmodel: auto\ntools: [calculator]\n---\nBe good.\n"),
        ("bad.md", "---\ndescription: Is wrong.\nmax_turns: many\ntemperature: 7\n---\n"),
        ("page.md", "# Only a page\n"),
        ("writer.md", "---\ndescription: Mine.\n---\nWrite in rhymes.\n"),
        ("assistant.md", "---\nmemory: { read: [team] }\n---\n"),
    ]);
    assert_snapshot!(env.run(&["agent", "ls"]), @"");
    let agents = env.run(&["agent", "ls", "--json"]).exits(0).json();
    let writer = agents.as_array().unwrap().iter().find(|agent| agent["name"] == "writer").unwrap();
    assert_eq!((&writer["origin"], &writer["replaces"]), (&"user".into(), &"built in".into()));
    assert_snapshot!(env.run(&["agent", "show", "bad"]).exits(6).stderr, @"");
    let doctor = env.run(&["doctor", "--offline"]).exits(1).stdout;
    let lines: Vec<_> = doctor.lines().filter(|line| line.contains("agents")).collect();
    assert_snapshot!(lines.join("\n"), @"");
}

#[test]
fn a_file_of_another_tool_is_taken_as_it_is() {
    let env = with(&[("code-reviewer.md", FOREIGN)]);
    assert_snapshot!(env.run(&["agent", "show", "code-reviewer"]), @"");
    assert_snapshot!(
        serde_json::to_string_pretty(&env.run(&["agent", "show", "Code Reviewer", "--json"]).exits(0).json()).unwrap(),
        @""
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_of_a_file_answers() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    env.write("config/agents/code-reviewer.md", FOREIGN.as_bytes());
    env.write("config/agents/assistant.md", b"---\ndescription: Mine.\n---\nBe my own.\n");
    let system = |args: &[&str]| {
        env.run(args).exits(0);
        let request = groq.requests().pop().unwrap();
        request.body["messages"][0].clone()
    };
    let message = |text: &str| serde_json::json!({"role": "system", "content": text});
    assert_eq!(system(&["chat", "-a", "Code Reviewer", "hello"]), message("You review code."));
    assert_eq!(system(&["chat", "hello"]), message("Be my own."));
}

#[test]
fn agents_are_written() {
    let env = TestEnv::new();
    let args =
        ["agent", "new", "tester", "--description", "Tests things: \"all\" of them.", "--model", "groq"];
    assert_snapshot!(env.run(&args), @"");
    let file = env.config_dir().join("agents/tester.md");
    assert_snapshot!(std::fs::read_to_string(&file).unwrap(), @"");
    let agent = env.run(&["agent", "show", "tester", "--json"]).exits(0).json();
    assert_eq!(agent["description"], "Tests things: \"all\" of them.");
    // Nothing is written over, under whatever name it is there.
    let before = std::fs::read(&file).unwrap();
    assert_snapshot!(env.run(&["agent", "new", "tester"]), @"");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    std::fs::rename(&file, env.config_dir().join("agents/other.md")).unwrap();
    env.run(&["agent", "new", "tester"]).exits(1);
    assert_snapshot!(env.run(&["agent", "new", "Code Reviewer"]), @"");
    assert_snapshot!(env.run(&["agent", "new", "../x"]), @"");
    // One that begins as another one has a memory of its own.
    let new = env.run(&["agent", "new", "second", "--from", "critic", "--json"]).exits(0).json();
    assert_eq!(new["memory"]["read"], serde_json::json!(["shared", "agent:second"]));
    let critic = env.run(&["agent", "show", "critic", "--json"]).exits(0).json();
    for same in ["instructions", "tools", "description"] {
        assert_eq!(new[same], critic[same]);
    }
    env.run(&["agent", "new", "third", "--from", "crtic"]).exits(6);
    assert_snapshot!(env.run(&["agent", "new", "writer"]).exits(0).stderr, @"");
}

#[test]
fn agents_are_changed_in_an_editor() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["agent", "edit", "writer"]), @"");
    assert!(!env.config_dir().exists());
    // One who looks and changes nothing leaves nothing behind.
    let env = env.var("EDITOR", "true");
    assert_snapshot!(env.run(&["agent", "edit", "writer"]), @"");
    assert_eq!(std::fs::read_dir(env.config_dir().join("agents")).unwrap().count(), 0);
    let env = env.var("VISUAL", "sh -c 'echo In rhymes. >> \"$0\"'");
    assert_snapshot!(env.run(&["agent", "edit", "writer"]), @"");
    let writer = env.run(&["agent", "show", "writer", "--json"]).exits(0).json();
    assert!(writer["instructions"].as_str().unwrap().ends_with("In rhymes."), "{writer}");
    // What was made wrong can be made right again, and removed.
    let env = env.var("VISUAL", "sh -c 'echo broken > \"$0\"'");
    assert_snapshot!(env.run(&["agent", "edit", "writer"]), @"");
    let env = env.var("VISUAL", "sh -c 'printf -- \"---\\ndescription: d\\n---\\n\" > \"$0\"'");
    env.run(&["agent", "edit", "writer"]).exits(0);
    assert_snapshot!(env.var("VISUAL", "no-such-editor").run(&["agent", "edit", "writer"]), @"");
}

#[test]
fn agents_are_removed() {
    let env = with(&[("mine.md", "---\ndescription: d\n---\n"), ("broken.md", "")]);
    assert_snapshot!(env.run(&["agent", "rm", "mine"]), @"");
    assert_snapshot!(env.run(&["agent", "rm", "writer", "--yes"]), @"");
    env.run(&["agent", "rm", "nobody", "--yes"]).exits(6);
    for name in ["Mine", "broken"] {
        env.run(&["agent", "rm", name, "--yes"]).exits(0);
    }
    assert_eq!(std::fs::read_dir(env.config_dir().join("agents")).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_holds_nobody_up() {
    let env = with(&[("good.md", "---\ndescription: d\n---\n")]);
    let pipe = env.config_dir().join("agents/pipe.md");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let ran = env.run(&["agent", "ls", "--json"]).exits(0);
    assert!(ran.stderr.contains("pipe.md: it is no file"), "{ran}");
    let names: Vec<Value> =
        ran.json().as_array().unwrap().iter().map(|agent| agent["name"].clone()).collect();
    assert!(names.contains(&"good".into()) && names.len() == 9, "{names:?}");
}
