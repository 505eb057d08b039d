//! Tools of MCP servers: what is approved can be called, and whatever a server does, nobody is harmed and nobody waits.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aigw::tools::mcp::{Approval, Approvals, Look, Server, Servers, Way};
use aigw::tools::{Answer, Permission, Tool};
use serde_json::{Value, json};

use super::support::mcp as stand;

/// Not a test: what is run in a process of its own, as a server.
#[test]
#[ignore = "a server, which the tests start"]
fn stand_in() {
    stand::stand_in();
}

/// Not a test either: what `.ci/mcp-conformance` has the official suite talk to, as a client.
#[tokio::test]
#[ignore = "needs the suite on the other side"]
async fn conformance_client() {
    let url = std::env::args().next_back().unwrap();
    #[expect(clippy::disallowed_methods, reason = "the suite says so what it wants to see")]
    let context = std::env::var("MCP_CONFORMANCE_CONTEXT").unwrap_or_default();
    let directory = tempfile::tempdir().unwrap();
    let env = super::support::TestEnv::new();
    let section =
        aigw::config::McpServerSection { url: Some(url), ..aigw::config::McpServerSection::default() };
    let server = env.app().mcp_server("s", &section).unwrap();
    let (approvals, _) = stand::approve(&server, directory.path()).await;
    let servers = Servers::new(vec![server], &approvals);
    let context: Value = serde_json::from_str(&context).unwrap_or_default();
    let wanted = context["toolCalls"].as_array().cloned().unwrap_or_default();
    for call in &wanted {
        let name = aigw::tools::mcp::tool_name("s", call["name"].as_str().unwrap());
        let _answered = tool(&servers, &name).call(&call["arguments"]).await;
    }
    for tool in servers.wished(&["*".into()]).0.into_iter().filter(|_| wanted.is_empty()) {
        let properties = tool.spec().parameters["properties"].as_object().cloned().unwrap_or_default();
        let some = |schema: &Value| match schema["type"].as_str() {
            Some("number" | "integer") => json!(5),
            Some("boolean") => json!(true),
            _ => json!("some"),
        };
        let arguments: serde_json::Map<_, _> =
            properties.iter().map(|(name, schema)| (name.clone(), some(schema))).collect();
        let _answered = tool.call(&Value::Object(arguments)).await;
    }
    servers.close().await;
}

fn tool(servers: &Servers, name: &str) -> Arc<dyn Tool> {
    let (tools, _) = servers.wished(&["*".into()]);
    tools.into_iter().find(|tool| tool.spec().name == name).unwrap_or_else(|| panic!("no tool {name}"))
}

async fn call(servers: &Servers, name: &str, arguments: Value) -> Result<Answer, String> {
    tool(servers, &format!("mcp__s__{name}")).call(&arguments).await.map_err(|error| error.0)
}

/// A server that is approved, and the way to its tools.
async fn approved(manner: &str, directory: &Path) -> Servers {
    let server = stand::server("s", manner, directory);
    let (approvals, _) = stand::approve(&server, directory).await;
    Servers::new(vec![server], &approvals)
}

#[tokio::test]
async fn tools_that_are_approved_can_be_called() {
    let directory = tempfile::tempdir().unwrap();
    let servers = approved("plain", directory.path()).await;
    let (tools, notes) = servers.wished(&["*".into()]);
    let names: Vec<String> = tools.iter().map(|tool| tool.spec().name).collect();
    let expected =
        ["die", "echo", "environment", "fail", "picture", "wait"].map(|name| format!("mcp__s__{name}"));
    assert_eq!((names.as_slice(), notes.len()), (expected.as_slice(), 0));
    assert!(tools.iter().all(|tool| tool.permission() == Permission::Ask && tool.carries_out()));

    let answer = call(&servers, "echo", json!({"text": "hello\u{1b}[2J"})).await.unwrap();
    assert_eq!((answer.text.as_str(), answer.foreign), ("hello", true));
    assert_eq!(answer.data, Some(json!({"said": "hello"})));
    assert_eq!(call(&servers, "fail", json!({})).await.unwrap_err(), "it is not your day");
    let picture = call(&servers, "picture", json!({})).await.unwrap();
    assert_eq!(picture.text, "[an image is not shown: image/png, 5 bytes]");
    let environment = call(&servers, "environment", json!({})).await.unwrap().text;
    assert_eq!(environment, "PATH STAND_IN STAND_IN_DIR", "nothing else of ours may be in there");
    servers.close().await;
}

#[tokio::test]
async fn nothing_is_started_that_is_not_approved_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let server = stand::server("s", "plain", directory.path());
    let approvals = Approvals::new(directory.path());
    let servers = Servers::new(vec![server.clone()], &approvals);
    servers.begin(&["*".into()]);
    let (tools, notes) = servers.wished(&["*".into()]);
    assert!(tools.is_empty() && notes[0].contains("aigw mcp tools s --approve"), "{notes:?}");

    let look = Look::at(&server, stand::PATIENCE).await.unwrap();
    approvals.approve("s", Approval::of(&server, &look.listing.tools, &look.protocol)).unwrap();
    std::fs::remove_file(directory.path().join("started")).unwrap();
    let mut other = server;
    if let Way::Child { command, .. } = &mut other.way {
        command.push("--more".into());
    }
    let servers = Servers::new(vec![other], &approvals);
    servers.begin(&["*".into()]);
    let (tools, notes) = servers.wished(&["*".into()]);
    assert!(tools.is_empty() && notes[0].contains("not the one that you approved"), "{notes:?}");
    assert!(!directory.path().join("started").exists());
}

#[tokio::test]
async fn tools_that_have_changed_are_refused_until_they_are_approved() {
    let directory = tempfile::tempdir().unwrap();
    let servers = approved("plain", directory.path()).await;
    std::fs::write(directory.path().join("changed"), "").unwrap();
    let error = call(&servers, "echo", json!({"text": "x"})).await.unwrap_err();
    assert!(error.contains("`echo` has another description"), "{error}");
    assert!(error.contains("`aigw mcp tools s --approve`"), "{error}");
    let (tools, notes) = servers.wished(&["*".into()]);
    assert!(tools.is_empty() && notes.len() == 1, "{notes:?}");

    let servers = approved("plain", directory.path()).await;
    assert_eq!(call(&servers, "echo", json!({"text": "x"})).await.unwrap().text, "x");
    assert!(tool(&servers, "mcp__s__echo").spec().description.contains("sends it on"));
    servers.close().await;
}

#[tokio::test]
async fn a_server_that_dies_is_started_again_but_not_for_ever() {
    let directory = tempfile::tempdir().unwrap();
    let servers = approved("plain", directory.path()).await;
    for _ in 0..3 {
        assert_eq!(call(&servers, "echo", json!({"text": "x"})).await.unwrap().text, "x");
        let error = call(&servers, "die", json!({})).await.unwrap_err();
        assert!(error.contains("whether the call was made is not known"), "{error}");
    }
    let error = call(&servers, "echo", json!({"text": "x"})).await.unwrap_err();
    assert!(error.contains("3 times within a minute"), "{error}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let silent = || Server {
        start_timeout: Duration::from_millis(500),
        ..stand::server("s", "silent", directory.path())
    };
    let error = Look::at(&silent(), Duration::from_secs(1)).await.unwrap_err();
    assert!(error.contains("not ready within 1 s; it said: no configuration found"), "{error}");
    assert!(!error.contains('\u{1b}'));

    // It was well when it was approved.
    let (approvals, look) =
        stand::approve(&stand::server("s", "plain", directory.path()), directory.path()).await;
    approvals.approve("s", Approval::of(&silent(), &look.listing.tools, &look.protocol)).unwrap();
    let servers = Servers::new(vec![silent()], &approvals);
    assert_eq!(servers.wished(&["*".into()]).0.len(), 6, "nobody waits to find out");
    let echo = tool(&servers, "mcp__s__echo");
    let error = echo.call(&json!({"text": "x"})).await.unwrap_err().0;
    assert!(error.contains("MCP server s: it was not ready within 0.5 s"), "{error}");
    let again = echo.call(&json!({"text": "x"})).await.unwrap_err().0;
    assert!(again.contains("(tried again in"), "{again}");
    let (tools, notes) = servers.wished(&["*".into()]);
    assert!(tools.is_empty() && notes[0].ends_with("its tools are left out"), "{notes:?}");
}

#[tokio::test]
async fn a_server_that_ends_at_once_says_why() {
    let directory = tempfile::tempdir().unwrap();
    let error = Look::at(&stand::server("s", "dead", directory.path()), stand::PATIENCE).await.unwrap_err();
    assert!(error.contains("it said: cannot read the configuration"), "{error}");
    let mut gone = stand::server("s", "plain", directory.path());
    if let Way::Child { command, .. } = &mut gone.way {
        *command = vec!["no-such-program-here".into()];
    }
    let error = Look::at(&gone, stand::PATIENCE).await.unwrap_err();
    assert!(error.contains("cannot start `no-such-program-here`"), "{error}");
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_given_up_and_the_server_hears_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let server =
        Server { timeout: Duration::from_millis(300), ..stand::server("s", "plain", directory.path()) };
    let (approvals, _) = stand::approve(&server, directory.path()).await;
    let servers = Servers::new(vec![server], &approvals);
    let error = call(&servers, "wait", json!({})).await.unwrap_err();
    assert!(error.contains("it took longer than 0.3 s"), "{error}");
    assert_eq!(call(&servers, "echo", json!({"text": "x"})).await.unwrap().text, "x");
    until("the server hears of it", || directory.path().join("cancelled").exists()).await;
    servers.close().await;
}

#[tokio::test]
async fn a_server_of_the_older_era_is_spoken_to_as_it_wants() {
    let directory = tempfile::tempdir().unwrap();
    let server = stand::server("s", "old", directory.path());
    let (approvals, look) = stand::approve(&server, directory.path()).await;
    assert_eq!(look.protocol, "2025-11-25");
    let servers = Servers::new(vec![server], &approvals);
    assert_eq!(call(&servers, "echo", json!({"text": "x"})).await.unwrap().text, "x");
    servers.close().await;
}

#[tokio::test]
async fn noise_on_stdout_is_no_answer() {
    let directory = tempfile::tempdir().unwrap();
    let servers = approved("noisy", directory.path()).await;
    assert_eq!(call(&servers, "echo", json!({"text": "x"})).await.unwrap().text, "x");
    servers.close().await;
}

#[tokio::test]
async fn what_a_hostile_server_says_is_harmless() {
    let directory = tempfile::tempdir().unwrap();
    let server = stand::server("s", "hostile", directory.path());
    let (approvals, look) = stand::approve(&server, directory.path()).await;
    assert!(look.listing.left_out[0].contains("`badname` is left out"), "{:?}", look.listing.left_out);
    let servers = Servers::new(vec![server], &approvals);
    let specs: Vec<_> = servers.wished(&["*".into()]).0.iter().map(|tool| tool.spec()).collect();
    assert_eq!(specs.len(), 3);
    for spec in &specs {
        assert!(spec.name.starts_with("mcp__s__") && spec.name.len() <= 64, "{}", spec.name);
        assert!(
            spec.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-'),
            "{}",
            spec.name
        );
        assert!(spec.description.chars().count() <= 1001);
        assert!(!spec.description.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{}", spec.description);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_server_is_ended_with_all_that_it_has_started() {
    let directory = tempfile::tempdir().unwrap();
    let servers = approved("parent", directory.path()).await;
    call(&servers, "echo", json!({"text": "x"})).await.unwrap();
    let id = std::fs::read_to_string(directory.path().join("child")).unwrap();
    let runs = || {
        let status = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        status.rsplit(") ").next().is_some_and(|state| !state.is_empty() && !state.starts_with('Z'))
    };
    assert!(runs());
    drop(servers);
    until("what it had started is gone", || !runs()).await;
}

/// Waits for what another process does.
async fn until(what: &str, done: impl Fn() -> bool) {
    let waiting = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(stand::PATIENCE, waiting)
        .await
        .unwrap_or_else(|_| panic!("{what}: it did not happen"));
}
