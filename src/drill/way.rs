//! The ways by which requests are made: as `aigw chat` makes them, and through the HTTP gateway.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::script;
use super::stage::{DrillError, Stage};
use super::stranger::Tongue;
use super::{End, Heard, stranger};
use crate::app::App;
use crate::chat::{Event, Failure, FailureClass};
use crate::ledger::Entry;
use crate::providers::client::Client;
use crate::router::{
    Ask, Completion, Conversation, Delivery, Gone, Notice, RouteError, RouteErrorKind, Written,
};
use crate::server::{Log, Server, Settings};
use crate::store::StoreError;

/// How long the command line waits for candidates that are all out.
const MAX_WAIT: Duration = Duration::from_secs(20);
/// How long the ledger may take to write.
const LEDGER_PATIENCE: Duration = Duration::from_secs(10);
/// How long providers may take to hear that their answers are not wanted any more.
const FAREWELL: Duration = Duration::from_millis(800);

/// By which way requests are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Through {
    /// As `aigw chat` makes them, into a pipe: each by a program of its own.
    Cli,
    /// Through `aigw serve`, as streams of chat completions.
    Serve,
    /// The same by OpenAI's responses.
    Responses,
    /// The same by Anthropic's messages.
    Messages,
    /// The same by Gemini's format.
    Gemini,
}

impl Through {
    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cli => "cli",
            Self::Serve => "serve",
            Self::Responses => "responses",
            Self::Messages => "messages",
            Self::Gemini => "gemini",
        }
    }
}

/// A way that is open, and the requests that have gone by it.
pub(super) enum Way {
    Cli(Mutex<Vec<String>>),
    Serve(Gateway, Tongue),
}

impl Way {
    pub(super) async fn open(through: Through, stage: &Stage<'_>) -> Result<Self, DrillError> {
        Ok(match through {
            Through::Cli => Self::Cli(Mutex::default()),
            Through::Serve => Self::Serve(Gateway::open(stage).await?, Tongue::Chat),
            Through::Responses => Self::Serve(Gateway::open(stage).await?, Tongue::Responses),
            Through::Messages => Self::Serve(Gateway::open(stage).await?, Tongue::Messages),
            Through::Gemini => Self::Serve(Gateway::open(stage).await?, Tongue::Gemini),
        })
    }

    /// Makes a request, and says what its caller saw. Times count from the beginning of the scenario.
    pub(super) async fn ask(
        &self,
        stage: &Stage<'_>,
        began: Instant,
        patience: Duration,
    ) -> Result<Heard, DrillError> {
        let mut heard = Heard {
            at: began.elapsed(),
            took: Duration::ZERO,
            text: String::new(),
            end: End::Never,
            model: None,
            output_tokens: None,
        };
        let asked = Instant::now();
        match self {
            Self::Cli(ids) => {
                let id = uuid::Uuid::now_v7().to_string();
                ids.lock().unwrap_or_else(PoisonError::into_inner).push(id.clone());
                chat(stage, id, patience, &mut heard, asked).await?;
            }
            Self::Serve(gateway, tongue) => {
                // What came before the patience ended is what such a caller saw.
                let ended = timeout(patience, stranger::ask(gateway.addr, *tongue, &mut heard)).await;
                heard.took = asked.elapsed();
                if let Ok(Err(error)) = ended {
                    heard.end = End::Error { class: "connection".to_owned(), message: error.to_string() };
                }
            }
        }
        Ok(heard)
    }

    /// How many attempts gave nothing and are billed all the same.
    pub(super) async fn billed_failures(&self, stage: &Stage<'_>) -> Result<usize, DrillError> {
        let app = match self {
            Self::Cli(_) => Arc::new(stage.in_order()?),
            Self::Serve(gateway, _) => Arc::clone(&gateway.app),
        };
        let ids = match self {
            Self::Cli(ids) => ids,
            Self::Serve(gateway, _) => &gateway.ids,
        };
        let ids = ids.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let count = tokio::task::spawn_blocking(move || {
            app.ledger.flush(LEDGER_PATIENCE)?;
            let is_billed = |entry: &&Entry| {
                entry.class.is_some() && (entry.usage.output_tokens > Some(0) || entry.cost_usd > Some(0.0))
            };
            let mut count = 0;
            for id in ids {
                count += app.ledger.attempts(&id)?.iter().filter(is_billed).count();
            }
            Ok::<_, StoreError>(count)
        });
        Ok(count.await.map_err(std::io::Error::other)??)
    }
}

/// What a pipe has got: nothing of it can be taken back.
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

/// As `aigw chat` does it, with a program put together for this one request.
async fn chat(
    stage: &Stage<'_>,
    id: String,
    patience: Duration,
    heard: &mut Heard,
    asked: Instant,
) -> Result<(), DrillError> {
    let app = stage.in_order()?;
    let client = Client::new()?;
    let route = app.route(&client, &[]).await?;
    let request = script::request();
    let ask = Ask {
        id,
        request: &request,
        route: &route,
        buffered: false,
        deadline: None,
        max_wait: MAX_WAIT,
        conversation: Conversation::default(),
    };
    let router = app.router(client);
    let mut pipe = Pipe::default();
    let answered = timeout(patience, router.chat(&ask, &mut pipe)).await;
    heard.took = asked.elapsed();
    heard.text = pipe.0;
    match answered {
        Err(_) => {}
        Ok(Ok(completion)) => whole(heard, &completion),
        Ok(Err(error)) => heard.end = failed(&error),
    }
    router.upstream().settle(FAREWELL).await;
    // The next request is another program's: it knows what was written.
    let flush = move || {
        app.health().flush(LEDGER_PATIENCE);
        app.ledger.flush(LEDGER_PATIENCE)
    };
    tokio::task::spawn_blocking(flush).await.map_err(std::io::Error::other)??;
    Ok(())
}

fn whole(heard: &mut Heard, completion: &Completion) {
    heard.end = End::Whole;
    heard.model = completion.attempts.last().map(|attempt| attempt.model.to_string());
    heard.output_tokens = completion.usage.output_tokens;
}

/// A break is what the caller is told of, whatever was tried to mend it; else the last failure.
fn failed(error: &RouteError) -> End {
    let mut failures = error.attempts.iter().rev().filter_map(|attempt| attempt.failure.as_ref());
    let failure = match error.kind {
        RouteErrorKind::Broken(_) => failures.find(|failure| failure.class == FailureClass::BrokenStream),
        _ => failures.next(),
    };
    match failure {
        Some(Failure { class, message, .. }) => {
            End::Error { class: class.as_str().to_owned(), message: message.clone() }
        }
        None => End::Error { class: "unanswered".to_owned(), message: "nobody could be asked".to_owned() },
    }
}

/// The gateway in this process, on a port of its own.
pub(super) struct Gateway {
    app: Arc<App>,
    addr: SocketAddr,
    serving: JoinHandle<usize>,
    ids: Arc<IdList>,
}

type IdList = Mutex<Vec<String>>;

impl Drop for Gateway {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Gateway {
    async fn open(stage: &Stage<'_>) -> Result<Self, DrillError> {
        let ids = Arc::new(IdList::default());
        let list = Arc::clone(&ids);
        let log: Log = Arc::new(move |served| {
            list.lock().unwrap_or_else(PoisonError::into_inner).push(served.id.clone());
        });
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let settings = Settings {
            addr,
            connections: 8,
            grace: Duration::ZERO,
            log: Some(log),
            keys: Vec::new(),
            reload: None,
        };
        let app = Arc::new(stage.in_order()?);
        let server = Server::bind(settings, Arc::clone(&app), Client::new()?).await?;
        let addr = server.addr();
        let serving = tokio::spawn(server.run(std::future::pending()));
        Ok(Self { app, addr, serving, ids })
    }
}
