//! The HTTP gateway: the router behind a port, for clients that speak OpenAI's, Anthropic's or Gemini's format.
//!
//! A request passes through [`paths`] (its id, the gate that keeps web pages out, one panic costs one request), is read
//! by its [`dialect`] into a [`crate::chat::ChatRequest`], and asked by [`asking`], the one place that knows the router. An answer leaves whole or as a stream; what went wrong leaves as a [`refusal`] that names every attempt.
//! Nothing here retries, and nothing on the way of a request takes a lock that others hold or waits for a disk.
//!
//! Off this machine it listens only where clients need a key of ours ([`keys`]).

mod anthropic;
mod asking;
mod body;
mod connection;
mod controls;
mod conversation;
mod dialect;
mod embedding;
mod gate;
mod gemini;
mod health;
mod keys;
mod media;
mod metrics;
mod models;
mod openai;
mod outcome;
mod paths;
mod refusal;
mod reload;
mod request;
mod responses;
mod socket;
mod streaming;
mod visit;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::{OnceCell, watch};
use tokio::time::Instant;

use crate::agents::Meanings;
use crate::app::App;
use crate::providers::client::Client;
use crate::router::{RetryBudget, Router};

use keys::Keys;
pub use keys::keys_of_file;
use metrics::Metrics;
pub use reload::{Current, Reload};
pub use visit::{Ending, Log, Served};

/// How long providers may take to hear that their answers are not wanted any more.
const FAREWELL: Duration = Duration::from_millis(800);

/// How often it is looked whether the keys of clients have changed.
const KEYS_EVERY: Duration = Duration::from_millis(500);

/// What a server is to be like.
pub struct Settings {
    /// Where to listen; port 0 takes any that is free.
    pub addr: SocketAddr,
    /// The most connections at a time; more wait in the system's queue.
    pub connections: usize,
    /// How long answers under way may take when the server is stopped.
    pub grace: Duration,
    /// Told about every request when it is over.
    pub log: Option<Log>,
    /// Keys that are good for everything, besides those of the ledger.
    pub keys: Vec<String>,
    /// How the configuration is read anew when it changes; never, where there is none.
    pub reload: Option<Reload>,
}

/// A server that listens and does not answer yet.
pub struct Server {
    listener: TcpListener,
    addr: SocketAddr,
    connections: usize,
    grace: Duration,
    current: Arc<Current>,
    reload: Option<Reload>,
}

/// Where a server is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// It takes requests.
    Open,
    /// It takes no new ones, and those under way may end.
    Draining,
    /// What is still under way ends now.
    Ending,
}

/// Waits until the server has come to this phase.
async fn reached(phase: &mut watch::Receiver<Phase>, at: Phase) {
    // Who holds the other end outlives whoever waits here.
    drop(phase.wait_for(|phase| *phase >= at).await);
}

/// What requests share that come while it is configured so.
struct Gateway {
    app: Arc<App>,
    router: Router<Arc<Client>>,
    /// What says what questions mean, put together when it is first needed.
    meanings: OnceCell<Arc<Meanings<Arc<Client>>>>,
    started: Timestamp,
    phase: watch::Sender<Phase>,
    log: Option<Log>,
    keys: Arc<Keys>,
    metrics: Arc<Metrics>,
}

impl Gateway {
    fn new(app: Arc<App>, client: Arc<Client>, settings: &Settings, keys: Keys) -> Self {
        let metrics = Arc::new(Metrics::new());
        Self {
            router: router(&app, client, &metrics),
            app,
            started: Timestamp::now(),
            phase: watch::Sender::new(Phase::Open),
            log: settings.log.clone(),
            keys: Arc::new(keys),
            metrics,
            meanings: OnceCell::new(),
        }
    }

    /// The same with another configuration.
    fn renewed(&self, app: Arc<App>) -> Self {
        Self {
            router: router(&app, Arc::clone(self.router.upstream()), &self.metrics),
            app,
            started: self.started,
            phase: self.phase.clone(),
            log: self.log.clone(),
            keys: Arc::clone(&self.keys),
            metrics: Arc::clone(&self.metrics),
            meanings: OnceCell::new(),
        }
    }

    /// What says what questions mean; by words only where no embedder is to be had.
    async fn meanings(&self) -> Arc<Meanings<Arc<Client>>> {
        let client = self.router.upstream();
        let made = self.meanings.get_or_init(|| async {
            Arc::new(self.app.meanings(client).await.unwrap_or_else(|_| self.app.no_meanings(client)))
        });
        Arc::clone(made.await)
    }
}

impl Server {
    /// Starts to listen.
    pub async fn bind(settings: Settings, app: Arc<App>, client: Client) -> io::Result<Self> {
        let keys = Keys::new(Arc::clone(&app.ledger), &settings.keys).map_err(io::Error::other)?;
        let listener = TcpListener::bind(settings.addr).await?;
        let addr = listener.local_addr()?;
        let gateway = Arc::new(Gateway::new(app, Arc::new(client), &settings, keys));
        let current = Arc::new(Current::new(gateway));
        let Settings { connections, grace, reload, .. } = settings;
        Ok(Self { listener, addr, connections, grace, current, reload })
    }

    /// The gateway as it is configured, now and later.
    pub fn current(&self) -> Arc<Current> {
        Arc::clone(&self.current)
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Answers until it is to stop, then lets what is under way end within the grace period. Says how many connections
    /// had to be cut.
    pub async fn run(self, stop: impl Future<Output = ()>) -> usize {
        let service = paths::router(&self.current);
        let bounds = connection::Bounds { connections: self.connections, grace: self.grace };
        let gateway = self.current.get();
        let serving = connection::serve(self.listener, service, stop, &gateway.phase, bounds);
        let keys = Arc::clone(&gateway.keys);
        let refreshing = async move {
            loop {
                tokio::time::sleep(KEYS_EVERY).await;
                let keys = Arc::clone(&keys);
                // It reads files, which is nobody's to wait for.
                drop(tokio::task::spawn_blocking(move || keys.refresh()).await);
            }
        };
        let cut = tokio::select! {
            cut = serving => cut,
            () = refreshing => 0,
            () = reload::watch(Arc::clone(&self.current), self.reload) => 0,
        };
        gateway.router.upstream().settle(FAREWELL).await;
        cut
    }
}

/// The router of a configuration, with its attempts in the ledger and in the figures.
fn router(app: &App, client: Arc<Client>, metrics: &Arc<Metrics>) -> Router<Arc<Client>> {
    let observer = Arc::new(metrics::Both(Arc::new(app.observer()), Arc::clone(metrics)));
    app.router_seen_by(client, observer).with_budget(RetryBudget::new(Instant::now()))
}
