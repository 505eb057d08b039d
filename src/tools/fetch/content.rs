//! From bytes to text: what can be read of what came, and what is refused.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::FetchError;
use super::exchange::Fetched;
use crate::document::{self, DocumentError, WebPage};
use crate::safe_text::safe;

/// What reading a page may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// A PDF of which a part is missing cannot be read.
const MOST_OF_PDF: usize = 2 << 20;
/// JSON that is longer with line ends is shown without.
const LONGEST_PRETTY: usize = 20_000;
/// No title is longer, in characters.
const LONGEST_TITLE: usize = 300;
/// What is told of a page that tells of an error.
const MOST_SAID: usize = 600;
/// A page with more text than this is no mere check of the browser.
const LONGEST_CHALLENGE: usize = 2000;

/// What a page says.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) title: Option<String>,
    pub(super) text: String,
    pub(super) links: Vec<String>,
    pub(super) notices: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Html,
    Text,
    Json,
    Pdf,
    /// Its bytes have to be looked at.
    Unsaid,
}

/// Whether something of a type and a size can be read.
pub(super) fn wanted(content_type: Option<&str>, size: Option<u64>) -> Result<(), FetchError> {
    match kind(content_type) {
        Some(Kind::Pdf) if size.is_some_and(|size| size > MOST_OF_PDF as u64) => {
            Err(FetchError::TooLarge { kind: "PDF", most: MOST_OF_PDF })
        }
        Some(_) => Ok(()),
        None => Err(FetchError::Kind { kind: essence(content_type), size }),
    }
}

/// Reads what came.
pub(super) fn content(fetched: Fetched) -> Result<Content, FetchError> {
    let host = fetched.url.host_str().unwrap_or_default().to_owned();
    let status = fetched.status;
    if status.is_success() {
        let content = read(fetched)?;
        return Ok(Content {
            title: content.title.map(|title| safe(title.trim()).chars().take(LONGEST_TITLE).collect()),
            text: safe(&content.text),
            ..content
        });
    }
    let content = match read(fetched) {
        Err(challenge @ FetchError::Challenge(_)) => return Err(challenge),
        read => read.unwrap_or_default(),
    };
    let words: Vec<&str> = content.text.split_whitespace().collect();
    let said = safe(&words.join(" "));
    let cut = said.chars().count() > MOST_SAID;
    let said = said.chars().take(MOST_SAID).chain(cut.then_some('…')).collect();
    let called = status.canonical_reason().map(|name| format!(" {name}")).unwrap_or_default();
    Err(FetchError::Status { host, status: format!("{}{called}", status.as_u16()), said })
}

fn read(fetched: Fetched) -> Result<Content, FetchError> {
    let Fetched { url, body, content_type, .. } = fetched;
    let path = Path::new(url.as_str());
    let said = content_type.as_deref();
    let size = Some(body.bytes.len() as u64).filter(|_| !body.cut);
    let refused = || FetchError::Kind { kind: essence(said), size };
    let kind = match kind(said).ok_or_else(refused)? {
        Kind::Unsaid => seen(&body.bytes),
        said => said,
    };
    if body.bytes.trim_ascii().is_empty() {
        return Ok(Content { notices: vec!["there is nothing in it".into()], ..Content::default() });
    }
    if kind == Kind::Pdf {
        if body.cut {
            return Err(FetchError::TooLarge { kind: "PDF", most: MOST_OF_PDF });
        }
        let pdf = document::parse(path, body.bytes)?;
        let title = Some(pdf.title.to_string());
        return Ok(Content { title, text: pdf.text, links: Vec::new(), notices: pdf.notices });
    }
    let decode = |said: Option<&str>| document::decode(path, body.bytes.clone(), said);
    let (text, replaced) = match decode(charset(said).as_deref()) {
        // What browsers do where nothing says anything.
        Err(DocumentError::Encoding(_)) if kind == Kind::Html => decode(Some("windows-1252"))?,
        Err(DocumentError::Binary(_)) => return Err(refused()),
        read => read?,
    };
    let mut content = match kind {
        Kind::Html => {
            let page = document::web_page(&url, text, PATIENCE)?;
            if is_challenge(page.title.as_deref(), &page.text) {
                return Err(FetchError::Challenge(url.host_str().unwrap_or_default().to_owned()));
            }
            let WebPage { title, text, links, notices } = page;
            Content { title, text, links, notices }
        }
        Kind::Json => Content { text: laid_out(text), ..Content::default() },
        Kind::Text | Kind::Pdf | Kind::Unsaid => Content { text, ..Content::default() },
    };
    if replaced > 0 {
        content.notices.push(format!("{replaced} places are not valid text and were replaced by \u{fffd}"));
    }
    if body.cut {
        content.notices.push("it is larger than what is read of it: the end is missing".into());
    }
    Ok(content)
}

/// What a type stands for; none if it cannot be read.
fn kind(content_type: Option<&str>) -> Option<Kind> {
    let essence = essence(content_type);
    Some(match essence.as_str() {
        "text/html" | "application/xhtml+xml" => Kind::Html,
        "application/pdf" | "application/x-pdf" => Kind::Pdf,
        "application/json" | "text/json" => Kind::Json,
        "" | "unknown type" | "application/octet-stream" | "binary/octet-stream" => Kind::Unsaid,
        "application/xml"
        | "application/javascript"
        | "application/ecmascript"
        | "application/x-javascript"
        | "application/yaml"
        | "application/x-yaml"
        | "application/toml"
        | "application/x-ndjson"
        | "application/jsonl"
        | "application/x-sh"
        | "application/sql"
        | "application/x-tex"
        | "application/rtf"
        | "message/rfc822" => Kind::Text,
        other if other.ends_with("+json") => Kind::Json,
        other if other.ends_with("+xml") && !other.starts_with("image/") => Kind::Text,
        other if other.starts_with("text/") => Kind::Text,
        _ => return None,
    })
}

/// What bytes look like of which nobody says what they are.
fn seen(bytes: &[u8]) -> Kind {
    let head = bytes.trim_ascii_start();
    let begins = |with: &[u8]| head.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with));
    if begins(b"%PDF-") {
        Kind::Pdf
    } else if begins(b"<!doctype html") || begins(b"<html") {
        Kind::Html
    } else {
        Kind::Text
    }
}

/// A type without its parameters.
pub(super) fn essence(content_type: Option<&str>) -> String {
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let essence: String = safe(essence).chars().take(80).collect::<String>().to_ascii_lowercase();
    if essence.is_empty() { "unknown type".into() } else { essence }
}

/// The encoding that a type names.
fn charset(content_type: Option<&str>) -> Option<String> {
    let mut parameters = content_type?.split(';').skip(1).filter_map(|part| part.split_once('='));
    let (_, charset) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Some(charset.trim().trim_matches(['"', '\'']).to_owned())
}

/// JSON with line ends, or without where it is long; what is none, as it is.
fn laid_out(text: String) -> String {
    let Ok(value) = serde_json::from_str::<Value>(&text) else { return text };
    let pretty = serde_json::to_string_pretty(&value).ok().filter(|pretty| pretty.len() <= LONGEST_PRETTY);
    pretty.unwrap_or_else(|| value.to_string())
}

/// Whether a page is nothing but a check of the browser.
fn is_challenge(title: Option<&str>, text: &str) -> bool {
    const TITLES: &[&str] = &[
        "just a moment...",
        "attention required! | cloudflare",
        "checking your browser",
        "are you a robot?",
        "captcha",
    ];
    const WORDS: &[&str] = &[
        "verify you are human",
        "verify that you are not a robot",
        "checking your browser before accessing",
        "unusual traffic from your computer network",
        "enable javascript and cookies to continue",
    ];
    let title = title.unwrap_or_default().to_lowercase();
    if text.len() > LONGEST_CHALLENGE {
        return false;
    }
    let text = text.to_lowercase();
    TITLES.iter().any(|start| title.starts_with(start)) || WORDS.iter().any(|words| text.contains(words))
}
