//! The tools that need no service, and the user's commands, as the program has them from its configuration.

use std::sync::Arc;

use aigw::config::BUILT_IN_TOOLS;
use aigw::tools::{Permission, Tool};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::support::{TestEnv, http, raw_server};

fn tools(env: &TestEnv) -> Vec<Arc<dyn Tool>> {
    env.app().own_tools(env.path()).unwrap()
}

fn tool(env: &TestEnv, name: &str) -> Arc<dyn Tool> {
    let found = tools(env).into_iter().find(|tool| tool.spec().name == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

async fn call(env: &TestEnv, name: &str, arguments: Value) -> Result<String, String> {
    let tool = tool(env, name);
    let answer = tool.call(&arguments).await;
    answer.map(|answer| answer.text).map_err(|error| error.to_string())
}

#[test]
fn no_command_takes_the_name_of_a_tool() {
    let env = TestEnv::new();
    for name in BUILT_IN_TOOLS {
        env.config(&format!("[tools.{name}]\npermission = \"deny\"\n"));
        assert_eq!(env.app().commands().unwrap().len(), 0, "{name}");
    }
}

#[test]
fn each_has_a_schema_a_permission_and_a_name_that_is_kept() {
    let env = TestEnv::new();
    let told: Vec<_> = tools(&env)
        .iter()
        .map(|tool| {
            let spec = tool.spec();
            assert!(BUILT_IN_TOOLS.contains(&spec.name.as_str()), "{}", spec.name);
            assert_eq!(spec.parameters["type"], "object");
            // Told with every question, so not at length.
            assert!(spec.description.len() + spec.parameters.to_string().len() < 1200, "{}", spec.name);
            format!("{} {}", spec.name, tool.permission().as_str())
        })
        .collect();
    assert_snapshot!(told.join("\n"), @"
    calculator allow
    datetime allow
    fetch_url ask
    read_file ask
    ");
}

#[tokio::test]
async fn pages_of_this_machine_are_read_where_the_configuration_says_so() {
    let env = TestEnv::new();
    let url = raw_server(&http("200 OK", "text/html", "<title>Here</title><p>A page of our own."));
    let error = call(&env, "fetch_url", json!({"url": url})).await.unwrap_err();
    assert!(error.contains("allow_private"), "{error}");
    let authority = url.trim_start_matches("http://").split('/').next().unwrap().to_owned();
    env.config(&format!("[tools.fetch_url]\nallow_private = [\"{authority}\"]\n"));
    let text = call(&env, "fetch_url", json!({"url": url})).await.unwrap();
    assert!(text.contains("title: Here") && text.contains("A page of our own."), "{text}");
    env.config("[tools.fetch_url]\nallow_private = [\"127.0.0.1\", \"10.0.0.1/8\"]\n");
    let error = env.app().own_tools(env.path()).err().unwrap().to_string();
    assert!(
        error.contains("config.toml:2:31: `tools.fetch_url.allow_private[1]`: the network /8"),
        "{error}"
    );
}

#[tokio::test]
async fn files_of_the_program_itself_are_not_read() {
    let env = TestEnv::new();
    env.config("");
    env.write("data/memory.db", b"canary");
    env.write("notes.md", b"a note");
    assert!(call(&env, "read_file", json!({"path": "notes.md"})).await.unwrap().contains("1  a note"));
    for path in ["data/memory.db", "config/config.toml"] {
        let error = call(&env, "read_file", json!({"path": path})).await.unwrap_err();
        assert!(error.contains("this very program"), "{path}: {error}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_of_the_user_is_a_tool() {
    let env = TestEnv::new();
    env.config(
        "[tools.shout]\ndescription = \"Shouts.\"\ncommand = [\"./shout\"]\npermission = \"allow\"\n\
         parameters = { type = \"object\", properties.what.type = \"string\", required = [\"what\"] }\n",
    );
    let script = env.write("config/shout", b"#!/bin/sh\nread line\necho \"$line!\"\n");
    std::fs::set_permissions(script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    assert_eq!(tool(&env, "shout").permission(), Permission::Allow);
    assert_eq!(call(&env, "shout", json!({"what": "x"})).await.unwrap(), "{\"what\":\"x\"}!");
    env.config("[tools.read_file]\ncommand = [\"cat\"]\n");
    let ran = env.run(&["config", "validate"]).exits(3);
    assert!(ran.stderr.contains("unknown key `tools.read_file.command`"), "{ran}");
}
