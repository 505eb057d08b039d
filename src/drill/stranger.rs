//! The plainest of HTTP clients: a stranger to the program, so that what it hears is not flattered.
//!
//! It speaks HTTP/1.0, streams, and takes an answer for whole only if the finish reason and the terminator came.

use std::io;
use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::script::QUESTION;
use super::stage::ROUTE;
use super::{End, Heard};
use crate::providers::sse::SseDecoder;

/// No body of an error is longer.
const MAX_BODY: u64 = 1 << 20;

/// Asks, and notes what comes as it comes.
pub(super) async fn ask(addr: SocketAddr, heard: &mut Heard) -> io::Result<()> {
    let body = json!({
        "model": ROUTE, "stream": true, "stream_options": {"include_usage": true},
        "messages": [{"role": "user", "content": QUESTION.as_str()}],
    });
    let body = body.to_string();
    let request = format!(
        "POST /v1/chat/completions HTTP/1.0\r\nhost: {addr}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let mut socket = TcpStream::connect(addr).await?;
    socket.write_all(request.as_bytes()).await?;
    socket.write_all(body.as_bytes()).await?;
    let mut reader = BufReader::new(socket);
    let mut status = String::new();
    reader.read_line(&mut status).await?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).await? == 0 || line.trim().is_empty() {
            break;
        }
    }
    if status.split(' ').nth(1) == Some("200") {
        return events(&mut reader, heard).await;
    }
    let mut body = Vec::new();
    reader.take(MAX_BODY).read_to_end(&mut body).await?;
    heard.end = error(&serde_json::from_slice(&body).unwrap_or_default());
    Ok(())
}

async fn events(reader: &mut BufReader<TcpStream>, heard: &mut Heard) -> io::Result<()> {
    let mut sse = SseDecoder::default();
    let (mut finished, mut done) = (false, false);
    let mut piece = [0; 4096];
    loop {
        let length = reader.read(&mut piece).await?;
        if length == 0 {
            break;
        }
        sse.push(&piece[..length]);
        while let Some(event) = sse.next_event().map_err(io::Error::other)? {
            done |= event.data == b"[DONE]";
            finished |= take(&serde_json::from_slice(event.data).unwrap_or_default(), heard);
        }
    }
    if heard.end == End::Never {
        // The end of a stream is no end of an answer.
        let cut = || End::Error { class: "truncated".to_owned(), message: "no end was marked".to_owned() };
        heard.end = if finished && done { End::Whole } else { cut() };
    }
    Ok(())
}

/// Takes one chunk; true if it says that the answer is whole.
fn take(chunk: &Value, heard: &mut Heard) -> bool {
    if chunk.get("error").is_some() {
        heard.end = error(chunk);
    }
    if let Some(model) = chunk["model"].as_str() {
        heard.model = Some(model.to_owned());
    }
    if let Some(tokens) = chunk["usage"]["completion_tokens"].as_u64() {
        heard.output_tokens = Some(tokens);
    }
    let choice = &chunk["choices"][0];
    heard.text.push_str(choice["delta"]["content"].as_str().unwrap_or_default());
    choice["finish_reason"].is_string()
}

fn error(body: &Value) -> End {
    let error = &body["error"];
    let class = error["code"].as_str().or(error["type"].as_str()).unwrap_or("unknown").to_owned();
    End::Error { class, message: error["message"].as_str().unwrap_or_default().to_owned() }
}
