//! A stand-in as it lives: its socket, its connections, and the means to really break one.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

use super::fault::FaultSpec;
use super::journal::Recorded;
use super::shared::Shared;
use super::{Settings, control, dialect, providers};

/// Why a stand-in did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Nobody stands in for this provider.
    #[error("unknown provider `{name}`; known are {}", .known.join(", "))]
    Provider {
        /// The name that was asked for.
        name: String,
        /// The names there are.
        known: Vec<&'static str>,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}: {source}")]
    Bind {
        /// The address.
        addr: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The built-in table of dialects is wrong.
    #[error("the table of dialects is wrong: {0}")]
    Table(String),
}

/// One stand-in; it stops when dropped.
#[derive(Debug)]
pub struct Stand {
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Stand {
    /// Starts a stand-in.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let dialects = dialect::all().map_err(StartError::Table)?;
        let dialect = dialects.iter().find(|dialect| dialect.name == settings.provider);
        let Some(dialect) = dialect else {
            return Err(StartError::Provider { name: settings.provider, known: providers() });
        };
        let bind = |source| StartError::Bind { addr: settings.addr, source };
        let listener = TcpListener::bind(settings.addr).await.map_err(bind)?;
        let addr = listener.local_addr().map_err(bind)?;
        let shared = Arc::new(Shared::new(dialect, addr, settings));
        let accepting = tokio::spawn(accept(listener, control::router(Arc::clone(&shared))));
        Ok(Self { shared, accepting })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.shared.addr
    }

    /// All that stands before its protocol's own paths, or before the model's name where that comes first.
    pub fn base_url(&self) -> String {
        self.shared.base_url()
    }

    /// The requests for answers, vectors and models so far, in order.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.journal().entries().cloned().collect()
    }

    /// Adds a fault.
    pub fn inject(&self, fault: FaultSpec) {
        self.shared.schedule().inject(fault);
    }

    /// Forgets all faults, those of the settings too.
    pub fn clear(&self) {
        self.shared.schedule().clear();
    }

    /// The provider that it stands in for.
    pub fn provider(&self) -> &str {
        &self.shared.dialect.name
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        // The connections belong to the accepting task and end with it.
        self.accepting.abort();
    }
}

pub(super) async fn accept(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(stream, router.clone()))),
                // Out of descriptors, say: that passes, and a busy loop would not help.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, router: Router) {
    // Without this, small chunks would wait for each other. A socket that refuses works all the same.
    stream.set_nodelay(true).ok();
    let line = Arc::new(Line::default());
    let socket = TokioIo::new(Socket { stream, line: Arc::clone(&line) });
    let service = TowerToHyperService::new(router.layer(Extension(Arc::clone(&line))));
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(socket, service);
    tokio::select! {
        // Errors here are broken connections, which are this module's daily bread.
        _ = connection => {}
        () = line.broken() => {}
    }
}

/// What a request handler holds of its connection: the power to reset it.
#[derive(Debug, Default)]
pub(super) struct Line {
    reset: AtomicBool,
    broken: Notify,
}

impl Line {
    /// Resets the connection: the peer sees an error and no orderly end.
    pub(super) fn reset(&self) {
        self.reset.store(true, Ordering::Release);
        self.broken.notify_one();
    }

    async fn broken(&self) {
        self.broken.notified().await;
    }
}

/// A connection's stream; with zero linger set, dropping it sends RST and not FIN.
#[derive(Debug)]
struct Socket {
    stream: TcpStream,
    line: Arc<Line>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.line.reset.load(Ordering::Acquire) {
            // If the system refuses, the client sees an ordinary end, which is the next best fault.
            self.stream.set_zero_linger().ok();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
