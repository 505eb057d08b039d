//! Why there is no answer. The words are the same in every dialect, the shape is the client's.

use std::time::Duration;

use crate::router::AttemptReport;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;

/// The request is at fault.
pub(super) const INVALID: &str = "invalid_request_error";
/// We are at fault, or those whom we asked.
pub(super) const SERVER: &str = "server_error";

/// No answer, and why.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// What kind of error it is, in OpenAI's words.
    pub(super) kind: &'static str,
    /// Which error it is.
    pub(super) code: Option<&'static str>,
    pub(super) message: Box<str>,
    /// The part of the request that is at fault.
    pub(super) param: Option<Box<str>>,
    /// When it may be worth asking again.
    pub(super) retry_after: Option<Duration>,
    pub(super) attempts: Vec<AttemptReport>,
}

impl Refusal {
    /// A refusal with nothing but a message.
    pub(super) fn new(status: StatusCode, message: impl Into<Box<str>>) -> Self {
        Self {
            status,
            kind: if status.is_server_error() { SERVER } else { INVALID },
            code: None,
            message: message.into(),
            param: None,
            retry_after: None,
            attempts: Vec::new(),
        }
    }

    /// The request is wrong.
    pub(super) fn bad(message: impl Into<Box<str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// A part of the request is wrong.
    pub(super) fn of(param: impl Into<Box<str>>, message: impl Into<Box<str>>) -> Self {
        Self { param: Some(param.into()), ..Self::bad(message) }
    }

    #[must_use]
    pub(super) fn code(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }

    /// How long to wait, in whole seconds, where that is worth saying.
    pub(super) fn wait(&self) -> Option<u64> {
        let wait = self.retry_after?;
        Some((wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1))
    }
}

impl IntoResponse for Refusal {
    /// The head; the body is written where the dialect is known.
    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(seconds) = self.wait() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}
