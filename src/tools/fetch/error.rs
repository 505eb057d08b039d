//! Why a page could not be had, in words for a model: what was wrong, and what can be done about it.

use std::time::Duration;

use crate::document::DocumentError;

/// A page that could not be fetched or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// Not an address.
    #[error("this is not an address that can be fetched: {0}; write it as https://example.com/page")]
    Address(String),
    /// Not the web.
    #[error("only http and https addresses can be fetched, not `{0}:`")]
    Scheme(String),
    /// A name or a password in the address.
    #[error(
        "an address with a user name or a password in it is not fetched; leave out what stands before the @"
    )]
    Credentials,
    /// A port where no web server is expected.
    #[error(
        "port {0} is not fetched from: only 80, 443, 8080 and 8443 are, and what the user lists in tools.fetch_url.allow_private"
    )]
    Port(u16),
    /// An address that is not of the public internet.
    #[error(
        "{host} is not fetched: it is {what}, and only the public internet is fetched from; the user can make an exception in tools.fetch_url.allow_private"
    )]
    Inward {
        /// The host as it was asked for.
        host: String,
        /// What its address is.
        what: &'static str,
    },
    /// The name leads nowhere.
    #[error("there is no host {host}: {reason}")]
    NoHost {
        /// The host.
        host: String,
        /// What the resolver says.
        reason: String,
    },
    /// No answer.
    #[error("{host} cannot be reached: {reason}")]
    Unreachable {
        /// The host.
        host: String,
        /// What went wrong.
        reason: String,
    },
    /// It took too long.
    #[error("{host} took too long: given up after {} s", after.as_secs_f32().ceil())]
    TooSlow {
        /// The host.
        host: String,
        /// How long was waited.
        after: Duration,
    },
    /// From one address to the next without end.
    #[error("it leads on from one address to the next, and after {0} of them still does not end")]
    Redirects(usize),
    /// A redirect that leads somewhere where one may not go.
    #[error("it leads on to {to}, and that is refused: {source}")]
    Redirect {
        /// Where to.
        to: String,
        /// Why not.
        source: Box<FetchError>,
    },
    /// From https to http.
    #[error("it leads on from https to http ({0}), where anybody could change what comes")]
    Downgrade(String),
    /// An error of the server.
    #[error("{host} answered {status}{}{said}", if said.is_empty() { "" } else { ": " })]
    Status {
        /// The host.
        host: String,
        /// The status, with what it is called.
        status: String,
        /// What the page says, shortened.
        said: String,
    },
    /// A page that wants to see a person.
    #[error("{0} wants to see a person and not a program (a check of the browser); try another source")]
    Challenge(String),
    /// Nothing that can be read.
    #[error("this is {kind}{}: only web pages, text, JSON and PDF files can be read", size.map(|size| format!(" of {size} bytes")).unwrap_or_default())]
    Kind {
        /// Its type.
        kind: String,
        /// Its size, where it is known.
        size: Option<u64>,
    },
    /// Packed in a way that was not asked for.
    #[error("it is packed as `{0}`, which is not understood here")]
    Packing(String),
    /// Too large to be read in part.
    #[error("this is too large: a {kind} of more than {} MiB", most >> 20)]
    TooLarge {
        /// What it is.
        kind: &'static str,
        /// What is read at most.
        most: usize,
    },
    /// It cannot be read.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// Beyond the end.
    #[error("there is nothing from character {start} on: the text has {characters}")]
    BeyondEnd {
        /// What was asked for.
        start: usize,
        /// How much there is.
        characters: usize,
    },
    /// What reads pages broke down.
    #[error("the page could not be read: {0}")]
    Reader(String),
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
}
