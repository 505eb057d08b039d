//! `aigw serve --check`: what a container's health check asks.

use aigw::app::App;
use aigw::providers::client::Client;
use aigw::server::{Server, Settings};
use insta::assert_snapshot;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::support::{TestEnv, http, raw_server, stand};

/// What is said about an address, without it.
fn check(addr: &str) -> (Option<i32>, String) {
    let env = TestEnv::new();
    let output = env.command(&["serve", "--check", "--addr", addr]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.stdout.is_empty());
    // Whoever asks leaves nothing behind.
    assert!(!env.data_dir().exists());
    (output.status.code(), said.replace(addr, "[ADDR]"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_with_somebody_to_ask_is_ready() {
    let groq = stand("groq", &[]).await;
    let env = TestEnv::with_stands(&[&groq]);
    let addr = SocketAddr::from(([127, 0, 0, 1], 0));
    let settings = Settings {
        addr,
        connections: 20,
        grace: Duration::from_secs(1),
        log: None,
        keys: Vec::new(),
        reload: None,
    };
    let app: Arc<App> = Arc::new(env.app());
    let bound = Server::bind(settings, app, Client::new().unwrap()).await.unwrap();
    let port = bound.addr().port();
    let running = tokio::spawn(bound.run(std::future::pending()));
    // One that listens on all addresses is asked on this machine's own.
    for named in ["127.0.0.1", "0.0.0.0"] {
        let asked = tokio::task::spawn_blocking(move || check(&format!("{named}:{port}")));
        let (code, said) = asked.await.unwrap();
        let said = said.replace(&format!("127.0.0.1:{port}"), "[ADDR]");
        assert_eq!((code, said.as_str()), (Some(0), "http://[ADDR] is ready\n"));
    }
    // Nobody was asked for that.
    assert!(groq.requests().is_empty());
    running.abort();
}

#[test]
fn what_is_not_ready_says_why() {
    let body = r#"{"error": {"message": "no provider is set up", "code": "no_provider"}}"#;
    let unready = raw_server(&http("503 Service Unavailable", "application/json", body));
    let stranger = raw_server(&http("404 Not Found", "text/html", "<html>"));
    let at = |url: &str| check(url.trim_start_matches("http://").split('/').next().unwrap());
    assert_snapshot!(at(&unready).1, @"error: http://[ADDR] is not ready: no provider is set up");
    assert_snapshot!(at(&stranger).1, @"error: http://[ADDR] is not ready: what answers there is no gateway of ours");
    let (code, said) = check("127.0.0.1:9");
    assert_eq!(code, Some(1));
    assert!(said.starts_with("error: no gateway answers at [ADDR]: "), "{said}");
}
