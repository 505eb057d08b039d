//! `aigw serve --check`: whether a gateway is ready, for whoever watches over it and has no `curl` at hand, such as a
//! container that holds nothing but the program.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{CommandError, Context};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// The most of an answer that is read.
const MOST: u64 = 4096;

/// Asks the gateway at an address. One that listens on all of them is asked on this machine's own.
pub(super) async fn run(mut addr: SocketAddr, context: &Context) -> Result<(), CommandError> {
    if addr.ip().is_unspecified() {
        addr.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let answer = match tokio::time::timeout(PATIENCE, ask(addr)).await {
        Ok(answer) => {
            answer.map_err(|error| CommandError::failed(format!("no gateway answers at {addr}: {error}")))?
        }
        Err(_) => {
            return Err(CommandError::failed(format!("no gateway answers at {addr} within 3 s")));
        }
    };
    if answer.starts_with("HTTP/1.1 200") {
        context.ui.status(&format!("http://{addr} is ready"));
        return Ok(());
    }
    let why = reason(&answer).unwrap_or_else(|| "what answers there is no gateway of ours".into());
    Err(CommandError::failed(format!("http://{addr} is not ready: {why}")))
}

async fn ask(addr: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(addr).await?;
    let request = format!("GET /health/ready HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// What the gateway says about itself.
fn reason(answer: &str) -> Option<String> {
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    Some(body["error"]["message"].as_str()?.to_owned())
}
