//! A server that has been reached: the protocol's handshake, the list of its tools, calls.
//!
//! Two eras of the protocol are spoken: the one without a handshake (2026-07-28), and those before it. Which one a server
//! speaks is asked, unless it is known from last time. It gets nothing from us that it was not asked for: no sampling, no
//! files, and to questions for the user the answer is no.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect;
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, Implementation,
    PaginatedRequestParams, ProtocolVersion, Tool,
};
use rmcp::service::{
    ClientLifecycleMode, ClientServiceExt, NotificationContext, RunningService, ServiceError,
};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{ClientHandler, RoleClient};
use serde_json::Value;
use tokio::time::{Instant, timeout, timeout_at};
use url::{Host, Url};

use super::answer::arguments;
use super::child::Child;
use super::offered::cut;
use super::{Listing, Server, Way};
use crate::safe_text::safe;
use crate::secret::Secret;

/// Pages of a list of tools at most.
const MOST_PAGES: usize = 32;
/// The longest reason why it failed, in characters.
const MAX_REASON: usize = 400;
/// What is said where a server does not know us.
const UNKNOWN: &str = "it wants to know who asks: put its token into `headers`";
/// How long closing a connection may take.
const FAREWELL: Duration = Duration::from_millis(500);

/// A connection. Dropping it ends the server, if it is a program.
pub(super) struct Connection {
    service: RunningService<RoleClient, Listener>,
    child: Option<Child>,
    /// What it offered when it was reached.
    pub(super) listing: Listing,
    /// The version of the protocol that is spoken.
    pub(super) protocol: String,
    title: String,
    changed: Arc<AtomicBool>,
}

/// What can be seen of a server.
#[derive(Debug, Clone)]
pub struct Look {
    /// What it offers.
    pub listing: Listing,
    /// The version of the protocol that it speaks.
    pub protocol: String,
    /// What it calls itself, and its version.
    pub title: String,
}

/// Why a server was not reached.
enum Unreached {
    /// It may speak an older version only.
    NotUnderstood(String),
    /// For another reason.
    Failed(String),
}

/// How long reaching a server may take, all in all.
struct Within {
    deadline: Instant,
    limit: Duration,
}

impl Within {
    fn over(&self) -> String {
        format!("it was not ready within {} s", self.limit.as_secs_f32())
    }
}

/// Hears what a server says without being asked.
struct Listener {
    changed: Arc<AtomicBool>,
}

impl ClientHandler for Listener {
    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.changed.store(true, Ordering::Release);
    }

    fn get_info(&self) -> ClientConfig {
        let ourselves = Implementation::new("aigw", env!("CARGO_PKG_VERSION"));
        // Where there is no handshake, this is not what counts.
        ClientConfig::new(ClientCapabilities::default(), ourselves)
            .with_protocol_version(ProtocolVersion::V_2025_11_25)
    }
}

impl Connection {
    /// Reaches a server and asks what it offers, within a time. `spoken` is the version that it spoke last time.
    pub(super) async fn open(server: &Server, spoken: Option<&str>, limit: Duration) -> Result<Self, String> {
        let within = Within { deadline: Instant::now() + limit, limit };
        let reached = match Self::reach(server, mode(spoken), &within).await {
            // Some servers of the older era end at the first word that they do not know.
            Err(Unreached::NotUnderstood(_)) if spoken.is_none() => {
                Self::reach(server, ClientLifecycleMode::Initialize, &within).await
            }
            reached => reached,
        };
        reached.map_err(|unreached| {
            let (Unreached::NotUnderstood(why) | Unreached::Failed(why)) = unreached;
            server.redacted(&why)
        })
    }

    async fn reach(server: &Server, mode: ClientLifecycleMode, within: &Within) -> Result<Self, Unreached> {
        let changed = Arc::new(AtomicBool::new(false));
        let listener = Listener { changed: Arc::clone(&changed) };
        let (child, answer) = match &server.way {
            Way::Child { command, env, inherited, cwd } => {
                let inherited = inherited.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                let named = env.iter().map(|(name, secret)| (name.as_str(), secret.expose()));
                let started = Child::start(command, inherited.chain(named), cwd.as_deref());
                let (child, pipes) = started.map_err(Unreached::Failed)?;
                (Some(child), timeout_at(within.deadline, listener.serve_with_lifecycle(pipes, mode)).await)
            }
            Way::Http { url, headers, tls } => {
                let config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
                let client = client(url, headers, tls).map_err(Unreached::Failed)?;
                let transport = StreamableHttpClientTransport::with_client(client, config);
                (None, timeout_at(within.deadline, listener.serve_with_lifecycle(transport, mode)).await)
            }
        };
        let service = match answer {
            Ok(Ok(service)) => service,
            Err(_) => return Err(Unreached::Failed(explained(within.over(), child.as_ref()).await)),
            Ok(Err(error)) if error.is_authorization_required() => {
                return Err(Unreached::Failed(UNKNOWN.to_owned()));
            }
            Ok(Err(error)) => {
                let why = tidy(&with_sources(&error));
                return Err(Unreached::NotUnderstood(explained(why, child.as_ref()).await));
            }
        };
        let listed = match timeout_at(within.deadline, tools(&service)).await {
            Ok(listed) => listed.map_err(|error| reason(&error)),
            Err(_) => Err(within.over()),
        };
        let tools = match listed {
            Ok(tools) => tools,
            Err(why) => return Err(Unreached::Failed(explained(why, child.as_ref()).await)),
        };
        let peer = service.peer_info();
        let protocol = peer.as_ref().map(|peer| safe(peer.protocol_version.as_str())).unwrap_or_default();
        let title = peer.and_then(|peer| {
            let theirs = peer.server_info.as_ref()?;
            Some(cut(&safe(&format!("{} {}", theirs.name, theirs.version)).replace('\n', " "), 80))
        });
        let title = title.unwrap_or_default();
        Ok(Self { service, child, listing: Listing::of(tools), protocol, title, changed })
    }

    /// Whether it can be asked.
    pub(super) fn is_open(&self) -> bool {
        !self.service.is_transport_closed() && self.child.as_ref().is_none_or(|child| !child.is_over())
    }

    /// Calls a tool. Whoever drops this tells the server that nobody waits any more.
    pub(super) async fn call(&self, tool: &str, args: &Value) -> Result<CallToolResult, ServiceError> {
        let mut params = CallToolRequestParams::new(Cow::Owned(tool.to_owned()));
        params.arguments = arguments(args);
        self.service.call_tool(params).await
    }

    /// Asks again what it offers, if it has said that this is not what it was.
    pub(super) async fn relisted(&self) -> Result<Option<Listing>, String> {
        if !self.changed.swap(false, Ordering::AcqRel) {
            return Ok(None);
        }
        match tools(&self.service).await {
            Ok(tools) => Ok(Some(Listing::of(tools))),
            Err(error) => {
                self.changed.store(true, Ordering::Release);
                Err(reason(&error))
            }
        }
    }

    /// Why a call got nothing.
    pub(super) async fn explained(&self, error: &ServiceError) -> String {
        match error {
            // It is well, and has said what is wrong.
            ServiceError::McpError(_) => reason(error),
            _ => explained(reason(error), self.child.as_ref()).await,
        }
    }

    /// Says goodbye and ends the server, if it is a program.
    pub(super) async fn close(mut self) {
        // Who does not hear it is ended all the same.
        let _closed = timeout(FAREWELL, self.service.close()).await;
        if let Some(child) = self.child.take() {
            child.end().await;
        }
    }
}

impl Look {
    /// Reaches a server, looks and leaves. What is looked at first may take longer than what is known: a program may have to
    /// be fetched.
    pub async fn at(server: &Server, limit: Duration) -> Result<Self, String> {
        let connection = Connection::open(server, None, limit).await?;
        let look = Self {
            listing: connection.listing.clone(),
            protocol: connection.protocol.clone(),
            title: connection.title.clone(),
        };
        connection.close().await;
        Ok(look)
    }
}

/// How to begin: who spoke an older version last time need not be asked whether it knows the newest.
fn mode(spoken: Option<&str>) -> ClientLifecycleMode {
    match spoken {
        Some(version) if version < ProtocolVersion::V_2026_07_28.as_str() => ClientLifecycleMode::Initialize,
        _ => ClientLifecycleMode::Auto {
            preferred_versions: vec![ProtocolVersion::V_2026_07_28],
            legacy_version: Some(ProtocolVersion::V_2025_11_25),
        },
    }
}

/// All tools, page by page, but no endless list.
async fn tools(service: &RunningService<RoleClient, Listener>) -> Result<Vec<Tool>, ServiceError> {
    let info = service.peer_info();
    if info.is_some_and(|peer| peer.capabilities.tools.is_none()) {
        return Ok(Vec::new());
    }
    let (mut tools, mut cursor) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let params = PaginatedRequestParams::default().with_cursor(cursor);
        let page = service.list_tools(Some(params)).await?;
        tools.extend(page.tools);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(tools)
}

/// A client for one server: a redirect would carry its secrets elsewhere.
fn client(
    url: &Url,
    headers: &[(String, Secret)],
    tls: &rustls::ClientConfig,
) -> Result<reqwest::Client, String> {
    let mut carried = HeaderMap::new();
    for (name, secret) in headers {
        let wrong = || format!("the header `{name}` cannot be sent: it holds what no header may");
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        let mut value = HeaderValue::from_str(secret.expose()).map_err(|_| wrong())?;
        value.set_sensitive(true);
        carried.insert(header, value);
    }
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    #[expect(clippy::disallowed_methods, reason = "a client that carries the secrets of one server only")]
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .default_headers(carried)
        .redirect(redirect::Policy::none())
        .user_agent(concat!("aigw/", env!("CARGO_PKG_VERSION")));
    if here {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| error.to_string())
}

fn reason(error: &ServiceError) -> String {
    match error {
        ServiceError::TransportClosed => "the server has ended".to_owned(),
        ServiceError::McpError(error) => tidy(&error.message),
        other if other.is_authorization_required() => UNKNOWN.to_owned(),
        other => tidy(&with_sources(other)),
    }
}

fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text += ": ";
            text += &inner_text;
        }
        source = inner.source();
    }
    text
}

fn tidy(text: &str) -> String {
    cut(&safe(text).replace('\n', " "), MAX_REASON)
}

/// What went wrong, with what the program last said.
async fn explained(what: String, child: Option<&Child>) -> String {
    let Some(child) = child else { return what };
    match child.last_words().await {
        Some(words) => format!("{what}; it said: {words}"),
        None => what,
    }
}
