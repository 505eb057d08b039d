//! Connections: taken up to a bound, served, and drained when the server stops.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::socket::Socket;
use super::{Phase, reached};

/// How long a client may take for the head of a request, and stay silent between two.
const HEADER_PATIENCE: Duration = Duration::from_secs(10);
/// The most that is held of a head that comes and of an answer that goes.
const BUFFER: usize = 64 << 10;
/// How long streams may take to say that they are ended.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// When no connection can be taken (out of descriptors, say), that passes, and a busy loop would not help.
const RECOVERY: Duration = Duration::from_millis(20);

/// How much, and for how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// The most connections at a time.
    pub(super) connections: usize,
    /// How long those under way may take when the server is stopped.
    pub(super) grace: Duration,
}

/// Serves until it is to stop, then drains. Says how many connections had to be cut.
pub(super) async fn serve(
    listener: TcpListener,
    service: Router,
    stop: impl Future<Output = ()>,
    phase: &watch::Sender<Phase>,
    bounds: Bounds,
) -> usize {
    let slots = Arc::new(Semaphore::new(bounds.connections));
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            taken = take(&listener, &slots) => match taken {
                Some((stream, slot)) => {
                    connections.spawn(connection(stream, slot, service.clone(), phase.subscribe()));
                }
                None => tokio::time::sleep(RECOVERY).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    phase.send_replace(Phase::Draining);
    if all_over(&mut connections, bounds.grace).await {
        return 0;
    }
    let cut = connections.len();
    phase.send_replace(Phase::Ending);
    all_over(&mut connections, LAST_WORDS).await;
    connections.shutdown().await;
    cut
}

/// Waits until all connections have ended, for at most so long.
async fn all_over(connections: &mut JoinSet<()>, limit: Duration) -> bool {
    let all = async { while connections.join_next().await.is_some() {} };
    timeout(limit, all).await.is_ok()
}

/// Takes the next connection, when there is room for it.
async fn take(listener: &TcpListener, slots: &Arc<Semaphore>) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    let (stream, _) = listener.accept().await.ok()?;
    Some((stream, slot))
}

async fn connection(
    stream: TcpStream,
    slot: OwnedSemaphorePermit,
    service: Router,
    mut phase: watch::Receiver<Phase>,
) {
    // Without this, small chunks would wait for each other. A socket that refuses works all the same.
    stream.set_nodelay(true).ok();
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_PATIENCE)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(Socket::new(stream)), TowerToHyperService::new(service));
    let mut connection = pin!(connection);
    // Errors here are clients that went away or talk nonsense: it ends with the connection.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = reached(&mut phase, Phase::Draining) => {
            connection.as_mut().graceful_shutdown();
            connection.await.ok();
        }
    }
    drop(slot);
}
