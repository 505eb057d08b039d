//! `aigw mcp`: servers are added, shown, approved and removed; and ours, by stdin and by HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Stdio;
use std::sync::Arc;

use aigw::secret::Secret;
use aigw::simulate::Settings;
use aigw::tools::mcp::serve::Counter;
use aigw::tools::mcp::serve::http::{BindError, HttpServer};
use aigw::tools::mcp::{Look, Server, Servers, Way};
use serde_json::{Value, json};

use super::support::toolbox;
use super::support::{TestEnv, mcp as stand};

/// The arguments that add a stand-in.
fn add<'a>(env: &'a TestEnv, command: &'a [String], more: &[&'a str]) -> Vec<String> {
    let mut args: Vec<String> = ["mcp", "add", "s"].map(str::to_owned).into();
    args.extend(more.iter().map(|&word| word.to_owned()));
    args.extend(["--env".to_owned(), "STAND_IN=plain".to_owned()]);
    args.extend(["--env".to_owned(), format!("STAND_IN_DIR={}", env.path().display()), "--".to_owned()]);
    args.extend(command.iter().cloned());
    args
}

fn words(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

#[test]
fn a_server_is_added_looked_at_and_removed() {
    let env = TestEnv::new();
    let command = stand::command();
    let args = add(&env, &command, &[]);
    let ran = env.run(&words(&args)).exits(5);
    assert!(
        ran.stdout.contains("mcp__s__echo(text)") && ran.stdout.contains("Says what it is told."),
        "{ran}"
    );
    assert!(ran.stderr.contains("there is nobody to ask"), "{ran}");
    assert_eq!(env.run(&["mcp", "ls", "--json"]).exits(0).json(), json!([]), "nothing was kept");

    let args = add(&env, &command, &["--yes", "--json"]);
    let added = env.run(&words(&args)).exits(0).json();
    assert_eq!(added[0]["tools"].as_array().map(Vec::len), Some(6), "{added}");
    assert_eq!(added[0]["approved"], true);
    let row = &env.run(&["mcp", "ls", "--json"]).exits(0).json()[0];
    assert_eq!(
        (&row["state"], &row["tools"], &row["transport"]),
        (&json!("approved"), &json!(6), &json!("stdio"))
    );
    assert_eq!(env.run(&["mcp", "ls", "--check", "--json"]).exits(0).json()[0]["state"], "up");
    let ran = env.run(&["mcp", "tools", "s"]).exits(0);
    assert!(ran.stdout.contains("mcp__s__echo(text)") && !ran.stderr.contains("warning"), "{ran}");

    env.write("changed", b"");
    let row = &env.run(&["mcp", "ls", "--check", "--json"]).exits(0).json()[0];
    assert_eq!(row["state"], "changed", "{row}");
    let ran = env.run(&["mcp", "tools", "s"]).exits(0);
    assert!(ran.stderr.contains("`echo` has another description since you approved it"), "{ran}");
    let _approved = env.run(&["mcp", "tools", "s", "--approve", "--yes"]).exits(0);
    assert_eq!(env.run(&["mcp", "ls", "--check", "--json"]).exits(0).json()[0]["state"], "up");

    let _removed = env.run(&["mcp", "rm", "s"]).exits(0);
    assert_eq!(env.run(&["mcp", "ls", "--json"]).exits(0).json(), json!([]));
    let ran = env.run(&["mcp", "rm", "s"]).exits(6);
    assert!(ran.stderr.contains("there is no MCP server `s`"), "{ran}");
}

#[test]
fn what_others_have_set_up_is_not_started_unasked() {
    let env = TestEnv::new();
    let command = stand::command();
    let dir = env.path().display().to_string();
    let listed = json!({"mcpServers": {"theirs": {
        "command": command[0], "args": command[1..], "env": {"STAND_IN": "plain", "STAND_IN_DIR": dir}}}});
    env.write("other.json", listed.to_string().as_bytes());
    env.config("[mcp]\nimport = [\"~/other.json\"]\n[mcp.broken]\ncommand = [\"x\"]\nenv = { T = \"env:NOT_SET\" }\n");
    let rows = env.run(&["mcp", "ls", "--check", "--json"]).exits(0).json();
    let states: Vec<_> = rows.as_array().unwrap().iter().map(|row| (&row["name"], &row["state"])).collect();
    assert_eq!(states, [(&json!("broken"), &json!("unusable")), (&json!("theirs"), &json!("not approved"))]);
    let ran = env.run(&["mcp", "tools", "theirs"]).exits(5);
    assert!(ran.stderr.contains("theirs was not started") && ran.stdout.contains("mcp::stand_in"), "{ran}");
    let ran = env.run(&["mcp", "add", "--from", "other.json"]).exits(5);
    assert!(ran.stderr.contains("there is nobody to ask"), "{ran}");
    assert!(!env.path().join("started").exists(), "nobody has said that it may be started");
    let _approved = env.run(&["mcp", "tools", "theirs", "--approve", "--yes"]).exits(0);
    assert_eq!(env.run(&["mcp", "ls", "--check", "--json"]).exits(0).json()[1]["state"], "up");
    let ran = env.run(&["mcp", "rm", "theirs"]).exits(1);
    assert!(ran.stderr.contains("its approval is withdrawn, but it stands in [HOME]/other.json"), "{ran}");
}

#[test]
fn what_is_typed_wrong_is_said() {
    let env = TestEnv::new();
    for (args, expected) in [
        (vec!["mcp", "add", "s"], "what is to be added?"),
        (vec!["mcp", "add", "a b", "--url", "https://h/mcp"], "a name is at most 32"),
        (vec!["mcp", "add", "s", "--url", "ftp://h"], "expected an address"),
        (vec!["mcp", "add", "s", "--env", "SECRET", "--", "x"], "--env: expected NAME=VALUE"),
        (
            vec!["mcp", "add", "s", "--env", "A=env:NOT_SET", "--", "x"],
            "`A` comes from NOT_SET, which is not set",
        ),
    ] {
        let ran = env.run(&args).exits(2);
        assert!(ran.stderr.contains(expected), "{ran}");
    }
    let ran = env.run(&["mcp", "add", "s", "--", "no-such-program-here"]).exits(1);
    assert!(ran.stderr.contains("cannot start `no-such-program-here`"), "{ran}");
    let ran = env.run(&["mcp", "serve", "--http", "0.0.0.0:0"]).exits(5);
    assert!(ran.stderr.contains("there is no token"), "{ran}");
}

/// What may be called without asking.
const OFFERED: [&str; 10] = [
    "ask_agent",
    "calculator",
    "datetime",
    "memory_search",
    "memory_write",
    "news",
    "stocks",
    "weather",
    "web_search",
    "wikipedia",
];

/// `aigw mcp serve` as a server.
fn ourselves(env: &TestEnv) -> Server {
    let variables = [
        ("AIGW_CONFIG_DIR", env.config_dir()),
        ("AIGW_DATA_DIR", env.data_dir()),
        ("HOME", env.path().to_owned()),
    ];
    let env = variables.map(|(name, path)| (name.to_owned(), Secret::new(&path.display().to_string())));
    let command = [env!("CARGO_BIN_EXE_aigw"), "mcp", "serve"].map(str::to_owned).into();
    let inherited = vec![("PATH".into(), "/usr/bin:/bin".into())];
    let way = Way::Child { command, env: env.into(), inherited, cwd: None };
    Server { name: "ours".into(), way, timeout: stand::PATIENCE, start_timeout: stand::PATIENCE, only: None }
}

async fn call(servers: &Servers, name: &str, arguments: Value) -> Result<String, String> {
    let (tools, _) = servers.wished(&["*".into()]);
    let tool = tools.into_iter().find(|tool| tool.spec().name == format!("mcp__ours__{name}")).unwrap();
    tool.call(&arguments).await.map(|answer| answer.text).map_err(|error| error.0)
}

#[tokio::test]
async fn our_memory_and_agents_are_offered() {
    let groq = aigw::simulate::Stand::start(Settings::new("groq")).await.unwrap();
    let env = TestEnv::with_stands(&[&groq]);
    let server = ourselves(&env);
    let (approvals, look) = stand::approve(&server, &env.data_dir()).await;
    let names: Vec<&str> = look.listing.tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!((names.as_slice(), look.protocol.as_str()), (OFFERED.as_slice(), "2026-07-28"));
    let servers = Servers::new(vec![server], &approvals);
    let written =
        call(&servers, "memory_write", json!({"content": "The deploy key is in the blue box."})).await;
    assert!(written.is_ok(), "{written:?}");
    let found = call(&servers, "memory_search", json!({"query": "deploy key"})).await.unwrap();
    assert!(found.contains("blue box"), "{found}");
    let answer =
        call(&servers, "ask_agent", json!({"agent": "assistant", "question": "Who are you?"})).await.unwrap();
    assert!(!answer.is_empty());
    let error = call(&servers, "memory_search", json!({"limit": "many"})).await.unwrap_err();
    assert!(error.contains("the arguments of memory_search are wrong"), "{error}");
    servers.close().await;
}

#[test]
fn programs_of_the_older_era_are_served_and_stdout_has_nothing_else() {
    let env = TestEnv::new();
    let mut child = env
        .command(&["mcp", "serve"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut lines = BufReader::new(stdout).lines();
    let mut ask = |request: Value| {
        writeln!(stdin, "{request}").unwrap();
        if request.get("id").is_none() {
            return Value::Null;
        }
        let line = lines.next().unwrap().unwrap();
        serde_json::from_str::<Value>(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    };
    let hello = ask(json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}}));
    assert_eq!(hello["result"]["protocolVersion"], "2025-06-18", "{hello}");
    assert_eq!(hello["result"]["serverInfo"]["name"], "aigw", "{hello}");
    ask(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    let listed = ask(json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}));
    assert_eq!(listed["result"]["tools"].as_array().map(Vec::len), Some(OFFERED.len()), "{listed}");
    let unknown =
        ask(json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "memory_forget"}}));
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    drop(stdin);
    assert!(lines.next().is_none());
    let status = child.wait().unwrap();
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(status.success() && stderr.is_empty(), "{status}: {stderr}");
}

/// Sends a request as it is written, and gives the status and the body.
fn post(addr: SocketAddr, headers: &[(&str, &str)], body: &Value) -> (u16, String) {
    let body = body.to_string();
    let mut stream = TcpStream::connect(addr).unwrap();
    let mut request = format!(
        "POST /mcp HTTP/1.1\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         accept: application/json, text/event-stream\r\n",
        body.len()
    );
    request.extend(headers.iter().flat_map(|(name, value)| [*name, ": ", *value, "\r\n"]));
    write!(stream, "{request}\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_http_only_who_may_is_answered() {
    let start = async |token: Option<&str>| {
        let token = token.map(Secret::new);
        let server = HttpServer::bind("127.0.0.1:0".parse().unwrap(), token).await.unwrap();
        let addr = server.addr();
        let counter = Counter::new(Arc::new(toolbox("mcp", &[], [])));
        tokio::spawn(server.run(counter, std::future::pending()));
        addr
    };
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}});
    let ask = async |addr: SocketAddr, headers: Vec<(&'static str, String)>| {
        let hello = hello.clone();
        let asking = move || {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            post(addr, &headers, &hello)
        };
        tokio::task::spawn_blocking(asking).await.unwrap()
    };
    let addr = start(None).await;
    let host = ("host", addr.to_string());
    let (status, body) = ask(addr, vec![host.clone()]).await;
    assert!(status == 200 && body.contains("\"2025-11-25\""), "{body}");
    for (headers, expected) in [
        (vec![("host", "example.org".to_owned())], 403),
        (vec![host.clone(), ("origin", "https://example.org".to_owned())], 403),
        (vec![host.clone(), ("origin", "null".to_owned())], 403),
        (vec![host.clone(), ("origin", "http://localhost:3000".to_owned())], 200),
    ] {
        let (status, body) = ask(addr, headers).await;
        assert_eq!(status, expected, "{body}");
    }
    let guarded = start(Some("canary-token-123")).await;
    let host = ("host", guarded.to_string());
    for (token, expected) in [("", 401), ("Bearer canary-token-12", 401), ("Basic canary-token-123", 401)] {
        let (status, body) = ask(guarded, vec![host.clone(), ("authorization", token.to_owned())]).await;
        assert!(status == expected && !body.contains("canary"), "{body}");
    }
    let (status, _) = ask(guarded, vec![host, ("authorization", "Bearer canary-token-123".to_owned())]).await;
    assert_eq!(status, 200);
    let open = HttpServer::bind("0.0.0.0:0".parse().unwrap(), None).await.map(|server| server.addr());
    assert!(matches!(open, Err(BindError::Open(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_at_an_address_is_reached_with_its_headers() {
    let env = TestEnv::new();
    let app = env.app();
    let server = HttpServer::bind("127.0.0.1:0".parse().unwrap(), Some(Secret::new("canary-token-123")))
        .await
        .unwrap();
    let url = format!("http://{}/mcp", server.addr());
    tokio::spawn(server.run(Counter::new(Arc::new(toolbox("mcp", &[], []))), std::future::pending()));
    let section = |header: Option<&str>| aigw::config::McpServerSection {
        url: Some(url.clone()),
        headers: header.map(|value| ("Authorization".to_owned(), value.to_owned())).into_iter().collect(),
        ..aigw::config::McpServerSection::default()
    };
    let far = app.mcp_server("far", &section(Some("Bearer canary-token-123"))).unwrap();
    let look = Look::at(&far, stand::PATIENCE).await.unwrap();
    assert_eq!((look.protocol.as_str(), look.listing.tools.len()), ("2026-07-28", 0));
    assert!(!format!("{far:?} {}", far.identity()).contains("canary"));
    let stranger = app.mcp_server("far", &section(None)).unwrap();
    let error = Look::at(&stranger, stand::PATIENCE).await.unwrap_err();
    assert!(error.contains("put its token into `headers`"), "{error}");
}

/// A server's tools are called by agents, by hand and at the keyboard: asked for, on record, under the rules of all tools.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_call_tools_of_servers() {
    let groq = aigw::simulate::Stand::start(Settings::new("groq")).await.unwrap();
    let env = TestEnv::with_stands(&[&groq]);
    let command = stand::command();
    let _added = env.run(&words(&add(&env, &command, &["--yes"]))).exits(0);
    std::fs::remove_file(env.path().join("started")).unwrap();

    // By hand; that is consent.
    let ran = env.run(&["tool", "run", "mcp__s__echo", "text=the kettle"]).exits(0);
    assert!(ran.stdout.contains("the kettle"), "{ran}");
    assert_eq!(env.run(&["tool", "run", "mcp__s__echo", "text=x", "--json"]).exits(0).json()["said"], "x");
    let failed = env.run(&["tool", "run", "mcp__s__fail"]).exits(1);
    assert!(failed.stderr.contains("it is not your day"), "{failed}");
    let shown = env.run(&["tool", "show", "mcp__s__echo"]).exits(0);
    assert!(shown.stdout.contains("Says what it is told."), "{shown}");

    // Where nobody can be asked it is not offered, unless it was allowed.
    let ask = ["chat", "-n", "-t", "mcp__s__echo", "--json", "echo what Rome says"];
    let told = env.run(&ask).exits(0);
    assert!(told.stderr.contains("mcp__s__echo is not offered"), "{told}");
    for more in [&["--allow-tool", "mcp__s__*"][..], &["--allow-tool", "mcp__s__echo", "--no-stream"]] {
        let answer = env.run(&[&ask[..], more].concat()).exits(0).json();
        assert_eq!(answer["tool_calls"][0]["name"], "mcp__s__echo", "{answer}");
        assert!(answer["text"].as_str().unwrap().contains("Rome"), "{answer}");
    }
    let said = groq.requests().last().unwrap().body.to_string();
    assert!(said.contains("from outside"), "{said}");
    let _allowed = env.run(&["tool", "allow", "mcp__s__*"]).exits(0);
    let _denied = env.run(&["tool", "deny", "mcp__s__echo", "--where", "text=*Rome*"]).exits(0);
    let answer = env.run(&ask).exits(0).json();
    assert!(answer["text"].as_str().unwrap().contains("is denied"), "{answer}");
    let log = env.run(&["tool", "log", "mcp__s__echo", "--json"]).exits(0).json();
    assert_eq!((&log[0]["state"], &log[0]["agent"]), (&json!("refused"), &json!("assistant")), "{log}");

    // An agent that names the whole server has all its tools; one that names none starts nothing.
    env.write(
        "config/agents/echoist.md",
        b"---\nname: echoist\ndescription: echoes\ntools: mcp__s\n---\nEcho.\n",
    );
    let _answer = env.run(&["chat", "-n", "-a", "echoist", "echo what Oslo says", "--json"]).exits(0).json();
    let names = groq.requests().last().unwrap().body["tools"].as_array().map(Vec::len);
    assert_eq!(names, Some(6));
    std::fs::remove_file(env.path().join("started")).unwrap();
    let _answer = env.run(&["chat", "-n", "-t", "calculator", "what is 2+2"]).exits(0);
    assert!(!env.path().join("started").exists());

    // One that has changed is not called, and why is said.
    env.write("changed", b"");
    let changed = env.run(&["tool", "run", "mcp__s__echo", "text=x"]).exits(1);
    assert!(changed.stderr.contains("aigw mcp tools s --approve"), "{changed}");
    let answer = env.run(&["chat", "-n", "-t", "mcp__s__*", "--json", "echo what Oslo says"]).exits(0).json();
    assert!(answer["text"].as_str().unwrap().contains("not those that were approved"), "{answer}");
}
