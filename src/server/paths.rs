//! The paths, and what every request passes through before it reaches one of them.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, Response, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Extension, Router};
use futures_util::FutureExt;

use super::dialect::Dialect;
use super::keys::Holder;
use super::refusal::Refusal;
use super::reload::Current;
use super::visit::{Ending, Visit};
use super::{Gateway, anthropic, gate, gemini, health, models, openai, responses};

/// What may stand before the paths of OpenAI's format.
pub(super) const OPENAI: &str = "/openai";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Marks the answer of a stream, whose end is not known yet when its head leaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Streaming;

/// Everything that the server answers.
pub(super) fn router(current: &Arc<Current>) -> Router {
    let of_openai = || {
        Router::new()
            .route("/v1/chat/completions", post(openai::chat))
            .route("/v1/responses", post(responses::create))
            .route("/v1/responses/{id}", get(responses::show).delete(responses::forget))
            .route("/v1/embeddings", post(openai::embeddings))
            .route("/v1/models", get(models::list))
    };
    let routes = of_openai()
        // Groq's own clients put this before the path, whatever their base URL.
        .nest(OPENAI, of_openai().route("/v1/models/{*id}", get(models::show)))
        .route("/v1/messages", post(anthropic::messages))
        .route("/v1/messages/count_tokens", post(anthropic::count_tokens))
        .route("/v1/models/{*id}", get(models::show).post(gemini::call))
        .route("/v1beta/models", get(models::listed_for_gemini))
        .route("/v1beta/models/{*id}", get(models::shown_to_gemini).post(gemini::call))
        .route("/metrics", get(metrics))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready));
    guarded(routes, current)
}

fn guarded(routes: Router, current: &Arc<Current>) -> Router {
    routes
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(Arc::clone(current), pass))
}

/// The server's figures.
async fn metrics(Extension(gateway): Extension<Arc<Gateway>>) -> Response<Body> {
    let mut response = Response::new(Body::from(gateway.metrics.text()));
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

async fn unknown(method: Method, uri: Uri) -> Refusal {
    let message = format!("there is nothing at {method} {}", uri.path());
    Refusal::new(StatusCode::NOT_FOUND, message).code("unknown_url")
}

async fn wrong_method(method: Method, uri: Uri) -> Refusal {
    let message = format!("{} does not answer to {method}", uri.path());
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, message).code("method_not_allowed")
}

/// Gives a request its id, lets it in or not, and answers for it when its handler panics.
async fn pass(State(current): State<Arc<Current>>, request: Request, next: Next) -> Response<Body> {
    let gateway = current.get();
    let (head, body) = request.into_parts();
    let id = uuid::Uuid::now_v7().to_string();
    let shown = HeaderValue::try_from(&id);
    let dialect = Dialect::of(&head.method, head.uri.path(), &head.headers);
    let checked = gate::check(&head, gateway.keys.required()).and_then(|()| holder(&gateway, &head));
    let (holder, checked) = checked.map_or_else(|refusal| (None, Err(refusal)), |holder| (holder, Ok(())));
    let visit = Visit::new(id.clone(), &head, &gateway, holder);
    let visit = Arc::new(visit);
    let mut response = match checked {
        Err(refusal) => refusal.into_response(),
        Ok(()) => {
            let mut request = Request::from_parts(head, body);
            request.extensions_mut().insert(Arc::clone(&visit));
            request.extensions_mut().insert(gateway);
            // Every state behind the handlers is valid at any time.
            let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
            answer.unwrap_or_else(|_| {
                let message = "something went wrong in here, and it is not your fault";
                Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message).code("internal").into_response()
            })
        }
    };
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        *response.body_mut() = Body::from(dialect.error(&refusal, &id).to_string());
    }
    if let Ok(id) = shown {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    visit.status(response.status().as_u16());
    if response.extensions().get::<Streaming>().is_none() {
        visit.ended(Ending::Whole);
    }
    response
}

/// Who asks. Whether the server lives may be asked by anybody.
fn holder(gateway: &Gateway, head: &Parts) -> Result<Option<Arc<Holder>>, Refusal> {
    if head.uri.path().starts_with("/health/") {
        return Ok(None);
    }
    gateway.keys.holder(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::App;
    use crate::config::Env;
    use crate::providers::client::Client;
    use crate::server::{Server, Settings, connection};
    use std::net::SocketAddr;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    async fn panics() -> StatusCode {
        panic!("a test of what follows");
    }

    #[tokio::test]
    async fn a_panic_costs_one_request() {
        let home = tempfile::tempdir().unwrap();
        let home = |name: &str| (name.to_owned(), home.path().display().to_string());
        let env: Env = ["AIGW_CONFIG_DIR", "AIGW_DATA_DIR"].map(home).into_iter().collect();
        let addr = SocketAddr::from(([127, 0, 0, 1], 0));
        let settings = Settings {
            addr,
            connections: 8,
            grace: Duration::ZERO,
            log: None,
            keys: Vec::new(),
            reload: None,
        };
        let app = Arc::new(App::new(env, None).unwrap());
        let server = Server::bind(settings, app, Client::new().unwrap()).await.unwrap();
        let (addr, current) = (server.addr(), server.current());
        let gateway = current.get();
        let routes = Router::new().route("/panics", get(panics)).route("/health/live", get(health::live));
        let service = guarded(routes, &current);
        let serving = async {
            let never = std::future::pending();
            let bounds = connection::Bounds { connections: 8, grace: Duration::ZERO };
            connection::serve(server.listener, service, never, &gateway.phase, bounds).await
        };
        let asking = async {
            let mut stream = TcpStream::connect(addr).await.unwrap();
            // On one connection, which lives on.
            for (path, status) in [("/panics", "500"), ("/health/live", "200")] {
                let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
                stream.write_all(request.as_bytes()).await.unwrap();
                let mut bytes = [0; 4096];
                let length = stream.read(&mut bytes).await.unwrap();
                let answer = String::from_utf8_lossy(&bytes[..length]).into_owned();
                assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
            }
        };
        tokio::select! {
            _ = serving => {}
            () = asking => {}
        }
    }
}
