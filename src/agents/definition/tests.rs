//! Files as people and other tools write them.

use std::path::Path;

use proptest::prelude::*;

use super::super::write;
use super::*;

fn read_as(file: &str, text: &str) -> (Option<Definition>, Vec<String>) {
    let (definition, problems) = read(Path::new(file), text);
    (definition, problems.iter().map(ToString::to_string).collect())
}

/// A file without anything to remark.
fn good(text: &str) -> Definition {
    let (definition, problems) = read_as("agents/x.md", text);
    assert_eq!(problems, [""; 0]);
    definition.unwrap()
}

fn bad(head: &str) -> Vec<String> {
    let (definition, problems) = read_as("x.md", &format!("---\ndescription: d\n{head}\n---\n"));
    assert_eq!(definition, None, "{problems:?}");
    problems
}

#[test]
fn every_key_is_read() {
    let agent = good(
        "---\nname: researcher\ndescription: Finds facts.\nmodel: groq/openai/gpt-oss-20b:free\n\
         tools: [web_search, fetch_url]\nmax_turns: 12\nmax_tokens: 200_000\nmax_cost_usd: 0.5\n\
         memory: { read: [shared, \"agent:researcher\", \"project:/a b\"], write: \"agent:researcher\", recall_tokens: 500 }\n\
         handoffs: [writer, Code Reviewer]\ntemperature: 0.2\nagents_md: true\n---\n\nYou are careful.\n\n---\nReally.\n",
    );
    assert_eq!(
        agent,
        Definition {
            name: "researcher".into(),
            description: "Finds facts.".into(),
            model: Some("groq/openai/gpt-oss-20b:free".into()),
            tools: vec!["web_search".into(), "fetch_url".into()],
            max_turns: 12,
            max_tokens: Some(200_000),
            max_cost_usd: Some(0.5),
            memory: MemoryUse {
                read: vec![Scope::Shared, Scope::Agent("researcher".into()), Scope::Project("/a b".into())],
                write: Some(Scope::Agent("researcher".into())),
                recall_tokens: 500,
            },
            handoffs: vec!["writer".into(), "code-reviewer".into()],
            temperature: Some(0.2),
            agents_md: true,
            instructions: "You are careful.\n\n---\nReally.".into(),
            file: Some("agents/x.md".into()),
            ..Definition::default()
        }
    );
}

#[test]
fn little_is_enough() {
    let agent = good("---\ndescription: d\n---\nBe brief.");
    let usual = Definition {
        description: "d".into(),
        instructions: "Be brief.".into(),
        file: Some("agents/x.md".into()),
        ..Definition::new("x")
    };
    assert_eq!(agent, usual);
    assert_eq!((usual.max_turns, usual.memory.recall_tokens), (8, 800));
    assert_eq!(usual.memory.read, [Scope::Shared, Scope::Agent("x".into())]);
    assert_eq!(usual.memory.write, Some(Scope::Shared));
    let (agent, problems) = read_as("Code Reviewer.md", "---\n---\n");
    assert_eq!(agent.unwrap().name, "code-reviewer");
    assert_eq!(
        problems,
        [
            "Code Reviewer.md:1: the agent `Code Reviewer` is called `code-reviewer` here",
            "Code Reviewer.md:1: it has no `description`: nobody knows when to ask this agent",
        ]
    );
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let all = bad(
        "max_turns: many\nmax_tokens: 0\nmax_cost_usd: -1\ntemperature: 3\nagents_md: perhaps\ntools: [[a]]",
    );
    assert_eq!(
        all,
        [
            "x.md:8: `tools`: expected names, as [a, b] or `a, b`",
            "x.md:3: `max_turns`: expected a whole number, 1 to 1000, not `many`",
            "x.md:4: `max_tokens`: expected a whole number, 1 or more, not `0`",
            "x.md:5: `max_cost_usd`: expected a number, such as 0.05, not `-1`",
            "x.md:6: `temperature`: expected a number from 0 to 2, not `3`",
            "x.md:7: `agents_md`: expected true or false, not `perhaps`",
        ]
    );
    assert_eq!(
        bad("memory:\n  read: [team]"),
        [
            "x.md:4: `memory`: `team` is no scope: expected shared, agent:NAME, session:NAME, project:PATH or run:ID"
        ]
    );
    assert_eq!(bad("tools: [a]\ntools: [b]"), ["x.md:4: `tools` stands in line 3 already"]);
    assert_eq!(bad("tools: &all [a]"), ["x.md:3: anchors (`&name`) are not read here"]);
    assert_eq!(bad("extra: !run ls"), ["x.md:3: tags (`!name`) are not read here"]);
    assert_eq!(bad("name: ../.."), ["x.md:3: `../..` is no name: expected letters a-z, digits, `-` and `_`"]);
    assert_eq!(
        bad("max_turns: [1]"),
        ["x.md:3: `max_turns`: expected a whole number, 1 to 1000, not a list"]
    );
    let (none, problems) = read_as("x.md", "# Just a page\n");
    assert_eq!(none, None);
    assert!(problems[0].starts_with("x.md:1: expected front matter"), "{problems:?}");
}

#[test]
fn files_of_other_tools_are_taken_as_they_are() {
    let agent = good(
        "\u{feff}---\r\nname: code-reviewer\r\ndescription: Use this agent when code was written. Examples:\\n\\n<example>\\nContext: The user asks.\\nuser: \"Please check: this\"\\nassistant: \"I'll use the agent\"\\n</example>   \r\n\
         tools: Bash(git add:*, git commit:*), Read, mcp__server__tool\r\nmodel: sonnet\r\ncolor: blue\r\npermissionMode: default\r\n---\r\n\r\nYou review.\r\n",
    );
    assert_eq!(agent.name, "code-reviewer");
    assert!(agent.description.contains("<example> Context: The user asks. user: \"Please check: this\""));
    assert!(agent.description.ends_with("</example>"), "{}", agent.description);
    assert_eq!(agent.tools, ["Bash(git add:*, git commit:*)", "Read", "mcp__server__tool"]);
    assert_eq!((agent.model.as_deref(), agent.instructions.as_str()), (Some("sonnet"), "You review."));
    // Tools as switches, a mode, a limit under another name.
    let agent =
        good("---\ndescription: d\nmode: subagent\ntools:\n  write: false\n  bash: true\nmaxSteps: 5\n---\n");
    assert_eq!((agent.tools, agent.ignored), (vec!["bash".into()], vec!["mode".into(), "maxSteps".into()]));
    // Hand-offs with buttons.
    let agent = good(
        "---\ndescription: d\nhandoffs:\n  - label: Go on\n    agent: Implementer\n    prompt: Do it\n    send: false\ntools: ['search', \"fetch\"]\n---\n",
    );
    assert_eq!(
        (agent.handoffs, agent.tools),
        (vec!["implementer".into()], vec!["search".into(), "fetch".into()])
    );
    // The same words for other things.
    let (agent, problems) = read_as(
        "x.md",
        "---\nname: Planner\ndescription: |\n  Plans.\n\n  Well.\nmemory: project\nmodel: ['A (x)', 'B']\n---\n",
    );
    let agent = agent.unwrap();
    assert_eq!((agent.model.as_deref(), agent.description.as_str()), (Some("A (x)"), "Plans. Well."));
    assert_eq!(
        problems,
        [
            "x.md:2: the agent `Planner` is called `planner` here",
            "x.md:8: `model`: expected one; of these the first one counts",
            "x.md:7: `memory`: expected `read`, `write`, `recall_tokens`; it is left out",
        ]
    );
    // No list, no quotes, and more signs than YAML likes.
    let agent = good("---\ndescription: @you: \"quote\" `code` # 1\ntools: a, b,\n---\n");
    assert_eq!((agent.description.as_str(), agent.tools.len()), ("@you: \"quote\" `code` # 1", 2));
}

#[test]
fn what_a_new_agent_looks_like_is_read_back() {
    let text = write(&Definition::new("reviewer"));
    let (agent, problems) = read_as("reviewer.md", &text);
    assert_eq!(problems, ["reviewer.md:1: it has no `description`: nobody knows when to ask this agent"]);
    assert_eq!(
        agent.unwrap(),
        Definition { file: Some("reviewer.md".into()), ..Definition::new("reviewer") }
    );
}

fn any_agent() -> impl Strategy<Value = Definition> {
    let text = "[ -~äß日🦀]{0,40}";
    let words = || proptest::collection::vec("[a-zA-Z0-9_.:*!&#-]{1,12}", 0..4);
    let limits = (1u32..1000, proptest::option::of(1u64..), proptest::option::of(0.0f64..100.0));
    let rest = (proptest::option::of(0.0f64..=2.0), any::<bool>(), 0u32..100_000, any::<bool>());
    (("[a-z0-9][a-z0-9_-]{0,20}", text, proptest::option::of("[!-~]{1,20}"), words(), text), limits, rest)
        .prop_map(|((name, description, model, tools, body), limits, rest)| {
            let mut agent = Definition::new(name.clone());
            agent.description = one_line(&description);
            agent.model = model.map(|it| one_line(&it)).filter(|it| !it.is_empty());
            agent.tools = tools;
            agent.tools.sort();
            agent.tools.dedup();
            agent.handoffs = vec![name];
            agent.instructions = body.trim_end().to_owned();
            (agent.max_turns, agent.max_tokens, agent.max_cost_usd) = limits;
            (agent.temperature, agent.agents_md, agent.memory.recall_tokens) = (rest.0, rest.1, rest.2);
            if rest.3 {
                agent.memory.write = None;
                agent.memory.read = vec![Scope::Project("/a: \"b\"".into())];
            }
            agent
        })
}

proptest! {
    #[test]
    fn nothing_that_is_read_brings_the_reader_down(
        head in "(name|description|tools|memory|max_turns|x)?[:a-z \\-\\[\\]{}&*!#|>'\"%@`?,\\t\\n\\r.~0-9]{0,200}",
        any in "\\PC{0,60}",
    ) {
        for text in [format!("---\n{head}\n---\n{any}"), format!("---\n{any}\n{head}\n---\n"), any.clone(), head.clone()] {
            let (definition, problems) = read_as("x.md", &text);
            prop_assert_eq!(definition.is_none(), read(Path::new("x.md"), &text).1.iter().any(|it| it.fatal), "{:?}", problems);
        }
    }

    #[test]
    fn what_is_written_is_read_back(agent in any_agent()) {
        let text = write(&agent);
        let (read, _) = read_as("x.md", &text);
        prop_assert_eq!(read, Some(Definition { file: Some("x.md".into()), ..agent }), "{}", text);
    }
}
