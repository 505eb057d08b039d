//! The plainest of HTTP clients: a stranger to the program, so that what it hears is not flattered.
//!
//! It speaks HTTP/1.0, streams, and takes an answer for whole only if its dialect's terminator came.

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

/// What it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    Chat,
    Responses,
    Messages,
    Gemini,
}

impl Tongue {
    /// The path and the body of a request.
    fn request(self) -> (String, Value) {
        let question = QUESTION.as_str();
        let said = json!([{"role": "user", "content": question}]);
        match self {
            Self::Chat => (
                "/v1/chat/completions".to_owned(),
                json!({"model": ROUTE, "stream": true, "stream_options": {"include_usage": true}, "messages": said}),
            ),
            Self::Responses => (
                "/v1/responses".to_owned(),
                json!({"model": ROUTE, "stream": true, "store": false, "input": said}),
            ),
            Self::Messages => (
                "/v1/messages".to_owned(),
                json!({"model": ROUTE, "stream": true, "max_tokens": 1000, "messages": said}),
            ),
            Self::Gemini => (
                format!("/v1beta/models/{ROUTE}:streamGenerateContent?alt=sse"),
                json!({"contents": [{"role": "user", "parts": [{"text": question}]}]}),
            ),
        }
    }

    /// Takes one event; true if it says that the answer is whole and nothing follows.
    fn take(self, event: &Value, heard: &mut Heard) -> bool {
        if event.get("error").is_some_and(|error| !error.is_null()) || event["type"] == "error" {
            heard.end = error(event);
        }
        let (model, text, tokens, ended) = match self {
            Self::Chat => (
                &event["model"],
                &event["choices"][0]["delta"]["content"],
                &event["usage"]["completion_tokens"],
                event["choices"][0]["finish_reason"].is_string(),
            ),
            Self::Responses => (
                &event["response"]["model"],
                if event["type"] == "response.output_text.delta" { &event["delta"] } else { &Value::Null },
                &event["response"]["usage"]["output_tokens"],
                event["type"] == "response.completed",
            ),
            Self::Messages => (
                &event["message"]["model"],
                &event["delta"]["text"],
                if event["type"] == "message_delta" {
                    &event["usage"]["output_tokens"]
                } else {
                    &Value::Null
                },
                event["type"] == "message_stop",
            ),
            Self::Gemini => {
                let part = &event["candidates"][0]["content"]["parts"][0];
                let said = if part["thought"] == true { &Value::Null } else { &part["text"] };
                let ended = event["candidates"][0]["finishReason"].is_string();
                (&event["modelVersion"], said, &event["usageMetadata"]["candidatesTokenCount"], ended)
            }
        };
        if let Some(model) = model.as_str() {
            heard.model = Some(model.to_owned());
        }
        if let Some(tokens) = tokens.as_u64() {
            heard.output_tokens = Some(tokens);
        }
        heard.text.push_str(text.as_str().unwrap_or_default());
        ended
    }
}

/// Asks, and notes what comes as it comes.
pub(super) async fn ask(addr: SocketAddr, tongue: Tongue, heard: &mut Heard) -> io::Result<()> {
    let (path, body) = tongue.request();
    let body = body.to_string();
    let request = format!(
        "POST {path} HTTP/1.0\r\nhost: {addr}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
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
        return events(&mut reader, tongue, heard).await;
    }
    let mut body = Vec::new();
    reader.take(MAX_BODY).read_to_end(&mut body).await?;
    heard.end = error(&serde_json::from_slice(&body).unwrap_or_default());
    Ok(())
}

async fn events(reader: &mut BufReader<TcpStream>, tongue: Tongue, heard: &mut Heard) -> io::Result<()> {
    let mut sse = SseDecoder::default();
    // Only chat completions say it twice.
    let (mut finished, mut done) = (false, tongue != Tongue::Chat);
    let mut piece = [0; 4096];
    loop {
        let length = reader.read(&mut piece).await?;
        if length == 0 {
            break;
        }
        sse.push(&piece[..length]);
        while let Some(event) = sse.next_event().map_err(io::Error::other)? {
            done |= event.data == b"[DONE]";
            finished |= tongue.take(&serde_json::from_slice(event.data).unwrap_or_default(), heard);
        }
    }
    if heard.end == End::Never {
        // The end of a stream is no end of an answer.
        let cut = || End::Error { class: "truncated".to_owned(), message: "no end was marked".to_owned() };
        heard.end = if finished && done { End::Whole } else { cut() };
    }
    Ok(())
}

fn error(body: &Value) -> End {
    // Responses tell it in the event itself.
    let error = if body["error"].is_object() { &body["error"] } else { body };
    let words = ["code", "status", "type"].into_iter().find_map(|field| error[field].as_str());
    // Google's few states are told apart by a reason.
    let reason = error["details"][0]["reason"].as_str().map(str::to_ascii_lowercase);
    let class = reason.unwrap_or_else(|| words.unwrap_or("unknown").to_owned());
    End::Error { class, message: error["message"].as_str().unwrap_or_default().to_owned() }
}
