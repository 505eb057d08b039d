//! When a request got no whole answer.

use super::Attempt;
use super::plan::Skipped;
use crate::chat::{Answer, ModelId};

/// No whole answer.
#[derive(Debug)]
pub struct RouteError {
    /// What kind of end it was.
    pub kind: RouteErrorKind,
    /// The route that was asked.
    pub route: String,
    /// The request's id.
    pub request_id: String,
    /// Everything that was tried, in order.
    pub attempts: Vec<Attempt>,
    /// Everything that could not be tried.
    pub skipped: Vec<Skipped>,
    /// Everything whose turn never came: enough was tried, or the time was over.
    pub unasked: Vec<ModelId>,
}

/// How a request ended without a whole answer.
#[derive(Debug)]
pub enum RouteErrorKind {
    /// There was nobody to ask: every candidate is unable or resting.
    NoCandidate,
    /// Attempts were made and none gave an answer.
    Exhausted,
    /// The answer broke off after some of it had been delivered.
    Broken(Box<Answer>),
    /// Whoever asked is gone.
    Gone,
}

impl RouteError {
    /// Whether nobody was asked because no model of the route can do what the request needs.
    pub fn is_unable(&self) -> bool {
        matches!(self.kind, RouteErrorKind::NoCandidate)
            && !self.skipped.is_empty()
            && self.skipped.iter().all(|skipped| skipped.reason.until().is_none())
    }
}
