//! One service, and the questions that it can answer.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::ToolError;
use super::http::{Answer as HttpAnswer, Http, Request};
use super::kept::Kept;
use super::reading::folded;
use super::trouble::{Trouble, Why};
use crate::chat::ToolSpec;
use crate::secret::KeySource;

/// What a tool finds out. One type per tool.
pub trait Topic: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The tool's name.
    const TOOL: &'static str;
    /// What is asked. As JSON it is what the result is kept under.
    type Query: Serialize + Send + Sync + 'static;

    /// What models are told of the tool.
    fn spec() -> ToolSpec;
    /// The question in a model's arguments, as models write them.
    fn query(arguments: &Value) -> Result<Self::Query, ToolError>;
    /// Whether it says that there is nothing.
    fn is_empty(&self) -> bool {
        false
    }
    /// How long it stays true.
    fn keeps(&self) -> Duration;
    /// The same as it was asked for, where services give more or in other units.
    #[must_use]
    fn fitted(self, _query: &Self::Query) -> Self {
        self
    }
    /// What must be said about it.
    fn warnings(&self, _query: &Self::Query) -> Vec<String> {
        Vec::new()
    }
    /// The text that a model is given.
    fn for_model(&self) -> String;
}

/// What is known about a service.
#[derive(Debug)]
pub struct Card {
    /// Its name in the configuration.
    pub id: &'static str,
    /// Its own name.
    pub name: &'static str,
    /// Where people find it.
    pub url: &'static str,
    /// Whom to name where its data is shown.
    pub attribution: &'static str,
    /// What users must know about its data.
    pub warning: Option<&'static str>,
    /// How long it is left alone after a request, because it asks for that.
    pub pause: Duration,
}

/// The way to a service.
#[derive(Debug, Clone)]
pub struct Access {
    /// All that stands before the service's own paths.
    pub base_url: String,
    /// The key, or the way to get it.
    pub key: Option<Arc<KeySource>>,
    /// How long one request may take.
    pub timeout: Duration,
}

/// A service that can answer the questions of a tool.
pub trait Service<A: Topic>: Send + Sync {
    /// What is known about it.
    fn card(&self) -> &'static Card;
    /// The way to it.
    fn access(&self) -> &Access;
    /// Whether it can answer this at all.
    fn can(&self, _query: &A::Query) -> bool {
        true
    }
    /// Asks it.
    fn ask<'a>(&'a self, desk: &'a Desk, query: &'a A::Query) -> BoxFuture<'a, Result<A, Trouble>>;
}

/// What services need to work.
pub struct Desk {
    http: Http,
    kept: Arc<Kept>,
}

impl Desk {
    /// A desk with these.
    pub fn new(http: Http, kept: Arc<Kept>) -> Self {
        Self { http, kept }
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.kept.now()
    }

    /// What is kept for a while.
    pub fn kept(&self) -> &Kept {
        &self.kept
    }
}

impl Access {
    /// Sends a request, with the key if it has a place for one.
    pub async fn send(&self, desk: &Desk, request: &Request) -> Result<HttpAnswer, Trouble> {
        let key = match (&self.key, request.key) {
            (Some(source), Some(_)) => {
                let deadline = tokio::time::Instant::now() + self.timeout;
                Some(source.get_by(deadline).await.map_err(|error| Trouble::new(Why::Auth, error))?)
            }
            _ => None,
        };
        desk.http.send(request, key.as_ref(), self.timeout, desk.now()).await
    }

    /// What it is called where it is kept that it is left alone: another key or place is another service.
    pub(super) fn identity(&self) -> String {
        format!("{}#{}", self.base_url, self.key.as_ref().map_or("", |key| key.id()))
    }
}

/// What models are told of a tool: its arguments, of which the first is needed.
pub(super) fn spec(name: &str, description: &str, first: &str, properties: &Value) -> ToolSpec {
    ToolSpec {
        name: name.to_owned(),
        description: description.to_owned(),
        parameters: json!({
            "type": "object",
            "properties": properties,
            "required": [first],
            "additionalProperties": false,
        }),
        strict: false,
    }
}

/// The words of an argument: folded, not empty, not endless.
pub(super) fn words(arguments: &Value, name: &str, most: usize) -> Result<String, ToolError> {
    let text = folded(arguments[name].as_str().unwrap_or_default());
    match text.chars().count() {
        0 => Err(ToolError(format!("`{name}` is empty: say what is asked for"))),
        count if count > most => {
            Err(ToolError(format!("`{name}` has {count} characters, and at most {most} are taken: be brief")))
        }
        _ => Ok(text),
    }
}

/// How many results are wanted.
pub(super) fn limit(arguments: &Value, usual: u64, most: u64) -> usize {
    let wanted = arguments["limit"].as_u64().unwrap_or(usual).clamp(1, most);
    usize::try_from(wanted).unwrap_or(usize::MAX)
}
