//! `fetch_url`: reads a page of the web as text.
//!
//! A model writes the address, and a page that it has read may have told it which one; so nothing is asked for that is not
//! of the public internet, before and after every redirect ([`policy`], [`address`], [`resolve`], [`exchange`]). How much
//! comes, and for how long, is bounded ([`body`]). What came is made readable ([`mod@content`]) and handed out in pieces, marked
//! as somebody else's words ([`page`]).
//!
//! `robots.txt` is not asked for: it is meant for programs that follow links by themselves. Here a person, or a model that
//! works for one, wants to read this one page, as with a browser.

mod address;
mod body;
mod content;
mod error;
mod exchange;
mod page;
mod policy;
mod resolve;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{Answer, Pattern, Permission, Tool, ToolError};
use crate::chat::ToolSpec;
use body::Limits;
use content::{content, essence, wanted};
pub use error::FetchError;
use exchange::Exchange;
use page::Whole;
pub use page::{Page, Reference};
pub use policy::Policy;
pub use resolve::{Resolve, SystemResolver};

/// The tool's name.
pub const NAME: &str = "fetch_url";
/// How much of a text is handed out at once where nobody says, in characters.
const USUAL_PIECE: usize = 20_000;
/// The most that is handed out at once.
const LARGEST_PIECE: usize = 50_000;
/// How many pages are kept for those who read on.
const KEPT: usize = 4;
/// How long they are. Whoever begins anew gets the page as it is then.
const KEPT_FOR: SignedDuration = SignedDuration::from_mins(10);

/// Reads pages of the web.
pub struct FetchUrl {
    exchange: Exchange,
    now: fn() -> Timestamp,
    /// The pages that were fetched last, each under the address that was asked for.
    kept: Mutex<VecDeque<(Url, Arc<Whole>)>>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Wish {
    /// The address.
    pub url: String,
    /// How many characters of the text at most.
    pub max_chars: Option<usize>,
    /// The first character that is wanted.
    #[serde(default)]
    pub start: usize,
}

impl FetchUrl {
    /// A reader of what the policy allows, with the TLS settings of the program.
    pub fn new(tls: rustls::ClientConfig, policy: Policy) -> Self {
        let exchange =
            Exchange { tls, policy, resolver: Arc::new(SystemResolver), limits: Limits::default() };
        Self { exchange, now: Timestamp::now, kept: Mutex::default() }
    }

    /// Reads a piece of a page.
    pub async fn fetch(&self, wish: &Wish) -> Result<Page, FetchError> {
        let mut url = Url::parse(wish.url.trim()).map_err(|error| FetchError::Address(error.to_string()))?;
        // It is for the reader and not for the server.
        url.set_fragment(None);
        let most = wish.max_chars.unwrap_or(USUAL_PIECE).clamp(1, LARGEST_PIECE);
        let whole = match self.kept(&url).filter(|_| wish.start > 0) {
            Some(whole) => whole,
            None => self.whole(url).await?,
        };
        whole.piece(wish.start, most)
    }

    async fn whole(&self, url: Url) -> Result<Arc<Whole>, FetchError> {
        let fetched = self.exchange.get(url.clone(), wanted).await?;
        let (last, status) = (fetched.url.to_string(), fetched.status.as_u16());
        let content_type = fetched.content_type.as_deref().map(|kind| essence(Some(kind)));
        let reading = tokio::task::spawn_blocking(|| content(fetched)).await;
        let content = reading.map_err(|error| FetchError::Reader(error.to_string()))??;
        let whole = Whole { url: last, status, content_type, content, retrieved_at: (self.now)() };
        let whole = Arc::new(whole);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(other, _)| *other != url);
        kept.push_front((url, Arc::clone(&whole)));
        kept.truncate(KEPT);
        Ok(whole)
    }

    /// A page that was fetched a short while ago.
    fn kept(&self, url: &Url) -> Option<Arc<Whole>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (self.now)();
        kept.retain(|(_, whole)| now.duration_since(whole.retrieved_at) < KEPT_FOR);
        kept.iter().find(|(other, _)| other == url).map(|(_, whole)| Arc::clone(whole))
    }
}

impl Tool for FetchUrl {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: NAME.into(),
            description: "Reads a public web page, text, JSON or PDF file and returns its main text, with links as numbered \
                          references. Use it to read a page whose address you know, such as a search result. Long texts come \
                          in pieces: call again with `start`."
                .into(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "url": {"type": "string", "description": "The whole address, as https://example.com/page"},
                    "max_chars": {
                        "type": "integer", "minimum": 1, "maximum": LARGEST_PIECE,
                        "description": format!("How many characters of the text at most; {USUAL_PIECE} unless told"),
                    },
                    "start": {
                        "type": "integer", "minimum": 0,
                        "description": "Where to read on: the number that the last piece named",
                    },
                },
                "required": ["url"],
                "additionalProperties": false,
            }),
            strict: false,
        }
    }

    fn permission(&self) -> Permission {
        Permission::Ask
    }

    /// An address can have anything in it, and somebody reads it.
    fn carries_out(&self) -> bool {
        true
    }

    fn leads_to(&self, arguments: &Value) -> Option<String> {
        arguments["url"].as_str().map(str::to_owned)
    }

    /// The pages of the same server.
    fn scope(&self, arguments: &Value) -> Option<Pattern> {
        let url = arguments["url"].as_str().and_then(|url| Url::parse(url.trim()).ok());
        let origin = url.map(|url| url.origin().ascii_serialization());
        // What names no server, or more than one, stands for nothing else.
        let glob = origin.filter(|origin| origin.starts_with("http") && !origin.contains('*'));
        let glob = glob.map(|origin| format!("{origin}/*")).unwrap_or_default();
        Some(Pattern { argument: "url".into(), glob })
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> BoxFuture<'a, Result<Answer, ToolError>> {
        Box::pin(async move {
            let wish = Wish::deserialize(arguments).map_err(|error| ToolError(error.to_string()))?;
            let page = self.fetch(&wish).await.map_err(|error| ToolError(error.to_string()))?;
            Ok(Answer { text: page.for_model(), data: serde_json::to_value(&page).ok(), foreign: true })
        })
    }
}

#[cfg(test)]
mod tests;
