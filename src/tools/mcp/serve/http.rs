//! The same over HTTP: streamable, without sessions, on this machine or behind a token.
//!
//! A page of a foreign site can have a browser send requests here. It is known by a foreign `Host` or by its `Origin`, and
//! is answered by neither; whoever comes from another machine has to show the token.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::Counter;
use crate::secret::Secret;

/// Where it is.
pub const PATH: &str = "/mcp";
/// The largest request, in bytes.
const MAX_REQUEST: usize = 1 << 20;
/// How long calls under way may take when it is stopped.
const GRACE: Duration = Duration::from_secs(5);
/// Pages of these origins are of this machine.
const OURS: [&str; 6] = [
    "http://localhost:*",
    "https://localhost:*",
    "http://127.0.0.1:*",
    "https://127.0.0.1:*",
    "http://[::1]:*",
    "https://[::1]:*",
];

/// A server that listens and does not answer yet.
pub struct HttpServer {
    listener: TcpListener,
    addr: SocketAddr,
    token: Option<Secret>,
}

/// Why a server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Others could call tools on the user's behalf.
    #[error("{0} can be reached from other machines, and there is no token that keeps them out")]
    Open(SocketAddr),
    /// The system does not let us.
    #[error("cannot listen on {0}: {1}")]
    Io(SocketAddr, io::Error),
}

impl HttpServer {
    /// Starts to listen. What other machines can reach needs a token.
    pub async fn bind(addr: SocketAddr, token: Option<Secret>) -> Result<Self, BindError> {
        if !addr.ip().to_canonical().is_loopback() && token.is_none() {
            return Err(BindError::Open(addr));
        }
        let fail = |error| BindError::Io(addr, error);
        let listener = TcpListener::bind(addr).await.map_err(fail)?;
        let addr = listener.local_addr().map_err(fail)?;
        Ok(Self { listener, addr, token })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Answers until it is to stop.
    pub async fn run(
        self,
        counter: Counter,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_max_request_body_bytes(MAX_REQUEST)
            .with_allowed_origins(OURS)
            .enforce_origin_validation();
        // Elsewhere nobody knows by what name it is called; there the token decides.
        let here = self.addr.ip().to_canonical().is_loopback();
        let config = if here { config } else { config.disable_allowed_hosts() };
        let ending = config.cancellation_token.clone();
        let sessions = Arc::new(NeverSessionManager::default());
        let service = StreamableHttpService::new(move || Ok(counter.clone()), sessions, config);
        let token = self.token.map(|token| Arc::new(Sha256::digest(token.expose().as_bytes())));
        let router = Router::new()
            .route_service(PATH, service)
            .layer(middleware::from_fn_with_state(token.map(|digest| Token(digest.0)), let_in));
        let (stopped, stopping) = tokio::sync::oneshot::channel();
        let stop = async move {
            stop.await;
            // Nobody waits for this where serving has ended by itself.
            let _alone = stopped.send(());
        };
        let serving = axum::serve(self.listener, router).with_graceful_shutdown(stop);
        let mut serving = std::pin::pin!(serving.into_future());
        tokio::select! {
            ended = &mut serving => return ended,
            _ = stopping => {}
        }
        let ended = timeout(GRACE, &mut serving).await;
        ending.cancel();
        ended.unwrap_or(Ok(()))
    }
}

/// SHA-256 of the token: comparing it takes as long whatever is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Token([u8; 32]);

async fn let_in(State(token): State<Option<Token>>, request: Request, next: Next) -> Response {
    let shown = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = shown
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let shown = shown.map(|(_, shown)| Token(Sha256::digest(shown.trim().as_bytes()).0));
    if token.is_some() && shown != token {
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
        return (StatusCode::UNAUTHORIZED, challenge, "a token is needed").into_response();
    }
    next.run(request).await
}
