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
    assert_snapshot!(env.run(&["agent", "ls"]), @"
    exit 0
    --- stdout
    NAME        DESCRIPTION                                                   MODEL  TOOLS                                     ORIGIN
    analyst     Works with numbers and data. Use to calculate, compare, est…  -      calculator, datetime, stocks, weather,…   built in
    assistant   Answers when no other agent is named.                         -      -                                         built in
    coder       Writes, explains and mends programs. Use for code, commands…  -      read_file, web_search, fetch_url, memor…  built in
    critic      Looks for what is wrong with a text, a plan, an argument or…  -      web_search, fetch_url, calculator, memo…  built in
    researcher  Finds facts with sources. Use for questions about the outsi…  -      web_search, fetch_url, wikipedia, news,…  built in
    summarizer  Shortens long texts without losing what matters. Use for ar…  -      fetch_url, read_file                      built in
    triage      Reads a question and hands it over to the agent who suits i…  -      -                                         built in
    writer      Writes and revises texts. Use for letters, articles, docume…  -      memory_search                             built in
    --- stderr
    ");
    assert_snapshot!(env.run(&["agent", "show", "Triage"]), @"
    exit 0
    --- stdout
    triage
    description  Reads a question and hands it over to the agent who suits it best.
    origin       built in
    model        that of the conversation, else the default route
    handoffs     assistant, researcher, analyst, writer, critic, coder, summarizer
    max turns    3
    temperature  0
    memory       reads shared, agent:triage, at most 800 tokens; writes shared

    You decide who answers. Read the question and hand the conversation over to the one agent whose description suits it best.

    - Go by what is wanted as the result, not by single words: a text about code is the writer's, an error in code the coder's.
    - If several steps are needed, choose who does the first one.
    - If none suits better than the others, hand over to `assistant`.
    - Do not answer the question, do not comment on your choice, and ask back only if the question cannot be understood at all.
    --- stderr
    ");
    assert_snapshot!(env.run(&["agent", "show", "resercher"]), @"
    exit 6
    --- stdout
    --- stderr
    error: there is no agent `resercher`
    hint: did you mean `researcher`?
    ");
    assert_snapshot!(env.run(&["agent", "path"]), @"
    exit 0
    --- stdout
    [HOME]/config/agents
    --- stderr
    ");
    assert_snapshot!(env.run(&["agent", "path", "writer"]), @"
    exit 1
    --- stdout
    --- stderr
    error: `writer` is built in, so there is no file
    hint: `aigw agent edit writer` makes one
    ");
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
    assert_snapshot!(env.run(&["agent", "ls"]), @"
    exit 0
    --- stdout
    NAME        DESCRIPTION                                                   MODEL  TOOLS                                     ORIGIN
    analyst     Works with numbers and data. Use to calculate, compare, est…  -      calculator, datetime, stocks, weather,…   built in
    assistant   Answers when no other agent is named.                         -      -                                         built in
    coder       Writes, explains and mends programs. Use for code, commands…  -      read_file, web_search, fetch_url, memor…  built in
    critic      Looks for what is wrong with a text, a plan, an argument or…  -      web_search, fetch_url, calculator, memo…  built in
    good        Works.                                                        auto   calculator                                user
    researcher  Finds facts with sources. Use for questions about the outsi…  -      web_search, fetch_url, wikipedia, news,…  built in
    summarizer  Shortens long texts without losing what matters. Use for ar…  -      fetch_url, read_file                      built in
    triage      Reads a question and hands it over to the agent who suits i…  -      -                                         built in
    writer      Mine.                                                         -      -                                         user, in place of built in
    --- stderr
    warning: [HOME]/config/agents/assistant.md:2: `memory`: `team` is no scope: expected shared, agent:NAME, session:NAME, project:PATH or run:ID; it is left out
    warning: [HOME]/config/agents/assistant.md:1: it has no `description`: nobody knows when to ask this agent
    warning: [HOME]/config/agents/bad.md:3: `max_turns`: expected a whole number, 1 to 1000, not `many`
    warning: [HOME]/config/agents/bad.md:4: `temperature`: expected a number from 0 to 2, not `7`
    warning: [HOME]/config/agents/page.md:1: expected front matter: the first line is `---`, then `name: …` and others
    ");
    let agents = env.run(&["agent", "ls", "--json"]).exits(0).json();
    let writer = agents.as_array().unwrap().iter().find(|agent| agent["name"] == "writer").unwrap();
    assert_eq!((&writer["origin"], &writer["replaces"]), (&"user".into(), &"built in".into()));
    assert_snapshot!(env.run(&["agent", "show", "bad"]).exits(6).stderr, @"
    warning: [HOME]/config/agents/assistant.md:2: `memory`: `team` is no scope: expected shared, agent:NAME, session:NAME, project:PATH or run:ID; it is left out
    warning: [HOME]/config/agents/assistant.md:1: it has no `description`: nobody knows when to ask this agent
    warning: [HOME]/config/agents/bad.md:3: `max_turns`: expected a whole number, 1 to 1000, not `many`
    warning: [HOME]/config/agents/bad.md:4: `temperature`: expected a number from 0 to 2, not `7`
    warning: [HOME]/config/agents/page.md:1: expected front matter: the first line is `---`, then `name: …` and others
    error: there is no agent `bad`
    hint: `aigw agent ls` lists them
    ");
    let doctor = env.run(&["doctor", "--offline"]).exits(1).stdout;
    let lines: Vec<_> = doctor.lines().filter(|line| line.contains("agents")).collect();
    assert_snapshot!(lines.join("\n"), @"
    warning  agents: [HOME]/config/agents/assistant.md:1: it has no `description`: nobody knows when to ask this agent
    problem  agents: [HOME]/config/agents/assistant.md:2: `memory`: `team` is no scope: expected shared, agent:NAME, session:NAME, project:PATH or run:ID
    problem  agents: [HOME]/config/agents/bad.md:3: `max_turns`: expected a whole number, 1 to 1000, not `many`
    problem  agents: [HOME]/config/agents/bad.md:4: `temperature`: expected a number from 0 to 2, not `7`
    problem  agents: [HOME]/config/agents/page.md:1: expected front matter: the first line is `---`, then `name: …` and others
    ");
}

#[test]
fn a_file_of_another_tool_is_taken_as_it_is() {
    let env = with(&[("code-reviewer.md", FOREIGN)]);
    assert_snapshot!(env.run(&["agent", "show", "code-reviewer"]), @r#"
    exit 0
    --- stdout
    code-reviewer
    description  Use this agent after code was written. Examples: <example>Context: user: "done"</example>
    origin       user
    file         [HOME]/config/agents/code-reviewer.md
    model        sonnet
    tools        Read, Grep, Bash(git diff:*), web_search
    max turns    8
    memory       reads shared, agent:code-reviewer, at most 800 tokens; writes shared

    You review code.
    --- stderr
    warning: [HOME]/config/agents/code-reviewer.md:2: the agent `Code Reviewer` is called `code-reviewer` here
    warning: code-reviewer: there is no model `sonnet` here, so the default route is asked; there are no tools `Read`, `Grep`, `Bash(git diff:*)`
    "#);
    assert_snapshot!(
        serde_json::to_string_pretty(&env.run(&["agent", "show", "Code Reviewer", "--json"]).exits(0).json()).unwrap(),
        @r#"
    {
      "name": "code-reviewer",
      "description": "Use this agent after code was written. Examples: <example>Context: user: \"done\"</example>",
      "model": "sonnet",
      "tools": [
        "Read",
        "Grep",
        "Bash(git diff:*)",
        "web_search"
      ],
      "max_turns": 8,
      "max_tokens": null,
      "max_cost_usd": null,
      "memory": {
        "read": [
          "shared",
          "agent:code-reviewer"
        ],
        "write": "shared",
        "recall_tokens": 800
      },
      "handoffs": [],
      "temperature": null,
      "agents_md": false,
      "origin": "user",
      "file": "[HOME]/config/agents/code-reviewer.md",
      "replaces": null,
      "ignored": [],
      "instructions": "You review code."
    }
    "#
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
    assert_snapshot!(env.run(&args), @"
    exit 0
    --- stdout
    [HOME]/config/agents/tester.md
    --- stderr
    ");
    let file = env.config_dir().join("agents/tester.md");
    assert_snapshot!(std::fs::read_to_string(&file).unwrap(), @r#"
    ---
    name: tester
    description: "Tests things: \"all\" of them."
    model: groq                  # a model, a provider or a route
    # tools: [calculator, datetime] # what it may call
    # handoffs: [writer]         # agents who may go on in its place
    # max_turns: 8               # how often its model is asked in a turn
    # max_tokens: 20000          # in a turn, with the agents that it asks
    # max_cost_usd: 0.05         # the same in dollars
    # temperature: 0.2           # 0 is as repeatable as can be
    # memory: { read: [shared, "agent:tester"], write: shared, recall_tokens: 800 }
    # agents_md: true            # reads the AGENTS.md of a trusted project
    # Below stands what the agent is told first.
    ---

    Be brief and exact. Say what you do not know.
    "#);
    let agent = env.run(&["agent", "show", "tester", "--json"]).exits(0).json();
    assert_eq!(agent["description"], "Tests things: \"all\" of them.");
    // Nothing is written over, under whatever name it is there.
    let before = std::fs::read(&file).unwrap();
    assert_snapshot!(env.run(&["agent", "new", "tester"]), @"
    exit 1
    --- stdout
    --- stderr
    error: there is an agent `tester` already: [HOME]/config/agents/tester.md
    hint: `aigw agent edit tester` changes it
    ");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    std::fs::rename(&file, env.config_dir().join("agents/other.md")).unwrap();
    env.run(&["agent", "new", "tester"]).exits(1);
    assert_snapshot!(env.run(&["agent", "new", "Code Reviewer"]), @"
    exit 2
    --- stdout
    --- stderr
    error: an agent cannot be called `Code Reviewer`: expected 1 to 64 of a-z, 0-9, `-`, `_`, first no sign
    hint: `code-reviewer` would do
    ");
    assert_snapshot!(env.run(&["agent", "new", "../x"]), @"
    exit 2
    --- stdout
    --- stderr
    error: an agent cannot be called `../x`: expected 1 to 64 of a-z, 0-9, `-`, `_`, first no sign
    hint: `x` would do
    ");
    // One that begins as another one has a memory of its own.
    let new = env.run(&["agent", "new", "second", "--from", "critic", "--json"]).exits(0).json();
    assert_eq!(new["memory"]["read"], serde_json::json!(["shared", "agent:second"]));
    let critic = env.run(&["agent", "show", "critic", "--json"]).exits(0).json();
    for same in ["instructions", "tools", "description"] {
        assert_eq!(new[same], critic[same]);
    }
    env.run(&["agent", "new", "third", "--from", "crtic"]).exits(6);
    assert_snapshot!(env.run(&["agent", "new", "writer"]).exits(0).stderr, @"of two agents `writer`, this one counts, not built in");
}

#[test]
fn agents_are_changed_in_an_editor() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(&["agent", "edit", "writer"]), @"
    exit 1
    --- stdout
    --- stderr
    error: no editor is known
    hint: set VISUAL or EDITOR, such as EDITOR=vim
    ");
    assert!(!env.config_dir().exists());
    // One who looks and changes nothing leaves nothing behind.
    let env = env.var("EDITOR", "true");
    assert_snapshot!(env.run(&["agent", "edit", "writer"]), @"
    exit 0
    --- stdout
    --- stderr
    `writer` is built in: [HOME]/config/agents/writer.md is a copy of it
    nothing was changed, so the copy is removed
    ");
    assert_eq!(std::fs::read_dir(env.config_dir().join("agents")).unwrap().count(), 0);
    let env = env.var("VISUAL", "sh -c 'echo In rhymes. >> \"$0\"'");
    assert_snapshot!(env.run(&["agent", "edit", "writer"]), @"
    exit 0
    --- stdout
    --- stderr
    `writer` is built in: [HOME]/config/agents/writer.md is a copy of it
    ");
    let writer = env.run(&["agent", "show", "writer", "--json"]).exits(0).json();
    assert!(writer["instructions"].as_str().unwrap().ends_with("In rhymes."), "{writer}");
    // What was made wrong can be made right again, and removed.
    let env = env.var("VISUAL", "sh -c 'echo broken > \"$0\"'");
    assert_snapshot!(env.run(&["agent", "edit", "writer"]), @"
    exit 3
    --- stdout
    --- stderr
    error: the agent cannot be used as it is
      [HOME]/config/agents/writer.md:1: expected front matter: the first line is `---`, then `name: …` and others
    ");
    let env = env.var("VISUAL", "sh -c 'printf -- \"---\\ndescription: d\\n---\\n\" > \"$0\"'");
    env.run(&["agent", "edit", "writer"]).exits(0);
    assert_snapshot!(env.var("VISUAL", "no-such-editor").run(&["agent", "edit", "writer"]), @"
    exit 1
    --- stdout
    --- stderr
    error: cannot start no-such-editor: No such file or directory (os error 2)
    ");
}

#[test]
fn agents_are_removed() {
    let env = with(&[("mine.md", "---\ndescription: d\n---\n"), ("broken.md", "")]);
    assert_snapshot!(env.run(&["agent", "rm", "mine"]), @"
    exit 5
    --- stdout
    --- stderr
    error: nothing was done: there is nobody to ask
    hint: `--yes` says yes beforehand
    ");
    assert_snapshot!(env.run(&["agent", "rm", "writer", "--yes"]), @"
    exit 1
    --- stdout
    --- stderr
    error: `writer` is built in and cannot be removed
    ");
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
