//! Why there is no answer, in the shape that clients of OpenAI's format read.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::router::AttemptReport;

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

    /// The body; in a stream the data of an event.
    pub(super) fn to_json(&self) -> Value {
        let mut error =
            json!({"message": self.message, "type": self.kind, "param": self.param, "code": self.code});
        if !self.attempts.is_empty() {
            error["attempts"] = json!(self.attempts);
        }
        json!({"error": error})
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.to_json().to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response
    }
}
