//! Whoever asks: as `aigw chat` into a pipe, or as a client of `aigw serve`.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};

use super::scaled;
use super::scenario::{Scenario, Timing, WORDS};
use super::seen::{Ending, Seen, Series};
use super::stage::Stage;
use crate::chat::{ChatRequest, Event, Message, Role};
use crate::ledger::Entry;
use crate::providers::client::Client;
use crate::providers::sse::SseDecoder;
use crate::router::{Ask, Delivery, Gone, Notice, RouteError, RouteErrorKind, Router, Written};
use crate::server::{Server, Settings};

/// The side from which is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// As `aigw chat` does.
    Cli,
    /// Over HTTP, through `aigw serve`.
    Serve,
}

/// How often a question is asked in a series.
const EVERY: Duration = Duration::from_secs(4);
/// How long a series goes on after the recovery.
const AFTER: Duration = Duration::from_secs(34);
/// How long the ledger may take.
const LEDGER: Duration = Duration::from_secs(10);

/// One answer, as it was received.
struct Answer {
    ending: Ending,
    text: String,
    model: Option<String>,
    output_tokens: Option<u64>,
    request: String,
}

enum Line {
    Cli(Box<Router<Client>>),
    Serve(SocketAddr),
}

/// Plays a scenario from one side.
pub(super) async fn play(
    stage: &Arc<Stage>,
    scenario: &Scenario,
    timing: Timing,
    way: Way,
) -> Result<Seen, String> {
    let client = Client::new().map_err(|error| error.to_string())?;
    let (line, server) = match way {
        Way::Cli => (Line::Cli(Box::new(stage.app.router(client))), None),
        Way::Serve => {
            let addr = SocketAddr::from(([127, 0, 0, 1], 0));
            let settings = Settings { addr, connections: 64, grace: Duration::ZERO, log: None };
            let server = Server::bind(settings, Arc::clone(&stage.app), client).await;
            let server = server.map_err(|error| error.to_string())?;
            let addr = server.addr();
            (Line::Serve(addr), Some(tokio::spawn(server.run(std::future::pending()))))
        }
    };
    let seen = if scenario.is_series() {
        series(stage, &line, timing).await
    } else {
        one(stage, &line, scenario).await
    };
    if let Some(server) = server {
        server.abort();
    }
    Ok(seen)
}

async fn one(stage: &Stage, line: &Line, scenario: &Scenario) -> Seen {
    let (began, at) = (Instant::now(), jiff::Timestamp::now());
    let answer = ask(stage, line, scenario.limit).await;
    let took = began.elapsed();
    let (_, others_asked) = stage.asked();
    let afterwards = if scenario.asks_again() {
        let again = ask(stage, line, scenario.limit).await;
        Some(again.ending == Ending::Whole && again.text == WORDS)
    } else {
        None
    };
    let entries = entries(stage, &answer.request);
    let of_first = entries.iter().filter(|entry| entry.model.provider == stage.first());
    let first_asked =
        of_first.map(|entry| Duration::try_from(entry.at.duration_since(at)).unwrap_or_default()).collect();
    // Whoever was cut off has said something, and that is paid for; whoever refused has not.
    let refused = |entry: &&Entry| {
        entry.class.is_some_and(|class| class != crate::chat::FailureClass::BrokenStream)
            && entry.usage.output_tokens.is_some_and(|tokens| tokens > 0)
    };
    Seen {
        ending: answer.ending,
        text: answer.text,
        took,
        model: answer.model,
        output_tokens: answer.output_tokens,
        first_asked,
        others_asked,
        billed_failures: entries.iter().filter(refused).count(),
        afterwards,
        series: None,
    }
}

/// A question every few seconds, until the first provider has answered again or has had its time.
async fn series(stage: &Stage, line: &Line, timing: Timing) -> Seen {
    let began = Instant::now();
    let every = scaled(EVERY, timing);
    let recovery = began + scaled(Duration::from_mins(1), timing);
    let mut series = Series::default();
    let last = loop {
        let (asked_before, others_before) = stage.asked();
        let answer = ask(stage, line, Duration::from_mins(1)).await;
        let now = Instant::now();
        let (asked, others) = stage.asked();
        series.asked += 1;
        series.whole += usize::from(answer.ending == Ending::Whole && answer.text == WORDS);
        if now < recovery {
            series.meanwhile += asked - asked_before;
        } else if others == others_before && asked > asked_before {
            series.back_after = Some(now - recovery);
        }
        let over = series.back_after.is_some() || now > recovery + AFTER;
        if over {
            break answer;
        }
        sleep_until(now + every).await;
    };
    Seen {
        ending: last.ending,
        text: last.text,
        took: began.elapsed(),
        model: last.model,
        output_tokens: last.output_tokens,
        first_asked: Vec::new(),
        others_asked: stage.asked().1,
        billed_failures: 0,
        afterwards: None,
        series: Some(series),
    }
}

async fn ask(stage: &Stage, line: &Line, limit: Duration) -> Answer {
    let asked = async {
        match line {
            Line::Cli(router) => ask_router(stage, router).await,
            Line::Serve(addr) => ask_server(stage, *addr).await.unwrap_or_else(|error| Answer {
                ending: Ending::Error(error.to_string()),
                ..Answer::none()
            }),
        }
    };
    timeout(limit, asked).await.unwrap_or_else(|_| Answer::none())
}

impl Answer {
    fn none() -> Self {
        Self {
            ending: Ending::Hung,
            text: String::new(),
            model: None,
            output_tokens: None,
            request: String::new(),
        }
    }
}

fn question() -> String {
    format!("say exactly: {WORDS}")
}

/// What was attempted for a request, as it is on record.
fn entries(stage: &Stage, request: &str) -> Vec<Entry> {
    // What is not on record cannot be counted, and that shows in the score.
    let _flushed = stage.app.ledger.flush(LEDGER);
    stage.app.ledger.attempts(request).unwrap_or_default()
}

/// A reader of text that cannot be taken back.
#[derive(Default)]
struct Pipe(String);

impl Delivery for Pipe {
    async fn event(&mut self, event: &Event) -> Result<Written, Gone> {
        let Event::Text(text) = event else { return Ok(Written::No) };
        self.0.push_str(text);
        Ok(Written::Yes)
    }

    fn notice(&mut self, _: &Notice<'_>) -> Result<(), Gone> {
        Ok(())
    }
}

async fn ask_router(stage: &Stage, router: &Router<Client>) -> Answer {
    let request = ChatRequest {
        messages: vec![Message::text(Role::User, question())],
        stream: true,
        ..ChatRequest::default()
    };
    let ask = Ask {
        id: uuid::Uuid::now_v7().to_string(),
        request: &request,
        route: &stage.route,
        buffered: false,
        deadline: None,
        max_wait: Duration::from_secs(20),
    };
    let mut pipe = Pipe::default();
    let (ending, model, output_tokens) = match router.chat(&ask, &mut pipe).await {
        Ok(completion) => {
            let model = completion.attempts.last().map(|attempt| attempt.model.to_string());
            (Ending::Whole, model, completion.usage.output_tokens)
        }
        Err(error) => (Ending::Error(class(&error)), None, None),
    };
    Answer { ending, text: pipe.0, model, output_tokens, request: ask.id }
}

fn class(error: &RouteError) -> String {
    let last = error.attempts.last().and_then(|attempt| attempt.failure.as_ref());
    match (&error.kind, last) {
        (RouteErrorKind::Broken(_), _) => "broken_stream".to_owned(),
        (_, Some(failure)) => failure.class.as_str().to_owned(),
        (_, None) => "no_candidate".to_owned(),
    }
}

/// As the plainest of clients: a stranger to the program, that knows HTTP/1.0 and closes its connection.
async fn ask_server(stage: &Stage, addr: SocketAddr) -> io::Result<Answer> {
    let body = json!({
        "model": stage.target, "stream": true, "stream_options": {"include_usage": true},
        "messages": [{"role": "user", "content": question()}],
    })
    .to_string();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.0\r\nhost: {addr}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut socket = TcpStream::connect(addr).await?;
    socket.write_all(head.as_bytes()).await?;
    socket.write_all(body.as_bytes()).await?;
    let mut reader = BufReader::new(socket);
    let mut answer = Answer::none();
    let mut status = String::new();
    reader.read_line(&mut status).await?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).await? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some(id) = line.to_ascii_lowercase().strip_prefix("x-request-id:") {
            id.trim().clone_into(&mut answer.request);
        }
    }
    if !status.contains(" 200 ") {
        let mut body = Vec::new();
        reader.read_to_end(&mut body).await?;
        answer.ending = Ending::Error(code(&serde_json::from_slice(&body).unwrap_or_default()));
        return Ok(answer);
    }
    answer.read_events(&mut reader).await?;
    Ok(answer)
}

fn code(body: &Value) -> String {
    let code = body["error"]["code"].as_str().or(body["error"]["type"].as_str());
    code.unwrap_or("unknown").to_owned()
}

impl Answer {
    async fn read_events(&mut self, reader: &mut BufReader<TcpStream>) -> io::Result<()> {
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
                let chunk: Value = serde_json::from_slice(event.data).unwrap_or_default();
                finished |= self.take(&chunk);
            }
        }
        // The end of a stream is no end of an answer.
        if self.ending == Ending::Hung {
            self.ending = if finished && done { Ending::Whole } else { Ending::Error("truncated".into()) };
        }
        Ok(())
    }

    /// Takes one chunk; true if it says that the answer is whole.
    fn take(&mut self, chunk: &Value) -> bool {
        if chunk.get("error").is_some() {
            self.ending = Ending::Error(code(chunk));
        }
        if let Some(model) = chunk["model"].as_str() {
            self.model = Some(model.to_owned());
        }
        if let Some(tokens) = chunk["usage"]["completion_tokens"].as_u64() {
            self.output_tokens = Some(tokens);
        }
        let choice = &chunk["choices"][0];
        self.text.push_str(choice["delta"]["content"].as_str().unwrap_or_default());
        choice["finish_reason"].is_string()
    }
}
